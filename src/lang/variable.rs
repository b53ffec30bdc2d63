//! Reads `variable` blocks.
//!
//! **Never:** decide values; `inputs` does. In: a block. Out: a [`Variable`] in the module, or findings.

use crate::diag::Diagnostic;
use crate::value::Value;

use super::arguments::{argument, expect, labels};
use super::ast::Block;
use super::constraint::{self, describe};
use super::fixed;
use super::load::Loader;
use super::module::{Constraint, Variable};
use super::resource::condition;

/// Names that mean something else inside `module` blocks.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

impl Loader<'_> {
    pub(super) fn variable(&mut self, block: &Block) {
        let Some([label]) = labels(block, &["name"], &mut self.out) else { return };
        let (name, body) = (&label.text, &block.body);
        if RESERVED.contains(&&**name) {
            let detail =
                format!("The variable name {name:?} is reserved due to its special meaning inside module blocks.");
            self.out.push(Diagnostic::error("Invalid variable name", detail).at(label.span));
        }
        expect(
            body,
            &["description", "default", "type", "sensitive", "nullable", "ephemeral", "deprecated"],
            &["validation"],
            &mut self.out,
        );
        let fresh = self.declare("variable", name, block.header, |at| {
            (
                "Duplicate variable declaration".into(),
                format!(
                    "A variable named {name:?} was already declared at {at}. Variable names must be unique within a \
                     module."
                ),
            )
        });
        let ty = argument(body, "type");
        let constraint = match ty {
            Some(ty) => constraint::read(&ty.expr, &mut self.out),
            None => Some(Constraint::any()),
        };
        let known_type = constraint.is_some();
        let constraint = constraint.unwrap_or_else(Constraint::any);
        let nullable = argument(body, "nullable").and_then(|flag| fixed::flag(flag, &mut self.out)).unwrap_or(true);
        let default = if known_type { self.default(block, &constraint, nullable) } else { None };
        if let Some(deprecated) = argument(body, "deprecated") {
            let text = fixed::text(deprecated, &mut self.out).unwrap_or_default();
            let detail = format!("The variable {name:?} is declared deprecated: {text}");
            self.out.push(Diagnostic::warning("Deprecated variable", detail).at(deprecated.name_span));
        }
        let sensitive = argument(body, "sensitive").and_then(|flag| fixed::flag(flag, &mut self.out));
        let ephemeral = argument(body, "ephemeral").and_then(|flag| fixed::flag(flag, &mut self.out));
        let description = argument(body, "description").and_then(|text| fixed::text(text, &mut self.out));
        let validations = body.blocks.iter().filter(|inner| &*inner.name == "validation");
        let validations = validations.filter_map(|inner| condition(inner, &mut self.out)).collect();
        if fresh {
            let literal = ty.is_none() || constraint.ty.is_primitive();
            let variable = Variable {
                name: name.clone(),
                span: block.header,
                literal,
                constraint,
                default,
                sensitive: sensitive.unwrap_or(false),
                ephemeral: ephemeral.unwrap_or(false),
                nullable,
                description,
                validations,
            };
            self.module.variables.insert(name.clone(), variable);
        }
    }

    fn default(&mut self, block: &Block, constraint: &Constraint, nullable: bool) -> Option<Value> {
        let attribute = argument(&block.body, "default")?;
        let value = match fixed::value(&attribute.expr) {
            Ok(value) => value,
            Err(wrong) => {
                self.out.extend(wrong);
                return None;
            }
        };
        let invalid =
            |detail: String| Diagnostic::error("Invalid default value for variable", detail).at(attribute.expr.span);
        if value.is_null() && !nullable {
            self.out.push(invalid("A null default value is not valid when nullable=false.".into()));
            return None;
        }
        match constraint.apply(&value) {
            Ok(value) => Some(value),
            Err(mismatch) => {
                self.out.push(invalid(format!(
                    "This default value is not compatible with the variable's type constraint: {}.",
                    describe(&mismatch, false)
                )));
                None
            }
        }
    }
}
