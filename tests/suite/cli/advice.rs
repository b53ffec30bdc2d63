//! What acier says is said in sentences: every text that the tests keep is looked at.

use std::fs;
use std::path::{Path, PathBuf};

use super::bench::root;

/// All kept texts.
fn texts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "txt")
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path, text));
        }
    }
}

/// A sentence begins with a capital letter, or with what is to be typed, and ends like one.
fn is_sentence(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_uppercase() || "`\"-/".contains(c)) || text.starts_with("acier ");
    begins && ends_like_one(text)
}

fn ends_like_one(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '\u{2026}'])
}

/// The advice in a line: to its end, or in JSON to the end of the text.
fn advice(line: &str) -> Vec<String> {
    let json = line.trim_start().starts_with('{') || line.contains("\\nWhat to do");
    let parts = line.split("What to do: ").skip(1);
    let end = |part: &str| match json {
        false => part.len(),
        true => {
            let end = part.match_indices('"').map(|(at, _)| at).find(|at| !part[..*at].ends_with('\\'));
            end.unwrap_or(part.len())
        }
    };
    parts.map(|part| part[..end(part)].split("\\n").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn advice_is_a_sentence() {
    let (mut found, mut wrong, mut count) = (Vec::new(), Vec::new(), 0);
    texts(&root().join("tests"), &mut found);
    for (path, text) in &found {
        for advice in text.lines().flat_map(advice) {
            count += 1;
            if !is_sentence(&advice) {
                wrong.push(format!("{}: {advice}", path.display()));
            }
        }
    }
    assert!(count > 300, "only {count} were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The last line of a detail, where it is prose: not what a list, a piece of configuration or another
/// program says.
fn last_of_details(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut last, mut inside, mut over) = ("", false, false);
    for line in text.lines() {
        let body = line.strip_prefix("\u{2502} ").unwrap_or_default();
        if body.starts_with("Error: ") || body.starts_with("Warning: ") {
            (last, inside, over) = ("", true, false);
        } else if line.starts_with('\u{2575}') {
            if inside && !last.is_empty() {
                found.push(last);
            }
            inside = false;
        } else if body.starts_with("What to do: ") {
            over = true;
        } else if !over && !body.trim().is_empty() {
            last = body;
        }
    }
    found
}

#[test]
fn details_end_like_sentences() {
    let foreign = |line: &&str| {
        line.starts_with(' ')
            || line.starts_with("Request id ")
            || line.starts_with("Correlation id ")
            || line.starts_with("Error running command ")
            || *line == "}"
    };
    let (mut found, mut wrong, mut count) = (Vec::new(), Vec::new(), 0);
    texts(&root().join("tests"), &mut found);
    for (path, text) in &found {
        for line in last_of_details(text).into_iter().filter(|line| !foreign(line)) {
            count += 1;
            if !ends_like_one(line) && !line.ends_with([':', ')']) {
                wrong.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(count > 150, "only {count} were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Texts that no test keeps are written by the same rule.
#[test]
fn advice_in_the_source_begins_with_a_capital_letter() {
    let (mut waiting, mut wrong, mut count) = (vec![root().join("src")], Vec::new(), 0);
    let pattern =
        regex::Regex::new(r#"(?s)(?:\.hint\(|\bhint: Some\(|\blet hint =)\s*(?:&?format!\(\s*)?"([^"]{2,40})"#);
    let pattern = pattern.unwrap();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for found in pattern.captures_iter(&text) {
                count += 1;
                let begins = &found[1];
                let fine = begins.starts_with(|c: char| !c.is_lowercase()) || begins.starts_with("acier ");
                // A name of the language or of the service stands as it is written.
                if !fine && !begins.split(' ').next().is_some_and(|word| word.contains(['_', '=', '.'])) {
                    wrong.push(format!("{}: {begins}", path.display()));
                }
            }
        }
    }
    assert!(count > 150, "only {count} were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
