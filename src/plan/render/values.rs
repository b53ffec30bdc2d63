//! Values and the difference between two, as attributes show them.
//!
//! **Never:** know schemas. In: what stands before the value on its line, and the value before and
//! after (nothing for null). Out: lines on a page. An unchanged value is shown as it is.

use similar::{ChangeTag, TextDiff};

use crate::value::{Content, Members, Value};

use super::page::{Page, Sign};

const UNKNOWN: &str = "(known after apply)";
const SENSITIVE: &str = "(sensitive value)";

/// The sign of a change between two values.
pub(super) fn sign(before: Option<&Value>, after: Option<&Value>) -> Sign {
    match (before, after) {
        (None, None) => Sign::None,
        (None, Some(_)) => Sign::Add,
        (Some(_), None) => Sign::Remove,
        (Some(before), Some(after)) if before.same(after) => Sign::None,
        (Some(_), Some(_)) => Sign::Change,
    }
}

/// One attribute: `prefix` is its name with the equals sign, `note` what follows the value.
pub(super) fn attribute(
    page: &mut Page,
    depth: usize,
    prefix: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    note: &str,
) {
    let sign = sign(before, after);
    signed(page, depth, sign, prefix, before, after, note);
}

/// The same with a sign that somebody else decided.
pub(super) fn signed(
    page: &mut Page,
    depth: usize,
    sign: Sign,
    prefix: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    note: &str,
) {
    let hidden = before.is_some_and(Value::is_sensitive) || after.is_some_and(Value::is_sensitive);
    let null = |page: &Page| page.grey(" -> null");
    match (before, after) {
        (None, None) => {}
        _ if hidden => {
            let suffix = if sign == Sign::Remove { null(page) } else { String::new() };
            page.parts(depth, sign, &[prefix, SENSITIVE, &suffix, note]);
        }
        (Some(before), None) => {
            let null = null(page);
            whole(page, depth, sign, prefix, before, &null, note);
        }
        (None, Some(after)) => whole(page, depth, sign, prefix, after, "", note),
        (Some(_), Some(after)) if sign == Sign::None => whole(page, depth, sign, prefix, after, "", note),
        (Some(before), Some(after)) => changed(page, depth, sign, prefix, before, after, note),
    }
}

fn arrow(page: &Page) -> String {
    page.yellow(" -> ")
}

fn changed(page: &mut Page, depth: usize, sign: Sign, prefix: &str, before: &Value, after: &Value, note: &str) {
    match (before.content(), after.content()) {
        (Content::Map(_, before), Content::Map(_, after)) => {
            members(page, depth, sign, prefix, before, after, note, true);
        }
        (Content::Object(before), Content::Object(after)) => {
            members(page, depth, sign, prefix, before, after, note, false);
        }
        (Content::List(_, before) | Content::Tuple(before), Content::List(_, after) | Content::Tuple(after)) => {
            page.parts(depth, sign, &[prefix, "[", note]);
            list(page, depth + 1, before, after);
            page.line(depth, Sign::None, "]");
        }
        (Content::Set(_, before), Content::Set(_, after)) => {
            page.parts(depth, sign, &[prefix, "[", note]);
            set(page, depth + 1, before, after);
            page.line(depth, Sign::None, "]");
        }
        (Content::String(before), Content::String(after)) if before.contains('\n') || after.contains('\n') => {
            page.line(depth, sign, &format!("{prefix}<<-EOT{note}"));
            lines(page, depth + 1, before, after);
            page.line(depth, Sign::None, "EOT");
        }
        (_, Content::Unknown { .. }) => {
            let suffix = format!("{}{UNKNOWN}", arrow(page));
            whole(page, depth, sign, prefix, before, &suffix, note);
        }
        _ => {
            let arrow = arrow(page);
            let text = format!("{prefix}{}{arrow}{}{note}", inline(before), inline(after));
            page.line(depth, sign, &text);
        }
    }
}

/// A whole value; its members bear the same sign, unless they are only shown. The suffix follows
/// its end, the note its first line.
fn whole(page: &mut Page, depth: usize, sign: Sign, prefix: &str, value: &Value, suffix: &str, note: &str) {
    let inner = match sign {
        Sign::Change => Sign::Remove,
        other => other,
    };
    if value.is_sensitive() {
        return page.parts(depth, sign, &[prefix, SENSITIVE, suffix, note]);
    }
    match value.content() {
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) if !members.is_empty() => {
            page.parts(depth, sign, &[prefix, "[", note]);
            for member in members.iter() {
                whole(page, depth + 1, inner, "", member, ",", "");
            }
            page.parts(depth, Sign::None, &["]", suffix]);
        }
        Content::Map(_, members) | Content::Object(members) if !members.is_empty() => {
            let quoted = matches!(value.content(), Content::Map(..));
            page.parts(depth, sign, &[prefix, "{", note]);
            let width = width(members.keys(), quoted);
            for (name, member) in members.iter() {
                whole(page, depth + 1, inner, &aligned(&label(name, quoted), width), member, "", "");
            }
            page.parts(depth, Sign::None, &["}", suffix]);
        }
        Content::String(text) if text.contains('\n') => {
            page.line(depth, sign, &format!("{prefix}<<-EOT{note}"));
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                page.line(depth + 1, Sign::None, line);
            }
            page.line(depth, Sign::None, &format!("EOT{suffix}"));
        }
        Content::Unknown { .. } => page.parts(depth, sign, &[prefix, UNKNOWN, suffix, note]),
        _ => page.parts(depth, sign, &[prefix, &inline(value), suffix, note]),
    }
}

#[expect(clippy::too_many_arguments, reason = "one line's parts, the two sides and how keys are written")]
fn members(
    page: &mut Page,
    depth: usize,
    sign: Sign,
    prefix: &str,
    before: &Members,
    after: &Members,
    note: &str,
    quoted: bool,
) {
    page.parts(depth, sign, &[prefix, "{", note]);
    let width = width(before.keys().chain(after.keys()), quoted);
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let mut hidden = 0;
    for name in names {
        let (old, new) = (super::there(before.get(name)), super::there(after.get(name)));
        match self::sign(old, new) {
            Sign::None if old.is_none() => {}
            Sign::None => hidden += 1,
            _ => attribute(page, depth + 1, &aligned(&label(name, quoted), width), old, new, ""),
        }
    }
    count_hidden(page, depth + 1, hidden, if quoted { "element" } else { "attribute" });
    page.line(depth, Sign::None, "}");
}

/// Notes how much is not shown.
pub(super) fn count_hidden(page: &mut Page, depth: usize, hidden: usize, what: &str) {
    match hidden {
        0 => {}
        1 => page.comment(depth, &format!("(1 unchanged {what} hidden)")),
        more => page.comment(depth, &format!("({more} unchanged {what}s hidden)")),
    }
}

/// The elements of two lists by their longest common run, with one unchanged neighbour for the eye.
fn list(page: &mut Page, depth: usize, before: &[Value], after: &[Value]) {
    let texts = |values: &[Value]| values.iter().map(fold).collect::<Vec<String>>();
    let (old, new) = (texts(before), texts(after));
    let operations = similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new);
    let mut entries: Vec<(Sign, &Value)> = Vec::new();
    for change in operations.iter().flat_map(|operation| operation.iter_changes(&old, &new)) {
        match (change.tag(), change.old_index(), change.new_index()) {
            (ChangeTag::Equal, _, Some(at)) => entries.push((Sign::None, &after[at])),
            (ChangeTag::Insert, _, Some(at)) => entries.push((Sign::Add, &after[at])),
            (ChangeTag::Delete, Some(at), _) => entries.push((Sign::Remove, &before[at])),
            _ => {}
        }
    }
    let changes = |at: Option<usize>| at.and_then(|at| entries.get(at)).is_some_and(|(sign, _)| *sign != Sign::None);
    let mut hidden = 0;
    for (at, (sign, value)) in entries.iter().enumerate() {
        if *sign == Sign::None && !changes(at.checked_sub(1)) && !changes(Some(at + 1)) {
            hidden += 1;
            continue;
        }
        count_hidden(page, depth, std::mem::take(&mut hidden), "element");
        whole(page, depth, *sign, "", value, ",", "");
    }
    count_hidden(page, depth, hidden, "element");
}

fn set(page: &mut Page, depth: usize, before: &[Value], after: &[Value]) {
    let missing = |from: &[Value], value: &&Value| !from.iter().any(|other| other.same(value));
    for value in before.iter().filter(|value| missing(after, value)) {
        whole(page, depth, Sign::Remove, "", value, ",", "");
    }
    for value in after.iter().filter(|value| missing(before, value)) {
        whole(page, depth, Sign::Add, "", value, ",", "");
    }
    let kept = after.iter().filter(|value| !missing(before, value)).count();
    count_hidden(page, depth, kept, "element");
}

fn lines(page: &mut Page, depth: usize, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => Sign::None,
            ChangeTag::Insert => Sign::Add,
            ChangeTag::Delete => Sign::Remove,
        };
        let line = change.value();
        page.line(depth, sign, line.strip_suffix('\n').unwrap_or(line));
    }
    if before.ends_with('\n') != after.ends_with('\n') {
        page.comment(depth, "(the line break at the end changes)");
    }
}

/// A text by which elements of a list are compared; sensitive ones differ by what they hold, which
/// is only compared and never shown.
fn fold(value: &Value) -> String {
    format!("{:?}", value.clone().unmark_deep().0)
}

pub(super) fn width<'n>(names: impl Iterator<Item = &'n crate::value::Name>, quoted: bool) -> usize {
    names.map(|name| label(name, quoted).chars().count()).max().unwrap_or_default()
}

/// A name and the equals sign, at the column of `width`.
pub(super) fn aligned(name: &str, width: usize) -> String {
    let mut text = String::with_capacity(name.len() + width + 3);
    text.push_str(name);
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(name.chars().count())));
    text.push_str(" = ");
    text
}

pub(super) fn label(name: &str, quoted: bool) -> String {
    if quoted || !is_identifier(name) { quote(name) } else { name.to_owned() }
}

fn is_identifier(name: &str) -> bool {
    name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> String {
    if value.is_sensitive() {
        return SENSITIVE.to_owned();
    }
    match value.content() {
        Content::Null(_) => "null".into(),
        Content::Unknown { .. } => UNKNOWN.into(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        Content::String(text) => quote(text),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            format!("[{}]", members.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Content::Map(_, members) | Content::Object(members) if members.is_empty() => "{}".into(),
        Content::Map(_, members) | Content::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{} = {}", label(name, false), inline(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A string as configuration would write it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    if !text.contains(['"', '\\', '\n', '\r', '\t', '$', '%']) {
        quoted.push_str(text);
        quoted.push('"');
        return quoted;
    }
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if text[at + 1..].starts_with('{') => quoted.extend([character, character]),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
