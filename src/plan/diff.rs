//! What differs between two values of one schema, and what each difference costs.
//!
//! **Never:** decide what to do about it. In: a schema's block, the value before (write-only
//! attributes as fingerprints) and after (in clear). Out: one [`Difference`] per attribute.
//! The decision to question: null and an empty collection are equal, because the cloud does not
//! keep them apart.

use crate::schema::{Attribute, Block, Cost, Equality, NestedBlock, Nesting, Secrecy};
use crate::seal::Key;
use crate::value::{Content, Path, Value};

use super::change::Difference;
use super::pairs;

/// Everything that differs, in schema order. Paths inside lists count the elements of `after`;
/// a removed element has the position that it had.
#[must_use]
pub fn diff(block: &Block, before: &Value, after: &Value, key: &Key) -> Vec<Difference> {
    let mut walk = Walk { key, found: Vec::new() };
    walk.block(block, &Path::root(), before, after);
    walk.found
}

/// The greatest cost among differences.
#[must_use]
pub fn cost(differences: &[Difference]) -> Cost {
    differences.iter().map(|difference| difference.cost).max().unwrap_or_default()
}

struct Walk<'a> {
    key: &'a Key,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block, path: &Path, before: &Value, after: &Value) {
        for attribute in block.attributes.iter().filter(|attribute| !attribute.volatile) {
            let (before, after) = (before.get(&attribute.name), after.get(&attribute.name));
            if !equal(attribute, before, after, self.key) {
                self.push(path.attr(&attribute.name), attribute.cost, attribute.reason);
            }
        }
        for nested in &block.blocks {
            self.nested(nested, &path.attr(&nested.name), before.get(&nested.name), after.get(&nested.name));
        }
    }

    fn nested(&mut self, nested: &NestedBlock, path: &Path, before: Option<&Value>, after: Option<&Value>) {
        if after.is_some_and(Value::is_unknown) != before.is_some_and(Value::is_unknown) {
            return self.push(path.clone(), nested.cost, nested.reason);
        }
        let before = before.and_then(Value::as_sequence).unwrap_or_default();
        let after = after.and_then(Value::as_sequence).unwrap_or_default();
        match nested.nesting {
            Nesting::List => self.list(nested, path, before, after),
            Nesting::Set => {
                let missing = |from: &[Value], element: &Value| {
                    !from.iter().any(|other| equal_blocks(&nested.block, other, element, self.key))
                };
                if before.iter().any(|element| missing(after, element))
                    || after.iter().any(|element| missing(before, element))
                {
                    self.push(path.clone(), nested.cost, nested.reason);
                }
            }
        }
    }

    fn list(&mut self, nested: &NestedBlock, path: &Path, before: &[Value], after: &[Value]) {
        let pairs = pairs::pair(before, after);
        if pairs::reordered(&pairs) {
            self.push(path.clone(), nested.cost, nested.reason);
        }
        for pair in pairs {
            match pair {
                (Some(old), Some(new)) => {
                    self.block(&nested.block, &path.index(new), &before[old], &after[new]);
                }
                (Some(at), None) | (None, Some(at)) => self.push(path.index(at), nested.cost, nested.reason),
                (None, None) => {}
            }
        }
    }

    fn push(&mut self, path: Path, cost: Cost, reason: &'static str) {
        self.found.push(Difference { path, cost, reason: reason.into() });
    }
}

fn equal_blocks(block: &Block, before: &Value, after: &Value, key: &Key) -> bool {
    diff(block, before, after, key).is_empty()
}

/// Whether two values of an attribute count as equal; what is missing is null.
pub(crate) fn equal(attribute: &Attribute, before: Option<&Value>, after: Option<&Value>, key: &Key) -> bool {
    if attribute.equality == Equality::Strict {
        let there = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
        return match (before, after) {
            (Some(before), Some(after)) if there(Some(before)) => before.same(after) && before.ty() == after.ty(),
            _ => there(before) == there(after),
        };
    }
    let unset = |value: Option<&Value>| {
        let zero = attribute.equality == Equality::ZeroIsNull && value.and_then(Value::as_int) == Some(0);
        zero || is_empty(value)
    };
    if unset(before) && unset(after) {
        return true;
    }
    if before.is_some_and(Value::is_undisclosed) {
        return true;
    }
    let (Some(before), Some(after)) = (before, after) else { return false };
    if attribute.secrecy == Secrecy::WriteOnly {
        return same_secret(&key.fingerprint(before), &key.fingerprint(after));
    }
    same(attribute.equality, before, after)
}

/// Secrets that the cloud may hold and nobody here has seen are believed to be the configured ones.
fn same_secret(before: &Value, after: &Value) -> bool {
    match (before.content(), after.content()) {
        _ if before.is_undisclosed() => true,
        (Content::Map(_, old), Content::Map(_, new)) => {
            old.len() == new.len() && old.iter().zip(new.iter()).all(|((a, x), (b, y))| a == b && same_secret(x, y))
        }
        _ => before.same(after),
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    value.is_none_or(|value| {
        value.is_null()
            || value.as_sequence().is_some_and(<[Value]>::is_empty)
            || matches!(value.content(), Content::Map(_, members) if members.is_empty())
    })
}

/// Equality of two values as a schema means it, at every depth.
pub(crate) fn same(equality: Equality, before: &Value, after: &Value) -> bool {
    if before.same(after) {
        return true;
    }
    match (before.content(), after.content()) {
        (Content::String(before), Content::String(after)) => match equality {
            Equality::Exact | Equality::Strict | Equality::ZeroIsNull => false,
            Equality::Caseless => before.to_lowercase() == after.to_lowercase(),
            Equality::Location => location(before) == location(after),
            Equality::Json => json(before).is_some_and(|before| json(after) == Some(before)),
        },
        (Content::List(_, a) | Content::Tuple(a), Content::List(_, b) | Content::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(equality, a, b))
        }
        (Content::Set(_, a), Content::Set(_, b)) => {
            let within = |from: &[Value], member: &Value| from.iter().any(|other| same(equality, other, member));
            !matches!(equality, Equality::Exact | Equality::Strict)
                && a.len() == b.len()
                && a.iter().all(|member| within(b, member))
                && b.iter().all(|member| within(a, member))
        }
        (Content::Map(_, a) | Content::Object(a), Content::Map(_, b) | Content::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((ka, a), (kb, b))| ka == kb && same(equality, a, b))
        }
        _ => false,
    }
}

fn json(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

/// The one spelling of a region name; Azure Resource Manager takes them with or without blanks, in
/// any case, and gives them back in lower case without.
pub(crate) fn location(text: &str) -> String {
    text.chars().filter(|character| *character != ' ').flat_map(char::to_lowercase).collect()
}
