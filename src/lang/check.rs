//! `check` blocks: assertions about a whole configuration, which never stop anything.
//!
//! **Never:** decide what a failed assertion means; it is a warning wherever it is judged. In: a block,
//! later what is published. Out: a [`Check`] in the module, later what came of it. A data source
//! inside is a block like others, seen by its check alone. Source of the rules: Terraform, "Checks".

use crate::addr::checkable::{Checkable, Status};
use crate::addr::{Block as BlockAddr, Key, Mode, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::value::{Name, Type, Value};

use super::arguments::{argument, expect, labels};
use super::ast::Block;
use super::condition::{Verdict, evaluate, judge};
use super::frame::FrameId;
use super::load::Loader;
use super::module::{Check, Condition, Module, Node};
use super::names::Place;
use super::resource::condition;
use super::scope::{Scope, about};

/// A check that was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The worst of its assertions.
    pub status: Status,
    /// The messages of those that do not hold.
    pub problems: Vec<String>,
    /// Warnings about those, and errors about what cannot be evaluated.
    pub found: Diagnostics,
}

impl Loader<'_> {
    pub(super) fn check(&mut self, block: Block) {
        let Some([label]) = labels(&block, &["name"], &mut self.out) else { return };
        let name = label.text.clone();
        expect(&block.body, &[], &["data", "assert"], &mut self.out);
        let fresh = self.declare("check", &name, block.header, |at| {
            (
                format!("Duplicate check {name:?} configuration"),
                format!(
                    "A check block named {name:?} was already declared at {at}. Check blocks must be unique within each \
                     module."
                ),
            )
        });
        let mut check = Check { span: block.header, asserts: Vec::new(), data: None };
        for inner in block.body.blocks {
            match &*inner.name {
                "assert" => check.asserts.extend(condition(&inner, &mut self.out)),
                "data" => self.nested(inner, &name, &mut check),
                _ => {}
            }
        }
        if check.asserts.is_empty() && !self.out.has_errors() {
            let detail = "Check blocks must have at least one assert block.";
            self.out.push(Diagnostic::error("Zero assert blocks", detail).at(block.header));
        }
        if fresh {
            self.module.checks.insert(name, check);
        }
    }

    fn nested(&mut self, mut block: Block, check: &Name, of: &mut Check) {
        if of.data.is_some() {
            let detail = "This check block already has a data resource defined.";
            self.out.push(Diagnostic::error("Multiple data resource blocks", detail).at(block.header));
            return;
        }
        if let Some(lifecycle) = block.body.blocks.iter().find(|inner| &*inner.name == "lifecycle") {
            let detail = "Nested data blocks do not support \"lifecycle\" blocks as the lifecycle is managed by the \
                          containing block.";
            let wrong = Diagnostic::error("Invalid lifecycle block", detail).at(lifecycle.header);
            self.out.push(wrong.hint("Write its conditions as assert blocks of the check."));
        }
        block.body.blocks.retain(|inner| &*inner.name != "lifecycle");
        for word in ["count", "for_each"] {
            if let Some(repeated) = argument(&block.body, word) {
                let detail =
                    "The \"count\" and \"for_each\" meta-arguments are not supported within nested data blocks.";
                let wrong = Diagnostic::error(format!("Invalid {word:?} attribute"), detail);
                self.out.push(wrong.at(repeated.name_span));
                return;
            }
        }
        let [kind, name] = block.labels.as_slice() else {
            self.resource(block);
            return;
        };
        let (kind, name) = (kind.text.clone(), name.text.clone());
        let addr = BlockAddr { module: ModulePath::default(), mode: Mode::Data, kind, name };
        let known = self.module.blocks.contains_key(&addr);
        self.resource(block);
        if let Some(resource) = self.module.blocks.get_mut(&addr).filter(|_| !known) {
            resource.check = Some(check.clone());
            of.data = Some(addr);
        }
    }
}

impl Scope {
    /// Judges a check in one instance of its module. `later` says of what is not known that it will be.
    pub fn judge_check(&mut self, path: &ModulePath, name: &Name, later: bool) -> Judged {
        let mut judged = Judged { status: Status::Pass, problems: Vec::new(), found: Diagnostics::none() };
        let Some(frame) = self.names.at(path) else { return judged };
        let module = self.names.frame(frame).module.clone();
        let Some(check) = module.checks.get(name) else { return judged };
        self.names.settle(frame, &Node::Check(name.clone()));
        let place = Place::default();
        let reader = self.names.reader(frame, &place);
        for assert in &check.asserts {
            let mut out = Diagnostics::none();
            let verdict = judge(assert, &reader, &mut out);
            judged.status = judged.status.max(verdict.status());
            let told = match verdict {
                Verdict::Fails(message) => {
                    judged.problems.push(message.clone());
                    Some(("Check block assertion failed", message))
                }
                Verdict::Unknown if later => {
                    let detail = "The condition could not be evaluated at this time, a result will be known when this plan \
                                  is applied.";
                    Some(("Check block assertion known after apply", detail.to_owned()))
                }
                _ => None,
            };
            if let Some((summary, detail)) = told {
                let warning = Diagnostic::warning(summary, detail).at(assert.condition.span);
                judged.found.push(warning.seen(reader.seen(&assert.condition)));
            }
            judged.found.extend(out);
        }
        judged.found = about(judged.found, &Checkable::Check(name.clone()).within(path, &Key::None));
        judged
    }

    /// What has come, by now, of the conditions of something in one instance of its module; `key` says
    /// which instance of a block. Nothing is told: what fails has been reported where it was met.
    pub fn standing(&mut self, path: &ModulePath, what: &Checkable, key: &Key) -> Judged {
        if let Checkable::Check(name) = what {
            return self.judge_check(path, name, false);
        }
        let unknown = Judged { status: Status::Unknown, problems: Vec::new(), found: Diagnostics::none() };
        let Some(frame) = self.names.at(path) else { return unknown };
        let module = self.names.frame(frame).module.clone();
        let (mut place, mut own) = (Place::default(), Value::null(Type::Dynamic));
        if let Checkable::Block(block) = what {
            let addr = block.within(path.clone()).instance(key.clone());
            let Some(resource) = module.blocks.get(block) else { return unknown };
            let Ok(found) = self.place(frame, resource, &addr) else { return unknown };
            place = found;
            own = self.names.instance(&addr).unwrap_or_else(|| Value::unknown(Type::Dynamic));
        }
        let node = match what {
            Checkable::Check(name) => Node::Check(name.clone()),
            Checkable::Output(name) => Node::Output(name.clone()),
            Checkable::Block(block) => Node::Block(block.clone()),
            Checkable::Variable(name) => Node::Validation(name.clone()),
        };
        self.names.settle(frame, &node);
        let [before, after] = conditions(&module, what);
        let mut judged = Judged { status: Status::Pass, ..unknown };
        for (conditions, own) in [(before, None), (after, Some(own))] {
            place.own = own;
            let reader = self.names.reader(frame, &place);
            for condition in conditions {
                let verdict = judge(condition, &reader, &mut Diagnostics::none());
                judged.status = judged.status.max(verdict.status());
                if let Verdict::Fails(message) = verdict {
                    judged.problems.push(message);
                }
            }
        }
        judged
    }

    /// What is wrong with a check whatever the values are.
    pub(super) fn validate_check(&mut self, frame: FrameId, name: &Name) -> Diagnostics {
        let module = self.names.frame(frame).module.clone();
        let Some(check) = module.checks.get(name) else { return Diagnostics::none() };
        let place = Place::default();
        let reader = self.names.reader(frame, &place);
        let mut out = Diagnostics::none();
        evaluate(&check.asserts, &reader, &mut out);
        out.0.retain(|finding| finding.severity == Severity::Error);
        about(out, &Checkable::Check(name.clone()).within(&self.names.frame(frame).path, &Key::None))
    }
}

/// The conditions of something: those that are judged before it is there, and after.
fn conditions<'m>(module: &'m Module, what: &Checkable) -> [&'m [Condition]; 2] {
    let found = match what {
        Checkable::Check(name) => module.checks.get(name).map(|check| [check.asserts.as_slice(), &[]]),
        Checkable::Output(name) => module.outputs.get(name).map(|output| [output.preconditions.as_slice(), &[]]),
        Checkable::Variable(name) => module.variables.get(name).map(|variable| [variable.validations.as_slice(), &[]]),
        Checkable::Block(block) => module.blocks.get(block).map(|resource| {
            [resource.lifecycle.preconditions.as_slice(), resource.lifecycle.postconditions.as_slice()]
        }),
    };
    found.unwrap_or_default()
}

/// Everything in a module that has conditions.
pub fn checkables(module: &Module) -> Vec<Checkable> {
    let checks = module.checks.keys().cloned().map(Checkable::Check);
    let outputs = module.outputs.keys().cloned().map(Checkable::Output);
    let blocks = module.blocks.keys().cloned().map(Checkable::Block);
    let variables = module.variables.keys().cloned().map(Checkable::Variable);
    let all = checks.chain(outputs).chain(blocks).chain(variables);
    all.filter(|what| conditions(module, what).iter().any(|conditions| !conditions.is_empty())).collect()
}
