//! Values that become sensitive, or are not any more, and stay the same: the next apply says so and
//! writes it down, and touches nothing that runs.

use super::bench::{Folder, golden, redact};

const GROUP: &str = "azurerm_container_group.app";

/// Container groups with values that `hidden` makes secrets of.
fn configuration(hidden: bool) -> String {
    let mark = |value: &str| if hidden { format!("sensitive({value})") } else { value.to_owned() };
    format!(
        r#"
        provider "azurerm" {{
          features {{}}
          environment = "emulator"
        }}
        resource "azurerm_resource_group" "rg" {{
          name     = "quiet"
          location = "West Europe"
          tags     = {{ owner = {owner}, team = "open" }}
        }}
        resource "azurerm_container_group" "app" {{
          name                = "app"
          resource_group_name = azurerm_resource_group.rg.name
          location            = azurerm_resource_group.rg.location
          os_type             = "Linux"
          container {{
            name                  = "app"
            image                 = "registry.example.com/app:1"
            cpu                   = 1
            memory                = 1
            commands              = ["serve", {token}]
            environment_variables = {{ LEVEL = {level}, NAME = "app" }}
            ports {{
              port = {port}
            }}
          }}
        }}
        output "level" {{
          value     = {level}
          sensitive = {hidden}
        }}
        "#,
        owner = mark("\"canary-owner\""),
        token = mark("\"canary-token\""),
        level = mark("\"canary-level\""),
        port = mark("80"),
    )
}

#[test]
fn what_becomes_sensitive_is_a_secret_from_the_next_apply_on_and_nothing_restarts() {
    let folder = Folder::with(&configuration(false));
    folder.run("apply -auto-approve").exits(0).says("2 added");
    folder.run("show").exits(0).says("canary-owner").says("canary-token").says("canary-level");
    let started = || folder.run(&format!("inspect -json {GROUP}")).exits(0).out;
    let before = started();

    folder.write("main.tf", configuration(true));
    let plan = folder.run("plan -detailed-exitcode").exits(2).quiet();
    golden("golden/becomes-sensitive.txt", &redact(&plan.out, &folder));
    plan.never_says("canary")
        .says("# in place: nothing that runs is touched")
        .says("0 to add, 2 to change, 0 to destroy.");
    folder.run("plan -refresh-only").exits(0).says("~ level = (sensitive value)").never_says("will be updated");
    folder.run("plan -out=saved").exits(0);
    folder.run("show -json saved").exits(0).never_says("canary");
    let done = folder.run("apply saved").exits(0).says("0 added, 2 changed, 0 destroyed.");
    done.says(&format!("{GROUP}: Modifying...")).never_says("canary");
    assert_eq!(started(), before, "what runs was touched");
    for look in ["show", "show -json", "output", &format!("state show {GROUP}"), "plan -destroy"] {
        folder.run(look).exits(0).never_says("canary");
    }
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");

    folder.write("main.tf", configuration(false));
    let plan = folder.run("plan -detailed-exitcode").exits(2).quiet();
    golden("golden/ceases-to-be-sensitive.txt", &redact(&plan.out, &folder));
    plan.never_says("canary");
    folder.run("apply -auto-approve").exits(0).says("0 added, 2 changed, 0 destroyed.");
    assert_eq!(started(), before, "what runs was touched");
    folder.run("show").exits(0).says("canary-owner").says("canary-token").says("canary-level").never_says("sensitive");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
}

/// The update is planned because its value is not known; it comes out the same, and as a secret.
#[test]
fn what_turns_out_to_be_the_same_secret_is_marked_without_a_call() {
    let text = |release: &str, output: &str| {
        format!(
            "resource \"terraform_data\" \"one\" {{\n  input = {release}\n}}\n\
             resource \"terraform_data\" \"two\" {{\n  input = length({output}) > 2 ? \"canary\" : \"\"\n}}\n"
        )
    };
    let folder = Folder::with(&text("\"first\"", "terraform_data.one.output"));
    folder.run("apply -auto-approve").exits(0).says("2 added");
    folder.write("main.tf", text("\"second\"", "sensitive(terraform_data.one.output)"));
    folder.run("plan").exits(0).says("0 to add, 2 to change");
    folder.run("apply -auto-approve").exits(0).says("0 added, 2 changed, 0 destroyed.");
    folder.run("show").exits(0).never_says("canary").says("(sensitive value)");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
}
