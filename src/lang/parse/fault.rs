//! What the parser complains about, in Terraform's words.
//!
//! **Never:** quote the parser's own message to the user: it names bytes, not constructs.
//! In: the byte where the parser stopped and its message. Out: one diagnostic, chosen by what is
//! open at that byte. Summaries are those of HCL's own parser, so that a search finds them.

use crate::diag::Diagnostic;

use super::mask::{Holds, Kind, Place, place};
use super::{Reader, extent, span};

/// Where and why the parser stopped.
pub(super) struct Failure<'f> {
    /// What it was given.
    pub(super) masked: &'f str,
    /// Where that starts in the source.
    pub(super) base: usize,
    /// The byte in what it was given.
    pub(super) at: usize,
    pub(super) message: &'f str,
    pub(super) holds: Holds,
}

type Words = (&'static str, String);

const OBJECT_SEPARATOR: &str = "Expected a newline or comma to mark the beginning of the next attribute.";
const ONE_LINE: &str = "Single-line block syntax can include only one argument definition, and must be closed on the \
                        same line. To define multiple arguments, use the multi-line block syntax with one argument \
                        definition per line.";
const OPEN_TO_THE_END: &str = "before the end of the file. This may be caused by incorrect nesting elsewhere in this \
                               file.";

impl Reader<'_> {
    /// Says what is wrong.
    pub(super) fn explain(&self, failure: &Failure<'_>) -> Diagnostic {
        let failure = &self.sharpen(failure);
        let rest = failure.masked.get(failure.at..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let at = (failure.base + failure.at + blanks).min(self.text.len());
        let end = self.token_end(at);
        let place = place(self.text, self.file, failure.base..at, failure.holds);
        let found = &self.text[at..end];
        let (summary, detail) = limit(failure.message, found)
            .or_else(|| invalid_character(&self.text[at..]))
            .or_else(|| (place.after_term && place.kind != Kind::Body).then(|| dangling(found)).flatten())
            .unwrap_or_else(|| self.structure(&place, at, found, failure.message));
        let unclosed = (found.is_empty() && failure.holds == Holds::Body).then_some(place.opener).flatten();
        let range = unclosed.map_or(at..end, |opener| opener..opener + 1);
        Diagnostic::error(summary, detail).at(span(self.file, range))
    }

    /// Corrects the byte where the parser gave up and went back, or had gone on, before it failed.
    fn sharpen<'f>(&self, failure: &Failure<'f>) -> Failure<'f> {
        let masked = failure.masked;
        let mut sharp = Failure { ..*failure };
        if limit(failure.message, "").is_some() {
            return sharp;
        }
        let rest = masked.get(sharp.at..).unwrap_or_default();
        if failure.message.contains("object value assignment") {
            // The sign in the place of the equals sign has been read.
            sharp.at = masked[..sharp.at].char_indices().next_back().map_or(0, |(at, _)| at);
        } else if failure.holds == Holds::Body && rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            // A whole argument that was given up: its value says where.
            let value = sharp.at + extent::name(rest.as_bytes(), 0, rest.len());
            let value = masked.len() - masked[value..].trim_start_matches([' ', '\t']).len();
            if let Some(text) = masked[value..].strip_prefix('=').filter(|text| !text.starts_with('='))
                && self.begins_argument(failure)
                && let Err(error) = hcl_edit::parser::parse_expr(text.trim_start_matches([' ', '\t']))
            {
                let start = masked.len() - text.trim_start_matches([' ', '\t']).len();
                sharp.at = start + error.location().offset();
            }
        } else if failure.message.contains("block body") && rest.trim().is_empty() {
            // The parser points at the last byte for what is missing behind it.
            sharp.at = masked.len();
        }
        sharp
    }

    fn begins_argument(&self, failure: &Failure<'_>) -> bool {
        let place = place(self.text, self.file, failure.base..failure.base + failure.at, failure.holds);
        place.kind == Kind::Body && !place.in_value
    }

    fn structure(&self, place: &Place, at: usize, found: &str, message: &str) -> Words {
        if message.contains("traversal operator") {
            return ("Invalid attribute name", "An attribute name is required after a dot.".into());
        }
        match place.kind {
            Kind::Body if place.in_value => self.argument(place, at, found),
            Kind::Body => self.definition(place, at, found),
            Kind::Object => object(place, found),
            Kind::Free => self.bracket(place, found),
        }
    }

    /// In a body, where an argument or a block starts or goes on before its value.
    fn definition(&self, place: &Place, at: usize, found: &str) -> Words {
        let line_start = self.text[..at].rfind('\n').map_or(0, |break_at| break_at + 1);
        let before = self.text[line_start..at].trim();
        let at_line_end = found.is_empty() || found.ends_with('\n');
        if found.is_empty() && place.opener.is_some() {
            return (
                "Unclosed configuration block",
                format!("There is no closing brace for this block {OPEN_TO_THE_END}"),
            );
        }
        if at_line_end && before.contains([' ', '"']) {
            let detail = "A block definition must have block content delimited by \"{\" and \"}\", starting on the \
                          same line as the block header.";
            return ("Invalid block definition", detail.into());
        }
        if found.starts_with('"') && !place.after_term {
            return ("Invalid argument name", "Argument names must not be quoted.".into());
        }
        if place.opener.is_some_and(|opener| opener >= line_start) {
            let name = self.text[place.opener.map_or(at, |opener| opener + 1)..at].trim();
            let detail = format!(
                "A single-line block definition can contain only a single argument. If you meant to define argument \
                 \"{name}\", use an equals sign to assign it a value. To define a nested block, place it on a line \
                 of its own within its parent block."
            );
            return ("Argument definition required", detail);
        }
        if place.after_term && before.ends_with('}') {
            return ("Missing newline after block definition", "A block definition must end with a newline.".into());
        }
        let detail = match found {
            "}" => {
                "An argument or block definition is required here: there is nothing open that this brace could \
                    close."
            }
            _ if place.after_term => {
                "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to \
                 introduce the argument value."
            }
            _ => "An argument or block definition is required here.",
        };
        ("Argument or block definition required", detail.into())
    }

    /// In a body, behind the equals sign.
    fn argument(&self, place: &Place, at: usize, found: &str) -> Words {
        if !place.after_term {
            return no_expression(found);
        }
        let line = self.text[..at].rfind('\n').map_or(0, |break_at| break_at + 1);
        if place.opener.is_some_and(|opener| opener >= line) {
            return ("Invalid single-argument block definition", ONE_LINE.into());
        }
        if found.is_empty() || found.ends_with('\n') {
            let start = self.text[line..at].find('=').map_or(line, |equals| line + equals);
            return if self.text[start..at].contains('?') {
                let detail =
                    "The conditional operator (...?...:...) requires a false expression, delimited by a colon.";
                ("Missing false expression in conditional", detail.into())
            } else {
                ("Invalid expression", "The expression is not complete at the end of its line.".into())
            };
        }
        ("Missing newline after argument", "An argument definition must end with a newline.".into())
    }

    /// In parentheses, square brackets, a `for`, or an interpolation.
    fn bracket(&self, place: &Place, found: &str) -> Words {
        let Some(opener) = place.opener else {
            return if place.after_term {
                let detail = format!(
                    "Expected a closing brace to end the interpolation expression, but found {}.",
                    describe(found)
                );
                ("Extra characters after interpolation expression", detail)
            } else {
                no_expression(found)
            };
        };
        let inside = &self.text[opener..];
        let word = inside[1..].trim_start();
        let is_for = word.starts_with("for") && !word[3..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_for && !place.attached && !inside.starts_with('(') {
            let detail = format!(
                "The expression cannot go on with {} here. A for expression has the form \"[for x in list : value]\" \
                 or \"{{for k, v in map : key => value}}\", and may end with a condition: \"if x != null\".",
                describe(found)
            );
            return ("Invalid 'for' expression", detail);
        }
        let (unclosed, separator, detail) = match (inside.starts_with('('), place.attached) {
            (true, true) => (
                "Unterminated function call",
                "Missing argument separator",
                "A comma is required to separate each function argument from the next.",
            ),
            (true, false) => (
                "Unbalanced parentheses",
                "Unbalanced parentheses",
                "Expected a closing parenthesis to terminate the expression.",
            ),
            (false, true) => (
                "Missing close bracket on index",
                "Missing close bracket on index",
                "The index operator must end with a closing bracket (\"]\").",
            ),
            (false, false) => (
                "Unterminated tuple constructor expression",
                "Missing item separator",
                "Expected a comma to mark the beginning of the next item.",
            ),
        };
        if found.is_empty() {
            (unclosed, format!("There is no corresponding closing bracket {OPEN_TO_THE_END}"))
        } else if place.after_term {
            (separator, detail.into())
        } else {
            no_expression(found)
        }
    }

    /// The byte behind the token at `at`.
    fn token_end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        match bytes.get(at) {
            None => at,
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => at + 2,
            Some(b'"') => match extent::quoted(bytes, at, bytes.len()) {
                extent::Quoted::Closed(end) | extent::Quoted::Broken(end) => end,
                extent::Quoted::Open => at + 1,
            },
            Some(byte) if byte.is_ascii_digit() => extent::number(bytes, at, bytes.len()),
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => extent::name(bytes, at, bytes.len()),
            Some(_) => at + self.text[at..].chars().next().map_or(0, char::len_utf8),
        }
    }
}

fn object(place: &Place, found: &str) -> Words {
    match (place.opener, place.in_value, place.after_term) {
        (None, _, true) => {
            let detail = "An expression was successfully parsed, but extra characters were found after it.";
            ("Extra characters after expression", detail.into())
        }
        (Some(_), _, _) if found.is_empty() => {
            let detail = format!("There is no corresponding closing brace {OPEN_TO_THE_END}");
            ("Unterminated object constructor expression", detail)
        }
        (Some(_), true, true) => ("Missing attribute separator", OBJECT_SEPARATOR.into()),
        (Some(_), false, true) if found.ends_with('\n') || found == "}" => {
            let detail = "Expected an attribute value, introduced by an equals sign (\"=\").";
            ("Missing attribute value", detail.into())
        }
        (Some(_), false, true) => {
            let detail = "Expected an equals sign (\"=\") to mark the beginning of the attribute value.";
            ("Missing key/value separator", detail.into())
        }
        _ => no_expression(found),
    }
}

fn no_expression(found: &str) -> Words {
    let summary = if found.is_empty() { "Missing expression" } else { "Invalid expression" };
    (summary, format!("Expected the start of an expression, but found {}.", describe(found)))
}

/// An operator with nothing behind it, to which the parser went back.
fn dangling(found: &str) -> Option<Words> {
    let operator = found.starts_with(['+', '-', '*', '/', '%', '&', '|', '<', '>', '?']);
    operator.then(|| {
        let detail = format!("Expected an expression after the operator that begins with \"{found}\".");
        ("Invalid expression", detail)
    })
}

fn describe(found: &str) -> String {
    match found {
        "" => "the end of the text".into(),
        "\n" | "\r\n" | "\r" => "a line break".into(),
        text if text.starts_with('"') => "a string".into(),
        other => format!("\"{other}\""),
    }
}

/// The parser's own limits, and what it compares itself.
fn limit(message: &str, found: &str) -> Option<Words> {
    if message.contains("nested levels") {
        let detail = "The expression or block is nested more than 64 levels deep here. Move inner parts into local \
                      values.";
        return Some(("Nesting too deep", detail.into()));
    }
    if message.contains("chained binary operators") {
        let detail = "More than 128 operators stand in one chain here. Put parts of it in parentheses or into local \
                      values.";
        return Some(("Expression too long", detail.into()));
    }
    if message.contains("redefined object key") {
        let detail = "The objects of this file repeat too many of their keys. Where a key is repeated, only its last \
                      value counts.";
        return Some(("Too many repeated object keys", detail.into()));
    }
    message.contains("redefined attribute").then(|| {
        let detail =
            format!("The argument \"{found}\" was already set in this block. Each argument may be set only once.");
        ("Attribute redefined", detail)
    })
}

/// Signs that other languages have and this one has not.
fn invalid_character(rest: &str) -> Option<Words> {
    let (summary, detail) = match rest.chars().next()? {
        ';' => (
            "Invalid character",
            "The \";\" character is not valid. Use newlines to separate arguments and blocks, and commas to separate \
             items in collection values.",
        ),
        '\'' => ("Invalid character", "Single quotes are not valid. Use double quotes (\") to enclose strings."),
        '`' => (
            "Invalid character",
            "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, like \
             \"<<EOT\".",
        ),
        '&' if !rest.starts_with("&&") => {
            ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean AND (\"&&\")?")
        }
        '|' if !rest.starts_with("||") => {
            ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean OR (\"||\")?")
        }
        '\r' if !rest.starts_with("\r\n") => ("Invalid character", "This character is not used within the language."),
        '$' | '@' | '\\' | '^' | '~' => ("Invalid character", "This character is not used within the language."),
        other if !other.is_ascii() && !other.is_alphabetic() || matches!(other, '\u{b}' | '\u{c}') => {
            ("Invalid character", "This character is not used within the language.")
        }
        _ => return None,
    };
    Some((summary, detail.into()))
}
