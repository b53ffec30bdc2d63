//! What a `dynamic` block goes through.
//!
//! **Never:** decode content; `decode` does that once for each element.
//! In: the value of `for_each`. Out: pairs of key and value, in iteration order.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::{Content, Marks, Type, Value};

/// The elements of a `dynamic` block.
pub(super) enum Elements {
    /// Keys and values, and the marks of the whole.
    Known(Vec<(Value, Value)>, Marks),
    /// How many there are is not known: a key and a value that stand for all of them.
    Unknown((Value, Value), Marks),
}

impl Elements {
    /// The marks of the whole.
    pub(super) fn marks(&self) -> Marks {
        match self {
            Elements::Known(_, marks) | Elements::Unknown(_, marks) => *marks,
        }
    }
}

/// Goes through a value. Marks of the whole move to each key and value.
pub(super) fn expand(value: &Value, span: Span) -> Result<Elements, Diagnostics> {
    let marks = value.marks();
    let invalid =
        |detail: String| Diagnostics::from(Diagnostic::error("Invalid dynamic for_each value", detail).at(span));
    let pair = |key: Value, value: &Value| (key.with_marks(marks), value.clone().with_marks(marks));
    let pairs = match value.content() {
        Content::Null(_) => return Err(invalid("Cannot use a null value in for_each.".into())),
        Content::Unknown { ty, .. } => {
            let (key, element) = match ty {
                Type::List(element) => (Type::Number, (**element).clone()),
                Type::Set(element) => ((**element).clone(), (**element).clone()),
                Type::Map(element) => (Type::String, (**element).clone()),
                Type::Tuple(_) => (Type::Number, Type::Dynamic),
                Type::Object(_) => (Type::String, Type::Dynamic),
                Type::Dynamic => (Type::Dynamic, Type::Dynamic),
                other => return Err(invalid(not_iterable(other))),
            };
            let (key, element) = (Value::unknown_not_null(key), Value::unknown(element));
            return Ok(Elements::Unknown((key.with_marks(marks), element.with_marks(marks)), marks));
        }
        Content::List(_, members) | Content::Tuple(members) => {
            let numbered = (0..).zip(members.iter());
            numbered.map(|(index, member)| pair(Value::int(index), member)).collect()
        }
        Content::Set(_, members) => members.iter().map(|member| pair(member.clone(), member)).collect(),
        Content::Map(_, members) | Content::Object(members) => {
            members.iter().map(|(key, member)| pair(Value::string(key.clone()), member)).collect()
        }
        Content::Bool(_) | Content::Number(_) | Content::String(_) => return Err(invalid(not_iterable(&value.ty()))),
    };
    Ok(Elements::Known(pairs, marks))
}

fn not_iterable(ty: &Type) -> String {
    format!("Cannot use a {} value in for_each. An iterable collection is required.", ty.friendly())
}
