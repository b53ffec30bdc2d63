//! Values and the difference between two, as attributes show them.
//!
//! **Never:** know schemas. In: what stands before the value on its line, and the value before and
//! after (nothing for null). Out: lines on a page. An unchanged value is shown as it is.

use similar::{ChangeTag, TextDiff};

use crate::lang::functions::decode_json;
use crate::plan::marks;
use crate::value::{Content, Members, Value};

use super::page::{Page, Sign};
use super::sequence;

const UNKNOWN: &str = "(known after apply)";
const SENSITIVE: &str = "(sensitive value)";

/// The sign of a change between two values.
pub(super) fn sign(before: Option<&Value>, after: Option<&Value>) -> Sign {
    match (before, after) {
        (None, None) => Sign::None,
        (None, Some(_)) => Sign::Add,
        (Some(_), None) => Sign::Remove,
        (Some(before), Some(after)) if before.same(after) && !marks::differ(before, after) => Sign::None,
        (Some(_), Some(_)) => Sign::Change,
    }
}

/// Where a value stands and what stands around it.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// How deep, in steps of four columns.
    pub(super) depth: usize,
    /// What becomes of it.
    pub(super) sign: Sign,
    /// What stands before it: a name with its equals sign.
    pub(super) prefix: &'a str,
    /// What follows its end.
    pub(super) suffix: &'a str,
    /// What follows its first line.
    pub(super) note: &'a str,
}

impl<'a> Line<'a> {
    /// A line of an attribute.
    pub(super) fn of(depth: usize, sign: Sign, prefix: &'a str) -> Line<'a> {
        Line { depth, sign, prefix, suffix: "", note: "" }
    }

    /// A line of an element.
    pub(super) fn element(depth: usize, sign: Sign) -> Line<'a> {
        Line { depth, sign, prefix: "", suffix: ",", note: "" }
    }

    /// The first line of a value that has more.
    fn open(self, page: &mut Page, what: &str) {
        page.parts(self.depth, self.sign, &[self.prefix, what, self.note]);
    }

    /// Its last line.
    fn close(self, page: &mut Page, what: &str) {
        page.parts(self.depth, Sign::None, &[what, self.suffix]);
    }

    /// The only line of a value.
    fn only(self, page: &mut Page, what: &str) {
        page.parts(self.depth, self.sign, &[self.prefix, what, self.suffix, self.note]);
    }
}

/// The difference between two values, of which one may be missing.
pub(super) fn difference(page: &mut Page, line: Line<'_>, before: Option<&Value>, after: Option<&Value>) {
    let hidden = before.is_some_and(Value::is_sensitive) || after.is_some_and(Value::is_sensitive);
    let gone = |page: &Page| format!("{}{}", page.grey(" -> null"), line.suffix);
    match (before, after) {
        (None, None) => {}
        _ if hidden && line.sign == Sign::Remove => {
            let suffix = gone(page);
            Line { suffix: &suffix, ..line }.only(page, SENSITIVE);
        }
        _ if hidden => {
            if let (Some(before), Some(after)) = (before, after) {
                let (noun, sensitive) = (page.noun, (before.is_sensitive(), after.is_sensitive()));
                page.warn(line.depth, noun, sensitive, before.same(after));
            }
            line.only(page, SENSITIVE);
        }
        (Some(before), None) => {
            let suffix = gone(page);
            whole(page, Line { suffix: &suffix, ..line }, before);
        }
        (None, Some(after)) => whole(page, line, after),
        (Some(_), Some(after)) if line.sign == Sign::None => whole(page, line, after),
        (Some(before), Some(after)) => changed(page, line, before, after),
    }
}

fn arrow(page: &Page) -> String {
    page.yellow(" -> ")
}

fn changed(page: &mut Page, line: Line<'_>, before: &Value, after: &Value) {
    match (before.content(), after.content()) {
        (Content::Map(_, before), Content::Map(_, after)) => {
            let quoted = !page.untyped;
            members(page, line, before, after, quoted);
        }
        (Content::Object(before), Content::Object(after)) => members(page, line, before, after, false),
        (Content::List(_, before) | Content::Tuple(before), Content::List(_, after) | Content::Tuple(after)) => {
            line.open(page, "[");
            sequence::list(page, line.depth + 1, before, after);
            line.close(page, "]");
        }
        (Content::Set(_, before), Content::Set(_, after)) => {
            line.open(page, "[");
            sequence::set(page, line.depth + 1, before, after);
            line.close(page, "]");
        }
        (Content::String(before), Content::String(after)) => texts(page, line, before, after),
        _ => other(page, line, before, after),
    }
}

/// A value of another kind, each side on as many lines as it needs.
fn other(page: &mut Page, line: Line<'_>, before: &Value, after: &Value) {
    let arrow = arrow(page);
    match (Frame::of(before), Frame::of(after)) {
        (None, None) => line.only(page, &format!("{}{arrow}{}", inline(before), inline(after))),
        (Some(_), None) => {
            let suffix = format!("{arrow}{}{}", inline(after), line.suffix);
            whole(page, Line { suffix: &suffix, ..line }, before);
        }
        (None, Some(frame)) => {
            line.open(page, &format!("{}{arrow}{}", inline(before), frame.head));
            inside(page, line.depth + 1, Sign::Add, after);
            line.close(page, frame.tail);
        }
        (Some(old), Some(new)) => {
            line.open(page, old.head);
            inside(page, line.depth + 1, Sign::Remove, before);
            page.line(line.depth, Sign::None, &format!("{}{arrow}{}", old.tail, new.head));
            inside(page, line.depth + 1, Sign::Add, after);
            line.close(page, new.tail);
        }
    }
}

/// Two texts: by their members where both are JSON, by their lines where they have several.
fn texts(page: &mut Page, line: Line<'_>, before: &str, after: &str) {
    match (document(before), document(after)) {
        (Some(old), Some(new)) if old.same(&new) => {
            line.open(page, &format!("{DOCUMENT}{}", page.grey(" # whitespace changes")));
            spread(page, Line::of(line.depth + 1, Sign::None, ""), Sign::None, &new);
            line.close(page, ")");
        }
        (Some(old), Some(new)) => {
            line.open(page, DOCUMENT);
            changed(page, Line::of(line.depth + 1, Sign::Change, ""), &old, &new);
            line.close(page, ")");
        }
        (None, None) if before.contains('\n') || after.contains('\n') => {
            line.open(page, "<<-EOT");
            lines(page, line.depth + 1, before, after);
            line.close(page, "EOT");
        }
        _ => other(page, line, &Value::string(before), &Value::string(after)),
    }
}

/// A whole value; its members bear the same sign, unless they are only shown.
pub(super) fn whole(page: &mut Page, line: Line<'_>, value: &Value) {
    let inner = match line.sign {
        Sign::Change => Sign::Remove,
        other => other,
    };
    spread(page, line, inner, value);
}

/// A whole value whose first line bears another sign than its members.
fn spread(page: &mut Page, line: Line<'_>, inner: Sign, value: &Value) {
    match Frame::of(value) {
        None => line.only(page, &inline(value)),
        Some(frame) => {
            line.open(page, frame.head);
            inside(page, line.depth + 1, inner, value);
            line.close(page, frame.tail);
        }
    }
}

/// What stands on the first and on the last line of a value that has more than one.
struct Frame {
    head: &'static str,
    tail: &'static str,
}

const DOCUMENT: &str = "jsonencode(";

impl Frame {
    fn of(value: &Value) -> Option<Frame> {
        let frame = |head, tail| Some(Frame { head, tail });
        if value.is_sensitive() {
            return None;
        }
        match value.content() {
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) if !members.is_empty() => {
                frame("[", "]")
            }
            Content::Map(_, members) | Content::Object(members) if !members.is_empty() => frame("{", "}"),
            Content::String(text) if document(text).is_some() => frame(DOCUMENT, ")"),
            Content::String(text) if text.contains('\n') => frame("<<-EOT", "EOT"),
            _ => None,
        }
    }
}

/// What stands between those two lines.
fn inside(page: &mut Page, depth: usize, sign: Sign, value: &Value) {
    match value.content() {
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            members.iter().for_each(|member| whole(page, Line::element(depth, sign), member));
        }
        Content::Map(_, members) | Content::Object(members) => {
            let quoted = matches!(value.content(), Content::Map(..)) && !page.untyped;
            let width = width(members.keys(), quoted);
            for (name, member) in members.iter() {
                whole(page, Line::of(depth, sign, &aligned(&label(name, quoted), width)), member);
            }
        }
        Content::String(text) => match document(text) {
            Some(value) => spread(page, Line::of(depth, Sign::None, ""), sign, &value),
            None => {
                let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
                lines.for_each(|line| page.line(depth, Sign::None, line));
            }
        },
        _ => {}
    }
}

/// The object or array that a text holds as JSON; `"5"` is a text.
fn document(text: &str) -> Option<Value> {
    let value = if text.trim_start().starts_with(['{', '[']) { decode_json(text)? } else { return None };
    matches!(value.content(), Content::Object(_) | Content::Tuple(_)).then_some(value)
}

fn members(page: &mut Page, line: Line<'_>, before: &Members, after: &Members, quoted: bool) {
    line.open(page, "{");
    let width = width(before.keys().chain(after.keys()), quoted);
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let mut hidden = 0;
    for name in names {
        let (old, new) = (super::there(before.get(name)), super::there(after.get(name)));
        let sign = sign(old, new);
        // What tells objects apart is shown beside what changes in them.
        if sign != Sign::None || matches!(&**name, "id" | "name") {
            let prefix = aligned(&label(name, quoted), width);
            difference(page, Line::of(line.depth + 1, sign, &prefix), old, new);
        } else if old.is_some() {
            hidden += 1;
        }
    }
    count_hidden(page, line.depth + 1, hidden, if quoted { "element" } else { "attribute" });
    line.close(page, "}");
}

/// Notes how much is not shown.
pub(super) fn count_hidden(page: &mut Page, depth: usize, hidden: usize, what: &str) {
    match hidden {
        0 => {}
        1 => page.comment(depth, &format!("(1 unchanged {what} hidden)")),
        more => page.comment(depth, &format!("({more} unchanged {what}s hidden)")),
    }
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
