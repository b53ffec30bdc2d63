//! The kinds as JSON: all that their tables say.
//!
//! **Never:** say what no table says. In: kinds. Out: one document, in the tables' order.

use serde_json::{Map, Value as Json, json};

use crate::plan::json::values::{Sight, ty};
use crate::resources::kinds;
use crate::resources::places::Place;
use crate::resources::table::{Fallback, Kind, Nested, Row, Table};
use crate::schema::{Nesting, Secrecy, Usage};

/// All kinds whose name is `only`, or all.
pub(super) fn document(only: Option<&str>) -> Json {
    let of = |kinds: &[&Kind]| -> Json {
        let kinds = kinds.iter().filter(|kind| only.is_none_or(|only| only == kind.name));
        Json::Object(kinds.map(|own| (own.name.to_owned(), kind(own))).collect())
    };
    json!({
        "format_version": "1.0",
        "providers": of(&[&kinds::PROVIDER]),
        "resources": of(kinds::MANAGED),
        "data_sources": of(kinds::DATA),
    })
}

fn kind(kind: &Kind) -> Json {
    let mut all = json!({ "about": kind.about });
    let timeouts = kind.timeouts;
    for (name, value) in [("arm_type", kind.arm_type), ("api_version", kind.api_version), ("id", kind.id)] {
        if !value.is_empty() {
            all[name] = json!(value);
        }
    }
    if timeouts.read > 0 {
        all["timeouts"] = json!({ "create": timeouts.create, "read": timeouts.read, "update": timeouts.update,
            "delete": timeouts.delete });
    }
    all["block"] = block(&kind.table, &Place::default());
    all
}

fn block(table: &Table, place: &Place) -> Json {
    let attributes: Map<String, Json> =
        table.rows.iter().map(|row| (row.name.to_owned(), attribute(row, place))).collect();
    let blocks: Map<String, Json> = table.blocks.iter().map(|own| (own.name.to_owned(), nested(own, place))).collect();
    json!({ "attributes": attributes, "blocks": blocks })
}

fn attribute(row: &Row, place: &Place) -> Json {
    let mut all = json!({
        "type": ty(&row.ty.build()),
        "required": row.usage == Usage::Required,
        "optional": matches!(row.usage, Usage::Optional | Usage::OptionalComputed),
        "computed": matches!(row.usage, Usage::Computed | Usage::OptionalComputed),
        "sensitive": row.secrecy != Secrecy::Plain,
        "write_only": row.secrecy == Secrecy::WriteOnly,
        "about": row.about,
    });
    if let Some(default) = row.fallback.build().filter(|_| row.usage != Usage::Computed) {
        all[if matches!(row.fallback, Fallback::Members(_)) { "default_members" } else { "default" }] =
            Sight::Clear.value(&default);
    }
    if row.usage != Usage::Computed {
        all["change"] = json!({ "cost": row.cost.word(), "reason": row.reason });
    }
    if row.volatile {
        all["changes_by_itself"] = json!(true);
    }
    if row.as_blocks {
        all["also_as_blocks"] = json!(true);
    }
    if let Some(instead) = row.deprecated {
        all["deprecated"] = json!(instead);
    }
    if !row.since.is_empty() {
        all["since_api_version"] = json!(row.since);
    }
    let lies = place.of_row(row);
    if !lies.is_empty() {
        all["body"] = json!(lies);
    }
    all
}

fn nested(nested: &Nested, place: &Place) -> Json {
    let inner = place.of_block(nested);
    json!({
        "nesting": if nested.nesting == Nesting::Set { "set" } else { "list" },
        "min": nested.min,
        "max": if nested.max == 0 { Json::Null } else { json!(nested.max) },
        "change": { "cost": nested.cost.word(), "reason": nested.reason },
        "body": inner.path(),
        "block": block(&nested.table, &inner),
    })
}
