//! The state with what refreshing found laid over it, and the drift between the two.
//!
//! **Never:** clone the state: ten thousand objects are only pointed at.
//! In: state, refreshed objects, schemas. Out: what exists, and what changed behind our back.

use std::collections::BTreeMap;

use crate::addr::Addr;
use crate::schema::{Schemas, Timeouts};
use crate::seal::Key;
use crate::state::{Object, State};
use crate::value::{Name, Type, Value};

use super::Refreshed;
use super::change::{Action, Change, Why};
use super::moves::Moves;
use super::{diff, propose};

/// Time limits for an object whose kind is no longer known: half an hour for everything.
const UNKNOWN_KIND: Timeouts = Timeouts { create: 1800, read: 300, update: 1800, delete: 1800 };

/// What exists.
pub(crate) struct Laid<'a> {
    /// Objects by address.
    pub(crate) objects: BTreeMap<&'a Addr, &'a Object>,
    /// Replaced objects that are still there, by address and key.
    pub(crate) deposed: BTreeMap<(&'a Addr, &'a Name), &'a Object>,
    /// Objects that gave their place to a replacement that was never made, and take it back: their
    /// addresses and the keys that they had.
    pub(crate) restored: Vec<(&'a Addr, &'a Name)>,
}

impl<'a> Laid<'a> {
    /// Lays `refreshed` over `state`.
    pub(crate) fn new(state: &'a State, refreshed: &'a Refreshed) -> Laid<'a> {
        let mut objects: BTreeMap<&Addr, &Object> = state.objects.iter().collect();
        let mut deposed: BTreeMap<(&Addr, &Name), &Object> =
            state.deposed.iter().map(|((addr, key), object)| ((addr, key), object)).collect();
        for (addr, key, found) in &refreshed.found {
            match (key, found) {
                (None, Some(object)) => drop(objects.insert(addr, object)),
                (None, None) => drop(objects.remove(addr)),
                (Some(key), Some(object)) => drop(deposed.insert((addr, key), object)),
                (Some(key), None) => drop(deposed.remove(&(addr, key))),
            }
        }
        let restored = restore(&mut objects, &mut deposed);
        Laid { objects, deposed, restored }
    }

    /// Calls the objects what they are called now.
    pub(crate) fn relocate(&mut self, moves: &'a Moves) {
        for addr in &moves.settled {
            self.objects.remove(addr);
        }
        if moves.moved.is_empty() {
            return;
        }
        let now: BTreeMap<&Addr, &Addr> = moves.moved.iter().map(|(to, from)| (from, to)).collect();
        let rename = |addr: &'a Addr| now.get(addr).copied().unwrap_or(addr);
        self.objects = std::mem::take(&mut self.objects).into_iter().map(|(addr, own)| (rename(addr), own)).collect();
        let deposed = std::mem::take(&mut self.deposed).into_iter();
        self.deposed = deposed.map(|((addr, key), own)| ((rename(addr), key), own)).collect();
        for (addr, _) in &mut self.restored {
            *addr = rename(addr);
        }
    }
}

/// A replacement that was to be made first and was not made must not cost the object that it was to
/// replace. Source of the rule: Terraform gives a deposed object its place back when the creation
/// of its replacement fails.
fn restore<'a>(
    objects: &mut BTreeMap<&'a Addr, &'a Object>,
    deposed: &mut BTreeMap<(&'a Addr, &'a Name), &'a Object>,
) -> Vec<(&'a Addr, &'a Name)> {
    let mut restored = Vec::new();
    // The newest has the greatest key.
    for ((addr, key), object) in deposed.iter().rev() {
        match objects.get(addr) {
            None => {
                objects.insert(addr, object);
                restored.push((*addr, *key));
            }
            // A crash came between the two records of a restoration: it has its place already.
            Some(own) if own.id.eq_ignore_ascii_case(&object.id) && own.kind == object.kind => {
                restored.push((*addr, *key));
            }
            Some(_) => {}
        }
    }
    for place in &restored {
        deposed.remove(place);
    }
    restored
}

/// One change for each refreshed object that really differs from the stored one.
pub(crate) fn drift(state: &State, refreshed: &Refreshed, schemas: &Schemas, key: &Key) -> Vec<Change> {
    let mut drift: Vec<Change> =
        refreshed.found.iter().filter_map(|found| drifted(found, state, schemas, key)).collect();
    drift.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
    drift
}

fn drifted(
    (addr, deposed, found): &(Addr, Option<Name>, Option<Object>),
    state: &State,
    schemas: &Schemas,
    key: &Key,
) -> Option<Change> {
    let stored = match deposed {
        None => state.objects.get(addr)?,
        Some(deposed) => state.deposed.get(&(addr.clone(), deposed.clone()))?,
    };
    let mut change = existing(addr, deposed.as_ref(), stored, schemas);
    match found {
        None => {
            change.action = Action::Delete;
            change.after = Value::null(Type::Dynamic);
        }
        Some(found) => {
            let block = &schemas.managed.get(&stored.kind)?.block;
            change.action = Action::Update;
            change.after = propose::mark_secrets(block, &found.value);
            change.differences = diff::diff(block, &change.before, &change.after, key);
            if change.differences.is_empty() {
                return None;
            }
        }
    }
    Some(change)
}

/// A change that does nothing to an object that exists, to be filled in.
pub(crate) fn existing(addr: &Addr, deposed: Option<&Name>, object: &Object, schemas: &Schemas) -> Change {
    let schema = schemas.managed.get(&object.kind);
    let before = match schema {
        Some(schema) => propose::mark_secrets(&schema.block, &object.value),
        None => object.value.clone(),
    };
    Change {
        addr: addr.clone(),
        deposed: deposed.cloned(),
        kind: object.kind.clone(),
        id: Some(object.id.clone()),
        action: Action::NoOp,
        why: Why::Changed,
        cost: crate::schema::Cost::Nothing,
        after: before.clone(),
        before,
        differences: Vec::new(),
        needs: object.needs.clone(),
        create_before_destroy: object.create_before_destroy,
        timeouts: schema.map_or(UNKNOWN_KIND, |schema| schema.timeouts),
        importing: None,
    }
}
