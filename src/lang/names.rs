//! What names mean at the moment: in each module instance its variables, locals and blocks.
//!
//! **Never:** recurse from value to value: [`Names::settle`] evaluates what an expression needs
//! first, in a loop, also across modules. Publishing a block forgets what was made with it, and
//! only that.

use std::rc::Rc;

use crate::addr::{Addr, Block as BlockAddr, Key, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Seen, Span};
use crate::schema::Schemas;
use crate::value::{Marks, Members, Name, Type, Value};

use super::ast::{Access, Expr, ExprKind};
use super::eval::{Env, eval, seen};
use super::frame::{Frame, FrameId};
use super::host::Host;
use super::inputs::Inputs;
use super::module::{Node, Repetition, Variable};
use super::reference::{Target, resolve};
use super::repeat::Repeated;
use super::shape::Kinds;
use super::tree::{Tree, UnitId};
use super::trial::cast::Cast;

/// What `each`, `count` and `self` mean in an instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) each: Option<(Value, Value)>,
    pub(super) index: Option<Value>,
    pub(super) own: Option<Value>,
}

impl Place {
    /// In an instance of `count`.
    pub(super) fn counted(index: u64) -> Place {
        Place { index: Some(Value::int(i64::try_from(index).unwrap_or(i64::MAX))), ..Place::default() }
    }

    /// In an instance of `for_each`.
    pub(super) fn each(key: &Name, value: Value) -> Place {
        Place { each: Some((Value::string(key.clone()), value)), ..Place::default() }
    }

    /// In any instance of `for_each`.
    pub(super) fn any_of_each() -> Place {
        let each = (Value::unknown_not_null(Type::String), Value::unknown(Type::Dynamic));
        Place { each: Some(each), ..Place::default() }
    }

    /// In any instance of a block: what differs between them is unknown.
    pub(super) fn any(repetition: &Repetition) -> Place {
        match repetition {
            Repetition::Once | Repetition::Enabled(_) => Place::default(),
            Repetition::Count(_) => Place { index: Some(Value::unknown_not_null(Type::Number)), ..Place::default() },
            Repetition::ForEach(_) => Place::any_of_each(),
        }
    }
}

/// Values of names that the configuration does not have, each with the number of steps that it stands for.
pub(super) type Own<'a> = &'a dyn Fn(&Name, &[Access]) -> Option<(Value, usize)>;

/// The configuration has all names.
pub(super) const NOTHING: Own<'static> = &|_, _| None;

/// The meaning of all names.
pub(super) struct Names {
    pub(super) kinds: Kinds,
    pub(super) tree: Rc<Tree>,
    pub(super) host: Host,
    applying: bool,
    pub(super) frames: Vec<Frame>,
    /// Whether each module has one instance that stands for all that there may be.
    pub(super) general: bool,
    /// Whether blocks of which nothing is published have no instances.
    pub(super) closed: bool,
    /// Who stands in for clouds and modules, in a test.
    pub(super) cast: Rc<Cast>,
}

/// Reads expressions at a place.
pub(super) struct Reader<'a> {
    pub(super) names: &'a Names,
    pub(super) frame: FrameId,
    pub(super) place: &'a Place,
    /// The iterators of the `dynamic` blocks around.
    pub(super) bound: Vec<(Name, Value)>,
    /// What the configuration does not have.
    own: Own<'a>,
}

impl Reader<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, Diagnostics> {
        if let ExprKind::Literal(value) = &expr.kind {
            return Ok(value.clone());
        }
        let lookup = |root: &Name, steps: &[Access], span: Span| self.look_up(root, steps, span);
        let bound = self.bound.clone();
        eval(expr, &mut Env { lookup: &lookup, bound, host: &self.names.host, applying: self.names.applying })
    }

    fn look_up(&self, root: &Name, steps: &[Access], span: Span) -> Result<(Value, usize), Diagnostics> {
        match (self.own)(root, steps) {
            Some(found) => Ok(found),
            None => self.names.look_up(self.frame, self.place, root, steps, span),
        }
    }

    /// Errors about the value of an expression, with what its references stand for.
    pub(super) fn tell(&self, expr: &Expr, mut errors: Diagnostics) -> Diagnostics {
        for error in errors.0.iter_mut().filter(|error| error.seen.is_none()) {
            error.seen = Some(self.seen(expr));
        }
        errors
    }

    /// What the references of an expression stand for, to be shown beside it.
    pub(super) fn seen(&self, expr: &Expr) -> Vec<Seen> {
        self.seen_within(expr, expr.span)
    }

    /// The same for a stretch of it.
    pub(super) fn seen_within(&self, expr: &Expr, within: Span) -> Vec<Seen> {
        let lookup = |root: &Name, steps: &[Access], span: Span| self.look_up(root, steps, span);
        let (host, applying) = (&self.names.host, self.names.applying);
        seen(expr, within, &Env { lookup: &lookup, bound: self.bound.clone(), host, applying })
    }
}

impl Names {
    pub(super) fn new(tree: Rc<Tree>, inputs: &Inputs, schemas: Rc<Schemas>, host: Host, applying: bool) -> Names {
        let root = Frame {
            module: tree.root().clone(),
            variables: inputs.0.iter().map(|(name, value)| (name.clone(), Ok(value.clone()))).collect(),
            ..Frame::default()
        };
        let (general, closed, cast) = (false, false, Rc::default());
        Names { kinds: Kinds::new(schemas), tree, host, applying, frames: vec![root], general, closed, cast }
    }

    /// Gives each module one instance that stands for all that there may be; frames have the
    /// numbers of their modules then.
    pub(super) fn generalise(&mut self) {
        self.general = true;
        self.frames.truncate(1);
        let root = std::mem::take(&mut self.frames[0]);
        self.frames[0] = Frame { module: root.module, variables: root.variables, ..Frame::default() };
        let tree = self.tree.clone();
        for (id, unit) in tree.units().skip(1) {
            let (Some(parent), Some(step)) = (unit.parent, unit.path.0.last()) else { continue };
            let frame = FrameId(id.0);
            self.frames.push(Frame {
                unit: id,
                module: unit.module.clone(),
                path: unit.path.clone(),
                parent: Some(FrameId(parent.0)),
                ..Frame::default()
            });
            self.frames[parent.at()].children.entry(step.name.clone()).or_default().insert(Key::None, frame);
        }
    }

    pub(super) fn frame(&self, frame: FrameId) -> &Frame {
        // Numbers are only given to what is there, and nothing is taken away.
        &self.frames[frame.at()]
    }

    pub(super) fn frame_mut(&mut self, frame: FrameId) -> &mut Frame {
        &mut self.frames[frame.at()]
    }

    /// The module instance at a path, made if it is not there yet; nothing if there is no such call.
    pub(super) fn at(&mut self, path: &ModulePath) -> Option<FrameId> {
        let mut frame = FrameId::ROOT;
        for step in &path.0 {
            frame = self.child(frame, &step.name, &step.key)?;
        }
        Some(frame)
    }

    /// The instance of a call in a module instance, made if it is not there yet.
    pub(super) fn child(&mut self, parent: FrameId, call: &Name, key: &Key) -> Option<FrameId> {
        let here = self.frame(parent);
        if let Some(found) = here.children.get(call).and_then(|children| children.get(key)) {
            return Some(*found);
        }
        let unit = *self.tree.unit(here.unit).children.get(call)?;
        let (path, module) = (here.path.call(call, key.clone()), self.tree.unit(unit).module.clone());
        let child = FrameId(u32::try_from(self.frames.len()).ok()?);
        self.frames.push(Frame { unit, module, path, parent: Some(parent), ..Frame::default() });
        self.frame_mut(parent).children.entry(call.clone()).or_default().insert(key.clone(), child);
        Some(child)
    }

    /// A reader in a module instance.
    pub(super) fn reader<'a>(&'a self, frame: FrameId, place: &'a Place) -> Reader<'a> {
        self.reader_with(frame, place, NOTHING)
    }

    /// The same where some names have values of their own.
    pub(super) fn reader_with<'a>(&'a self, frame: FrameId, place: &'a Place, own: Own<'a>) -> Reader<'a> {
        Reader { names: self, frame, place, bound: Vec::new(), own }
    }

    /// Makes an instance's value visible.
    pub(super) fn publish(&mut self, addr: &Addr, value: Value) {
        let Some(frame) = self.at(&addr.block.module) else { return };
        let block = addr.block.local();
        self.forget(frame, &Node::Block(block.clone().into_owned()));
        self.frames[frame.at()].blocks.publish(&self.kinds, &block, &addr.key, value);
    }

    /// Says which instances a block has. Values of instances that stay are kept.
    pub(super) fn publish_keys(&mut self, block: &BlockAddr, keys: Vec<Key>) {
        let Some(frame) = self.at(&block.module) else { return };
        let block = block.local();
        self.forget(frame, &Node::Block(block.clone().into_owned()));
        let Frame { module, blocks, .. } = &mut self.frames[frame.at()];
        blocks.publish_keys(&self.kinds, module, &block, keys);
    }

    /// The value of an instance, if it is published.
    pub(super) fn instance(&mut self, addr: &Addr) -> Option<Value> {
        let frame = self.at(&addr.block.module)?;
        self.frame(frame).blocks.instance(&addr.block.local(), &addr.key)
    }

    fn look_up(
        &self,
        frame: FrameId,
        place: &Place,
        root: &Name,
        steps: &[Access],
        span: Span,
    ) -> Result<(Value, usize), Diagnostics> {
        let (target, used) = resolve(root, steps, span)?;
        let outside = || {
            let detail = format!("The {root:?} object has no meaning here.");
            Diagnostics::from(Diagnostic::error("Invalid reference", detail).at(span))
        };
        let here = self.frame(frame);
        let value = match target {
            Target::Variable(name) => match (here.variables.get(&name), here.module.variables.get(&name)) {
                (Some(settled), _) => settled.clone()?,
                (None, Some(variable)) => undecided(variable),
                (None, None) => return Err(outside()),
            },
            Target::Local(name) => match here.locals.get(&name) {
                Some(settled) => settled.clone()?,
                None => Value::unknown(Type::Dynamic),
            },
            Target::Block(addr) => {
                let found = here.blocks.reference(&here.module, &addr, used);
                return Ok(found.unwrap_or_else(|| self.unpublished(here, &addr, steps, used)));
            }
            Target::Module(call) => return self.module(here, &call, steps, used),
            Target::EachKey => place.each.clone().ok_or_else(outside)?.0,
            Target::EachValue => place.each.clone().ok_or_else(outside)?.1,
            Target::CountIndex => place.index.clone().ok_or_else(outside)?,
            Target::Own => place.own.clone().ok_or_else(outside)?,
            Target::Root => Value::string(self.host.root.as_str()),
            Target::Folder if here.unit == UnitId::ROOT => Value::string(self.host.root.as_str()),
            Target::Folder => Value::string(self.tree.unit(here.unit).folder.clone()),
            Target::Cwd => Value::string(self.host.cwd.to_string_lossy().as_ref()),
            Target::Workspace => Value::string(self.host.workspace.as_str()),
            Target::Applying => Value::bool(self.applying).with_marks(Marks::EPHEMERAL),
        };
        Ok((value, used))
    }

    /// What a reference to a block gives of which nothing is published.
    fn unpublished(&self, here: &Frame, addr: &BlockAddr, steps: &[Access], used: usize) -> (Value, usize) {
        let unknown = || match self.kinds.of(addr) {
            Some((_, shape)) => Value::unknown_not_null(shape.ty.clone()),
            None => Value::unknown(Type::Dynamic),
        };
        match here.module.blocks.get(addr).map(|resource| &resource.repetition) {
            None | Some(Repetition::Once) => (unknown(), used),
            Some(Repetition::Enabled(_)) if self.closed => (Value::null(Type::Dynamic), used),
            Some(Repetition::Enabled(_)) => (Value::unknown(Type::Dynamic), used),
            Some(Repetition::Count(_)) if self.closed => (Value::tuple(Vec::new()), used),
            Some(Repetition::ForEach(_)) if self.closed => (Value::object(Members::new()), used),
            // Which instances there will be is not known, but one of them has the type of all.
            _ => match steps.get(used) {
                Some(Access::Index(index, _)) if matches!(index.kind, ExprKind::Literal(_)) => (unknown(), used + 1),
                _ => (Value::unknown(Type::Dynamic), used),
            },
        }
    }

    /// What a reference to a called module gives, and how many steps it uses up.
    fn module(&self, here: &Frame, call: &Name, steps: &[Access], used: usize) -> Result<(Value, usize), Diagnostics> {
        let once = here.module.calls.get(call).is_some_and(|call| call.repetition.is_single());
        if let Some(Ok(Repeated::Enabled(false))) = here.calls.get(call) {
            return Ok((Value::null(Type::Dynamic), used));
        }
        let output = named_output(&steps[used..]);
        let gathered = |output: Option<Name>| here.uses.get(&(call.clone(), output));
        // The output itself, where nothing stands between the module and it.
        if let (true, Some(Access::Attr(name, _))) = (once, steps.get(used))
            && let Some(found) = gathered(Some(name.clone()))
        {
            return Ok((found.value()?, used + 1));
        }
        let found = output.and_then(|output| gathered(Some(output.clone()))).or_else(|| gathered(None));
        match found {
            Some(found) => Ok((found.value()?, used)),
            None => Ok((Value::unknown(Type::Dynamic), used)),
        }
    }
}

/// The output of one or all instances of a called module that steps name first.
pub(super) fn named_output(steps: &[Access]) -> Option<&Name> {
    match steps {
        [Access::Attr(name, _), ..] | [Access::Index(..), Access::Attr(name, _), ..] => Some(name),
        [Access::AttrSplat(inner, _) | Access::FullSplat(inner, _), ..] => match inner.first() {
            Some(Access::Attr(name, _)) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// The value of a variable that nobody decided yet.
pub(super) fn undecided(variable: &Variable) -> Value {
    let ty = variable.constraint.ty.clone();
    let value = if variable.nullable { Value::unknown(ty) } else { Value::unknown_not_null(ty) };
    value.with_marks(variable.marks())
}
