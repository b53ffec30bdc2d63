//! JSON to values.
//!
//! **Never:** panic or refuse: a body may lack anything. What is absent is the default, or what
//! `base` has if that says nothing either, or null. Secrets are found again in `base` by the name
//! of the container, volume or registry, so that reordering does not lose them.

use serde_json::Value as Json;

use crate::resources::ids;
use crate::resources::table::{Form, Kind, Nested, Row, Shape, Ty};
use crate::schema::{Equality, Nesting, Secrecy, Usage};
use crate::value::convert::convert;
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::mould::{Mould, Part};
use super::{forms, json, mould, pairs, volumes};

/// The object of a kind.
pub(super) fn object(kind: &'static Kind, body: &Json, base: &Value) -> Value {
    Walk { kind, root: body }.block(mould::of(kind), body, known(base))
}

struct Walk<'b> {
    kind: &'static Kind,
    root: &'b Json,
}

fn known(value: &Value) -> Option<&Value> {
    (!value.is_null() && !value.is_unknown()).then_some(value)
}

impl Walk<'_> {
    fn block(&self, mould: &Mould, body: &Json, base: Option<&Value>) -> Value {
        mould.cast(|part| match part {
            Part::Row(row, ty) => self.row(row, ty, body, base),
            Part::Block(nested, element, inner) => self.blocks(nested, element, inner, body, base),
        })
    }

    fn row(&self, row: &Row, ty: &Type, body: &Json, base: Option<&Value>) -> Value {
        let own = base.and_then(|base| base.get(row.name)).filter(|own| own.is_wholly_known());
        if row.secrecy == Secrecy::WriteOnly {
            return secret(row, ty, body, own, base);
        }
        let found = match row.form {
            Form::Segment => self.segment(row),
            _ => json::find(body, row.place).and_then(|found| forms::read(row, ty, found, own)),
        };
        let value = match found {
            Some(value) => keep_spelling(row, value, own),
            None => absent(row, ty, own, base),
        };
        match own {
            Some(own) if own.contains_mark(Marks::SENSITIVE) => carry_marks(value, own),
            _ => value,
        }
    }

    fn segment(&self, row: &Row) -> Option<Value> {
        let id = json::find(self.root, "id").and_then(Json::as_str)?;
        if row.name == "id" {
            return Some(Value::string(ids::canonical(self.kind, id).unwrap_or_else(|| id.to_owned())));
        }
        ids::part(self.kind, id, row.name).map(Value::string)
    }

    fn blocks(&self, nested: &Nested, element: &Type, inner: &Mould, body: &Json, base: Option<&Value>) -> Value {
        let own = base.and_then(|base| base.get(nested.name));
        let marks = own.map(Value::marks).unwrap_or_default();
        let own = own.and_then(Value::as_sequence).unwrap_or_default();
        let found = json::find(body, nested.place);
        let items = |shape: &dyn Fn(usize, &Json) -> Value| -> Vec<Value> {
            let items = found.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().enumerate().map(|(index, item)| shape(index, item)).collect()
        };
        let read = |item: &Json, own: Option<&Value>| self.block(inner, item, own.and_then(known));
        let members = match nested.shape {
            Shape::Absent => own.to_vec(),
            Shape::Each => items(&|index, item| read(item, partner(nested, item, index, own))),
            Shape::Mounts => {
                items(&|index, item| read(&volumes::put_together(item, self.root), partner(nested, item, index, own)))
            }
            Shape::One | Shape::First | Shape::Last | Shape::OneOrNone => {
                // The blocks that do not count were never sent, so they stay as they are.
                let at = if nested.shape == Shape::Last { own.len().saturating_sub(1) } else { 0 };
                let one = found.filter(|found| stands(nested, found, !own.is_empty()));
                let one = one.map(|found| read(found, own.get(at)));
                let others = own.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, other)| other.clone());
                match (nested.shape, one) {
                    (_, None) => Vec::new(),
                    (Shape::Last, Some(one)) => others.chain([one]).collect(),
                    (_, Some(one)) => std::iter::once(one).chain(others).collect(),
                }
            }
        };
        let blocks = match nested.nesting {
            Nesting::List => Value::list(element.clone(), members),
            Nesting::Set => Value::set(element.clone(), members),
        };
        blocks.with_marks(marks.without(Marks::FINGERPRINT))
    }
}

/// Whether the object at a block's place means that there is a block.
fn stands(nested: &Nested, found: &Json, known: bool) -> bool {
    let Some(members) = found.as_object() else { return false };
    if nested.shape == Shape::OneOrNone {
        let kind = json::member(found, "type").and_then(Json::as_str);
        return kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("None"));
    }
    known || members.values().any(|member| !member.is_null())
}

/// The block of `own` that is the same thing as an item of the body.
fn partner<'v>(nested: &Nested, item: &Json, index: usize, own: &'v [Value]) -> Option<&'v Value> {
    let row = nested.table.rows.iter().find(|row| row.name == nested.key)?;
    let name = json::find(item, row.place).and_then(Json::as_str)?;
    let same = |own: &&Value| own.text(nested.key).is_some_and(|own| own.eq_ignore_ascii_case(name));
    own.get(index).filter(same).or_else(|| own.iter().find(same))
}

/// What only we know: kept as long as the body shows the thing that it belongs to.
fn secret(row: &Row, ty: &Type, body: &Json, own: Option<&Value>, base: Option<&Value>) -> Value {
    if let Form::SecurePairs(open, referred) = row.form {
        let sibling = |name: &str| base.and_then(|base| base.get(name)).filter(|sibling| sibling.is_wholly_known());
        let items = json::find(body, row.place);
        let found = items.and_then(|items| pairs::read_secure(items, own, sibling(open), sibling(referred)));
        let marks = own.map(Value::marks).unwrap_or_default();
        return match found {
            Some(found) => found.with_marks(marks),
            None => absent(row, ty, own, base),
        };
    }
    let is_map = matches!(row.ty, Ty::Map(_));
    let holder = if is_map { json::find(body, row.place) } else { json::parent(body, row.place) };
    match (holder, own) {
        (None, _) => absent(row, ty, own, base),
        (Some(_), Some(own)) if !own.is_null() => of_type(own, ty),
        (Some(_), None) => undisclosed(row),
        (Some(_), _) if is_map => Value::map(Type::String, Members::new()),
        (Some(_), _) => Value::null(ty.clone()),
    }
}

fn absent(row: &Row, ty: &Type, own: Option<&Value>, base: Option<&Value>) -> Value {
    let given = own.filter(|own| !own.is_null());
    if let Some((sibling, hiding)) = row.unless {
        let hidden = base.is_some_and(|base| base.text(sibling) == Some(hiding));
        match given {
            Some(given) if hidden || sibling == row.name => return of_type(given, ty),
            None if sibling == row.name => return Value::string(hiding),
            _ => {}
        }
    }
    if let Some(given) = given
        && (row.sticky || alone(row, base) || matches!(row.form, Form::Absent | Form::Segment))
    {
        return of_type(given, ty);
    }
    // The default of an attribute as blocks is one of its members, not of the whole.
    if let Some(fallback) = row.fallback.build().filter(|_| !row.as_blocks) {
        return fallback;
    }
    let ours = row.sticky || matches!(row.form, Form::Absent);
    if ours && row.usage == Usage::Optional && base.is_none() {
        return undisclosed(row);
    }
    let zero = |own: &Value| row.zero_is_unset && own.as_int() == Some(0);
    match given {
        Some(given) if forms::empty(given) || zero(given) => of_type(given, ty),
        _ => Value::null(ty.clone()),
    }
}

/// Whether the sibling without which an attribute is not sent is missing.
fn alone(row: &Row, base: Option<&Value>) -> bool {
    row.beside.is_some_and(|sibling| base.and_then(|base| base.get(sibling)).is_none_or(forms::empty))
}

/// What the cloud may have and does not show.
fn undisclosed(row: &Row) -> Value {
    match row.ty {
        Ty::Map(_) => Value::map(Type::String, Members::new()).with_marks(Marks::FINGERPRINT.union(Marks::SENSITIVE)),
        _ => Value::undisclosed(),
    }
}

fn of_type(own: &Value, ty: &Type) -> Value {
    convert(own, ty).unwrap_or_else(|_| Value::null(ty.clone()))
}

/// Azure changes upper and lower case at will; where that means nothing, ours stays.
fn keep_spelling(row: &Row, value: Value, own: Option<&Value>) -> Value {
    let caseless = row.equality == Equality::Caseless || matches!(row.form, Form::Segment);
    let Some(own) = own.filter(|_| caseless) else { return value };
    let respell = |text: &str, own: &Value| own.as_str().is_some_and(|own| own.eq_ignore_ascii_case(text));
    match (value.content(), own.as_sequence()) {
        (Content::String(text), _) if respell(text, own) => own.clone().unmark().0,
        (Content::Set(element, texts), Some(owns)) => {
            let texts = texts.iter().map(|text| {
                let mine = owns.iter().find(|own| text.as_str().is_some_and(|text| respell(text, own)));
                mine.unwrap_or(text).clone()
            });
            Value::set(element.clone(), texts.collect())
        }
        _ => value,
    }
}

/// What was sensitive stays so.
fn carry_marks(value: Value, own: &Value) -> Value {
    let marks = own.marks().without(Marks::FINGERPRINT);
    let carried = match (value.content(), own.content()) {
        (Content::Map(element, members), Content::Map(_, owns)) => {
            let carry = |name: &Name, member: &Value| match owns.get(name) {
                Some(own) => carry_marks(member.clone(), own),
                None => member.clone(),
            };
            Value::map(element.clone(), members.map(carry))
        }
        (Content::List(element, items), Content::List(_, owns)) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let own = owns.get(index);
                own.map_or_else(|| item.clone(), |own| carry_marks(item.clone(), own))
            });
            Value::list(element.clone(), items.collect())
        }
        _ => value,
    };
    carried.with_marks(marks)
}
