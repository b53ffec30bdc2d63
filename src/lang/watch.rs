//! Which objects a configuration refers to for something that changes by itself while they run.
//!
//! **Never:** evaluate. In: modules and the schemas. Out: blocks whose objects must be looked at
//! singly, because lists do not return such attributes. Where a reference cannot be followed it
//! counts as one to everything, so an answer is never stale; `for` over instances is followed.

use std::collections::BTreeSet;

use crate::addr::{Block as BlockAddr, Mode};
use crate::diag::Span;
use crate::schema::{Block as Schema, Schemas};
use crate::value::Name;

use super::ast::{Access, Body, Expr, ExprKind, Part};
use super::module::{Module, Repetition};
use super::reference::{Target, resolve};
use super::tree::Tree;

/// The managed blocks of which the configuration uses an attribute that changes by itself.
#[must_use]
pub fn watched(tree: &Tree, schemas: &Schemas) -> BTreeSet<BlockAddr> {
    let units = tree.units();
    units
        .flat_map(|(id, unit)| within(&unit.module, schemas).into_iter().map(move |block| tree.block(id, &block)))
        .collect()
}

/// Those of one module. Whatever goes from module to module is looked at where it goes out.
fn within(module: &Module, schemas: &Schemas) -> BTreeSet<BlockAddr> {
    let mut watch = Watch { module, schemas, own: None, bound: Vec::new(), found: BTreeSet::new() };
    for expr in module.locals.values() {
        watch.expr(expr);
    }
    for output in module.outputs.values() {
        watch.expr(&output.value);
        for condition in &output.preconditions {
            watch.expr(&condition.condition);
            watch.expr(&condition.message);
        }
    }
    for provider in &module.providers {
        provider.for_each.iter().for_each(|each| watch.expr(each));
        watch.body(&provider.body);
    }
    for call in module.calls.values() {
        call.arguments.iter().for_each(|argument| watch.expr(&argument.expr));
        watch.repetition(&call.repetition);
    }
    for (addr, resource) in &module.blocks {
        watch.own = Some(addr);
        watch.body(&resource.body);
        watch.repetition(&resource.repetition);
        for provisioner in &resource.provisioners {
            watch.body(&provisioner.body);
        }
        for condition in resource.lifecycle.preconditions.iter().chain(&resource.lifecycle.postconditions) {
            watch.expr(&condition.condition);
            watch.expr(&condition.message);
        }
    }
    watch.found
}

/// What a name stands for: instances of a block, at a place of its schema.
#[derive(Clone, Copy)]
struct At<'m> {
    block: &'m BlockAddr,
    schema: &'m Schema,
}

struct Watch<'m> {
    module: &'m Module,
    schemas: &'m Schemas,
    own: Option<&'m BlockAddr>,
    bound: Vec<(Name, Option<At<'m>>)>,
    found: BTreeSet<BlockAddr>,
}

impl<'m> Watch<'m> {
    fn body(&mut self, body: &Body) {
        body.attributes.iter().for_each(|attribute| self.expr(&attribute.expr));
        body.blocks.iter().for_each(|block| self.body(&block.body));
    }

    fn repetition(&mut self, repetition: &Repetition) {
        match repetition {
            Repetition::Once => {}
            Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr) => self.expr(expr),
        }
    }

    /// What a reference begins at, and the steps that are left.
    fn start<'s>(&self, name: &Name, steps: &'s [Access], span: Span) -> Option<(At<'m>, &'s [Access])> {
        if let Some((_, at)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            return at.map(|at| (at, steps));
        }
        let (addr, used) = match resolve(name, steps, span) {
            Ok((Target::Block(addr), used)) if addr.mode == Mode::Managed => (addr, used),
            Ok((Target::Own, used)) => (self.own?.clone(), used),
            _ => return None,
        };
        let (block, _) = self.module.blocks.get_key_value(&addr)?;
        let schema = &self.schemas.managed.get(&block.kind)?.block;
        Some((At { block, schema }, &steps[used..]))
    }

    fn reference(&mut self, name: &Name, steps: &[Access], span: Span) {
        if let Some((at, rest)) = self.start(name, steps, span)
            && end(at, rest).is_some_and(|at| at.schema.is_volatile())
        {
            self.found.insert(at.block.clone());
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Reference(name, steps) => {
                self.reference(name, steps, expr.span);
                expr.inner(&mut |inner, _| self.expr(inner));
            }
            ExprKind::Binary(..) => self.chain(expr),
            ExprKind::Template(parts) => self.parts(parts),
            // How many there are and what they are called does not change by itself.
            ExprKind::Call(call) if matches!(&*call.name, "length" | "keys") => {}
            ExprKind::For(comprehension) => {
                let element = self.collection(&comprehension.collection);
                let inner = [comprehension.key.as_ref(), Some(&comprehension.value), comprehension.condition.as_ref()];
                self.binding(comprehension.key_name.as_ref(), &comprehension.value_name, element, |watch| {
                    inner.into_iter().flatten().for_each(|part| watch.expr(part));
                });
            }
            _ => expr.inner(&mut |inner, _| self.expr(inner)),
        }
    }

    /// Operators nest on the left once for each, so a long chain is followed by its references.
    fn chain(&mut self, expr: &Expr) {
        let mut here = expr;
        while let ExprKind::Binary(_, left, right) = &here.kind {
            self.expr(right);
            here = left;
        }
        self.expr(here);
    }

    /// What the elements of a collection are, if it is one of instances or blocks; otherwise it is
    /// an expression like others.
    fn collection(&mut self, expr: &Expr) -> Option<At<'m>> {
        let mut inner = expr;
        loop {
            match &inner.kind {
                ExprKind::Parens(own) => inner = own,
                ExprKind::Call(call) if &*call.name == "values" && call.args.len() == 1 => inner = &call.args[0],
                _ => break,
            }
        }
        let at = match &inner.kind {
            ExprKind::Reference(name, steps) => {
                self.start(name, steps, inner.span).and_then(|(at, rest)| end(at, rest))
            }
            _ => None,
        };
        if at.is_none() {
            self.expr(expr);
        }
        at
    }

    fn binding(&mut self, key: Option<&Name>, value: &Name, at: Option<At<'m>>, run: impl FnOnce(&mut Self)) {
        let depth = self.bound.len();
        self.bound.extend(key.map(|key| (key.clone(), None)));
        self.bound.push((value.clone(), at));
        run(self);
        self.bound.truncate(depth);
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(..) => {}
                Part::Interpolation(inner) => self.expr(inner),
                Part::If { condition, yes, no } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                Part::For { key_name, value_name, collection, body } => {
                    let element = self.collection(collection);
                    self.binding(key_name.as_ref(), value_name, element, |watch| watch.parts(body));
                }
            }
        }
    }
}

/// Where steps lead inside a schema; nothing when to an attribute that stays as it is. One that
/// changes by itself counts as all that is around it.
fn end<'m>(mut at: At<'m>, steps: &[Access]) -> Option<At<'m>> {
    for step in steps {
        match step {
            Access::Attr(name, _) => match (at.schema.attribute(name), at.schema.nested(name)) {
                (Some(attribute), _) => return attribute.volatile.then_some(at),
                (None, Some(nested)) => at.schema = &nested.block,
                (None, None) => {}
            },
            Access::Index(..) => {}
            Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => at = end(at, inner)?,
        }
    }
    Some(at)
}
