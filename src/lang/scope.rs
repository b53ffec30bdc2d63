//! Evaluates the blocks of a configuration, one by one, against what is published so far.
//!
//! **Never:** decide what changes. The planner publishes planned values, the applier real ones;
//! the scope evaluates what refers to them. Locals, and variables and outputs of called modules, are
//! evaluated once and kept until something they need is published anew. Addresses have the keys
//! of the module instances that they are in.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::addr::{Addr, Block as BlockAddr, Key, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Severity, Span};
use crate::schema::{Schemas, Timeouts};
use crate::value::{Marks, Name, Path, Step, Type, Value};

use super::ast::{Access, Expr, ExprKind};
use super::condition;
use super::decode::Decoder;
use super::frame::FrameId;
use super::host::Host;
use super::inputs::Inputs;
use super::module::{Node, ProviderName, Repetition, Resource};
use super::names::{Names, Place, Reader};
use super::provisioner::{self, Errand, When};
use super::reference::{Target, resolve};
use super::repeat::{self, Repeated};
use super::tree::Tree;
use super::trial::cast::Cast;
use super::waits::{self, Keys, Open};
use super::{fixed, timeouts};

/// What one instance of a block asks for.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Its address.
    pub addr: Addr,
    /// An object of exactly the schema's type: defaults filled in, null where nothing is said,
    /// unknown where it depends on what is not made yet, marks as they come.
    pub value: Value,
    /// Its time limits.
    pub timeouts: Timeouts,
    /// Where the block's header stands.
    pub span: Span,
}

/// A configuration under evaluation.
pub struct Scope {
    pub(super) tree: Rc<Tree>,
    schemas: Rc<Schemas>,
    pub(super) names: Names,
    warnings: Diagnostics,
    warned: BTreeSet<Option<Span>>,
    /// How bad it is that a condition does not hold.
    pub(super) severity: Severity,
}

impl Scope {
    /// Starts with nothing published. `applying` allows functions that answer only during apply.
    /// A variable without a value is unknown.
    #[must_use]
    pub fn new(tree: Rc<Tree>, inputs: &Inputs, schemas: Rc<Schemas>, host: Host, applying: bool) -> Scope {
        let names = Names::new(tree.clone(), inputs, schemas.clone(), host, applying);
        let (warnings, warned) = (Diagnostics::none(), BTreeSet::new());
        Scope { tree, schemas, names, warnings, warned, severity: Severity::Error }
    }

    /// The modules.
    #[must_use]
    pub fn tree(&self) -> &Rc<Tree> {
        &self.tree
    }

    /// The schemas.
    #[must_use]
    pub fn schemas(&self) -> &Rc<Schemas> {
        &self.schemas
    }

    /// From now on a condition that does not hold is worth a warning, because nothing is to be done that it
    /// could stop.
    pub fn lenient(&mut self) {
        self.severity = Severity::Warning;
    }

    /// Lets a cast stand in for clouds and modules. Must come before anything is evaluated.
    pub fn perform(&mut self, cast: Rc<Cast>) {
        self.names.cast = cast;
    }

    /// Who stands in for clouds and modules.
    #[must_use]
    pub fn cast(&self) -> Rc<Cast> {
        self.names.cast.clone()
    }

    /// The warnings found while evaluating since the last call, each place once.
    pub fn warnings(&mut self) -> Diagnostics {
        std::mem::take(&mut self.warnings)
    }

    /// The instance keys of a block, in order. `count` and `for_each` must be known.
    ///
    /// # Errors
    /// What is wrong with `count` or `for_each`.
    pub fn keys(&mut self, block: &BlockAddr) -> Result<Vec<Key>, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, block)?;
        let frame = self.frame(&block.module)?;
        let repeated = self.repeat(frame, resource).map_err(|wrong| about(wrong, &block.to_string()))?;
        Ok(repeated.keys())
    }

    /// The instance keys of a block, in order, or what decides them and is not known yet. What no
    /// block could ever tell, such as the time, is an error.
    ///
    /// # Errors
    /// What is wrong with `count` or `for_each`.
    pub fn repetition(&mut self, block: &BlockAddr) -> Result<Keys, Diagnostics> {
        let wrong = match self.keys(block) {
            Ok(keys) => return Ok(Keys::Known(keys)),
            Err(wrong) => wrong,
        };
        let tree = self.tree.clone();
        let (resource, frame) = (find(&tree, block)?, self.frame(&block.module)?);
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        match self.open(frame, &resource.repetition) {
            Some(open) if !open.on.is_empty() => Ok(Keys::Unknown(open)),
            _ => Err(wrong),
        }
    }

    /// What is not known of a repetition in a module instance.
    pub(super) fn open(&self, frame: FrameId, repetition: &Repetition) -> Option<Open> {
        let (word, expr) = repetition.argument()?;
        let place = Place::default();
        let known = repeat::read(repetition, &self.names.reader(frame, &place), true).ok()?.is_some();
        (!known).then(|| waits::open(&self.names, frame, word, expr))
    }

    /// What an instance asks for.
    ///
    /// # Errors
    /// Everything that is wrong with its arguments, with places.
    pub fn desired(&mut self, addr: &Addr) -> Result<Desired, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, &addr.block)?;
        let frame = self.frame(&addr.block.module)?;
        let place = self.place(frame, resource, addr).map_err(|wrong| about(wrong, &addr.to_string()))?;
        self.decode(frame, resource, &place, addr)
    }

    /// The module instance at a path.
    pub(super) fn frame(&mut self, path: &ModulePath) -> Result<FrameId, Diagnostics> {
        self.names.at(path).ok_or_else(|| {
            let detail = format!("{path} is not in the configuration.");
            Diagnostic::error("Reference to undeclared module", detail).into()
        })
    }

    pub(super) fn decode(
        &mut self,
        frame: FrameId,
        resource: &Resource,
        place: &Place,
        addr: &Addr,
    ) -> Result<Desired, Diagnostics> {
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        let Some((schema, shape)) = self.names.kinds.of(&addr.block) else {
            let detail = format!("There is no schema for {}.", addr.block.kind);
            return Err(Diagnostic::error("Invalid resource type", detail).at(resource.span).into());
        };
        let mut decoder = Decoder { reader: self.names.reader(frame, place), out: Diagnostics::none(), stored: true };
        let value = decoder.whole(&resource.body, &schema.block, shape, &schema.checks, resource.span);
        let Decoder { reader, mut out, .. } = decoder;
        let timeouts = timeouts::decide(schema.timeouts, &resource.timeouts, &reader, &mut out);
        let out = about(out, &addr.to_string());
        let errors = self.keep_warnings(out);
        if errors.is_empty() {
            Ok(Desired { addr: addr.clone(), value, timeouts, span: resource.span })
        } else {
            Err(errors)
        }
    }

    /// Says that everything there is has been published, or will be: a block with `count` or
    /// `for_each` of which nothing is published has no instances.
    pub fn close(&mut self) {
        self.names.closed = true;
    }

    /// Makes an instance's value visible to what refers to it. Publishing again replaces it.
    pub fn publish(&mut self, addr: &Addr, value: Value) {
        self.names.publish(addr, value);
    }

    /// Says which instances a block has, so that references to it see all and only them.
    /// Must come before the first reference to the block is evaluated.
    pub fn publish_keys(&mut self, block: &BlockAddr, keys: Vec<Key>) {
        self.names.publish_keys(block, keys);
    }

    /// Checks the preconditions of an instance (`before`), or its postconditions with `self`
    /// being its published value. Conditions that are unknown yet are passed over.
    pub fn check_conditions(&mut self, addr: &Addr, before: bool) -> Diagnostics {
        let tree = self.tree.clone();
        let resource = match find(&tree, &addr.block) {
            Ok(resource) => resource,
            Err(wrong) => return wrong,
        };
        let lifecycle = &resource.lifecycle;
        let (conditions, word) = if before {
            (&lifecycle.preconditions, "precondition")
        } else {
            (&lifecycle.postconditions, "postcondition")
        };
        if conditions.is_empty() {
            return Diagnostics::none();
        }
        let found = self.frame(&addr.block.module);
        let found = found.and_then(|frame| Ok((frame, self.place(frame, resource, addr)?)));
        let (frame, mut place) = match found {
            Ok(found) => found,
            Err(wrong) => return about(wrong, &addr.to_string()),
        };
        if !before {
            let ty = self.names.kinds.of(&addr.block).map_or(Type::Dynamic, |(_, shape)| shape.ty.clone());
            place.own = Some(self.names.instance(addr).unwrap_or_else(|| Value::unknown_not_null(ty)));
        }
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        let reader = self.names.reader(frame, &place);
        let mut out = Diagnostics::none();
        let summary = format!("Resource {word} failed");
        condition::require(conditions, (self.severity, &summary), &reader, &mut out);
        about(out, &addr.to_string())
    }

    /// Whether the block of an instance has provisioners of a time.
    #[must_use]
    pub fn provisions(&self, addr: &Addr, when: When) -> bool {
        self.tree.resource(&addr.block).is_some_and(|block| block.provisioners_at(when).next().is_some())
    }

    /// What the provisioner at a place among those of a time is to do for the object `own`; nothing behind
    /// the last one.
    pub fn provisioner(
        &mut self,
        addr: &Addr,
        when: When,
        at: usize,
        own: Value,
    ) -> Option<Result<Errand, Diagnostics>> {
        let tree = self.tree.clone();
        let resource = tree.resource(&addr.block)?;
        let provisioner = resource.provisioners_at(when).nth(at)?;
        let frame = self.names.at(&addr.block.module)?;
        let place = match when {
            When::Destroy => provisioner::farewell(addr, own),
            When::Create => match self.place(frame, resource, addr) {
                Ok(place) => Place { own: Some(own), ..place },
                Err(wrong) => return Some(Err(about(wrong, &addr.to_string()))),
            },
        };
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        let reader = self.names.reader(frame, &place);
        Some(provisioner::errand(provisioner, &reader, true).map_err(|wrong| about(wrong, &addr.to_string())))
    }

    /// The value of an output of the root module, marked sensitive if it is declared so.
    ///
    /// # Errors
    /// What is wrong with it, failed preconditions included.
    pub fn output(&mut self, name: &str) -> Result<Value, Diagnostics> {
        self.read_output(name, true)
    }

    pub(super) fn read_output(&mut self, name: &str, judged: bool) -> Result<Value, Diagnostics> {
        let module = self.tree.root().clone();
        let Some(output) = module.outputs.get(name) else {
            let detail = format!("An output value with the name {name:?} has not been declared.");
            return Err(Diagnostic::error("Reference to undeclared output value", detail).into());
        };
        self.names.settle(FrameId::ROOT, &Node::Output(output.name.clone()));
        let place = Place::default();
        let reader = self.names.reader(FrameId::ROOT, &place);
        let mut out = Diagnostics::none();
        condition::of_output(output, judged.then_some(self.severity), &reader, &mut out);
        let value = reader.value(&output.value);
        let wrong = |summary: &str, detail: &str| Diagnostic::error(summary, detail).at(output.span);
        let value = match value {
            Ok(value) if value.contains_mark(Marks::EPHEMERAL) => {
                let detail = "This output value is not declared as returning an ephemeral value, so it cannot be set to a \
                              result derived from an ephemeral value.";
                out.push(wrong("Ephemeral value not allowed", detail));
                value
            }
            Ok(value) if !output.sensitive && value.contains_mark(Marks::SENSITIVE) => {
                let detail = "To reduce the risk of accidentally exporting sensitive data that was intended to be only \
                              internal, acier requires that any root module output containing sensitive data be \
                              explicitly marked as sensitive, to confirm your intent.";
                let hint = "If you do intend to export this data, annotate the output value as sensitive by adding the \
                            argument sensitive = true.";
                out.push(wrong("Output refers to sensitive values", detail).hint(hint));
                value
            }
            Ok(value) => value,
            Err(wrong) => {
                out.extend(wrong);
                Value::unknown(Type::Dynamic)
            }
        };
        let errors = self.keep_warnings(out);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(if output.sensitive { value.sensitive() } else { value })
    }

    /// The configuration of a provider, an object of its schema's type; without a block, all null.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn provider(&mut self, name: &ProviderName) -> Result<Value, Diagnostics> {
        let module = self.tree.root().clone();
        self.names.settle(FrameId::ROOT, &Node::Provider(name.clone()));
        if let Some(block) = module.providers.iter().find(|block| block.name == *name) {
            let place = if block.for_each.is_some() { Place::any_of_each() } else { Place::default() };
            return self.decode_provider(block, &place);
        }
        match self.names.kinds.provider(&name.provider) {
            Some((schema, _)) => Ok(Decoder::empty(&schema.block)),
            None => {
                let detail = format!("acier knows no provider {:?}.", name.provider);
                Err(Diagnostic::error("Unknown provider", detail).into())
            }
        }
    }

    /// The instances (and attributes) that `replace_triggered_by` of an instance names.
    ///
    /// # Errors
    /// What is wrong with the references.
    pub fn triggers(&mut self, addr: &Addr) -> Result<Vec<(Addr, Path)>, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, &addr.block)?;
        if resource.lifecycle.replace_triggered_by.is_empty() {
            return Ok(Vec::new());
        }
        let frame = self.frame(&addr.block.module)?;
        let place = self.place(frame, resource, addr)?;
        let reader = self.names.reader(frame, &place);
        let mut found = Vec::new();
        for expr in &resource.lifecycle.replace_triggered_by {
            trigger(expr, &reader, &mut found).map_err(|wrong| about(wrong, &addr.to_string()))?;
        }
        Ok(found)
    }

    /// How often a block stands: as found before, if nothing that it depends on was published since.
    fn repeat(&mut self, frame: FrameId, resource: &Resource) -> Result<Repeated, Diagnostics> {
        if matches!(resource.repetition, Repetition::Once) {
            return Ok(Repeated::Once);
        }
        if let Some(repeated) = self.names.frame(frame).repeated.get(&resource.addr) {
            return Ok(repeated.clone());
        }
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        let place = Place::default();
        let repeated = repeat::read(&resource.repetition, &self.names.reader(frame, &place), false)?;
        let repeated = repeated.unwrap_or(Repeated::Once);
        self.names.frame_mut(frame).repeated.insert(resource.addr.clone(), repeated.clone());
        Ok(repeated)
    }

    /// What `each` and `count` mean in an instance.
    pub(super) fn place(&mut self, frame: FrameId, resource: &Resource, addr: &Addr) -> Result<Place, Diagnostics> {
        match (&resource.repetition, &addr.key) {
            (Repetition::Once | Repetition::Enabled(_), Key::None) => Ok(Place::default()),
            (Repetition::Count(_), Key::Int(index)) => Ok(Place::counted(*index)),
            (Repetition::ForEach(expr), Key::Str(key)) => {
                let value = match self.chained(frame, expr, key) {
                    Some(value) => Some(value),
                    None => match self.repeat(frame, resource)? {
                        Repeated::Each(members) => members.get(key).cloned(),
                        _ => None,
                    },
                };
                Ok(Place::each(key, value.ok_or_else(|| no_instance(resource, addr))?))
            }
            _ => Err(no_instance(resource, addr)),
        }
    }

    /// `for_each = kind.name`: the instance of the other block itself, without going through all of
    /// them again each time one of them is published.
    fn chained(&self, frame: FrameId, expr: &Expr, key: &Name) -> Option<Value> {
        let ExprKind::Reference(root, steps) = &expr.kind else { return None };
        match resolve(root, steps, expr.span) {
            Ok((Target::Block(block), used)) if used == steps.len() => {
                let here = self.names.frame(frame);
                let keyed = matches!(here.module.blocks.get(&block)?.repetition, Repetition::ForEach(_));
                keyed.then(|| here.blocks.instance(&block, &Key::Str(key.clone()))).flatten()
            }
            _ => None,
        }
    }

    /// When the plan is made that this is for, or was made that is carried out.
    #[must_use]
    pub fn planned_at(&self) -> &str {
        self.names.host.planned_at()
    }

    /// Puts warnings aside, each place once, and returns the errors.
    pub(super) fn keep_warnings(&mut self, found: Diagnostics) -> Diagnostics {
        let mut errors = Diagnostics::none();
        for finding in found.0 {
            if finding.severity == Severity::Error {
                errors.push(finding);
            } else if self.warned.insert(finding.span) {
                self.warnings.push(finding);
            }
        }
        errors
    }
}

pub(super) fn find<'t>(tree: &'t Tree, block: &BlockAddr) -> Result<&'t Resource, Diagnostics> {
    tree.resource(block).ok_or_else(|| {
        let detail = format!("{block} is not in the configuration.");
        Diagnostic::error("Reference to undeclared resource", detail).into()
    })
}

fn no_instance(resource: &Resource, addr: &Addr) -> Diagnostics {
    let detail = format!("The configuration of {} has no instance {addr}.", addr.block);
    Diagnostic::error("No such instance", detail).at(resource.span).into()
}

/// The findings, said to belong to `address` where they belong to nothing yet.
pub(super) fn about(mut found: Diagnostics, address: &str) -> Diagnostics {
    for finding in &mut found.0 {
        finding.address.get_or_insert_with(|| address.to_owned());
    }
    found
}

/// The instances that one entry of `replace_triggered_by` names.
fn trigger(expr: &Expr, reader: &Reader<'_>, found: &mut Vec<(Addr, Path)>) -> Result<(), Diagnostics> {
    let ExprKind::Reference(root, steps) = &expr.kind else { return Ok(()) };
    let (Target::Block(block), used) = resolve(root, steps, expr.span)? else { return Ok(()) };
    let here = reader.names.frame(reader.frame);
    let mut rest = &steps[used..];
    let mut key = None;
    if let [Access::Index(index, _), behind @ ..] = rest {
        let value = reader.value(index)?;
        key = Key::of(&value);
        if key.is_none() {
            let detail = "The index must be a known string or whole number.";
            return Err(Diagnostic::error("Invalid replace_triggered_by expression", detail).at(index.span).into());
        }
        rest = behind;
    }
    let path = Path(rest.iter().map_while(fixed::step).collect::<Vec<Step>>());
    let keys = match key {
        Some(key) => vec![key],
        None => here.blocks.keys(&block).map_or_else(|| vec![Key::None], <[Key]>::to_vec),
    };
    let block = block.within(here.path.clone());
    found.extend(keys.into_iter().map(|key| (block.instance(key), path.clone())));
    Ok(())
}
