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
        let json = serde_json::json!({ "acier_version": version, "terraform_language_version": LANGUAGE });
        screen.line(&format!("{json:#}"));
    } else {
        screen.line(&format!("acier v{version}"));
        screen.line(&format!("reads the Terraform language as of v{LANGUAGE}"));
    }
    Exit::Done
}
