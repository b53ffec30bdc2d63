//! How deep values may go: what could not be stored is refused before anything is done.
//!
//! **Never:** look at what is not kept. In: changes and outputs of a plan. Out: an error for each that is
//! nested deeper than the state holds. The decision to question: it looks at every value once more, but
//! only as far down as values go, which is a few levels for nearly all.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::lang::tree::Tree;
use crate::value::{DEEPEST, Name, Value};

use super::change::{Change, OutputChange};

/// Finds what is nested too deeply to be stored.
pub(crate) fn check(tree: &Tree, changes: &[Change], outputs: &BTreeMap<Name, OutputChange>) -> Diagnostics {
    let mut out = Diagnostics::none();
    for change in changes.iter().filter(|change| change.after.is_deeper_than(DEEPEST)) {
        let span = tree.resource(&change.addr.block).map(|resource| resource.span);
        out.push(too_deep(&change.addr.to_string(), span).about(change.addr.to_string()));
    }
    for (name, change) in outputs {
        if change.after.as_ref().is_some_and(|value: &Value| value.is_deeper_than(DEEPEST)) {
            let span = tree.root().outputs.get(name).map(|output| output.span);
            out.push(too_deep(&format!("The output {name:?}"), span));
        }
    }
    out
}

fn too_deep(whose: &str, span: Option<Span>) -> Diagnostic {
    let detail = format!(
        "{whose} has a value that is nested more than {DEEPEST} levels deep, and the state keeps no deeper ones."
    );
    let hint = "Keep the inner part as text, with jsonencode and jsondecode.";
    Diagnostic::error("Value nested too deeply", detail).at_maybe(span).hint(hint)
}
