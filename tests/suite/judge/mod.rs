//! The real Terraform, as far as this machine has the one that acier answers for.
//!
//! **Never:** let the machine's environment decide: settings, logs and other arguments for Terraform that
//! somebody exported are not seen by it. In: nothing. Out: whether it is here, and how it is started.

use std::io::Write as _;
use std::process::Command;
use std::sync::OnceLock;

/// Another one has other words and other functions.
const VERSION: &str = "1.11.4";

/// Whether it can be asked; says what is left out if not.
pub(crate) fn is_here(left_out: &str) -> bool {
    static WHY_NOT: OnceLock<Option<String>> = OnceLock::new();
    let why_not = WHY_NOT.get_or_init(|| {
        let told = terraform().args(["version", "-json"]).output().ok().filter(|told| told.status.success());
        let Some(told) = told else { return Some("terraform is not on the path".into()) };
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        let version = told["terraform_version"].as_str().unwrap_or("without a version").to_owned();
        (version != VERSION).then(|| format!("the terraform on the path is {version}, not {VERSION}"))
    });
    if let Some(why) = why_not {
        // Not by a macro, whose words are kept from view when a test passes.
        let mut out = std::io::stderr();
        writeln!(out, "SKIPPED: {why}; {left_out}").unwrap();
    }
    why_not.is_none()
}

/// A command of Terraform that sees the path and nothing else.
pub(crate) fn terraform() -> Command {
    let mut command = Command::new("terraform");
    command.env_clear();
    // Windows opens no socket without the second.
    command.envs(["PATH", "SystemRoot"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.env("CHECKPOINT_DISABLE", "1");
    command
}
