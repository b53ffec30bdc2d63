//! What has conditions, in the form of Terraform's `checks`.
//!
//! **Never:** judge. In: what came of everything that has conditions. Out: one entry each, with what
//! came of it in each instance.

use serde_json::{Map, Value as Json, json};

use crate::addr::checkable::Checkable;
use crate::addr::{Key, Mode};
use crate::plan::checked::{Checked, Judged};

/// All checks.
pub(super) fn checks(checks: &[Checked]) -> Vec<Json> {
    checks.iter().map(one).collect()
}

fn one(checked: &Checked) -> Json {
    let what = &checked.what;
    let mut address = Map::new();
    let mut put = |name: &str, value: &str| address.insert(name.to_owned(), value.into());
    let kind = match what {
        Checkable::Check(name) => ("check", name),
        Checkable::Output(name) => ("output_value", name),
        Checkable::Variable(name) => ("var", name),
        Checkable::Block(block) => {
            put("mode", if block.mode == Mode::Data { "data" } else { "managed" });
            put("type", &block.kind);
            ("resource", &block.name)
        }
    };
    put("kind", kind.0);
    put("name", kind.1);
    put("to_display", &what.within(&checked.module, &Key::None));
    if !checked.module.is_root() {
        put("module", &checked.module.to_string());
    }
    address.sort_keys();
    let mut shown = json!({ "address": address, "status": checked.status().word() });
    if let Some(instances) = checked.instances.as_ref().filter(|instances| !instances.is_empty()) {
        shown["instances"] = instances.iter().map(|judged| instance(what, judged)).collect();
    }
    shown
}

fn instance(what: &Checkable, judged: &Judged) -> Json {
    let mut address = json!({ "to_display": what.within(&judged.path, &judged.key) });
    if !judged.path.is_root() {
        address["module"] = judged.path.to_string().into();
    }
    match &judged.key {
        Key::None => {}
        Key::Int(index) => address["instance_key"] = (*index).into(),
        Key::Str(key) => address["instance_key"] = (&**key).into(),
    }
    let mut body = json!({ "address": address, "status": judged.status.word() });
    if !judged.problems.is_empty() {
        let mut problems: Vec<&String> = judged.problems.iter().collect();
        problems.sort();
        body["problems"] = problems.into_iter().map(|message| json!({ "message": message })).collect();
    }
    body
}
