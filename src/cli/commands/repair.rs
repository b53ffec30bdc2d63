//! `acier state repair`
//!
//! **Never:** ask a cloud, throw a file away, or go on without approval.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, now, store_failed};
use crate::cli::workspace;
use crate::state::State;
use crate::store::Store;

pub(in crate::cli) fn run(folder: &Path, auto_approve: bool, screen: &Screen) -> Outcome<Exit> {
    let state = workspace::state(folder, screen)?;
    let was = Store::examine(&state).map_err(|error| store_failed(&error, screen))?;
    let Some(was) = was else {
        // An interrupted repair is finished without a question: it was approved when it began.
        return match Store::repair(&state, lineage(), now()).map_err(|error| store_failed(&error, screen))? {
            Some(repaired) => {
                screen.good(&format!("The repair that was interrupted is finished; see {}.", repaired.aside.display()));
                Ok(Exit::Done)
            }
            None => {
                screen.line("The state is sound: there is nothing to repair.");
                Ok(Exit::Done)
            }
        };
    };
    screen.diagnostic(&was.diagnostic(), &crate::diag::Sources::default());
    if let Some(known) = was.known() {
        screen.text(&listing(known));
    }
    if !auto_approve {
        screen.line(
            "\nDo you want to go on with this state?\n  Restoring a copy of the whole folder is better, where there is one.\n  \
             Only 'yes' will be accepted to approve.\n",
        );
        if screen.ask("  Enter a value: ").as_deref() != Some("yes") {
            screen.line("\nRepair cancelled.");
            return Ok(Exit::Failed);
        }
    }
    let repaired = Store::repair(&state, lineage(), now()).map_err(|error| store_failed(&error, screen))?;
    if let Some(repaired) = repaired {
        screen.good(&format!("\nRepaired. The damaged files are in {}.", repaired.aside.display()));
        screen.line(
            "Run `acier plan` next: it compares this state with the cloud. Objects that were made after the damage exist \
             there but not in this state; an apply that meets one says so and touches nothing of it.",
        );
    }
    Ok(Exit::Done)
}

fn lineage() -> crate::value::Name {
    uuid::Uuid::new_v4().to_string().into()
}

fn listing(known: &State) -> String {
    let mut text = format!("\nThe state as of operation {}, up to the damage:\n", known.serial);
    let deposed = known.deposed.keys().map(|(addr, key)| format!("{addr} (deposed object {key})"));
    let pending = known.pending.values().map(|pending| format!("{} (a step in flight)", pending.intent.addr));
    let all: Vec<String> = known.objects.keys().map(ToString::to_string).chain(deposed).chain(pending).collect();
    if all.is_empty() {
        text.push_str("  no object at all\n");
    }
    for name in all {
        text.push_str(&format!("  {name}\n"));
    }
    text
}
