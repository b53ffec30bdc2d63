//! The instances of called modules: which there are, and what is wrong with what goes in and out.
//!
//! **Never:** plan. In: a scope and a node of the tree. Out: paths of module instances, with keys,
//! and findings, each of them once for each instance.

use crate::addr::checkable::Checkable;
use crate::addr::{Key, ModulePath};
use crate::diag::Diagnostics;
use crate::value::Name;

use super::condition;
use super::frame::FrameId;
use super::module::Node;
use super::names::Place;
use super::scope::{Scope, about};
use super::tree::{Spot, UnitId};
use super::waits::Open;

impl Scope {
    /// The instances of a module, in the order of their keys. The calls that they come from must be
    /// known.
    ///
    /// # Errors
    /// What is wrong with the `count` or `for_each` of a call.
    pub fn instances(&mut self, unit: UnitId) -> Result<Vec<ModulePath>, Diagnostics> {
        let frames = self.frames(unit)?;
        Ok(frames.into_iter().map(|frame| self.names.frame(frame).path.clone()).collect())
    }

    /// Whether the configuration has a module instance; nothing if its calls are not known.
    pub fn has_instance(&mut self, path: &ModulePath) -> Option<bool> {
        let mut frame = FrameId::ROOT;
        for step in &path.0 {
            self.names.settle_node(frame, Node::Call(step.name.clone()));
            match self.names.frame(frame).calls.get(&step.name) {
                Some(Ok(repeated)) if repeated.has(&step.key) => {}
                Some(Err(_)) => return None,
                _ => return Some(false),
            }
            let Some(child) = self.names.child(frame, &step.name, &step.key) else { return Some(false) };
            if self.is_played(child) {
                return Some(false);
            }
            frame = child;
        }
        Some(true)
    }

    fn frames(&mut self, unit: UnitId) -> Result<Vec<FrameId>, Diagnostics> {
        let tree = self.tree.clone();
        let mut frames = vec![FrameId::ROOT];
        for step in &tree.unit(unit).path.0 {
            let mut inner = Vec::new();
            for frame in frames {
                inner.extend(self.called(frame, &step.name)?);
            }
            frames = inner;
        }
        Ok(frames)
    }

    /// The instances of a call in a module instance.
    fn called(&mut self, frame: FrameId, call: &Name) -> Result<Vec<FrameId>, Diagnostics> {
        let node = Node::Call(call.clone());
        self.names.settle_node(frame, node.clone());
        let here = self.names.frame(frame);
        let keys: Vec<Key> = match here.calls.get(call) {
            Some(Ok(repeated)) => repeated.keys(),
            Some(Err(_)) => return Err(self.wrong_with(frame, &node)),
            None => Vec::new(),
        };
        let all: Vec<FrameId> = keys.iter().filter_map(|key| self.names.child(frame, call, key)).collect();
        Ok(all.into_iter().filter(|child| !self.is_played(*child)).collect())
    }

    /// Whether a test stands in for a module instance, so that nothing in it exists.
    fn is_played(&self, frame: FrameId) -> bool {
        self.names.cast.module(&self.names.frame(frame).path).is_some()
    }

    /// What is wrong with a node, in all instances of its module: calls, validations and locals, and
    /// of called modules variables and outputs. Also what nothing refers to must be sound.
    pub fn judge(&mut self, spot: &Spot) -> Diagnostics {
        let called = spot.unit != UnitId::ROOT;
        let looked_at = match spot.node {
            // Those of the root were judged with what was known when its variables were decided.
            Node::Call(_) | Node::Validation(_) | Node::Local(_) => true,
            Node::Variable(_) | Node::Output(_) => called,
            _ => false,
        };
        if !looked_at {
            return Diagnostics::none();
        }
        let frames = match self.frames(spot.unit) {
            Ok(frames) => frames,
            Err(wrong) => return wrong,
        };
        let mut out = Diagnostics::none();
        for frame in frames {
            out.extend(match &spot.node {
                Node::Validation(name) => self.validation(frame, name),
                Node::Output(name) => self.called_output(frame, name, true),
                node => {
                    self.names.settle_node(frame, node.clone());
                    self.wrong_with(frame, node)
                }
            });
        }
        out
    }

    /// What is wrong with the validations of a variable, or with an output, in one instance of its module.
    pub fn judge_at(&mut self, spot: &Spot, path: &ModulePath) -> Diagnostics {
        let Some(frame) = self.names.at(path) else { return Diagnostics::none() };
        match &spot.node {
            Node::Validation(name) => self.validation(frame, name),
            Node::Output(name) => self.called_output(frame, name, true),
            _ => Diagnostics::none(),
        }
    }

    /// What the `count` or `for_each` of a call waits for, if it is not known yet.
    pub fn waits_for(&mut self, spot: &Spot) -> Option<Open> {
        let Node::Call(call) = &spot.node else { return None };
        let tree = self.tree.clone();
        let call = tree.unit(spot.unit).module.calls.get(call)?;
        for frame in self.frames(spot.unit).ok()? {
            self.names.settle_node(frame, spot.node.clone());
            if matches!(self.names.frame(frame).calls.get(&call.name), Some(Err(_)))
                && let Some(open) = self.open(frame, &call.repetition).filter(|open| !open.on.is_empty())
            {
                return Some(open);
            }
        }
        None
    }

    /// What is wrong with a settled node.
    pub(super) fn wrong_with(&self, frame: FrameId, node: &Node) -> Diagnostics {
        let here = self.names.frame(frame);
        let wrong = match node {
            Node::Local(name) => here.locals.get(name).and_then(|settled| settled.as_ref().err()),
            Node::Variable(name) => here.variables.get(name).and_then(|settled| settled.as_ref().err()),
            Node::Output(name) => here.outputs.get(name).and_then(|settled| settled.as_ref().err()),
            Node::Call(name) => here.calls.get(name).and_then(|settled| settled.as_ref().err()),
            _ => None,
        };
        let Some(wrong) = wrong.cloned() else { return Diagnostics::none() };
        match node {
            Node::Call(name) => about(wrong, &here.path.call(name, Key::None).to_string()),
            Node::Variable(_) => about(wrong, &here.path.to_string()),
            _ => wrong,
        }
    }

    /// The output of a called module: its preconditions and its value.
    pub(super) fn called_output(&mut self, frame: FrameId, name: &Name, judged: bool) -> Diagnostics {
        let node = Node::Output(name.clone());
        self.names.settle_node(frame, node.clone());
        let module = self.names.frame(frame).module.clone();
        let mut out = Diagnostics::none();
        let place = Place::default();
        if let Some(output) = module.outputs.get(name).filter(|output| !output.preconditions.is_empty()) {
            self.names.settle(frame, &node);
            let judged = judged.then_some(self.severity);
            condition::of_output(output, judged, &self.names.reader(frame, &place), &mut out);
        }
        out.extend(self.wrong_with(frame, &node));
        let path = self.names.frame(frame).path.clone();
        // What fails is told of each instance, whatever it is worth.
        let (failed, rest) = out.0.into_iter().partition(|found| found.summary == condition::OUTPUT_FAILED);
        let mut told = Diagnostics(failed);
        told.extend(self.keep_warnings(Diagnostics(rest)));
        about(told, &format!("{path}.output.{name}"))
    }

    /// The validations of a variable of a called module.
    fn validation(&mut self, frame: FrameId, name: &Name) -> Diagnostics {
        self.names.settle(frame, &Node::Validation(name.clone()));
        let here = self.names.frame(frame);
        let (module, path) = (here.module.clone(), here.path.clone());
        let Some(variable) = module.variables.get(name) else { return Diagnostics::none() };
        // What is wrong with the value itself was said where it came in.
        if here.variables.get(name).is_none_or(Result::is_err) {
            return Diagnostics::none();
        }
        let given = self.tree.call(here.unit).and_then(|(_, call)| {
            let argument = call.arguments.iter().find(|argument| argument.name == *name)?;
            Some(argument.expr.span)
        });
        let place = Place::default();
        let reader = self.names.reader(frame, &place);
        let mut out = Diagnostics::none();
        let whose = Checkable::Variable(name.clone()).within(&path, &Key::None);
        let rule = |span| self.tree.place(span).to_owned();
        condition::of_variable(variable, (&whose, given.unwrap_or(variable.span)), rule, &reader, &mut out);
        self.keep_warnings(out)
    }
}
