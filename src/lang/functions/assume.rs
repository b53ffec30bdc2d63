//! OpenTofu's functions that say what will be true of a value that is not known yet.
//!
//! **Never:** believe it: once the value is known, it is checked. acier keeps one thing in mind of
//! what is not known, that it will not be null; the rest only checks.

use crate::value::convert::convert;
use crate::value::{Type, Value};

use super::numeric::take_int;
use super::row::{Fault, Kind, Outcome, Param, Row, any, bad, number, param, text};
use super::text::take_text;

const LIST: Param = param("list", Kind::List(&Kind::Any)).nullable().unknown().marked();
const SET: Param = param("set", Kind::Set(&Kind::Any)).nullable().unknown().marked();
const MAP: Param = param("map", Kind::Map(&Kind::Any)).nullable().unknown().marked();
const MIN: Param = number("min_length");
const MAX: Param = number("max_length");

pub(super) const ROWS: &[Row] = &[
    Row::typed(
        "assumeequal",
        &[
            any("actual_value").nullable().unknown().dynamic(),
            any("expected_value").nullable().unknown().dynamic().marked(),
        ],
        |args| Ok(args[1].ty()),
        equal,
    )
    .maybe_null(),
    Row::typed("assumenotnull", &[any("value").nullable().unknown().dynamic().marked()], same_type, not_null),
    Row::new(
        "assumestringprefix",
        &[text("string").nullable().unknown().marked(), text("expected_prefix")],
        Kind::String,
        prefix,
    )
    .maybe_null(),
    Row::typed("assumelistlength", &[LIST, MIN, MAX], same_type, between).maybe_null(),
    Row::typed("assumelistlengthmax", &[LIST, MAX], same_type, at_most).maybe_null(),
    Row::typed("assumelistlengthmin", &[LIST, MIN], same_type, at_least).maybe_null(),
    Row::typed("assumemaplength", &[MAP, MIN, MAX], same_type, between).maybe_null(),
    Row::typed("assumemaplengthmax", &[MAP, MAX], same_type, at_most).maybe_null(),
    Row::typed("assumemaplengthmin", &[MAP, MIN], same_type, at_least).maybe_null(),
    Row::typed("assumesetlength", &[SET, MIN, MAX], same_type, between).maybe_null(),
    Row::typed("assumesetlengthmax", &[SET, MAX], same_type, at_most).maybe_null(),
    Row::typed("assumesetlengthmin", &[SET, MIN], same_type, at_least).maybe_null(),
];

fn same_type(args: &[Value]) -> Result<Type, Fault> {
    Ok(args[0].ty())
}

fn equal(args: &[Value], want: &Type) -> Outcome {
    let (actual, expected) = (&args[0], &args[1]);
    let Ok(actual) = convert(actual, want) else {
        return bad(0, format!("it is {}, and {} is expected", actual.ty().friendly(), want.friendly()));
    };
    if actual.is_wholly_known() && expected.is_wholly_known() && !actual.same(expected) {
        return bad(0, "it is not the expected value");
    }
    Ok(expected.clone())
}

fn not_null(args: &[Value], _: &Type) -> Outcome {
    if args[0].is_null() { bad(0, "it is null") } else { Ok(args[0].clone()) }
}

fn prefix(args: &[Value], _: &Type) -> Outcome {
    let expected = take_text(args, 1)?;
    match args[0].as_str() {
        Some(text) if !text.starts_with(expected) => bad(0, format!("it does not begin with {expected:?}")),
        _ => Ok(args[0].clone()),
    }
}

fn at_least(args: &[Value], _: &Type) -> Outcome {
    check(args, take_int(args, 1)?, i64::MAX)
}

fn at_most(args: &[Value], _: &Type) -> Outcome {
    check(args, 0, take_int(args, 1)?)
}

fn between(args: &[Value], _: &Type) -> Outcome {
    check(args, take_int(args, 1)?, take_int(args, 2)?)
}

fn check(args: &[Value], least: i64, most: i64) -> Outcome {
    let collection = &args[0];
    if collection.as_sequence().is_none() && collection.as_members().is_none() {
        return Ok(collection.clone());
    }
    // How many elements a set has is open while one of them is not known.
    let open = matches!(collection.ty(), Type::Set(_)) && !collection.is_wholly_known();
    let count = i64::try_from(collection.children().count()).unwrap_or(i64::MAX);
    if !open && count < least {
        return bad(0, format!("it has {count} elements, and at least {least} are expected"));
    }
    if !open && count > most {
        return bad(0, format!("it has {count} elements, and at most {most} are expected"));
    }
    Ok(collection.clone())
}
