//! What a plan remembers of the values of variables: nothing of those that live for one run only.
//!
//! **Never:** let an ephemeral value into a plan. In: the inputs of a run. Out: those that a plan
//! may hold; of an ephemeral variable that was set, that it was set.

use crate::lang::inputs::Inputs;
use crate::lang::module::Module;
use crate::value::{Marks, Value};

/// The inputs as a plan holds them.
pub(super) fn remembered(inputs: &Inputs, module: &Module) -> Inputs {
    let kept = inputs.0.iter().map(|(name, value)| {
        if !value.contains_mark(Marks::EPHEMERAL) {
            return (name.clone(), value.clone());
        }
        let default = module.variables.get(name).and_then(|variable| variable.default.as_ref());
        let remembered = match default.filter(|default| default.same(value)) {
            // It stands in the configuration for all to read.
            Some(default) => default.clone(),
            None => Value::unknown(value.ty()).with_marks(Marks::EPHEMERAL),
        };
        (name.clone(), remembered)
    });
    Inputs(kept.collect())
}

/// Whether a remembered value says only that the variable was set.
#[must_use]
pub fn was_set(remembered: &Value) -> bool {
    remembered.is_unknown() && remembered.contains_mark(Marks::EPHEMERAL)
}
