//! Weaves the modules of a tree into one graph: what needs what, across all of them.
//!
//! **Never:** recurse over nodes: chains of ten thousand are ordinary. In: linked modules. Out:
//! the tree's graph, order and needs, and the cycles. The decision to question: one order for the
//! nodes of all modules, not module after module, so that two modules may use each other's outputs
//! as long as no value depends on itself.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::{Block, Mode};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::graph::Dag;

use super::arguments::place;
use super::module::{Dependency, Node};
use super::tree::{Need, Spot, Tree, Unit, UnitId};

/// Blocks with how many steps of their modules' paths the way to them has in common; see [`Need`].
type Reached = BTreeMap<Block, usize>;

/// Blocks behind nodes that are no blocks; equal sets are shared.
type Through = BTreeMap<Spot, Rc<Reached>>;

/// Fills in the tree's graph, order and needs.
pub(super) fn weave(tree: &mut Tree, sources: &Sources) -> Diagnostics {
    let mut out = Diagnostics::none();
    let graph = graph(tree);
    match graph.order() {
        Ok(order) => {
            let through = set_needs(tree, &graph, &order);
            set_waits(tree, &through);
            tree.order = order;
        }
        Err(cycles) => cycles.iter().for_each(|cycle| out.push(name_cycle(tree, cycle, sources))),
    }
    tree.graph = graph;
    out
}

fn graph(tree: &Tree) -> Dag<Spot> {
    let mut graph = Dag::default();
    for (unit, _) in tree.units() {
        nodes(tree, unit).into_iter().for_each(|node| graph.add(Spot { unit, node }));
    }
    for (unit, here) in tree.units() {
        let spot = |node: Node| Spot { unit, node };
        for (node, needed) in &here.module.index.needs {
            for needed in needed {
                if matches!(needed, Node::Uses(..) | Node::Whole(_)) && !graph.contains(&spot(needed.clone())) {
                    outside(tree, unit, needed, &mut graph);
                }
                graph.need(spot(node.clone()), spot(needed.clone()));
            }
        }
        inside(tree, unit, &mut graph);
        for (at, import) in here.module.imports.iter().enumerate() {
            let target = tree.find(&import.to.module).map(|unit| (unit, import.to.local().into_owned()));
            if let Some((unit, block)) = target
                && tree.unit(unit).module.blocks.contains_key(&block)
            {
                graph.need(Spot { unit, node: Node::Block(block) }, spot(Node::Import(at)));
            }
        }
    }
    tree.units().for_each(|(unit, here)| guard(unit, here, &mut graph));
    graph
}

/// What uses a variable comes after the verdict on its value, where that is not known from the beginning: in
/// called modules, and where the verdict looks at objects. What the verdict itself needs comes before it.
fn guard(unit: UnitId, here: &Unit, graph: &mut Dag<Spot>) {
    for (name, _) in here.module.variables.iter().filter(|(_, variable)| !variable.validations.is_empty()) {
        let value = Spot { unit, node: Node::Variable(name.clone()) };
        let verdict = Spot { unit, node: Node::Validation(name.clone()) };
        let looked_at: Vec<Spot> = graph.needs(&verdict).filter(|needed| **needed != value).cloned().collect();
        let before = graph.all_needs(&looked_at);
        if unit == UnitId::ROOT && !before.iter().any(|spot| matches!(spot.node, Node::Block(_))) {
            continue;
        }
        let users: Vec<Spot> =
            graph.needed_by(&value).filter(|user| **user != verdict && !before.contains(*user)).cloned().collect();
        users.into_iter().for_each(|user| graph.need(user, verdict.clone()));
    }
}

/// The nodes of a module, in the order in which they come where nothing else decides.
fn nodes(tree: &Tree, unit: UnitId) -> Vec<Node> {
    let module = &tree.unit(unit).module;
    let variables = module.variables.keys().map(|name| Node::Variable(name.clone()));
    // Right behind the variables, so that what uses a value comes after what may refuse it.
    let validated = module.variables.iter().filter(|(_, variable)| !variable.validations.is_empty());
    let validations = validated.map(|(name, _)| Node::Validation(name.clone()));
    let locals = module.locals.keys().map(|name| Node::Local(name.clone()));
    let providers = module.providers.iter().map(|provider| Node::Provider(provider.name.clone()));
    let calls = module.calls.keys().map(|name| Node::Call(name.clone()));
    let blocks = module.blocks.keys().map(|addr| Node::Block(addr.clone()));
    let outputs = module.outputs.keys().map(|name| Node::Output(name.clone()));
    let checks = module.checks.keys().map(|name| Node::Check(name.clone()));
    let imports = (0..module.imports.len()).map(Node::Import).chain(checks);
    variables
        .chain(validations)
        .chain(locals)
        .chain(providers)
        .chain(calls)
        .chain(blocks)
        .chain(outputs)
        .chain(imports)
        .collect()
}

/// What a reference to a called module, or to all that is in it, needs there.
fn outside(tree: &Tree, unit: UnitId, node: &Node, graph: &mut Dag<Spot>) {
    let (Node::Uses(call, _) | Node::Whole(call)) = node else { return };
    let spot = Spot { unit, node: node.clone() };
    graph.need(spot.clone(), Spot { unit, node: Node::Call(call.clone()) });
    let Some(child) = tree.unit(unit).children.get(call).copied() else { return };
    let module = &tree.unit(child).module;
    let outputs = module.outputs.keys().map(|name| Node::Output(name.clone()));
    let needed: Vec<Node> = match node {
        Node::Uses(_, Some(name)) => vec![Node::Output(name.clone())],
        Node::Uses(_, None) => outputs.collect(),
        _ => {
            let blocks = module.blocks.keys().map(|block| Node::Block(block.clone()));
            let calls = module.calls.keys().map(|call| Node::Whole(call.clone()));
            outputs.chain(blocks).chain(calls).collect()
        }
    };
    for node in needed {
        graph.need(spot.clone(), Spot { unit: child, node: node.clone() });
        if matches!(node, Node::Whole(_)) {
            outside(tree, child, &node, graph);
        }
    }
}

/// What a called module needs of its call: how often it is called, and its arguments.
fn inside(tree: &Tree, unit: UnitId, graph: &mut Dag<Spot>) {
    let Some((parent, call)) = tree.call(unit) else { return };
    let module = &tree.unit(unit).module;
    let called = Spot { unit: parent, node: Node::Call(call.name.clone()) };
    for variable in module.variables.keys() {
        let spot = Spot { unit, node: Node::Variable(variable.clone()) };
        if call.arguments.iter().any(|argument| argument.name == *variable) {
            let argument = Node::Argument(call.name.clone(), variable.clone());
            graph.need(spot.clone(), Spot { unit: parent, node: argument });
        }
        graph.need(spot, called.clone());
    }
    let calls = module.calls.keys().map(|name| Node::Call(name.clone()));
    let blocks = module.blocks.keys().map(|addr| Node::Block(addr.clone()));
    let checks = module.checks.keys().map(|name| Node::Check(name.clone()));
    // What nothing refers to is judged, too, in every instance of the module.
    let locals = module.locals.keys().map(|name| Node::Local(name.clone()));
    let outputs = module.outputs.keys().map(|name| Node::Output(name.clone()));
    for node in calls.chain(blocks).chain(checks).chain(locals).chain(outputs) {
        graph.need(Spot { unit, node }, called.clone());
    }
}

/// Finds the blocks that each block and import needs, itself or through nodes that are no blocks.
fn set_needs(tree: &mut Tree, graph: &Dag<Spot>, order: &[Spot]) -> Through {
    let mut through = Through::new();
    let imports = tree.root().imports.len();
    tree.import_needs = vec![Vec::new(); imports];
    for spot in order {
        match &spot.node {
            Node::Block(addr) => {
                let own = tree.block(spot.unit, addr);
                let needs = collect(tree, graph, spot, &through);
                let needs = needs.iter().filter(|(block, _)| **block != own);
                let needs = needs.map(|(block, shared)| Need { block: block.clone(), shared: *shared }).collect();
                tree.needs.insert(own, needs);
            }
            Node::Import(at) => {
                let needs = collect(tree, graph, spot, &through);
                if let Some(slot) = tree.import_needs.get_mut(*at) {
                    *slot = needs.keys().cloned().collect();
                }
            }
            Node::Output(_) if spot.unit == UnitId::ROOT => {}
            // What a provider's configuration refers to is not needed by what it makes.
            Node::Provider(_) => {}
            _ => {
                let blocks = collect(tree, graph, spot, &through);
                through.insert(spot.clone(), blocks);
            }
        }
    }
    through
}

/// The blocks among what a node needs, and those behind the rest of it.
fn collect(tree: &Tree, graph: &Dag<Spot>, spot: &Spot, through: &Through) -> Rc<Reached> {
    let depth = tree.unit(spot.unit).path.0.len();
    let mut all: Rc<Reached> = Rc::default();
    let behind_import = |needed: &Spot| matches!(needed.node, Node::Import(_));
    for needed in graph.needs(spot).filter(|needed| !behind_import(needed)) {
        match &needed.node {
            Node::Block(addr) => {
                let shared = depth.min(tree.unit(needed.unit).path.0.len());
                reach(&mut all, &tree.block(needed.unit, addr), shared);
            }
            _ => {
                let Some(more) = through.get(needed) else { continue };
                if Rc::ptr_eq(&all, more) {
                } else if all.is_empty() && more.values().all(|shared| *shared <= depth) {
                    all = more.clone();
                } else {
                    more.iter().for_each(|(block, shared)| reach(&mut all, block, depth.min(*shared)));
                }
            }
        }
    }
    all
}

/// Notes a block; of several ways to it the one counts that has least in common.
fn reach(all: &mut Rc<Reached>, block: &Block, shared: usize) {
    if all.get(block).is_none_or(|known| *known > shared) {
        Rc::make_mut(all).insert(block.clone(), shared);
    }
}

/// Finds what data blocks wait for because somebody said so.
fn set_waits(tree: &mut Tree, through: &Through) {
    let mut waits: BTreeMap<Block, Vec<Block>> = BTreeMap::new();
    for (id, unit) in tree.units() {
        let mut around = BTreeSet::new();
        let mut inner = id;
        while let Some((parent, call)) = tree.call(inner) {
            named(tree, parent, &call.depends_on, through, &mut around);
            inner = parent;
        }
        for (addr, resource) in unit.module.blocks.iter().filter(|(addr, _)| addr.mode == Mode::Data) {
            let mut all = around.clone();
            named(tree, id, &resource.depends_on, through, &mut all);
            if !all.is_empty() {
                waits.insert(tree.block(id, addr), all.into_iter().collect());
            }
        }
    }
    tree.waits = waits;
}

fn named(tree: &Tree, unit: UnitId, entries: &[Dependency], through: &Through, found: &mut BTreeSet<Block>) {
    for entry in entries {
        let node = match entry {
            Dependency::Block(block, _) => {
                found.insert(tree.block(unit, block));
                continue;
            }
            Dependency::Module(call, _) => Node::Whole(call.clone()),
            Dependency::Local(name, _) => Node::Local(name.clone()),
            Dependency::Variable(name, _) => Node::Variable(name.clone()),
        };
        let behind = through.get(&Spot { unit, node });
        found.extend(behind.into_iter().flat_map(|blocks| blocks.keys().cloned()));
    }
}

fn name_cycle(tree: &Tree, cycle: &[Spot], sources: &Sources) -> Diagnostic {
    let names: Vec<String> = cycle.iter().map(|spot| tree.name(spot)).collect();
    let mut detail = String::from("Each of these needs another one of them, so none can come first:");
    for (spot, name) in cycle.iter().zip(&names).take(10) {
        let at = tree.span(spot).map(|span| format!(" at {}", place(sources, span))).unwrap_or_default();
        detail += &format!("\n  - {name}{at}");
    }
    if cycle.len() > 10 {
        detail += &format!("\n  - and {} more", cycle.len() - 10);
    }
    let blocks = cycle.iter().find(|spot| matches!(spot.node, Node::Block(_)));
    let span = blocks.or(cycle.first()).and_then(|spot| tree.span(spot));
    if let [Spot { node: Node::Local(name), .. }] = cycle {
        let detail = format!("The value of local.{name} refers to itself, so it cannot be made.");
        return Diagnostic::error("Self-referencing local value", detail)
            .at_maybe(span)
            .hint("Refer to something else, or give the two values names of their own.");
    }
    Diagnostic::error(format!("Cycle: {}", names.join(", ")), detail)
        .at_maybe(span)
        .hint("Remove one of the references between them, or give the value in a variable or local that needs none.")
}
