//! The pieces of a template become its parts.
//!
//! **Never:** read text: pieces come in order from `template`. Out: `ast::Part`s, directives
//! nested, the indentation of `<<-` removed.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::diag::Span;
use crate::lang::ast::{Expr, Part};
use crate::value::Name;

use super::{DEEPEST, Parsed, Reader, normalise};

/// A piece of a template, in order.
pub(super) enum Piece {
    Text { text: String, range: Range<usize> },
    Interpolation(Expr),
    If { condition: Expr, range: Range<usize> },
    Else { range: Range<usize> },
    EndIf { range: Range<usize> },
    For { key_name: Option<Name>, value_name: Name, collection: Expr, range: Range<usize> },
    EndFor { range: Range<usize> },
}

impl Reader<'_> {
    /// Nests the pieces between directives.
    pub(super) fn assemble(&mut self, pieces: Vec<Piece>) -> Parsed<Vec<Part>> {
        let mut levels = vec![Level { opener: None, yes: None, parts: Parts::default() }];
        let mut deepest = 0;
        for piece in pieces {
            let level = levels.len();
            let Some(top) = levels.last_mut() else { break };
            match piece {
                Piece::Text { text, range } => top.parts.text(&text, self.span(range)),
                Piece::Interpolation(expr) => top.parts.push(Part::Interpolation(expr)),
                Piece::If { .. } | Piece::For { .. } if level + self.depth > DEEPEST => return self.too_deep(),
                opener @ (Piece::If { .. } | Piece::For { .. }) => {
                    deepest = deepest.max(level);
                    levels.push(Level { opener: Some(opener), yes: None, parts: Parts::default() });
                }
                Piece::Else { range } => match (&top.opener, &top.yes) {
                    (Some(Piece::If { .. }), None) => top.yes = Some(std::mem::take(&mut top.parts).finish()),
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
        self.height = self.height.max(deepest);
        Ok(levels.into_iter().next().map(|root| root.parts.finish()).unwrap_or_default())
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
    parts: Parts,
}

impl Level {
    fn finish(self) -> Option<Part> {
        match self.opener? {
            Piece::If { condition, .. } => Some(match self.yes {
                Some(yes) => Part::If { condition, yes, no: self.parts.finish() },
                None => Part::If { condition, yes: self.parts.finish(), no: Vec::new() },
            }),
            Piece::For { key_name, value_name, collection, .. } => {
                Some(Part::For { key_name, value_name, collection, body: self.parts.finish() })
            }
            _ => None,
        }
    }
}

/// Parts in the making. Neighbouring texts become one. An empty one stays beside a lone
/// interpolation, which would otherwise pass its value through.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
    text: Option<(String, Span)>,
}

impl Parts {
    fn text(&mut self, text: &str, span: Span) {
        match &mut self.text {
            Some((before, all)) => {
                before.push_str(text);
                *all = all.to(span);
            }
            None => self.text = Some((text.to_owned(), span)),
        }
    }

    fn push(&mut self, part: Part) {
        self.end_text();
        self.parts.push(part);
    }

    fn end_text(&mut self) {
        self.parts.extend(self.text.take().map(|(text, span)| Part::Text(normalise(&text), span)));
    }

    fn finish(mut self) -> Vec<Part> {
        self.end_text();
        self.parts
    }
}

/// Removes the smallest indentation from the lines that begin with text, as `<<-` asks.
pub(super) fn remove_indentation(pieces: &mut [Piece]) {
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
