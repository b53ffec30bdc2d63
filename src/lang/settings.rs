//! Reads `terraform` blocks: which versions and providers a configuration asks for.
//!
//! **Never:** fetch a provider: acier is its own. Asking for others is no mistake, having blocks of
//! them is. Constraints are held against the versions whose behaviour acier follows.

use crate::diag::{Diagnostic, Span};
use crate::value::{Name, Value};

use super::arguments::{argument, expect, refuse_labels, unsupported_yet};
use super::ast::{Attribute, Block, Body};
use super::fixed;
use super::load::Loader;
use super::module::Requirement;
use super::version::{self, Fault};

/// The release of Terraform whose language acier follows.
const TERRAFORM: [i64; 3] = [1, 11, 4];
/// The release of the azurerm provider whose schemas acier follows.
const AZURERM: [i64; 3] = [4, 81, 0];

impl Loader<'_> {
    pub(super) fn settings(&mut self, block: &Block) {
        refuse_labels(block, &mut self.out);
        let body = &block.body;
        expect(
            body,
            &["required_version", "experiments", "language"],
            &["required_providers", "backend", "cloud", "provider_meta"],
            &mut self.out,
        );
        if let Some(required) = argument(body, "required_version") {
            self.required_version(required);
        }
        if let Some(experiments) = argument(body, "experiments") {
            self.out.push(unsupported_yet(
                "A language experiment",
                "acier follows the stable language only.",
                "Remove the argument.",
                experiments.name_span,
            ));
        }
        if let Some(language) = argument(body, "language")
            && fixed::keyword(&language.expr).is_none_or(|word| &**word != "TF2021")
        {
            let detail = "The only language edition is TF2021.";
            self.out.push(Diagnostic::error("Invalid language edition", detail).at(language.expr.span));
        }
        for inner in &body.blocks {
            match &*inner.name {
                "required_providers" => self.required_providers(inner),
                "backend" | "cloud" => self.backend(inner),
                "provider_meta" => self.out.push(unsupported_yet(
                    "A provider_meta block",
                    "There is no provider that could read it.",
                    "Remove the block.",
                    inner.header,
                )),
                _ => {}
            }
        }
    }

    fn required_version(&mut self, required: &Attribute) {
        let Some(text) = fixed::text(required, &mut self.out) else { return };
        match version::allows(&text, TERRAFORM) {
            Ok(true) => {}
            Ok(false) => {
                let detail = "This configuration does not support Terraform version 1.11.4, whose language acier \
                              follows. To proceed, update this version constraint. Version constraints are normally \
                              set for good reason, so updating the constraint may lead to other errors or unexpected \
                              behavior.";
                let summary = "Unsupported Terraform Core version";
                let hint = "Allow 1.11.4 in required_version, as \">= 1.11\" does.";
                self.out.push(Diagnostic::error(summary, detail).at(required.expr.span).hint(hint));
            }
            Err(Fault::Syntax) => self.bad_constraint(required.expr.span),
            Err(Fault::Prerelease(part)) => {
                let detail = format!(
                    "Prerelease version constraints are not supported: {part}. Remove the prerelease information from \
                     the constraint. Prerelease versions of terraform will match constraints using their version core \
                     only."
                );
                let wrong = Diagnostic::error("Invalid required_version constraint", detail);
                let hint = "Remove what stands behind the last number of the version.";
                self.out.push(wrong.at(required.expr.span).hint(hint));
            }
        }
    }

    fn bad_constraint(&mut self, span: Span) {
        let detail = "This string does not use correct version constraint syntax.";
        let hint = "Write versions with an operator before each and commas between them: \">= 1.3, < 2.0\".";
        self.out.push(Diagnostic::error("Invalid version constraint", detail).at(span).hint(hint));
    }

    fn required_providers(&mut self, block: &Block) {
        refuse_labels(block, &mut self.out);
        let name = "required_providers".into();
        self.declare("settings", &name, block.header, |at| {
            (
                "Duplicate required providers configuration".into(),
                format!(
                    "A module may have only one required providers configuration. The required providers were \
                     previously configured at {at}."
                ),
            )
        });
        let known = Body { attributes: Vec::new(), blocks: block.body.blocks.clone(), end: None };
        expect(&known, &[], &[], &mut self.out);
        for attribute in &block.body.attributes {
            self.required_provider(attribute);
        }
    }

    fn required_provider(&mut self, attribute: &Attribute) {
        let value = match fixed::value(&super::configuration::without_aliases(&attribute.expr, &mut self.out)) {
            Ok(value) => value,
            Err(wrong) => return self.out.extend(wrong),
        };
        let span = attribute.expr.span;
        let (source, constraint) = if let Some(text) = value.as_str() {
            (None, Some(text.to_owned()))
        } else if let Some(members) = value.as_members() {
            for key in members.keys() {
                if !matches!(&**key, "source" | "version") {
                    let detail = format!(
                        "required_providers objects can only contain \"version\" and \"source\" attributes here, not \
                         {key:?}. To configure a provider, use a \"provider\" block."
                    );
                    self.out.push(Diagnostic::error("Invalid required_providers object", detail).at(span));
                }
            }
            let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
            (text("source"), text("version"))
        } else {
            let detail = format!("A provider requirement must be an object, not {}.", value.ty().friendly());
            self.out.push(Diagnostic::error("Invalid required_providers object", detail).at(span));
            return;
        };
        let name = &attribute.name;
        let source = source.unwrap_or_else(|| format!("hashicorp/{name}"));
        let source = source.strip_prefix("registry.terraform.io/").unwrap_or(&source);
        let source = source.strip_prefix("registry.opentofu.org/").unwrap_or(source);
        let requirement = Requirement { source: source.into(), constraint: constraint.as_deref().map(Name::from) };
        self.module.requirements.insert(name.clone(), requirement);
        if &**name == "terraform" && source == "terraform.io/builtin/terraform" {
            // Terraform's own provider is always there.
            return;
        }
        let is_ours = source.eq_ignore_ascii_case("hashicorp/azurerm");
        if &**name != "azurerm" && !is_ours {
            // Whoever only asks for another provider has lost nothing: what belongs to it is reported.
            return;
        }
        if &**name != "azurerm" || !is_ours {
            self.out.push(unsupported_yet(
                &format!("Provider {source:?} under the name {name:?}"),
                "acier speaks to Azure itself and knows the resources of hashicorp/azurerm, under the name azurerm.",
                "Write azurerm = { source = \"hashicorp/azurerm\" }.",
                attribute.name_span,
            ));
            return;
        }
        let Some(constraint) = constraint else { return };
        match version::allows(&constraint, AZURERM) {
            Ok(true) => {}
            Ok(false) => {
                let detail = format!(
                    "The configuration asks for azurerm {constraint}, but acier follows the schemas of azurerm 4.81.0. \
                     Arguments that differ between the two are reported where they stand."
                );
                self.out.push(Diagnostic::warning("Other provider version", detail).at(span).alike());
            }
            // A version before a release is a version of a provider.
            Err(Fault::Prerelease(_)) => {}
            Err(Fault::Syntax) => self.bad_constraint(span),
        }
    }
}
