//! What differs on purpose between the two programs, taken out of both sides before they are compared.

use serde_json::{Map, Value};

use super::compare::Kind;

/// Takes it out.
pub(super) fn lay(kind: Kind, theirs: &mut Vec<Value>, ours: &mut Vec<Value>) {
    for side in [&mut *theirs, &mut *ours] {
        side.iter_mut().for_each(times);
        match kind {
            Kind::Plan => side.iter_mut().for_each(unordered),
            // acier stores no results of checks: a plan judges them anew.
            Kind::State => side.iter_mut().for_each(|document| {
                remove(document, &["checks"]);
                unordered(document);
            }),
            Kind::Findings => side.iter_mut().for_each(findings),
            Kind::Outputs => {}
            Kind::Stream | Kind::PartialStream | Kind::Broken => stream(kind, side),
        }
    }
    if let (Kind::Plan | Kind::State, [theirs], [ours]) = (kind, theirs.as_mut_slice(), ours.as_mut_slice()) {
        documents(theirs, ours);
    }
    if let (Kind::Findings, [theirs], [ours]) = (kind, theirs.as_mut_slice(), ours.as_mut_slice()) {
        more_findings(theirs, ours);
    }
    if kind != Kind::Findings {
        secrets(theirs, ours);
    }
}

fn object(value: &mut Value) -> Option<&mut Map<String, Value>> {
    value.as_object_mut()
}

fn members<'v>(value: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> {
    value.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

fn remove(value: &mut Value, names: &[&str]) {
    if let Some(object) = object(value) {
        names.iter().for_each(|name| drop(object.remove(*name)));
    }
}

/// Every run has times of its own, and each program its name.
fn times(value: &mut Value) {
    remove(value, &["timestamp", "@timestamp"]);
}

/// Terraform orders these at random; keys of deposed objects are random, too. What acier knows beyond
/// Terraform stands in members named `acier`.
fn unordered(document: &mut Value) {
    for name in ["resource_changes", "resource_drift"] {
        for change in members(document, name) {
            remove(change, &["acier"]);
            if let Some(key) = change.get_mut("deposed") {
                *key = "KEY".into();
            }
        }
    }
    if let Some(Value::Array(relevant)) = document.get_mut("relevant_attributes") {
        relevant.sort_by_key(Value::to_string);
    }
    for values in ["/planned_values/root_module", "/values/root_module", "/prior_state/values/root_module"] {
        if let Some(module) = document.pointer_mut(values) {
            modules(module);
        }
    }
}

fn modules(module: &mut Value) {
    if let Some(Value::Array(children)) = module.get_mut("child_modules") {
        children.sort_by_key(|child| child["address"].to_string());
        children.iter_mut().for_each(modules);
    }
    for resource in members(module, "resources") {
        if let Some(key) = resource.get_mut("deposed_key") {
            *key = "KEY".into();
        }
    }
}

fn documents(theirs: &mut Value, ours: &mut Value) {
    // What goes away keeps the old names of what it needs with Terraform; acier tells them by their new ones.
    let goes = |change: &&Value| matches!(change["change"]["actions"][0].as_str(), Some("delete" | "forget"));
    let gone: Vec<Value> = theirs["resource_changes"].as_array().into_iter().flatten().filter(goes).cloned().collect();
    for side in [&mut *theirs, &mut *ours] {
        if let Some(module) = side.pointer_mut("/prior_state/values/root_module") {
            for resource in members(module, "resources") {
                if gone.iter().any(|change| change["address"] == resource["address"]) {
                    remove(resource, &["depends_on"]);
                }
            }
        }
    }
    // Of a partial plan Terraform also lists what outputs of targeted modules are made of; a plan does not
    // remember which these were.
    if theirs["complete"] == false
        && let Some(all) = theirs["relevant_attributes"].as_array()
        && ours["relevant_attributes"].as_array().is_none_or(|own| own.iter().all(|one| all.contains(one)))
    {
        [&mut *theirs, &mut *ours].into_iter().for_each(|side| remove(side, &["relevant_attributes"]));
    }
    // A value that was given as text on the command line is shown as that text by Terraform, whatever the
    // type of its variable; acier shows the value that the variable has.
    if let (Some(Value::Object(theirs)), Some(ours)) = (theirs.get_mut("variables"), ours.get("variables")) {
        for (name, told) in theirs {
            let own = &ours[name]["value"];
            if told["value"].is_string() && !own.is_string() && told["value"].as_str() == Some(&*own.to_string()) {
                told["value"] = own.clone();
            }
        }
    }
    for values in ["/values/root_module", "/prior_state/values/root_module"] {
        if let (Some(theirs), Some(ours)) = (theirs.pointer_mut(values), ours.pointer_mut(values)) {
            if values.starts_with("/values") {
                data(theirs);
            }
            needs(theirs, ours);
        }
    }
}

/// acier stores no data sources: they are read anew.
fn data(module: &mut Value) {
    if let Some(Value::Array(resources)) = module.get_mut("resources") {
        resources.retain(|resource| resource["mode"] != "data");
    }
    members(module, "child_modules").for_each(data);
}

/// An object of a case that moved out of a module. acier still lists it where the module is needed, until
/// what needs it is planned anew.
const MOVED: &str = "terraform_data.out";

/// Terraform lists all that an object needs directly or not, and counts everything in a module as soon
/// as the module as a whole is named; acier lists the resources that the object refers to itself.
fn needs(theirs: &mut Value, ours: &mut Value) {
    for (theirs, ours) in members(theirs, "resources").zip(members(ours, "resources")) {
        let listed = |resource: &Value| resource["depends_on"].as_array().cloned().unwrap_or_default();
        let (mut all, own) = (listed(theirs), listed(ours));
        all.retain(|need| !need.as_str().is_some_and(|need| need.contains("data.terraform_remote_state")));
        if all.is_empty() == own.is_empty() && own.iter().all(|need| all.contains(need) || need == MOVED) {
            [theirs, ours].into_iter().for_each(|side| remove(side, &["depends_on"]));
        }
    }
    for (theirs, ours) in members(theirs, "child_modules").zip(members(ours, "child_modules")) {
        needs(theirs, ours);
    }
}

/// acier remembers where a secret went: in the output of a `terraform_data` and in a state elsewhere,
/// where Terraform forgets it. So it may call more sensitive, never less.
fn secrets(theirs: &mut [Value], ours: &mut [Value]) {
    for (theirs, ours) in theirs.iter_mut().zip(ours) {
        forgive(theirs, ours, false);
    }
}

fn forgive(theirs: &mut Value, ours: &mut Value, inside: bool) {
    if inside && *ours == true {
        *theirs = true.into();
        return;
    }
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (name, own) in ours.iter_mut() {
                let flags = matches!(name.as_str(), "before_sensitive" | "after_sensitive" | "sensitive_values");
                match theirs.get_mut(name) {
                    Some(told) => forgive(told, own, inside || flags),
                    // Where nothing is sensitive in it, a member is left out.
                    None if inside && contains_true(own) => drop(theirs.insert(name.clone(), own.clone())),
                    None => {}
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            theirs.iter_mut().zip(ours).for_each(|(told, own)| forgive(told, own, inside));
        }
        _ => {}
    }
}

fn contains_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Array(members) => members.iter().any(contains_true),
        Value::Object(members) => members.values().any(contains_true),
        _ => false,
    }
}

fn stream(kind: Kind, lines: &mut Vec<Value>) {
    // The first line says who speaks. What acier tells beyond Terraform's types, it logs.
    // On a busy machine either says that a step still goes on, and Terraform that it waits for its lock.
    let passing = ["version", "log", "state_lock_acquire", "state_lock_release", "apply_progress"];
    lines.retain(|line| !line["type"].as_str().is_some_and(|kind| passing.contains(&kind)));
    // Of a plan that fails, Terraform tells what it would have done had it not failed.
    if kind == Kind::Broken {
        lines.retain(|line| line["@level"] == "error");
    }
    // With -target, acier reads the whole state: lists are cheap. What is forgotten is read, too.
    let forgotten: Vec<Value> = lines.iter().filter(|line| line["change"]["action"] == "remove").cloned().collect();
    let forgotten: Vec<&Value> = forgotten.iter().map(|line| &line["change"]["resource"]["addr"]).collect();
    lines.retain(|line| {
        let refreshes = line["type"].as_str().is_some_and(|kind| kind.starts_with("refresh_"));
        !refreshes || kind != Kind::PartialStream && !forgotten.contains(&&line["hook"]["resource"]["addr"])
    });
    for line in lines {
        if let Some(finding) = line.get_mut("diagnostic") {
            described(finding);
            if let Some(message) = line["@message"].as_str() {
                line["@message"] = message.replace("by Terraform", "by acier").into();
            }
        }
    }
}

/// The words of findings are the business of other tests; acier adds what to do, and names the object
/// more often.
fn described(finding: &mut Value) {
    remove(finding, &["detail", "address"]);
    if let Some(summary) = finding["summary"].as_str() {
        finding["summary"] = summary.replace("by Terraform", "by acier").into();
    }
    if let Some(snippet) = finding.get_mut("snippet") {
        remove(snippet, &["function_call"]);
    }
    // What is missing in a block is shown at its header, by Terraform at its brace; so is what its
    // provisioner did. A value of the command line is shown itself, by Terraform its variable.
    let at_header = ["Missing required argument", "local-exec provisioner error", "Invalid value for variable"];
    if at_header.iter().any(|summary| finding["summary"] == *summary) {
        remove(finding, &["range", "snippet"]);
    }
}

fn findings(document: &mut Value) {
    members(document, "diagnostics").for_each(described);
    if let Some(Value::Array(found)) = document.get_mut("diagnostics") {
        found.sort_by_key(Value::to_string);
    }
}

/// acier finds more at once: what Terraform would say in the next run. All that Terraform says is there.
fn more_findings(theirs: &mut Value, ours: &mut Value) {
    let told = theirs["diagnostics"].as_array().cloned().unwrap_or_default();
    if theirs["valid"] == false
        && let Some(Value::Array(own)) = ours.get_mut("diagnostics")
    {
        own.retain(|finding| told.contains(finding));
        ours["error_count"] = theirs["error_count"].clone();
    }
}
