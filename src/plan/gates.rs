//! Conditions that were open in the plan: validations of variables and preconditions of the outputs of
//! called modules. During apply each is judged before what uses its value is begun.
//!
//! **Never:** stop what does not use the value. In: the tree, what is still to be made, then each step.
//! Out: findings, once for each module instance that they are about. Source of the rule: Terraform,
//! whose graph has every user of a variable or output behind its conditions.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::{Addr, Block, ModulePath};
use crate::diag::Diagnostics;
use crate::lang::module::Node;
use crate::lang::scope::Scope;
use crate::lang::tree::{Spot, Tree, UnitId};
use crate::value::Name;

use super::outputs;

/// A condition in one instance of its module.
type Gate = (Spot, ModulePath);

/// The conditions that are open, and what came of them.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    /// All of them, with the blocks that they look at.
    looks_at: BTreeMap<Spot, BTreeSet<Block>>,
    /// Those that each block comes after.
    before: BTreeMap<Block, Rc<BTreeSet<Spot>>>,
    /// Those that each output of the root module comes after.
    outputs: BTreeMap<Name, Rc<BTreeSet<Spot>>>,
    /// How many instances of the blocks that they look at are still to be made.
    left: BTreeMap<Block, usize>,
    held: BTreeSet<Gate>,
    refused: BTreeSet<Gate>,
}

impl Gates {
    /// Finds the conditions that look at something that is still to be made.
    pub(crate) fn new(tree: &Tree, open: &BTreeSet<Addr>) -> Gates {
        let mut gates = Gates::default();
        for addr in open {
            *gates.left.entry(addr.block.declared().into_owned()).or_default() += 1;
        }
        for spot in tree.order.iter().filter(|spot| is_condition(tree, spot)) {
            let blocks = outputs::needs_of(tree, spot.clone());
            if blocks.iter().any(|block| gates.left.contains_key(block)) {
                gates.looks_at.insert(spot.clone(), blocks);
            }
        }
        match gates.looks_at.is_empty() {
            true => Gates::default(),
            false => {
                gates.spread(tree);
                gates
            }
        }
    }

    /// Notes that an instance is made.
    pub(crate) fn made(&mut self, addr: &Addr) {
        if let Some(left) = self.left.get_mut(&*addr.block.declared()) {
            *left = left.saturating_sub(1);
        }
    }

    /// Finds what comes after each, itself or through nodes that are no blocks.
    fn spread(&mut self, tree: &Tree) {
        let mut through: BTreeMap<&Spot, Rc<BTreeSet<Spot>>> = BTreeMap::new();
        for spot in &tree.order {
            let mut all: Rc<BTreeSet<Spot>> = Rc::default();
            for behind in tree.graph.needs(spot).filter_map(|needed| through.get(needed)) {
                match all.is_empty() {
                    true => all = behind.clone(),
                    false => Rc::make_mut(&mut all).extend(behind.iter().cloned()),
                }
            }
            if self.looks_at.contains_key(spot) {
                Rc::make_mut(&mut all).insert(spot.clone());
            }
            if all.is_empty() {
                continue;
            }
            match &spot.node {
                Node::Block(block) => drop(self.before.insert(tree.block(spot.unit, block), all)),
                Node::Output(name) if spot.unit == UnitId::ROOT => drop(self.outputs.insert(name.clone(), all)),
                _ => drop(through.insert(spot, all)),
            }
        }
    }

    /// Judges what an instance comes after, as far as it is known by now.
    ///
    /// # Errors
    /// That the instance must not be begun; what is wrong, unless it was said before.
    pub(crate) fn admit(&mut self, scope: &mut Scope, addr: &Addr) -> Result<(), Diagnostics> {
        let Some(spots) = self.before.get(&*addr.block.declared()).cloned() else { return Ok(()) };
        let (mut found, mut stopped) = (Diagnostics::none(), false);
        for spot in spots.iter() {
            for path in scope.instances(spot.unit)?.into_iter().filter(|path| meet(path, &addr.block.module)) {
                found.extend(self.judge(scope, spot, &path));
                stopped |= self.refused.contains(&(spot.clone(), path));
            }
        }
        if stopped { Err(found) } else { Ok(()) }
    }

    /// Judges what is left when nothing more is made.
    pub(crate) fn rest(&mut self, scope: &mut Scope) -> Diagnostics {
        let mut found = Diagnostics::none();
        let spots: Vec<Spot> = self.looks_at.keys().filter(|spot| !self.is_open(spot)).cloned().collect();
        for spot in &spots {
            for path in scope.instances(spot.unit).unwrap_or_default() {
                found.extend(self.judge(scope, spot, &path));
            }
        }
        found
    }

    /// Whether an output of the root module uses a value that was refused.
    pub(crate) fn refuse(&self, output: &Name) -> bool {
        let behind = self.outputs.get(output);
        behind.is_some_and(|behind| self.refused.iter().any(|(spot, _)| behind.contains(spot)))
    }

    fn judge(&mut self, scope: &mut Scope, spot: &Spot, path: &ModulePath) -> Diagnostics {
        let gate = (spot.clone(), path.clone());
        if self.held.contains(&gate) || self.refused.contains(&gate) {
            return Diagnostics::none();
        }
        let found = scope.judge_at(spot, path);
        if found.has_errors() {
            self.refused.insert(gate);
        } else if !self.is_open(spot) {
            self.held.insert(gate);
        }
        found
    }

    fn is_open(&self, spot: &Spot) -> bool {
        let mut blocks = self.looks_at.get(spot).into_iter().flatten();
        blocks.any(|block| self.left.get(block).is_some_and(|left| *left > 0))
    }
}

/// Whether a node asks something of a value that others use. The outputs of the root module are judged when
/// they are stored.
fn is_condition(tree: &Tree, spot: &Spot) -> bool {
    let module = &tree.unit(spot.unit).module;
    match &spot.node {
        Node::Validation(name) => module.variables.get(name).is_some_and(|variable| !variable.validations.is_empty()),
        Node::Output(name) if spot.unit != UnitId::ROOT => {
            module.outputs.get(name).is_some_and(|output| !output.preconditions.is_empty())
        }
        _ => false,
    }
}

/// Whether two module instances do not lie in different instances of one call.
fn meet(one: &ModulePath, other: &ModulePath) -> bool {
    let shared = one.0.iter().zip(&other.0).take_while(|(one, other)| one.name == other.name);
    shared.into_iter().all(|(one, other)| one.key == other.key)
}
