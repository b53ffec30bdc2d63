//! The one type that values of several types share.
//!
//! **Never:** convert a value. In: types. Out: the type to which all convert, or none.
//! The rules are those of cty (package `convert`, "Unify"), which Terraform 1.11 uses: structures
//! of one kind make a new type of that kind; else the most general of the given types that all
//! others convert to wins. Equal types are looked at once, so many of a kind cost little.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::convert::convertible;
use super::{Name, Type};

/// The type that values of all `types` convert to, if there is one; no types give `Dynamic`.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    if types.is_empty() { Some(Type::Dynamic) } else { unify_all(types.iter().collect()) }
}

pub(super) fn unify_all(types: Vec<&Type>) -> Option<Type> {
    let mut seen = BTreeSet::new();
    let types: Vec<&Type> = types.into_iter().filter(|ty| seen.insert(*ty)).collect();
    match types.as_slice() {
        [] => return None,
        [one] => return Some((*one).clone()),
        _ => {}
    }
    match structured(&types) {
        Structured::Decided(ty) => ty,
        Structured::Open => preferred(&types),
    }
}

enum Structured {
    /// All are structures of one family, and this is what they share.
    Decided(Option<Type>),
    /// They are not, or what they share is not of their family.
    Open,
}

fn structured(types: &[&Type]) -> Structured {
    let count = |test: fn(&Type) -> bool| types.iter().filter(|ty| test(ty)).count();
    let dynamic = count(|ty| *ty == Type::Dynamic);
    let lists = count(|ty| matches!(ty, Type::List(_)));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let maps = count(|ty| matches!(ty, Type::Map(_)));
    let tuples = count(|ty| matches!(ty, Type::Tuple(_)));
    let objects = count(|ty| matches!(ty, Type::Object(_)));
    let whole = |count: usize| count > 0 && count + dynamic == types.len();
    // What a type that is not decided yet will do to the others cannot be told.
    let unless_open =
        |share: &dyn Fn() -> Option<Type>| Structured::Decided(if dynamic > 0 { Some(Type::Dynamic) } else { share() });
    if whole(maps) {
        return unless_open(&|| collection(types, Type::map));
    }
    if maps > 0 && whole(maps + objects) {
        return as_collections(types, |ty| matches!(ty, Type::Object(_)), Type::map);
    }
    if whole(lists) {
        return unless_open(&|| collection(types, Type::list));
    }
    if lists > 0 && whole(lists + tuples) {
        return as_collections(types, |ty| matches!(ty, Type::Tuple(_)), Type::list);
    }
    if whole(sets) {
        return unless_open(&|| collection(types, Type::set));
    }
    if whole(objects) {
        return unless_open(&|| unify_objects(types));
    }
    if whole(tuples) {
        return unless_open(&|| unify_tuples(types));
    }
    if objects > 0 && tuples > 0 { Structured::Decided(None) } else { Structured::Open }
}

/// A collection of what the members of all share, if all convert to it.
fn collection(types: &[&Type], make: fn(Type) -> Type) -> Option<Type> {
    let shared = make(unify_all(types.iter().flat_map(|ty| ty.members()).collect())?);
    types.iter().all(|ty| convertible(ty, &shared)).then_some(shared)
}

/// Structures read as collections first: objects beside maps, tuples beside lists.
fn as_collections(types: &[&Type], structure: fn(&Type) -> bool, make: fn(Type) -> Type) -> Structured {
    let (inside, beside): (Vec<&Type>, Vec<&Type>) = types.iter().partition(|ty| structure(ty));
    let Some(read) = collection(&inside, make) else { return Structured::Open };
    let shared = unify_all(beside.into_iter().chain([&read]).collect());
    match shared {
        Some(Type::Map(_) | Type::List(_)) => Structured::Decided(shared),
        _ => Structured::Open,
    }
}

/// Tuples of one length, place by place; of several lengths, as a list.
fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let columns: Vec<Vec<&Type>> = types.iter().map(|ty| ty.members()).collect();
    let length = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != length) {
        return collection(types, Type::list);
    }
    let places =
        (0..length).map(|place| unify_all(columns.iter().filter_map(|column| column.get(place).copied()).collect()));
    let shared = Type::tuple(places.collect::<Option<Vec<_>>>()?);
    if types.iter().all(|ty| convertible(ty, &shared)) { Some(shared) } else { collection(types, Type::list) }
}

/// Objects with the same attributes, attribute by attribute; with others, as a map.
fn unify_objects(types: &[&Type]) -> Option<Type> {
    let object = |ty: &&Type| if let Type::Object(object) = ty { Some(object.clone()) } else { None };
    let objects: Vec<_> = types.iter().filter_map(object).collect();
    let first = objects.first()?;
    if objects.iter().any(|object| !object.keys().eq(first.keys())) {
        return collection(types, Type::map);
    }
    let attributes = first.keys().map(|name| {
        let shared = unify_all(objects.iter().filter_map(|object| object.get(name)).collect())?;
        Some((name.clone(), shared))
    });
    let shared = Type::object(attributes.collect::<Option<BTreeMap<Name, Type>>>()?);
    if types.iter().all(|ty| convertible(ty, &shared)) { Some(shared) } else { collection(types, Type::map) }
}

/// The first of the types, the most general before, to which all others convert.
fn preferred(types: &[&Type]) -> Option<Type> {
    let fits = |want: &&&Type| types.iter().all(|have| convertible(have, want));
    by_generality(types).iter().find(fits).map(|ty| (**ty).clone())
}

/// The types, each after those that are more general; else in the given order.
fn by_generality<'t>(types: &[&'t Type]) -> Vec<&'t Type> {
    let mut above: Vec<usize> = vec![0; types.len()];
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); types.len()];
    for (i, a) in types.iter().enumerate() {
        for (j, b) in types.iter().enumerate().skip(i + 1) {
            let (general, special) = match generality(a, b) {
                Ordering::Less => (i, j),
                Ordering::Greater => (j, i),
                Ordering::Equal => continue,
            };
            below[general].push(special);
            above[special] += 1;
        }
    }
    let mut queue: VecDeque<usize> = (0..types.len()).filter(|at| above[*at] == 0).collect();
    let mut sorted = Vec::with_capacity(types.len());
    while let Some(at) = queue.pop_front() {
        sorted.push(types[at]);
        for special in &below[at] {
            above[*special] -= 1;
            if above[*special] == 0 {
                queue.push_back(*special);
            }
        }
    }
    sorted
}

/// `Less` if the first is more general; `Equal` if neither is.
fn generality(a: &Type, b: &Type) -> Ordering {
    let both = |pairs: &mut dyn Iterator<Item = (&Type, &Type)>| {
        let orders: Vec<Ordering> = pairs.map(|(a, b)| generality(a, b)).collect();
        match (orders.contains(&Ordering::Less), orders.contains(&Ordering::Greater)) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => Ordering::Equal,
        }
    };
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => Ordering::Equal,
        (_, Type::Dynamic) => Ordering::Less,
        (Type::Dynamic, _) => Ordering::Greater,
        (Type::String, Type::Bool | Type::Number) => Ordering::Less,
        (Type::Bool | Type::Number, Type::String) => Ordering::Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            generality(a, b)
        }
        (Type::List(_), Type::Tuple(_) | Type::Set(_)) | (Type::Tuple(_), Type::Set(_)) => Ordering::Less,
        (Type::Tuple(_) | Type::Set(_), Type::List(_)) | (Type::Set(_), Type::Tuple(_)) => Ordering::Greater,
        (Type::Map(_), Type::Object(_)) => Ordering::Less,
        (Type::Object(_), Type::Map(_)) => Ordering::Greater,
        (Type::Object(a), Type::Object(b)) if a.keys().eq(b.keys()) => both(&mut a.values().zip(b.values())),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => both(&mut a.iter().zip(b.iter())),
        _ => Ordering::Equal,
    }
}
