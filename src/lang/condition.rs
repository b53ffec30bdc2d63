//! Conditions: of validations, preconditions and postconditions.
//!
//! **Never:** show a sensitive value in a message. In: conditions and a reader. Out: what to say of those
//! that do not hold; nothing of those that are not known.

use crate::addr::checkable::Status;
use crate::diag::{Diagnostic, Diagnostics, Severity, Span};
use crate::value::convert::convert;
use crate::value::{Marks, Type, Value};

use super::module::{Condition, Output, Variable};
use super::names::Reader;

/// What became of a condition.
pub(super) enum Verdict {
    /// It holds.
    Holds,
    /// It cannot be said yet.
    Unknown,
    /// It does not hold; the message to show.
    Fails(String),
    /// It cannot be evaluated.
    Broken,
}

impl Verdict {
    /// What documents say of it.
    pub(super) fn status(&self) -> Status {
        match self {
            Verdict::Holds => Status::Pass,
            Verdict::Unknown => Status::Unknown,
            Verdict::Fails(_) => Status::Fail,
            Verdict::Broken => Status::Error,
        }
    }
}

/// What is said of an output whose precondition does not hold.
pub(super) const OUTPUT_FAILED: &str = "Module output value precondition failed";

const INVALID: &str = "Invalid condition result";

/// Evaluates a condition. Findings about the condition itself go to `out`.
pub(super) fn judge(condition: &Condition, reader: &Reader<'_>, out: &mut Diagnostics) -> Verdict {
    let span = condition.condition.span;
    let invalid = |detail: String| Diagnostic::error(INVALID, detail).at(span);
    let value = match reader.value(&condition.condition) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return Verdict::Broken;
        }
    };
    if value.is_null() {
        let detail = "Condition expression must return either true or false, not null.";
        out.push(invalid(detail.into()));
        return Verdict::Broken;
    }
    let value = match convert(&value, &Type::Bool) {
        Ok(value) => value,
        Err(mismatch) => {
            out.push(invalid(format!("Invalid condition result value: {}.", mismatch.message)));
            return Verdict::Broken;
        }
    };
    let verdict = match value.as_bool() {
        Some(true) => Verdict::Holds,
        Some(false) => return Verdict::Fails(message(condition, reader, out)),
        None => Verdict::Unknown,
    };
    // What would be said must be sound, too, before the day on which it is needed.
    match reader.value(&condition.message) {
        Ok(_) => verdict,
        Err(wrong) => {
            out.extend(wrong);
            if let Verdict::Unknown = verdict { Verdict::Broken } else { verdict }
        }
    }
}

/// Evaluates conditions for what is wrong with themselves.
pub(super) fn evaluate(conditions: &[Condition], reader: &Reader<'_>, out: &mut Diagnostics) {
    for condition in conditions {
        judge(condition, reader, out);
    }
}

/// Judges conditions; of each that does not hold a finding of this summary is added.
pub(super) fn require(
    conditions: &[Condition],
    (severity, summary): (Severity, &str),
    reader: &Reader<'_>,
    out: &mut Diagnostics,
) {
    for condition in conditions {
        if let Verdict::Fails(message) = judge(condition, reader, out) {
            let seen = reader.seen(&condition.condition);
            let failure = Diagnostic { severity, ..Diagnostic::error(summary, message) };
            out.push(failure.at(condition.condition.span).seen(seen));
        }
    }
}

/// The same for the preconditions of an output, which only count where a severity is given.
pub(super) fn of_output(output: &Output, judged: Option<Severity>, reader: &Reader<'_>, out: &mut Diagnostics) {
    match judged {
        Some(severity) => require(&output.preconditions, (severity, OUTPUT_FAILED), reader, out),
        None => evaluate(&output.preconditions, reader, out),
    }
}

/// The same for the validations of a variable, which findings call `whose`; `given` is where its value stands,
/// and `place` says of a span where it is.
pub(super) fn of_variable(
    variable: &Variable,
    (whose, given): (&str, Span),
    place: impl Fn(Span) -> String,
    reader: &Reader<'_>,
    out: &mut Diagnostics,
) {
    for rule in &variable.validations {
        let before = out.0.len();
        let verdict = judge(rule, reader, out);
        for finding in out.0.iter_mut().skip(before).filter(|finding| finding.summary == INVALID) {
            finding.summary = "Invalid variable validation result".into();
        }
        if let Verdict::Fails(message) = verdict {
            let detail = format!("{message}\n\nThis was checked by the validation rule at {}.", place(rule.span));
            let seen = reader.seen(&rule.condition);
            out.push(Diagnostic::error("Invalid value for variable", detail).at(given).about(whose).seen(seen));
        }
    }
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
