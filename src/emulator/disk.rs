//! The world's log on disk: one sealed, checksummed line per request that changed something.
//!
//! **Never:** write bodies in clear: a plain environment variable may hold somebody's secret, so
//! lines are sealed with the folder's own key. A line is written before the answer leaves, so what
//! was answered survives `kill -9`. A torn last line is an answer that never left and is cut off;
//! any other damage is named.
#![expect(clippy::disallowed_methods, reason = "the emulator's door to its folder")]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::emulator::certificate::write_secret;
use crate::emulator::record::Batch;
use crate::emulator::tables::Tables;
use crate::seal::Key;

/// What sealed lines are bound to.
const PURPOSE: &str = "acier emulator world v1";
/// A log longer than this is rewritten when it is opened.
const LONG: u64 = 4 << 20;

/// An open folder.
#[derive(Debug)]
pub(crate) struct Disk {
    log: File,
    key: Key,
    /// Held as long as the folder is in use; the system lets go of it with the process.
    _lock: File,
}

/// Opens a folder and reads what is in it.
///
/// # Errors
/// When another process has it, or when it is damaged.
pub(crate) fn open(folder: &Path) -> Result<(Disk, Tables), String> {
    std::fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
    let lock = take_lock(&folder.join("lock"))?;
    let path = folder.join("world.log");
    let key = read_key(folder, &path)?;
    let text = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(said(&path, &error)),
    };
    let mut tables = Tables::default();
    let whole = read_lines(&path, &text, &key, &mut tables)?;
    let log = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| said(&path, &error))?;
    if whole < text.len() {
        log.set_len(whole as u64).map_err(|error| said(&path, &error))?;
    }
    let mut disk = Disk { log, key, _lock: lock };
    if text.len() as u64 > LONG {
        disk.compact(&path, &tables)?;
    }
    Ok((disk, tables))
}

fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}.", path.display())
}

fn take_lock(path: &Path) -> Result<File, String> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|error| said(path, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => {
            let folder = path.parent().unwrap_or(path).display();
            Err(format!("The emulated cloud in {folder} is in use by another process. Wait until it ends."))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(said(path, &error)),
    }
}

fn read_key(folder: &Path, log: &Path) -> Result<Key, String> {
    let path: PathBuf = folder.join("key");
    match std::fs::read_to_string(&path) {
        Ok(text) => Key::parse(&text).ok_or_else(|| format!("{} does not hold a key.", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if log.metadata().is_ok_and(|log| log.len() > 0) {
                return Err(format!("{} is missing, and {} cannot be read without it.", path.display(), log.display()));
            }
            let text = Key::generate();
            write_secret(&path, &text)?;
            Key::parse(&text).ok_or_else(|| format!("{} does not hold a key.", path.display()))
        }
        Err(error) => Err(said(&path, &error)),
    }
}

/// Replays all whole lines; how many bytes they are.
fn read_lines(path: &Path, text: &[u8], key: &Key, tables: &mut Tables) -> Result<usize, String> {
    let mut at = 0;
    let mut number = 0;
    while let Some(length) = text[at..].iter().position(|byte| *byte == b'\n') {
        number += 1;
        let line = std::str::from_utf8(&text[at..at + length]).ok();
        let batch = line.and_then(|line| key.open(line, PURPOSE)).and_then(|own| serde_json::from_slice::<Batch>(&own).ok());
        let Some(batch) = batch else {
            return Err(format!(
                "{} is damaged at line {number} (byte {at}). Restore it from a copy, or remove the folder to begin with an empty cloud.",
                path.display()
            ));
        };
        tables.replay(&batch);
        at += length + 1;
    }
    Ok(at)
}

impl Disk {
    /// Writes down what a request changed.
    ///
    /// # Errors
    /// When it cannot be written; the answer must not leave.
    pub(crate) fn write(&mut self, batch: &Batch) -> Result<(), String> {
        let plain = serde_json::to_vec(batch).map_err(|error| error.to_string())?;
        let mut line = self.key.seal(&plain, PURPOSE);
        line.push('\n');
        self.log.write_all(line.as_bytes()).map_err(|error| format!("The emulated cloud cannot be written: {error}."))
    }

    /// Writes the log anew with one line, beside the old one, and puts it in its place.
    fn compact(&mut self, path: &Path, tables: &Tables) -> Result<(), String> {
        let fresh = path.with_extension("new");
        let file = File::create(&fresh).map_err(|error| said(&fresh, &error))?;
        let old = std::mem::replace(&mut self.log, file);
        let changes = tables.dump().collect();
        self.write(&Batch { at: tables.latest, serial: tables.serial, changes })?;
        self.log.sync_all().map_err(|error| said(&fresh, &error))?;
        drop(old);
        std::fs::rename(&fresh, path).map_err(|error| said(path, &error))?;
        self.log = OpenOptions::new().append(true).open(path).map_err(|error| said(path, &error))?;
        Ok(())
    }
}
