//! Configuration in JSON, files of values, and override files give what Terraform gives.
//!
//! A case is a folder of files in one text: `=== name`, then `--- file` for each file, then what
//! Terraform 1.11.4 answered. Where acier answers otherwise on purpose, `--- acier because ...`
//! follows with its own answer. The cases are replayed with our binary, and put to a `terraform` on
//! the path; with `ACIER_BLESS=1` what that one says is written into the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

struct Case {
    name: String,
    files: Vec<(String, String)>,
    expect: String,
    ours: Option<(String, String)>,
}

fn paths() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/files/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "the cases were not found");
    paths
}

fn read(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap();
    let mut cases = Vec::new();
    for part in text.split("=== ").skip(1) {
        let (name, rest) = part.split_once('\n').unwrap();
        let mut case = Case { name: name.into(), files: Vec::new(), expect: String::new(), ours: None };
        for section in rest.split("--- ").skip(1) {
            let (title, text) = section.split_once('\n').unwrap();
            match title.strip_prefix("acier because ") {
                Some(why) => case.ours = Some((why.into(), text.into())),
                None if title == "expect" => case.expect = text.into(),
                None => case.files.push((title.into(), text.into())),
            }
        }
        cases.push(case);
    }
    cases
}

fn write(path: &Path, cases: &[Case]) {
    let mut text = String::new();
    for case in cases {
        text += &format!("=== {}\n", case.name);
        for (name, content) in &case.files {
            text += &format!("--- {name}\n{content}");
        }
        text += &format!("--- expect\n{}", case.expect);
        if let Some((why, ours)) = &case.ours {
            text += &format!("--- acier because {why}\n{ours}");
        }
    }
    fs::write(path, text).unwrap();
}

/// Applies the files of a case and says what came out: outputs with their types, and errors.
fn answer(program: &Path, case: &Case) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &case.files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::write(folder.path().join("cli.rc"), "disable_checkpoint = true\n").unwrap();
    let ran = Command::new(program)
        .args(["apply", "-auto-approve", "-json", "-input=false"])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("TF_CLI_CONFIG_FILE", folder.path().join("cli.rc"))
        .output()
        .unwrap();
    let mut errors = BTreeSet::new();
    let mut outputs = String::new();
    for line in String::from_utf8_lossy(&ran.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        if message["type"] == "diagnostic" && message["diagnostic"]["severity"] == "error" {
            let diagnostic = &message["diagnostic"];
            let place = match &diagnostic["range"] {
                Value::Null => String::new(),
                range => format!(" on {} line {}", range["filename"].as_str().unwrap(), range["start"]["line"]),
            };
            errors.insert(format!("Error: {}{place}\n", diagnostic["summary"].as_str().unwrap()));
        }
        if message["type"] == "outputs" {
            let sorted = message["outputs"].as_object().unwrap().iter().collect::<std::collections::BTreeMap<_, _>>();
            outputs = sorted.iter().map(|(name, one)| shown(name, one)).collect();
        }
    }
    let said = if errors.is_empty() { outputs } else { errors.into_iter().collect() };
    if said.is_empty() { format!("exit {}\n", ran.status.code().unwrap_or(-1)) } else { said }
}

fn shown(name: &str, output: &Value) -> String {
    match output["sensitive"].as_bool() {
        Some(true) => format!("{name} is sensitive\n"),
        _ => format!("{name} = {} : {}\n", sorted(&output["value"]), sorted(&output["type"])),
    }
}

/// Members in one order, whoever wrote them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let members: std::collections::BTreeMap<_, _> =
                members.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            Value::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[test]
fn every_case_comes_out_as_written() {
    let acier = Path::new(env!("CARGO_BIN_EXE_acier"));
    let mut wrong = String::new();
    let mut count = 0;
    for path in paths() {
        for case in read(&path) {
            let want = case.ours.as_ref().map_or(&case.expect, |(_, ours)| ours);
            let said = answer(acier, &case);
            count += 1;
            if said != *want {
                wrong += &format!("{}: {}\n  said     {said:?}\n  expected {want:?}\n", path.display(), case.name);
            }
        }
    }
    assert!(count >= 90, "{count} cases");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn terraform_says_what_is_written() {
    if !crate::judge::is_here("the cases were not put to it") {
        return;
    }
    let bless = std::env::var_os("ACIER_BLESS").is_some();
    let mut wrong = String::new();
    for path in paths() {
        let mut cases = read(&path);
        for case in &mut cases {
            let said = answer(Path::new("terraform"), case);
            if said != case.expect && !bless {
                wrong +=
                    &format!("{}: {}\n  said     {said:?}\n  expected {:?}\n", path.display(), case.name, case.expect);
            }
            case.expect = said;
        }
        if bless {
            write(&path, &cases);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Terraform takes two thousand levels of each kind; beyond some thousands acier names an error.
#[test]
fn deep_expressions_are_evaluated_and_formatted() {
    let pairs =
        [("[", "]"), ("(", ")"), ("{ a = ", " }"), ("\"${", "}\""), ("max(", ")"), ("- ", ""), ("[for x in ", ": x]")];
    for depth in [2_000, 100_000] {
        let mut values: Vec<String> =
            pairs.iter().map(|(open, close)| format!("{}[1][0]{}", open.repeat(depth), close.repeat(depth))).collect();
        values[6] = values[6].replace("[1][0]", "[1]");
        values.push(format!("1{}", " + 1".repeat(depth)));
        values.push(format!("{}1", "false ? 0 : ".repeat(depth)));
        for value in values {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("main.tf"), format!("output \"o\" {{\n  value = {value}\n}}\n")).unwrap();
            for words in [&["plan"][..], &["fmt", "-check", "main.tf"]] {
                let ran = Command::new(env!("CARGO_BIN_EXE_acier"))
                    .args(words)
                    .current_dir(folder.path())
                    .env_clear()
                    .output()
                    .unwrap();
                let refused = String::from_utf8_lossy(&ran.stderr).contains("Nesting too deep");
                assert_eq!(refused, depth > 4096, "{words:?} {}", &value[..20]);
                assert!(ran.status.code().is_some(), "{words:?} {}", &value[..20]);
            }
        }
    }
}
