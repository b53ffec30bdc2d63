//! The tables of Azure kinds: their codec, their checks, their costs, and the port over them.

mod advice;
mod bodies;
mod calls;
mod checks;
mod costs;
mod generate;
mod operate;
mod recognise;
mod roundtrip;

use acier::resources::schemas;
use acier::schema::{Block, Nesting};
use acier::value::convert::convert;
use acier::value::{Members, Number, Type, Value};
use serde_json::Value as Json;

/// JSON as a value without types.
fn loose(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(value) => Value::bool(*value),
        Json::Number(number) => Value::number(Number::parse(&number.to_string()).unwrap()),
        Json::String(text) if text == "<unknown>" => Value::unknown(Type::Dynamic),
        Json::String(text) => Value::string(&**text),
        Json::Array(items) => Value::tuple(items.iter().map(loose).collect()),
        Json::Object(members) => {
            Value::object(members.iter().map(|(name, member)| (name.as_str().into(), loose(member))).collect())
        }
    }
}

/// What a configuration of these members becomes: defaults filled in, all else null or no blocks.
fn configured(block: &Block, json: &Json) -> Value {
    let mut members = Members::new();
    for attribute in &block.attributes {
        let given = json.get(&*attribute.name).map(loose).filter(|value| !value.is_null());
        let given = given.or_else(|| attribute.default.clone().filter(|_| !attribute.as_blocks));
        let value = given.unwrap_or_else(|| Value::null(attribute.ty.clone()));
        members.insert(attribute.name.clone(), convert(&value, &attribute.ty).unwrap());
    }
    for nested in &block.blocks {
        let blocks = json.get(&*nested.name);
        let value = if blocks.is_some_and(|blocks| blocks == "<unknown>") {
            Value::unknown(Type::list(nested.block.ty()))
        } else {
            let blocks = blocks.and_then(Json::as_array).into_iter().flatten();
            let blocks: Vec<Value> = blocks.map(|block| configured(&nested.block, block)).collect();
            match nested.nesting {
                Nesting::List => Value::list(nested.block.ty(), blocks),
                Nesting::Set => Value::set(nested.block.ty(), blocks),
            }
        };
        members.insert(nested.name.clone(), value);
    }
    let known: Vec<&str> = members.keys().map(|name| &**name).collect();
    for name in json.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "the test gives {name}, which there is not");
    }
    Value::object(members)
}

/// A container group of these members.
fn group(json: &Json) -> Value {
    configured(&schemas().managed["azurerm_container_group"].block, json)
}

/// A resource group of these members.
fn resource_group(json: &Json) -> Value {
    configured(&schemas().managed["azurerm_resource_group"].block, json)
}

/// The same members with others laid over them.
fn with(base: &Json, over: &Json) -> Json {
    let mut all = base.clone();
    for (name, member) in over.as_object().unwrap() {
        all[name] = member.clone();
    }
    all
}
