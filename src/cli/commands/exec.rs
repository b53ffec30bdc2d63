//! `acier exec`: a command in a container, at the terminal of whoever runs it.
//!
//! **Never:** pretend to know how the command ended: the service does not tell.

use std::path::Path;

use crate::arm::wire::Lost;
use crate::cli::arguments::ExecArguments;
use crate::cli::dial::dial;
use crate::cli::exit::Exit;
use crate::cli::groups::{Meant, container, look};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail};
use crate::cli::terminal::{Ended, converse, size};
use crate::diag::{Diagnostic, Sources};
use crate::resources::operate::{Container, Group};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &ExecArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let (sight, meant) = look(folder, vars, &arguments.target, screen).await?;
    let group = sight.group(&meant, screen).await?;
    let command = command(&arguments.command, &group, screen)?;
    let container = container(&group, &meant, screen)?;
    check_running(&meant, &group, container, screen)?;
    let door = match sight.cloud.exec(&meant.id, &container.name, &command, size()).await {
        Ok(door) => door,
        Err(error) => return sight.fault(screen, &error),
    };
    let carrier = sight.cloud.client().transport();
    let ended = match dial(carrier, &door).await {
        Ok(dialled) => converse(dialled, screen).await,
        Err(lost) => Err(lost),
    };
    match ended {
        Ok(Ended::There) => Ok(Exit::Done),
        Ok(Ended::Here) => Err(Exit::Interrupted),
        Err(lost) => fail(screen, &broken(&meant, &container.name, lost), &Sources::default()),
    }
}

/// The diagnostic for a socket that did not come about or did not end well.
pub(super) fn broken(meant: &Meant, container: &str, lost: Lost) -> Diagnostic {
    let hint = if lost.sent {
        format!("`acier inspect {}` shows what became of the container", meant.shown)
    } else {
        "The network must let connections to port 19390 of Azure through.".to_owned()
    };
    Diagnostic::error(format!("The connection to {container} failed"), lost.message).hint(hint)
}

/// The program to start; the service takes one word.
fn command(words: &[String], group: &Group, screen: &Screen) -> Outcome<String> {
    let windows = group.os_type.eq_ignore_ascii_case("Windows");
    match words {
        [empty] if empty.trim().is_empty() => command(&[], group, screen),
        [] => Ok(if windows { "cmd.exe" } else { "/bin/sh" }.to_owned()),
        // A path of Windows may hold blanks.
        [one] if windows || one.split_whitespace().count() == 1 => Ok(one.clone()),
        [first, rest @ ..] => {
            let program = first.split_whitespace().next().unwrap_or_default();
            let mut detail =
                format!("Azure starts one program without arguments, and more follows after \"{program}\".");
            if rest.iter().any(|word| word.starts_with("--")) {
                detail.push_str(" Options of acier stand before the command.");
            }
            let hint =
                format!("Start a shell, or pipe the line into one: echo '{program} ...' | acier exec GROUP /bin/sh.");
            screen.diagnostic(&Diagnostic::error("A command with arguments", detail).hint(hint), &Sources::default());
            Err(Exit::Usage)
        }
    }
}

/// The service opens a socket to a container that does not run, and closes it without a word.
pub(super) fn check_running(meant: &Meant, group: &Group, container: &Container, screen: &Screen) -> Outcome<()> {
    let Some(state) = container.state.as_deref().filter(|state| *state != "Running") else { return Ok(()) };
    let detail = format!("{}/{} is not running: {}.", meant.shown, container.name, container.describe());
    let hint = if group.is_over() {
        format!("Start it with `acier start {}`.", meant.shown)
    } else if state == "Waiting" {
        format!("Wait for it with `acier wait -for=running {}`, or see `acier events {}`.", meant.shown, meant.shown)
    } else {
        format!("See `acier events {}`.", meant.shown)
    };
    fail(screen, &Diagnostic::error("The container is not running", detail).hint(hint), &Sources::default())
}
