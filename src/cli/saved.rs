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
    let failed = |wrong: &Diagnostic| fail(screen, wrong, &Sources::default());
    let shown = path.display();
    let whole = folder.join(path);
    if whole.is_dir() {
        let detail = "The specified path is a folder, not a plan file.";
        let hint = match shown.to_string().as_str() {
            "." => "Leave it out: acier works in the folder in which it is started.".to_owned(),
            name => format!("To work in that folder, name it before the command: `acier -chdir={name}`."),
        };
        return failed(&unusable(path, detail).hint(hint));
    }
    std::fs::read(&whole).or_else(|error| {
        let hint =
            format!("Save a plan with acier plan -out={shown}; the name is read in the folder of the configuration.");
        failed(&unusable(path, &format!("{shown}: {error}.")).hint(hint))
    })
}

/// What is sealed in the bytes.
pub(super) fn unseal(bytes: &[u8], path: &Path, key: &Key, screen: &Screen) -> Outcome<SavedPlan> {
    file::from_bytes(bytes, key).or_else(|reason| fail(screen, &recognised(path, bytes, &reason), &Sources::default()))
}

/// Why what was read cannot be used, and what it is instead.
fn recognised(path: &Path, bytes: &[u8], reason: &str) -> Diagnostic {
    let shown = path.display();
    if bytes.starts_with(b"PK") {
        let detail = format!("{shown} is an archive, as Terraform saves its plans, and only Terraform can use these.");
        return unusable(path, &detail).hint("Make a plan with acier plan -out=FILE.");
    }
    let state = serde_json::from_slice::<serde_json::Value>(bytes).ok().filter(|json| json.get("lineage").is_some());
    if state.is_some() {
        let detail =
            format!("{shown} is a state file of Terraform, and acier keeps its state in the folder \"state\".");
        let hint = format!(
            "To take over what it holds, run acier state import-tfstate {shown}; acier show without a file shows the state."
        );
        return unusable(path, &detail).hint(hint);
    }
    unusable(path, &format!("{shown}: {reason}."))
}

fn unusable(path: &Path, detail: &str) -> Diagnostic {
    Diagnostic::error(format!("Failed to load {:?} as a plan file", path.display().to_string()), detail)
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
