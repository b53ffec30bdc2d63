//! What of a configuration cannot be planned now: what failed, what waits for a question, and all
//! that needs it.
//!
//! **Never:** report what comes of something that was reported. In: the nodes of the tree, in order.
//! Out: which of them are passed over, and the module instances that the others stand in.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Block, ModulePath};
use crate::lang::module::Node;
use crate::lang::tree::{Spot, UnitId};
use crate::lang::waits::Open;

use super::Mode;
use super::walk::Walk;

/// Nodes that are no blocks and cannot be evaluated now, with what needs them.
#[derive(Debug, Default)]
pub(crate) struct Stuck {
    failed: BTreeSet<Spot>,
    asking: BTreeSet<Spot>,
    waiting: BTreeMap<Spot, Open>,
}

impl Walk<'_> {
    /// Whether a node that is no block failed, or waits for an answer.
    pub(crate) fn is_stuck(&self, spot: &Spot) -> bool {
        self.stuck.failed.contains(spot) || self.stuck.asking.contains(spot)
    }

    /// Whether a node that is no block waits for a later stage.
    pub(crate) fn is_waiting(&self, spot: &Spot) -> bool {
        self.stuck.waiting.contains_key(spot)
    }

    /// Whether a node is passed over because something that it needs failed or waits.
    pub(crate) fn passes(&mut self, spot: &Spot) -> bool {
        let Stuck { failed, asking, waiting } = &self.stuck;
        let blocks = self.failed.is_empty() && self.asking.is_empty();
        if blocks && failed.is_empty() && asking.is_empty() && waiting.is_empty() && self.waiting.is_empty() {
            return false;
        }
        let tree = self.tree.clone();
        let mut open = None;
        let (mut fails, mut waits) = (false, false);
        // What is asked of a module cannot be judged where its instances are not known.
        let asked = matches!(spot.node, Node::Output(_) | Node::Variable(_) | Node::Validation(_));
        let mut later = false;
        for needed in tree.graph.needs(spot) {
            match &needed.node {
                Node::Block(block) => {
                    let block = tree.block(needed.unit, block);
                    fails |= self.failed.contains(&block);
                    waits |= self.asking.contains(&block);
                    later |= asked && self.waiting.contains_key(&block);
                }
                _ => {
                    fails |= self.stuck.failed.contains(needed);
                    waits |= self.stuck.asking.contains(needed);
                    open = open.or_else(|| self.stuck.waiting.get(needed).cloned());
                }
            }
        }
        match (&spot.node, fails) {
            (Node::Block(block), true) => drop(self.failed.insert(tree.block(spot.unit, block))),
            (Node::Block(block), false) if waits => drop(self.asking.insert(tree.block(spot.unit, block))),
            (_, true) => drop(self.stuck.failed.insert(spot.clone())),
            (_, false) if waits => drop(self.stuck.asking.insert(spot.clone())),
            _ => {}
        }
        if fails || waits {
            return true;
        }
        let Some(open) = open else { return later };
        match &spot.node {
            Node::Block(block) => self.wait_for_module(&tree.block(spot.unit, block), open),
            _ => drop(self.stuck.waiting.insert(spot.clone(), open)),
        }
        true
    }

    /// Looks at a node that is no block. When only a part is planned, only what that part uses counts.
    pub(crate) fn other(&mut self, spot: &Spot) {
        if !self.looks_at(spot) {
            return;
        }
        if let Some(open) = self.scope.waits_for(spot) {
            self.stuck.waiting.insert(spot.clone(), open);
            return;
        }
        let found = self.scope.judge(spot);
        if found.has_errors() {
            self.stuck.failed.insert(spot.clone());
            // What uses a value that was refused would most likely fail for the same cause.
            if let Node::Validation(name) = &spot.node {
                self.stuck.failed.insert(Spot { unit: spot.unit, node: Node::Variable(name.clone()) });
            }
        }
        self.diagnostics.extend(found);
    }

    /// The instances of the module of a block. Where the block is not planned now and they cannot be
    /// known, those that exist.
    pub(crate) fn paths(&mut self, unit: UnitId, block: &Block) -> Vec<ModulePath> {
        if unit == UnitId::ROOT {
            return vec![ModulePath::ROOT];
        }
        match self.scope.instances(unit) {
            Ok(paths) => paths,
            Err(found) => {
                if self.options.mode != Mode::RefreshOnly && self.selection.touches(block) {
                    self.fail(block, found);
                    return Vec::new();
                }
                let standing = self.laid.objects.keys().filter(|addr| *addr.block.declared() == *block);
                let paths: BTreeSet<ModulePath> = standing.map(|addr| addr.block.module.clone()).collect();
                paths.into_iter().collect()
            }
        }
    }
}
