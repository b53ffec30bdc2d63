//! Values and objects that do not change, for outputs and for looking at the state.
//!
//! **Never:** show a sensitive value of an object; a value that is asked for by itself is shown
//! only as far as its marks allow. In: values. Out: text in the form of the language.
//! The decision to question: lists of objects look like blocks, whatever the schema calls them,
//! so that the state can be shown without knowing any kind.

use crate::addr::{Addr, Mode};
use crate::value::{Content, Type, Value};

use super::page::{Page, Sign};
use super::values::{aligned, inline, label, signed, width};

/// A value as expressions write it, on several lines where it has members; without a line break
/// at the end. Source of the form: Terraform, `output` command.
#[must_use]
pub fn value(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    if value.is_sensitive() {
        text.push_str("(sensitive value)");
        return;
    }
    let (open, close, members): (&str, &str, Vec<(String, &Value)>) = match value.content() {
        Content::List(_, members) => ("tolist([", "])", bare(members)),
        Content::Set(_, members) => ("toset([", "])", bare(members)),
        Content::Tuple(members) => ("[", "]", bare(members)),
        Content::Map(_, members) => (
            "tomap({",
            "})",
            members.iter().map(|(name, value)| (format!("{} = ", label(name, true)), value)).collect(),
        ),
        Content::Object(members) => {
            ("{", "}", members.iter().map(|(name, value)| (format!("{} = ", label(name, true)), value)).collect())
        }
        Content::String(lines) if lines.contains('\n') => return heredoc(text, lines),
        _ => {
            text.push_str(&inline(value));
            return;
        }
    };
    text.push_str(open);
    if !members.is_empty() {
        let comma = if matches!(value.content(), Content::Map(..) | Content::Object(_)) { "" } else { "," };
        for (name, member) in members {
            text.push('\n');
            text.push_str(&"  ".repeat(depth + 1));
            text.push_str(&name);
            write(text, member, depth + 1);
            text.push_str(comma);
        }
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
    text.push_str(close);
}

fn bare(members: &[Value]) -> Vec<(String, &Value)> {
    members.iter().map(|value| (String::new(), value)).collect()
}

fn heredoc(text: &mut String, lines: &str) {
    text.push_str("<<EOT\n");
    text.push_str(lines);
    text.push_str(if lines.ends_with('\n') { "EOT" } else { "\nEOT" });
}

/// An object that exists, as a block of the language.
#[must_use]
pub fn object(addr: &Addr, value: &Value, tainted: bool) -> String {
    let mut page = Page::new(false);
    let note = if tainted { " (tainted)" } else { "" };
    page.text(&format!("# {addr}:{note}"));
    let word = if addr.block.mode == Mode::Data { "data" } else { "resource" };
    page.text(&format!("{word} \"{}\" \"{}\" {{", addr.block.kind, addr.block.name));
    body(&mut page, 1, value);
    page.text("}");
    page.finish()
}

/// What a block would hold to say the same.
pub(super) fn body(page: &mut Page, depth: usize, value: &Value) {
    let Some(members) = value.as_members() else { return };
    let is_block = |value: &Value| {
        matches!(value.content(), Content::List(Type::Object(_), _) | Content::Set(Type::Object(_), _))
            && !value.is_sensitive()
    };
    let attributes = members.iter().filter(|(_, value)| !value.is_null() && !is_block(value));
    let attributes: Vec<_> = attributes.collect();
    let width = width(attributes.iter().map(|(name, _)| *name), false);
    for (name, value) in &attributes {
        let prefix = aligned(&label(name, false), width);
        signed(page, depth, Sign::None, &prefix, Some(value), Some(value), "");
    }
    let mut spaced = !attributes.is_empty();
    for (name, value) in members.iter().filter(|(_, value)| is_block(value)) {
        for element in value.as_sequence().unwrap_or_default() {
            if std::mem::take(&mut spaced) {
                page.blank();
            }
            page.line(depth, Sign::None, &format!("{name} {{"));
            body(page, depth + 1, element);
            page.line(depth, Sign::None, "}");
        }
    }
}
