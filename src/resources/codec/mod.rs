//! The one codec: walks a table to write an object as a request body, and to read a body back.
//!
//! **Never:** know a kind; only tables, forms and shapes. In: object values and JSON. Out: JSON and
//! object values of exactly the schema's type, wholly known. What the cloud never returns comes
//! from `base`, the object as we last knew or planned it. The decision to question: what is absent
//! in a body and "empty" in `base` stays as `base` has it, so that `""`, `[]` and 0 make no diff.

mod decode;
mod encode;
mod forms;
mod json;
mod mirror;
mod mould;
mod pairs;
mod volumes;

use crate::value::{Path, Value};

use super::table::Kind;

/// Why an object cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unsendable {
    /// Where in the object.
    pub path: Path,
    /// A full sentence.
    pub message: String,
}

/// Writes an object as the whole body of a request.
///
/// # Errors
/// When a value that must be sent is unknown, or is only the fingerprint of a secret.
pub fn encode(kind: &Kind, object: &Value) -> Result<serde_json::Value, Unsendable> {
    encode::body(&kind.table, object)
}

/// Writes only the attributes of these names; null where they are not set.
///
/// # Errors
/// As [`encode`].
pub fn encode_only(kind: &Kind, object: &Value, names: &[&str]) -> Result<serde_json::Value, Unsendable> {
    encode::part(&kind.table, object, names)
}

/// Reads an object from a body. `base` is the object as we last knew or planned it, or null.
#[must_use]
pub fn decode(kind: &'static Kind, body: &serde_json::Value, base: &Value) -> Value {
    decode::object(kind, body, base)
}
