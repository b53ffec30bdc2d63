//! The values of variables: collected, converted, validated.
//!
//! **Never:** read files, the environment or a terminal: the shell collects, this decides.

use std::collections::BTreeMap;

use crate::diag::{Diagnostics, FileId, Sources};
use crate::value::{Name, Value};

use super::host::Host;
use super::module::Module;

/// One value that somebody gave, weakest first: environment, `terraform.tfvars`,
/// `*.auto.tfvars`, then `-var` and `-var-file` in the order of the command line.
#[derive(Clone, Debug)]
pub enum Given {
    /// `-var name=text`, `TF_VAR_name`, a prompt's answer: a literal string for variables of
    /// primitive type, an expression for others. The text is a source of its own.
    Text {
        /// The variable.
        name: Name,
        /// The text as a source; its name says where it came from.
        file: FileId,
        /// Whether an undeclared name is ignored (environment) or an error (command line).
        lenient: bool,
    },
    /// A `.tfvars` file.
    File {
        /// The file as a source.
        file: FileId,
    },
}

/// The decided values of all variables, marks included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs(pub BTreeMap<Name, Value>);

/// What [`decide`] found.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The values; complete only when nothing is missing and there is no error.
    pub inputs: Inputs,
    /// Variables without default that nobody gave a value.
    pub missing: Vec<Name>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Decides the values of a module's variables.
#[must_use]
pub fn decide(module: &Module, given: &[Given], sources: &Sources, host: &Host) -> Decided {
    let _ = (module, given, sources, host);
    todo!("config helper")
}
