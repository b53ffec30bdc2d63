//! `acier start`, `acier stop`, `acier restart`: whole container groups, several at a time.
//!
//! **Never:** touch the state or its lock: what changes is drift, which the next refresh finds; the
//! last line says so where it matters.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::cli::arguments::ActArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::{Meant, find};
use crate::cli::progress::time;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail};
use crate::cli::sight::Sight;
use crate::diag::{Diagnostic, Sources};
use crate::engine::notice::diagnose;
use crate::provider::Fault;
use crate::resources::operate::Group;
use crate::resources::operate::act::Act;

/// How often a person is told that it goes on.
const EVERY: Duration = Duration::from_secs(10);

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &ActArguments,
    act: Act,
    screen: &Screen,
) -> Outcome<Exit> {
    let first = arguments.groups.first().map(String::as_str);
    let sight = Sight::open(folder, vars, arguments.variables.input, first, screen).await?;
    let mut meant: Vec<Meant> = Vec::new();
    for text in &arguments.groups {
        let one = find(text, None, &sight, screen)?;
        if let Some(container) = &one.container {
            let detail =
                format!("{} names the container {container}, and Azure can only {} whole groups.", text, act.word());
            let hint = format!("`acier {} {}` does it for all containers of the group.", act.word(), one.shown);
            return fail(screen, &Diagnostic::error("Not for one container", detail).hint(hint), &Sources::default());
        }
        if meant.iter().all(|known| known.id != one.id) {
            meant.push(one);
        }
    }
    let each = meant.iter().map(|meant| carry_out(&sight, meant, act, arguments, screen));
    let done: Vec<Result<Option<Group>, Fault>> = futures_util::future::join_all(each).await;
    let mut exit = Exit::Done;
    let mut list = Vec::new();
    for (meant, outcome) in meant.iter().zip(done) {
        match outcome {
            Ok(group) => {
                if !arguments.json {
                    tell_address(&sight, meant, act, group.as_ref(), screen);
                }
                list.push(document(meant, act, group.as_ref(), !arguments.no_wait));
            }
            Err(fault) => {
                screen.diagnostic(&diagnose(&fault, &meant.shown), &Sources::default());
                exit = Exit::Failed;
            }
        }
    }
    if arguments.json {
        screen.line(&format!("{:#}", serde_json::Value::Array(list)));
    }
    if exit == Exit::Done { Ok(exit) } else { Err(exit) }
}

/// Carries out one; the group afterwards, if it was waited for.
async fn carry_out(
    sight: &Sight,
    meant: &Meant,
    act: Act,
    arguments: &ActArguments,
    screen: &Screen,
) -> Result<Option<Group>, Fault> {
    let shown = &meant.shown;
    let say = |text: &str| {
        if !arguments.json {
            screen.line(&format!("{shown}: {text}"));
        }
    };
    let (begin, end) = words(act);
    say(&format!("{begin}..."));
    if arguments.no_wait {
        let open = sight.cloud.ask_for(&meant.id, act).await?;
        say(if open.is_some() { "The service goes on with it" } else { end });
        return Ok(None);
    }
    let began = Instant::now();
    let mut next = EVERY;
    let mut tell = |elapsed: Duration, note: &str| {
        if elapsed >= next {
            next = elapsed + EVERY;
            let note = if note.is_empty() { String::new() } else { format!(": {note}") };
            say(&format!("Still {}... [{} elapsed]{note}", begin.to_lowercase(), time(elapsed)));
        }
    };
    let group = sight.cloud.carry_out(&meant.id, act, &mut tell).await?;
    say(&format!("{end} after {}{}", time(began.elapsed()), state(act, &group)));
    Ok(Some(group))
}

fn words(act: Act) -> (&'static str, &'static str) {
    match act {
        Act::Start => ("Starting", "Started"),
        Act::Stop => ("Stopping", "Stopped"),
        Act::Restart => ("Restarting", "Restarted"),
    }
}

/// ` [Running at 20.1.2.3]`: what became of it, where that goes without saying nothing.
fn state(act: Act, group: &Group) -> String {
    let state = group.state.as_deref().unwrap_or("Pending");
    match &group.ip_address {
        Some(address) => format!(" [{state} at {address}]"),
        None if act == Act::Stop && state == "Stopped" => String::new(),
        None => format!(" [{state}]"),
    }
}

/// Says that the state does not know the address that the group has now.
fn tell_address(sight: &Sight, meant: &Meant, act: Act, group: Option<&Group>, screen: &Screen) {
    let Some(addr) = &meant.addr else { return };
    let known = sight.state.objects.get(addr).and_then(|object| object.value.text("ip_address").map(str::to_owned));
    let Some(known) = known.filter(|known| !known.is_empty()) else { return };
    let later = "the state learns of it at the next plan, apply or refresh";
    match group {
        Some(group) if group.ip_address.as_deref() == Some(&known) => {}
        Some(group) => match &group.ip_address {
            Some(now) => screen.line(&format!("{addr}: The address was {known} and is {now} now; {later}.")),
            None => screen.line(&format!("{addr}: The address {known} was given back; {later}.")),
        },
        None if act == Act::Start => {
            screen.line(&format!("{addr}: The address was {known} and may be another one now; {later}."));
        }
        None => {}
    }
}

fn document(meant: &Meant, act: Act, group: Option<&Group>, waited: bool) -> serde_json::Value {
    json!({
        "address": meant.addr.as_ref().map(ToString::to_string),
        "id": &*meant.id,
        "action": act.word(),
        "waited": waited,
        "state": group.and_then(|group| group.state.clone()),
        "provisioning_state": group.map(|group| group.provisioning_state.clone()),
        "ip_address": group.and_then(|group| group.ip_address.clone()),
        "fqdn": group.and_then(|group| group.fqdn.clone()),
    })
}
