//! THE value: everything that text, plans, state and clouds exchange inside acier.
//!
//! **Never:** parse or print a format; the four doors (`lang::parse`, `resources::codec`,
//! `plugin::wire`, `store::record`) convert, this module only holds.
//! A value is cheap to clone (shared by reference count), knows its type even when null or
//! unknown, and carries marks beside its content. The decision to question: maps and objects
//! are ordered by key bytes, as Terraform iterates them, so no order can leak from a hash.

pub mod bounds;
pub mod convert;
mod decimal;
mod float;
pub mod members;
pub mod number;
pub mod order;
pub mod path;
pub mod printable;
pub mod ty;
pub mod unify;

use std::sync::Arc;

pub use bounds::Bounds;
pub use members::Members;
pub use number::Number;
pub use path::{Path, Step};
pub use ty::Type;

/// A shared, immutable name: an attribute, a map key, a block label.
pub type Name = Arc<str>;

/// What a value is about, beside its content. Marks travel through every operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(u8);

impl Marks {
    /// No mark at all.
    pub const NONE: Marks = Marks(0);
    /// Hidden on screens and sealed on disk.
    pub const SENSITIVE: Marks = Marks(1);
    /// Lives for one run only and is never stored.
    pub const EPHEMERAL: Marks = Marks(2);
    /// Not the secret itself but its keyed fingerprint: all that state remembers of a secret.
    pub const FINGERPRINT: Marks = Marks(4);

    /// The marks of what is declared so.
    #[must_use]
    pub const fn of(sensitive: bool, ephemeral: bool) -> Marks {
        let sensitive = if sensitive { Marks::SENSITIVE } else { Marks::NONE };
        sensitive.union(if ephemeral { Marks::EPHEMERAL } else { Marks::NONE })
    }

    /// The marks as a number, for `store::record` and `plan::file`.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The marks of a stored number; bits that mean nothing are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Marks {
        Marks(bits & 7)
    }

    /// Both sets of marks together.
    #[must_use]
    pub const fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// These marks without `other`.
    #[must_use]
    pub const fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }

    /// Whether every mark of `other` is among these.
    #[must_use]
    pub const fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is no mark.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The content of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Absent, of a type.
    Null(Type),
    /// Not known before the apply, of a type.
    Unknown {
        /// What it will be.
        ty: Type,
        /// It will certainly not be null.
        not_null: bool,
        /// What else is certain; rarely anything is, and only of what is not null.
        bounds: Option<Arc<Bounds>>,
    },
    /// True or false.
    Bool(bool),
    /// A number of Terraform's precision.
    Number(Number),
    /// Text, normalised to NFC where it comes from configuration.
    String(Arc<str>),
    /// A list of one element type.
    List(Type, Arc<Vec<Value>>),
    /// A set of one element type, in Terraform's iteration order, without doubles.
    Set(Type, Arc<Vec<Value>>),
    /// A map of one element type.
    Map(Type, Arc<Members>),
    /// A sequence of any types.
    Tuple(Arc<Vec<Value>>),
    /// Named members of any types.
    Object(Arc<Members>),
}

/// A value with its marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    content: Content,
    marks: Marks,
}

impl From<Content> for Value {
    fn from(content: Content) -> Value {
        Value { content, marks: Marks::NONE }
    }
}

/// The deepest nesting of a value that is kept: as deep as an expression can be written.
pub const DEEPEST: usize = 4096;

/// Constructors.
impl Value {
    /// Whether members lie inside members for more than so many levels.
    #[must_use]
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        if self.as_sequence().is_none() && self.as_members().is_none() {
            return false;
        }
        levels == 0 || self.children().any(|member| member.is_deeper_than(levels - 1))
    }

    /// The null of a type.
    #[must_use]
    pub fn null(ty: Type) -> Value {
        Content::Null(ty).into()
    }

    /// A value of a type that is not known yet and may turn out null.
    #[must_use]
    pub fn unknown(ty: Type) -> Value {
        Content::Unknown { ty, not_null: false, bounds: None }.into()
    }

    /// A value of a type that is not known yet but will not be null. Of what has no type yet not
    /// even that is certain, as in Terraform.
    #[must_use]
    pub fn unknown_not_null(ty: Type) -> Value {
        let not_null = ty != Type::Dynamic;
        Content::Unknown { ty, not_null, bounds: None }.into()
    }

    /// A boolean.
    #[must_use]
    pub fn bool(value: bool) -> Value {
        Content::Bool(value).into()
    }

    /// A whole number.
    #[must_use]
    pub fn int(value: i64) -> Value {
        Content::Number(Number::from(value)).into()
    }

    /// A number.
    #[must_use]
    pub fn number(value: Number) -> Value {
        Content::Number(value).into()
    }

    /// A string.
    #[must_use]
    pub fn string(value: impl Into<Arc<str>>) -> Value {
        Content::String(value.into()).into()
    }

    /// A list whose members have the type `element`.
    #[must_use]
    pub fn list(element: Type, members: Vec<Value>) -> Value {
        Content::List(element, Arc::new(members)).into()
    }

    /// A set whose members have the type `element`; sorts and drops doubles.
    /// Marks of members move to the set, because a set cannot say which member they belong to; those of
    /// nulls are lost, as in Terraform.
    #[must_use]
    pub fn set(element: Type, members: Vec<Value>) -> Value {
        let mut marks = Marks::NONE;
        let mut plain = Vec::with_capacity(members.len());
        for member in members {
            let (member, found) = member.unmark_deep();
            marks = if member.is_null() { marks } else { marks.union(found) };
            plain.push(member);
        }
        order::sort(&mut plain);
        plain.dedup_by(|a, b| a.is_wholly_known() && a == b);
        Value { content: Content::Set(element, Arc::new(plain)), marks }
    }

    /// A map whose members have the type `element`.
    #[must_use]
    pub fn map(element: Type, members: Members) -> Value {
        Content::Map(element, Arc::new(members)).into()
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(members: Vec<Value>) -> Value {
        Content::Tuple(Arc::new(members)).into()
    }

    /// An object.
    #[must_use]
    pub fn object(members: Members) -> Value {
        Content::Object(Arc::new(members)).into()
    }
}

/// Looking at a value.
impl Value {
    /// The content without its marks.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The content itself, marks dropped.
    #[must_use]
    pub fn into_content(self) -> Content {
        self.content
    }

    /// The marks of this value itself, not of its members.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The type, computed from the content (allocates for tuples and objects).
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.content {
            Content::Null(ty) | Content::Unknown { ty, .. } => ty.clone(),
            Content::Bool(_) => Type::Bool,
            Content::Number(_) => Type::Number,
            Content::String(_) => Type::String,
            Content::List(ty, _) => Type::list(ty.clone()),
            Content::Set(ty, _) => Type::set(ty.clone()),
            Content::Map(ty, _) => Type::map(ty.clone()),
            Content::Tuple(members) => Type::tuple(members.iter().map(Value::ty).collect()),
            Content::Object(members) => {
                Type::object(members.iter().map(|(name, member)| (name.clone(), member.ty())).collect())
            }
        }
    }

    /// Whether this is a null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null(_))
    }

    /// Whether this itself is unknown (its members may be although it is not).
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.content, Content::Unknown { .. })
    }

    /// Whether nothing in it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match &self.content {
            Content::Unknown { .. } => false,
            Content::Null(_) | Content::Bool(_) | Content::Number(_) | Content::String(_) => true,
            _ => self.children().all(Value::is_wholly_known),
        }
    }

    /// Whether it or anything in it carries `mark`.
    #[must_use]
    pub fn contains_mark(&self, mark: Marks) -> bool {
        self.marks.has(mark) || self.children().any(|child| child.contains_mark(mark))
    }

    /// Whether it itself is sensitive.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.marks.has(Marks::SENSITIVE)
    }

    /// The direct members of a collection, tuple or object, in iteration order.
    pub fn children(&self) -> impl Iterator<Item = &Value> {
        let members = self.as_members().into_iter().flat_map(Members::values);
        self.as_sequence().unwrap_or_default().iter().chain(members)
    }

    /// The text of a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.content {
            Content::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A known number.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match &self.content {
            Content::Number(value) => Some(value),
            _ => None,
        }
    }

    /// A known whole number within `i64`.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The members of a known list, set or tuple.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match &self.content {
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => Some(members),
            _ => None,
        }
    }

    /// The members of a known map or object.
    #[must_use]
    pub fn as_members(&self) -> Option<&Members> {
        match &self.content {
            Content::Map(_, members) | Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member `name` of a known map or object, without inheriting marks.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_members().and_then(|members| members.get(name))
    }

    /// The member `name` of a known object as text, if it is a known string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Equal content, whatever the marks on either side, at any depth.
    #[must_use]
    pub fn same(&self, other: &Value) -> bool {
        order::same(self, other)
    }
}

/// Marks.
impl Value {
    /// This value with `marks` added to those it has.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Value {
        self.marks = self.marks.union(marks);
        self
    }

    /// Stands for a secret of which not even a fingerprint is known: the cloud may hold one and
    /// does not say, as with an object that was not made from this state.
    #[must_use]
    pub fn undisclosed() -> Value {
        Value::string("").with_marks(Marks::FINGERPRINT.union(Marks::SENSITIVE))
    }

    /// Whether this is [`Value::undisclosed`], or a map of which not even the keys are known.
    #[must_use]
    pub fn is_undisclosed(&self) -> bool {
        let empty = self.as_str() == Some("") || self.as_members().is_some_and(Members::is_empty);
        self.marks.has(Marks::FINGERPRINT) && empty
    }

    /// This value, sensitive.
    #[must_use]
    pub fn sensitive(self) -> Value {
        self.with_marks(Marks::SENSITIVE)
    }

    /// This value without its own marks, and those marks. Members keep theirs.
    #[must_use]
    pub fn unmark(mut self) -> (Value, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// This value with no mark at any depth, and all marks that were found.
    #[must_use]
    pub fn unmark_deep(self) -> (Value, Marks) {
        let marked = !self.marks.is_empty() || self.children().any(Value::is_marked_anywhere);
        if !marked {
            return (self, Marks::NONE);
        }
        let mut all = self.marks;
        let plain = self.map_children(|child| {
            let (child, found) = child.clone().unmark_deep();
            all = all.union(found);
            child
        });
        (plain.unmark().0, all)
    }

    /// This value with the marks of `other` at every place that both have.
    #[must_use]
    pub fn with_marks_of(&self, other: &Value) -> Value {
        self.marked_as(other).unwrap_or_else(|| self.clone())
    }

    /// The same; nothing where all marks are there already.
    fn marked_as(&self, other: &Value) -> Option<Value> {
        let marked = match (&self.content, &other.content) {
            (Content::Map(_, own) | Content::Object(own), Content::Map(_, others) | Content::Object(others)) => {
                let alike = own.same_names(others);
                let mut place = 0..;
                let mut names = own.keys();
                self.try_map_children(|child| {
                    let (at, name) = (place.next()?, names.next()?);
                    let other = if alike { others.values().as_slice().get(at) } else { others.get(name) };
                    child.marked_as(other?)
                })
            }
            (Content::List(..) | Content::Tuple(_), Content::List(_, others) | Content::Tuple(others)) => {
                let mut others = others.iter();
                self.try_map_children(|child| child.marked_as(others.next()?))
            }
            _ => None,
        };
        // That something is a fingerprint is said by the value itself, never by its neighbour: a
        // secret in clear that took over this mark would be stored as it is.
        let marks = if other.marks.has(Marks::FINGERPRINT) { Marks::NONE } else { other.marks };
        match marked {
            None if self.marks.has(marks) => None,
            marked => Some(marked.unwrap_or_else(|| self.clone()).with_marks(marks)),
        }
    }

    fn is_marked_anywhere(&self) -> bool {
        !self.marks.is_empty() || self.children().any(Value::is_marked_anywhere)
    }

    /// The same value with some direct members replaced by what `change` makes of them; nothing if it
    /// makes nothing of any. The caller keeps element types true; sets are not sorted again.
    #[must_use]
    pub fn try_map_children(&self, mut change: impl FnMut(&Value) -> Option<Value>) -> Option<Value> {
        let mut changed: Vec<Option<Value>> = Vec::new();
        for (at, child) in self.children().enumerate() {
            if let Some(new) = change(child) {
                changed.resize(at, None);
                changed.push(Some(new));
            }
        }
        if changed.is_empty() {
            return None;
        }
        let mut changed = changed.into_iter();
        Some(self.map_children(|child| changed.next().flatten().unwrap_or_else(|| child.clone())))
    }

    /// The same value with other values for some of its members, which must be there; nothing if there
    /// are none.
    #[must_use]
    pub fn with_members(&self, changed: Vec<(&Name, Value)>) -> Option<Value> {
        let mut members = self.as_members().filter(|_| !changed.is_empty())?.clone();
        for (name, value) in changed {
            if let Some(member) = members.get_mut(name) {
                *member = value;
            }
        }
        let content = match &self.content {
            Content::Map(ty, _) => Content::Map(ty.clone(), Arc::new(members)),
            _ => Content::Object(Arc::new(members)),
        };
        Some(Value { content, marks: self.marks })
    }

    /// The same value with each direct member replaced by `change(member)`.
    /// The caller keeps element types true; sets are not sorted again.
    #[must_use]
    pub fn map_children(&self, mut change: impl FnMut(&Value) -> Value) -> Value {
        let content = match &self.content {
            Content::List(ty, members) => {
                Content::List(ty.clone(), Arc::new(members.iter().map(&mut change).collect()))
            }
            Content::Set(ty, members) => Content::Set(ty.clone(), Arc::new(members.iter().map(&mut change).collect())),
            Content::Tuple(members) => Content::Tuple(Arc::new(members.iter().map(&mut change).collect())),
            Content::Map(ty, members) => Content::Map(ty.clone(), Arc::new(members.map(|_, member| change(member)))),
            Content::Object(members) => Content::Object(Arc::new(members.map(|_, member| change(member)))),
            other => other.clone(),
        };
        Value { content, marks: self.marks }
    }
}
