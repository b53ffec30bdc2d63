//! A configuration as a picture: its resources alone, or everything that is declared.
//!
//! **Never:** evaluate: `count` and `for_each` show as one node, as in Terraform's graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Mode;
use crate::lang::module::Node as Declared;
use crate::lang::tree::{Spot, Tree};

use super::{Node, Picture, Sort};

/// The resources and data sources of all modules, and what they need of each other.
pub(in crate::cli) fn resources(tree: &Tree) -> Picture {
    let mut blocks: Vec<_> =
        tree.blocks().map(|(block, _)| (block.module.to_string(), block.to_string(), block)).collect();
    blocks.sort();
    let numbers: BTreeMap<_, _> = blocks.iter().enumerate().map(|(number, (_, _, block))| (block, number)).collect();
    let needs = blocks.iter().map(|(_, _, block)| {
        let needs = tree.needs(block).iter();
        needs.filter_map(|need| numbers.get(&need.block).copied()).collect()
    });
    let needs = needs.collect();
    let node = |(module, name, block): &(String, String, crate::addr::Block)| {
        let sort = if block.mode == Mode::Data { Sort::Data } else { Sort::Resource };
        named(module, name, sort)
    };
    let nodes = blocks.iter().map(node).collect();
    Picture { title: "Resources, and what they need".into(), needs, nodes }.reduced()
}

/// Everything that is declared, in the order of names. What only joins a call to the module that it
/// calls is passed over.
pub(in crate::cli) fn everything(tree: &Tree) -> Picture {
    let mut all: Vec<(String, String, &Spot)> = Vec::new();
    for spot in tree.graph.nodes().filter(|spot| !joins(&spot.node)) {
        all.push((tree.unit(spot.unit).path.to_string(), tree.name(spot), spot));
    }
    all.sort();
    let numbers: BTreeMap<_, _> = all.iter().enumerate().map(|(number, (_, _, spot))| (*spot, number)).collect();
    // What stands behind each joining node, worked out in order: each after what it needs.
    let mut behind: BTreeMap<&Spot, BTreeSet<usize>> = BTreeMap::new();
    let through = |spot: &Spot, behind: &BTreeMap<&Spot, BTreeSet<usize>>| {
        let mut found = BTreeSet::new();
        for needed in tree.graph.needs(spot) {
            match (numbers.get(needed), behind.get(needed)) {
                (Some(number), _) => drop(found.insert(*number)),
                (None, Some(inner)) => found.extend(inner),
                (None, None) => {}
            }
        }
        found
    };
    for spot in tree.order.iter().filter(|spot| joins(&spot.node)) {
        let found = through(spot, &behind);
        behind.insert(spot, found);
    }
    let needs = all.iter().map(|(_, _, spot)| through(spot, &behind).into_iter().collect()).collect();
    let nodes = all.iter().map(|(module, name, spot)| named(module, name, sort(&spot.node))).collect();
    Picture { title: "Everything that is declared, and what it needs".into(), needs, nodes }.reduced()
}

/// Whether a node stands for nothing that is declared.
fn joins(node: &Declared) -> bool {
    matches!(node, Declared::Argument(..) | Declared::Uses(..) | Declared::Validation(_))
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
