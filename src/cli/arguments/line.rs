//! A command line as people who know Terraform write it, turned into the one that clap reads.
//!
//! **Never:** judge it: what is wrong stays wrong, for clap to find. Options may have one dash or two
//! (`-auto-approve`); a switch may have a value, in any spelling that Go reads (`-json=true`,
//! `-input=0`); help may be asked for in front (`-help plan`, `help plan`). Documents: Terraform,
//! "CLI Commands"; Go, `strconv.ParseBool`.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// A command line that was read.
pub(in crate::cli) struct Line {
    /// The words for clap, the program's own name first.
    pub(in crate::cli) words: Vec<OsString>,
    /// The names of the command and of those within it.
    pub(in crate::cli) path: Vec<String>,
}

/// The value of a switch, as Go's flags read it.
fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Whether an option says of its value that it is true or false.
fn is_boolean(arg: &Arg) -> bool {
    matches!(arg.get_value_names(), Some([name]) if name == "BOOL")
}

/// Whether the word behind an option is its value, whatever it looks like.
fn takes_next(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) && !arg.is_require_equals_set()
}

struct Reader<'c> {
    root: &'c Command,
    current: &'c Command,
    /// Whether a word was none of the commands.
    lost: bool,
    line: Line,
}

impl<'c> Reader<'c> {
    fn option(&self, name: &str) -> Option<&'c Arg> {
        let named = |command: &'c Command| command.get_arguments().find(|arg| arg.get_long() == Some(name));
        named(self.current).or_else(|| named(self.root).filter(|arg| arg.is_global_set()))
    }

    /// Takes an option, its dashes left out. Answers whether the next word is its value.
    fn take_option(&mut self, text: &str) -> bool {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let Some(arg) = self.option(name) else {
            self.line.words.push(format!("--{text}").into());
            return false;
        };
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let written = match value.and_then(truth) {
            Some(true) if is_switch => Some(format!("--{name}")),
            // A switch that is turned off is as if it had not been turned on.
            Some(false) if is_switch => {
                self.line.words.retain(|word| *word != *format!("--{name}"));
                None
            }
            Some(value) if is_boolean(arg) => Some(format!("--{name}={value}")),
            _ => Some(format!("--{text}")),
        };
        self.line.words.extend(written.map(OsString::from));
        value.is_none() && takes_next(arg)
    }

    fn take_word(&mut self, word: OsString) {
        // Behind a word that is no command, none is looked for: `container logs` is not `logs`.
        match self.current.get_subcommands().find(|command| *command.get_name() == *word) {
            Some(inner) if !self.lost => {
                self.line.path.push(inner.get_name().to_owned());
                self.current = inner;
            }
            _ => self.lost = true,
        }
        self.line.words.push(word);
    }
}

impl Line {
    /// Reads the words of a command line, the program's own name first.
    pub(in crate::cli) fn read(words: impl IntoIterator<Item = OsString>, command: &Command) -> Line {
        let line = Line { words: Vec::new(), path: Vec::new() };
        let mut reader = Reader { root: command, current: command, lost: false, line };
        let mut words = help_last(words.into_iter().collect()).into_iter();
        reader.line.words.extend(words.next());
        let (mut rest, mut is_value) = (false, false);
        for word in words {
            let text = word.to_str().unwrap_or_default().to_owned();
            let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-'));
            let is_named = |name: &&str| name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic());
            if rest || std::mem::take(&mut is_value) {
                reader.line.words.push(word);
            } else if let Some(name) = name.filter(is_named) {
                is_value = reader.take_option(name);
            } else {
                rest = text == "--";
                reader.take_word(word);
            }
        }
        reader.line
    }
}

/// Puts a wish for help that stands before the command behind it, and reads `-v` as Terraform does.
fn help_last(mut words: Vec<OsString>) -> Vec<OsString> {
    let Some(first) = words.get(1).and_then(|word| word.to_str()) else { return words };
    match first {
        "-v" => words[1] = "--version".into(),
        "help" | "-help" | "--help" | "-h" => {
            words.remove(1);
            words.push("--help".into());
        }
        _ => {}
    }
    words
}
