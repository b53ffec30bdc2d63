//! The life of one container at a moment: running, waiting to restart or ended, with its events.
//!
//! **Never:** store anything. All is computed from when the group was launched and what the
//! container's program does, restarts included; a closed form counts them, so that a year of
//! crash loops costs as much as a minute. Restarts wait 10, 20, 40, 80, 160 and then 300 seconds.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::emulator::answer::{instant, second};
use crate::emulator::program::{Line, Timeline};
use crate::emulator::record::{ContainerGroup, Launch, Reason};
use crate::emulator::told::{Obstacle, failures, obstacle, tries};

/// Pauses before the first restarts, in milliseconds; afterwards the last one again and again.
const PAUSES: [i64; 6] = [10_000, 20_000, 40_000, 80_000, 160_000, 300_000];

/// A restart policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Always,
    OnFailure,
    Never,
}

impl Policy {
    /// The policy of that name; the default of the service is Always.
    pub(crate) fn of(name: &str) -> Policy {
        match name {
            "Never" => Policy::Never,
            "OnFailure" => Policy::OnFailure,
            _ => Policy::Always,
        }
    }

    fn restarts(self, code: u8) -> bool {
        match self {
            Policy::Always => true,
            Policy::OnFailure => code != 0,
            Policy::Never => false,
        }
    }
}

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has not started yet.
    Waiting,
    /// It runs.
    Running,
    /// It ended and will start again.
    Pausing,
    /// It ended for good.
    Ended,
}

/// A container at a moment.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) phase: Phase,
    /// Restarts by the policy.
    pub(crate) restarts: i64,
    /// When the current or last run began.
    pub(crate) began: i64,
    /// When and how the current or last run ended, if it did.
    pub(crate) ended: Option<(i64, u8)>,
    /// When the run before this one began, ended and how.
    pub(crate) before: Option<(i64, i64, u8)>,
}

/// Milliseconds of all pauses before the n-th restart.
fn paused(restarts: i64) -> i64 {
    let counted = restarts.clamp(0, 6);
    let first: i64 = PAUSES.iter().take(usize::try_from(counted).unwrap_or_default()).sum();
    first + (restarts - counted) * PAUSES[5]
}

/// The life at `now` of a container that first starts at `start`.
pub(crate) fn live(timeline: &Timeline, policy: Policy, start: i64, now: i64) -> Life {
    if now < start {
        return Life { phase: Phase::Waiting, restarts: 0, began: start, ended: None, before: None };
    }
    let Some((length, failure)) = timeline.exit() else {
        return Life { phase: Phase::Running, restarts: 0, began: start, ended: None, before: None };
    };
    // Restart n begins at `start + n * length + paused(n)`.
    let begin = |restart: i64| start + restart * length + paused(restart);
    // A program may be told to fail only so many times.
    let code = |run: i64| if timeline.fails.is_some_and(|fails| run >= fails) { 0 } else { failure };
    let most = match (policy, timeline.fails) {
        (Policy::OnFailure, Some(fails)) => fails,
        _ => i64::MAX,
    };
    let mut restarts = 0;
    if policy.restarts(code(0)) {
        while restarts < 6 && begin(restarts + 1) <= now {
            restarts += 1;
        }
        if restarts == 6 {
            restarts += (now - begin(6)) / (length + PAUSES[5]);
        }
        restarts = restarts.min(most);
    }
    let began = begin(restarts);
    let before = (restarts > 0).then(|| (begin(restarts - 1), begin(restarts - 1) + length, code(restarts - 1)));
    let code = code(restarts);
    let end = began + length;
    let (phase, ended) = match (end <= now, policy.restarts(code)) {
        (false, _) => (Phase::Running, None),
        (true, true) => (Phase::Pausing, Some((end, code))),
        (true, false) => (Phase::Ended, Some((end, code))),
    };
    Life { phase, restarts, began, ended, before }
}

fn terminated(began: i64, ended: i64, code: u8) -> Value {
    let detail = if code == 0 { "Completed" } else { "Error" };
    json!({"state": "Terminated", "startTime": instant(began), "exitCode": code, "finishTime": instant(ended), "detailStatus": detail})
}

impl Life {
    /// `currentState`.
    pub(crate) fn current(&self) -> Value {
        match (self.phase, self.ended) {
            (Phase::Ended, Some((ended, code))) => terminated(self.began, ended, code),
            (Phase::Pausing, _) => {
                json!({"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"})
            }
            (Phase::Running, _) => json!({"state": "Running", "startTime": instant(self.began), "detailStatus": ""}),
            _ => json!({"state": "Waiting", "detailStatus": ""}),
        }
    }

    /// `previousState`, where this launch has one.
    pub(crate) fn previous(&self) -> Option<Value> {
        match (self.phase, self.ended, self.before) {
            (Phase::Pausing, Some((ended, code)), _) => Some(terminated(self.began, ended, code)),
            (_, _, Some((began, ended, code))) => Some(terminated(began, ended, code)),
            _ => None,
        }
    }

    /// What the current or last run has printed, with the times of the lines.
    pub(crate) fn log(&self, timeline: &Timeline, now: i64) -> Vec<Line> {
        if self.phase == Phase::Waiting {
            return Vec::new();
        }
        let lines = timeline.printed(now - self.began);
        lines.into_iter().map(|line| Line { at: self.began + line.at, ..line }).collect()
    }
}

fn event(kind: &str, name: &str, message: &str, count: i64, first: i64, last: i64) -> Value {
    json!({"count": count, "firstTimestamp": second(first), "lastTimestamp": second(last), "name": name, "message": message, "type": kind})
}

/// The name of an image with the digest that the emulator gives it.
fn digest(image: &str) -> String {
    let name = image.split('@').next().unwrap_or(image);
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    let hash: String = Sha256::digest(image.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}@sha256:{hash}")
}

/// The events of pulling and starting an image in one launch, as far as they happened by `now`.
fn launch_events(
    launch: &Launch,
    (image, hindered): (&str, Option<Obstacle>),
    start: i64,
    now: i64,
    starts: (i64, i64),
) -> Vec<Value> {
    let name = image;
    let image = digest(image);
    let third = (launch.ready - launch.at) / 3;
    let (pulling, pulled) = match hindered {
        // The second try, which works.
        Some(Obstacle::FirstPull) => (launch.ready - third / 2, launch.ready),
        _ => (launch.at + third, launch.at + 2 * third),
    };
    let mut events = Vec::new();
    if launch.reason == Reason::Updated {
        events.push(event("Normal", "Killing", "Killing container", 1, launch.at, launch.at));
    }
    let begun = launch.at.max(pulling.min(launch.at + 1_000));
    if let Some(obstacle) = hindered.filter(|_| begun <= now) {
        let until = now.min(launch.ready) - begun;
        let tries = tries(obstacle, until);
        let (count, last) = (i64::try_from(tries.len()).unwrap_or(i64::MAX), tries.last().copied().unwrap_or_default());
        for (kind, word, message) in failures(obstacle, name) {
            let (count, last) = if word == "Pulled" { (1, 0) } else { (count, last) };
            events.push(event(kind, word, &message, count, begun, begun + last));
        }
        if obstacle != Obstacle::FirstPull {
            return events;
        }
    }
    if pulling <= now {
        events.push(event("Normal", "Pulling", &format!("pulling image \"{image}\""), 1, pulling, pulling));
    }
    if launch.failure.is_some() {
        return events;
    }
    if pulled <= now {
        events.push(event("Normal", "Pulled", &format!("Successfully pulled image \"{image}\""), 1, pulled, pulled));
    }
    if start <= now {
        events.push(event("Normal", "Started", "Started container", starts.0, start, starts.1));
    }
    events
}

/// The events of a container.
pub(crate) fn events(group: &ContainerGroup, image: &str, life: &Life, start: i64, now: i64) -> Vec<Value> {
    let mut events = Vec::new();
    let none = serde_json::Map::new();
    let image = (image, obstacle(image, group.body.get("properties").and_then(Value::as_object).unwrap_or(&none)));
    for launch in &group.past {
        events.extend(launch_events(launch, (image.0, None), launch.ready, now, (1, launch.ready)));
    }
    events.extend(launch_events(&group.launch, image, start, now, (life.restarts + 1, life.began)));
    let pauses = life.restarts + i64::from(life.phase == Phase::Pausing);
    if pauses > 0 {
        let last = life.ended.or(life.before.map(|(_, ended, code)| (ended, code))).map_or(now, |(ended, _)| ended);
        let length = last
            - if life.phase == Phase::Pausing { life.began } else { life.before.map_or(last, |(began, _, _)| began) };
        events.push(event("Warning", "BackOff", "Back-off restarting failed container", pauses, start + length, last));
    }
    if let Some(stopped) = group.stopped {
        events.push(event("Normal", "Killing", "Killing container", 1, stopped, stopped));
    }
    events
}
