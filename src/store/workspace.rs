//! Where the states of a configuration lie: that of the workspace "default", and those of others.
//!
//! **Never:** open one of them, or say which is selected. In: the folder of a configuration and names.
//! Out: folders, each of which [`super::Store`] opens. The decision to question: the default workspace
//! has the folder `state` itself, where it was before there were others, and they lie below it.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, LocalDisk};
use super::error::StoreError;

/// The workspace that is always there.
pub const DEFAULT: &str = "default";

/// Behind the name of a workspace that is being removed, or made; no name can hold them.
const GOING: &str = "%removed";
const COMING: &str = "%new";

/// What a state consists of that a copy needs.
const FILES: [&str; 2] = ["head", "secret.key"];
const FOLDERS: [&str; 2] = ["log", "snap"];

/// The folder of the state of a workspace.
#[must_use]
pub fn folder(configuration: &Path, workspace: &str) -> PathBuf {
    match workspace {
        DEFAULT => configuration.join("state"),
        other => all(configuration).join(other),
    }
}

fn all(configuration: &Path) -> PathBuf {
    configuration.join("state").join("workspaces")
}

/// Whether a workspace may have this name. Source: Terraform, "Workspaces": only characters that an URL
/// needs no escape for, and none that separates folders.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~$&+:=@".contains(c);
    !matches!(name, "" | "." | "..") && name.chars().all(plain)
}

/// Whether there is such a workspace.
#[must_use]
pub fn exists(configuration: &Path, workspace: &str) -> bool {
    workspace == DEFAULT || (is_name(workspace) && folder(configuration, workspace).is_dir())
}

/// All workspaces, the default one first.
///
/// # Errors
/// When the folder cannot be read.
pub fn names(configuration: &Path) -> Result<Vec<String>, StoreError> {
    let folder = all(configuration);
    let found = disk::folders(&folder).map_err(|error| StoreError::io(&folder, "read", &error))?;
    let others = found.into_iter().filter(|name| is_name(name) && name != DEFAULT);
    Ok(std::iter::once(DEFAULT.to_owned()).chain(others).collect())
}

/// Makes a workspace, without a state as yet.
///
/// # Errors
/// When the disk refuses.
pub fn create(configuration: &Path, workspace: &str) -> Result<(), StoreError> {
    let folder = folder(configuration, workspace);
    let created = disk::create_folder(&folder).and_then(|()| disk::sync_folder(&all(configuration)));
    created.map_err(|error| StoreError::io(&folder, "created", &error))
}

/// Removes a workspace with its state, of which the caller holds the lock. From one moment to the next it
/// is gone as a whole.
///
/// # Errors
/// When the disk refuses.
pub fn remove(configuration: &Path, workspace: &str) -> Result<(), StoreError> {
    let folder = folder(configuration, workspace);
    let going = all(configuration).join(format!("{workspace}{GOING}"));
    let io = |error: io::Error| StoreError::io(&folder, "removed", &error);
    disk::remove_folder(&going).map_err(io)?;
    disk::rename(&folder, &going).map_err(io)?;
    disk::remove_folder(&going).map_err(io)
}

/// Makes a workspace with a copy of a state, of which the caller holds the lock. Its index is made anew by
/// whoever opens the copy. From one moment to the next it is there as a whole.
///
/// # Errors
/// When the disk refuses.
pub fn copy(state: &Path, configuration: &Path, workspace: &str) -> Result<(), StoreError> {
    let folder = folder(configuration, workspace);
    let coming = all(configuration).join(format!("{workspace}{COMING}"));
    disk::remove_folder(&coming).map_err(|error| StoreError::io(&coming, "removed", &error))?;
    disk::create_folder(&coming).map_err(|error| StoreError::io(&coming, "created", &error))?;
    copy_files(state, &coming)?;
    disk::rename(&coming, &folder).map_err(|error| StoreError::io(&folder, "created", &error))
}

fn copy_files(state: &Path, to: &Path) -> Result<(), StoreError> {
    for name in FOLDERS {
        let (from, to) = (state.join(name), to.join(name));
        disk::copy_files(&from, &to).map_err(|error| StoreError::io(&to, "written", &error))?;
    }
    for name in FILES {
        let (from, to) = (state.join(name), to.join(name));
        let bytes = disk::read(&from).map_err(|error| StoreError::io(&from, "read", &error))?;
        let Some(bytes) = bytes else { continue };
        let written = match name {
            "head" => disk::replace(&mut LocalDisk, &to, [&bytes]),
            _ => disk::create_secret(&mut LocalDisk, &to, &bytes),
        };
        written.map_err(|error| StoreError::io(&to, "written", &error))?;
    }
    Ok(())
}
