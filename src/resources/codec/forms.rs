//! The forms in which a single attribute stands in a body, each written and read side by side.
//!
//! **Never:** decide what an absent attribute means; `decode` does.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::resources::ids;
use crate::resources::table::{Form, Row};
use crate::value::{Content, Members, Number, Type, Value};

use super::json::{find, member};
use super::{mirror, pairs};

/// Writes a known value; nothing if it says nothing.
pub(super) fn write(row: &Row, value: &Value) -> Option<Json> {
    let texts = || value.as_sequence().unwrap_or_default().iter().filter_map(Value::as_str);
    match row.form {
        Form::Plain | Form::Word(_) => plain(value).filter(|written| says_something(row, written)),
        Form::Region => value.as_str().map(|text| Json::from(ids::region(text))),
        Form::Joined => Some(texts().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty()).map(Json::from),
        Form::Ids => some(texts().map(|id| json!({ "id": id })).collect()),
        Form::Keys => {
            let keys: Map<String, Json> = texts().map(|id| (id.to_owned(), json!({}))).collect();
            (!keys.is_empty()).then_some(Json::Object(keys))
        }
        Form::Pairs => some(pairs::write(value, "value")),
        Form::SecurePairs(..) => some(pairs::write(value, "secureValue")),
        Form::ReferencePairs => some(pairs::write(value, "secureValueReference")),
        Form::Json => value.as_str().and_then(|text| serde_json::from_str(text).ok()),
        Form::OfFirst(_) => value.as_str().filter(|text| !text.is_empty()).map(Json::from),
        Form::PortsOr(_) => some(ports(value)),
        Form::Presence => (value.as_bool() == Some(true)).then(|| json!({})),
        Form::Hatch(write, _) => value.as_str().and_then(write),
        Form::Absent | Form::Segment | Form::Identity | Form::Mirror => None,
    }
}

fn some(items: Vec<Json>) -> Option<Json> {
    (!items.is_empty()).then_some(Json::Array(items))
}

fn says_something(row: &Row, written: &Json) -> bool {
    match written {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Number(number) => !row.zero_is_unset || number.as_f64() != Some(0.0),
        Json::Bool(_) => true,
    }
}

pub(super) fn plain(value: &Value) -> Option<Json> {
    Some(match value.content() {
        Content::Null(_) | Content::Unknown { .. } => return None,
        Content::Bool(value) => Json::Bool(*value),
        Content::Number(number) => serde_json::from_str(&number.to_string()).ok()?,
        Content::String(text) => Json::from(&**text),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => {
            items.iter().filter_map(plain).collect()
        }
        Content::Map(_, members) | Content::Object(members) => {
            let members = members.iter().filter_map(|(name, member)| Some((name.to_string(), plain(member)?)));
            Json::Object(members.collect())
        }
    })
}

/// Ports as the body has them.
pub(super) fn ports(set: &Value) -> Vec<Json> {
    set.as_sequence()
        .unwrap_or_default()
        .iter()
        .filter_map(port)
        .map(|(port, protocol)| write_port(port, &protocol))
        .collect()
}

/// All ports of all blocks of a name together, once each, in order.
pub(super) fn all_ports(object: &Value, blocks: &str) -> Vec<Json> {
    let blocks = object.get(blocks).and_then(Value::as_sequence).unwrap_or_default();
    let ports = blocks.iter().filter_map(|block| block.get("ports")?.as_sequence()).flatten().filter_map(port);
    let all: BTreeSet<_> = ports.collect();
    all.iter().map(|(port, protocol)| write_port(*port, protocol)).collect()
}

fn write_port(port: i64, protocol: &str) -> Json {
    json!({ "port": port, "protocol": protocol })
}

fn port(port: &Value) -> Option<(i64, String)> {
    Some((port.get("port")?.as_int()?, port.text("protocol").unwrap_or("TCP").to_owned()))
}

/// Reads what lies at the attribute's place; nothing if it says nothing.
pub(super) fn read(row: &Row, ty: &Type, found: &Json, own: Option<&Value>) -> Option<Value> {
    match row.form {
        Form::Plain => value_of(found, ty).filter(|value| !empty(value)),
        Form::Word(words) => {
            let text = found.as_str()?;
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied().unwrap_or(text);
            (!word.is_empty()).then(|| Value::string(word))
        }
        Form::Region => Some(Value::string(ids::region(found.as_str()?))),
        Form::Joined => texts(ty, found.as_str()?.split_whitespace()),
        Form::Ids => texts(ty, found.as_array()?.iter().filter_map(|item| member(item, "id")?.as_str())),
        Form::Keys => texts(ty, found.as_object()?.keys().map(String::as_str)),
        Form::Pairs => pairs::read(found, own),
        Form::ReferencePairs => pairs::read_referred(found, own),
        Form::Json => Some(Value::string(read_json(found, own))),
        Form::OfFirst(name) => {
            let text = member(found.as_array()?.first()?, name)?.as_str()?;
            (!text.is_empty()).then(|| Value::string(text))
        }
        Form::Mirror => mirror::read(found, ty),
        Form::PortsOr(_) => {
            let ports: Vec<Value> = found.as_array()?.iter().filter_map(read_port).collect();
            (!ports.is_empty()).then(|| Value::set(port_type(), ports))
        }
        Form::Presence => Some(Value::bool(true)),
        Form::Hatch(_, read) => read(found).map(Value::string),
        Form::Identity => read_identity(found, ty),
        Form::Absent | Form::Segment | Form::SecurePairs(..) => None,
    }
}

/// Whether a value says no more than null does.
pub(super) fn empty(value: &Value) -> bool {
    match value.content() {
        Content::Null(_) => true,
        Content::String(text) => text.is_empty(),
        Content::List(_, items) | Content::Set(_, items) => items.is_empty(),
        Content::Map(_, members) => members.values().all(Value::is_null),
        _ => false,
    }
}

fn port_type() -> Type {
    Type::object_of(&[("port", Type::Number), ("protocol", Type::String)])
}

fn read_port(body: &Json) -> Option<Value> {
    let protocol = member(body, "protocol").and_then(Json::as_str).unwrap_or("TCP").to_ascii_uppercase();
    let port = value_of(member(body, "port")?, &Type::Number)?;
    Some(Value::object(Members::from([("port".into(), port), ("protocol".into(), Value::string(protocol))])))
}

fn texts<'t>(ty: &Type, texts: impl Iterator<Item = &'t str>) -> Option<Value> {
    let texts: Vec<Value> = texts.map(Value::string).collect();
    if texts.is_empty() {
        return None;
    }
    Some(match ty {
        Type::Set(_) => Value::set(Type::String, texts),
        _ => Value::list(Type::String, texts),
    })
}

/// JSON as text: our own, if it says the same.
fn read_json(found: &Json, own: Option<&Value>) -> String {
    let same = |text: &&str| serde_json::from_str::<Json>(text).is_ok_and(|own| own == *found);
    own.and_then(Value::as_str).filter(same).map_or_else(|| found.to_string(), str::to_owned)
}

fn read_identity(found: &Json, ty: &Type) -> Option<Value> {
    let kind = find(found, "type").and_then(Json::as_str).filter(|kind| !kind.eq_ignore_ascii_case("None"))?;
    let ids = find(found, "userAssignedIdentities").and_then(Json::as_object);
    let ids = ids.into_iter().flat_map(Map::keys).map(|id| Value::string(&**id)).collect();
    let text = |name: &str| {
        let found = find(found, name).and_then(Json::as_str);
        found.map_or_else(|| Value::null(Type::String), Value::string)
    };
    let identity = Value::object(Members::from([
        ("type".into(), Value::string(kind)),
        ("identity_ids".into(), Value::list(Type::String, ids)),
        ("principal_id".into(), text("principalId")),
        ("tenant_id".into(), text("tenantId")),
    ]));
    let Type::List(element) = ty else { return None };
    Some(Value::list((**element).clone(), vec![identity]))
}

/// JSON as a value of a type, read with goodwill; nothing if it cannot be one.
pub(super) fn value_of(json: &Json, ty: &Type) -> Option<Value> {
    match (json, ty) {
        (Json::Null, _) => None,
        (Json::Bool(value), Type::Bool) => Some(Value::bool(*value)),
        (Json::String(text), Type::Bool) => text.to_ascii_lowercase().parse().ok().map(Value::bool),
        (Json::Number(number), Type::Number) => Number::parse(&number.to_string()).map(Value::number),
        (Json::String(text), Type::Number) => Number::parse(text).map(Value::number),
        (Json::String(text), Type::String) => Some(Value::string(&**text)),
        (Json::Number(_) | Json::Bool(_), Type::String) => Some(Value::string(json.to_string())),
        (Json::Array(items), Type::List(element)) => {
            let items = items.iter().filter_map(|item| value_of(item, element)).collect();
            Some(Value::list((**element).clone(), items))
        }
        (Json::Array(items), Type::Set(element)) => {
            let items = items.iter().filter_map(|item| value_of(item, element)).collect();
            Some(Value::set((**element).clone(), items))
        }
        (Json::Object(members), Type::Map(element)) => {
            let members =
                members.iter().filter_map(|(name, item)| Some((name.as_str().into(), value_of(item, element)?)));
            Some(Value::map((**element).clone(), members.collect()))
        }
        _ => None,
    }
}
