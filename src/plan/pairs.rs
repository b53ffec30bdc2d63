//! Which elements of two lists of nested blocks belong together.
//!
//! **Never:** compare contents; only names and positions decide.
//! In: the elements before and after. Out: pairs of positions, in the order to show them.
//! The decision to question: elements that all have a `name` of their own are paired by it, so an
//! inserted container is one added block and not a change of every block behind it.

use std::collections::BTreeMap;

use crate::value::Value;

/// Positions before and after; one of them is missing for an added or a removed element.
pub(crate) type Pair = (Option<usize>, Option<usize>);

/// Pairs the elements of two lists: by `name` where every element has one of its own, otherwise
/// by position. The order is that of `after`, removed elements standing where they stood.
pub(crate) fn pair(before: &[Value], after: &[Value]) -> Vec<Pair> {
    let (Some(names_before), Some(names_after)) = (names(before), names(after)) else {
        let longest = before.len().max(after.len());
        return (0..longest).map(|at| ((at < before.len()).then_some(at), (at < after.len()).then_some(at))).collect();
    };
    let mut pairs = Vec::with_capacity(after.len());
    let mut shown = 0;
    for (at, element) in after.iter().enumerate() {
        let partner = element.text("name").and_then(|name| names_before.get(name).copied());
        if let Some(partner) = partner {
            push_removed(&mut pairs, &mut shown, partner, before, &names_after);
        }
        pairs.push((partner, Some(at)));
    }
    push_removed(&mut pairs, &mut shown, before.len(), before, &names_after);
    pairs
}

/// Whether the elements that exist on both sides stand in another order than before.
pub(crate) fn reordered(pairs: &[Pair]) -> bool {
    let kept = pairs.iter().filter_map(|(before, after)| after.and(*before));
    !kept.is_sorted()
}

fn push_removed(
    pairs: &mut Vec<Pair>,
    shown: &mut usize,
    until: usize,
    before: &[Value],
    names_after: &BTreeMap<&str, usize>,
) {
    while *shown < until {
        let removed = before[*shown].text("name").is_none_or(|name| !names_after.contains_key(name));
        if removed {
            pairs.push((Some(*shown), None));
        }
        *shown += 1;
    }
}

fn names(elements: &[Value]) -> Option<BTreeMap<&str, usize>> {
    let mut names = BTreeMap::new();
    for (at, element) in elements.iter().enumerate() {
        if names.insert(element.text("name")?, at).is_some() {
            return None;
        }
    }
    Some(names)
}
