//! Conversions as the evaluator reports them: Terraform's words for what does not fit.
//!
//! **Never:** convert by itself: `value::convert` does. In: a value and the type that is wanted.
//! Out: the converted value, or the reason as the end of a sentence without full stop.

use crate::value::convert::{convert, convertible};
use crate::value::{Type, Value};

/// Converts a value, or says why not in Terraform's words.
pub(crate) fn convert_to(value: &Value, want: &Type) -> Result<Value, String> {
    // Asked first, because making the type of a large value goes through all of it.
    if *want == Type::Dynamic {
        return Ok(value.clone());
    }
    let have = value.ty();
    if have == *want {
        return Ok(value.clone());
    }
    if !convertible(&have, want) {
        return Err(describe_mismatch(&have, want));
    }
    match convert(value, want) {
        Ok(converted) => Ok(converted),
        Err(mismatch) if want.is_primitive() || value.ty().is_concrete() && !has_any(want) => Err(mismatch.message),
        Err(_) => Err(describe_mismatch(&have, want)),
    }
}

fn has_any(want: &Type) -> bool {
    matches!(want, Type::List(element) | Type::Set(element) | Type::Map(element) if **element == Type::Dynamic)
}

/// What a type lacks to be another, as Terraform says it (go-cty, `convert.MismatchMessage`).
pub(crate) fn describe_mismatch(have: &Type, want: &Type) -> String {
    match (have, want) {
        (Type::Object(have), Type::Object(want)) => {
            let missing: Vec<&str> = want.keys().filter(|name| !have.contains_key(*name)).map(|name| &**name).collect();
            match missing.as_slice() {
                [] => {}
                [one] => return format!("attribute \"{one}\" is required"),
                many => {
                    let quoted: Vec<String> = many.iter().map(|name| format!("\"{name}\"")).collect();
                    let (last, rest) = quoted.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
                    return format!("attributes {}, and {last} are required", rest.join(", "));
                }
            }
            let wrong = want.iter().find_map(|(name, want)| {
                let have = have.get(name)?;
                (!convertible(have, want)).then(|| format!("attribute \"{name}\": {}", describe_mismatch(have, want)))
            });
            wrong.unwrap_or_else(|| "object required".into())
        }
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => same_type("list"),
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => same_type("set"),
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => same_type("map"),
        (Type::Tuple(have), Type::List(want_element) | Type::Set(want_element)) => {
            let wrong = have.iter().enumerate().find(|(_, have)| !convertible(have, want_element));
            match wrong {
                Some((index, have)) => format!("element {index}: {}", describe_mismatch(have, want_element)),
                None => required(want),
            }
        }
        (Type::Object(have), Type::Map(want_element)) => {
            let wrong = have.iter().find(|(_, have)| !convertible(have, want_element));
            match wrong {
                Some((name, have)) => format!("element \"{name}\": {}", describe_mismatch(have, want_element)),
                None => required(want),
            }
        }
        (Type::List(have), Type::List(want)) => incorrect_element("list", have, want),
        (Type::Set(have), Type::Set(want)) => incorrect_element("set", have, want),
        (Type::Map(have), Type::Map(want)) => incorrect_element("map", have, want),
        _ => required(want),
    }
}

fn same_type(kind: &str) -> String {
    format!("all {kind} elements must have the same type")
}

fn incorrect_element(kind: &str, have: &Type, want: &Type) -> String {
    format!("incorrect {kind} element type: {}", describe_mismatch(have, want))
}

fn required(want: &Type) -> String {
    format!("{} required", name_constraint(want))
}

/// The name of a type where `any` may stand in it.
pub(crate) fn name_constraint(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "any type".into(),
        Type::List(element) if **element == Type::Dynamic => "list of any single type".into(),
        Type::Set(element) if **element == Type::Dynamic => "set of any single type".into(),
        Type::Map(element) if **element == Type::Dynamic => "map of any single type".into(),
        Type::List(element) => format!("list of {}", name_constraint(element)),
        Type::Set(element) => format!("set of {}", name_constraint(element)),
        Type::Map(element) => format!("map of {}", name_constraint(element)),
        other => other.friendly(),
    }
}
