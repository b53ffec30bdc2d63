//! What recurs from stored value to stored value, held once: the names of members, and types.
//!
//! **Never:** change what is read. Ten thousand stored objects of a kind have the same members, so
//! their names are recognised while they are read, and neither copied nor kept again. The decision
//! to question: what was seen is kept by the thread, because records are read one by one.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};

use super::value::is_long;
use crate::value::members::Names;
use crate::value::{Members, Name, Type, Value};

/// So many lists of names and so many types are remembered; kinds have fewer.
const REMEMBERED: usize = 64;

#[derive(Default)]
struct Seen {
    names: Vec<Arc<Names>>,
    types: Vec<Type>,
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// The type, held together with equal ones that were read before.
pub(super) fn shared_type(ty: Type) -> Type {
    SEEN.with_borrow_mut(|seen| match seen.types.iter().find(|known| is_same(known, &ty)) {
        Some(known) => known.clone(),
        None => {
            remember(&mut seen.types, ty.clone());
            ty
        }
    })
}

/// Whether two types are equal. Those in them came through here before, so a glance at each will do,
/// however deep it goes.
fn is_same(one: &Type, other: &Type) -> bool {
    let inner = |one: &Type, other: &Type| if is_long(one) { one.is_identical(other) } else { one == other };
    match (one, other) {
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => inner(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(&**b).all(|(a, b)| inner(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            a.len() == b.len() && a.iter().zip(&**b).all(|((name, a), (other, b))| name == other && inner(a, b))
        }
        _ => one == other,
    }
}

fn remember<T>(seen: &mut Vec<T>, new: T) {
    if seen.len() == REMEMBERED {
        seen.remove(0);
    }
    seen.push(new);
}

/// Reads the members of an object or a map, each value by `value`.
pub(super) fn members<'de, A, S>(mut map: A, value: S) -> Result<Members, A::Error>
where
    A: MapAccess<'de>,
    S: DeserializeSeed<'de, Value = Value> + Copy,
{
    let mut list = List { expected: None, same: 0, fresh: Vec::new() };
    let mut values = Vec::new();
    while map.next_key_seed(&mut list)?.is_some() {
        if values.is_empty()
            && let Some(expected) = &list.expected
        {
            values.reserve_exact(expected.list().len());
        }
        values.push(map.next_value_seed(value)?);
    }
    list.end(values).ok_or_else(|| A::Error::custom("the members are not as many as their names"))
}

/// The names as far as they are read.
struct List {
    /// A list that begins as this one does.
    expected: Option<Arc<Names>>,
    /// So many names are those that were expected.
    same: usize,
    /// All names, once there is another than was expected.
    fresh: Vec<Name>,
}

impl List {
    fn push(&mut self, name: &str) {
        if self.same == 0 && self.fresh.is_empty() {
            let begins = |names: &&Arc<Names>| names.list().first().is_some_and(|first| **first == *name);
            self.expected = SEEN.with_borrow(|seen| seen.names.iter().rev().find(begins).cloned());
        }
        if self.fresh.is_empty()
            && let Some(expected) = &self.expected
        {
            if expected.list().get(self.same).is_some_and(|next| **next == *name) {
                self.same += 1;
                return;
            }
            self.fresh.extend(expected.list().iter().take(self.same).cloned());
        }
        self.fresh.push(name.into());
    }

    fn end(mut self, values: Vec<Value>) -> Option<Members> {
        if self.fresh.is_empty() {
            let Some(expected) = self.expected else { return Some(Members::new()) };
            if self.same == expected.list().len() {
                return Members::with_names(&expected, values);
            }
            self.fresh.extend(expected.list().iter().take(self.same).cloned());
        }
        let members: Members = self.fresh.into_iter().zip(values).collect();
        SEEN.with_borrow_mut(|seen| {
            let names = members.names();
            match seen.names.iter().find(|known| **known == names) {
                Some(known) => Members::with_names(known, members.into_values().collect()),
                None => {
                    remember(&mut seen.names, names);
                    Some(members)
                }
            }
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut List {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for &mut List {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        self.push(name);
        Ok(())
    }
}
