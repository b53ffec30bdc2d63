//! What every operation did, read from the log.
//!
//! **Never:** need the values: they stay sealed. In: all segments from the first to the last.
//! Out: one line an operation, or the first damage.

use std::collections::BTreeMap;
use std::path::Path;

use super::disk;
use super::error::StoreError;
use super::frame::{Chain, Tail};
use super::segment::{self, Header, Look, Stop, Walk};
use crate::seal::Key;
use crate::state::{Act, Event, OperationKind, Outcome, State, StepId};
use crate::value::Name;

/// How many steps of an operation did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects made.
    pub created: usize,
    /// Objects changed in place.
    pub updated: usize,
    /// Objects removed.
    pub deleted: usize,
    /// Steps that ended badly.
    pub failed: usize,
    /// Steps left in flight that turned out never to have happened.
    pub dropped: usize,
    /// Objects found changed, gone or adopted.
    pub refreshed: usize,
    /// Objects forgotten.
    pub forgotten: usize,
    /// Output values set or removed.
    pub outputs: usize,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its number.
    pub serial: u64,
    /// What it did.
    pub kind: OperationKind,
    /// When it began, RFC 3339.
    pub at: Name,
    /// When it ended; nothing if it never did.
    pub ended: Option<Name>,
    /// How it ended; nothing if it never did.
    pub outcome: Option<Outcome>,
    /// What its steps did.
    pub counts: Counts,
}

pub(super) fn read(folder: &Path, key: &Key) -> Result<Vec<Operation>, StoreError> {
    let log = folder.join("log");
    let serials = disk::numbered(&log).map_err(|error| StoreError::io(log, "read", &error))?;
    let mut reading = Reading {
        check: segment::key_check(key),
        serial: 0,
        chain: None,
        lineage: None,
        acts: BTreeMap::new(),
        operations: Vec::new(),
    };
    for (position, serial) in serials.iter().copied().enumerate() {
        let expected = position as u64 + 1;
        if serial != expected {
            let why = format!("the file of operation {expected} is missing");
            return Err(StoreError::Behind { folder: folder.to_owned(), why, known: Box::default() });
        }
        reading.serial = serial;
        let is_last = position + 1 == serials.len();
        let damaged = |record, offset, why| {
            let file = segment::path(folder, serial);
            StoreError::Damaged { file, record, offset, why, known: Box::new(State::default()) }
        };
        match segment::walk(folder, serial, Look::Outline, &mut reading) {
            Ok(extent) if extent.tail != Tail::Clean && !is_last => {
                return Err(damaged(extent.records, extent.bytes, "it ends in the middle of a record".into()));
            }
            Ok(extent) => reading.chain = Some(extent.chain),
            Err(Stop::Flaw(flaw)) => return Err(damaged(flaw.record, flaw.offset, flaw.why)),
            Err(Stop::Missing) => return Err(damaged(0, 0, "it is missing".into())),
            Err(Stop::Other(error)) => return Err(error),
        }
    }
    Ok(reading.operations)
}

struct Reading {
    check: Name,
    serial: u64,
    chain: Option<Chain>,
    lineage: Option<Name>,
    acts: BTreeMap<StepId, Act>,
    operations: Vec<Operation>,
}

impl Walk for Reading {
    fn header(&mut self, header: Header) -> Result<(), String> {
        if header.serial != self.serial {
            return Err(format!("it belongs to operation {}", header.serial));
        }
        if header.key != self.check || self.lineage.as_ref().is_some_and(|own| *own != header.lineage) {
            return Err("it belongs to another state".into());
        }
        if self.chain.is_some_and(|chain| chain != header.chain) {
            return Err("it does not follow the operation before it".into());
        }
        self.lineage = Some(header.lineage);
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        if let Event::Begin { serial, kind, at, .. } = event {
            let counts = Counts::default();
            self.operations.push(Operation { serial, kind, at, ended: None, outcome: None, counts });
            return Ok(());
        }
        let operation = self.operations.last_mut().filter(|operation| operation.serial == self.serial);
        let operation = operation.ok_or("its operation never began")?;
        let counts = &mut operation.counts;
        match event {
            Event::Intent { step, intent } => {
                self.acts.insert(step, intent.act);
            }
            Event::Done { step, .. } => match self.acts.remove(&step) {
                Some(Act::Create) => counts.created += 1,
                Some(Act::Update) => counts.updated += 1,
                Some(Act::Delete) => counts.deleted += 1,
                None => {}
            },
            Event::Failed { .. } => counts.failed += 1,
            Event::Dropped { .. } => counts.dropped += 1,
            Event::Refreshed { .. } => counts.refreshed += 1,
            Event::Forgotten { .. } => counts.forgotten += 1,
            Event::Output { .. } => counts.outputs += 1,
            Event::End { outcome, at } => {
                operation.outcome = Some(outcome);
                operation.ended = Some(at);
            }
            Event::Begin { .. } | Event::Accepted { .. } | Event::Deposed { .. } => {}
        }
        Ok(())
    }

    fn line(&mut self, _records: u64, _chain: Chain) -> Result<(), String> {
        Ok(())
    }
}
