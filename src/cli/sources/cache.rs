//! The folders of fetched modules: `.acier/modules/<repository>-<digest>`.
//!
//! **Never:** leave half a module under a name that counts: what is fetched lies in a folder that
//! begins with a dot until it is whole. A folder carries the digest of what it should hold in its
//! name, so that calls of one version share it and an upgrade never writes into what is used.
#![expect(clippy::disallowed_methods, reason = "the door of the folder of modules")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Result;
use std::path::{Path, PathBuf};

use crate::addr::source::Git;
use crate::cli::whole;

use super::FOLDER;
use super::install::plain;

/// The start of the names of folders that are not whole.
const UNFINISHED: &str = ".new-";

/// Where content of a digest lies.
pub(super) fn folder(root: &Path, git: &Git, digest: &str) -> PathBuf {
    plain(&root.join(FOLDER)).join(name(git, digest))
}

fn name(git: &Git, digest: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let name: String = git.name().chars().map(fits).take(40).collect();
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    format!("{name}-{}", digits.get(..16).unwrap_or(digits))
}

/// The folder of modules while one process changes it.
pub(super) struct Cache {
    folder: PathBuf,
    /// Held until the end; the system lets go of it with the process.
    _lock: File,
    count: std::cell::Cell<usize>,
}

impl Cache {
    /// Opens the folder, waits for other processes, and clears away what they left unfinished.
    ///
    /// # Errors
    /// That the folder cannot be made.
    pub(super) fn open(root: &Path, waiting: impl FnOnce()) -> Result<Cache> {
        let folder = plain(&root.join(FOLDER));
        std::fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join(".lock"))?;
        if lock.try_lock().is_err() {
            waiting();
            lock.lock()?;
        }
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                remove(&entry.path())?;
            }
        }
        Ok(Cache { folder, _lock: lock, count: std::cell::Cell::new(0) })
    }

    /// A new empty folder to fetch into.
    pub(super) fn aside(&self) -> Result<PathBuf> {
        self.count.set(self.count.get() + 1);
        // Not a name that was used before: a git that outlived its caller may still write there.
        let path = self.folder.join(format!("{UNFINISHED}{}-{}", std::process::id(), self.count.get()));
        std::fs::create_dir(&path)?;
        Ok(path)
    }

    /// Gives what was fetched its name.
    pub(super) fn keep(&self, aside: &Path, git: &Git, digest: &str) -> Result<PathBuf> {
        let path = self.folder.join(name(git, digest));
        if path.exists() {
            remove(&path)?;
        }
        std::fs::rename(aside, &path)?;
        Ok(path)
    }

    /// Removes the folders that no call uses any more.
    pub(super) fn prune(&self, used: &BTreeSet<PathBuf>) -> Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() && !used.contains(&path) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Writes the manifest, if that changes anything.
    pub(super) fn write_manifest(&self, text: &str) -> Result<()> {
        let path = self.folder.join("modules.json");
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            return Ok(());
        }
        whole::write(&path, text.as_bytes())
    }
}

/// Removes a folder, also where git has taken away the right to write.
pub(super) fn remove(path: &Path) -> Result<()> {
    if !path.is_dir() {
        return std::fs::remove_file(path);
    }
    std::fs::remove_dir_all(path)
}
