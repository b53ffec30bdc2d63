//! Opening: from the files of a state folder to the state that they prove.
//!
//! **Never:** write, or take silence for nothing: what is missing or damaged is named, unless
//! something else proves the same state. In: the folder and the key. Out: the state, where the
//! log ends, and what a writer has to mend. The order of trust: the log; the head as a witness of
//! how far it goes; snapshots and the index as shortcuts that must agree with both.

use std::path::Path;

use super::disk;
use super::error::StoreError;
use super::frame::{Chain, Extent, Tail};
use super::head::{Found, Head};
use super::index::Index;
use super::segment::{self, Header, Look, Stop, Walk};
use super::snapshot;
use crate::seal::Key;
use crate::state::{Event, OperationKind, State};
use crate::value::Name;

/// Segments smaller than this together are replayed faster than the index is opened.
const INDEX_PAYS: u64 = 4 << 20;

/// What the folder proves.
pub(super) struct Recovered {
    pub(super) state: State,
    /// The end of the last segment.
    pub(super) end: Extent,
    /// The last segment holds no operation yet: its beginning was interrupted.
    pub(super) unbegun: Option<u64>,
    /// The head as it was found.
    pub(super) head: Option<Head>,
    /// The bytes of the newest snapshot, and of the segments after it.
    pub(super) snapshot_bytes: u64,
    pub(super) since_snapshot: u64,
    pub(super) notes: Vec<String>,
}

pub(super) struct Recovery<'a> {
    folder: &'a Path,
    key: &'a Key,
    check: Name,
    head: Option<Head>,
    state: State,
    chain: Chain,
    notes: Vec<String>,
}

/// Reads what is stored. A writer hands its index in, which then may prove and shorten.
pub(super) fn recover(
    folder: &Path,
    key: &Key,
    found: Found,
    index: Option<&mut Index>,
) -> Result<Recovered, StoreError> {
    let log = folder.join("log");
    let segments = disk::numbered(&log).map_err(|error| StoreError::io(log, "read", &error))?;
    let snapshots = snapshot::list(folder)?;
    let head_is = match found {
        Found::Missing => "missing",
        Found::Damaged => "damaged",
        Found::Whole(_) => "whole",
    };
    let head = match found {
        Found::Whole(head) => Some(head),
        _ => None,
    };
    let recovery = Recovery {
        folder,
        key,
        check: segment::key_check(key),
        head,
        state: State::default(),
        chain: Chain::START,
        notes: Vec::new(),
    };
    recovery.run(&segments, &snapshots, head_is, index)
}

impl Recovery<'_> {
    fn run(
        mut self,
        segments: &[u64],
        snapshots: &[u64],
        head_is: &str,
        mut index: Option<&mut Index>,
    ) -> Result<Recovered, StoreError> {
        let last = segments.last().copied().unwrap_or(0);
        let known = self.head.as_ref().map_or(0, |head| head.serial).max(snapshots.last().copied().unwrap_or(0));
        let head_serial = self.head.as_ref().map(|head| head.serial);
        if self.head.is_none() && segments.is_empty() {
            return self.without_log(known, head_is);
        }
        let mut end = Extent { records: 0, bytes: 0, chain: Chain::START, tail: Tail::Clean };
        let (from, snapshot_bytes) = self.shortcut(segments, snapshots, &mut end, index.as_deref_mut())?;
        let mut since_snapshot = 0;
        let mut unbegun = None;
        for serial in from + 1..=last {
            // Of an edit nothing counts without its end: it was written with one write, and nobody acts on it
            // before that. The head knows of it only afterwards.
            let torn = serial == last && head_serial.is_some_and(|head| head < serial);
            let before = torn.then(|| self.state.clone());
            let extent = self.replay(serial, serial == last)?;
            let edit = self.state.running.as_ref().is_some_and(|running| running.kind == OperationKind::Edit);
            if let Some(before) = before.filter(|_| edit && extent.records >= 2) {
                self.state = before;
                unbegun = Some(serial);
                continue;
            }
            if extent.records < 2 {
                // Header and beginning are written as one, and the head only after them: a
                // segment without them, beyond the head, is an operation that never began.
                if head_serial.is_some_and(|head| head >= serial) || serial != last {
                    return Err(self.behind(format!("the file of operation {serial} is empty or cut short")));
                }
                unbegun = Some(serial);
                continue;
            }
            since_snapshot += extent.bytes;
            end = extent;
            self.chain = extent.chain;
        }
        if last < known {
            return Err(self.behind(format!("operation {known} was written, but the log ends with operation {last}")));
        }
        if self.head.is_none() {
            let agrees = index.is_some_and(|index| index.agrees(self.state.serial, end.chain));
            if !agrees || unbegun.is_some() {
                let file = self.folder.join("head");
                return Err(StoreError::Head { file, why: head_is.into(), known: Box::new(self.state) });
            }
            self.notes.push(format!("The file \"head\" was {head_is}; the index proves the end of the log."));
        }
        end.chain = self.chain;
        let Recovery { state, head, notes, .. } = self;
        Ok(Recovered { state, end, unbegun, head, snapshot_bytes, since_snapshot, notes })
    }

    /// Nothing is there, or all that mattered is gone.
    fn without_log(mut self, known: u64, head_is: &str) -> Result<Recovered, StoreError> {
        let traces = ["head", "secret.key", "index"].map(|name| (name, self.folder.join(name)));
        let trace = traces.iter().find(|(_, path)| path.exists());
        if known > 0 || trace.is_some() {
            let what = trace.map_or("snap", |(name, _)| name);
            let why =
                if what == "head" { format!("the file \"head\" is {head_is}") } else { format!("{what:?} is there") };
            return Err(self.behind(format!("{why}, but the folder \"log\" is missing or empty")));
        }
        let end = Extent { records: 0, bytes: 0, chain: Chain::START, tail: Tail::Clean };
        Ok(Recovered {
            state: State::default(),
            end,
            unbegun: None,
            head: None,
            snapshot_bytes: 0,
            since_snapshot: 0,
            notes: self.notes,
        })
    }

    /// Starts from the newest state that is proven without replaying all; gives the serial of the
    /// last operation in it and the bytes of the newest snapshot.
    fn shortcut(
        &mut self,
        segments: &[u64],
        snapshots: &[u64],
        end: &mut Extent,
        index: Option<&mut Index>,
    ) -> Result<(u64, u64), StoreError> {
        let last = segments.last().copied().unwrap_or(0);
        let usable = snapshots.iter().rev().copied().filter(|serial| *serial <= last);
        let newest = usable.clone().next().unwrap_or(0);
        let head = self.head.clone().filter(|head| head.serial == last && last > 0);
        let mut snapshot_bytes = 0;
        if let (Some(index), Some(head)) = (index, &head)
            && newest < last
            && self.bytes_after(newest, segments)? > INDEX_PAYS
            && let Some(state) = index.load(head.serial, head.chain, self.key)
        {
            *end = self.verify_last(head)?;
            if self.is_exactly(head, end) {
                self.state = state;
                self.chain = end.chain;
                let bytes = disk::length(&disk::numbered_path(&self.folder.join("snap"), newest));
                return Ok((last, bytes.ok().flatten().unwrap_or(0)));
            }
        }
        for serial in usable {
            let found = match snapshot::read(self.folder, serial, self.key) {
                Ok(found) => found,
                Err(why) => {
                    self.notes.push(format!("The snapshot of operation {serial} is not used: {why}."));
                    continue;
                }
            };
            if serial == last {
                // Only an exact head makes the last segment known without replaying it.
                let Some(head) = head.as_ref().filter(|head| head.chain == found.chain) else { continue };
                *end = self.verify_last(head)?;
                if !self.is_exactly(head, end) {
                    continue;
                }
            }
            snapshot_bytes = found.bytes;
            self.chain = found.chain;
            self.state = found.state;
            self.note_gaps(segments, found.serial);
            return Ok((found.serial, snapshot_bytes));
        }
        Ok((0, snapshot_bytes))
    }

    fn is_exactly(&self, head: &Head, end: &Extent) -> bool {
        end.chain == head.chain && end.tail == Tail::Clean
    }

    fn bytes_after(&self, snapshot: u64, segments: &[u64]) -> Result<u64, StoreError> {
        let mut sum = 0;
        for serial in segments.iter().filter(|serial| **serial > snapshot) {
            let path = segment::path(self.folder, *serial);
            sum += disk::length(&path).map_err(|error| StoreError::io(&path, "read", &error))?.unwrap_or(0);
        }
        Ok(sum)
    }

    fn note_gaps(&mut self, segments: &[u64], snapshot: u64) {
        let there = segments.iter().filter(|serial| **serial <= snapshot).count() as u64;
        if there < snapshot {
            let missing = snapshot - there;
            self.notes.push(format!("The history lacks {missing} operations before operation {snapshot}."));
        }
    }

    /// Walks along the last segment without decoding it.
    fn verify_last(&mut self, head: &Head) -> Result<Extent, StoreError> {
        let mut steps = Steps { recovery: self, serial: head.serial, fatal: None, replaying: false };
        let walked = segment::walk(steps.recovery.folder, head.serial, Look::Checksums, &mut steps);
        let fatal = steps.fatal.take();
        self.judge(walked, fatal, head.serial, true)
    }

    fn replay(&mut self, serial: u64, is_last: bool) -> Result<Extent, StoreError> {
        let key = self.key;
        let mut steps = Steps { recovery: self, serial, fatal: None, replaying: true };
        let walked = segment::walk(steps.recovery.folder, serial, Look::Whole(key), &mut steps);
        let fatal = steps.fatal.take();
        self.judge(walked, fatal, serial, is_last)
    }

    fn judge(
        &mut self,
        walked: Result<Extent, Stop>,
        fatal: Option<StoreError>,
        serial: u64,
        is_last: bool,
    ) -> Result<Extent, StoreError> {
        let file = segment::path(self.folder, serial);
        let extent = match (fatal, walked) {
            (Some(error), _) | (None, Err(Stop::Other(error))) => return Err(error),
            (None, Err(Stop::Missing)) => {
                return Err(self.behind(format!("the file of operation {serial} is missing")));
            }
            (None, Err(Stop::Flaw(flaw))) => {
                let known = Box::new(std::mem::take(&mut self.state));
                return Err(StoreError::Damaged {
                    file,
                    record: flaw.record,
                    offset: flaw.offset,
                    why: flaw.why,
                    known,
                });
            }
            (None, Ok(extent)) => extent,
        };
        if !is_last && extent.tail != Tail::Clean {
            let known = Box::new(std::mem::take(&mut self.state));
            let why = "it ends in the middle of a record, but later operations exist".to_owned();
            return Err(StoreError::Damaged { file, record: extent.records, offset: extent.bytes, why, known });
        }
        let least = self.head.as_ref().filter(|head| head.serial == serial).map_or(0, |head| head.records);
        if extent.records < least {
            let found = extent.records;
            return Err(
                self.behind(format!("the file of operation {serial} holds {found} records, but {least} were written"))
            );
        }
        Ok(extent)
    }

    fn behind(&mut self, why: String) -> StoreError {
        let known = Box::new(std::mem::take(&mut self.state));
        StoreError::Behind { folder: self.folder.to_owned(), why, known }
    }
}

/// A walk along one segment.
struct Steps<'r, 'a> {
    recovery: &'r mut Recovery<'a>,
    serial: u64,
    fatal: Option<StoreError>,
    replaying: bool,
}

impl Walk for Steps<'_, '_> {
    fn header(&mut self, header: Header) -> Result<(), String> {
        let recovery = &mut *self.recovery;
        if header.serial != self.serial {
            return Err(format!("it belongs to operation {}", header.serial));
        }
        let lineages = [recovery.state.lineage.as_ref(), recovery.head.as_ref().and_then(|head| head.lineage.as_ref())];
        if lineages.into_iter().flatten().any(|own| *own != header.lineage) {
            return Err(format!("it belongs to another state ({})", header.lineage));
        }
        if header.key != recovery.check {
            let file = recovery.folder.join("secret.key");
            self.fatal = Some(StoreError::KeyWrong { file, why: "is not the key of this state" });
            return Err("it was written with another key".into());
        }
        if self.replaying && header.chain != recovery.chain {
            return Err("it does not follow the operation before it".into());
        }
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        self.recovery.state.apply(&event).map_err(|contradiction| contradiction.to_string())
    }

    fn line(&mut self, records: u64, chain: Chain) -> Result<(), String> {
        match &self.recovery.head {
            Some(head) if head.serial == self.serial && head.records == records && head.chain != chain => {
                Err("the head says that something else was written up to here".into())
            }
            _ => Ok(()),
        }
    }
}
