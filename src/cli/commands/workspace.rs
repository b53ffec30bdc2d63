//! `acier workspace list`, `show`, `new`, `select`, `delete`
//!
//! **Never:** act on a cloud: what a removed workspace kept track of stays where it is, and its state is
//! only removed if it is empty or that was asked for. The words and exit codes are Terraform's.

use std::path::Path;

use crate::cli::arguments::{ImportTfstateArguments, LockingArguments, WorkspaceCommand, WorkspaceNewArguments};
use crate::cli::exit::Exit;
use crate::cli::locking;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, store_failed};
use crate::cli::workspace::{Selected, invalid, remember, selected, unknown};
use crate::diag::{Diagnostic, Sources};
use crate::state::State;
use crate::store::{Access, Store, StoreError, workspace};

const FRESH: &str = "
You're now on a new, empty workspace. Workspaces isolate their state,
so if you run \"acier plan\" acier will not see any existing state
for this configuration.";

const OVERRIDDEN: &str = "


The active workspace is being overridden using the TF_WORKSPACE environment
variable.
";

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    command: &WorkspaceCommand,
    screen: &Screen,
) -> Outcome<Exit> {
    match command {
        WorkspaceCommand::List => list(folder, screen),
        WorkspaceCommand::Show => {
            screen.line(&current(folder, screen)?.name);
            Ok(Exit::Done)
        }
        WorkspaceCommand::New(arguments) => new(folder, vars, arguments, screen).await,
        WorkspaceCommand::Select { or_create, name } => select(folder, name, *or_create, screen),
        WorkspaceCommand::Delete { force, lock, name } => {
            locking::wait(lock, screen)?;
            delete(folder, name, *force, screen)
        }
    }
}

fn current(folder: &Path, screen: &Screen) -> Outcome<Selected> {
    selected(folder).or_else(|wrong| fail(screen, &wrong, &Sources::default()))
}

fn stop<T>(screen: &Screen, wrong: &Diagnostic) -> Outcome<T> {
    fail(screen, wrong, &Sources::default())
}

fn list(folder: &Path, screen: &Screen) -> Outcome<Exit> {
    let selected = current(folder, screen)?;
    let names = workspace::names(folder).map_err(|error| store_failed(&error, screen))?;
    for name in names {
        let mark = if *name == *selected.name { "*" } else { " " };
        screen.line(&format!("{mark} {name}"));
    }
    screen.line("");
    if selected.overridden {
        screen.line(OVERRIDDEN);
    }
    Ok(Exit::Done)
}

async fn new(folder: &Path, vars: &[Var], arguments: &WorkspaceNewArguments, screen: &Screen) -> Outcome<Exit> {
    let WorkspaceNewArguments { variables, lock, state, name } = arguments;
    if !workspace::is_name(name) {
        return stop(screen, &invalid(name, ""));
    }
    let selected = current(folder, screen)?;
    if selected.overridden && *selected.name != **name {
        let detail = "The workspace is currently overridden using the TF_WORKSPACE environment variable. You cannot create \
                      a new workspace when using this setting.";
        let hint = "To create a new workspace, either unset this environment variable or update it to match the workspace \
                    name you are trying to create, and then run this command again.";
        return stop(screen, &Diagnostic::error("The workspace is overridden", detail).hint(hint));
    }
    if workspace::exists(folder, name) {
        let detail = "A workspace has one state, which a new one of the same name would hide.";
        let hint = format!("Select it with acier workspace select {name}, or choose another name.");
        return stop(screen, &Diagnostic::error(format!("Workspace {name:?} already exists"), detail).hint(hint));
    }
    // What is copied is looked at first, so that nothing is made when it is not there.
    let source = state.as_ref().map(|state| folder.join(state));
    if let (Some(source), Some(shown)) = (&source, state)
        && !source.exists()
    {
        let detail = format!("There is neither a file nor a folder {}.", shown.display());
        let hint = "Name the folder of a state of acier, or a state file of Terraform.";
        return stop(screen, &Diagnostic::error("The state cannot be copied", detail).hint(hint));
    }
    match source.as_ref().filter(|source| source.is_dir()) {
        Some(source) => {
            locking::wait(lock, screen)?;
            copy(source, folder, name)
        }
        None => workspace::create(folder, name),
    }
    .map_err(|error| store_failed(&error, screen))?;
    switch(folder, name, screen)?;
    screen.good(&format!("Created and switched to workspace {name:?}!"));
    match (source, state) {
        (Some(source), Some(shown)) if source.is_dir() => {
            screen.line(&format!("\nIts state is a copy of the one in {}.", shown.display()));
            Ok(Exit::Done)
        }
        (Some(_), Some(shown)) => {
            let (variables, file) = (variables.clone(), shown.clone());
            let arguments =
                ImportTfstateArguments { variables, skip_unknown: false, file, locking: LockingArguments::default() };
            super::tfstate::import(folder, vars, &arguments, screen).await
        }
        _ => {
            screen.line(FRESH);
            Ok(Exit::Done)
        }
    }
}

/// Copies a state of acier into a new workspace. Nobody may write to it meanwhile.
fn copy(source: &Path, folder: &Path, name: &str) -> Result<(), StoreError> {
    let held = Store::open(source, Access::Write)?;
    let copied = workspace::copy(source, folder, name);
    drop(held);
    copied
}

fn select(folder: &Path, name: &str, or_create: bool, screen: &Screen) -> Outcome<Exit> {
    let selected = current(folder, screen);
    // What was remembered may be what is wrong, and this mends it.
    if let Ok(selected) = &selected
        && selected.overridden
    {
        let detail = "The selected workspace is currently overridden using the TF_WORKSPACE environment variable.";
        let hint = "To select a new workspace, either update this environment variable or unset it and then run this \
                    command again.";
        return stop(screen, &Diagnostic::error("The workspace is overridden", detail).hint(hint));
    }
    if !workspace::is_name(name) {
        return stop(screen, &invalid(name, ""));
    }
    if !workspace::exists(folder, name) {
        if !or_create {
            return stop(screen, &unknown(name));
        }
        workspace::create(folder, name).map_err(|error| store_failed(&error, screen))?;
        switch(folder, name, screen)?;
        screen.good(&format!("Created and switched to workspace {name:?}!"));
        screen.line(FRESH);
        return Ok(Exit::Done);
    }
    if selected.is_ok_and(|selected| *selected.name == *name) {
        return Ok(Exit::Done);
    }
    switch(folder, name, screen)?;
    screen.good(&format!("Switched to workspace {name:?}."));
    Ok(Exit::Done)
}

fn switch(folder: &Path, name: &str, screen: &Screen) -> Outcome<()> {
    remember(folder, name).or_else(|error| {
        let detail = format!("The selection cannot be written below the folder .acier: {error}.");
        stop(screen, &Diagnostic::error("The workspace cannot be selected", detail))
    })
}

fn delete(folder: &Path, name: &str, force: bool, screen: &Screen) -> Outcome<Exit> {
    if !workspace::is_name(name) {
        return stop(screen, &invalid(name, ""));
    }
    if !workspace::exists(folder, name) {
        return stop(screen, &unknown(name));
    }
    if *current(folder, screen)?.name == *name {
        let detail = "You cannot delete the currently active workspace.";
        let hint = "Please switch to another workspace and try again.";
        return stop(
            screen,
            &Diagnostic::error(format!("Workspace {name:?} is your active workspace"), detail).hint(hint),
        );
    }
    if name == workspace::DEFAULT {
        let detail = "The workspace \"default\" is always there.";
        return stop(screen, &Diagnostic::error("Cannot delete default state", detail));
    }
    let opened = Store::open(&workspace::folder(folder, name), Access::Write)
        .and_then(|mut store| store.load().map(|state| (store, state)));
    let held = match opened {
        Ok((_, state)) if !force && !is_empty(&state) => return stop(screen, &not_empty(name, &state)),
        Ok((store, state)) => Some((store, !is_empty(&state))),
        // What is damaged may hold anything.
        Err(error) if !force || matches!(error, StoreError::Locked { .. }) => return Err(store_failed(&error, screen)),
        Err(_) => None,
    };
    workspace::remove(folder, name).map_err(|error| store_failed(&error, screen))?;
    screen.good(&format!("Deleted workspace {name:?}!"));
    if held.is_none_or(|(_, full)| full) {
        screen.line(&format!(
            "WARNING: {name:?} was non-empty.\nThe resources managed by the deleted workspace may still exist,\nbut are no \
             longer manageable by acier since the state has\nbeen deleted.\n"
        ));
    }
    Ok(Exit::Done)
}

fn is_empty(state: &State) -> bool {
    state.objects.is_empty() && state.deposed.is_empty() && state.pending.is_empty()
}

fn not_empty(name: &str, state: &State) -> Diagnostic {
    let deposed = state.deposed.keys().map(|(addr, key)| format!("{addr} (deposed object {key})"));
    let pending = state.pending.values().map(|pending| format!("{} (a step in flight)", pending.intent.addr));
    let all: Vec<String> = state.objects.keys().map(ToString::to_string).chain(deposed).chain(pending).collect();
    let mut lines: Vec<String> = all.iter().take(20).map(|name| format!("  - {name}")).collect();
    if all.len() > lines.len() {
        lines.push(format!("  - and {} more", all.len() - lines.len()));
    }
    let detail = format!(
        "Workspace {name:?} is currently tracking the following resource instances:\n{}\n\nDeleting this workspace would \
         cause acier to lose track of any associated remote objects, which would then require you to delete them manually \
         outside of acier. You should destroy these objects with acier before deleting the workspace.",
        lines.join("\n")
    );
    let hint = "If you want to delete this workspace anyway, and have acier forget about these managed objects, use the \
                -force option to disable this safety check.";
    Diagnostic::error("Workspace is not empty", detail).hint(hint)
}
