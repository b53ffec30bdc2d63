//! What becomes sensitive, or ceases to be, although its content stays the same.
//!
//! **Never:** look at contents, or at what only the cloud decides. In: an object before and after.
//! Out: the places whose sensitivity differs, and values with other marks. Source of the rule:
//! Terraform plans an update for it, and carries that out in its state alone.

use crate::schema::{Block, Cost, Usage};
use crate::value::{Content, Marks, Path, Step, Value};

use super::change::Difference;

/// Where configured attributes differ in sensitivity. Members of a set have no place of their own.
pub(crate) fn differences(block: &Block, before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(Some(block), before, after, &mut Vec::new(), &mut |steps| {
        found.push(Difference { path: Path(steps.to_vec()), cost: Cost::Nothing, reason: "".into() });
    });
    found
}

/// Whether something is sensitive in one value and not in the other, as far as both have it.
pub(crate) fn differ(before: &Value, after: &Value) -> bool {
    let mut differs = false;
    walk(None, before, after, &mut Vec::new(), &mut |_| differs = true);
    differs
}

/// `value`, as sensitive as `like` at every place that both have.
#[must_use]
pub fn remarked(value: &Value, like: &Value) -> Value {
    let sensitive = if like.is_sensitive() { Marks::SENSITIVE } else { Marks::NONE };
    let inner = match (value.content(), like.as_members(), like.as_sequence()) {
        (Content::Map(..) | Content::Object(_), Some(others), _) => {
            let names: Vec<_> = value.as_members().into_iter().flat_map(|members| members.keys()).collect();
            let mut names = names.into_iter();
            value.map_children(|child| match names.next().and_then(|name| others.get(name)) {
                Some(other) => remarked(child, other),
                None => child.clone(),
            })
        }
        (Content::List(..) | Content::Tuple(_), _, Some(others)) => {
            let mut others = others.iter();
            value.map_children(|child| others.next().map_or_else(|| child.clone(), |other| remarked(child, other)))
        }
        _ => value.clone(),
    };
    let (inner, marks) = inner.unmark();
    inner.with_marks(marks.without(Marks::SENSITIVE).union(sensitive))
}

/// Tells each place where the two differ; what lies in something sensitive is as sensitive as that.
fn walk(block: Option<&Block>, before: &Value, after: &Value, steps: &mut Vec<Step>, tell: &mut dyn FnMut(&[Step])) {
    // What the schema calls a secret is always one.
    if [before, after].iter().any(|side| side.marks().has(Marks::FINGERPRINT)) {
        return;
    }
    if before.is_sensitive() || after.is_sensitive() {
        if before.is_sensitive() != after.is_sensitive() {
            tell(steps);
        }
        return;
    }
    match (before.content(), after.content()) {
        (Content::Map(_, old) | Content::Object(old), Content::Map(_, new) | Content::Object(new)) => {
            let keyed = matches!(after.content(), Content::Map(..));
            for (name, old) in old.iter() {
                let attribute = block.and_then(|block| block.attributes.iter().find(|own| own.name == *name));
                let ours = attribute.is_none_or(|own| own.usage != Usage::Computed && !own.volatile);
                let Some(new) = new.get(name).filter(|_| ours) else { continue };
                let nested = block.and_then(|block| block.blocks.iter().find(|own| own.name == *name));
                steps.push(if keyed { Step::Key(name.clone()) } else { Step::Attr(name.clone()) });
                walk(nested.map(|nested| &nested.block), old, new, steps, tell);
                steps.pop();
            }
        }
        (Content::List(_, old) | Content::Tuple(old), Content::List(_, new) | Content::Tuple(new)) => {
            for (at, (old, new)) in old.iter().zip(new.iter()).enumerate() {
                steps.push(Step::Index(at));
                walk(block, old, new, steps, tell);
                steps.pop();
            }
        }
        _ => {}
    }
}
