//! Which attributes of which objects contribute to what is planned.
//!
//! **Never:** evaluate. In: a plan and its configuration. Out: the `relevant_attributes` of
//! Terraform's JSON output: references of what changes, followed through local values, variables and
//! outputs of modules, and the arguments of objects that are referred to. Outputs of called modules
//! always count as changing in a whole plan, because no state holds them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::addr::{Block, Key, Mode as BlockMode, ModulePath};
use crate::diag::Span;
use crate::lang::ast::{Body, Expr};
use crate::lang::describe::{Reference, referred};
use crate::lang::module::{Repetition, Resource};
use crate::lang::tree::Tree;
use crate::plan::Mode;
use crate::plan::change::{Action, Plan};
use crate::value::{Path, Step};

/// The objects and attributes, each once.
pub(super) fn relevant(plan: &Plan, tree: &Tree) -> Vec<Json> {
    let mut found = Found { tree, attributes: BTreeMap::new(), seen: BTreeSet::new(), waiting: Vec::new() };
    for change in plan.changes.iter().filter(|change| change.action != Action::NoOp) {
        if let Some(resource) = tree.resource(&change.addr.block) {
            found.body(&change.addr.block.module, &resource.body, resource);
        }
    }
    for (name, _) in plan.outputs.iter().filter(|(_, output)| output.before != output.after) {
        if let Some(declared) = tree.root().outputs.get(name) {
            found.waiting.push((ModulePath::ROOT, &declared.value, None));
        }
    }
    if plan.mode != Mode::Destroy && !plan.partial {
        for path in instances(plan, tree) {
            found.outputs(&path, None);
        }
    }
    found.follow();
    let of = |(resource, paths): (String, BTreeSet<Path>)| {
        paths.into_iter().map(move |path| json!({ "resource": resource, "attribute": super::path(&path) }))
    };
    found.attributes.into_iter().flat_map(of).collect()
}

/// The instances of called modules, as far as the plan or the text of their calls shows them.
fn instances(plan: &Plan, tree: &Tree) -> BTreeSet<ModulePath> {
    let mut found: BTreeSet<ModulePath> = BTreeSet::from([ModulePath::ROOT]);
    let stays = plan.changes.iter().filter(|change| !matches!(change.action, Action::Delete | Action::Forget));
    let stays = stays.map(|change| &change.addr).chain(plan.answers.keys());
    for path in stays.map(|addr| &addr.block.module) {
        if tree.find(path).is_some() && !found.contains(path) {
            found.extend((1..=path.0.len()).map(|depth| ModulePath(path.0[..depth].to_vec())));
        }
    }
    // A call without repetition has its one instance wherever it stands.
    let mut waiting: Vec<ModulePath> = found.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let Some(unit) = tree.find(&path) else { continue };
        for (name, call) in &tree.unit(unit).module.calls {
            let inner = path.call(name, Key::None);
            if matches!(call.repetition, Repetition::Once) && found.insert(inner.clone()) {
                waiting.push(inner);
            }
        }
    }
    found.remove(&ModulePath::ROOT);
    found
}

struct Found<'t> {
    tree: &'t Tree,
    attributes: BTreeMap<String, BTreeSet<Path>>,
    seen: BTreeSet<(ModulePath, Span)>,
    /// Expressions, with the module instance and the block that they stand in.
    waiting: Vec<(ModulePath, &'t Expr, Option<&'t Resource>)>,
}

impl<'t> Found<'t> {
    fn body(&mut self, path: &ModulePath, body: &'t Body, of: &'t Resource) {
        self.waiting.extend(body.attributes.iter().map(|attribute| (path.clone(), &attribute.expr, Some(of))));
        body.blocks.iter().for_each(|block| self.body(path, &block.body, of));
    }

    /// Goes from expression to expression in a loop: chains of local values are long.
    fn follow(&mut self) {
        while let Some((path, expr, of)) = self.waiting.pop() {
            if !self.seen.insert((path.clone(), expr.span)) {
                continue;
            }
            for reference in referred(expr) {
                self.reference(&path, &reference, of);
            }
        }
    }

    fn reference(&mut self, path: &ModulePath, reference: &Reference, of: Option<&'t Resource>) {
        if reference.is_resource() {
            return self.resource(path, reference);
        }
        let tree = self.tree;
        let Some(unit) = tree.find(path) else { return };
        let module = &tree.unit(unit).module;
        let named = match reference.path.0.first() {
            Some(Step::Attr(name)) => name,
            _ => return,
        };
        match &*reference.root {
            "local" => self.waiting.extend(module.locals.get(named).map(|expr| (path.clone(), expr, None))),
            "var" => {
                let Some((_, call)) = tree.call(unit) else { return };
                let caller = ModulePath(path.0[..path.0.len().saturating_sub(1)].to_vec());
                let argument = call.arguments.iter().find(|argument| argument.name == *named);
                self.waiting.extend(argument.map(|argument| (caller, &argument.expr, None)));
            }
            "module" => {
                let subject = reference.subject();
                let key = match reference.path.0.get(1).filter(|_| subject > 1) {
                    Some(Step::Index(index)) => u64::try_from(*index).map_or(Key::None, Key::Int),
                    Some(Step::Key(key)) => Key::Str(key.clone()),
                    _ => Key::None,
                };
                self.outputs(&path.call(named, key), reference.path.0.get(subject));
            }
            "each" | "count" => {
                let repetition = of.and_then(|resource| resource.repetition.argument());
                self.waiting.extend(repetition.map(|(_, expr)| (path.clone(), expr, of)));
            }
            _ => {}
        }
    }

    /// One output of a module instance, or all.
    fn outputs(&mut self, path: &ModulePath, which: Option<&Step>) {
        let tree = self.tree;
        let Some(unit) = tree.find(path) else { return };
        for (name, output) in &tree.unit(unit).module.outputs {
            if which.is_none_or(|which| matches!(which, Step::Attr(own) if own == name)) {
                self.waiting.push((path.clone(), &output.value, None));
            }
        }
    }

    /// An object counts itself, and so does what the argument that is referred to is made of.
    fn resource(&mut self, path: &ModulePath, reference: &Reference) {
        let subject = reference.subject();
        let rest: Vec<Step> = reference.path.0.iter().skip(subject).cloned().collect();
        let shown = reference.shown(subject);
        let shown = if path.is_root() { shown } else { format!("{path}.{shown}") };
        let tree = self.tree;
        if let Some(resource) = block(reference).and_then(|block| tree.resource(&block.within(path.clone()))) {
            match rest.first() {
                None => self.body(path, &resource.body, resource),
                Some(Step::Attr(name)) => {
                    let attribute = resource.body.attributes.iter().find(|attribute| attribute.name == *name);
                    self.waiting.extend(attribute.map(|attribute| (path.clone(), &attribute.expr, Some(resource))));
                    for inner in resource.body.blocks.iter().filter(|inner| inner.name == *name) {
                        self.body(path, &inner.body, resource);
                    }
                }
                Some(_) => {}
            }
        }
        self.attributes.entry(shown).or_default().insert(Path(rest));
    }
}

fn block(reference: &Reference) -> Option<Block> {
    let names: Vec<_> = reference.path.0.iter().take(reference.named()).collect();
    match (&*reference.root, names.as_slice()) {
        ("data", [Step::Attr(kind), Step::Attr(name)]) => {
            Some(Block::root(BlockMode::Data, kind.clone(), name.clone()))
        }
        (kind, [Step::Attr(name)]) => Some(Block::root(BlockMode::Managed, kind, name.clone())),
        _ => None,
    }
}
