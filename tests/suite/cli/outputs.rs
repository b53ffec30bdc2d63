//! Forms of output: JSON for machines, help, colours.

use serde_json::Value;

use super::bench::{Folder, Ran};

/// Every command, with the options and words that it cannot do without.
const COMMANDS: &[&str] = &[
    "init",
    "get",
    "graph",
    "modules",
    "providers",
    "test",
    "taint",
    "untaint",
    "plan",
    "apply",
    "destroy",
    "refresh",
    "import",
    "validate",
    "fmt",
    "show",
    "output",
    "state",
    "state import-tfstate",
    "state pull",
    "state push",
    "state list",
    "state show",
    "state rm",
    "state repair",
    "workspace",
    "workspace list",
    "workspace show",
    "workspace new",
    "workspace select",
    "workspace delete",
    "ps",
    "inspect",
    "logs",
    "events",
    "exec",
    "attach",
    "start",
    "stop",
    "restart",
    "wait",
    "emulator",
    "schema",
    "console",
    "metadata",
    "metadata functions",
    "completion",
    "version",
];

/// One JSON object a line: their types, in order.
fn types(ran: &Ran) -> Vec<String> {
    let one = |line: &str| {
        let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["@level", "@message", "@timestamp"] {
            assert!(json[field].is_string(), "{field} is missing: {line}");
        }
        json["type"].as_str().expect("a type").to_owned()
    };
    ran.out.lines().map(one).collect()
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn runs_are_told_in_lines_of_json() {
    let folder = Folder::example("03-in-place-update");
    let plan = folder.run("plan -json -detailed-exitcode").exits(2).quiet();
    assert_eq!(types(&plan), ["version", "planned_change", "planned_change", "change_summary", "outputs"]);
    let apply = folder.run("apply -json -auto-approve").exits(0).quiet();
    let steps = ["apply_start", "apply_complete", "apply_start", "apply_complete", "change_summary", "outputs"];
    assert_eq!(types(&apply)[5..], steps);
    let saved = folder.run("plan -json -out=plan.acier -var note=new").exits(0).quiet();
    let refresh = ["refresh_start", "refresh_start", "refresh_complete", "refresh_complete"];
    assert_eq!(types(&saved)[1..5], refresh);
    assert_eq!(types(&saved)[5..], ["planned_change", "change_summary", "outputs"]);
    let again = folder.run("apply -json plan.acier").exits(0).quiet();
    let again = types(&again);
    assert_eq!(again, ["version", "planned_change", "apply_start", "apply_complete", "change_summary", "outputs"]);
    let destroy = folder.run("destroy -json -auto-approve").exits(0).quiet();
    let summary = destroy.out.lines().find(|line| line.contains("\"operation\":\"destroy\"")).expect("a summary");
    let summary: Value = serde_json::from_str(summary).unwrap();
    assert_eq!(summary["changes"]["remove"], 2);
}

#[test]
fn what_is_stored_is_told_in_one_document() {
    let folder = Folder::example("01-quickstart");
    folder.run("plan -out=plan.acier").exits(0);
    let plan = document(&folder.run("show -json plan.acier").exits(0).quiet());
    assert_eq!(plan["resource_changes"].as_array().unwrap().len(), 4);
    assert_eq!(plan["resource_changes"][0]["change"]["actions"][0], "create");
    folder.run("apply plan.acier").exits(0);
    let show = document(&folder.run("show -json").exits(0).quiet());
    assert_eq!(show["values"]["root_module"]["resources"].as_array().unwrap().len(), 4);
    let outputs = document(&folder.run("output -json").exits(0).quiet());
    assert_eq!(outputs["fqdn"]["value"], "acier-quickstart-web.westeurope.azurecontainer.io");
    let listed = document(&folder.run("ps -json").exits(0).quiet());
    assert_eq!(listed.as_array().unwrap().len(), 3);
    let task = document(&folder.run("inspect -json azurerm_container_group.task").exits(0).quiet());
    assert_eq!(task["containers"][0]["exit_code"], 0);
    let state = document(&folder.run("state show -json azurerm_container_group.web").exits(0).quiet());
    assert_eq!(state["values"]["name"], "acier-web");
    let valid = document(&folder.run("validate -json").exits(0).quiet());
    assert_eq!(valid["valid"], true);
    folder.write("wrong.tf", "output \"wrong\" {\n  value = var.nothing\n}\n");
    let wrong = document(&folder.run("validate -json").exits(1).quiet());
    assert_eq!(wrong["diagnostics"][0]["range"]["filename"], "wrong.tf");
    assert_eq!(wrong["diagnostics"][0]["range"]["start"]["line"], 2);
}

#[test]
fn every_command_explains_itself() {
    let folder = Folder::new();
    let whole = folder.run("-help").exits(0).quiet().says("Exit codes:");
    for command in COMMANDS {
        let (first, rest) = command.split_once(' ').unwrap_or((command, ""));
        assert!(whole.out.contains(&format!("\n  {first}")), "{first} is not listed:\n{}", whole.out);
        let help = folder.run(&format!("{command} -help")).exits(0).quiet();
        help.says(&format!("Usage: acier {command}"));
        let parent = folder.run(&format!("{first} --help")).exits(0).quiet();
        assert!(rest.is_empty() || parent.out.contains(&format!("\n  {rest}")), "{}", parent.out);
    }
    let listed = whole.out.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    for line in listed.lines().filter(|line| !line.trim().is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        assert!(COMMANDS.contains(&name), "{name} is not tested");
    }
    assert!(folder.files("").is_empty(), "help wrote something");
}

#[test]
fn the_version_is_told() {
    let folder = Folder::new();
    let version = env!("CARGO_PKG_VERSION");
    let told = folder.run("version").exits(0).quiet().out;
    assert!(told.starts_with(&format!("acier v{version}\n")), "{told}");
    assert_eq!(document(&folder.run("version -json").exits(0).quiet())["acier_version"], version);
    assert_eq!(folder.run("-version").exits(0).quiet().out, format!("acier {version}\n"));
}

#[test]
fn nothing_is_coloured_for_who_does_not_want_it() {
    let folder = Folder::example("03-in-place-update");
    let force = ("CLICOLOR_FORCE", "1");
    for (line, env) in [
        ("-help", [force, ("NO_COLOR", "1")]),
        ("plan -nope", [force, ("NO_COLOR", "1")]),
        ("plan", [force, ("NO_COLOR", "1")]),
        ("-no-color plan", [force, force]),
        ("plan -no-color", [force, force]),
        ("validate -no-color", [force, force]),
    ] {
        folder.run_with(line, &env).never_says("\u{1b}");
    }
    folder.run_with("-help", &[force]).exits(0).says("\u{1b}");
}

#[test]
fn another_folder_can_be_named() {
    let folder = Folder::new();
    let text =
        "provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n\noutput \"a\" {\n  value = 1\n}\n";
    folder.write("inner/main.tf", text);
    folder.run("-chdir=inner apply -auto-approve").exits(0).quiet().says("a = 1");
    assert!(!folder.files("inner/state").is_empty() && folder.files("state").is_empty());
    assert_eq!(folder.run("output -chdir=inner -raw a").exits(0).quiet().out, "1");
    folder.run("-chdir=inner plan -destroy -out=plan.acier").exits(0);
    folder.run("-chdir=inner apply plan.acier").exits(0).says("Destroy complete!");
}
