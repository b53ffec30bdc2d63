//! Templates: text with interpolations and directives.
//!
//! **Never:** trim or unindent: the parser has done so. Out: a string; unknown if any part is,
//! but then certainly not null.

use crate::diag::{Diagnostics, Span};
use crate::value::bounds::certain_start;
use crate::value::{Bounds, Content, Marks, Name, Type, Value};

use super::super::ast::{Expr, Part};
use super::comprehension::entries;
use super::sizes::LONGEST;
use super::{Answer, Errors, Evaluator, conversion, fail};

const INVALID: &str = "Invalid template interpolation value";

impl Evaluator<'_, '_> {
    /// The string that parts make.
    pub(crate) fn template(&mut self, parts: &[Part]) -> Answer {
        let mut errors = Errors::default();
        let mut text = String::new();
        let mut known = true;
        let mut marks = Marks::NONE;
        for part in parts {
            let answer = match part {
                Part::Text(piece, _) => {
                    text.push_str(if known { piece } else { "" });
                    continue;
                }
                Part::Interpolation(inner) => self.expr(inner),
                Part::If { condition, yes, no } => {
                    self.choose_text(condition, |this| this.template(yes), |this| this.template(no))
                }
                Part::For { key_name, value_name, collection, body } => {
                    self.repeat(key_name.as_ref(), value_name, collection, body)
                }
            };
            let failed = answer.is_err();
            let value = errors.keep(answer).unwrap_or_else(|| self.failed.clone());
            marks = marks.union(value.marks());
            let piece = match part {
                Part::Interpolation(inner) => interpolate(&value, inner.span),
                _ => Ok(value),
            };
            // What is no text is left out of the text that is certain.
            let Some(value) = (if failed { piece.ok() } else { errors.keep(piece) }) else { continue };
            match value.as_str() {
                Some(piece) if text.len() + piece.len() > LONGEST => return Err(too_long(place(part))),
                Some(piece) if known => text.push_str(piece),
                Some(_) => {}
                None => known = false,
            }
        }
        let value = match known {
            true => Value::string(normalize(text)),
            false if errors.any() => Value::unknown_not_null(Type::String),
            false => begun(text),
        };
        self.or_failed(errors, value.with_marks(marks))
    }

    /// `%{ for v in c }...%{ endfor }`
    fn repeat(&mut self, key_name: Option<&Name>, value_name: &Name, collection: &Expr, body: &[Part]) -> Answer {
        let mut marks = Marks::NONE;
        let entries = self.expr(collection).and_then(|value| entries(value, collection.span, &mut marks));
        self.failed = Value::unknown(Type::String).with_marks(marks);
        let Ok(entries) = entries? else {
            return Ok(Value::unknown(Type::String).with_marks(marks));
        };
        let mut errors = Errors::default();
        let mut text = String::new();
        let mut known = true;
        for (key, value) in entries {
            let key = key_name.cloned().map(|name| (name, key));
            let bound = key.into_iter().chain([(value_name.clone(), value)]);
            let piece = self.with_bound(bound, |this| this.template(body));
            let piece = errors.keep(piece).unwrap_or_else(|| self.failed.clone());
            marks = marks.union(piece.marks());
            match piece.as_str() {
                Some(piece) if text.len() + piece.len() > LONGEST => return Err(too_long(collection.span)),
                Some(piece) => text.push_str(piece),
                None => known = false,
            }
        }
        let value = if known { Value::string(text) } else { Value::unknown(Type::String) };
        self.or_failed(errors, value.with_marks(marks))
    }
}

fn too_long(at: Span) -> Diagnostics {
    let detail = format!("The text would have more than {LONGEST} bytes, which are the most that acier makes.");
    fail("Template result too large", detail, at)
}

fn place(part: &Part) -> Span {
    match part {
        Part::Text(_, span) => *span,
        Part::Interpolation(inner) => inner.span,
        Part::If { condition: inner, .. } | Part::For { collection: inner, .. } => inner.span,
    }
}

fn interpolate(value: &Value, span: Span) -> Answer {
    if let Content::String(_) = value.content() {
        return Ok(value.clone());
    }
    if value.is_null() {
        let why = "The expression result is null. Cannot include a null value in a string template.";
        return Err(fail(INVALID, why, span));
    }
    if value.is_unknown() {
        return Ok(Value::unknown(Type::String).with_marks(value.marks()));
    }
    conversion::convert_to(value, &Type::String)
        .map_err(|why| fail(INVALID, format!("Cannot include the given value in a string template: {why}."), span))
}

/// So many bytes of the beginning of an unknown text are kept, as in Terraform.
const START: usize = 128;

/// The string of which only the beginning is known.
fn begun(text: String) -> Value {
    let mut text = normalize(text);
    text.truncate(text.floor_char_boundary(START));
    begins_with(&text)
}

/// A string that goes on behind a text in an unknown way.
pub(crate) fn begins_with(text: &str) -> Value {
    Value::unknown_within(Type::String, Bounds::Start(certain_start(text).into()))
}

/// Joined pieces need not be normal although each piece is: an accent may follow its letter.
pub(crate) fn normalize(text: String) -> String {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes { text } else { text.nfc().collect() }
}
