//! The store's door to files: reads, and writes that survive a power cut.
//!
//! **Never:** know what is in a file. In: paths and bytes. Out: bytes, or the system's error.
//! Writing goes through the trait [`Disk`], so that the tests can fill a disk at any byte; the
//! order of writes, syncs and renames is decided here and nowhere else.
#![expect(clippy::disallowed_methods, reason = "this file is the store's door to files")]

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where bytes go. The tests have one that fills up.
pub trait Disk: Send {
    /// Writes all the bytes at the end of the file.
    ///
    /// # Errors
    /// When the system refuses; a part may have been written.
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Returns when everything written to the file would survive a power cut.
    ///
    /// # Errors
    /// When the system cannot promise it.
    fn sync(&mut self, file: &File) -> io::Result<()>;

    /// Cuts the file off, to take back a part of a write.
    ///
    /// # Errors
    /// When the system refuses.
    fn truncate(&mut self, file: &File, length: u64) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Default)]
pub struct LocalDisk;

impl Disk for LocalDisk {
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn truncate(&mut self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }
}

/// The bytes of a file; nothing if it is not there.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file to read; nothing if it is not there.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The length of a file; nothing if it is not there.
pub(super) fn length(path: &Path) -> io::Result<Option<u64>> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The numbered files `<10 digits>.acier` of a folder in order; none if there is no folder.
pub(super) fn numbered(folder: &Path) -> io::Result<Vec<u64>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut serials = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let serial = name.to_str().and_then(|name| name.strip_suffix(".acier")).filter(|digits| digits.len() == 10);
        serials.extend(serial.and_then(|digits| digits.parse::<u64>().ok()));
    }
    serials.sort_unstable();
    Ok(serials)
}

/// The path of a numbered file.
pub(super) fn numbered_path(folder: &Path, serial: u64) -> PathBuf {
    folder.join(format!("{serial:010}.acier"))
}

/// Creates a folder and those above it, to last.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let above = path.parent().unwrap_or(Path::new(""));
    create_folder(above)?;
    match std::fs::create_dir(path) {
        // Another process was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    sync_folder(above)
}

/// Makes the names in a folder survive a power cut. Only Unix has such a thing.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// A new file to append to; an error if it is there.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create_new(true).open(path)
}

/// An existing file to append to.
pub(super) fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// A file to lock and to say in who locked it, made if it is not there.
pub(super) fn open_to_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether an open file is still the one that its path names. Only Unix lets it be another.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (own, there) = (file.metadata(), std::fs::metadata(path));
    own.is_ok_and(|own| there.is_ok_and(|there| (own.dev(), own.ino()) == (there.dev(), there.ino())))
}

/// Whether an open file is still the one that its path names. Only Unix lets it be another.
#[cfg(not(unix))]
pub(super) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// A folder to lock, where the system can lock one.
pub(super) fn open_folder(path: &Path) -> Option<File> {
    if cfg!(unix) { File::open(path).ok() } else { None }
}

/// Removes a file that may not be there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts a whole file, given in pieces, in place of another, or of nothing: at every moment either is there.
pub(super) fn replace(
    disk: &mut dyn Disk,
    path: &Path,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> io::Result<()> {
    put(disk, path, &OpenOptions::new(), pieces)
}

/// Writes a file that only its owner may read and that is not there yet; at every moment all of it
/// is there or nothing, because half a key would be taken for a damaged one.
pub(super) fn create_secret(disk: &mut dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    put(disk, path, &options, [bytes])
}

fn put(
    disk: &mut dyn Disk,
    path: &Path,
    options: &OpenOptions,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // What a crash left of an earlier attempt may have other rights.
    remove(&fresh)?;
    let written = (|| {
        let mut file = options.clone().write(true).create_new(true).open(&fresh)?;
        for piece in pieces {
            disk.write(&mut file, piece.as_ref())?;
        }
        disk.sync(&file)?;
        std::fs::rename(&fresh, path)
    })();
    if let Err(error) = written {
        // What is left of the attempt is harmless; the error that matters is the first.
        let _ = remove(&fresh);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Renames a file or folder, durably.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    for folder in [from.parent(), to.parent()].into_iter().flatten() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Removes a folder that may not be there, with all in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The folders in a folder, by name in order; none if it is not there.
pub(super) fn folders(path: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(entry.file_name().into_string().ok());
        }
    }
    found.sort();
    Ok(found)
}

/// Copies the files of a folder that may not be there, to last.
pub(super) fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    create_folder(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        std::fs::copy(entry.path(), &copy)?;
        File::open(&copy)?.sync_all()?;
    }
    sync_folder(to)
}

/// Makes all that was written to files in a folder survive a power cut.
#[cfg(target_os = "linux")]
pub(super) fn sync_tree(path: &Path) -> io::Result<()> {
    // sled spreads its data over files that it opens and closes itself; one call catches all.
    Ok(rustix::fs::syncfs(File::open(path)?)?)
}

/// Makes all that was written to files in a folder survive a power cut.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            OpenOptions::new().write(true).open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(path)
}
