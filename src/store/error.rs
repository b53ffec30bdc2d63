//! Everything that can be wrong with a stored state, and the way out of each.
//!
//! **Never:** be turned into an empty state. In: what was found. Out: a diagnostic for people,
//! and for damage the state up to the last good record, so that nothing known is lost.

use std::path::PathBuf;

use crate::diag::Diagnostic;
use crate::state::State;

/// Why a stored state cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the lock.
    #[error("the state in {} is in use by {holder}", folder.display())]
    Locked {
        /// The folder of the state.
        folder: PathBuf,
        /// Who: "process 12 (acier apply), since 2026-01-01T00:00:00Z".
        holder: String,
    },
    /// The file system refused.
    #[error("{} could not be {action}: {why}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done: "read", "written", ...
        action: &'static str,
        /// What the system said.
        why: String,
    },
    /// A file of the log is not what was written.
    #[error("{} is damaged at record {record} (byte {offset}): {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The number of the record in it, from 0.
        record: u64,
        /// Where the record begins.
        offset: u64,
        /// What is wrong.
        why: String,
        /// The state up to the record before.
        known: Box<State>,
    },
    /// Operations that are known to have happened are not in the log.
    #[error("the log in {} is older than what is known of it: {why}", folder.display())]
    Behind {
        /// The folder of the state.
        folder: PathBuf,
        /// What is known.
        why: String,
        /// The state that the log still gives.
        known: Box<State>,
    },
    /// The file that says how far the log goes is gone or damaged, and the index cannot replace it.
    #[error("{} is {why}, so the end of the log cannot be proven", file.display())]
    Head {
        /// The file.
        file: PathBuf,
        /// "missing" or "damaged".
        why: String,
        /// The state that the log gives.
        known: Box<State>,
    },
    /// A repair was interrupted.
    #[error("the repair of the state in {} was interrupted", folder.display())]
    Repairing {
        /// The folder of the state.
        folder: PathBuf,
    },
    /// The key is missing although the state was written with one.
    #[error("{} is missing", file.display())]
    KeyMissing {
        /// Where it should be.
        file: PathBuf,
    },
    /// The key is not the one that the state was written with, or not a key.
    #[error("{} {why}", file.display())]
    KeyWrong {
        /// The file.
        file: PathBuf,
        /// "is not the key of this state" or "does not hold a key".
        why: &'static str,
    },
    /// The state was written by a newer acier.
    #[error("{} has format version {found}, which this version of acier does not know", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u64,
    },
}

impl StoreError {
    pub(super) fn io(path: impl Into<PathBuf>, action: &'static str, error: &std::io::Error) -> StoreError {
        StoreError::Io { path: path.into(), action, why: error.to_string() }
    }

    /// The state up to the damage, where there is one: all that can still be vouched for.
    #[must_use]
    pub fn known(&self) -> Option<&State> {
        match self {
            StoreError::Damaged { known, .. } | StoreError::Behind { known, .. } | StoreError::Head { known, .. } => {
                Some(known)
            }
            _ => None,
        }
    }

    /// The same for people.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let sentence = {
            let text = self.to_string();
            let mut letters = text.chars();
            letters.next().map_or(text.clone(), |first| first.to_uppercase().chain(letters).collect())
        };
        match self {
            StoreError::Locked { .. } => Diagnostic::error(
                "State is in use",
                format!("{sentence}. Nothing was written."),
            )
            .hint("Wait until it ends and run the command again. The lock ends with its process, so there is nothing to unlock."),
            StoreError::Io { .. } => Diagnostic::error("State cannot be accessed", format!("{sentence}."))
                .hint("Make room on the disk, or repair the rights of the file, and run the same command again."),
            StoreError::Damaged { .. } => Diagnostic::error(
                "State is damaged",
                format!("{sentence}. {} A damaged record is never skipped, because what it says would be forgotten.", self.known_sentence()),
            )
            .hint("Restore the state folder from a copy or from version control, then run a plan: it compares the restored state with the cloud. Without a copy, `acier state repair` goes on with what can be vouched for."),
            StoreError::Behind { .. } => Diagnostic::error(
                "State is incomplete",
                format!("{sentence}. {} Going on would forget what the missing operations did.", self.known_sentence()),
            )
            .hint("Restore the missing files of the folder \"log\", or the whole state folder from one copy. Without a copy, `acier state repair` goes on with what can be vouched for."),
            StoreError::Head { .. } => Diagnostic::error(
                "State has lost its head",
                format!("{sentence}. {}", self.known_sentence()),
            )
            .hint("Restore the file \"head\" from a copy that is not newer than the folder \"log\"; an older one is good enough. Without a copy, `acier state repair` goes on with what can be vouched for."),
            StoreError::Repairing { .. } => Diagnostic::error("State is being repaired", format!("{sentence}."))
                .hint("Run `acier state repair`: it finishes what was begun."),
            StoreError::KeyMissing { .. } => Diagnostic::error(
                "State key is missing",
                format!("{sentence}, but the state holds values that were sealed with it. A new key could not open them, so none is made."),
            )
            .hint("Restore the file from a copy."),
            StoreError::KeyWrong { .. } => Diagnostic::error(
                "State key does not fit",
                format!("{sentence}. The state holds values that were sealed with another key."),
            )
            .hint("Restore the file from a copy of the same state folder."),
            StoreError::Format { .. } => Diagnostic::error("State is newer than acier", format!("{sentence}."))
                .hint("Use the version of acier that wrote it, or a newer one."),
        }
    }

    fn known_sentence(&self) -> String {
        let Some(state) = self.known() else { return String::new() };
        let count = state.objects.len() + state.deposed.len();
        let mut names: Vec<String> = state.objects.keys().take(10).map(ToString::to_string).collect();
        if count > names.len() {
            names.push(format!("{} more", count - names.len()));
        }
        match (state.serial, count) {
            (0, _) => "No operation before it could be read.".to_owned(),
            (serial, 0) => format!("Up to there, operation {serial}, the state knows of no object."),
            (serial, _) => format!("Up to there, operation {serial}, the state knows of: {}.", names.join(", ")),
        }
    }
}
