//! Values as deep as the language takes them: planned, stored, saved, shown, and refused in time.

use super::bench::Folder;

/// `[[[...]]]`
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn folder(levels: usize) -> Folder {
    let value = nested(levels);
    Folder::with(&format!(
        "variable \"secret\" {{\n  default = \"s\"\n}}\nresource \"terraform_data\" \"deep\" {{\n  input = {value}\n}}\n\
         output \"deep\" {{\n  value = terraform_data.deep.output\n}}\n\
         output \"sealed\" {{\n  value     = sensitive({value})\n  sensitive = true\n}}\n"
    ))
}

#[test]
fn two_thousand_levels_are_kept() {
    let levels = 2_000;
    let folder = folder(levels);
    folder.run("validate").exits(0);
    folder.run("plan -out=saved").exits(0).quiet();
    folder.run("show saved").exits(0).quiet();
    folder.run("apply saved").exits(0).quiet().says("Resources: 1 added");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    for line in ["output -json deep", "output -json sealed"] {
        assert_eq!(folder.run(line).exits(0).quiet().out.trim(), nested(levels));
    }
    for line in ["show", "state show terraform_data.deep"] {
        folder.run(line).exits(0).quiet();
    }
    // The index and the snapshots may go: the log alone says the same.
    std::fs::remove_dir_all(folder.path().join("state/index")).unwrap();
    folder.run("plan -detailed-exitcode").exits(0);
    folder.run("destroy -auto-approve").exits(0).says("1 destroyed");
}

#[test]
fn what_is_deeper_than_the_state_can_hold_is_refused_by_the_plan() {
    let inner = nested(3_000);
    let folder = Folder::with(&format!(
        "locals {{\n  one = {inner}\n  two = {}local.one{}\n}}\nresource \"terraform_data\" \"deep\" {{\n  input = \
         local.two\n}}\noutput \"deep\" {{\n  value = local.two\n}}\n",
        "[".repeat(2_000),
        "]".repeat(2_000)
    ));
    let refused = folder.run("apply -auto-approve").exits(1);
    let said = "terraform_data.deep has a value that is nested more than 4096 levels deep";
    let refused = refused.complains(said).complains("The output \"deep\" has a value");
    assert_eq!(refused.err.matches("Value nested too deeply").count(), 2);
    assert!(folder.files("state/log").is_empty(), "something was written");
}
