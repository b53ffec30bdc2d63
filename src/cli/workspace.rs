//! Which workspace is selected: by TF_WORKSPACE, or as `workspace select` remembered it.
//!
//! **Never:** say where a state lies; `store::workspace` does. In: the environment and the folder of a
//! configuration. Out: a name. The decision to question: a workspace that TF_WORKSPACE names is made when
//! it is used first, as Terraform makes it; one that was selected and is gone is an error, because its
//! state would be taken for an empty one.
#![expect(clippy::disallowed_methods, reason = "this is the door for TF_WORKSPACE and the file that remembers")]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Sources};
use crate::store::workspace;
use crate::value::Name;

use super::screen::Screen;
use super::session::{Outcome, fail};
use super::whole;

/// What remembers the selection, below the configuration. Its name is the one that it has in Terraform's
/// own folder.
const SELECTION: &str = ".acier/environment";

/// The selected workspace.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    /// Its name.
    pub(super) name: Name,
    /// Whether TF_WORKSPACE says so.
    pub(super) overridden: bool,
}

/// What is selected; whether there is such a workspace is another question.
pub(super) fn selected(folder: &Path) -> Result<Selected, Box<Diagnostic>> {
    if let Some(name) = std::env::var_os("TF_WORKSPACE").filter(|name| !name.is_empty()) {
        let name = name.to_string_lossy();
        if !workspace::is_name(&name) {
            let wrong = invalid(&name, "TF_WORKSPACE");
            return Err(Box::new(wrong.hint("Correct the variable, or unset it.")));
        }
        return Ok(Selected { name: (&*name).into(), overridden: true });
    }
    let name = match std::fs::read_to_string(folder.join(SELECTION)) {
        Ok(text) => text.trim().to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            let detail =
                format!("The file {SELECTION}, which says which workspace is selected, cannot be read: {error}.");
            return Err(Box::new(Diagnostic::error("The selected workspace is not known", detail)));
        }
    };
    match name.as_str() {
        "" => Ok(Selected { name: workspace::DEFAULT.into(), overridden: false }),
        name if workspace::is_name(name) => Ok(Selected { name: name.into(), overridden: false }),
        name => {
            let hint = "Run acier workspace select with the name of a workspace.";
            Err(Box::new(invalid(name, SELECTION).hint(hint)))
        }
    }
}

/// The folder of the selected workspace's state.
pub(super) fn state(folder: &Path, screen: &Screen) -> Outcome<PathBuf> {
    match selected(folder) {
        Ok(selected) => state_of(folder, &selected.name, screen),
        Err(wrong) => fail(screen, &wrong, &Sources::default()),
    }
}

/// The folder of a workspace's state, which was selected.
pub(super) fn state_of(folder: &Path, name: &str, screen: &Screen) -> Outcome<PathBuf> {
    let named = std::env::var_os("TF_WORKSPACE").is_some_and(|own| own.to_string_lossy() == name);
    if !named && !workspace::exists(folder, name) {
        let detail = format!(
            "The selected workspace {name:?} is gone: {} does not exist. Nothing is known of what was made in it.",
            workspace::folder(folder, name).display()
        );
        let hint = format!(
            "Restore the folder from a copy; or select another workspace with acier workspace select, or begin this one \
             anew with acier workspace new {name}."
        );
        return fail(screen, &gone(name, &detail).hint(hint), &Sources::default());
    }
    Ok(workspace::folder(folder, name))
}

/// Remembers a workspace as the selected one.
pub(super) fn remember(folder: &Path, name: &str) -> std::io::Result<()> {
    let path = folder.join(SELECTION);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    whole::write(&path, name.as_bytes())
}

fn gone(name: &str, detail: &str) -> Diagnostic {
    Diagnostic::error(format!("Workspace {name:?} doesn't exist"), detail)
}

/// Says that there is no such workspace.
pub(super) fn unknown(name: &str) -> Diagnostic {
    let detail = "You can create this workspace with the \"new\" subcommand or include the \"-or-create\" flag with the \
                  \"select\" subcommand.";
    gone(name, detail)
}

/// Says that a workspace cannot be called so.
pub(super) fn invalid(name: &str, from: &str) -> Diagnostic {
    let detail = format!(
        "The workspace name {name:?} is not allowed. The name must contain only URL safe characters, and no path \
         separators."
    );
    let summary = if from.is_empty() {
        "Invalid workspace name".to_owned()
    } else {
        format!("Invalid workspace name set using {from}")
    };
    Diagnostic::error(summary, detail)
}
