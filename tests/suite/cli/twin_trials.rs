//! Files of tests put to both programs: what each run comes to, and how it is told to machines.
//!
//! The cases are the files in `tests/cases/trials`, all about the configuration in `house` there. What
//! Terraform says of each is recorded beside it, so that the suite needs no Terraform; where it is on
//! PATH it is asked again. `ACIER_BLESS=1` records what it says then.

use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value as Json;

use super::bench::{Folder, root};

fn cases() -> PathBuf {
    root().join("tests/cases/trials")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// Ids and texts that a provider thinks up, and line breaks that depend on nothing.
fn same_for_all(text: &str) -> String {
    let id = Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let made_up = Regex::new("(\\\\?\"|&#34;)[a-z0-9]{8}(\\\\?\"|&#34;)").unwrap();
    let required = Regex::new("an? ([a-z]+) is required").unwrap();
    let advice = Regex::new(r"(?s)\s*What to do:.*").unwrap();
    let text = advice.replace(text, "");
    let text = made_up
        .replace_all(&id.replace_all(&text, "ID"), "${1}MADE UP${1}")
        .replace("Terraform could not", "acier could not");
    required.replace_all(&text, "$1 required").into_owned()
}

/// One line for each object of the stream.
fn lines(stream: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in stream.lines() {
        let object: Json = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let kind = text(&object["type"]);
        let body = &object[&kind];
        // Of what takes more than two seconds, as on a busy machine, Terraform says so.
        if body["progress"] == "running" || body["elapsed"].as_u64().is_some_and(|time| time > 0) {
            continue;
        }
        lines.push(match &*kind {
            "version" => format!("version {}", text(&object["ui"])),
            "diagnostic" => {
                let place = &body["range"]["start"]["line"];
                let mut values: Vec<String> = Vec::new();
                for value in body["snippet"]["values"].as_array().into_iter().flatten() {
                    values.push(format!("{} {}", text(&value["traversal"]), text(&value["statement"])));
                }
                values.sort();
                let at = match body["range"]["filename"].as_str() {
                    Some(name) if name.ends_with("json") => format!(" [{name} {place}]"),
                    Some(name) => format!(" [{name} {place} in {}]", body["snippet"]["context"]),
                    None => String::new(),
                };
                let summary = format!("{} {}", text(&object["@level"]), text(&object["@message"]));
                let run = object["@testrun"].as_str().map(|run| format!(" <{run}>")).unwrap_or_default();
                // What is said of options is acier's own.
                let own = text(&body["summary"]).starts_with("Resource targeting");
                let detail = if own { String::new() } else { text(&body["detail"]) };
                same_for_all(&format!("{summary}{run}{at} {values:?}\n    {}", detail.replace('\n', "\n    ")))
            }
            "test_plan" | "test_state" => format!("{kind} {}", changes(body)),
            _ => format!("{kind} {} {body}", text(&object["@message"])),
        });
    }
    // Terraform tells findings of one cause in any order.
    let causes = ["warn Warning: Invalid override target", "error Error: Missing expected failure"];
    let is_stray = |line: &String| causes.iter().any(|cause| line.starts_with(cause));
    lines.chunk_by_mut(|one, next| is_stray(one) && is_stray(next)).for_each(<[String]>::sort);
    lines
}

/// The addresses of a plan with what is done to them, or of a state; data sources apart, which acier
/// does not keep.
fn changes(body: &Json) -> String {
    let mut found = Vec::new();
    for change in body["resource_changes"].as_array().into_iter().flatten().filter(|one| one["mode"] == "managed") {
        found.push(format!("{}={}", change["address"], change["change"]["actions"]));
    }
    let mut waiting = vec![&body["root_module"]];
    while let Some(module) = waiting.pop() {
        for one in module["resources"].as_array().into_iter().flatten().filter(|one| one["mode"] == "managed") {
            found.push(one["address"].to_string());
        }
        waiting.extend(module["child_modules"].as_array().into_iter().flatten());
    }
    found.sort();
    found.join(" ")
}

/// The elements of a report, without what differs by nature: times, and texts that people read.
fn elements(report: &str) -> Vec<String> {
    let times = Regex::new(" (time|timestamp)=\"[^\"]*\"").unwrap();
    let known = Regex::new("^ *<(testsuite |testcase |failure|error|skipped|system-err)[^>]*>").unwrap();
    let skipped = Regex::new("CDATA\\[(Previous.*?)\\]\\]").unwrap();
    let mut found = Vec::new();
    for line in report.lines() {
        if let Some(element) = known.find(line) {
            let why = skipped.captures(line).map(|found| found[1].to_owned()).unwrap_or_default();
            found.push(same_for_all(&format!("{}{why}", times.replace_all(element.as_str(), ""))));
        }
    }
    found
}

/// What a run of the tests comes to. Of failures that are expected while planning Terraform shows what
/// it has of a plan, and acier has none, so that plans are left out where `partial`.
fn told(folder: &Folder, code: i32, stream: &str, partial: bool) -> String {
    let report = folder.path().join("report.xml");
    let xml = std::fs::read_to_string(&report).unwrap_or_default();
    let _ = std::fs::remove_file(report);
    let mut lines = lines(stream);
    lines.retain(|line| !(partial && line.starts_with("test_plan")));
    format!("{}\n{}\nexit {code}\n", lines.join("\n"), elements(&xml).join("\n"))
}

/// Terraform in a folder; nothing where it is not on PATH.
fn terraform(folder: &Folder, words: &[&str]) -> Option<std::process::Output> {
    let here = crate::judge::is_here("only what it said before is compared");
    here.then(|| crate::judge::terraform().current_dir(folder.path()).args(words).output().unwrap())
}

#[test]
fn every_file_of_tests_comes_to_what_terraform_makes_of_it() {
    let house = Folder::new();
    copy(&cases().join("house"), house.path());
    let live = terraform(&house, &["init", "-no-color"]);
    if let Some(first) = &live {
        assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    }
    let bless = std::env::var_os("ACIER_BLESS").is_some();
    let files = std::fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().contains(".tftest.")).collect();
    files.sort();
    assert!(files.len() >= 25, "the cases were not found");
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let partial = name.starts_with("expect");
        let end = if name.ends_with("json") { "json" } else { "hcl" };
        let place = format!("tests/case.tftest.{end}");
        let text = std::fs::read_to_string(file).unwrap();
        house.write(&place, &text);
        if text.contains("./m2") {
            terraform(&house, &["init", "-no-color"]);
        }
        let record = cases().join(format!("{}.said", name.split('.').next().unwrap()));
        if live.is_some() {
            let ran = terraform(&house, &["test", "-json", "-verbose", "-junit-xml=report.xml"]).unwrap();
            let said = told(&house, ran.status.code().unwrap(), &String::from_utf8(ran.stdout).unwrap(), partial);
            if bless {
                std::fs::write(&record, &said).unwrap();
            }
            let recorded = std::fs::read_to_string(&record).unwrap_or_default();
            if said != recorded {
                wrong.push(format!("{name}: Terraform says something else now:\n{said}"));
            }
        }
        let ran = house.run("test -json -verbose -junit-xml=report.xml");
        let said = told(&house, ran.code.unwrap(), &ran.out, partial);
        let recorded = std::fs::read_to_string(&record).unwrap_or_default();
        if said != recorded {
            let differs = |a: &str, b: &str| {
                let other: Vec<&str> = b.lines().collect();
                a.lines().filter(|line| !other.contains(line)).collect::<Vec<_>>().join("\n  ")
            };
            let (theirs, ours) = (differs(&recorded, &said), differs(&said, &recorded));
            wrong.push(format!("{name}: Terraform says\n  {theirs}\nand acier\n  {ours}"));
        }
        std::fs::remove_file(house.path().join(place)).unwrap();
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), files.len(), wrong.join("\n\n"));
    println!("{} files of tests come to the same", files.len());
}
