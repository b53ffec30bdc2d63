//! `acier import ADDRESS ID`: takes an existing object into the state.
//!
//! **Never:** change the object. The decision to question: it plans the one address, so that it
//! refuses what a plan would refuse and can say what the next plan will do to the object.

use std::path::Path as FilePath;

use crate::addr::{Addr, Key, Mode as BlockMode, Target, parse};
use crate::cli::arguments::{ImportArguments, PlanningArguments};
use crate::cli::backend::must_be_beside;
use crate::cli::editing::edit;
use crate::cli::exit::Exit;
use crate::cli::planning::make_plan;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, Session, fail};
use crate::diag::{Diagnostic, Sources};
use crate::engine::resume::Patience;
use crate::lang::import::Wanted;
use crate::plan::{Action, Change, Mode, Options};
use crate::provider::Provider;
use crate::schema::Cost;
use crate::state::Event;
use crate::value::{Path, Value};

pub(in crate::cli) async fn run(
    folder: &FilePath,
    vars: &[Var],
    arguments: &ImportArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let addr = address(&arguments.address, screen)?;
    let (ask, aim) = (arguments.variables.input, (Mode::Normal, Patience::Follow));
    let mut session = Session::open(folder, vars, ask, aim, screen).await?;
    must_be_beside(&session.project, screen)?;
    let module = &session.project.module;
    if session.project.tree.blocks().next().is_none() && module.providers.is_empty() {
        // Nothing says in which cloud to look.
        let detail = format!(
            "resource address \"{addr}\" does not exist in the configuration, which has neither a resource nor a provider block."
        );
        let wrong = Diagnostic::error("Configuration for import target does not exist", detail);
        let hint = "Write the provider block and the resource block of the object, and import again.";
        return fail(screen, &wrong.hint(hint), &session.project.sources);
    }
    let managed = session.state.objects.contains_key(&addr);
    if !managed {
        screen.line(&format!("{addr}: Importing from ID {:?}...", arguments.id));
    }
    let options = Options {
        mode: Mode::Normal,
        targets: vec![match &addr.key {
            Key::None => Target::Block(addr.block.clone()),
            _ => Target::Instance(addr.clone()),
        }],
        imports: vec![Wanted { addr: addr.clone(), named: Value::string(&*arguments.id), span: None }],
        send_secrets: arguments.send_secrets,
        ..Options::default()
    };
    let planning = PlanningArguments { parallelism: 10, ..PlanningArguments::default() };
    let (plan, _) = make_plan(&mut session, &options, &planning, None, screen).await?;
    let change = plan.changes.iter().find(|change| change.addr == addr && change.deposed.is_none());
    let found = plan.refreshed.found.iter().find(|(found, deposed, _)| *found == addr && deposed.is_none());
    let (Some(change), Some((_, _, Some(object)))) = (change.filter(|change| change.importing.is_some()), found) else {
        screen.line(&format!("{addr} manages this object already. There is nothing to import."));
        return Ok(Exit::Done);
    };
    screen.line(&format!("{addr}: Import prepared!\n  Prepared {} for import", addr.block.kind));
    let event = Event::Refreshed { addr: addr.clone(), deposed: None, object: Some(object.clone()) };
    let Session { state, store, cloud, .. } = &mut session;
    edit(store, state, Some(cloud.cloud()), &[event], screen)?;
    screen.good(
        "\nImport successful!\n\nThe resources that were imported are shown above. These resources are now in your acier \
         state and will henceforth be managed by acier.",
    );
    screen.line(&format!("\n{}", prospects(change)));
    Ok(Exit::Done)
}

fn address(text: &str, screen: &Screen) -> Outcome<Addr> {
    let refuse = |detail: String| {
        screen.diagnostic(&Diagnostic::error("Invalid address", detail), &Sources::default());
        Exit::Usage
    };
    let addr = parse::addr(text).map_err(refuse)?;
    if addr.block.mode == BlockMode::Data {
        return Err(refuse(format!("{addr} is a data source, and only managed resources can be imported.")));
    }
    Ok(addr)
}

/// What the next plan will do to the object, and what is not known of it.
fn prospects(change: &Change) -> String {
    let names = |most: Cost| {
        // What the cloud decides anew is a consequence and no difference.
        let known = |path: &Path| !path.find(&change.after).is_some_and(Value::is_unknown);
        let found = change.differences.iter().filter(|found| found.cost >= most && known(&found.path));
        found.map(|found| found.path.to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut text = match change.action {
        Action::NoOp => {
            "The configuration asks for the object as it is: the next plan changes nothing in it.".to_owned()
        }
        Action::Update => {
            let cost = if change.cost == Cost::Nothing { "nothing that runs is touched" } else { "containers restart" };
            format!("The next plan updates it in place ({cost}), because these differ: {}.", names(Cost::Nothing))
        }
        _ => format!(
            "The next plan replaces it, because these differ and cannot be changed in place: {}. Change the \
             configuration to what the object is, unless that is what you want.",
            names(Cost::Replace)
        ),
    };
    let believed = change.importing.as_ref().map(|importing| importing.believed.as_slice()).unwrap_or_default();
    if !believed.is_empty() {
        let names: Vec<String> = believed.iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "\n\nSecrets are never returned, so these are taken to be as configured: {}. If that is not certain, forget the \
             object again and import it with -send-secrets: the next apply then sends them, and containers restart.",
            names.join(", ")
        ));
    }
    text
}
