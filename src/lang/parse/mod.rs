//! Terraform text to syntax tree.
//!
//! **Never:** evaluate. In: source texts. Out: `ast`, and what is wrong. One pass by recursive
//! descent: `token` cuts code, `template` reads strings, `body`, `expr` and `collection` build the
//! tree, so that time and memory grow with the text alone.
//! The decision to question: after a syntax error the argument or block around it is skipped and
//! the rest read, so that one run shows the errors of several places (`recover`).

mod body;
mod collection;
mod expr;
pub(super) mod extent;
mod fault;
mod pieces;
mod recover;
mod template;
mod token;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::value::{Name, Type, Value};

use self::token::{Kind, Token};
use super::ast::{Body, Expr, ExprKind, Part};

/// After this many syntax errors the rest of a file is not read.
pub(super) const ENOUGH: usize = 10;

/// Trees are at most so deep, counting every bracket, operator of a chain and block. Terraform
/// reads two thousand of each; what walks a tree needs stack for all of them.
pub(super) const DEEPEST: usize = 4096;

/// So much stack must be left before another level is read; else more is allocated.
pub(super) const RED_ZONE: usize = 64 << 10;
pub(super) const MORE_STACK: usize = 2 << 20;

/// Why reading a construct ended early. What is wrong has been noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// At a fault; the argument or block around it is not whole.
    Fault,
    /// The rest of the top-level block was skipped.
    Top,
}

type Parsed<T> = Result<T, Stop>;

/// Where a text lies in a source that may hold it in another spelling.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// Places in the text from which on it is spelled out again, each with its place in the source.
    pub(super) runs: Vec<(usize, usize)>,
}

impl Origin {
    fn place(&self, at: usize) -> usize {
        let next = self.runs.partition_point(|(start, _)| *start <= at);
        let run = next.checked_sub(1).and_then(|before| self.runs.get(before));
        run.map_or(at, |(start, source)| source + (at - start))
    }
}

/// Reads one source text.
struct Reader<'s> {
    text: &'s str,
    file: FileId,
    /// The byte behind the last token.
    at: usize,
    /// Whether line breaks are tokens here.
    lines: bool,
    /// The token that was looked at last, and whether line breaks were tokens then.
    ahead: Option<(usize, bool, Token)>,
    faults: Vec<Diagnostic>,
    /// How many brackets and blocks are open.
    open: usize,
    /// How many levels of the tree are under way.
    depth: usize,
    /// How many levels the expressions have that were read since this was set to zero.
    height: usize,
    /// Where the text lies in the source.
    origin: Origin,
    /// Where the last fault begins, and whether it leaves something unreadable behind it.
    last_fault: Option<(usize, bool)>,
    /// Names that were seen before: those of arguments recur, and share one allocation.
    names: Vec<Option<Name>>,
}

/// Parses a configuration file. What could be parsed is returned beside what is wrong.
#[must_use]
pub fn file(sources: &Sources, file: FileId) -> (Body, Diagnostics) {
    let Some(mut reader) = Reader::new(sources, file) else { return (Body::default(), Diagnostics::none()) };
    let body = reader.whole_body();
    (body, reader.finish())
}

/// Parses one expression, as `-var name=[1,2]` gives them.
///
/// # Errors
/// What is wrong with it.
pub fn expression(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    let Some(mut reader) = Reader::new(sources, file) else { return Err(missing()) };
    let expr = reader.whole_expression();
    let faults = reader.finish();
    match expr {
        Ok(expr) if !faults.has_errors() => Ok(expr),
        _ => Err(faults),
    }
}

/// Parses a whole text as a template, as `templatefile` reads them.
///
/// A template that is one interpolation and nothing else gives that one part: its value passes
/// through, whatever its type.
///
/// # Errors
/// What is wrong with it.
pub fn template(sources: &Sources, file: FileId) -> Result<Vec<Part>, Diagnostics> {
    let Some(mut reader) = Reader::new(sources, file) else { return Err(missing()) };
    let parts = reader.bare_template();
    let faults = reader.finish();
    match parts {
        Ok(parts) if !faults.has_errors() => Ok(parts),
        _ => Err(faults),
    }
}

/// Parses a text that is part of a source as a template, as strings in JSON are.
pub(super) fn template_within(text: &str, file: FileId, origin: Origin) -> (Expr, Diagnostics) {
    let mut reader = Reader::over(text, file, origin);
    let span = reader.span(0..text.len());
    let expr = reader.bare_template().map(|parts| template::expression(parts, span));
    (expr.unwrap_or_else(|_| nothing(span)), reader.finish())
}

/// Parses a text that is part of a source as one expression, as some strings in JSON are.
pub(super) fn expression_within(text: &str, file: FileId, origin: Origin) -> (Expr, Diagnostics) {
    let mut reader = Reader::over(text, file, origin);
    let span = reader.span(0..text.len());
    let expr = reader.whole_expression();
    (expr.unwrap_or_else(|_| nothing(span)), reader.finish())
}

fn nothing(span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Value::null(Type::Dynamic)), span }
}

fn missing() -> Diagnostics {
    Diagnostic::error("Missing source text", "The text to parse is not among the sources of this run.").into()
}

impl<'s> Reader<'s> {
    fn new(sources: &'s Sources, file: FileId) -> Option<Reader<'s>> {
        let text = &sources.get(file)?.text;
        // Terraform skips a byte order mark.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Some(Reader { at, ..Reader::over(text, file, Origin::default()) })
    }

    fn over(text: &'s str, file: FileId, origin: Origin) -> Reader<'s> {
        Reader {
            text,
            file,
            at: 0,
            lines: true,
            ahead: None,
            faults: Vec::new(),
            open: 0,
            depth: 0,
            height: 0,
            origin,
            last_fault: None,
            names: vec![None; if text.len() > 256 { 256 } else { 16 }],
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        let fit = |at: usize| u32::try_from(self.origin.place(at)).unwrap_or(u32::MAX);
        Span { file: self.file, start: fit(range.start), end: fit(range.end) }
    }

    fn span_of(&self, token: Token) -> Span {
        self.span(token.start..token.end)
    }

    /// From a byte to the end of the last token.
    fn span_from(&self, start: usize) -> Span {
        self.span(start..self.at)
    }

    /// The token that comes next.
    fn peek(&mut self) -> Token {
        match self.ahead {
            Some((at, lines, token)) if at == self.at && lines == self.lines => token,
            _ => {
                let token = token::next(self.text, self.at, self.lines);
                self.ahead = Some((self.at, self.lines, token));
                token
            }
        }
    }

    fn advance(&mut self) -> Token {
        let token = self.peek();
        self.at = token.end;
        token
    }

    /// Takes the next token if it is of a kind.
    fn eat(&mut self, kind: Kind) -> Option<Token> {
        (self.peek().kind == kind).then(|| self.advance())
    }

    /// Takes the next token if it is this word.
    fn eat_word(&mut self, word: &str) -> bool {
        let token = self.peek();
        let found = token.kind == Kind::Name && &self.text[token.start..token.end] == word;
        if found {
            self.advance();
        }
        found
    }

    /// Runs with line breaks as tokens, or not.
    fn with_lines<T>(&mut self, lines: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.lines, lines);
        let answer = run(self);
        self.lines = before;
        answer
    }

    /// Reads what is one level deeper in the tree.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return self.too_deep();
        }
        self.depth += 1;
        let before = std::mem::replace(&mut self.height, 0);
        let answer = stacker::maybe_grow(RED_ZONE, MORE_STACK, || run(self));
        self.depth -= 1;
        self.height = before.max(self.height + 1);
        if answer.is_ok() && self.height > DEEPEST { self.too_deep() } else { answer }
    }

    fn too_deep<T>(&mut self) -> Parsed<T> {
        let token = self.peek();
        let detail = format!(
            "More than {DEEPEST} levels are nested here, counting each operator of a chain as one. Move inner parts \
             into local values."
        );
        let _ = self.refuse::<T>(token, "Nesting too deep", detail);
        // Nothing behind it could be told apart from it.
        self.at = self.text.len();
        Err(Stop::Top)
    }

    /// The name at a place.
    fn name(&mut self, token: Token) -> Name {
        let text = &self.text[token.start..token.end];
        if !text.is_ascii() {
            return normalise(text);
        }
        let slot = text.bytes().fold(text.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let slot = slot % self.names.len();
        match &self.names[slot] {
            Some(name) if &**name == text => name.clone(),
            _ => {
                let name = Name::from(text);
                self.names[slot] = Some(name.clone());
                name
            }
        }
    }

    fn whole_expression(&mut self) -> Parsed<Expr> {
        let expr = self.with_lines(true, Self::expr)?;
        while self.eat(Kind::Newline).is_some() {}
        let token = self.peek();
        if token.kind != Kind::End {
            let detail = "An expression was successfully parsed, but extra characters were found after it.";
            return self.refuse(token, "Extra characters after expression", detail);
        }
        Ok(expr)
    }
}

/// Text as Terraform holds it: in Unicode normal form C.
pub(super) fn normalise(text: &str) -> Name {
    if text.is_ascii() { text.into() } else { text.nfc().collect::<String>().into() }
}
