//! What people get wrong, and what acier tells them: files of cases.
//!
//! A case begins with `=== name`. Parts with a file name are written to a new folder. `--- run` is
//! the command line, with variables of the environment before it; more than one line are run one
//! after another, all but the last with exit code 0. `--- exit` is the exit code of the last,
//! `--- stdout` and `--- stderr` are all that it said. `ACIER_BLESS=1` rewrites the last two.

use std::fmt::Write;
use std::fs;

use super::bench::{Folder, Ran, blessing, difference, redact, root};
use crate::sections::{Case, read, write};

/// Runs one line of a case: `NAME=VALUE ... words`; a value may quote blanks with `+`.
fn run(folder: &Folder, line: &str) -> Ran {
    let is_variable = |word: &str| word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_upper));
    let words: Vec<&str> = line.split(' ').collect();
    let count = words.iter().take_while(|word| is_variable(word)).count();
    let env: Vec<(&str, String)> =
        words[..count].iter().filter_map(|word| word.split_once('=')).map(|(n, v)| (n, v.replace('+', " "))).collect();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    folder.run_with(&words[count..].join(" "), &env)
}

fn is_upper(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter == '_'
}

fn judge(case: &mut Case, wrong: &mut String) {
    let folder = Folder::new();
    for (name, text) in case.parts.iter().filter(|(name, _)| name.contains('.')) {
        folder.write(name, text);
    }
    let lines: Vec<&str> = case.part("run").lines().collect();
    let (last, before) = lines.split_last().expect("a case runs something");
    for line in before {
        run(&folder, line).exits(0);
    }
    let ran = run(&folder, last);
    let wanted: i32 = case.part("exit").trim().parse().expect("a case has an exit code");
    if ran.code != Some(wanted) {
        let _ = writeln!(wrong, "{}: exit code {:?}, not {wanted}\n{}{}", case.name, ran.code, ran.out, ran.err);
        return;
    }
    for (part, text) in [("stdout", redact(&ran.out, &folder)), ("stderr", redact(&ran.err, &folder))] {
        if !blessing() && text != case.part(part) {
            let _ = writeln!(wrong, "{}: {part}\n{}", case.name, difference(case.part(part), &text));
        }
        case.set(part, text);
    }
}

fn judge_file(file: &str) {
    let path = root().join("tests/suite/cli").join(file);
    let mut cases = read(&fs::read_to_string(&path).unwrap());
    let mut wrong = String::new();
    for case in &mut cases {
        judge(case, &mut wrong);
    }
    if blessing() {
        fs::write(&path, write(&cases)).unwrap();
    }
    assert!(wrong.is_empty(), "{file} (ACIER_BLESS=1 rewrites it):\n{wrong}");
}

#[test]
fn configurations_that_are_wrong() {
    judge_file("mistakes/configuration.txt");
}

#[test]
fn configurations_that_terraform_ran_before() {
    judge_file("mistakes/existing.txt");
}

#[test]
fn built_in_kinds() {
    judge_file("mistakes/builtin.txt");
}

#[test]
fn provider_configurations() {
    judge_file("mistakes/providers.txt");
}

#[test]
fn command_lines_that_are_wrong() {
    judge_file("mistakes/command-line.txt");
}

#[test]
fn clouds_that_say_no() {
    judge_file("mistakes/cloud.txt");
}

#[test]
fn imports_that_go_wrong() {
    judge_file("mistakes/import.txt");
}

#[test]
fn groups_and_containers_that_are_not_there() {
    judge_file("mistakes/operating.txt");
}
