//! `acier logs`: what the containers of a group wrote.
//!
//! **Never:** change anything. Lines of several containers carry the container's name in front.

use std::path::Path;

use crate::cli::arguments::LogsArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::find;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, Session, fail, fault};
use crate::diag::{Diagnostic, Sources};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &LogsArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let session = Session::look(folder, vars, arguments.variables.input, screen).await?;
    let meant = find(&arguments.group, &session.state, screen)?;
    let container = arguments.container.clone().or_else(|| meant.container.clone());
    let group = match session.cloud.instance(&meant.id).await {
        Ok(Some(group)) => group,
        Ok(None) => {
            let detail = format!("{} ({}) does not exist in {}.", meant.shown, meant.id, session.cloud_name());
            return fail(screen, &Diagnostic::error("The group is gone", detail), &Sources::default());
        }
        Err(error) => return fault(&session, screen, &error),
    };
    let names: Vec<String> = group.containers.iter().map(|container| container.name.clone()).collect();
    let chosen: Vec<String> = match container {
        Some(name) if names.contains(&name) => vec![name],
        Some(name) => {
            let detail = format!("{} has no container \"{name}\". It has: {}.", meant.shown, names.join(", "));
            return fail(screen, &Diagnostic::error("No such container", detail), &Sources::default());
        }
        None => names,
    };
    let width = chosen.iter().map(String::len).max().unwrap_or(0);
    for name in &chosen {
        let text = match session.cloud.logs(&meant.id, name, arguments.tail, arguments.timestamps).await {
            Ok(text) => text,
            Err(error) => return fault(&session, screen, &error),
        };
        if chosen.len() == 1 {
            screen.text(&text);
            if !text.is_empty() && !text.ends_with('\n') {
                screen.line("");
            }
        } else {
            for line in text.lines() {
                screen.line(&format!("{name:<width$} | {line}"));
            }
        }
    }
    Ok(Exit::Done)
}
