//! A total order and an equality over values that ignore marks.
//!
//! **Never:** decide what Terraform's `==` says about unknowns; that is the evaluator's.
//! The order is the one in which sets iterate: strings by bytes, numbers by value, structures by a
//! text of what they hold, unknown values and then nulls last (cty, "Less" of sets).

use std::cmp::Ordering;
use std::fmt::Write;

use super::{Content, Number, Value};

/// Orders the members of a set.
pub fn sort(members: &mut [Value]) {
    if members.iter().any(is_structure) {
        // The texts are made once for each member. Numbers of more than ten digits may share one.
        members.sort_by(structure);
        members.sort_by_cached_key(|member| (rank(member.content()).max(STRUCTURE), text(member)));
    } else {
        members.sort_by(compare);
    }
}

/// Orders two values; members of one set have one type, so kinds are compared only as a last resort.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Ordering {
    if is_structure(a) && is_structure(b) {
        return text(a).cmp(&text(b)).then_with(|| structure(a, b));
    }
    structure(a, b)
}

fn is_structure(value: &Value) -> bool {
    (STRUCTURE..UNKNOWN).contains(&rank(value.content()))
}

/// What a structure holds, as the text by which Terraform orders it.
fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    let mut sequence = |open: char, members: &[Value], close: char| {
        out.push(open);
        for member in members {
            write(member, out);
            out.push(';');
        }
        out.push(close);
    };
    match value.content() {
        Content::Unknown { .. } => out.push('?'),
        Content::Null(_) => out.push('~'),
        Content::Bool(value) => out.push(if *value { 'T' } else { 'F' }),
        Content::Number(number) => out.push_str(&general(number)),
        Content::String(text) => quote(text, out),
        Content::List(_, members) | Content::Set(_, members) => sequence('[', members, ']'),
        Content::Tuple(members) => sequence('<', members, '>'),
        Content::Map(_, members) => {
            out.push('{');
            for (name, member) in members.iter() {
                quote(name, out);
                out.push(':');
                write(member, out);
                out.push(';');
            }
            out.push('}');
        }
        Content::Object(members) => {
            out.push('<');
            for member in members.values() {
                write(member, out);
                out.push(';');
            }
            out.push('>');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// A number with ten digits at most, as Go's `%.10g` writes it.
#[must_use]
pub fn general(number: &Number) -> String {
    const DIGITS: usize = 10;
    let text = number.to_string();
    let plain = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = format!("{whole}{fraction}");
    let lead = digits.bytes().take_while(|digit| *digit == b'0').count();
    let point = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(lead).unwrap_or(0);
    let significant = digits[lead..].trim_end_matches('0');
    if significant.len() <= DIGITS && (-3..=10).contains(&point) || !plain.starts_with(|c: char| c.is_ascii_digit()) {
        return text;
    }
    let mut kept: u64 = format!("{significant:0<DIGITS$}")[..DIGITS].parse().unwrap_or(0);
    let mut point = point;
    if significant.as_bytes().get(DIGITS).is_some_and(|digit| *digit >= b'5') {
        kept += 1;
    }
    if kept == 10_u64.pow(10) {
        kept /= 10;
        point += 1;
    }
    let kept = kept.to_string();
    let kept = kept.trim_end_matches('0');
    let sign = if text.starts_with('-') { "-" } else { "" };
    if (-3..=10).contains(&point) {
        return match usize::try_from(point) {
            Ok(0) | Err(_) => format!("{sign}0.{}{kept}", "0".repeat(point.unsigned_abs() as usize)),
            Ok(point) if kept.len() <= point => format!("{sign}{kept:0<point$}"),
            Ok(point) => format!("{sign}{}.{}", &kept[..point], &kept[point..]),
        };
    }
    let (first, rest) = kept.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let power = point - 1;
    format!("{sign}{first}{dot}{rest}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// Orders two values member by member.
fn structure(a: &Value, b: &Value) -> Ordering {
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
            (Some(a), Some(b)) => match structure(a, b) {
                Ordering::Equal => {}
                decided => return decided,
            },
        }
    }
}

/// The ranks of structures begin here.
const STRUCTURE: u8 = 3;
/// And end here.
const UNKNOWN: u8 = 8;

fn rank(content: &Content) -> u8 {
    match content {
        Content::Bool(_) => 0,
        Content::Number(_) => 1,
        Content::String(_) => 2,
        Content::List(..) => STRUCTURE,
        Content::Set(..) => 4,
        Content::Map(..) => 5,
        Content::Tuple(_) => 6,
        Content::Object(_) => 7,
        Content::Unknown { .. } => UNKNOWN,
        Content::Null(_) => 9,
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
