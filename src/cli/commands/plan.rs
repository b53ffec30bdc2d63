//! `acier plan`
//!
//! **Never:** change anything, in the cloud or in the state; `-out` writes the plan's own file.

use std::path::Path;

use crate::cli::arguments::PlanArguments;
use crate::cli::environment::in_automation;
use crate::cli::exit::Exit;
use crate::cli::planning::{make_plan, options, tell};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, Session, fail};
use crate::cli::whole;
use crate::diag::Diagnostic;
use crate::engine::resume::Patience;
use crate::plan::{Mode, file};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &PlanArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let options = options(&arguments.planning, arguments.destroy, screen)?;
    let ask = arguments.planning.variables.input;
    let mut session = Session::open(folder, vars, ask, (options.mode, Patience::Follow), screen).await?;
    let generate = arguments.generate_config_out.as_deref();
    let (plan, warnings) = make_plan(&mut session, &options, &arguments.planning, generate, screen).await?;
    tell(&session, &plan, &warnings, screen);
    if let Some(out) = &arguments.out {
        // Its fingerprints must still mean the same when it is carried out, so the key is kept now.
        if let Err(error) = session.store.keep_key() {
            return fail(screen, &error.diagnostic(), &session.project.sources);
        }
        let workspace = &session.project.host.workspace;
        let bytes = file::to_bytes(&plan, &session.project.texts(), workspace, &session.key);
        if let Err(error) = whole::write(&folder.join(out), &bytes) {
            let detail = format!("{}: {error}.", out.display());
            return fail(screen, &Diagnostic::error("The plan cannot be saved", detail), &session.project.sources);
        }
        if !arguments.json {
            let shown = out.display();
            screen.line(&format!("\nSaved the plan to: {shown}"));
            if !in_automation() {
                screen.line(&format!("\nTo carry out exactly these actions, run:\n    acier apply {shown:?}"));
            }
        }
    } else if !arguments.json && !plan.is_empty() && !in_automation() {
        screen.line(
            "\nNote: You didn't use the -out option to save this plan, so acier can't guarantee to take exactly these \
             actions if you run \"acier apply\" now.",
        );
    }
    // As Terraform counts: what others changed is a change only if something is done about it, or
    // if nothing but taking note of it was asked for.
    let noted = plan.mode == Mode::RefreshOnly && !plan.drift.is_empty();
    let changes = !plan.is_empty() || noted;
    session.end(plan);
    Ok(if arguments.detailed_exitcode && changes { Exit::Changes } else { Exit::Done })
}
