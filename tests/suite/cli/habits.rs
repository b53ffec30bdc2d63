//! What hands used to Terraform type: its small commands, those that acier has not, and completion.

use std::process::Command;

use serde_json::Value as Json;

use super::bench::Folder;

fn called() -> Folder {
    let folder = Folder::with(
        "module \"a\" {\n  source   = \"./m\"\n  for_each = toset([\"x\", \"y\"])\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n",
    );
    folder.write("m/main.tf", "module \"n\" {\n  source = \"./n\"\n}\n");
    folder.write("m/n/main.tf", "output \"x\" {\n  value = 1\n}\n");
    folder
}

#[test]
fn modules_are_listed_as_terraform_lists_them() {
    let folder = called();
    let text = folder.run("modules").exits(0).quiet().says("\u{2514}\u{2500}\u{2500} \"b\"[./m]").out;
    let document: Json = serde_json::from_str(&folder.run("modules -json").exits(0).quiet().out).unwrap();
    let keys: Vec<&str> =
        document["modules"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["a", "n", "b", "n"]);
    let alone = Folder::with("locals {\n  a = 1\n}\n");
    alone.run("modules").exits(0).says("No modules found in configuration.");
    let none: Json = serde_json::from_str(&alone.run("modules -json").exits(0).out).unwrap();
    assert_eq!(none, serde_json::json!({ "format_version": "1.0", "modules": null }));
    let terraform = |words: &[&str]| {
        let output = crate::judge::terraform().current_dir(folder.path()).args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    if !crate::judge::is_here("its lists of modules were not compared") {
        return;
    }
    terraform(&["init"]);
    assert_eq!(text, terraform(&["modules"]));
    let theirs: Json = serde_json::from_str(&terraform(&["modules", "-json"])).unwrap();
    // Terraform lists the modules of one module in any order.
    let sorted = |document: &Json| {
        let mut modules: Vec<String> = document["modules"].as_array().unwrap().iter().map(Json::to_string).collect();
        modules.sort();
        modules
    };
    assert_eq!(sorted(&document), sorted(&theirs));
}

#[test]
fn commands_that_acier_has_not_are_refused_by_name() {
    let folder = Folder::new();
    for word in ["force-unlock 1", "login", "logout", "env list", "push", "rpcapi", "stacks", "-install-autocomplete"] {
        let name = word.split(' ').next().unwrap();
        folder.run(word).exits(64).complains(&format!("acier {name} is not supported")).complains("What to do:");
    }
    folder.run("aply").exits(64).complains("apply");
}

#[test]
fn versions_are_told_to_people_and_to_tools() {
    let folder = Folder::new();
    folder.run("version").exits(0).says("acier v").says("\non ").says("Terraform language as of v1.11.4");
    let document: Json = serde_json::from_str(&folder.run("version -json").exits(0).quiet().out).unwrap();
    assert_eq!(document["acier_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["terraform_version"], "1.11.4");
    if !crate::judge::is_here("its form of a version was not compared") {
        return;
    }
    let theirs = crate::judge::terraform().args(["version", "-json"]).output().unwrap();
    let theirs: Json = serde_json::from_slice(&theirs.stdout).unwrap();
    assert_eq!(document["platform"], theirs["platform"]);
    for key in theirs.as_object().unwrap().keys() {
        assert!(document.get(key).is_some(), "{key} is missing");
    }
}

#[test]
fn shells_complete_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.run(&format!("completion {shell}")).exits(0).quiet().out;
        for word in ["apply", "import-tfstate", "auto-approve", "restart", "functions"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    folder.run("completion tcsh").exits(64).complains("bash");
}

/// The script is read by a real shell, which is asked what it would offer.
#[test]
fn bash_offers_what_the_script_says() {
    let folder = Folder::new();
    let script = folder.run("completion bash").exits(0).out;
    folder.write("acier.bash", &script);
    let ask =
        "source ./acier.bash; COMP_WORDS=(acier state i); COMP_CWORD=2; _acier acier i state; echo \"${COMPREPLY[*]}\"";
    let Ok(told) = Command::new("bash").current_dir(folder.path()).args(["-c", ask]).output() else {
        println!("LEFT OUT: there is no bash");
        return;
    };
    assert_eq!(
        String::from_utf8_lossy(&told.stdout).trim(),
        "import-tfstate",
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
}

/// Every command that there is, and those within it.
fn all_commands(folder: &Folder, within: &str) -> Vec<String> {
    let help = folder.run(format!("{within} -help").trim()).exits(0).quiet().out;
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    let mut found = Vec::new();
    for name in names.filter_map(|line| line.split_whitespace().next()) {
        let name = format!("{within} {name}").trim().to_owned();
        let inner = all_commands(folder, &name);
        if inner.is_empty() { found.push(name) } else { found.extend(inner) }
    }
    found
}

/// Commands that say what they do not do, or what anybody knows.
const WITHOUT_EXAMPLES: &[&str] = &["state push", "state replace-provider", "workspace list", "workspace show"];

#[test]
fn every_command_is_helped_by_an_example_that_is_a_command() {
    let folder = Folder::new();
    let commands = all_commands(&folder, "");
    assert!(commands.len() > 40, "only {commands:?}");
    for command in commands.iter().filter(|command| !WITHOUT_EXAMPLES.contains(&command.as_str())) {
        let help = folder.run(&format!("{command} -help")).exits(0).quiet().out;
        let from = help.find("Example").unwrap_or_else(|| panic!("no example for acier {command}:\n{help}"));
        let examples = &help[from..];
        assert!(examples.lines().any(|line| line.contains("acier ")), "acier {command}:\n{help}");
        let wide = examples.lines().find(|line| line.chars().count() > 100);
        assert!(wide.is_none(), "acier {command}: {wide:?} does not fit");
        let ragged = examples.lines().skip(1).find(|line| !line.is_empty() && !line.starts_with(' '));
        assert!(ragged.is_none(), "acier {command}: {ragged:?} is no example");
    }
}
