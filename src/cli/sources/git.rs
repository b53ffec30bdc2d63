//! The program git: how it is started, and what it says.
//!
//! **Never:** run hooks or filters that a repository brings, ask anybody for a password unless a
//! person sits at the terminal, or pass on a word that git could take for an option.
#![expect(clippy::disallowed_methods, reason = "looks for settings of git in the environment")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::addr::source::Git;

/// Settings that hold whatever the user or the repository sets. Line ends are as committed, or the
/// digest of a module would depend on the machine.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=no-hooks",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.eol=lf",
    "submodule.recurse=false",
    "advice.detachedHead=false",
    "protocol.ext.allow=never",
    "gc.auto=0",
];

/// Variables that say which repository git works on, as they are set inside of hooks.
const ELSEWHERE: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_TEMPLATE_DIR",
];

/// Starts git.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    /// Whether somebody can be asked.
    pub(super) terminal: bool,
}

/// Why git did not do it.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// There is no git.
    Missing,
    /// It said this.
    Said(String),
}

impl Program {
    /// Runs git in a folder and returns what it printed.
    ///
    /// # Errors
    /// What it said when it failed.
    pub(super) async fn run(
        self,
        folder: &Path,
        repository: &Git,
        words: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Result<String, Failure> {
        let mut command = Command::new("git");
        command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        if !self.terminal {
            command.env("GIT_TERMINAL_PROMPT", "0");
            if repository.url.starts_with("ssh:") && std::env::var_os("GIT_SSH").is_none() {
                command.env("GIT_SSH_COMMAND", ssh(folder).await);
            }
        }
        command.args(words);
        let output = command.output().await.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::Missing,
            _ => Failure::Said(error.to_string()),
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = repository.hide(String::from_utf8_lossy(&output.stderr).trim());
        Err(Failure::Said(if said.is_empty() { format!("git ended with {}", output.status) } else { said }))
    }
}

/// The user's own way to start ssh, told not to ask.
async fn ssh(folder: &Path) -> String {
    let own = match std::env::var_os("GIT_SSH_COMMAND") {
        Some(own) => Some(own.to_string_lossy().into_owned()),
        None => {
            let asked =
                Command::new("git").args(["config", "--get", "core.sshCommand"]).current_dir(folder).output().await;
            asked.ok().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
    };
    let own = own.filter(|own| !own.is_empty()).unwrap_or_else(|| "ssh".into());
    format!("{own} -o BatchMode=yes")
}

/// Whether version control leaves out a path below a folder; nothing where there is none.
pub(in crate::cli) async fn is_ignored(folder: &Path, path: &str) -> Option<bool> {
    let mut command = Command::new("git");
    command.args(["check-ignore", "--quiet", "--", path]).current_dir(folder).stdin(Stdio::null());
    match command.output().await.ok()?.status.code()? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}
