//! What is compared of what the two say: documents without what must differ.
//!
//! **Never:** hide a difference that a user could see, but for those of `explained`. In: documents.
//! Out: text in a fixed order.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

/// Errors and warnings of a stream: severity, summary, file and line.
pub(super) fn findings(stream: &str) -> String {
    let lines = stream.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let mut found = BTreeSet::new();
    for line in lines.filter(|line| line["type"] == "diagnostic") {
        let finding = &line["diagnostic"];
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let mut summary = text(&finding["summary"]);
        if summary.starts_with("Cycle: ") {
            summary.truncate(5);
        }
        // A circle has no one place, and what stands on the command line has no file.
        let summary = summary.replace("managed by acier", "managed by Terraform");
        let mut line = format!("{}: {summary}", text(&finding["severity"]));
        if let Some(file) = finding["range"]["filename"].as_str()
            && !summary.starts_with("Value for undeclared variable")
            && !file.starts_with('<')
            && summary != "Cycle"
        {
            write!(line, " ({file}:{})", finding["range"]["start"]["line"]).unwrap();
        }
        found.insert(line);
    }
    if found.iter().any(|line| line.starts_with("error")) {
        found.retain(|line| line.starts_with("error"));
    }
    found.iter().map(|line| format!("{line}\n")).collect()
}

/// The members of a plan that say what happens.
///
/// A plan that destroys everything speaks of outputs as they are now evaluated (Terraform) or stored.
pub(super) fn plan(document: Json, destroys: bool) -> String {
    let mut kept = Map::new();
    if let Json::Object(mut members) = document {
        for name in ["failed", "resource_changes", "resource_drift", "output_changes", "checks"] {
            if let Some(value) = members.remove(name) {
                kept.insert(name.to_owned(), value);
            }
        }
    }
    if let Some(Json::Object(outputs)) = kept.get_mut("output_changes") {
        let nothing = |change: &Json| change["before"].is_null() && change["actions"] == json!(["no-op"]);
        for (_, change) in outputs.iter_mut().filter(|_| destroys) {
            change["before"] = json!("<any>");
        }
        outputs.retain(|_, change| !nothing(change));
        if outputs.is_empty() {
            kept.remove("output_changes");
        }
    }
    let by = |name: &'static str| move |value: &Json| value[name].to_string();
    for name in ["resource_changes", "resource_drift"] {
        if let Some(Json::Array(changes)) = kept.get_mut(name) {
            changes.sort_by_key(by("address"));
            changes.iter_mut().for_each(change);
            for change in changes.iter_mut().filter_map(Json::as_object_mut).filter(|_| destroys) {
                // Terraform has refreshed, and moved, before it plans to destroy.
                change.remove("previous_address");
            }
        }
    }
    if let Some(Json::Array(checks)) = kept.get_mut("checks") {
        checks.retain(|check| check["address"]["kind"] == "check" && check.get("instances").is_some());
        checks.sort_by_key(|check| check["address"]["to_display"].to_string());
        for check in checks {
            if let Some(Json::Array(instances)) = check.get_mut("instances") {
                instances.sort_by_key(|instance| instance["address"]["to_display"].to_string());
            }
        }
    }
    if kept.get("checks").is_some_and(|checks| *checks == json!([])) {
        kept.remove("checks");
    }
    format!("{:#}\n", sorted(Json::Object(kept)))
}

fn change(change: &mut Json) {
    if let Some(members) = change.as_object_mut() {
        members.remove("acier");
        // Terraform calls it a replacement, for replace_triggered_by, where it only creates.
        if members["change"]["actions"] == json!(["create"]) {
            members.remove("action_reason");
        }
        if members.contains_key("deposed") {
            members.insert("deposed".into(), json!("<key>"));
        }
    }
    for side in ["before_sensitive", "after_sensitive"] {
        if let Some(marks) = change["change"].get_mut(side).and_then(Json::as_object_mut)
            && marks.contains_key("input")
        {
            marks.remove("output");
        }
    }
}

/// Objects and outputs of a state, version 4. Of an apply that failed, no outputs: how far each went
/// on is its own business.
pub(super) fn state(document: Json, complete: bool) -> String {
    let mut kept = Map::new();
    if let Json::Object(mut members) = document {
        // Terraform writes a state even where nothing was done.
        if members.get("failed").and_then(Json::as_str).is_some_and(|text| text.starts_with("There is no state yet")) {
            return state(json!({ "outputs": {}, "resources": [] }), complete);
        }
        if !complete {
            members.remove("outputs");
        }
        for name in ["failed", "outputs", "resources"] {
            if let Some(value) = members.remove(name) {
                kept.insert(name.to_owned(), value);
            }
        }
    }
    if let Some(Json::Array(resources)) = kept.get_mut("resources") {
        // Terraform also writes down that a resource has no instances.
        resources.retain(|resource| resource["instances"] != json!([]));
        resources.sort_by_key(|resource| format!("{} {}", resource["module"], resource["name"]));
        for resource in resources {
            let Some(Json::Array(instances)) = resource.get_mut("instances") else { continue };
            instances
                .sort_by_key(|instance| format!("{} {}", instance["index_key"], instance.get("deposed").is_some()));
            instances.iter_mut().for_each(instance);
        }
    }
    format!("{:#}\n", sorted(Json::Object(kept)))
}

fn instance(instance: &mut Json) {
    let Some(members) = instance.as_object_mut() else { return };
    if members.contains_key("deposed") {
        members.insert("deposed".into(), json!("<key>"));
    }
    // Terraform counts everything in a module as soon as the module as a whole is named, and keeps old names
    // until what needs them is changed itself; acier lists what is reached, by its present name.
    members.remove("dependencies");
    members.remove("create_before_destroy");
    members.remove("private");
    if let Some(Json::Array(paths)) = members.get_mut("sensitive_attributes") {
        let root = |path: &Json| path[0]["value"].clone();
        if paths.iter().any(|path| root(path) == "input") {
            paths.retain(|path| root(path) != "output");
        }
        paths.sort_by_key(Json::to_string);
    }
}

/// The id of each object of a state.
pub(super) fn ids(state: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for resource in state["resources"].as_array().into_iter().flatten() {
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let module = resource["module"].as_str().map(|module| format!("{module}.")).unwrap_or_default();
            let key = instance
                .get("index_key")
                .map(|key| format!("[{}]", key.to_string().replace('"', "'")))
                .unwrap_or_default();
            let address = format!("{module}{}{key}", resource["name"].as_str().unwrap_or_default());
            if let Some(id) = instance["attributes"]["id"].as_str() {
                found.push((address, id.to_owned()));
            }
        }
    }
    found
}

fn sorted(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut members: Vec<(String, Json)> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(members.into_iter().collect())
        }
        Json::Array(values) => Json::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
