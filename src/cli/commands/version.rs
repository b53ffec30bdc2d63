//! `acier version`
//!
//! **Never:** touch the folder.

use crate::cli::arguments::VersionArguments;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;

/// The version of Terraform whose language acier reads.
pub(in crate::cli) const LANGUAGE: &str = "1.11.4";

pub(in crate::cli) fn run(arguments: &VersionArguments, screen: &Screen) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    if arguments.json {
        // The keys that tools read from `terraform version -json`, and acier's own.
        let json = serde_json::json!({
            "acier_version": version,
            "terraform_version": LANGUAGE,
            "platform": platform(),
            "provider_selections": {},
            "terraform_outdated": false,
        });
        screen.line(&format!("{json:#}"));
    } else {
        screen.line(&format!("acier v{version}"));
        screen.line(&format!("on {}", platform()));
        screen.line(&format!("reads the Terraform language as of v{LANGUAGE}"));
    }
    Exit::Done
}

/// The system in the words that Terraform has for it.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{system}_{machine}")
}
