//! Finds the references of an expression without evaluating it.
//!
//! **Never:** look a name up. In: an expression. Out: each free reference with its steps, in the
//! order in which they are written; names that the expression itself binds are passed over.

use crate::diag::Span;
use crate::value::Name;

use super::super::ast::{Access, Expr, ExprKind, ObjectKey, Part};

type Found<'f> = dyn FnMut(&Name, &[Access], Span) + 'f;

/// Every reference in an expression to a name that it does not bind itself, with its steps.
pub fn references(expr: &Expr, found: &mut dyn FnMut(&Name, &[Access], Span)) {
    Walk { bound: Vec::new(), found }.expr(expr);
}

/// The same in the parts of a template.
pub(crate) fn references_in(parts: &[Part], found: &mut dyn FnMut(&Name, &[Access], Span)) {
    Walk { bound: Vec::new(), found }.parts(parts);
}

struct Walk<'f, 'g> {
    bound: Vec<Name>,
    found: &'f mut Found<'g>,
}

impl Walk<'_, '_> {
    fn expr(&mut self, expr: &Expr) {
        // The left side of operators and the inside of wrappers are followed in a loop: a long
        // chain of `a + b + c` nests on the left, once for each operator.
        let mut right_sides = Vec::new();
        let mut here = expr;
        loop {
            match &here.kind {
                ExprKind::Binary(_, left, right) => {
                    right_sides.push(&**right);
                    here = left;
                }
                ExprKind::Wrapped(inner) | ExprKind::Parens(inner) | ExprKind::Unary(_, inner) => here = inner,
                _ => break,
            }
        }
        self.leaf(here);
        for right in right_sides.into_iter().rev() {
            self.expr(right);
        }
    }

    fn leaf(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Reference(name, steps) => {
                if !self.bound.contains(name) {
                    (self.found)(name, steps, expr.span);
                }
                self.steps(steps);
            }
            ExprKind::Access(inner, steps) => {
                self.expr(inner);
                self.steps(steps);
            }
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Conditional(condition, yes, no) => [condition, yes, no].into_iter().for_each(|e| self.expr(e)),
            // What `convert` converts to is a type, whose words name nothing.
            ExprKind::Call(call) if matches!(&*call.name, "convert" | "core::convert") => {
                call.args.iter().take(1).for_each(|argument| self.expr(argument));
            }
            ExprKind::Call(call) => call.args.iter().for_each(|argument| self.expr(argument)),
            ExprKind::Tuple(members) => members.iter().for_each(|member| self.expr(member)),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    if let ObjectKey::Expr(key) = key {
                        self.expr(key);
                    }
                    self.expr(value);
                }
            }
            ExprKind::For(comprehension) => {
                self.expr(&comprehension.collection);
                self.binding(comprehension.key_name.as_ref(), &comprehension.value_name, |walk| {
                    let inner =
                        [comprehension.key.as_ref(), Some(&comprehension.value), comprehension.condition.as_ref()];
                    inner.into_iter().flatten().for_each(|part| walk.expr(part));
                });
            }
            ExprKind::Literal(_)
            | ExprKind::Binary(..)
            | ExprKind::Wrapped(_)
            | ExprKind::Parens(_)
            | ExprKind::Unary(..) => {}
        }
    }

    fn binding(&mut self, key: Option<&Name>, value: &Name, run: impl FnOnce(&mut Self)) {
        let depth = self.bound.len();
        self.bound.extend(key.cloned());
        self.bound.push(value.clone());
        run(self);
        self.bound.truncate(depth);
    }

    fn steps(&mut self, steps: &[Access]) {
        for step in steps {
            match step {
                Access::Attr(..) => {}
                Access::Index(key, _) => self.expr(key),
                Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => self.steps(inner),
            }
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(..) => {}
                Part::Interpolation(inner) => self.expr(inner),
                Part::If { condition, yes, no } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                Part::For { key_name, value_name, collection, body } => {
                    self.expr(collection);
                    self.binding(key_name.as_ref(), value_name, |walk| walk.parts(body));
                }
            }
        }
    }
}
