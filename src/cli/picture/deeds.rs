//! A plan as a picture: its objects and what happens to each, or its steps in their order.
//!
//! **Never:** decide an order: steps wait for what the plan says. Among the steps a replacement shows
//! as those that it consists of, because others stand between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Block, Key, Mode};
use crate::plan::{Action, Change, Plan, StepAct};

use super::outline::named;
use super::{Deed, Node, Picture, Sort};

/// More edges than this between the instances of two blocks go through one node.
const MANY: usize = 64;

/// The objects of a plan, each once, and what they need of each other.
pub(in crate::cli) fn objects(plan: &Plan) -> Picture {
    let mut draft = Draft { made: vec![None; plan.changes.len()], ..Draft::default() };
    for (place, change) in plan.changes.iter().enumerate() {
        let number = draft.add(node(change, Deed::Change(change.action)));
        draft.made[place] = Some(number);
    }
    // What goes away needs nothing any more; that it was needed shows in the order of deletions.
    for step in plan.steps.iter().filter(|step| step.act == StepAct::Delete) {
        for needed in plan.needs(step) {
            let first = &plan.steps[needed as usize];
            let gone = [first.change, step.change].iter().any(|at| plan.changes[*at].action == Action::Delete);
            if first.act == StepAct::Delete && gone && first.change != step.change {
                draft.needs[first.change].push(step.change);
            }
        }
    }
    draft.connect(plan);
    draft.finish(plan)
}

/// The steps of a plan in their order, and the objects that stay as they are.
pub(in crate::cli) fn steps(plan: &Plan) -> Picture {
    let mut draft = Draft { made: vec![None; plan.changes.len()], ..Draft::default() };
    for step in &plan.steps {
        let change = &plan.changes[step.change];
        let mut node = node(change, Deed::Step(step.act));
        // A replaced object has more than one node.
        node.id = format!("{} ({})", node.id, Deed::Step(step.act).word());
        let number = draft.add(node);
        draft.needs[number].extend(plan.needs(step).map(|needed| needed as usize));
        if !matches!(step.act, StepAct::Delete | StepAct::Depose | StepAct::Forget) {
            draft.made[step.change] = Some(number);
        }
    }
    for (place, change) in plan.changes.iter().enumerate().filter(|(_, change)| change.action == Action::NoOp) {
        let number = draft.add(node(change, Deed::Nothing));
        draft.made[place] = Some(number);
    }
    draft.connect(plan);
    draft.finish(plan)
}

/// A picture in the making.
#[derive(Default)]
struct Draft {
    nodes: Vec<Node>,
    needs: Vec<Vec<usize>>,
    /// For each change the node in which its object is as others need it.
    made: Vec<Option<usize>>,
}

impl Draft {
    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.needs.push(Vec::new());
        self.nodes.len() - 1
    }

    /// Adds what the objects need by their blocks.
    fn connect(&mut self, plan: &Plan) {
        let mut blocks: BTreeMap<&Block, Vec<usize>> = BTreeMap::new();
        let mut declared: BTreeMap<Block, BTreeSet<&Block>> = BTreeMap::new();
        let mut users: BTreeMap<&Block, Vec<usize>> = BTreeMap::new();
        for (change, node) in plan.changes.iter().zip(&self.made) {
            let Some(node) = *node else { continue };
            let block = &change.addr.block;
            if change.action != Action::Delete {
                blocks.entry(block).or_default().push(node);
                declared.entry(block.declared().into_owned()).or_default().insert(block);
                change.needs.iter().for_each(|needed| users.entry(needed).or_default().push(node));
            }
        }
        for (block, users) in users {
            // A needed block whose module has no key stands for those in all its instances.
            let instances: Vec<usize> = match blocks.get(block) {
                Some(exact) => exact.clone(),
                None => {
                    let all = declared.get(&*block.declared()).into_iter().flatten();
                    let fits = all.filter(|found| covers(block, found));
                    fits.filter_map(|found| blocks.get(*found)).flatten().copied().collect()
                }
            };
            if users.len() * instances.len() <= MANY || instances.len() == 1 || users.len() == 1 {
                users.iter().for_each(|user| self.needs[*user].extend(&instances));
                continue;
            }
            let all = named(&block.module.to_string(), &block.to_string(), Sort::Other);
            let hub = self.add(Node { label: format!("{} (all {})", all.label, instances.len()), ..all });
            users.iter().for_each(|user| self.needs[*user].push(hub));
            self.needs[hub] = instances;
        }
    }

    fn finish(self, plan: &Plan) -> Picture {
        let (add, change, destroy) = plan.counts();
        let title = format!("Plan: {add} to add, {change} to change, {destroy} to destroy.");
        Picture { title, nodes: self.nodes, needs: self.needs }.reduced()
    }
}

/// Whether the keys of a block's module, where they are given, are those of another block.
fn covers(block: &Block, other: &Block) -> bool {
    block.module.0.iter().zip(&other.module.0).all(|(own, found)| own.key == Key::None || own.key == found.key)
}

fn node(change: &Change, deed: Deed) -> Node {
    let addr = &change.addr;
    let sort = if addr.block.mode == Mode::Data { Sort::Data } else { Sort::Resource };
    let mut node = named(&addr.block.module.to_string(), &addr.to_string(), sort);
    if let Some(key) = &change.deposed {
        node.id = format!("{} (deposed {key})", node.id);
        node.label = format!("{} (deposed)", node.label);
    }
    node.deed = Some(deed);
    node
}
