//! Templates: quoted strings, heredocs and whole template texts, read from the source.
//!
//! **Never:** parse an expression itself; the ranges inside `${ }` go back to the reader.
//! Text is cut into the pieces that Terraform trims and indents by: a whole stretch in a quoted
//! string, one line elsewhere. In: a range. Out: `ast::Part`s with escapes, `~` and the
//! indentation of `<<-` carried out (HCL specification, "Template Sub-language").

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::lang::ast::{Expr, ExprKind, Part};
use crate::value::{Name, Value};

use super::Reader;
use super::convert::normalise;
use super::extent::{self, Lead};
use super::mask::Holds;

/// A piece of a template, in order.
enum Piece {
    Text { text: String, range: Range<usize> },
    Interpolation(Expr),
    If { condition: Expr, range: Range<usize> },
    Else { range: Range<usize> },
    EndIf { range: Range<usize> },
    For { key_name: Option<Name>, value_name: Name, collection: Expr, range: Range<usize> },
    EndFor { range: Range<usize> },
}

/// Whether backslashes escape and text is one piece up to the next sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Quoted,
    Lines,
}

impl Reader<'_> {
    /// The string or heredoc in a range.
    pub(super) fn string(&mut self, range: Range<usize>) -> Expr {
        let bytes = self.text.as_bytes();
        let span = self.span(range.clone());
        let pieces = match extent::intro(bytes, range.start, range.end) {
            Some(intro) => {
                let end = extent::terminator(bytes, &intro, bytes.len()).map_or(range.end, |found| found.line);
                let mut pieces = self.pieces(intro.body..end, Form::Lines);
                if intro.flush {
                    remove_indentation(&mut pieces);
                }
                pieces
            }
            None => {
                // A string that is not closed has its error already; all of it is text.
                let closed = range.len() >= 2 && bytes[range.end - 1] == b'"';
                self.pieces(range.start + 1..range.end - usize::from(closed), Form::Quoted)
            }
        };
        let mut parts = self.assemble(pieces);
        let kind = match parts.as_mut_slice() {
            [] => ExprKind::Literal(Value::string("")),
            [Part::Text(text, _)] => ExprKind::Literal(Value::string(text.clone())),
            [Part::Interpolation(_)] => match parts.pop() {
                Some(Part::Interpolation(inner)) => ExprKind::Wrapped(Box::new(inner)),
                _ => ExprKind::Template(parts),
            },
            _ => ExprKind::Template(parts),
        };
        Expr { kind, span }
    }

    /// The whole text as a template.
    pub(super) fn bare_template(&mut self) -> Vec<Part> {
        let range = self.content();
        let pieces = self.pieces(range, Form::Lines);
        self.assemble(pieces)
    }

    fn pieces(&mut self, range: Range<usize>, form: Form) -> Vec<Piece> {
        let bytes = self.text.as_bytes();
        let mut pieces = Vec::new();
        let mut at = range.start;
        let mut trim_next = false;
        while at < range.end {
            let is_sequence =
                matches!(bytes[at], b'$' | b'%') && matches!(extent::lead(bytes, at, range.end), Lead::Sequence);
            if !is_sequence {
                let (mut text, end) = self.literal(at, range.end, form);
                if trim_next {
                    text = text.trim_start().to_owned();
                }
                trim_next = false;
                pieces.push(Piece::Text { text, range: at..end });
                at = end;
                continue;
            }
            let Some(end) = extent::sequence(bytes, at + 2, range.end) else {
                let detail = "There is no closing brace for this interpolation or directive sequence before the end \
                              of the template. This might be caused by incorrect nesting inside the sequence.";
                self.fault(at..at + 2, "Unclosed template interpolation sequence", detail);
                return pieces;
            };
            let mut inner = at + 2..end - 1;
            if bytes[inner.start] == b'~' && inner.start < inner.end {
                inner.start += 1;
                if let Some(Piece::Text { text, .. }) = pieces.last_mut() {
                    text.truncate(text.trim_end().len());
                }
            }
            trim_next = inner.start < inner.end && bytes[inner.end - 1] == b'~';
            if trim_next {
                inner.end -= 1;
            }
            if bytes[at] == b'$' {
                pieces.push(Piece::Interpolation(self.interpolation(inner)));
            } else {
                pieces.extend(self.directive(inner, at..end));
            }
            at = end;
        }
        pieces
    }

    fn interpolation(&mut self, inner: Range<usize>) -> Expr {
        self.expr(inner, Holds::Sequence)
    }

    /// Text up to the next sequence, in a template of lines also only to the end of the line.
    fn literal(&mut self, start: usize, limit: usize, form: Form) -> (String, usize) {
        let bytes = self.text.as_bytes();
        let mut text = String::new();
        let (mut at, mut copied) = (start, start);
        while at < limit {
            match bytes[at] {
                b'\n' if form == Form::Lines => {
                    at += 1;
                    break;
                }
                b'\\' if form == Form::Quoted => {
                    text.push_str(&self.text[copied..at]);
                    let end = self.escape(at, limit, &mut text);
                    (at, copied) = (end, end);
                }
                b'$' | b'%' => match extent::lead(bytes, at, limit) {
                    Lead::Sequence => break,
                    Lead::Escape => {
                        text.push_str(&self.text[copied..at]);
                        (at, copied) = (at + 2, at + 1);
                    }
                    Lead::Text => at += 1,
                },
                _ => at += 1,
            }
        }
        text.push_str(&self.text[copied..at]);
        (text, at)
    }

    /// Reads a backslash escape and gives the byte behind it.
    fn escape(&mut self, at: usize, limit: usize, text: &mut String) -> usize {
        let rest = &self.text[at + 1..limit];
        let Some(selector) = rest.chars().next() else {
            self.fault(at..limit, "Invalid escape sequence", "A backslash must be followed by an escape selector.");
            return limit;
        };
        let plain = match selector {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            _ => None,
        };
        if let Some(plain) = plain {
            text.push(plain);
            return at + 2;
        }
        let digits = match selector {
            'u' => 4,
            'U' => 8,
            other => {
                let end = at + 1 + other.len_utf8();
                let detail = format!("The symbol \"{other}\" is not a valid escape sequence selector.");
                self.fault(at..end, "Invalid escape sequence", detail);
                return end;
            }
        };
        let end = at + 2 + digits;
        let code = rest.get(1..1 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let symbol = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let Some(symbol) = symbol else {
            let detail = format!(
                "The \\{selector} escape sequence must be followed by {digits} hexadecimal digits that name a \
                 Unicode character."
            );
            self.fault(at..at + 2, "Invalid escape sequence", detail);
            return at + 2;
        };
        text.push(symbol);
        end
    }

    fn directive(&mut self, inner: Range<usize>, range: Range<usize>) -> Option<Piece> {
        let masked = self.mask(inner.clone(), Holds::Sequence).text;
        let mut words = Words { text: &masked, at: 0 };
        let keyword = words.name().to_owned();
        match keyword.as_str() {
            "if" => {
                let condition = self.expr(inner.start + words.at..inner.end, Holds::Sequence);
                Some(Piece::If { condition, range })
            }
            "for" => self.for_directive(words, inner, range),
            "else" | "endif" | "endfor" => {
                if !words.rest().is_empty() {
                    let detail = format!("Expected a closing brace after the keyword \"{keyword}\".");
                    self.fault(range, &format!("Extra characters in {keyword} directive"), detail);
                    return None;
                }
                Some(match keyword.as_str() {
                    "else" => Piece::Else { range },
                    "endif" => Piece::EndIf { range },
                    _ => Piece::EndFor { range },
                })
            }
            _ => {
                if keyword.is_empty() {
                    let detail = "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of \
                                  a %{ sequence.";
                    self.fault(range, "Invalid template directive", detail);
                } else {
                    let detail = format!("\"{keyword}\" is not a valid template control keyword.");
                    self.fault(range, "Invalid template control keyword", detail);
                }
                None
            }
        }
    }

    fn for_directive(&mut self, mut words: Words<'_>, inner: Range<usize>, range: Range<usize>) -> Option<Piece> {
        let first = normalise(words.name());
        let second = words.eat(',').then(|| normalise(words.name()));
        let (key_name, value_name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        if value_name.is_empty() || key_name.as_ref().is_some_and(|name| name.is_empty()) || words.name() != "in" {
            let detail = "A for directive names one or two variables and then, after the keyword \"in\", what they \
                          go through: \"%{ for x in list }\".";
            self.fault(range, "Invalid 'for' directive", detail);
            return None;
        }
        let collection = self.expr(inner.start + words.at..inner.end, Holds::Sequence);
        Some(Piece::For { key_name, value_name, collection, range })
    }

    /// Nests the pieces between directives.
    fn assemble(&mut self, pieces: Vec<Piece>) -> Vec<Part> {
        let mut levels = vec![Level { opener: None, yes: None, parts: Vec::new() }];
        for piece in pieces {
            let Some(top) = levels.last_mut() else { break };
            match piece {
                Piece::Text { text, range } => {
                    let span = super::span(self.file, range);
                    top.parts.push(Part::Text(normalise(&text), span));
                }
                Piece::Interpolation(expr) => top.parts.push(Part::Interpolation(expr)),
                opener @ (Piece::If { .. } | Piece::For { .. }) => {
                    levels.push(Level { opener: Some(opener), yes: None, parts: Vec::new() });
                }
                Piece::Else { range } => match (&top.opener, &top.yes) {
                    (Some(Piece::If { .. }), None) => top.yes = Some(std::mem::take(&mut top.parts)),
                    _ => self.unexpected("else", range),
                },
                Piece::EndIf { range } if !matches!(top.opener, Some(Piece::If { .. })) => {
                    self.unexpected("endif", range);
                }
                Piece::EndFor { range } if !matches!(top.opener, Some(Piece::For { .. })) => {
                    self.unexpected("endfor", range);
                }
                Piece::EndIf { .. } | Piece::EndFor { .. } => {
                    if let Some(part) = levels.pop().and_then(Level::finish)
                        && let Some(below) = levels.last_mut()
                    {
                        below.parts.push(part);
                    }
                }
            }
        }
        for level in levels.iter().skip(1) {
            if let Some(Piece::If { range, .. } | Piece::For { range, .. }) = &level.opener {
                let (word, end) = match &level.opener {
                    Some(Piece::If { .. }) => ("if", "endif"),
                    _ => ("for", "endfor"),
                };
                let detail = format!("This {word} directive has no corresponding \"%{{ {end} }}\".");
                self.fault(range.clone(), "Unexpected end of template", detail);
            }
        }
        levels.into_iter().next().map(|root| merge(root.parts)).unwrap_or_default()
    }

    fn unexpected(&mut self, word: &str, range: Range<usize>) {
        let detail = format!("There is no open directive that this \"{word}\" could belong to.");
        self.fault(range, &format!("Unexpected {word} directive"), detail);
    }
}

/// A directive that is open, and its parts so far.
struct Level {
    opener: Option<Piece>,
    yes: Option<Vec<Part>>,
    parts: Vec<Part>,
}

impl Level {
    fn finish(self) -> Option<Part> {
        match self.opener? {
            Piece::If { condition, .. } => Some(match self.yes {
                Some(yes) => Part::If { condition, yes: merge(yes), no: merge(self.parts) },
                None => Part::If { condition, yes: merge(self.parts), no: Vec::new() },
            }),
            Piece::For { key_name, value_name, collection, .. } => {
                Some(Part::For { key_name, value_name, collection, body: merge(self.parts) })
            }
            _ => None,
        }
    }
}

/// Joins neighbouring texts. An empty one stays beside a lone interpolation, which would
/// otherwise pass its value through.
fn merge(parts: Vec<Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Text(before, span)), Part::Text(text, more)) => {
                *before = normalise(&format!("{before}{text}"));
                *span = span.to(more);
            }
            (_, part) => merged.push(part),
        }
    }
    merged
}

/// Removes the smallest indentation from the lines that begin with text, as `<<-` asks.
fn remove_indentation(pieces: &mut [Piece]) {
    let mut least = usize::MAX;
    let mut lines = Vec::new();
    let mut line_start = true;
    for (index, piece) in pieces.iter().enumerate() {
        let text = match piece {
            Piece::Text { text, .. } => Some(text),
            _ => None,
        };
        if line_start {
            line_start = false;
            match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => {}
                Some(text) => {
                    let lead = &text[..text.len() - text.trim_start().len()];
                    least = least.min(lead.graphemes(true).count());
                    lines.push(index);
                }
                None => least = 0,
            }
        }
        line_start |= text.is_some_and(|text| text.ends_with('\n'));
    }
    for index in lines {
        if let Some(Piece::Text { text, .. }) = pieces.get_mut(index) {
            let cut = text.grapheme_indices(true).nth(least).map_or(text.len(), |(at, _)| at);
            text.replace_range(..cut, "");
        }
    }
}

/// The words of a directive.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    fn skip_space(&mut self) {
        self.at = self.text.len() - self.text[self.at..].trim_start().len();
    }

    /// The identifier that comes next; empty if none does.
    fn name(&mut self) -> &'t str {
        self.skip_space();
        let bytes = self.text.as_bytes();
        if !bytes.get(self.at).is_some_and(|byte| extent::begins_name(*byte)) {
            return "";
        }
        let start = self.at;
        self.at = extent::name(bytes, start, bytes.len());
        &self.text[start..self.at]
    }

    fn eat(&mut self, symbol: char) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(symbol);
        self.at += if found { symbol.len_utf8() } else { 0 };
        found
    }

    fn rest(&self) -> &'t str {
        self.text[self.at..].trim()
    }
}
