//! Objects that do not change, for looking at the state.
//!
//! **Never:** show a sensitive value. In: objects. Out: text in the form of the language.
//! The decision to question: lists of objects look like blocks, whatever the schema calls them,
//! so that the state can be shown without knowing any kind.

use crate::addr::{Addr, Mode};
use crate::value::{Content, Name, Type, Value};

use super::page::{Page, Sign};
use super::values::{Line, aligned, label, whole, width};

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

/// Output values as a state shows them, one below the other.
pub fn outputs<'v>(values: impl Iterator<Item = (&'v Name, &'v Value)>) -> String {
    let mut page = Page::new(false);
    for (name, value) in values {
        whole(&mut page, Line::of(0, Sign::None, &format!("{name} = ")), value);
    }
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
        whole(page, Line::of(depth, Sign::None, &prefix), value);
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
