//! The world's log on disk: one sealed, checksummed line for each request that changed something.
//!
//! **Never:** rewrite the world for a request, keep a secret, or guess around damage. A line is
//! appended before its answer leaves; a torn last line (power cut, kill) is dropped, anything else
//! that does not check is a named error. Lines are sealed because a plain environment variable may
//! hold a sensitive value. Opening a log with many outdated lines writes a compact one in its place.
#![expect(clippy::disallowed_methods, reason = "this is the emulator's door to the file system")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::emulator::record::{Batch, Change};
use crate::emulator::tables::Tables;
use crate::seal::Key;

/// The first line of a log.
const HEAD: &str = "{\"acier\":\"emulator log\",\"version\":1}\n";
/// Logs below this size, in bytes, are not worth compacting.
const SMALL: u64 = 4 * 1024 * 1024;
/// Bytes that are read at once.
const AT_ONCE: usize = 64 << 10;
/// Changes in one line of a compacted log.
const CHUNK: usize = 100;

/// An open log.
#[derive(Debug)]
pub(crate) struct Disk {
    log: File,
    path: PathBuf,
    key: Key,
    /// The number of the last line.
    line: u64,
    /// Why nothing can be written any more.
    broken: Option<String>,
    /// Held until the emulator ends; the operating system frees it when the process dies.
    _lock: File,
}

fn told(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("The emulator could not {what} {}: {error}.", path.display())
}

/// Creates a file that only its owner can read, or puts it in place of another; at every moment
/// either of them is whole.
pub(crate) fn create_private(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), String> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    // What a crash left of an earlier attempt may have other rights.
    let _ = fs::remove_file(&fresh);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh).map_err(|error| told("create", &fresh, &error))?;
    let written = file.write_all(contents.as_ref()).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&fresh, path)).map_err(|error| {
        let _ = fs::remove_file(&fresh);
        told("write", path, &error)
    })
}

/// Reads a text file; nothing if there is none.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told("read", path, &error)),
    }
}

/// Makes a folder, with its parents.
pub(crate) fn make_folder(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| told("create the folder", path, &error))
}

fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| told("open", &path, &error))?;
    match crate::lock::take(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("Another emulator uses the folder {}. Stop it or choose another folder.", folder.display()))
        }
        Err(TryLockError::Error(error)) => Err(told("lock", &path, &error)),
    }
}

/// The key of a folder; a new one only where there is no log yet that another one sealed.
fn read_key(folder: &Path, logged: bool) -> Result<Key, String> {
    let path = folder.join("key");
    let text = match read_text(&path)? {
        Some(text) => text,
        None if logged => {
            return Err(format!(
                "The key {} is missing, without which the emulator's log beside it cannot be read. Put it back, or remove the folder to begin with an empty cloud.",
                path.display()
            ));
        }
        None => {
            let text = Key::generate();
            create_private(&path, format!("{text}\n"))?;
            text
        }
    };
    Key::parse(&text).ok_or_else(|| format!("The key {} is damaged: it must hold 32 bytes in base64.", path.display()))
}

fn checksum(number: u64, sealed: &str) -> String {
    let hash = Sha256::digest(format!("{number}:{sealed}").as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn purpose(number: u64) -> String {
    format!("acier emulator log line {number}")
}

fn write_line(key: &Key, number: u64, batch: &Batch) -> Result<String, String> {
    let plain =
        serde_json::to_vec(batch).map_err(|error| format!("The emulator could not write down a change: {error}."))?;
    let sealed = key.seal(&plain, &purpose(number));
    let sum = checksum(number, &sealed);
    Ok(format!("{}\n", json!({"n": number, "sum": sum, "sealed": sealed})))
}

/// A line as it stands in the log.
#[derive(Deserialize)]
struct Line<'l> {
    n: Option<u64>,
    sum: Option<&'l str>,
    sealed: Option<&'l str>,
}

/// Reads line `number`; the error says what is wrong with it.
fn read_line(key: &Key, number: u64, line: &str) -> Result<Batch, &'static str> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|_| "it is not JSON")?;
    let sealed = line.sealed.ok_or("it holds nothing")?;
    if line.n != Some(number) {
        return Err("its number is not the next one");
    }
    if line.sum != Some(checksum(number, sealed).as_str()) {
        return Err("its checksum does not match");
    }
    let plain = key.open(sealed, &purpose(number)).ok_or("it was sealed with another key")?;
    serde_json::from_slice(&plain).map_err(|_| "its content is unknown to this version")
}

/// What a log holds.
struct Replayed {
    tables: Tables,
    line: u64,
    /// Where the good part ends, in bytes.
    end: u64,
    /// Whether the last line lacks its line break although it is whole.
    open: bool,
    /// Changes read, among them those that later ones replaced.
    changes: usize,
}

fn replay(key: &Key, path: &Path, log: &File) -> Result<Replayed, String> {
    let mut done = Replayed { tables: Tables::default(), line: 0, end: 0, open: false, changes: 0 };
    let mut log = BufReader::with_capacity(AT_ONCE, log);
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let taken = log.read_until(b'\n', &mut bytes).map_err(|error| told("read", path, &error))?;
        let ended = bytes.pop_if(|last| *last == b'\n').is_some();
        // A torn line is a line's beginning, and only a whole line has a closing brace.
        if taken == 0 || !ended && !bytes.contains(&b'}') {
            return Ok(done);
        }
        let damaged = |why: &str| {
            let name = path.display();
            format!(
                "Line {} of the emulator's log {name} is damaged: {why}. Restore the file, or remove the folder to begin with an empty cloud.",
                number + 1
            )
        };
        let line = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not text"))?;
        if number == 0 {
            if line != HEAD.trim_end() {
                return Err(damaged("it is not the head of a log of version 1"));
            }
        } else {
            let batch = read_line(key, number, line).map_err(damaged)?;
            done.changes += batch.changes.len();
            done.tables.replay(batch);
            done.line = number;
        }
        number += 1;
        done.open = !ended;
        done.end += taken as u64;
    }
}

impl Disk {
    /// Opens the log of a folder, which is made if it is missing; the tables that it holds.
    pub(crate) fn open(folder: &Path) -> Result<(Disk, Tables), String> {
        make_folder(folder)?;
        let lock = lock(folder)?;
        let path = folder.join("world.log");
        let log = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| told("open", &path, &error))?;
        let length = log.metadata().map_err(|error| told("read", &path, &error))?.len();
        let key = read_key(folder, length > HEAD.len() as u64)?;
        let done = replay(&key, &path, &log)?;
        let mut disk = Disk { log, path, key, line: done.line, broken: None, _lock: lock };
        disk.settle(&done)?;
        if done.end > SMALL && done.changes > 2 * done.tables.dump().count() {
            disk.compact(&done.tables)?;
        }
        Ok((disk, done.tables))
    }

    /// Cuts a torn line off, ends an open one and writes the head of a new log.
    fn settle(&mut self, done: &Replayed) -> Result<(), String> {
        let mut patch = || {
            self.log.set_len(done.end)?;
            self.log.seek(SeekFrom::End(0))?;
            match (done.end, done.open) {
                (0, _) => self.log.write_all(HEAD.as_bytes()),
                (_, true) => self.log.write_all(b"\n"),
                _ => Ok(()),
            }
        };
        patch().map_err(|error| told("write", &self.path, &error))
    }

    /// Writes a log that holds only what is there now, and puts it in the place of the old one.
    fn compact(&mut self, tables: &Tables) -> Result<(), String> {
        let mut text = HEAD.to_owned();
        let changes: Vec<Change> = tables.dump().collect();
        let mut number = 0;
        for chunk in changes.chunks(CHUNK) {
            number += 1;
            let batch = Batch { at: tables.latest, serial: tables.serial, changes: chunk.to_vec() };
            text.push_str(&write_line(&self.key, number, &batch)?);
        }
        create_private(&self.path, &text)?;
        self.log =
            OpenOptions::new().append(true).open(&self.path).map_err(|error| told("open", &self.path, &error))?;
        self.line = number;
        Ok(())
    }

    /// Appends what a request changed. After a failure nothing is written any more, because the
    /// world in memory is ahead of the log.
    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        let written = write_line(&self.key, self.line + 1, batch)
            .and_then(|line| self.log.write_all(line.as_bytes()).map_err(|error| told("write", &self.path, &error)));
        match &written {
            Ok(()) => self.line += 1,
            Err(why) => self.broken = Some(why.clone()),
        }
        written
    }
}
