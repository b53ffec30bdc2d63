//! Expressions and conditions that stand outside of the configuration and speak of its root module.
//!
//! **Never:** change what the module is, or let a reference pass that the configuration would refuse: names
//! that are not there are found before anything is evaluated. In: what the console or a test asks, and a
//! scope with what is published. Out: a value or a verdict, or what is wrong.

use crate::diag::{Diagnostics, Seen, Severity, Span};
use crate::value::Value;

use super::ast::Expr;
use super::condition::{Verdict, judge};
use super::frame::FrameId;
use super::link;
use super::module::{Condition, Node};
use super::names::{NOTHING, Own, Place};
use super::scope::Scope;

impl Scope {
    /// The value of an expression, for the console.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn ask(&mut self, expr: &Expr) -> Result<Value, Diagnostics> {
        self.ask_with(expr, NOTHING)
    }

    /// The same; `own` knows the names that the configuration does not have.
    pub(super) fn ask_with(&mut self, expr: &Expr, own: Own<'_>) -> Result<Value, Diagnostics> {
        let mut found = self.prepare(expr, own);
        if found.has_errors() {
            found.0.retain(|finding| finding.severity == Severity::Error);
            return Err(found);
        }
        let place = Place::default();
        self.names.reader_with(FrameId::ROOT, &place, own).value(expr)
    }

    /// Judges a condition; `own` likewise.
    pub(super) fn judge_outside(&mut self, condition: &Condition, own: Own<'_>) -> (Verdict, Diagnostics) {
        let mut out = self.prepare(&condition.condition, own);
        out.extend(self.prepare(&condition.message, own));
        if out.has_errors() {
            return (Verdict::Broken, out);
        }
        let place = Place::default();
        let verdict = judge(condition, &self.names.reader_with(FrameId::ROOT, &place, own), &mut out);
        (verdict, out)
    }

    /// What the references of a stretch of an expression that was judged stand for; `own` likewise.
    pub(super) fn seen_outside(&self, expr: &Expr, within: Span, own: Own<'_>) -> Vec<Seen> {
        let place = Place::default();
        self.names.reader_with(FrameId::ROOT, &place, own).seen_within(expr, within)
    }

    /// Settles what an expression refers to, and says what is wrong with the references.
    fn prepare(&mut self, expr: &Expr, own: Own<'_>) -> Diagnostics {
        let (module, schemas) = (self.tree.root().clone(), self.schemas().clone());
        let (found, needs) = link::judge(&module, &schemas, expr, own);
        if !found.has_errors() {
            for need in needs.into_iter().filter(|need| matches!(need, Node::Local(_) | Node::Uses(..))) {
                self.names.settle_node(FrameId::ROOT, need);
            }
        }
        found
    }
}
