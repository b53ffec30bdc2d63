//! Finding what a schema says about a place inside a value.
//!
//! **Never:** look at the value's content; only the path decides.

use super::{Attribute, Block, NestedBlock};
use crate::value::{Path, Step};

/// What stands at a path.
#[derive(Clone, Copy, Debug)]
pub enum Found<'s> {
    /// An attribute, or something inside one.
    Attribute(&'s Attribute),
    /// A nested block as a whole, or one of its elements.
    Nested(&'s NestedBlock),
    /// The root.
    Root(&'s Block),
}

/// Finds what the schema says about `path`; nothing if the schema has no such place.
#[must_use]
pub fn find<'s>(block: &'s Block, path: &Path) -> Option<Found<'s>> {
    let mut found = Found::Root(block);
    for step in &path.0 {
        let inner = match found {
            Found::Attribute(_) => return Some(found),
            Found::Nested(nested) => match step {
                Step::Index(_) | Step::Key(_) => continue,
                Step::Attr(_) => &nested.block,
            },
            Found::Root(block) => block,
        };
        let Step::Attr(name) = step else { return None };
        found = match (inner.attribute(name), inner.nested(name)) {
            (Some(attribute), _) => Found::Attribute(attribute),
            (None, Some(nested)) => Found::Nested(nested),
            (None, None) => return None,
        };
    }
    Some(found)
}
