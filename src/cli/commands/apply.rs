//! `acier apply` and `acier destroy`
//!
//! **Never:** act without approval: a typed yes, `-auto-approve`, or a saved plan.

use std::path::Path;
use std::rc::Rc;

use tokio::sync::watch;

use crate::cli::arguments::ApplyArguments;
use crate::cli::backend::must_be_beside;
use crate::cli::exit::Exit;
use crate::cli::fleeting;
use crate::cli::interrupt::listen;
use crate::cli::planning::{make_plan, options, tell};
use crate::cli::progress;
use crate::cli::project::{Project, Var};
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, Session, fail, journal_broken, open_store, validate};
use crate::cli::stages::{self, Stages};
use crate::cli::workspace::selected;
use crate::cli::{kinds, outputs, saved, stream};
use crate::diag::{Diagnostic, Sources};
use crate::engine::apply::apply;
use crate::engine::resume::Patience;
use crate::engine::{Level, Notice, Report};
use crate::plan::resolve::Resolver;
use crate::plan::{Mode, Options, Plan, file};
use crate::provider::Provider;
use crate::store::Access;

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &ApplyArguments,
    destroy: bool,
    screen: &Screen,
) -> Outcome<Exit> {
    let (mut session, mut plan, mut options) = match &arguments.plan {
        Some(path) => {
            let (session, plan) = reopened(folder, path, arguments, vars, destroy, screen).await?;
            (session, plan, None)
        }
        None => {
            let options = options(&arguments.planning, destroy, screen)?;
            let (session, plan) = planned(folder, vars, arguments, &options, screen).await?;
            (session, plan, Some(options))
        }
    };
    let done = go(&mut session, &mut plan, options.as_mut(), arguments, destroy, screen).await;
    session.end(plan);
    done
}

/// Carries out a plan, and the plans of the stages that follow it.
async fn go(
    session: &mut Session,
    plan: &mut Plan,
    mut options: Option<&mut Options>,
    arguments: &ApplyArguments,
    destroy: bool,
    screen: &Screen,
) -> Outcome<Exit> {
    let mut stages = Stages::default();
    loop {
        if stages.later() && !arguments.auto_approve && !screen.can_ask() {
            return Ok(stages::stop(plan, arguments.json, screen));
        }
        if arguments.plan.is_none() && !approved(plan, arguments, screen) {
            screen.line(if plan.mode == Mode::Destroy { "\nDestroy cancelled." } else { "\nApply cancelled." });
            return Ok(if stages.later() { Exit::Waiting } else { Exit::Failed });
        }
        let mut report = carry_out(session, plan, arguments, screen).await;
        stages.add(&mut report);
        let destroys = destroy && arguments.plan.is_none();
        let exit = conclude(session, plan, &report, arguments.json.then_some(destroys), screen);
        if exit != Exit::Done || plan.waiting.is_empty() {
            return Ok(exit);
        }
        let Some(options) = options.as_deref_mut() else { return Ok(stages::stop(plan, arguments.json, screen)) };
        *plan = stages.next(session, plan, options, arguments, screen).await?;
    }
}

async fn planned(
    folder: &Path,
    vars: &[Var],
    arguments: &ApplyArguments,
    options: &Options,
    screen: &Screen,
) -> Outcome<(Session, Plan)> {
    if arguments.json && !arguments.auto_approve {
        let detail = "With -json nobody can be asked: add -auto-approve, or apply a saved plan.";
        screen.diagnostic(&Diagnostic::error("Plan file or auto-approve required", detail), &Sources::default());
        return Err(Exit::Usage);
    }
    let ask = arguments.planning.variables.input;
    // What is deleted is not waited for.
    let patience = if options.mode == Mode::Destroy { Patience::Drop } else { Patience::Follow };
    let mut session = Session::open(folder, vars, ask, (options.mode, patience), screen).await?;
    must_be_beside(&session.project, screen)?;
    let (plan, warnings) = make_plan(&mut session, options, &arguments.planning, None, screen).await?;
    tell(&session, &plan, &warnings, screen);
    Ok((session, plan))
}

/// Opens a saved plan to carry it out, with the configuration and the inputs that it was made from.
async fn reopened(
    folder: &Path,
    path: &Path,
    arguments: &ApplyArguments,
    vars: &[Var],
    destroy: bool,
    screen: &Screen,
) -> Outcome<(Session, Plan)> {
    let planning = &arguments.planning;
    let none = Sources::default();
    let asks = !planning.target.is_empty() || !planning.exclude.is_empty();
    let asks = asks || planning.adopt || planning.send_secrets;
    if destroy && !arguments.destroy {
        let shown = path.display().to_string();
        let detail = "A saved plan says itself what is done. acier destroy makes its own plan.";
        let hint = format!("If this plan was made with acier plan -destroy, run acier apply {shown:?}.");
        screen.diagnostic(&Diagnostic::error("Destroy can't be called with a plan file", detail).hint(hint), &none);
        return Err(Exit::Usage);
    }
    if destroy || asks || planning.refresh_only || !planning.replace.is_empty() {
        let detail = "A saved plan was decided when it was made; targets, -replace, -adopt, -send-secrets, \
                      -destroy and -refresh-only cannot change it.";
        screen.diagnostic(&Diagnostic::error("A saved plan takes no planning options", detail), &none);
        return Err(Exit::Usage);
    }
    let bytes = saved::read(folder, path, screen)?;
    foreign(&bytes, folder, screen)?;
    let (store, state) = open_store(folder, Access::Write, screen)?;
    let saved = saved::unseal(&bytes, path, store.key(), screen)?;
    let refuse = |diagnostic: &Diagnostic| -> Exit {
        screen.diagnostic(diagnostic, &Sources::default());
        Exit::Stale
    };
    file::audit(&saved.plan, &state).map_err(|diagnostic| refuse(&diagnostic))?;
    let opened = Project::from_sources(folder, saved::sources(&saved), Rc::new(kinds::schemas()));
    let mut project = opened.map_err(|broken| broken.tell(screen))?;
    must_be_beside(&project, screen)?;
    project.host.planned = Some(saved.plan.at.to_string());
    let inputs = fleeting::complete(&saved.plan.inputs, &mut project, vars, screen)?;
    validate(&project, screen)?;
    let session = Session::resumed(project, inputs, (store, state), Patience::Follow, screen).await?;
    // What an earlier run left in flight may have ended since.
    file::audit(&saved.plan, &session.state).map_err(|diagnostic| refuse(&diagnostic))?;
    if arguments.json {
        stream::saved(screen, &saved.plan);
    }
    Ok((session, saved.plan))
}

/// Refuses a plan that was made for another workspace than the selected one.
fn foreign(bytes: &[u8], folder: &Path, screen: &Screen) -> Outcome<()> {
    let selected = selected(folder).or_else(|wrong| fail(screen, &wrong, &Sources::default()))?;
    let Some(own) = file::workspace_of(bytes).filter(|own| **own != *selected.name) else { return Ok(()) };
    let detail = format!(
        "The plan was made for the workspace {own:?}, and {:?} is selected. Nothing was done.",
        &*selected.name
    );
    let hint = format!("Run acier workspace select {own} and apply it there, or make a new plan.");
    screen
        .diagnostic(&Diagnostic::error("Saved plan is for another workspace", detail).hint(hint), &Sources::default());
    Err(Exit::Stale)
}

fn approved(plan: &Plan, arguments: &ApplyArguments, screen: &Screen) -> bool {
    if arguments.auto_approve || (plan.is_empty() && plan.refreshed.found.is_empty()) {
        return true;
    }
    let (question, meaning) = if plan.mode == Mode::Destroy {
        ("Do you really want to destroy all of these?", "There is no undo.")
    } else {
        ("Do you want to perform these actions?", "acier will perform the actions described above.")
    };
    let answer = screen
        .ask(&format!("\n{question}\n  {meaning}\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: "));
    screen.line("");
    answer.as_deref().map(str::trim) == Some("yes")
}

async fn carry_out(session: &mut Session, plan: &Plan, arguments: &ApplyArguments, screen: &Screen) -> Report {
    if plan.is_empty() && plan.refreshed.found.is_empty() {
        return Report::default();
    }
    let mut resolver = Resolver::new(session.scope(true), plan, &session.state);
    let (sender, receiver) = watch::channel(Level::Go);
    let shown = screen.clone();
    let json = arguments.json;
    let mut tell = move |notice: Notice| {
        match json {
            true => stream::notice(&shown, &notice),
            // Of the end of a provisioner only machines are told, as by Terraform.
            false if progress::is_mute(&notice) => {}
            false => shown.line(&progress::line(&notice)),
        }
    };
    let parallelism = arguments.planning.parallelism;
    let Session { cloud, state, store, key, .. } = session;
    let mut desk = crate::engine::Desk { state, journal: store, key, now: Rc::new(crate::cli::session::now) };
    let work = apply(&*cloud, &mut desk, plan, &mut resolver, parallelism, receiver, &mut tell);
    listen(sender, work).await
}

/// `json` says that machines are told, and whether the command was `destroy`.
fn conclude(session: &Session, plan: &Plan, report: &Report, json: Option<bool>, screen: &Screen) -> Exit {
    let sources = &session.project.sources;
    if plan.partial && report.is_complete() {
        screen.diagnostic(&incomplete(), sources);
    }
    screen.diagnostics(&session.place(report.diagnostics.clone()), sources);
    if let Some(broken) = &report.broken {
        screen.diagnostic(&journal_broken(&broken.0), sources);
    }
    if let Some(destroys) = json {
        stream::summary(screen, destroys, report, &session.state);
    } else {
        say_counts(session, plan, report, screen);
        if plan.mode != Mode::Destroy && plan.waiting.is_empty() {
            outputs::print(screen, &session.state);
        }
    }
    match (report.is_complete(), report.interrupted) {
        (_, true) => Exit::Interrupted,
        (true, _) => Exit::Done,
        (false, _) => Exit::Failed,
    }
}

/// What a partial plan leaves open.
fn incomplete() -> Diagnostic {
    let detail = "The plan looked at a part only (-target or -exclude), so other changes that the configuration asks for \
                  may be left, and output values may be out of date.";
    Diagnostic::warning("Applied changes may be incomplete", detail).hint("See what is left with acier plan.")
}

fn say_counts(session: &Session, plan: &Plan, report: &Report, screen: &Screen) {
    let word = match plan.mode {
        Mode::Destroy => "Destroy",
        _ if plan.waiting.is_empty() => "Apply",
        _ => "Stage",
    };
    let complete = report.is_complete();
    let Report { imported, added, changed, destroyed, .. } = report;
    let imports = if *imported == 0 { String::new() } else { format!("{imported} imported, ") };
    let counts = if plan.mode == Mode::Destroy {
        format!("Resources: {destroyed} destroyed.")
    } else {
        format!("Resources: {imports}{added} added, {changed} changed, {destroyed} destroyed.")
    };
    if complete {
        screen.good(&format!("\n{word} complete! {counts}"));
        return;
    }
    screen.bold(&format!("\n{word} incomplete. {counts}"));
    if !report.skipped.is_empty() {
        screen.line(&format!("Not begun: {}.", list(&report.skipped)));
    }
    if !report.unknown.is_empty() {
        let place = match report.unknown.iter().all(|addr| kinds::is_builtin(&addr.block.kind)) {
            true => String::new(),
            false => format!(" in {}", session.cloud.cloud()),
        };
        screen.line(&format!(
            "Begun, end not known: {}. The next command looks them up{place} before anything else.",
            list(&report.unknown)
        ));
    }
}

fn list(addresses: &[crate::addr::Addr]) -> String {
    let shown: Vec<String> = addresses.iter().take(10).map(ToString::to_string).collect();
    let more = addresses.len().saturating_sub(10);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
