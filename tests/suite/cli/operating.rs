//! The operating commands, against the embedded emulator and against `acier emulator` in another
//! process over https.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::bench::{Folder, Ran, Served};

pub(super) const TEXT: &str = r#"
variable "environment" {
  default = "emulator"
}
variable "note" {
  default = "first"
}
provider "azurerm" {
  features {}
  environment = var.environment
}
resource "azurerm_resource_group" "main" {
  name     = "operate"
  location = "westeurope"
  tags     = { note = var.note }
}
resource "azurerm_container_group" "pair" {
  name                = "pair"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  ip_address_type     = "Public"
  container {
    name                  = "app"
    image                 = "alpine"
    cpu                   = 0.5
    memory                = 0.5
    commands              = ["sh", "-c", "echo app is up; tail -f /dev/null"]
    environment_variables = { COLOUR = "blue" }
    ports {
      port = 80
    }
  }
  container {
    name     = "sidecar"
    image    = "alpine"
    cpu      = 0.5
    memory   = 0.5
    commands = ["sh", "-c", "echo sidecar is up; echo sidecar is well; tail -f /dev/null"]
  }
}
resource "azurerm_container_group" "task" {
  name                = "task"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Never"
  container {
    name     = "job"
    image    = "alpine"
    cpu      = 1
    memory   = 1
    commands = ["sh", "-c", "echo working; exit 3"]
  }
}
resource "azurerm_container_group" "copy" {
  for_each            = toset(["a", "b/c"])
  name                = "copy-${replace(each.key, "/", "-")}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  ip_address_type     = "None"
  container {
    name     = "one"
    image    = "alpine"
    cpu      = 1
    memory   = 1
    commands = ["sh", "-c", "echo copy ${each.key}; tail -f /dev/null"]
  }
}
"#;

const ID: &str = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/operate/providers/Microsoft.ContainerInstance/containerGroups";
const PAIR: &str = "azurerm_container_group.pair";
const TASK: &str = "azurerm_container_group.task";

/// A folder whose configuration is applied, on the embedded emulator.
fn embedded() -> Folder {
    let folder = Folder::with(TEXT);
    folder.run("apply -auto-approve").exits(0).quiet();
    folder
}

/// The same on an emulator in another process.
fn served() -> (Served, Folder) {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::with(TEXT).set("TF_VAR_environment", "public"));
    folder.run("apply -auto-approve").exits(0).quiet();
    (emulator, folder)
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

fn objects(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs a command whose input is a pipe.
pub(super) fn piped(folder: &Folder, line: &str, input: &str) -> Ran {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = folder.command(&words, &[]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(input.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    Ran::of(line, output)
}

fn logs_of(folder: &Folder) {
    folder.run(&format!("logs {PAIR}/app")).exits(0).quiet().says("app is up\n").never_says("sidecar");
    let both = folder.run(&format!("logs {PAIR}")).exits(0).quiet();
    assert_eq!(both.out, "app     | app is up\nsidecar | sidecar is up\nsidecar | sidecar is well\n");
    let last = folder.run(&format!("logs -tail=1 -container=sidecar {PAIR}")).exits(0).quiet();
    assert_eq!(last.out, "sidecar is well\n");
    let timed = folder.run(&format!("logs -timestamps {PAIR}/app")).exits(0).quiet();
    assert!(regex::Regex::new(r"^\d{4}-\d\d-\d\dT\S+Z app is up\n$").unwrap().is_match(&timed.out), "{}", timed.out);
    // A task that has ended is followed to its end at once.
    assert_eq!(folder.run(&format!("logs -f {TASK}")).exits(0).quiet().out, "working\n");
    assert_eq!(folder.run(&format!("logs -follow -tail=0 {TASK}")).exits(0).quiet().out, "");
    for line in ["logs -json", "logs -f -json"] {
        let lines = objects(&folder.run(&format!("{line} {TASK}")).exits(0).quiet());
        assert_eq!((lines.len(), &lines[0]["container"], &lines[0]["message"]), (1, &json!("job"), &json!("working")));
        assert!(lines[0]["time"].as_str().unwrap().ends_with('Z'));
    }
    // By index, by index with a slash in its key, and by id in any case.
    let quoted = r#"azurerm_container_group.copy["b/c"]"#;
    assert_eq!(folder.run(&format!("logs {quoted}")).exits(0).quiet().out, "copy b/c\n");
    assert_eq!(folder.run(&format!("logs {quoted}/one")).exits(0).quiet().out, "copy b/c\n");
    assert_eq!(folder.run(&format!("logs {ID}/task")).exits(0).quiet().out, "working\n");
    let id = format!("{ID}/pair/containers/app").replace("resourceGroups", "resourcegroups");
    assert_eq!(folder.run(&format!("logs {id}")).exits(0).quiet().out, "app is up\n");
}

fn events_of(folder: &Folder) {
    let events = folder.run(&format!("events {PAIR}")).exits(0).quiet().says("Started container");
    assert_eq!(events.out.lines().count(), 6, "{}", events.out);
    let list = document(&folder.run(&format!("events -json {PAIR}/app")).exits(0).quiet());
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|event| event["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Pulling", "Pulled", "Started"]);
    let members: Vec<&str> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["container", "name", "type", "message", "count", "first_timestamp", "last_timestamp"]);
    let followed = objects(&folder.run(&format!("events -f -json {TASK}")).exits(0).quiet());
    assert_eq!(followed.iter().map(|event| event["container"].clone()).collect::<Vec<_>>(), vec![json!("job"); 3]);
}

fn terminals_of(folder: &Folder) {
    let ran = piped(folder, &format!("exec {PAIR}/app"), "echo my $COLOUR\nstty size\n").exits(0).quiet();
    assert_eq!(ran.out, "/ # echo my $COLOUR\r\nmy blue\r\n/ # stty size\r\n24 80\r\n/ # \r\n");
    let ran = piped(folder, &format!("exec -container=app {PAIR} /bin/sh"), "exit 7\n").exits(0).quiet();
    assert_eq!(ran.out, "/ # exit 7\r\n");
    folder.run(&format!("exec {ID}/pair/containers/sidecar hostname")).exits(0).quiet().says("pair\r\n");
    // More than any buffer between holds.
    let much = "echo 0123456789012345678901234567890123456789\n".repeat(5_000);
    let ran = piped(folder, &format!("exec {PAIR}/app sh"), &much).exits(0).quiet();
    assert_eq!(ran.out.matches("\r\n0123456789012345678901234567890123456789\r\n").count(), 5_000);
    let mut watching = folder.start(&format!("attach {PAIR}/app"), &[]);
    assert_eq!(watching.await_line("app is up"), "app is up");
    #[cfg(unix)]
    {
        watching.interrupt();
        watching.end().exits(0).quiet();
    }
}

fn acts_on(folder: &Folder) {
    let before = document(&folder.run(&format!("inspect -json {PAIR}")).exits(0))["ip_address"].clone();
    let stopped = folder.run(&format!("stop {PAIR} {TASK}")).exits(0).quiet();
    let took = regex::Regex::new(r" after (\d+m)?\d+s").unwrap();
    let lines: Vec<String> = stopped.out.lines().map(|line| took.replace(line, "").into_owned()).collect();
    assert!(lines.contains(&format!("{PAIR}: Stopping...")), "{lines:?}");
    assert!(lines.contains(&format!("{PAIR}: Stopped")), "{lines:?}");
    assert!(lines.contains(&format!("{TASK}: Stopped [Failed]")), "{lines:?}");
    assert!(stopped.out.contains("was given back; the state learns of it at the next plan, apply or refresh."));
    folder.run(&format!("exec {PAIR}/app")).exits(1).complains("is not running").complains("acier start");
    folder.run(&format!("attach {PAIR}/app")).exits(1).complains("is not running");
    folder.run(&format!("wait -for=stopped {PAIR}")).exits(0).quiet();
    let started = folder.run(&format!("start -json {PAIR}")).exits(0).quiet();
    let started = &document(&started)[0];
    let members: Vec<&str> = started.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["address", "id", "action", "waited", "state", "provisioning_state", "ip_address", "fqdn"]);
    assert_eq!(
        (&started["address"], &started["state"], &started["waited"]),
        (&json!(PAIR), &json!("Running"), &json!(true))
    );
    assert_ne!(started["ip_address"], before);
    folder.run(&format!("restart -no-wait {ID}/pair")).exits(0).quiet().says("Restarting...");
    folder.run(&format!("wait -for=running -timeout=1m {PAIR}")).exits(0).says(&format!("{PAIR}/app: Running"));
    // The state is as it was, until a refresh finds what has changed.
    folder.run(&format!("state show {PAIR}")).exits(0).says(before.as_str().unwrap());
    folder.run("plan -detailed-exitcode").exits(0).says("changed outside of acier").says("No changes.");
    folder.run("refresh").exits(0);
    folder.run(&format!("state show {PAIR}")).exits(0).says(started["ip_address"].as_str().unwrap());
}

fn waits_for(folder: &Folder) {
    folder.run(&format!("wait {TASK}")).exits(0).quiet().says("job: Terminated (Error), exit code 3");
    let ran = folder.run(&format!("wait -for=succeeded {TASK}")).exits(1);
    ran.complains("cannot reach \"succeeded\"").complains("exit code 3");
    let ran = document(&folder.run(&format!("wait -for=succeeded -json {TASK}")).exits(1).quiet());
    assert_eq!((&ran["outcome"], &ran["for"], &ran["address"]), (&json!("never"), &json!("succeeded"), &json!(TASK)));
    let job = json!({"name": "job", "state": "Terminated", "detail_status": "Error", "exit_code": 3});
    assert_eq!(ran["containers"], json!([job]));
    let ran = folder.run(&format!("wait -for=terminated -timeout=1ms {PAIR}")).exits(124);
    ran.complains("It did not come in time").complains("app Running, sidecar Running");
    folder.run(&format!("wait -for=running {PAIR}/sidecar")).exits(0).says("sidecar: Running").never_says("app");
    folder.run(&format!("wait -for=deleted {ID}/nothing")).exits(0).says("is gone.");
    folder.run(&format!("wait -for=running {ID}/nothing")).exits(1).complains("does not exist");
    folder.run(&format!("wait -timeout=soon {PAIR}")).exits(64).complains("is not a duration");
}

#[test]
fn operating_the_embedded_emulator() {
    let folder = embedded();
    logs_of(&folder);
    events_of(&folder);
    terminals_of(&folder);
    waits_for(&folder);
    acts_on(&folder);
}

#[test]
fn operating_an_emulator_in_another_process() {
    let (_emulator, folder) = served();
    logs_of(&folder);
    events_of(&folder);
    terminals_of(&folder);
    waits_for(&folder);
    acts_on(&folder);
}

/// Following ends when all containers have ended, whoever ended them; all of it works beside an
/// apply that holds the lock of the state, and none of it keeps the lock from an apply.
#[test]
fn nothing_of_it_needs_the_lock_of_the_state() {
    let (_emulator, folder) = served();
    let mut following = folder.start(&format!("logs -f {PAIR}"), &[]);
    following.await_line("app     | app is up");
    let mut watching = folder.start(&format!("attach {PAIR}/sidecar"), &[]);
    watching.await_line("sidecar is well");
    let mut applying = folder.start("apply -var note=second", &[]);
    applying.await_line("Only 'yes' will be accepted");
    folder.run("ps").exits(0).quiet().says(PAIR);
    folder.run(&format!("inspect {PAIR}")).exits(0).quiet().says("sidecar");
    piped(&folder, &format!("exec {PAIR}/app"), "exit\n").exits(0).quiet();
    folder.run(&format!("stop {PAIR}")).exits(0).quiet();
    following.end().exits(0).quiet();
    watching.end().exits(0).complains(&format!("{PAIR}/sidecar: Terminated"));
    applying.answer("yes");
    applying.end().exits(0).says("1 changed");
}

#[test]
fn an_id_needs_no_configuration() {
    let (emulator, _folder) = served();
    let empty = emulator.serve(Folder::new());
    assert_eq!(empty.run(&format!("logs {ID}/task")).exits(0).quiet().out, "working\n");
    empty.run(&format!("stop {ID}/pair")).exits(0).quiet().says("/containerGroups/pair: Stopped");
    empty.run(&format!("logs {ID}/nothing")).exits(1).complains("does not exist").complains("acier ps -all");
    empty.run("logs azurerm_container_group.pair").exits(1).complains("No configuration files");
    assert!(empty.files("").is_empty(), "looking wrote something");
}

/// Every operating command takes the values of variables that the configuration needs.
#[test]
fn each_command_takes_values_of_variables() {
    let text = TEXT.replace("variable \"environment\" {\n  default = \"emulator\"\n}", "variable \"environment\" {}");
    let folder = Folder::with(&text);
    folder.write("own.tfvars", "environment = \"emulator\"\n");
    folder.run("apply -auto-approve -var-file=own.tfvars").exits(0);
    let lines = [
        "ps",
        "inspect GROUP",
        "logs GROUP",
        "events GROUP",
        "exec GROUP/app hostname",
        "stop GROUP",
        "start GROUP",
        "restart GROUP",
        "wait -for=running GROUP",
    ];
    for line in lines {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.replace("GROUP", PAIR);
        folder.run(&format!("{command} {rest}")).exits(1).complains("No value for required variable");
        for values in ["-var environment=emulator", "-var-file own.tfvars"] {
            folder.run(&format!("{command} {values} {rest}")).exits(0);
        }
    }
    // A task that has ended has nothing to attach to, which only the cloud can say.
    folder.run(&format!("attach {TASK}")).exits(1).complains("No value for required variable");
    folder.run(&format!("attach -var environment=emulator {TASK}")).exits(1).complains("is not running");
}
