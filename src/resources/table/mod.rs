//! What a table of a kind is made of: rows, nested blocks, and where each lies in the JSON body.
//!
//! **Never:** convert anything; `schema_of` reads tables for schemas, `codec` walks them.
//! Everything is `const`, so a kind is data that the compiler checks. The decision to question:
//! a row says once where it lies and in which form, so writing and reading cannot disagree.

mod row;

use std::collections::BTreeMap;

use crate::schema::{Clash, Cost, Nesting, ObjectCheck, Timeouts, Weigh};
use crate::value::{Type, Value};

pub use row::Row;

/// A kind of object.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The Terraform name: `azurerm_container_group`.
    pub name: &'static str,
    /// The type in Azure Resource Manager: `Microsoft.ContainerInstance/containerGroups`.
    pub arm_type: &'static str,
    /// The version of the interface that bodies are written for.
    pub api_version: &'static str,
    /// The id, with attribute names in braces; `{subscription}` is the account's.
    pub id: &'static str,
    /// Default time limits.
    pub timeouts: Timeouts,
    /// Attributes and blocks.
    pub table: Table,
    /// Checks of the whole object.
    pub checks: &'static [ObjectCheck],
    /// What changes cost where that depends on other attributes.
    pub weigh: Option<Weigh>,
    /// Why a replacement cannot be made first.
    pub clash: Option<Clash>,
    /// What it is, for reference pages.
    pub about: &'static str,
}

/// Attributes and blocks of a kind or of a nested block.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Attributes.
    pub rows: &'static [Row],
    /// Nested blocks.
    pub blocks: &'static [Nested],
    /// Names that older versions of the provider had here, each with what stands in its place.
    pub retired: &'static [(&'static str, &'static str)],
}

/// A type, written in a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    Text,
    /// `list(...)`
    List(&'static Ty),
    /// `set(...)`
    Set(&'static Ty),
    /// `map(...)`
    Map(&'static Ty),
    /// `object({...})`
    Object(&'static [(&'static str, Ty)]),
}

impl Ty {
    /// The type as values know it.
    #[must_use]
    pub fn build(self) -> Type {
        match self {
            Ty::Bool => Type::Bool,
            Ty::Number => Type::Number,
            Ty::Text => Type::String,
            Ty::List(element) => Type::list(element.build()),
            Ty::Set(element) => Type::set(element.build()),
            Ty::Map(element) => Type::map(element.build()),
            Ty::Object(members) => {
                let members = members.iter().map(|(name, ty)| ((*name).into(), ty.build()));
                Type::object(members.collect::<BTreeMap<_, _>>())
            }
        }
    }
}

/// A default, written in a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// There is none.
    None,
    /// A boolean.
    Bool(bool),
    /// A string.
    Text(&'static str),
    /// Of an attribute that may be written as blocks: texts for members that an element leaves out.
    Members(&'static [(&'static str, &'static str)]),
}

impl Fallback {
    /// The default as a value.
    #[must_use]
    pub fn build(self) -> Option<Value> {
        match self {
            Fallback::None => None,
            Fallback::Bool(value) => Some(Value::bool(value)),
            Fallback::Text(text) => Some(Value::string(text)),
            Fallback::Members(texts) => {
                Some(Value::object(texts.iter().map(|(name, text)| ((*name).into(), Value::string(*text))).collect()))
            }
        }
    }
}

/// The form in which an attribute stands in the body.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// As its type says: a bool, number, string, array or object.
    Plain,
    /// Not in the body; what configuration or state say is kept.
    Absent,
    /// A part of the object's id: the template's segment of the attribute's name, or `id` for all of it.
    Segment,
    /// A string that the cloud may spell in another case than these words.
    Word(&'static [&'static str]),
    /// An Azure region, sent and kept in lower case without spaces.
    Region,
    /// A set or list of strings, sent as one string with spaces between.
    Joined,
    /// A set of `{port, protocol}`; unset means all ports of the named blocks' `ports` together.
    PortsOr(&'static str),
    /// A set of ids, sent as `[{"id": ...}]`.
    Ids,
    /// A set of names, sent as the keys of an object with empty members.
    Keys,
    /// A map, sent as `[{"name": ..., "value": ...}]`.
    Pairs,
    /// A write-only map, sent as `[{"name": ..., "secureValue": ...}]` in the same array as the
    /// [`Form::Pairs`] and the [`Form::ReferencePairs`] of the named attributes; it comes back as bare names.
    SecurePairs(&'static str, &'static str),
    /// A map, sent as `[{"name": ..., "secureValueReference": ...}]` in that same array.
    ReferencePairs,
    /// A text that holds JSON, sent as that JSON.
    Json,
    /// A text, sent as this member of the first object of the array at its place, if there is one.
    OfFirst(&'static str),
    /// Objects as the cloud has them, their members in snake case here and in camel case there; only read.
    Mirror,
    /// The identity block as a computed list; only read.
    Identity,
    /// A bool, sent as `{}` when true and not at all when false.
    Presence,
    /// Two functions of its own. A kind that needs this three times asks for a new form.
    Hatch(fn(&str) -> Option<serde_json::Value>, fn(&serde_json::Value) -> Option<String>),
}

/// How nested blocks stand in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An array with an object for each block.
    Each,
    /// One object, there or not.
    One,
    /// One object; of several blocks only the first counts, as azurerm has it.
    First,
    /// One object; of several blocks only the last counts, as azurerm has it.
    Last,
    /// One object that says `"type": "None"` when there is no block.
    OneOrNone,
    /// Mounts in an array here, and the volumes they name once each in the group's `properties.volumes`.
    Mounts,
    /// Not in the body.
    Absent,
}

/// A kind of nested block.
#[derive(Clone, Copy, Debug)]
pub struct Nested {
    /// The block's name.
    pub name: &'static str,
    /// List or set.
    pub nesting: Nesting,
    /// The least number.
    pub min: usize,
    /// The greatest number; 0 is no limit.
    pub max: usize,
    /// What adding, removing or reordering costs.
    pub cost: Cost,
    /// Why it costs that.
    pub reason: &'static str,
    /// What it contains.
    pub table: Table,
    /// Where it lies.
    pub place: &'static str,
    /// In which shape.
    pub shape: Shape,
    /// The attribute by which a block is found again when their order has changed.
    pub key: &'static str,
}
