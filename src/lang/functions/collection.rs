//! Functions that look into collections: lengths, searching, choosing, joining.
//!
//! **Never:** decide by an unknown member. What only moves members about is in `sequence`.

use unicode_segmentation::UnicodeSegmentation;

use crate::lang::eval::equals;
use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Bounds, Content, Marks, Members, Name, Number, Type, Value};

use super::numeric::{NOT_WHOLE, take_int};
use super::row::{Fault, Kind, Outcome, Param, Row, any, bad, number, param, text};
use super::text::take_text;

const BOOLS: Kind = Kind::List(&Kind::Bool);
const STRINGS: Kind = Kind::List(&Kind::String);
const LIST: Kind = Kind::List(&Kind::Any);
const WHOLE: Param = any("vals").nullable().unknown().dynamic();

pub(super) const ROWS: &[Row] = &[
    Row::new("alltrue", &[param("list", BOOLS)], Kind::Bool, |args, _| Ok(all_are(&args[0], true))),
    Row::new("anytrue", &[param("list", BOOLS)], Kind::Bool, |args, _| Ok(all_are(&args[0], false))),
    Row::typed("coalesce", &[], coalesce_type, coalesce).rest(WHOLE),
    Row::typed("coalescelist", &[], coalescelist_type, coalescelist).rest(WHOLE),
    Row::new("compact", &[param("list", STRINGS)], STRINGS, compact),
    Row::new("contains", &[any("list"), any("value")], Kind::Bool, contains),
    Row::typed("element", &[any("list").marked(), number("index")], element_type, element).maybe_null(),
    Row::new("index", &[any("list"), any("value")], Kind::Number, index),
    Row::typed("keys", &[any("inputMap").unknown().marked()], keys_type, keys),
    Row::new("length", &[any("value").unknown().dynamic().marked()], Kind::Number, length),
    Row::typed("lookup", &[any("inputMap").marked(), text("key")], lookup_type, lookup)
        .rest(any("default").nullable().unknown().dynamic().marked())
        .maybe_null(),
    Row::typed(
        "matchkeys",
        &[param("values", LIST), param("keys", LIST), param("searchset", LIST)],
        matchkeys_type,
        matchkeys,
    ),
    Row::typed("merge", &[], merge_type, merge).rest(any("maps").nullable().unknown().dynamic().marked()),
    Row::typed("one", &[any("list")], one_type, one).maybe_null(),
    Row::typed("values", &[any("mapping").unknown().marked()], values_type, values),
];

/// `alltrue` and `anytrue`: whether all are `wanted`, said as whether all or any are true.
fn all_are(list: &Value, wanted: bool) -> Value {
    for member in list.children() {
        match member.content() {
            Content::Bool(value) if *value == wanted => {}
            Content::Unknown { .. } => return Value::unknown(Type::Bool),
            Content::Null(_) if !wanted => {}
            _ => return Value::bool(!wanted),
        }
    }
    Value::bool(wanted)
}

fn coalesce_type(args: &[Value]) -> Result<Type, Fault> {
    if args.is_empty() {
        return Err("at least one argument is required".into());
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    unify(&types).ok_or_else(|| "all arguments must have the same type".into())
}

fn coalesce(args: &[Value], want: &Type) -> Outcome {
    for arg in args {
        let value = convert(arg, want).map_err(|mismatch| Fault::Call(mismatch.message))?;
        if value.is_unknown() {
            return Ok(Value::unknown(want.clone()));
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err("no non-null, non-empty-string arguments".into())
}

fn coalescelist_type(args: &[Value]) -> Result<Type, Fault> {
    let Some(first) = args.first() else { return Err("at least one argument is required".into()) };
    for arg in args {
        if arg.is_unknown() {
            return Ok(Type::Dynamic);
        }
        if !matches!(arg.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist arguments must be lists or tuples".into());
        }
    }
    let first = first.ty();
    Ok(if args.iter().all(|arg| arg.ty() == first) { first } else { Type::Dynamic })
}

fn coalescelist(args: &[Value], want: &Type) -> Outcome {
    for arg in args {
        if arg.is_unknown() {
            return Ok(Value::unknown(want.clone()).with_marks(arg.marks()));
        }
        if arg.as_sequence().is_some_and(|members| !members.is_empty()) {
            return Ok(arg.clone());
        }
    }
    Err("no non-null arguments".into())
}

fn compact(args: &[Value], want: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(want.clone()));
    }
    let kept = args[0].children().filter(|member| member.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect()))
}

fn contains(args: &[Value], _: &Type) -> Outcome {
    let Some(members) = args[0].as_sequence() else {
        return Err("argument must be list, tuple, or set".into());
    };
    let mut known = true;
    for member in members {
        match equals(&args[1], member) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    Ok(if known { Value::bool(false) } else { Value::unknown(Type::Bool) })
}

fn element_type(args: &[Value]) -> Result<Type, Fault> {
    // Known tuples and objects are asked for one member's type; making all their types costs more.
    if let (Content::Tuple(members), false) = (args[0].content(), args[1].is_unknown()) {
        return Ok(members[of_tuple(args, members.len())?].ty());
    }
    match args[0].ty() {
        Type::List(element) => Ok((*element).clone()),
        Type::Tuple(_) if args[1].is_unknown() => Ok(Type::Dynamic),
        Type::Tuple(elements) => Ok(elements[of_tuple(args, elements.len())?].clone()),
        other => Err(format!("cannot read elements from {}", other.friendly()).into()),
    }
}

/// A position in a list of a length, which may be counted round and round, also from its end.
fn wrap(args: &[Value], length: usize) -> Result<usize, Fault> {
    let index = take_int(args, 1).map_err(|_| format!("invalid index: {NOT_WHOLE}"))?;
    let rest = i64::try_from(length).ok().and_then(|length| index.checked_rem_euclid(length));
    let position = rest.and_then(|rest| usize::try_from(rest).ok());
    position.ok_or_else(|| "cannot use element function with an empty list".into())
}

/// A position in a tuple, which is not counted from its end, as in Terraform.
fn of_tuple(args: &[Value], length: usize) -> Result<usize, Fault> {
    let position = wrap(args, length)?;
    if position > 0 && take_int(args, 1)? < 0 {
        return Err("cannot use element function with a negative index".into());
    }
    Ok(position)
}

fn element(args: &[Value], want: &Type) -> Outcome {
    let members = args[0].as_sequence().unwrap_or_default();
    let position = wrap(args, members.len())?;
    let member = members.get(position).cloned().unwrap_or_else(|| Value::unknown(want.clone()));
    Ok(member.with_marks(args[0].marks()))
}

fn index(args: &[Value], _: &Type) -> Outcome {
    let members = match args[0].content() {
        Content::List(_, members) | Content::Tuple(members) => members,
        _ => return Err("argument must be a list or tuple".into()),
    };
    if members.is_empty() {
        return Err("cannot search an empty list".into());
    }
    for (position, member) in (0_i64..).zip(members.iter()) {
        match equals(member, &args[1]) {
            Some(true) => return Ok(Value::int(position)),
            Some(false) => {}
            None => return Ok(Value::unknown(Type::Number)),
        }
    }
    Err("item not found".into())
}

fn length(args: &[Value], _: &Type) -> Outcome {
    let value = &args[0];
    let count = match value.content() {
        Content::String(text) => text.graphemes(true).count(),
        Content::Bool(_) | Content::Number(_) => {
            return Err("argument must be a string, a collection type, or a structural type".into());
        }
        Content::Unknown { ty: Type::Bool | Type::Number, .. } => {
            return Err("argument must be a string, a collection type, or a structural type".into());
        }
        Content::Unknown { ty: Type::Tuple(elements), .. } => elements.len(),
        Content::Unknown { ty: Type::Object(members), .. } => members.len(),
        Content::Unknown { ty: Type::Dynamic, .. } => {
            return Ok(Value::unknown(Type::Number).with_marks(value.marks()));
        }
        Content::Unknown { ty: Type::String, .. } => {
            let start = if let Some(Bounds::Start(start)) = value.bounds() { start.graphemes(true).count() } else { 0 };
            return Ok(count_between(start, None).with_marks(value.marks()));
        }
        Content::Unknown { .. } => {
            let (least, most) = value.length_range();
            return Ok(count_between(least, most.or(Some(usize::MAX))).with_marks(value.marks()));
        }
        Content::Set(_, members) if members.len() > 1 && !value.is_wholly_known() => {
            return Ok(count_between(1, Some(members.len())).with_marks(value.marks()));
        }
        Content::Set(_, members) | Content::List(_, members) | Content::Tuple(members) => members.len(),
        _ => value.as_members().map_or(0, Members::len),
    };
    Ok(Value::int(i64::try_from(count).unwrap_or(i64::MAX)).with_marks(value.marks()))
}

/// A number of members that is not known but for its bounds.
fn count_between(least: usize, most: Option<usize>) -> Value {
    let number = |count: usize| Number::from(i64::try_from(count).unwrap_or(i64::MAX));
    Value::unknown_within(Type::Number, Bounds::Number { least: Some(number(least)), most: most.map(number) })
}

fn keys_type(args: &[Value]) -> Result<Type, Fault> {
    if let Content::Object(members) = args[0].content() {
        return Ok(Type::tuple(vec![Type::String; members.len()]));
    }
    match args[0].ty() {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(members) => Ok(Type::tuple(members.keys().map(|_| Type::String).collect())),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => bad(0, "must have map or object type"),
    }
}

fn keys(args: &[Value], want: &Type) -> Outcome {
    let value = &args[0];
    let text = |name: &Name| Value::string(name.clone());
    let result = match value.content() {
        Content::Map(_, members) => Value::list(Type::String, members.keys().map(text).collect()),
        Content::Object(members) => Value::tuple(members.keys().map(text).collect()),
        Content::Unknown { ty: Type::Object(members), .. } => Value::tuple(members.keys().map(text).collect()),
        _ => Value::unknown(want.clone()),
    };
    Ok(result.with_marks(value.marks()))
}

fn values_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(members) => Ok(Type::tuple(members.values().cloned().collect())),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => Err("values() requires a map as the first argument".into()),
    }
}

fn values(args: &[Value], want: &Type) -> Outcome {
    let value = &args[0];
    let result = match value.content() {
        Content::Map(element, members) => Value::list(element.clone(), members.values().cloned().collect()),
        Content::Object(members) => Value::tuple(members.values().cloned().collect()),
        _ => Value::unknown(want.clone()),
    };
    Ok(result.with_marks(value.marks()))
}

fn lookup_type(args: &[Value]) -> Result<Type, Fault> {
    if args.len() > 3 {
        return Err(format!("lookup() takes two or three arguments, got {}", args.len()).into());
    }
    if let (Some(key), Content::Object(members)) = (args[1].as_str(), args[0].content())
        && let Some(member) = members.get(key)
    {
        return Ok(member.ty());
    }
    match args[0].ty() {
        Type::Object(_) if args[1].is_unknown() => Ok(Type::Dynamic),
        Type::Object(members) => {
            let key = take_text(args, 1)?;
            match (members.get(key), args.get(2)) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => bad(0, format!("the given object has no attribute {key:?}")),
            }
        }
        Type::Map(element) => match args.get(2) {
            Some(default) if convert(default, &element).is_err() => {
                bad(2, "the default value must have the same type as the map elements")
            }
            _ => Ok((*element).clone()),
        },
        Type::Dynamic => Ok(Type::Dynamic),
        _ => bad(0, "lookup() requires a map as the first argument"),
    }
}

fn lookup(args: &[Value], want: &Type) -> Outcome {
    let key = take_text(args, 1)?;
    let found = match args[0].get(key) {
        Some(member) => member.clone(),
        None => match args.get(2) {
            Some(default) => convert(default, want).map_err(|mismatch| Fault::Argument(2, mismatch.message))?,
            None => return Err(format!("lookup failed to find key {key:?}").into()),
        },
    };
    Ok(found.with_marks(args[0].marks()))
}

fn matchkeys_type(args: &[Value]) -> Result<Type, Fault> {
    if unify(&[args[1].ty(), args[2].ty()]).is_none() {
        return Err("keys and searchset must be of the same type".into());
    }
    Ok(args[0].ty())
}

fn matchkeys(args: &[Value], want: &Type) -> Outcome {
    let [values, keys, searched] = args else { return Err("three lists are required".into()) };
    let Type::List(element) = want else { return Err("a list is required".into()) };
    let values = values.as_sequence().unwrap_or_default();
    if values.len() != keys.children().count() {
        return Err("length of keys and values should be equal".into());
    }
    let common = unify(&[keys.ty(), searched.ty()]).unwrap_or(Type::Dynamic);
    let common = |list: &Value| convert(list, &common).map_err(|mismatch| Fault::Call(mismatch.message));
    let (keys, searched) = (common(keys)?, common(searched)?);
    if searched.children().next().is_none() || keys.children().next().is_none() {
        return Ok(Value::list((**element).clone(), Vec::new()));
    }
    if !args.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(want.clone()));
    }
    let matched = values.iter().zip(keys.children());
    let matched = matched.filter(|(_, key)| searched.children().any(|wanted| equals(key, wanted) == Some(true)));
    Ok(Value::list((**element).clone(), matched.map(|(value, _)| value.clone()).collect()))
}

fn merge_type(args: &[Value]) -> Result<Type, Fault> {
    for arg in args {
        match arg.ty() {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Map(_) | Type::Object(_) => {}
            other => return Err(format!("arguments must be maps or objects, got {:?}", other.friendly()).into()),
        }
    }
    let mut attributes = std::collections::BTreeMap::new();
    let mut known = true;
    for arg in args {
        match (arg.ty(), arg.content()) {
            (Type::Map(_) | Type::Object(_), Content::Null(_)) => {}
            (Type::Object(members), _) => {
                attributes.extend(members.iter().map(|(name, ty)| (name.clone(), ty.clone())))
            }
            (Type::Map(element), Content::Map(_, members)) => {
                attributes.extend(members.keys().map(|name| (name.clone(), (*element).clone())));
            }
            (Type::Map(_), _) => known = false,
            (other, _) => return Err(format!("arguments must be maps or objects, got {:?}", other.friendly()).into()),
        }
    }
    match args.split_first().map(|(first, rest)| (first.ty(), rest)) {
        Some((first, rest)) if rest.iter().all(|arg| arg.ty() == first) => Ok(first),
        _ if known => Ok(Type::object(attributes)),
        _ => Ok(Type::Dynamic),
    }
}

fn merge(args: &[Value], want: &Type) -> Outcome {
    let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks()));
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::unknown(want.clone()).with_marks(marks));
    }
    let mut parts = Vec::with_capacity(args.len());
    for arg in args.iter().filter(|arg| !arg.is_null()) {
        let Some(members) = arg.as_members() else {
            return Err(format!("arguments must be maps or objects, got {:?}", arg.ty().friendly()).into());
        };
        parts.push(members);
    }
    let merged: Members = parts.into_iter().flatten().map(|(name, member)| (name.clone(), member.clone())).collect();
    let result = match want {
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    };
    Ok(result.with_marks(marks))
}

const ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

fn one_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].ty() {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(elements) => match elements.as_slice() {
            [] => Ok(Type::Dynamic),
            [only] => Ok(only.clone()),
            _ => bad(0, ONE),
        },
        _ => bad(0, ONE),
    }
}

fn one(args: &[Value], want: &Type) -> Outcome {
    match (args[0].as_sequence().unwrap_or_default(), args[0].content()) {
        ([], _) => Ok(Value::null(want.clone())),
        ([only], _) => Ok(only.clone()),
        (_, Content::Set(..)) if !args[0].is_wholly_known() => Ok(Value::unknown(want.clone())),
        _ => bad(0, ONE),
    }
}
