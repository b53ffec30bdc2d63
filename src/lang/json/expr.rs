//! JSON values as expressions.
//!
//! **Never:** decide how a string is to be read: `shape` says so for each argument. In: nodes.
//! Out: `ast::Expr`. Strings are templates, as a rule, and names of properties are, too.

use std::collections::BTreeMap;

use crate::lang::ast::{Expr, ExprKind, ObjectKey};
use crate::lang::parse;
use crate::value::{Number, Type, Value};

use super::read::{self, Kind, Node, Property};
use super::{Maker, text_value};

/// How strings in an argument are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strings {
    /// As templates.
    Templates,
    /// As they are.
    Text,
    /// As expressions: names of objects, keywords, types.
    Expressions,
}

impl Maker<'_> {
    pub(super) fn expr(&mut self, node: &Node, strings: Strings) -> Expr {
        let span = self.span(&node.range);
        let kind = match &node.kind {
            Kind::Null => ExprKind::Literal(Value::null(Type::Dynamic)),
            Kind::Bool(value) => ExprKind::Literal(Value::bool(*value)),
            Kind::Number => {
                let text = &self.text[node.range.clone()];
                // JSON's zero has no sign, as Terraform reads it.
                let zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
                let number = if zero { Some(Number::from(0)) } else { Number::parse(text) };
                if number.is_none() {
                    self.fault(&node.range, "Invalid JSON number", "This number cannot be represented.");
                }
                ExprKind::Literal(Value::number(number.unwrap_or(Number::from(0))))
            }
            Kind::String => return self.string_expr(&node.range, strings),
            Kind::Array(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item, strings)).collect()),
            Kind::Object(properties) => ExprKind::Object(self.members(properties, strings)),
        };
        Expr { kind, span }
    }

    fn string_expr(&mut self, range: &std::ops::Range<usize>, strings: Strings) -> Expr {
        let (text, origin) = read::decode(self.text, range);
        let plain =
            strings == Strings::Text || strings == Strings::Templates && !text.contains("${") && !text.contains("%{");
        let (mut expr, found) = if plain {
            let kind = ExprKind::Literal(text_value(&text));
            (Expr { kind, span: self.span(range) }, crate::diag::Diagnostics::none())
        } else if strings == Strings::Templates {
            parse::template_within(&text, self.file, origin)
        } else {
            parse::expression_within(&text, self.file, origin)
        };
        if found.has_errors() && strings == Strings::Expressions {
            // What the text fails to be is said by whoever wants an expression there.
            let kind = ExprKind::Literal(text_value(&text));
            return Expr { kind, span: self.span(range) };
        }
        self.out.extend(found);
        expr.span = self.span(range);
        expr
    }

    fn members(&mut self, properties: &[Property], strings: Strings) -> Vec<(ObjectKey, Expr)> {
        let mut seen = BTreeMap::new();
        let mut members = Vec::with_capacity(properties.len());
        for property in properties {
            let key =
                self.string_expr(&property.name, if strings == Strings::Expressions { Strings::Text } else { strings });
            let value = self.expr(&property.value, strings);
            if self.out.0.len() < parse::ENOUGH
                && let ExprKind::Literal(key) = &key.kind
                && let Some(name) = key.as_str()
                && let Some(first) = seen.insert(name.to_owned(), property.name.start)
            {
                let detail = format!(
                    "An attribute named {name:?} was already defined on line {}.",
                    self.text[..first].matches('\n').count() + 1
                );
                self.fault(&property.name, "Duplicate object attribute", detail);
            }
            members.push((ObjectKey::Expr(key), value));
        }
        members
    }
}
