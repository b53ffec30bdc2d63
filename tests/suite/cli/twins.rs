//! The same configuration run by Terraform itself, when it is on the path: what both write for
//! machines is compared member by member.
//!
//! Only `terraform_data` is at hand without a network. Identifiers are masked; what is left out of
//! the comparison is named in [`lay_aside`].

use std::io::Write;
use std::process::Command;

use regex::Regex;
use serde_json::{Map, Value};

use super::bench::Folder;

const FIRST: &str = r#"
variable "name" {
  type        = string
  default     = "n"
  description = "the name"
}

variable "secret" {
  default   = "hush"
  sensitive = true
}

variable "shape" {
  type    = object({ a = string, b = optional(number, 3) })
  default = { a = "x" }
}

locals {
  long  = "${var.name}-x"
  whole = terraform_data.a
}

resource "terraform_data" "a" {
  input = { name = var.name, list = [1, 2.5, true, null], "odd key" = "<&>" }
}

resource "terraform_data" "b" {
  count            = 2
  input            = terraform_data.a.output.name
  triggers_replace = [local.long, count.index]
  depends_on       = [terraform_data.a]

  lifecycle {
    create_before_destroy = true
  }
}

resource "terraform_data" "c" {
  for_each         = toset(["k1", "k2"])
  input            = each.key
  triggers_replace = "x-${1 + 2}"
}

resource "terraform_data" "d" {
  input = [local.whole, terraform_data.b[*].id, terraform_data.b[0].output, upper("q")]
}

output "id" {
  value = terraform_data.a.id
}

output "secret" {
  value       = var.secret
  sensitive   = true
  description = "hidden"
}

output "shape" {
  value = var.shape
}

output "part" {
  value = [var.name, terraform_data.a.id]
}
"#;

/// Another text for the same folder: a key goes and one comes, a trigger changes, an output changes.
fn second() -> String {
    FIRST.replace("\"k2\"", "\"k3\"").replace("default     = \"n\"", "default = \"m\"")
}

struct Twin {
    folder: Folder,
    ids: Regex,
    times: Regex,
}

impl Twin {
    /// Nothing where Terraform is not on the path.
    fn new() -> Option<Twin> {
        if Command::new("terraform").arg("version").output().is_err() {
            let mut out = std::io::stderr();
            writeln!(out, "SKIPPED: terraform is not on the path; its documents were not compared").unwrap();
            return None;
        }
        let folder = Folder::with(FIRST);
        folder.write("rc", "disable_checkpoint = true\n");
        let ids = Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
        let times = Regex::new("( after |\"elapsed_seconds\":)[0-9]+").unwrap();
        Some(Twin { folder, ids, times })
    }

    fn terraform(&self, line: &str) -> String {
        let output = Command::new("terraform")
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("rc"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "terraform {line}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    fn acier(&self, line: &str) -> String {
        self.folder.run(line).exits(0).quiet().out
    }

    fn read(&self, text: &str) -> Value {
        let text = &self.times.replace_all(text, "${1}0");
        serde_json::from_str(&self.ids.replace_all(text, "ID")).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// One line of both gives the same document.
    fn same(&self, terraform: &str, acier: &str) {
        let theirs = lay_aside(self.read(&self.terraform(terraform)));
        let ours = lay_aside(self.read(&self.acier(acier)));
        assert_same(&theirs, &ours, acier);
    }

    /// One line of both gives the same stream, in whatever order the steps went.
    fn same_stream(&self, line: &str) {
        let lines = |text: &str| {
            let mut lines: Vec<String> =
                text.lines().skip(1).map(|line| lay_aside(self.read(line)).to_string()).collect();
            lines.sort();
            lines
        };
        let (theirs, ours) = (lines(&self.terraform(line)), lines(&self.acier(line)));
        let text = similar::TextDiff::from_slices(
            &theirs.iter().map(String::as_str).collect::<Vec<_>>(),
            &ours.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{}\n", change.tag(), change.value()))
        .collect::<String>();
        assert!(theirs == ours, "{line}: - Terraform, + acier\n{text}");
    }
}

/// Takes out what differs on purpose: times, what acier adds, the order of a set, and output values
/// that Terraform counts among the prior state although only this plan has found them out.
fn lay_aside(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        for name in ["timestamp", "@timestamp", "@module"] {
            members.remove(name);
        }
        if let Some(prior) = members.get_mut("prior_state").and_then(Value::as_object_mut) {
            let empty = prior.get("values").is_none_or(|values| values["root_module"] == Value::Object(Map::new()));
            if empty {
                prior.remove("values");
                prior.remove("terraform_version");
            }
            if let Some(values) = prior.get_mut("values").and_then(Value::as_object_mut) {
                values.remove("outputs");
            }
        }
        if let Some(Value::Array(relevant)) = members.get_mut("relevant_attributes") {
            relevant.sort_by_key(Value::to_string);
        }
        if let Some(Value::Array(changes)) = members.get_mut("resource_changes") {
            changes.iter_mut().filter_map(Value::as_object_mut).for_each(|change| {
                change.remove("acier");
            });
        }
    }
    sorted(document)
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(members) => Value::Array(members.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn assert_same(theirs: &Value, ours: &Value, what: &str) {
    let (theirs, ours) = (format!("{theirs:#}"), format!("{ours:#}"));
    let text = similar::TextDiff::from_lines(&theirs, &ours);
    assert!(theirs == ours, "{what}: - Terraform, + acier\n{}", text.unified_diff().context_radius(4));
}

#[test]
fn documents_are_those_of_terraform() {
    let Some(twin) = Twin::new() else { return };
    twin.terraform("init");
    for text in [FIRST.to_owned(), second()] {
        twin.folder.write("main.tf", &text);
        twin.terraform("plan -out=theirs");
        twin.acier("plan -out=ours");
        twin.same("show -json theirs", "show -json -show-sensitive ours");
        twin.terraform("apply theirs");
        twin.acier("apply ours");
        twin.same("show -json", "show -json -show-sensitive");
        twin.same("output -json", "output -json");
    }
    twin.terraform("plan -destroy -out=theirs");
    twin.acier("plan -destroy -out=ours");
    twin.same("show -json theirs", "show -json -show-sensitive ours");
}

#[test]
fn streams_are_those_of_terraform() {
    let Some(twin) = Twin::new() else { return };
    twin.terraform("init");
    twin.same_stream("plan -json");
    twin.same_stream("apply -json -auto-approve");
    twin.folder.write("main.tf", second());
    twin.same_stream("plan -json -replace=terraform_data.d");
    twin.same_stream("apply -json -auto-approve");
    twin.same_stream("plan -json -refresh-only");
    twin.same_stream("destroy -json -auto-approve");
}

#[test]
fn findings_are_told_where_terraform_tells_them() {
    let Some(twin) = Twin::new() else { return };
    twin.terraform("init");
    let run = |words: &[&str]| {
        let mut command = Command::new(words[0]);
        let output = command.args(&words[1..]).current_dir(twin.folder.path());
        output.env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", twin.folder.path().join("rc")).output().unwrap()
    };
    let places = |document: &Value| {
        let mut found: Vec<Value> = document["diagnostics"].as_array().unwrap().clone();
        for finding in &mut found {
            let finding = finding.as_object_mut().unwrap();
            // The words are the business of other tests.
            finding.remove("detail");
            finding["snippet"].as_object_mut().unwrap().remove("function_call");
        }
        sorted(Value::Array(found))
    };
    for wrong in ["é = \"añ👩‍👩‍👧 ${upper(1, 2)}\"", "more = [\n    1,\n    var.nope,\n  ]", "e\u{301} = local.none"]
    {
        twin.folder.write("main.tf", format!("{FIRST}\nlocals {{\n  {wrong}\n}}\n"));
        let theirs = twin.read(&String::from_utf8(run(&["terraform", "validate", "-json"]).stdout).unwrap());
        let ours = twin.read(&twin.folder.run("validate -json").exits(1).quiet().out);
        assert_eq!(theirs["error_count"], 1, "{theirs:#}");
        assert_same(&places(&theirs), &places(&ours), "validate -json");
    }
}
