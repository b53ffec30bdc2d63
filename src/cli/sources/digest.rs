//! The digest of a folder: equal digests, equal names and contents.
//!
//! **Never:** follow a link, or depend on rights, times or the order in which a disk lists names.
//! In: a folder. Out: `sha256:` and 64 digits. Each entry counts with the lengths of its parts, so
//! that no two trees run together into the same bytes.
#![expect(clippy::disallowed_methods, reason = "reads the content that it vouches for")]

use std::fmt::Write as _;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

/// The digest of all files and links below a folder.
///
/// # Errors
/// What cannot be read, and links that lead out of the folder.
pub(super) fn of(folder: &Path) -> Result<String> {
    let mut entries: Vec<(String, PathBuf)> = Vec::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((within, prefix)) = waiting.pop() {
        for entry in std::fs::read_dir(&within)? {
            let entry = entry?;
            let name = entry.file_name().into_string();
            let name = name.map_err(|name| Error::other(format!("the name {} is not UTF-8", name.display())))?;
            let (path, shown) = (entry.path(), format!("{prefix}{name}"));
            if entry.file_type()?.is_dir() {
                waiting.push((path, format!("{shown}/")));
            } else {
                entries.push((shown, path));
            }
        }
    }
    entries.sort();
    let mut whole = Context::new(&SHA256);
    for (name, path) in entries {
        let (kind, content) = if path.is_symlink() {
            let target = std::fs::read_link(&path)?.to_string_lossy().replace('\\', "/");
            if leads_out(&name, &target) {
                return Err(Error::other(format!("the link {name} leads out of the module, to {target}")));
            }
            (b'l', target.into_bytes())
        } else {
            (b'f', std::fs::read(&path)?)
        };
        whole.update(&[kind]);
        for part in [name.as_bytes(), &content] {
            whole.update(&(part.len() as u64).to_be_bytes());
            whole.update(part);
        }
    }
    let mut text = String::from("sha256:");
    for byte in whole.finish().as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Whether the target of a link at `name` lies outside of the folder. Counted by text alone: a link
/// to a link is judged where that one stands.
fn leads_out(name: &str, target: &str) -> bool {
    let mut depth = name.matches('/').count();
    if target.starts_with('/') || target.as_bytes().get(1) == Some(&b':') {
        return true;
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}
