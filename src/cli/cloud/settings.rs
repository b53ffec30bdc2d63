//! Settings of the provider block and of the environment, by azurerm's names for both.
//!
//! **Never:** decide what they mean. What the provider block says wins over the environment; a
//! blank counts as nothing, a switch that is neither on nor off is an error.
#![expect(clippy::disallowed_methods, reason = "this is the door for credentials in the environment and in files")]

use crate::arm::auth::Unusable;
use crate::diag::{Diagnostic, Span};
use crate::value::Value;

/// A setting that cannot be used, as it is shown.
pub(super) type Refused = Box<Diagnostic>;

/// What the provider block and the environment say.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) block: &'a Value,
    pub(super) span: Option<Span>,
}

/// A variable that is there and not blank.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.trim().is_empty())
}

/// The first of some variables that is there.
pub(super) fn env_any(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| env(name))
}

impl Settings<'_> {
    /// What the block says.
    pub(super) fn own(&self, name: &str) -> Option<String> {
        self.block.text(name).map(str::to_owned).filter(|text| !text.is_empty())
    }

    /// What the block says, else the first of some variables.
    pub(super) fn text(&self, name: &str, variables: &[&str]) -> Option<String> {
        self.own(name).or_else(|| env_any(variables))
    }

    /// Texts of the block, else of a variable with semicolons between them.
    pub(super) fn texts(&self, name: &str, variable: Option<&str>) -> Vec<String> {
        let own = self.block.get(name).and_then(Value::as_sequence);
        let own = own.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
        own.filter(|all| !all.is_empty()).unwrap_or_else(|| {
            let text = variable.and_then(env).unwrap_or_default();
            text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        })
    }

    /// Whether the block itself turns a switch on.
    pub(super) fn own_flag(&self, name: &str) -> Option<bool> {
        self.block.get(name).and_then(Value::as_bool)
    }

    /// A switch of the block or a variable; what it is when neither says.
    pub(super) fn flag(&self, name: &str, variable: &str, unset: bool) -> Result<bool, Refused> {
        match (self.own_flag(name), env(variable)) {
            (Some(on), _) => Ok(on),
            (None, None) => Ok(unset),
            (None, Some(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "1" | "t" | "true" => Ok(true),
                "0" | "f" | "false" => Ok(false),
                _ => {
                    let detail = format!("{variable} is \"{text}\", which is neither true nor false.");
                    Err(self.problem("Setting not understood", &detail, "Write true or false."))
                }
            },
        }
    }

    /// A text, or the contents of the file that a second setting names: `client_id` and `client_id_file_path`.
    pub(super) fn own_or_file(&self, name: &str) -> Result<Option<String>, Refused> {
        let path = format!("{name}_file_path");
        self.one_of(name, self.own(name), &path, self.own(&path))
    }

    /// The same from two variables.
    pub(super) fn env_or_file(&self, variable: &str) -> Result<Option<String>, Refused> {
        let path = format!("{variable}_FILE_PATH");
        self.one_of(variable, env(variable), &path, env(&path))
    }

    fn one_of(
        &self,
        name: &str,
        direct: Option<String>,
        path_name: &str,
        path: Option<String>,
    ) -> Result<Option<String>, Refused> {
        let Some(path) = path else { return Ok(direct) };
        let text = self.read_text(path_name, &path)?;
        if direct.is_some_and(|direct| direct != text) {
            let detail = format!("{name} and the file {path} that {path_name} names do not say the same.");
            return Err(self.problem("Settings contradict each other", &detail, "Remove one of the two."));
        }
        Ok(Some(text))
    }

    /// The text of a file without blanks around it.
    pub(super) fn read_text(&self, name: &str, path: &str) -> Result<String, Refused> {
        read_trimmed(name, path)
            .map_err(|detail| self.problem("A file cannot be used", &detail, "Correct the path, or make the file."))
    }

    /// The bytes of a file.
    pub(super) fn read(&self, name: &str, path: &str) -> Result<Vec<u8>, Refused> {
        std::fs::read(path).map_err(|error| {
            let detail = format!("{name} names {path}, which cannot be read: {error}.");
            self.problem("A file cannot be used", &detail, "Correct the path, or make the file.")
        })
    }

    pub(super) fn problem(&self, summary: &str, detail: &str, hint: &str) -> Refused {
        let diagnostic = Diagnostic::error(summary, detail).at_maybe(self.span);
        Box::new(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) })
    }

    pub(super) fn unusable(&self, summary: &str, why: &Unusable) -> Refused {
        self.problem(summary, &why.message, &why.hint)
    }
}

/// The text of a file without blanks around it; the error is a sentence.
pub(super) fn read_trimmed(name: &str, path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{name} names {path}, which cannot be read: {error}."))?;
    match text.trim() {
        "" => Err(format!("{name} names {path}, which is empty.")),
        text => Ok(text.to_owned()),
    }
}
