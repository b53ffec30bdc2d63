//! Reads `module` blocks.
//!
//! **Never:** look for the module that is called; [`super::tree`] asks for it, and holds the arguments
//! against its variables. In: a block. Out: a [`Call`] in the module, or findings.

use crate::addr::source::has_password;
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Name;

use super::arguments::{argument, expect, labels, missing_argument, unsupported_block};
use super::ast::{Block, Expr, ExprKind, ObjectKey};
use super::configuration::{named, not_named};
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
            ObjectKey::Name(name, _) => Some(ProviderName::default_of(name.clone())),
            ObjectKey::Expr(key) => named(key).and_then(|(name, key)| key.is_none().then_some(name)),
        };
        let (Some(inner), Some((outer, chosen))) = (inner, named(value)) else {
            out.push(not_named(value.span));
            continue;
        };
        if passed.iter().any(|other| other.inner == inner) {
            let detail = format!("A provider configuration for {inner} was already given.");
            let summary = "Duplicate provider address";
            out.push(Diagnostic::error(summary, detail).at(value.span).hint("Remove one of the two."));
            continue;
        }
        passed.push(Passed { inner, outer, key: chosen.cloned(), span: value.span });
    }
    passed
}
