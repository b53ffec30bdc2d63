//! Terraform's conversions between types.
//!
//! **Never:** fill in `optional()` defaults (that is `lang`'s constraint).
//! The rules are those of the language documentation, "Type Constraints" and "Conversion of
//! Complex Types", as Terraform 1.11 applies them. Marks survive every conversion.

use std::collections::BTreeMap;

use super::unify::{unify, unify_all};
use super::{Bounds, Content, Members, Name, Number, Path, Step, Type, Value};

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
        (Content::Null(ty), _) if convertible(ty, want) => Value::null(settle(ty, want)),
        (Content::Unknown { ty, .. }, _) if ty == want => return Ok(value.clone()),
        (Content::Unknown { ty, .. }, _) => {
            if !convertible(ty, want) {
                return Err(required(want));
            }
            unknown(value, ty, want)
        }
        (Content::Bool(_), Type::Bool) | (Content::Number(_), Type::Number) | (Content::String(_), Type::String) => {
            return Ok(value.clone());
        }
        (Content::Bool(value), Type::String) => Value::string(if *value { "true" } else { "false" }),
        (Content::Number(number), Type::String) => Value::string(number.to_string()),
        (Content::String(text), Type::Bool) => match &**text {
            "true" | "1" => Value::bool(true),
            "false" | "0" => Value::bool(false),
            other => return Err(not_a_bool(other)),
        },
        (Content::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => return Err(required(want)),
        },
        // Members of the wanted type need not be looked at; 10,000 of them are common.
        (Content::List(have, _), Type::List(want))
        | (Content::Set(have, _), Type::Set(want))
        | (Content::Map(have, _), Type::Map(want))
            if **want == *have || have.is_concrete() && **want == Type::Dynamic =>
        {
            return Ok(value.clone());
        }
        (Content::Set(have, members), Type::List(_)) if members.len() > 1 && !value.is_wholly_known() => {
            // Members that are not known yet may turn out equal, so the length is open.
            Value::unknown(Type::list(have.clone()))
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::List(element)) => {
            let (element, members) = sequence(value, element, "list")?;
            Value::list(element, members)
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::Set(element)) => {
            let (element, members) = sequence(value, element, "set")?;
            Value::set(element, members)
        }
        (Content::Tuple(members), Type::Tuple(elements)) => to_tuple(members, elements)?,
        (Content::Map(_, members) | Content::Object(members), Type::Map(element)) => to_map(value, members, element)?,
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

fn not_a_bool(text: &str) -> Mismatch {
    Mismatch::new(match text.to_ascii_lowercase().as_str() {
        lower @ ("true" | "false") => format!("a bool is required; to convert from string, use lowercase \"{lower}\""),
        _ => "a bool is required".to_owned(),
    })
}

/// What an unknown value becomes: how many members it will have may be certain by its type or by
/// its bounds, but those of a set may turn out equal.
fn unknown(value: &Value, have: &Type, want: &Type) -> Value {
    let ty = settle(have, want);
    if !is_definite(value) {
        return Value::unknown(ty);
    }
    let (least, most) = match (have, &ty) {
        (Type::Tuple(elements), Type::List(_) | Type::Set(_)) => (elements.len(), Some(elements.len())),
        (Type::Object(attributes), Type::Map(_)) => (attributes.len(), Some(attributes.len())),
        _ => value.length_range(),
    };
    match (have, &ty) {
        (Type::List(_) | Type::Tuple(_), Type::Set(_)) => Value::unknown_within(ty, Bounds::length(least.min(1), most)),
        (_, Type::List(_) | Type::Set(_) | Type::Map(_)) => Value::unknown_within(ty, Bounds::length(least, most)),
        _ => Value::unknown_not_null(ty),
    }
}

fn is_definite(value: &Value) -> bool {
    matches!(value.content(), Content::Unknown { not_null: true, .. })
}

/// The wanted type of a null or unknown value, with what it leaves open taken from the type it has.
fn settle(have: &Type, want: &Type) -> Type {
    let shared = |types: Vec<&Type>, want: &Type| match unify_all(types) {
        Some(have) => settle(&have, want),
        None => want.clone(),
    };
    match (have, want) {
        (Type::Dynamic, want) => want.clone(),
        (have, Type::Dynamic) => have.clone(),
        (_, want) if want.is_concrete() => want.clone(),
        (Type::List(have) | Type::Set(have), Type::List(want)) => Type::list(settle(have, want)),
        (Type::List(have) | Type::Set(have), Type::Set(want)) => Type::set(settle(have, want)),
        (Type::Tuple(have), Type::List(want)) => Type::list(shared(have.iter().collect(), want)),
        (Type::Tuple(have), Type::Set(want)) => Type::set(shared(have.iter().collect(), want)),
        (Type::Map(have), Type::Map(want)) => Type::map(settle(have, want)),
        (Type::Object(have), Type::Map(want)) => Type::map(shared(have.values().collect(), want)),
        (Type::Tuple(have), Type::Tuple(want)) => {
            Type::tuple(have.iter().zip(want.iter()).map(|(have, want)| settle(have, want)).collect())
        }
        (Type::Map(have), Type::Object(want)) => {
            Type::object(want.iter().map(|(name, want)| (name.clone(), settle(have, want))).collect())
        }
        (Type::Object(have), Type::Object(want)) => {
            let settled = |(name, want): (&Name, &Type)| {
                (name.clone(), have.get(name).map_or_else(|| want.clone(), |have| settle(have, want)))
            };
            Type::object(want.iter().map(settled).collect())
        }
        (_, want) => want.clone(),
    }
}

fn sequence(value: &Value, element: &Type, kind: &str) -> Result<(Type, Vec<Value>), Mismatch> {
    let members = value.as_sequence().unwrap_or_default();
    let steps = (0..members.len()).map(Step::Index);
    match value.content() {
        // An empty collection keeps its element type where another is not asked for.
        Content::List(have, _) | Content::Set(have, _) if *element == Type::Dynamic => {
            return Ok((have.clone(), members.to_vec()));
        }
        Content::Tuple(_) => {}
        _ => {
            let converted = convert_each(members.iter(), steps, element)?;
            if is_exact(element) {
                return Ok((element.clone(), converted));
            }
            return of_one_type(converted, element, kind);
        }
    }
    let element = shared(members, element, kind)?;
    let converted = convert_each(members.iter(), steps.clone(), &element)?;
    if is_exact(&element) {
        return Ok((element, converted));
    }
    let converted = if kind == "list" { again(converted, steps)? } else { converted };
    of_one_type(converted, &element, kind)
}

/// The element type that is wanted; where that is left open, the one that all members share.
fn shared<'v>(members: impl IntoIterator<Item = &'v Value>, element: &Type, kind: &str) -> Result<Type, Mismatch> {
    if *element != Type::Dynamic {
        return Ok(element.clone());
    }
    let types: Vec<Type> = members.into_iter().map(Value::ty).collect();
    if types.is_empty() {
        return Ok(Type::Dynamic);
    }
    let refusal = || Mismatch::new(format!("all {kind} elements must have the same type"));
    let shared = unify(&types).ok_or_else(refusal)?;
    let settled = shared != Type::Dynamic || kind == "map" || types.iter().all(|ty| *ty == Type::Dynamic);
    if settled { Ok(shared) } else { Err(refusal()) }
}

fn convert_each<'v>(
    members: impl Iterator<Item = &'v Value>,
    steps: impl Iterator<Item = Step>,
    element: &Type,
) -> Result<Vec<Value>, Mismatch> {
    members.zip(steps).map(|(member, step)| convert(member, element).map_err(|why| why.under(step))).collect()
}

/// Whether what is converted to a type certainly has it then: nothing in it is open, and no set with
/// members that are not known becomes a list of what these are instead of what is wanted.
fn is_exact(want: &Type) -> bool {
    want.is_concrete() && !want.has_list()
}

/// Members that were converted may have settled what their types left open in different ways.
fn again(members: Vec<Value>, steps: impl Iterator<Item = Step>) -> Result<Vec<Value>, Mismatch> {
    let Some(first) = members.first().map(Value::ty) else { return Ok(members) };
    if members.iter().all(|member| member.ty() == first) {
        return Ok(members);
    }
    let types: Vec<Type> = members.iter().map(Value::ty).collect();
    let refusal = || Mismatch::new("cannot find a common base type for all elements");
    convert_each(members.iter(), steps, &unify(&types).ok_or_else(refusal)?)
}

/// Members with the one type that they have; those of undecided type are no hindrance.
fn of_one_type(members: Vec<Value>, element: &Type, kind: &str) -> Result<(Type, Vec<Value>), Mismatch> {
    let mut ty = Type::Dynamic;
    for member in &members {
        if ty == Type::Dynamic {
            ty = member.ty();
        } else if !has_type(member, &ty) && !has_type(member, &Type::Dynamic) {
            return Err(Mismatch::new(format!("element types must all match for conversion to {kind}")));
        }
    }
    Ok((if members.is_empty() { element.clone() } else { ty }, members))
}

/// Whether a value has a type, without making its type where a look at it tells.
fn has_type(value: &Value, ty: &Type) -> bool {
    match (value.content(), ty) {
        (Content::Bool(_), ty) => *ty == Type::Bool,
        (Content::Number(_), ty) => *ty == Type::Number,
        (Content::String(_), ty) => *ty == Type::String,
        (Content::Null(have) | Content::Unknown { ty: have, .. }, ty) => have == ty,
        (_, Type::Dynamic | Type::Bool | Type::Number | Type::String) => false,
        _ => value.ty() == *ty,
    }
}

fn to_tuple(members: &[Value], elements: &[Type]) -> Result<Value, Mismatch> {
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

fn to_map(value: &Value, members: &Members, element: &Type) -> Result<Value, Mismatch> {
    let steps = members.keys().cloned().map(Step::Key);
    let kept = match value.content() {
        Content::Map(have, _) if *element == Type::Dynamic => Some(have),
        _ => None,
    };
    if let (Some(have), true) = (kept, members.is_empty()) {
        return Ok(Value::map(have.clone(), Members::new()));
    }
    let element = if kept.is_some() { Type::Dynamic } else { shared(members.values(), element, "map")? };
    let mut converted = convert_each(members.values(), steps.clone(), &element)?;
    if is_exact(&element) {
        return Ok(Value::map(element, renamed(members, converted)));
    }
    if matches!(element, Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object(_)) {
        converted = again(converted, steps)?;
    }
    let (element, converted) = of_one_type(converted, &element, "map")?;
    Ok(Value::map(element, renamed(members, converted)))
}

/// Converted members under the names that they had.
fn renamed(members: &Members, converted: Vec<Value>) -> Members {
    let mut converted = converted.into_iter();
    members.map(|_, member| converted.next().unwrap_or_else(|| member.clone()))
}

fn to_object(members: &Members, attributes: &BTreeMap<Name, Type>) -> Result<Value, Mismatch> {
    let converted = attributes.iter().map(|(name, ty)| {
        let Some(member) = members.get(name) else {
            return Err(Mismatch::new(format!("attribute \"{name}\" is required")));
        };
        let member = convert(member, ty).map_err(|mismatch| mismatch.under(Step::Attr(name.clone())))?;
        Ok((name.clone(), member))
    });
    Ok(Value::object(converted.collect::<Result<Members, Mismatch>>()?))
}

/// Whether some value of the type `have` can become one of the type `want`.
#[must_use]
pub fn convertible(have: &Type, want: &Type) -> bool {
    let each = |types: Vec<&Type>, want: &Type| types.iter().all(|have| convertible(have, want));
    match (have, want) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (a, b) if a == b => true,
        (Type::Bool | Type::Number, Type::String) | (Type::String, Type::Bool | Type::Number) => true,
        (Type::List(have) | Type::Set(have), Type::List(want) | Type::Set(want))
        | (Type::Map(have), Type::Map(want)) => convertible(have, want),
        (Type::Tuple(have), Type::List(want) | Type::Set(want)) if **want == Type::Dynamic => {
            let settled = |shared: &Type| *shared != Type::Dynamic || have.iter().all(|ty| *ty == Type::Dynamic);
            have.is_empty()
                || unify(have).is_some_and(|shared| settled(&shared) && each(have.iter().collect(), &shared))
        }
        (Type::Tuple(have), Type::List(want) | Type::Set(want)) => each(have.iter().collect(), want),
        (Type::Tuple(have), Type::Tuple(want)) => {
            have.len() == want.len() && have.iter().zip(want.iter()).all(|(have, want)| convertible(have, want))
        }
        (Type::Object(have), Type::Map(want)) if **want == Type::Dynamic => {
            let shared = || unify_all(have.values().collect());
            have.is_empty() || shared().is_some_and(|shared| each(have.values().collect(), &shared))
        }
        (Type::Object(have), Type::Map(want)) => each(have.values().collect(), want),
        (Type::Map(have), Type::Object(want)) => want.values().all(|want| convertible(have, want)),
        (Type::Object(have), Type::Object(want)) => {
            want.iter().all(|(name, want)| have.get(name).is_some_and(|have| convertible(have, want)))
        }
        _ => false,
    }
}
