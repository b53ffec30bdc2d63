//! Values and types as JSON, written by hand and read as a stream.
//!
//! **Never:** write a sensitive value in clear or an ephemeral one at all.
//! In: a value and the key. Out: JSON that gives exactly the same value back. Strings, booleans
//! and objects are JSON's own; everything else is an array with a word in front:
//! `["number","1.5"]`, `["list","string","a"]`, `["sealed","..."]`. The decision to question:
//! numbers are text, so that no JSON reader on the way can lose a digit. Types that hold an object
//! are long and recur, so they are named (`definition`); inside what is sealed, and in the versions before 4,
//! each is written once and is a number from then on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::definition::{Defined, Reading, Types};
use super::{Unstorable, recur};
use crate::seal::Key;
use crate::value::{Content, Marks, Members, Name, Number, Type, Value, order};

/// What sealed bytes are bound to.
const PURPOSE: &str = "acier state value v1";

/// The deepest nesting that is written; a plan refuses what is deeper, so nobody gets this far with it.
const DEEPEST: usize = crate::value::DEEPEST;

/// Values are written and read by recursion, which must not end the program where the caller's stack is
/// small: with less than this left, the work is done on a stack of its own.
const ROOM: usize = 48 << 20;

/// Does work that goes down into values where there is room for the deepest.
pub(in crate::store) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, 2 * ROOM, work)
}

/// Writes JSON text with its quotes.
pub(in crate::store) fn write_text(out: &mut Vec<u8>, text: &str) {
    // A vector takes every byte and text has no unwritable form, so there is no error to lose.
    let _ = serde_json::to_writer(out, text);
}

/// Writes a value, whose sensitive parts are sealed.
pub(super) fn write_value(out: &mut Vec<u8>, value: &Value, key: &Key, types: &mut Types) -> Result<(), Unstorable> {
    with_room(|| write_part(out, value, Some(key), 0, &mut Naming::Shared(types)))
}

/// Writes text that is sealed.
pub(super) fn write_sealed(out: &mut Vec<u8>, text: &str, key: &Key) -> Result<(), Unstorable> {
    let value = Value::string(text).with_marks(Marks::SENSITIVE);
    write_part(out, &value, Some(key), 0, &mut Naming::Own(Numbers::default()))
}

/// How long types are named.
pub(super) enum Naming<'t> {
    /// As everywhere in the file.
    Shared(&'t mut Types),
    /// By numbers that hold in this value alone: what is sealed tells nobody what it is made of.
    Own(Numbers),
}

/// The long types that one value has written so far, with their numbers. A type that was built
/// twice stands here twice with one number, because a glance tells whether two are one and the same.
#[derive(Default)]
pub(super) struct Numbers {
    seen: Vec<(Type, usize)>,
    count: usize,
}

impl Numbers {
    fn number(&mut self, ty: &Type) -> Option<usize> {
        if let Some((_, number)) = self.seen.iter().find(|(known, _)| known.is_identical(ty)) {
            return Some(*number);
        }
        let number = self.seen.iter().find(|(known, _)| known == ty).map(|(_, number)| *number)?;
        self.seen.push((ty.clone(), number));
        Some(number)
    }

    fn add(&mut self, ty: &Type) {
        self.seen.push((ty.clone(), self.count));
        self.count += 1;
    }
}

/// Whether a type is long enough to be named.
pub(super) fn is_long(ty: &Type) -> bool {
    match ty {
        Type::Object(attributes) => !attributes.is_empty(),
        Type::List(element) | Type::Set(element) | Type::Map(element) => is_long(element),
        _ => false,
    }
}

fn write_part(
    out: &mut Vec<u8>,
    value: &Value,
    key: Option<&Key>,
    depth: usize,
    types: &mut Naming<'_>,
) -> Result<(), Unstorable> {
    if depth > DEEPEST {
        return Err(Unstorable(format!("A value is nested more than {DEEPEST} levels deep.")));
    }
    let marks = value.marks();
    if marks.has(Marks::EPHEMERAL) {
        return Err(Unstorable("An ephemeral value lives for one run only and cannot be stored.".into()));
    }
    let fingerprint = marks.has(Marks::FINGERPRINT) && value.as_str().is_some();
    if let Some(key) = key
        && marks.has(Marks::SENSITIVE)
        && !fingerprint
    {
        let mut plain = Vec::new();
        write_part(&mut plain, value, None, depth, &mut Naming::Own(Numbers::default()))?;
        out.extend_from_slice(br#"["sealed","#);
        write_text(out, &key.seal(&plain, PURPOSE));
        out.push(b']');
        return Ok(());
    }
    if marks.is_empty() {
        return write_content(out, value, key, depth, types);
    }
    out.extend_from_slice(format!(r#"["marked",{},"#, marks.bits()).as_bytes());
    write_content(out, value, key, depth, types)?;
    out.push(b']');
    Ok(())
}

fn write_content(
    out: &mut Vec<u8>,
    value: &Value,
    key: Option<&Key>,
    depth: usize,
    types: &mut Naming<'_>,
) -> Result<(), Unstorable> {
    match value.content() {
        Content::Bool(true) => out.extend_from_slice(b"true"),
        Content::Bool(false) => out.extend_from_slice(b"false"),
        Content::String(text) => write_text(out, text),
        Content::Number(number) => {
            out.extend_from_slice(format!(r#"["number","{number}"]"#).as_bytes());
        }
        Content::Null(ty) => write_tagged(out, "null", ty, types),
        Content::Unknown { ty, not_null: false, .. } => write_tagged(out, "unknown", ty, types),
        Content::Unknown { ty, not_null: true, .. } => write_tagged(out, "unknown not null", ty, types),
        Content::List(ty, members) => return write_sequence(out, "list", Some(ty), members, key, depth, types),
        Content::Set(ty, members) => return write_sequence(out, "set", Some(ty), members, key, depth, types),
        Content::Tuple(members) => return write_sequence(out, "tuple", None, members, key, depth, types),
        Content::Map(ty, members) => {
            out.extend_from_slice(br#"["map","#);
            write_type(out, ty, types);
            out.push(b',');
            write_members(out, members, key, depth, types)?;
            out.push(b']');
        }
        Content::Object(members) => return write_members(out, members, key, depth, types),
    }
    Ok(())
}

fn write_tagged(out: &mut Vec<u8>, tag: &str, ty: &Type, types: &mut Naming<'_>) {
    out.extend_from_slice(format!(r#"["{tag}","#).as_bytes());
    write_type(out, ty, types);
    out.push(b']');
}

fn write_sequence(
    out: &mut Vec<u8>,
    tag: &str,
    ty: Option<&Type>,
    members: &[Value],
    key: Option<&Key>,
    depth: usize,
    types: &mut Naming<'_>,
) -> Result<(), Unstorable> {
    out.extend_from_slice(format!(r#"["{tag}""#).as_bytes());
    if let Some(ty) = ty {
        out.push(b',');
        write_type(out, ty, types);
    }
    for member in members {
        out.push(b',');
        write_part(out, member, key, depth + 1, types)?;
    }
    out.push(b']');
    Ok(())
}

fn write_members(
    out: &mut Vec<u8>,
    members: &Members,
    key: Option<&Key>,
    depth: usize,
    types: &mut Naming<'_>,
) -> Result<(), Unstorable> {
    out.push(b'{');
    for (position, (name, member)) in members.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_text(out, name);
        out.push(b':');
        write_part(out, member, key, depth + 1, types)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_type(out: &mut Vec<u8>, ty: &Type, types: &mut Naming<'_>) {
    if !is_long(ty) {
        return write_whole_type(out, ty, types);
    }
    match types {
        Naming::Shared(types) => write_text(out, &types.name(ty)),
        Naming::Own(numbers) => match numbers.number(ty) {
            Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
            None => {
                write_whole_type(out, ty, types);
                if let Naming::Own(numbers) = types {
                    numbers.add(ty);
                }
            }
        },
    }
}

/// Writes a type in full, with the names of the long ones in it.
pub(super) fn write_whole_type(out: &mut Vec<u8>, ty: &Type, types: &mut Naming<'_>) {
    match ty {
        Type::Dynamic => out.extend_from_slice(br#""dynamic""#),
        Type::Bool => out.extend_from_slice(br#""bool""#),
        Type::Number => out.extend_from_slice(br#""number""#),
        Type::String => out.extend_from_slice(br#""string""#),
        Type::List(element) => write_tagged(out, "list", element, types),
        Type::Set(element) => write_tagged(out, "set", element, types),
        Type::Map(element) => write_tagged(out, "map", element, types),
        Type::Tuple(elements) => {
            out.extend_from_slice(br#"["tuple""#);
            for element in elements.iter() {
                out.push(b',');
                write_type(out, element, types);
            }
            out.push(b']');
        }
        Type::Object(attributes) => {
            out.extend_from_slice(br#"["object",{"#);
            for (position, (name, ty)) in attributes.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_text(out, name);
                out.push(b':');
                write_type(out, ty, types);
            }
            out.extend_from_slice(b"}]");
        }
    }
}

/// Reads a value; with nothing to read it with it is skipped and comes out as a null.
#[derive(Clone, Copy)]
pub(super) struct ReadValue<'k>(pub(super) Option<Reading<'k>>, pub(super) &'k Known);

/// The long types that one value has numbered so far.
pub(super) type Known = RefCell<Vec<Type>>;

impl<'de> DeserializeSeed<'de> for ReadValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.0.is_none() {
            IgnoredAny::deserialize(deserializer)?;
            return Ok(Value::null(Type::Dynamic));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ReadValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::bool(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Ok(Value::object(self.visit_members(map)?))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let tag = seq.next_element_seed(ReadTag)?.ok_or_else(short)?;
        let value = match tag {
            "number" => {
                let text: Name = next(&mut seq)?;
                Value::number(Number::parse(&text).ok_or_else(|| A::Error::custom("not a number"))?)
            }
            "null" => Value::null(self.ty(&mut seq)?),
            "unknown" => Value::unknown(self.ty(&mut seq)?),
            "unknown not null" => Value::unknown_not_null(self.ty(&mut seq)?),
            "list" => Value::list(self.ty(&mut seq)?, self.rest(&mut seq)?),
            // Put in order again: what was written by an earlier version may have had another.
            "set" => {
                let element = self.ty(&mut seq)?;
                let mut members = self.rest(&mut seq)?;
                order::sort(&mut members);
                Content::Set(element, Arc::new(members)).into()
            }
            "tuple" => Value::tuple(self.rest(&mut seq)?),
            "map" => {
                let ty = self.ty(&mut seq)?;
                let members = seq.next_element_seed(ReadMembers(self))?.ok_or_else(short)?;
                Value::map(ty, members)
            }
            "marked" => {
                let marks = Marks::from_bits(next(&mut seq)?);
                seq.next_element_seed(self)?.ok_or_else(short)?.with_marks(marks)
            }
            "sealed" => self.unseal(&next::<Name, A>(&mut seq)?)?,
            other => return Err(A::Error::custom(format!("unknown sort of value {other:?}"))),
        };
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom(format!("too long a value of sort {tag:?}"))),
        }
    }
}

impl ReadValue<'_> {
    fn ty<'de, A: SeqAccess<'de>>(self, seq: &mut A) -> Result<Type, A::Error> {
        seq.next_element_seed(ReadType(self.0.map(|reading| reading.types), self.1))?.ok_or_else(short)
    }

    fn rest<'de, A: SeqAccess<'de>>(self, seq: &mut A) -> Result<Vec<Value>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = seq.next_element_seed(self)? {
            members.push(member);
        }
        Ok(members)
    }

    fn visit_members<'de, A: MapAccess<'de>>(self, map: A) -> Result<Members, A::Error> {
        recur::members(map, self)
    }

    fn unseal<E: serde::de::Error>(self, sealed: &str) -> Result<Value, E> {
        let plain = self.0.and_then(|reading| reading.key.open(sealed, PURPOSE));
        let plain = plain.ok_or_else(|| E::custom("a sealed value cannot be opened with this key"))?;
        let mut reader = serde_json::Deserializer::from_slice(&plain);
        reader.disable_recursion_limit();
        ReadValue(self.0, &Known::default()).deserialize(&mut reader).map_err(E::custom)
    }
}

fn short<E: serde::de::Error>() -> E {
    E::custom("too short a value")
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(short)
}

/// The words that stand in front of values and types.
const TAGS: &[&str] =
    &["list", "set", "map", "null", "number", "object", "tuple", "marked", "sealed", "unknown", "unknown not null"];

/// Reads such a word without copying it.
struct ReadTag;

impl<'de> DeserializeSeed<'de> for ReadTag {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for ReadTag {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sort of a value or type")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<&'static str, E> {
        let known = TAGS.iter().find(|tag| **tag == text);
        known.copied().ok_or_else(|| E::custom(format!("unknown sort {text:?}")))
    }
}

struct ReadMembers<'k>(ReadValue<'k>);

impl<'de> DeserializeSeed<'de> for ReadMembers<'_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Members, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ReadMembers<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the members of a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Members, A::Error> {
        self.0.visit_members(map)
    }
}

/// Reads a type, by the definitions of the file and the numbers of the value.
#[derive(Clone, Copy)]
pub(super) struct ReadType<'k>(pub(super) Option<&'k Defined>, pub(super) &'k Known);

impl<'de> DeserializeSeed<'de> for ReadType<'_> {
    type Value = Type;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Type, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ReadType<'_> {
    type Value = Type;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored type")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Type, E> {
        match text {
            "dynamic" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            name if name.starts_with('#') => {
                let found = self.0.and_then(|types| types.get(name)).cloned();
                found.ok_or_else(|| E::custom(format!("type {name} was not defined before")))
            }
            other => Err(E::custom(format!("unknown type {other:?}"))),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Type, E> {
        let known = self.1.borrow();
        let found = usize::try_from(number).ok().and_then(|number| known.get(number));
        found.cloned().ok_or_else(|| E::custom(format!("type {number} was not written before")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Type, A::Error> {
        let tag = seq.next_element_seed(ReadTag)?.ok_or_else(short)?;
        let mut inner = || seq.next_element_seed(self)?.ok_or_else(short);
        let ty = match tag {
            "list" => Type::list(inner()?),
            "set" => Type::set(inner()?),
            "map" => Type::map(inner()?),
            "tuple" => {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element_seed(self)? {
                    elements.push(element);
                }
                Type::tuple(elements)
            }
            "object" => Type::object(seq.next_element_seed(ReadAttributes(self))?.ok_or_else(short)?),
            other => return Err(A::Error::custom(format!("unknown sort of type {other:?}"))),
        };
        if !is_long(&ty) {
            return Ok(ty);
        }
        let ty = recur::shared_type(ty);
        self.1.borrow_mut().push(ty.clone());
        Ok(ty)
    }
}

struct ReadAttributes<'k>(ReadType<'k>);

impl<'de> DeserializeSeed<'de> for ReadAttributes<'_> {
    type Value = BTreeMap<Name, Type>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ReadAttributes<'_> {
    type Value = BTreeMap<Name, Type>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attributes of an object type")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut attributes = BTreeMap::new();
        while let Some(name) = map.next_key::<Name>()? {
            attributes.insert(name, map.next_value_seed(self.0)?);
        }
        Ok(attributes)
    }
}
