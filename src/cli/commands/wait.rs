//! `acier wait`: until a container group runs, has ended, is stopped or is gone.
//!
//! **Never:** wait for what cannot come any more; the exit code says which of the three it was.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::cli::arguments::WaitArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::{Meant, containers, look};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail};
use crate::diag::{Diagnostic, Sources};
use crate::lang::timeouts::seconds;
use crate::resources::operate::Group;
use crate::resources::operate::wait::{Goal, Outlook};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &WaitArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let limit = limit(arguments.timeout.as_deref(), screen)?;
    let (sight, meant) = look(folder, vars, &arguments.target, screen).await?;
    let goal = arguments.wanted.goal();
    match sight.cloud.instance(&meant.id).await {
        Ok(Some(group)) => drop(containers(&group, &meant, screen)?),
        Ok(None) if goal != Goal::Deleted => return sight.gone(&meant, screen),
        Ok(None) => {}
        Err(error) => return sight.fault(screen, &error),
    }
    let (mut said, mut last) = (String::new(), None);
    let mut tell = |group: Option<&Group>, words: &str| {
        last = group.cloned();
        if said != words {
            said.clear();
            said.push_str(words);
            if !arguments.json {
                screen.note(&format!("{}: {words}", meant.shown));
            }
        }
    };
    let waiting = sight.cloud.wait_for(&meant.id, meant.container.as_deref(), goal, &mut tell);
    let ended = match limit {
        Some(limit) => tokio::time::timeout(limit, waiting).await.ok(),
        None => Some(waiting.await),
    };
    match ended {
        Some(Ok((outlook, group))) => Ok(conclude(&meant, goal, &outlook, group.as_ref(), arguments, screen)?),
        Some(Err(error)) => sight.fault(screen, &error),
        None => {
            let time = arguments.timeout.as_deref().unwrap_or_default();
            if arguments.json {
                print(&meant, goal, ("timed_out", &said), last.as_ref(), screen);
            } else {
                let detail = format!("{} has not reached \"{}\" after {time}: {said}.", meant.shown, goal.word());
                screen.diagnostic(&Diagnostic::error("It did not come in time", detail), &Sources::default());
            }
            Err(Exit::TimedOut)
        }
    }
}

fn limit(text: Option<&str>, screen: &Screen) -> Outcome<Option<Duration>> {
    let Some(text) = text else { return Ok(None) };
    if let Some(seconds) = seconds(text) {
        return Ok(Some(Duration::from_secs(seconds)));
    }
    let detail = format!("{text:?} is not a duration; write numbers with units, such as \"90s\" or \"1h30m\".");
    screen.diagnostic(&Diagnostic::error("Invalid -timeout", detail), &Sources::default());
    Err(Exit::Usage)
}

fn conclude(
    meant: &Meant,
    goal: Goal,
    outlook: &Outlook,
    group: Option<&Group>,
    arguments: &WaitArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let (outcome, reason) = match outlook {
        Outlook::Never(reason) => ("never", reason.as_str()),
        Outlook::Reached | Outlook::NotYet(_) => ("reached", ""),
    };
    if arguments.json {
        print(meant, goal, (outcome, reason), group, screen);
        return if outcome == "never" { Err(Exit::Failed) } else { Ok(Exit::Done) };
    }
    if outcome == "never" {
        let summary = format!("{} cannot reach \"{}\"", meant.shown, goal.word());
        return fail(screen, &Diagnostic::error(summary, reason), &Sources::default());
    }
    let Some(group) = group else {
        screen.line(&format!("{} is gone.", meant.shown));
        return Ok(Exit::Done);
    };
    for container in group.containers.iter().filter(|own| is_meant(meant, &own.name)) {
        screen.line(&format!("{}/{}: {}", meant.shown, container.name, container.describe()));
    }
    Ok(Exit::Done)
}

fn is_meant(meant: &Meant, container: &str) -> bool {
    meant.container.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(container))
}

fn print(meant: &Meant, goal: Goal, (outcome, reason): (&str, &str), group: Option<&Group>, screen: &Screen) {
    let containers = group.iter().flat_map(|group| &group.containers).filter(|own| is_meant(meant, &own.name));
    let containers = containers.map(
        |own| json!({ "name": own.name, "state": own.state, "detail_status": own.detail, "exit_code": own.exit_code }),
    );
    let document = json!({
        "address": meant.addr.as_ref().map(ToString::to_string),
        "id": &*meant.id,
        "for": goal.word(),
        "outcome": outcome,
        "reason": (!reason.is_empty()).then_some(reason),
        "state": group.and_then(|group| group.state.clone()),
        "containers": containers.collect::<Vec<_>>(),
    });
    screen.line(&format!("{document:#}"));
}
