//! Says what is wrong with a command line, in the form that all errors have.
//!
//! **Never:** act, or read the command line a second time. In: what clap found, and the commands that
//! were named. Out: a diagnostic; options are written with one dash, as Terraform's are.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::diag::Diagnostic;

use super::foreign;

/// What is wrong, if anything is: help and version come from clap the same way.
pub(super) fn told(error: &clap::Error, path: &[String]) -> Option<Diagnostic> {
    let shows = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::MissingSubcommand
    );
    if shows {
        return None;
    }
    let program = std::iter::once("acier").chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    if let Some(known) = foreign::named(error, path) {
        return Some(known);
    }
    let (summary, detail) = found(error, &program);
    let whole = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("{program} -help lists the commands."),
        _ => format!("{program} -help explains what it takes."),
    };
    let hint = elsewhere(error, &program).unwrap_or(whole);
    Some(Diagnostic::error(summary, detail).hint(hint))
}

fn text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => dashed(text),
        Some(ContextValue::Strings(texts)) => texts.iter().map(|text| dashed(text)).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

/// An option as it is written here: one dash, and its value behind an equals sign.
fn dashed(text: &str) -> String {
    match text.strip_prefix("--") {
        Some(name) => format!("-{name}").replace(" <", "=<").replace("[=", "=").replace(['<', '>', ']'], ""),
        None => text.trim_matches(|c| matches!(c, '<' | '>' | '[' | ']')).replace(">...", " and more").replace('>', ""),
    }
}

/// ` Did you mean -out?`, if clap has an idea.
fn suggestion(error: &clap::Error) -> String {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg];
    let meant = kinds.into_iter().map(|kind| text(error, kind)).find(|meant| !meant.is_empty());
    meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default()
}

/// Summary and detail.
fn found(error: &clap::Error, program: &str) -> (&'static str, String) {
    let arg = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    let did_you_mean = suggestion(error);
    let choice = text(error, ContextKind::ValidValue);
    let choice = if choice.is_empty() { choice } else { format!(" It may be: {choice}.") };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(error, ContextKind::InvalidSubcommand);
            ("Unknown command", format!("{program} has no command named {word:?}.{did_you_mean}"))
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            ("Failed to parse command-line flags", format!("{program} has no option {arg}.{did_you_mean}"))
        }
        ErrorKind::UnknownArgument => {
            ("Too many command line arguments", format!("{program} has no use for {arg:?}.{did_you_mean}"))
        }
        ErrorKind::MissingRequiredArgument => ("Too few command line arguments", format!("{program} needs {arg}.")),
        ErrorKind::InvalidValue if value.is_empty() => {
            ("Failed to parse command-line flags", format!("A value is missing: {arg}.{choice}"))
        }
        ErrorKind::InvalidValue => {
            let detail = format!("The value {value:?} does not fit {arg}.{choice}");
            ("Failed to parse command-line flags", detail)
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            ("Failed to parse command-line flags", format!("The value {value:?} does not fit {arg}{why}."))
        }
        ErrorKind::TooManyValues => {
            let detail = format!("{arg} is turned on by its name alone, or by true or false, not by {value:?}.");
            ("Failed to parse command-line flags", detail)
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg);
            ("Options contradict each other", format!("{arg} and {other} exclude each other."))
        }
        _ => {
            let said = error.to_string();
            let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            ("Failed to parse the command line", format!("{first}."))
        }
    }
}

/// Advice for a word too many that may have been meant as a folder.
fn elsewhere(error: &clap::Error, program: &str) -> Option<String> {
    let arg = text(error, ContextKind::InvalidArg);
    let is_word = error.kind() == ErrorKind::UnknownArgument && !arg.starts_with('-');
    let reads_folders = ["plan", "init", "get", "validate", "refresh", "show", "output", "console", "graph", "test"];
    let command = program.strip_prefix("acier ").unwrap_or_default();
    (is_word && reads_folders.contains(&command)).then(|| {
        if arg == "." {
            return "Leave it out: acier works in the folder in which it is started.".into();
        }
        let folder = if arg.contains(' ') { format!("{arg:?}") } else { arg };
        format!("To work in another folder, name it before the command: `acier -chdir={folder} {command}`.")
    })
}
