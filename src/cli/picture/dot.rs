//! A picture in Graphviz's DOT language, as `terraform graph` writes it.
//!
//! **Never:** add to Terraform's form where there is no plan: tools read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Node, Picture, Sort};

/// Writes the picture.
pub(in crate::cli) fn write(picture: &Picture) -> String {
    let mut text =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    if picture.nodes.is_empty() {
        text.push_str("  /* This configuration does not contain any resources.         */\n");
        text.push_str("  /* For a more detailed graph, try: acier graph -type=plan     */\n}\n");
        return text;
    }
    let mut modules: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in &picture.nodes {
        modules.entry(&node.module).or_default().push(node);
    }
    for (module, nodes) in modules {
        let indent = if module.is_empty() { "  " } else { "    " };
        if !module.is_empty() {
            let cluster = quoted(&format!("cluster_{module}"));
            let _ = write!(text, "  subgraph {cluster} {{\n    label = {}\n", quoted(module));
            text.push_str("    fontname = \"sans-serif\"\n");
        }
        for node in nodes {
            let _ = writeln!(text, "{indent}{} [label={}{}];", quoted(&node.id), quoted(&node.label), style(node));
        }
        if !module.is_empty() {
            text.push_str("  }\n");
        }
    }
    for (node, needs) in picture.nodes.iter().zip(&picture.needs) {
        for needed in needs {
            let _ = writeln!(text, "  {} -> {};", quoted(&node.id), quoted(&picture.nodes[*needed].id));
        }
    }
    text.push_str("}\n");
    text
}

fn style(node: &Node) -> String {
    if let Some(deed) = node.deed {
        let (line, ground) = deed.colours();
        let tooltip = quoted(deed.word());
        return format!(", style=filled, color=\"{line}\", fillcolor=\"{ground}\", tooltip={tooltip}");
    }
    match node.sort {
        Sort::Variable => ", shape=note".into(),
        Sort::Local | Sort::Other => ", shape=plaintext".into(),
        Sort::Output => ", shape=cds".into(),
        Sort::Provider => ", shape=diamond".into(),
        Sort::Resource | Sort::Data => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
