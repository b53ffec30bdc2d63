//! What the containers of a group have come to: where `wait_for` wants them, on the way, or beyond hope.
//!
//! **Never:** ask the service or look at a clock: counts and times are the service's own. In: a
//! group with its instance view and what was seen before. Out: a verdict, and lines that tell
//! what is new. The decision to question: patience is counted in the service's own tries, so that
//! neither a single error nor a slow poll ends a wait.

use std::fmt::Write;

use crate::value::Value;

use super::memory::Memory;
use super::operate::{Container, Event, Group};

/// So many failed tries to pull an image or to mount a volume...
const TRIES: i64 = 3;
/// ... over at least so many seconds are taken for the end, unless a later try went well. The
/// service waits longer after each: the documented example of a missing image has three in 41 s.
const TRIED_FOR: f64 = 30.0;
/// So many ends of a container that is started again each time are a crash loop: with the waits
/// of 10, 20, 40 and 80 s in between that is two and a half minutes at least.
const CRASHES: i64 = 5;
/// So many further looks must find containers running on before they count as running: about eight
/// seconds, because what falls over does it soon after its start.
const STEADY: i64 = 4;
/// How many events a message holds at most.
const TOLD: usize = 20;

/// Where the containers shall come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Running,
    Succeeded,
    Terminated,
}

/// What `wait_for` asks beyond the provisioning.
pub(super) fn goal(planned: &Value) -> Option<Goal> {
    match planned.text("wait_for")? {
        "running" => Some(Goal::Running),
        "succeeded" => Some(Goal::Succeeded),
        "terminated" => Some(Goal::Terminated),
        _ => None,
    }
}

/// Why the goal is out of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// A few words: `exit code 3`.
    pub(super) code: String,
    /// What happened, with the service's own events.
    pub(super) message: String,
    pub(super) hint: &'static str,
    /// The containers whose logs may say more.
    pub(super) containers: Vec<String>,
}

/// What the containers have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The goal.
    Reached,
    /// They are on the way; how they stand, in words.
    Wait(String),
    /// They will not get there.
    Broken(Broken),
}

/// How one container stands, what it did before the last change left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Running,
    /// It ended, with this code if there is one, and is not started again.
    Ended(Option<i64>),
}

/// Judges. What it sees it remembers.
pub(super) fn judge(goal: Goal, group: &Group, memory: &mut Memory) -> Verdict {
    let policy = group.restart_policy.as_deref().unwrap_or("Always");
    let over = group.state.as_deref().is_some_and(|state| is(state, "Failed") || is(state, "Succeeded"));
    let phase = |container: &Container| phase(container, policy, over, memory);
    if group.state.as_deref().is_some_and(|state| is(state, "Stopped")) {
        return if goal == Goal::Terminated { Verdict::Reached } else { Verdict::Broken(stopped(group)) };
    }
    let all = || group.init_containers.iter().chain(&group.containers);
    let stuck = all().find_map(|one| cannot_start(Some(one), &one.events, memory).or_else(|| loops(one, memory)));
    if let Some(broken) = stuck.or_else(|| cannot_start(None, &group.events, memory)) {
        return Verdict::Broken(broken);
    }
    let failed: Vec<&Container> =
        all().filter(|one| matches!(phase(one), Phase::Ended(code) if code != Some(0))).collect();
    let ended = group.containers.iter().all(|one| matches!(phase(one), Phase::Ended(_)));
    let reached = match goal {
        Goal::Terminated => ended || failed.iter().any(|one| group.init_containers.contains(one)),
        _ if !failed.is_empty() => return Verdict::Broken(exited(goal, &failed, memory)),
        Goal::Succeeded => ended,
        Goal::Running => group.containers.iter().all(|one| phase(one) != Phase::Waiting),
    };
    let stand = all().map(|one| format!("{} {}", one.name, stands(one, phase(one)))).collect::<Vec<_>>().join(", ");
    let looks: String = all().map(|one| format!("{} {:?} {};", one.name, one.started, one.restarts)).collect();
    if std::mem::replace(&mut memory.steady, looks) == memory.steady && reached {
        memory.looks += 1;
    } else {
        memory.looks = 0;
    }
    let steady = memory.looks >= STEADY;
    if reached && (steady || goal != Goal::Running || ended) { Verdict::Reached } else { Verdict::Wait(stand) }
}

fn phase(container: &Container, policy: &str, over: bool, memory: &Memory) -> Phase {
    let old = container.finished.is_some() && memory.ended.get(&container.name) == container.finished.as_ref();
    match container.state.as_deref() {
        Some(state) if is(state, "Running") => Phase::Running,
        Some(state) if is(state, "Terminated") && !old => {
            let final_end = is(policy, "Never") || over || (is(policy, "OnFailure") && container.exit_code == Some(0));
            if final_end { Phase::Ended(container.exit_code) } else { Phase::Waiting }
        }
        _ => Phase::Waiting,
    }
}

fn stands(container: &Container, phase: Phase) -> String {
    let again = if container.restarts > 0 { format!(", restarts: {}", container.restarts) } else { String::new() };
    match phase {
        Phase::Running => format!("runs{again}"),
        Phase::Ended(Some(code)) => format!("ended with exit code {code}{again}"),
        Phase::Ended(None) => format!("ended{again}"),
        Phase::Waiting => match &container.detail {
            Some(detail) => format!("waits ({detail}){again}"),
            None => format!("waits{again}"),
        },
    }
}

/// What is new since the last look, a line each: events, and containers that changed their state.
pub(super) fn news(group: &Group, memory: &mut Memory) -> Vec<String> {
    let policy = group.restart_policy.as_deref().unwrap_or("Always");
    let mut lines: Vec<String> = group.events.iter().filter_map(|event| tell("the group", event, memory)).collect();
    for container in group.init_containers.iter().chain(&group.containers) {
        let who = format!("container {}", container.name);
        lines.extend(container.events.iter().filter_map(|event| tell(&who, event, memory)));
        // Whether it is started again is not asked here: an end is news in any case.
        let phase = phase(container, policy, true, memory);
        let line = stands(container, phase);
        if phase != Phase::Waiting && memory.states.insert(container.name.clone(), line.clone()).as_ref() != Some(&line)
        {
            lines.push(format!("{who} {line}"));
        }
    }
    lines
}

fn tell(who: &str, event: &Event, memory: &mut Memory) -> Option<String> {
    let key = format!("{who}|{}", Memory::key(event));
    let before = memory.told.insert(key, event.count);
    (before.is_none_or(|before| before < event.count)).then(|| format!("{who}: {}", line(event)))
}

/// Warnings that an operation tells of, each once; the service does not say about which container.
pub(super) fn warnings(events: &[Event], memory: &mut Memory) -> Vec<String> {
    let known = |event: &Event, memory: &Memory| memory.base.get(&Memory::key(event)).map_or(0, |(count, _)| *count);
    let new = events.iter().filter(|event| event.warns()).filter(|event| event.count > known(event, memory));
    let new: Vec<&Event> = new.collect();
    new.into_iter().filter_map(|event| tell("the group", event, memory)).collect()
}

/// An event as a line.
fn line(event: &Event) -> String {
    let warning = if event.warns() { "Warning " } else { "" };
    let times = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
    format!("{warning}{}{times}: {}", event.name, event.message)
}

/// Whether the service tries in vain to bring containers up; the verdict with its own words.
/// Without a container it is the group as a whole.
pub(super) fn cannot_start(container: Option<&Container>, events: &[Event], memory: &Memory) -> Option<Broken> {
    let vain = events.iter().find_map(|event| {
        let hopeless = event.warns() && (is(&event.name, "Failed") || is(&event.name, "FailedMount"));
        let (tries, seconds) = tried(event, memory);
        // A volume is mounted after the image is pulled.
        let words: &[&str] = if is(&event.name, "Failed") { &["Started", "Pulled"] } else { &["Started"] };
        let better = |other: &Event| {
            words.iter().any(|word| is(&other.name, word)) && seconds_between(&event.last, &other.last) >= 0.0
        };
        let sure = hopeless && tries >= TRIES && seconds >= TRIED_FOR && !events.iter().any(better);
        sure.then_some((event, tries, seconds))
    })?;
    let (event, tries, seconds) = vain;
    let text = event.message.to_ascii_lowercase();
    let (code, hint) = if is(&event.name, "FailedMount") || text.contains("mount") {
        ("a volume cannot be mounted", "Check the share, the storage account, its key and its network rules.")
    } else if text.contains("pull") || text.contains("image") {
        (
            "an image cannot be pulled",
            "Check the name and tag of the image, and the image_registry_credential block if the registry is private.",
        )
    } else {
        ("a container cannot start", "Check the commands of the container and what its image holds.")
    };
    let who = container.map_or_else(|| "The group".to_owned(), |one| format!("Container \"{}\"", one.name));
    let mut message =
        format!("{who} cannot start: the service has tried {tries} times in {seconds:.0} seconds. Its events:");
    list(&mut message, events, memory);
    let containers = Vec::new();
    Some(Broken { code: code.into(), message, hint, containers })
}

/// How often and over how many seconds something was tried since the last change.
fn tried(event: &Event, memory: &Memory) -> (i64, f64) {
    match memory.base.get(&Memory::key(event)) {
        Some((count, last)) => (event.count - count, seconds_between(last, &event.last)),
        None => (event.count, seconds_between(&event.first, &event.last)),
    }
}

/// Seconds from one time to another; less than nothing where one of them is missing.
fn seconds_between(from: &Option<String>, to: &Option<String>) -> f64 {
    let time = |text: &Option<String>| text.as_ref()?.parse::<jiff::Timestamp>().ok();
    match (time(from), time(to)) {
        (Some(from), Some(to)) => to.duration_since(from).as_secs_f64(),
        _ => -1.0,
    }
}

fn loops(container: &Container, memory: &Memory) -> Option<Broken> {
    let back_offs = container.events.iter().filter(|event| is(&event.name, "BackOff") && event.warns());
    let back_offs: i64 = back_offs.map(|event| tried(event, memory).0).sum();
    let before = memory.restarts.get(&container.name).copied().unwrap_or_default();
    let waits = container.state.as_deref().is_some_and(|state| is(state, "Waiting"));
    let ends = if back_offs > 0 { back_offs } else { container.restarts - before };
    let code = container.last_exit_code.or(container.exit_code);
    if ends < CRASHES || !waits {
        return None;
    }
    let with = code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
    let mut message = format!(
        "Container \"{}\" is in a crash loop: it has ended {ends} times{with} and is started again each time. Its events:",
        container.name
    );
    list(&mut message, &container.events, memory);
    Some(Broken {
        code: "crash loop".into(),
        message,
        hint: "Look at the log of the container; a job that may end needs restart_policy = \"Never\" or \"OnFailure\".",
        containers: vec![container.name.clone()],
    })
}

fn exited(goal: Goal, failed: &[&Container], memory: &Memory) -> Broken {
    let mut message = String::new();
    for container in failed {
        let with =
            container.exit_code.map_or_else(|| "without an exit code".into(), |code| format!("with exit code {code}"));
        let detail = container.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let took = seconds_between(&container.started, &container.finished);
        let took = if took >= 0.0 { format!(" after {took:.0} s") } else { String::new() };
        let gap = if message.is_empty() { "" } else { "\n" };
        let _ = write!(message, "{gap}Container \"{}\" ended {with}{detail}{took}. Its events:", container.name);
        list(&mut message, &container.events, memory);
    }
    let code = match failed.first().and_then(|container| container.exit_code) {
        Some(code) => format!("exit code {code}"),
        None => "ended without an exit code".into(),
    };
    let hint = if goal == Goal::Running {
        "A container that is waited for with wait_for = \"running\" must not end."
    } else {
        "Mend what the log names; the next apply runs it again."
    };
    Broken { code, message, hint, containers: failed.iter().map(|container| container.name.clone()).collect() }
}

fn stopped(group: &Group) -> Broken {
    let mut message = "The group was stopped while it was waited for.".to_owned();
    for container in &group.containers {
        let detail = container.detail.as_deref().unwrap_or("no reason given");
        let _ = write!(message, "\nContainer \"{}\": {detail}.", container.name);
    }
    let hint = "The next apply runs it again; start it by hand with `az container start`.";
    Broken { code: "stopped".into(), message, hint, containers: Vec::new() }
}

/// The last events since the change, a line each.
fn list(message: &mut String, events: &[Event], memory: &Memory) {
    let new: Vec<&Event> = events.iter().filter(|event| tried(event, memory).0 > 0).collect();
    for event in new.iter().skip(new.len().saturating_sub(TOLD)) {
        let _ = write!(message, "\n  {}", line(event));
    }
    if new.is_empty() {
        message.push_str(" none.");
    }
}

/// The service does not promise the case of its words.
fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}
