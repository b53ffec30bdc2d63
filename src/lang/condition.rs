//! Conditions: of validations, preconditions and postconditions.
//!
//! **Never:** show a sensitive value in a message. In: a condition and a reader. Out: what to say when
//! it does not hold; nothing while it is not known.

use crate::diag::{Diagnostic, Diagnostics};
use crate::value::convert::convert;
use crate::value::{Marks, Type, Value};

use super::module::Condition;
use super::names::Reader;

/// What became of a condition.
pub(super) enum Verdict {
    /// It holds.
    Holds,
    /// It cannot be said yet.
    Unknown,
    /// It does not hold; the message to show.
    Fails(String),
}

const INVALID: &str = "Invalid condition result";

/// Evaluates a condition. Findings about the condition itself go to `out`.
pub(super) fn judge(condition: &Condition, reader: &Reader<'_>, out: &mut Diagnostics) -> Verdict {
    let span = condition.condition.span;
    let invalid = |detail: String| Diagnostic::error(INVALID, detail).at(span);
    let value = match reader.value(&condition.condition) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return Verdict::Unknown;
        }
    };
    if value.is_null() {
        let detail = "Condition expression must return either true or false, not null.";
        out.push(invalid(detail.into()));
        return Verdict::Unknown;
    }
    let value = match convert(&value, &Type::Bool) {
        Ok(value) => value,
        Err(mismatch) => {
            out.push(invalid(format!("Invalid condition result value: {}.", mismatch.message)));
            return Verdict::Unknown;
        }
    };
    let verdict = match value.as_bool() {
        Some(true) => Verdict::Holds,
        Some(false) => return Verdict::Fails(message(condition, reader, out)),
        None => Verdict::Unknown,
    };
    // What would be said must be sound, too, before the day on which it is needed.
    if let Err(wrong) = reader.value(&condition.message) {
        out.extend(wrong);
    }
    verdict
}

/// The same for the validation of a variable.
pub(super) fn judge_value(condition: &Condition, reader: &Reader<'_>, out: &mut Diagnostics) -> Verdict {
    let before = out.0.len();
    let verdict = judge(condition, reader, out);
    for finding in out.0.iter_mut().skip(before).filter(|finding| finding.summary == INVALID) {
        finding.summary = "Invalid variable validation result".into();
    }
    verdict
}

fn message(condition: &Condition, reader: &Reader<'_>, out: &mut Diagnostics) -> String {
    let fallback =
        "This check failed, but has an invalid error message as described in the other accompanying messages.";
    let span = condition.message.span;
    let value = match reader.value(&condition.message) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return fallback.into();
        }
    };
    let (plain, marks) = value.unmark_deep();
    if marks.has(Marks::SENSITIVE) {
        let detail = "The error expression used to explain this condition refers to sensitive values, so acier will not \
                      display the resulting message.\n\nYou can correct this by removing references to sensitive \
                      values, or by carefully using the nonsensitive() function if the expression will not reveal the \
                      sensitive data.";
        out.push(Diagnostic::warning("Error message refers to sensitive values", detail).at(span));
        return "The error message included a sensitive value, so it will not be displayed.".into();
    }
    if marks.has(Marks::EPHEMERAL) {
        let detail = "The error expression used to explain this condition refers to ephemeral values, so acier will not \
                      display the resulting message.";
        out.push(Diagnostic::warning("Error message refers to ephemeral values", detail).at(span));
        return "The error message included an ephemeral value, so it will not be displayed.".into();
    }
    let text = convert(&plain, &Type::String).ok().filter(|text| !text.is_null());
    match text.as_ref().map(Value::as_str) {
        Some(Some(text)) => text.trim().to_owned(),
        Some(None) => "The message of this condition is only known after apply.".into(),
        None => {
            let detail = "Unsuitable value for error message: a string is required.";
            out.push(Diagnostic::error("Invalid error message", detail).at(span));
            fallback.into()
        }
    }
}
