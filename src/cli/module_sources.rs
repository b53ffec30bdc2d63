//! Where the modules that a configuration calls lie, and what is in their folders.
//!
//! **Never:** fetch anything: what `init` has not fetched is a named error. In: the root folder, or
//! the texts of a saved plan. Out: a [`Finder`]. Folders are named relative to the root's, with `/`
//! between steps, as messages and `path.module` show them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::diag::{Diagnostic, FileId, Sources};
use crate::lang::gather::{Finder, Sought};
use crate::value::Name;

use super::project::{NO_FILES, read_files};
use super::sources::Installed;

/// Finds modules on disk.
pub(super) fn on_disk(root: &Path) -> Finder<'_> {
    let installed = Installed::of(root);
    Finder {
        locate: Box::new(move |sought, sources| locate(&installed, root, sought, sources)),
        read: Box::new(move |folder, sources| {
            let files = match read_files(&root.join(folder)) {
                // A folder without files is an empty module.
                Err(diagnostic) if diagnostic.summary == NO_FILES => Vec::new(),
                files => files?,
            };
            Ok(files.into_iter().map(|(name, text)| sources.add(format!("{folder}/{name}"), text)).collect())
        }),
        providers: Vec::new(),
    }
}

/// Finds modules among texts that were read before.
pub(super) fn among<'t>(root: &'t Path, texts: &Sources) -> Finder<'t> {
    let installed = Installed::of(root);
    let mut folders: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
    for (file, source) in (0..).map(FileId).zip(texts.iter()) {
        folders.entry(folder_of(&source.name).to_owned()).or_default().push(file);
    }
    Finder {
        locate: Box::new(move |sought, sources| locate(&installed, root, sought, sources)),
        read: Box::new(move |folder, _| Ok(folders.get(folder).cloned().unwrap_or_default())),
        providers: Vec::new(),
    }
}

/// The files of a folder among texts.
pub(super) fn files_in(folder: &str, texts: &Sources) -> Vec<FileId> {
    let named = (0..).map(FileId).zip(texts.iter());
    named.filter(|(_, source)| folder_of(&source.name) == folder).map(|(file, _)| file).collect()
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// The folder of a module that is called.
fn locate(installed: &Installed, root: &Path, sought: &Sought<'_>, sources: &mut Sources) -> Result<Name, Diagnostic> {
    let call = sought.call;
    if let (Some(version), true) = (&call.version, call.source.starts_with('.')) {
        let detail = format!(
            "Cannot apply the version constraint {version:?} to module {:?} because it has a relative local path: a \
             folder has no versions.",
            call.name
        );
        let wrong = Diagnostic::error("Invalid registry module source address", detail);
        return Err(wrong.at(call.source_span).hint("Remove the argument \"version\"."));
    }
    let names: Vec<&str> = sought.path.0.iter().map(|step| &*step.name).collect();
    let folder = installed.locate(sought.parent, &names.join("."), &call.source, sources).map_err(|wrong| *wrong)?;
    if root.join(&folder).is_dir() {
        return Ok(folder.as_str().into());
    }
    let detail = format!("The folder {folder:?} of {} does not exist or cannot be read.", sought.path);
    let hint = "Correct the path; it is relative to the folder of the file that the call stands in.";
    Err(Diagnostic::error("Unreadable module directory", detail).at(call.source_span).hint(hint))
}
