//! Configurations with mistakes, before two judges: `tests/cases/faulty/*.txt`.
//!
//! A case begins with `=== name` and is a `main.tf`. `--- terraform` are the summaries of the errors
//! that Terraform 1.11.4 finds in a plan, each once; `ACIER_RECORD=1` asks for those that are
//! missing, `ACIER_RECORD=all` for all. `--- acier` is all that `acier plan` says; `ACIER_BLESS=1`
//! rewrites it. acier must find fault too, and only in what Terraform finds fault with, unless the
//! table of differences says why.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use super::bench::{Folder, blessing};
use crate::expr::theirs;

/// Where acier's summaries are others than Terraform's, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("a cycle of locals", "a cycle names its members in the order in which they stand, without the steps within"),
    ("a cycle of resources", "a cycle names its members in the order in which they stand"),
    ("five things at once", "a wrong default does not hide what else is wrong"),
];

#[derive(Default)]
struct Case {
    name: String,
    config: String,
    terraform: Option<String>,
    acier: String,
}

struct File {
    path: PathBuf,
    head: String,
    cases: Vec<Case>,
}

fn files() -> Vec<File> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/faulty");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> File {
    let text = std::fs::read_to_string(&path).unwrap();
    let (mut head, mut cases) = (String::new(), Vec::<Case>::new());
    let mut part = 0;
    for line in text.lines() {
        match (line.strip_prefix("=== "), line, cases.last_mut()) {
            (Some(name), ..) => {
                cases.push(Case { name: name.into(), ..Case::default() });
                part = 0;
            }
            (None, "--- terraform", Some(case)) => {
                case.terraform = Some(String::new());
                part = 1;
            }
            (None, "--- acier", Some(_)) => part = 2,
            (None, line, None) => writeln!(head, "{line}").unwrap(),
            (None, line, Some(case)) => {
                let text = match part {
                    0 => &mut case.config,
                    1 => case.terraform.as_mut().unwrap(),
                    _ => &mut case.acier,
                };
                writeln!(text, "{line}").unwrap();
            }
        }
    }
    File { path, head, cases }
}

fn write(file: &File) {
    let mut out = file.head.clone();
    for case in &file.cases {
        write!(out, "=== {}\n{}", case.name, case.config).unwrap();
        if let Some(terraform) = &case.terraform {
            write!(out, "--- terraform\n{terraform}").unwrap();
        }
        write!(out, "--- acier\n{}", case.acier).unwrap();
    }
    std::fs::write(&file.path, out).unwrap();
}

fn acier(case: &Case) -> String {
    let folder = Folder::new();
    folder.write("main.tf", &case.config);
    let ran = folder.run("plan -input=false");
    assert_ne!(ran.code, Some(0), "{}: acier finds nothing wrong\n{}", case.name, ran.out);
    let said = format!("{}{}", ran.out, ran.err);
    said.lines().fold(String::new(), |mut out, line| {
        writeln!(out, "{}", line.trim_end()).unwrap();
        out
    })
}

/// The summaries of the errors in acier's output.
fn summaries(said: &str) -> BTreeSet<&str> {
    said.lines().filter_map(|line| line.strip_prefix("│ Error: ")).collect()
}

#[test]
fn mistakes_are_told_whole_and_are_those_that_terraform_finds() {
    let record = std::env::var_os("ACIER_RECORD");
    let mut wrong = String::new();
    for mut file in files() {
        for case in &mut file.cases {
            let said = acier(case);
            if blessing() {
                case.acier.clone_from(&said);
            } else if said != case.acier {
                writeln!(wrong, "{}: acier says\n{said}expected\n{}", case.name, case.acier).unwrap();
            }
            if let Some(which) = &record
                && (case.terraform.is_none() || which == "all")
            {
                case.terraform = Some(theirs::summaries(&case.config));
            }
            let theirs: BTreeSet<&str> = case.terraform.as_deref().unwrap_or_default().lines().collect();
            let ours = summaries(&said);
            let explained = DIFFERENT.iter().any(|(name, _)| *name == case.name);
            if !explained && (ours.is_empty() || !ours.is_subset(&theirs)) {
                writeln!(wrong, "{}\n    acier {ours:?}\n    terraform {theirs:?}", case.name).unwrap();
            }
        }
        if blessing() || record.is_some() {
            write(&file);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
