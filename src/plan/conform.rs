//! Whether a value that is known now is the one that was planned.
//!
//! **Never:** show a secret. In: the planned value, unknown in places, and the actual one.
//! Out: the first place where they contradict each other.

use crate::value::{Content, Members, Name, Path, Step, Value};

/// The first contradiction: where, and what it is.
pub(crate) fn contradiction(planned: &Value, actual: &Value) -> Option<(Path, String)> {
    let mut steps = Vec::new();
    let what = check(planned, actual, &mut steps)?;
    Some((Path(steps), what))
}

fn check(planned: &Value, actual: &Value, steps: &mut Vec<Step>) -> Option<String> {
    match (planned.content(), actual.content()) {
        (Content::Unknown { not_null: true, .. }, Content::Null(_)) => Some("it is null now".into()),
        (Content::Unknown { .. }, _) => None,
        (_, Content::Unknown { .. }) => Some("it is not known any more".into()),
        (Content::Set(_, planned), Content::Set(_, actual)) => set(planned, actual),
        (Content::List(_, planned) | Content::Tuple(planned), Content::List(_, actual) | Content::Tuple(actual)) => {
            if planned.len() != actual.len() {
                return Some(format!("it has {} elements instead of {}", actual.len(), planned.len()));
            }
            for (index, (planned, actual)) in planned.iter().zip(actual.iter()).enumerate() {
                steps.push(Step::Index(index));
                if let Some(what) = check(planned, actual, steps) {
                    return Some(what);
                }
                steps.pop();
            }
            None
        }
        (Content::Map(_, planned), Content::Map(_, actual)) => members(planned, actual, Step::Key, steps),
        (Content::Object(planned), Content::Object(actual)) => members(planned, actual, Step::Attr, steps),
        _ if planned.same(actual) => None,
        _ if planned.is_sensitive() || actual.is_sensitive() => Some("the sensitive value is another one".into()),
        _ => Some(format!("it is {} instead of {}", show(actual), show(planned))),
    }
}

fn members(planned: &Members, actual: &Members, step: fn(Name) -> Step, steps: &mut Vec<Step>) -> Option<String> {
    if let Some(key) = actual.keys().find(|key| !planned.contains_key(*key)) {
        return Some(format!("it has a new member {key:?}"));
    }
    for (key, planned) in planned {
        let Some(actual) = actual.get(key) else { return Some(format!("the member {key:?} is missing")) };
        steps.push(step(key.clone()));
        if let Some(what) = check(planned, actual, steps) {
            return Some(what);
        }
        steps.pop();
    }
    None
}

/// Elements that were known must be there; unknown ones may have become any, or one that is
/// there already, so a set may shrink but not grow.
fn set(planned: &[Value], actual: &[Value]) -> Option<String> {
    let known = |value: &&Value| value.is_wholly_known();
    if actual.len() > planned.len() {
        return Some(format!("it has {} elements instead of {}", actual.len(), planned.len()));
    }
    let all_known = planned.iter().all(Value::is_wholly_known);
    let missing = planned.iter().filter(known).any(|planned| !actual.iter().any(|actual| actual.same(planned)));
    (missing || all_known && planned.len() != actual.len()).then(|| "its elements are others".into())
}

fn show(value: &Value) -> String {
    match value.content() {
        Content::Null(_) => "null".into(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        Content::String(text) => format!("{text:?}"),
        _ => "another value".into(),
    }
}
