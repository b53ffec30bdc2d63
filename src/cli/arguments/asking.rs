//! The options of commands that answer questions about expressions.
//!
//! **Never:** act.

use clap::{Args, Subcommand};

use super::VariableArguments;

/// `acier console`
#[derive(Args, Debug)]
pub(in crate::cli) struct ConsoleArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: VariableArguments,
}

/// `acier metadata ...`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum MetadataCommand {
    /// List the functions of the language
    Functions {
        /// Print JSON in Terraform's format
        #[arg(long)]
        json: bool,
    },
}
