//! Terraform's conversions between types, and the one type that several values share.
//!
//! **Never:** fill in `optional()` defaults (that is `lang`'s constraint).
//! The rules are those of the language documentation, "Type Constraints" and "Conversion of
//! Complex Types", as Terraform 1.11 applies them. Marks survive every conversion.

use std::collections::BTreeMap;

use super::{Content, Members, Name, Number, Path, Step, Type, Value};

/// Why a value does not fit a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where inside the value.
    pub path: Path,
    /// What is wrong there: "a number is required", "attribute \"x\" is required", ...
    pub message: String,
}

impl Mismatch {
    fn new(message: impl Into<String>) -> Mismatch {
        Mismatch { path: Path::root(), message: message.into() }
    }

    fn under(mut self, step: Step) -> Mismatch {
        self.path.0.insert(0, step);
        self
    }
}

/// Converts `value` to `want`.
///
/// # Errors
/// The first place that cannot be converted, with what is required there.
pub fn convert(value: &Value, want: &Type) -> Result<Value, Mismatch> {
    let marks = value.marks();
    let converted: Value = match (value.content(), want) {
        (_, Type::Dynamic) => return Ok(value.clone()),
        (Content::Null(_), _) => Value::null(want.clone()),
        (Content::Unknown { ty, not_null }, _) => {
            if !convertible(ty, want) {
                return Err(required(want));
            }
            Content::Unknown { ty: want.clone(), not_null: *not_null }.into()
        }
        (Content::Bool(_), Type::Bool) | (Content::Number(_), Type::Number) | (Content::String(_), Type::String) => {
            return Ok(value.clone());
        }
        (Content::Bool(value), Type::String) => Value::string(if *value { "true" } else { "false" }),
        (Content::Number(number), Type::String) => Value::string(number.to_string()),
        (Content::String(text), Type::Bool) => match &**text {
            "true" | "1" => Value::bool(true),
            "false" | "0" => Value::bool(false),
            _ => return Err(required(want)),
        },
        (Content::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => return Err(required(want)),
        },
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::List(element)) => {
            let (element, members) = sequence(value, element)?;
            Value::list(element, members)
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::Set(element)) => {
            let (element, members) = sequence(value, element)?;
            Value::set(element, members)
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::Tuple(elements)) => to_tuple(value, elements)?,
        (Content::Map(_, members) | Content::Object(members), Type::Map(element)) => to_map(members, element)?,
        (Content::Map(_, members) | Content::Object(members), Type::Object(attributes)) => {
            to_object(members, attributes)?
        }
        _ => return Err(required(want)),
    };
    Ok(converted.with_marks(marks))
}

fn required(want: &Type) -> Mismatch {
    Mismatch::new(match want {
        Type::Bool | Type::Number | Type::String => format!("a {} is required", want.friendly()),
        Type::Object(_) => "an object is required".into(),
        Type::Tuple(_) => "a tuple is required".into(),
        _ => format!("{} required", want.friendly()),
    })
}

fn sequence(value: &Value, element: &Type) -> Result<(Type, Vec<Value>), Mismatch> {
    let members = value.as_sequence().unwrap_or_default();
    let element = decide(element, value, || members.iter().map(Value::ty).collect())?;
    let mut converted = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        converted.push(convert(member, &element).map_err(|mismatch| mismatch.under(Step::Index(index)))?);
    }
    Ok((element, converted))
}

/// The element type to use: the wanted one, or for `any` the one that all members share.
fn decide(element: &Type, value: &Value, types: impl Fn() -> Vec<Type>) -> Result<Type, Mismatch> {
    if element.is_concrete() {
        return Ok(element.clone());
    }
    if *element != Type::Dynamic {
        return Ok(element.clone());
    }
    match value.content() {
        Content::List(ty, _) | Content::Set(ty, _) | Content::Map(ty, _) if *ty != Type::Dynamic => Ok(ty.clone()),
        _ => unify(&types()).ok_or_else(|| Mismatch::new("all list elements must have the same type")),
    }
}

fn to_tuple(value: &Value, elements: &[Type]) -> Result<Value, Mismatch> {
    let members = value.as_sequence().unwrap_or_default();
    if members.len() != elements.len() {
        return Err(Mismatch::new(format!("a tuple of {} elements is required", elements.len())));
    }
    let converted = members
        .iter()
        .zip(elements)
        .enumerate()
        .map(|(index, (member, ty))| convert(member, ty).map_err(|mismatch| mismatch.under(Step::Index(index))));
    Ok(Value::tuple(converted.collect::<Result<_, _>>()?))
}

fn to_map(members: &Members, element: &Type) -> Result<Value, Mismatch> {
    let element = if *element == Type::Dynamic {
        let types: Vec<Type> = members.values().map(Value::ty).collect();
        unify(&types).ok_or_else(|| Mismatch::new("all map elements must have the same type"))?
    } else {
        element.clone()
    };
    let mut converted = Members::new();
    for (key, member) in members {
        let member = convert(member, &element).map_err(|mismatch| mismatch.under(Step::Key(key.clone())))?;
        converted.insert(key.clone(), member);
    }
    Ok(Value::map(element, converted))
}

fn to_object(members: &Members, attributes: &BTreeMap<Name, Type>) -> Result<Value, Mismatch> {
    let mut converted = Members::new();
    for (name, ty) in attributes {
        let Some(member) = members.get(name) else {
            return Err(Mismatch::new(format!("attribute \"{name}\" is required")));
        };
        let member = convert(member, ty).map_err(|mismatch| mismatch.under(Step::Attr(name.clone())))?;
        converted.insert(name.clone(), member);
    }
    Ok(Value::object(converted))
}

/// Whether some value of the type `have` can become one of the type `want`.
#[must_use]
pub fn convertible(have: &Type, want: &Type) -> bool {
    match (have, want) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (a, b) if a == b => true,
        (Type::Bool | Type::Number, Type::String) | (Type::String, Type::Bool | Type::Number) => true,
        (Type::List(have) | Type::Set(have), Type::List(want) | Type::Set(want))
        | (Type::Map(have), Type::Map(want)) => convertible(have, want),
        (Type::Tuple(have), Type::List(want) | Type::Set(want)) => have.iter().all(|have| convertible(have, want)),
        (Type::Tuple(have), Type::Tuple(want)) => {
            have.len() == want.len() && have.iter().zip(want.iter()).all(|(have, want)| convertible(have, want))
        }
        (Type::Object(have), Type::Map(want)) => have.values().all(|have| convertible(have, want)),
        (Type::Map(have), Type::Object(want)) => want.values().all(|want| convertible(have, want)),
        (Type::Object(have), Type::Object(want)) => {
            want.iter().all(|(name, want)| have.get(name).is_some_and(|have| convertible(have, want)))
        }
        _ => false,
    }
}

/// The type that values of all `types` convert to without losing anything, if there is one.
/// Strings win over numbers and booleans, collections over structures; no types give `Dynamic`.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    let mut types = types.iter().filter(|ty| **ty != Type::Dynamic);
    let Some(first) = types.next() else { return Some(Type::Dynamic) };
    types.try_fold(first.clone(), |so_far, next| unify_two(&so_far, next))
}

fn unify_two(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Dynamic, other) | (other, Type::Dynamic) => Some(other.clone()),
        (a, b) if a == b => Some(a.clone()),
        (Type::String, Type::Bool | Type::Number) | (Type::Bool | Type::Number, Type::String) => Some(Type::String),
        (Type::List(a), Type::List(b)) => unify_two(a, b).map(Type::list),
        (Type::Set(a), Type::Set(b)) => unify_two(a, b).map(Type::set),
        (Type::List(a), Type::Set(b)) | (Type::Set(b), Type::List(a)) => unify_two(a, b).map(Type::list),
        (Type::Map(a), Type::Map(b)) => unify_two(a, b).map(Type::map),
        (Type::Tuple(members), Type::List(element)) | (Type::List(element), Type::Tuple(members)) => {
            members.iter().try_fold((**element).clone(), |so_far, next| unify_two(&so_far, next)).map(Type::list)
        }
        (Type::Tuple(members), Type::Set(element)) | (Type::Set(element), Type::Tuple(members)) => {
            members.iter().try_fold((**element).clone(), |so_far, next| unify_two(&so_far, next)).map(Type::set)
        }
        (Type::Object(members), Type::Map(element)) | (Type::Map(element), Type::Object(members)) => {
            members.values().try_fold((**element).clone(), |so_far, next| unify_two(&so_far, next)).map(Type::map)
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            let members = a.iter().zip(b.iter()).map(|(a, b)| unify_two(a, b)).collect::<Option<Vec<_>>>()?;
            Some(Type::tuple(members))
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            let all: Vec<Type> = a.iter().chain(b.iter()).cloned().collect();
            unify(&all).map(Type::list)
        }
        (Type::Object(a), Type::Object(b)) if a.keys().eq(b.keys()) => {
            let members = a.iter().zip(b.values());
            let members = members.map(|((name, a), b)| Some((name.clone(), unify_two(a, b)?)));
            members.collect::<Option<BTreeMap<_, _>>>().map(Type::object)
        }
        (Type::Object(a), Type::Object(b)) => {
            let all: Vec<Type> = a.values().chain(b.values()).cloned().collect();
            unify(&all).map(Type::map)
        }
        _ => None,
    }
}
