//! Names and types of a kind's tables, built once and shared by all values that are read.
//!
//! **Never:** hold anything that a table does not say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::resources::schema_of;
use crate::resources::table::{Kind, Nested, Row, Table};
use crate::value::members::Names;
use crate::value::{Members, Name, Type, Value};

/// What a table becomes: its parts in the order of their names, as the members of an object stand.
pub(super) struct Mould {
    parts: Vec<Part>,
    names: Arc<Names>,
}

/// A part of a table.
pub(super) enum Part {
    /// A row, with the type of its value.
    Row(&'static Row, Type),
    /// A nested block, with the type of one block.
    Block(&'static Nested, Type, Mould),
}

impl Part {
    fn name(&self) -> &'static str {
        match self {
            Part::Row(row, _) => row.name,
            Part::Block(nested, ..) => nested.name,
        }
    }
}

impl Mould {
    fn new(table: &Table) -> Mould {
        let rows = table.rows.iter().map(|row| Part::Row(row, row.ty.build()));
        let blocks = table.blocks.iter().map(|nested| {
            let inner = Mould::new(&nested.table);
            Part::Block(nested, schema_of::block(&nested.table).ty(), inner)
        });
        let mut parts: Vec<Part> = rows.chain(blocks).collect();
        parts.sort_by_key(Part::name);
        let names: Vec<Name> = parts.iter().map(|part| part.name().into()).collect();
        Mould { parts, names: Arc::new(names.into()) }
    }

    /// An object with the value that `read` finds for each part. All of a kind share their names.
    pub(super) fn cast(&self, read: impl FnMut(&Part) -> Value) -> Value {
        let values = self.parts.iter().map(read).collect();
        Value::object(Members::with_names(&self.names, values).unwrap_or_default())
    }
}

/// The mould of a kind.
pub(super) fn of(kind: &'static Kind) -> &'static Mould {
    static MADE: Mutex<BTreeMap<usize, &'static Mould>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(std::ptr::from_ref(kind).addr()).or_insert_with(|| Box::leak(Box::new(Mould::new(&kind.table))))
}
