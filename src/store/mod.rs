//! The store: what is believed to exist, kept on disk so that nothing short of a lost disk loses it.
//!
//! **Never:** say "nothing exists" of what is empty, missing or unreadable; be a second owner of
//! the state (the engine is). In: events, through `state::Journal`. Out: the state they add up to.
//! The log is the truth (`segment`), `head` its witness, `snapshot` and `index` shortcuts that
//! must agree with it; `record` is the door to bytes, `disk` the door to files. The format is in
//! `state/README.md`. The decision to question: readers take no lock and never touch the index.

mod disk;
mod error;
mod frame;
mod head;
mod history;
mod index;
mod journal;
mod lock;
mod record;
mod recover;
mod repair;
mod segment;
mod shadow;
mod snapshot;
pub mod workspace;

use std::path::{Path, PathBuf};

pub use disk::{Disk, LocalDisk};
pub use error::StoreError;
pub use history::{Counts, Operation};
pub use repair::Repaired;

use crate::seal::Key;
use crate::state::State;
use frame::{Chain, Tail};
use head::{Found, Head};
use index::Index;
use journal::Writing;
use lock::Lock;
use record::Types;
use recover::Recovered;
use shadow::Shadow;

/// The version of the on-disk format.
const FORMAT: u64 = 4;

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To look, beside whoever writes.
    Read,
    /// To write, alone.
    Write,
}

/// An open state folder.
pub struct Store {
    folder: PathBuf,
    access: Access,
    disk: Box<dyn Disk>,
    key: Key,
    /// The text of a key that is not on disk yet.
    fresh_key: Option<String>,
    loaded: Option<State>,
    head: Option<Head>,
    /// The serial of the last operation and the chain after it.
    end: (u64, Chain),
    shadow: Shadow,
    types: Types,
    writing: Option<Writing>,
    index: Index,
    snapshot_bytes: u64,
    since_snapshot: u64,
    notes: Vec<String>,
    broken: Option<String>,
    // Fields are dropped in order: the lock is the last to go, when all files are closed.
    lock: Option<Lock>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).field("access", &self.access).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the state in a folder, `<configuration>/state`. Opening to read writes nothing;
    /// opening to write creates the folder and takes its lock, or names who holds it.
    ///
    /// # Errors
    /// When another process writes, or when what is there does not prove a state.
    pub fn open(folder: &Path, access: Access) -> Result<Store, StoreError> {
        Store::open_on(folder, access, Box::new(LocalDisk))
    }

    /// The same with another disk under the writes.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_on(folder: &Path, access: Access, disk: Box<dyn Disk>) -> Result<Store, StoreError> {
        let lock = match access {
            Access::Read => None,
            Access::Write => {
                disk::create_folder(folder).map_err(|error| StoreError::io(folder, "created", &error))?;
                Some(Lock::take(folder)?)
            }
        };
        if repair::is_unfinished(folder) {
            return Err(StoreError::Repairing { folder: folder.to_owned() });
        }
        let mut index = Index::new(folder.join("index"));
        let (key, fresh_key, recovered) = read_all(folder, lock.is_some().then_some(&mut index))?;
        let shadow = if lock.is_some() { Shadow::of(&recovered.state) } else { Shadow::default() };
        let mut store = Store {
            folder: folder.to_owned(),
            access,
            disk,
            key,
            fresh_key,
            end: (recovered.state.serial, recovered.end.chain),
            loaded: None,
            head: recovered.head.clone(),
            shadow,
            types: Types::default(),
            writing: None,
            index,
            snapshot_bytes: recovered.snapshot_bytes,
            since_snapshot: recovered.since_snapshot,
            notes: recovered.notes.clone(),
            broken: None,
            lock,
        };
        if access == Access::Write {
            store.mend(&recovered)?;
        }
        store.loaded = Some(recovered.state);
        Ok(store)
    }

    /// Stores that this process opens wait so long for whoever writes.
    pub fn wait_for_locks(limit: std::time::Duration) {
        crate::lock::wait_for(limit);
    }

    /// The state as of now.
    ///
    /// # Errors
    /// As [`Store::open`], which has done the work for the first call.
    pub fn load(&mut self) -> Result<State, StoreError> {
        if let Some(state) = self.loaded.take() {
            return Ok(state);
        }
        let index = self.lock.is_some().then_some(&mut self.index);
        Ok(read_all(&self.folder, index)?.2.state)
    }

    /// The key that seals and fingerprints what this state holds. Before anything was written it
    /// is a fresh one, kept with the first write or with [`Store::keep_key`].
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Keeps a fresh key now, for fingerprints that outlive this process without being written
    /// to the state (a saved plan).
    ///
    /// # Errors
    /// When it cannot be written, or when the store was opened to read.
    pub fn keep_key(&mut self) -> Result<(), StoreError> {
        let path = self.folder.join("secret.key");
        if self.access == Access::Read && self.fresh_key.is_some() {
            let why = "the state was opened to read only".to_owned();
            return Err(StoreError::Io { path, action: "written", why });
        }
        let Some(text) = self.fresh_key.clone() else { return Ok(()) };
        // The head comes first: a key without a head is a sign of loss.
        if self.head.is_none() {
            let head = Head::fresh();
            head.write(self.disk.as_mut(), &self.folder)?;
            self.head = Some(head);
        }
        disk::create_secret(self.disk.as_mut(), &path, format!("{text}\n").as_bytes())
            .map_err(|error| StoreError::io(&path, "written", &error))?;
        self.fresh_key = None;
        Ok(())
    }

    /// What was noticed that lost nothing: an index made again, a snapshot not used.
    pub fn notes(&mut self) -> Vec<String> {
        self.notes.extend(self.index.take_notes());
        self.notes.clone()
    }

    /// All operations, oldest first, read and verified from the log's first line to its last.
    ///
    /// # Errors
    /// When a segment is missing or damaged, even one that the state no longer needs.
    pub fn history(&self) -> Result<Vec<Operation>, StoreError> {
        history::read(&self.folder, &self.key)
    }

    /// Cuts off what an interrupted write left behind, and brings the head up to the log.
    fn mend(&mut self, recovered: &Recovered) -> Result<(), StoreError> {
        if let Some(serial) = recovered.unbegun {
            let path = segment::path(&self.folder, serial);
            disk::remove(&path).map_err(|error| StoreError::io(&path, "removed", &error))?;
            self.notes.push(format!("Operation {serial} was interrupted before it was written; its file is removed."));
        }
        let (serial, end) = (recovered.state.serial, recovered.end);
        if serial == 0 || end.records == 0 {
            return Ok(());
        }
        let path = segment::path(&self.folder, serial);
        let io = |error: &std::io::Error| StoreError::io(&path, "mended", error);
        let mut bytes = end.bytes;
        if end.tail != Tail::Clean {
            let mut file = disk::open_to_append(&path).map_err(|error| io(&error))?;
            match end.tail {
                Tail::Unended => {
                    self.disk.write(&mut file, b"\n").map_err(|error| io(&error))?;
                    bytes += 1;
                }
                _ => self.disk.truncate(&file, end.bytes).map_err(|error| io(&error))?,
            }
            self.notes
                .push(format!("The last record of operation {serial} was interrupted; its beginning is cut off."));
        }
        let known = self.head.as_ref().map(|head| (head.serial, head.records, head.bytes));
        if known != Some((serial, end.records, bytes)) {
            let file = disk::open_to_append(&path).map_err(|error| io(&error))?;
            self.disk.sync(&file).map_err(|error| io(&error))?;
            self.write_head(end.records, bytes)?;
        }
        Ok(())
    }

    fn write_head(&mut self, records: u64, bytes: u64) -> Result<(), StoreError> {
        let head = Head {
            serial: self.end.0,
            records,
            bytes,
            chain: self.end.1,
            lineage: self.shadow.state.lineage.clone(),
            key: Some(segment::key_check(&self.key)),
        };
        head.write(self.disk.as_mut(), &self.folder)?;
        self.head = Some(head);
        Ok(())
    }
}

/// Reads what is stored. A reader takes no lock, so a writer may go on meanwhile; the head is
/// read before the log, which may then be ahead of it. Only the very first files and a new key
/// can appear between two looks, and then the reader looks again.
fn read_all(folder: &Path, mut index: Option<&mut Index>) -> Result<(Key, Option<String>, Recovered), StoreError> {
    let mut seen = None;
    loop {
        let look = [folder.join("head"), folder.join("secret.key")].map(|path| disk::read(&path).ok());
        let read = Head::read(folder).and_then(|found| {
            let (key, fresh_key) = read_key(folder, &found)?;
            let recovered = recover::recover(folder, &key, found, index.as_deref_mut())?;
            Ok((key, fresh_key, recovered))
        });
        if read.is_ok() || seen.as_ref() == Some(&look) {
            return read;
        }
        seen = Some(look);
    }
}

/// Reads the key, or makes one up where nothing was ever written with one.
fn read_key(folder: &Path, head: &Found) -> Result<(Key, Option<String>), StoreError> {
    let path = folder.join("secret.key");
    let bytes = disk::read(&path).map_err(|error| StoreError::io(&path, "read", &error))?;
    if let Some(bytes) = bytes {
        let key = std::str::from_utf8(&bytes).ok().and_then(Key::parse);
        let key = key.ok_or(StoreError::KeyWrong { file: path.clone(), why: "does not hold a key" })?;
        if let Found::Whole(Head { key: Some(check), .. }) = head
            && *check != segment::key_check(&key)
        {
            return Err(StoreError::KeyWrong { file: path, why: "is not the key of this state" });
        }
        return Ok((key, None));
    }
    let log = folder.join("log");
    let written = disk::numbered(&log).map_err(|error| StoreError::io(log, "read", &error))?;
    if !written.is_empty() || matches!(head, Found::Whole(Head { key: Some(_), .. })) {
        return Err(StoreError::KeyMissing { file: path });
    }
    let text = Key::generate();
    let key = Key::parse(&text).ok_or(StoreError::KeyWrong { file: path, why: "does not hold a key" })?;
    Ok((key, Some(text)))
}
