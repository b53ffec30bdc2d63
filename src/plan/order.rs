//! What blocks need, and who must be made before its old self is destroyed.
//!
//! **Never:** look at values. In: the modules. Out: needs for the state, and for each replacement
//! whether the new object comes first. Source of the rules: Terraform, "The lifecycle
//! Meta-Argument": `create_before_destroy` is forced on everything that such a block needs.

use std::collections::BTreeMap;

use crate::addr::{Block, Mode};
use crate::diag::{Diagnostic, Span};
use crate::lang::module::Node;
use crate::lang::tree::{Need, Tree};
use crate::schema::{Cost, Schema};
use crate::state::Object;

use super::change::{Action, Change};
use super::identity;

/// What is known of all blocks before any is planned.
#[derive(Debug, Default)]
pub(crate) struct Order {
    needs: BTreeMap<Block, Vec<Need>>,
    /// Blocks that create first, with the block that has it in its configuration.
    first: BTreeMap<Block, Block>,
}

impl Order {
    /// Reads the modules, once.
    pub(crate) fn new(tree: &Tree) -> Order {
        let mut order = Order::default();
        let blocks = tree.order.iter().filter_map(|spot| match &spot.node {
            Node::Block(block) => Some((tree.block(spot.unit, block), tree.unit(spot.unit).module.blocks.get(block)?)),
            _ => None,
        });
        let blocks: Vec<_> = blocks.collect();
        for (block, _) in &blocks {
            let needs = order.through_data(tree.needs(block));
            order.needs.insert(block.clone(), needs);
        }
        for (block, resource) in blocks.into_iter().rev() {
            if resource.lifecycle.create_before_destroy {
                order.first.insert(block.clone(), block.clone());
            }
            let Some(root) = order.first.get(&block).cloned() else { continue };
            for needed in tree.needs(&block) {
                order.first.entry(needed.block.clone()).or_insert_with(|| root.clone());
            }
        }
        order
    }

    /// What is needed directly, and what is needed through data sources: those leave nothing in
    /// the state that could keep the order of a later destruction.
    fn through_data(&self, direct: &[Need]) -> Vec<Need> {
        let mut needs: BTreeMap<Block, usize> = direct.iter().map(|need| (need.block.clone(), need.shared)).collect();
        for data in direct.iter().filter(|need| need.block.mode == Mode::Data) {
            for behind in self.needs.get(&data.block).into_iter().flatten() {
                let shared = behind.shared.min(data.shared);
                needs.entry(behind.block.clone()).and_modify(|known| *known = shared.min(*known)).or_insert(shared);
            }
        }
        needs.into_iter().map(|(block, shared)| Need { block, shared }).collect()
    }

    /// The blocks that a block needs, as the state keeps them: of modules that have instances only
    /// those that it can reach.
    pub(crate) fn needs(&self, block: &Block) -> Vec<Block> {
        let needs = self.needs.get(&*block.declared()).into_iter().flatten();
        needs.map(|need| need.of(&block.module)).collect()
    }

    /// Whether the block's replacements are made first.
    pub(crate) fn creates_first(&self, block: &Block) -> bool {
        self.first.contains_key(&*block.declared())
    }

    /// In which order an object is replaced.
    ///
    /// # Errors
    /// When the new object would have to come first but cannot, because both have one id.
    pub(crate) fn arrange(
        &self,
        change: &Change,
        schema: &Schema,
        prior: &Object,
        span: Span,
    ) -> Result<Action, Diagnostic> {
        let block = &change.addr.block;
        let declared = block.declared();
        let Some(root) = self.first.get(&*declared) else { return Ok(Action::Replace) };
        let same_id = identity::same_id(schema, prior, &change.after);
        let clash = schema.clash.filter(|_| !same_id).and_then(|clash| clash(&prior.value, &change.after));
        if !same_id && clash.is_none() {
            return Ok(Action::ReplaceCreateFirst);
        }
        // What is half made serves nobody, so nothing is lost by deleting it first.
        if change.why.is_tainted() {
            return Ok(Action::Replace);
        }
        let set = if *root == *declared {
            "has lifecycle.create_before_destroy set".to_owned()
        } else {
            format!(
                "must be created before its old self is destroyed, because {root} needs it and has lifecycle.create_before_destroy set"
            )
        };
        let names: Vec<String> = identity::makes_up(schema, prior).iter().map(|name| format!("\"{name}\"")).collect();
        let because = match change.differences.iter().find(|found| found.cost == Cost::Replace) {
            Some(found) => format!(" because {} cannot be changed in place", found.path),
            None => String::new(),
        };
        if let Some(clash) = clash {
            let detail = format!("{} is to be replaced{because}, and it {set}. But {}.", change.addr, clash.detail);
            let hint = format!(
                "{}, or remove create_before_destroy from {root}.",
                clash.hint.as_deref().unwrap_or("Change what they would share")
            );
            let error = Diagnostic::error(clash.summary, detail);
            return Err(error.at(span).about(change.addr.to_string()).hint(hint));
        }
        let detail = format!(
            "{} is to be replaced{because}, and it {set}. But its replacement would have the id of the existing \
             object, {}, and Azure cannot hold both at once.",
            change.addr, prior.id
        );
        let hint = format!(
            "Change {} so that the replacement has an id of its own, or remove create_before_destroy from {root}.",
            names.join(" or ")
        );
        let error = Diagnostic::error("Replacement cannot be created first", detail);
        Err(error.at(span).about(change.addr.to_string()).hint(hint))
    }
}
