//! Terraform text to syntax tree, over hcl-edit.
//!
//! **Never:** evaluate. The only place that knows the parser's types.

use crate::diag::{Diagnostics, FileId, Sources};

use super::ast::{Body, Expr, Part};

/// Parses a configuration file. What could be parsed is returned beside what is wrong.
#[must_use]
pub fn file(sources: &Sources, file: FileId) -> (Body, Diagnostics) {
    let _ = (sources, file);
    todo!("parse helper")
}

/// Parses one expression, as `-var name=[1,2]` gives them.
///
/// # Errors
/// What is wrong with it.
pub fn expression(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    let _ = (sources, file);
    todo!("parse helper")
}

/// Parses a whole text as a template, as `templatefile` reads them.
///
/// # Errors
/// What is wrong with it.
pub fn template(sources: &Sources, file: FileId) -> Result<Vec<Part>, Diagnostics> {
    let _ = (sources, file);
    todo!("parse helper")
}
