//! Functions on lists, maps, tuples and objects.
//!
//! **Never:** lose which members are unknown or marked: most functions here move members, they
//! do not look at them.

use unicode_segmentation::UnicodeSegmentation;

use crate::value::{Content, Members, Type, Value};

use super::row::{Fault, Kind, Outcome, Row, any, bad};

pub(super) const ROWS: &[Row] = &[
    Row::new("length", &[any("value").unknown()], Kind::Number, length),
    Row::typed("keys", &[any("inputMap").unknown().marked()], keys_type, keys),
    Row::typed("merge", &[], merge_type, merge).rest(any("maps").nullable().unknown().marked()),
];

fn length(args: &[Value], _: &Type) -> Outcome {
    let value = &args[0];
    if let Some(text) = value.as_str() {
        return Ok(Value::int(i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX)));
    }
    let count = match (value.content(), value.ty()) {
        (_, Type::Tuple(elements)) => elements.len(),
        (_, Type::Object(members)) => members.len(),
        (Content::Unknown { .. }, Type::Bool | Type::Number) | (_, Type::Bool | Type::Number) => {
            return bad(0, "argument must be a string, a collection type, or a structural type");
        }
        (Content::Unknown { .. }, _) => return Ok(Value::unknown(Type::Number)),
        (Content::Set(_, members), _) if members.len() > 1 && !value.is_wholly_known() => {
            return Ok(Value::unknown(Type::Number));
        }
        _ => value.children().count(),
    };
    Ok(Value::int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn keys_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].ty() {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(members) => Ok(Type::tuple(members.keys().map(|_| Type::String).collect())),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => bad(0, "must have map or object type"),
    }
}

fn keys(args: &[Value], want: &Type) -> Outcome {
    let value = &args[0];
    let names: Vec<Value> = match (value.content(), value.ty()) {
        (_, Type::Object(members)) => members.keys().map(|name| Value::string(name.clone())).collect(),
        (Content::Map(_, members), _) => members.keys().map(|name| Value::string(name.clone())).collect(),
        _ => return Ok(Value::unknown(want.clone()).with_marks(value.marks())),
    };
    let result = if matches!(want, Type::List(_)) { Value::list(Type::String, names) } else { Value::tuple(names) };
    Ok(result.with_marks(value.marks()))
}

fn merge_type(args: &[Value]) -> Result<Type, Fault> {
    for value in args.iter().filter(|value| !value.is_null()) {
        if !matches!(value.ty(), Type::Map(_) | Type::Object(_) | Type::Dynamic) {
            return Err(format!("arguments must be maps or objects, got {:?}", value.ty().friendly()).into());
        }
    }
    let given: Vec<&Value> = args.iter().filter(|value| !value.is_null()).collect();
    let Some(first) = given.first() else { return Ok(Type::object(Default::default())) };
    let first = first.ty();
    if matches!(first, Type::Map(_)) && given.iter().all(|value| value.ty() == first) {
        return Ok(first);
    }
    if given.iter().any(|value| value.is_unknown()) {
        return Ok(Type::Dynamic);
    }
    Ok(Type::object(Default::default()))
}

fn merge(args: &[Value], want: &Type) -> Outcome {
    let marks = args.iter().fold(crate::value::Marks::NONE, |marks, value| marks.union(value.marks()));
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::unknown(want.clone()).with_marks(marks));
    }
    let mut merged = Members::new();
    for members in args.iter().filter_map(Value::as_members) {
        merged.extend(members.iter().map(|(name, member)| (name.clone(), member.clone())));
    }
    let result = match want {
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    };
    Ok(result.with_marks(marks))
}
