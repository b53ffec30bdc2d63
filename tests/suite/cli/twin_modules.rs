//! Container groups with dynamic blocks in three levels of modules, refactored in every way; and
//! the same with `terraform_data`, of which Terraform makes the same plan.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use serde_json::Value;

use super::bench::Folder;

/// Lines that begin with `@` stand for a resource of the dialect: `@leaf LABEL KEYS`, one for each
/// of KEYS, or `@leaf LABEL` for a single one.
const INNER: &str = r#"
variable "keys" { type = set(string) }
variable "prefix" { type = string }
variable "group" { type = string }
variable "containers" { type = list(string) }
variable "tag" { type = string }
locals {
  prefix     = var.prefix
  group      = var.group
  containers = var.containers
  tag        = var.tag
}
@leaf leaf var.keys
@leaf RENAMED
output "leaves" { value = { for key, leaf in KIND.leaf : key => leaf.id } }
"#;

const MIDDLE: &str = r#"
variable "names" { type = map(set(string)) }
variable "prefix" { type = string }
variable "group" { type = string }
variable "tag" { type = string }
module "inner" {
  source     = "./inner"
  for_each   = var.names
  keys       = each.value
  prefix     = "${var.prefix}-${each.key}"
  group      = var.group
  containers = ["app", "side"]
  tag        = var.tag
}
output "leaves" { value = module.inner }
"#;

const ROOT: &str = r#"
locals {
  prefix     = "root"
  group      = GROUP
  containers = ["one"]
  tag        = "TAG"
}
@base
"#;

const BEFORE: &str = r#"
module "outer" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
  prefix = "o${count.index}"
  group  = GROUP
  tag    = "1"
}
module "alone" {
  source = "./middle"
  names  = { c = ["q"] }
  prefix = "al"
  group  = GROUP
  tag    = "1"
}
@leaf first
@leaf forgotten
@leaf gone toset(["g"])
@leaf taken
"#;

const AFTER: &str = r#"
module "renamed" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "new"], b = ["z"] }
  prefix = "o${count.index}"
  group  = GROUP
  tag    = "${1 + count.index}"
}
module "keyed" {
  source   = "./middle"
  for_each = { only = { c = ["q"] }, more = { d = ["r"] } }
  names    = each.value
  prefix   = each.key == "only" ? "al" : "mo"
  group    = GROUP
  tag      = "1"
}
@leaf second
@leaf taken
moved {
  from = module.outer
  to   = module.renamed
}
moved {
  from = module.alone
  to   = module.keyed["only"]
}
moved {
  from = KIND.first
  to   = KIND.second
}
removed {
  from = KIND.forgotten
  lifecycle { destroy = false }
}
removed {
  from = KIND.gone
  lifecycle { destroy = true }
}
import {
  to = KIND.taken
  id = "TAKEN"
}
check "leaves" {
  assert {
    condition     = length(module.renamed[0].leaves) == 2
    error_message = "There are ${length(module.renamed[0].leaves)}."
  }
}
check "keys" {
  assert {
    condition     = length(module.keyed) == 3
    error_message = "There are ${length(module.keyed)}."
  }
}
"#;

const MOVED: &str = "moved {\n  from = KIND.old\n  to   = KIND.new\n}\n";

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-4000-8000-000000000001";

/// The text with container groups, or with `terraform_data`.
fn dialect(text: &str, own: bool) -> String {
    let (kind, group) = match own {
        true => ("azurerm_container_group", "azurerm_resource_group.main.name"),
        false => ("terraform_data", "terraform_data.main.output"),
    };
    let taken =
        format!("{SUBSCRIPTION}/resourceGroups/twin/providers/Microsoft.ContainerInstance/containerGroups/root-taken");
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        out += &match words.as_slice() {
            ["@base"] if own => {
                "resource \"azurerm_resource_group\" \"main\" {\n  name     = \"twin\"\n  location = \"westeurope\"\n}"
                    .to_owned()
            }
            ["@base"] => "resource \"terraform_data\" \"main\" {\n  input = \"twin\"\n}".to_owned(),
            ["@leaf", label, keys @ ..] => leaf(label, keys.first().copied(), own),
            _ => {
                line.replace("KIND", kind).replace("GROUP", group).replace("TAKEN", if own { &taken } else { "taken" })
            }
        };
        out.push('\n');
    }
    out
}

fn leaf(label: &str, keys: Option<&str>, own: bool) -> String {
    let each = keys.map(|keys| format!("  for_each = {keys}\n")).unwrap_or_default();
    let name = match (keys, label) {
        (Some(_), _) => "each.key",
        // What only changes its label keeps its name.
        (None, "old" | "new") => "\"kept\"",
        (None, "first" | "second") => "\"plain\"",
        (None, label) => return leaf_named(label, &each, &format!("\"{label}\""), own),
    };
    leaf_named(label, &each, name, own)
}

fn leaf_named(label: &str, each: &str, name: &str, own: bool) -> String {
    if !own {
        let input = format!(
            "[for container in local.containers : \"${{local.prefix}}-${{{name}}} ${{container}} ${{local.tag}}\"]"
        );
        return format!("resource \"terraform_data\" \"{label}\" {{\n{each}  input = {input}\n}}");
    }
    format!(
        "resource \"azurerm_container_group\" \"{label}\" {{\n{each}  name = \"${{local.prefix}}-${{{name}}}\"\n  \
         resource_group_name = local.group\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  ip_address_type = \"None\"\n  \
         dynamic \"container\" {{\n    for_each = local.containers\n    content {{\n      name = container.value\n      image = \
         \"nginx:${{local.tag}}\"\n      cpu = 1\n      memory = 1\n    }}\n  }}\n}}"
    )
}

fn write(folder: &Folder, root: &str, label: &str, extra: &str, own: bool) {
    let tag = if label == "old" { "1" } else { "2" };
    let provider = if own { "provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n" } else { "" };
    folder.write("main.tf", format!("{provider}{}{}", dialect(&ROOT.replace("TAG", tag), own), dialect(root, own)));
    folder.write("middle/main.tf", dialect(MIDDLE, own));
    folder.write("middle/inner/main.tf", dialect(&format!("{}{extra}", INNER.replace("RENAMED", label)), own));
}

/// What a plan says of each object and each check, in the words of the twin.
fn told(document: &str) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(document).unwrap();
    let changes = document["resource_changes"].as_array().into_iter().flatten().map(|change| {
        let of = |name: &str| change.get(name).cloned().unwrap_or_default();
        let importing = change["change"].get("importing").is_some_and(|importing| !importing.is_null());
        let (reason, actions) = (of("action_reason"), &change["change"]["actions"]);
        format!("{} from {} {reason} {actions} {importing}", of("address"), of("previous_address"))
    });
    let checks = document["checks"].as_array().into_iter().flatten().map(|check| {
        let problems = check["instances"][0].get("problems").cloned().unwrap_or_default();
        format!("{} {} {problems}", check["address"]["to_display"], check["status"])
    });
    let plain = |line: String| {
        line.replace("azurerm_container_group.", "terraform_data.")
            .replace("azurerm_resource_group.", "terraform_data.")
    };
    changes.chain(checks).map(plain).collect()
}

#[test]
fn container_groups_in_modules_are_planned_as_terraform_plans_their_twin() {
    let folder = Folder::with("");
    write(&folder, BEFORE, "old", "", true);
    folder.run("apply -auto-approve").exits(0);
    folder.run("state rm azurerm_container_group.taken").exits(0);
    write(&folder, AFTER, "new", MOVED, true);
    folder.run("plan -out=ours").exits(0);
    let ours = told(&folder.run("show -json ours").exits(0).out);
    folder.run("apply ours").exits(0).says("1 imported");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    if Command::new("terraform").arg("version").output().is_err() {
        writeln!(std::io::stderr(), "SKIPPED: terraform is not on the path; its plan was not compared").unwrap();
        return;
    }
    let twin = Folder::with("");
    write(&twin, BEFORE, "old", "", false);
    twin.write("rc", "disable_checkpoint = true\n");
    let terraform = |line: &str| {
        let mut command = Command::new("terraform");
        let command = command.args(line.split(' ')).current_dir(twin.path()).env("CHECKPOINT_DISABLE", "1");
        let output = command.env("TF_CLI_CONFIG_FILE", twin.path().join("rc")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "terraform {line}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    };
    terraform("init");
    terraform("apply -auto-approve");
    terraform("state rm terraform_data.taken");
    write(&twin, AFTER, "new", MOVED, false);
    terraform("init");
    terraform("plan -out=theirs");
    let theirs = told(&terraform("show -json theirs"));
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let extra: Vec<_> = ours.difference(&theirs).collect();
    assert!(theirs.len() > 15 && missing.is_empty() && extra.is_empty(), "Terraform: {missing:#?}\nacier: {extra:#?}");
}
