//! Checks from outside: what fails is a warning in plan and apply, and never stops anything.

use super::bench::Folder;

const TEXT: &str = r#"
provider "azurerm" {
  features {}
  environment = "emulator"
}
resource "azurerm_resource_group" "main" {
  name     = "checked"
  location = "West Europe"
}
check "made" {
  assert {
    condition     = endswith(azurerm_resource_group.main.id, "/other")
    error_message = "The id is ${azurerm_resource_group.main.id}."
  }
}
check "neighbour" {
  data "azurerm_resource_group" "next" {
    name = "neighbour"
  }
  assert {
    condition     = data.azurerm_resource_group.next.location == "westeurope"
    error_message = "The neighbour is far away."
  }
}
"#;

#[test]
fn what_fails_is_a_warning_and_stops_nothing() {
    let folder = Folder::with(TEXT);
    let planned = folder.run("plan -out=one.plan").exits(0);
    let planned = planned.complains("Warning: Check block assertion known after apply");
    planned.complains("check.made").complains("data.azurerm_resource_group.next").says("Plan: 1 to add");
    let shown: serde_json::Value = serde_json::from_str(&folder.run("show -json one.plan").exits(0).out).unwrap();
    let status = |at: usize| shown["checks"][at]["status"].as_str().unwrap().to_owned();
    assert_eq!([status(0), status(1)], ["unknown", "fail"], "{}", shown["checks"]);
    let applied = folder.run("apply one.plan").exits(0).says("Apply complete! Resources: 1 added");
    let applied = applied.complains("Warning: Check block assertion failed").complains("/resourceGroups/checked.");
    applied.complains("data.azurerm_resource_group.next");
    // The neighbour arrives: its check holds from then on.
    folder.write(
        "more.tf",
        TEXT.replace("\"main\"", "\"near\"")
            .replace("checked", "neighbour")
            .split("check ")
            .next()
            .unwrap()
            .replace("provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}", ""),
    );
    let applied = folder.run("apply -auto-approve").exits(0).says("1 added");
    assert!(!applied.err.contains("The neighbour is far away"), "{}", applied.err);
    let planned = folder.run("plan -detailed-exitcode").exits(0).complains("Check block assertion failed");
    assert!(!planned.err.contains("neighbour"), "{}", planned.err);
}
