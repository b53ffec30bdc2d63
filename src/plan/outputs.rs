//! What becomes of output values.
//!
//! **Never:** evaluate an output whose blocks were not all planned; it keeps its stored value.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Block;
use crate::lang::module::Node;
use crate::lang::tree::{Spot, Tree, UnitId};
use crate::state::State;
use crate::value::{Name, Value};

use super::Mode;
use super::change::OutputChange;
use super::walk::Walk;

/// The blocks that an output of the root module refers to, directly or through what is no block.
pub(crate) fn needs(tree: &Tree, name: &Name) -> BTreeSet<Block> {
    needs_of(tree, Spot { unit: UnitId::ROOT, node: Node::Output(name.clone()) })
}

/// The same for any node.
pub(crate) fn needs_of(tree: &Tree, spot: Spot) -> BTreeSet<Block> {
    let mut blocks = BTreeSet::new();
    let mut open = vec![spot];
    let mut seen: BTreeSet<Spot> = open.iter().cloned().collect();
    while let Some(spot) = open.pop() {
        for needed in tree.graph.needs(&spot) {
            if let Node::Block(block) = &needed.node {
                blocks.insert(tree.block(needed.unit, block));
            } else if seen.insert(needed.clone()) {
                open.push(needed.clone());
            }
        }
    }
    blocks
}

impl Walk<'_> {
    /// Plans all output values.
    pub(crate) fn outputs(&mut self, state: &State) -> BTreeMap<Name, OutputChange> {
        let mut outputs = BTreeMap::new();
        let tree = self.tree.clone();
        let declared = &tree.root().outputs;
        for name in declared.keys() {
            let before = state.outputs.get(name).map(|output| output.value.clone());
            if let Some(change) = self.output(&tree, name, before) {
                outputs.insert(name.clone(), change);
            }
        }
        for (name, output) in &state.outputs {
            if !declared.contains_key(name) && self.selection.is_whole() {
                outputs.insert(name.clone(), OutputChange { before: Some(output.value.clone()), after: None });
            }
        }
        outputs
    }

    fn output(&mut self, tree: &Tree, name: &Name, before: Option<Value>) -> Option<OutputChange> {
        let needs = needs(tree, name);
        let spot = Spot { unit: UnitId::ROOT, node: Node::Output(name.clone()) };
        if needs.iter().any(|block| self.failed.contains(block)) || self.is_stuck(&spot) {
            return None;
        }
        let kept = |before: Option<Value>| {
            before.map(|value| OutputChange { before: Some(value.clone()), after: Some(value) })
        };
        if needs.iter().any(|block| self.waiting.contains_key(block)) || self.is_waiting(&spot) {
            return kept(before);
        }
        if !self.looks_at(&spot) {
            return None;
        }
        let after = match self.scope.output(name) {
            Ok(after) => after,
            Err(found) => {
                self.diagnostics.extend(found);
                return None;
            }
        };
        let settled = after.is_wholly_known();
        if self.options.mode == Mode::RefreshOnly && !settled {
            return kept(before);
        }
        match before {
            None if after.is_null() => kept(Some(after)),
            // The same value in another guise (a tuple for a list) is no change.
            Some(before) if settled && before.same(&after) && before.is_sensitive() == after.is_sensitive() => {
                kept(Some(before))
            }
            before => Some(OutputChange { before, after: Some(after) }),
        }
    }
}

/// What a destruction removes of output values: all, unless it is partial.
pub(crate) fn removed(state: &State, whole: bool) -> BTreeMap<Name, OutputChange> {
    let gone = |value: &Value| OutputChange { before: Some(value.clone()), after: None };
    let gone = state.outputs.iter().filter(|_| whole).map(|(name, output)| (name.clone(), gone(&output.value)));
    gone.collect()
}
