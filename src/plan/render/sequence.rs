//! The elements of two lists or sets, and what becomes of each.
//!
//! **Never:** show a sensitive element; they are compared by what they hold. In: the elements before
//! and after. Out: lines on a page; an unchanged element is only shown beside one that changes.

use similar::{DiffOp, capture_diff_slices};

use crate::plan::marks;
use crate::value::Value;

use super::page::{Page, Sign};
use super::values::{Line, count_hidden, difference, whole};

/// What becomes of an element.
enum Entry<'v> {
    Kept(&'v Value),
    Removed(&'v Value),
    Added(&'v Value),
    /// One stands where another stood.
    Changed(&'v Value, &'v Value),
}

/// The elements of two lists by their longest common run. Where as many others stand in place of some,
/// they are told as changes of these, one by one; objects also where their number changes.
pub(super) fn list(page: &mut Page, depth: usize, before: &[Value], after: &[Value]) {
    let texts = |values: &[Value]| values.iter().map(fold).collect::<Vec<String>>();
    let (old, new) = (texts(before), texts(after));
    let mut entries = Vec::with_capacity(before.len().max(after.len()));
    for operation in capture_diff_slices(similar::Algorithm::Myers, &old, &new) {
        let (gone, come) = (&before[operation.old_range()], &after[operation.new_range()]);
        if matches!(operation, DiffOp::Equal { .. }) {
            let kept = |(old, new)| if marks::differ(old, new) { Entry::Changed(old, new) } else { Entry::Kept(new) };
            entries.extend(gone.iter().zip(come).map(kept));
            continue;
        }
        let objects = [gone, come].iter().all(|side| side.iter().all(|value| value.as_members().is_some()));
        let pairs = if objects || gone.len() == come.len() { gone.len().min(come.len()) } else { 0 };
        entries.extend(gone.iter().zip(come).take(pairs).map(|(gone, come)| Entry::Changed(gone, come)));
        entries.extend(gone[pairs..].iter().map(Entry::Removed));
        entries.extend(come[pairs..].iter().map(Entry::Added));
    }
    let changes = |at: Option<usize>| at.and_then(|at| entries.get(at)).is_some_and(|entry| !is_kept(entry));
    let mut hidden = 0;
    for (at, entry) in entries.iter().enumerate() {
        if is_kept(entry) && !changes(at.checked_sub(1)) && !changes(Some(at + 1)) {
            hidden += 1;
            continue;
        }
        count_hidden(page, depth, std::mem::take(&mut hidden), "element");
        tell(page, depth, entry);
    }
    count_hidden(page, depth, hidden, "element");
}

fn is_kept(entry: &Entry<'_>) -> bool {
    matches!(entry, Entry::Kept(_))
}

fn tell(page: &mut Page, depth: usize, entry: &Entry<'_>) {
    match entry {
        Entry::Kept(value) => whole(page, Line::element(depth, Sign::None), value),
        Entry::Removed(value) => whole(page, Line::element(depth, Sign::Remove), value),
        Entry::Added(value) => whole(page, Line::element(depth, Sign::Add), value),
        Entry::Changed(before, after) => {
            difference(page, Line::element(depth, Sign::Change), Some(before), Some(after));
        }
    }
}

/// The elements of two sets.
pub(super) fn set(page: &mut Page, depth: usize, before: &[Value], after: &[Value]) {
    let missing = |from: &[Value], value: &&Value| !from.iter().any(|other| other.same(value));
    for value in before.iter().filter(|value| missing(after, value)) {
        whole(page, Line::element(depth, Sign::Remove), value);
    }
    for value in after.iter().filter(|value| missing(before, value)) {
        whole(page, Line::element(depth, Sign::Add), value);
    }
    let kept = after.iter().filter(|value| !missing(before, value)).count();
    count_hidden(page, depth, kept, "element");
}

/// A text by which elements of a list are compared; sensitive ones differ by what they hold, which
/// is only compared and never shown.
fn fold(value: &Value) -> String {
    format!("{:?}", value.clone().unmark_deep().0)
}
