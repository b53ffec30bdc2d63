//! How a tree is drawn with lines, in front of its names.
//!
//! **Never:** know what the tree is of. In: whether a name is the last of its siblings. Out: what
//! stands before it, and before all that is below it.

/// What stands before a name, and before what is below it.
pub(super) struct Knee {
    pub(super) before: &'static str,
    pub(super) below: &'static str,
}

/// The lines of a name, the last of its siblings or not.
pub(super) fn knee(last: bool) -> Knee {
    if last {
        Knee { before: "\u{2514}\u{2500}\u{2500} ", below: "    " }
    } else {
        Knee { before: "\u{251c}\u{2500}\u{2500} ", below: "\u{2502}\u{a0}\u{a0} " }
    }
}
