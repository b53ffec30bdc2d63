//! `kill -9` at random instants of an apply, from outside: what is lost, what is doubled?
//!
//! **Never:** look inside the process. Each round serves an emulator in a process of its own whose
//! operations take 0.3 s, applies 60 container groups, kills the applying process at a random
//! instant, gives the same command again and compares cloud, configuration and state.
//! Run with `cargo bench --bench kills`; `ACIER_KILLS=100` is the number of rounds. Where the
//! `terraform` binary is on PATH, `ACIER_KILLS_TERRAFORM=60` does the same to it with 60
//! `terraform_data` of 0.3 s each.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark prints its table and may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const GROUPS: usize = 60;

fn configuration() -> String {
    let mut text = String::from(
        "provider \"azurerm\" {\n  features {}\n}\nresource \"azurerm_resource_group\" \"kills\" {\n  name = \"kills\"\n  \
         location = \"westeurope\"\n}\n",
    );
    for n in 0..GROUPS {
        write!(
            text,
            "resource \"azurerm_container_group\" \"g{n}\" {{\n  name = \"group-{n}\"\n  \
             resource_group_name = azurerm_resource_group.kills.name\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  \
             ip_address_type = \"None\"\n  container {{\n    name = \"app\"\n    image = \"nginx:1\"\n    cpu = 1\n    \
             memory = 1\n  }}\n}}\n"
        )
        .unwrap();
    }
    text
}

/// An emulator in a process of its own; killed when dropped.
struct Served {
    child: Child,
    http: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path) -> Served {
    let mut child = Command::new(env!("CARGO_BIN_EXE_acier"))
        .args(["emulator", "-folder=cloud", "-latency=300ms", "-auth-file=auth.json"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the emulator starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let mut http = String::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if let Some(url) = line.strip_prefix("http ") {
            http = url.trim().to_owned();
        }
        if line.starts_with("Stop it") {
            break;
        }
    }
    // Somebody must go on reading, or a full pipe would stop the emulator.
    std::thread::spawn(move || lines.for_each(drop));
    Served { child, http }
}

fn acier(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acier"));
    command
        .args(words)
        .arg("-no-color")
        .current_dir(folder)
        .env("AZURE_AUTH_LOCATION", folder.join("auth.json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[derive(Default)]
struct Tally {
    resumed: usize,
    refused: usize,
    lost: usize,
    doubled: usize,
    unlocked: usize,
    unequal: usize,
}

fn round(number: usize, tally: &mut Tally, made: &mut Vec<usize>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), configuration()).unwrap();
    let served = serve(folder.path());
    let mut child =
        acier(folder.path(), &["apply", "-auto-approve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // A sequence that spreads evenly over the run's three seconds, the same in every run.
    let spread = (number as f64 * 0.618_033_988_749_895).fract();
    std::thread::sleep(Duration::from_millis(20 + (spread * 3000.0) as u64));
    let _ = child.kill();
    let _ = child.wait();
    made.push(census(&served).values().filter(|(_, exists)| *exists).count());

    let again = acier(folder.path(), &["apply", "-auto-approve"]).output().unwrap();
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    if said.contains("in flight") {
        tally.resumed += 1;
    }
    if !again.status.success() {
        tally.refused += 1;
        println!("round {number}: the second apply failed:\n{said}");
        if said.contains("in use") {
            tally.unlocked += 1;
        }
    }
    let census = census(&served);
    let existing = census.values().filter(|(_, exists)| *exists).count();
    let listed = acier(folder.path(), &["state", "list"]).output().unwrap();
    let known = String::from_utf8_lossy(&listed.stdout).lines().count();
    if existing != GROUPS + 1 || known != GROUPS + 1 {
        tally.lost += 1;
        println!("round {number}: {existing} exist, {known} are known, {} were wanted", GROUPS + 1);
    }
    if census.values().any(|(created, _)| *created > 1) {
        tally.doubled += 1;
    }
    let plan = acier(folder.path(), &["plan", "-detailed-exitcode"]).output().unwrap();
    if plan.status.code() != Some(0) {
        tally.unequal += 1;
        println!("round {number}: planning again: {}", String::from_utf8_lossy(&plan.stdout));
    }
}

/// Ids with how often they came into being and whether they exist, over plain HTTP/1.0.
fn census(served: &Served) -> BTreeMap<String, (u64, bool)> {
    use std::io::{Read, Write};
    let host = served.http.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).expect("the emulator listens");
    write!(stream, "GET /acier/census HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let entries: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let entries = entries.as_array().expect("a list");
    entries
        .iter()
        .map(|entry| {
            let id = entry["id"].as_str().unwrap().to_owned();
            (id, (entry["created"].as_u64().unwrap(), entry["exists"].as_bool().unwrap()))
        })
        .collect()
}

fn terraform_rounds(rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for n in 0..GROUPS {
        writeln!(
            text,
            "resource \"terraform_data\" \"g{n}\" {{\n  provisioner \"local-exec\" {{\n    command = \"sleep 0.3\"\n  }}\n}}"
        )
        .unwrap();
    }
    let mut emptied = 0;
    for number in 0..rounds {
        let own = folder.path().join(number.to_string());
        fs::create_dir(&own).unwrap();
        fs::write(own.join("main.tf"), &text).unwrap();
        let run = |words: &[&str]| {
            let mut command = Command::new("terraform");
            command
                .args(words)
                .current_dir(&own)
                .env("TF_CLI_CONFIG_FILE", own.join("none"))
                .env("CHECKPOINT_DISABLE", "1");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        fs::write(own.join("none"), "").unwrap();
        assert!(run(&["init"]).status().unwrap().success());
        let mut child = run(&["apply", "-auto-approve"]).spawn().unwrap();
        let spread = (number as f64 * 0.618_033_988_749_895).fract();
        std::thread::sleep(Duration::from_millis(700 + (spread * 1800.0) as u64));
        let _ = child.kill();
        let _ = child.wait();
        if fs::metadata(own.join("terraform.tfstate")).is_ok_and(|state| state.len() == 0) {
            emptied += 1;
        }
    }
    println!(
        "| terraform 1.x, {GROUPS} terraform_data | {rounds} | - | - | {emptied} left an empty state file | - | - | - |"
    );
}

fn main() {
    if std::env::args().any(|word| word == "--test" || word == "--list") {
        return;
    }
    let rounds =
        |name: &str, default: usize| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let kills = rounds("ACIER_KILLS", 100);
    let (mut tally, mut made) = (Tally::default(), Vec::new());
    for number in 0..kills {
        round(number, &mut tally, &mut made);
    }
    made.sort_unstable();
    println!(
        "existing at the instant of the kill: least {}, median {}, most {}",
        made.first().unwrap_or(&0),
        made.get(made.len() / 2).unwrap_or(&0),
        made.last().unwrap_or(&0)
    );
    println!(
        "| tool | kills | resumed steps in flight | second apply failed | objects lost | objects made twice | needed unlocking | cloud, configuration and state differ |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let Tally { resumed, refused, lost, doubled, unlocked, unequal } = tally;
    println!(
        "| acier, {GROUPS} groups of 0.3 s | {kills} | {resumed} | {refused} | {lost} | {doubled} | {unlocked} | {unequal} |"
    );
    let terraform = rounds("ACIER_KILLS_TERRAFORM", 0);
    if terraform > 0 {
        terraform_rounds(terraform);
    }
}
