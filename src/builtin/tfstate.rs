//! The outputs of a Terraform state file.
//!
//! **Never:** guess: what is not a state of version 4, whole and with typed outputs, is refused.
//! In: bytes. Out: values of the types that the file gives. Source of the form: Terraform 1.11, state
//! format version 4.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::value::{Members, Name, Number, Type, Value};

/// The outputs of the root module, sensitive ones marked; the error continues "cannot be used:".
pub(super) fn outputs(bytes: &[u8]) -> Result<Members, String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("it is empty, which says nothing about what exists".into());
    }
    let json: Json = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON ({error})"))?;
    match json["version"].as_u64() {
        Some(4) => {}
        Some(version) => return Err(format!("it has the version {version}, and version 4 is what can be read")),
        None => return Err("it has no version, so it is no Terraform state".into()),
    }
    if !json["lineage"].is_string() || !json["serial"].is_number() {
        return Err("it has no lineage or serial, so it is no whole Terraform state".into());
    }
    let mut found = Members::new();
    let outputs = match &json["outputs"] {
        Json::Object(outputs) => outputs,
        _ => return Err("it has no outputs, not even an empty object of them".into()),
    };
    for (name, output) in outputs {
        let wrong = |why: String| format!("the output \"{name}\" {why}");
        let ty = read_type(&output["type"]).map_err(wrong)?;
        let value = output.get("value").ok_or_else(|| wrong("has no value".into()))?;
        let value = read(value, &ty).map_err(wrong)?;
        let value = if output["sensitive"] == true { value.sensitive() } else { value };
        found.insert(name.as_str().into(), value);
    }
    Ok(found)
}

fn read_type(json: &Json) -> Result<Type, String> {
    let unknown = || format!("has the type {json}, which cannot be read");
    match json {
        Json::String(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(unknown()),
        },
        Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
            (Some("list"), Some(element)) => Ok(Type::list(read_type(element)?)),
            (Some("set"), Some(element)) => Ok(Type::set(read_type(element)?)),
            (Some("map"), Some(element)) => Ok(Type::map(read_type(element)?)),
            (Some("tuple"), Some(Json::Array(elements))) => {
                Ok(Type::tuple(elements.iter().map(read_type).collect::<Result<_, _>>()?))
            }
            (Some("object"), Some(Json::Object(members))) => {
                let members = members.iter().map(|(name, ty)| Ok((Name::from(name.as_str()), read_type(ty)?)));
                Ok(Type::object(members.collect::<Result<BTreeMap<_, _>, String>>()?))
            }
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn read(json: &Json, ty: &Type) -> Result<Value, String> {
    let unfit = || format!("has a value that does not fit its type {ty}");
    let all = |elements: &[Json], ty: &Type| elements.iter().map(|json| read(json, ty)).collect::<Result<Vec<_>, _>>();
    match (json, ty) {
        (Json::Null, _) => Ok(Value::null(ty.clone())),
        (Json::String(text), Type::String) => Ok(Value::string(text.as_str())),
        (Json::Bool(value), Type::Bool) => Ok(Value::bool(*value)),
        (Json::Number(number), Type::Number) => Number::parse(&number.to_string()).map(Value::number).ok_or_else(unfit),
        (Json::Array(elements), Type::List(element)) => Ok(Value::list((**element).clone(), all(elements, element)?)),
        (Json::Array(elements), Type::Set(element)) => Ok(Value::set((**element).clone(), all(elements, element)?)),
        (Json::Array(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let elements = elements.iter().zip(types.iter()).map(|(json, ty)| read(json, ty));
            Ok(Value::tuple(elements.collect::<Result<_, _>>()?))
        }
        (Json::Object(members), Type::Map(element)) => {
            let members = members.iter().map(|(name, json)| Ok((Name::from(name.as_str()), read(json, element)?)));
            Ok(Value::map((**element).clone(), members.collect::<Result<_, String>>()?))
        }
        (Json::Object(members), Type::Object(types)) => {
            let member =
                |(name, ty): (&Name, &Type)| Ok((name.clone(), read(members.get(&**name).unwrap_or(&Json::Null), ty)?));
            Ok(Value::object(types.iter().map(member).collect::<Result<_, String>>()?))
        }
        // A type inside a dynamic value stands beside it.
        (Json::Object(members), Type::Dynamic) => match (members.get("type"), members.get("value")) {
            (Some(ty), Some(value)) => read(value, &read_type(ty)?),
            _ => Err(unfit()),
        },
        _ => Err(unfit()),
    }
}
