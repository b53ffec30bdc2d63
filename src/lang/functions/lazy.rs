//! Functions that evaluate their own arguments: `try`, `can` and `convert`.
//!
//! **Never:** hide a name that cannot be looked up; the evaluation keeps those errors apart.

use crate::diag::{Diagnostics, Span};
use crate::lang::ast::Call;
use crate::lang::constraint;
use crate::lang::eval::{Answer, Evaluator, fail};
use crate::value::{Type, Value};

use super::row::{Row, any, veiled};

pub(super) const ROWS: &[Row] = &[
    Row::lazy("can", &[any("expression")], can),
    Row::lazy("convert", &[any("value").nullable(), any("type")], to_constraint),
    Row::lazy("try", &[], try_each).rest(any("expressions")),
];

/// OpenTofu's `convert`: the type is written as for a variable.
fn to_constraint(evaluator: &mut Evaluator<'_, '_>, call: &Call, _: Span) -> Answer {
    let [value, ty] = call.args.as_slice() else { return Ok(Value::unknown(Type::Dynamic)) };
    let mut wrong = Diagnostics::none();
    let constraint = constraint::read(ty, &mut wrong);
    let given = evaluator.expr(value)?;
    match constraint {
        Some(constraint) if !wrong.has_errors() => constraint.apply(&given).map_err(|mismatch| {
            let why = veiled(&constraint::describe(&mismatch, false), std::slice::from_ref(&given));
            let why = format!("Invalid value for \"value\" parameter: {why}.");
            fail("Invalid function argument", why, value.span)
        }),
        _ => Err(wrong),
    }
}

fn can(evaluator: &mut Evaluator<'_, '_>, call: &Call, _: Span) -> Answer {
    let Some(expression) = call.args.first() else { return Ok(Value::bool(false)) };
    // Whether a value will be there is unknown while the value is: what it turns out to be may
    // make a later conversion fail.
    Ok(match evaluator.expr(expression) {
        Err(_) => Value::bool(false),
        Ok(value) if value.is_wholly_known() => Value::bool(true),
        Ok(_) => Value::unknown(Type::Bool),
    })
}

fn try_each(evaluator: &mut Evaluator<'_, '_>, call: &Call, _: Span) -> Answer {
    if call.args.is_empty() {
        let why = "Call to function \"try\" failed: at least one argument is required.";
        return Err(fail("Error in function call", why, call.name_span));
    }
    let mut failures = Diagnostics::none();
    for expression in &call.args {
        match evaluator.expr(expression) {
            // What is unknown in it may make it fail later, and then another expression answers:
            // so not even the type is known yet.
            Ok(value) if !value.is_wholly_known() => {
                return Ok(Value::unknown(Type::Dynamic).with_marks(value.unmark_deep().1));
            }
            Ok(value) => return Ok(value),
            Err(errors) => failures.extend(errors),
        }
    }
    let mut why = "Call to function \"try\" failed: no expression succeeded:\n".to_owned();
    for failure in failures.iter() {
        why.push_str(&format!("- {}\n  {}\n", failure.summary, failure.detail));
    }
    why.push_str("\nAt least one expression must produce a successful result.");
    Err(fail("Error in function call", why, call.name_span))
}
