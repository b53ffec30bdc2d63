//! The command line of the operating commands: what is named, and how it is shown.
//!
//! **Never:** act. Whoever names a group may write an address, an address and a container, or an
//! ARM id, everywhere alike; `-help` of each command says so with examples.

use clap::{Args, ValueEnum};

use super::VariableArguments;
use crate::resources::operate::wait::Goal;

/// The values of the configuration's variables, and which container group is meant.
#[derive(Args, Debug)]
pub(in crate::cli) struct GroupArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: VariableArguments,
    /// An address (azurerm_container_group.web), an address/container, or an ARM id
    #[arg(value_name = "GROUP")]
    pub(in crate::cli) group: String,
}

/// The same where one of its containers may be meant.
#[derive(Args, Debug)]
pub(in crate::cli) struct ContainerArguments {
    #[command(flatten)]
    pub(in crate::cli) within: GroupArguments,
    /// Only this container of the group
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) container: Option<String>,
}

/// The same where more is shown as it comes.
#[derive(Args, Debug)]
pub(in crate::cli) struct FollowArguments {
    #[command(flatten)]
    pub(in crate::cli) target: ContainerArguments,
    /// Go on with what comes from now on, until all containers have ended
    #[arg(short, long)]
    pub(in crate::cli) follow: bool,
}

/// `acier ps`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  acier ps                       the groups of this configuration
  acier ps -resource-group=web   all groups of a resource group
  acier ps -all -json            all groups of the subscription, for scripts")]
pub(in crate::cli) struct PsArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: VariableArguments,
    /// All groups of this resource group, instead of those of the configuration
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub(in crate::cli) resource_group: Option<String>,
    /// All groups of the subscription
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `acier inspect`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  acier inspect azurerm_container_group.web
  acier inspect azurerm_container_group.web/app
  acier inspect -json 'azurerm_container_group.web[0]'
  acier inspect /subscriptions/.../providers/Microsoft.ContainerInstance/containerGroups/web")]
pub(in crate::cli) struct InspectArguments {
    #[command(flatten)]
    pub(in crate::cli) target: GroupArguments,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `acier logs`
#[derive(Args, Debug)]
#[command(after_help = "\
The service keeps at most 4 MB of a running container's log, and a restart begins a new one. With
-f the log is read every two seconds; it ends when all containers have ended for good. Lines of
several containers begin with the container's name. With -json every line is an object with the
members container, time and message.

Examples:
  acier logs azurerm_container_group.web
  acier logs -f -tail=20 azurerm_container_group.web/app
  acier logs -timestamps /subscriptions/.../containerGroups/web/containers/app")]
pub(in crate::cli) struct LogsArguments {
    #[command(flatten)]
    pub(in crate::cli) of: FollowArguments,
    /// Only the last lines of each container
    #[arg(long, value_name = "LINES")]
    pub(in crate::cli) tail: Option<u32>,
    /// With the time of each line
    #[arg(long)]
    pub(in crate::cli) timestamps: bool,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "timestamps")]
    pub(in crate::cli) json: bool,
}

/// `acier events`
#[derive(Args, Debug)]
#[command(after_help = "\
What the service did for a group and its containers: images pulled, containers started and
killed, mounts that failed. It keeps them for a while only. With -json every event is an object
with the members container (null for the group itself), name, type, message, count,
first_timestamp and last_timestamp: a list, or with -f one object a line.

Examples:
  acier events azurerm_container_group.web
  acier events -f azurerm_container_group.web/app")]
pub(in crate::cli) struct EventsArguments {
    #[command(flatten)]
    pub(in crate::cli) of: FollowArguments,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `acier exec`
#[derive(Args, Debug)]
#[command(after_help = "\
The command runs at a terminal in the container, of the size that yours has when it begins. All
keys go to it, also Ctrl-C; it ends when the command does, for a shell with `exit` or Ctrl-D. What
is piped in is typed for you, and Ctrl-D behind it. The service starts one program without
arguments and does not tell its exit code: acier exits with 0 when the command has ended, however
it did. Options stand before the command.

Examples:
  acier exec azurerm_container_group.web
  acier exec azurerm_container_group.web/app /bin/bash
  echo 'ls -l /mnt' | acier exec azurerm_container_group.web /bin/sh")]
pub(in crate::cli) struct ExecArguments {
    #[command(flatten)]
    pub(in crate::cli) target: ContainerArguments,
    /// The program to run: /bin/sh on Linux and cmd.exe on Windows if none is named
    #[arg(value_name = "COMMAND", num_args = 0.., allow_hyphen_values = true)]
    pub(in crate::cli) command: Vec<String>,
}

/// `acier attach`
#[derive(Args, Debug)]
#[command(after_help = "\
Shows what a container prints as it prints it, until it ends. Ctrl-C ends the watching, not the
container. All that it has printed is in `acier logs`.

Examples:
  acier attach azurerm_container_group.task
  acier attach azurerm_container_group.web/app")]
pub(in crate::cli) struct AttachArguments {
    #[command(flatten)]
    pub(in crate::cli) target: ContainerArguments,
}

/// `acier start`, `acier stop`, `acier restart`
#[derive(Args, Debug)]
#[command(after_help = "\
The service starts, stops and restarts whole groups. A group that is started again is deployed
anew and may get another address; the state learns of it at the next plan, apply or refresh.
Neither the configuration nor the state is changed, and the lock of the state is not taken. With
-json the result is a list of objects with the members address, id, action, waited, state,
provisioning_state, ip_address and fqdn.

Examples:
  acier stop azurerm_container_group.web
  acier start azurerm_container_group.web azurerm_container_group.task
  acier restart -no-wait /subscriptions/.../containerGroups/web")]
pub(in crate::cli) struct ActArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: VariableArguments,
    /// Addresses or ARM ids
    #[arg(value_name = "GROUP", required = true)]
    pub(in crate::cli) groups: Vec<String>,
    /// Do not wait for the end of the operation
    #[arg(long)]
    pub(in crate::cli) no_wait: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `acier wait`
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 it has come; 1 it cannot come any more (waiting for success when a container has
failed), or the service could not be asked; 124 it did not come in time. With -json the result is
an object with the members address, id, for, outcome (reached, never, timed_out), reason, state
and containers (name, state, detail_status, exit_code).

Examples:
  acier wait -for=running -timeout=5m azurerm_container_group.web
  acier wait -for=succeeded azurerm_container_group.task && echo well done
  acier wait -for=terminated azurerm_container_group.jobs/import")]
pub(in crate::cli) struct WaitArguments {
    #[command(flatten)]
    pub(in crate::cli) target: ContainerArguments,
    /// What to wait for
    #[arg(long = "for", value_name = "STATE", value_enum, default_value_t = Wanted::Terminated)]
    pub(in crate::cli) wanted: Wanted,
    /// How long to wait at most: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) timeout: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Wanted {
    /// All containers run
    Running,
    /// All containers have ended with exit code 0
    Succeeded,
    /// All containers have ended, or the group is stopped
    Terminated,
    /// The group is stopped
    Stopped,
    /// The group is gone
    Deleted,
}

impl Wanted {
    /// The goal.
    pub(in crate::cli) fn goal(self) -> Goal {
        match self {
            Wanted::Running => Goal::Running,
            Wanted::Succeeded => Goal::Succeeded,
            Wanted::Terminated => Goal::Terminated,
            Wanted::Stopped => Goal::Stopped,
            Wanted::Deleted => Goal::Deleted,
        }
    }
}
