//! Texts to begin from: the snippets of the tables, the cases of `fmt`, JSON files.
//!
//! **Never:** read anything but this project's own tests.

use std::fs;
use std::path::Path;

use super::tables::{EXPRESSIONS, FILES, REFUSED, TEMPLATES};

pub(crate) fn corpus() -> Vec<String> {
    let mut texts: Vec<String> = EXPRESSIONS.iter().map(|(snippet, _)| format!("a = {snippet}\n")).collect();
    texts.extend(FILES.iter().chain(TEMPLATES).map(|(text, _)| (*text).to_owned()));
    texts.extend(REFUSED.iter().map(|(text, _)| (*text).to_owned()));
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    for entry in fs::read_dir(suite.join("fmt/cases")).expect("the cases of fmt are there") {
        texts.push(fs::read_to_string(entry.expect("an entry").path()).expect("a text"));
    }
    let json = fs::read_to_string(suite.join("files/cases/json.txt")).expect("the cases of JSON are there");
    let sections = json.split("--- main.tf.json\n").skip(1);
    texts.extend(sections.filter_map(|section| section.split("--- ").next()).map(str::to_owned));
    texts.sort();
    texts
}
