//! Findings of one kind as one: what is wrong in many places for one reason is told once, with a
//! list of the places.
//!
//! **Never:** lose a place, or fold what does not ask for it ([`Diagnostic::alike`]). In: findings in
//! order. Out: the same, each with those that say the same word for word. For people; machines get
//! every finding by itself.

use super::{Diagnostic, Diagnostics, Sources};

/// Each finding with the later ones that say the same.
#[must_use]
pub fn fold(diagnostics: &Diagnostics) -> Vec<(&Diagnostic, Vec<&Diagnostic>)> {
    let mut folded: Vec<(&Diagnostic, Vec<&Diagnostic>)> = Vec::new();
    for diagnostic in diagnostics.iter() {
        let same = |(first, _): &&mut (&Diagnostic, Vec<&Diagnostic>)| {
            first.alike && first.severity == diagnostic.severity && says(first) == says(diagnostic)
        };
        match folded.iter_mut().find(same).filter(|_| diagnostic.alike) {
            Some((_, others)) => others.push(diagnostic),
            None => folded.push((diagnostic, Vec::new())),
        }
    }
    folded
}

fn says(diagnostic: &Diagnostic) -> (&str, &str, Option<&str>) {
    (&diagnostic.summary, &diagnostic.detail, diagnostic.hint.as_deref())
}

/// A place in one line: `main.tf line 3, in azurerm_subnet.a`.
#[must_use]
pub fn place(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let at = diagnostic.span.and_then(|span| {
        let (source, start) = (sources.get(span.file)?, sources.position(span.file, span.start)?);
        Some(format!("{} line {}", source.name, start.line))
    });
    match (at, &diagnostic.address) {
        (Some(at), Some(address)) => format!("{at}, in {address}"),
        (Some(at), None) => at,
        (None, Some(address)) => address.clone(),
        (None, None) => String::new(),
    }
}
