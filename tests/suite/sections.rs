//! Files of cases: each begins with `=== name` and has parts that begin with `--- name`.
//!
//! **Never:** know what the parts mean.

use std::fmt::Write;

/// A case, with the text of each of its parts.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) parts: Vec<(String, String)>,
}

impl Case {
    /// The text of a part; none if it is missing.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(part, _)| part == name).map_or("", |(_, text)| text)
    }

    /// Gives a part another text, at the end of the case; without one it goes.
    pub(crate) fn set(&mut self, name: &str, text: String) {
        self.parts.retain(|(part, _)| part != name);
        if !text.is_empty() {
            self.parts.push((name.into(), text));
        }
    }
}

pub(crate) fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case { name: name.into(), parts: Vec::new() });
        } else if let Some(name) = line.strip_prefix("--- ") {
            cases.last_mut().expect("a case begins with ===").parts.push((name.into(), String::new()));
        } else {
            let parts = &mut cases.last_mut().expect("a case begins with ===").parts;
            let (_, text) = parts.last_mut().expect("a part begins with ---");
            text.push_str(line);
            text.push('\n');
        }
    }
    cases
}

pub(crate) fn write(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "=== {}", case.name);
        for (name, text) in &case.parts {
            let _ = write!(out, "--- {name}\n{text}");
        }
    }
    out
}
