//! `acier logs`: what the containers of a group wrote, and with -f what they go on to write.
//!
//! **Never:** change anything. Lines of several containers carry the container's name in front.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::LogsArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::{Meant, containers, look};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::Outcome;
use crate::cli::sight::Sight;
use crate::resources::operate::follow::{Line, Logs, split_time};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &LogsArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let (sight, meant) = look(folder, vars, &arguments.of.target, screen).await?;
    let group = sight.group(&meant, screen).await?;
    let chosen: Vec<String> =
        containers(&group, &meant, screen)?.iter().map(|container| container.name.clone()).collect();
    let page = Page { arguments, names: &chosen, screen };
    if arguments.of.follow {
        return follow(&sight, &meant, &page).await;
    }
    for name in &chosen {
        let stamped = arguments.timestamps || arguments.json;
        let text = match sight.cloud.logs(&meant.id, name, arguments.tail, stamped).await {
            Ok(text) => text,
            Err(error) => return sight.fault(screen, &error),
        };
        if chosen.len() == 1 && !arguments.json {
            screen.bytes(text.as_bytes());
            if !text.is_empty() && !text.ends_with('\n') {
                screen.line("");
            }
            continue;
        }
        for line in text.lines() {
            let (time, text) = if stamped { split_time(line) } else { (None, line) };
            page.print(&Line { container: name.clone(), time: time.map(str::to_owned), text: text.to_owned() });
        }
    }
    Ok(Exit::Done)
}

async fn follow(sight: &Sight, meant: &Meant, page: &Page<'_>) -> Outcome<Exit> {
    let mut logs = Logs::new(&meant.id, page.names, page.arguments.tail);
    loop {
        let found = match logs.next(&sight.cloud).await {
            Ok(found) => found,
            Err(error) => return sight.fault(page.screen, &error),
        };
        found.items.iter().for_each(|line| page.print(line));
        if found.gone {
            page.screen.note(&format!("{} is gone.", meant.shown));
        }
        if found.ended {
            return Ok(Exit::Done);
        }
    }
}

/// How lines are shown.
struct Page<'a> {
    arguments: &'a LogsArguments,
    names: &'a [String],
    screen: &'a Screen,
}

impl Page<'_> {
    fn print(&self, line: &Line) {
        if self.arguments.json {
            let object = json!({ "container": line.container, "time": line.time, "message": line.text });
            return self.screen.line(&object.to_string());
        }
        let time = line.time.as_ref().filter(|_| self.arguments.timestamps);
        let time = time.map(|time| format!("{time} ")).unwrap_or_default();
        self.screen.line(&format!("{}{time}{}", prefix(self.names, &line.container), line.text));
    }
}

/// What stands before the lines of a container: nothing where there is only one.
fn prefix(names: &[String], container: &str) -> String {
    if names.len() < 2 {
        return String::new();
    }
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    format!("{container:<width$} | ")
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn names_stand_in_front_where_there_are_several() {
        let names = ["app".to_owned(), "sidecar".to_owned()];
        assert_eq!(prefix(&names, "app"), "app     | ");
        assert_eq!(prefix(&names[..1], "app"), "");
    }
}
