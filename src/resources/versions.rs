//! Which version of the interface an object needs: the kind's, or that of its newest attribute.
//!
//! **Never:** use a newer version than an object needs: older clouds and policies know fewer.
//! What nothing is known of is read with the newest, so that nothing of it is missed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::value::Value;

use super::table::{Kind, Table};

/// The version for an object, as it is known or planned.
pub(crate) fn needed(kind: &'static Kind, object: &Value) -> &'static str {
    let newer = newer(kind);
    let newest = if object.is_null() { newer.newest } else { newer.given(object) };
    newest.max(kind.api_version)
}

/// What of a table came with a later version of the interface: few of its many rows.
struct Newer {
    /// Names of rows, each with its version.
    rows: Vec<(&'static str, &'static str)>,
    /// Blocks in which something is newer.
    blocks: Vec<(&'static str, Newer)>,
    /// The newest version of all.
    newest: &'static str,
}

/// What is newer in a kind, found once.
fn newer(kind: &'static Kind) -> &'static Newer {
    static FOUND: Mutex<BTreeMap<usize, &'static Newer>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.entry(std::ptr::from_ref(kind).addr()).or_insert_with(|| Box::leak(Box::new(Newer::of(&kind.table))))
}

impl Newer {
    fn of(table: &Table) -> Newer {
        let rows = table.rows.iter().filter(|row| !row.since.is_empty()).map(|row| (row.name, row.since));
        let rows: Vec<_> = rows.collect();
        let blocks = table.blocks.iter().map(|nested| (nested.name, Newer::of(&nested.table)));
        let blocks: Vec<_> = blocks.filter(|(_, inner)| !inner.newest.is_empty()).collect();
        let all = rows.iter().map(|(_, since)| *since).chain(blocks.iter().map(|(_, inner)| inner.newest));
        let newest = all.max().unwrap_or_default();
        Newer { rows, blocks, newest }
    }

    /// The newest version among what an object has.
    fn given(&self, object: &Value) -> &'static str {
        let says = |name: &str| object.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
        let rows = self.rows.iter().filter(|(name, _)| says(name)).map(|(_, since)| *since);
        let blocks = self.blocks.iter().flat_map(|(name, inner)| {
            let blocks = object.get(name).and_then(Value::as_sequence).unwrap_or_default();
            blocks.iter().map(|block| inner.given(block))
        });
        rows.chain(blocks).max().unwrap_or_default()
    }
}
