//! What lies in what, and what stands in whose place, as ids tell it.
//!
//! **Never:** build ids. In: ids and changes. Out: who goes down with whom, what would be lost
//! against the plan, and which creation must wait for which deletion.
//! The decision to question: an Azure id that begins with another id and a slash names a part of
//! it; deleting a resource group deletes what is in it (Azure Resource Manager, "Delete resource
//! groups"), so a plan that says otherwise would lie.

use std::collections::BTreeMap;

use crate::addr::Addr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::Schemas;
use crate::value::{Name, Value};

use super::change::{Action, Change};
use super::identity;
use super::laid::Laid;

/// Objects that go away, by their ids in lower case.
#[derive(Debug, Default)]
pub(crate) struct Going(BTreeMap<String, String>);

impl Going {
    /// Notes an object that goes away, whether or not another takes its place.
    pub(crate) fn add(&mut self, id: &str, shown: String) {
        self.0.insert(id.to_ascii_lowercase(), shown);
    }

    /// The object that goes away and takes `id` with it.
    pub(crate) fn holder(&self, id: &str) -> Option<&String> {
        let id = id.to_ascii_lowercase();
        let ends = id.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
        ends.filter_map(|at| self.0.get(&id[..at])).next()
    }
}

/// Refuses a plan that deletes what it promises to keep.
pub(crate) fn check(changes: &[Change], places: &BTreeMap<Addr, usize>, laid: &Laid<'_>) -> Diagnostics {
    let mut going = Going::default();
    for change in changes.iter().filter(|change| goes(change)) {
        if let Some(id) = &change.id {
            let deposed = change.deposed.as_ref().map(|key| format!(" (deposed object {key})"));
            going.add(id, format!("{}{}", change.addr, deposed.unwrap_or_default()));
        }
    }
    let mut lost: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if going.0.is_empty() {
        return Diagnostics::none();
    }
    for (addr, object) in &laid.objects {
        let planned = places.get(*addr).and_then(|place| changes.get(*place));
        if planned.is_some_and(goes) {
            continue;
        }
        let holder = going.holder(&object.id).or_else(|| going.0.get(&object.id.to_ascii_lowercase()));
        if let Some(holder) = holder {
            lost.entry(holder.clone()).or_default().push(format!("{addr} ({})", object.id));
        }
    }
    Diagnostics(lost.iter().map(|(holder, lost)| refuse(holder, lost)).collect())
}

fn goes(change: &Change) -> bool {
    matches!(change.action, Action::Delete | Action::Replace | Action::ReplaceCreateFirst)
}

fn refuse(holder: &str, lost: &[String]) -> Diagnostic {
    let shown = lost.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if lost.len() > 5 { format!(" and {} more", lost.len() - 5) } else { String::new() };
    let detail = format!(
        "{holder} is to be deleted, and Azure deletes everything at its id and below with it. But the plan keeps \
         {shown}{more}, which would be lost."
    );
    Diagnostic::error("An object would be lost", detail)
        .about(holder)
        .hint(format!("Keep {holder}, or let what lies in it refer to it, so that both go together."))
}

/// The creations that must wait because another object of the same id goes away: pairs of places
/// in `changes`, the one that is made and the one that goes.
pub(crate) fn follows(changes: &[Change], schemas: &Schemas, laid: &Laid<'_>) -> Vec<(usize, usize)> {
    let mut names: BTreeMap<&Name, Vec<Vec<Name>>> = BTreeMap::new();
    let mut going: BTreeMap<(&Name, Vec<Name>, Vec<String>), usize> = BTreeMap::new();
    for (place, change) in changes.iter().enumerate().filter(|(_, change)| change.action == Action::Delete) {
        let object = match &change.deposed {
            Some(key) => laid.deposed.get(&(&change.addr, key)),
            None => laid.objects.get(&change.addr),
        };
        let (Some(object), Some(schema)) = (object, schemas.managed.get(&change.kind)) else { continue };
        let parts = identity::makes_up(schema, object);
        let Some(texts) = texts(&parts, &object.value) else { continue };
        let known = names.entry(&change.kind).or_default();
        if !known.contains(&parts) {
            known.push(parts.clone());
        }
        going.insert((&change.kind, parts, texts), place);
    }
    if going.is_empty() {
        return Vec::new();
    }
    let made = |change: &Change| matches!(change.action, Action::Create | Action::Replace | Action::ReplaceCreateFirst);
    let mut follows = Vec::new();
    for (place, change) in changes.iter().enumerate().filter(|(_, change)| made(change)) {
        let Some(known) = names.get(&change.kind) else { continue };
        for parts in known {
            let texts = texts(parts, &change.after);
            let other = texts.and_then(|texts| going.get(&(&change.kind, parts.clone(), texts)));
            follows.extend(other.map(|other| (place, *other)));
        }
    }
    follows
}

fn texts(parts: &[Name], value: &Value) -> Option<Vec<String>> {
    if parts.is_empty() {
        return None;
    }
    parts.iter().map(|name| value.text(name).map(str::to_ascii_lowercase)).collect()
}
