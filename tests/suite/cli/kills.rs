//! Runs that end too early: killed, or interrupted. The next one puts everything right.

use super::bench::{Folder, Running, Served};

/// Twenty container groups in one resource group.
const MANY: &str = r#"
variable "name" {
  type = string
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "many" {
  name     = var.name
  location = "westeurope"
}

resource "azurerm_container_group" "many" {
  count = 20

  name                = "many-${count.index}"
  resource_group_name = azurerm_resource_group.many.name
  location            = azurerm_resource_group.many.location
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "own"
    image  = "registry.example.com/own:1"
    cpu    = 1
    memory = 1
  }
}
"#;

fn many(emulator: &Served, name: &str) -> Folder {
    emulator.serve(Folder::with(MANY)).set("TF_VAR_name", name)
}

/// Waits until the cloud has heard of so many objects.
#[track_caller]
fn await_begun(running: &mut Running, emulator: &Served, count: usize) {
    while emulator.census().len() < count {
        assert!(running.goes_on(), "it ended before: {:?}", running.kill());
        std::thread::yield_now();
    }
}

/// The first three groups take an hour of the cloud's time, which passes when the test says so: whatever
/// the machine does meanwhile, they are in flight until then.
#[cfg(unix)]
const HELD: &str = "PUT containerGroups: slow=3600000 times=3";

/// What ends only when there is a file `open`: a run that is to be killed is never over before.
const GATE: &str = r#"
resource "terraform_data" "gate" {
  input = azurerm_container_group.many[*].name
  provisioner "local-exec" {
    command = "until [ -e open ]; do sleep 0.05; done"
  }
}
"#;

/// Kills the run after so many lines of progress, or at the gate if that comes first.
fn kill_after(mut running: Running, lines: usize) {
    running.await_line("Plan: ");
    for _ in 0..lines {
        let line = running.next_line().expect("it waits at the gate");
        if line.contains("terraform_data.gate (local-exec): Executing") {
            break;
        }
    }
    let killed = running.kill();
    assert_ne!(killed.code, Some(0), "it was over already: {}", killed.out);
}

/// Everything of this name exists and came into being once; configuration, state and cloud agree.
fn verify(emulator: &Served, folder: &Folder, name: &str) {
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
    let part = format!("/resourceGroups/{name}");
    let own: Vec<_> = emulator
        .census()
        .into_iter()
        .filter(|(id, _)| id.ends_with(&part) || id.contains(&format!("{part}/")))
        .collect();
    assert_eq!(own.len(), 21, "{own:?}");
    for (id, counts) in own {
        assert_eq!(counts, (1, true), "{id}: how often it was created, whether it exists");
    }
    let listed = folder.run("state list").exits(0).out;
    assert_eq!(listed.lines().filter(|line| line.starts_with("azurerm_")).count(), 21, "{listed}");
}

#[cfg(unix)]
#[test]
fn a_killed_apply_is_taken_up_and_nothing_is_made_twice() {
    let emulator = Served::start("-latency=100ms");
    // After so many lines of progress: in the resource group, in the first wave, later.
    for (round, lines) in [1, 8, 17].into_iter().enumerate() {
        let name = format!("killed-{round}");
        let folder = many(&emulator, &name);
        folder.write("gate.tf", GATE);
        kill_after(folder.start("apply -auto-approve", &[]), lines);
        folder.write("open", "");
        folder.run("apply -auto-approve").exits(0).says("Apply complete!");
        verify(&emulator, &folder, &name);
    }
}

#[cfg(unix)]
#[test]
fn an_apply_that_is_killed_again_and_again_gets_there() {
    let emulator = Served::start("-latency=100ms");
    let folder = many(&emulator, "again");
    folder.write("gate.tf", GATE);
    for lines in [4, 3, 6] {
        kill_after(folder.start("apply -auto-approve", &[]), lines);
    }
    folder.write("open", "");
    folder.run("apply -auto-approve").exits(0).says("Apply complete!");
    verify(&emulator, &folder, "again");
    folder.run("destroy -auto-approve").exits(0).says("22 destroyed.");
    assert!(emulator.census().values().all(|(_, exists)| !exists));
}

#[cfg(unix)]
#[test]
fn an_interrupt_finishes_what_is_in_flight_and_begins_nothing_new() {
    let emulator = Served::with_faults(HELD);
    let folder = many(&emulator, "interrupted");
    let mut running = folder.start("apply -auto-approve -parallelism=3", &[]);
    running.await_line("azurerm_container_group.many[2]: Creating...");
    await_begun(&mut running, &emulator, 4);
    running.interrupt();
    running.await_line("Interrupt received. Finishing 3 steps in flight");
    emulator.forward("1h");
    let ended = running.end().exits(130);
    let ended = ended.says("Apply incomplete. Resources: 4 added").says("Not begun: azurerm_container_group.many[3]");
    ended.never_says("many[3]: Creating").never_says("Begun, end not known");
    assert_eq!(emulator.census().len(), 4);
    assert_eq!(folder.run("state list").exits(0).out.lines().count(), 4);
    folder.run("apply -auto-approve").exits(0).quiet().says("Resources: 17 added, 0 changed, 0 destroyed.");
    verify(&emulator, &folder, "interrupted");
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_leaves_at_once_and_loses_nothing() {
    let emulator = Served::with_faults(HELD);
    let folder = many(&emulator, "left");
    let mut running = folder.start("apply -auto-approve -parallelism=3", &[]);
    running.await_line("azurerm_container_group.many[2]: Creating...");
    await_begun(&mut running, &emulator, 4);
    running.interrupt();
    running.await_line("Interrupt received.");
    running.interrupt();
    running.end().exits(130).says("Begun, end not known: azurerm_container_group.many[");
    emulator.forward("1h");
    let next = folder.run("apply -auto-approve").exits(0);
    next.complains("An earlier run left 3 steps in flight.").says("Apply complete!");
    verify(&emulator, &folder, "left");
}

/// Waits until a file holds a line, and gives it.
#[track_caller]
fn await_said(running: &mut Running, folder: &Folder, name: &str) -> String {
    loop {
        let goes_on = running.goes_on();
        let said = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        if said.ends_with('\n') {
            return said.trim().to_owned();
        }
        assert!(goes_on, "it ended before: {:?}", running.kill());
        std::thread::yield_now();
    }
}

/// Waits until no process has this number; one that nobody has taken note of yet counts as gone.
#[cfg(target_os = "linux")]
#[track_caller]
fn await_gone(id: &str) {
    let began = std::time::Instant::now();
    loop {
        let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        if status.is_empty() || status.contains(") Z ") {
            return;
        }
        assert!(began.elapsed().as_secs() < 60, "process {id} goes on: {status}");
        std::thread::yield_now();
    }
}

/// Whoever runs a command watches over it: it does not go on when nobody hears it any more.
#[cfg(target_os = "linux")]
#[test]
fn a_command_ends_with_the_run_that_started_it() {
    let text = r#"
resource "terraform_data" "long" {
  provisioner "local-exec" {
    command = "sleep 600 & echo $! > child; echo $$ > own; exec sleep 600"
  }
}
"#;
    // At a terminal the command stays in its process group, and only it is ended.
    let terminal = std::fs::File::open("/dev/tty").is_ok_and(|file| rustix::termios::tcgetpgrp(file).is_ok());
    for way in ["killed", "left"] {
        let folder = Folder::with(text);
        let mut running = folder.start("apply -auto-approve", &[]);
        let (own, child) = (await_said(&mut running, &folder, "own"), await_said(&mut running, &folder, "child"));
        match way {
            "killed" => drop(running.kill()),
            _ => {
                running.interrupt();
                running.await_line("Interrupt received.");
                running.interrupt();
                let ended = running.end().exits(130).says("Begun, end not known: terraform_data.long.");
                ended.says("The next command looks them up before anything else.");
            }
        }
        await_gone(&own);
        if terminal {
            let id = child.parse().ok().and_then(rustix::process::Pid::from_raw).unwrap();
            rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        } else {
            await_gone(&child);
        }
        let plan = folder.run("plan").exits(0).says("terraform_data.long is tainted, so must be replaced");
        if way == "killed" {
            plan.complains("broken off before the provisioners of terraform_data.long had ended");
        }
    }
}

/// A command has ended when it has ended, whatever it has left running goes on to say; and all that it said
/// itself is told.
#[cfg(unix)]
#[test]
fn what_a_command_leaves_running_is_not_waited_for() {
    let chatter = "(at=0; while [ $at -lt 12000 ]; do at=$((at + 1)); echo more; sleep 0.05; done; echo > over) &";
    let said = "last=0; while [ $last -lt 3000 ]; do last=$((last + 1)); echo line $last; done";
    let folder = Folder::with(&format!(
        "resource \"terraform_data\" \"left\" {{\n  provisioner \"local-exec\" {{\n    command = \"{chatter} {said}\"\n  }}\n}}\n"
    ));
    let ran = folder.run("apply -auto-approve").exits(0).says("(local-exec): line 3000\n");
    assert!(!folder.path().join("over").exists(), "it was waited for: {:?}", ran.took);
}

/// Whether this process was told not to mind terminals that go away, as by `nohup`; what it starts is told so too.
#[cfg(target_os = "linux")]
fn minds_no_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1
}

/// A terminal that goes away is one interrupt, and no death.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_goes_away_lets_the_steps_in_flight_end() {
    let emulator = Served::with_faults(HELD);
    let folder = many(&emulator, "hung-up");
    let mut running = folder.start("apply -auto-approve -parallelism=3", &[]);
    running.await_line("azurerm_container_group.many[2]: Creating...");
    await_begun(&mut running, &emulator, 4);
    running.signal("HUP");
    if minds_no_hangup() {
        emulator.forward("1h");
        running.end().exits(0).never_says("Interrupt received");
        return;
    }
    running.await_line("Interrupt received. Finishing 3 steps in flight");
    emulator.forward("1h");
    running.end().exits(130);
    folder.run("apply -auto-approve").exits(0).quiet().says("Resources: 17 added");
    verify(&emulator, &folder, "hung-up");
}

/// What every command does while an apply is under way: it looks, or it is refused; and the apply goes on.
#[cfg(unix)]
#[test]
fn beside_a_running_apply_others_look_or_are_refused() {
    let emulator = Served::start("");
    let folder = many(&emulator, "beside");
    folder.write(
        "gate.tf",
        "resource \"terraform_data\" \"gate\" {\n  input = azurerm_container_group.many[19].name\n  \
         provisioner \"local-exec\" {\n    command = \"until [ -e open ]; do sleep 0.05; done\"\n  }\n}\n",
    );
    folder.write("beside.tftest.hcl", "run \"life\" {\n  command = plan\n  variables {\n    name = \"x\"\n  }\n}\n");
    folder.write("in.tfstate", "{}");
    let mut running = folder.start("apply -auto-approve", &[]);
    running.await_line("terraform_data.gate (local-exec): Executing");
    for line in [
        "plan",
        "plan -out=saved",
        "apply -auto-approve",
        "destroy -auto-approve",
        "refresh",
        "state mv azurerm_resource_group.many azurerm_resource_group.other",
        "state rm azurerm_resource_group.many",
        "taint azurerm_resource_group.many",
        "untaint azurerm_resource_group.many",
        "import azurerm_resource_group.many /subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/x",
        "state import-tfstate in.tfstate",
        "state repair -auto-approve",
    ] {
        folder.run(line).exits(3).complains("State is in use").complains("(acier apply)");
    }
    for line in
        ["show", "state list", "state pull", "output", "ps", "validate", "init", "console", "graph", "providers"]
    {
        folder.run(line).exits(0);
    }
    folder.run("state show azurerm_resource_group.many").exits(0).says("beside");
    folder.run("test").exits(0);
    folder.write("open", "");
    running.end().exits(0).says("Apply complete! Resources: 22 added");
    std::fs::remove_file(folder.path().join("gate.tf")).unwrap();
    folder.run("apply -auto-approve").exits(0).says("1 destroyed");
    verify(&emulator, &folder, "beside");
}
