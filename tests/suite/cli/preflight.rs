//! What the service is asked before anything is done, and what a plan then says.

use std::fmt::Write as _;

use super::bench::{Folder, golden, redact};

fn groups(location: &str, count: usize, cpu: f64) -> String {
    let mut text = String::from("provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n\n");
    write!(
        text,
        "resource \"azurerm_resource_group\" \"all\" {{\n  name     = \"all\"\n  location = \"westeurope\"\n}}\n\n\
         resource \"azurerm_container_group\" \"fleet\" {{\n  count               = {count}\n  \
         name                = \"fleet-${{count.index}}\"\n  resource_group_name = azurerm_resource_group.all.name\n  \
         location            = \"{location}\"\n  os_type             = \"Linux\"\n  ip_address_type     = \"None\"\n\n  \
         container {{\n    name   = \"app\"\n    image  = \"nginx:1\"\n    cpu    = {cpu}\n    memory = 1\n  }}\n}}\n"
    )
    .unwrap();
    text
}

#[test]
fn a_quota_that_is_too_small_stops_the_plan() {
    let folder = Folder::with(&groups("westeurope", 3, 2.0)).set("ACIER_EMULATOR_QUOTA", "StandardCores=4");
    let ran = folder.run("plan").exits(1);
    golden("golden/preflight-quota.txt", &redact(&ran.err, &folder));
    folder.run("apply -auto-approve").exits(1).complains("Quota StandardCores is too small");
    folder.run("plan -preflight=false").exits(0).says("4 to add");
    folder.run("plan -refresh=false").exits(0).says("4 to add");
    folder.write("main.tf", groups("westeurope", 2, 2.0));
    folder.run("apply -auto-approve").exits(0);
    // What a replacement gives back before it takes is not counted twice.
    folder.write("main.tf", groups("westeurope", 2, 1.0));
    folder.run("apply -auto-approve").exits(0);
}

#[test]
fn a_region_that_does_not_offer_it_stops_the_plan() {
    let folder = Folder::with(&groups("antarctica", 1, 1.0));
    let ran = folder.run("plan").exits(1);
    golden("golden/preflight-region.txt", &redact(&ran.err, &folder));
    let fleet = Folder::with(&groups("antarctica", 500, 1.0)).run("plan").exits(1);
    assert_eq!(fleet.err.matches("Region without Azure Container Instances").count(), 1, "{}", fleet.err);
    fleet.complains("The same is true of 499 more groups.");
}

#[test]
fn a_service_that_does_not_answer_these_questions_is_a_warning() {
    let folder = Folder::with(&groups("westeurope", 1, 1.0)).set("ACIER_EMULATOR_FAULTS", "GET usages: 403");
    let ran = folder.run("plan").exits(0).says("2 to add");
    golden("golden/preflight-refused.txt", &redact(&ran.err, &folder));
}

#[test]
fn a_fleet_says_how_long_it_takes() {
    let folder = Folder::with(&groups("westeurope", 150, 0.1)).set("ACIER_EMULATOR_THROTTLE", "1");
    folder.run("plan").exits(0).says(
        "About 6 min at this subscription's rate: Azure Container Instances allows this subscription 100 creations of \
         container groups in five minutes and 300 in an hour. This plan makes 150.",
    );
    folder.run("plan -json").exits(0).says("\"type\":\"plan_pace\"").says("\"seconds\":302");
    let quick = Folder::with(&groups("westeurope", 100, 0.1)).set("ACIER_EMULATOR_THROTTLE", "1");
    quick.run("plan").exits(0).never_says("subscription's rate");
    let unlimited = Folder::with(&groups("westeurope", 150, 0.1));
    unlimited.run("plan").exits(0).never_says("subscription's rate");
}
