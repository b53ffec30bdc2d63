//! A configuration as a picture: its resources alone, or everything that is declared.
//!
//! **Never:** evaluate: `count` and `for_each` show as one node, as in Terraform's graph.

use std::collections::BTreeMap;

use crate::addr::Mode;
use crate::lang::module::{Module, Node as Declared};

use super::{Node, Picture, Sort};

/// The resources and data sources, and what they need of each other.
pub(in crate::cli) fn resources(module: &Module) -> Picture {
    let mut blocks: Vec<_> = module.blocks.iter().collect();
    blocks.sort_by_cached_key(|(addr, _)| (addr.module.to_string(), addr.to_string()));
    let numbers: BTreeMap<_, _> = blocks.iter().enumerate().map(|(number, (addr, _))| (*addr, number)).collect();
    let node = |(addr, _): &(&crate::addr::Block, _)| {
        let sort = if addr.mode == Mode::Data { Sort::Data } else { Sort::Resource };
        named(&addr.module.to_string(), &addr.to_string(), sort)
    };
    let needs = blocks.iter().map(|(_, resource)| {
        let needs = resource.needs.iter();
        needs.filter_map(|block| numbers.get(block).copied()).collect()
    });
    let title = "Resources, and what they need".to_owned();
    Picture { title, needs: needs.collect(), nodes: blocks.iter().map(node).collect() }.reduced()
}

/// Everything that is declared, in the order of names.
pub(in crate::cli) fn everything(module: &Module) -> Picture {
    let mut all: Vec<(String, &Declared)> = module.graph.nodes().map(|node| (node.to_string(), node)).collect();
    all.sort();
    let numbers: BTreeMap<_, _> = all.iter().enumerate().map(|(number, (_, node))| (*node, number)).collect();
    let needs = all.iter().map(|(_, node)| {
        let needs = module.graph.needs(node);
        needs.filter_map(|needed| numbers.get(needed).copied()).collect()
    });
    let needs: Vec<Vec<usize>> = needs.collect();
    let nodes = all.iter().map(|(name, node)| named("", name, sort(node))).collect();
    Picture { title: "Everything that is declared, and what it needs".into(), needs, nodes }.reduced()
}

fn sort(node: &Declared) -> Sort {
    match node {
        Declared::Block(block) if block.mode == Mode::Data => Sort::Data,
        Declared::Block(_) => Sort::Resource,
        Declared::Variable(_) => Sort::Variable,
        Declared::Local(_) => Sort::Local,
        Declared::Output(_) => Sort::Output,
        Declared::Provider(_) => Sort::Provider,
        _ => Sort::Other,
    }
}

/// A node with its name split into the module and the rest.
pub(super) fn named(module: &str, name: &str, sort: Sort) -> Node {
    let label = name.strip_prefix(module).map_or(name, |rest| rest.strip_prefix('.').unwrap_or(rest));
    Node { id: name.to_owned(), module: module.to_owned(), label: label.to_owned(), sort, deed: None }
}
