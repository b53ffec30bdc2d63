//! A value as expressions write it: what outputs and the console show.
//!
//! **Never:** show what marks hide. In: a value. Out: text, on several lines where it has members,
//! without a line break at the end. The form is that of Terraform's `output` and `console`: types
//! that the text alone would not tell are said by a conversion, empty and null ones too.

use crate::value::printable::is_printable;
use crate::value::{Content, Marks, Type, Value};

const STEP: usize = 2;

/// A value as expressions write it.
#[must_use]
pub fn value(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text
}

fn write(text: &mut String, value: &Value, indent: usize) {
    if value.marks().has(Marks::SENSITIVE) {
        return text.push_str("(sensitive value)");
    }
    if value.marks().has(Marks::EPHEMERAL) {
        return text.push_str("(ephemeral value)");
    }
    match value.content() {
        Content::Null(ty) => null(text, ty),
        Content::Unknown { .. } => text.push_str("(known after apply)"),
        Content::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Content::Number(number) => text.push_str(&number.to_string()),
        Content::String(string) => write_string(text, string, indent),
        Content::List(_, members) => sequence(text, ["tolist([", "])"], members, indent),
        Content::Set(_, members) => sequence(text, ["toset([", "])"], members, indent),
        Content::Tuple(members) => sequence(text, ["[", "]"], members, indent),
        Content::Map(_, _) => mapping(text, ["tomap({", "})"], value, indent),
        Content::Object(_) => mapping(text, ["{", "}"], value, indent),
    }
}

fn null(text: &mut String, ty: &Type) {
    let said = match ty {
        Type::Dynamic => "null".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly()),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", ty.friendly()),
    };
    text.push_str(&said);
}

fn line(text: &mut String, indent: usize) {
    text.push('\n');
    text.push_str(&" ".repeat(indent));
}

fn sequence(text: &mut String, [open, close]: [&str; 2], members: &[Value], indent: usize) {
    text.push_str(open);
    for member in members {
        line(text, indent + STEP);
        write(text, member, indent + STEP);
        text.push(',');
    }
    if !members.is_empty() {
        line(text, indent);
    }
    text.push_str(close);
}

fn mapping(text: &mut String, [open, close]: [&str; 2], value: &Value, indent: usize) {
    text.push_str(open);
    let members = value.as_members().into_iter().flatten();
    let mut empty = true;
    for (name, member) in members {
        empty = false;
        line(text, indent + STEP);
        write_string(text, name, indent + STEP);
        text.push_str(" = ");
        write(text, member, indent + STEP);
    }
    if !empty {
        line(text, indent);
    }
    text.push_str(close);
}

fn write_string(text: &mut String, string: &str, indent: usize) {
    if !string.contains('\n') {
        return quote(text, string);
    }
    // A line of the text that looks like its end would end it.
    let mut end = "EOT".to_owned();
    while string.split('\n').any(|line| line.trim() == end) {
        end.push('_');
    }
    text.push_str(if indent > 0 { "<<-" } else { "<<" });
    text.push_str(&end);
    for part in string.split('\n') {
        line(text, indent);
        text.push_str(part);
    }
    line(text, indent);
    text.push_str(&end);
}

/// A string in quotes, with everything escaped that does not show.
fn quote(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{7}' => text.push_str("\\a"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{b}' => text.push_str("\\v"),
            letter if is_printable(letter) => text.push(letter),
            letter => match u32::from(letter) {
                code @ 0..=0x7f => text.push_str(&format!("\\x{code:02x}")),
                code @ 0x80..=0xffff => text.push_str(&format!("\\u{code:04x}")),
                code => text.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    text.push('"');
}
