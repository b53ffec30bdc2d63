//! Which version of the interface an object needs: the kind's, or that of its newest attribute.
//!
//! **Never:** use a newer version than an object needs: older clouds and policies know fewer.
//! What nothing is known of is read with the newest, so that nothing of it is missed.

use crate::value::Value;

use super::table::{Kind, Table};

/// The version for an object, as it is known or planned.
pub(crate) fn needed(kind: &Kind, object: &Value) -> &'static str {
    let newest = if object.is_null() { newest(&kind.table) } else { given(&kind.table, object) };
    newest.max(kind.api_version)
}

fn newest(table: &Table) -> &'static str {
    let rows = table.rows.iter().map(|row| row.since);
    rows.chain(table.blocks.iter().map(|nested| newest(&nested.table))).max().unwrap_or_default()
}

fn given(table: &Table, object: &Value) -> &'static str {
    let says = |name: &str| object.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    let rows = table.rows.iter().filter(|row| !row.since.is_empty() && says(row.name)).map(|row| row.since);
    let nested = table.blocks.iter().filter(|nested| !newest(&nested.table).is_empty());
    let blocks = nested.flat_map(|nested| {
        let blocks = object.get(nested.name).and_then(Value::as_sequence).unwrap_or_default();
        blocks.iter().map(|block| given(&nested.table, block))
    });
    rows.chain(blocks).max().unwrap_or_default()
}
