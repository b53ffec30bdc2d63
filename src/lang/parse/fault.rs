//! What is said about text that cannot be read.
//!
//! **Never:** decide what to do next. In: the token that does not fit, and what its place calls
//! for. Out: one diagnostic. Summaries are those of HCL's own parser, so that a search finds them.

use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::ast::{Block, Body};

use super::token::{Kind, Token};
use super::{Parsed, Reader, Stop};

/// Summaries of the errors that leave something unreadable on their own line and the next.
const LEAVE_RUBBLE: &[&str] = &["Unterminated comment", "Invalid multi-line string", "Unterminated template string"];

/// A bracket that stays open.
pub(super) const OPEN_TO_THE_END: &str = "before the end of the file. This may be caused by incorrect nesting \
                                          elsewhere in this file.";

impl Reader<'_> {
    /// Notes that a token does not fit, and stops.
    pub(super) fn refuse<T>(&mut self, token: Token, summary: &str, detail: impl Into<String>) -> Parsed<T> {
        match token.kind {
            Kind::Invalid => {
                let (summary, detail) = invalid_character(&self.text[token.start..]);
                self.fault(token.start..token.end, summary, detail);
            }
            Kind::OpenComment => {
                let detail = "The comment that starts with \"/*\" has no \"*/\" at its end.";
                self.fault(token.start..token.end, "Unterminated comment", detail);
                self.at = self.text.len();
            }
            _ => self.fault(token.start..token.end, summary, detail),
        }
        Err(Stop::Fault)
    }

    /// The same where an expression should begin.
    pub(super) fn no_expression<T>(&mut self, token: Token) -> Parsed<T> {
        let summary = if token.kind == Kind::End { "Missing expression" } else { "Invalid expression" };
        let detail = format!("Expected the start of an expression, but found {}.", self.describe(token));
        self.refuse(token, summary, detail)
    }

    /// Takes the bracket that closes `opener`. Without one, at the end of the text, the opener is to blame.
    pub(super) fn close(&mut self, kind: Kind, opener: Token, unclosed: &str, other: (&str, &str)) -> Parsed<Token> {
        let token = self.peek();
        if token.kind == kind {
            self.open = self.open.saturating_sub(1);
            return Ok(self.advance());
        }
        if token.kind == Kind::End {
            let detail = format!("There is no corresponding closing bracket {OPEN_TO_THE_END}");
            return self.refuse(opener, unclosed, detail);
        }
        self.refuse(token, other.0, other.1)
    }

    /// Notes what is wrong, unless it is most likely the consequence of what was wrong just before.
    pub(super) fn fault(&mut self, range: Range<usize>, summary: &str, detail: impl Into<String>) {
        let follows = self.last_fault.is_some_and(|(before, rubble)| {
            let between = self.text.get(before..range.start);
            before == range.start || rubble && between.is_some_and(|text| text.matches('\n').count() <= 1)
        });
        if !follows {
            self.last_fault = Some((range.start, LEAVE_RUBBLE.contains(&summary)));
            let span = self.span(range);
            self.faults.push(Diagnostic::error(summary, detail).at(span));
        }
    }

    /// The findings in the order of their places.
    pub(super) fn finish(mut self) -> Diagnostics {
        self.faults.sort_by_key(|fault| fault.span.map(|span| (span.start, span.end)));
        Diagnostics(self.faults)
    }

    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            Kind::End => "the end of the text".into(),
            Kind::Newline => "a line break".into(),
            Kind::Quote => "a string".into(),
            Kind::Heredoc => "a heredoc".into(),
            _ => format!("\"{}\"", &self.text[token.start..token.end]),
        }
    }
}

/// Signs that other languages have and this one has not.
fn invalid_character(rest: &str) -> (&'static str, &'static str) {
    match rest.chars().next() {
        Some(';') => (
            "Invalid character",
            "The \";\" character is not valid. Use newlines to separate arguments and blocks, and commas to separate \
             items in collection values.",
        ),
        Some('\'') => ("Invalid character", "Single quotes are not valid. Use double quotes (\") to enclose strings."),
        Some('`') => (
            "Invalid character",
            "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, like \
             \"<<EOT\".",
        ),
        Some('&') => {
            ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean AND (\"&&\")?")
        }
        Some('|') => ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean OR (\"||\")?"),
        Some('^' | '~') => ("Unsupported operator", "Bitwise operators are not supported."),
        Some('*') => {
            ("Unsupported operator", "\"**\" is not a supported operator. For powers, use the function \"pow\".")
        }
        _ => ("Invalid character", "This character is not used within the language."),
    }
}

/// Blocks that stand at the top of a file and nowhere else.
const TOP: &[&str] = &["resource", "data", "variable", "output", "locals", "module", "provider", "terraform", "moved"];

impl Reader<'_> {
    /// What a habit from another language is written like here, if the parser stopped over one.
    pub(super) fn habit(&self, token: Token) -> Option<&'static str> {
        let before = self.text[..token.start].trim_end();
        let last = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
        match (last, &self.text[token.start..token.end]) {
            (_, ",") => Some("Argument definitions must be separated by newlines, not commas."),
            (_, "and") => Some("The operator \"and\" is written &&."),
            (_, "or") => Some("The operator \"or\" is written ||."),
            ("not", _) => Some("The operator \"not\" is written !."),
            ("if", _) | (_, "if") => Some("A choice is written as CONDITION ? VALUE : OTHER_VALUE."),
            (_, "in") => Some("Whether a list holds a value is asked with contains(LIST, VALUE)."),
            _ => None,
        }
    }

    /// The block of a file that an unclosed block has taken for a part of itself: it begins at the beginning
    /// of a line.
    pub(super) fn swallowed(&self, body: &Body) -> Option<String> {
        let begins_line =
            |block: &&Block| block.header.start == 0 || self.text[..block.header.start as usize].ends_with('\n');
        let block = body.blocks.iter().find(|block| TOP.contains(&&*block.name) && begins_line(block))?;
        let line = self.text[..block.header.start as usize].matches('\n').count() + 1;
        Some(format!(
            " The block {:?} on line {line} begins within it: the brace is missing before that line.",
            &*block.name
        ))
    }
}
