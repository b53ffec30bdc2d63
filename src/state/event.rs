//! The records of the operation log, as plain data, and the port that writes them.
//!
//! **Never:** know how they are written. The order of one step's events is
//! intent, accepted (if the cloud answered with something to wait for), then exactly one of
//! done, failed, dropped.

use super::{Object, Output};
use crate::addr::{Addr, Block};
use crate::value::{Name, Value};

/// One step of one operation, unique in a state's whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    /// The operation's serial.
    pub operation: u64,
    /// The step's number in it.
    pub step: u32,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Carries out a plan.
    Apply,
    /// Carries out a plan that destroys everything.
    Destroy,
    /// Brings the state in line with the cloud.
    Refresh,
    /// Finds out what became of the steps that a crash left in flight.
    Resume,
    /// Changes the state only: `state rm` and its like.
    Edit,
}

/// What a step asks of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Make an object that is not there.
    Create,
    /// Change an object in place.
    Update,
    /// Remove an object.
    Delete,
}

/// What is about to be done; written and synced before it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The object's address.
    pub addr: Addr,
    /// For the deletion of a replaced object: its key among the deposed.
    pub deposed: Option<Name>,
    /// What is asked.
    pub act: Act,
    /// The object's kind.
    pub kind: Name,
    /// The object's id, known before it exists because ARM ids are made of names.
    pub id: Name,
    /// The attributes that it shall have, write-only ones as fingerprints; null for a deletion.
    pub planned: Value,
    /// What the object needs, for the state.
    pub needs: Vec<Block>,
    /// See [`Object::create_before_destroy`].
    pub create_before_destroy: bool,
    /// See [`Object::cloud`].
    pub cloud: Option<Name>,
    /// Provisioners run after the object is made, or before it is deleted.
    pub provisions: bool,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Complete,
    /// Some steps failed or were never begun.
    Incomplete,
}

/// One record of the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An operation begins.
    Begin {
        /// Its number: the state's serial plus one.
        serial: u64,
        /// What it does.
        kind: OperationKind,
        /// The lineage of the state; given by the first operation and the same ever after.
        lineage: Name,
        /// The cloud that it acts on, where it acts on one.
        cloud: Option<Name>,
        /// When, RFC 3339.
        at: Name,
    },
    /// A step is about to be sent. Must be durable before it is.
    Intent {
        /// Which step.
        step: StepId,
        /// What it asks.
        intent: Intent,
    },
    /// The cloud accepted a step and works on it.
    Accepted {
        /// Which step.
        step: StepId,
        /// Where to ask for its end; only the provider reads it.
        ticket: Name,
    },
    /// A step ended well.
    Done {
        /// Which step.
        step: StepId,
        /// What exists now at the step's address; nothing after a deletion.
        object: Option<Object>,
    },
    /// A step ended badly.
    Failed {
        /// Which step.
        step: StepId,
        /// What the cloud said.
        message: Name,
        /// What exists now at the step's address, as far as it could be found out.
        object: Option<Object>,
    },
    /// A step left in flight turned out never to have happened.
    Dropped {
        /// Which step.
        step: StepId,
    },
    /// The object at an address was found changed, found gone (nothing), or adopted.
    Refreshed {
        /// Its address.
        addr: Addr,
        /// For a replaced object: its key among the deposed.
        deposed: Option<Name>,
        /// What exists now.
        object: Option<Object>,
    },
    /// The object at an address gives its place to its replacement.
    Deposed {
        /// Its address.
        addr: Addr,
        /// Its key among the deposed.
        key: Name,
    },
    /// An object is forgotten without being deleted.
    Forgotten {
        /// Its address.
        addr: Addr,
    },
    /// An output value was set, or removed (nothing).
    Output {
        /// Its name.
        name: Name,
        /// The value.
        output: Option<Output>,
    },
    /// The operation ends.
    End {
        /// How.
        outcome: Outcome,
        /// When, RFC 3339.
        at: Name,
    },
}

/// Why a record could not be written. Nothing may be done that relies on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub String);

/// Writes events where they survive.
pub trait Journal {
    /// Writes the events in order; with `durable`, returns only when they and all written before
    /// would survive a power cut.
    ///
    /// # Errors
    /// When they could not be written; the caller must stop acting at once.
    fn append(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError>;
}
