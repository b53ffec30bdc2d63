//! The checks of a plan, in the form of Terraform's `checks`.
//!
//! **Never:** judge. In: a plan. Out: one entry a check, with what came of it in each instance of its
//! module.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::addr::{Key, ModulePath, ModuleStep};
use crate::lang::check::{Status, shown};
use crate::plan::change::{Checked, Plan};
use crate::plan::checks::STATUSES;
use crate::value::Name;

/// All checks.
pub(super) fn checks(plan: &Plan) -> Vec<Json> {
    let mut all: BTreeMap<(String, &Name), Vec<&Checked>> = BTreeMap::new();
    for checked in &plan.checks {
        let calls = checked.path.0.iter().map(|step| ModuleStep { name: step.name.clone(), key: Key::None });
        let module = ModulePath(calls.collect()).to_string();
        all.entry((module, &checked.name)).or_default().push(checked);
    }
    all.iter().map(|((module, name), instances)| one(module, name, instances)).collect()
}

fn one(module: &str, name: &Name, instances: &[&Checked]) -> Json {
    let display = if module.is_empty() { format!("check.{name}") } else { format!("{module}.check.{name}") };
    let mut address = json!({ "kind": "check", "name": &**name, "to_display": display });
    if !module.is_empty() {
        address["module"] = module.into();
    }
    let status = instances.iter().map(|checked| checked.status).max();
    let instances: Vec<Json> = instances.iter().map(|checked| instance(checked)).collect();
    json!({ "address": address, "status": word(status), "instances": instances })
}

fn instance(checked: &Checked) -> Json {
    let mut address = json!({ "to_display": shown(&checked.path, &checked.name) });
    if !checked.path.0.is_empty() {
        address["module"] = checked.path.to_string().into();
    }
    let mut body = json!({ "address": address, "status": word(Some(checked.status)) });
    if !checked.problems.is_empty() {
        body["problems"] = checked.problems.iter().map(|message| json!({ "message": message })).collect();
    }
    body
}

fn word(status: Option<Status>) -> &'static str {
    STATUSES.iter().find(|(known, _)| Some(*known) == status).map_or("unknown", |(_, word)| word)
}
