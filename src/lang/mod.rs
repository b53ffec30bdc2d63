//! Terraform text to desired values: parse, load, evaluate, expand.
//!
//! **Never:** do I/O, know a cloud or a stored state. In: source texts, variable values, schemas,
//! and the values of what is planned or made already. Out: what each block asks for.

mod address;
mod arguments;
mod arrive;
mod ask;
pub mod ast;
mod call;
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
mod frame;
pub mod functions;
pub mod gather;
mod handover;
pub mod host;
pub mod import;
pub mod inputs;
mod instances;
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
mod published;
mod reference;
mod repeat;
mod resource;
pub mod scope;
mod settings;
mod settle;
mod shape;
mod structure;
pub(crate) mod suggest;
mod target;
pub(crate) mod timeouts;
pub mod tree;
mod validate;
mod variable;
mod version;
pub mod waits;
pub mod watch;
mod weave;
