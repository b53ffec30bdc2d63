//! What a program answers to an expression, as text: `JSON : type`, or error summaries.
//!
//! **Never:** evaluate. In the JSON stand `(unknown)` and, before a value, `(sensitive)`; what lies
//! within a sensitive value is not marked again. What is certain of an unknown value stands behind
//! a comma: `(unknown, not null, >= 1)`.

use std::collections::BTreeSet;
use std::fmt::Write;

use acier::value::{Bounds, Content, Number, Value};
use serde_json::Value as Json;

use super::refined::Part;

/// The answer to one expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The value and its type.
    Value(String),
    /// The summaries of all errors, each once.
    Errors(BTreeSet<String>),
}

impl Answer {
    /// An error added to those there are.
    pub(super) fn blame(&mut self, summary: &str) {
        match self {
            Answer::Errors(found) => drop(found.insert(summary.to_owned())),
            Answer::Value(_) => *self = Answer::Errors([summary.to_owned()].into()),
        }
    }

    /// No errors known yet.
    pub(super) fn failed() -> Answer {
        Answer::Errors(BTreeSet::new())
    }

    /// Whether this answer of acier's says the same as Terraform's: the same value; or errors, of
    /// which acier may leave out those that only follow from others. Terraform goes on with an
    /// unknown value where something failed.
    pub(super) fn is_like(&self, theirs: &Answer) -> bool {
        // Terraform prints names of attributes bare, so white space around them is lost.
        let bare = |text: &str| {
            text.rsplit_once(" : ").map(|(json, ty)| (json.to_owned(), ty.replace(char::is_whitespace, "")))
        };
        match (self, theirs) {
            (Answer::Value(ours), Answer::Value(theirs)) => bare(ours) == bare(theirs),
            (Answer::Errors(ours), Answer::Errors(theirs)) => !ours.is_empty() && ours.is_subset(theirs),
            _ => false,
        }
    }

    /// The lines of a case file, without their indentation.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Answer::Value(text) => vec![text.clone()],
            Answer::Errors(found) => found.iter().map(|summary| format!("! {summary}")).collect(),
        }
    }

    /// Reads those lines; none if there are none.
    pub(super) fn read(lines: &[String]) -> Option<Answer> {
        let errors: BTreeSet<String> =
            lines.iter().filter_map(|line| line.strip_prefix("! ")).map(str::to_owned).collect();
        match lines {
            [] => None,
            [one] if errors.is_empty() => Some(Answer::Value(one.clone())),
            _ => Some(Answer::Errors(errors)),
        }
    }
}

/// A value of acier's.
pub(super) fn show(value: &Value) -> String {
    if is_infinite(value) {
        return format!("(infinite) : {}", value.ty());
    }
    let mut out = String::new();
    write_value(value, false, &mut out);
    write!(out, " : {}", value.ty()).unwrap();
    out
}

/// Whether infinity is in it: then it is not shown, as Terraform cannot store it.
fn is_infinite(value: &Value) -> bool {
    value.as_number().is_some_and(|number| number.to_string().ends_with("Inf")) || value.children().any(is_infinite)
}

fn write_value(value: &Value, hidden: bool, out: &mut String) {
    let marked = value.is_sensitive() && !hidden;
    if marked {
        out.push_str("(sensitive)");
    }
    let hidden = hidden || marked;
    let list = |members: &[Value], out: &mut String| {
        out.push('[');
        for (index, member) in members.iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            write_value(member, hidden, out);
        }
        out.push(']');
    };
    match value.content() {
        Content::Null(_) => out.push_str("null"),
        Content::Unknown { not_null, .. } => {
            out.push_str(if *not_null { "(unknown, not null" } else { "(unknown" });
            write_bounds(value.bounds(), out);
            out.push(')');
        }
        Content::Bool(value) => write!(out, "{value}").unwrap(),
        // A plan of Terraform's does not keep the sign of zero.
        Content::Number(number) if number.is_zero() => out.push('0'),
        Content::Number(number) => {
            // A plan of Terraform's keeps a fraction that fits a float of the machine as one, without its
            // precision.
            let float = number.with_precision(53);
            let shown = if !number.is_integer() && float == *number { &float } else { number };
            write!(out, "{shown}").unwrap();
        }
        Content::String(text) => write!(out, "{}", Json::from(&**text)).unwrap(),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => list(members, out),
        Content::Map(_, members) | Content::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                write!(out, "{}{}:", if index > 0 { "," } else { "" }, Json::from(&**name)).unwrap();
                write_value(member, hidden, out);
            }
            out.push('}');
        }
    }
}

fn write_bounds(bounds: Option<&Bounds>, out: &mut String) {
    let mut say = |what: &str, bound: Option<String>| {
        if let Some(bound) = bound {
            write!(out, ", {what} {bound}").unwrap();
        }
    };
    match bounds {
        None => {}
        Some(Bounds::Number { least, most }) => {
            // Nor does a plan keep the sign of zero in bounds.
            let shown = |bound: &Number| if bound.is_zero() { "0".to_owned() } else { bound.to_string() };
            // Infinity bounds nothing.
            let finite = |bound: &Option<Number>| bound.clone().filter(|bound| !bound.is_infinite());
            say(">=", finite(least).as_ref().map(shown));
            say("<=", finite(most).as_ref().map(shown));
        }
        Some(Bounds::Start(start)) => say("begins with", Some(format!("{start:?}"))),
        Some(Bounds::Length { least, most }) => {
            say("length >=", Some(*least).filter(|least| *least > 0).map(|least| least.to_string()));
            say("length <=", most.map(|most| most.to_string()));
        }
    }
}

/// A value of a plan of Terraform's: what is known of it, which parts are unknown, what is certain of
/// these, which are sensitive.
pub(super) fn write_planned(known: &Json, unknown: &Json, sensitive: &Json, certain: &Part, out: &mut String) {
    let marked = *sensitive == Json::Bool(true);
    if marked {
        out.push_str("(sensitive)");
    }
    if *unknown == Json::Bool(true) {
        write!(out, "(unknown{})", certain.known()).unwrap();
        return;
    }
    let null = Json::Null;
    match known {
        Json::Array(members) => {
            out.push('[');
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_planned(member, &unknown[index], &sensitive[index], certain.at(index), out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            // A member that is unknown is left out of what is known.
            let mut names: Vec<&String> = members.keys().collect();
            names.extend(unknown.as_object().into_iter().flat_map(|unknown| unknown.keys()));
            names.sort();
            names.dedup();
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                write!(out, "{}{}:", if index > 0 { "," } else { "" }, Json::from(&**name)).unwrap();
                let member = members.get(name).unwrap_or(&null);
                write_planned(member, &unknown[name], &sensitive[name], certain.named(name), out);
            }
            out.push('}');
        }
        other => write!(out, "{other}").unwrap(),
    }
}
