//! `acier taint` and `acier untaint`: the next apply replaces an object, or does not after all.
//!
//! **Never:** ask a cloud or change it. Terraform has deprecated `taint`; `-replace` does the same in one step.

use std::path::Path;

use crate::addr::{Addr, Mode, parse};
use crate::cli::arguments::TaintArguments;
use crate::cli::editing::{edit, must_be_settled};
use crate::cli::exit::Exit;
use crate::cli::likeness;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, open_store};
use crate::diag::{Diagnostic, Sources};
use crate::state::{Event, Object, State};
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, arguments: &TaintArguments, taint: bool, screen: &Screen) -> Outcome<Exit> {
    let refuse = |detail: String| {
        screen.diagnostic(&Diagnostic::error("Invalid address", detail), &Sources::default());
        Exit::Usage
    };
    let addr = parse::addr(&arguments.address).map_err(refuse)?;
    if addr.block.mode == Mode::Data {
        let word = if taint { "tainted" } else { "untainted" };
        return Err(refuse(format!("Resource instance {addr} cannot be {word}: it is a data source.")));
    }
    let (mut store, mut state) = open_store(folder, Access::Write, screen)?;
    let Some(object) = state.objects.get(&addr) else { return missing(&addr, &state, arguments, taint, screen) };
    if !taint && !object.tainted {
        let detail = format!("Resource instance {addr} is not currently tainted, and so it cannot be untainted.");
        return fail(screen, &Diagnostic::error("Resource instance is not tainted", detail), &Sources::default());
    }
    must_be_settled(&state, screen)?;
    let unprovisioned = taint && object.unprovisioned;
    let object = Some(Object { tainted: taint, unprovisioned, ..object.clone() });
    let event = Event::Refreshed { addr: addr.clone(), deposed: None, object };
    edit(&mut store, &mut state, None, &[event], screen)?;
    let said = if taint { "marked as tainted" } else { "successfully untainted" };
    screen.line(&format!("Resource instance {addr} has been {said}."));
    Ok(Exit::Done)
}

fn missing(addr: &Addr, state: &State, arguments: &TaintArguments, taint: bool, screen: &Screen) -> Outcome<Exit> {
    let summary = "No such resource instance";
    if arguments.allow_missing {
        let detail =
            format!("Resource instance {addr} was not found, but this is not an error because -allow-missing was set.");
        screen.diagnostic(&Diagnostic::warning(summary, detail), &Sources::default());
        return Ok(Exit::Done);
    }
    let word = if taint { "tainted" } else { "untainted" };
    let detail = format!(
        "There is no resource instance in the state with the address {addr}. If the resource configuration has just been \
         added, you must run \"acier apply\" once to create the corresponding instance(s) before they can be {word}.{}",
        likeness::meant(state, &addr.to_string())
    );
    let wrong = Diagnostic::error(summary, detail).hint("`acier state list` shows all addresses.");
    fail(screen, &wrong, &Sources::default())
}
