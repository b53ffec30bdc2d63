//! Where the two sides of a failed `==` differ.
//!
//! **Never:** show what is sensitive, or say anything of plain values, which are shown whole beside it. In:
//! two values. Out: the first places in which they differ. The decision to question: Terraform shows
//! neither these places nor that a list is never equal to a tuple, which is why most such tests fail.

use std::collections::BTreeSet;

use crate::diag::Seen;
use crate::value::{Content, Marks, Name, Value};

use super::super::eval::short;

/// More places are not shown.
const MOST: usize = 5;

/// The places, each as a line beside the condition.
pub(super) fn differences(left: &Value, right: &Value) -> Vec<Seen> {
    let hidden = |value: &Value| value.contains_mark(Marks::SENSITIVE) || value.contains_mark(Marks::EPHEMERAL);
    if hidden(left) || hidden(right) || !(is_structured(left) && is_structured(right)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    walk("", left, right, &mut found);
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    if more > 0 {
        found.push(format!("differs in {more} more"));
    }
    found.into_iter().map(|statement| Seen { name: "==".into(), statement }).collect()
}

fn is_structured(value: &Value) -> bool {
    value.as_sequence().is_some() || value.as_members().is_some()
}

fn walk(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    let at = if path.is_empty() { String::new() } else { format!(" at {path}") };
    match (left.content(), right.content()) {
        (Content::List(_, a), Content::List(_, b)) | (Content::Tuple(a), Content::Tuple(b)) => {
            if a.len() != b.len() {
                found.push(format!("differs{at}: {} and {} elements", a.len(), b.len()));
            }
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                walk(&format!("{path}[{index}]"), a, b, found);
            }
        }
        (Content::Map(_, a), Content::Map(_, b)) | (Content::Object(a), Content::Object(b)) => {
            let names: BTreeSet<&Name> = a.keys().chain(b.keys()).collect();
            for name in names {
                let path = format!("{path}[{:?}]", &**name);
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => walk(&path, a, b, found),
                    (Some(_), None) => found.push(format!("differs at {path}: only on the left side")),
                    _ => found.push(format!("differs at {path}: only on the right side")),
                }
            }
        }
        (Content::Set(_, a), Content::Set(_, b)) => {
            let beyond = |of: &[Value], other: &[Value], side: &str, found: &mut Vec<String>| {
                for element in of.iter().filter(|element| !other.iter().any(|other| other.same(element))) {
                    found.push(format!("differs{at}: {} only on the {side} side", short(element)));
                }
            };
            beyond(a, b, "left", found);
            beyond(b, a, "right", found);
        }
        _ if is_structured(left) && is_structured(right) => {
            let (a, b) = (left.ty().friendly(), right.ty().friendly());
            found.push(format!("differs{at}: {a} and {b} are never equal; convert one of them"));
        }
        _ if left.same(right) => {}
        _ => found.push(format!("differs{at}: {} and {}", short(left), short(right))),
    }
}
