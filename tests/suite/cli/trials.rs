//! `acier test`: files of tests, what they report, and how they end.

use std::io::Read as _;
use std::process::Stdio;

use wait4::Wait4 as _;

use super::bench::{Folder, golden, redact, root};

const MAIN: &str = r#"
variable "name" {
  type = string
  validation {
    condition     = length(var.name) < 8
    error_message = "The name ${var.name} is too long."
  }
}
variable "bad" {
  default = false
}
variable "n" {
  default = 1
}
resource "terraform_data" "a" {
  count = var.n
  input = var.name
  lifecycle {
    precondition {
      condition     = !var.bad
      error_message = "pre ${count.index}"
    }
    postcondition {
      condition     = self.output != "post"
      error_message = "post"
    }
  }
}
output "full" {
  value = join(",", terraform_data.a[*].output)
  precondition {
    condition     = var.name != "outbad"
    error_message = "out"
  }
}
"#;

const GOOD: &str = r#"
variables {
  name = "a"
}
run "expected" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "much too long"
  }
}
run "setup" {
  module {
    source = "./setup"
  }
}
run "applied" {
  variables {
    name = "${var.name}-${run.setup.x}"
    n    = 2
  }
  assert {
    condition     = output.full == "a-s,a-s" && length(terraform_data.a) == var.n
    error_message = "It is ${output.full}."
  }
}
run "kept" {
  command = plan
  variables {
    name = "a-s"
    n    = 2
  }
  assert {
    condition     = terraform_data.a[1].output == "a-s"
    error_message = "What was made is not there."
  }
}
run "afterwards" {
  variables {
    name = "post"
  }
  expect_failures = [terraform_data.a[0]]
}
"#;

const BAD: &str = r#"
variables {
  name = "a"
}
run "wrong" {
  assert {
    condition     = output.full == "b" || var.n == 3
    error_message = "It is ${output.full}."
  }
  assert {
    condition     = terraform_data.a[0].input == "a"
    error_message = "This holds."
  }
}
run "too_early" {
  command         = plan
  expect_failures = [output.full]
  variables {
    n = 3
  }
}
run "never" {}
"#;

fn bench() -> Folder {
    let folder = Folder::with(MAIN);
    folder.write("setup/main.tf", "output \"x\" {\n  value = \"s\"\n}\n");
    folder
}

#[test]
fn runs_pass_in_their_order_and_leave_nothing_behind() {
    let folder = bench();
    folder.write("tests/good.tftest.hcl", GOOD);
    let before = folder.files("");
    let ran = folder.run("test").exits(0).quiet();
    assert_eq!(
        ran.out,
        "tests/good.tftest.hcl... in progress\n  run \"expected\"... pass\n  run \"setup\"... pass\n  run \"applied\"... \
         pass\n  run \"kept\"... pass\n  run \"afterwards\"... pass\ntests/good.tftest.hcl... tearing \
         down\ntests/good.tftest.hcl... pass\n\nSuccess! 5 passed, 0 failed.\n"
    );
    assert_eq!(folder.files(""), before, "nothing is written");
    folder
        .run("test -verbose")
        .exits(0)
        .says("resource \"terraform_data\" \"a\" {")
        .says("No changes.")
        .says("x = \"s\"");
}

#[test]
fn failures_are_told_to_people_and_to_machines() {
    let folder = bench();
    folder.write("bad.tftest.hcl", BAD);
    folder.write("tests/good.tftest.hcl", GOOD);
    let ran = folder.run("test -junit-xml=report.xml -filter=bad.tftest.hcl").exits(1);
    golden("golden/trials/failures.txt", &format!("{}\n{}", ran.out, ran.err));
    let report = std::fs::read_to_string(folder.path().join("report.xml")).unwrap();
    let report = regex::Regex::new("time=\"[0-9.]+\"").unwrap().replace_all(&report, "time=\"[TIME]\"").into_owned();
    golden("golden/trials/report.xml", &redact(&report, &folder));
    let json = folder.run("test -json").exits(1);
    let lines: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[..4], ["version", "test_abstract", "test_file", "test_run"]);
    let summary = lines.last().unwrap();
    assert_eq!(summary["test_summary"]["status"], "error");
    assert_eq!(summary["test_summary"]["passed"], 5);
    assert_eq!(summary["test_summary"]["failed"], 1);
    assert_eq!(summary["test_summary"]["skipped"], 1);
    let told = lines.iter().find(|line| line["type"] == "diagnostic").unwrap();
    assert_eq!((&told["@testfile"], &told["@testrun"]), (&"bad.tftest.hcl".into(), &"wrong".into()));
}

#[test]
fn what_cannot_be_run_is_named() {
    let cases = [
        ("mock_provider \"azurerm\" {\n  foo {}\n}\n", "Blocks of type \"foo\" are not expected here"),
        ("provider \"azurerm\" {}\nmock_provider \"azurerm\" {}\n", "Duplicate provider block"),
        ("run \"a\" {}\nrun \"a\" {}\n", "Duplicate \"run\" block names"),
        ("run \"a\" {\n  command = destroy\n}\n", "Invalid \"command\" keyword"),
        ("run \"a\" {\n  parallel = true\n}\n", "Unsupported argument"),
        ("run \"a\" {\n  plan_options {\n    mode = destroy\n  }\n}\n", "Invalid \"mode\" keyword"),
        (
            "run \"a\" {\n  plan_options {\n    mode    = refresh-only\n    refresh = false\n  }\n}\n",
            "Incompatible plan options",
        ),
        ("run \"a\" {\n  expect_failures = [local.x]\n}\n", "Invalid `expect_failures` reference"),
        ("run \"a\" {\n  module {\n    source = \"./nowhere\"\n  }\n}\n", "Unreadable module directory"),
        (
            "run \"a\" {\n  module {\n    source = \"git::https://x.example/y.git\"\n  }\n}\n",
            "Invalid module source address",
        ),
        (
            "run \"a\" {\n  assert {\n    condition     = true\n    error_message = \"\"\n  }\n}\n",
            "Invalid assert expression",
        ),
        ("run \"a\" {}\n", "No value for required variable"),
        ("run \"a\" {\n  variables {\n    name = run.b.x\n  }\n}\n", "Reference to unknown run block"),
        (
            "variables {\n  name = \"a\"\n}\nrun \"a\" {\n  assert {\n    condition     = output.ful == 1\n    error_message \
             = \"x\"\n  }\n}\n",
            "Did you mean \"full\"?",
        ),
        (
            "variables {\n  name = \"a\"\n}\nrun \"a\" {\n  assert {\n    condition     = local.nope == 1\n    error_message \
             = \"x\"\n  }\n}\n",
            "Reference to undeclared local value",
        ),
        (
            "variables {\n  name = \"outbad\"\n}\nrun \"a\" {\n  expect_failures = [output.full]\n}\n",
            "Expected failure while planning",
        ),
    ];
    let folder = bench();
    for (text, told) in cases {
        folder.write("a.tftest.hcl", text);
        folder.run("test").exits(1).complains(told);
    }
    folder.run("test -filter=b.tftest.hcl").exits(1).complains("Unknown test file").complains("a.tftest.hcl");
    folder.run("test -cloud-run=x").exits(64).complains("-cloud-run is not supported");
    folder.write("main.tf", "resource \"nope\" {}\n");
    folder.run("test").exits(1).complains("main.tf line 1");
}

#[test]
fn targets_replacements_and_values_from_everywhere_count() {
    let folder = bench();
    folder.write("terraform.tfvars", "name = \"t\"\n");
    folder.write(
        "a.tftest.hcl",
        r#"
run "file" {
  assert {
    condition     = output.full == var.name && var.name == "t"
    error_message = "It is ${var.name}."
  }
}
run "replaced" {
  plan_options {
    replace = [terraform_data.a[0]]
  }
  assert {
    condition     = length(terraform_data.a[0].id) == 36
    error_message = "There is no new object."
  }
}
run "refreshed" {
  plan_options {
    mode = refresh-only
  }
  variables {
    name = "other"
  }
  assert {
    condition     = terraform_data.a[0].output == "t"
    error_message = "Refreshing changed something."
  }
}
"#,
    );
    folder.run("test").exits(0).says("3 passed");
    folder.run("test -var name=u").exits(1).complains("It is u.");
}

#[test]
fn checks_fail_a_test_unless_it_expects_them() {
    let folder = Folder::with(&format!(
        "{MAIN}check \"few\" {{\n  assert {{\n    condition     = length(terraform_data.a) < 3\n    error_message = \"many\"\n  \
         }}\n}}\n"
    ));
    let file = |expected: &str| {
        format!(
            "variables {{\n  name = \"a\"\n}}\nrun \"plan\" {{\n  command = plan\n  variables {{\n    n = 3\n  }}\n{expected}}}\nrun \
             \"apply\" {{\n  variables {{\n    n = 3\n  }}\n{expected}}}\nrun \"again\" {{\n  variables {{\n    n = 3\n  }}\n{expected}}}\n"
        )
    };
    folder.write("a.tftest.hcl", file("  expect_failures = [check.few]\n"));
    folder.run("test").exits(0).quiet().says("3 passed");
    folder.write("a.tftest.hcl", file(""));
    let ran = folder.run("test").exits(1).complains("Error: Check block assertion failed").says("1 failed, 2 skipped");
    assert_eq!(ran.err.matches("Check block assertion failed").count(), 1, "{}", ran.err);
    folder.write("a.tftest.hcl", file("  expect_failures = [check.few]\n").replace("n = 3", "n = 1"));
    folder.run("test").exits(1).complains("check.few, was expected to report an error but did not");
}

#[test]
fn what_a_check_cannot_read_fails_a_test_once() {
    let folder = Folder::with(
        "check \"there\" {\n  data \"terraform_remote_state\" \"other\" {\n    backend = \"local\"\n    config  = { path = \
         \"none.tfstate\" }\n  }\n  assert {\n    condition     = data.terraform_remote_state.other.outputs.x == \
         1\n    error_message = \"no\"\n  }\n}\nresource \"terraform_data\" \"a\" {}\n",
    );
    for command in ["plan", "apply"] {
        folder.write("a.tftest.hcl", format!("run \"only\" {{\n  command = {command}\n}}\n"));
        let ran = folder.run("test").exits(1).says("1 failed").complains("there is no file none.tfstate");
        assert_eq!(ran.err.matches("there is no file").count(), 1, "{}", ran.err);
        assert!(ran.err.contains("on main.tf line 2"), "{}", ran.err);
    }
}

const CLOUDY: &str = r#"
provider "azurerm" {
  features {}
}
provider "azurerm" {
  alias           = "west"
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}
variable "location" {
  default = "West Europe"
}
data "azurerm_resource_group" "hub" {
  name = "hub"
}
resource "azurerm_container_group" "web" {
  name                = "web"
  location            = var.location
  resource_group_name = data.azurerm_resource_group.hub.name
  os_type             = "Linux"
  container {
    name   = "web"
    image  = "nginx"
    cpu    = 1
    memory = 1
    ports {
      port = 80
    }
  }
}
resource "azurerm_resource_group" "west" {
  provider = azurerm.west
  name     = "west"
  location = "westeurope"
}
output "fqdn" {
  value = azurerm_container_group.web.fqdn
}
output "id" {
  value = azurerm_container_group.web.id
}
output "west" {
  value = azurerm_resource_group.west.id
}
"#;

/// There is no group "hub" in the emulator, so that whatever is asked of it fails.
#[test]
fn nothing_is_asked_of_a_cloud_that_has_a_stand_in() {
    let folder = Folder::with(CLOUDY);
    folder.write("real.tftest.hcl", "run \"real\" {}\n");
    folder.run("test").exits(1).complains("The azurerm_resource_group \"hub\" was not found.");
    folder.write(
        "real.tftest.hcl",
        r#"
mock_provider "azurerm" {
  mock_resource "azurerm_container_group" {
    defaults = {
      fqdn = "web.example"
    }
  }
  mock_data "azurerm_resource_group" {
    defaults = {
      location = "nowhere"
    }
  }
}
run "made" {
  assert {
    condition     = output.fqdn == "web.example" && length(output.id) == 8 && length(azurerm_container_group.web.ip_address) == 8
    error_message = "Given and made up: ${output.fqdn} ${output.id}."
  }
  assert {
    condition     = data.azurerm_resource_group.hub.location == "nowhere" && azurerm_container_group.web.location == "West Europe"
    error_message = "A made-up provider changes nothing that is asked for."
  }
  assert {
    condition     = length(azurerm_container_group.web.exposed_port) == 0 && length(azurerm_container_group.web.container[0].volume) == 0
    error_message = "Collections are empty."
  }
  assert {
    condition     = strcontains(output.west, "/subscriptions/11111111-1111-1111-1111-111111111111/")
    error_message = "The other configuration is emulated: ${output.west}."
  }
}
run "moved" {
  variables {
    location = "East US"
  }
  assert {
    condition     = output.id == run.made.id && azurerm_container_group.web.location == "East US"
    error_message = "What only the provider knows to be impossible is done."
  }
}
"#,
    );
    folder.run("test").exits(0).quiet().says("2 passed");
    folder.write(
        "real.tftest.hcl",
        r#"
override_data {
  target = data.azurerm_resource_group.hub
  values = {
    location = "westeurope"
  }
}
override_resource {
  target          = azurerm_container_group.web
  override_during = plan
  values = {
    id   = "given"
    fqdn = "over.example"
  }
}
provider "azurerm" {
  alias           = "west"
  subscription_id = "22222222-2222-2222-2222-222222222222"
  features {}
}
run "planned" {
  command = plan
  assert {
    condition     = output.id == "given" && output.fqdn == "over.example"
    error_message = "It is known while planning."
  }
}
run "made" {
  assert {
    condition     = strcontains(output.west, "/subscriptions/22222222-2222-2222-2222-222222222222/")
    error_message = "The provider block of the test goes before that of the configuration: ${output.west}."
  }
}
"#,
    );
    folder.run("test").exits(0).quiet().says("2 passed");
}

/// Beside the values that took part, the places in which two large ones differ.
#[test]
fn sides_that_are_not_equal_are_compared() {
    let folder = Folder::with(
        r#"
resource "terraform_data" "a" {
  input = { list = tolist(["a", "b"]), tuple = [1, 2, 3], text = "t", set = toset(["x", "y"]), deep = { here = [{ n = 1 }] } }
}
output "all" {
  value = terraform_data.a.output
}
output "secret" {
  value     = { a = "hush" }
  sensitive = true
}
"#,
    );
    let told = |condition: &str| {
        folder.write(
            "a.tftest.hcl",
            format!(
                "run \"a\" {{\n  assert {{\n    condition     = {condition}\n    error_message = \"no\"\n  }}\n}}\n"
            ),
        );
        let said = folder.run("test").exits(1);
        let lines = said.err.lines().filter_map(|line| line.split_once("│ == "));
        lines.map(|(_, line)| line.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("output.all.tuple == [1, 4, 3, 5]"), ["differs: 3 and 4 elements", "differs at [1]: 2 and 4"]);
    assert_eq!(
        told("(output.all.list == [\"a\", \"b\"])"),
        ["differs: list of string and tuple are never equal; convert one of them"]
    );
    assert_eq!(
        told("output.all.deep == { here = [{ n = 2 }], more = true }"),
        ["differs at [\"here\"][0][\"n\"]: 1 and 2", "differs at [\"more\"]: only on the right side"]
    );
    assert_eq!(
        told("output.all.set == toset([\"y\", \"z\"])"),
        ["differs: \"x\" only on the left side", "differs: \"z\" only on the right side"]
    );
    assert_eq!(told("output.all.text == \"other\""), [""; 0]);
    assert_eq!(told("output.secret == { a = \"x\" }"), [""; 0]);
}

/// A job of an hour takes no time: the clock of the emulated cloud jumps to what is waited for.
#[test]
fn emulated_time_is_not_waited_for() {
    let folder = Folder::example("06-job");
    let text = std::fs::read_to_string(folder.path().join("main.tf")).unwrap();
    folder.write("main.tf", text.replace("sleep 1;", "sleep 1500;"));
    let ran = folder.run("test").exits(0).says("2 passed");
    assert!(ran.took.as_secs() < 1500, "it was waited for: {:?}", ran.took);
    folder.run("test -var exit_code=3").exits(1).complains("exit code 3");
}

/// The examples that have tests, and how long they take.
#[test]
fn examples_are_tested() {
    let mut tested = 0;
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let has = |folder: &std::path::Path| {
            let names = std::fs::read_dir(folder).into_iter().flatten();
            names.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".tftest.hcl"))
        };
        if !path.is_dir() || !(has(&path) || has(&path.join("tests"))) {
            continue;
        }
        tested += 1;
        let words = ["test".to_owned(), format!("-chdir={}", path.display())];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The processor's time, and the least of some: other work of the machine counts for little.
        let mut best = std::time::Duration::MAX;
        for _ in 0..5 {
            let folder = Folder::new();
            let mut command = folder.command(&words, &[]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
            let mut out = String::new();
            child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
            let used = child.wait4().unwrap();
            best = best.min(used.rusage.utime + used.rusage.stime);
            assert!(used.status.success() && out.contains("Success!"), "{out}");
        }
        println!("{}: {best:?}", path.file_name().unwrap().display());
        assert!(best.as_millis() < 1000, "the tests of {} take {best:?}", path.display());
    }
    assert!(tested >= 6, "only {tested} examples have tests");
}

#[test]
fn the_lines_are_terraforms() {
    let folder = bench();
    folder.write("bad.tftest.hcl", BAD);
    folder.write("tests/good.tftest.hcl", GOOD);
    if !crate::judge::is_here("its lines of tests were not compared") {
        return;
    }
    let run = |word: &str| crate::judge::terraform().current_dir(folder.path()).args([word, "-no-color"]).output();
    let first = run("init").unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let theirs = run("test").unwrap();
    let ours = folder.run("test").exits(theirs.status.code().unwrap());
    assert_eq!(ours.out, String::from_utf8(theirs.stdout).unwrap());
}
