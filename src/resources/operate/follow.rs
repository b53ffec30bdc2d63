//! Logs and events as they grow: the service has no way to follow them, so they are read whole
//! again and again, and only what is new is handed on.
//!
//! **Never:** print. Lines are asked for with their times, which tells a line from an equal one
//! of before a restart; the times are taken off again where nobody wants them. A log that begins
//! anew is shown from its begin; one whose begin was dropped goes on where it was.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::arm::wire::Transport;
use crate::provider::Fault;

use super::super::azure::Azure;
use super::{Event, Group, pause};

/// How much of a log is searched for in what was shown before.
const NEEDLE: usize = 256;
/// The longest wait between two looks; the az CLI looks every two seconds.
const LONGEST: Duration = Duration::from_secs(2);

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The container that wrote it.
    pub container: String,
    /// When, as the service wrote it.
    pub time: Option<String>,
    /// What it says.
    pub text: String,
}

/// Takes the time off a line that was asked for with times: `2026-01-01T00:00:00.5Z hello`.
#[must_use]
pub fn split_time(line: &str) -> (Option<&str>, &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    if word.parse::<Timestamp>().is_ok() { (Some(word), rest) } else { (None, line) }
}

/// What of a log was shown already.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    text: String,
}

impl Seen {
    /// The new lines of a log that is now this. The last line waits for its end, unless the log
    /// has ended itself.
    pub fn take<'l>(&mut self, log: &'l str, ended: bool) -> Vec<&'l str> {
        let whole = if ended { log.len() } else { log.rfind('\n').map_or(0, |at| at + 1) };
        let log = &log[..whole];
        let fresh = &log[self.overlap(log)..];
        if !fresh.is_empty() || log.is_empty() {
            log.clone_into(&mut self.text);
        }
        fresh.lines().collect()
    }

    /// How much of the begin of a log was shown.
    fn overlap(&self, log: &str) -> usize {
        if log.starts_with(&self.text) {
            return self.text.len();
        }
        let end = (0..=NEEDLE.min(log.len())).rev().find(|at| log.is_char_boundary(*at)).unwrap_or(0);
        let (needle, known) = (&log[..end], self.text.as_str());
        // The begin of the log was dropped: what was shown ends with what it begins with now.
        let found = known.match_indices(needle).map(|(at, _)| &known[at..]).find(|tail| log.starts_with(tail));
        let short = || (1..end).rev().filter(|at| log.is_char_boundary(*at)).find(|at| known.ends_with(&log[..*at]));
        // Only whole lines count: single characters meet by chance.
        let short = || short().filter(|at| log[..*at].ends_with('\n'));
        found.map(str::len).or_else(short).unwrap_or(0)
    }
}

/// Follows the logs of some containers of a group.
#[derive(Debug)]
pub struct Logs {
    id: String,
    containers: Vec<(String, Seen, bool)>,
    /// Of what is there at the begin, only so many lines of each.
    tail: Option<usize>,
    looks: u32,
}

/// What a look has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// What is new, in the order of its times.
    pub items: Vec<T>,
    /// Whether nothing more will come.
    pub ended: bool,
    /// Whether the group is gone.
    pub gone: bool,
}

impl Logs {
    /// Follows these containers from now on, after the last `tail` lines that are there.
    #[must_use]
    pub fn new(id: &str, containers: &[String], tail: Option<u32>) -> Logs {
        let containers = containers.iter().map(|name| (name.clone(), Seen::default(), false)).collect();
        Logs { id: id.to_owned(), containers, tail: tail.and_then(|tail| usize::try_from(tail).ok()), looks: 0 }
    }

    /// Looks once more, after a pause if it is not the first time.
    ///
    /// # Errors
    /// When a log could not be read.
    pub async fn next<T: Transport>(&mut self, azure: &Azure<T>) -> Result<Found<Line>, Fault> {
        if self.looks > 0 {
            pause(self.looks - 1, LONGEST).await;
        }
        self.looks += 1;
        let Some(group) = azure.instance(&self.id).await? else {
            return Ok(Found { items: Vec::new(), ended: true, gone: true });
        };
        let mut found = Found { items: Vec::new(), ended: false, gone: false };
        for (name, seen, over) in &mut self.containers {
            if std::mem::replace(over, group.container(name).is_none_or(|own| own.is_over(&group))) && *over {
                continue;
            }
            let log = match azure.logs(&self.id, name, None, true).await {
                Ok(log) => log,
                // A container that is just being made has no log yet.
                Err(fault) if is_young(&fault) => {
                    *over = false;
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let lines = seen.take(&log, *over);
            let from = if self.looks == 1 { lines.len() - self.tail.unwrap_or(usize::MAX).min(lines.len()) } else { 0 };
            found.items.extend(lines[from..].iter().map(|line| {
                let (time, text) = split_time(line);
                Line { container: name.clone(), time: time.map(str::to_owned), text: text.to_owned() }
            }));
        }
        in_order(&mut found.items);
        found.ended = self.containers.iter().all(|(_, _, over)| *over);
        Ok(found)
    }
}

fn is_young(fault: &Fault) -> bool {
    ["ContainerGroupTransitioning", "ContainerNotFound"].iter().any(|code| fault.code.eq_ignore_ascii_case(code))
}

/// Puts lines of several containers in the order of their times, if all have one.
fn in_order(lines: &mut [Line]) {
    let time = |line: &Line| line.time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    if lines.iter().all(|line| time(line).is_some()) {
        lines.sort_by_key(time);
    }
}

/// An event of a group or of one of its containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The container; nothing for the group itself.
    pub container: Option<String>,
    /// What happened.
    pub event: Event,
}

/// All events of a group and its containers, oldest first.
#[must_use]
pub fn occurrences(group: &Group) -> Vec<Occurrence> {
    let own = group.events.iter().map(|event| Occurrence { container: None, event: event.clone() });
    let all = group.init_containers.iter().chain(&group.containers);
    let inner = all.flat_map(|container| {
        let name = &container.name;
        container.events.iter().map(|event| Occurrence { container: Some(name.clone()), event: event.clone() })
    });
    let mut all: Vec<Occurrence> = own.chain(inner).collect();
    all.sort_by(|a, b| (&a.event.last, &a.event.first).cmp(&(&b.event.last, &b.event.first)));
    all
}

/// Which events were shown, and with which count: the service counts a repeated one up.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    counts: BTreeMap<(Option<String>, String, String, Option<String>), i64>,
}

impl Noted {
    /// Those that are new or were counted up.
    pub fn take(&mut self, all: Vec<Occurrence>) -> Vec<Occurrence> {
        let fresh = all.into_iter().filter(|one| {
            let event = &one.event;
            let key = (one.container.clone(), event.name.clone(), event.message.clone(), event.first.clone());
            self.counts.insert(key, event.count).is_none_or(|before| before < event.count)
        });
        fresh.collect()
    }
}

/// Follows the events of a group, or of one of its containers.
#[derive(Debug)]
pub struct Events {
    id: String,
    container: Option<String>,
    noted: Noted,
    looks: u32,
}

impl Events {
    /// Follows them from their begin.
    #[must_use]
    pub fn new(id: &str, container: Option<&str>) -> Events {
        Events { id: id.to_owned(), container: container.map(str::to_owned), noted: Noted::default(), looks: 0 }
    }

    /// Looks once more, after a pause if it is not the first time.
    ///
    /// # Errors
    /// When the group could not be read.
    pub async fn next<T: Transport>(&mut self, azure: &Azure<T>) -> Result<Found<Occurrence>, Fault> {
        if self.looks > 0 {
            pause(self.looks - 1, LONGEST).await;
        }
        self.looks += 1;
        let Some(group) = azure.instance(&self.id).await? else {
            return Ok(Found { items: Vec::new(), ended: true, gone: true });
        };
        let wanted = |one: &Occurrence| match (&self.container, &one.container) {
            (Some(wanted), Some(own)) => own.eq_ignore_ascii_case(wanted),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let all = occurrences(&group).into_iter().filter(wanted).collect();
        Ok(Found { items: self.noted.take(all), ended: group.is_over(), gone: false })
    }
}
