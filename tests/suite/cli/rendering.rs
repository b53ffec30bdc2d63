//! How changes of values are shown: what acier prints is what Terraform prints.
//!
//! The outputs of `tests/cases/rendering` change when its variable does; Terraform's own words about
//! them are recorded beside it, and asked for again where it is on the path. `ACIER_RECORD=1` records.

use std::path::Path;

use super::bench::Folder;

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rendering").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The part of a plan that tells outputs.
fn changes(plan: &str) -> String {
    let begins = plan.find("Changes to Outputs:").unwrap_or_else(|| panic!("no outputs change:\n{plan}"));
    let ends = plan[begins..].find("\nYou can apply").unwrap_or_else(|| panic!("it goes on:\n{plan}"));
    plan[begins..begins + ends].to_owned()
}

#[test]
fn changed_values_are_shown_as_terraform_shows_them() {
    let text = case("main.tf");
    let folder = Folder::with(&text);
    for (name, theirs) in terraforms(&text) {
        if std::env::var_os("ACIER_RECORD").is_some() {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rendering").join(name), &theirs)
                .unwrap();
        }
        assert_eq!(case(name), theirs, "what was recorded is not what Terraform says");
    }
    folder.run("apply -auto-approve").exits(0);
    assert_eq!(folder.run("show").exits(0).out, case("show.txt"));
    assert_eq!(changes(&folder.run("plan -var v=1").exits(0).out), case("plan.txt"));
    assert_eq!(folder.run("apply -auto-approve -var v=1").exits(0).out.matches("Outputs:").count(), 2);
    folder.run("plan -var v=1").exits(0).says("No changes.");
}

/// What Terraform says of the change, and of the state before it; nothing if it is not there.
fn terraforms(text: &str) -> Vec<(&'static str, String)> {
    let folder = Folder::with(text);
    if !crate::judge::is_here("its rendering was not compared") {
        return Vec::new();
    }
    let run = |words: &[&str]| crate::judge::terraform().current_dir(folder.path()).args(words).output();
    assert!(run(&["init"]).unwrap().status.success());
    assert!(run(&["apply", "-auto-approve"]).unwrap().status.success());
    let told = |words: &[&str]| String::from_utf8(run(words).unwrap().stdout).unwrap();
    let plan = changes(&told(&["plan", "-no-color", "-var", "v=1"]));
    vec![("plan.txt", plan), ("show.txt", told(&["show", "-no-color"]))]
}
