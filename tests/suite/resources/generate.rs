//! Values of a kind, generated from its table.

use std::collections::BTreeMap;

use acier::resources::table::{Form, Nested, Row, Table, Ty};
use acier::schema::{Nesting, Secrecy, Usage};
use acier::value::{Content, Members, Name, Number, Type, Value};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// Objects of a table, as the configuration could ask for them, secrets in clear.
pub(super) fn objects(table: &Table) -> BoxedStrategy<Value> {
    members(table).prop_map(|value| distinct(&value, "")).boxed()
}

fn members(table: &Table) -> BoxedStrategy<Value> {
    let mut all: Vec<BoxedStrategy<(Name, Value)>> = Vec::new();
    for row in table.rows {
        let name = Name::from(row.name);
        all.push(attribute(row).prop_map(move |value| (name.clone(), value)).boxed());
    }
    for nested in table.blocks {
        let name = Name::from(nested.name);
        all.push(blocks(nested).prop_map(move |value| (name.clone(), value)).boxed());
    }
    all.prop_map(|members| Value::object(members.into_iter().collect())).boxed()
}

fn blocks(nested: &Nested) -> BoxedStrategy<Value> {
    let most = if nested.max == 0 { nested.min + 2 } else { nested.max };
    let nesting = nested.nesting;
    let empty = block_type(&nested.table);
    vec(members(&nested.table), nested.min..=most)
        .prop_map(move |blocks| match nesting {
            Nesting::List => Value::list(empty.clone(), blocks),
            Nesting::Set => Value::set(empty.clone(), blocks),
        })
        .boxed()
}

fn block_type(table: &Table) -> Type {
    let rows = table.rows.iter().map(|row| (Name::from(row.name), row.ty.build()));
    let blocks = table.blocks.iter().map(|nested| {
        let inner = block_type(&nested.table);
        let ty = if nested.nesting == Nesting::List { Type::list(inner) } else { Type::set(inner) };
        (Name::from(nested.name), ty)
    });
    Type::object(rows.chain(blocks).collect::<BTreeMap<_, _>>())
}

fn attribute(row: &Row) -> BoxedStrategy<Value> {
    let null = Value::null(row.ty.build());
    if row.usage == Usage::Computed {
        return Just(row.fallback.build().unwrap_or(null)).boxed();
    }
    let given = given(row);
    let required = row.usage == Usage::Required || row.fallback.build().is_some();
    // Unset, exposed ports come back as the ports of all containers.
    if required || matches!(row.form, Form::PortsOr(_)) {
        return given;
    }
    prop_oneof![1 => Just(null), 2 => given].boxed()
}

fn given(row: &Row) -> BoxedStrategy<Value> {
    let id = |text: String| format!("/subscriptions/1/resourceGroups/{text}/providers/X.Y/things/{text}");
    let letters = "[a-z]{1,6}".prop_map(Value::string);
    match (row.form, row.ty) {
        (Form::Word(words), _) => select(words).prop_map(Value::string).boxed(),
        (Form::Json, _) => "[a-z]{1,6}".prop_map(|text| Value::string(format!("{{\"{text}\": [1]}}"))).boxed(),
        (Form::Hatch(..), _) => "[a-z]{3,6}"
            .prop_map(|text| Value::string(format!("https://{text}.vault.azure.net/keys/{text}/0123")))
            .boxed(),
        (Form::PortsOr(_), _) => {
            let port = (1..9000_i64, select(&["TCP", "UDP"][..])).prop_map(|(port, protocol)| {
                let members = [("port".into(), Value::int(port)), ("protocol".into(), Value::string(protocol))];
                Value::object(Members::from(members))
            });
            let ty = Type::object_of(&[("port", Type::Number), ("protocol", Type::String)]);
            vec(port, 1..4).prop_map(move |ports| Value::set(ty.clone(), ports)).boxed()
        }
        (Form::Ids | Form::Keys, _) => vec("[a-z]{1,6}", 0..3)
            .prop_map(move |ids| {
                Value::set(Type::String, ids.into_iter().map(|text| Value::string(id(text))).collect())
            })
            .boxed(),
        (_, Ty::Bool) => any::<bool>().prop_map(Value::bool).boxed(),
        (_, Ty::Number) if row.zero_is_unset => (0..4_i64).prop_map(Value::int).boxed(),
        (_, Ty::Number) => {
            let halves = (1..9_i64).prop_map(|half| Value::number(Number::from_f64(half as f64 / 2.0)));
            prop_oneof![halves, (1..65535_i64).prop_map(Value::int)].boxed()
        }
        // The checks refuse empty secrets.
        (_, Ty::Text) if row.usage == Usage::Required || row.secrecy == Secrecy::WriteOnly => letters.boxed(),
        (_, Ty::Text) => prop_oneof![1 => Just(Value::string("")), 4 => letters].boxed(),
        (_, Ty::List(_)) => vec(letters, 0..3).prop_map(|texts| Value::list(Type::String, texts)).boxed(),
        (_, Ty::Set(_)) => vec(letters, 0..3).prop_map(|texts| Value::set(Type::String, texts)).boxed(),
        (_, Ty::Map(_)) => {
            // Secure and open variables of a container have different names.
            let referred = matches!(row.form, Form::ReferencePairs);
            let first = if referred { "R".into() } else { row.name[..1].to_uppercase() };
            let text = if referred { "[a-z]{1,6}" } else { "[a-zA-Z0-9]{0,6}" }.prop_map(Value::string);
            let entries = btree_map("[A-Z]{1,4}", text, 0..4);
            entries
                .prop_map(move |entries| {
                    let entries = entries.into_iter().map(|(name, value)| (format!("{first}{name}").into(), value));
                    Value::map(Type::String, entries.collect())
                })
                .boxed()
        }
        (_, Ty::Object(_)) => unreachable!("no row is a bare object"),
    }
}

/// The same with all names of blocks different, as the checks demand.
fn distinct(value: &Value, place: &str) -> Value {
    match value.content() {
        Content::List(ty, blocks) => {
            let blocks = blocks.iter().enumerate().map(|(at, block)| distinct(block, &format!("{place}{at}")));
            Value::list(ty.clone(), blocks.collect())
        }
        Content::Object(members) => {
            let renamed = members.iter().map(|(name, member)| {
                let key = matches!(&**name, "name" | "server") && !place.is_empty();
                let member = match member.as_str().filter(|_| key) {
                    Some(text) => Value::string(format!("{text}{place}")),
                    None => distinct(member, &format!("{place}{}", name.chars().next().unwrap_or('x'))),
                };
                (name.clone(), member)
            });
            Value::object(renamed.collect())
        }
        _ => value.clone(),
    }
}
