//! Writes a value as a YAML document in block style.
//!
//! **Never:** decide the layout by taste: indents, when a string becomes a block and where a long
//! one in quotes breaks are libyaml's, so that a document does not differ from Terraform's.

use crate::value::{Content, Members, Value};

use super::super::row::Fault;

/// Spaces of each level.
const STEP: usize = 2;
/// A string in quotes breaks at the first space behind this column.
const WIDTH: usize = 80;
/// A longer key stands on lines of its own.
const LONGEST_KEY: usize = 128;

struct Writer {
    out: String,
    column: usize,
    /// The last thing written separates from the next.
    blank: bool,
    /// Only indents and marks of entries stand on this line so far.
    fresh: bool,
}

/// What a node stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Entry,
    Value,
}

/// The document of a wholly known value.
pub(super) fn document(value: &Value) -> Result<String, Fault> {
    let mut writer = Writer { out: String::new(), column: 0, blank: true, fresh: true };
    writer.node(value, None, Place::Root)?;
    writer.indent(0);
    let plain = matches!(value.content(), Content::Null(_) | Content::Bool(_) | Content::Number(_));
    if plain {
        writer.out.push_str("...\n");
    }
    Ok(writer.out)
}

impl Writer {
    /// Writes a node; `indent` is that of the collection around it.
    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) -> Result<(), Fault> {
        let deeper = indent.map_or(0, |indent| indent + STEP);
        match value.content() {
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) if members.is_empty() => {
                self.plain("[]");
            }
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
                // A sequence as the value of a key on the same line is not indented.
                let flat = place == Place::Value && !self.fresh;
                let indent = if flat { indent.unwrap_or(0) } else { deeper };
                for member in members.iter() {
                    self.indent(indent);
                    self.mark("-", true);
                    self.node(member, Some(indent), Place::Entry)?;
                }
            }
            Content::Map(_, members) | Content::Object(members) if members.is_empty() => self.plain("{}"),
            Content::Map(_, members) | Content::Object(members) => self.mapping(members, deeper)?,
            Content::String(text) => self.string(text, indent.map_or(STEP, |indent| indent + STEP), false),
            Content::Null(_) => self.plain("null"),
            Content::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Content::Number(number) => self.plain(&number.to_string()),
            Content::Unknown { .. } => return Err("value is not known".into()),
        }
        Ok(())
    }

    fn mapping(&mut self, members: &Members, indent: usize) -> Result<(), Fault> {
        for (name, member) in members {
            self.indent(indent);
            let simple = name.len() <= LONGEST_KEY && !name.chars().any(is_break);
            if simple {
                self.string(name, indent + STEP, true);
                self.mark_behind(":");
            } else {
                self.mark("?", true);
                self.string(name, indent + STEP, false);
                self.indent(indent);
                self.mark(":", true);
            }
            self.node(member, Some(indent), Place::Value)?;
        }
        Ok(())
    }

    fn put(&mut self, letter: char) {
        self.out.push(letter);
        self.column = if is_break(letter) { 0 } else { self.column + 1 };
    }

    fn write(&mut self, text: &str) {
        text.chars().for_each(|letter| self.put(letter));
    }

    /// Begins a line, unless the present one can still be used.
    fn indent(&mut self, indent: usize) {
        if !self.fresh || self.column > indent || self.column == indent && !self.blank {
            self.put('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.blank = true;
        self.fresh = true;
    }

    fn separate(&mut self) {
        if !self.blank {
            self.put(' ');
        }
    }

    /// Writes a mark of an entry, behind which its content may begin.
    fn mark(&mut self, mark: &str, keeps_line: bool) {
        self.separate();
        self.write(mark);
        self.blank = false;
        self.fresh = self.fresh && keeps_line;
    }

    fn mark_behind(&mut self, mark: &str) {
        self.write(mark);
        self.blank = false;
        self.fresh = false;
    }

    fn plain(&mut self, text: &str) {
        self.mark(text, false);
    }

    fn string(&mut self, text: &str, indent: usize, is_key: bool) {
        if text.contains('\n') && !is_key && fits_block(text) {
            self.block(text, indent);
        } else {
            self.quoted(text, indent, is_key);
        }
    }

    fn block(&mut self, text: &str, indent: usize) {
        self.mark("|", false);
        if text.starts_with([' ', '\n', '\u{2028}', '\u{2029}']) {
            self.write(&STEP.to_string());
        }
        let mut ends = text.chars().rev();
        match (ends.next(), ends.next()) {
            (Some(last), _) if !is_break(last) => self.put('-'),
            (_, None) => self.put('+'),
            (_, Some(before)) if is_break(before) => self.put('+'),
            _ => {}
        }
        self.put('\n');
        let mut begins = true;
        for letter in text.chars() {
            if begins && !is_break(letter) {
                (0..indent).for_each(|_| self.put(' '));
            }
            self.put(letter);
            begins = is_break(letter);
        }
        self.blank = true;
        self.fresh = begins;
    }

    fn quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.mark("\"", false);
        let mut spaces = false;
        let mut letters = text.chars().enumerate().peekable();
        while let Some((index, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            match letter {
                ' ' if !is_key && !spaces && self.column > WIDTH && index > 0 && next.is_some() => {
                    self.put('\n');
                    (0..indent).for_each(|_| self.put(' '));
                    if next == Some(' ') {
                        self.put('\\');
                    }
                    spaces = true;
                }
                ' ' => {
                    self.put(' ');
                    spaces = true;
                }
                letter if is_printable(letter) && !is_break(letter) && !matches!(letter, '"' | '\\') => {
                    self.put(letter);
                    spaces = false;
                }
                letter => {
                    self.write(&escape(letter));
                    spaces = false;
                }
            }
        }
        self.write("\"");
        self.blank = false;
        self.fresh = false;
    }
}

/// Whether a string may be written as a block: all of it can be seen, and no line ends in a space.
fn fits_block(text: &str) -> bool {
    let ends_in_space = text.ends_with(' ');
    let mut letters = text.chars().peekable();
    let mut hidden = false;
    while let Some(letter) = letters.next() {
        hidden |= !is_printable(letter) || letter == ' ' && letters.peek().is_some_and(|next| is_break(*next));
    }
    !hidden && !ends_in_space
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && letter != '\u{feff}'
}

fn escape(letter: char) -> String {
    let short = match letter {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        letter => {
            return match u32::from(letter) {
                code @ 0..=0xff => format!("\\x{code:02X}"),
                code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
