//! Evaluates an expression that stands nowhere in the configuration, as if it stood in its root.
//!
//! **Never:** change what the module is. In: an expression and a scope with what is published. Out:
//! its value, or what is wrong with it: names that are not there are found before anything is
//! evaluated, as in the configuration itself.

use crate::diag::{Diagnostics, Severity};
use crate::value::Value;

use super::ast::Expr;
use super::frame::FrameId;
use super::link;
use super::module::Node;
use super::names::Place;
use super::scope::Scope;

impl Scope {
    /// The value of an expression, for the console.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn ask(&mut self, expr: &Expr) -> Result<Value, Diagnostics> {
        let module = self.tree.root().clone();
        let schemas = self.schemas().clone();
        let (mut found, needs) = link::judge(&module, &schemas, expr);
        if found.has_errors() {
            found.0.retain(|finding| finding.severity == Severity::Error);
            return Err(found);
        }
        for need in needs {
            if matches!(need, Node::Local(_) | Node::Uses(..)) {
                self.names.settle_node(FrameId::ROOT, need);
            }
        }
        let place = Place::default();
        self.names.reader(FrameId::ROOT, &place).value(expr)
    }
}
