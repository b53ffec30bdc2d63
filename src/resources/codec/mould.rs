//! Names and types of a kind's tables, built once and shared by all values that are read.
//!
//! **Never:** hold anything that a table does not say.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::resources::schema_of;
use crate::resources::table::{Kind, Table};
use crate::value::{Members, Name, Type, Value};

/// A table's names and types, in the table's order.
pub(super) struct Mould {
    /// Each row.
    pub(super) rows: Vec<(Name, Type)>,
    /// Each nested block, with the type of one block.
    pub(super) blocks: Vec<(Name, Type, Mould)>,
    /// All of them as members that are null, so that every object shares their names.
    pub(super) blank: Members,
}

impl Mould {
    fn new(table: &Table) -> Mould {
        let blocks = table
            .blocks
            .iter()
            .map(|nested| (nested.name.into(), schema_of::block(&nested.table).ty(), Mould::new(&nested.table)));
        let blocks: Vec<(Name, Type, Mould)> = blocks.collect();
        let rows: Vec<(Name, Type)> = table.rows.iter().map(|row| (row.name.into(), row.ty.build())).collect();
        let names = rows.iter().map(|(name, _)| name).chain(blocks.iter().map(|(name, _, _)| name));
        let blank = names.map(|name| (name.clone(), Value::null(Type::Dynamic))).collect();
        Mould { rows, blocks, blank }
    }
}

/// The mould of a kind.
pub(super) fn of(kind: &'static Kind) -> &'static Mould {
    static MADE: Mutex<BTreeMap<usize, &'static Mould>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(std::ptr::from_ref(kind).addr()).or_insert_with(|| Box::leak(Box::new(Mould::new(&kind.table))))
}
