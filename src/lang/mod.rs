//! Terraform text to desired values: parse, load, evaluate, expand.
//!
//! **Never:** do I/O, know a cloud or a stored state. In: source texts, variable values, schemas,
//! and the values of what is planned or made already. Out: what each block asks for.

pub mod ast;
pub mod eval;
pub mod functions;
pub mod host;
pub mod inputs;
pub mod module;
pub mod parse;
pub mod scope;
