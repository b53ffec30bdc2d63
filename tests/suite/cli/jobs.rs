//! Jobs whose end is waited for, as people see them.

use super::bench::{Folder, Ran, Served, golden, redact};

const JOB: &str = "azurerm_container_group.job";

fn text(image: &str, more: &str, script: &str) -> String {
    format!(
        r#"
provider "azurerm" {{
  features {{}}
}}

variable "run" {{
  type    = string
  default = "1"
}}

resource "azurerm_resource_group" "jobs" {{
  name     = "jobs"
  location = "westeurope"
}}

resource "azurerm_container_group" "job" {{
  name                = "job"
  resource_group_name = azurerm_resource_group.jobs.name
  location            = azurerm_resource_group.jobs.location
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Never"
  wait_for            = "succeeded"
  triggers            = {{ run = var.run }}
  {more}

  container {{
    name     = "work"
    image    = "{image}"
    cpu      = 1
    memory   = 1
    commands = ["/bin/sh", "-c", "{script}"]
  }}
}}
"#
    )
}

fn folder(image: &str, script: &str) -> Folder {
    Folder::with(&text(image, "", script)).set("ARM_ENVIRONMENT", "emulator")
}

/// What was said about the job itself: the plan before it and ids are left out.
fn story(ran: &Ran, folder: &Folder) -> String {
    let lines = ran.out.lines().filter(|line| line.starts_with(JOB) || line.starts_with("Apply"));
    let lines: Vec<&str> = lines.map(|line| line.split(" [id=").next().unwrap_or(line)).collect();
    redact(&format!("{}\n--- standard error\n{}", lines.join("\n"), ran.err), folder)
}

#[test]
fn a_job_that_exits_with_3_fails_the_apply() {
    let folder = folder("alpine:3", "echo first; echo second; exit 3");
    let ran = folder.run("apply -auto-approve").exits(1);
    golden("golden/job-exit-3.txt", &story(&ran, &folder));
    ran.complains("exit code 3").complains("Started: Started container").complains("  second");
    let plan = folder.run("plan -detailed-exitcode").exits(2).quiet();
    plan.says("is tainted, so must be replaced");
    folder.run("show").exits(0).says("(tainted)");
    // What containers print is nobody's to keep.
    let kept = folder.files("state/log");
    assert!(kept.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("last lines of the log")));
    folder.write("main.tf", text("alpine:3", "", "exit 0"));
    let again = folder.run("apply -auto-approve").exits(0).quiet();
    again.says(&format!("{JOB}: Creation complete")).says("1 added, 0 changed, 1 destroyed.");
}

#[test]
fn a_job_that_exits_with_0_is_waited_for() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::with(&text("alpine:3", "", "echo working; sleep 900")));
    let mut run = folder.start("apply -auto-approve", &[]);
    run.await_line("container work runs");
    emulator.forward("900s");
    let ran = run.end().exits(0).quiet();
    golden("golden/job-exit-0.txt", &story(&ran, &folder));
    folder.run("plan -detailed-exitcode").exits(0).quiet();
    folder.write("main.tf", text("alpine:3", "", "exit 0"));
    let json = folder.run("apply -auto-approve -json -var run=2").exits(0).quiet();
    json.says("\"@message\":\"azurerm_container_group.job: container work ended with exit code 0\"");
}

#[test]
fn an_image_that_does_not_exist_fails_at_once_with_the_services_words() {
    let folder = folder("registry.example.com/missing:1", "exit 0");
    let ran = folder.run("apply -auto-approve").exits(1);
    golden("golden/job-missing-image.txt", &story(&ran, &folder));
    ran.complains("InaccessibleImage").complains("is not accessible");
    folder.run("state list").exits(0).never_says(JOB);
}

#[test]
fn a_trigger_runs_a_job_again_in_its_place() {
    let folder = folder("alpine:3", "echo run; exit 0");
    folder.run("apply -auto-approve").exits(0).quiet();
    let plan = folder.run("plan -detailed-exitcode -var run=2").exits(2).quiet();
    golden("golden/job-trigger.txt", &redact(&plan.out, &folder));
    let ran = folder.run("apply -auto-approve -var run=2").exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    // Events of the same second look alike, so that whether they are told again is a matter of luck.
    let told = story(&ran, &folder);
    let told: Vec<&str> = told.lines().filter(|line| !line.contains(": container work: ")).collect();
    golden("golden/job-rerun.txt", &(told.join("\n") + "\n"));
    ran.says("the group is in state Succeeded, so that the change deploys it anew");
    folder.run("plan -detailed-exitcode -var run=2").exits(0).quiet();
    let replaced = folder.run(&format!("apply -auto-approve -var run=2 -replace={JOB}")).exits(0).quiet();
    replaced.says("will be replaced, as requested").says("1 added, 0 changed, 1 destroyed.");
    assert_eq!(folder.run(&format!("logs {JOB}")).exits(0).quiet().out, "run\n");
}

#[test]
fn a_job_that_fails_when_it_is_run_again_is_run_once_more() {
    let folder = folder("alpine:3", "exit 0");
    folder.run("apply -auto-approve").exits(0).quiet();
    folder.write("main.tf", text("alpine:3", "", "exit 7"));
    folder.run("apply -auto-approve").exits(1).complains("exit code 7").says("Modifications failed");
    let plan = folder.run("plan -detailed-exitcode").exits(2).quiet();
    golden("golden/job-unfinished.txt", &redact(&plan.out, &folder));
    plan.says("(because its last update did not end well)");
    folder.run("apply -auto-approve").exits(1).complains("exit code 7");
    folder.write("main.tf", text("alpine:3", "", "exit 0"));
    folder.run("apply -auto-approve").exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode").exits(0).quiet();
}

/// Killed while it waits; the next command goes on waiting, and one that destroys does not.
#[test]
fn a_wait_that_was_killed_goes_on() {
    let emulator = Served::start("");
    for (script, destroys) in [("sleep 900", false), ("sleep 900", true)] {
        let folder = emulator.serve(Folder::with(&text("alpine:3", "", script)));
        let mut run = folder.start("apply -auto-approve", &[]);
        run.await_line("container work runs");
        run.kill();
        // Looking waits for nothing.
        folder.run("ps -all").exits(0).says("job");
        if !destroys {
            emulator.forward("900s");
            let again = folder.run("apply -auto-approve").exits(0);
            again.complains("in flight").complains("was created").says("No changes.");
        }
        let gone = folder.run("destroy -auto-approve").exits(0);
        assert!(gone.took.as_secs() < 900, "it was waited for: {:?}", gone.took);
    }
    assert!(emulator.census().iter().all(|(_, (_, exists))| !exists));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_wait_on_the_second_time() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::with(&text("alpine:3", "", "sleep 900")));
    let mut run = folder.start("apply -auto-approve", &[]);
    run.await_line("container work runs");
    run.interrupt();
    run.await_line("Interrupt received. Finishing 1 step in flight");
    run.interrupt();
    run.end().exits(130).says("Begun, end not known: azurerm_container_group.job.");
    folder.run("destroy -auto-approve").exits(0).says("Destroy complete!");
}

#[test]
fn waiting_for_an_end_that_never_comes_is_refused() {
    let own = text("alpine:3", "", "exit 0").replace("\"Never\"", "\"Always\"");
    let folder = Folder::with(&own).set("ARM_ENVIRONMENT", "emulator");
    let ran = folder.run("validate").exits(1);
    golden("golden/job-endless.txt", &redact(&ran.err, &folder));
}

#[test]
fn a_label_cannot_be_held_twice() {
    let front = |name: &str, label: &str| {
        text("nginx:1", "", "exit 0")
            .replace("\"job\"\n", &format!("\"{name}\"\n"))
            .replace("ip_address_type     = \"None\"", &format!("dns_name_label = \"{label}\""))
            .replace("wait_for            = \"succeeded\"", "lifecycle {\n    create_before_destroy = true\n  }")
            .replace("memory   = 1", "memory   = 1\n    ports {\n      port = 80\n    }")
    };
    let folder = Folder::with(&front("job-1", "acier-label")).set("ARM_ENVIRONMENT", "emulator");
    folder.run("apply -auto-approve").exits(0).quiet();
    folder.write("main.tf", front("job-2", "acier-label"));
    let ran = folder.run("plan").exits(1);
    golden("golden/label-clash.txt", &redact(&ran.err, &folder));
    ran.complains("both would hold the DNS name label");
    folder.write("main.tf", front("job-2", "acier-other"));
    folder.run("apply -auto-approve").exits(0).quiet().says("1 added, 0 changed, 1 destroyed.");
}
