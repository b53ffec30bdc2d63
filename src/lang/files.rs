//! The files of one folder as bodies, one after the other, with override files merged in.
//!
//! **Never:** look into blocks; `overrides` does for merging and `load` for meaning. In: source
//! texts by name, in either syntax. Out: bodies and what is wrong, handed on file by file, so that
//! one tree at a time is held.

use crate::diag::{Diagnostics, FileId, Sources};
use crate::schema::Schemas;

use super::ast::Body;
use super::overrides::{Overrides, is_override};
use super::{json, parse};

/// Reads files of either syntax and hands each body on, with what is wrong with it. The override
/// files among them change the others, as if their settings had been written there.
pub fn read(sources: &Sources, files: &[FileId], schemas: &Schemas, mut take: impl FnMut(Body, Diagnostics)) {
    let overriding = |file: &&FileId| sources.get(**file).is_some_and(|source| is_override(&source.name));
    let mut overrides = Overrides::default();
    for file in files.iter().filter(overriding) {
        let (body, wrong) = body(sources, *file, schemas);
        let own = overrides.add(body);
        take(own, wrong);
    }
    for file in files.iter().filter(|file| !overriding(file)) {
        let (mut body, wrong) = body(sources, *file, schemas);
        overrides.apply(&mut body);
        take(body, wrong);
    }
    let (body, wrong) = overrides.finish();
    take(body, wrong);
}

/// Parses one file by the syntax that its name tells.
#[must_use]
pub fn body(sources: &Sources, file: FileId, schemas: &Schemas) -> (Body, Diagnostics) {
    match sources.get(file) {
        Some(source) if json::is_json(&source.name) => json::file(sources, file, schemas),
        _ => parse::file(sources, file),
    }
}
