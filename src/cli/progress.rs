//! Notices of the engine as Terraform's progress lines.
//!
//! **Never:** hold state of the run. In: a notice. Out: one line.

use std::time::Duration;

use crate::engine::Notice;
use crate::engine::notice::Provisioning;
use crate::plan::StepAct;

/// The line for a notice.
pub(super) fn line(notice: &Notice) -> String {
    match notice {
        Notice::Started { addr, act, id } => {
            let id = id.as_ref().filter(|id| !id.is_empty()).map(|id| format!(" [id={id}]")).unwrap_or_default();
            format!("{addr}: {}...{id}", begin(*act))
        }
        Notice::Still { addr, act, elapsed, note } => {
            let note = if note.is_empty() { String::new() } else { format!(": {note}") };
            format!("{addr}: Still {}... [{} elapsed]{note}", begin(*act).to_lowercase(), time(*elapsed))
        }
        Notice::Finished { addr, act, elapsed, id } => {
            let id = id.as_ref().filter(|id| !id.is_empty()).map(|id| format!(" [id={id}]")).unwrap_or_default();
            format!("{addr}: {} complete after {}{id}", end(*act), time(*elapsed))
        }
        Notice::Waiting { wait, why } => {
            format!("The next steps wait {} for their turn. {why}", time(*wait))
        }
        Notice::Provisioner { addr, kind, what } => match what {
            Provisioning::Started => format!("{addr}: Provisioning with '{kind}'..."),
            Provisioning::Said(line) => format!("{addr} ({kind}): {line}"),
            Provisioning::Finished => format!("{addr}: ({kind}) Provisioning complete"),
            Provisioning::Failed => format!("{addr}: ({kind}) Provisioning errored"),
        },
        Notice::Happened { addr, line } => format!("{addr}: {line}"),
        Notice::Failed { addr, act, .. } => format!("{addr}: {} failed", end(*act)),
        Notice::Importing { addr, id } => format!("{addr}: Importing... [id={id}]"),
        Notice::Imported { addr, id } => format!("{addr}: Import complete [id={id}]"),
        Notice::Resuming { steps } => {
            format!("An earlier run left {} in flight. Looking up what became of it...", count(*steps))
        }
        Notice::Resumed { addr, what } => format!("{addr}: {what}"),
        Notice::Stopping { in_flight } => format!(
            "\nInterrupt received. Finishing {} in flight, beginning nothing new. \
             Interrupt again to leave at once; everything that was begun is recorded.",
            count(*in_flight)
        ),
    }
}

/// Whether people are not told.
pub(super) fn is_mute(notice: &Notice) -> bool {
    matches!(notice, Notice::Provisioner { what: Provisioning::Finished | Provisioning::Failed, .. })
}

fn count(steps: usize) -> String {
    if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") }
}

fn begin(act: StepAct) -> &'static str {
    match act {
        StepAct::Create => "Creating",
        StepAct::Update => "Modifying",
        StepAct::Delete => "Destroying",
        StepAct::Read => "Reading",
        StepAct::Depose | StepAct::Forget => "Forgetting",
    }
}

/// What ended, by what was done.
pub(super) fn end(act: StepAct) -> &'static str {
    match act {
        StepAct::Create => "Creation",
        StepAct::Update => "Modifications",
        StepAct::Delete => "Destruction",
        StepAct::Read => "Read",
        StepAct::Depose | StepAct::Forget => "Forgetting",
    }
}

/// A duration as Terraform writes it: `0s`, `1m30s`.
pub(super) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}
