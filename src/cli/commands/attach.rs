//! `acier attach`: what a container prints, as it prints it.
//!
//! **Never:** end the container: who stops watching only stops watching.

use std::path::Path;

use super::exec::{broken, check_running};
use crate::cli::arguments::AttachArguments;
use crate::cli::dial::dial;
use crate::cli::exit::Exit;
use crate::cli::groups::{container, look};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail};
use crate::cli::terminal::{Ended, watch};
use crate::diag::Sources;

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &AttachArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let (sight, meant) = look(folder, vars, &arguments.target, screen).await?;
    let group = sight.group(&meant, screen).await?;
    let container = container(&group, &meant, screen)?;
    check_running(&meant, &group, container, screen)?;
    let door = match sight.cloud.attach(&meant.id, &container.name).await {
        Ok(door) => door,
        Err(error) => return sight.fault(screen, &error),
    };
    let ended = match dial(sight.cloud.client().transport(), &door).await {
        Ok(dialled) => watch(dialled, screen).await,
        Err(lost) => Err(lost),
    };
    match ended {
        Ok(Ended::There) => {}
        // Whoever has seen enough has been served.
        Ok(Ended::Here) => return Ok(Exit::Done),
        Err(lost) => return fail(screen, &broken(&meant, &container.name, lost), &Sources::default()),
    }
    // The stream says nothing of how it ended.
    if let Ok(Some(group)) = sight.cloud.instance(&meant.id).await
        && let Some(own) = group.container(&container.name)
    {
        screen.note(&format!("{}/{}: {}", meant.shown, own.name, own.describe()));
    }
    Ok(Exit::Done)
}
