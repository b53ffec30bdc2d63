//! `state mv`: gives objects other addresses by hand, as a `moved` block would.
//!
//! **Never:** touch an object. In: a state and two addresses. Out: which addresses change, and the
//! events that record it. Source of the rules: Terraform, "Command: state mv".

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block, Key, Target};
use crate::diag::{Diagnostic, FileId, Span};
use crate::lang::module::Moved;
use crate::state::{Event, State};

use super::moves::Statement;
use super::relocate::{renamed, renames};

/// What a move by hand does.
#[derive(Clone, Debug)]
pub struct Rename {
    /// Old and new addresses.
    pub moved: Vec<(Addr, Addr)>,
    /// What the state is told. New addresses come before old ones are given up.
    pub events: Vec<Event>,
}

/// Decides what a move by hand does.
///
/// # Errors
/// Why it cannot be made.
pub fn rename(state: &State, from: &Target, to: &Target) -> Result<Rename, Diagnostic> {
    let source = |detail: String| Diagnostic::error("Invalid source address", detail);
    let target = |detail: String| Diagnostic::error("Invalid target address", detail);
    let nothing = || {
        source(format!("Cannot move {from}: does not match anything in the current state."))
            .hint("`acier state list` shows all addresses.")
    };
    let (from, to) = (settle(state, from), to.clone());
    match (&from, &to) {
        (Target::Module(_), Target::Module(_)) => {}
        (Target::Module(_), _) => {
            return Err(target(format!("Cannot move {from} to {to}: the target must also be a module.")));
        }
        (_, Target::Module(_)) => {
            let detail = format!("Cannot move {from} to {to}: the target must also be a resource instance.");
            return Err(target(detail));
        }
        (Target::Block(_), Target::Instance(_)) => {
            return Err(target(format!(
                "Cannot move {from} to {to}: the source is a whole resource (not a resource instance) so the target must \
                 also be a whole resource."
            )));
        }
        _ => {}
    }
    if let (Some(one), Some(other)) = (block(&from), block(&to))
        && (one.kind != other.kind || one.mode != other.mode)
    {
        let detail = format!("Cannot move {from} to {to}: resource types don't match.");
        return Err(Diagnostic::error("Invalid state move request", detail));
    }
    let span = Span { file: FileId(0), start: 0, end: 0 };
    let said = Moved { from, to: to.clone(), span, place: String::new() };
    let statement = Statement::new(Vec::new(), &said);
    let held = state.objects.keys().chain(state.deposed.keys().map(|(addr, _)| addr));
    let held: BTreeSet<&Addr> = held.collect();
    let moved: Vec<(Addr, Addr)> =
        held.iter().filter_map(|addr| Some(((*addr).clone(), statement.carry(addr)?))).collect();
    if moved.is_empty() {
        return Err(nothing());
    }
    let taken = moved.iter().map(|(_, to)| to).find(|to| held.contains(to));
    if let Some(taken) = taken {
        let detail = format!("Cannot move to {to}: there is already an object at {taken} in the current state.");
        return Err(target(detail).hint(format!("Move {taken} away first, or forget it: acier state rm {taken}.")));
    }
    Ok(Rename { events: events(state, &moved), moved })
}

/// A bare address of a single object is that object.
fn settle(state: &State, from: &Target) -> Target {
    match from {
        Target::Block(block) => {
            let alone = block.instance(Key::None);
            let single = state.objects.contains_key(&alone);
            if single { Target::Instance(alone) } else { from.clone() }
        }
        other => other.clone(),
    }
}

fn block(target: &Target) -> Option<&Block> {
    match target {
        Target::Module(_) => None,
        Target::Block(block) | Target::Instance(Addr { block, .. }) => Some(block),
    }
}

fn events(state: &State, moved: &[(Addr, Addr)]) -> Vec<Event> {
    let gone: BTreeMap<&Addr, &Addr> = moved.iter().map(|(from, to)| (from, to)).collect();
    let standing = state.objects.keys().map(|addr| gone.get(addr).copied().unwrap_or(addr));
    let renames = renames(gone.iter().map(|(from, to)| (*from, *to)), standing, &|_| false);
    let mut events = Vec::new();
    for (addr, object) in &state.objects {
        let to = gone.get(addr).copied();
        let needs = renamed(&renames, &object.needs);
        if to.is_none() && needs == object.needs {
            continue;
        }
        let object = crate::state::Object { needs, ..object.clone() };
        events.push(Event::Refreshed { addr: to.unwrap_or(addr).clone(), deposed: None, object: Some(object) });
    }
    for ((addr, key), object) in &state.deposed {
        if let Some(to) = gone.get(addr) {
            let deposed = Some(key.clone());
            events.push(Event::Refreshed {
                addr: (*to).clone(),
                deposed: deposed.clone(),
                object: Some(object.clone()),
            });
            events.push(Event::Refreshed { addr: addr.clone(), deposed, object: None });
        }
    }
    let given_up = moved.iter().filter(|(from, _)| state.objects.contains_key(from));
    events.extend(given_up.map(|(addr, _)| Event::Forgotten { addr: addr.clone() }));
    events
}
