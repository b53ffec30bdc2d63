//! Terraform's own state files, version 4: read into objects, and written from a state.
//!
//! **Never:** read a file, ask a cloud, or keep a secret in clear: what is read comes out as a state
//! keeps it. In: text, schemas, a key. Out: objects and outputs, or text. Source of the form: the files
//! that Terraform 1.11 writes. The decision to question: acier keeps its state in a form of its own
//! (see `store`); this one is a door for those who come and those who leave.

mod decode;
pub mod read;
pub mod write;

/// The version of the form.
const VERSION: u64 = 4;

/// The member of an instance that names the secrets that were left out of it, as paths like those of
/// `sensitive_attributes`. Terraform passes over members that it does not know.
const WITHHELD: &str = "acier_withheld";
