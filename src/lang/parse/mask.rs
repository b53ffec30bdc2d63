//! A text of the same length in which the parser finds only what it reads well.
//!
//! **Never:** move a byte: every offset in the masked text is an offset in the source.
//! Comments, and line breaks that mean nothing, become spaces; strings with anything special in
//! them and heredocs become plain strings, read again from the source afterwards; long numbers
//! become short ones; brackets deeper than the parser goes become a string, to be read on their own.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::{Diagnostic, FileId, Span};

use super::extent::{self, Quoted};

/// Brackets nested deeper than this within one expression are read on their own.
const DEEPEST: usize = 16;

/// What a text holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Attributes and blocks.
    Body,
    /// One expression that ends with its line.
    Expression,
    /// One expression in which line breaks mean nothing.
    Sequence,
}

/// The masked text of a range.
pub(super) struct Mask {
    /// As long as the range.
    pub(super) text: String,
    /// Brackets to be read on their own: first byte and the byte behind the last, in the source.
    pub(super) groups: BTreeMap<usize, usize>,
    /// What the parser would not have refused.
    pub(super) faults: Vec<Diagnostic>,
}

/// Where the parser stopped, for the words of an error.
pub(super) struct Place {
    /// What the innermost open bracket holds.
    pub(super) kind: Kind,
    /// The innermost open bracket; none at the root of the range.
    pub(super) opener: Option<usize>,
    /// Whether the opener belongs to a call or an index, and not to an expression of its own.
    pub(super) attached: bool,
    /// Behind the equals sign of an argument or an attribute.
    pub(super) in_value: bool,
    /// Whether a name, literal or closing bracket stands before.
    pub(super) after_term: bool,
}

/// What a bracket, or the root of a range, holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Arguments and blocks.
    Body,
    /// Keys and values.
    Object,
    /// Parentheses, square brackets, `{for`: line breaks mean nothing.
    Free,
}

struct Open {
    kind: Kind,
    start: usize,
    /// In a body: behind the equals sign of an attribute.
    in_value: bool,
    /// To be read on its own.
    alone: bool,
    attached: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Dot,
    Term,
}

struct Masker<'s> {
    text: &'s [u8],
    file: FileId,
    base: usize,
    at: usize,
    limit: usize,
    out: Vec<u8>,
    open: Vec<Open>,
    before: Before,
    fillings: usize,
    groups: BTreeMap<usize, usize>,
    faults: Vec<Diagnostic>,
}

/// Masks a range of a text.
pub(super) fn mask(text: &str, file: FileId, range: Range<usize>, holds: Holds) -> Mask {
    let masker = Masker::over(text, file, range, holds);
    let text = String::from_utf8(masker.out).unwrap_or_default();
    Mask { text, groups: masker.groups, faults: masker.faults }
}

/// What is open at the end of a range.
pub(super) fn place(text: &str, file: FileId, range: Range<usize>, holds: Holds) -> Place {
    let masker = Masker::over(text, file, range, holds);
    let after_term = masker.before == Before::Term;
    let opener = (masker.open.len() > 1).then(|| masker.open.last().map(|top| top.start)).flatten();
    match masker.open.last() {
        Some(top) => Place { kind: top.kind, opener, attached: top.attached, in_value: top.in_value, after_term },
        None => Place { kind: Kind::Body, opener, attached: false, in_value: false, after_term },
    }
}

impl<'s> Masker<'s> {
    fn over(text: &'s str, file: FileId, range: Range<usize>, holds: Holds) -> Masker<'s> {
        let kind = match holds {
            Holds::Body => Kind::Body,
            Holds::Expression => Kind::Object,
            Holds::Sequence => Kind::Free,
        };
        let in_value = holds != Holds::Body;
        let root = Open { kind, start: range.start, in_value, alone: false, attached: false };
        let mut masker = Masker {
            text: text.as_bytes(),
            file,
            base: range.start,
            at: range.start,
            limit: range.end,
            out: Vec::with_capacity(range.len()),
            open: vec![root],
            before: Before::Nothing,
            fillings: 0,
            groups: BTreeMap::new(),
            faults: Vec::new(),
        };
        masker.run();
        masker
    }

    fn run(&mut self) {
        while self.at < self.limit {
            let byte = self.text[self.at];
            match byte {
                b' ' | b'\t' => self.copy(1),
                b'\n' => self.line_break(1),
                b'\r' if self.text[self.at..self.limit].starts_with(b"\r\n") => self.line_break(2),
                b'"' => self.quoted(),
                b'<' => self.less(),
                b'#' | b'/' => self.slash(),
                b'0'..=b'9' => self.number(),
                b'(' | b'[' | b'{' => self.bracket(byte),
                b')' | b']' | b'}' => self.close(),
                b'=' => self.equals(),
                b'.' => {
                    self.copy(1);
                    self.before = Before::Dot;
                }
                _ if extent::begins_name(byte) => {
                    let end = extent::name(self.text, self.at, self.limit);
                    self.copy(end - self.at);
                    self.before = Before::Term;
                }
                b',' | b':' => self.separator(byte),
                _ => {
                    self.copy(1);
                    self.before = Before::Nothing;
                }
            }
        }
    }

    fn separator(&mut self, byte: u8) {
        if let Some(top) = self.open.last_mut().filter(|top| top.kind == Kind::Object) {
            top.in_value = byte == b':';
        }
        self.copy(1);
        self.before = Before::Nothing;
    }

    fn copy(&mut self, length: usize) {
        self.out.extend_from_slice(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    fn blank(&mut self, end: usize) {
        self.out.resize(end - self.base, b' ');
        self.at = end;
    }

    fn fault(&mut self, range: Range<usize>, summary: &str, detail: impl Into<String>) {
        let span = super::span(self.file, range);
        self.faults.push(Diagnostic::error(summary, detail).at(span));
    }

    fn line_break(&mut self, length: usize) {
        let Some(top) = self.open.last_mut() else { return self.copy(length) };
        if top.kind == Kind::Free {
            return self.blank(self.at + length);
        }
        top.in_value = false;
        self.before = Before::Nothing;
        self.copy(length);
    }

    fn slash(&mut self) {
        if let Some(end) = extent::comment(self.text, self.at, self.limit) {
            return self.blank(end);
        }
        if self.text[self.at..self.limit].starts_with(b"/*") {
            let detail = "The comment that starts with \"/*\" has no \"*/\" at its end.";
            self.fault(self.at..self.at + 2, "Unterminated comment", detail);
            return self.blank(self.limit);
        }
        self.copy(1);
        self.before = Before::Nothing;
    }

    fn quoted(&mut self) {
        let start = self.at;
        let end = match extent::quoted(self.text, start, self.limit) {
            Quoted::Closed(end) => end,
            Quoted::Broken(end) => {
                let detail = "Quoted strings may not be split over multiple lines. To produce a multi-line string, \
                              either use the \\n escape to represent a newline character or use the \"heredoc\" \
                              multi-line template syntax.";
                self.fault(end..end + 1, "Invalid multi-line string", detail);
                end
            }
            Quoted::Open => {
                self.open_string(start);
                self.limit
            }
        };
        let inner = &self.text[start + 1..(end - 1).max(start + 1)];
        let plain = inner.iter().all(|byte| *byte >= b' ' && !matches!(byte, b'\\' | b'$' | b'%' | b'"'));
        if plain && end - start >= 2 && self.text[end - 1] == b'"' {
            self.copy(end - start);
        } else {
            self.fill(start, end);
        }
        self.before = Before::Term;
    }

    fn open_string(&mut self, start: usize) {
        let detail = "No closing marker was found for the string, or for an interpolation sequence within it.";
        self.fault(start..start + 1, "Unterminated template string", detail);
    }

    /// Puts a plain string in place of a range. Different ranges get different strings, because
    /// the parser refuses equal keys in an object.
    fn fill(&mut self, start: usize, end: usize) {
        self.out.truncate(start - self.base);
        self.out.push(b'"');
        self.fillings += 1;
        let mut rest = self.fillings;
        while self.out.len() + 1 < end - self.base {
            self.out.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36]);
            rest /= 36;
        }
        self.out.push(b'"');
        self.out.truncate(end - self.base);
        self.at = end;
    }

    fn less(&mut self) {
        let start = self.at;
        let Some(intro) = extent::intro(self.text, start, self.limit) else {
            self.before = Before::Nothing;
            return self.copy(1);
        };
        match extent::terminator(self.text, &intro, self.limit) {
            Some(found) => self.fill(start, found.end),
            None => {
                let marker = String::from_utf8_lossy(&self.text[intro.marker.0..intro.marker.1]).into_owned();
                let detail = format!(
                    "The heredoc has no end: \"{marker}\" must stand alone on a line behind it, with a line break \
                     after it."
                );
                self.fault(start..intro.marker.1, "Unterminated template string", detail);
                self.fill(start, self.limit);
            }
        }
        self.before = Before::Term;
    }

    fn number(&mut self) {
        let (start, end) = (self.at, extent::number(self.text, self.at, self.limit));
        let literal = &self.text[start..end];
        let integer = literal.iter().all(u8::is_ascii_digit);
        if self.before == Before::Dot && !integer {
            let detail = "An index behind a dot is one whole number. Use square brackets for each index instead: \
                          \"x[0][1]\".";
            self.fault(start..end, "Invalid legacy index syntax", detail);
        }
        if self.before != Before::Dot && (literal.len() > 15 || literal.iter().any(|byte| matches!(byte, b'e' | b'E')))
        {
            self.out.extend_from_slice(b"0.");
            self.blank(end);
            let from = start + 2 - self.base;
            self.out[from..].fill(b'0');
        } else {
            self.copy(end - start);
        }
        self.before = Before::Term;
    }

    fn equals(&mut self) {
        let double = self.text[self.at..self.limit].starts_with(b"==");
        if let Some(top) = self.open.last_mut()
            && !double
        {
            top.in_value = true;
        }
        self.copy(if double { 2 } else { 1 });
        self.before = Before::Nothing;
    }

    fn bracket(&mut self, byte: u8) {
        let start = self.at;
        let in_body = self.open.last().is_some_and(|top| top.kind == Kind::Body && !top.in_value);
        let is_for = self.begins_for(start + 1);
        let kind = match byte {
            b'{' if in_body => Kind::Body,
            b'{' if !is_for => Kind::Object,
            _ => Kind::Free,
        };
        let term = byte == b'{' || self.before != Before::Term;
        let depth = self.open.iter().rev().take_while(|open| open.kind != Kind::Body).count();
        let alone = kind != Kind::Body && term && depth >= DEEPEST && !self.open.iter().any(|open| open.alone);
        self.open.push(Open { kind, start, in_value: false, alone, attached: !term });
        self.copy(1);
        self.before = Before::Nothing;
    }

    /// Whether the first word at `at` is `for`, which the parser takes for a name unless a space follows.
    fn begins_for(&mut self, mut at: usize) -> bool {
        while at < self.limit {
            match extent::comment(self.text, at, self.limit) {
                Some(end) => at = end,
                None if self.text[at].is_ascii_whitespace() => at += 1,
                None => break,
            }
        }
        if !self.text[at.min(self.limit)..self.limit].starts_with(b"for") {
            return false;
        }
        let end = extent::name(self.text, at, self.limit);
        if end != at + 3 {
            return false;
        }
        if end < self.limit && !matches!(self.text[end], b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'/') {
            let detail = "The word \"for\" begins a for expression here, and a variable name must follow it.";
            self.fault(at..end, "Invalid 'for' expression", detail);
        }
        true
    }

    fn close(&mut self) {
        self.copy(1);
        self.before = Before::Term;
        if self.open.len() < 2 {
            return;
        }
        if let Some(open) = self.open.pop()
            && open.alone
        {
            let end = self.at;
            self.groups.insert(open.start, end);
            self.fill(open.start, end);
        }
    }
}

/// The span of a range that is known to fit.
pub(super) fn span(file: FileId, range: Range<usize>) -> Span {
    let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: fit(range.start), end: fit(range.end) }
}
