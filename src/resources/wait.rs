//! Waits for what runs in a container group: `wait_for`, and groups that cannot start at all.
//!
//! **Never:** judge (`run` does) or sleep. In: the group as it is read, and what was seen before.
//! Out: `Progress`. The decision to question: the log of a failed container goes into the trace of
//! the fault, which is shown and not stored, because nobody knows what a container prints.

use serde_json::Value as Json;

use crate::arm::wire::Transport;
use crate::provider::{Call, Fault, FaultKind, Progress, Verb};

use super::azure::Azure;
use super::kinds::CONTAINER_GROUP;
use super::memory::Memory;
use super::operate::{Group, events_at};
use super::run::{Broken, Verdict, cannot_start, goal, judge, news, warnings};
use super::table::Kind;
use super::{codec, faults, progress};

/// How many lines of a failed container's log are shown.
const LINES: u32 = 20;

/// Refuses to begin what could only be waited for without end.
///
/// # Errors
/// When `wait_for` asks for an end and the containers are always started again.
pub(super) fn check(call: &Call) -> Result<(), Fault> {
    let ends = matches!(call.planned.text("wait_for"), Some("succeeded" | "terminated"));
    match call.planned.text("restart_policy") {
        Some("Always") if ends => Err(faults::invalid(
            "wait_for waits for the containers to end, and with restart_policy = \"Always\" they never do.".into(),
        )),
        _ => Ok(()),
    }
}

/// How a group stands before it is changed, and what is to be said of that.
///
/// # Errors
/// When it could not be read.
pub(super) async fn before<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
) -> Result<(Memory, Vec<String>), Fault> {
    if kind.name != CONTAINER_GROUP.name {
        return Ok((Memory::default(), Vec::new()));
    }
    let Some(body) = azure.get(kind, &call.id).await? else { return Ok((Memory::default(), Vec::new())) };
    let group = Group::parse(&body);
    let over = group.state.as_deref().filter(|state| matches!(*state, "Succeeded" | "Failed" | "Stopped"));
    let news = over.map(|state| format!("the group is in state {state}, so that the change deploys it anew"));
    Ok((Memory::before(&group), news.into_iter().collect()))
}

/// The progress, with lines before its own.
pub(super) fn prepend(mut lines: Vec<String>, mut progress: Progress) -> Progress {
    if let Progress::Pending { news, .. } = &mut progress {
        lines.append(news);
        *news = lines;
    }
    progress
}

/// Looks at what an operation says while it goes on; gives what is new.
///
/// # Errors
/// When the group cannot start: the operation would only end with its time-out.
pub(super) fn watch(
    kind: &'static Kind,
    call: &Call,
    status: &Json,
    memory: Option<&mut Memory>,
) -> Result<Vec<String>, Fault> {
    let Some(memory) = memory.filter(|_| kind.name == CONTAINER_GROUP.name && call.verb != Verb::Delete) else {
        return Ok(Vec::new());
    };
    let events = events_at(status, "/properties/events");
    match cannot_start(None, &events, memory) {
        Some(broken) => Err(fault(broken, String::new())),
        None => Ok(warnings(&events, memory)),
    }
}

/// The group stands. The end, unless `wait_for` asks for more and containers were started: then it
/// is looked at next, so that the wait is written down before it can fail.
pub(super) fn arrive(kind: &'static Kind, call: &Call, body: &Json, memory: Option<Memory>) -> Progress {
    match memory {
        Some(memory) if kind.name == CONTAINER_GROUP.name && goal(&call.planned).is_some() => {
            progress::look_again(0, String::new(), &memory).at_once()
        }
        _ => Progress::Done(codec::decode(kind, body, &call.planned)),
    }
}

/// Looks at what runs.
///
/// # Errors
/// When it has failed, or the group is gone.
pub(super) async fn look<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    count: u64,
    memory: Memory,
) -> Result<Progress, Fault> {
    match azure.look(kind, &call.id, progress::known(call)).await? {
        Some(body) => weigh(azure, kind, call, &body, count, memory).await,
        None => Err(faults::missing(&call.id)),
    }
}

async fn weigh<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    body: &Json,
    count: u64,
    mut memory: Memory,
) -> Result<Progress, Fault> {
    let group = Group::parse(body);
    let verdict = match goal(&call.planned) {
        Some(goal) => judge(goal, &group, &mut memory),
        None => Verdict::Reached,
    };
    let lines = news(&group, &mut memory);
    match verdict {
        // Nothing is lost by one more question, and everything that was seen is told.
        Verdict::Reached if !lines.is_empty() => {
            Ok(prepend(lines, progress::look_again(count, String::new(), &memory).at_once()))
        }
        Verdict::Reached => Ok(Progress::Done(codec::decode(kind, body, &call.planned))),
        Verdict::Wait(note) => Ok(prepend(lines, progress::look_again(count, note, &memory))),
        Verdict::Broken(broken) => {
            let logs = logs(azure, &call.id, &broken.containers).await;
            Err(fault(broken, logs))
        }
    }
}

fn fault(broken: Broken, trace: String) -> Fault {
    let Broken { code, message, hint, .. } = broken;
    Fault { kind: FaultKind::Run, code, message, trace, hint: Some(hint.to_owned()) }
}

/// The last lines that containers wrote.
async fn logs<T: Transport>(azure: &Azure<T>, id: &str, containers: &[String]) -> String {
    let mut text = Vec::new();
    for container in containers {
        match azure.logs(id, container, Some(LINES), false).await {
            Ok(log) if log.trim().is_empty() => text.push(format!("The log of container \"{container}\" is empty.")),
            Ok(log) => {
                text.push(format!("The last lines of the log of container \"{container}\":"));
                let lines: Vec<&str> = log.lines().collect();
                let from = lines.len().saturating_sub(LINES as usize);
                text.extend(lines.iter().skip(from).map(|line| format!("  {}", plain(line))));
            }
            Err(why) => {
                text.push(format!("The log of container \"{container}\" could not be read: {}", why.message));
            }
        }
    }
    text.join("\n")
}

/// A line that cannot move the cursor or change colours.
fn plain(line: &str) -> String {
    line.chars().filter(|character| !character.is_control() || *character == '\t').collect()
}

/// Nobody can tell whether the containers run with an update or as before it.
pub(super) fn uncertain(id: &str) -> Fault {
    Fault {
        kind: FaultKind::Run,
        code: String::new(),
        message: format!("It is not known whether {id} was updated, and so not what its containers ran with."),
        trace: String::new(),
        hint: Some("The next apply updates it again.".into()),
    }
}
