//! Provisioners and crashes: none is lost, and none runs twice for one object without anybody knowing.
//!
//! Each provisioner writes down the id of its object. Wherever the run is killed, the object that
//! stands in the end was provisioned exactly once, and one that went was bid farewell at least once.

use std::fs;
use std::path::Path;

use acier::plan::{Action, Mode};

use super::azure::{believed, run};
use super::cloud;
use crate::lab::{End, Fuse, scratch};

const SETUP: &str = r#"
provider "azurerm" {
  features {}
}
resource "azurerm_resource_group" "main" {
  name     = "shop"
  location = "westeurope"
  provisioner "local-exec" {
    command = "echo made group ${self.id} >> said"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo left group ${self.id} >> said"
  }
}
resource "terraform_data" "setup" {
  input            = azurerm_resource_group.main.id
  triggers_replace = "1"
  provisioner "local-exec" {
    command = "echo first setup ${self.id} >> said"
  }
  provisioner "local-exec" {
    command    = "echo second setup ${self.id} >> said; exit 3"
    on_failure = continue
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo left setup ${self.id} >> said"
  }
}
resource "terraform_data" "after" {
  input = terraform_data.setup.id
}
"#;

fn said(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("said")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn times(lines: &[String], line: &str) -> usize {
    lines.iter().filter(|said| *said == line).count()
}

async fn finish(
    folder: &Path,
    cloud: &std::rc::Rc<acier::emulator::embedded::Embedded>,
    text: &str,
    mode: Mode,
) -> End {
    let end = run(folder, cloud, text, mode, &Fuse::new(None)).await.expect("it has no fuse");
    assert!(end.report.is_complete(), "{:?}", end.report);
    end
}

/// What is true of every object that stands, and of every object that went.
fn verify(folder: &Path, what: &str, bade: bool) {
    let (state, lines) = (believed(folder), said(folder));
    assert!(state.pending.is_empty(), "{what}: {:?}", state.pending);
    for (addr, object) in &state.objects {
        assert!(!object.tainted && !object.unprovisioned, "{what}: {addr} is tainted");
        if addr.to_string() == "terraform_data.setup" {
            for word in ["first", "second"] {
                let line = format!("{word} setup {}", object.id);
                assert_eq!(times(&lines, &line), 1, "{what}: {line}\n{lines:?}");
            }
            assert_eq!(times(&lines, &format!("left setup {}", object.id)), 0, "{what}\n{lines:?}");
        }
        if addr.to_string().starts_with("azurerm") {
            assert!(times(&lines, &format!("made group {}", object.id)) >= 1, "{what}\n{lines:?}");
        }
    }
    let whole = |line: &&String| line.starts_with("second setup");
    let ids = lines.iter().filter(whole).filter_map(|line| line.split(' ').nth(2));
    for id in ids.filter(|id| bade && !state.objects.values().any(|object| *object.id == **id)) {
        // Of an object that was left tainted its farewell is not said, as with Terraform.
        let left = times(&lines, &format!("left setup {id}"));
        assert!(left <= 2, "{what}: {id} was left {left} times\n{lines:?}");
    }
}

async fn matrix(name: &str, before: Option<&str>, after: &str, mode: Mode) -> usize {
    for at in 0.. {
        let folder = scratch();
        let cloud = cloud("0ms");
        if let Some(before) = before {
            finish(folder.path(), &cloud, before, Mode::Normal).await;
        }
        let first = believed_setup(folder.path());
        let fuse = Fuse::new(Some(at));
        let died = run(folder.path(), &cloud, after, mode, &fuse).await.is_none();
        let what = format!("{name}, killed at point {at}");
        finish(folder.path(), &cloud, after, mode).await;
        verify(folder.path(), &what, before.is_some());
        if let (Some(first), true) = (first, before != Some(after) || mode == Mode::Destroy) {
            let left = times(&said(folder.path()), &format!("left setup {first}"));
            assert!(left >= 1, "{what}: {first} went without its farewell");
        }
        let end = finish(folder.path(), &cloud, after, mode).await;
        let changes = end.plan.expect("a plan").changes;
        assert!(changes.iter().all(|change| change.action == Action::NoOp), "{what}: planning again finds something");
        if !died {
            return at;
        }
    }
    0
}

fn believed_setup(folder: &Path) -> Option<String> {
    if !folder.join("log").exists() {
        return None;
    }
    let state = believed(folder);
    let found = state.objects.iter().find(|(addr, _)| addr.to_string() == "terraform_data.setup");
    found.map(|(_, object)| object.id.to_string())
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn provisioners_are_neither_lost_nor_run_twice_for_one_object() {
    let changed = SETUP.replace("triggers_replace = \"1\"", "triggers_replace = \"2\"");
    assert_ne!(changed, SETUP);
    for (name, before, after, mode) in [
        ("make and provision", None, SETUP, Mode::Normal),
        ("replace and provision", Some(SETUP), changed.as_str(), Mode::Normal),
        ("bid farewell", Some(SETUP), SETUP, Mode::Destroy),
    ] {
        let points = matrix(name, before, after, mode).await;
        assert!(points > 5, "{name}: only {points} points");
        println!("{name:<24} killed at {points:>3} points: all converged");
    }
}
