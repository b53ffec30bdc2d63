//! Desired minus prior is changes; changes lowered are ordered steps; a plan is data.
//!
//! **Never:** await, fetch, or know a cloud. The planner asks, it does not fetch: data sources
//! make it return questions, the engine answers them, and it runs again.
//! The decision to question: a change is fully decided here (replacement order, deposed objects,
//! reverse order of deletions); the engine only walks steps.

pub mod change;
pub mod resolve;

use std::collections::BTreeMap;

use crate::addr::{Addr, Target};
use crate::diag::Diagnostics;
use crate::lang::inputs::Inputs;
use crate::lang::scope::Scope;
use crate::seal::Key;
use crate::state::{Object, State};
use crate::value::{Name, Value};

pub use change::{Action, Change, OutputChange, Plan, Step, StepAct};

/// What the plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Make the cloud what the configuration says.
    #[default]
    Normal,
    /// Delete everything.
    Destroy,
    /// Only bring state and outputs in line with the cloud.
    RefreshOnly,
}

/// What the user asked of the plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the plan is for.
    pub mode: Mode,
    /// `-target`: only these and what they need.
    pub targets: Vec<Target>,
    /// `-exclude`: all but these and what needs them.
    pub excludes: Vec<Target>,
    /// `-replace`: replace these even if nothing changed.
    pub replace: Vec<Addr>,
}

/// What the engine found in the cloud before planning.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    /// Objects that were found changed (the new object) or gone (nothing), by address and the key
    /// of a deposed object. What was found unchanged or not looked at is not here.
    pub found: Vec<(Addr, Option<Name>, Option<Object>)>,
}

/// Data sources that must be read before the plan can be finished: address and configuration.
pub type Questions = Vec<(Addr, Value)>;

/// What came of planning.
#[derive(Clone, Debug)]
pub enum Planned {
    /// A plan.
    Ready(Box<Plan>),
    /// Read these data sources and call again with their answers added.
    Ask(Questions),
}

/// Plans. `state` is the stored state; `refreshed` is laid over it; `answers` holds data sources
/// read so far. Warnings and errors come beside; with an error there is no plan.
///
/// # Errors
/// Everything that is wrong with the configuration against this state.
pub fn plan(
    scope: &mut Scope,
    inputs: &Inputs,
    state: &State,
    refreshed: &Refreshed,
    answers: &BTreeMap<Addr, Value>,
    options: &Options,
    key: &Key,
) -> Result<(Planned, Diagnostics), Diagnostics> {
    let _ = (scope, inputs, state, refreshed, answers, options, key);
    todo!("plan helper")
}
