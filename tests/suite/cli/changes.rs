//! What a change costs, and what others changed: the shop of example 03.

use super::bench::{Folder, Served, golden, redact};

const SHOP: &str = "azurerm_container_group.shop";
const GROUP: &str = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/acier-shop";

fn group() -> String {
    format!("{GROUP}/providers/Microsoft.ContainerInstance/containerGroups/shop?api-version=2023-05-01")
}

fn shop() -> Folder {
    let folder = Folder::example("03-in-place-update");
    folder.run("apply -auto-approve").exits(0);
    folder
}

#[test]
fn an_image_is_updated_in_place_and_the_plan_says_what_that_costs() {
    let folder = shop();
    let plan = folder.run("plan -detailed-exitcode -var tag=2").exits(2).quiet();
    let plan = plan.says("  ~ resource").says("will be updated in-place").says("# in place: containers restart");
    golden("golden/change-tag.txt", &redact(&plan.out, &folder));
    let done = folder.run("apply -auto-approve -var tag=2").exits(0).quiet();
    done.says(&format!("{SHOP}: Modifying...")).says("0 added, 1 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode -var tag=2").exits(0).says("No changes.");
}

#[test]
fn cpu_replaces_the_group_and_the_plan_says_why() {
    let folder = shop();
    let plan = folder.run("plan -detailed-exitcode -var cpu=2").exits(2).quiet();
    let plan = plan.says("-/+ resource").says("must be replaced");
    let plan = plan.says("# forces replacement: Azure Container Instances cannot change the CPU and memory");
    golden("golden/change-cpu.txt", &redact(&plan.out, &folder));
    let done = folder.run("apply -auto-approve -var cpu=2").exits(0).quiet().says("1 added, 0 changed, 1 destroyed.");
    let at = |text: &str| done.out.find(&format!("{SHOP}: {text}")).unwrap_or_else(|| panic!("{text}: {}", done.out));
    assert!(at("Destruction complete") < at("Creating..."));
    folder.run("plan -detailed-exitcode -var cpu=2").exits(0).says("No changes.");
}

#[test]
fn a_note_restarts_nothing() {
    let folder = shop();
    let started = |folder: &Folder| {
        let shown = folder.run(&format!("inspect {SHOP}")).exits(0).quiet().out;
        shown.lines().filter(|line| line.contains("started") || line.contains("restarts")).collect::<String>()
    };
    let before = started(&folder);
    assert!(before.contains("started"), "{before}");
    let plan = folder.run("plan -detailed-exitcode -var note=hello").exits(2).quiet();
    let plan = plan.says("# in place: nothing that runs is touched").never_says("restart").never_says("replace");
    golden("golden/change-note.txt", &redact(&plan.out, &folder));
    folder.run("apply -auto-approve -var note=hello").exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    assert_eq!(started(&folder), before);
    folder.run("plan -detailed-exitcode -var note=hello").exits(0).says("No changes.");
}

/// What depends on an update is planned to change with it; if it comes out the same, nothing is called.
#[test]
fn an_update_that_turns_out_to_change_nothing_restarts_nothing() {
    let folder = Folder::with(
        r#"
        provider "azurerm" {
          features {}
          environment = "emulator"
        }
        variable "release" {
          default = "one"
        }
        resource "terraform_data" "release" {
          input = var.release
        }
        resource "azurerm_resource_group" "rg" {
          name     = "quiet"
          location = "westeurope"
        }
        resource "azurerm_container_group" "app" {
          name                = "app"
          resource_group_name = azurerm_resource_group.rg.name
          location            = azurerm_resource_group.rg.location
          os_type             = "Linux"
          ip_address_type     = "Public"
          container {
            name   = "app"
            image  = "registry.example.com/app:${length(split("-", terraform_data.release.output))}"
            cpu    = 1
            memory = 1
            ports {
              port = 80
            }
          }
        }
        output "address" {
          value = azurerm_container_group.app.ip_address
        }
        "#,
    );
    folder.run("apply -auto-approve").exits(0).says("3 added");
    let app = "azurerm_container_group.app";
    let started = || folder.run(&format!("inspect -json {app}")).exits(0).out;
    let before = started();
    let planned = folder.run("plan -var release=two").exits(0);
    planned.says("0 to add, 2 to change, 0 to destroy.").says("-> (known after apply)");
    let done = folder.run("apply -auto-approve -var release=two").exits(0);
    done.says("0 added, 1 changed, 0 destroyed.").never_says(&format!("{app}: Modifying"));
    assert_eq!(started(), before);
    folder.run("plan -detailed-exitcode -var release=two").exits(0);
    folder.run("apply -auto-approve -var release=two-and-a-half").exits(0).says("0 added, 2 changed, 0 destroyed.");
    assert_ne!(started(), before);
    folder.run("plan -detailed-exitcode -var release=two-and-a-half").exits(0);
}

#[test]
fn what_others_changed_is_shown_apart_and_put_right() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::example("03-in-place-update"));
    folder.run("apply -auto-approve -var environment=public").exits(0).quiet();
    let (status, body) = emulator.ask("PATCH", &group(), r#"{"tags": {"note": "behind"}}"#);
    assert_eq!(status, 200, "{body}");

    let plan = folder.run("plan -detailed-exitcode -var environment=public").exits(2).quiet();
    let plan = plan.says("changed outside of acier").says(r#"~ "note" = "first" -> "behind""#);
    let plan = plan.says(r#"~ "note" = "behind" -> "first""#);
    golden("golden/drift.txt", &redact(&plan.out, &folder));
    folder.run("apply -auto-approve -var environment=public").exits(0).says("0 added, 1 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode -var environment=public").exits(0).quiet().says("No changes.");
    let (_, body) = emulator.ask("GET", &group(), "");
    assert!(body.contains(r#""note":"first""#), "{body}");
}

#[test]
fn what_others_deleted_is_made_again() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::example("03-in-place-update"));
    folder.run("apply -auto-approve -var environment=public").exits(0).quiet();
    let (status, body) = emulator.ask("DELETE", &group(), "");
    assert_eq!(status, 200, "{body}");

    let plan = folder.run("plan -detailed-exitcode -var environment=public").exits(2).quiet();
    golden("golden/gone.txt", &redact(&plan.out, &folder));
    plan.says("has been deleted").says("will be created").says("Plan: 1 to add, 0 to change, 0 to destroy.");
    folder.run("apply -auto-approve -var environment=public").exits(0).says("1 added, 0 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode -var environment=public").exits(0).quiet().says("No changes.");
    let counts = emulator.census().into_iter().find(|(id, _)| id.ends_with("/shop")).unwrap().1;
    assert_eq!(counts, (2, true), "made once, and once again");
}

#[test]
fn refresh_takes_over_what_others_changed_and_acts_on_nothing() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::example("03-in-place-update"));
    folder.run("apply -auto-approve -var environment=public").exits(0).quiet();
    emulator.ask("PATCH", &group(), r#"{"tags": {"note": "behind"}}"#);
    folder.run("refresh -var environment=public").exits(0).quiet().says("0 added, 0 changed, 0 destroyed.");
    folder.run("state show azurerm_container_group.shop").exits(0).says(r#""note" = "behind""#);
    let (_, body) = emulator.ask("GET", &group(), "");
    assert!(body.contains(r#""note":"behind""#), "{body}");
    let plan = folder.run("plan -detailed-exitcode -var environment=public").exits(2).quiet();
    plan.never_says("outside of acier").says(r#"~ "note" = "behind" -> "first""#);
}
