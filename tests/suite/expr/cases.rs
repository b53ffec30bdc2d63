//! The case files: expressions with the answers that Terraform gave.
//!
//! `ACIER_RECORD=1` asks Terraform for the answers that are missing, `ACIER_RECORD=all` for all, and
//! writes them down. Without it acier must give the recorded answers, and Terraform, where it is on
//! the path, must still give them too.

use std::fmt::Write;
use std::path::PathBuf;

use super::answer::Answer;
use super::{explained, ours, theirs};

/// A line of a case file that is kept as it is, or an expression with its answer.
enum Item {
    Other(String),
    Case { expression: String, answer: Option<Answer> },
}

struct File {
    path: PathBuf,
    items: Vec<Item>,
}

fn files() -> Vec<File> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/expr");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "txt")).collect();
    paths.sort();
    paths.into_iter().map(|path| File { items: read(&std::fs::read_to_string(&path).unwrap()), path }).collect()
}

fn read(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            items.push(Item::Other(line.to_owned()));
            continue;
        }
        let mut expression = line.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with('|')) {
            write!(expression, "\n{}", more[1..].strip_prefix(' ').unwrap_or(&more[1..])).unwrap();
        }
        let mut answer = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("    ")) {
            answer.push(line[4..].to_owned());
        }
        items.push(Item::Case { expression, answer: Answer::read(&answer) });
    }
    items
}

fn write(items: &[Item]) -> String {
    let mut out = String::new();
    for item in items {
        match item {
            Item::Other(line) => writeln!(out, "{line}").unwrap(),
            Item::Case { expression, answer } => {
                writeln!(out, "{}", expression.replace("\n", "\n| ").replace("| \n", "|\n")).unwrap();
                for line in answer.iter().flat_map(Answer::lines) {
                    writeln!(out, "    {line}").unwrap();
                }
            }
        }
    }
    out
}

fn record(all: bool) {
    let mut files = files();
    let mut open: Vec<(&String, &mut Option<Answer>)> = Vec::new();
    for file in &mut files {
        for item in &mut file.items {
            if let Item::Case { expression, answer } = item
                && (all || answer.is_none())
            {
                open.push((expression, answer));
            }
        }
    }
    let expressions: Vec<String> = open.iter().map(|(expression, _)| (*expression).clone()).collect();
    for ((_, answer), theirs) in open.into_iter().zip(theirs::answers(&expressions)) {
        *answer = Some(theirs);
    }
    for file in &files {
        std::fs::write(&file.path, write(&file.items)).unwrap();
    }
}

/// Every expression with its recorded answer.
fn recorded() -> Vec<(String, Answer)> {
    let items = files().into_iter().flat_map(|file| file.items);
    let cases = items.filter_map(|item| match item {
        Item::Case { expression, answer } => Some((expression, answer)),
        Item::Other(_) => None,
    });
    let known = |(expression, answer): (String, Option<Answer>)| {
        let answer = answer.unwrap_or_else(|| panic!("no answer is recorded for {expression}"));
        (expression, answer)
    };
    cases.map(known).collect()
}

fn compare(cases: &[(String, Answer)], answers: Vec<Answer>, same: fn(&str, &Answer, &Answer) -> bool) -> String {
    let mut wrong = String::new();
    for ((expression, recorded), answer) in cases.iter().zip(answers) {
        if !same(expression, &answer, recorded) {
            let (is, was) = (answer.lines().join("\n    "), recorded.lines().join("\n    "));
            writeln!(wrong, "{expression}\n    is\n    {is}\n    recorded\n    {was}").unwrap();
        }
    }
    wrong
}

#[test]
fn acier_gives_the_recorded_answers() {
    if let Some(which) = std::env::var_os("ACIER_RECORD") {
        record(which == "all");
    }
    let cases = recorded();
    let expressions: Vec<String> = cases.iter().map(|(expression, _)| expression.clone()).collect();
    let wrong = compare(&cases, ours::answers(&expressions), |expression, ours, recorded| {
        ours.is_like(recorded)
            || explained::reason(expression, &ours.lines().join("\n    "), &recorded.lines().join("\n    ")).is_some()
    });
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn terraform_still_gives_the_recorded_answers() {
    let recording = std::env::var_os("ACIER_RECORD").is_some();
    if recording || !theirs::there("the recorded answers were not asked for again") {
        return;
    }
    let cases = recorded();
    let expressions: Vec<String> = cases.iter().map(|(expression, _)| expression.clone()).collect();
    let wrong = compare(&cases, theirs::answers(&expressions), |_, theirs, recorded| theirs == recorded);
    assert!(wrong.is_empty(), "{wrong}");
}
