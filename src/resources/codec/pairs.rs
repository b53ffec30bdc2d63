//! Maps that stand in a body as arrays of names with values: environment variables and headers.
//!
//! **Never:** guess a secret. Open, secure and referred variables share one array and come back
//! from it by what each item has: a value, a reference, or neither.

use serde_json::{Value as Json, json};

use crate::value::{Members, Type, Value};

use super::forms::{plain, value_of};
use super::json::member;

/// Items for a map, each value under the name `named`.
pub(super) fn write(map: &Value, named: &str) -> Vec<Json> {
    let members = map.as_members().into_iter().flatten();
    members.filter_map(|(name, value)| Some(json!({ "name": &**name, named: plain(value)? }))).collect()
}

/// A pair without a value is a secure one, unless we know it as an empty one of our own.
fn is_open(item: &Json, name: &str, own: Option<&Value>) -> bool {
    member(item, "value").is_some_and(|value| !value.is_null())
        || own.and_then(|own| own.text(name)).is_some_and(str::is_empty) && !is_referred(item, name, None)
}

/// A pair whose value is a reference, or that we know as one.
fn is_referred(item: &Json, name: &str, own: Option<&Value>) -> bool {
    member(item, "secureValueReference").is_some_and(|value| !value.is_null())
        || own.and_then(|own| own.text(name)).is_some()
}

fn named(items: &Json) -> impl Iterator<Item = (&Json, &str)> {
    let items = items.as_array().into_iter().flatten();
    items.filter_map(|item| Some((item, member(item, "name")?.as_str()?)))
}

fn map(members: Members, own: Option<&Value>) -> Option<Value> {
    (!members.is_empty()).then(|| Value::map(Type::String, with_nulls(members, own)))
}

/// The open pairs of an array.
pub(super) fn read(items: &Json, own: Option<&Value>) -> Option<Value> {
    let open = named(items).filter(|(item, name)| is_open(item, name, own)).map(|(item, name)| {
        let value = member(item, "value").and_then(|value| value_of(value, &Type::String));
        (name.into(), value.unwrap_or_else(|| Value::string("")))
    });
    map(open.collect(), own)
}

/// The pairs of an array whose values are references; where the reference is not named, ours stands.
pub(super) fn read_referred(items: &Json, own: Option<&Value>) -> Option<Value> {
    let referred = named(items).filter(|(item, name)| is_referred(item, name, own)).filter_map(|(item, name)| {
        let value = member(item, "secureValueReference").and_then(|value| value_of(value, &Type::String));
        Some((name.into(), value.or_else(|| own?.get(name).cloned())?))
    });
    map(referred.collect(), own)
}

/// The secure pairs of an array: their values are those of `own`, undisclosed where it has none.
pub(super) fn read_secure(
    items: &Json,
    own: Option<&Value>,
    open: Option<&Value>,
    referred: Option<&Value>,
) -> Option<Value> {
    let secure = named(items)
        .filter(|(item, name)| !is_open(item, name, open) && !is_referred(item, name, referred))
        .map(|(_, name)| (name.into(), own.and_then(|own| own.get(name)).cloned().unwrap_or_else(Value::undisclosed)));
    map(secure.collect(), own)
}

/// Members that are null in `own` were never sent, so their absence says nothing.
fn with_nulls(mut members: Members, own: Option<&Value>) -> Members {
    for (name, value) in own.and_then(Value::as_members).into_iter().flatten() {
        if value.is_null() {
            members.get_or_insert_with(name, || value.clone());
        }
    }
    members
}
