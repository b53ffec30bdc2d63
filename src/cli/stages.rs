//! An apply in stages: what becomes known by one stage is planned and shown in the next.
//!
//! **Never:** act; `apply` carries plans out. In: the session after a stage. Out: the plan of the next
//! one, or what waits still. The decision to question: a saved plan is one stage, because what
//! comes after it was never looked at; and nobody is asked who cannot answer.

use crate::engine::Report;
use crate::plan::{Options, Plan, waiting};

use super::arguments::ApplyArguments;
use super::exit::Exit;
use super::planning::{make_plan, tell};
use super::screen::Screen;
use super::session::{Outcome, Session, fail};
use super::{stream, stream_plan};

/// How far an apply has come.
#[derive(Debug, Default)]
pub(super) struct Stages {
    done: usize,
    imported: usize,
    added: usize,
    changed: usize,
    destroyed: usize,
}

impl Stages {
    /// Adds what the stages before did to the report of this one.
    pub(super) fn add(&mut self, report: &mut Report) {
        self.done += 1;
        report.imported += self.imported;
        report.added += self.added;
        report.changed += self.changed;
        report.destroyed += self.destroyed;
        self.imported = report.imported;
        self.added = report.added;
        self.changed = report.changed;
        self.destroyed = report.destroyed;
    }

    /// Whether this is not the first stage.
    pub(super) fn later(&self) -> bool {
        self.done > 0
    }

    /// Plans what waited, now that a stage is done, and shows it.
    pub(super) async fn next(
        &self,
        session: &mut Session,
        before: &Plan,
        options: &mut Options,
        arguments: &ApplyArguments,
        screen: &Screen,
    ) -> Outcome<Plan> {
        options.go_on_from(before);
        let number = self.done + 1;
        if arguments.json {
            stream::log(screen, &format!("Stage {number}"));
        } else {
            screen.bold(&format!("\nStage {number}: what waited is planned now."));
        }
        let (plan, warnings) = make_plan(session, options, &arguments.planning, None, screen).await?;
        if !waiting::progresses(before, &plan) {
            screen.diagnostics(&warnings, &session.project.sources);
            return fail(screen, &waiting::stuck(&plan), &session.project.sources);
        }
        tell(session, &plan, &warnings, screen);
        Ok(plan)
    }
}

/// Says what waits when an apply stops between two stages.
pub(super) fn stop(plan: &Plan, json: bool, screen: &Screen) -> Exit {
    let count = plan.waiting.len();
    let words = if count == 1 { "1 block waits".to_owned() } else { format!("{count} blocks wait") };
    let text = format!("{words} for a later stage; nothing of it was done. To go on, run: acier apply");
    if json {
        stream_plan::deferred(screen, plan);
        stream::log(screen, &text);
    } else {
        for waiting in &plan.waiting {
            screen.line(&format!("  {}", waiting::sentence(plan, waiting)));
        }
        screen.line(&format!("\n{text}"));
    }
    Exit::Waiting
}
