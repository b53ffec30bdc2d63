//! One of the two programs, in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

pub(super) struct Side {
    folder: tempfile::TempDir,
    program: &'static str,
}

/// What a run said.
pub(super) struct Ran {
    pub(super) failed: bool,
    pub(super) out: String,
    pub(super) err: String,
}

pub(super) fn has_terraform() -> bool {
    crate::judge::is_here("its plans were not compared")
}

impl Side {
    pub(super) fn terraform() -> Side {
        let side = Side { folder: tempfile::tempdir().unwrap(), program: "terraform" };
        fs::write(side.folder.path().join("rc"), "disable_checkpoint = true\n").unwrap();
        side
    }

    pub(super) fn acier() -> Side {
        Side { folder: tempfile::tempdir().unwrap(), program: env!("CARGO_BIN_EXE_acier") }
    }

    /// Lays the files of a folder over those that are there.
    pub(super) fn lay(&self, from: &Path) {
        lay(from, self.folder.path());
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn run(&self, words: &[&str]) -> Ran {
        let path = self.folder.path();
        let mut command = Command::new(self.program);
        command.args(words).current_dir(path).stdin(Stdio::null()).env_clear();
        command.envs(["PATH", "SystemRoot"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("TF_CLI_CONFIG_FILE", path.join("rc")).env("CHECKPOINT_DISABLE", "1").env("HOME", path);
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { failed: !output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

fn lay(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            lay(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
