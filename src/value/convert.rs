//! Terraform's conversions between types, and the one type that several values share.
//!
//! **Never:** fill in `optional()` defaults (that is `lang`'s constraint).
//! The rules are those of the language documentation, "Type Constraints" and "Conversion of
//! Complex Types", as Terraform 1.11 applies them. Marks survive every conversion.

use std::collections::{BTreeMap, BTreeSet};

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
        (Content::Null(ty), _) => Value::null(settle(ty, want)),
        (Content::Unknown { ty, not_null }, _) => {
            if !convertible(ty, want) {
                return Err(required(want));
            }
            Content::Unknown { ty: settle(ty, want), not_null: *not_null }.into()
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
            if have.is_concrete() && (**want == Type::Dynamic || **want == *have) =>
        {
            return Ok(value.clone());
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::List(element)) => {
            let (element, members) = sequence(value, element)?;
            Value::list(element, members)
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::Set(element)) => {
            let (element, members) = sequence(value, element)?;
            Value::set(element, members)
        }
        (Content::Tuple(members), Type::Tuple(elements)) => to_tuple(members, elements)?,
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

fn not_a_bool(text: &str) -> Mismatch {
    Mismatch::new(match text.to_ascii_lowercase().as_str() {
        lower @ ("true" | "false") => format!("a bool is required; to convert from string, use lowercase \"{lower}\""),
        _ => "a bool is required".to_owned(),
    })
}

/// The wanted type of a null or unknown value, with what it leaves open taken from the type it has.
fn settle(have: &Type, want: &Type) -> Type {
    match (have, want) {
        (have, Type::Dynamic) => have.clone(),
        (_, want) if want.is_concrete() => want.clone(),
        (Type::List(have) | Type::Set(have), Type::List(want)) => Type::list(settle(have, want)),
        (Type::List(have) | Type::Set(have), Type::Set(want)) => Type::set(settle(have, want)),
        (Type::Map(have), Type::Map(want)) => Type::map(settle(have, want)),
        (Type::Tuple(have), Type::Tuple(want)) => {
            Type::tuple(have.iter().zip(want.iter()).map(|(have, want)| settle(have, want)).collect())
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

fn sequence(value: &Value, element: &Type) -> Result<(Type, Vec<Value>), Mismatch> {
    let members = value.as_sequence().unwrap_or_default();
    let element = match value.content() {
        Content::List(have, _) | Content::Set(have, _) if *element == Type::Dynamic => have,
        _ => element,
    };
    let steps = (0..members.len()).map(Step::Index);
    share(members.iter(), steps, element, "all list elements must have the same type")
}

/// Converts members to an element type; where that leaves something open, to one that all share.
fn share<'v>(
    members: impl Iterator<Item = &'v Value>,
    steps: impl Iterator<Item = Step> + Clone,
    element: &Type,
    refusal: &str,
) -> Result<(Type, Vec<Value>), Mismatch> {
    let to = |member: &Value, step: Step, want: &Type| convert(member, want).map_err(|mismatch| mismatch.under(step));
    let converted = members.zip(steps.clone()).map(|(member, step)| to(member, step, element));
    let converted = converted.collect::<Result<Vec<_>, _>>()?;
    if element.is_concrete() || converted.is_empty() {
        return Ok((element.clone(), converted));
    }
    let types: Vec<Type> = converted.iter().map(Value::ty).collect();
    let shared = unify(&types).ok_or_else(|| Mismatch::new(refusal))?;
    let converted = converted.iter().zip(steps).map(|(member, step)| to(member, step, &shared));
    let converted = converted.collect::<Result<Vec<_>, _>>()?;
    Ok((shared, converted))
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

fn to_map(members: &Members, element: &Type) -> Result<Value, Mismatch> {
    let steps = members.keys().cloned().map(Step::Key);
    let (element, converted) = share(members.values(), steps, element, "all map elements must have the same type")?;
    let mut converted = converted.into_iter();
    let next = |_: &Name, member: &Value| converted.next().unwrap_or_else(|| member.clone());
    Ok(Value::map(element, members.map(next)))
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

/// The type that values of all `types` convert to, if there is one; no types give `Dynamic`.
///
/// Strings win over numbers and booleans, collections over structures, lists over sets. All types
/// are looked at together: a number and a boolean share nothing, but beside a string all three are
/// strings (cty, package `convert`, "unify"). `Dynamic`, the type of a bare null, follows the others.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_all(types.iter().collect())
}

fn unify_all(types: Vec<&Type>) -> Option<Type> {
    let mut seen = BTreeSet::new();
    let types: Vec<&Type> = types.into_iter().filter(|ty| **ty != Type::Dynamic && seen.insert(*ty)).collect();
    match types.as_slice() {
        [] => return Some(Type::Dynamic),
        [one] => return Some((*one).clone()),
        _ => {}
    }
    let all = |test: fn(&Type) -> bool| types.iter().all(|ty| test(ty));
    if all(|ty| matches!(ty, Type::List(_))) {
        return unify_all(types.iter().flat_map(|ty| members(ty)).collect()).map(Type::list);
    }
    if all(|ty| matches!(ty, Type::Set(_))) {
        return unify_all(types.iter().flat_map(|ty| members(ty)).collect()).map(Type::set);
    }
    if all(|ty| matches!(ty, Type::Map(_))) {
        return unify_all(types.iter().flat_map(|ty| members(ty)).collect()).map(Type::map);
    }
    if all(|ty| matches!(ty, Type::Tuple(_))) {
        return unify_tuples(&types);
    }
    if all(|ty| matches!(ty, Type::Object(_))) {
        return unify_objects(&types);
    }
    let structured = if all(|ty| matches!(ty, Type::List(_) | Type::Tuple(_))) {
        unify_as(&types, Type::list)
    } else if all(|ty| matches!(ty, Type::Map(_) | Type::Object(_))) {
        unify_as(&types, Type::map)
    } else {
        None
    };
    structured.or_else(|| preferred(&types))
}

/// The types of what lies directly inside.
fn members(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => vec![&**element],
        Type::Tuple(elements) => elements.iter().collect(),
        Type::Object(attributes) => attributes.values().collect(),
        Type::Dynamic | Type::Bool | Type::Number | Type::String => Vec::new(),
    }
}

/// Tuples of one length, place by place; of several lengths, as a list.
fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let columns: Vec<Vec<&Type>> = types.iter().map(|ty| members(ty)).collect();
    let length = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != length) {
        return unify_all(columns.into_iter().flatten().collect()).map(Type::list);
    }
    let places =
        (0..length).map(|place| unify_all(columns.iter().filter_map(|column| column.get(place).copied()).collect()));
    places.collect::<Option<Vec<_>>>().map(Type::tuple)
}

/// Objects with the same attributes, attribute by attribute; with others, as a map.
fn unify_objects(types: &[&Type]) -> Option<Type> {
    let object = |ty: &&Type| if let Type::Object(object) = ty { Some(object.clone()) } else { None };
    let objects: Vec<_> = types.iter().filter_map(object).collect();
    let first = objects.first()?;
    if objects.iter().any(|object| !object.keys().eq(first.keys())) {
        return unify_all(types.iter().flat_map(|ty| members(ty)).collect()).map(Type::map);
    }
    let attributes = first.keys().map(|name| {
        let shared = unify_all(objects.iter().filter_map(|object| object.get(name)).collect())?;
        Some((name.clone(), shared))
    });
    attributes.collect::<Option<BTreeMap<_, _>>>().map(Type::object)
}

/// Structures read as collections: each has one type of its own inside, and these share one.
fn unify_as(types: &[&Type], collection: fn(Type) -> Type) -> Option<Type> {
    let inner = types.iter().map(|ty| unify_all(members(ty))).collect::<Option<Vec<_>>>()?;
    unify_all(inner.iter().collect()).map(collection)
}

/// The first of the types, the most general before, to which all others convert.
fn preferred(types: &[&Type]) -> Option<Type> {
    let rank = |ty: &Type| match ty {
        Type::String | Type::List(_) | Type::Map(_) => 0,
        Type::Bool | Type::Number | Type::Tuple(_) | Type::Object(_) => 1,
        Type::Set(_) | Type::Dynamic => 2,
    };
    let mut candidates = types.to_vec();
    candidates.sort_by_key(|ty| (rank(ty), !members(ty).contains(&&Type::String)));
    let fits = |want: &&&Type| types.iter().all(|have| convertible(have, want));
    candidates.iter().find(fits).map(|ty| (**ty).clone())
}
