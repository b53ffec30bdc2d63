//! Terraform text to syntax tree, over hcl-edit.
//!
//! **Never:** evaluate. Only this module and those below it know the parser's types.
//! In: source texts. Out: `ast`, and what is wrong. A text is masked first (see `mask`), so that
//! the parser sees the structure alone; templates are read by `template` from the source itself.
//! The decision to question: after a syntax error the whole top-level block is set aside and the
//! rest read again, so that one run shows the errors of several blocks.

mod convert;
pub(super) mod extent;
mod fault;
mod mask;
mod template;

use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::value::{Type, Value};

use self::fault::Failure;
use self::mask::{Holds, Mask, mask, span};
use super::ast::{Body, Expr, ExprKind, Part};

/// After this many syntax errors the rest of a file is not read.
const ENOUGH: usize = 10;

/// Summaries of the errors that leave something unreadable behind them.
const MASKED: &[&str] =
    &["Unterminated comment", "Invalid multi-line string", "Unterminated template string", "Invalid 'for' expression"];

/// So many equal keys of objects are read in one text.
const EQUAL_KEYS: usize = 200;

/// Reads one source text.
struct Reader<'s> {
    text: &'s str,
    file: FileId,
    faults: Vec<Diagnostic>,
}

/// Parses a configuration file. What could be parsed is returned beside what is wrong.
///
/// Deeply nested expressions take stack: call it on a thread that has some megabytes.
#[must_use]
pub fn file(sources: &Sources, file: FileId) -> (Body, Diagnostics) {
    let Some(mut reader) = Reader::new(sources, file) else { return (Body::default(), Diagnostics::none()) };
    let body = reader.body();
    (body, reader.finish())
}

/// Parses one expression, as `-var name=[1,2]` gives them.
///
/// # Errors
/// What is wrong with it.
pub fn expression(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    let Some(mut reader) = Reader::new(sources, file) else { return Err(missing()) };
    let range = reader.content();
    let expr = reader.expr(range, Holds::Expression);
    let faults = reader.finish();
    if faults.has_errors() { Err(faults) } else { Ok(expr) }
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
    if faults.has_errors() { Err(faults) } else { Ok(parts) }
}

fn missing() -> Diagnostics {
    Diagnostic::error("Missing source text", "The text to parse is not among the sources of this run.").into()
}

impl<'s> Reader<'s> {
    fn new(sources: &'s Sources, file: FileId) -> Option<Reader<'s>> {
        let source = sources.get(file)?;
        Some(Reader { text: &source.text, file, faults: Vec::new() })
    }

    /// All of the text but a byte order mark.
    fn content(&self) -> Range<usize> {
        let start = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        start..self.text.len()
    }

    fn span(&self, range: Range<usize>) -> Span {
        span(self.file, range)
    }

    fn fault(&mut self, range: Range<usize>, summary: &str, detail: impl Into<String>) {
        let span = self.span(range);
        self.faults.push(Diagnostic::error(summary, detail).at(span));
    }

    /// The findings in the order of their places, each one once: nested text is scanned more than once.
    fn finish(mut self) -> Diagnostics {
        self.faults.sort_by_key(|fault| fault.span.map(|span| (span.start, span.end)));
        self.faults.dedup_by(|a, b| a.span == b.span && a.summary == b.summary);
        Diagnostics(self.faults)
    }

    fn mask(&mut self, range: Range<usize>, holds: Holds) -> Mask {
        let mut masked = mask(self.text, self.file, range, holds);
        self.faults.append(&mut masked.faults);
        masked
    }

    fn body(&mut self) -> Body {
        let range = self.content();
        let base = range.start;
        let mut masked = self.mask(range, Holds::Body);
        for _ in 0..ENOUGH {
            match parse(&mut masked.text, hcl_edit::parser::parse_body) {
                Ok(body) => return self.convert_file(&body, base, &masked),
                Err(error) => {
                    self.syntax_error(&error, &masked.text, base, Holds::Body);
                    if !set_aside(&mut masked.text, error.location().offset()) {
                        break;
                    }
                }
            }
        }
        Body::default()
    }

    /// Parses the expression in a range. After an error it is null, and the error is noted.
    fn expr(&mut self, range: Range<usize>, holds: Holds) -> Expr {
        let mut masked = self.mask(range.clone(), holds);
        let base = range.start + masked.text.len() - masked.text.trim_ascii_start().len();
        masked.text = masked.text.trim_ascii().to_owned();
        match parse(&mut masked.text, hcl_edit::parser::parse_expr) {
            Ok(expr) => self.convert_expr(&expr, base, &masked),
            Err(error) => {
                self.syntax_error(&error, &masked.text, base, holds);
                let span = self.span(range);
                Expr { kind: ExprKind::Literal(Value::null(Type::Dynamic)), span }
            }
        }
    }

    fn syntax_error(&mut self, error: &hcl_edit::parser::Error, masked: &str, base: usize, holds: Holds) {
        let failure = Failure { masked, base, at: error.location().offset(), message: error.message(), holds };
        let fault = self.explain(&failure);
        if !self.follows_another(&fault, failure.masked) {
            self.faults.push(fault);
        }
    }

    /// Whether an error is most likely the consequence of one that the mask found just before it.
    fn follows_another(&self, fault: &Diagnostic, masked: &str) -> bool {
        let Some(at) = fault.span.map(|span| span.start as usize) else { return false };
        let at_end = at + 1 >= self.text.trim_end().len() || masked.trim().is_empty();
        self.faults.iter().filter(|earlier| MASKED.contains(&earlier.summary.as_str())).any(|earlier| {
            let start = earlier.span.map_or(usize::MAX, |span| span.start as usize);
            start <= at && (at_end || self.text[start..at].matches('\n').count() <= 1)
        })
    }
}

/// Parses, and where the parser refuses an equal key in an object, changes the key and tries again.
fn parse<T>(
    text: &mut String,
    parser: impl Fn(&str) -> Result<T, hcl_edit::parser::Error>,
) -> Result<T, hcl_edit::parser::Error> {
    let mut renamed = 0;
    loop {
        match parser(text) {
            Err(error) if error.message().contains("redefined object key") && renamed < EQUAL_KEYS => {
                renamed += 1;
                rename(text, error.location().offset(), renamed);
            }
            result => return result,
        }
    }
}

/// Gives the first name, string or number from `at` on other letters, as many as it has.
fn rename(text: &mut String, at: usize, number: usize) {
    let bytes = text.as_bytes();
    let word = |byte: &u8| extent::begins_name(*byte) || byte.is_ascii_digit() || *byte == b'"';
    let Some(start) = bytes[at..].iter().position(word).map(|length| at + length) else { return };
    let (start, end) = match bytes[start] {
        b'"' if bytes[start + 1..].starts_with(b"\"") => (start, start + 2),
        b'"' => (start + 1, bytes[start + 1..].iter().position(|b| *b == b'"').map_or(start + 1, |n| start + 1 + n)),
        byte if byte.is_ascii_digit() => (start, extent::number(bytes, start, bytes.len())),
        _ => (start, extent::name(bytes, start, bytes.len())),
    };
    let digits = bytes[start].is_ascii_digit();
    let alphabet: &[u8] = if digits { b"0123456789" } else { b"abcdefghijklmnopqrstuvwxyz" };
    let mut rest = number;
    let other: String = (start..end)
        .map(|_| {
            let letter = alphabet[rest % alphabet.len()];
            rest /= alphabet.len();
            char::from(letter)
        })
        .collect();
    text.replace_range(start..end, &other);
}

/// Blanks the top-level block or attribute around a byte, from one line that begins with a name to
/// the next; `false` if that would not help, or would leave half of a block behind.
fn set_aside(text: &mut String, at: usize) -> bool {
    let (mut start, mut end, mut offset) = (0, text.len(), 0);
    for line in text.split_inclusive('\n') {
        if line.bytes().next().is_some_and(extent::begins_name) {
            if offset > at {
                end = offset;
                break;
            }
            start = offset;
        }
        offset += line.len();
    }
    let blank: String = text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    if blank == text[start..end] || !is_balanced(&text[start..end]) {
        return false;
    }
    text.replace_range(start..end, &blank);
    true
}

/// Whether as many brackets are closed as are opened, strings left out.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0i64;
    let mut in_string = false;
    for byte in text.bytes() {
        match byte {
            b'"' => in_string = !in_string,
            b'(' | b'[' | b'{' if !in_string => depth += 1,
            b')' | b']' | b'}' if !in_string => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}
