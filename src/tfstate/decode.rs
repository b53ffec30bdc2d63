//! JSON of a state file to values, by the schema of a kind.
//!
//! **Never:** refuse what a schema does not know: it is named, and the caller decides. In: JSON and a
//! schema. Out: a value that has every member of the schema, defaults where the file has none.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::schema::{Attribute, Block, Nesting, Usage};
use crate::value::convert::convert;
use crate::value::{Marks, Members, Name, Number, Type, Value};

/// What was found beside the value.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Whether zero values stand for nothing where nothing may be said.
    pub(super) zero_is_nothing: bool,
    /// Where a value does not fit, and why.
    pub(super) wrong: Vec<String>,
    /// Places that hold something for which the schema has no place.
    pub(super) unknown: Vec<String>,
}

impl Findings {
    /// Notes what does not fit at a place, and gives nothing instead.
    pub(super) fn refuse(&mut self, at: &str, why: String) -> Value {
        self.wrong.push(format!("{at}: {why}"));
        Value::null(Type::Dynamic)
    }
}

/// The object that a block's JSON says.
pub(super) fn block(schema: &Block, json: &Json, at: &str, found: &mut Findings) -> Value {
    let empty = serde_json::Map::new();
    let given = json.as_object().unwrap_or(&empty);
    let mut members = Members::new();
    for attribute in &schema.attributes {
        let place = join(at, &attribute.name);
        let value = match given.get(&*attribute.name) {
            // Where azurerm has nothing to say it writes an empty text, a zero or an empty collection.
            Some(json) if found.zero_is_nothing && is_zero(json) && may_be_null(attribute) => {
                Value::null(attribute.ty.clone())
            }
            Some(json) => typed(json, &attribute.ty, &place, found),
            None => match &attribute.default {
                Some(default) if !attribute.as_blocks => default.clone(),
                _ => Value::null(attribute.ty.clone()),
            },
        };
        members.insert(attribute.name.clone(), value);
    }
    for nested in &schema.blocks {
        let place = join(at, &nested.name);
        let inner = given.get(&*nested.name).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let inner: Vec<Value> = inner
            .iter()
            .enumerate()
            .map(|(index, json)| block(&nested.block, json, &format!("{place}[{index}]"), found))
            .collect();
        let value = match nested.nesting {
            Nesting::List => Value::list(nested.block.ty(), inner),
            Nesting::Set => Value::set(nested.block.ty(), inner),
        };
        members.insert(nested.name.clone(), value);
    }
    for (name, json) in given {
        // Time limits are configuration; states hold a copy that nothing reads.
        let kept = members.contains_key(&**name) || at.is_empty() && name == "timeouts";
        if !kept && says(json) {
            found.unknown.push(join(at, name));
        }
    }
    Value::object(members)
}

/// Whether JSON says anything.
fn says(json: &Json) -> bool {
    !json.is_null() && *json != Json::Bool(false) && !is_zero(json)
}

fn is_zero(json: &Json) -> bool {
    match json {
        Json::String(text) => text.is_empty(),
        Json::Array(members) => members.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

fn may_be_null(attribute: &Attribute) -> bool {
    attribute.usage != Usage::Required && attribute.default.is_none()
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// A value of a type. Of a dynamic one the file says the type beside the value.
pub(super) fn typed(json: &Json, ty: &Type, at: &str, found: &mut Findings) -> Value {
    let mut wrong = |why: String| {
        found.wrong.push(format!("{at}: {why}"));
        Value::null(ty.clone())
    };
    match (json, ty) {
        (Json::Null, _) => Value::null(ty.clone()),
        (Json::Object(pair), Type::Dynamic) => match (pair.get("value"), pair.get("type").and_then(self::ty)) {
            (Some(value), Some(ty)) => typed(value, &ty, at, found),
            _ => wrong("a value with its type is required".into()),
        },
        (_, Type::Bool | Type::Number | Type::String) => match plain(json) {
            Some(value) => convert(&value, ty).unwrap_or_else(|mismatch| wrong(mismatch.message)),
            None => wrong(format!("{} required", article(ty))),
        },
        (Json::Array(members), Type::List(element) | Type::Set(element)) => {
            let members = members.iter().enumerate();
            let members = members.map(|(index, json)| typed(json, element, &format!("{at}[{index}]"), found)).collect();
            let element = (**element).clone();
            if matches!(ty, Type::List(_)) { Value::list(element, members) } else { Value::set(element, members) }
        }
        (Json::Array(members), Type::Tuple(elements)) if members.len() == elements.len() => {
            let pairs = members.iter().zip(elements.iter()).enumerate();
            Value::tuple(pairs.map(|(index, (json, ty))| typed(json, ty, &format!("{at}[{index}]"), found)).collect())
        }
        (Json::Object(members), Type::Map(element)) => {
            let members = members.iter();
            let members = members.map(|(key, json)| (key.as_str().into(), typed(json, element, &join(at, key), found)));
            Value::map((**element).clone(), members.collect())
        }
        (Json::Object(given), Type::Object(attributes)) => {
            for (name, json) in given.iter().filter(|(name, _)| !attributes.contains_key(&***name)) {
                if says(json) {
                    found.unknown.push(join(at, name));
                }
            }
            let members = attributes.iter().map(|(name, ty)| {
                let json = given.get(&**name).unwrap_or(&Json::Null);
                (name.clone(), typed(json, ty, &join(at, name), found))
            });
            Value::object(members.collect())
        }
        _ => wrong(format!("{} required", article(ty))),
    }
}

fn article(ty: &Type) -> String {
    format!("{} is", ty.friendly())
}

fn plain(json: &Json) -> Option<Value> {
    match json {
        Json::Bool(own) => Some(Value::bool(*own)),
        Json::Number(number) => Number::parse(&number.to_string()).map(Value::number),
        Json::String(text) => Some(Value::string(text.as_str())),
        _ => None,
    }
}

/// A type from the form in which states write it: `"string"`, `["list", "string"]`.
pub(super) fn ty(json: &Json) -> Option<Type> {
    if let Some(word) = json.as_str() {
        return match word {
            "dynamic" => Some(Type::Dynamic),
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            _ => None,
        };
    }
    let [word, inner] = json.as_array()?.as_slice() else { return None };
    match word.as_str()? {
        "list" => ty(inner).map(Type::list),
        "set" => ty(inner).map(Type::set),
        "map" => ty(inner).map(Type::map),
        "tuple" => inner.as_array()?.iter().map(ty).collect::<Option<Vec<_>>>().map(Type::tuple),
        "object" => {
            let members = inner.as_object()?.iter();
            let members = members.map(|(name, json)| Some((Name::from(name.as_str()), ty(json)?)));
            members.collect::<Option<BTreeMap<_, _>>>().map(Type::object)
        }
        _ => None,
    }
}

/// Changes what a path of a state file names. Members of sets have no path: the set is changed, and
/// so is the nearest value around a place that is not there.
pub(super) fn at(value: &Value, path: &[Json], change: &dyn Fn(&Value) -> Value) -> Value {
    let Some((step, rest)) = path.split_first() else { return change(value) };
    let key = step.get("value").map(|value| value.get("value").unwrap_or(value));
    let name = key.and_then(Json::as_str);
    let index = key.and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
    let is_set = matches!(value.ty(), Type::Set(_));
    let mut names = value.as_members().into_iter().flat_map(|members| members.keys().cloned());
    let (mut position, mut hit) = (0, false);
    let changed = value.map_children(|child| {
        let is_it = match (names.next(), name, index) {
            (Some(own), Some(name), _) => *own == *name,
            (None, _, Some(index)) => index == position && !is_set,
            _ => false,
        };
        position += 1;
        hit |= is_it;
        if is_it { at(child, rest, change) } else { child.clone() }
    });
    if hit || value.is_null() { changed } else { change(value) }
}

/// The same value, sensitive.
pub(super) fn sensitive(value: &Value) -> Value {
    value.clone().with_marks(Marks::SENSITIVE)
}
