//! Moved, removed, imported and checked, through three levels of modules: the plan is Terraform's,
//! with the same addresses, earlier addresses, actions, reasons and results of checks.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use serde_json::Value;

use super::bench::Folder;

const INNER: &str = r#"
variable "keys" {
  type = set(string)
}

resource "terraform_data" "leaf" {
  for_each = var.keys
  input    = each.key
}

resource "terraform_data" "RENAMED" {
  input = "kept"
}

output "leaves" {
  value = { for key, leaf in terraform_data.leaf : key => leaf.id }
}
"#;

const MIDDLE: &str = r#"
variable "names" {
  type = map(set(string))
}

module "inner" {
  source   = "./inner"
  for_each = var.names
  keys     = each.value
}

resource "terraform_data" "about" {
  input = keys(var.names)
}

output "leaves" {
  value = module.inner
}
"#;

const BEFORE: &str = r#"
module "outer" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
}

module "alone" {
  source = "./middle"
  names  = { c = ["q"] }
}

resource "terraform_data" "counted" {
  count = 3
  input = count.index
}

resource "terraform_data" "loose" {
  input = "in"
}

resource "terraform_data" "forgotten" {
  input = 1
}

resource "terraform_data" "gone" {
  for_each = toset(["g"])
  input    = each.key
}
"#;

const AFTER: &str = r#"
module "renamed" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
}

module "keyed" {
  source   = "./middle"
  for_each = { only = { c = ["q"], d = ["new"] } }
  names    = each.value
}

resource "terraform_data" "named" {
  for_each = { zero = 0, one = 1 }
  input    = each.value
}

resource "terraform_data" "out" {
  input = "changed"
}

resource "terraform_data" "taken" {
  for_each = { t = "11111111-1111-4111-8111-111111111111" }
}

moved {
  from = module.outer
  to   = module.renamed
}

moved {
  from = module.alone
  to   = module.keyed["only"]
}

moved {
  from = module.outer[1].module.inner["a"].terraform_data.leaf["y"]
  to   = terraform_data.out
}

moved {
  from = terraform_data.counted[0]
  to   = terraform_data.named["zero"]
}

moved {
  from = terraform_data.counted[1]
  to   = terraform_data.named["one"]
}

moved {
  from = terraform_data.loose
  to   = module.renamed[0].module.inner["b"].terraform_data.leaf["z"]
}

removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}

removed {
  from = terraform_data.gone
  lifecycle {
    destroy = true
  }
}

import {
  for_each = { t = "11111111-1111-4111-8111-111111111111" }
  to       = terraform_data.taken[each.key]
  id       = each.value
}

check "leaves" {
  assert {
    condition     = length(module.renamed[0].leaves) == 2
    error_message = "There are ${length(module.renamed[0].leaves)}."
  }
}

check "input" {
  assert {
    condition     = terraform_data.out.input == "in"
    error_message = "It is ${terraform_data.out.input}."
  }
}

check "later" {
  assert {
    condition     = terraform_data.out.output == "changed"
    error_message = "never"
  }
}
"#;

fn folder(text: &str, leaf: &str, extra: &str) -> Folder {
    let folder = Folder::with(text);
    folder.write("middle/main.tf", MIDDLE);
    folder.write("middle/inner/main.tf", format!("{}{extra}", INNER.replace("RENAMED", leaf)));
    folder
}

/// What a plan says of each object, and of each check.
fn told(document: &Value) -> BTreeSet<String> {
    let changes = document["resource_changes"].as_array().into_iter().flatten().map(|change| {
        let of = |name: &str| change.get(name).cloned().unwrap_or_default();
        format!(
            "{} from {} {} {} {}",
            of("address"),
            of("previous_address"),
            of("action_reason"),
            change["change"]["actions"],
            change["change"].get("importing").cloned().unwrap_or_default()
        )
    });
    let checks = document["checks"].as_array().into_iter().flatten().map(|check| {
        let problems = check["instances"][0].get("problems").cloned().unwrap_or_default();
        format!("{} {} {problems}", check["address"]["to_display"], check["status"])
    });
    changes.chain(checks).collect()
}

#[test]
fn objects_keep_their_life_through_modules() {
    let folder = folder(BEFORE, "old", "");
    folder.run("apply -auto-approve").exits(0);
    let ids = folder.run("state list").exits(0).out;
    assert_eq!(ids.lines().count(), 21, "{ids}");
    folder.write("main.tf", AFTER);
    let moved = "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n";
    folder.write("middle/inner/main.tf", format!("{}{moved}", INNER.replace("RENAMED", "new")));
    let planned = folder.run("plan -out=one.plan").exits(0);
    let planned =
        planned.says("# module.outer[0].terraform_data.about has moved to module.renamed[0].terraform_data.about");
    let planned = planned
        .says("has moved to module.keyed[\"only\"].module.inner[\"c\"].terraform_data.new")
        .says("# (moved from module.outer[1].module.inner[\"a\"].terraform_data.leaf[\"y\"])")
        .says("# terraform_data.forgotten will no longer be managed by acier, but will not be destroyed");
    let planned = planned.complains("terraform_data.loose could not move to module.renamed[0].module.inner[\"b\"]");
    planned.complains("Some objects will no longer be managed by acier").complains("It is changed.");
    folder.run("apply one.plan").exits(0);
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
}

#[test]
fn the_plan_is_the_one_that_terraform_makes() {
    if Command::new("terraform").arg("version").output().is_err() {
        writeln!(std::io::stderr(), "SKIPPED: terraform is not on the path; its plan was not compared").unwrap();
        return;
    }
    let folder = folder(BEFORE, "old", "");
    folder.write("rc", "disable_checkpoint = true\n");
    let terraform = |line: &str| {
        let mut command = Command::new("terraform");
        let command = command.args(line.split(' ')).current_dir(folder.path()).env("CHECKPOINT_DISABLE", "1");
        let output = command.env("TF_CLI_CONFIG_FILE", folder.path().join("rc")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "terraform {line}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    };
    terraform("init");
    terraform("apply -auto-approve");
    folder.run("apply -auto-approve").exits(0);
    folder.write("main.tf", AFTER);
    let moved = "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n";
    folder.write("middle/inner/main.tf", format!("{}{moved}", INNER.replace("RENAMED", "new")));
    terraform("init");
    terraform("plan -out=theirs");
    folder.run("plan -out=ours").exits(0);
    let theirs = told(&serde_json::from_str(&terraform("show -json theirs")).unwrap());
    let ours = told(&serde_json::from_str(&folder.run("show -json ours").exits(0).out).unwrap());
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let extra: Vec<_> = ours.difference(&theirs).collect();
    assert!(theirs.len() > 20 && missing.is_empty() && extra.is_empty(), "Terraform: {missing:#?}\nacier: {extra:#?}");
}
