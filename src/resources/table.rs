//! What a table of a kind is made of: rows, nested blocks, and where each lies in the JSON body.
//!
//! **Never:** convert anything; `schema_of` reads tables for schemas, `codec` walks them.
//! Everything is `const`, so a kind is data that the compiler checks. The decision to question:
//! a row says once where it lies and in which form, so writing and reading cannot disagree.

use std::collections::BTreeMap;

use crate::schema::{Check, Clash, Cost, Derive, Equality, Nesting, ObjectCheck, Secrecy, Timeouts, Usage};
use crate::value::{Type, Value};

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
    /// [`Form::Pairs`] of the named attribute; it comes back as bare names.
    SecurePairs(&'static str),
    /// The identity block as a computed list; only read.
    Identity,
    /// A bool, sent as `{}` when true and not at all when false.
    Presence,
    /// Two functions of its own. A kind that needs this three times asks for a new form.
    Hatch(fn(&str) -> Option<serde_json::Value>, fn(&serde_json::Value) -> Option<String>),
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name in configuration.
    pub name: &'static str,
    /// The type in configuration and state.
    pub ty: Ty,
    /// Who gives it its value.
    pub usage: Usage,
    /// The value when the configuration gives none.
    pub fallback: Fallback,
    /// How secret it is.
    pub secrecy: Secrecy,
    /// What changing it costs.
    pub cost: Cost,
    /// Why it costs that.
    pub reason: &'static str,
    /// When two values are equal.
    pub equality: Equality,
    /// A check of the value alone.
    pub check: Option<Check>,
    /// It may also be written as blocks.
    pub as_blocks: bool,
    /// An in-place update that costs at least this makes the computed value unknown.
    pub unsettled_by: Option<Cost>,
    /// What the cloud will answer, where the configuration tells.
    pub derive: Option<Derive>,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// What it means.
    pub about: &'static str,
    /// Where it lies in the body: member names with dots between.
    pub place: &'static str,
    /// In which form.
    pub form: Form,
    /// The cloud does not always return it; when it does not, the known value stands.
    pub sticky: bool,
    /// A zero is the same as nothing and is not sent.
    pub zero_is_unset: bool,
    /// It is not in the body while that sibling attribute has that value.
    pub unless: Option<(&'static str, &'static str)>,
}

impl Row {
    const fn new(name: &'static str, ty: Ty, usage: Usage) -> Row {
        Row {
            name,
            ty,
            usage,
            fallback: Fallback::None,
            secrecy: Secrecy::Plain,
            cost: Cost::Nothing,
            reason: "",
            equality: Equality::Exact,
            check: None,
            as_blocks: false,
            unsettled_by: None,
            derive: None,
            deprecated: None,
            about: "",
            place: "",
            form: Form::Absent,
            sticky: false,
            zero_is_unset: false,
            unless: None,
        }
    }

    /// The configuration must give it.
    #[must_use]
    pub const fn required(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Required)
    }

    /// The configuration may give it.
    #[must_use]
    pub const fn optional(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Optional)
    }

    /// The configuration may give it, otherwise the cloud does.
    #[must_use]
    pub const fn settled(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::OptionalComputed)
    }

    /// Only the cloud gives it.
    #[must_use]
    pub const fn computed(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Computed)
    }

    /// Where it lies and in which form.
    #[must_use]
    pub const fn at(mut self, place: &'static str, form: Form) -> Row {
        self.place = place;
        self.form = form;
        self
    }

    /// The default.
    #[must_use]
    pub const fn fallback(mut self, fallback: Fallback) -> Row {
        self.fallback = fallback;
        self
    }

    /// It is not shown.
    #[must_use]
    pub const fn sensitive(mut self) -> Row {
        self.secrecy = Secrecy::Sensitive;
        self
    }

    /// It is not shown and never comes back.
    #[must_use]
    pub const fn write_only(mut self) -> Row {
        self.secrecy = Secrecy::WriteOnly;
        self
    }

    /// What a change costs and why.
    #[must_use]
    pub const fn costs(mut self, cost: Cost, reason: &'static str) -> Row {
        self.cost = cost;
        self.reason = reason;
        self
    }

    /// When two values are equal.
    #[must_use]
    pub const fn equal(mut self, equality: Equality) -> Row {
        self.equality = equality;
        self
    }

    /// A check of the value alone.
    #[must_use]
    pub const fn check(mut self, check: Check) -> Row {
        self.check = Some(check);
        self
    }

    /// It may also be written as blocks.
    #[must_use]
    pub const fn as_blocks(mut self) -> Row {
        self.as_blocks = true;
        self
    }

    /// What the cloud will answer can be told from the configuration.
    #[must_use]
    pub const fn derived(mut self, derive: Derive) -> Row {
        self.derive = Some(derive);
        self
    }

    /// In-place updates of at least this cost make it unknown.
    #[must_use]
    pub const fn unsettled_by(mut self, cost: Cost) -> Row {
        self.unsettled_by = Some(cost);
        self
    }

    /// It is old; use something else.
    #[must_use]
    pub const fn deprecated(mut self, instead: &'static str) -> Row {
        self.deprecated = Some(instead);
        self
    }

    /// What it means.
    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Row {
        self.about = about;
        self
    }

    /// The cloud does not always return it.
    #[must_use]
    pub const fn sticky(mut self) -> Row {
        self.sticky = true;
        self
    }

    /// Zero means unset.
    #[must_use]
    pub const fn zero_is_unset(mut self) -> Row {
        self.zero_is_unset = true;
        self.equality = Equality::ZeroIsNull;
        self
    }

    /// Not in the body while a sibling attribute has a value.
    #[must_use]
    pub const fn unless(mut self, sibling: &'static str, value: &'static str) -> Row {
        self.unless = Some((sibling, value));
        self
    }
}

/// How nested blocks stand in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An array with an object for each block.
    Each,
    /// One object, there or not.
    One,
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
