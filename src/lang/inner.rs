//! What lies directly inside an expression.
//!
//! **Never:** go deeper than one level; whoever asks decides what to do with what is found. In: an
//! expression. Out: the expressions in it, in the order in which they are written, each with the names
//! that `for` and template directives bind around it.

use crate::value::Name;

use super::ast::{Access, Expr, ExprKind, ObjectKey, Part};

/// Takes an expression, and the names that mean something of their own in it.
pub(super) type Take<'t, 'e> = dyn FnMut(&'e Expr, &[&'e Name]) + 't;

impl Expr {
    /// Hands over every expression that lies directly in this one.
    pub(super) fn inner<'e>(&'e self, take: &mut Take<'_, 'e>) {
        match &self.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Template(parts) => of_parts(parts, &mut Vec::new(), take),
            ExprKind::Wrapped(inner) | ExprKind::Parens(inner) | ExprKind::Unary(_, inner) => take(inner, &[]),
            ExprKind::Reference(_, steps) => of_steps(steps, take),
            ExprKind::Access(inner, steps) => {
                take(inner, &[]);
                of_steps(steps, take);
            }
            ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|inner| take(inner, &[])),
            ExprKind::Conditional(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|inner| take(inner, &[]));
            }
            ExprKind::Call(call) => call.args.iter().for_each(|inner| take(inner, &[])),
            ExprKind::Tuple(members) => members.iter().for_each(|inner| take(inner, &[])),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    if let ObjectKey::Expr(key) = key {
                        take(key, &[]);
                    }
                    take(value, &[]);
                }
            }
            ExprKind::For(each) => {
                take(&each.collection, &[]);
                let bound: Vec<&Name> = each.key_name.iter().chain([&each.value_name]).collect();
                let inner = each.key.iter().chain([&each.value]).chain(&each.condition);
                inner.for_each(|inner| take(inner, &bound));
            }
        }
    }
}

fn of_steps<'e>(steps: &'e [Access], take: &mut Take<'_, 'e>) {
    for step in steps {
        match step {
            Access::Attr(..) => {}
            Access::Index(key, _) => take(key, &[]),
            Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => of_steps(inner, take),
        }
    }
}

/// Hands over every expression that lies directly in the parts of a template; `bound` are the names that
/// directives around them bind.
pub(super) fn of_parts<'e>(parts: &'e [Part], bound: &mut Vec<&'e Name>, take: &mut Take<'_, 'e>) {
    for part in parts {
        match part {
            Part::Text(..) => {}
            Part::Interpolation(inner) => take(inner, bound),
            Part::If { condition, yes, no } => {
                take(condition, bound);
                of_parts(yes, bound, take);
                of_parts(no, bound, take);
            }
            Part::For { key_name, value_name, collection, body } => {
                take(collection, bound);
                let depth = bound.len();
                bound.extend(key_name.iter().chain([value_name]));
                of_parts(body, bound, take);
                bound.truncate(depth);
            }
        }
    }
}
