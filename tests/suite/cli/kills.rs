//! Runs that end too early: killed, or interrupted. The next one puts everything right.

use super::bench::{Folder, Served};

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
fn await_begun(emulator: &Served, count: usize) {
    while emulator.census().len() < count {
        std::thread::yield_now();
    }
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
    assert_eq!(folder.run("state list").exits(0).out.lines().count(), 21);
}

#[test]
fn a_killed_apply_is_taken_up_and_nothing_is_made_twice() {
    let emulator = Served::start("-latency=100ms");
    // After so many lines of progress: in the resource group, in the first wave, later.
    for (round, lines) in [1, 8, 17].into_iter().enumerate() {
        let name = format!("killed-{round}");
        let folder = many(&emulator, &name);
        let mut running = folder.start("apply -auto-approve", &[]);
        running.await_line("Plan: 21 to add");
        for _ in 0..lines {
            running.next_line().expect("it is not over yet");
        }
        let killed = running.kill();
        assert_ne!(killed.code, Some(0), "it was over already: {}", killed.out);
        folder.run("apply -auto-approve").exits(0).says("Apply complete!");
        verify(&emulator, &folder, &name);
    }
}

#[test]
fn an_apply_that_is_killed_again_and_again_gets_there() {
    let emulator = Served::start("-latency=100ms");
    let folder = many(&emulator, "again");
    for lines in [4, 3, 6] {
        let mut running = folder.start("apply -auto-approve", &[]);
        running.await_line("Plan: ");
        for _ in 0..lines {
            running.next_line().expect("it is not over yet");
        }
        running.kill();
    }
    folder.run("apply -auto-approve").exits(0).says("Apply complete!");
    verify(&emulator, &folder, "again");
    folder.run("destroy -auto-approve").exits(0).says("21 destroyed.");
    assert!(emulator.census().values().all(|(_, exists)| !exists));
}

#[cfg(unix)]
#[test]
fn an_interrupt_finishes_what_is_in_flight_and_begins_nothing_new() {
    let emulator = Served::start("-latency=1s");
    let folder = many(&emulator, "interrupted");
    let mut running = folder.start("apply -auto-approve -parallelism=3", &[]);
    running.await_line("azurerm_container_group.many[2]: Creating...");
    await_begun(&emulator, 4);
    running.interrupt();
    let ended = running.end().exits(130).says("Interrupt received. Finishing 3 steps in flight");
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
    let emulator = Served::start("-latency=2s");
    let folder = many(&emulator, "left");
    let mut running = folder.start("apply -auto-approve -parallelism=3", &[]);
    running.await_line("azurerm_container_group.many[2]: Creating...");
    await_begun(&emulator, 4);
    running.interrupt();
    running.await_line("Interrupt received.");
    running.interrupt();
    running.end().exits(130).says("Begun, end not known: azurerm_container_group.many[");
    let next = folder.run("apply -auto-approve").exits(0);
    next.complains("An earlier run left 3 steps in flight.").says("Apply complete!");
    verify(&emulator, &folder, "left");
}
