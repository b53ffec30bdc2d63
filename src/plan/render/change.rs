//! One change: what happens, why, at what cost, and the resource with its body.
//!
//! **Never:** decide anything. In: a change and schemas. Out: lines on a page.

use crate::addr::{Addr, Key, Mode};
use crate::diag::Sources;
use crate::plan::change::{Action, Change, Hold, Importing, Plan, Waiting, Why};
use crate::plan::waiting;
use crate::schema::{Block, Cost, Schemas, Usage};
use crate::value::{Name, Path, Value};

use super::body::{Body, Sides};
use super::page::{Page, Sign};
use super::{plain, there};

/// A planned change of an object, which may have had another address.
pub(super) fn planned(page: &mut Page, change: &Change, from: Option<&Addr>, schemas: &Schemas) {
    heading(page, &format!("{}{} {}", change.addr, deposed(change), headline(change)));
    if let Some(reason) = reason(change, schemas) {
        heading_note(page, &format!("({reason})"));
    }
    if let Some(from) = from {
        heading_note(page, &format!("(moved from {from})"));
    }
    if let Some(importing) = &change.importing {
        imported(page, change, importing);
    }
    if change.action == Action::Update {
        let cost = match change.cost {
            Cost::Nothing => "nothing that runs is touched",
            Cost::Revise => "what runs is left alone; what is made later differs",
            Cost::Restart => "containers restart",
            Cost::Readdress => "containers restart, and the name or address by which they are reached changes",
            Cost::Roll => "container groups are added, removed or replaced",
            Cost::Replace => "everything is made anew",
        };
        heading_note(page, &format!("in place: {cost}"));
    }
    let sign = match change.action {
        Action::NoOp => Sign::None,
        Action::Read => Sign::Read,
        Action::Create => Sign::Add,
        Action::Update => Sign::Change,
        Action::Replace => Sign::Replace,
        Action::ReplaceCreateFirst => Sign::ReplaceFirst,
        Action::Delete => Sign::Remove,
        Action::Forget => Sign::Forget,
    };
    if change.action == Action::NoOp {
        return whole(page, change);
    }
    resource(page, change, schemas, sign, true);
}

/// What is said about an object that the state did not know before.
fn imported(page: &mut Page, change: &Change, importing: &Importing) {
    if change.action != Action::NoOp {
        heading_note(page, &format!("(imported from \"{}\")", importing.id));
    }
    if matches!(change.action, Action::Replace | Action::ReplaceCreateFirst) {
        let warning = page.yellow("Warning: this will destroy the imported resource");
        heading_note(page, &warning);
    }
    if importing.adopted {
        heading_note(page, "(it exists already and is taken over, as -adopt asks)");
    }
    if !importing.believed.is_empty() {
        let names: Vec<String> = importing.believed.iter().map(ToString::to_string).collect();
        heading_note(
            page,
            "(secrets are never returned; these are taken to be as configured, -send-secrets sends them:",
        );
        heading_note(page, &format!(" {})", names.join(", ")));
    }
}

/// All of an object that stays as it is.
fn whole(page: &mut Page, change: &Change) {
    let block = &change.addr.block;
    page.line(1, Sign::None, &format!("resource \"{}\" \"{}\" {{", block.kind, block.name));
    plain::body(page, 2, &change.after);
    page.line(1, Sign::None, "}");
}

/// An object that is known under another address from now on, and stays as it is.
pub(super) fn moved(page: &mut Page, change: &Change, from: &Addr, schemas: &Schemas) {
    heading(page, &format!("{from} has moved to {}", change.addr));
    resource(page, change, schemas, Sign::None, false);
}

/// A block that is planned in a later stage.
pub(super) fn waiting(page: &mut Page, plan: &Plan, waiting: &Waiting, sources: &Sources) {
    heading(page, &waiting::sentence(plan, waiting));
    let place = match &waiting.hold {
        Hold::Repetition { span, .. } => sources.get(span.file).zip(sources.position(span.file, span.start)),
        Hold::Behind(_) => None,
    };
    let place = place.map(|(source, at)| format!(", {} line {}", source.name, at.line)).unwrap_or_default();
    heading_note(page, &format!("({}{place})", waiting::because(waiting)));
}

/// A deposed object that takes its place back.
pub(super) fn restored(page: &mut Page, addr: &Addr, key: &Name) {
    heading(page, &format!("{addr} (deposed object {key}) takes its place back"));
    heading_note(page, "(the object that was to replace it was never made)");
}

/// A change that somebody else made.
pub(super) fn drifted(page: &mut Page, change: &Change, schemas: &Schemas) {
    let deleted = change.action == Action::Delete;
    let word = if deleted { "has been deleted" } else { "has changed" };
    heading(page, &format!("{}{} {word}", change.addr, deposed(change)));
    resource(page, change, schemas, if deleted { Sign::Remove } else { Sign::Change }, false);
}

fn heading(page: &mut Page, text: &str) {
    let text = page.bold(&format!("# {text}"));
    page.text(&format!("  {text}"));
}

fn heading_note(page: &mut Page, text: &str) {
    page.text(&format!("  # {text}"));
}

fn deposed(change: &Change) -> String {
    change.deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default()
}

fn headline(change: &Change) -> &'static str {
    match (change.action, change.why) {
        (Action::NoOp, _) if change.importing.is_some() => "will be imported",
        (Action::NoOp, _) => "is not changed",
        (Action::Read, _) => "will be read during apply",
        (Action::Create, _) => "will be created",
        (Action::Update, _) => "will be updated in-place",
        (Action::Replace | Action::ReplaceCreateFirst, why) if why.is_tainted() => "is tainted, so must be replaced",
        (Action::Replace | Action::ReplaceCreateFirst, Why::Requested) => "will be replaced, as requested",
        (Action::Replace | Action::ReplaceCreateFirst, Why::Triggered) => {
            "will be replaced due to changes in replace_triggered_by"
        }
        (Action::Replace | Action::ReplaceCreateFirst, _) => "must be replaced",
        (Action::Delete, _) => "will be destroyed",
        (Action::Forget, _) => "will no longer be managed by acier, but will not be destroyed",
    }
}

fn reason(change: &Change, schemas: &Schemas) -> Option<String> {
    let block = &change.addr.block;
    match (change.why, &change.addr.key) {
        _ if change.action == Action::Forget => Some("destroy = false is set in the configuration".into()),
        (Why::NoBlock, _) => Some(format!("because {block} is not in configuration")),
        (Why::NoMoveTarget, _) => Some(format!("because {block}, to which it was moved, is not in configuration")),
        (Why::NoModule, _) => Some(format!("because {} is not in configuration", block.module)),
        (Why::Disabled, _) => Some("because enabled is false".into()),
        (Why::OtherRepetition, key) => Some(match key {
            Key::None => "because resource uses count or for_each".into(),
            Key::Int(_) => "because resource does not use count".into(),
            Key::Str(_) => "because resource does not use for_each".into(),
        }),
        (Why::NoIndex, key) => Some(format!("because index {key} is out of range for count")),
        (Why::NoKey, key) => Some(format!("because key {key} is not in for_each map")),
        (Why::Swept, _) => {
            Some("because what it lies in goes, and takes it along; it is planned again after that".into())
        }
        (Why::Elsewhere, _) => Some("because its provider configuration names another cloud or subscription".into()),
        (Why::Unprovisioned, _) => Some("because its provisioners did not all end well".into()),
        (Why::Unfinished, _) => Some("because its last update did not end well".into()),
        (Why::Deposed, _) => Some("left over from a partially-failed replacement of this instance".into()),
        (Why::Check, _) if is_asked(change, schemas) => Some("config will be reloaded to verify a check block".into()),
        (Why::Pending, _) => Some("depends on a resource or a module with changes pending".into()),
        (Why::Unknown | Why::Check, _) => Some("config refers to values not yet known".into()),
        _ => None,
    }
}

fn is_asked(change: &Change, schemas: &Schemas) -> bool {
    schemas.data.get(&change.kind).is_some_and(|schema| config_is_known(&schema.block, &change.after))
}

/// Whether everything that the configuration gives is known; what only the cloud gives is not asked.
fn config_is_known(block: &Block, after: &Value) -> bool {
    let asked = |usage: Usage| matches!(usage, Usage::Required | Usage::Optional);
    let attributes =
        block.attributes.iter().filter(|attribute| asked(attribute.usage)).map(|attribute| &attribute.name);
    let blocks = block.blocks.iter().map(|nested| &nested.name);
    attributes.chain(blocks).all(|name| after.get(name).is_none_or(Value::is_wholly_known))
}

fn resource(page: &mut Page, change: &Change, schemas: &Schemas, sign: Sign, noted: bool) {
    let block = &change.addr.block;
    let (word, schema) = match block.mode {
        Mode::Managed => ("resource", schemas.managed.get(&change.kind)),
        Mode::Data => ("data", schemas.data.get(&change.kind)),
    };
    page.line(1, sign, &format!("{word} \"{}\" \"{}\" {{", block.kind, block.name));
    let after = if change.action == Action::Forget { &change.before } else { &change.after };
    let sides = Sides { before: there(Some(&change.before)), after: there(Some(after)) };
    let empty = Block::default();
    let schema = schema.map_or(&empty, |schema| &schema.block);
    Body::new(change, noted).block(page, 2, schema, &Path::root(), sides);
    page.line(1, Sign::None, "}");
}
