//! The same configuration put to acier and to Terraform, where that is on the path: all that both write
//! for machines is compared, member by member.
//!
//! Each folder of `tests/cases/twins` is a case; its file `script` says what is done, line by line:
//!
//! | line | meaning |
//! |---|---|
//! | `use FOLDER` | the files of that folder of the case are laid over those that are there |
//! | `plan OPTIONS` | the plan: its stream, and the document of `show -json` |
//! | `apply OPTIONS` | the same; it is carried out: the stream, and the documents of state and outputs |
//! | `fails plan`, `fails apply` | the same, where both must fail |
//! | `direct COMMAND` | a command whose stream is compared, without a saved plan |
//! | `validate` | the document of `validate -json` |
//! | `both COMMAND` | a command that both run, not compared |
//!
//! What differs on purpose is taken out in [`aside`], with the reason.

mod aside;
mod compare;
mod groups;
mod side;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use compare::{Kind, difference};
use side::Side;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/twins");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Both programs in a folder each.
struct Twins {
    theirs: Side,
    ours: Side,
    found: String,
}

impl Twins {
    fn both(&mut self, what: &str, kind: Kind, theirs: &[&str], ours: &[&str], fails: bool) {
        let told = self.theirs.run(theirs);
        let own = self.ours.run(ours);
        for (who, ran) in [("terraform", &told), ("acier", &own)] {
            if ran.failed != fails {
                self.found += &format!("## {what}: {who} ended with {}\n{}{}\n", ran.failed, ran.out, ran.err);
            }
        }
        let difference = difference(kind, &told.out, &own.out);
        if !difference.is_empty() {
            self.found += &format!("## {what} (- Terraform, + acier)\n{difference}\n");
        }
    }

    fn line(&mut self, case: &Path, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (fails, words) = match words.split_first() {
            Some((&"fails", rest)) => (true, rest),
            _ => (false, words.as_slice()),
        };
        let Some((command, options)) = words.split_first() else { return };
        let partial = options.iter().any(|option| option.starts_with("-target"));
        let stream = if partial { Kind::PartialStream } else { Kind::Stream };
        match *command {
            "use" => {
                for side in [&self.theirs, &self.ours] {
                    side.lay(&case.join(options[0]));
                }
                self.theirs.run(&["init", "-input=false"]);
            }
            "both" => {
                for side in [&self.theirs, &self.ours] {
                    let ran = side.run(options);
                    assert!(!ran.failed, "{line}: {}{}", ran.out, ran.err);
                }
            }
            "direct" => self.both(line, stream, options, options, fails),
            "validate" => {
                let failed = self.theirs.run(&["validate"]).failed;
                self.both(line, Kind::Findings, &["validate", "-json"], &["validate", "-json"], failed);
            }
            "plan" | "apply" => {
                let plan: Vec<&str> = ["plan", "-json", "-out=planned"].iter().chain(options).copied().collect();
                let broken = fails && *command == "plan";
                let kind = if broken { Kind::Broken } else { stream };
                self.both(&format!("{line}: plan"), kind, &plan, &plan, broken);
                if broken {
                    return;
                }
                let (theirs, ours) = (["show", "-json", "planned"], ["show", "-json", "-show-sensitive", "planned"]);
                self.both(&format!("{line}: plan document"), Kind::Plan, &theirs, &ours, false);
                if *command == "apply" {
                    let apply = ["apply", "-json", "planned"];
                    self.both(&format!("{line}: apply"), Kind::Stream, &apply, &apply, fails);
                    let (theirs, ours) = (["show", "-json"], ["show", "-json", "-show-sensitive"]);
                    self.both(&format!("{line}: state document"), Kind::State, &theirs, &ours, false);
                    let outputs = ["output", "-json"];
                    self.both(&format!("{line}: outputs"), Kind::Outputs, &outputs, &outputs, false);
                }
            }
            other => panic!("{other:?} stands in the script of {}", case.display()),
        }
    }
}

/// What differs in a case.
fn differences(case: &Path) -> String {
    let mut twins = Twins { theirs: Side::terraform(), ours: Side::acier(), found: String::new() };
    for line in fs::read_to_string(case.join("script")).unwrap().lines() {
        if !line.trim().is_empty() && !line.starts_with('#') {
            twins.line(case, line.trim());
        }
    }
    if twins.found.is_empty() { String::new() } else { format!("# {}\n{}", case.display(), twins.found) }
}

#[test]
fn documents_and_streams_are_those_of_terraform() {
    if !side::has_terraform() {
        writeln!(std::io::stderr(), "SKIPPED: terraform is not on the path; nothing was compared with it").unwrap();
        return;
    }
    let cases = cases();
    assert!(cases.len() >= 12, "the cases were not found");
    let found: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|case| scope.spawn(|| differences(case))).collect();
        running.into_iter().map(|running| running.join().unwrap()).collect()
    });
    let found = found.concat();
    assert!(found.is_empty(), "{found}");
}

#[test]
fn a_plan_has_a_time_of_its_own() {
    let side = Side::acier();
    let output = "output \"at\" {\n  value = plantimestamp()\n}\n";
    side.write("main.tf", &format!("resource \"terraform_data\" \"a\" {{\n  input = plantimestamp()\n}}\n{output}"));
    assert!(!side.run(&["plan", "-out=planned"]).failed);
    let read = |words: &[&str]| -> serde_json::Value { serde_json::from_str(&side.run(words).out).unwrap() };
    let plan = read(&["show", "-json", "planned"]);
    assert_eq!(plan["timestamp"], plan["output_changes"]["at"]["after"]);
    assert!(plan["timestamp"].is_string());
    assert!(!side.run(&["apply", "planned"]).failed);
    assert_eq!(read(&["output", "-json"])["at"]["value"], plan["timestamp"]);
}
