//! From a session to a plan: refresh, plan, answer what the planner asks, plan again.
//!
//! **Never:** change anything. In: a session and what the user asked. Out: a plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::addr::{Addr, Target, parse};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::foresee::foresee;
use crate::engine::refresh::refresh;
use crate::engine::seek::answer;
use crate::lang::watch::watched;
use crate::plan::{Answers, Mode, Options, Plan, Planned, Refreshed, moved, plan, render};
use crate::provider::{Provider, Turn};
use crate::value::{Name, Value};

use super::arguments::PlanningArguments;
use super::exit::Exit;
use super::imports;
use super::project::Project;
use super::screen::Screen;
use super::session::{Outcome, Session, fail};
use super::stream;

/// Reads the options that say what to plan.
pub(super) fn options(arguments: &PlanningArguments, destroy: bool, screen: &Screen) -> Outcome<Options> {
    let sources = crate::diag::Sources::default();
    let refuse = |summary: &str, detail: String| -> Exit {
        screen.diagnostic(&Diagnostic::error(summary, detail), &sources);
        Exit::Usage
    };
    if destroy && arguments.refresh_only {
        return Err(refuse("Options contradict each other", "-destroy and -refresh-only exclude each other.".into()));
    }
    if arguments.refresh_only && !arguments.refresh {
        return Err(refuse("Options contradict each other", "-refresh-only with -refresh=false does nothing.".into()));
    }
    if (destroy || arguments.refresh_only) && !arguments.replace.is_empty() {
        let detail = "-replace says what is to be made anew, and this plan makes nothing.";
        return Err(refuse("Unsupported plan mode", detail.into()));
    }
    if (destroy || arguments.refresh_only) && (arguments.adopt || arguments.send_secrets) {
        let detail = "-adopt and -send-secrets say how objects come under management, and this plan imports none.";
        return Err(refuse("Options contradict each other", detail.into()));
    }
    if arguments.parallelism == 0 {
        return Err(refuse("Invalid -parallelism", "At least one step must be allowed at a time.".into()));
    }
    let targets = |texts: &[String]| -> Outcome<Vec<Target>> {
        texts
            .iter()
            .map(|text| parse::target(text).map_err(|error| refuse("Invalid address", format!("{error}."))))
            .collect()
    };
    let replace: Outcome<Vec<Addr>> = arguments
        .replace
        .iter()
        .map(|text| parse::addr(text).map_err(|error| refuse("Invalid address", format!("{error}."))))
        .collect();
    let mode = match (destroy, arguments.refresh_only) {
        (true, _) => Mode::Destroy,
        (_, true) => Mode::RefreshOnly,
        _ => Mode::Normal,
    };
    Ok(Options {
        mode,
        targets: targets(&arguments.target)?,
        excludes: targets(&arguments.exclude)?,
        replace: replace?,
        imports: Vec::new(),
        adopt: arguments.adopt,
        send_secrets: arguments.send_secrets,
        accounts: BTreeMap::new(),
        home: "".into(),
    })
}

/// Refreshes, plans, and asks the service what it will say to the plan. `generate` is where blocks
/// are written to that imports lack.
pub(super) async fn make_plan(
    session: &mut Session,
    options: &Options,
    arguments: &PlanningArguments,
    generate: Option<&Path>,
    screen: &Screen,
) -> Outcome<(Plan, Diagnostics)> {
    let (plan, mut warnings) = decide(session, options, arguments, generate, screen).await?;
    session.pace = None;
    // Who does not want the cloud to be read does not want it to be asked either.
    if arguments.preflight && arguments.refresh && !plan.is_empty() {
        let foresight = foresee(&session.cloud, &session.state, &plan).await;
        warnings.extend(session.place(foresight.diagnostics));
        session.pace = foresight.pace;
        if warnings.has_errors() {
            screen.diagnostics(&warnings, &session.project.sources);
            return Err(Exit::Failed);
        }
    }
    Ok((plan, warnings))
}

/// Shows a plan, and below it what it warns of: above a long one nobody would see it.
pub(super) fn tell(session: &Session, plan: &Plan, warnings: &Diagnostics, screen: &Screen) {
    let Project { schemas, sources, .. } = &session.project;
    if screen.tells_lines() {
        stream::plan(screen, plan, session.pace.as_ref());
    } else {
        screen.text(&render::plan_of(plan, schemas, sources, screen.colour));
        session.pace.iter().for_each(|turn| screen.line(&format!("\n{}", pace(turn))));
    }
    screen.diagnostics(warnings, sources);
}

/// What a plan says about its pace: `About 3 h 20 min at this subscription's rate: ...`
pub(super) fn pace(turn: &Turn) -> String {
    format!("About {} at this subscription's rate: {}", span(turn.after), turn.why)
}

fn span(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Reads what the state holds, whatever the targets: what they need counts too, and lists are cheap.
async fn read_all(session: &Session, arguments: &PlanningArguments, screen: &Screen) -> Outcome<Refreshed> {
    let watched = watched(&session.project.tree, &session.project.schemas);
    let is_watched = |addr: &Addr| watched.contains(&*addr.block.declared());
    let Session { cloud, state, key, .. } = session;
    let moved = if screen.tells_lines() { moved(&session.project.tree, state) } else { BTreeMap::new() };
    if screen.tells_lines() {
        stream::refreshing(screen, state, &moved);
    }
    let refreshed = match refresh(cloud, state, key, arguments.parallelism, &|_| true, &is_watched).await {
        Ok(refreshed) => refreshed,
        Err(diagnostics) => {
            screen.diagnostics(&session.place(diagnostics), &session.project.sources);
            return Err(Exit::Failed);
        }
    };
    if screen.tells_lines() {
        let gone = refreshed.found.iter().filter(|(_, _, object)| object.is_none());
        let gone = gone.filter_map(|(addr, deposed, _)| {
            let object = match deposed {
                None => state.objects.get(addr)?,
                Some(deposed) => state.deposed.get(&(addr.clone(), deposed.clone()))?,
            };
            Some((addr, &object.id))
        });
        let gone: BTreeSet<(&Addr, &Name)> = gone.collect();
        stream::refreshed(screen, state, &moved, &|addr, id| gone.contains(&(addr, id)));
    }
    Ok(refreshed)
}

async fn decide(
    session: &mut Session,
    options: &Options,
    arguments: &PlanningArguments,
    generate: Option<&Path>,
    screen: &Screen,
) -> Outcome<(Plan, Diagnostics)> {
    let (accounts, home) = (session.cloud.accounts().clone(), session.cloud.cloud());
    let options = &Options { accounts, home, ..options.clone() };
    let refreshed = if arguments.refresh { read_all(session, arguments, screen).await? } else { Refreshed::default() };
    let mut answers = Answers::default();
    loop {
        let mut scope = session.scope(false);
        let planned = plan(&mut scope, &session.inputs, &session.state, &refreshed, &answers, options, &session.key);
        match planned {
            Ok((Planned::Ready(plan), warnings)) => return Ok((*plan, warnings)),
            Ok((Planned::Ask(questions), _)) => {
                if screen.tells_lines() {
                    questions.data.iter().for_each(|(addr, _)| stream::reading(screen, addr));
                }
                let read = match answer(&session.cloud, &questions, &session.key, arguments.parallelism).await {
                    Ok(read) => read,
                    Err(diagnostics) => {
                        screen.diagnostics(&session.place(diagnostics), &session.project.sources);
                        return Err(Exit::Failed);
                    }
                };
                if screen.tells_lines() {
                    for (addr, value) in &read.data {
                        stream::read(screen, addr, value.get("id").and_then(Value::as_str));
                    }
                    for (addr, object) in &read.objects {
                        object.iter().for_each(|object| stream::sought(screen, addr, &object.id));
                    }
                }
                if let Err(endless) = answers.add(read) {
                    return fail(screen, &endless, &session.project.sources);
                }
                if let Some(path) = generate {
                    imports::generate(session, &answers, path, screen)?;
                }
            }
            Err(mut diagnostics) => {
                imports::advise(session, &answers, &mut diagnostics);
                screen.diagnostics(&diagnostics, &session.project.sources);
                return Err(Exit::Failed);
            }
        }
    }
}
