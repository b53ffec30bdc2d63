//! `-target` and `-exclude`: which blocks and objects a plan looks at.
//!
//! **Never:** plan. In: options, what blocks need, what the state's objects need. Out: a
//! [`Selection`] that answers for each address. Source of the rules: Terraform, "Resource
//! Targeting", and OpenTofu, "Planning Options", for exclusion.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block, Key, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::module::Node;
use crate::lang::tree::{Spot, Tree, UnitId};

use super::{Mode, Options, outputs};

/// Who needs whom, blocks only.
#[derive(Debug, Default)]
pub(crate) struct Web {
    needs: BTreeMap<Block, Vec<Block>>,
    needed_by: BTreeMap<Block, Vec<Block>>,
}

impl Web {
    /// Says that `block` exists and needs `needs`, in whatever instances of their modules.
    pub(crate) fn add<'b>(&mut self, block: &Block, needs: impl IntoIterator<Item = &'b Block>) {
        let block = block.declared();
        let own = self.needs.entry(block.clone().into_owned()).or_default();
        for needed in needs {
            let needed = needed.declared();
            own.push(needed.clone().into_owned());
            self.needed_by.entry(needed.into_owned()).or_default().push(block.clone().into_owned());
        }
    }

    fn spread(edges: &BTreeMap<Block, Vec<Block>>, from: Vec<Block>) -> BTreeSet<Block> {
        let mut found = BTreeSet::new();
        let mut open = from;
        while let Some(block) = open.pop() {
            for next in edges.get(&block).into_iter().flatten() {
                if found.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        found
    }
}

/// What a plan looks at.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    targets: Vec<Target>,
    targeted: BTreeSet<Block>,
    excludes: Vec<Target>,
    excluded: BTreeSet<Block>,
}

impl Selection {
    /// Spreads what the user named to what it needs, or to what needs it. When everything is
    /// destroyed the directions turn round.
    pub(crate) fn new(options: &Options, web: &Web, addrs: &[&Addr]) -> (Selection, Diagnostics) {
        let mut diagnostics = Diagnostics::none();
        if options.targets.is_empty() && options.excludes.is_empty() {
            return (Selection::default(), diagnostics);
        }
        let (towards, away) = match options.mode {
            Mode::Destroy => (&web.needed_by, &web.needs),
            Mode::Normal | Mode::RefreshOnly => (&web.needs, &web.needed_by),
        };
        let mut named = |targets: &[Target]| {
            let mut blocks = BTreeSet::new();
            for target in targets {
                let found: BTreeSet<Block> = find(target, web, addrs);
                if found.is_empty() {
                    diagnostics.push(unmatched(target));
                }
                blocks.extend(found);
            }
            blocks.into_iter().collect::<Vec<Block>>()
        };
        let targeted = Web::spread(towards, named(&options.targets));
        let excluded = Web::spread(away, named(&options.excludes));
        diagnostics.push(partial(options));
        // Whoever imports one object by hand has not asked for a partial plan.
        if !options.imports.is_empty() {
            diagnostics = Diagnostics::none();
        }
        let (targets, excludes) = (options.targets.clone(), options.excludes.clone());
        (Selection { targets, targeted, excludes, excluded }, diagnostics)
    }

    /// Whether the plan looks at everything.
    pub(crate) fn is_whole(&self) -> bool {
        self.targets.is_empty() && self.excludes.is_empty()
    }

    /// Whether the plan looks at this instance.
    pub(crate) fn holds(&self, addr: &Addr) -> bool {
        if self.is_whole() {
            return true;
        }
        let block = addr.block.declared();
        let named = |targets: &[Target]| targets.iter().any(|target| target.covers(addr));
        // Of a block that is named itself only the named instances count, also where another needs it.
        let direct = self.targets.iter().any(|target| touches(target, &block));
        let wanted = self.targets.is_empty() || named(&self.targets) || !direct && self.targeted.contains(&*block);
        wanted && !self.excluded.contains(&*block) && !named(&self.excludes)
    }

    /// Whether the plan looks at any instance of this block.
    pub(crate) fn touches(&self, block: &Block) -> bool {
        if self.is_whole() {
            return true;
        }
        let declared = block.declared();
        let wanted = self.targets.is_empty()
            || self.targeted.contains(&*declared)
            || self.targets.iter().any(|target| touches(target, block));
        let barred = self.excluded.contains(&*declared)
            || self.excludes.iter().any(|target| !matches!(target, Target::Instance(_)) && bars(target, block));
        wanted && !barred
    }

    /// What is no block and is looked at by a partial plan: what its blocks need, and outputs of the root module
    /// that come from its blocks alone. Nothing for a whole plan. Source of the rule: Terraform, "Resource
    /// Targeting".
    pub(crate) fn spots(&self, tree: &Tree) -> Option<BTreeSet<Spot>> {
        if self.is_whole() {
            return None;
        }
        let wanted = |spot: &&Spot| match &spot.node {
            Node::Block(block) => self.touches(&tree.block(spot.unit, block)),
            Node::Output(name) if spot.unit == UnitId::ROOT => {
                let needs = outputs::needs(tree, name);
                !needs.is_empty() && needs.iter().all(|block| self.touches(block))
            }
            _ => false,
        };
        let mut waiting: Vec<Spot> = tree.order.iter().filter(wanted).cloned().collect();
        let mut found = BTreeSet::new();
        while let Some(spot) = waiting.pop() {
            if found.contains(&spot) {
                continue;
            }
            waiting.extend(tree.graph.needs(&spot).cloned());
            if let Node::Variable(name) = &spot.node {
                // What a variable must not be is judged wherever its value is used.
                waiting.push(Spot { unit: spot.unit, node: Node::Validation(name.clone()) });
            }
            found.insert(spot);
        }
        Some(found)
    }
}

/// Whether a target can be about a block, in this or, where the block has no keys, any instance of
/// its module.
fn touches(target: &Target, block: &Block) -> bool {
    let same = |named: &Block| named.local() == block.local();
    match target {
        Target::Module(module) => module.meets(&block.module),
        Target::Block(named) | Target::Instance(Addr { block: named, .. }) => {
            named.module.0.len() == block.module.0.len() && named.module.meets(&block.module) && same(named)
        }
    }
}

/// Whether an exclusion is about a block in this instance of its module.
fn bars(target: &Target, block: &Block) -> bool {
    target.covers(&block.instance(Key::None))
}

fn find(target: &Target, web: &Web, addrs: &[&Addr]) -> BTreeSet<Block> {
    let standing = addrs.iter().map(|addr| addr.block.declared().into_owned());
    web.needs.keys().cloned().chain(standing).filter(|block| touches(target, block)).collect()
}

fn unmatched(target: &Target) -> Diagnostic {
    Diagnostic::warning(
        "Target matches nothing",
        format!("Neither the configuration nor the state has {target}, so naming it changes nothing."),
    )
    .hint("Check the spelling; an address of an instance needs its index, as in azurerm_container_group.web[0].")
}

fn partial(options: &Options) -> Diagnostic {
    let (word, meaning) = if options.targets.is_empty() {
        ("-exclude", "leaves out what you named and what needs it")
    } else {
        ("-target", "only looks at what you named and what it needs")
    };
    Diagnostic::warning(
        "Resource targeting is in effect",
        format!(
            "You are creating a plan with the {word} option, which means that it {meaning}, and that its result may \
             not represent all of the changes requested by the current configuration.\n\nThe {word} option is not for \
             routine use, and is provided only for exceptional situations such as recovering from errors or mistakes."
        ),
    )
}
