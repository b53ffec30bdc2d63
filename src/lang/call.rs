//! Reads `module` blocks.
//!
//! **Never:** look for the module that is called; [`super::tree`] asks for it, and holds the arguments
//! against its variables. In: a block. Out: a [`Call`] in the module, or findings.

use crate::addr::source::has_password;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::Name;

use super::arguments::{argument, expect, labels, missing_argument, unsupported_block};
use super::ast::{Access, Block, Expr, ExprKind, ObjectKey};
use super::fixed;
use super::load::Loader;
use super::module::{Call, Passed, ProviderName};

/// Arguments of the call itself; all others are values of variables.
const META_ARGUMENTS: [&str; 6] = ["source", "version", "providers", "count", "for_each", "depends_on"];
/// Block types that Terraform keeps for itself.
const RESERVED: [&str; 3] = ["lifecycle", "locals", "provider"];

impl Loader<'_> {
    pub(super) fn call(&mut self, block: Block) {
        let Some([label]) = labels(&block, &["name"], &mut self.out) else { return };
        let (name, span) = (label.text.clone(), block.header);
        let fresh = self.declare("module", &name, span, |at| {
            (
                "Duplicate module call".into(),
                format!(
                    "A module call named {name:?} was already defined at {at}. Module calls must have unique names \
                     within a module."
                ),
            )
        });
        for inner in block.body.blocks.iter().filter(|inner| &*inner.name != "lifecycle") {
            self.out.push(if RESERVED.contains(&&*inner.name) {
                let detail = format!(
                    "The block type name {:?} is reserved for use by Terraform in a future version.",
                    inner.name
                );
                Diagnostic::error("Reserved block type name in module block", detail)
                    .at(inner.header)
                    .hint("Remove the block.")
            } else {
                unsupported_block(inner, &[], &[])
            });
        }
        let source = match argument(&block.body, "source") {
            Some(source) => {
                fixed::text(source, &mut self.out).map(|text| {
                    // The line of the source would show a password.
                    let span = if has_password(&text) { span } else { source.expr.span };
                    (Name::from(text.as_str()), span)
                })
            }
            None => {
                let hint = "Say where the module lies: source = \"./folder\".";
                self.out.push(missing_argument("source", span).hint(hint));
                None
            }
        };
        let version = argument(&block.body, "version").and_then(|text| fixed::text(text, &mut self.out));
        if let Some(inner) = block.body.blocks.iter().find(|inner| &*inner.name == "lifecycle") {
            expect(&inner.body, &["enabled"], &[], &mut self.out);
        }
        let repetition = self.repetition(&block.body);
        let repetition = self.enabled(&block.body, repetition);
        let depends_on = self.depends_on(&block.body);
        let providers = argument(&block.body, "providers").map(|given| self.passed(&given.expr)).unwrap_or_default();
        let mut arguments = block.body.attributes;
        arguments.retain(|argument| !META_ARGUMENTS.contains(&&*argument.name));
        if let (true, Some((source, source_span))) = (fresh, source) {
            let version = version.map(|text| Name::from(text.as_str()));
            let call = Call {
                name: name.clone(),
                span,
                source,
                source_span,
                version,
                repetition,
                arguments,
                providers,
                depends_on,
            };
            self.module.calls.insert(name, call);
        }
    }

    /// The entries of `providers = { azurerm = azurerm.east }`.
    fn passed(&mut self, expr: &Expr) -> Vec<Passed> {
        let detail = "The providers of a module call are written out: { azurerm = azurerm.east }.";
        let mut expr = expr.clone();
        if let ExprKind::Object(items) = &mut expr.kind {
            for (key, value) in items {
                if let ObjectKey::Expr(key) = key {
                    *key = self.unquoted(key).unwrap_or_else(|| key.clone());
                }
                *value = self.unquoted(value).unwrap_or_else(|| value.clone());
            }
        }
        passed(&expr, ("Invalid providers argument", detail), &mut self.out)
    }
}

/// The entries of a map of provider configurations; `no_map` is what is said if it is none.
pub(super) fn passed(expr: &Expr, no_map: (&str, &str), out: &mut Diagnostics) -> Vec<Passed> {
    let ExprKind::Object(items) = &expr.kind else {
        out.push(Diagnostic::error(no_map.0, no_map.1).at(expr.span));
        return Vec::new();
    };
    let mut passed: Vec<Passed> = Vec::new();
    for (key, value) in items {
        let inner = match key {
            ObjectKey::Name(name, _) => Some(ProviderName { name: name.clone(), alias: None }),
            ObjectKey::Expr(key) => provider_name(key),
        };
        let (outer, chosen) = instance(value);
        let (Some(inner), Some(outer)) = (inner, provider_name(&outer)) else {
            out.push(bad_provider(value.span));
            continue;
        };
        if passed.iter().any(|other| other.inner == inner) {
            let detail = format!("A provider configuration for {inner} was already given.");
            let summary = "Duplicate provider address";
            out.push(Diagnostic::error(summary, detail).at(value.span).hint("Remove one of the two."));
            continue;
        }
        passed.push(Passed { inner, outer, key: chosen, span: value.span });
    }
    passed
}

/// The configuration that an expression names: `azurerm`, `azurerm.east`.
fn provider_name(expr: &Expr) -> Option<ProviderName> {
    match &expr.kind {
        ExprKind::Parens(inner) => provider_name(inner),
        ExprKind::Reference(name, steps) => match steps.as_slice() {
            [] => Some(ProviderName { name: name.clone(), alias: None }),
            [Access::Attr(alias, _)] => Some(ProviderName { name: name.clone(), alias: Some(alias.clone()) }),
            _ => None,
        },
        _ => None,
    }
}

/// A configuration without the key that chooses one of its instances, and that key: `azurerm.by_region[each.key]`.
/// Source of the form: OpenTofu 1.9, "Provider Iteration".
fn instance(expr: &Expr) -> (Expr, Option<Expr>) {
    match &expr.kind {
        ExprKind::Parens(inner) => instance(inner),
        ExprKind::Reference(name, steps) => match steps.as_slice() {
            [alias @ Access::Attr(..), Access::Index(key, _)] => {
                let kind = ExprKind::Reference(name.clone(), vec![alias.clone()]);
                (Expr { kind, ..expr.clone() }, Some((**key).clone()))
            }
            _ => (expr.clone(), None),
        },
        _ => (expr.clone(), None),
    }
}

fn bad_provider(span: Span) -> Diagnostic {
    let detail = "A provider configuration is named by the local name of its provider, with its alias behind a dot if it \
                  has one, and the key of one of its instances if it has for_each: azurerm, azurerm.east, azurerm.by_region[each.key].";
    Diagnostic::error("Invalid provider configuration reference", detail).at(span)
}
