//! `acier events`: what happened to a container group, in the service's words.
//!
//! **Never:** change anything, or hide a repeated event: it is shown again with its count.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::EventsArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::{containers, look};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::Outcome;
use crate::resources::operate::follow::{Events, Occurrence};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &EventsArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let (sight, meant) = look(folder, vars, &arguments.of.target, screen).await?;
    let group = sight.group(&meant, screen).await?;
    let chosen = containers(&group, &meant, screen)?;
    let all = chosen.iter().copied().chain(group.init_containers.iter());
    let width = all.map(|container| container.name.len()).chain(["group".len()]).max().unwrap_or(0);
    let mut events = Events::new(&meant.id, meant.container.as_deref());
    let mut shown = 0;
    loop {
        let found = match events.next(&sight.cloud).await {
            Ok(found) => found,
            Err(error) => return sight.fault(screen, &error),
        };
        shown += found.items.len();
        if arguments.json && !arguments.of.follow {
            let list: Vec<_> = found.items.iter().map(document).collect();
            screen.line(&format!("{:#}", serde_json::Value::Array(list)));
        } else if arguments.json {
            found.items.iter().for_each(|one| screen.line(&document(one).to_string()));
        } else {
            found.items.iter().for_each(|one| screen.line(&line(one, width)));
        }
        if found.gone {
            screen.note(&format!("{} is gone.", meant.shown));
        }
        if found.ended || !arguments.of.follow {
            if shown == 0 && !arguments.json {
                screen.note(&format!("{} has no events; the service keeps them for a while only.", meant.shown));
            }
            return Ok(Exit::Done);
        }
    }
}

fn document(one: &Occurrence) -> serde_json::Value {
    let event = &one.event;
    json!({
        "container": one.container, "name": event.name, "type": event.kind, "message": event.message,
        "count": event.count, "first_timestamp": event.first, "last_timestamp": event.last,
    })
}

fn line(one: &Occurrence, width: usize) -> String {
    let event = &one.event;
    let times = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
    let when = event.last.as_deref().unwrap_or("-");
    let source = one.container.as_deref().unwrap_or("group");
    format!("{when}  {:<7}  {source:<width$}  {:<8}  {}{times}", event.kind, event.name, event.message)
}
