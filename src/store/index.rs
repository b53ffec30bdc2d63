//! The index: the state after the last finished operation in a sled database, part by part.
//!
//! **Never:** be believed unless it agrees with the log, or be a reason to fail: whatever is
//! wrong with it becomes a note and it is made again. In: changes of finished operations. Out: a
//! state, proven by count and digest. sled 0.34 panics on damaged files and its `flush` is not
//! durable on Linux (spacejam/sled #1351), hence the guard around every call, and `syncfs`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use super::FORMAT;
use super::disk;
use super::frame::Chain;
use super::record::{self, Fields, Parts, Slot, WriteFields};
use super::shadow::Change;
use crate::seal::Key;
use crate::state::State;
use crate::value::Name;

const META: &[u8] = b"\0meta";
/// sled's default of 1 GB is meant for servers.
const CACHE_BYTES: u64 = 16 << 20;
/// sled holds a batch in memory several times over.
const BATCH: usize = 500;
/// How often a locked database is tried, ten milliseconds apart.
const TRIES: u32 = 20;

/// The index of one state folder, opened when it is first asked.
pub(super) struct Index {
    folder: PathBuf,
    db: Option<sled::Db>,
    notes: Vec<String>,
}

/// What the index says of itself.
struct Meta {
    serial: u64,
    chain: Chain,
    lineage: Option<Name>,
    cloud: Option<Name>,
    records: u64,
    digest: u128,
}

impl Index {
    pub(super) fn new(folder: PathBuf) -> Index {
        Index { folder, db: None, notes: Vec::new() }
    }

    /// What happened to it, for people who want to know.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether it holds the state after this operation.
    pub(super) fn agrees(&mut self, serial: u64, chain: Chain) -> bool {
        self.folder.exists()
            && matches!(self.run(read_meta), Some(Some(meta)) if meta.serial == serial && meta.chain == chain)
    }

    /// The state after this operation, if the index holds that.
    pub(super) fn load(&mut self, serial: u64, chain: Chain, key: &Key) -> Option<State> {
        if !self.folder.exists() {
            return None;
        }
        self.run(|db| {
            let meta = read_meta(db)?.filter(|meta| meta.serial == serial && meta.chain == chain);
            let Some(meta) = meta else { return Ok(None) };
            let state = State { serial, lineage: meta.lineage, cloud: meta.cloud, ..State::default() };
            let (mut records, mut digest, mut parts) = (0, 0_u128, Parts::of(state, key));
            for entry in db.iter() {
                let (name, part) = entry?;
                if name != META {
                    records += 1;
                    digest = digest.wrapping_add(weigh(&name, &part));
                    parts.read(&part).map_err(unsupported)?;
                }
            }
            if records != meta.records || digest != meta.digest {
                return Err(unsupported("its parts are not those it counts"));
            }
            parts.end().map(Some).map_err(unsupported)
        })
        .flatten()
    }

    /// Brings the index from one operation to a later one; false if it does not hold the first.
    pub(super) fn update(
        &mut self,
        from: (u64, Chain),
        changes: &BTreeMap<Slot, Change>,
        to: &State,
        chain: Chain,
    ) -> bool {
        if !self.folder.exists() {
            return false;
        }
        let updated = self.run(|db| {
            let meta = read_meta(db)?.filter(|meta| (meta.serial, meta.chain) == from);
            let Some(mut meta) = meta else { return Ok(false) };
            (meta.serial, meta.chain) = (to.serial, chain);
            (meta.lineage, meta.cloud) = (to.lineage.clone(), to.cloud.clone());
            let mut entries = Vec::with_capacity(changes.len());
            for (slot, change) in changes {
                let name = slot.index_key();
                let part = resolve(db, slot, change)?;
                let old = db.get(&name)?;
                if old.is_none() && part.is_none() {
                    continue;
                }
                if let Some(old) = old {
                    meta.records -= 1;
                    meta.digest = meta.digest.wrapping_sub(weigh(&name, &old));
                }
                if let Some(part) = &part {
                    meta.records += 1;
                    meta.digest = meta.digest.wrapping_add(weigh(&name, part));
                }
                entries.push((name, part));
            }
            write(db, entries, &meta)?;
            Ok(true)
        });
        self.make_durable();
        updated == Some(true)
    }

    /// Makes the index anew from all parts of a state; of the state itself, only what stands in no
    /// part is looked at.
    pub(super) fn rebuild(&mut self, state: &State, parts: Vec<(Slot, Vec<u8>)>, chain: Chain) {
        let mut entries = Vec::with_capacity(parts.len());
        let mut meta = Meta {
            serial: state.serial,
            chain,
            lineage: state.lineage.clone(),
            cloud: state.cloud.clone(),
            records: 0,
            digest: 0,
        };
        for (slot, part) in parts {
            let name = slot.index_key();
            meta.records += 1;
            meta.digest = meta.digest.wrapping_add(weigh(&name, &part));
            entries.push((name, Some(part)));
        }
        self.discard();
        self.run(|db| write(db, entries, &meta));
        self.make_durable();
    }

    /// Closes and removes it.
    fn discard(&mut self) {
        if let Some(db) = self.db.take() {
            // A damaged database may panic while it closes; it is on its way out.
            let _ = guard(|| {
                drop(db);
                Ok(())
            });
        }
        if let Err(error) = disk::remove_folder(&self.folder) {
            self.notes.push(format!("The old index could not be removed: {error}."));
        }
    }

    /// Does something with the database, opening it if need be; nothing if it fails, noted.
    fn run<T>(&mut self, work: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Option<T> {
        let (folder, db) = (&self.folder, self.db.take());
        let done = guard(|| {
            let db = match db {
                Some(db) => db,
                None => open(folder)?,
            };
            let done = work(&db)?;
            Ok((db, done))
        });
        match done {
            Ok((db, done)) => {
                self.db = Some(db);
                Some(done)
            }
            Err(why) => {
                self.notes.push(format!("The index is not used and will be made again from the log: {why}."));
                None
            }
        }
    }

    fn make_durable(&mut self) {
        if self.db.is_none() {
            return;
        }
        let folder = self.folder.clone();
        self.run(|db| {
            db.flush()?;
            disk::sync_tree(&folder)?;
            Ok(())
        });
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            // Closing writes what is left; the log holds it all, so a failure loses nothing.
            let _ = guard(|| {
                drop(db);
                Ok(())
            });
        }
    }
}

/// Opens the database. sled unlocks it by closing its file, so a child that another thread is just
/// starting keeps it locked until it becomes its own program, some milliseconds later.
#[expect(clippy::disallowed_methods, reason = "waits for a closing database, a fifth of a second at most")]
fn open(folder: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    for _ in 0..TRIES {
        match config.open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(Duration::from_millis(10));
            }
            decided => return decided,
        }
    }
    config.open()
}

/// The weight of a part in the digest: a sum, so that one part can change without reading all.
fn weigh(name: &[u8], part: &[u8]) -> u128 {
    Chain::START.next(name).next(part).number()
}

fn resolve(db: &sled::Db, slot: &Slot, change: &Change) -> sled::Result<Option<Vec<u8>>> {
    match (change, slot) {
        (Change::Put(part), _) => Ok(Some(part.clone())),
        (Change::Moved(part), Slot::Object(addr, Some(deposed))) => {
            let before = match part {
                Some(part) => part.clone(),
                None => {
                    let name = Slot::Object(addr.clone(), None).index_key();
                    db.get(name)?.ok_or_else(|| unsupported("a deposed object is not in it"))?.to_vec()
                }
            };
            record::depose(&before, deposed).map(Some).map_err(unsupported)
        }
        (Change::Moved(_) | Change::Gone, _) => Ok(None),
    }
}

/// Writes entries and what they add up to. Many go in several batches, and then the index is
/// nobody's until the last: a crash between leaves one without meta, which is made again.
fn write(db: &sled::Db, entries: Vec<(Vec<u8>, Option<Vec<u8>>)>, meta: &Meta) -> sled::Result<()> {
    let mut entries = entries.into_iter().peekable();
    let mut first = true;
    loop {
        let mut batch = sled::Batch::default();
        for (name, part) in entries.by_ref().take(BATCH) {
            match part {
                Some(part) => batch.insert(name, part),
                None => batch.remove(name),
            }
        }
        let last = entries.peek().is_none();
        if last {
            batch.insert(META, write_meta(meta));
        } else if first {
            batch.remove(META);
        }
        first = false;
        db.apply_batch(batch)?;
        if last {
            return Ok(());
        }
    }
}

fn write_meta(meta: &Meta) -> Vec<u8> {
    let mut payload = Vec::new();
    let mut out = WriteFields::begin(&mut payload);
    out.number("acier", FORMAT);
    out.number("serial", meta.serial);
    out.text("chain", &meta.chain.to_text());
    out.maybe_text("lineage", meta.lineage.as_ref());
    out.maybe_text("cloud", meta.cloud.as_ref());
    out.number("records", meta.records);
    out.text("digest", &meta.digest.to_string());
    out.end();
    payload
}

fn read_meta(db: &sled::Db) -> sled::Result<Option<Meta>> {
    let Some(payload) = db.get(META)? else { return Ok(None) };
    let parse = || {
        let mut fields = Fields::parse(&payload, None).ok()?;
        if fields.number("acier").ok()? != FORMAT {
            return None;
        }
        Some(Meta {
            serial: fields.number("serial").ok()?,
            chain: Chain::parse(&fields.text("chain").ok()?)?,
            lineage: fields.maybe_text("lineage"),
            cloud: fields.maybe_text("cloud"),
            records: fields.number("records").ok()?,
            digest: fields.text("digest").ok()?.parse().ok()?,
        })
    };
    Ok(parse())
}

fn unsupported(why: impl std::fmt::Display) -> sled::Error {
    sled::Error::Unsupported(why.to_string())
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that may panic and keeps its panic off the screen.
fn guard<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                before(panic);
            }
        }));
    });
    GUARDED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the database is damaged".into()),
    }
}
