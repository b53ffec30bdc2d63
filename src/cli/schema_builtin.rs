//! The built-in kinds as reference pages and as JSON, beside those of Azure.
//!
//! **Never:** say what no schema says. In: schemas. Out: text, or JSON of the same form as `schema_json`.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::plan::json::values::ty;
use crate::schema::{Cost, Schema, Usage};

/// The names of the kinds.
pub(super) fn names() -> Vec<String> {
    let schemas = crate::builtin::schemas();
    schemas.managed.keys().chain(schemas.data.keys()).map(ToString::to_string).collect()
}

/// The pages of all built-in kinds, or of one.
pub(super) fn pages(only: Option<&str>) -> String {
    let schemas = crate::builtin::schemas();
    let managed = schemas.managed.values().map(|schema| ("resource", schema));
    let data = schemas.data.values().map(|schema| ("data source", schema));
    let wanted = |(_, schema): &(&str, &Schema)| only.is_none_or(|only| only == &*schema.kind);
    managed.chain(data).filter(wanted).map(|(what, schema)| page(what, schema)).collect::<Vec<_>>().join("\n")
}

fn page(what: &str, schema: &Schema) -> String {
    let changes = what == "resource";
    let mut text = format!("# {} ({what})\n\nBuilt in: it needs no cloud and no credentials.\n\n", schema.kind);
    text.push_str(if changes {
        "| attribute | type | | changing it | meaning |\n|---|---|---|---|---|\n"
    } else {
        "| attribute | type | | meaning |\n|---|---|---|---|\n"
    });
    for attribute in &schema.block.attributes {
        let usage = match attribute.usage {
            Usage::Required => "required",
            Usage::Optional => "optional",
            Usage::OptionalComputed => "optional, computed",
            Usage::Computed => "computed",
        };
        let _ = write!(text, "| `{}` | `{}` | {usage} |", attribute.name, attribute.ty);
        if changes {
            let change = match (attribute.usage, attribute.cost) {
                (Usage::Computed, _) => "",
                (_, Cost::Replace) => " replaces it",
                _ => " in place",
            };
            let _ = write!(text, "{change} |");
        }
        let _ = writeln!(text, " {} |", attribute.about);
    }
    text
}

/// Adds the built-in kinds to the document of the others.
pub(super) fn add(document: &mut Json, only: Option<&str>) {
    let schemas = crate::builtin::schemas();
    for (place, kinds) in [("resources", &schemas.managed), ("data_sources", &schemas.data)] {
        let Some(all) = document.get_mut(place).and_then(Json::as_object_mut) else { continue };
        let wanted = kinds.iter().filter(|(name, _)| only.is_none_or(|only| only == &***name));
        all.extend(wanted.map(|(name, schema)| (name.to_string(), kind(schema))));
    }
}

fn kind(schema: &Schema) -> Json {
    let attribute = |attribute: &crate::schema::Attribute| {
        let mut all = json!({
            "type": ty(&attribute.ty),
            "required": attribute.usage == Usage::Required,
            "optional": attribute.usage == Usage::Optional,
            "computed": attribute.usage == Usage::Computed,
            "sensitive": false,
            "write_only": false,
            "about": attribute.about,
        });
        if attribute.usage != Usage::Computed {
            all["change"] = json!({ "cost": attribute.cost.word(), "reason": attribute.reason });
        }
        (attribute.name.to_string(), all)
    };
    let attributes: Map<String, Json> = schema.block.attributes.iter().map(attribute).collect();
    json!({ "about": "Built in: it needs no cloud.", "block": { "attributes": attributes, "blocks": {} } })
}
