//! Objects that are only read, member by member as the cloud has them.
//!
//! **Never:** write. A member in snake case stands in camel case in the body, or so inside its
//! `properties`; what is absent is null, and one object where a list is wanted is a list of one.

use serde_json::Value as Json;

use crate::value::{Type, Value};

use super::forms::value_of;
use super::json::member;

/// Reads a value of a type.
pub(super) fn read(found: &Json, ty: &Type) -> Option<Value> {
    match (ty, found) {
        (Type::Object(members), Json::Object(_)) => {
            let members = members.iter().map(|(name, ty)| {
                let inner = look(found, &camel(name)).and_then(|inner| read(inner, ty));
                (name.clone(), inner.unwrap_or_else(|| Value::null(ty.clone())))
            });
            Some(Value::object(members.collect()))
        }
        (Type::List(element), Json::Array(items)) => {
            let items = items.iter().filter_map(|item| read(item, element));
            Some(Value::list((**element).clone(), items.collect()))
        }
        (Type::List(element), Json::Object(_)) => Some(Value::list((**element).clone(), vec![read(found, element)?])),
        _ => value_of(found, ty),
    }
}

fn look<'j>(body: &'j Json, name: &str) -> Option<&'j Json> {
    let found = member(body, name).or_else(|| member(member(body, "properties")?, name));
    found.filter(|found| !found.is_null())
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}
