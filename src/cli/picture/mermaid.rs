//! A picture as a Mermaid flowchart, for pages in Markdown.
//!
//! **Never:** use a name as an id: Mermaid reads words such as `end` as its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Picture, Sort};

/// Writes the picture.
pub(in crate::cli) fn write(picture: &Picture) -> String {
    let mut text = String::from("flowchart RL\n");
    let mut modules: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, node) in picture.nodes.iter().enumerate() {
        modules.entry(&node.module).or_default().push(number);
    }
    for (at, (module, nodes)) in modules.into_iter().enumerate() {
        if !module.is_empty() {
            let _ = writeln!(text, "  subgraph m{at}[\"{}\"]", quoted(module));
        }
        for number in nodes {
            let node = &picture.nodes[number];
            let (open, close) = match node.sort {
                Sort::Resource => ("[", "]"),
                Sort::Data => ("[(", ")]"),
                Sort::Variable => (">", "]"),
                Sort::Output => ("([", "])"),
                Sort::Provider => ("{{", "}}"),
                Sort::Local | Sort::Other => ("(", ")"),
            };
            let class = node.deed.map(|deed| format!(":::{}", class(deed.word()))).unwrap_or_default();
            let _ = writeln!(text, "  n{number}{open}\"{}\"{close}{class}", quoted(&node.label));
        }
        if !module.is_empty() {
            text.push_str("  end\n");
        }
    }
    for (number, needs) in picture.needs.iter().enumerate() {
        for needed in needs {
            let _ = writeln!(text, "  n{number} --> n{needed}");
        }
    }
    let mut told = BTreeSet::new();
    for deed in picture.nodes.iter().filter_map(|node| node.deed) {
        let (line, ground) = deed.colours();
        if told.insert(deed.word()) {
            let _ = writeln!(text, "  classDef {} fill:{ground},stroke:{line},color:#1f2328", class(deed.word()));
        }
    }
    text
}

fn class(word: &str) -> String {
    word.replace(' ', "_")
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
