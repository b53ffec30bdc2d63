//! Applies in stages: what waits is shown, asked about again, and left alone where nobody can answer.

use super::bench::{Folder, Served, golden, redact};
use super::terminal::Session;

const EXAMPLE: &str = "11-stages";

#[test]
fn without_a_terminal_the_first_stage_is_the_last() {
    let folder = Folder::example(EXAMPLE);
    folder.run("plan -out=one.plan").exits(0).quiet().says("1 block waits for a later stage.");
    let applied = folder.run("apply one.plan").exits(6).quiet();
    golden("golden/stages-saved.txt", &redact(&applied.out, &folder));
    folder.run("plan -detailed-exitcode").exits(2).says("Plan: 1 to add, 0 to change, 0 to destroy.\n");
    let last = folder.run("apply -auto-approve").exits(0).quiet();
    last.says("Apply complete! Resources: 1 added").says("watchers = [\n  \"by-address\",\n]");
    folder.run("plan -detailed-exitcode").exits(0);
}

#[test]
fn all_stages_run_at_once_when_nobody_wants_to_be_asked() {
    let folder = Folder::example(EXAMPLE);
    let applied = folder.run("apply -auto-approve").exits(0).quiet();
    golden("golden/stages.txt", &redact(&applied.out, &folder));
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
}

#[test]
fn each_stage_is_approved_at_a_terminal() {
    let folder = Folder::example(EXAMPLE);
    let mut session = Session::start(&folder, "-no-color apply", 40, 200);
    let first = session.until("Enter a value: ");
    assert!(first.contains("azurerm_container_group.watcher will be planned after"), "{first}");
    session.press("yes\r");
    let second = session.until("Enter a value: ");
    assert!(second.contains("Stage 2: what waited is planned now."), "{second}");
    assert!(second.contains("# azurerm_container_group.watcher[\"by-address\"] will be created"), "{second}");
    session.press("no\r");
    assert_eq!(session.end(), Some(6));
    assert_eq!(folder.run("state list").exits(0).out.lines().count(), 2);
    let mut session = Session::start(&folder, "-no-color apply", 40, 200);
    session.until("Enter a value: ");
    session.press("yes\r");
    assert_eq!(session.end(), Some(0));
    folder.run("plan -detailed-exitcode").exits(0);
}

#[test]
fn the_stream_tells_of_each_stage() {
    let folder = Folder::example(EXAMPLE);
    let applied = folder.run("apply -auto-approve -json").exits(0);
    let lines: Vec<serde_json::Value> = applied.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).cloned().collect::<Vec<_>>();
    let deferred = of("deferred_change");
    assert_eq!(deferred.len(), 1, "{deferred:?}");
    assert_eq!(deferred[0]["deferred"]["reason"], "instance_count_unknown");
    assert_eq!(deferred[0]["deferred"]["resource"]["addr"], "azurerm_container_group.watcher[*]");
    let applied: Vec<u64> = of("change_summary")
        .iter()
        .filter(|line| line["changes"]["operation"] == "apply")
        .map(|line| line["changes"]["add"].as_u64().unwrap())
        .collect();
    assert_eq!(applied, [2, 3]);
}

#[test]
fn a_run_that_is_killed_between_two_stages_is_taken_up() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::example(EXAMPLE).set("TF_VAR_environment", "public"));
    let mut running = folder.start("apply -auto-approve", &[]);
    running.await_line("Stage 2: what waited is planned now.");
    running.kill();
    folder.run("apply -auto-approve").exits(0).says("Apply complete!");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    let made = emulator.census();
    assert!(made.values().all(|counts| *counts == (1, true)), "{made:?}");
}

#[test]
fn stages_that_come_to_no_end_are_an_error() {
    let folder = Folder::with(
        r#"
resource "terraform_data" "always" {
  input = timestamp()
}
resource "terraform_data" "never" {
  for_each = toset([terraform_data.always.output])
}
"#,
    );
    let refused = folder.run("apply -auto-approve").exits(1);
    refused.complains("No progress").complains("terraform_data.never will be planned after terraform_data.always is");
}

/// A call of a module waits like a block, with all that is in it and all that uses its outputs.
#[test]
fn a_module_waits_for_what_decides_how_often_it_is_called() {
    let folder = Folder::with(
        r#"
resource "terraform_data" "names" {
  input = ["x", "y"]
}
module "each" {
  source   = "./each"
  for_each = toset(terraform_data.names.output)
  name     = each.key
}
resource "terraform_data" "all" {
  input = [for each in module.each : each.own]
}
output "all" {
  value = terraform_data.all.output
}
"#,
    );
    let module = "variable \"name\" {}\nresource \"terraform_data\" \"own\" {\n  input = var.name\n}\n\
                  output \"own\" {\n  value = terraform_data.own.input\n}\n";
    folder.write("each/main.tf", module);
    let planned = folder.run("plan").exits(0).quiet();
    planned
        .says("# module.each.terraform_data.own will be planned after terraform_data.names is made")
        .says("(the for_each of a module is known then: it refers to terraform_data.names.output, main.tf line 7)")
        .says("# terraform_data.all will be planned after terraform_data.names is made")
        .says("Plan: 1 to add, 0 to change, 0 to destroy. ");
    let applied = folder.run("apply -auto-approve").exits(0);
    applied.says("Apply complete! Resources: 4 added, 0 changed, 0 destroyed.").says("all = [\n  \"x\",\n  \"y\",\n]");
    folder.run("plan -detailed-exitcode").exits(0);
    folder.run("destroy -auto-approve").exits(0).says("Resources: 4 destroyed.");
}

/// What is to be replaced on request, and waits, is replaced when its stage comes.
#[test]
fn a_replacement_waits_with_its_block() {
    let folder = Folder::with(
        r#"
variable "names" {
  type    = list(string)
  default = ["x"]
}
resource "terraform_data" "names" {
  input = var.names
}
resource "terraform_data" "each" {
  for_each = toset(terraform_data.names.output)
  input    = each.key
}
"#,
    );
    folder.run("apply -auto-approve").exits(0).says("Resources: 2 added");
    let more = [("TF_VAR_names", "[\"x\", \"y\"]")];
    let line = "plan -replace=terraform_data.each[\"x\"] -replace=terraform_data.each[\"z\"]";
    let planned = folder.run_with(line, &more).exits(0);
    planned
        .complains("Warning: Replacement waits")
        .complains(
            "terraform_data.each[\"x\"] is to be replaced on request, and terraform_data.each waits for a later stage.",
        )
        .never_says("Nothing to replace");
    let line = "apply -auto-approve -replace=terraform_data.each[\"x\"] -replace=terraform_data.names";
    let applied = folder.run_with(line, &more).exits(0).never_says("Nothing to replace");
    applied
        .says("# terraform_data.each[\"x\"] will be replaced, as requested")
        .says("Resources: 3 added, 0 changed, 2 destroyed.");
    folder.run_with("plan -detailed-exitcode", &more).exits(0);
    let nothing = folder.run_with("apply -auto-approve -replace=terraform_data.each[\"z\"]", &more).exits(0);
    nothing.complains("Nothing to replace");
}
