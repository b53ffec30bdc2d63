//! A plan in Terraform's `show -json` form, for policy and cost tools.
//!
//! **Never:** write a secret: where Terraform prints sensitive values in clear, here they are null
//! in `before`, `after` and `value`, and true in `before_sensitive`, `after_sensitive` and
//! `sensitive_values`. In: a plan, schemas, the state, the time. Out: JSON.
//! Source of the form: Terraform, "JSON Output Format", format version 1.2.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Key, Mode as BlockMode};
use crate::schema::{Cost, Schemas};
use crate::state::State;
use crate::value::{Content, Marks, Path, Step, Type, Value};

use super::change::{Action, Change, OutputChange, Plan, Waiting, Why};
use super::laid::Laid;
use super::{propose, waiting};

const PROVIDER: &str = "registry.terraform.io/hashicorp/azurerm";

/// The plan as JSON. `state` is the stored state, `timestamp` the present, RFC 3339.
#[must_use]
pub fn plan(plan: &Plan, schemas: &Schemas, state: &State, timestamp: &str) -> Json {
    let outputs = plan.outputs.iter().map(|(name, output)| (name.to_string(), output_change(output)));
    let after =
        plan.outputs.iter().filter_map(|(name, output)| Some((name.to_string(), output_value(output.after.as_ref()?))));
    let variables = plan.inputs.0.iter().map(|(name, value)| (name.to_string(), json!({ "value": visible(value) })));
    let mut body = json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": variables.collect::<Map<_, _>>(),
        "planned_values": {
            "outputs": after.collect::<Map<_, _>>(),
            "root_module": { "resources": planned(plan, schemas) },
        },
        "resource_drift": plan.drift.iter().map(resource_change).collect::<Vec<_>>(),
        "resource_changes": changes(plan),
        "output_changes": outputs.collect::<Map<_, _>>(),
        "prior_state": prior(plan, schemas, state),
        "timestamp": timestamp,
        "applyable": !plan.is_empty() || !plan.refreshed.found.is_empty(),
        "complete": plan.waiting.is_empty(),
        "errored": false,
    });
    if !plan.waiting.is_empty() {
        body["deferred_changes"] = deferred(plan).into();
    }
    body
}

fn prior(plan: &Plan, schemas: &Schemas, state: &State) -> Json {
    let laid = Laid::new(state, &plan.refreshed);
    let data = plan.answers.iter().map(|(addr, value)| resource(addr, value, 0));
    let managed = laid.objects.iter().map(|(addr, object)| {
        let value = match schemas.managed.get(&object.kind) {
            Some(schema) => propose::mark_secrets(&schema.block, &object.value),
            None => object.value.clone(),
        };
        let mut resource = resource(addr, &value, object.schema_version);
        resource["depends_on"] = object.needs.iter().map(|block| Json::from(block.to_string())).collect();
        if object.tainted {
            resource["tainted"] = true.into();
        }
        resource
    });
    let outputs = state.outputs.iter().map(|(name, output)| (name.to_string(), output_value(&output.value)));
    json!({
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {
            "outputs": outputs.collect::<Map<_, _>>(),
            "root_module": { "resources": data.chain(managed).collect::<Vec<_>>() },
        },
    })
}

/// What will exist, as far as the plan looks at it.
fn planned(plan: &Plan, schemas: &Schemas) -> Vec<Json> {
    let stay = plan.changes.iter().filter(|change| change.deposed.is_none() && !change.after.is_null());
    stay.filter(|change| change.action != Action::Read)
        .map(|change| {
            let version = schemas.managed.get(&change.kind).map_or(0, |schema| schema.version);
            resource(&change.addr, &change.after, version)
        })
        .collect()
}

fn resource(addr: &Addr, value: &Value, version: u32) -> Json {
    let mut resource = named(addr);
    resource["schema_version"] = version.into();
    resource["values"] = visible(value);
    resource["sensitive_values"] = flags(value, &|value| value.is_sensitive());
    resource
}

fn named(addr: &Addr) -> Json {
    let mut named = json!({
        "address": addr.to_string(),
        "mode": if addr.block.mode == BlockMode::Data { "data" } else { "managed" },
        "type": &*addr.block.kind,
        "name": &*addr.block.name,
        "provider_name": PROVIDER,
    });
    match &addr.key {
        Key::None => {}
        Key::Int(index) => named["index"] = (*index).into(),
        Key::Str(key) => named["index"] = (&**key).into(),
    }
    named
}

/// What is planned in a later stage: one entry a block, which stands for all its instances.
fn deferred(plan: &Plan) -> Vec<Json> {
    let one = |waiting: &Waiting| {
        let addr = waiting.block.instance(Key::None);
        let mut change = named(&addr);
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

fn changes(plan: &Plan) -> Vec<Json> {
    let moves = plan.moves.iter().filter(|moved| moved.deposed.is_none());
    let moves: BTreeMap<&Addr, &Addr> = moves.map(|moved| (&moved.to, &moved.from)).collect();
    let one = |change: &Change| {
        let mut body = resource_change(change);
        if let Some(from) = moves.get(&change.addr).filter(|_| change.deposed.is_none()) {
            body["previous_address"] = from.to_string().into();
        }
        body
    };
    plan.changes.iter().map(one).collect()
}

fn resource_change(change: &Change) -> Json {
    let mut body = named(&change.addr);
    if let Some(key) = &change.deposed {
        body["deposed"] = (&**key).into();
    }
    let mut inner = json!({
        "actions": actions(change.action),
        "before": visible(&change.before),
        "after": visible(&change.after),
        "after_unknown": flags(&change.after, &Value::is_unknown),
        "before_sensitive": flags(&change.before, &|value| value.is_sensitive()),
        "after_sensitive": flags(&change.after, &|value| value.is_sensitive()),
    });
    if matches!(change.action, Action::Replace | Action::ReplaceCreateFirst) {
        let causes = change.differences.iter().filter(|found| found.cost == Cost::Replace);
        inner["replace_paths"] = causes.map(|found| path(&found.path)).collect();
    }
    if let Some(importing) = &change.importing {
        inner["importing"] = json!({ "id": &*importing.id });
    }
    body["change"] = inner;
    if let Some(reason) = reason(change) {
        body["action_reason"] = reason.into();
    }
    body
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
        Why::Changed | Why::Unfinished | Why::Destroy | Why::Deposed | Why::Swept => None,
        Why::CannotUpdate => Some("replace_because_cannot_update"),
        Why::Tainted | Why::Unprovisioned => Some("replace_because_tainted"),
        Why::Requested => Some("replace_by_request"),
        Why::Triggered => Some("replace_by_triggers"),
        Why::NoBlock => Some("delete_because_no_resource_config"),
        Why::OtherRepetition => Some("delete_because_wrong_repetition"),
        Why::NoIndex => Some("delete_because_count_index"),
        Why::NoKey => Some("delete_because_each_key"),
        Why::Unknown if change.after.is_wholly_known() => Some("read_because_dependency_pending"),
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

fn output_change(output: &OutputChange) -> Json {
    let action = match (&output.before, &output.after) {
        (None, _) => "create",
        (_, None) => "delete",
        (before, after) if before == after => "no-op",
        _ => "update",
    };
    let (before, after) = (output.before.as_ref(), output.after.as_ref());
    json!({
        "actions": [action],
        "before": before.map(visible),
        "after": after.map(visible),
        "after_unknown": after.map_or(false.into(), |value| flags(value, &Value::is_unknown)),
        "before_sensitive": before.is_some_and(|value| value.contains_mark(Marks::SENSITIVE)),
        "after_sensitive": after.is_some_and(|value| value.contains_mark(Marks::SENSITIVE)),
    })
}

fn output_value(value: &Value) -> Json {
    let sensitive = value.contains_mark(Marks::SENSITIVE);
    let mut output = json!({ "sensitive": sensitive });
    if value.is_wholly_known() {
        output["type"] = ty(&value.ty());
        output["value"] = if sensitive { Json::Null } else { visible(value) };
    }
    output
}

/// A value as far as it is known and may be seen; null where not. Unknown members of objects and
/// maps are left out, as Terraform does.
fn visible(value: &Value) -> Json {
    if value.is_sensitive() {
        return Json::Null;
    }
    match value.content() {
        Content::Null(_) | Content::Unknown { .. } => Json::Null,
        Content::Bool(value) => (*value).into(),
        Content::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Content::String(text) => (&**text).into(),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            members.iter().map(visible).collect()
        }
        Content::Map(_, members) | Content::Object(members) => {
            let known = members.iter().filter(|(_, member)| !member.is_unknown());
            known.map(|(name, member)| (name.to_string(), visible(member))).collect::<Map<_, _>>().into()
        }
    }
}

/// Where in a value something holds: true at such a place, an object or array around it, members
/// of objects left out where it holds nowhere.
fn flags(value: &Value, holds: &dyn Fn(&Value) -> bool) -> Json {
    if holds(value) {
        return true.into();
    }
    match value.content() {
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            members.iter().map(|member| flags(member, holds)).collect()
        }
        Content::Map(_, members) | Content::Object(members) => {
            let flagged = members.iter().map(|(name, member)| (name.to_string(), flags(member, holds)));
            flagged.filter(|(_, flag)| *flag != false).collect::<Map<_, _>>().into()
        }
        _ => false.into(),
    }
}

/// A type as Terraform's JSON writes it.
fn ty(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool | Type::Number | Type::String => ty.to_string().into(),
        Type::List(element) => json!(["list", self::ty(element)]),
        Type::Set(element) => json!(["set", self::ty(element)]),
        Type::Map(element) => json!(["map", self::ty(element)]),
        Type::Tuple(elements) => json!(["tuple", elements.iter().map(self::ty).collect::<Vec<_>>()]),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, ty)| (name.to_string(), self::ty(ty)));
            json!(["object", attributes.collect::<Map<_, _>>()])
        }
    }
}
