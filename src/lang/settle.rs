//! Settles values: locals, variables and outputs of module instances, and how often these stand.
//!
//! **Never:** recurse from value to value. In: a node that is about to be evaluated. Out: everything
//! that it refers to, evaluated and kept in its frame. What is published anew makes what was made
//! with it be forgotten; among five thousand instances only that of the one which changed.

use std::collections::BTreeMap;

use crate::addr::Key;
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::{Members, Name, Type, Value};

use super::arrive;
use super::ast::Expr;
use super::frame::{FrameId, Gathered, Settled};
use super::module::{Call, Node};
use super::names::{Names, Place};
use super::repeat::{self, Repeated};

/// A value to be settled, of a module instance.
type Item = (FrameId, Node);

impl Names {
    /// Settles what a node needs, those that need nothing first.
    pub(super) fn settle(&mut self, frame: FrameId, node: &Node) {
        let module = self.frame(frame).module.clone();
        let Some(wanted) = module.index.values_of.get(node) else { return };
        let open = wanted.iter().filter(|wanted| !self.is_settled(frame, wanted));
        let stack = open.map(|wanted| (frame, wanted.clone())).collect();
        self.settle_all(stack);
    }

    /// Settles a node itself, after what it needs.
    pub(super) fn settle_node(&mut self, frame: FrameId, node: Node) {
        if !self.is_settled(frame, &node) {
            self.settle_all(vec![(frame, node)]);
        }
    }

    fn is_settled(&self, frame: FrameId, node: &Node) -> bool {
        let here = self.frame(frame);
        match node {
            Node::Local(name) => here.locals.contains_key(name),
            Node::Variable(name) => here.parent.is_none() || here.variables.contains_key(name),
            Node::Output(name) => here.outputs.contains_key(name),
            Node::Call(name) => here.calls.contains_key(name),
            Node::Uses(call, output) => {
                let found = here.uses.get(&(call.clone(), output.clone()));
                found.is_some_and(|found| found.stale.is_empty())
            }
            _ => true,
        }
    }

    fn settle_all(&mut self, mut stack: Vec<Item>) {
        // An item whose needs were put on the stack is evaluated when it comes up again. One use of a
        // module comes up once more, because its instances are only known when its call is settled.
        let mut visits: BTreeMap<Item, u8> = BTreeMap::new();
        while let Some((frame, node)) = stack.last().cloned() {
            if self.is_settled(frame, &node) {
                stack.pop();
                continue;
            }
            let visits = visits.entry((frame, node.clone())).or_default();
            *visits += 1;
            if *visits < 3 {
                let before = stack.len();
                self.open_needs(frame, &node, &mut stack);
                if stack.len() > before {
                    continue;
                }
            }
            stack.pop();
            self.evaluate(frame, &node);
        }
    }

    /// What an item needs and is not settled.
    fn open_needs(&self, frame: FrameId, node: &Node, stack: &mut Vec<Item>) {
        let here = self.frame(frame);
        let (at, node) = match node {
            Node::Uses(call, output) => return self.open_outputs(frame, call, output.as_ref(), stack),
            Node::Variable(name) => match (here.parent, here.call()) {
                (Some(parent), Some(call)) => (parent, Node::Argument(call.clone(), name.clone())),
                _ => return,
            },
            node => (frame, node.clone()),
        };
        let needed = self.frame(at).module.index.values_of.get(&node).into_iter().flatten();
        stack.extend(needed.filter(|needed| !self.is_settled(at, needed)).map(|needed| (at, needed.clone())));
    }

    fn open_outputs(&self, frame: FrameId, call: &Name, output: Option<&Name>, stack: &mut Vec<Item>) {
        let here = self.frame(frame);
        match here.calls.get(call) {
            None => stack.push((frame, Node::Call(call.clone()))),
            Some(Err(_)) => {}
            Some(Ok(_)) => {
                let found = here.uses.get(&(call.clone(), output.cloned()));
                for (key, child) in here.children.get(call).into_iter().flatten() {
                    if found.is_some_and(|found| !found.stale.contains(key)) {
                        continue;
                    }
                    if self.cast.module(&self.frame(*child).path).is_some() {
                        continue;
                    }
                    let outputs = &self.frame(*child).module.outputs;
                    let named = outputs.keys().filter(|name| output.is_none_or(|output| output == *name));
                    let open =
                        named.map(|name| Node::Output(name.clone())).filter(|node| !self.is_settled(*child, node));
                    stack.extend(open.map(|node| (*child, node)));
                }
            }
        }
    }

    fn evaluate(&mut self, frame: FrameId, node: &Node) {
        let module = self.frame(frame).module.clone();
        match node {
            Node::Local(name) => {
                let Some(expr) = module.locals.get(name) else { return };
                let value = self.reader(frame, &Place::default()).value(expr);
                self.frame_mut(frame).locals.insert(name.clone(), value);
            }
            Node::Output(name) => {
                let Some(output) = module.outputs.get(name) else { return };
                let value = self.reader(frame, &Place::default()).value(&output.value);
                let value = value.and_then(|value| arrive::leaving(output, value));
                self.frame_mut(frame).outputs.insert(name.clone(), value);
            }
            Node::Variable(name) => self.evaluate_variable(frame, name),
            Node::Call(name) => {
                let Some(call) = module.calls.get(name) else { return };
                let repeated = self.evaluate_call(frame, call);
                if let Ok(repeated) = &repeated {
                    for key in repeated.keys() {
                        self.child(frame, name, &key);
                    }
                }
                self.frame_mut(frame).calls.insert(name.clone(), repeated);
            }
            Node::Uses(call, output) => self.gather_outputs(frame, call, output.as_ref()),
            _ => {}
        }
    }

    /// How often a call stands.
    fn evaluate_call(&self, frame: FrameId, call: &Call) -> Result<Repeated, Diagnostics> {
        let nowhere = Place::default();
        let reader = self.reader(frame, &nowhere);
        let repeated = repeat::read(&call.repetition, &reader, self.general)?;
        // The one instance that stands for all has no key.
        Ok(repeated.filter(|_| !self.general).unwrap_or(Repeated::Once))
    }

    /// What `each` and `count` mean in the arguments of the call that an instance comes from.
    pub(super) fn calling_place(&self, frame: FrameId) -> Result<Place, Diagnostics> {
        let here = self.frame(frame);
        let (Some(parent), Some(name)) = (here.parent, here.call()) else { return Ok(Place::default()) };
        let parent = self.frame(parent);
        let Some(call) = parent.module.calls.get(name) else { return Ok(Place::default()) };
        if self.general {
            return Ok(Place::any(&call.repetition));
        }
        let place = match (parent.calls.get(name), here.key()) {
            (Some(Err(wrong)), _) => return Err(wrong.clone()),
            (Some(Ok(repeated)), key) => repeated.place(&key),
            _ => None,
        };
        place.ok_or_else(|| {
            let detail = format!("The configuration of module.{name} has no instance {}.", here.path);
            Diagnostic::error("No such instance", detail).at(call.span).into()
        })
    }

    fn evaluate_variable(&mut self, frame: FrameId, name: &Name) {
        let here = self.frame(frame);
        let module = here.module.clone();
        let Some(variable) = module.variables.get(name) else { return };
        let (Some(parent), Some(call_name)) = (here.parent, here.call().cloned()) else { return };
        let calling = self.frame(parent).module.clone();
        let call = calling.calls.get(&call_name);
        let argument = call.and_then(|call| call.arguments.iter().find(|argument| argument.name == *name));
        let value = match argument {
            None => Ok(variable.default.clone().unwrap_or_else(|| Value::null(Type::Dynamic))),
            Some(argument) => self.argument(frame, parent, &argument.expr),
        };
        let at = argument.map(|argument| argument.expr.span);
        let value = value.and_then(|value| {
            let whose = format!("{}.var.{name}", self.frame(frame).path);
            let value = arrive::arriving(variable, value, &whose, at, &self.tree)?;
            // A value that a validation may refuse is not looked at before that has judged it: what comes
            // of a refused value has been said already.
            let open = self.general && !variable.validations.is_empty();
            Ok(if open { arrive::unseen(variable, value) } else { value })
        });
        self.frame_mut(frame).variables.insert(name.clone(), value);
        if argument.is_some() {
            self.frame_mut(parent).given.entry((call_name, name.clone())).or_default().push(frame);
        }
    }

    fn argument(&self, frame: FrameId, parent: FrameId, expr: &Expr) -> Settled {
        let place = self.calling_place(frame)?;
        self.reader(parent, &place).value(expr)
    }

    /// Puts the outputs of the instances of a call together, those that changed since.
    fn gather_outputs(&mut self, frame: FrameId, call: &Name, output: Option<&Name>) {
        let here = self.frame(frame);
        let repeated = match here.calls.get(call) {
            Some(Ok(repeated)) => repeated.clone(),
            Some(Err(wrong)) => {
                let mut gathered = Gathered::new(&Repeated::Once);
                gathered.set(&Key::None, Err(wrong.clone()));
                self.frame_mut(frame).uses.insert((call.clone(), output.cloned()), gathered);
                return;
            }
            None => return,
        };
        let place = (call.clone(), output.cloned());
        let once = here.module.calls.get(call).is_none_or(|call| call.repetition.is_single());
        let mut gathered = self.frame_mut(frame).uses.remove(&place).unwrap_or_else(|| Gathered::new(&repeated));
        if self.general && !once {
            gathered.set(&Key::None, Ok(Value::unknown(Type::Dynamic)));
        }
        for key in std::mem::take(&mut gathered.stale) {
            let child = self.frame(frame).children.get(call).and_then(|children| children.get(&key)).copied();
            let Some(child) = child else { continue };
            gathered.set(&key, self.outputs_of(child, output, once));
        }
        self.frame_mut(frame).uses.insert(place, gathered);
    }

    fn outputs_of(&self, child: FrameId, output: Option<&Name>, once: bool) -> Settled {
        let here = self.frame(child);
        let given = self.cast.module(&here.path);
        let value = |name: &Name| match (given, here.module.outputs.get(name)) {
            (Some(given), Some(output)) => {
                let value = given.get(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
                arrive::leaving(output, value)
            }
            _ => here.outputs.get(name).cloned().unwrap_or_else(|| Ok(Value::unknown(Type::Dynamic))),
        };
        match output {
            Some(name) if once => value(name),
            Some(name) => Ok(Value::object(Members::from([(name.clone(), value(name)?)]))),
            None => {
                let mut members = Members::new();
                for name in here.module.outputs.keys() {
                    members.insert(name.clone(), value(name)?);
                }
                Ok(Value::object(members))
            }
        }
    }

    /// Forgets everything that was made with the value of a node.
    pub(super) fn forget(&mut self, frame: FrameId, node: &Node) {
        let mut stack = vec![(frame, node.clone())];
        while let Some((frame, node)) = stack.pop() {
            let module = self.frame(frame).module.clone();
            for user in module.index.users.get(&node).into_iter().flatten() {
                self.forget_one(frame, user, &mut stack);
            }
        }
    }

    /// What is not there has no users that are there either.
    fn forget_one(&mut self, frame: FrameId, node: &Node, stack: &mut Vec<Item>) {
        let here = self.frame_mut(frame);
        match node {
            Node::Local(name) => {
                let gone = here.locals.remove(name);
                if gone.is_some() {
                    stack.push((frame, node.clone()));
                }
            }
            Node::Output(name) => {
                let gone = here.outputs.remove(name);
                if gone.is_some() {
                    self.forget_output(frame, name, stack);
                }
            }
            Node::Call(name) => {
                let gone = here.calls.remove(name);
                if gone.is_some() {
                    stack.push((frame, node.clone()));
                    let used: Vec<_> = here.uses.keys().filter(|(call, _)| call == name).cloned().collect();
                    for (call, output) in used {
                        here.uses.remove(&(call.clone(), output.clone()));
                        stack.push((frame, Node::Uses(call, output)));
                    }
                }
            }
            Node::Argument(call, name) => {
                let given = here.given.remove(&(call.clone(), name.clone())).unwrap_or_default();
                for child in given {
                    if self.frame_mut(child).variables.remove(name).is_some() {
                        stack.push((child, Node::Variable(name.clone())));
                    }
                }
            }
            Node::Block(block) => drop(here.repeated.remove(block)),
            _ => {}
        }
    }

    fn forget_output(&mut self, frame: FrameId, name: &Name, stack: &mut Vec<Item>) {
        let here = self.frame(frame);
        let (Some(parent), Some(call), key) = (here.parent, here.call().cloned(), here.key()) else { return };
        for output in [Some(name.clone()), None] {
            let Some(used) = self.frame_mut(parent).uses.get_mut(&(call.clone(), output.clone())) else { continue };
            let fresh = used.stale.is_empty();
            used.stale.insert(key.clone());
            if fresh {
                stack.push((parent, Node::Uses(call.clone(), output)));
            }
        }
    }
}
