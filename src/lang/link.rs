//! Follows references between declarations: are they there, may they stand here, what needs what.
//!
//! **Never:** recurse over declarations: chains of ten thousand are ordinary.
//! In: a module whose declarations are read. Out: its graph, order and needs, and findings.
//! A block needs the blocks that it names itself or through locals, not those that these need.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::Block as BlockAddr;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::graph::Dag;
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::{Declared, argument, place};
use super::ast::{Access, Body, Expr};
use super::eval::references;
use super::module::{Condition, Import, Module, Node, Repetition, Resource};
use super::provisioner::{self, When, check_destroy};
use super::structure::iterator;
use super::target::{self, Site};

/// Which locals must be evaluated or forgotten together with what.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// The locals that a node refers to itself.
    pub(super) locals_of: BTreeMap<Node, Vec<Name>>,
    /// The locals that refer to a local.
    pub(super) local_users: BTreeMap<Name, Vec<Name>>,
    /// The locals that refer to a block themselves.
    pub(super) block_users: BTreeMap<BlockAddr, Vec<Name>>,
    /// The blocks that the `count` or `for_each` of a block needs, itself or through locals.
    pub(super) repetition_needs: BTreeMap<BlockAddr, Vec<BlockAddr>>,
    /// The `import` blocks for a block, by their places.
    pub(super) imports: BTreeMap<BlockAddr, Vec<usize>>,
}

/// What has been found so far.
pub(super) struct Linker<'m> {
    pub(super) module: &'m Module,
    pub(super) schemas: &'m Schemas,
    /// Names of resources that were declared but could not be read; references to them are not judged.
    pub(super) declared: &'m Declared,
    pub(super) out: Diagnostics,
    needs: BTreeMap<Node, BTreeSet<Node>>,
    repetitions: BTreeMap<BlockAddr, BTreeSet<Node>>,
    found: BTreeSet<Node>,
}

/// Links a module: fills in its graph, its order and the needs of its blocks.
pub(super) fn link(module: &mut Module, schemas: &Schemas, declared: &Declared, sources: &Sources) -> Diagnostics {
    let mut linker = Linker {
        module,
        schemas,
        declared,
        out: Diagnostics::none(),
        needs: BTreeMap::new(),
        repetitions: BTreeMap::new(),
        found: BTreeSet::new(),
    };
    linker.follow();
    let Linker { mut out, needs, repetitions, .. } = linker;
    let graph = graph(module, &needs);
    match graph.order() {
        Ok(order) => {
            let through = through_locals(&order, &needs);
            set_needs(module, &needs, &through);
            module.index = index(&needs, &repetitions, &through);
            for (at, import) in module.imports.iter().enumerate() {
                module.index.imports.entry(import.to.clone()).or_default().push(at);
            }
            module.order = order;
            out.extend(refuse_blocks_in_validations(module, &needs, &through));
        }
        Err(cycles) => cycles.iter().for_each(|cycle| out.push(name_cycle(module, cycle, sources))),
    }
    module.graph = graph;
    out
}

/// Judges an expression that is no part of the module: what is wrong with it and what it needs.
pub(super) fn judge(module: &Module, schemas: &Schemas, expr: &Expr) -> (Diagnostics, BTreeSet<Node>) {
    let declared = Declared::new();
    let mut linker = Linker {
        module,
        schemas,
        declared: &declared,
        out: Diagnostics::none(),
        needs: BTreeMap::new(),
        repetitions: BTreeMap::new(),
        found: BTreeSet::new(),
    };
    linker.expr(expr, &Site::plain(), &[]);
    (linker.out, linker.found)
}

impl<'m> Linker<'m> {
    fn follow(&mut self) {
        let module = self.module;
        for (name, variable) in &module.variables {
            for validation in &variable.validations {
                self.validation(name, validation);
            }
            self.keep(Node::Variable(name.clone()));
        }
        for (name, expr) in &module.locals {
            self.expr(expr, &Site::plain(), &[]);
            self.keep(Node::Local(name.clone()));
        }
        for provider in &module.providers {
            self.body(&provider.body, &Site::plain(), &mut Vec::new());
            self.keep(Node::Provider(provider.name.clone()));
        }
        for (addr, resource) in &module.blocks {
            let before = self.out.0.len();
            self.resource(addr, resource);
            for diagnostic in &mut self.out.0[before..] {
                diagnostic.address.get_or_insert_with(|| addr.to_string());
            }
            self.keep(Node::Block(addr.clone()));
        }
        for (name, output) in &module.outputs {
            self.expr(&output.value, &Site::plain(), &[]);
            self.conditions(&output.preconditions, &Site::plain());
            self.depends_on(&output.depends_on, output.span);
            self.keep(Node::Output(name.clone()));
        }
        for (at, import) in module.imports.iter().enumerate() {
            self.import(import);
            self.keep(Node::Import(at));
        }
    }

    fn import(&mut self, import: &Import) {
        // What is imported cannot tell by itself what it is.
        let outside = Site { block: Some(&import.to), ..Site::plain() };
        if let Some(each) = &import.for_each {
            self.expr(each, &outside, &[]);
        }
        let inside = Site { each: import.for_each.is_some(), ..outside };
        if let Some(key) = &import.key {
            self.expr(key, &inside, &[]);
        }
        self.expr(&import.named, &inside, &[]);
    }

    /// Files what was found since the last time under a node.
    fn keep(&mut self, node: Node) {
        self.needs.insert(node, std::mem::take(&mut self.found));
    }

    fn validation(&mut self, name: &Name, validation: &Condition) {
        self.expr(&validation.condition, &Site::plain(), &[]);
        if !self.found.contains(&Node::Variable(name.clone())) {
            let detail = format!(
                "The condition for variable {name:?} must refer to var.{name} in order to test incoming values."
            );
            let summary = "Invalid variable validation condition";
            self.out.push(Diagnostic::error(summary, detail).at(validation.condition.span));
        }
        self.expr(&validation.message, &Site::plain(), &[]);
    }

    fn resource(&mut self, addr: &BlockAddr, resource: &Resource) {
        let outside = Site { block: Some(addr), ..Site::plain() };
        let inside = match &resource.repetition {
            Repetition::Once => outside,
            Repetition::Count(expr) => {
                self.expr(expr, &outside, &[]);
                Site { count: true, ..outside }
            }
            Repetition::ForEach(expr) => {
                self.expr(expr, &outside, &[]);
                Site { each: true, ..outside }
            }
        };
        if !matches!(resource.repetition, Repetition::Once) {
            self.repetitions.insert(addr.clone(), self.found.clone());
        }
        self.body(&resource.body, &inside, &mut Vec::new());
        for expr in resource.timeouts.values() {
            self.expr(expr, &inside, &[]);
        }
        self.conditions(&resource.lifecycle.preconditions, &inside);
        self.conditions(&resource.lifecycle.postconditions, &Site { own: true, ..inside });
        for expr in &resource.lifecycle.replace_triggered_by {
            target::check_trigger(self, expr, &inside);
        }
        for provisioner in &resource.provisioners {
            if provisioner.when == When::Destroy {
                check_destroy(provisioner, &mut self.out);
            }
            for expr in provisioner::expressions(provisioner) {
                if provisioner.when == When::Create {
                    self.expr(expr, &Site { own: true, ..inside }, &[]);
                }
            }
        }
        self.depends_on(&resource.depends_on, resource.span);
        let own = |name: &Name| addr.kind.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('_'));
        if let Some(provider) = self.module.providers.iter().find(|provider| own(&provider.name)) {
            self.found.insert(Node::Provider(provider.name.clone()));
        }
    }

    fn conditions(&mut self, conditions: &[Condition], site: &Site<'_>) {
        for condition in conditions {
            let before = self.found.len();
            let mut refers = false;
            references(&condition.condition, &mut |_, _, _| refers = true);
            self.expr(&condition.condition, site, &[]);
            if !refers && self.found.len() == before {
                let detail = "The condition expression must refer to at least one object from elsewhere in the \
                              configuration, or else its result would not be checking anything.";
                self.out.push(Diagnostic::error("Invalid condition expression", detail).at(condition.condition.span));
            }
            self.expr(&condition.message, site, &[]);
        }
    }

    fn depends_on(&mut self, blocks: &[BlockAddr], span: Span) {
        for block in blocks {
            self.block(block, span);
        }
    }

    /// Notes a reference to a block; nothing if there is no such block.
    pub(super) fn block(&mut self, addr: &BlockAddr, span: Span) -> Option<&'m Resource> {
        let module = self.module;
        if let Some(resource) = module.blocks.get(addr) {
            self.found.insert(Node::Block(resource.addr.clone()));
            return Some(resource);
        }
        if let Some(wrong) = target::undeclared(self, addr) {
            self.out.push(wrong.at(span));
        }
        None
    }

    pub(super) fn note(&mut self, node: Node) {
        self.found.insert(node);
    }

    fn body(&mut self, body: &Body, site: &Site<'_>, bound: &mut Vec<Name>) {
        for attribute in &body.attributes {
            self.expr(&attribute.expr, site, bound);
        }
        for block in &body.blocks {
            if &*block.name != "dynamic" {
                self.body(&block.body, site, bound);
                continue;
            }
            if let Some(each) = argument(&block.body, "for_each") {
                self.expr(&each.expr, site, bound);
            }
            bound.extend(iterator(block));
            for content in &block.body.blocks {
                self.body(&content.body, site, bound);
            }
            bound.pop();
        }
    }

    fn expr(&mut self, expr: &Expr, site: &Site<'_>, bound: &[Name]) {
        references(expr, &mut |root: &Name, steps: &[Access], span: Span| {
            if !bound.contains(root) {
                target::check(self, root, steps, span, site);
            }
        });
    }
}

fn graph(module: &Module, needs: &BTreeMap<Node, BTreeSet<Node>>) -> Dag<Node> {
    let mut graph = Dag::default();
    let variables = module.variables.keys().map(|name| Node::Variable(name.clone()));
    let locals = module.locals.keys().map(|name| Node::Local(name.clone()));
    let providers = module.providers.iter().map(|provider| Node::Provider(provider.name.clone()));
    let blocks = module.blocks.keys().map(|addr| Node::Block(addr.clone()));
    let outputs = module.outputs.keys().map(|name| Node::Output(name.clone()));
    let imports = (0..module.imports.len()).map(Node::Import);
    for node in variables.chain(locals).chain(providers).chain(blocks).chain(outputs).chain(imports) {
        graph.add(node);
    }
    for (at, import) in module.imports.iter().enumerate() {
        if module.blocks.contains_key(&import.to) {
            graph.need(Node::Block(import.to.clone()), Node::Import(at));
        }
    }
    for (node, needed) in needs {
        // A validation may refer to its own variable and to others; values are decided before it runs.
        if matches!(node, Node::Variable(_)) {
            continue;
        }
        for needed in needed {
            graph.need(node.clone(), needed.clone());
        }
    }
    graph
}

/// The blocks that each local needs, itself or through other locals. Equal sets are shared.
fn through_locals(order: &[Node], needs: &BTreeMap<Node, BTreeSet<Node>>) -> BTreeMap<Name, Rc<BTreeSet<BlockAddr>>> {
    let mut through: BTreeMap<Name, Rc<BTreeSet<BlockAddr>>> = BTreeMap::new();
    for node in order {
        let (Node::Local(name), Some(needed)) = (node, needs.get(node)) else { continue };
        let blocks = collect(needed, &through);
        through.insert(name.clone(), blocks);
    }
    through
}

/// The blocks among `needed` and behind the locals among them.
fn collect(needed: &BTreeSet<Node>, through: &BTreeMap<Name, Rc<BTreeSet<BlockAddr>>>) -> Rc<BTreeSet<BlockAddr>> {
    let mut all: Rc<BTreeSet<BlockAddr>> = Rc::default();
    for node in needed {
        match node {
            Node::Block(addr) if !all.contains(addr) => {
                Rc::make_mut(&mut all).insert(addr.clone());
            }
            Node::Local(name) => {
                let Some(more) = through.get(name) else { continue };
                if all.is_empty() {
                    all = more.clone();
                } else if !Rc::ptr_eq(&all, more) && !more.is_subset(&all) {
                    Rc::make_mut(&mut all).extend(more.iter().cloned());
                }
            }
            _ => {}
        }
    }
    all
}

fn set_needs(
    module: &mut Module,
    needs: &BTreeMap<Node, BTreeSet<Node>>,
    through: &BTreeMap<Name, Rc<BTreeSet<BlockAddr>>>,
) {
    for (addr, resource) in &mut module.blocks {
        if let Some(needed) = needs.get(&Node::Block(addr.clone())) {
            resource.needs = collect(needed, through).iter().filter(|block| *block != addr).cloned().collect();
        }
    }
    for (at, import) in module.imports.iter_mut().enumerate() {
        if let Some(needed) = needs.get(&Node::Import(at)) {
            import.needs = collect(needed, through).iter().cloned().collect();
        }
    }
}

fn index(
    needs: &BTreeMap<Node, BTreeSet<Node>>,
    repetitions: &BTreeMap<BlockAddr, BTreeSet<Node>>,
    through: &BTreeMap<Name, Rc<BTreeSet<BlockAddr>>>,
) -> Index {
    let mut index = Index::default();
    for (node, needed) in needs {
        let mut locals = Vec::new();
        for needed in needed {
            match (node, needed) {
                (Node::Local(user), Node::Local(local)) => {
                    index.local_users.entry(local.clone()).or_default().push(user.clone());
                }
                (Node::Local(user), Node::Block(block)) => {
                    index.block_users.entry(block.clone()).or_default().push(user.clone());
                }
                _ => {}
            }
            if let Node::Local(local) = needed {
                locals.push(local.clone());
            }
        }
        if !locals.is_empty() {
            index.locals_of.insert(node.clone(), locals);
        }
    }
    for (addr, needed) in repetitions {
        index.repetition_needs.insert(addr.clone(), collect(needed, through).iter().cloned().collect());
    }
    index
}

fn refuse_blocks_in_validations(
    module: &Module,
    needs: &BTreeMap<Node, BTreeSet<Node>>,
    through: &BTreeMap<Name, Rc<BTreeSet<BlockAddr>>>,
) -> Diagnostics {
    let mut out = Diagnostics::none();
    for (name, variable) in &module.variables {
        let Some(needed) = needs.get(&Node::Variable(name.clone())) else { continue };
        if let (Some(block), Some(validation)) = (collect(needed, through).first(), variable.validations.first()) {
            out.push(super::arguments::unsupported_yet(
                "A validation that refers to a resource",
                &format!("Values of variables are decided before any resource is looked at, but this needs {block}."),
                "Write the condition as a precondition of the resource that uses the variable.",
                validation.span,
            ));
        }
    }
    out
}

fn name_cycle(module: &Module, cycle: &[Node], sources: &Sources) -> Diagnostic {
    let names: Vec<String> = cycle.iter().map(ToString::to_string).collect();
    let mut detail = String::from("Each of these needs another one of them, so none can come first:");
    for node in cycle.iter().take(10) {
        let at = module.span(node).map(|span| format!(" at {}", place(sources, span))).unwrap_or_default();
        detail += &format!("\n  - {node}{at}");
    }
    if cycle.len() > 10 {
        detail += &format!("\n  - and {} more", cycle.len() - 10);
    }
    let blocks = cycle.iter().find(|node| matches!(node, Node::Block(_)));
    let span = blocks.or(cycle.first()).and_then(|node| module.span(node));
    Diagnostic::error(format!("Cycle: {}", names.join(", ")), detail)
        .at_maybe(span)
        .hint("Remove one of the references between them, or give the value in a variable or local that needs none.")
}
