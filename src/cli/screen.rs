//! Where text meets the terminal: the only file that prints.
//!
//! **Never:** decide what to say. Results go to standard output, diagnostics to standard error;
//! a closed pipe ends the output silently, as `head` expects, and any other loss ends the run as failed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};
use std::rc::Rc;

use crate::diag::fold::fold;
use crate::diag::render::{brief, render_all};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};

use super::visible::visible;
use super::{environment, stream};

/// How a run is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Telling {
    /// To people; diagnostics on standard error.
    #[default]
    Text,
    /// The same, with warnings in one line each.
    Brief,
    /// To machines: one JSON object a line on standard output, diagnostics included.
    Lines,
}

/// The terminal, or what stands in for it.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    /// Whether results are coloured.
    pub(super) colour: bool,
    /// Whether diagnostics are coloured.
    error_colour: bool,
    /// How the run is told.
    telling: Telling,
    /// The warnings that were printed: checking and planning find the same ones.
    warned: Rc<RefCell<BTreeSet<String>>>,
    /// Why not all of standard output could be written, but for a reader that wanted no more.
    lost: Rc<RefCell<Option<String>>>,
}

impl Screen {
    /// `no_color` is the option or the variable NO_COLOR; otherwise terminals get colours.
    pub(super) fn new(no_color: bool, telling: Telling) -> Screen {
        Screen {
            colour: !no_color && std::io::stdout().is_terminal(),
            error_colour: !no_color && std::io::stderr().is_terminal(),
            telling,
            warned: Rc::default(),
            lost: Rc::default(),
        }
    }

    /// Prints text; what would steer a terminal is shown instead.
    pub(super) fn text(&self, text: &str) {
        self.bytes(visible(text, self.colour).as_bytes());
    }

    /// Prints bytes as they are.
    pub(super) fn bytes(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        if let Err(error) = written.map_err(|error| (error.kind(), error.to_string()))
            && error.0 != std::io::ErrorKind::BrokenPipe
        {
            self.lost.borrow_mut().get_or_insert(error.1);
        }
    }

    /// Says that what was printed is not whole, if that is so; whoever reads a file of it must not rely on it.
    pub(super) fn says_all(&self) -> bool {
        let Some(why) = self.lost.borrow_mut().take() else { return true };
        let detail =
            format!("Not all that was to be said could be written: {why}. What was done was done all the same.");
        let wrong = Diagnostic::error("Standard output cannot be written", detail);
        Screen { telling: Telling::Text, ..self.clone() }.diagnostic(&wrong, &Sources::default());
        false
    }

    /// Prints a line.
    pub(super) fn line(&self, text: &str) {
        self.text(&format!("{text}\n"));
    }

    /// Prints a line in bold.
    pub(super) fn bold(&self, text: &str) {
        if self.colour { self.line(&format!("\u{1b}[1m{text}\u{1b}[0m")) } else { self.line(text) }
    }

    /// Prints a line in bold green: something went well.
    pub(super) fn good(&self, text: &str) {
        if self.colour { self.line(&format!("\u{1b}[1;32m{text}\u{1b}[0m")) } else { self.line(text) }
    }

    /// Prints a line on standard error; to machines it is told as what is logged.
    pub(super) fn note(&self, text: &str) {
        if self.telling == Telling::Lines {
            return stream::log(self, text);
        }
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{}", visible(text, false));
    }

    /// Prints diagnostics on standard error, in source order. Beside an error, warnings may be its cause and are
    /// told in full.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &Sources) {
        let diagnostics = &diagnostics.clone().in_source_order();
        let full = Screen { telling: Telling::Text, ..self.clone() };
        let screen = if self.telling == Telling::Brief && diagnostics.has_errors() { &full } else { self };
        if screen.telling != Telling::Text {
            return diagnostics.iter().for_each(|diagnostic| screen.diagnostic(diagnostic, sources));
        }
        for (diagnostic, others) in fold(diagnostics) {
            screen.told(diagnostic, &others, sources);
        }
    }

    /// Prints one diagnostic on standard error; a warning only the first time.
    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic, sources: &Sources) {
        self.told(diagnostic, &[], sources);
    }

    fn told(&self, diagnostic: &Diagnostic, others: &[&Diagnostic], sources: &Sources) {
        let is_warning = diagnostic.severity == Severity::Warning;
        let text = match self.telling {
            Telling::Brief if is_warning => brief(diagnostic, sources, self.error_colour),
            _ => render_all(diagnostic, others, sources, self.error_colour),
        };
        if is_warning && !self.warned.borrow_mut().insert(text.clone()) {
            return;
        }
        if self.telling == Telling::Lines {
            return stream::diagnostic(self, diagnostic, sources);
        }
        let _ = std::io::stderr().lock().write_all(visible(&text, self.error_colour).as_bytes());
    }

    /// Whether the run is told to machines.
    pub(super) fn tells_lines(&self) -> bool {
        self.telling == Telling::Lines
    }

    /// Whether somebody can answer questions.
    pub(super) fn can_ask(&self) -> bool {
        environment::may_ask() && std::io::stdin().is_terminal()
    }

    /// Asks a question and reads one line; nothing at the end of the input.
    pub(super) fn ask(&self, question: &str) -> Option<String> {
        self.text(question);
        let mut answer = String::new();
        match std::io::stdin().lock().read_line(&mut answer) {
            Ok(read) if read > 0 => Some(answer.trim_end_matches(['\r', '\n']).to_owned()),
            _ => None,
        }
    }
}
