//! `acier init` and `acier get`
//!
//! **Never:** be needed without modules from git, or touch a state. The decision to question: options
//! of Terraform whose wish is met already are accepted, so that scripts run as they are; those whose
//! wish cannot be met are refused by name.

use std::path::Path;

use crate::cli::arguments::{GetArguments, InitArguments};
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, show};
use crate::cli::sources::{FOLDER, LOCK_FILE, Report, Wish, install, is_ignored};
use crate::diag::{Diagnostic, Sources};

pub(in crate::cli) async fn run(folder: &Path, arguments: &InitArguments, screen: &Screen) -> Outcome<Exit> {
    if let Some(wrong) = refused(arguments) {
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    if arguments.get {
        let wish = Wish {
            upgrade: arguments.upgrade,
            frozen: arguments.lockfile.is_some(),
            terminal: arguments.input && screen.can_ask(),
        };
        if modules(folder, wish, screen).await? {
            screen.good("acier initialized in an empty directory!");
            screen.line("\nThe directory has no configuration files: create one that ends in .tf.");
            return Ok(Exit::Done);
        }
    }
    screen.good("\nacier has been successfully initialized!");
    screen.line(
        "\nProviders are built in and state needs no backend. Try \"acier plan\" to see what would change; only modules \
         from git need \"acier init\" again.",
    );
    Ok(Exit::Done)
}

pub(in crate::cli) async fn get(folder: &Path, arguments: &GetArguments, screen: &Screen) -> Outcome<Exit> {
    let wish = Wish { upgrade: arguments.update, frozen: false, terminal: screen.can_ask() };
    modules(folder, wish, screen).await?;
    Ok(Exit::Done)
}

/// Installs the modules; whether there is no configuration at all.
async fn modules(folder: &Path, wish: Wish, screen: &Screen) -> Outcome<bool> {
    let shown = screen.clone();
    let report = install(folder, wish, &move |text| shown.line(&text)).await;
    show(screen, &report.diagnostics, &report.sources)?;
    let Report { folders, fetched, empty, .. } = report;
    let calls: Vec<_> = folders.iter().filter(|(call, _)| !call.is_empty()).collect();
    if !calls.is_empty() {
        screen.line("Modules:");
    }
    for (call, (_, path)) in calls {
        screen.line(&format!("- {call} in {}", path.display().to_string().replace('\\', "/")));
    }
    if !fetched {
        return Ok(empty);
    }
    let (kept, locked) = (is_ignored(folder, FOLDER).await, is_ignored(folder, LOCK_FILE).await);
    if kept == Some(false) {
        screen.line("\nAdd the line .acier/ to .gitignore: what was fetched does not belong into version control.");
    }
    if locked == Some(true) {
        screen.line(&format!("\n{LOCK_FILE} is ignored by version control, and belongs into it."));
    }
    Ok(empty)
}

fn refused(arguments: &InitArguments) -> Option<Diagnostic> {
    let refuse = |option: &str, why: &str, hint: &str| {
        Some(Diagnostic::error(format!("{option} is not supported"), why).hint(hint))
    };
    if let Some(mode) = arguments.lockfile.as_ref().filter(|mode| *mode != "readonly") {
        let detail = format!("The mode {mode:?} does not exist; the only one is readonly.");
        return Some(Diagnostic::error("Invalid -lockfile", detail).hint("Write -lockfile=readonly."));
    }
    if arguments.lockfile.is_some() && arguments.upgrade {
        let detail = "-upgrade takes other versions than the locked ones, and -lockfile=readonly forbids that.";
        return Some(Diagnostic::error("Options contradict each other", detail).hint("Remove one of the two."));
    }
    if !arguments.backend_config.is_empty() {
        let why = "acier keeps the state of a configuration in the folder \"state\" beside it; there is no backend \
                   that could be configured.";
        return refuse("-backend-config", why, "Remove the option.");
    }
    if arguments.migrate_state || arguments.force_copy {
        let option = if arguments.migrate_state { "-migrate-state" } else { "-force-copy" };
        let why = "acier keeps the state of a configuration in the folder \"state\" beside it, and moves none.";
        return refuse(option, why, "Copy the folder, or take over the file of a Terraform state by its own command.");
    }
    if let Some(source) = &arguments.from_module {
        let why = format!("acier does not begin a configuration with a copy of {source:?}.");
        return refuse("-from-module", &why, "Copy it with git clone, and run acier init there.");
    }
    if !arguments.plugin_dir.is_empty() {
        return refuse("-plugin-dir", "acier has its providers built in and starts no plugins.", "Remove the option.");
    }
    if arguments.json {
        return refuse("-json", "acier init says what it does in sentences only.", "Remove the option.");
    }
    None
}
