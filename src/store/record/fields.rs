//! The named fields that every record is made of, and their JSON.
//!
//! **Never:** know which record has which fields; that is the module above.
//! In: one JSON object, read as a stream by the table of known fields. Out: fields to take by
//! name. A field that the table does not know is an error, never skipped: this format has a
//! version, and what an older program cannot understand it must not drop.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::definition::Reading;
use super::value::{Known, ReadType, ReadValue, with_room};
use super::{Unreadable, Unstorable};
use crate::seal::Key;
use crate::value::{Name, Type, Value};

/// How a field is read.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Number,
    Flag,
    Value,
    Type,
    Fields,
}

/// In the order of their names, because they are searched by halves.
const KNOWN: &[(&str, Shape)] = &[
    ("acier", Shape::Number),
    ("act", Shape::Text),
    ("addr", Shape::Text),
    ("at", Shape::Text),
    ("bytes", Shape::Number),
    ("chain", Shape::Text),
    ("cloud", Shape::Text),
    ("create_before_destroy", Shape::Flag),
    ("deposed", Shape::Text),
    ("digest", Shape::Text),
    ("event", Shape::Text),
    ("id", Shape::Text),
    ("intent", Shape::Fields),
    ("is", Shape::Type),
    ("key", Shape::Text),
    ("kind", Shape::Text),
    ("lineage", Shape::Text),
    ("message", Shape::Value),
    ("name", Shape::Text),
    ("needs", Shape::Texts),
    ("object", Shape::Fields),
    ("operation", Shape::Number),
    ("outcome", Shape::Text),
    ("parent", Shape::Text),
    ("planned", Shape::Value),
    ("provisions", Shape::Flag),
    ("records", Shape::Number),
    ("running", Shape::Fields),
    ("schema", Shape::Number),
    ("serial", Shape::Number),
    ("step", Shape::Number),
    ("tainted", Shape::Flag),
    ("ticket", Shape::Value),
    ("type", Shape::Text),
    ("unfinished", Shape::Flag),
    ("unprovisioned", Shape::Flag),
    ("value", Shape::Value),
];

enum Field {
    Text(Name),
    Texts(Vec<Name>),
    Number(u64),
    Flag(bool),
    Value(Value),
    Type(Type),
    Fields(Fields),
}

/// The fields of one record.
#[derive(Default)]
pub(in crate::store) struct Fields(Vec<(&'static str, Field)>);

impl Fields {
    /// Reads one JSON object. With nothing to read them with, values are skipped.
    pub(in crate::store) fn parse(payload: &[u8], reading: Option<Reading<'_>>) -> Result<Fields, Unreadable> {
        let mut reader = serde_json::Deserializer::from_slice(payload);
        // How deep a value goes was decided when it was written.
        reader.disable_recursion_limit();
        let fields = with_room(|| ReadFields(reading).deserialize(&mut reader));
        let fields = fields.map_err(|error| Unreadable(error.to_string()))?;
        reader.end().map_err(|error| Unreadable(error.to_string()))?;
        Ok(fields)
    }

    /// The format version that the first record of a file gives, whatever else it holds.
    pub(in crate::store) fn format_of(payload: &[u8]) -> Option<u64> {
        #[derive(Deserialize)]
        struct Format {
            acier: u64,
        }
        serde_json::from_slice::<Format>(payload).ok().map(|format| format.acier)
    }

    fn take(&mut self, name: &str) -> Option<Field> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    pub(in crate::store) fn maybe_text(&mut self, name: &str) -> Option<Name> {
        match self.take(name) {
            Some(Field::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(in crate::store) fn text(&mut self, name: &str) -> Result<Name, Unreadable> {
        self.maybe_text(name).ok_or_else(|| missing(name))
    }

    pub(super) fn texts(&mut self, name: &str) -> Vec<Name> {
        match self.take(name) {
            Some(Field::Texts(texts)) => texts,
            _ => Vec::new(),
        }
    }

    pub(in crate::store) fn number(&mut self, name: &str) -> Result<u64, Unreadable> {
        match self.take(name) {
            Some(Field::Number(number)) => Ok(number),
            _ => Err(missing(name)),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        matches!(self.take(name), Some(Field::Flag(true)))
    }

    pub(super) fn value(&mut self, name: &str) -> Result<Value, Unreadable> {
        match self.take(name) {
            Some(Field::Value(value)) => Ok(value),
            _ => Err(missing(name)),
        }
    }

    pub(super) fn ty(&mut self, name: &str) -> Result<Type, Unreadable> {
        match self.take(name) {
            Some(Field::Type(ty)) => Ok(ty),
            _ => Err(missing(name)),
        }
    }

    /// Text that was sealed; version 1 had it in clear. Empty where it was read without a key.
    pub(super) fn maybe_sealed(&mut self, name: &str) -> Option<Name> {
        match self.take(name) {
            Some(Field::Value(value)) => Some(value.as_str().unwrap_or_default().into()),
            _ => None,
        }
    }

    pub(super) fn sealed(&mut self, name: &str) -> Result<Name, Unreadable> {
        self.maybe_sealed(name).ok_or_else(|| missing(name))
    }

    pub(in crate::store) fn fields(&mut self, name: &str) -> Option<Fields> {
        match self.take(name) {
            Some(Field::Fields(fields)) => Some(fields),
            _ => None,
        }
    }
}

fn missing(name: &str) -> Unreadable {
    Unreadable(format!("the field {name:?} is missing"))
}

struct ReadFields<'k>(Option<Reading<'k>>);

impl<'de> DeserializeSeed<'de> for ReadFields<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ReadFields<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some(Word(name, shape)) = map.next_key()? {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format!("the field {name:?} stands twice")));
            }
            let field = match shape {
                Shape::Text => Field::Text(map.next_value()?),
                Shape::Texts => Field::Texts(map.next_value()?),
                Shape::Number => Field::Number(map.next_value()?),
                Shape::Flag => Field::Flag(map.next_value()?),
                Shape::Value => Field::Value(map.next_value_seed(ReadValue(self.0, &Known::default()))?),
                Shape::Type => {
                    let types = self.0.map(|reading| reading.types);
                    Field::Type(map.next_value_seed(ReadType(types, &Known::default()))?)
                }
                Shape::Fields => Field::Fields(map.next_value_seed(ReadFields(self.0))?),
            };
            fields.push((name, field));
        }
        Ok(Fields(fields))
    }
}

struct Word(&'static str, Shape);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
        struct ReadWord;
        impl Visitor<'_> for ReadWord {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Word, E> {
                let at = KNOWN.binary_search_by_key(&text, |(name, _)| name);
                at.map(|at| Word(KNOWN[at].0, KNOWN[at].1))
                    .map_err(|_| E::custom(format!("the field {text:?} is unknown")))
            }
        }
        deserializer.deserialize_str(ReadWord)
    }
}

/// Writes one JSON object field by field. Absent fields are left out.
pub(in crate::store) struct WriteFields<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> WriteFields<'o> {
    pub(in crate::store) fn begin(out: &'o mut Vec<u8>) -> WriteFields<'o> {
        out.push(b'{');
        WriteFields { out, empty: true }
    }

    /// Writes the name of a field; the caller writes what it holds.
    pub(in crate::store) fn field(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(in crate::store) fn text(&mut self, name: &str, text: &str) {
        super::value::write_text(self.field(name), text);
    }

    /// Text that says more than others should know.
    pub(super) fn sealed(&mut self, name: &str, text: &str, key: &Key) -> Result<(), Unstorable> {
        super::value::write_sealed(self.field(name), text, key)
    }

    pub(in crate::store) fn maybe_text(&mut self, name: &str, text: Option<&Name>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(in crate::store) fn number(&mut self, name: &str, number: u64) {
        let text = number.to_string();
        self.field(name).extend_from_slice(text.as_bytes());
    }

    pub(super) fn flag(&mut self, name: &str, flag: bool) {
        if flag {
            self.field(name).extend_from_slice(b"true");
        }
    }

    pub(in crate::store) fn end(self) {
        self.out.push(b'}');
    }
}
