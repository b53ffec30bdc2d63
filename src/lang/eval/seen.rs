//! The values that took part where an expression fails, for the snippet of a diagnostic.
//!
//! **Never:** show what is sensitive, or fail itself: a reference that cannot be followed is left
//! out. In: an expression that failed and the names around it. Out: a line for each reference, in
//! Terraform's words; where the last step of one fails, the value before it is described.

use crate::diag::{Diagnostics, Seen, Span};
use crate::value::{Content, Marks, Name, Value, order};

use super::super::ast::{Access, Expr, ExprKind};
use super::access::{get_attribute, index};
use super::{Env, references};

/// More of a text is not shown.
const LONGEST: usize = 120;

/// Tells the errors of an expression, which no expression inside it has told yet, what they saw.
pub(super) fn note(expr: &Expr, env: &Env<'_>, errors: &mut Diagnostics) {
    for error in &mut errors.0 {
        let Some(span) = error.span.filter(|span| inside(*span, expr.span)) else { continue };
        if error.seen.is_none() {
            error.seen = Some(seen(expr, span, env));
        }
    }
}

fn inside(span: Span, outer: Span) -> bool {
    span.file == outer.file && outer.start <= span.start && span.end <= outer.end
}

/// What the references within a stretch of an expression stand for; of all, if there are none there.
pub(crate) fn seen(expr: &Expr, within: Span, env: &Env<'_>) -> Vec<Seen> {
    let mut close = Vec::new();
    let mut all = Vec::new();
    references(expr, &mut |root, steps, span| {
        let Some(described) = describe(root, steps, span, env) else { return };
        if inside(span, within) || matches!(expr.kind, ExprKind::Reference(..) | ExprKind::Access(..)) {
            close.push(described.clone());
        }
        all.push(described);
    });
    let mut found = if close.is_empty() { all } else { close };
    found.sort();
    found.dedup();
    found
}

fn describe(root: &Name, steps: &[Access], span: Span, env: &Env<'_>) -> Option<Seen> {
    let fixed = steps.iter().take_while(|step| match step {
        Access::Attr(..) => true,
        Access::Index(key, _) => matches!(key.kind, ExprKind::Literal(_)),
        Access::AttrSplat(..) | Access::FullSplat(..) => false,
    });
    let fixed = fixed.count();
    let (length, value) =
        (0..=fixed).rev().find_map(|length| Some((length, follow(root, &steps[..length], span, env)?)))?;
    let mut name = root.to_string();
    for step in &steps[..length] {
        match step {
            Access::Attr(attribute, _) => name.push_str(&format!(".{attribute}")),
            Access::Index(key, _) => name.push_str(&match &key.kind {
                ExprKind::Literal(key) => format!("[{}]", short(key)),
                _ => return None,
            }),
            Access::AttrSplat(..) | Access::FullSplat(..) => return None,
        }
    }
    Some(Seen { name, statement: state(&value)? })
}

/// The value of a reference whose steps are all fixed.
fn follow(root: &Name, steps: &[Access], span: Span, env: &Env<'_>) -> Option<Value> {
    let bound = env.bound.iter().rev().find(|(bound, _)| bound == root);
    let (mut value, used) = match bound {
        Some((_, value)) => (value.clone(), 0),
        None => (env.lookup)(root, steps, span).ok()?,
    };
    for step in steps.get(used..)? {
        value = match step {
            Access::Attr(name, at) => get_attribute(&value, name, *at).ok()?,
            Access::Index(key, at) => match &key.kind {
                ExprKind::Literal(key) => index(&value, key, *at).ok()?,
                _ => return None,
            },
            Access::AttrSplat(..) | Access::FullSplat(..) => return None,
        };
    }
    Some(value)
}

/// What is said of a value; nothing where nothing is known.
fn state(value: &Value) -> Option<String> {
    if value.marks().has(Marks::SENSITIVE) {
        return Some("has a sensitive value".into());
    }
    if value.marks().has(Marks::EPHEMERAL) {
        return Some("has an ephemeral value".into());
    }
    match value.content() {
        Content::Unknown { ty, .. } if ty.friendly() == "dynamic" => None,
        Content::Unknown { ty, .. } => {
            let kind = ty.friendly();
            let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            Some(format!("is {article} {kind}"))
        }
        _ => Some(format!("is {}", short(value))),
    }
}

/// A value in a few words.
pub(crate) fn short(value: &Value) -> String {
    let counted = |count: usize| {
        let kind = value.ty().friendly();
        match count {
            0 => format!("empty {kind}"),
            1 => format!("{kind} with 1 element"),
            count => format!("{kind} with {count} elements"),
        }
    };
    match value.content() {
        Content::Null(_) => "null".into(),
        Content::Unknown { ty, .. } => ty.friendly(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => order::general(number),
        Content::String(text) => match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{:?}...", &text[..end]),
            None => format!("{text:?}"),
        },
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => counted(members.len()),
        Content::Map(_, members) => counted(members.len()),
        Content::Object(members) => match (members.len(), members.keys().next()) {
            (0, _) | (_, None) => "object with no attributes".into(),
            (1, Some(name)) => format!("object with 1 attribute {name:?}"),
            (count, _) => format!("object with {count} attributes"),
        },
    }
}
