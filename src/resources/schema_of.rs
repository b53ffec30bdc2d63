//! Derives schemas from tables.
//!
//! **Never:** add anything that the table does not say.

use crate::schema::{Attribute, Block, NestedBlock, Schema, Usage};

use super::table::{Form, Kind, Nested, Row, Table};

/// The schema of a kind.
pub(crate) fn schema(kind: &Kind) -> Schema {
    Schema {
        kind: kind.name.into(),
        version: 0,
        block: block(&kind.table),
        checks: kind.checks.to_vec(),
        weigh: kind.weigh,
        clash: kind.clash,
        timeouts: kind.timeouts,
    }
}

/// The block of a table.
pub(crate) fn block(table: &Table) -> Block {
    Block {
        attributes: table.rows.iter().map(attribute).collect(),
        blocks: table.blocks.iter().map(nested).collect(),
        retired: table.retired,
    }
}

fn attribute(row: &Row) -> Attribute {
    Attribute {
        name: row.name.into(),
        ty: row.ty.build(),
        usage: row.usage,
        // The fallback of a computed attribute is what silence of the cloud means, not a setting.
        default: row.fallback.build().filter(|_| row.usage != Usage::Computed),
        secrecy: row.secrecy,
        cost: row.cost,
        reason: row.reason,
        equality: row.equality,
        words: if let Form::Word(words) = row.form { words } else { &[] },
        check: row.check,
        as_blocks: row.as_blocks,
        unsettled_by: row.unsettled_by,
        derive: row.derive,
        volatile: row.volatile,
        deprecated: row.deprecated,
        about: row.about,
    }
}

fn nested(nested: &Nested) -> NestedBlock {
    NestedBlock {
        name: nested.name.into(),
        nesting: nested.nesting,
        min: nested.min,
        max: nested.max,
        cost: nested.cost,
        reason: nested.reason,
        block: block(&nested.table),
    }
}
