//! What a value becomes that goes into a called module, or comes out of it.
//!
//! **Never:** look a name up. In: the value of an argument or output, and the declaration. Out: the
//! value as the other side sees it: converted, defaults in place of nulls, marked.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::{Marks, Value};

use super::constraint::describe;
use super::module::{Output, Variable};
use super::tree::Tree;

/// The value of a module's variable. `whose` is what messages call the variable; `at` is where the
/// value stands, if one was given.
pub(super) fn arriving(
    variable: &Variable,
    value: Value,
    whose: &str,
    at: Option<Span>,
    tree: &Tree,
) -> Result<Value, Diagnostics> {
    let span = at.unwrap_or(variable.span);
    if value.contains_mark(Marks::EPHEMERAL) && !variable.ephemeral {
        let detail = "This input variable is not declared as accepting ephemeral values, so it cannot be set to a result \
                      derived from an ephemeral value.";
        let wrong = Diagnostic::error("Ephemeral value not allowed", detail).at(span);
        return Err(wrong.hint("Declare the variable with ephemeral = true, or give it another value.").into());
    }
    fitting(variable, &value, |summary, verb, why| {
        let declared = tree.place(variable.span);
        let detail = format!("The given value is not suitable for {whose} {verb} at {declared}: {why}.");
        Diagnostic::error(summary, detail).at(span)
    })
    .map_err(Diagnostics::from)
}

/// The value as its variable takes it: converted, the default in place of a null that it does not take, and
/// marked. `unsuitable` words what is wrong: a summary, where the variable is "declared" or "defined", and why.
pub(super) fn fitting(
    variable: &Variable,
    value: &Value,
    unsuitable: impl Fn(&str, &str, &str) -> Diagnostic,
) -> Result<Value, Diagnostic> {
    let hidden = variable.sensitive || value.is_sensitive();
    let value = variable
        .constraint
        .apply(value)
        .map_err(|mismatch| unsuitable("Invalid value for input variable", "declared", &describe(&mismatch, hidden)))?;
    let value = match &variable.default {
        _ if !value.is_null() || variable.nullable => value,
        Some(default) => default.clone(),
        None => {
            let why = "required variable may not be set to null";
            return Err(unsuitable("Required variable not set", "defined", why));
        }
    };
    Ok(value.with_marks(variable.marks()))
}

/// Any value that a variable may have, as secret as the one that it has.
pub(super) fn unseen(variable: &Variable, value: Value) -> Value {
    let ty = variable.constraint.ty.clone();
    let any = if variable.nullable { Value::unknown(ty) } else { Value::unknown_not_null(ty) };
    any.with_marks(value.unmark_deep().1)
}

/// The value of a module's output as its caller sees it.
pub(super) fn leaving(output: &Output, value: Value) -> Result<Value, Diagnostics> {
    if output.ephemeral.is_none() && value.contains_mark(Marks::EPHEMERAL) {
        let detail = "This output value is not declared as returning an ephemeral value, so it cannot be set to a result \
                      derived from an ephemeral value.";
        let wrong = Diagnostic::error("Ephemeral value not allowed", detail).at(output.value.span);
        return Err(wrong.hint("Declare the output with ephemeral = true.").into());
    }
    if output.ephemeral.is_some() && !value.contains_mark(Marks::EPHEMERAL) {
        let detail = "This output value is declared as returning an ephemeral value, so it can only be set to an \
                      ephemeral value.";
        let wrong = Diagnostic::error("Value not allowed in ephemeral output", detail).at(output.value.span);
        return Err(wrong.hint("Remove ephemeral = true from the output.").into());
    }
    Ok(value.with_marks(Marks::of(output.sensitive, output.ephemeral.is_some())))
}
