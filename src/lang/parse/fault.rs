//! What the parser complains about, in Terraform's words.
//!
//! **Never:** quote the parser's own message to the user: it names bytes, not constructs.
//! In: the text, the byte where the parser stopped and its message. Out: one diagnostic.

use crate::diag::{Diagnostic, FileId};

use super::extent;
use super::mask::span;

/// Says what is wrong at a byte.
pub(super) fn explain(text: &str, file: FileId, at: usize, message: &str) -> Diagnostic {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = token_end(text, at);
    let place = span(file, at..end);
    let found = &text[at..end];
    let (summary, detail) = words(text, at, found, message);
    Diagnostic::error(summary, detail).at(place)
}

fn words(text: &str, at: usize, found: &str, message: &str) -> (&'static str, String) {
    let what = describe(found);
    let rest = text[at..].trim_start();
    if message.contains("nested levels") {
        let detail = "The expression or block is nested more than 64 levels deep here. Move inner parts into local \
                      values.";
        return ("Nesting too deep", detail.into());
    }
    if message.contains("chained binary operators") {
        let detail = "More than 128 operators stand in one chain here. Put parts of it into local values.";
        return ("Expression too long", detail.into());
    }
    if message.contains("redefined attribute") {
        let detail =
            format!("The argument \"{found}\" was already set in this block. Each argument may be set only once.");
        return ("Attribute redefined", detail);
    }
    if message.contains("block body") && rest.is_empty() {
        let detail = "There is no closing brace for this block before the end of the file. This may be caused by \
                      incorrect brace nesting elsewhere in this file.";
        return ("Unclosed configuration block", detail.into());
    }
    if message.contains("block body") {
        let detail =
            format!("A block definition must end with a closing brace or go on with an argument; found {what}.");
        return ("Invalid block definition", detail);
    }
    if message.contains("invalid structure") {
        let detail = "An argument or block definition is required here. To set an argument, use the equals sign \
                      \"=\" to introduce the argument value; to begin a block, use an opening brace.";
        return ("Argument or block definition required", detail.into());
    }
    if message.contains("newline") && message.contains("eof") {
        let detail = "An argument or block definition must be followed by a line break before the next one begins.";
        return match found {
            "}" | ")" | "]" => {
                ("Argument or block definition required", format!("There is nothing that {what} closes."))
            }
            _ => ("Missing newline after argument", format!("{detail} Found {what}.")),
        };
    }
    if rest.is_empty() {
        return ("Missing expression", "The text ends where an expression or its continuation is expected.".into());
    }
    if message.contains("invalid expression") {
        let detail = format!("Expected the start of an expression, but found {what}.");
        return ("Invalid expression", detail);
    }
    if message.contains("traversal operator") {
        return ("Invalid attribute name", format!("An attribute name is required after a dot; found {what}."));
    }
    if message.contains("object") {
        let detail = format!(
            "Expected an equals sign, a comma or a newline between the attributes of an object, or its closing \
             brace; found {what}."
        );
        return ("Missing attribute separator", detail);
    }
    ("Invalid expression", format!("The expression cannot go on with {what} here."))
}

fn describe(found: &str) -> String {
    match found {
        "" => "the end of the text".into(),
        "\n" | "\r\n" | "\r" => "a line break".into(),
        found => format!("\"{found}\""),
    }
}

fn token_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        None => at,
        Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => at + 2,
        Some(byte) if byte.is_ascii_digit() => extent::number(bytes, at, bytes.len()),
        Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => extent::name(bytes, at, bytes.len()),
        Some(_) => at + text[at..].chars().next().map_or(0, char::len_utf8),
    }
}
