//! Names and types of a kind's tables, built once and shared by all values that are read.
//!
//! **Never:** hold anything that a table does not say.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::resources::schema_of;
use crate::resources::table::{Kind, Table};
use crate::value::{Name, Type};

/// A table's names and types, in the table's order.
pub(super) struct Mould {
    /// Each row.
    pub(super) rows: Vec<(Name, Type)>,
    /// Each nested block, with the type of one block.
    pub(super) blocks: Vec<(Name, Type, Mould)>,
}

impl Mould {
    fn new(table: &Table) -> Mould {
        let blocks = table
            .blocks
            .iter()
            .map(|nested| (nested.name.into(), schema_of::block(&nested.table).ty(), Mould::new(&nested.table)));
        Mould {
            rows: table.rows.iter().map(|row| (row.name.into(), row.ty.build())).collect(),
            blocks: blocks.collect(),
        }
    }
}

/// The mould of a kind.
pub(super) fn of(kind: &'static Kind) -> &'static Mould {
    static MADE: Mutex<BTreeMap<usize, &'static Mould>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(std::ptr::from_ref(kind).addr()).or_insert_with(|| Box::leak(Box::new(Mould::new(&kind.table))))
}
