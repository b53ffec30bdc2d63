//! A saved plan on its way from disk: its bytes, what is sealed in them, and the state that belongs to it.
//!
//! **Never:** carry it out. In: the file that a person named. Out: the plan. It is opened with the key of the
//! workspace that it was made for.
#![expect(clippy::disallowed_methods, reason = "reads the saved plan")]

use std::path::Path;

use crate::diag::{Diagnostic, Sources};
use crate::plan::file::{self, SavedPlan};
use crate::seal::Key;
use crate::state::State;
use crate::store::Access;
use crate::store::workspace::{exists, folder as workspace_folder};

use super::screen::Screen;
use super::session::{Outcome, fail, open_state, open_store};

/// The bytes of the file.
pub(super) fn read(folder: &Path, path: &Path, screen: &Screen) -> Outcome<Vec<u8>> {
    std::fs::read(folder.join(path)).or_else(|error| {
        let detail = format!("{}: {error}.", path.display());
        fail(screen, &Diagnostic::error("The saved plan cannot be read", detail), &Sources::default())
    })
}

/// What is sealed in the bytes.
pub(super) fn unseal(bytes: &[u8], path: &Path, key: &Key, screen: &Screen) -> Outcome<SavedPlan> {
    file::from_bytes(bytes, key).or_else(|reason| {
        let detail = format!("{}: {reason}", path.display());
        fail(screen, &Diagnostic::error("The saved plan cannot be used", detail), &Sources::default())
    })
}

/// Opens a saved plan to look at it, with the state of the workspace that it was made for.
pub(super) fn open(folder: &Path, path: &Path, screen: &Screen) -> Outcome<(SavedPlan, State)> {
    let bytes = read(folder, path, screen)?;
    let own = file::workspace_of(&bytes).filter(|own| exists(folder, own));
    let (store, state) = match own {
        Some(own) => open_state(&workspace_folder(folder, own), Access::Read, screen)?,
        None => open_store(folder, Access::Read, screen)?,
    };
    Ok((unseal(&bytes, path, store.key(), screen)?, state))
}

/// The texts that the plan was made from.
pub(super) fn sources(saved: &SavedPlan) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in &saved.sources {
        sources.add(name.clone(), text.clone());
    }
    sources
}
