//! What we believe exists, and the events that change the belief.
//!
//! **Never:** know files, clouds or kinds. In: events. Out: the state after them.
//! `State::apply` is total: every event either fits or is named as a contradiction; replaying a
//! log is nothing but applying its events in order. Secrets appear here as fingerprints only.

mod apply;
mod event;
mod needs;

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block};
use crate::value::{Name, Value};

pub use apply::Contradiction;
pub use event::{Act, Event, Intent, Journal, JournalError, OperationKind, Outcome, StepId};
pub use needs::Needs;

/// An object that exists in a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its kind: `azurerm_container_group`.
    pub kind: Name,
    /// Its id in the cloud.
    pub id: Name,
    /// The version of the schema that `value` follows.
    pub schema_version: u32,
    /// Its attributes; write-only ones are fingerprints.
    pub value: Value,
    /// The blocks that it needs; it is destroyed before them. A step of a module's path without a key
    /// stands for all instances of that module.
    pub needs: Vec<Block>,
    /// It was left half made and is to be replaced.
    pub tainted: bool,
    /// Beside `tainted`: it is whole, but its creation-time provisioners have not all ended well.
    pub unprovisioned: bool,
    /// The cloud and account in which it lives, where that is not the state's own.
    pub cloud: Option<Name>,
    /// Its last update was taken on and did not end well: it is carried out again, even where
    /// the cloud shows the new attributes already.
    pub unfinished: bool,
    /// Its replacement is made before it is deleted.
    pub create_before_destroy: bool,
}

impl Object {
    /// The blocks that it needs, as they are declared.
    #[must_use]
    pub fn depends_on(&self) -> BTreeSet<Block> {
        self.needs.iter().map(|block| block.declared().into_owned()).collect()
    }
}

/// A stored output value.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The value; sensitive outputs carry the mark.
    pub value: Value,
}

/// A step whose end we have not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What was going to be done.
    pub intent: Intent,
    /// Where to ask for its end, once the cloud accepted it.
    pub ticket: Option<Name>,
}

/// An operation that has begun and not ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What it does.
    pub kind: OperationKind,
    /// When it began, RFC 3339.
    pub at: Name,
}

/// Everything we believe exists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Identifies this state among all states, a UUID given by the first operation.
    pub lineage: Option<Name>,
    /// The number of the last operation; every operation has a greater one.
    pub serial: u64,
    /// The cloud in which all objects live, once one does.
    pub cloud: Option<Name>,
    /// Objects by address.
    pub objects: BTreeMap<Addr, Object>,
    /// Objects that were replaced and are still to be deleted, by address and a key of their own.
    pub deposed: BTreeMap<(Addr, Name), Object>,
    /// Output values of the root module.
    pub outputs: BTreeMap<Name, Output>,
    /// Steps in flight.
    pub pending: BTreeMap<StepId, Pending>,
    /// The operation that has begun and not ended.
    pub running: Option<Running>,
}
