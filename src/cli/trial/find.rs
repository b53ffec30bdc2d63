//! Finds files of tests: in the folder of the configuration, and in the one for tests.
//!
//! **Never:** look deeper than these two folders, as Terraform does not either.
#![expect(clippy::disallowed_methods, reason = "lists and reads the files of tests")]

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources};
use crate::lang::trial::standin::MockProvider;
use crate::schema::Schemas;

use super::unreadable;

/// The folder for tests, if none is named.
pub(in crate::cli) const FOLDER: &str = "tests";

/// A file of tests.
pub(in crate::cli) struct Found {
    /// Its name, relative to the configuration.
    pub(in crate::cli) name: String,
    /// What it says.
    pub(in crate::cli) text: String,
    /// The folder for tests that it is in; nothing if it is beside the configuration.
    pub(in crate::cli) folder: Option<PathBuf>,
}

/// The files, in the order of their names; of those that `filter` names if it names any.
pub(in crate::cli) fn files(
    root: &Path,
    folder: &Path,
    filter: &[PathBuf],
    warnings: &mut Diagnostics,
) -> Result<Vec<Found>, Diagnostic> {
    let mut names = Vec::new();
    for within in [Path::new(""), folder] {
        let entries = match std::fs::read_dir(root.join(within)) {
            Ok(entries) => entries,
            // There need not be a folder for tests.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !within.as_os_str().is_empty() => {
                if folder != Path::new(FOLDER) {
                    let detail = format!("Requested test directory {} does not exist.", folder.display());
                    warnings.push(Diagnostic::warning("Test directory does not exist", detail));
                }
                continue;
            }
            Err(error) => return Err(unreadable(&root.join(within), &error)),
        };
        for entry in entries.flatten() {
            let name = within.join(entry.file_name()).to_string_lossy().replace('\\', "/");
            if name.ends_with(".tftest.hcl") || name.ends_with(".tftest.json") {
                names.push(name);
            }
        }
    }
    names.sort();
    names.dedup();
    let wanted = filter.iter().map(|path| {
        let path = path.to_string_lossy().replace('\\', "/");
        path.strip_prefix("./").unwrap_or(&path).to_owned()
    });
    let wanted: Vec<String> = wanted.collect();
    if let Some(stray) = wanted.iter().find(|wanted| !names.contains(wanted)) {
        let detail = format!("-filter names {stray:?}, and there is no such file of tests.");
        let hint = if names.is_empty() {
            "Files of tests end in .tftest.hcl, beside the configuration or in the folder tests.".to_owned()
        } else {
            format!("Name one of these as it is written here: {}.", names.join(", "))
        };
        return Err(Diagnostic::error("Unknown test file", detail).hint(hint));
    }
    names.retain(|name| wanted.is_empty() || wanted.contains(name));
    let read = |name: String| {
        let text = std::fs::read_to_string(root.join(&name)).map_err(|error| unreadable(Path::new(&name), &error))?;
        let within = Path::new(&name).parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = within.map(Path::to_owned);
        Ok(Found { name, text, folder })
    };
    names.into_iter().map(read).collect()
}

/// Adds what the mock files of a made-up provider give, if it names a folder of them.
pub(in crate::cli) fn mocks(
    root: &Path,
    mock: &mut MockProvider,
    sources: &mut Sources,
    schemas: &Schemas,
) -> Diagnostics {
    let Some(source) = mock.source.clone() else { return Diagnostics::none() };
    let failed = |detail: String| {
        let wrong = Diagnostic::error("Failed to read mock data directory", detail).at(mock.span);
        Diagnostics::from(wrong.hint("Name a folder, relative to that of the configuration."))
    };
    let Ok(entries) = std::fs::read_dir(root.join(&source)) else {
        return failed(format!("Mock data directory {source} does not exist or cannot be read."));
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_mock = |name: &String| name.ends_with(".tfmock.hcl") || name.ends_with(".tfmock.json");
    let mut names: Vec<String> = names.filter(is_mock).collect();
    names.sort();
    let mut files: Vec<FileId> = Vec::new();
    for name in names {
        let shown = Path::new(source.strip_prefix("./").unwrap_or(&source)).join(&name);
        match std::fs::read_to_string(root.join(&source).join(&name)) {
            Ok(text) => files.push(sources.add(shown.to_string_lossy().replace('\\', "/"), text)),
            Err(error) => return failed(format!("{}: {error}.", shown.display())),
        }
    }
    mock.read_files(sources, &files, schemas)
}
