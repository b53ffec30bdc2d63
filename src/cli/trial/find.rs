//! Finds files of tests: in the folder of the configuration, and in the one for tests.
//!
//! **Never:** look deeper than these two folders, as Terraform does not either.
#![expect(clippy::disallowed_methods, reason = "lists and reads the files of tests")]

use std::path::{Path, PathBuf};

use crate::diag::Diagnostic;

use super::unreadable;

/// A file of tests.
pub(in crate::cli) struct Found {
    /// Its name, relative to the configuration.
    pub(in crate::cli) name: String,
    /// What it says.
    pub(in crate::cli) text: String,
}

/// The files, in the order of their names; of those that `filter` names if it names any.
pub(in crate::cli) fn files(root: &Path, folder: &Path, filter: &[PathBuf]) -> Result<Vec<Found>, Diagnostic> {
    let mut names = Vec::new();
    for within in [Path::new(""), folder] {
        let entries = match std::fs::read_dir(root.join(within)) {
            Ok(entries) => entries,
            // There need not be a folder for tests.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !within.as_os_str().is_empty() => continue,
            Err(error) => return Err(unreadable(&root.join(within), &error)),
        };
        for entry in entries.flatten() {
            let name = within.join(entry.file_name()).to_string_lossy().replace('\\', "/");
            if name.ends_with(".tftest.hcl") {
                names.push(name);
            } else if name.ends_with(".tftest.json") {
                let detail = format!("{name} is written in JSON, and files of tests are read in HCL only.");
                let hint = "Write the runs in a file that ends in .tftest.hcl.";
                return Err(Diagnostic::error("A test file in JSON is not supported", detail).hint(hint));
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
        Ok(Found { name, text })
    };
    names.into_iter().map(read).collect()
}
