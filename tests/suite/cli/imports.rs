//! Objects that exist come under management: by block, by command, by -adopt.

use super::bench::{Folder, Served, golden, redact};

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-4000-8000-000000000001";

const SECRETS: [(&str, &str); 3] = [
    ("TF_VAR_database_password", "Kanarienvogel-zwitschert-7341"),
    ("TF_VAR_registry_password", "serin-des-canaries-9902"),
    ("TF_VAR_storage_key", "Y2FuYXJ5LWJpcmQtaW4tYS1taW5lLTU1"),
];

fn example(name: &str) -> Folder {
    SECRETS.iter().fold(Folder::example(name), |folder, (name, value)| folder.set(name, value))
}

/// The example, made and forgotten: its objects are there and the state knows none of them.
fn forgotten(name: &str) -> Folder {
    let folder = example(name);
    folder.run("apply -auto-approve").exits(0).quiet();
    let listed = folder.run("state list").exits(0).out;
    folder.run(&format!("state rm {}", listed.lines().collect::<Vec<_>>().join(" "))).exits(0).quiet();
    folder
}

fn id(group: &str, name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.ContainerInstance/containerGroups/{name}")
}

#[test]
fn every_example_is_adopted_as_it_is() {
    for (name, count) in [
        ("01-quickstart", 4),
        ("02-variables-and-for-each", 4),
        ("03-in-place-update", 2),
        ("04-secrets", 2),
        ("06-job", 2),
    ] {
        let folder = forgotten(name);
        let counts = format!("Plan: {count} to import, 0 to add, 0 to change, 0 to destroy.");
        folder.run("plan -adopt -detailed-exitcode").exits(2).quiet().says(&counts);
        let done = format!("Resources: {count} imported, 0 added, 0 changed, 0 destroyed.");
        folder.run("apply -adopt -auto-approve").exits(0).quiet().says(&done);
        folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
        folder.run("destroy -auto-approve").exits(0).quiet().says(&format!("Resources: {count} destroyed."));
        folder.run("ps -all -json").exits(0).says("[]");
    }
}

#[test]
fn an_import_block_is_planned_saved_and_applied() {
    let folder = forgotten("03-in-place-update");
    folder.write(
        "import.tf",
        format!(
            "import {{\n  to = azurerm_resource_group.shop\n  id = \"{SUBSCRIPTION}/resourcegroups/ACIER-SHOP\"\n}}\nimport \
             {{\n  to = azurerm_container_group.shop\n  id = \"{}\"\n}}\n",
            id("acier-shop", "shop")
        ),
    );
    let plan = folder.run("plan -out=saved -var tag=2").exits(0).quiet();
    golden("golden/import.txt", &redact(&plan.out, &folder));
    let shown = folder.run("show -json saved").exits(0).quiet().out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let importing: Vec<&serde_json::Value> = shown["resource_changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["change"]["importing"]["id"])
        .collect();
    assert_eq!(importing[0], &id("acier-shop", "shop"));
    let lines = folder.run("plan -json -var tag=2").exits(0).quiet();
    let lines = lines.says("\"import\":2").says("azurerm_resource_group.shop: Plan to import");
    lines.says("azurerm_container_group.shop: Plan to update");
    let done = folder.run("apply saved").exits(0).quiet().says("2 imported, 0 added, 1 changed, 0 destroyed.");
    golden("golden/import-apply.txt", &redact(&done.out, &folder));
    folder.run("plan -detailed-exitcode -var tag=2").exits(0).quiet().says("No changes.");
    folder.run("apply saved").exits(4).complains("stale");
}

#[test]
fn targets_and_refreshes_leave_imports_alone() {
    let folder = forgotten("03-in-place-update");
    folder.write(
        "import.tf",
        format!(
            "import {{\n  to = azurerm_resource_group.shop\n  id = \"{SUBSCRIPTION}/resourceGroups/acier-shop\"\n}}\nimport \
             {{\n  to = azurerm_container_group.shop\n  id = \"{}\"\n}}\n",
            id("acier-shop", "shop")
        ),
    );
    folder.run("plan -refresh-only").exits(0).quiet().says("No changes.");
    folder.run("plan -destroy").exits(0).quiet().never_says("azurerm");
    let target = "-target=azurerm_resource_group.shop";
    folder.run(&format!("apply -auto-approve {target}")).exits(0).says("1 imported, 0 added, 0 changed, 0 destroyed.");
    folder.run("state list").exits(0).says("azurerm_resource_group.shop").never_says("container");
    folder.run("apply -auto-approve").exits(0).quiet().says("1 imported, 0 added, 0 changed, 0 destroyed.");
    folder.run("destroy -auto-approve").exits(0).quiet().says("2 destroyed.");
}

#[test]
fn the_command_imports_one_object_and_says_what_comes_next() {
    let folder = forgotten("04-secrets");
    let group = id("acier-secrets", "app");
    let ran = folder.run(&format!("import azurerm_container_group.app {}", group.to_lowercase())).exits(0).quiet();
    golden("golden/import-command.txt", &redact(&ran.out, &folder));
    folder.run(&format!("import azurerm_container_group.app {group}")).exits(0).quiet().says("nothing to import");
    folder.run("state show azurerm_container_group.app").exits(0).says(&group).says("(sensitive value)");
    folder.run("plan -target=azurerm_container_group.app").exits(0).says("Plan: 1 to add, 0 to change, 0 to destroy.");
    folder.run(&format!("import azurerm_resource_group.vault {SUBSCRIPTION}/resourceGroups/acier-secrets")).exits(0);
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
    for (name, bytes) in folder.files("state").into_iter().filter(|(name, _)| !name.starts_with("state/emulator")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(SECRETS.iter().all(|(_, secret)| !text.contains(secret)), "{name} holds a secret");
    }
    // The believed secrets are known from now on: another one is a change.
    let changed = [("TF_VAR_registry_password", "another")];
    folder.run_with("plan -detailed-exitcode", &changed).exits(2).says("0 to add, 1 to change, 0 to destroy.");
}

#[test]
fn secrets_of_imported_objects_are_sent_when_that_is_asked_for() {
    let folder = forgotten("04-secrets");
    let plan = folder.run("plan -adopt -send-secrets").exits(0).quiet();
    plan.says("Plan: 2 to import, 0 to add, 1 to change, 0 to destroy.").says("containers restart");
    let group = id("acier-secrets", "app");
    folder.run(&format!("import azurerm_resource_group.vault {SUBSCRIPTION}/resourceGroups/acier-secrets")).exits(0);
    let ran = folder.run(&format!("import -send-secrets azurerm_container_group.app {group}")).exits(0).quiet();
    ran.says("The next plan updates it in place (containers restart)").says("image_registry_credential[0].password");
    folder.run("apply -auto-approve").exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
}

#[test]
fn missing_blocks_are_generated() {
    let folder = forgotten("03-in-place-update");
    folder.write(
        "main.tf",
        format!(
            "provider \"azurerm\" {{\n  features {{}}\n  environment = \"emulator\"\n}}\nimport {{\n  to = \
             azurerm_container_group.found\n  id = \"{}\"\n}}\nimport {{\n  to       = azurerm_resource_group.found\n  identity \
             = {{ name = \"acier-shop\" }}\n}}\n",
            id("acier-shop", "shop")
        ),
    );
    let ran = folder.run("plan -generate-config-out=generated.tf").exits(0);
    ran.complains("written it to generated.tf").says("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.");
    let written = String::from_utf8(folder.files("")["generated.tf"].clone()).unwrap();
    golden("golden/generated.txt", &redact(&written, &folder));
    folder.run("apply -auto-approve").exits(0).quiet().says("2 imported, 0 added, 0 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
}

/// What appears between the plan and its apply is not in the plan, so it is not taken over.
#[test]
fn nothing_is_adopted_that_the_plan_does_not_show() {
    let emulator = Served::start("");
    let mine = emulator.serve(Folder::example("03-in-place-update")).set("TF_VAR_environment", "public");
    let theirs = emulator.serve(Folder::example("03-in-place-update")).set("TF_VAR_environment", "public");
    mine.run("plan -adopt -out=saved").exits(0).quiet().says("Plan: 2 to add, 0 to change, 0 to destroy.");
    theirs.run("apply -auto-approve").exits(0).quiet();
    let ran = mine.run("apply saved").exits(1).complains("The object exists already").complains("-adopt");
    ran.says("Resources: 0 added, 0 changed, 0 destroyed.");
    mine.run("state list").exits(0).never_says("azurerm");
    assert!(emulator.census().values().all(|(created, _)| *created == 1));
    mine.run("apply -adopt -auto-approve").exits(0).quiet().says("2 imported, 0 added, 0 changed, 0 destroyed.");
}

/// A block that names what is not there is an error, unless what is not there is to be made.
#[test]
fn what_an_import_names_in_vain_is_made_only_with_adopt() {
    let folder = Folder::example("03-in-place-update");
    folder.write(
        "import.tf",
        "import {\n  to       = azurerm_resource_group.shop\n  identity = { name = \"acier-shop\" }\n}\n",
    );
    folder.run("plan").exits(1).complains("Cannot import non-existent remote object").complains("import.tf line 3");
    let ran = folder.run("apply -adopt -auto-approve").exits(0).complains("Nothing to import");
    ran.says("2 added, 0 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode").exits(0).quiet();
}
