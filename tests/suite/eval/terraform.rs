//! The same expressions put to Terraform itself, when it is on the path.
//!
//! All expressions of the case files go to one `terraform console` as one tuple of
//! `try(jsonencode(...), "ERR")`. Only what both agree on can be told that way: the JSON of a
//! value, or that there is none.

use std::io::Write;
use std::process::Stdio;

use base64::Engine;

use super::cases;

/// Where acier goes its own way, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("cidrsubnet(\"10.0.0.0/16\", -1, 0)", "a subnet that is larger than its network is refused"),
    ("cidrsubnet(\"10.0.0.0/16\", 8, -1)", "so is one outside of it"),
];

/// Case files whose values Terraform cannot be given.
const OWN: &[&str] = &["unknown.txt", "marks.txt", "files.txt"];

/// A line of the console holds 64 KiB.
const LINE: usize = 60_000;

fn ask(folder: &std::path::Path, expressions: &[&str]) -> Vec<String> {
    let tried: Vec<String> =
        expressions.iter().map(|expression| format!("try(jsonencode({expression}), \"ERR\")")).collect();
    let mut console = crate::judge::terraform()
        .arg("console")
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", folder.join("rc"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let line = format!("base64encode(jsonencode([{}]))\n", tried.join(", "));
    assert!(line.len() < LINE + 5_000, "too long for one line of the console");
    console.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let output = console.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let encoded = text.trim().trim_matches('"');
    let json = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap_or_default();
    serde_json::from_slice(&json)
        .unwrap_or_else(|_| panic!("terraform console said: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn terraform_gives_the_same_answers() {
    if !crate::judge::is_here("its answers were not compared") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let locals: String = cases::LOCALS.iter().map(|(name, expression)| format!("  {name} = {expression}\n")).collect();
    std::fs::write(folder.path().join("main.tf"), format!("locals {{\n{locals}}}\n")).unwrap();
    std::fs::write(folder.path().join("rc"), "disable_checkpoint = true\n").unwrap();
    let fixture = cases::fixture();
    let all: Vec<String> = cases::files()
        .iter()
        .filter(|name| !OWN.contains(&name.as_str()))
        .flat_map(|name| cases::read(name))
        .map(|(expression, _)| expression)
        .filter(|expression| DIFFERENT.iter().all(|(different, _)| different != expression))
        // A name that does not exist stops the whole line, whatever `try` says.
        .filter(|expression| !fixture.answer(expression).contains("undeclared"))
        .collect();
    let mut wrong = String::new();
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let mut size = 0;
        let count = rest.iter().take_while(|expression| {
            size += expression.len() + 32;
            size < LINE
        });
        let (batch, later) = rest.split_at(count.count().max(1));
        rest = later;
        let expressions: Vec<&str> = batch.iter().map(String::as_str).collect();
        let answers = ask(folder.path(), &expressions);
        assert_eq!(answers.len(), expressions.len());
        for (expression, theirs) in expressions.iter().zip(answers) {
            let ours = match fixture.eval(&format!("jsonencode({expression})")) {
                Ok(value) => value.as_str().unwrap_or("(unknown)").to_owned(),
                Err(_) => "ERR".to_owned(),
            };
            if ours != theirs {
                wrong.push_str(&format!("{expression}\n    acier     {ours}\n    terraform {theirs}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
