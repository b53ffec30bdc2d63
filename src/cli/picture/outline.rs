//! A configuration as a picture: its resources alone, or everything that is declared.
//!
//! **Never:** evaluate: `count` and `for_each` show as one node, as in Terraform's graph.

use std::collections::BTreeMap;

use crate::addr::{Block, Mode};
use crate::lang::module::Node as Declared;
use crate::lang::tree::{Spot, Tree};

use super::{Node, Picture, Sort};

/// The resources and data sources of all modules, and what they need of each other.
pub(in crate::cli) fn resources(tree: &Tree) -> Picture {
    let mut blocks: Vec<Block> = tree.blocks().map(|(block, _)| block).collect();
    blocks.sort_by_cached_key(|addr| (addr.module.to_string(), addr.to_string()));
    let numbers: BTreeMap<_, _> = blocks.iter().enumerate().map(|(number, addr)| (addr, number)).collect();
    let node = |addr: &Block| {
        let sort = if addr.mode == Mode::Data { Sort::Data } else { Sort::Resource };
        named(&addr.module.to_string(), &addr.to_string(), sort)
    };
    let needs = blocks.iter().map(|block| {
        let needs = tree.needs(block).iter();
        needs.filter_map(|need| numbers.get(&need.block).copied()).collect()
    });
    let title = "Resources, and what they need".to_owned();
    Picture { title, needs: needs.collect(), nodes: blocks.iter().map(node).collect() }.reduced()
}

/// Everything that is declared, in the order of names. Validations are part of their variables.
pub(in crate::cli) fn everything(tree: &Tree) -> Picture {
    let shown = tree.graph.nodes().filter(|spot| !matches!(spot.node, Declared::Validation(_)));
    let mut all: Vec<(String, &Spot)> = shown.map(|spot| (tree.name(spot), spot)).collect();
    all.sort();
    let numbers: BTreeMap<_, _> = all.iter().enumerate().map(|(number, (_, spot))| (*spot, number)).collect();
    let needs = all.iter().map(|(_, spot)| {
        let needs = tree.graph.needs(spot);
        needs.filter_map(|needed| numbers.get(needed).copied()).collect()
    });
    let needs: Vec<Vec<usize>> = needs.collect();
    let module = |spot: &Spot| tree.unit(spot.unit).path.to_string();
    let nodes = all.iter().map(|(name, spot)| named(&module(spot), name, sort(&spot.node))).collect();
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
