//! What of an object changes by itself, and whether two looks at it differ in anything else.
//!
//! **Never:** judge what a difference means; plans do.

use super::{Block, Nesting};
use crate::value::Value;

impl Block {
    /// Whether it has an attribute, at any depth, that changes by itself.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute.volatile)
            || self.blocks.iter().any(|nested| nested.block.is_volatile())
    }

    /// Whether two values are the same but for what changes by itself. A missing member is null.
    #[must_use]
    pub fn is_steady(&self, before: &Value, after: &Value) -> bool {
        let unset = |value: Option<&Value>| value.is_none_or(|value| value.is_null() && value.marks().is_empty());
        let attributes = self.attributes.iter().filter(|attribute| !attribute.volatile);
        let mut names = attributes.map(|attribute| &attribute.name);
        names.all(|name| match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => before.same(after),
            (before, after) => unset(before) && unset(after),
        }) && self.blocks.iter().all(|nested| {
            let (before, after) = (before.get(&nested.name), after.get(&nested.name));
            let (old, new) = (members(before), members(after));
            if nested.nesting == Nesting::Set || old.len() != new.len() {
                return old.is_empty() && new.is_empty() || matches!((before, after), (Some(a), Some(b)) if a.same(b));
            }
            old.iter().zip(new).all(|(old, new)| nested.block.is_steady(old, new))
        })
    }
}

fn members(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_sequence).unwrap_or_default()
}
