//! The long types that stored values name: defined once in a file, and named by their digest there.
//!
//! **Never:** let a line name a type that no line before it defines. Ten thousand objects of a kind
//! have the same types, which take more room than all that the objects say. In: types as values are
//! written. Out: names, and definitions for whoever writes a file. The decision to question: a name
//! is made of what the type is and not of its place, so that a part can move from file to file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::part::Slot;
use super::value::{Naming, is_long, write_whole_type};
use super::{Fields, Unreadable, WriteFields};
use crate::seal::Key;
use crate::store::frame::Chain;
use crate::value::{Name, Type};

/// The digits of a digest that name a type; of types that people did not choose to clash, they do not.
const DIGITS: usize = 12;

/// Types in so many places of memory are recognised at a glance.
const GLANCED: usize = 4096;

/// Definitions that a reader has met in a file.
pub(in crate::store) type Defined = BTreeMap<Name, Type>;

/// What reading values takes: the key of sealed ones, and the types that were defined so far.
#[derive(Clone, Copy)]
pub(in crate::store) struct Reading<'k> {
    pub(in crate::store) key: &'k Key,
    pub(in crate::store) types: &'k Defined,
}

/// The types that a writer has named.
#[derive(Default)]
pub(in crate::store) struct Types {
    entries: Vec<Entry>,
    /// By name: to compare types would be to look into each as deep as it goes.
    found: BTreeMap<Name, usize>,
    /// By place in memory. The type is held with it, so that the place stays its own.
    glance: BTreeMap<usize, (Type, usize)>,
}

struct Entry {
    name: Name,
    definition: Vec<u8>,
    /// The types that its definition names.
    needs: Vec<usize>,
    /// Whether it was named since that was last forgotten.
    named: bool,
    /// Whether the present segment defines it.
    defined: bool,
}

impl Types {
    /// The name of a long type.
    pub(super) fn name(&mut self, ty: &Type) -> Name {
        let at = self.find(ty);
        self.mark(at);
        self.entries[at].name.clone()
    }

    fn find(&mut self, ty: &Type) -> usize {
        let place = place(ty);
        if let Some((known, at)) = self.glance.get(&place)
            && known.is_identical(ty)
        {
            return *at;
        }
        let at = self.define(ty);
        if self.glance.len() == GLANCED {
            self.glance.clear();
        }
        self.glance.insert(place, (ty.clone(), at));
        at
    }

    fn define(&mut self, ty: &Type) -> usize {
        let mut needs = Vec::new();
        inner(ty, &mut |ty| needs.push(self.find(ty)));
        let mut body = Vec::new();
        write_whole_type(&mut body, ty, &mut Naming::Shared(self));
        let name: Name = format!("#{}", &Chain::START.next(&body).to_text()[..DIGITS]).into();
        if let Some(at) = self.found.get(&name) {
            return *at;
        }
        let mut definition = Vec::with_capacity(body.len() + 40);
        let mut out = WriteFields::begin(&mut definition);
        out.text("type", &name);
        out.field("is").extend_from_slice(&body);
        out.end();
        self.found.insert(name.clone(), self.entries.len());
        self.entries.push(Entry { name, definition, needs, named: false, defined: false });
        self.entries.len() - 1
    }

    /// Notes that a type is named, and with it those that its definition names.
    fn mark(&mut self, at: usize) {
        if std::mem::replace(&mut self.entries[at].named, true) {
            return;
        }
        for need in self.entries[at].needs.clone() {
            self.mark(need);
        }
    }

    /// A segment begins, in which nothing is defined.
    pub(in crate::store) fn begin_segment(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.defined = false);
    }

    /// The definitions that the segment lacks of what was named, each after those that it needs.
    pub(in crate::store) fn lacking(&mut self) -> Vec<Vec<u8>> {
        let lacking = self.entries.iter_mut().filter(|entry| entry.named && !entry.defined);
        lacking
            .map(|entry| {
                entry.defined = true;
                entry.definition.clone()
            })
            .collect()
    }

    /// Forgets what was named so far.
    pub(in crate::store) fn forget_named(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.named = false);
    }

    /// What was named, as parts of a state.
    pub(in crate::store) fn parts(&self) -> impl Iterator<Item = (Slot, Vec<u8>)> + '_ {
        let named = self.entries.iter().filter(|entry| entry.named);
        named.map(|entry| (Slot::Type(entry.name.clone()), entry.definition.clone()))
    }
}

/// Where a long type is in memory.
fn place(ty: &Type) -> usize {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Arc::as_ptr(element).addr(),
        Type::Tuple(elements) => Arc::as_ptr(elements).addr(),
        Type::Object(attributes) => Arc::as_ptr(attributes).addr(),
        Type::Dynamic | Type::Bool | Type::Number | Type::String => 0,
    }
}

/// Hands over the long types nearest inside a type.
fn inner(ty: &Type, take: &mut dyn FnMut(&Type)) {
    let mut each = |ty: &Type| if is_long(ty) { take(ty) } else { inner(ty, take) };
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => each(element),
        Type::Tuple(elements) => elements.iter().for_each(each),
        Type::Object(attributes) => attributes.values().for_each(each),
        Type::Dynamic | Type::Bool | Type::Number | Type::String => {}
    }
}

/// Whether a record is a definition.
pub(in crate::store) fn is_definition(payload: &[u8]) -> bool {
    payload.starts_with(br#"{"type":"#)
}

/// Reads a definition.
pub(in crate::store) fn define(payload: &[u8], key: &Key, types: &mut Defined) -> Result<(), Unreadable> {
    let mut fields = Fields::parse(payload, Some(Reading { key, types }))?;
    let (name, ty) = (fields.text("type")?, fields.ty("is")?);
    types.insert(name, ty);
    Ok(())
}
