//! Terraform's functions: a table with a row for each.
//!
//! **Never:** read files or clocks by itself; both come through [`super::host::Host`].
//! To add a function, write it and a row in the file of its group. Names, parameters and results
//! are those of Terraform 1.11 (`terraform metadata functions`).

mod assume;
pub(crate) mod call;
mod charset;
mod collection;
mod convert;
mod decimal;
mod docs;
mod encoding;
mod files;
mod format;
mod gzip;
mod hash;
mod lazy;
mod machine;
mod network;
mod numeric;
mod pattern;
mod render;
pub(crate) mod row;
mod rsa;
mod search;
mod sequence;
pub mod signature;
mod text;
pub(crate) mod tfvars;
mod time;
mod transcode;
mod yaml;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::value::Value;

use row::Row;

/// The groups.
const GROUPS: &[&[Row]] = &[
    numeric::ROWS,
    text::ROWS,
    search::ROWS,
    format::ROWS,
    collection::ROWS,
    sequence::ROWS,
    convert::ROWS,
    encoding::ROWS,
    transcode::ROWS,
    yaml::ROWS,
    hash::ROWS,
    time::ROWS,
    network::ROWS,
    files::ROWS,
    lazy::ROWS,
    render::ROWS,
    tfvars::ROWS,
    assume::ROWS,
];

/// The rows by name: calls are many, and a long table is slow to search.
static BY_NAME: LazyLock<BTreeMap<&str, &Row>> =
    LazyLock::new(|| GROUPS.iter().flat_map(|group| group.iter()).map(|row| (row.name, row)).collect());

/// The row of a function.
pub(crate) fn find(name: &str) -> Option<&'static Row> {
    BY_NAME.get(name).copied()
}

/// The value that a JSON text stands for, as `jsondecode` has it.
pub(crate) fn decode_json(text: &str) -> Option<Value> {
    encoding::read_json(text).ok()
}

/// The names of all functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BY_NAME.keys().copied()
}
