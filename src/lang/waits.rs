//! What an unknown `count` or `for_each` waits for: the attributes in it that are not known yet.
//!
//! **Never:** decide what follows from it; the planner does. In: an expression that came out unknown.
//! Out: the references in it, through locals, whose own values are unknown.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::addr::{Block as BlockAddr, Key};
use crate::diag::Span;
use crate::value::Name;

use super::ast::{Access, Expr, ExprKind};
use super::eval::references;
use super::fixed;
use super::frame::FrameId;
use super::module::Node;
use super::names::{Names, Place, named_output};
use super::reference::{Target, resolve};

/// The instances of a block, as far as that can be said.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// These.
    Known(Vec<Key>),
    /// What decides it is not known yet.
    Unknown(Open),
}

/// What is not known of a repetition.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// `count`, `for_each`, ...
    pub word: &'static str,
    /// The expression.
    pub span: Span,
    /// The references in it that are not known, as they are written: `azurerm_resource_group.main.id`.
    pub waits: Vec<Name>,
    /// The blocks that these name.
    pub on: Vec<BlockAddr>,
}

/// Finds what in an expression of a module instance is not known.
pub(super) fn open(names: &Names, frame: FrameId, word: &'static str, expr: &Expr) -> Open {
    let mut open = Open { word, span: expr.span, waits: Vec::new(), on: Vec::new() };
    let mut seen: BTreeSet<(FrameId, Node)> = BTreeSet::new();
    let mut todo: Vec<(FrameId, Rc<Place>, &Expr)> = vec![(frame, Rc::default(), expr)];
    while let Some((frame, place, expr)) = todo.pop() {
        references(expr, &mut |root, steps, span| {
            let Ok((target, used)) = resolve(root, steps, span) else { return };
            let mut behind = match target {
                Target::Local(name) => vec![(frame, Node::Local(name))],
                Target::Variable(name) => vec![(frame, Node::Variable(name))],
                Target::Module(call) => outputs(names, frame, &call, &steps[used..]),
                Target::Block(block) => {
                    let own = Expr { kind: ExprKind::Reference(root.clone(), steps.to_vec()), span };
                    if !names.reader(frame, &place).value(&own).is_ok_and(|value| value.is_wholly_known()) {
                        let here = names.frame(frame);
                        let module = if here.path.is_root() { String::new() } else { format!("{}.", here.path) };
                        note(&mut open.waits, format!("{module}{}", written(root, steps)).into());
                        note(&mut open.on, block.within(here.path.declared()));
                    }
                    return;
                }
                _ => return,
            };
            behind.retain(|item| seen.insert(item.clone()));
            todo.extend(behind.into_iter().filter_map(|(frame, node)| source(names, frame, &node)));
        });
    }
    open
}

/// The outputs of a called module that a reference names.
fn outputs(names: &Names, frame: FrameId, call: &Name, steps: &[Access]) -> Vec<(FrameId, Node)> {
    let wanted = named_output(steps);
    let mut found = Vec::new();
    for child in names.frame(frame).children.get(call).into_iter().flat_map(|children| children.values()) {
        let all = names.frame(*child).module.outputs.keys();
        let named = all.filter(|name| wanted.is_none_or(|wanted| wanted == *name));
        found.extend(named.map(|name| (*child, Node::Output(name.clone()))));
    }
    found
}

/// The expression behind a node, and where it is evaluated.
fn source<'n>(names: &'n Names, frame: FrameId, node: &Node) -> Option<(FrameId, Rc<Place>, &'n Expr)> {
    let here = names.frame(frame);
    match node {
        Node::Local(name) => Some((frame, Rc::default(), here.module.locals.get(name)?)),
        Node::Output(name) => Some((frame, Rc::default(), &here.module.outputs.get(name)?.value)),
        Node::Variable(name) => {
            let parent = here.parent?;
            let call = names.frame(parent).module.calls.get(here.call()?)?;
            let argument = call.arguments.iter().find(|argument| argument.name == *name)?;
            Some((parent, Rc::new(names.calling_place(frame).ok()?), &argument.expr))
        }
        _ => None,
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A reference as it is written, as far as its steps are fixed.
fn written(root: &Name, steps: &[Access]) -> String {
    let mut text = root.to_string();
    for step in steps {
        match step {
            Access::Attr(name, _) => text.push_str(&format!(".{name}")),
            Access::Index(index, _) => match fixed::key(index) {
                Some(key) => text.push_str(&key.to_string()),
                None => text.push_str("[...]"),
            },
            Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => {
                text.push_str(&format!("[*]{}", written(&"".into(), inner)));
            }
        }
    }
    text
}
