//! Writes files whole: at every moment the old content is there or the new, also after a power cut.
//!
//! **Never:** put a file in the place of something that is none (a pipe, a terminal, a device), or of a link: what
//! it leads to is written. In: a path and bytes. Out: nothing, once they are on disk.
#![expect(clippy::disallowed_methods, reason = "this is the door for the files that commands write")]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file, with the rights of the one that is there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let path = match path.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        found => found?,
    };
    let there = std::fs::metadata(&path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(&path)?.write_all(bytes);
    }
    let fresh = beside(&path);
    let written = fill(&fresh, bytes).and_then(|()| {
        if let Some(there) = there {
            std::fs::set_permissions(&fresh, there.permissions())?;
        }
        std::fs::rename(&fresh, &path)
    });
    if let Err(error) = written {
        // The error that matters is the first.
        let _ = std::fs::remove_file(&fresh);
        return Err(error);
    }
    // The file is in its place; where folders cannot be synced, the system decides when that lasts.
    let _ = sync_folder(&path);
    Ok(())
}

/// Where a file is written before it gets its name: a name that no command looks for.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.acier-new"))
}

fn fill(fresh: &Path, bytes: &[u8]) -> Result<()> {
    // A write that was cut short left its beginning here.
    match std::fs::remove_file(fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(fresh)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_the_place_of_another_and_keeps_its_rights() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (path, fresh) = (folder.path().join("plan.out"), folder.path().join(".plan.out.acier-new"));
        std::fs::write(&fresh, "cut short")?;
        write(&path, b"first")?;
        let mut rights = std::fs::metadata(&path)?.permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&path, rights)?;
        write(&path, b"second")?;
        assert_eq!(std::fs::read(&path)?, b"second");
        assert!(std::fs::metadata(&path)?.permissions().readonly() && !fresh.exists());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_written_and_a_device_stays_one() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (path, link) = (folder.path().join("main.tf"), folder.path().join("link.tf"));
        std::fs::write(&path, "old")?;
        std::os::unix::fs::symlink("main.tf", &link)?;
        write(&link, b"new")?;
        assert_eq!(std::fs::read(&path)?, b"new");
        assert!(link.is_symlink());
        write(Path::new("/dev/null"), b"nothing")?;
        assert!(!Path::new("/dev/null").is_file());
        Ok(())
    }
}
