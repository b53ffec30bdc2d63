//! The lock of a state folder: one writer at a time, and who it is.
//!
//! **Never:** outlive its process: it is the operating system's own lock, so a dead owner never
//! blocks. In: the folder. Out: the lock, or who holds it. What the file says is only for people.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::disk;
use super::error::StoreError;

/// Held while it lives.
pub(super) struct Lock {
    file: File,
    /// The folder is locked too: somebody may remove the file.
    folder: Option<File>,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Lock, StoreError> {
        let path = folder.join("lock");
        let mut file = disk::open_to_lock(&path).map_err(|error| StoreError::io(&path, "opened", &error))?;
        let own = disk::open_folder(folder);
        let busy = own.as_ref().is_some_and(|own| matches!(crate::lock::take(own), Err(TryLockError::WouldBlock)));
        let taken = if busy { Err(TryLockError::WouldBlock) } else { crate::lock::take(&file) };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Where the lock also hides the file's content, the holder stays unnamed.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    named => named.to_owned(),
                };
                return Err(StoreError::Locked { folder: folder.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::io(&path, "locked", &error)),
        }
        if !disk::is_at(&file, &path) {
            // While it was waited for, its holder took the folder away: now it guards nothing.
            let holder = "another process, which has removed or replaced it".to_owned();
            return Err(StoreError::Locked { folder: folder.to_owned(), holder });
        }
        // The lock holds without a name in it, so a full disk is no reason to stop here.
        let _ = introduce(&mut file);
        Ok(Lock { file, folder: own })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        // Closing would not do: a child that another thread is just starting holds a copy of the
        // file until it becomes its own program, and the lock with it.
        let _ = self.file.unlock();
        let _ = self.folder.as_ref().map(File::unlock);
    }
}

fn introduce(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    write!(file, "process {}{}", std::process::id(), command())?;
    // The system has just dated the file: no clock is needed to say since when.
    let since = file.metadata()?.modified()?;
    if let Ok(since) = jiff::Timestamp::try_from(since) {
        write!(file, ", since {since:.0}")?;
    }
    writeln!(file)
}

/// The program and its subcommand. Not the other arguments: they may hold secrets.
fn command() -> String {
    let mut words = std::env::args();
    let program = words.next().unwrap_or_default();
    let program = Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |word: &String| word.len() <= 12 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    match words.find(|word| !word.starts_with('-')).filter(plain) {
        Some(subcommand) => format!(" ({program} {subcommand})"),
        None => format!(" ({program})"),
    }
}
