//! Two outputs of one kind, as lines `path = value`, and what differs in them.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::aside;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `show -json` of a plan.
    Plan,
    /// `show -json` of a state.
    State,
    /// `output -json`
    Outputs,
    /// `validate -json`
    Findings,
    /// The lines of `-json`.
    Stream,
    /// The lines of a plan that looks at a part.
    PartialStream,
    /// The lines of a plan that fails.
    Broken,
}

/// Identifiers are masked, but for those that the cases give.
fn masked(text: &str) -> String {
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap());
    static TOOK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(after |"elapsed_seconds":)\d+"#).unwrap());
    let text = ID.replace_all(text, |found: &Captures<'_>| match &found[0] {
        id if id.starts_with(&id[..1].repeat(8)) => id.to_owned(),
        _ => "ID".to_owned(),
    });
    TOOK.replace_all(&text, "${1}0").into_owned()
}

/// The lines in which both differ; nothing if they say the same.
pub(super) fn difference(kind: Kind, theirs: &str, ours: &str) -> String {
    let read = |text: &str| match kind {
        Kind::Stream | Kind::PartialStream | Kind::Broken => {
            let lines = text.split('\n').filter(|line| !line.is_empty());
            lines.map(parse).collect::<Vec<Value>>()
        }
        _ => vec![parse(text)],
    };
    let (mut theirs, mut ours) = (read(&masked(theirs)), read(&masked(ours)));
    aside::lay(kind, &mut theirs, &mut ours);
    let flat = |values: &[Value]| {
        let mut texts: Vec<String> = values
            .iter()
            .map(|value| {
                let mut lines = Vec::new();
                flatten(value, String::new(), &mut lines);
                // A line of a stream is told as one.
                if matches!(kind, Kind::Stream | Kind::PartialStream | Kind::Broken) {
                    lines.join(" ")
                } else {
                    lines.join("\n")
                }
            })
            .collect();
        texts.sort();
        texts.join("\n")
    };
    let (theirs, ours) = (flat(&theirs), flat(&ours));
    let changes = similar::TextDiff::from_lines(&theirs, &ours);
    let changes = changes.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    changes.map(|change| format!("{}{}\n", change.tag(), change.value().trim_end())).collect()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// One line for each leaf, members in order of their names; array members that have an address are
/// named by it.
fn flatten(value: &Value, path: String, lines: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            members.iter().for_each(|(name, member)| flatten(member, format!("{path}.{name}"), lines));
        }
        Value::Array(members) if !members.is_empty() => {
            for (at, member) in members.iter().enumerate() {
                let address = member.get("address");
                let address = address.map(|address| address.get("to_display").unwrap_or(address));
                let name = address.and_then(Value::as_str).map_or_else(|| at.to_string(), str::to_owned);
                flatten(member, format!("{path}<{name}>"), lines);
            }
        }
        leaf => lines.push(format!("{path} = {leaf}")),
    }
}
