//! A way on for a state whose log is damaged: what can still be vouched for becomes a new log.
//!
//! **Never:** throw anything away or say that nothing exists: the damaged files are set aside
//! whole. In: a folder that cannot be opened. Out: the same folder with a log of one operation.
//! The new log is made beside the old one and moved into place file by file; a
//! repair that was interrupted is seen by everybody and finished by the next. The decision to question: the
//! state gets a new lineage, so that plans saved before the damage are refused.

use std::path::{Path, PathBuf};

use super::disk::{self, LocalDisk};
use super::error::StoreError;
use super::head::Head;
use super::lock::Lock;
use super::{Access, Store, read_all};
use crate::state::{Event, Journal, JournalError, OperationKind, Outcome, State};
use crate::value::Name;

/// Where the new log is made.
const FRESH: &str = "repair";
/// What is moved.
const FILES: [&str; 4] = ["index", "snap", "log", "head"];

/// What a repair found and made.
#[derive(Debug)]
pub struct Repaired {
    /// What was wrong; nothing where an interrupted repair was finished.
    pub was: Option<StoreError>,
    /// The folder that holds the damaged files now.
    pub aside: PathBuf,
}

/// Whether a repair was interrupted, so that the folder is neither old nor new.
pub(super) fn is_unfinished(folder: &Path) -> bool {
    folder.join(FRESH).exists()
}

impl Store {
    /// What is wrong with the state in a folder, with what can still be vouched for; nothing if
    /// it can be opened. Changes nothing.
    ///
    /// # Errors
    /// When nothing can be vouched for: the key is lost, the format is newer, the disk refuses.
    pub fn examine(folder: &Path) -> Result<Option<StoreError>, StoreError> {
        match read_all(folder, None) {
            Ok(_) => Ok(None),
            Err(error) if error.known().is_some() => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    /// Makes what can still be vouched for the state of a folder; nothing if it needs no repair.
    /// `lineage` is the new one, `at` the time of day.
    ///
    /// # Errors
    /// As [`Store::examine`], or when another process writes.
    pub fn repair(folder: &Path, lineage: Name, at: Name) -> Result<Option<Repaired>, StoreError> {
        let _lock = Lock::take(folder)?;
        if is_unfinished(folder) {
            return move_into_place(folder).map(|aside| Some(Repaired { was: None, aside }));
        }
        let Some(was) = Store::examine(folder)? else { return Ok(None) };
        if let Some(known) = was.known() {
            make(folder, known, lineage, at)?;
        }
        let aside = move_into_place(folder)?;
        Ok(Some(Repaired { was: Some(was), aside }))
    }
}

/// Writes a whole new log beside the old one, with the same key.
fn make(folder: &Path, known: &State, lineage: Name, at: Name) -> Result<(), StoreError> {
    // It gets its name when it is whole, so that nobody takes half a log for one.
    let fresh = folder.join(FRESH);
    let work = folder.join("repair.new");
    disk::remove_folder(&work).map_err(|error| StoreError::io(&work, "removed", &error))?;
    disk::create_folder(&work).map_err(|error| StoreError::io(&work, "created", &error))?;
    let key = folder.join("secret.key");
    let text = disk::read(&key).map_err(|error| StoreError::io(&key, "read", &error))?;
    Head::fresh().write(&mut LocalDisk, &work)?;
    if let Some(text) = text {
        let copy = work.join("secret.key");
        disk::create_secret(&mut LocalDisk, &copy, &text).map_err(|error| StoreError::io(&copy, "written", &error))?;
    }
    let mut store = Store::open(&work, Access::Write)?;
    let broken = |error: JournalError| StoreError::Io { path: work.clone(), action: "written", why: error.0 };
    store.append(&events(known, lineage, at), true).map_err(broken)?;
    drop(store);
    disk::rename(&work, &fresh).map_err(|error| StoreError::io(&fresh, "created", &error))
}

/// One operation that says everything that is known.
fn events(known: &State, lineage: Name, at: Name) -> Vec<Event> {
    let cloud = known.cloud.clone();
    let mut events = vec![Event::Begin { serial: 1, kind: OperationKind::Edit, lineage, cloud, at: at.clone() }];
    let current = known.objects.iter().map(|(addr, object)| (addr, None, object));
    let deposed = known.deposed.iter().map(|((addr, key), object)| (addr, Some(key.clone()), object));
    for (addr, deposed, object) in current.chain(deposed) {
        events.push(Event::Refreshed { addr: addr.clone(), deposed, object: Some(object.clone()) });
    }
    for (name, output) in &known.outputs {
        events.push(Event::Output { name: name.clone(), output: Some(output.clone()) });
    }
    for (step, pending) in &known.pending {
        events.push(Event::Intent { step: *step, intent: pending.intent.clone() });
        if let Some(ticket) = &pending.ticket {
            events.push(Event::Accepted { step: *step, ticket: ticket.clone() });
        }
    }
    let outcome = if known.pending.is_empty() { Outcome::Complete } else { Outcome::Incomplete };
    events.push(Event::End { outcome, at });
    events
}

/// Sets the old files aside and puts the new ones in their place. A crash at any point leaves a
/// folder `repair` from which the next call goes on.
fn move_into_place(folder: &Path) -> Result<PathBuf, StoreError> {
    let fresh = folder.join(FRESH);
    let (old, moved) = (fresh.join("old"), fresh.join("moved"));
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| StoreError::io(path, "moved", &error)
    };
    if !moved.exists() {
        disk::create_folder(&old).map_err(io(&old))?;
        for name in FILES {
            if folder.join(name).exists() {
                disk::rename(&folder.join(name), &old.join(name)).map_err(io(&folder.join(name)))?;
            }
        }
        disk::replace(&mut LocalDisk, &moved, [b""]).map_err(io(&moved))?;
    }
    for name in FILES {
        if fresh.join(name).exists() {
            disk::rename(&fresh.join(name), &folder.join(name)).map_err(io(&folder.join(name)))?;
        }
    }
    let free = (1_u32..).map(|number| folder.join(format!("damaged-{number}"))).find(|path| !path.exists());
    let aside = free.unwrap_or_else(|| folder.join("damaged"));
    disk::rename(&fresh, &aside).map_err(io(&aside))?;
    Ok(aside)
}
