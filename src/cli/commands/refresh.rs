//! `acier refresh`: brings the stored state in line with the cloud, without asking.
//!
//! **Never:** change the cloud. It is `apply -refresh-only -auto-approve`, as Terraform's is.

use std::path::Path;

use crate::cli::arguments::{ApplyArguments, RefreshArguments};
use crate::cli::exit::Exit;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::Outcome;

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: RefreshArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let mut planning = arguments.planning;
    planning.refresh_only = true;
    let apply = ApplyArguments { planning, destroy: false, auto_approve: true, json: arguments.json, plan: None };
    super::apply::run(folder, vars, &apply, false, screen).await
}
