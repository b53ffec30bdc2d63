//! What is computed once for each kind: its types, and whether it holds secrets.
//!
//! **Never:** hold a value. Ten thousand blocks of a kind share one shape, so that decoding a block
//! builds no types. In: schemas. Out: shapes that run beside them, nested block for nested block.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::addr::{Block as BlockAddr, Mode};
use crate::schema::{Block, Nesting, Schema, Schemas, Secrecy};
use crate::value::{Members, Name, Type, Value};

/// The types of a block, and of those nested in it, in the order of [`Block::blocks`].
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// The object that the block becomes.
    pub(super) ty: Type,
    /// The nested blocks.
    pub(super) nested: Vec<Shape>,
    /// Whether an attribute in it, at any depth, is secret by its nature.
    secret: bool,
    /// The members of a block in which nothing is written: defaults, nulls and empty collections.
    pub(super) blank: Members,
}

impl Shape {
    pub(super) fn of(block: &Block) -> Shape {
        let nested: Vec<Shape> = block.blocks.iter().map(|nested| Shape::of(&nested.block)).collect();
        let mut members: BTreeMap<Name, Type> =
            block.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone())).collect();
        for (inner, shape) in block.blocks.iter().zip(&nested) {
            members.insert(inner.name.clone(), collection(inner.nesting, shape.ty.clone()));
        }
        let attributes = block.attributes.iter().map(|attribute| {
            // The default of an attribute as blocks is one of its members, not of the whole.
            let default = attribute.default.clone().filter(|_| !attribute.as_blocks);
            (attribute.name.clone(), default.unwrap_or_else(|| Value::null(attribute.ty.clone())))
        });
        let blocks = block.blocks.iter().zip(&nested).map(|(inner, shape)| {
            let value = match inner.nesting {
                Nesting::List => Value::list(shape.ty.clone(), Vec::new()),
                Nesting::Set => Value::set(shape.ty.clone(), Vec::new()),
            };
            (inner.name.clone(), value)
        });
        let blank = attributes.chain(blocks).collect();
        let secret = block.attributes.iter().any(|attribute| attribute.secrecy != Secrecy::Plain)
            || nested.iter().any(|shape| shape.secret);
        Shape { ty: Type::object(members), nested, secret, blank }
    }

    /// The value with the sensitive mark on everything that the schema says is secret.
    pub(super) fn mark(&self, value: Value, block: &Block) -> Value {
        let Some(members) = value.as_members().filter(|_| self.lacks_marks(&value, block)) else { return value };
        let mut marked = members.clone();
        for attribute in &block.attributes {
            if attribute.secrecy != Secrecy::Plain
                && let Some(member) = marked.get_mut(&attribute.name)
                && !member.is_null()
            {
                *member = member.clone().sensitive();
            }
        }
        for (nested, shape) in block.blocks.iter().zip(&self.nested) {
            if !shape.secret {
                continue;
            }
            if let Some(member) = marked.get_mut(&nested.name) {
                let inner = member.map_children(|child| shape.mark(child.clone(), &nested.block));
                *member = match (nested.nesting, inner.as_sequence()) {
                    (Nesting::Set, Some(children)) => {
                        let marks = inner.marks();
                        Value::set(shape.ty.clone(), children.to_vec()).with_marks(marks)
                    }
                    _ => inner,
                };
            }
        }
        Value::object(marked).with_marks(value.marks())
    }

    /// Whether a secret in it is not marked yet; most objects hold none, and are not copied then.
    fn lacks_marks(&self, value: &Value, block: &Block) -> bool {
        if !self.secret {
            return false;
        }
        let open = |member: &Value| !member.is_null() && !member.is_sensitive();
        let attributes = block.attributes.iter().filter(|attribute| attribute.secrecy != Secrecy::Plain);
        attributes.into_iter().any(|attribute| value.get(&attribute.name).is_some_and(open))
            || block.blocks.iter().zip(&self.nested).filter(|(_, shape)| shape.secret).any(|(nested, shape)| {
                let elements = value.get(&nested.name).into_iter().flat_map(Value::children);
                elements.into_iter().any(|element| shape.lacks_marks(element, &nested.block))
            })
    }
}

/// The type of a nested block's value.
pub(super) fn collection(nesting: Nesting, element: Type) -> Type {
    match nesting {
        Nesting::List => Type::list(element),
        Nesting::Set => Type::set(element),
    }
}

/// Schemas with their shapes.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    pub(super) schemas: Rc<Schemas>,
    managed: BTreeMap<Name, Shape>,
    data: BTreeMap<Name, Shape>,
    providers: BTreeMap<Name, Shape>,
}

impl Kinds {
    pub(super) fn new(schemas: Rc<Schemas>) -> Kinds {
        let shapes = |schemas: &BTreeMap<Name, Schema>| {
            schemas.iter().map(|(name, schema)| (name.clone(), Shape::of(&schema.block))).collect()
        };
        let (managed, data) = (shapes(&schemas.managed), shapes(&schemas.data));
        let providers = shapes(&schemas.providers);
        Kinds { schemas, managed, data, providers }
    }

    /// The schema and shape of a block's kind.
    pub(super) fn of(&self, addr: &BlockAddr) -> Option<(&Schema, &Shape)> {
        let (schemas, shapes) = match addr.mode {
            Mode::Managed => (&self.schemas.managed, &self.managed),
            Mode::Data => (&self.schemas.data, &self.data),
        };
        Some((schemas.get(&addr.kind)?, shapes.get(&addr.kind)?))
    }

    /// The schema and shape of a provider.
    pub(super) fn provider(&self, name: &str) -> Option<(&Schema, &Shape)> {
        Some((self.schemas.providers.get(name)?, self.providers.get(name)?))
    }
}
