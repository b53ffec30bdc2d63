//! What the store itself must know while an operation runs: which objects exist, and what changed.
//!
//! **Never:** hold attributes of objects; the engine owns the state. In: each event as it is
//! written. Out: a contradiction before it reaches the log (a log that contradicts itself could
//! never be read again), and the changes that bring the index up to date.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{self, Line, Slot, Types, Unstorable};
use crate::seal::Key;
use crate::state::{Act, Event, Object, Output, State, StepId};
use crate::value::{Type, Value};

/// What becomes of a part.
pub(super) enum Change {
    /// It is this now.
    Put(Vec<u8>),
    /// It is gone.
    Gone,
    /// It is the object that stood at the address before, now deposed: this part, or if there is
    /// none, the one in the index.
    Moved(Option<Vec<u8>>),
}

/// A state without attributes, and what changed since the last finished operation.
#[derive(Default)]
pub(super) struct Shadow {
    pub(super) state: State,
    changes: BTreeMap<Slot, Change>,
    /// Steps that began or ended. Nearly all end before the operation does, so what is written of
    /// those in flight is made only then.
    steps: BTreeSet<StepId>,
}

impl Shadow {
    pub(super) fn of(state: &State) -> Shadow {
        let mut shadow = State {
            lineage: state.lineage.clone(),
            serial: state.serial,
            cloud: state.cloud.clone(),
            pending: state.pending.clone(),
            running: state.running.clone(),
            ..State::default()
        };
        shadow.objects = state.objects.iter().map(|(addr, object)| (addr.clone(), hollow(object))).collect();
        shadow.deposed = state.deposed.iter().map(|(place, object)| (place.clone(), hollow(object))).collect();
        Shadow { state: shadow, ..Shadow::default() }
    }

    /// Forgets what changed so far.
    pub(super) fn forget_changes(&mut self) {
        self.changes.clear();
        self.steps.clear();
    }

    /// What changed since this was asked last.
    pub(super) fn take_changes(&mut self, key: &Key, types: &mut Types) -> Result<BTreeMap<Slot, Change>, Unstorable> {
        let mut changes = std::mem::take(&mut self.changes);
        for step in std::mem::take(&mut self.steps) {
            let change = match self.state.pending.get(&step) {
                Some(pending) => Change::Put(record::pending_part(step, pending, key, types)?),
                None => Change::Gone,
            };
            changes.insert(Slot::Step(step), change);
        }
        changes.extend(types.parts().map(|(slot, part)| (slot, Change::Put(part))));
        Ok(changes)
    }

    /// Takes note of an event that is about to be written as `line`.
    pub(super) fn follow(&mut self, event: &Event, line: &Line) -> Result<(), Unstorable> {
        let settled = self.settled(event, line);
        self.state.apply(&outline(event)).map_err(|contradiction| Unstorable(format!("{contradiction}.")))?;
        self.changes.extend(settled);
        match event {
            Event::Intent { step, .. }
            | Event::Accepted { step, .. }
            | Event::Done { step, .. }
            | Event::Failed { step, .. }
            | Event::Dropped { step } => drop(self.steps.insert(*step)),
            Event::Deposed { addr, key } => {
                let moved = match self.changes.insert(Slot::Object(addr.clone(), None), Change::Gone) {
                    Some(Change::Put(part)) => Some(part),
                    _ => None,
                };
                self.changes.insert(Slot::Object(addr.clone(), Some(key.clone())), Change::Moved(moved));
            }
            Event::Forgotten { addr } => {
                self.changes.insert(Slot::Object(addr.clone(), None), Change::Gone);
            }
            Event::Output { name, output } => {
                let change = match output {
                    Some(_) => Change::Put(record::part_of_output(name, line.inner())),
                    None => Change::Gone,
                };
                self.changes.insert(Slot::Output(name.clone()), change);
            }
            Event::Begin { .. } | Event::Refreshed { .. } | Event::End { .. } => {}
        }
        Ok(())
    }

    /// The object that an event puts into a place or takes from it.
    fn settled(&self, event: &Event, line: &Line) -> Option<(Slot, Change)> {
        let (addr, deposed, object) = match event {
            Event::Refreshed { addr, deposed, object } => (addr, deposed, object),
            Event::Done { step, object } => {
                let intent = &self.state.pending.get(step)?.intent;
                (&intent.addr, &intent.deposed, object)
            }
            Event::Failed { step, object, .. } => {
                let intent = &self.state.pending.get(step)?.intent;
                if object.is_none() && intent.act != Act::Create {
                    return None;
                }
                (&intent.addr, &intent.deposed, object)
            }
            _ => return None,
        };
        let change = match object {
            Some(_) => Change::Put(record::part_of_object(addr, deposed.as_ref(), line.inner())),
            None => Change::Gone,
        };
        Some((Slot::Object(addr.clone(), deposed.clone()), change))
    }
}

/// All parts of a state that was empty before these changes, in the very bytes of the log.
pub(super) fn all(changes: BTreeMap<Slot, Change>) -> Result<Vec<(Slot, Vec<u8>)>, String> {
    let mut parts = Vec::with_capacity(changes.len());
    for (slot, change) in changes {
        let part = match (change, &slot) {
            (Change::Put(part), _) => part,
            (Change::Moved(Some(part)), Slot::Object(_, Some(deposed))) => {
                record::depose(&part, deposed).map_err(|error| error.to_string())?
            }
            (Change::Moved(_), _) => return Err(format!("the object at {slot:?} was not made in this operation")),
            (Change::Gone, _) => continue,
        };
        parts.push((slot, part));
    }
    Ok(parts)
}

fn hollow(object: &Object) -> Object {
    Object {
        kind: object.kind.clone(),
        id: object.id.clone(),
        schema_version: object.schema_version,
        value: Value::null(Type::Dynamic),
        needs: Vec::new(),
        tainted: object.tainted,
        unfinished: object.unfinished,
        unprovisioned: object.unprovisioned,
        cloud: object.cloud.clone(),
        create_before_destroy: object.create_before_destroy,
    }
}

/// The event with the attributes of objects left out.
fn outline(event: &Event) -> Event {
    match event {
        Event::Done { step, object } => Event::Done { step: *step, object: object.as_ref().map(hollow) },
        Event::Failed { step, message, object } => {
            Event::Failed { step: *step, message: message.clone(), object: object.as_ref().map(hollow) }
        }
        Event::Refreshed { addr, deposed, object } => {
            Event::Refreshed { addr: addr.clone(), deposed: deposed.clone(), object: object.as_ref().map(hollow) }
        }
        Event::Output { name, output } => Event::Output {
            name: name.clone(),
            output: output.as_ref().map(|_| Output { value: Value::null(Type::Dynamic) }),
        },
        other => other.clone(),
    }
}
