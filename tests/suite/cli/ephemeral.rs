//! Ephemeral values: they take part and are not kept, neither in state nor in a saved plan.

use super::bench::Folder;

const CONFIGURATION: &str = r#"
variable "token" {
  type      = string
  ephemeral = true
}
variable "other" {
  default   = "usual"
  ephemeral = true
}
locals {
  header = "Bearer ${var.token}"
}
resource "terraform_data" "one" {
  input = "fixed"
  lifecycle {
    precondition {
      condition     = md5(local.header) == "c28e27fb442a943a9c2fa1f1670d44f0"
      error_message = "The token is wrong."
    }
  }
}
output "length" {
  value = ephemeralasnull(length(var.token)) == null
}
"#;

/// No file of the folder holds a text.
#[track_caller]
fn nowhere(folder: &Folder, text: &str) {
    for (name, bytes) in folder.files("") {
        let found = bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!found, "{name} holds the secret");
    }
}

#[test]
fn a_saved_plan_asks_for_ephemeral_variables_again() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("plan -input=false").exits(1);
    folder.run("plan -var token=s3cr3t -out=plan.acier").exits(0);
    nowhere(&folder, "s3cr3t");
    let shown = folder.run("show -json plan.acier").exits(0).out;
    assert!(!shown.contains("s3cr3t") && !shown.contains("\"token\":{\"value\""), "{shown}");

    let ran = folder.run("apply -input=false plan.acier").exits(1);
    assert!(ran.err.contains("Error: No value for required variable"), "{}", ran.err);
    assert!(ran.err.contains("The ephemeral input variable \"token\" was set during the plan phase"), "{}", ran.err);
    let ran = folder.run("apply -var token=s3cr3t -var other=x plan.acier").exits(1);
    assert!(ran.err.contains("Error: Ephemeral variable was not set during planning"), "{}", ran.err);
    let ran = folder.run("apply -var token=wrong plan.acier").exits(1);
    assert!(ran.err.contains("The token is wrong."), "{}", ran.err);
    // That was an operation too, after which the plan is stale.
    folder.run("plan -var token=s3cr3t -out=plan.acier").exits(0);
    folder.run_with("apply plan.acier", &[("TF_VAR_token", "s3cr3t")]).exits(0);
    assert_eq!(folder.run("output length").exits(0).out, "true\n");
    nowhere(&folder, "s3cr3t");
    folder.run("plan -detailed-exitcode -var token=s3cr3t").exits(0);
}

#[test]
fn what_is_kept_may_not_be_ephemeral() {
    let folder = Folder::with(
        r#"
variable "e" {
  default   = "x"
  ephemeral = true
}
locals {
  may = "${var.e}!"
}
resource "terraform_data" "input" {
  input = [upper(local.may)]
}
resource "terraform_data" "counted" {
  count = var.e == "x" ? 1 : 2
}
resource "terraform_data" "keyed" {
  for_each = toset([var.e])
}
output "plain" {
  value = terraform.applying
}
"#,
    );
    let ran = folder.run("validate").exits(1);
    let expected = [
        "Error: Invalid use of ephemeral value",
        "Error: Invalid count argument",
        "Error: Invalid for_each argument",
        "Error: Ephemeral value not allowed",
    ];
    for error in expected {
        assert_eq!(ran.err.matches(error).count(), 1, "{error}\n{}", ran.err);
    }
}
