//! The command line of `acier workspace`.
//!
//! **Never:** act. Options are Terraform's; what an option takes more than there is said in its help.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LockArguments, VariableArguments};

/// `acier workspace ...`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum WorkspaceCommand {
    /// List the workspaces; a star marks the selected one
    List,
    /// Show the name of the selected workspace
    Show,
    /// Make a workspace and select it
    New(WorkspaceNewArguments),
    /// Select another workspace
    Select {
        /// Make the workspace if it does not exist
        #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        or_create: bool,
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Remove a workspace and its state
    Delete {
        /// Remove it even if it keeps track of objects, which nothing manages any more then
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        lock: LockArguments,
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `acier workspace new`
#[derive(Args, Debug)]
pub(in crate::cli) struct WorkspaceNewArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: VariableArguments,
    #[command(flatten)]
    pub(in crate::cli) lock: LockArguments,
    /// Begin with a copy of a state: a folder of acier's, such as state, or a state file of Terraform
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) state: Option<PathBuf>,
    /// Its name
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: String,
}

/// What `-help` says of workspaces.
pub(in crate::cli) const WORKSPACES: &str = "\
A workspace is a state of its own for the same configuration, and terraform.workspace is its name there. The
default one is kept in state/, others in state/workspaces/NAME/. The selected one is remembered in .acier/ and
holds for all commands; the environment variable TF_WORKSPACE overrides it, and makes the workspace that it
names when something is written to it. The cloud of the embedded emulator is one for all workspaces.";
