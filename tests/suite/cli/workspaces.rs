//! Workspaces: several states of one configuration, selected, removed, and kept apart.

use acier::store::{Access, Store};

use super::bench::{Folder, Ran};

const CONFIGURATION: &str = r#"
resource "terraform_data" "a" {
  input = terraform.workspace
}

output "workspace" {
  value = terraform.workspace
}
"#;

/// Command lines in the order in which both programs run them in one folder.
const LINES: &[&str] = &[
    "list",
    "show",
    "new dev",
    "list",
    "show",
    "new dev",
    "new default",
    "new a/b",
    "new \u{e4}",
    "new a%20b",
    "select nope",
    "select -or-create prod",
    "select -or-create=true prod",
    "select default",
    "select default",
    "delete dev",
    "delete dev",
    "delete default",
    "select prod",
    "delete prod",
    "delete default",
    "list",
    "select -or-create=false default",
    "delete -force prod",
    "list",
];

#[test]
fn words_and_exit_codes_are_those_of_terraform() {
    let folder = Folder::with(CONFIGURATION);
    let ours: Vec<Ran> = LINES.iter().map(|line| folder.run(&format!("workspace {line}"))).collect();
    let failing: Vec<&str> =
        LINES.iter().zip(&ours).filter(|(_, ran)| ran.code != Some(0)).map(|(line, _)| *line).collect();
    assert_eq!(
        failing,
        [
            "new dev",
            "new default",
            "new a/b",
            "new \u{e4}",
            "new a%20b",
            "select nope",
            "delete dev",
            "delete default",
            "delete prod",
            "delete default"
        ]
    );
    let theirs = tempfile::tempdir().unwrap();
    if !crate::judge::is_here("its words about workspaces were not compared") {
        return;
    }
    let terraform =
        |words: &[&str]| crate::judge::terraform().current_dir(theirs.path()).arg("workspace").args(words).output();
    let colours = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for (line, ours) in LINES.iter().zip(ours) {
        let words: Vec<&str> = line.split(' ').collect();
        let output = terraform(&words).unwrap();
        let text = |bytes: &[u8]| colours.replace_all(&String::from_utf8_lossy(bytes), "").into_owned();
        assert_eq!(output.status.code(), ours.code, "{line}: {}", text(&output.stderr));
        let own = |text: String| text.replace("Terraform", "acier").replace("terraform plan", "acier plan");
        assert_eq!(ours.out, own(text(&output.stdout)), "{line}");
        // What is wrong stands in a frame here, with the same words in lines of another length.
        let words =
            |text: String| text.replace(['\u{2502}', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let complaint = own(words(text(&output.stderr)));
        let first = complaint.split(['.', '!']).next().unwrap().to_lowercase();
        assert!(words(ours.err.to_lowercase()).contains(&first), "{line}: {complaint}\n{}", ours.err);
    }
}

#[test]
fn each_has_a_state_of_its_own() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("apply -auto-approve").exits(0).says("workspace = \"default\"");
    folder.run("workspace new dev").exits(0).quiet().says("Created and switched to workspace \"dev\"!");
    folder.run("output").exits(0).never_says("default");
    folder.run("plan").exits(0).says("+ input  = \"dev\"").says("Plan: 1 to add, 0 to change, 0 to destroy.");
    folder.run("apply -auto-approve").exits(0).says("workspace = \"dev\"");
    folder.run("plan -detailed-exitcode").exits(0);
    let id = |ran: Ran| ran.out.lines().find(|line| line.contains("id ")).unwrap().to_owned();
    let dev = id(folder.run("state show terraform_data.a").exits(0));
    folder.run("workspace select default").exits(0).quiet();
    folder.run("plan -detailed-exitcode").exits(0);
    assert_ne!(id(folder.run("state show terraform_data.a").exits(0)), dev);
    folder.run_with("output -raw workspace", &[("TF_WORKSPACE", "dev")]).exits(0).says("dev");
    folder.run_with("destroy -auto-approve", &[("TF_WORKSPACE", "dev")]).exits(0).says("1 destroyed");
    folder.run("state list").exits(0).says("terraform_data.a");
    folder.run("workspace delete dev").exits(0).quiet().never_says("WARNING");
    assert!(folder.files("state/workspaces").is_empty(), "something of it is left");
}

#[test]
fn one_that_is_not_empty_is_not_removed_by_accident() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("workspace new dev").exits(0);
    folder.run("apply -auto-approve").exits(0);
    let active = folder.run("workspace delete -force dev").exits(1);
    active.complains("Workspace \"dev\" is your active workspace");
    folder.run("workspace select default").exits(0);
    let kept = folder.kept();
    let refused = folder.run("workspace delete dev").exits(1);
    refused.complains("Error: Workspace is not empty").complains("  - terraform_data.a");
    assert_eq!(folder.kept(), kept);
    let forced = folder.run("workspace delete -force dev").exits(0).quiet();
    forced.says("Deleted workspace \"dev\"!\nWARNING: \"dev\" was non-empty.\n");
    folder.run("workspace list").exits(0).never_says("dev");
    folder.run("workspace delete -force default").exits(1).complains("is your active workspace");
    let other = folder.run_with("workspace delete -force default", &[("TF_WORKSPACE", "x")]).exits(1);
    other.complains("Cannot delete default state");
    // What a crash left of a removal is no workspace, and is in nobody's way.
    folder.write("state/workspaces/dev%removed/log/0000000001.acier", "half");
    folder.run("workspace list").exits(0).never_says("dev");
    folder.run("workspace new dev").exits(0);
    folder.run("plan").exits(0).says("1 to add");
    folder.run("workspace select default").exits(0);
    folder.run("workspace delete dev").exits(0);
    assert!(folder.files("state/workspaces").is_empty(), "something is left");
}

#[test]
fn the_environment_overrides_the_selection() {
    let folder = Folder::with(CONFIGURATION);
    let on = |line: &str, name: &str| folder.run_with(line, &[("TF_WORKSPACE", name)]);
    assert_eq!(on("workspace show", "ci").exits(0).quiet().out, "ci\n");
    on("workspace list", "ci").exits(0).says("  default\n").says("is being overridden using the TF_WORKSPACE");
    on("workspace select default", "ci").exits(1).complains("currently overridden using the TF_WORKSPACE");
    on("workspace new other", "ci").exits(1).complains("You cannot create a new workspace");
    on("apply -auto-approve", "ci").exits(0).says("workspace = \"ci\"");
    folder.run("workspace list").exits(0).says("* default\n  ci\n");
    on("workspace new made", "made").exits(0).says("Created and switched");
    for line in ["plan", "workspace show", "output", "validate"] {
        on(line, "a b").exits(1).complains("Invalid workspace name set using TF_WORKSPACE").complains("\"a b\"");
        on(line, "..").exits(1).complains("is not allowed");
    }
    let told = on("plan -json", "a/b").exits(1).quiet();
    told.says("\"@message\":\"Error: Invalid workspace name set using TF_WORKSPACE\"");
    on("version", "a b").exits(0);
}

#[test]
fn a_saved_plan_is_for_its_workspace() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("workspace new dev").exits(0);
    folder.run("plan -out=dev.plan").exits(0);
    folder.run("workspace select default").exits(0);
    let refused = folder.run("apply dev.plan").exits(4);
    refused.complains("Saved plan is for another workspace").complains("\"dev\", and \"default\" is selected");
    folder.run("show dev.plan").exits(0).says("+ input  = \"dev\"");
    folder.run("graph -plan=dev.plan").exits(0).says("terraform_data.a");
    // A copy of a state has its lineage, its serial and its key, and still is another state.
    folder.run("apply -auto-approve").exits(0);
    folder.run("plan -destroy -out=default.plan").exits(0);
    folder.run("workspace new -state=state copy").exits(0).says("Its state is a copy of the one in state.");
    folder.run("state list").exits(0).says("terraform_data.a");
    folder.run("apply default.plan").exits(4).complains("another workspace");
    folder.run("plan").exits(0).says("~ input  = \"default\" -> \"copy\"");
    folder.run_with("apply dev.plan", &[("TF_WORKSPACE", "dev")]).exits(0).says("workspace = \"dev\"");
}

#[test]
fn a_state_of_terraform_can_be_the_beginning() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("apply -auto-approve").exits(0);
    let pulled = folder.run("state pull").exits(0).out;
    folder.write("old.tfstate", pulled);
    let missing = folder.run("workspace new -state=nowhere old").exits(1);
    missing.complains("There is neither a file nor a folder nowhere");
    folder.run("workspace list").exits(0).never_says("old");
    folder.run("workspace new -state=old.tfstate old").exits(0).says("Created and switched to workspace \"old\"!");
    folder.run("state list").exits(0).says("terraform_data.a");
}

#[test]
fn half_a_copy_is_no_workspace() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("apply -auto-approve").exits(0);
    // What a process leaves behind that ends in the middle.
    folder.write("state/workspaces/copy%new/log/0000000001.acier", "half");
    folder.run("workspace list").exits(0).never_says("copy");
    folder.run("workspace select copy").exits(1).complains("Workspace \"copy\" doesn't exist");
    folder.run("workspace new -state=state copy").exits(0).says("Its state is a copy of the one in state.");
    folder.run("state list").exits(0).says("terraform_data.a");
    assert!(!folder.path().join("state/workspaces/copy%new").exists());
}

#[test]
fn a_selected_one_that_is_gone_is_not_taken_for_an_empty_one() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("workspace new dev").exits(0);
    folder.run("apply -auto-approve").exits(0);
    std::fs::rename(folder.path().join("state/workspaces/dev"), folder.path().join("aside")).unwrap();
    for line in ["plan", "apply -auto-approve", "show", "output", "state list", "console", "destroy -auto-approve"] {
        let refused = folder.run(line).exits(1);
        refused.complains("Workspace \"dev\" doesn't exist").complains("Nothing is known of what was made in it");
    }
    assert!(folder.files("state/workspaces").is_empty(), "something was made");
    folder.run("workspace list").exits(0).says("  default\n").never_says("*");
    assert_eq!(folder.run("workspace show").exits(0).out, "dev\n");
    std::fs::rename(folder.path().join("aside"), folder.path().join("state/workspaces/dev")).unwrap();
    folder.run("plan -detailed-exitcode").exits(0);
    folder.write(".acier/environment", "not a name");
    folder.run("plan").exits(1).complains("Invalid workspace name set using .acier/environment");
    folder.run("workspace select dev").exits(0).says("Switched to workspace \"dev\".");
    folder.run("plan -detailed-exitcode").exits(0);
}

#[test]
fn locks_are_apart() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("workspace new dev").exits(0);
    folder.run("workspace select default").exits(0);
    let held = Store::open(&folder.path().join("state/workspaces/dev"), Access::Write).unwrap();
    folder.run("apply -auto-approve").exits(0);
    folder.run_with("plan", &[("TF_WORKSPACE", "dev")]).exits(3).complains("State is in use");
    for line in ["workspace delete dev", "workspace delete -force dev", "workspace delete -lock-timeout=1ms dev"] {
        folder.run(line).exits(3).complains("State is in use");
    }
    folder.run("workspace delete -lock=false dev").exits(64).complains("The state is always locked");
    drop(held);
    let held = Store::open(&folder.path().join("state"), Access::Write).unwrap();
    folder.run("workspace new -state=state copy").exits(3).complains("State is in use");
    folder.run("workspace list").exits(0).never_says("copy");
    drop(held);
    folder.run("workspace delete -lock-timeout=1m dev").exits(0);
}

/// One resource group for each workspace, and the network of another configuration.
const CLOUD: &str = r#"
provider "azurerm" {
  features {}
  environment = "emulator"
}

variable "name" {
  default = null
}

resource "azurerm_resource_group" "main" {
  name     = coalesce(var.name, "app-${terraform.workspace}")
  location = "westeurope"
}
"#;

#[test]
fn the_emulated_cloud_is_one_for_all() {
    let folder = Folder::with(CLOUD);
    folder.run("apply -auto-approve").exits(0);
    folder.run("workspace new dev").exits(0);
    folder.run("apply -auto-approve -var name=app-default").exits(1).complains("The object exists already");
    folder.run("apply -auto-approve").exits(0).says("resourceGroups/app-dev]");
    folder.run("destroy -auto-approve").exits(0);
    folder.run("workspace select default").exits(0);
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    assert!(folder.files("state/workspaces/dev").keys().all(|name| !name.contains("emulator")), "it has a cloud");
}

/// Reads the outputs of another configuration in a workspace.
const READER: &str = r#"
variable "backend" {}
variable "path" {}
variable "workspace" {
  default = null
}

data "terraform_remote_state" "other" {
  backend   = var.backend
  config    = { path = var.path }
  workspace = var.workspace
}

output "read" {
  value = data.terraform_remote_state.other.outputs.workspace
}
"#;

#[test]
fn other_configurations_read_the_state_of_a_workspace() {
    let folder = Folder::new();
    folder.write("other/main.tf", CONFIGURATION);
    folder.write("reader/main.tf", READER);
    for name in ["default", "dev"] {
        folder.run_with("-chdir=other apply -auto-approve", &[("TF_WORKSPACE", name)]).exits(0);
        let pulled = folder.run_with("-chdir=other state pull", &[("TF_WORKSPACE", name)]).exits(0).out;
        let path = match name {
            "default" => "tf/terraform.tfstate".to_owned(),
            name => format!("tf/terraform.tfstate.d/{name}/terraform.tfstate"),
        };
        folder.write(&path, pulled);
    }
    let read = |backend: &str, path: &str, workspace: &str| {
        let env = [("TF_VAR_backend", backend), ("TF_VAR_path", path), ("TF_VAR_workspace", workspace)];
        folder.run_with("-chdir=reader plan", &env)
    };
    for (backend, path) in [("acier", "../other"), ("local", "../other"), ("local", "../tf")] {
        read(backend, path, "default").exits(0).says("+ read = \"default\"");
        read(backend, path, "dev").exits(0).says("+ read = \"dev\"");
        read(backend, path, "nope").exits(1).complains("No stored state was found");
    }
    read("acier", "../other", "../dev").exits(1).complains("No stored state was found");
    // Which workspace the reader itself is in does not matter.
    folder.run("-chdir=reader workspace new own").exits(0);
    read("acier", "../other", "dev").exits(0).says("+ read = \"dev\"");
}
