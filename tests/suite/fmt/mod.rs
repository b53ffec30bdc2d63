//! `acier fmt` writes the bytes that `terraform fmt` writes.
//!
//! Each case is two files: what is given and what Terraform 1.11.4 made of it. Beside them, drawn
//! configurations go through both programs where a `terraform` is on the path.

pub(crate) mod draw;

use std::fs;
use std::path::{Path, PathBuf};

use acier::diag::Sources;
use acier::lang::fmt::format;

fn formatted(name: &str, text: &str) -> Result<String, String> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    format(&sources, file).map_err(|found| format!("{name}: {found:?}\n{text}"))
}

fn cases() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/fmt/cases");
    let mut given: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    given.retain(|path| path.to_str().unwrap().ends_with(".given.tf"));
    given.sort();
    assert!(given.len() > 8, "the cases were not found");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let wanted = |path: &Path| PathBuf::from(path.to_str().unwrap().replace(".given.tf", ".wanted.tf"));
    given
        .iter()
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), read(path), read(&wanted(path))))
        .collect()
}

#[test]
fn every_case_comes_out_as_terraform_writes_it() {
    for (name, given, wanted) in cases() {
        assert_eq!(formatted(&name, &given).unwrap(), wanted, "{name}");
        assert_eq!(formatted(&name, &wanted).unwrap(), wanted, "{name}, formatted already");
    }
}

#[test]
fn what_is_formatted_stays_as_it_is() {
    for seed in 0..400 {
        let text = draw::configuration(seed);
        let once = formatted("drawn.tf", &text).unwrap();
        // Two texts of Terraform's own rules need a second pass; a third changes nothing.
        let twice = formatted("drawn.tf", &once).unwrap();
        assert_eq!(formatted("drawn.tf", &twice).unwrap(), twice, "seed {seed}:\n{text}");
    }
}

#[test]
fn a_syntax_error_is_refused() {
    for text in ["a = \n", "a {\n", "a = [1\n", "a = \"${b\"\n", "a = <<E\nx\n", "= 1\n", "a = 1 2\n", "a = 1 .0\n"] {
        assert!(formatted("broken.tf", text).is_err(), "{text}");
    }
}

#[test]
fn terraform_writes_the_same_bytes() {
    if !crate::judge::is_here("its formatting was not compared") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut all: Vec<(String, String)> = cases().into_iter().map(|(name, given, _)| (name, given)).collect();
    all.extend((0..600).map(|seed| (format!("drawn-{seed:04}.tf"), draw::configuration(seed))));
    for (name, text) in &all {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let rc = folder.path().join("rc");
    fs::write(&rc, "disable_checkpoint = true\n").unwrap();
    let ran = crate::judge::terraform().arg("fmt").current_dir(folder.path()).env("TF_CLI_CONFIG_FILE", rc).output();
    assert!(ran.unwrap().status.success(), "Terraform reads every file that is drawn");
    for (name, text) in &all {
        let theirs = fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(formatted(name, text).unwrap(), theirs, "{name}:\n{text}");
    }
}
