//! `acier state import-tfstate`, `state pull`, `state push`
//!
//! **Never:** change the cloud or the file. The decision to question: all that a file holds is one
//! operation of the log, and what the state has already is passed over, so a run that was cut short is
//! simply run again.
#![expect(clippy::disallowed_methods, reason = "reads the state file")]

use std::path::Path;

use crate::addr::Addr;
use crate::cli::arguments::ImportTfstateArguments;
use crate::cli::commands::version::LANGUAGE;
use crate::cli::editing::edit;
use crate::cli::exit::Exit;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, Session, fail, open_store};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::engine::resume::Patience;
use crate::plan::Mode;
use crate::plan::json::values::Sight;
use crate::provider::Provider;
use crate::state::{Event, State};
use crate::store::Access;
use crate::tfstate::read::{self, Reading};
use crate::tfstate::write::write;
use crate::value::{Name, Value};

pub(in crate::cli) async fn import(
    folder: &Path,
    vars: &[Var],
    arguments: &ImportTfstateArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let none = Sources::default();
    let shown = arguments.file.display();
    let text = match std::fs::read_to_string(folder.join(&arguments.file)) {
        Ok(text) => text,
        Err(error) => {
            let wrong = Diagnostic::error("The state file cannot be read", format!("{shown}: {error}."));
            return fail(screen, &wrong, &none);
        }
    };
    let (ask, aim) = (arguments.variables.input, (Mode::Normal, Patience::Follow));
    let mut session = Session::open(folder, vars, ask, aim, screen).await?;
    let recognise = |kind: &str, id: &str| recognise(&session, kind, id);
    let desk = read::Desk {
        schemas: &session.project.schemas,
        recognise: &recognise,
        fingerprint: &|secret| session.key.fingerprint(secret),
    };
    let refuse = |wrong: Diagnostics| -> Exit {
        screen.diagnostics(&wrong, &none);
        Exit::Failed
    };
    let reading = read::read(&text, &desk).map_err(refuse)?;
    unknown(&reading, arguments.skip_unknown).map_err(refuse)?;
    let events = events(&reading, &session.state).map_err(refuse)?;
    for place in &reading.dropped {
        let detail = format!("{place} has no counterpart in acier's kinds. It is not kept.");
        screen.diagnostic(&Diagnostic::warning("Value of the state file left out", detail), &none);
    }
    let Session { state, store, cloud, .. } = &mut session;
    if !events.is_empty() {
        edit(store, state, Some(cloud.cloud()), &events, screen)?;
    }
    conclude(&reading, &events, &shown.to_string(), screen);
    Ok(Exit::Done)
}

/// The id of an object, in whichever cloud of the configuration it is.
fn recognise(session: &Session, kind: &str, id: &str) -> Result<(Name, Option<Name>), String> {
    let named = Value::string(id);
    let fault = match session.cloud.recognise("", kind, &named) {
        Ok(id) => return Ok((id, None)),
        Err(fault) => fault,
    };
    for cloud in session.cloud.accounts().values() {
        if let Ok(id) = session.cloud.recognise(cloud, kind, &named) {
            return Ok((id, Some(cloud.clone())));
        }
    }
    Err(match fault.hint {
        Some(hint) => format!("{}\n\nWhat to do: {hint}", fault.message),
        None => fault.message,
    })
}

/// Kinds that acier does not know, each with its addresses.
fn unknown(reading: &Reading, skip: bool) -> Result<(), Diagnostics> {
    if skip || reading.unknown.is_empty() {
        return Ok(());
    }
    let lines = reading.unknown.iter().map(|(kind, addresses)| {
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        format!("  {kind}: {}", addresses.join(", "))
    });
    let detail = format!(
        "The state file holds objects of kinds that acier does not know:\n\n{}\n\nNothing was imported.",
        lines.collect::<Vec<_>>().join("\n")
    );
    let hint = "Leave them to Terraform and import the others with -skip-unknown.";
    Err(Diagnostic::error("Unknown kinds in the state file", detail).hint(hint).into())
}

/// What is to be written. What the state has already at the same address is left alone.
fn events(reading: &Reading, state: &State) -> Result<Vec<Event>, Diagnostics> {
    if reading.objects.is_empty() && reading.outputs.is_empty() {
        let detail = "The state file holds neither objects that acier could manage nor outputs. Nothing was done.";
        return Err(Diagnostic::error("Nothing to import", detail).into());
    }
    let current = state.objects.iter().map(|(addr, object)| ((addr.clone(), None), object));
    let deposed = state.deposed.iter().map(|((addr, key), object)| ((addr.clone(), Some(key.clone())), object));
    let own: std::collections::BTreeMap<(Addr, Option<Name>), _> = current.chain(deposed).collect();
    let places: std::collections::BTreeMap<&Name, &Addr> =
        own.iter().map(|((addr, _), object)| (&object.id, addr)).collect();
    let mut wrong = Diagnostics::none();
    let mut events = Vec::new();
    for ((addr, key), object) in &reading.objects {
        let there = own.get(&(addr.clone(), key.clone()));
        if let Some(there) = there.filter(|there| there.id != object.id) {
            let detail = format!("The state has the object {} at {addr}, and the file has {}.", there.id, object.id);
            let hint = "Forget the one that is not wanted with acier state rm, and import again.";
            let diagnostic = Diagnostic::error("Object would be overwritten", detail);
            wrong.push(diagnostic.hint(hint).about(addr.to_string()));
        } else if let Some(other) = places.get(&object.id).filter(|other| **other != addr) {
            let detail = format!("{other} manages the object {} already, which the file has at {addr}.", object.id);
            wrong.push(Diagnostic::error("Object is managed already", detail).about(addr.to_string()));
        } else if there.is_none() {
            let (addr, deposed, object) = (addr.clone(), key.clone(), Some(object.clone()));
            events.push(Event::Refreshed { addr, deposed, object });
        }
    }
    for (name, output) in reading.outputs.iter().filter(|(name, _)| !state.outputs.contains_key(*name)) {
        events.push(Event::Output { name: name.clone(), output: Some(output.clone()) });
    }
    if wrong.has_errors() { Err(wrong) } else { Ok(events) }
}

fn conclude(reading: &Reading, events: &[Event], shown: &str, screen: &Screen) {
    for event in events {
        if let Event::Refreshed { addr, deposed, object: Some(object) } = event {
            let deposed = deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default();
            screen.line(&format!("{addr}{deposed}: Import complete [id={}]", object.id));
        }
    }
    for (kind, addresses) in &reading.unknown {
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        screen.line(&format!("Left out, because acier does not know {kind}: {}", addresses.join(", ")));
    }
    if reading.data > 0 {
        screen.line(&format!("Left out: {} data sources, which are read anew.", reading.data));
    }
    let objects = events.iter().filter(|event| matches!(event, Event::Refreshed { .. })).count();
    let outputs = events.len() - objects;
    let there = reading.objects.len() - objects;
    let there = if there == 0 { String::new() } else { format!(" {there} were there already.") };
    screen.good(&format!(
        "\nImport successful! Imported {objects} objects and {outputs} outputs from {shown} (serial {}, Terraform {}).{there}",
        reading.serial, reading.terraform_version
    ));
    screen.line("The next plan reads them all and says what differs. Do not apply with Terraform any more.");
}

/// Prints the state as Terraform would keep it.
pub(in crate::cli) fn pull(folder: &Path, show_sensitive: bool, screen: &Screen) -> Outcome<Exit> {
    let (_, state) = open_store(folder, Access::Read, screen)?;
    let sight = if show_sensitive { Sight::Clear } else { Sight::Hidden };
    match write(&state, &crate::cli::kinds::schemas(), LANGUAGE, sight) {
        Some(document) => screen.line(&format!("{document:#}")),
        None => screen.note("There is no state yet: nothing was ever done here."),
    }
    Ok(Exit::Done)
}

/// Says why a state is not pushed.
pub(in crate::cli) fn push(screen: &Screen) -> Outcome<Exit> {
    let detail = "The state is the sum of a log of operations, and a file cannot take the place of that history.";
    let hint = "Take objects over with acier state import-tfstate FILE, and forget those that are not wanted with \
                acier state rm.";
    fail(screen, &Diagnostic::error("A state cannot be pushed", detail).hint(hint), &Sources::default())
}
