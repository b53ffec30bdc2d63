//! Conditions that can only be judged when something is made: what uses the value is not begun, as with
//! Terraform.

use std::collections::BTreeMap;

use super::bench::{Folder, Ran};

/// A variable that is judged by what an object is, its users, and others.
const ROOT: &str = r#"
variable "x" {
  default = "q"
  validation {
    condition     = terraform_data.a.output != "bad" && var.x == "q"
    error_message = "x is refused"
  }
}
variable "in" {
  default = "bad"
}
locals {
  x = "${var.x}!"
}
resource "terraform_data" "a" {
  input = var.in
}
resource "terraform_data" "user" {
  input = var.x
}
resource "terraform_data" "user_of_local" {
  count = 2
  input = local.x
}
resource "terraform_data" "after" {
  input = terraform_data.user.output
}
resource "terraform_data" "other" {
  input = 1
}
resource "terraform_data" "late" {
  input = terraform_data.a.id
}
output "refused" {
  value = terraform_data.a.output
  precondition {
    condition     = terraform_data.a.id == "nope"
    error_message = "the output is refused"
  }
}
output "user" {
  value = var.x
}
output "plain" {
  value = "plain"
}
output "other" {
  value = terraform_data.late.input != null
}
"#;

/// The same in a module, whose output has a condition too.
const CALLER: &str = r#"
module "m" {
  source = "./m"
  x      = "q"
}
resource "terraform_data" "user" {
  input = module.m.o
}
resource "terraform_data" "other" {
  input = module.m.free
}
"#;

const CALLED: &str = r#"
variable "x" {
  validation {
    condition     = terraform_data.a.output != "bad" && var.x == "q"
    error_message = "x is refused"
  }
}
resource "terraform_data" "a" {
  input = "bad"
}
resource "terraform_data" "user" {
  input = var.x
}
output "free" {
  value = 1
}
output "o" {
  value = terraform_data.a.output
  precondition {
    condition     = terraform_data.a.output == "nope"
    error_message = "the output is refused"
  }
}
"#;

/// A module whose argument is only known when something is made.
const ARGUMENT: &str = r#"
resource "terraform_data" "source" {
  input = "bad"
}
module "m" {
  source = "./m"
  x      = terraform_data.source.output
}
module "n" {
  source = "./m"
  x      = "good"
}
output "both" {
  value = [module.n.o, terraform_data.source.output]
}
"#;

const JUDGES_ITS_ARGUMENT: &str = r#"
variable "x" {
  validation {
    condition     = var.x != "bad"
    error_message = "x is refused"
  }
}
resource "terraform_data" "user" {
  input = var.x
}
resource "terraform_data" "free" {
  input = 1
}
output "o" {
  value = terraform_data.user.output
}
"#;

fn case(root: &str, module: Option<&str>) -> Folder {
    let folder = Folder::with(root);
    folder.write("rc", "disable_checkpoint = true\n");
    module.iter().for_each(|text| folder.write("m/main.tf", text));
    folder
}

fn terraform(folder: &Folder, line: &str) -> Option<Ran> {
    if !crate::judge::is_here("it was not asked what exists afterwards") {
        return None;
    }
    let mut command = crate::judge::terraform();
    Some(Ran::of(line, command.args(line.split(' ')).current_dir(folder.path()).output().unwrap()))
}

/// The words after which a message is recognised, with how often each was said.
fn said(text: &str) -> BTreeMap<&'static str, usize> {
    let words = ["x is refused", "the output is refused", "Invalid value for variable", "precondition failed"];
    words.into_iter().map(|words| (words, text.matches(words).count())).collect()
}

/// Applies with both programs: what exists afterwards, the outputs and the findings are the same.
fn agrees(root: &str, module: Option<&str>) -> Folder {
    let folder = case(root, module);
    let ours = folder.run("apply -auto-approve").exits(1);
    let sorted = |ran: Ran| {
        let mut lines: Vec<String> = ran.out.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let theirs = case(root, module);
    if terraform(&theirs, "init").is_none() {
        eprintln!("SKIPPED: terraform is not on the path; its applies were not compared");
        return folder;
    }
    let applied = terraform(&theirs, "apply -auto-approve -no-color").unwrap();
    assert_eq!(applied.code, Some(1), "{}", applied.out);
    assert_eq!(said(&ours.err), said(&applied.err), "{}\n{}", ours.err, applied.err);
    let listed = sorted(terraform(&theirs, "state list").unwrap());
    assert_eq!(sorted(folder.run("state list").exits(0)), listed);
    let outputs = terraform(&theirs, "output -json").unwrap().out;
    let names = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        json.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(&folder.run("output -json").exits(0).out), names(&outputs));
    // The next plan knows what the objects are, and refuses at once.
    let (ours, theirs) = (folder.run("plan").exits(1), terraform(&theirs, "plan -no-color").unwrap());
    assert_eq!(theirs.code, Some(1));
    assert_eq!(said(&ours.err), said(&theirs.err), "{}\n{}", ours.err, theirs.err);
    folder
}

#[test]
fn a_value_that_an_object_refuses_is_not_used() {
    let folder = agrees(ROOT, None);
    folder.run("state list").exits(0).never_says("user").never_says("after").says("terraform_data.late");
    let good = case(ROOT, None).run("apply -auto-approve -var in=good").exits(1);
    good.says("terraform_data.user: Creation complete").complains("the output is refused").never_says("x is refused");
}

#[test]
fn the_same_in_a_module() {
    let folder = agrees(CALLER, Some(CALLED));
    let again = folder.run("apply -auto-approve").exits(1);
    again.complains("in module.m.var.x").complains("module.m.output.o");
}

#[test]
fn an_argument_that_is_refused_stops_what_uses_it() {
    let folder = agrees(ARGUMENT, Some(JUDGES_ITS_ARGUMENT));
    folder.run("state list").exits(0).says("module.m.terraform_data.free").never_says("module.m.terraform_data.user");
}

/// Only the instance whose value is refused is stopped; Terraform stops all of them.
#[test]
fn instances_of_a_module_are_judged_one_by_one() {
    let root = ARGUMENT.replace(
        "module \"m\" {\n  source = \"./m\"\n  x      = terraform_data.source.output\n}",
        "module \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n  x        = each.key == \"a\" ? \
         terraform_data.source.output : terraform_data.source.id\n}",
    );
    let folder = case(&root, Some(JUDGES_ITS_ARGUMENT));
    let applied = folder.run("apply -auto-approve").exits(1).complains("in module.m[\"a\"].var.x");
    assert_eq!(applied.err.matches("x is refused").count(), 1, "{}", applied.err);
    applied.says("Not begun: module.m[\"a\"].terraform_data.user.");
    folder
        .run("state list")
        .exits(0)
        .says("module.m[\"b\"].terraform_data.user")
        .never_says("m[\"a\"].terraform_data.user");
}

/// What the verdict itself needs cannot wait for it; Terraform calls that a cycle.
#[test]
fn what_a_verdict_looks_at_may_use_the_value() {
    let text = r#"
variable "x" {
  default = "q"
  validation {
    condition     = local.x != "bad" && terraform_data.a.output != "r" && var.x != ""
    error_message = "x is refused"
  }
}
locals {
  x = "${var.x}!"
}
resource "terraform_data" "a" {
  input = var.x
}
resource "terraform_data" "user" {
  input = "${var.x}?"
}
"#;
    let folder = Folder::with(text);
    folder.run("apply -auto-approve").exits(0);
    folder
        .run("apply -auto-approve -var x=r")
        .exits(1)
        .complains("x is refused")
        .says("0 added, 1 changed, 0 destroyed");
}
