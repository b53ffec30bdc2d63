//! Functions on numbers.
//!
//! **Never:** go through binary floats where digits could be lost; `log` and `pow` do because
//! Terraform's do.

use std::cmp::Ordering;

use crate::value::{Number, Type, Value};

use super::machine;
use super::row::{Fault, Kind, Outcome, Row, any, bad, number};
use crate::lang::eval::conversion::convert_to;

pub(super) const ROWS: &[Row] = &[
    Row::new("abs", &[number("num")], Kind::Number, |args, _| each(args, Number::abs)),
    Row::new("ceil", &[number("num")], Kind::Number, |args, _| each(args, Number::ceil)),
    Row::new("floor", &[number("num")], Kind::Number, |args, _| each(args, Number::floor)),
    Row::new("log", &[number("num"), number("base")], Kind::Number, log),
    Row::new("max", &[], Kind::Number, |args, _| extreme(args, Ordering::Greater)).rest(number("numbers")),
    Row::new("min", &[], Kind::Number, |args, _| extreme(args, Ordering::Less)).rest(number("numbers")),
    Row::typed("parseint", &[any("number"), number("base")], parseint_type, parseint),
    Row::new("pow", &[number("num"), number("power")], Kind::Number, pow),
    Row::new("signum", &[number("num")], Kind::Number, signum),
    Row::typed("sum", &[any("list")], |_| Ok(Type::Number), sum),
];

/// An argument that the table says is a number.
pub(super) fn take_number(args: &[Value], index: usize) -> Result<&Number, Fault> {
    args.get(index).and_then(Value::as_number).ok_or_else(|| Fault::Argument(index, "a number is required".into()))
}

/// An argument that must be a whole number of ordinary size.
pub(super) fn take_int(args: &[Value], index: usize) -> Result<i64, Fault> {
    take_number(args, index)?.as_i64().ok_or_else(|| Fault::Call(NOT_WHOLE.into()))
}

/// What Terraform says of a number that is not a whole one of ordinary size.
pub(super) const NOT_WHOLE: &str = "value must be a whole number, between -9223372036854775808 and 9223372036854775807";

fn each(args: &[Value], change: fn(&Number) -> Number) -> Outcome {
    Ok(Value::number(change(take_number(args, 0)?)))
}

fn float(value: f64) -> Outcome {
    if value.is_nan() {
        return Err("the result is not a number".into());
    }
    Ok(Value::number(Number::from_f64(value)))
}

fn log(args: &[Value], _: &Type) -> Outcome {
    float(machine::ln(take_float(args, 0)?) / machine::ln(take_float(args, 1)?))
}

fn pow(args: &[Value], _: &Type) -> Outcome {
    float(machine::pow(take_float(args, 0)?, take_float(args, 1)?))
}

/// A number as a float of the machine, which must not be too large for it, but may be infinite.
fn take_float(args: &[Value], index: usize) -> Result<f64, Fault> {
    let number = take_number(args, index)?;
    let near = number.as_f64();
    if near.is_infinite() && !number.is_infinite() {
        return Err(format!("value must be between {:e} and {:e}", f64::MIN, f64::MAX).into());
    }
    Ok(near)
}

/// The first of the numbers that no other exceeds in the given direction.
fn extreme(args: &[Value], beyond: Ordering) -> Outcome {
    let numbers = args.iter().filter_map(Value::as_number);
    let best = numbers.reduce(|best, number| if number.cmp(best) == beyond { number } else { best });
    best.cloned().map(Value::number).ok_or_else(|| "must pass at least one number".into())
}

fn signum(args: &[Value], _: &Type) -> Outcome {
    Ok(Value::int(take_int(args, 0)?.signum()))
}

fn parseint_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].ty() {
        Type::String | Type::Dynamic => Ok(Type::Number),
        other => bad(0, format!("first argument must be a string, not {}", other.friendly())),
    }
}

fn parseint(args: &[Value], _: &Type) -> Outcome {
    let base = match u32::try_from(take_int(args, 1).unwrap_or(0)) {
        Ok(base @ 2..=62) => base,
        _ => return bad(1, "base must be a whole number between 2 and 62 inclusive"),
    };
    let text = args[0].as_str().unwrap_or_default();
    let wrong = || Fault::Argument(0, format!("cannot parse {text:?} as a base {base} integer"));
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return Err(wrong());
    }
    let mut result = num_bigint::BigInt::from(0);
    for letter in digits.chars() {
        let digit = match letter {
            '0'..='9' => letter as u32 - '0' as u32,
            'a'..='z' => letter as u32 - 'a' as u32 + 10,
            'A'..='Z' if base <= 36 => letter as u32 - 'A' as u32 + 10,
            'A'..='Z' => letter as u32 - 'A' as u32 + 36,
            _ => return Err(wrong()),
        };
        if digit >= base {
            return Err(wrong());
        }
        result = result * base + digit;
    }
    let result = if negative { -result } else { result };
    Ok(Value::number(Number::from(result)))
}

fn sum(args: &[Value], _: &Type) -> Outcome {
    let list = &args[0];
    let members: Vec<&Value> = list.children().collect();
    if matches!(list.ty(), Type::Bool | Type::Number | Type::String) {
        return bad(0, "cannot sum noniterable");
    }
    if members.is_empty() {
        return bad(0, "cannot sum an empty list");
    }
    if list.as_sequence().is_none() {
        return bad(0, format!("argument must be list, set, or tuple. Received {}", list.ty().friendly()));
    }
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    let mut total: Option<Number> = None;
    for member in members {
        let number = convert_to(member, &Type::Number).ok();
        let Some(number) = number.as_ref().and_then(Value::as_number) else {
            return bad(0, "argument must be list, set, or tuple of number values");
        };
        total = Some(match total {
            Some(so_far) => so_far.add(number).ok_or("can't compute sum of opposing infinities")?,
            None => number.clone(),
        });
    }
    Ok(total.map_or_else(|| Value::int(0), Value::number))
}
