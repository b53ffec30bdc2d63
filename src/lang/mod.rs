//! Terraform text to desired values: parse, load, evaluate, expand.
//!
//! **Never:** do I/O, know a cloud or a stored state. In: source texts, variable values, schemas,
//! and the values of what is planned or made already. Out: what each block asks for.

mod address;
mod arguments;
mod ask;
pub mod ast;
pub mod calls;
mod condition;
mod constraint;
mod decode;
pub mod describe;
mod dynamic;
mod elsewhere;
pub mod eval;
pub mod files;
mod fixed;
pub mod fmt;
pub mod functions;
pub mod host;
pub mod import;
pub mod inputs;
mod json;
mod link;
mod load;
mod locate;
pub mod module;
mod moved;
mod names;
mod overrides;
pub mod parse;
pub mod provisioner;
mod reference;
mod repeat;
mod resource;
pub mod scope;
mod settings;
mod shape;
mod structure;
pub(crate) mod suggest;
mod target;
pub(crate) mod timeouts;
mod variable;
mod version;
pub mod waits;
pub mod watch;
