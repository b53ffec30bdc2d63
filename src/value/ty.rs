//! The types of values, as Terraform has them.
//!
//! **Never:** know about `optional()` or defaults; those belong to type *constraints* in `lang`.
//! `Dynamic` is the type of an untyped null and of an unknown whose type is not known either.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Name;

/// A type. Comparing two types compares their structure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Any type: not decided.
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(...)`
    List(Arc<Type>),
    /// `set(...)`
    Set(Arc<Type>),
    /// `map(...)`
    Map(Arc<Type>),
    /// `tuple([...])`
    Tuple(Arc<Vec<Type>>),
    /// `object({...})`
    Object(Arc<BTreeMap<Name, Type>>),
}

impl Type {
    /// `list(element)`
    #[must_use]
    pub fn list(element: Type) -> Type {
        Type::List(Arc::new(element))
    }

    /// `set(element)`
    #[must_use]
    pub fn set(element: Type) -> Type {
        Type::Set(Arc::new(element))
    }

    /// `map(element)`
    #[must_use]
    pub fn map(element: Type) -> Type {
        Type::Map(Arc::new(element))
    }

    /// `tuple([elements])`
    #[must_use]
    pub fn tuple(elements: Vec<Type>) -> Type {
        Type::Tuple(Arc::new(elements))
    }

    /// `object({attributes})`
    #[must_use]
    pub fn object(attributes: BTreeMap<Name, Type>) -> Type {
        Type::Object(Arc::new(attributes))
    }

    /// An object type from a short list, for tables.
    #[must_use]
    pub fn object_of(attributes: &[(&str, Type)]) -> Type {
        Type::object(attributes.iter().map(|(name, ty)| (Name::from(*name), ty.clone())).collect())
    }

    /// Whether both are the same type in the same place in memory, which takes no look inside. Equal
    /// types need not be.
    #[must_use]
    pub fn is_identical(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                Arc::ptr_eq(a, b)
            }
            (Type::Tuple(a), Type::Tuple(b)) => Arc::ptr_eq(a, b),
            (Type::Object(a), Type::Object(b)) => Arc::ptr_eq(a, b),
            (Type::Dynamic, Type::Dynamic)
            | (Type::Bool, Type::Bool)
            | (Type::Number, Type::Number)
            | (Type::String, Type::String) => true,
            _ => false,
        }
    }

    /// Whether `Dynamic` occurs nowhere in it.
    #[must_use]
    pub fn is_concrete(&self) -> bool {
        match self {
            Type::Dynamic => false,
            Type::Bool | Type::Number | Type::String => true,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.is_concrete(),
            Type::Tuple(elements) => elements.iter().all(Type::is_concrete),
            Type::Object(attributes) => attributes.values().all(Type::is_concrete),
        }
    }

    /// The types of what lies directly inside.
    #[must_use]
    pub fn members(&self) -> Vec<&Type> {
        match self {
            Type::List(element) | Type::Set(element) | Type::Map(element) => vec![&**element],
            Type::Tuple(elements) => elements.iter().collect(),
            Type::Object(attributes) => attributes.values().collect(),
            Type::Dynamic | Type::Bool | Type::Number | Type::String => Vec::new(),
        }
    }

    /// Whether a list occurs in it.
    #[must_use]
    pub fn has_list(&self) -> bool {
        match self {
            Type::List(_) => true,
            Type::Dynamic | Type::Bool | Type::Number | Type::String => false,
            Type::Set(element) | Type::Map(element) => element.has_list(),
            Type::Tuple(elements) => elements.iter().any(Type::has_list),
            Type::Object(attributes) => attributes.values().any(Type::has_list),
        }
    }

    /// Whether it is `bool`, `number` or `string`.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// The word that Terraform's messages use: "string", "list of string", "object", ...
    #[must_use]
    pub fn friendly(&self) -> String {
        match self {
            Type::Dynamic => "dynamic".into(),
            Type::Bool => "bool".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::List(element) => format!("list of {}", element.friendly()),
            Type::Set(element) => format!("set of {}", element.friendly()),
            Type::Map(element) => format!("map of {}", element.friendly()),
            Type::Tuple(_) => "tuple".into(),
            Type::Object(_) => "object".into(),
        }
    }
}

/// The type as Terraform's type expressions write it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dynamic => f.write_str("any"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{element}")?;
                }
                f.write_str("])")
            }
            Type::Object(attributes) => {
                f.write_str("object({")?;
                for (index, (name, ty)) in attributes.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{name}={ty}")?;
                }
                f.write_str("})")
            }
        }
    }
}
