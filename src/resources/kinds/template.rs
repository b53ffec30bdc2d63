//! Tables of container groups turned into tables of templates for container groups: the same rows,
//! but a change of any touches nothing that runs.
//!
//! **Never:** add a row. All of it happens while compiling: a name that is not there, or a block
//! that is forgotten, does not compile.

use crate::resources::table::{Nested, Row, Table, Ty};
use crate::schema::Cost;

/// A table's row of a name.
pub(super) const fn row(table: &Table, name: &str) -> Row {
    let mut at = 0;
    loop {
        assert!(at < table.rows.len(), "the table has no row of that name");
        if same(table.rows[at].name, name) {
            return table.rows[at];
        }
        at += 1;
    }
}

/// A table's nested block of a name.
pub(super) const fn block(table: &Table, name: &str) -> Nested {
    let mut at = 0;
    loop {
        assert!(at < table.blocks.len(), "the table has no block of that name");
        if same(table.blocks[at].name, name) {
            return table.blocks[at];
        }
        at += 1;
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The row, at no cost for what runs.
pub(super) const fn revised(mut row: Row, reason: &'static str) -> Row {
    row.cost = Cost::Revise;
    row.reason = reason;
    if row.unsettled_by.is_some() {
        row.unsettled_by = Some(Cost::Revise);
    }
    row
}

/// How many of a table's rows a template has: all but what shows how something runs.
pub(super) const fn count(table: &Table) -> usize {
    let mut at = 0;
    let mut count = 0;
    while at < table.rows.len() {
        if !table.rows[at].volatile {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Those rows, at no cost for what runs.
pub(super) const fn rows<const COUNT: usize>(table: &Table, reason: &'static str) -> [Row; COUNT] {
    let mut found = [Row::optional("", Ty::Bool); COUNT];
    let mut at = 0;
    let mut count = 0;
    while at < table.rows.len() {
        if !table.rows[at].volatile {
            found[count] = revised(table.rows[at], reason);
            count += 1;
        }
        at += 1;
    }
    found
}

/// The block with the rows and blocks of a template, of which none may be missing.
pub(super) const fn nested(
    mut nested: Nested,
    rows: &'static [Row],
    blocks: &'static [Nested],
    reason: &'static str,
) -> Nested {
    assert!(blocks.len() == nested.table.blocks.len(), "a nested block is forgotten");
    nested.cost = Cost::Revise;
    nested.reason = reason;
    nested.table = Table { rows, blocks, retired: &[] };
    nested
}

/// A nested block as a template has it: the block, the reason, its own nested blocks.
macro_rules! template {
    ($of:expr, $reason:expr, [$($block:expr),*]) => {{
        const ROWS: [$crate::resources::table::Row; $crate::resources::kinds::template::count(&$of.table)] =
            $crate::resources::kinds::template::rows(&$of.table, $reason);
        $crate::resources::kinds::template::nested($of, &ROWS, &[$($block),*], $reason)
    }};
}
pub(super) use template;
