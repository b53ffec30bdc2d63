//! State and journal in one hand: an event is written first and believed afterwards.
//!
//! **Never:** apply an event that was not written. Every loop of the engine writes through here.

use std::rc::Rc;

use crate::plan::{Change, StepAct, marks};
use crate::provider::Provider;
use crate::seal::Key;
use crate::state::{Act, Event, Intent, Journal, JournalError, Object, OperationKind, Outcome, State};
use crate::value::{Name, Value};

/// Everything a loop writes with.
pub struct Desk<'a, J> {
    /// What we believe exists.
    pub state: &'a mut State,
    /// Where events survive.
    pub journal: &'a mut J,
    /// Makes fingerprints of secrets.
    pub key: &'a Key,
    /// The time of day, RFC 3339.
    pub now: Rc<dyn Fn() -> Name>,
}

impl<J: Journal> Desk<'_, J> {
    /// Writes events, then believes them.
    ///
    /// # Errors
    /// When they could not be written, or contradict the state; nothing may be begun after that.
    pub fn record(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        self.journal.append(events, durable)?;
        for event in events {
            self.state.apply(event).map_err(|contradiction| JournalError(contradiction.0))?;
        }
        Ok(())
    }

    /// Begins an operation.
    ///
    /// # Errors
    /// As [`Desk::record`].
    pub fn begin(&mut self, kind: OperationKind, cloud: Option<Name>) -> Result<(), JournalError> {
        self.record(&[self.beginning(kind, cloud)], false)
    }

    fn beginning(&self, kind: OperationKind, cloud: Option<Name>) -> Event {
        let lineage = self.state.lineage.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string().into());
        Event::Begin { serial: self.state.serial + 1, kind, lineage, cloud, at: (self.now)() }
    }

    /// Carries out a whole operation that changes nothing but the state, with one write: after a crash either
    /// all of it was done or nothing.
    ///
    /// # Errors
    /// As [`Desk::record`].
    pub fn edit(&mut self, cloud: Option<Name>, events: &[Event]) -> Result<(), JournalError> {
        let begin = self.beginning(OperationKind::Edit, cloud);
        let end = Event::End { outcome: Outcome::Complete, at: (self.now)() };
        let all: Vec<Event> = [begin].into_iter().chain(events.iter().cloned()).chain([end]).collect();
        self.record(&all, true)
    }

    /// Ends the operation, durably.
    ///
    /// # Errors
    /// As [`Desk::record`].
    pub fn end(&mut self, complete: bool) -> Result<(), JournalError> {
        let outcome = if complete { Outcome::Complete } else { Outcome::Incomplete };
        let at = (self.now)();
        self.record(&[Event::End { outcome, at }], true)
    }
}

/// In which condition a step left an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// As it should be.
    Whole,
    /// Half made.
    Tainted,
    /// Changed in part, or changed and not running.
    Unfinished,
    /// Made, and its creation-time provisioners have not ended well.
    Unprovisioned,
}

/// The object that exists now, as state keeps it: write-only attributes as fingerprints, marks of
/// the planned value kept.
pub(super) fn object<P: Provider>(provider: &P, intent: &Intent, value: &Value, key: &Key, left: Left) -> Object {
    let schemas = provider.schemas();
    let kept = schemas.conceal(&intent.kind, &value.with_marks_of(&intent.planned), &|secret| key.fingerprint(secret));
    Object {
        kind: intent.kind.clone(),
        id: intent.id.clone(),
        schema_version: schemas.managed.get(&intent.kind).map_or(0, |schema| schema.version),
        value: kept,
        needs: intent.needs.clone(),
        tainted: matches!(left, Left::Tainted | Left::Unprovisioned),
        unfinished: left == Left::Unfinished,
        unprovisioned: left == Left::Unprovisioned,
        cloud: intent.cloud.clone(),
        create_before_destroy: intent.create_before_destroy,
    }
}

/// An object that is left as it is, but for what is sensitive in it.
pub(super) fn remarked(object: &Object, change: &Change, like: &Value) -> Object {
    Object {
        value: marks::remarked(&object.value, like),
        needs: change.needs.clone(),
        create_before_destroy: change.create_before_destroy,
        ..object.clone()
    }
}

/// The word of the log for a step that calls the cloud.
pub(super) fn act(act: StepAct) -> Option<Act> {
    match act {
        StepAct::Create => Some(Act::Create),
        StepAct::Update => Some(Act::Update),
        StepAct::Delete => Some(Act::Delete),
        StepAct::Depose | StepAct::Read | StepAct::Forget => None,
    }
}
