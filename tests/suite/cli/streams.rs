//! `-json`: the machine-readable stream has Terraform's types, keys and words, errors included.
//!
//! The keys in the table are those that Terraform 1.11.4 gave for the same events.

use serde_json::Value;

use super::bench::{Folder, Ran};

/// Type, the keys beside the common ones, and the keys of the object in the first of them; a
/// question mark stands behind what may be missing.
const SHAPES: &[(&str, &str, &str)] = &[
    ("version", "terraform ui acier", ""),
    ("log", "", ""),
    ("diagnostic", "diagnostic", "severity summary detail address? range? snippet?"),
    ("refresh_start", "hook", "resource id_key id_value"),
    ("refresh_complete", "hook", "resource id_key? id_value?"),
    ("resource_drift", "change", "resource previous_resource? action reason? importing?"),
    ("planned_change", "change", "resource previous_resource? action reason? importing?"),
    ("change_summary", "changes", "add change import remove operation"),
    ("outputs", "outputs", ""),
    ("apply_start", "hook", "resource action id_key? id_value?"),
    ("apply_progress", "hook", "resource action elapsed_seconds"),
    ("apply_complete", "hook", "resource action id_key? id_value? elapsed_seconds"),
    ("apply_errored", "hook", "resource action elapsed_seconds"),
];

const RESOURCE: &str = "addr module resource implied_provider resource_type resource_name resource_key";

const GROUPS: &str = r#"
provider "azurerm" {
  features {}
  environment = "emulator"
}

variable "size" {
  default = 1
}

resource "azurerm_resource_group" "all" {
  count    = var.size
  name     = "group-${count.index}"
  location = "westeurope"
}

output "names" {
  value = azurerm_resource_group.all[*].name
}
"#;

fn has_keys(object: &Value, keys: &str, line: &str) {
    let object = object.as_object().unwrap_or_else(|| panic!("no object: {line}"));
    let mut allowed = keys.split(' ').filter(|key| !key.is_empty()).peekable();
    for key in object.keys() {
        while allowed.next_if(|next| next.strip_suffix('?').is_some_and(|name| name != key)).is_some() {}
        let next = allowed.next().unwrap_or_else(|| panic!("{key} is not Terraform's: {line}"));
        assert_eq!(next.trim_end_matches('?'), key, "{line}");
    }
    let missing: Vec<&str> = allowed.filter(|key| !key.ends_with('?')).collect();
    assert!(missing.is_empty(), "{missing:?} are missing: {line}");
}

/// The lines of a run, each in Terraform's shape.
fn lines(ran: &Ran) -> Vec<Value> {
    let read = |line: &str| {
        let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let kind = json["type"].as_str().expect("a type");
        let (_, outer, inner) = SHAPES.iter().find(|(name, ..)| *name == kind).unwrap_or_else(|| panic!("{line}"));
        has_keys(&json, &format!("@level @message @module @timestamp {outer} type").replace("  ", " "), line);
        assert_eq!(json["@module"], "terraform.ui");
        if !inner.is_empty() {
            has_keys(&json[*outer], inner, line);
        }
        if let Some(resource) = json[*outer].get("resource") {
            has_keys(resource, RESOURCE, line);
        }
        json
    };
    ran.out.lines().map(read).collect()
}

/// `type: message`, ids and times taken out.
fn told(lines: &[Value]) -> Vec<String> {
    let took = regex::Regex::new(r"after (\d+m)?\d+s").unwrap();
    let one = |line: &Value| {
        let message = line["@message"].as_str().unwrap().split(" [id=").next().unwrap();
        let message = took.replace(message, "after [TIME]");
        format!("{} {}: {message}", line["@level"].as_str().unwrap(), line["type"].as_str().unwrap())
    };
    // A slow machine is told that something goes on.
    lines.iter().skip(1).filter(|line| line["type"] != "apply_progress").map(one).collect()
}

#[test]
fn a_life_is_told_in_terraforms_words() {
    let folder = Folder::with(GROUPS);
    let plan = lines(&folder.run("plan -json").exits(0).quiet());
    assert_eq!((&plan[0]["terraform"], &plan[0]["ui"]), (&"1.11.4".into(), &"1.2".into()));
    let made = [
        "info planned_change: azurerm_resource_group.all[0]: Plan to create",
        "info change_summary: Plan: 1 to add, 0 to change, 0 to destroy.",
        "info outputs: Outputs: 1",
    ];
    assert_eq!(told(&plan), made);
    let resource = &plan[1]["change"]["resource"];
    assert_eq!(resource["resource_key"], 0);
    assert_eq!(resource["implied_provider"], "azurerm");
    assert_eq!(plan[3]["outputs"]["names"], serde_json::json!({ "sensitive": false, "action": "create" }));

    let apply = lines(&folder.run("apply -json -auto-approve -var size=2").exits(0).quiet());
    let end = &apply[apply.len() - 1]["outputs"]["names"];
    assert_eq!(end["value"], serde_json::json!(["group-0", "group-1"]));
    assert_eq!(end["type"], serde_json::json!(["tuple", ["string", "string"]]));

    let fewer = told(&lines(&folder.run("apply -json -auto-approve").exits(0).quiet()));
    let wanted = [
        "info refresh_start: azurerm_resource_group.all[0]: Refreshing state...",
        "info refresh_start: azurerm_resource_group.all[1]: Refreshing state...",
        "info refresh_complete: azurerm_resource_group.all[0]: Refresh complete",
        "info refresh_complete: azurerm_resource_group.all[1]: Refresh complete",
        "info planned_change: azurerm_resource_group.all[1]: Plan to delete",
        "info change_summary: Plan: 0 to add, 0 to change, 1 to destroy.",
        "info outputs: Outputs: 1",
        "info apply_start: azurerm_resource_group.all[1]: Destroying...",
        "info apply_complete: azurerm_resource_group.all[1]: Destruction complete after [TIME]",
        "info change_summary: Apply complete! Resources: 0 added, 0 changed, 1 destroyed.",
        "info outputs: Outputs: 1",
    ];
    assert_eq!(fewer, wanted);

    let refresh = told(&lines(&folder.run("refresh -json").exits(0).quiet()));
    assert_eq!(refresh[2], "info change_summary: Plan: 0 to add, 0 to change, 0 to destroy.");
    let destroy = told(&lines(&folder.run("destroy -json -auto-approve").exits(0).quiet()));
    assert_eq!(destroy.last().unwrap(), "info change_summary: Destroy complete! Resources: 1 destroyed.");
}

#[test]
fn what_is_wrong_is_part_of_the_stream() {
    let folder = Folder::with(GROUPS);
    let text = GROUPS.replace("\"westeurope\"", "\"añ ${upper(1, 2)}\"");
    folder.write("main.tf", &text);
    for command in ["plan -json", "apply -json -auto-approve", "destroy -json -auto-approve", "refresh -json"] {
        let lines = lines(&folder.run(command).exits(1).quiet());
        let found = lines.iter().filter(|line| line["type"] == "diagnostic").count();
        assert_eq!(found, 1, "{command}");
        let last = lines.last().unwrap();
        assert_eq!(last["@level"], "error");
        assert_eq!(last["@message"], "Error: Too many function arguments");
        let wrong = &last["diagnostic"];
        assert_eq!(wrong["range"]["start"]["column"], 29, "characters");
        let snippet = &wrong["snippet"];
        assert_eq!(snippet["code"], "  location = \"añ ${upper(1, 2)}\"");
        assert_eq!(snippet["highlight_start_offset"], 29, "bytes");
        assert_eq!(snippet["context"], "resource \"azurerm_resource_group\" \"all\"");
    }
    let asked = lines(&folder.run("apply -json").exits(64).quiet());
    assert_eq!(told(&asked), ["error diagnostic: Error: Plan file or auto-approve required"]);
}

#[test]
fn a_failed_step_ends_the_stream_without_a_summary() {
    let folder = Folder::with(GROUPS).set("ACIER_EMULATOR_FAULTS", "PUT group-0: 403 code=AuthorizationFailed");
    let ran = folder.run("apply -json -auto-approve").exits(1).quiet();
    let lines = lines(&ran);
    let told = told(&lines);
    assert!(
        told.contains(&"info apply_errored: azurerm_resource_group.all[0]: Creation errored after [TIME]".to_owned()),
        "{told:?}"
    );
    assert_eq!(lines.iter().filter(|line| line["type"] == "change_summary").count(), 1, "only that of the plan");
    assert!(told.iter().any(|line| line.starts_with("error diagnostic: Error: ")), "{told:?}");
}

#[test]
fn warnings_that_stand_alone_can_be_short() {
    let folder = Folder::with(GROUPS);
    folder.write("terraform.tfvars", "nothing = 3\n");
    folder.run("plan").exits(0).complains("To silence");
    let brief = folder.run("plan -compact-warnings").exits(0);
    assert_eq!(brief.err, "Warning: Value for undeclared variable (on terraform.tfvars line 1)\n");
    folder.write("wrong.tf", "output \"wrong\" {\n  value = upper()\n}\n");
    folder.run("plan -compact-warnings").exits(1).complains("Not enough function arguments");
}
