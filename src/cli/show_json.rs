//! The state as JSON in Terraform's `show -json` form, format 1.0.
//!
//! **Never:** print a secret: sensitive values are null and flagged. Document: Terraform,
//! "JSON Output Format", values representation.

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Key, Mode};
use crate::state::{Object, State};
use crate::value::{Content, Value};

use super::json::{ty, value};

/// The whole state.
pub(super) fn state(state: &State) -> Json {
    let outputs: Map<String, Json> = state
        .outputs
        .iter()
        .map(|(name, output)| {
            let own = &output.value;
            let shown = value(own, true);
            (name.to_string(), json!({ "sensitive": own.is_sensitive(), "value": shown, "type": ty(&own.ty()) }))
        })
        .collect();
    let resources: Vec<Json> = state.objects.iter().map(|(addr, own)| object(addr, own)).collect();
    json!({
        "format_version": "1.0",
        "terraform_version": crate::cli::commands::version::LANGUAGE,
        "values": { "outputs": outputs, "root_module": { "resources": resources } },
    })
}

/// One object.
pub(super) fn object(addr: &Addr, object: &Object) -> Json {
    let mut json = json!({
        "address": addr.to_string(),
        "mode": if addr.block.mode == Mode::Data { "data" } else { "managed" },
        "type": &*addr.block.kind,
        "name": &*addr.block.name,
        "provider_name": "registry.terraform.io/hashicorp/azurerm",
        "schema_version": object.schema_version,
        "values": value(&object.value, true),
        "sensitive_values": sensitive(&object.value),
        "depends_on": object.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if let Some(fields) = json.as_object_mut() {
        match &addr.key {
            Key::None => {}
            Key::Int(index) => {
                fields.insert("index".into(), (*index).into());
            }
            Key::Str(key) => {
                fields.insert("index".into(), key.to_string().into());
            }
        }
        if object.tainted {
            fields.insert("tainted".into(), true.into());
        }
    }
    json
}

/// True where a value is sensitive, and the shape above it.
fn sensitive(value: &Value) -> Json {
    if value.is_sensitive() {
        return Json::Bool(true);
    }
    match value.content() {
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            Json::Array(members.iter().map(sensitive).collect())
        }
        Content::Map(_, members) | Content::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.to_string(), sensitive(member)));
            Json::Object(members.filter(|(_, json)| *json != Json::Bool(false)).collect())
        }
        _ => Json::Bool(false),
    }
}
