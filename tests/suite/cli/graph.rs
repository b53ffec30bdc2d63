//! `acier graph` in its three forms, of configurations and of plans.

use super::bench::{Folder, golden};

const CHAIN: &str = r#"
variable "n" {
  default = 2
}
locals {
  x = var.n + 1
}
resource "terraform_data" "b" {
  count = var.n
  input = terraform_data.a.output
}
resource "terraform_data" "a" {
  input = local.x
}
resource "terraform_data" "c" {
  input = [terraform_data.a.id, terraform_data.b[0].id, local.x]
}
resource "terraform_data" "alone" {}
output "z" {
  value = terraform_data.c.output
}
"#;

#[test]
fn the_quickstart_is_drawn() {
    let folder = Folder::example("01-quickstart");
    for (options, file) in [
        ("", "quickstart.dot"),
        ("-type=plan", "quickstart-all.dot"),
        ("-type=plan -format=mermaid", "quickstart-all.mermaid"),
        ("-format=svg", "quickstart.svg"),
    ] {
        golden(&format!("golden/graph/{file}"), &folder.run(&format!("graph {options}")).exits(0).quiet().out);
    }
}

#[test]
fn plans_are_coloured_by_what_happens() {
    let folder = Folder::with(CHAIN);
    folder.run("apply -auto-approve").exits(0);
    folder.write("main.tf", CHAIN.replace("default = 2", "default = 1").replace("\"alone\" {}", "\"other\" {}"));
    folder.run("plan -out=saved").exits(0);
    golden("golden/graph/objects.dot", &folder.run("graph -plan=saved").exits(0).quiet().out);
    golden("golden/graph/steps.mermaid", &folder.run("graph -plan=saved -type=apply -format=mermaid").exits(0).out);
    let svg = folder.run("graph -plan=saved -format=svg").exits(0).quiet();
    svg.says("2 to destroy")
        .says(">delete</text>")
        .says(">update</text>")
        .says("<title>terraform_data.other: create</title>");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = Folder::with(CHAIN);
    for (line, told) in [
        ("graph -type=apply", "A saved plan is needed"),
        ("graph -type=plan-destroy", "A saved plan is needed"),
        ("graph -type=validate", "The graph type \"validate\" does not exist"),
        ("graph -type=plan -plan=x", "Options contradict each other"),
        ("graph -draw-cycles", "-draw-cycles is not supported"),
        ("graph -format=png", "The value \"png\" does not fit"),
    ] {
        folder.run(line).exits(64).complains(told);
    }
    folder.run("graph -plan=nowhere").exits(1).complains("as a plan file");
    folder.write("main.tf", "variable \"x\" {}\n");
    folder.run("graph").exits(0).says("does not contain any resources");
}

#[test]
fn the_form_is_terraforms() {
    let folder = Folder::with(CHAIN);
    let ours = folder.run("graph").exits(0).quiet().out;
    if !crate::judge::is_here("its graph was not compared") {
        return;
    }
    let run = |word: &str| crate::judge::terraform().current_dir(folder.path()).arg(word).output();
    let first = run("init").unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let theirs = String::from_utf8(run("graph").unwrap().stdout).unwrap();
    assert_eq!(ours.trim_end(), theirs.trim_end());
}
