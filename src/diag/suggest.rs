//! Guesses which known name a wrong one was meant to be.
//!
//! **Never:** guess far: two edits away at most, as Terraform does, and not all of a name exchanged.
//! In: the wrong name and the known ones. Out: the nearest, or the sentence that offers it.

/// The known name nearest to `given`; among equally near ones the first.
pub(crate) fn nearest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        if name.len().abs_diff(given.len()) > 2 {
            continue;
        }
        let far = distance(given, name);
        // Of a short name, so many edits leave nothing.
        let long = given.chars().count().max(name.chars().count());
        if far <= 2 && far < long && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, name));
        }
    }
    best.map(|(_, name)| name)
}

/// ` Did you mean "name"?`, to stand behind a sentence; nothing when no name is near.
pub(crate) fn did_you_mean<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(given, known).map(|name| format!(" Did you mean {name:?}?")).unwrap_or_default()
}

/// How many characters must be added, removed or exchanged to turn one name into the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, wanted) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for (column, found) in b.iter().enumerate() {
            let exchanged = corner + usize::from(*found != wanted);
            corner = row[column + 1];
            row[column + 1] = exchanged.min(corner + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
