//! Values to JSON.
//!
//! **Never:** send what the configuration does not say, except what makes the cloud forget
//! something (an identity, ports). Null, empty text and empty collections are left out: a PUT
//! replaces the whole object, so leaving out is unsetting.

use serde_json::{Map, Value as Json};

use crate::resources::table::{Form, Nested, Row, Shape, Table};
use crate::schema::{Secrecy, Usage};
use crate::value::{Marks, Path, Value};

use super::{Unsendable, forms, json, volumes};

type Members = Map<String, Json>;

/// The whole body.
pub(super) fn body(table: &Table, object: &Value) -> Result<Json, Unsendable> {
    let mut shared = Vec::new();
    let mut body = block(table, object, &Path::root(), &mut shared)?;
    if !shared.is_empty() {
        json::put(&mut body, volumes::PLACE, Json::Array(shared));
    }
    Ok(Json::Object(body))
}

/// Only some rows; null unsets.
pub(super) fn part(table: &Table, object: &Value, names: &[&str]) -> Result<Json, Unsendable> {
    let mut body = Members::new();
    for row in table.rows.iter().filter(|row| names.contains(&row.name)) {
        let value = sent(row, object, &Path::root())?;
        let written = value.and_then(|value| forms::write(row, value));
        let empty = if matches!(row.ty, crate::resources::table::Ty::Map(_)) {
            Json::Object(Members::new())
        } else {
            Json::Null
        };
        json::put(&mut body, row.place, written.unwrap_or(empty));
    }
    Ok(Json::Object(body))
}

fn block(table: &Table, object: &Value, path: &Path, shared: &mut Vec<Json>) -> Result<Members, Unsendable> {
    let mut body = Members::new();
    for row in table.rows {
        if is_hidden(row, object) || row.usage == Usage::Computed {
            continue;
        }
        if let Form::PortsOr(blocks) = row.form {
            let own = sent(row, object, path)?.filter(|value| !forms::empty(value));
            let ports = own.map_or_else(|| forms::all_ports(object, blocks), forms::ports);
            json::put(&mut body, row.place, Json::Array(ports));
        } else if let Some(written) = sent(row, object, path)?.and_then(|value| forms::write(row, value)) {
            match row.form {
                Form::OfFirst(name) => json::put_in_first(&mut body, row.place, name, written),
                _ => json::put(&mut body, row.place, written),
            }
        }
    }
    for nested in table.blocks {
        blocks(nested, object, path, &mut body, shared)?;
    }
    Ok(body)
}

/// Whether a sibling keeps an attribute out of the body.
fn is_hidden(row: &Row, object: &Value) -> bool {
    row.unless.is_some_and(|(sibling, value)| object.text(sibling) == Some(value))
        || row.beside.is_some_and(|sibling| object.get(sibling).is_none_or(forms::empty))
}

/// The value to send; nothing where the cloud is to decide.
fn sent<'v>(row: &Row, object: &'v Value, path: &Path) -> Result<Option<&'v Value>, Unsendable> {
    let Some(value) = object.get(row.name) else { return Ok(None) };
    let refuse = |message: String| Unsendable { path: path.attr(row.name), message };
    if row.secrecy == Secrecy::WriteOnly && value.contains_mark(Marks::FINGERPRINT) {
        return Err(refuse(format!(
            "The value of \"{}\" is needed to make this change, but only its fingerprint is known: secrets are not stored.",
            row.name
        )));
    }
    match (value.is_wholly_known(), row.usage) {
        (true, _) => Ok(Some(value)),
        (false, Usage::OptionalComputed) => Ok(None),
        (false, _) if matches!(row.form, Form::Absent) => Ok(None),
        (false, _) => Err(refuse(format!("The value of \"{}\" is not known yet.", row.name))),
    }
}

fn blocks(
    nested: &Nested,
    object: &Value,
    path: &Path,
    body: &mut Members,
    shared: &mut Vec<Json>,
) -> Result<(), Unsendable> {
    let path = path.attr(nested.name);
    let given = object.get(nested.name);
    if given.is_some_and(Value::is_unknown) {
        return Err(Unsendable {
            path,
            message: format!("The number of \"{}\" blocks is not known yet.", nested.name),
        });
    }
    let given = given.and_then(Value::as_sequence).unwrap_or_default();
    let mut written = Vec::with_capacity(given.len());
    for (index, value) in given.iter().enumerate() {
        written.push(block(&nested.table, value, &path.index(index), shared)?);
    }
    match nested.shape {
        Shape::Absent => {}
        Shape::Each if written.is_empty() => {}
        Shape::Each => json::put(body, nested.place, written.into_iter().map(Json::Object).collect()),
        Shape::One | Shape::First | Shape::Last | Shape::OneOrNone => match pick(nested.shape, written) {
            Some(one) => json::put(body, nested.place, Json::Object(one)),
            None if nested.shape == Shape::OneOrNone => {
                json::put(body, nested.place, serde_json::json!({"type": "None"}))
            }
            None => {}
        },
        Shape::Mounts if written.is_empty() => {}
        Shape::Mounts => {
            let mounts = written.into_iter().map(|whole| volumes::take_apart(whole, shared)).collect();
            json::put(body, nested.place, Json::Array(mounts));
        }
    }
    Ok(())
}

/// The one block that counts.
fn pick(shape: Shape, written: Vec<Members>) -> Option<Members> {
    if shape == Shape::Last { written.into_iter().next_back() } else { written.into_iter().next() }
}
