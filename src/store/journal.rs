//! Writing: events to the log, and after an operation's end the head, a snapshot and the index.
//!
//! **Never:** go on after a failed write: from then on every append fails, so that nobody acts on
//! what may not be on disk. In: events, through `state::Journal`. Out: lines in one segment an
//! operation. The decision to question: a snapshot or index that cannot be written is a note and
//! no error, because the operation is on disk without them.

use std::fs::File;
use std::path::PathBuf;

use super::error::StoreError;
use super::frame::{self, Chain};
use super::head::Head;
use super::record::{self, Line, Slot, Types};
use super::segment::{self, Header};
use super::{Access, Store, disk, recover, shadow, snapshot};
use crate::state::{Event, Journal, JournalError};

/// Up to here the log is replayed so fast that a snapshot would not pay.
const SNAPSHOT_PAYS: u64 = 256 << 10;

/// While an operation runs, the head follows after this many records.
const HEAD_EVERY: u64 = 256;

/// The segment that is being written.
pub(super) struct Writing {
    file: File,
    path: PathBuf,
    records: u64,
    bytes: u64,
    /// The end of the operation before.
    base: (u64, Chain),
    /// What the head says of `records`.
    head_records: u64,
}

impl Journal for Store {
    fn append(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        if let Some(why) = &self.broken {
            return Err(JournalError(format!("The state can no longer be written: {why}")));
        }
        let written = self.write_all(events, durable);
        written.map_err(|error| {
            let error = JournalError(format!("The state could not be written: {}", error.0));
            self.broken = Some(error.0.clone());
            error
        })
    }
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> JournalError {
        let text = error.to_string();
        JournalError(if text.ends_with('.') { text } else { format!("{text}.") })
    }
}

impl Store {
    fn write_all(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        if self.access == Access::Read {
            return Err(JournalError("it was opened to read only.".into()));
        }
        // One write never holds records of two segments.
        let together =
            |one: &Event, next: &Event| !matches!(one, Event::End { .. }) && !matches!(next, Event::Begin { .. });
        for part in events.chunk_by(together) {
            self.write_part(part, durable)?;
        }
        if events.is_empty()
            && durable
            && let Some(writing) = &self.writing
        {
            self.disk.sync(&writing.file).map_err(|error| JournalError(format!("{error}.")))?;
        }
        Ok(())
    }

    /// Writes records of one segment, with one write.
    fn write_part(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        let begins = matches!(events.first(), Some(Event::Begin { .. }));
        let ends = matches!(events.last(), Some(Event::End { .. }));
        if begins {
            self.types.begin_segment();
        }
        let mut lines: Vec<Line> = Vec::with_capacity(events.len());
        for event in events {
            let line = record::write_event(event, &self.key, &mut self.types).map_err(|error| JournalError(error.0))?;
            self.shadow.follow(event, &line).map_err(|error| JournalError(error.0))?;
            lines.extend(self.types.lacking().into_iter().map(|payload| Line { payload, inner: None }));
            lines.push(line);
        }
        if begins {
            self.create_segment()?;
        }
        let Some(mut writing) = self.writing.take() else {
            return Err(JournalError("a record belongs to no operation: none has begun.".into()));
        };
        let mut bytes = Vec::with_capacity(lines.iter().map(|line| line.payload.len() + 34).sum::<usize>() + 512);
        let mut chain = self.end.1;
        if begins {
            let header = self.header(writing.base.1);
            chain = frame::push_line(&mut bytes, Chain::START, &header.payload());
        }
        for line in &lines {
            chain = frame::push_line(&mut bytes, chain, &line.payload);
        }
        if !disk::is_at(&writing.file, &writing.path) {
            return Err(JournalError(format!(
                "{} is not there any more, or is another file: the state folder was moved, removed or replaced while this \
                 run wrote to it.",
                writing.path.display()
            )));
        }
        if let Err(error) = self.disk.write(&mut writing.file, &bytes) {
            // Without its broken end the file is what it was; with it, the next opening cuts it off.
            let _ = self.disk.truncate(&writing.file, writing.bytes);
            return Err(JournalError(format!("{error}.")));
        }
        let records = lines.len() as u64 + u64::from(begins);
        let head_due = begins || ends || (durable && writing.records + records >= writing.head_records + HEAD_EVERY);
        if durable || head_due {
            self.disk.sync(&writing.file).map_err(|error| JournalError(format!("{error}.")))?;
        }
        writing.records += records;
        writing.bytes += bytes.len() as u64;
        self.end = (self.shadow.state.serial, chain);
        if begins {
            let log = self.folder.join("log");
            disk::sync_folder(&log).map_err(|error| StoreError::io(log, "synced", &error))?;
        }
        if head_due {
            self.write_head(writing.records, writing.bytes)?;
            writing.head_records = writing.records;
        }
        match ends {
            true => self.finish(&writing),
            false => self.writing = Some(writing),
        }
        Ok(())
    }

    fn header(&self, parent: Chain) -> Header {
        Header {
            serial: self.shadow.state.serial,
            lineage: self.shadow.state.lineage.clone().unwrap_or_default(),
            chain: parent,
            key: segment::key_check(&self.key),
            records: None,
            cloud: None,
        }
    }

    /// Creates the file of the operation that begins, and before the first all that it needs.
    fn create_segment(&mut self) -> Result<(), StoreError> {
        self.loaded = None;
        self.keep_key()?;
        let log = self.folder.join("log");
        disk::create_folder(&log).map_err(|error| StoreError::io(&log, "created", &error))?;
        if let Some(unfinished) = self.writing.take() {
            self.since_snapshot += unfinished.bytes;
            self.shadow.forget_changes();
        }
        let path = segment::path(&self.folder, self.shadow.state.serial);
        let file = disk::create_new(&path).map_err(|error| StoreError::io(&path, "created", &error))?;
        self.writing = Some(Writing { file, path, records: 0, bytes: 0, base: self.end, head_records: 0 });
        Ok(())
    }

    /// After an operation's end: a snapshot if one is due, and the index.
    fn finish(&mut self, writing: &Writing) {
        self.since_snapshot += writing.bytes;
        let changes = self.shadow.take_changes(&self.key, &mut self.types);
        self.types.forget_named();
        let changes = match changes {
            Ok(changes) => changes,
            Err(error) => {
                self.notes.push(format!("No snapshot and no index were made: {}", error.0));
                return;
            }
        };
        let (_, chain) = self.end;
        let due = self.since_snapshot > self.snapshot_bytes.max(SNAPSHOT_PAYS);
        let indexed = self.index.update(writing.base, &changes, &self.shadow.state, chain);
        if !due && indexed {
            return;
        }
        // The first operation of all made everything that there is.
        let parts = if writing.base.0 == 0 { shadow::all(changes) } else { self.replayed() };
        let parts = match parts {
            Ok(parts) => parts,
            Err(why) => {
                self.notes.push(format!("No snapshot and no index were made: {why}."));
                return;
            }
        };
        if due {
            self.snapshot(&parts, chain);
        }
        if !indexed {
            self.index.rebuild(&self.shadow.state, parts, chain);
        }
    }

    /// All parts of the state as the log has them. Not as the index has them: what is made of them
    /// must not repeat another's fault.
    fn replayed(&self) -> Result<Vec<(Slot, Vec<u8>)>, String> {
        let recovered = Head::read(&self.folder)
            .and_then(|head| recover::recover(&self.folder, &self.key, head, None))
            .map_err(|error| error.to_string())?;
        let mut parts = Vec::new();
        let mut types = Types::default();
        record::write_parts(&recovered.state, &self.key, &mut types, |slot, part| parts.push((slot, part)))
            .map_err(|error| error.0)?;
        Ok(types.parts().chain(parts).collect())
    }

    fn snapshot(&mut self, parts: &[(Slot, Vec<u8>)], chain: Chain) {
        let state = &self.shadow.state;
        let pieces = snapshot::render(state, parts, chain, &self.key);
        match snapshot::write(self.disk.as_mut(), &self.folder, state.serial, pieces) {
            Ok(bytes) => (self.snapshot_bytes, self.since_snapshot) = (bytes, 0),
            Err(why) => self.notes.push(format!("No snapshot was made: {why}.")),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // An operation that is broken off without its end: the head still learns how far it came.
        if self.broken.is_none()
            && let Some(writing) = self.writing.take()
            && writing.records > writing.head_records
            && self.disk.sync(&writing.file).is_ok()
        {
            let _ = self.write_head(writing.records, writing.bytes);
        }
    }
}
