//! Values as JSON, for the commands that print it.
//!
//! **Never:** decide what is secret: `hide` says whether sensitive values become null.

use serde_json::{Map, Value as Json};

use crate::value::{Content, Type, Value};

/// A value as JSON; unknown values are null, and so are sensitive ones when `hide` is set.
pub(super) fn value(value: &Value, hide: bool) -> Json {
    if hide && value.is_sensitive() {
        return Json::Null;
    }
    match value.content() {
        Content::Null(_) | Content::Unknown { .. } => Json::Null,
        Content::Bool(own) => Json::Bool(*own),
        Content::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Content::String(text) => Json::String(text.to_string()),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            Json::Array(members.iter().map(|member| self::value(member, hide)).collect())
        }
        Content::Map(_, members) | Content::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.to_string(), self::value(member, hide)));
            Json::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// A type as Terraform's JSON writes it: `"string"`, `["list", "string"]`, `["object", {...}]`.
pub(super) fn ty(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(element) => Json::Array(vec!["list".into(), self::ty(element)]),
        Type::Set(element) => Json::Array(vec!["set".into(), self::ty(element)]),
        Type::Map(element) => Json::Array(vec!["map".into(), self::ty(element)]),
        Type::Tuple(elements) => Json::Array(vec!["tuple".into(), elements.iter().map(self::ty).collect()]),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, ty)| (name.to_string(), self::ty(ty)));
            Json::Array(vec!["object".into(), Json::Object(attributes.collect::<Map<_, _>>())])
        }
    }
}
