//! Follows references between declarations: are they there, may they stand here, what needs what.
//!
//! **Never:** recurse over declarations: chains of ten thousand are ordinary.
//! In: a module whose declarations are read. Out: what each of them needs, and findings. What is
//! asked of other modules is noted; [`super::tree`] holds it against them.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Block as BlockAddr;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::{Declared, argument};
use super::ast::{Access, Body, Expr};
use super::configuration::provider_of;
use super::eval::references;
use super::module::{Call, Condition, Dependency, Ignore, Import, Module, Node, ProviderName, Repetition, Resource};
use super::names::Own;
use super::provisioner::{self, When, check_destroy};
use super::structure::iterator;
use super::target::{self, Site};

/// What must be evaluated or forgotten together with what.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// All that a node needs of its own module.
    pub(super) needs: BTreeMap<Node, BTreeSet<Node>>,
    /// What of that has a value of its own that is kept: locals, variables, outputs of other
    /// modules, and how often these are called.
    pub(super) values_of: BTreeMap<Node, Vec<Node>>,
    /// What is kept and was made with the value of a node; a block stands for its repetition.
    pub(super) users: BTreeMap<Node, Vec<Node>>,
    /// The `import` blocks for a block, by their places.
    pub(super) imports: BTreeMap<BlockAddr, Vec<usize>>,
    /// Which outputs of called modules are named, and where.
    pub(super) outputs_used: Vec<OutputUse>,
}

/// A reference to an output of a called module.
#[derive(Clone, Debug)]
pub(super) struct OutputUse {
    /// The call.
    pub(super) call: Name,
    /// The output, and where its name stands.
    pub(super) output: (Name, Span),
}

/// What has been found so far.
pub(super) struct Linker<'m> {
    pub(super) module: &'m Module,
    pub(super) schemas: &'m Schemas,
    /// Names of resources that were declared but could not be read; references to them are not judged.
    pub(super) declared: &'m Declared,
    /// What messages call the module: `the root module`, `module.net`.
    pub(super) called: &'m str,
    pub(super) out: Diagnostics,
    outputs_used: Vec<OutputUse>,
    needs: BTreeMap<Node, BTreeSet<Node>>,
    repetitions: BTreeMap<BlockAddr, BTreeSet<Node>>,
    found: BTreeSet<Node>,
}

/// Links a module: fills in what its declarations need of each other.
pub(super) fn link(module: &mut Module, schemas: &Schemas, declared: &Declared, called: &str) -> Diagnostics {
    let mut linker = Linker::new(module, schemas, declared, called);
    linker.follow();
    let Linker { out, needs, repetitions, outputs_used, .. } = linker;
    module.index = index(needs, &repetitions);
    module.index.outputs_used = outputs_used;
    for (at, import) in module.imports.iter().enumerate() {
        module.index.imports.entry(import.to.clone()).or_default().push(at);
    }
    out
}

/// Judges an expression that is no part of the module: what is wrong with it and what it needs, apart from the
/// names that have values of their own.
pub(super) fn judge(module: &Module, schemas: &Schemas, expr: &Expr, own: Own<'_>) -> (Diagnostics, BTreeSet<Node>) {
    let declared = Declared::new();
    let mut linker = Linker::new(module, schemas, &declared, "the root module");
    references(expr, &mut |root, steps, span| {
        if own(root, steps).is_none() {
            target::check(&mut linker, root, steps, span, &Site::plain());
        }
    });
    (linker.out, linker.found)
}

impl<'m> Linker<'m> {
    fn new(module: &'m Module, schemas: &'m Schemas, declared: &'m Declared, called: &'m str) -> Linker<'m> {
        Linker {
            module,
            schemas,
            declared,
            called,
            out: Diagnostics::none(),
            outputs_used: Vec::new(),
            needs: BTreeMap::new(),
            repetitions: BTreeMap::new(),
            found: BTreeSet::new(),
        }
    }

    fn follow(&mut self) {
        let module = self.module;
        for (name, variable) in &module.variables {
            for validation in &variable.validations {
                self.validation(name, validation);
            }
            self.keep(Node::Validation(name.clone()));
        }
        for (name, expr) in &module.locals {
            self.expr(expr, &Site::plain(), &[]);
            self.keep(Node::Local(name.clone()));
        }
        for provider in &module.providers {
            if let Some(each) = &provider.for_each {
                self.expr(each, &Site::plain(), &[]);
            }
            let site = Site { each: provider.for_each.is_some(), ..Site::plain() };
            self.body(&provider.body, &site, &mut Vec::new());
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
        for call in module.calls.values() {
            self.call(call);
        }
        for (name, output) in &module.outputs {
            self.expr(&output.value, &Site::plain(), &[]);
            self.conditions("precondition", &output.preconditions, &Site::plain());
            self.depends_on(&output.depends_on);
            self.keep(Node::Output(name.clone()));
        }
        for (name, check) in &module.checks {
            self.conditions("assert", &check.asserts, &Site { check: Some(name), ..Site::plain() });
            self.keep(Node::Check(name.clone()));
        }
        for (at, import) in module.imports.iter().enumerate() {
            self.import(import);
            self.keep(Node::Import(at));
        }
    }

    fn call(&mut self, call: &Call) {
        let site = self.repetition(&call.repetition, &Site::plain());
        self.depends_on(&call.depends_on);
        for key in call.providers.iter().filter_map(|passed| passed.key.as_ref()) {
            self.expr(key, &site, &[]);
        }
        let node = Node::Call(call.name.clone());
        self.keep(node.clone());
        for argument in &call.arguments {
            self.expr(&argument.expr, &site, &[]);
            self.note(node.clone());
            self.keep(Node::Argument(call.name.clone(), argument.name.clone()));
        }
    }

    /// The site of what is repeated.
    fn repetition<'s>(&mut self, repetition: &Repetition, outside: &Site<'s>) -> Site<'s> {
        match repetition {
            Repetition::Once => *outside,
            Repetition::Enabled(expr) => {
                self.expr(expr, outside, &[]);
                *outside
            }
            Repetition::Count(expr) => {
                self.expr(expr, outside, &[]);
                Site { count: true, ..*outside }
            }
            Repetition::ForEach(expr) => {
                self.expr(expr, outside, &[]);
                Site { each: true, ..*outside }
            }
        }
    }

    fn import(&mut self, import: &Import) {
        // What is imported cannot tell by itself what it is.
        let outside = Site { block: Some(&import.to), ..Site::plain() };
        if let Some(each) = &import.for_each {
            self.expr(each, &outside, &[]);
        }
        let inside = Site { each: import.for_each.is_some(), ..outside };
        for key in import.module_keys.iter().chain([&import.key]).flatten() {
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
        let outside = Site { block: Some(addr), check: resource.check.as_ref(), ..Site::plain() };
        let inside = self.repetition(&resource.repetition, &outside);
        if !matches!(resource.repetition, Repetition::Once) {
            self.repetitions.insert(addr.clone(), self.found.clone());
        }
        self.body(&resource.body, &inside, &mut Vec::new());
        if let Some(expr) = &resource.lifecycle.prevent_destroy {
            self.expr(expr, &outside, &[]);
        }
        if let Ignore::Asked(expr) = &resource.lifecycle.ignore_changes {
            self.expr(expr, &outside, &[]);
        }
        for expr in resource.timeouts.values() {
            self.expr(expr, &inside, &[]);
        }
        self.conditions("precondition", &resource.lifecycle.preconditions, &inside);
        self.conditions("postcondition", &resource.lifecycle.postconditions, &Site { own: true, ..inside });
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
        self.depends_on(&resource.depends_on);
        let used = resource.provider.as_ref();
        let provider = used.map_or_else(|| ProviderName::default_of(provider_of(&addr.kind)), |used| used.name.clone());
        if self.module.providers.iter().any(|block| block.name == provider) {
            self.found.insert(Node::Provider(provider));
        }
        if let Some(key) = used.and_then(|used| used.key.as_ref()) {
            self.expr(key, &inside, &[]);
        }
    }

    fn conditions(&mut self, kind: &str, conditions: &[Condition], site: &Site<'_>) {
        for condition in conditions {
            let before = self.found.len();
            let mut refers = false;
            references(&condition.condition, &mut |_, _, _| refers = true);
            self.expr(&condition.condition, site, &[]);
            if !refers && self.found.len() == before {
                let detail = format!(
                    "The {kind} expression must refer to at least one object from elsewhere in the configuration, \
                     or else its result would not be checking anything."
                );
                let wrong = Diagnostic::error(format!("Invalid {kind} expression"), detail);
                self.out.push(wrong.at(condition.condition.span));
            }
            self.expr(&condition.message, site, &[]);
        }
    }

    fn depends_on(&mut self, named: &[Dependency]) {
        for named in named {
            match named {
                Dependency::Block(block, span) => drop(self.block(block, *span)),
                Dependency::Local(name, span) => target::local(self, name, *span),
                Dependency::Variable(name, span) => target::variable(self, name, *span),
                Dependency::Module(call, span) => {
                    if target::call(self, call, *span).is_some() {
                        self.note(Node::Whole(call.clone()));
                    }
                }
            }
        }
    }

    /// Notes that an output of a called module is named.
    pub(super) fn uses(&mut self, call: &Name, output: Option<(Name, Span)>) {
        let name = output.as_ref().map(|(name, _)| name.clone());
        self.note(Node::Uses(call.clone(), name));
        self.outputs_used.extend(output.map(|output| OutputUse { call: call.clone(), output }));
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

fn index(needs: BTreeMap<Node, BTreeSet<Node>>, repetitions: &BTreeMap<BlockAddr, BTreeSet<Node>>) -> Index {
    let mut index = Index::default();
    for (node, needed) in &needs {
        let keeps = matches!(node, Node::Local(_) | Node::Output(_) | Node::Argument(..) | Node::Call(_));
        let mut values = Vec::new();
        for needed in needed {
            if keeps && is_value(needed) {
                index.users.entry(needed.clone()).or_default().push(node.clone());
            }
            if is_value(needed) && !matches!(needed, Node::Block(_)) {
                values.push(needed.clone());
            }
        }
        if !values.is_empty() {
            index.values_of.insert(node.clone(), values);
        }
    }
    for (addr, needed) in repetitions {
        for needed in needed.iter().filter(|needed| is_value(needed)) {
            index.users.entry(needed.clone()).or_default().push(Node::Block(addr.clone()));
        }
    }
    index.needs = needs;
    index
}

/// Whether a node has a value that others are made with.
fn is_value(node: &Node) -> bool {
    matches!(node, Node::Block(_) | Node::Local(_) | Node::Variable(_) | Node::Uses(..) | Node::Call(_))
}
