//! Commands that change the state alone: each is one operation of the log, written whole or not at all.
//!
//! **Never:** ask a cloud. In: an open store and events. Out: the state after them, on disk. What is in flight
//! has an address and a condition of its own, so a state is settled before anybody edits it by hand.

use std::rc::Rc;

use crate::diag::{Diagnostic, Sources};
use crate::engine::Desk;
use crate::state::{Event, State};
use crate::store::Store;
use crate::value::Name;

use super::screen::Screen;
use super::session::{Outcome, fail, journal_broken, now};

/// Refuses a state in which steps are in flight.
pub(super) fn must_be_settled(state: &State, screen: &Screen) -> Outcome<()> {
    if state.pending.is_empty() {
        return Ok(());
    }
    let detail = "An earlier run left steps in flight, and what became of them is not known yet.";
    let hint = "Run `acier plan` first: it looks them up.";
    fail(screen, &Diagnostic::error("The state is not settled", detail).hint(hint), &Sources::default())
}

/// Writes events as one operation. `cloud` is the one that they speak of, if they speak of one.
pub(super) fn edit(
    store: &mut Store,
    state: &mut State,
    cloud: Option<Name>,
    events: &[Event],
    screen: &Screen,
) -> Outcome<()> {
    let key = store.key().clone();
    let mut desk = Desk { state, journal: store, key: &key, now: Rc::new(now) };
    desk.edit(cloud, events).or_else(|broken| fail(screen, &journal_broken(&broken.0), &Sources::default()))
}
