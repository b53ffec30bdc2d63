//! `-json`: the lines about a plan.
//!
//! **Never:** tell values; the document of `show -json` holds them. In: a plan. Out: lines.
//! Document: Terraform, "Machine-Readable UI", operation results.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Block, Key, ModulePath};
use crate::plan::change::Why;
use crate::plan::{Action, Change, Mode, Plan, waiting};
use crate::value::Marks;

use super::screen::Screen;
use super::stream::{action, line};

/// The object that says which object a line is about.
pub(super) fn resource(addr: &Addr) -> Json {
    let key = match &addr.key {
        Key::None => Json::Null,
        Key::Int(index) => (*index).into(),
        Key::Str(key) => key.to_string().into(),
    };
    let inside = Addr { block: Block { module: ModulePath::default(), ..addr.block.clone() }, key: addr.key.clone() };
    json!({
        "addr": addr.to_string(),
        "module": addr.block.module.to_string(),
        "resource": inside.to_string(),
        "implied_provider": addr.block.kind.split('_').next().unwrap_or_default(),
        "resource_type": &*addr.block.kind,
        "resource_name": &*addr.block.name,
        "resource_key": key,
    })
}

/// Where moved objects were known before.
type Moves<'p> = BTreeMap<&'p Addr, &'p Addr>;

fn moves(plan: &Plan) -> Moves<'_> {
    let moved = plan.moves.iter().filter(|moved| moved.deposed.is_none() && moved.from != moved.to);
    moved.map(|moved| (&moved.to, &moved.from)).collect()
}

/// Where an object was known before.
fn previous<'p>(moves: &Moves<'p>, change: &Change) -> Option<&'p Addr> {
    moves.get(&change.addr).copied().filter(|_| change.deposed.is_none())
}

/// The word for what becomes of an object, imports and moves included.
fn word(moves: &Moves<'_>, change: &Change) -> &'static str {
    match change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if previous(moves, change).is_some() => "move",
        other => action(other),
    }
}

fn told(moves: &Moves<'_>, change: &Change) -> Json {
    let mut body = Map::new();
    body.insert("resource".into(), resource(&change.addr));
    if let Some(from) = previous(moves, change) {
        body.insert("previous_resource".into(), resource(from));
    }
    body.insert("action".into(), word(moves, change).into());
    if let Some(reason) = reason(change) {
        body.insert("reason".into(), reason.into());
    }
    if let Some(importing) = &change.importing {
        body.insert("importing".into(), json!({ "id": &*importing.id }));
    }
    json!({ "change": body })
}

fn reason(change: &Change) -> Option<&'static str> {
    Some(match change.why {
        Why::Changed | Why::Unfinished | Why::Remarked | Why::Destroy | Why::Deposed | Why::Swept => return None,
        Why::CannotUpdate | Why::Elsewhere => "cannot_update",
        Why::Tainted | Why::Unprovisioned => "tainted",
        Why::Requested => "requested",
        Why::Triggered => "replace_triggered_by",
        Why::NoBlock => "delete_because_no_resource_config",
        Why::NoMoveTarget => "delete_because_no_move_target",
        Why::NoModule => "delete_because_no_module",
        Why::Disabled => "delete_because_enabled_false",
        Why::OtherRepetition => "delete_because_wrong_repetition",
        Why::NoIndex => "delete_because_count_index",
        Why::NoKey => "delete_because_each_key",
        Why::Check => "read_because_check_nested",
        Why::Pending => "read_because_dependency_pending",
        Why::Unknown => "read_because_config_unknown",
    })
}

/// What changed behind our back. Moves are told here only where nothing else is planned.
pub(super) fn drift(screen: &Screen, plan: &Plan) {
    let moves = &moves(plan);
    let moved = plan.changes.iter().filter(|change| previous(moves, change).is_some());
    let moved = moved.filter(|_| plan.mode == Mode::RefreshOnly);
    for change in plan.drift.iter().chain(moved) {
        let message = format!("{}: Drift detected ({})", change.addr, word(moves, change));
        line(screen, "info", &message, "resource_drift", told(moves, change));
    }
}

/// What is planned for each object to which something happens.
pub(super) fn changes(screen: &Screen, plan: &Plan, told_of: &dyn Fn(&Change) -> bool) {
    let moves = &moves(plan);
    let happens = |change: &&Change| change.is_something() || previous(moves, change).is_some();
    for change in
        plan.changes.iter().filter(happens).filter(|change| told_of(change)).filter(|_| plan.mode != Mode::RefreshOnly)
    {
        let message = format!("{}: Plan to {}", change.addr, word(moves, change));
        line(screen, "info", &message, "planned_change", told(moves, change));
    }
}

/// What is planned in a later stage.
pub(super) fn deferred(screen: &Screen, plan: &Plan) {
    for waiting in &plan.waiting {
        let addr = waiting.block.instance(Key::None);
        let mut resource = resource(&addr);
        resource["addr"] = format!("{addr}[*]").into();
        let reason = waiting::reason(waiting);
        let told = json!({ "deferred": { "reason": reason, "resource": resource } });
        let message = format!("{addr}: Deferred ({reason}), {}", waiting::because(waiting));
        line(screen, "info", &message, "deferred_change", told);
    }
}

/// How much is planned, and for which output values.
pub(super) fn summary(screen: &Screen, plan: &Plan) {
    deferred(screen, plan);
    let (add, change, remove) = plan.counts();
    let import = plan.imports();
    let fields =
        json!({ "changes": { "add": add, "change": change, "import": import, "remove": remove, "operation": "plan" } });
    let imports = if import == 0 { String::new() } else { format!("{import} to import, ") };
    let message = format!("Plan: {imports}{add} to add, {change} to change, {remove} to destroy.");
    line(screen, "info", &message, "change_summary", fields);
    if plan.outputs.is_empty() {
        return;
    }
    let outputs = plan.outputs.iter().map(|(name, output)| {
        let action = match (&output.before, &output.after) {
            (None, _) => "create",
            (_, None) => "delete",
            (before, after) if before == after => "noop",
            _ => "update",
        };
        let both = output.before.iter().chain(&output.after);
        let sensitive = both.into_iter().any(|value| value.contains_mark(Marks::SENSITIVE));
        (name.to_string(), json!({ "sensitive": sensitive, "action": action }))
    });
    let outputs: Map<String, Json> = outputs.collect();
    line(screen, "info", &format!("Outputs: {}", outputs.len()), "outputs", json!({ "outputs": outputs }));
}
