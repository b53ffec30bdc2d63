//! Finds the references of an expression without evaluating it.
//!
//! **Never:** look a name up. In: an expression. Out: each free reference with its steps, in the
//! order in which they are written; names that the expression itself binds are passed over.

use crate::diag::Span;
use crate::value::Name;

use super::super::ast::{Access, Expr, ExprKind, Part};
use super::super::inner::of_parts;

type Found<'f> = dyn FnMut(&Name, &[Access], Span) + 'f;

/// Every reference in an expression to a name that it does not bind itself, with its steps.
pub fn references(expr: &Expr, found: &mut dyn FnMut(&Name, &[Access], Span)) {
    Walk { bound: Vec::new(), found }.expr(expr);
}

/// The same in the parts of a template.
pub(crate) fn references_in(parts: &[Part], found: &mut dyn FnMut(&Name, &[Access], Span)) {
    let mut walk = Walk { bound: Vec::new(), found };
    of_parts(parts, &mut Vec::new(), &mut |inner, bound| walk.within(inner, bound));
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
            ExprKind::Reference(name, steps) if !self.bound.contains(name) => (self.found)(name, steps, expr.span),
            // What `convert` converts to is a type, whose words name nothing.
            ExprKind::Call(call) if matches!(&*call.name, "convert" | "core::convert") => {
                return call.args.iter().take(1).for_each(|argument| self.expr(argument));
            }
            _ => {}
        }
        expr.inner(&mut |inner, bound| self.within(inner, bound));
    }

    fn within(&mut self, inner: &Expr, bound: &[&Name]) {
        let depth = self.bound.len();
        self.bound.extend(bound.iter().copied().cloned());
        self.expr(inner);
        self.bound.truncate(depth);
    }
}
