//! Terraform's answers: each expression is a local of the fixture module, in a file of its own.
//!
//! **Never:** know what acier answers. A plan tells what is wrong (rounds, because names are judged
//! before values), then a plan of one `terraform_data` with all values as its input tells these,
//! which are unknown and which sensitive, and the console tells their types.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value as Json;

use super::answer::{Answer, write_planned};
use super::{ours, refined, types};

/// How much is put into one line of the console, which holds 64 KiB; numbers are longer than `%`.
const LINE: usize = 32_000;
/// How many expressions go into one module: the cost of a plan grows faster than their number.
const MODULE: usize = 2_500;

/// The answer where Terraform ends with a crash.
pub(super) const CRASH: &str = "! Terraform crashed";

/// Whether there is a Terraform to ask; says so if not.
pub(crate) fn there(what: &str) -> bool {
    crate::judge::is_here(what)
}

/// The answers to all expressions, in their order.
pub(super) fn answers(expressions: &[String]) -> Vec<Answer> {
    expressions.chunks(MODULE).flat_map(ask).collect()
}

/// The summaries of the errors that a plan of a configuration shows, each on a line of its own.
pub(crate) fn summaries(config: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rc"), "disable_checkpoint = true\n").unwrap();
    std::fs::write(folder.path().join("main.tf"), config).unwrap();
    let output = terraform(folder.path(), &["plan", "-json", "-input=false"], "");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let errors = lines.filter(|line| line["diagnostic"]["severity"] == "error");
    let summaries: BTreeSet<String> =
        errors.map(|line| line["diagnostic"]["summary"].as_str().unwrap_or_default().to_owned()).collect();
    summaries.iter().map(|summary| format!("{summary}\n")).collect()
}

fn ask(expressions: &[String]) -> Vec<Answer> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy(&ours::folder(), folder);
    std::fs::write(folder.join("rc"), "disable_checkpoint = true\n").unwrap();
    for (index, expression) in expressions.iter().enumerate() {
        std::fs::write(folder.join(format!("e{index}.tf")), format!("locals {{\n  e{index} = {expression}\n}}\n"))
            .unwrap();
    }
    let mut answers: Vec<Option<Answer>> = vec![None; expressions.len()];
    let mut infinite = BTreeSet::new();
    loop {
        let open: Vec<usize> = (0..expressions.len()).filter(|index| answers[*index].is_none()).collect();
        // A plan cannot hold infinity; of such values only the type is told.
        let stored = |index: &&usize| !infinite.contains(*index);
        let input: String = open.iter().filter(stored).map(|index| format!("    local.e{index},\n")).collect();
        let gather = format!("resource \"terraform_data\" \"all\" {{\n  input = [\n{input}  ]\n}}\n");
        std::fs::write(folder.join("all.tf"), gather).unwrap();
        let wrong = match errors(folder) {
            Found::Wrong(wrong) => wrong,
            Found::Infinite => {
                let known = infinite.len();
                infinite.extend(unstorable(folder, &open));
                if infinite.len() > known {
                    continue;
                }
                // Beside what is not known yet infinity is not told.
                if expressions.len() > 1 {
                    return by_halves(expressions);
                }
                infinite.insert(0);
                continue;
            }
            Found::Crash if expressions.len() == 1 => {
                let mut answer = Answer::failed();
                answer.blame(CRASH.trim_start_matches("! "));
                return vec![answer];
            }
            Found::Crash => return by_halves(expressions),
        };
        if wrong.is_empty() {
            for (index, value) in values(folder, &open, &infinite) {
                answers[index] = Some(Answer::Value(value));
            }
            return answers.into_iter().flatten().collect();
        }
        for (index, summary) in wrong {
            answers[index].get_or_insert_with(Answer::failed).blame(&summary);
            let _ = std::fs::remove_file(folder.join(format!("e{index}.tf")));
        }
    }
}

/// Which expression it is, is found by halves.
fn by_halves(expressions: &[String]) -> Vec<Answer> {
    let (first, second) = expressions.split_at(expressions.len() / 2);
    [ask(first), ask(second)].concat()
}

fn terraform(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = crate::judge::terraform()
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("rc"))
        .env("NO_COLOR", "1")
        .env("HOME", "/people/me")
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What a plan finds.
enum Found {
    /// What is wrong: the number of the expression and the summary.
    Wrong(Vec<(usize, String)>),
    /// Some value is infinite.
    Infinite,
    /// The end of Terraform.
    Crash,
}

fn errors(folder: &Path) -> Found {
    let output = terraform(folder, &["plan", "-json", "-out=p"], "");
    if String::from_utf8_lossy(&output.stderr).contains("TERRAFORM CRASH") {
        return Found::Crash;
    }
    let mut found = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(line) = serde_json::from_str::<Json>(line) else { continue };
        let diagnostic = &line["diagnostic"];
        if diagnostic["severity"] != "error" {
            continue;
        }
        if diagnostic["summary"].as_str().is_some_and(|summary| summary.ends_with("cannot serialize infinity as JSON"))
        {
            return Found::Infinite;
        }
        let file = diagnostic["range"]["filename"].as_str().unwrap_or_default();
        let index = file.strip_prefix('e').and_then(|file| file.strip_suffix(".tf")).and_then(|file| file.parse().ok());
        let index = index.unwrap_or_else(|| panic!("terraform finds fault outside of every expression: {diagnostic}"));
        found.push((index, diagnostic["summary"].as_str().unwrap_or_default().to_owned()));
    }
    assert!(output.status.success() || !found.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Found::Wrong(found)
}

/// What the console says of a list of something made from each open expression. A line of the
/// console is not endless.
fn consult(folder: &Path, open: &[usize], (before, each, after): (&str, &str, &str)) -> Vec<String> {
    let ask = |part: &[usize]| {
        let members: String = part.iter().map(|index| format!("{},", each.replace('%', &index.to_string()))).collect();
        let output = terraform(folder, &["console", "-plan"], &format!("{before}[{members}]{after}\n"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    open.chunks(LINE / each.len()).map(ask).collect()
}

/// Which values have infinity in them: they cannot be made JSON.
fn unstorable(folder: &Path, open: &[usize]) -> BTreeSet<usize> {
    std::fs::write(folder.join("all.tf"), "").unwrap();
    let parts = consult(folder, open, ("", "can(jsonencode(local.e%))", ""));
    let verdicts = parts.iter().flat_map(|part| part.lines()).filter(|line| line.starts_with(' '));
    let found = open.iter().zip(verdicts).filter(|(_, verdict)| verdict.trim() == "false,");
    found.map(|(index, _)| *index).collect()
}

/// The values of the open expressions with their types.
fn values(folder: &Path, open: &[usize], infinite: &BTreeSet<usize>) -> Vec<(usize, String)> {
    if open.is_empty() {
        return Vec::new();
    }
    let output = terraform(folder, &["show", "-json", "p"], "");
    let plan: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let changes = plan["resource_changes"].as_array().unwrap();
    let change = &changes.iter().find(|change| change["name"] == "all").unwrap()["change"];
    let parts = consult(folder, open, ("type(", "local.e%", ")"));
    let types: Vec<String> = parts.iter().flat_map(|part| types::elements(part)).collect();
    assert_eq!(types.len(), open.len());
    let certain = refined::planned_input(&folder.join("p"), "terraform_data.all");
    let mut stored = 0;
    let mut text = |position: usize| {
        if infinite.contains(&open[position]) {
            return format!("(infinite) : {}", types[position]);
        }
        let mut out = String::new();
        let part = |kind: &str| change[kind]["input"][stored].clone();
        let [known, unknown, sensitive] = ["after", "after_unknown", "after_sensitive"].map(part);
        write_planned(&known, &unknown, &sensitive, certain.at(stored), &mut out);
        stored += 1;
        format!("{out} : {}", types[position])
    };
    open.iter().enumerate().map(|(position, index)| (*index, text(position))).collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
