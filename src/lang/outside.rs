//! Conditions that stand outside of the configuration and speak of its root module.
//!
//! **Never:** let a reference pass that the configuration would refuse. In: a condition. Out: what
//! becomes of it, after everything that it refers to is settled.

use crate::diag::{Diagnostics, Seen, Span};

use super::ast::Expr;
use super::condition::{Verdict, judge};
use super::frame::FrameId;
use super::link;
use super::module::{Condition, Node};
use super::names::{Own, Place};
use super::scope::Scope;

impl Scope {
    /// Judges a condition.
    pub(super) fn judge_outside(&mut self, condition: &Condition) -> (Verdict, Diagnostics) {
        let (module, schemas) = (self.tree.root().clone(), self.schemas().clone());
        let mut out = Diagnostics::none();
        for expr in [&condition.condition, &condition.message] {
            let (wrong, needs) = link::judge(&module, &schemas, expr);
            out.extend(wrong);
            for need in needs.into_iter().filter(|need| matches!(need, Node::Local(_) | Node::Uses(..))) {
                self.names.settle_node(FrameId::ROOT, need);
            }
        }
        if out.has_errors() {
            return (Verdict::Unknown, out);
        }
        let place = Place::default();
        let verdict = judge(condition, &self.names.reader(FrameId::ROOT, &place), &mut out);
        (verdict, out)
    }

    /// What the references of an expression that was judged stand for; `own` knows the names that the
    /// configuration does not have.
    pub(super) fn seen_outside(&self, expr: &Expr, within: Span, own: Own<'_>) -> Vec<Seen> {
        let place = Place::default();
        self.names.reader(FrameId::ROOT, &place).seen_with(expr, within, own)
    }
}
