//! Conversions between types and functions on marks.
//!
//! **Never:** convert without saying what was wrong in Terraform's words.

use crate::lang::eval::conversion::name_constraint;
use crate::value::convert::{convert, convertible};
use crate::value::{Content, Marks, Type, Value};

use super::row::{Fault, Kind, Outcome, Row, any, bad};

const INPUT: super::row::Param = any("v").nullable().dynamic().marked();
const MARKED: super::row::Param = any("value").nullable().unknown().dynamic().marked();

pub(super) const ROWS: &[Row] = &[
    Row::typed("tobool", &[INPUT], |args| target(args, Type::Bool), change).maybe_null(),
    Row::typed("tolist", &[INPUT], |args| target(args, Type::list(Type::Dynamic)), change).maybe_null(),
    Row::typed("tomap", &[INPUT], |args| target(args, Type::map(Type::Dynamic)), change).maybe_null(),
    Row::typed("tonumber", &[INPUT], |args| target(args, Type::Number), change).maybe_null(),
    Row::typed("toset", &[INPUT], |args| target(args, Type::set(Type::Dynamic)), change).maybe_null(),
    Row::typed("tostring", &[INPUT], |args| target(args, Type::String), change).maybe_null(),
    Row::typed("sensitive", &[MARKED], same_type, |args, _| Ok(args[0].clone().sensitive())).maybe_null(),
    Row::typed("nonsensitive", &[MARKED], same_type, nonsensitive).maybe_null(),
    Row::new("issensitive", &[MARKED], Kind::Bool, issensitive).maybe_null(),
    Row::typed("ephemeralasnull", &[MARKED], same_type, |args, _| Ok(ephemeral_as_null(&args[0]))).maybe_null(),
];

fn same_type(args: &[Value]) -> Result<Type, Fault> {
    Ok(args[0].ty())
}

fn target(args: &[Value], want: Type) -> Result<Type, Fault> {
    let have = args[0].ty();
    if convertible(&have, &want) {
        return Ok(want);
    }
    bad(0, format!("cannot convert {} to {}", have.friendly(), name_constraint(&want)))
}

fn change(args: &[Value], want: &Type) -> Outcome {
    let value = &args[0];
    convert(value, want).or_else(|_| {
        let why = match (value.content(), want) {
            (_, _) if value.contains_mark(Marks::SENSITIVE) => {
                format!("cannot convert this sensitive {} to {}", value.ty().friendly(), name_constraint(want))
            }
            (Content::String(text), Type::Bool) => {
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
            }
            (Content::String(text), Type::Number) => {
                format!("cannot convert {text:?} to number; given string must be a decimal representation of a number")
            }
            _ => format!("cannot convert {} to {}", value.ty().friendly(), name_constraint(want)),
        };
        bad(0, why)
    })
}

fn nonsensitive(args: &[Value], _: &Type) -> Outcome {
    let (plain, marks) = args[0].clone().unmark();
    Ok(plain.with_marks(marks.without(Marks::SENSITIVE)))
}

fn issensitive(args: &[Value], _: &Type) -> Outcome {
    let value = &args[0];
    if value.is_sensitive() {
        return Ok(Value::bool(true));
    }
    // An unknown value may turn out sensitive once it is known.
    Ok(if value.is_unknown() { Value::unknown(Type::Bool) } else { Value::bool(false) })
}

fn ephemeral_as_null(value: &Value) -> Value {
    if value.marks().has(Marks::EPHEMERAL) {
        return Value::null(value.ty()).with_marks(value.marks().without(Marks::EPHEMERAL));
    }
    value.map_children(ephemeral_as_null)
}
