//! Fills in during apply what was unknown in the plan.
//!
//! **Never:** decide anew. What was known in the plan must come out the same; if it does not,
//! that is an error and the step is not begun.

use crate::addr::Addr;
use crate::diag::Diagnostics;
use crate::lang::scope::Scope;
use crate::state::State;
use crate::value::{Name, Value};

use super::change::{Change, Plan};

/// The configuration during an apply: knows what is made already.
pub struct Resolver {
    scope: Scope,
}

impl Resolver {
    /// Starts from a plan: publishes everything that the plan leaves as it is. `scope` is fresh,
    /// made with `applying`.
    #[must_use]
    pub fn new(scope: Scope, plan: &Plan, state: &State) -> Resolver {
        let _ = (plan, state);
        Resolver { scope }
    }

    /// The attributes that a change really asks for, now that what it needs is made. Unknown
    /// remains only what the cloud decides.
    ///
    /// # Errors
    /// What cannot be evaluated, failed preconditions, or how it contradicts the plan.
    pub fn resolve(&mut self, change: &Change) -> Result<Value, Diagnostics> {
        let _ = change;
        todo!("plan helper")
    }

    /// Makes what a step made or read visible to what refers to it, and checks postconditions.
    pub fn publish(&mut self, addr: &Addr, value: Value) -> Diagnostics {
        let _ = (addr, value, &self.scope);
        todo!("plan helper")
    }

    /// All output values as they are now; those that cannot be evaluated because a step failed
    /// are left out.
    pub fn outputs(&mut self) -> (Vec<(Name, Value)>, Diagnostics) {
        todo!("plan helper")
    }
}
