//! A plan in Terraform's `show -json` form, for policy and cost tools.
//!
//! **Never:** write a secret unasked: where Terraform prints sensitive values in clear, here they are
//! null in `before`, `after` and `value`, and true in `before_sensitive`, `after_sensitive` and
//! `sensitive_values`. In: a plan and what it was made from. Out: JSON.
//! Source of the form: Terraform, "JSON Output Format", format version 1.2. What acier knows beyond
//! it stands in members named `acier`: readers skip what they do not know.

mod checks;
pub mod configuration;
mod prior;
mod relevant;
pub mod state;
pub mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Key, Mode as BlockMode};
use crate::lang::tree::Tree;
use crate::schema::{Cost, Schemas};
use crate::state::State;
use crate::value::{Marks, Path, Step, Value};

use super::change::{Action, Change, OutputChange, Plan, Waiting, Why};
use super::fleeting::was_set;
use super::{Mode, waiting};
use state::{named, resource};
use values::{Sight, flags, secrets};

/// The version of Terraform for which acier answers.
const LANGUAGE: &str = "1.11.4";

/// What a plan is shown beside.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'s> {
    /// What the kinds contain.
    pub schemas: &'s Schemas,
    /// The stored state.
    pub state: &'s State,
    /// The configuration that the plan was made from, where it can be read.
    pub tree: Option<&'s Tree>,
    /// Whether secrets are written.
    pub sight: Sight,
}

/// The plan as JSON.
#[must_use]
pub fn plan(plan: &Plan, setting: &Setting<'_>) -> Json {
    let sight = setting.sight;
    let mut document = Map::new();
    let mut put = |name: &str, json: Json| document.insert(name.to_owned(), json);
    put("format_version", "1.2".into());
    put("terraform_version", LANGUAGE.into());
    let variables = plan.inputs.0.iter().filter(|(_, value)| !was_set(value));
    let variables = variables.map(|(name, value)| (name.to_string(), json!({ "value": sight.value(value) })));
    let variables: Map<String, Json> = variables.collect();
    if !variables.is_empty() {
        put("variables", variables.into());
    }
    let after = plan.outputs.iter().filter_map(|(name, output)| {
        let secret = output.before.as_ref().is_some_and(|before| before.contains_mark(Marks::SENSITIVE));
        let after = output.after.clone()?;
        let after = if secret { after.sensitive() } else { after };
        Some((name.to_string(), sight.output(&after, false)))
    });
    put("planned_values", state::values(after.collect(), planned(plan, setting)));
    let moves = moves(plan);
    let change = |change: &&Change| resource_change(change, &moves, sight);
    let moved = plan.changes.iter().filter(|change| change.deposed.is_none() && moves.contains_key(&change.addr));
    let moved = moved.filter(|_| plan.mode == Mode::RefreshOnly);
    let drift: Vec<Json> = ordered(plan.drift.iter().chain(moved)).iter().map(change).collect();
    if !drift.is_empty() {
        put("resource_drift", drift.into());
    }
    let changes = ordered(plan.changes.iter().filter(|_| plan.mode != Mode::RefreshOnly));
    let changes: Vec<Json> = changes.iter().map(change).collect();
    if !changes.is_empty() {
        put("resource_changes", changes.into());
    }
    let outputs = plan.outputs.iter().map(|(name, output)| (name.to_string(), output_change(output, sight)));
    let outputs: Map<String, Json> = outputs.collect();
    if !outputs.is_empty() {
        put("output_changes", outputs.into());
    }
    if let Some(prior) = prior::prior(plan, setting) {
        put("prior_state", prior);
    }
    if let Some(tree) = setting.tree {
        put("configuration", configuration::configuration(tree, setting.schemas, sight));
        let relevant = relevant::relevant(plan, tree);
        if !relevant.is_empty() {
            put("relevant_attributes", relevant.into());
        }
    }
    if !plan.waiting.is_empty() {
        put("deferred_changes", deferred(plan).into());
    }
    if !plan.checks.is_empty() {
        put("checks", checks::checks(&plan.checks).into());
    }
    put("timestamp", (&*plan.at).into());
    put("applyable", (!plan.is_empty() || !plan.refreshed.found.is_empty()).into());
    put("complete", (plan.waiting.is_empty() && !plan.partial).into());
    put("errored", false.into());
    document.into()
}

/// Changes as Terraform orders them: those of outer modules before those of inner ones, and in each
/// module data sources before resources.
fn ordered<'p>(changes: impl Iterator<Item = &'p Change>) -> Vec<&'p Change> {
    let mut changes: Vec<&Change> = changes.collect();
    changes.sort_by(|a, b| {
        let (a, b) = (&a.addr.block, &b.addr.block);
        let modules = a.module.0.len().cmp(&b.module.0.len()).then_with(|| a.module.cmp(&b.module));
        modules.then(b.mode.cmp(&a.mode))
    });
    changes
}

/// Where moved objects were known before.
fn moves(plan: &Plan) -> BTreeMap<&Addr, &Addr> {
    let moved = plan.moves.iter().filter(|moved| moved.deposed.is_none() && moved.from != moved.to);
    moved.map(|moved| (&moved.to, &moved.from)).collect()
}

/// What will exist, as far as the plan looks at it.
fn planned(plan: &Plan, setting: &Setting<'_>) -> Vec<(Addr, Json)> {
    let stay = plan.changes.iter().filter(|_| plan.mode != Mode::RefreshOnly);
    // What is forgotten stays in the cloud; Terraform names it here, without values.
    let stay =
        stay.filter(|change| change.deposed.is_none() && (!change.after.is_null() || change.action == Action::Forget));
    stay.map(|change| {
        let kinds = [&setting.schemas.managed, &setting.schemas.data];
        let version = kinds.iter().find_map(|kinds| kinds.get(&change.kind)).map_or(0, |schema| schema.version);
        let mut shown = resource(&change.addr, &change.after, version, setting.sight);
        if let Some(shown) = shown.as_object_mut().filter(|_| change.after.is_null()) {
            shown.shift_remove("values");
        }
        (change.addr.clone(), shown)
    })
    .collect()
}

/// What is planned in a later stage: one entry a block, which stands for all its instances.
fn deferred(plan: &Plan) -> Vec<Json> {
    let one = |waiting: &Waiting| {
        let addr = waiting.block.instance(Key::None);
        let mut change = named(&addr, None, true);
        change["address"] = format!("{addr}[*]").into();
        let action = if waiting.block.mode == BlockMode::Data { "read" } else { "create" };
        change["change"] = json!({
            "actions": [action],
            "before": null,
            "after": {},
            "after_unknown": true,
            "before_sensitive": false,
            "after_sensitive": {},
        });
        json!({ "reason": waiting::reason(waiting), "resource_change": change })
    };
    plan.waiting.iter().map(one).collect()
}

fn resource_change(change: &Change, moves: &BTreeMap<&Addr, &Addr>, sight: Sight) -> Json {
    let previous = moves.get(&change.addr).copied().filter(|_| change.deposed.is_none());
    let mut body = named(&change.addr, previous, true);
    if let Some(key) = &change.deposed {
        body["deposed"] = (&**key).into();
    }
    let before = sight.before(&change.before, &change.after);
    let mut inner = json!({
        "actions": actions(change.action),
        "before": sight.value(&before),
        "after": sight.value(&change.after),
        "after_unknown": match change.after.is_wholly_known() {
            true => json!({}),
            false => flags(&change.after, &Value::is_unknown),
        },
        "before_sensitive": secrets(&before),
        "after_sensitive": secrets(&change.after),
    });
    if matches!(change.action, Action::Replace | Action::ReplaceCreateFirst) {
        let causes = change.differences.iter().filter(|found| found.cost == Cost::Replace);
        let causes: Vec<Json> = causes.map(|found| path(&found.path)).collect();
        if !causes.is_empty() {
            inner["replace_paths"] = causes.into();
        }
    }
    if let Some(importing) = &change.importing {
        inner["importing"] = json!({ "id": &*importing.id });
    }
    body["change"] = inner;
    if let Some(reason) = reason(change) {
        body["action_reason"] = reason.into();
    }
    if let Some(beyond) = beyond(change) {
        body["acier"] = beyond;
    }
    body
}

/// What acier knows of a change beyond Terraform: what it costs what runs, and each difference's share.
fn beyond(change: &Change) -> Option<Json> {
    let changes = matches!(change.action, Action::Update | Action::Replace | Action::ReplaceCreateFirst);
    changes.then(|| {
        let differences = change.differences.iter().map(|found| {
            let mut told = json!({ "path": path(&found.path), "cost": found.cost.word() });
            if !found.reason.is_empty() {
                told["reason"] = (&*found.reason).into();
            }
            told
        });
        json!({ "cost": change.cost.word(), "differences": differences.collect::<Vec<_>>() })
    })
}

fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Read => &["read"],
        Action::Create => &["create"],
        Action::Update => &["update"],
        Action::Replace => &["delete", "create"],
        Action::ReplaceCreateFirst => &["create", "delete"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

fn reason(change: &Change) -> Option<&'static str> {
    match change.why {
        Why::Changed | Why::Unfinished | Why::Remarked | Why::Destroy | Why::Deposed | Why::Swept => None,
        Why::CannotUpdate | Why::Elsewhere => Some("replace_because_cannot_update"),
        Why::Tainted | Why::Unprovisioned => Some("replace_because_tainted"),
        Why::Requested => Some("replace_by_request"),
        Why::Triggered => Some("replace_by_triggers"),
        Why::NoBlock => Some("delete_because_no_resource_config"),
        Why::NoMoveTarget => Some("delete_because_no_move_target"),
        Why::NoModule => Some("delete_because_no_module"),
        Why::Disabled => Some("delete_because_enabled_false"),
        Why::OtherRepetition => Some("delete_because_wrong_repetition"),
        Why::NoIndex => Some("delete_because_count_index"),
        Why::NoKey => Some("delete_because_each_key"),
        Why::Check => Some("read_because_check_nested"),
        Why::Pending => Some("read_because_dependency_pending"),
        Why::Unknown => Some("read_because_config_unknown"),
    }
}

fn path(path: &Path) -> Json {
    let step = |step: &Step| match step {
        Step::Attr(name) | Step::Key(name) => Json::from(&**name),
        Step::Index(index) => (*index).into(),
    };
    path.0.iter().map(step).collect()
}

fn output_change(output: &OutputChange, sight: Sight) -> Json {
    let action = match (&output.before, &output.after) {
        (None, _) => "create",
        (_, None) => "delete",
        (before, after) if before == after => "no-op",
        _ => "update",
    };
    let (before, after) = (output.before.as_ref(), output.after.as_ref());
    let sensitive = before.iter().chain(&after).any(|value| value.contains_mark(Marks::SENSITIVE));
    let becomes = after.is_some_and(|after| after.contains_mark(Marks::SENSITIVE));
    let shown = |value: &Value| {
        let hidden = sight == Sight::Hidden && (becomes || value.contains_mark(Marks::SENSITIVE));
        if hidden { Json::Null } else { sight.value(value) }
    };
    let mut change = json!({ "actions": [action], "before": before.map(shown) });
    if !after.is_some_and(Value::is_unknown) {
        change["after"] = after.map(shown).into();
    }
    change["after_unknown"] = after.is_some_and(|value| !value.is_wholly_known()).into();
    if let Some(after) = after.filter(|after| !after.is_unknown() && !after.is_wholly_known()) {
        change["after_unknown"] = flags(after, &Value::is_unknown);
    }
    change["before_sensitive"] = sensitive.into();
    change["after_sensitive"] = sensitive.into();
    change
}
