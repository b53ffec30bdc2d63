//! Options of Terraform about the lock and the place of the state.
//!
//! **Never:** act; `cli::locking` does.

use std::time::Duration;

use clap::{ArgAction, Args};

use super::{Command, StateCommand};

/// Options about the lock of the state.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct LockArguments {
    /// The state is always locked: false is refused
    #[arg(long, hide = true, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) lock: bool,
    /// Wait so long for another process to let go of the state: 30s, 5m
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(in crate::cli) lock_timeout: Option<Duration>,
}

/// Options about the lock and the place of the state.
#[derive(Args, Clone, Debug, Default)]
pub(in crate::cli) struct LockingArguments {
    #[command(flatten)]
    pub(in crate::cli) lock: LockArguments,
    #[arg(long, hide = true, value_name = "FILE")]
    pub(in crate::cli) state: Option<String>,
    #[arg(long, hide = true, value_name = "FILE")]
    pub(in crate::cli) state_out: Option<String>,
    #[arg(long, hide = true, value_name = "FILE", allow_hyphen_values = true)]
    pub(in crate::cli) backup: Option<String>,
}

impl Default for LockArguments {
    fn default() -> LockArguments {
        LockArguments { lock: true, lock_timeout: None }
    }
}

/// `90s`, `5m`, `1h30m`, `500ms`
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time; write it as 30s or 5m");
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        let factor = match &rest[digits..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "" if number == 0 => 0,
            _ => return Err(wrong()),
        };
        total = number.checked_mul(factor).and_then(|part| part.checked_add(total)).ok_or_else(wrong)?;
        rest = &rest[unit..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(Duration::from_millis(total)) }
}

impl Command {
    /// The options about the lock, of commands that have them.
    pub(in crate::cli) fn locking(&self) -> Option<&LockingArguments> {
        match self {
            Command::Plan(arguments) => Some(&arguments.planning.locking),
            Command::Apply(arguments) | Command::Destroy(arguments) => Some(&arguments.planning.locking),
            Command::Refresh(arguments) => Some(&arguments.planning.locking),
            Command::Import(arguments) => Some(&arguments.locking),
            Command::Taint(arguments) | Command::Untaint(arguments) => Some(&arguments.locking),
            Command::State(command) => command.locking(),
            _ => None,
        }
    }

    /// Whether it reads a configuration or its state.
    pub(in crate::cli) fn needs_folder(&self) -> bool {
        !matches!(
            self,
            Command::Version(_)
                | Command::Schema(_)
                | Command::Fmt(_)
                | Command::Emulator(_)
                | Command::Completion(_)
                | Command::Metadata(_)
        )
    }
}

impl StateCommand {
    /// The options about the lock, of commands that change the state.
    fn locking(&self) -> Option<&LockingArguments> {
        match self {
            StateCommand::Rm { locking, .. }
            | StateCommand::Mv { locking, .. }
            | StateCommand::Push { locking, .. }
            | StateCommand::ReplaceProvider { locking, .. } => Some(locking),
            StateCommand::ImportTfstate(arguments) => Some(&arguments.locking),
            _ => None,
        }
    }
}
