//! The environment variables with which Terraform is steered, as far as they mean something here.
//!
//! **Never:** let a variable pass that would mean something else here: it is refused by name.
//! Document: Terraform, "Environment Variables". TF_VAR_... are read by `project`.
#![expect(clippy::disallowed_methods, reason = "this is the door for these variables")]

use std::ffi::OsString;

use crate::diag::Diagnostic;

/// Commands whose own commands have names of their own in variables.
const NESTED: &[&str] = &["state", "metadata", "workspace", "providers", "modules"];

/// The text of a variable that is set and not empty.
fn text(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Adds the arguments of `TF_CLI_ARGS` and of `TF_CLI_ARGS_plan` and its like to a command line, behind
/// the command and before what was written; those of the command come first.
///
/// # Errors
/// A variable that is no command line.
pub(super) fn with_arguments(words: Vec<OsString>) -> Result<Vec<OsString>, Diagnostic> {
    let Some((end, name)) = command(&words) else { return Ok(words) };
    let mut added = Vec::new();
    for variable in [format!("TF_CLI_ARGS_{name}"), "TF_CLI_ARGS".to_owned()] {
        let Some(line) = text(&variable) else { continue };
        let Some(found) = shlex::split(&line) else {
            let detail = format!("The value of {variable} is no command line: a quote is not closed.");
            return Err(Diagnostic::error("Invalid extra arguments", detail).hint("Correct or unset the variable."));
        };
        added.extend(found.into_iter().map(OsString::from));
    }
    let mut words = words;
    words.splice(end..end, added);
    Ok(words)
}

/// Where the command ends in the command line, and its name as variables write it.
fn command(words: &[OsString]) -> Option<(usize, String)> {
    let is_option = |word: &OsString| word.to_string_lossy().starts_with('-');
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| is_option(word)) {
        // The folder may stand in a word of its own.
        at += if matches!(&*word.to_string_lossy(), "-chdir" | "--chdir") { 2 } else { 1 };
    }
    let mut name = words.get(at)?.to_string_lossy().into_owned();
    at += 1;
    if NESTED.contains(&name.as_str())
        && let Some(inner) = words.get(at).filter(|word| !is_option(word))
    {
        name = format!("{name}_{}", inner.to_string_lossy());
        at += 1;
    }
    Some((at, name.replace('-', "_")))
}

/// Whether questions may be asked: `TF_INPUT=0` says that nobody will answer.
pub(super) fn may_ask() -> bool {
    !text("TF_INPUT").is_some_and(|value| matches!(&*value.to_ascii_lowercase(), "0" | "f" | "false"))
}

/// Whether another program runs this one, so that advice on what to type next helps nobody.
pub(super) fn in_automation() -> bool {
    text("TF_IN_AUTOMATION").is_some()
}

/// Refuses what would have to mean something and does not.
///
/// # Errors
/// The first such variable.
pub(super) fn refuse_others() -> Result<(), Diagnostic> {
    if let Some(folder) = text("TF_DATA_DIR").filter(|folder| folder.trim_end_matches('/') != ".terraform") {
        let detail = format!(
            "TF_DATA_DIR asks for the folder {folder:?}, and acier keeps fetched modules and the selected workspace in \
             .acier beside the configuration."
        );
        let hint = "Unset the variable; to have two runs not meet, give each a workspace with TF_WORKSPACE.";
        return Err(Diagnostic::error("The data folder cannot be moved", detail).hint(hint));
    }
    Ok(())
}
