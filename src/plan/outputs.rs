//! What becomes of output values.
//!
//! **Never:** evaluate an output whose blocks were not all planned; it keeps its stored value.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Block;
use crate::lang::module::{Module, Node};
use crate::state::State;
use crate::value::{Name, Value};

use super::Mode;
use super::change::OutputChange;
use super::walk::Walk;

/// The blocks that an output refers to, directly or through locals and other outputs.
pub(crate) fn needs(module: &Module, name: &Name) -> BTreeSet<Block> {
    let mut blocks = BTreeSet::new();
    let mut open = vec![Node::Output(name.clone())];
    let mut seen: BTreeSet<Node> = open.iter().cloned().collect();
    while let Some(node) = open.pop() {
        for needed in module.graph.needs(&node) {
            if let Node::Block(block) = needed {
                blocks.insert(block.clone());
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
        let module = self.module.clone();
        for name in module.outputs.keys() {
            let before = state.outputs.get(name).map(|output| output.value.clone());
            if let Some(change) = self.output(&module, name, before) {
                outputs.insert(name.clone(), change);
            }
        }
        for (name, output) in &state.outputs {
            if !module.outputs.contains_key(name) {
                let before = output.value.clone();
                let after = (!self.selection.is_whole()).then(|| before.clone());
                outputs.insert(name.clone(), OutputChange { before: Some(before), after });
            }
        }
        outputs
    }

    fn output(&mut self, module: &Module, name: &Name, before: Option<Value>) -> Option<OutputChange> {
        let needs = needs(module, name);
        if needs.iter().any(|block| self.failed.contains(block)) {
            return None;
        }
        let kept = |before: Option<Value>| {
            before.map(|value| OutputChange { before: Some(value.clone()), after: Some(value) })
        };
        if needs.iter().any(|block| self.waiting.contains_key(block)) {
            return kept(before);
        }
        if !self.selection.is_whole() && !needs.iter().all(|block| self.selection.touches(block)) {
            return kept(before);
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
            None if after.is_null() => None,
            // The same value in another guise (a tuple for a list) is no change.
            Some(before) if settled && before.same(&after) && before.is_sensitive() == after.is_sensitive() => {
                kept(Some(before))
            }
            before => Some(OutputChange { before, after: Some(after) }),
        }
    }
}

/// What a destruction leaves of output values: nothing, unless it is partial.
pub(crate) fn removed(state: &State, whole: bool) -> BTreeMap<Name, OutputChange> {
    let change = |value: &Value| OutputChange { before: Some(value.clone()), after: (!whole).then(|| value.clone()) };
    state.outputs.iter().map(|(name, output)| (name.clone(), change(&output.value))).collect()
}
