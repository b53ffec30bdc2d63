//! Whole lives of small configurations: applied, changed, applied again, destroyed.
//!
//! A case begins with `=== name`. Each step begins with `--- ` and what its apply says it did; then
//! the configuration, behind a provider and a resource group that all share. `faults ...` after a
//! semicolon are injected; `incomplete` says that the apply fails. After every apply that does not
//! fail a plan finds nothing to do, and the destroy at the end leaves nothing.

use super::bench::Folder;

const SHARED: &str = r#"
provider "azurerm" {
  features {}
  environment = "emulator"
}
resource "azurerm_resource_group" "main" {
  name     = "lives"
  location = "West Europe"
}
"#;

fn live(case: &str) {
    let (name, steps) = case.split_once('\n').expect("a name");
    let folder = Folder::new();
    for step in steps.split("--- ").filter(|step| !step.trim().is_empty()) {
        let (head, text) = step.split_once('\n').expect("a step");
        folder.write("main.tf", format!("{SHARED}{text}"));
        let (done, faults) = head.split_once("; faults ").unwrap_or((head, ""));
        let env = [("ACIER_EMULATOR_FAULTS", faults)];
        let (word, code) = if done.starts_with("incomplete: ") { ("incomplete. ", 1) } else { ("complete! ", 0) };
        let counts = done.trim_start_matches("incomplete: ");
        let ran = folder.run_with("apply -auto-approve", &env[..usize::from(!faults.is_empty())]).exits(code);
        ran.says(&format!("Apply {word}Resources: {counts}."));
        if code == 0 {
            let again = folder.run("plan -detailed-exitcode");
            assert_eq!(again.code, Some(0), "{name}: {head}: {}{}", again.out, again.err);
        }
    }
    folder.run("destroy -auto-approve").exits(0);
    folder.run("ps --all --json").exits(0).says("[]");
}

#[test]
fn lives_go_as_the_cases_say() {
    let cases = include_str!("lives.txt");
    for case in cases.split("=== ").filter(|case| !case.trim().is_empty()) {
        live(case);
    }
}

#[test]
fn what_makes_nothing_needs_no_credentials() {
    let folder = Folder::with("locals {\n  one = 1\n}\noutput \"two\" {\n  value = local.one + 1\n}\n");
    folder.run("plan -detailed-exitcode").exits(2).quiet();
    folder.run("apply -auto-approve").exits(0).quiet().says("two = 2");
    folder.run("plan -detailed-exitcode").exits(0).quiet();
}

#[test]
fn plans_lie_in_the_folder_that_is_switched_to() {
    let folder = Folder::new();
    folder.write("inner/main.tf", SHARED);
    folder.run("-chdir=inner plan -out=saved").exits(0).quiet();
    assert!(folder.path().join("inner/saved").is_file());
    folder.run("-chdir=inner show saved").exits(0).quiet().says("1 to add");
    folder.run("-chdir=inner apply saved").exits(0).quiet().says("1 added");
}

#[test]
fn a_warning_is_said_once() {
    let folder = Folder::with(&format!(
        "{SHARED}terraform {{\n  required_providers {{\n    azurerm = {{\n      source  = \"hashicorp/azurerm\"\n      \
         version = \"~> 3.0\"\n    }}\n  }}\n}}\n"
    ));
    let ran = folder.run("plan").exits(0);
    assert_eq!(ran.err.matches("Warning: ").count(), 1, "{}", ran.err);
}

/// What a crash or a full disk left of a key that was never used is no key.
#[test]
fn half_a_key_is_none() {
    let folder = Folder::with(SHARED);
    folder.write("state/emulator/key.new", "half");
    folder.write("state/secret.new", "half");
    folder.run("apply -auto-approve").exits(0).quiet();
    folder.run("plan -detailed-exitcode").exits(0).quiet();
}
