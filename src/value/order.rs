//! A total order and an equality over values that ignore marks.
//!
//! **Never:** decide what Terraform's `==` says about unknowns; that is the evaluator's.
//! The order is the one in which sets iterate: strings by bytes, numbers by value, then by shape.

use std::cmp::Ordering;

use super::{Content, Value};

/// Orders two values; members of one set have one type, so kinds are compared only as a last resort.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.content(), b.content()) {
        (Content::Bool(a), Content::Bool(b)) => a.cmp(b),
        (Content::Number(a), Content::Number(b)) => a.cmp(b),
        (Content::String(a), Content::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (
            Content::List(_, a) | Content::Set(_, a) | Content::Tuple(a),
            Content::List(_, b) | Content::Set(_, b) | Content::Tuple(b),
        ) => sequence(a.iter(), b.iter()),
        (Content::Map(_, a) | Content::Object(a), Content::Map(_, b) | Content::Object(b)) => {
            a.keys().cmp(b.keys()).then_with(|| sequence(a.values(), b.values()))
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn sequence<'v>(mut a: impl Iterator<Item = &'v Value>, mut b: impl Iterator<Item = &'v Value>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match compare(a, b) {
                Ordering::Equal => {}
                decided => return decided,
            },
        }
    }
}

fn rank(content: &Content) -> u8 {
    match content {
        Content::Bool(_) => 0,
        Content::Number(_) => 1,
        Content::String(_) => 2,
        Content::List(..) => 3,
        Content::Set(..) => 4,
        Content::Map(..) => 5,
        Content::Tuple(_) => 6,
        Content::Object(_) => 7,
        Content::Null(_) => 8,
        Content::Unknown { .. } => 9,
    }
}

/// Equal content at every depth. Nulls of different types are equal; a list equals a tuple of
/// the same members, because configuration writes tuples where state holds lists.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    match (a.content(), b.content()) {
        (Content::Null(_), Content::Null(_)) => true,
        (Content::Unknown { .. }, Content::Unknown { .. }) => true,
        (Content::Bool(a), Content::Bool(b)) => a == b,
        (Content::Number(a), Content::Number(b)) => a == b,
        (Content::String(a), Content::String(b)) => a == b,
        (
            Content::List(_, a) | Content::Set(_, a) | Content::Tuple(a),
            Content::List(_, b) | Content::Set(_, b) | Content::Tuple(b),
        ) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (Content::Map(_, a) | Content::Object(a), Content::Map(_, b) | Content::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((ka, a), (kb, b))| ka == kb && same(a, b))
        }
        _ => false,
    }
}
