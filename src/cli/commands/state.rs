//! `acier state list`, `state show`, `state rm`
//!
//! **Never:** ask a cloud or change it.

use std::path::Path;

use crate::addr::{Addr, Target, parse};
use crate::cli::arguments::StateCommand;
use crate::cli::editing::{edit, must_be_settled};
use crate::cli::exit::Exit;
use crate::cli::hcl;
use crate::cli::likeness;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, open_store};
use crate::diag::{Diagnostic, Sources};
use crate::plan::json::values::Sight;
use crate::plan::{json, render};
use crate::state::{Event, Needs, Object, State};
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, command: &StateCommand, screen: &Screen) -> Outcome<Exit> {
    match command {
        // Needs the cloud, and is run by itself.
        StateCommand::ImportTfstate(_) => Ok(Exit::Usage),
        StateCommand::Pull { show_sensitive } => super::tfstate::pull(folder, *show_sensitive, screen),
        StateCommand::Push { .. } => super::tfstate::push(screen),
        StateCommand::List { id, addresses } => list(folder, addresses, id.as_deref(), screen),
        StateCommand::Show { address, json, hcl } => {
            let form = if *json {
                Form::Json
            } else if *hcl {
                Form::Hcl
            } else {
                Form::Text
            };
            show(folder, address, form, screen)
        }
        StateCommand::Rm { dry_run, addresses, .. } => remove(folder, addresses, *dry_run, screen),
        StateCommand::Mv { dry_run, source, destination, .. } => {
            super::state_mv::run(folder, source, destination, *dry_run, screen)
        }
        StateCommand::ReplaceProvider { from, to, .. } => super::state_mv::replace_provider(from, to, screen),
        StateCommand::Repair { auto_approve } => super::repair::run(folder, *auto_approve, screen),
    }
}

fn targets(addresses: &[String], screen: &Screen) -> Outcome<Vec<Target>> {
    let read = |text: &String| {
        parse::target(text).map_err(|error| {
            screen.diagnostic(&Diagnostic::error("Invalid address", format!("{error}.")), &Sources::default());
            Exit::Usage
        })
    };
    addresses.iter().map(read).collect()
}

/// The addresses that the targets cover; each target must cover something.
fn covered(state: &State, targets: &[Target], screen: &Screen) -> Outcome<Vec<Addr>> {
    let mut found = Vec::new();
    for target in targets {
        let before = found.len();
        found.extend(state.objects.keys().filter(|addr| target.covers(addr)).cloned());
        if found.len() == before {
            let detail = format!("The state holds nothing at {target}.{}", likeness::meant(state, &target.to_string()));
            let diagnostic =
                Diagnostic::error("No such object", detail).hint("`acier state list` shows all addresses.");
            return fail(screen, &diagnostic, &Sources::default());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn list(folder: &Path, addresses: &[String], id: Option<&str>, screen: &Screen) -> Outcome<Exit> {
    let targets = targets(addresses, screen)?;
    let (_, mut state) = open_store(folder, Access::Read, screen)?;
    if let Some(id) = id {
        state.objects.retain(|_, object| object.id.eq_ignore_ascii_case(id));
        state.deposed.retain(|_, object| object.id.eq_ignore_ascii_case(id));
    }
    let shown =
        if targets.is_empty() { state.objects.keys().cloned().collect() } else { covered(&state, &targets, screen)? };
    for addr in shown {
        screen.line(&addr.to_string());
    }
    for (addr, key) in state.deposed.keys().filter(|_| targets.is_empty()) {
        screen.line(&format!("{addr} (deposed object {key})"));
    }
    Ok(Exit::Done)
}

/// How an object is shown.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Text,
    Json,
    Hcl,
}

fn show(folder: &Path, address: &str, form: Form, screen: &Screen) -> Outcome<Exit> {
    let targets = targets(&[address.to_owned()], screen)?;
    let (_, state) = open_store(folder, Access::Read, screen)?;
    for addr in covered(&state, &targets, screen)? {
        let Some(object) = state.objects.get(&addr) else { continue };
        match form {
            Form::Json => screen
                .line(&format!("{:#}", json::state::object(&addr, object, &Needs::of_state(&state), Sight::Hidden))),
            Form::Text => screen.text(&render::object(&addr, &object.value, object.tainted)),
            Form::Hcl => configuration(&addr, object, screen),
        }
    }
    Ok(Exit::Done)
}

fn configuration(addr: &Addr, object: &Object, screen: &Screen) {
    let schemas = crate::cli::kinds::schemas();
    let Some(schema) = schemas.managed.get(&object.kind) else { return };
    let (text, missing) = hcl::resource(addr, object, &schema.block);
    for secret in missing {
        screen.line(&format!("# {secret} is a secret, or holds one, and is not shown."));
    }
    screen.text(&text);
}

fn remove(folder: &Path, addresses: &[String], dry_run: bool, screen: &Screen) -> Outcome<Exit> {
    let targets = targets(addresses, screen)?;
    let access = if dry_run { Access::Read } else { Access::Write };
    let (mut store, mut state) = open_store(folder, access, screen)?;
    let events = forgotten(&state, &targets, screen)?;
    let verb = if dry_run { "Would forget" } else { "Forgot" };
    let lines: Vec<String> = events.iter().filter_map(|event| told(verb, event)).collect();
    if dry_run {
        lines.iter().for_each(|line| screen.line(line));
        return Ok(Exit::Done);
    }
    must_be_settled(&state, screen)?;
    edit(&mut store, &mut state, None, &events, screen)?;
    lines.iter().for_each(|line| screen.line(line));
    screen.line("Nothing was deleted: what was forgotten still exists in the cloud.");
    Ok(Exit::Done)
}

/// What forgets all that the targets cover, deposed objects too; each target must cover something.
fn forgotten(state: &State, targets: &[Target], screen: &Screen) -> Outcome<Vec<Event>> {
    let deposed = || state.deposed.keys();
    let only_deposed = |target: &Target| {
        deposed().any(|(addr, _)| target.covers(addr)) && !state.objects.keys().any(|addr| target.covers(addr))
    };
    let (replaced, others): (Vec<Target>, Vec<Target>) = targets.iter().cloned().partition(only_deposed);
    let found = covered(state, &others, screen)?;
    let mut events: Vec<Event> = found.into_iter().map(|addr| Event::Forgotten { addr }).collect();
    let all = || replaced.iter().chain(&others);
    for (addr, key) in deposed().filter(|(addr, _)| all().any(|target| target.covers(addr))) {
        events.push(Event::Refreshed { addr: addr.clone(), deposed: Some(key.clone()), object: None });
    }
    Ok(events)
}

fn told(verb: &str, event: &Event) -> Option<String> {
    match event {
        Event::Forgotten { addr } => Some(format!("{verb} {addr}")),
        Event::Refreshed { addr, deposed: Some(key), .. } => Some(format!("{verb} {addr} (deposed object {key})")),
        _ => None,
    }
}
