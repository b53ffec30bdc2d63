//! `acier state mv` and `acier state replace-provider`
//!
//! **Never:** ask a cloud or change it. The state is settled first: what is in flight has an address
//! that its end will be recorded under.

use std::path::Path;

use crate::addr::{Target, parse};
use crate::cli::editing::{edit, must_be_settled};
use crate::cli::exit::Exit;
use crate::cli::likeness;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, open_store};
use crate::diag::{Diagnostic, Sources};
use crate::plan::rename::rename;
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, from: &str, to: &str, dry_run: bool, screen: &Screen) -> Outcome<Exit> {
    let none = Sources::default();
    let read = |text: &str| -> Outcome<Target> {
        parse::target(text).map_err(|error| {
            screen.diagnostic(&Diagnostic::error("Invalid address", format!("{error}.")), &none);
            Exit::Usage
        })
    };
    let (source, target) = (read(from)?, read(to)?);
    let access = if dry_run { Access::Read } else { Access::Write };
    let (mut store, mut state) = open_store(folder, access, screen)?;
    let renamed = match rename(&state, &source, &target) {
        Ok(renamed) => renamed,
        Err(mut wrong) => {
            if wrong.detail.ends_with("does not match anything in the current state.") {
                wrong.detail.push_str(&likeness::meant(&state, &source.to_string()));
            }
            return fail(screen, &wrong, &none);
        }
    };
    let verb = if dry_run { "Would move" } else { "Move" };
    for (from, to) in &renamed.moved {
        screen.line(&format!("{verb} \"{from}\" to \"{to}\""));
    }
    if dry_run {
        return Ok(Exit::Done);
    }
    must_be_settled(&state, screen)?;
    edit(&mut store, &mut state, None, &renamed.events, screen)?;
    screen.line(&format!("Successfully moved {} object(s).", renamed.moved.len()));
    Ok(Exit::Done)
}

/// Says why there is nothing to replace.
pub(in crate::cli) fn replace_provider(from: &str, to: &str, screen: &Screen) -> Outcome<Exit> {
    let detail = format!(
        "The state of acier names no providers: it holds kinds and ids, and acier speaks to Azure itself. So no object \
         is bound to {from}, and none can be bound to {to}."
    );
    let hint = "Nothing needs to be done in the state. If a configuration names another source in required_providers, \
                change it there.";
    let wrong = Diagnostic::error("There are no providers in the state", detail).hint(hint);
    fail(screen, &wrong, &Sources::default())
}
