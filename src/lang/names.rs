//! What names mean at the moment: variables, locals, and the blocks published so far.
//!
//! **Never:** recurse from local to local: [`Names::settle`] evaluates what an expression needs
//! first, in a loop. Publishing a block forgets the locals that depend on it, and only them.
//! The decision to question: the instances of a block are kept as the tuple or object that a
//! reference to the whole block gives, so that such a reference costs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::addr::{Addr, Block as BlockAddr, Key};
use crate::diag::{Diagnostics, Span};
use crate::schema::Schemas;
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::ast::{Access, Expr, ExprKind};
use super::eval::{Env, eval};
use super::host::Host;
use super::inputs::Inputs;
use super::module::{Module, Node, Repetition, Variable};
use super::reference::{Target, resolve};
use super::shape::Kinds;

/// The instances of a block.
#[derive(Clone, Debug)]
enum Instances {
    One(Option<Value>),
    Counted(Arc<Vec<Value>>),
    Keyed(Arc<Members>),
}

/// What is published of a block.
#[derive(Clone, Debug)]
struct Published {
    /// The instances that the block has; nothing before they are decided.
    keys: Option<Vec<Key>>,
    instances: Instances,
    /// When it was published last.
    generation: u64,
}

/// What `each`, `count` and `self` mean in an instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) each: Option<(Value, Value)>,
    pub(super) index: Option<Value>,
    pub(super) own: Option<Value>,
}

/// The meaning of all names.
pub(super) struct Names {
    pub(super) kinds: Kinds,
    host: Host,
    applying: bool,
    variables: BTreeMap<Name, Value>,
    locals: BTreeMap<Name, Result<Value, Diagnostics>>,
    blocks: BTreeMap<BlockAddr, Published>,
    generation: u64,
}

/// Reads expressions at a place.
pub(super) struct Reader<'a> {
    pub(super) module: &'a Module,
    pub(super) names: &'a Names,
    pub(super) place: &'a Place,
    /// The iterators of the `dynamic` blocks around.
    pub(super) bound: Vec<(Name, Value)>,
}

impl Reader<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, Diagnostics> {
        if let ExprKind::Literal(value) = &expr.kind {
            return Ok(value.clone());
        }
        let lookup =
            |root: &Name, steps: &[Access], span: Span| self.names.look_up(self.module, self.place, root, steps, span);
        let bound = self.bound.clone();
        eval(expr, &mut Env { lookup: &lookup, bound, host: &self.names.host, applying: self.names.applying })
    }
}

impl Names {
    pub(super) fn new(inputs: &Inputs, schemas: Rc<Schemas>, host: Host, applying: bool) -> Names {
        Names {
            kinds: Kinds::new(schemas),
            host,
            applying,
            variables: inputs.0.clone(),
            locals: BTreeMap::new(),
            blocks: BTreeMap::new(),
            generation: 0,
        }
    }

    /// A reader outside of all instances.
    pub(super) fn reader<'a>(&'a self, module: &'a Module, place: &'a Place) -> Reader<'a> {
        Reader { module, names: self, place, bound: Vec::new() }
    }

    /// Evaluates the locals that a node needs, those that need none first.
    pub(super) fn settle(&mut self, module: &Module, node: &Node) {
        let Some(wanted) = module.index.locals_of.get(node) else { return };
        let missing = wanted.iter().filter(|name| !self.locals.contains_key(*name));
        let stack = missing.cloned().collect();
        self.settle_all(module, stack);
    }

    /// Evaluates a local, after those that it needs.
    pub(super) fn settle_local(&mut self, module: &Module, name: &Name) {
        self.settle_all(module, vec![name.clone()]);
    }

    fn settle_all(&mut self, module: &Module, mut stack: Vec<Name>) {
        let mut waiting = BTreeSet::new();
        while let Some(name) = stack.last().cloned() {
            if self.locals.contains_key(&name) {
                stack.pop();
                continue;
            }
            if waiting.insert(name.clone())
                && let Some(needed) = module.index.locals_of.get(&Node::Local(name.clone()))
            {
                let missing = needed.iter().filter(|needed| !self.locals.contains_key(*needed));
                let before = stack.len();
                stack.extend(missing.cloned());
                if stack.len() > before {
                    continue;
                }
            }
            stack.pop();
            if let Some(expr) = module.locals.get(&name) {
                let value = self.reader(module, &Place::default()).value(expr);
                self.locals.insert(name, value);
            }
        }
    }

    /// The value of a local that was settled.
    pub(super) fn local(&self, name: &str) -> Option<&Result<Value, Diagnostics>> {
        self.locals.get(name)
    }

    /// Makes an instance's value visible.
    pub(super) fn publish(&mut self, module: &Module, addr: &Addr, value: Value) {
        self.forget(module, &addr.block);
        let (value, unknown) = match self.kinds.of(&addr.block) {
            Some((schema, shape)) => (shape.mark(value, &schema.block), Value::unknown_not_null(shape.ty.clone())),
            None => (value, Value::unknown(Type::Dynamic)),
        };
        let published = self.touch(&addr.block);
        match (&addr.key, &mut published.instances) {
            (Key::None, Instances::One(slot)) => *slot = Some(value),
            (Key::None, instances) => *instances = Instances::One(Some(value)),
            (Key::Int(index), instances) => {
                if !matches!(instances, Instances::Counted(_)) {
                    *instances = Instances::Counted(Arc::default());
                }
                let Instances::Counted(members) = instances else { return };
                let Ok(index) = usize::try_from(*index) else { return };
                let members = Arc::make_mut(members);
                if members.len() <= index {
                    members.resize(index + 1, unknown);
                }
                members[index] = value;
            }
            (Key::Str(key), instances) => {
                if !matches!(instances, Instances::Keyed(_)) {
                    *instances = Instances::Keyed(Arc::default());
                }
                let Instances::Keyed(members) = instances else { return };
                Arc::make_mut(members).insert(key.clone(), value);
            }
        }
    }

    /// Says which instances a block has. Values of instances that stay are kept.
    pub(super) fn publish_keys(&mut self, module: &Module, block: &BlockAddr, keys: Vec<Key>) {
        self.forget(module, block);
        let ty = self.kinds.of(block).map_or(Type::Dynamic, |(_, shape)| shape.ty.clone());
        let repetition = module.blocks.get(block).map(|resource| &resource.repetition);
        let counted = matches!(repetition, Some(Repetition::Count(_)));
        let keyed = matches!(repetition, Some(Repetition::ForEach(_)));
        let published = self.touch(block);
        let old = std::mem::replace(&mut published.instances, Instances::One(None));
        let unknown = || Value::unknown_not_null(ty.clone());
        published.instances = if counted {
            let length = keys.iter().filter_map(position).map(|index| index + 1).max().unwrap_or(0);
            let mut members = match old {
                Instances::Counted(members) => Arc::unwrap_or_clone(members),
                _ => Vec::new(),
            };
            members.truncate(length);
            members.resize(length, unknown());
            Instances::Counted(Arc::new(members))
        } else if keyed {
            let before = match old {
                Instances::Keyed(members) => members,
                _ => Arc::default(),
            };
            let members = keys.iter().filter_map(|key| match key {
                Key::Str(key) => Some((key.clone(), before.get(key).cloned().unwrap_or_else(unknown))),
                _ => None,
            });
            Instances::Keyed(Arc::new(members.collect()))
        } else {
            old
        };
        published.keys = Some(keys);
    }

    /// The instance keys of a block, once they are published.
    pub(super) fn keys(&self, block: &BlockAddr) -> Option<&[Key]> {
        self.blocks.get(block)?.keys.as_deref()
    }

    /// The value of an instance, if it is published.
    pub(super) fn instance(&self, addr: &Addr) -> Option<Value> {
        match (&self.blocks.get(&addr.block)?.instances, &addr.key) {
            (Instances::One(value), Key::None) => value.clone(),
            (Instances::Counted(members), key) => members.get(position(key)?).cloned(),
            (Instances::Keyed(members), Key::Str(key)) => members.get(key).cloned(),
            _ => None,
        }
    }

    /// When a block was published last; zero if never.
    pub(super) fn generation(&self, block: &BlockAddr) -> u64 {
        self.blocks.get(block).map_or(0, |published| published.generation)
    }

    /// When anything was published last.
    pub(super) fn now(&self) -> u64 {
        self.generation
    }

    fn touch(&mut self, block: &BlockAddr) -> &mut Published {
        self.generation += 1;
        let fresh = || Published { keys: None, instances: Instances::One(None), generation: 0 };
        let published = self.blocks.entry(block.clone()).or_insert_with(fresh);
        published.generation = self.generation;
        published
    }

    /// Forgets the locals that depend on a block.
    fn forget(&mut self, module: &Module, block: &BlockAddr) {
        let Some(users) = module.index.block_users.get(block) else { return };
        let mut stack: Vec<&Name> = users.iter().collect();
        while let Some(name) = stack.pop() {
            // A local that is not there has no users that are there either.
            if self.locals.remove(name).is_some()
                && let Some(users) = module.index.local_users.get(name)
            {
                stack.extend(users);
            }
        }
    }

    fn look_up(
        &self,
        module: &Module,
        place: &Place,
        root: &Name,
        steps: &[Access],
        span: Span,
    ) -> Result<(Value, usize), Diagnostics> {
        let (target, used) = resolve(root, steps, span)?;
        let outside = || {
            let detail = format!("The {root:?} object has no meaning here.");
            Diagnostics::from(crate::diag::Diagnostic::error("Invalid reference", detail).at(span))
        };
        let value = match target {
            Target::Variable(name) => match (self.variables.get(&name), module.variables.get(&name)) {
                (Some(value), _) => value.clone(),
                (None, Some(variable)) => undecided(variable),
                (None, None) => return Err(outside()),
            },
            Target::Local(name) => match self.locals.get(&name) {
                Some(settled) => settled.clone()?,
                None => Value::unknown(Type::Dynamic),
            },
            Target::Block(addr) => return Ok(self.block(module, &addr, steps, used)),
            Target::EachKey => place.each.clone().ok_or_else(outside)?.0,
            Target::EachValue => place.each.clone().ok_or_else(outside)?.1,
            Target::CountIndex => place.index.clone().ok_or_else(outside)?,
            Target::Own => place.own.clone().ok_or_else(outside)?,
            Target::Root => Value::string(self.host.root.as_str()),
            Target::Cwd => Value::string(self.host.cwd.to_string_lossy().as_ref()),
            Target::Workspace => Value::string(self.host.workspace.as_str()),
        };
        Ok((value, used))
    }

    /// What a reference to a block gives, and how many steps it uses up.
    fn block(&self, module: &Module, addr: &BlockAddr, steps: &[Access], used: usize) -> (Value, usize) {
        let published = self.blocks.get(addr);
        let unknown = || match self.kinds.of(addr) {
            Some((_, shape)) => Value::unknown_not_null(shape.ty.clone()),
            None => Value::unknown(Type::Dynamic),
        };
        let once = || module.blocks.get(addr).is_none_or(|resource| matches!(resource.repetition, Repetition::Once));
        match published {
            Some(Published { instances: Instances::One(Some(value)), .. }) if once() => (value.clone(), used),
            Some(Published { keys: Some(_), instances: Instances::Counted(members), .. }) => {
                (Content::Tuple(members.clone()).into(), used)
            }
            Some(Published { keys: Some(_), instances: Instances::Keyed(members), .. }) => {
                (Content::Object(members.clone()).into(), used)
            }
            _ if once() => (unknown(), used),
            // Which instances there will be is not known, but one of them has the type of all.
            _ => match steps.get(used) {
                Some(Access::Index(index, _)) if matches!(index.kind, ExprKind::Literal(_)) => (unknown(), used + 1),
                _ => (Value::unknown(Type::Dynamic), used),
            },
        }
    }
}

/// The value of a variable that nobody decided yet.
fn undecided(variable: &Variable) -> Value {
    let mut marks = Marks::NONE;
    if variable.sensitive {
        marks = marks.union(Marks::SENSITIVE);
    }
    if variable.ephemeral {
        marks = marks.union(Marks::EPHEMERAL);
    }
    let ty = variable.constraint.ty.clone();
    let value = if variable.nullable { Value::unknown(ty) } else { Value::unknown_not_null(ty) };
    value.with_marks(marks)
}

fn position(key: &Key) -> Option<usize> {
    match key {
        Key::Int(index) => usize::try_from(*index).ok(),
        Key::None | Key::Str(_) => None,
    }
}
