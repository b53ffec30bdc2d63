//! Blocks before they are text: so that one of them can be written in either syntax, spoilt, or made
//! smaller.
//!
//! **Never:** know what a block means.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

/// What an argument is given.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    /// An expression.
    Said(String),
    /// The same text in both syntaxes: `true`, `"./folder"`.
    Fixed(String),
    /// A type, or an address: text in JSON.
    Name(String),
    /// A list of such.
    Names(Vec<String>),
}

/// What stands in a block.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Argument(String, Given),
    Block(Block),
    /// Text that fits no model: what is wrong on purpose.
    Raw(String),
}

/// A block. One without a kind is only its arguments, as in a file of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    pub(super) items: Vec<Item>,
}

impl Block {
    pub(super) fn new(kind: &str, labels: &[&str]) -> Block {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Block { kind: kind.into(), labels, items: Vec::new() }
    }

    pub(super) fn with(mut self, name: &str, given: Given) -> Block {
        self.items.push(Item::Argument(name.into(), given));
        self
    }

    pub(super) fn said(self, name: &str, text: impl Into<String>) -> Block {
        self.with(name, Given::Said(text.into()))
    }

    pub(super) fn fixed(self, name: &str, text: impl Into<String>) -> Block {
        self.with(name, Given::Fixed(text.into()))
    }

    pub(super) fn name(self, name: &str, text: impl Into<String>) -> Block {
        self.with(name, Given::Name(text.into()))
    }

    /// Nothing if there are none.
    pub(super) fn names(self, name: &str, texts: Vec<String>) -> Block {
        if texts.is_empty() { self } else { self.with(name, Given::Names(texts)) }
    }

    pub(super) fn raw(text: &str) -> Block {
        Block { items: vec![Item::Raw(text.into())], ..Block::default() }
    }

    pub(super) fn holding(mut self, block: Block) -> Block {
        self.items.push(Item::Block(block));
        self
    }

    /// As native syntax.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        if self.kind.is_empty() {
            self.write_items(out, depth);
            return;
        }
        let labels: String = self.labels.iter().map(|label| format!(" \"{label}\"")).collect();
        writeln!(out, "{indent}{}{labels} {{", self.kind).unwrap();
        self.write_items(out, depth + 1);
        writeln!(out, "{indent}}}").unwrap();
    }

    fn write_items(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        for item in &self.items {
            match item {
                Item::Raw(text) => text.lines().for_each(|line| writeln!(out, "{indent}{line}").unwrap()),
                Item::Argument(name, given) => {
                    let text = match given {
                        Given::Said(text) | Given::Fixed(text) | Given::Name(text) => text.clone(),
                        Given::Names(texts) => format!("[{}]", texts.join(", ")),
                    };
                    writeln!(out, "{indent}{name} = {text}").unwrap();
                }
                Item::Block(block) => block.write(out, depth),
            }
        }
    }

    /// As a whole file of JSON syntax.
    pub(super) fn json(&self) -> String {
        let mut body = self.body_json();
        if !self.kind.is_empty() {
            for label in self.labels.iter().rev() {
                body = json!({ label: body });
            }
            body = json!({ &self.kind: body });
        }
        format!("{body:#}\n")
    }

    fn body_json(&self) -> Json {
        let mut members = Map::new();
        for item in &self.items {
            match item {
                Item::Argument(name, given) => {
                    let value = match given {
                        Given::Said(text) if self.kind.is_empty() => serde_json::from_str(text).unwrap(),
                        Given::Said(text) => json!(format!("${{{text}}}")),
                        Given::Fixed(text) => serde_json::from_str(text).unwrap(),
                        Given::Name(text) => json!(text),
                        Given::Names(texts) => json!(texts),
                    };
                    members.insert(name.clone(), value);
                }
                Item::Raw(text) => panic!("{text} is written in native syntax only"),
                Item::Block(block) => {
                    let body = block.body_json();
                    match members.entry(block.kind.clone()).or_insert_with(|| json!([])) {
                        Json::Array(bodies) => bodies.push(body),
                        other => *other = body,
                    }
                }
            }
        }
        Json::Object(members)
    }
}
