//! The value that an object is planned to have: configuration where it speaks, else what was.
//!
//! **Never:** decide between update and replacement. In: schema, prior value, configuration.
//! Out: the planned value, unknown where only the cloud can say. Secrets come out in clear.
//! Source of the rules: Terraform's provider protocol, "Resource Instance Change Lifecycle".

use crate::lang::module::Ignore;
use crate::schema::walk::{Found, find};
use crate::schema::{Attribute, Block, Cost, Equality, Nesting, Secrecy, Usage};
use crate::value::{Content, Marks, Members, Path, Step, Type, Value};

use super::{diff, pairs};

/// The planned value. `prior` is missing when the object is made anew; `unsettled` is the cost of
/// the update, which makes those computed values unknown that do not survive it.
#[must_use]
pub fn propose(block: &Block, prior: Option<&Value>, config: &Value, unsettled: Option<Cost>) -> Value {
    let mut members = config.as_members().cloned().unwrap_or_default();
    for attribute in &block.attributes {
        let before = prior.and_then(|prior| prior.get(&attribute.name));
        let given = members.get_or_insert_with(&attribute.name, || Value::null(attribute.ty.clone()));
        let silent = attribute.usage == Usage::Computed || given.is_null();
        *given = match attribute.derive.filter(|_| silent).and_then(|derive| derive(prior, config)) {
            Some(derived) => derived,
            None => propose_attribute(attribute, prior.is_some(), before, given, unsettled),
        };
    }
    for nested in &block.blocks {
        let Some(given) = config.get(&nested.name) else { continue };
        let before = prior.and_then(|prior| prior.get(&nested.name)).and_then(Value::as_sequence);
        let planned = match given.as_sequence() {
            Some(elements) if !elements.is_empty() => {
                let before = before.unwrap_or_default();
                let planned = match nested.nesting {
                    Nesting::List => propose_list(&nested.block, before, elements, unsettled),
                    Nesting::Set => propose_set(&nested.block, before, elements, unsettled),
                };
                let ty = element_type(given).unwrap_or_else(|| nested.block.ty());
                match nested.nesting {
                    Nesting::List => Value::list(ty, planned),
                    Nesting::Set => Value::set(ty, planned),
                }
                .with_marks(given.marks())
            }
            _ => given.clone(),
        };
        members.insert(nested.name.clone(), planned);
    }
    Value::object(members).with_marks(config.marks())
}

fn element_type(value: &Value) -> Option<Type> {
    match value.content() {
        Content::List(ty, _) | Content::Set(ty, _) => Some(ty.clone()),
        _ => None,
    }
}

fn propose_attribute(
    attribute: &Attribute,
    exists: bool,
    before: Option<&Value>,
    given: &Value,
    unsettled: Option<Cost>,
) -> Value {
    let silent = given.is_null();
    let cloud_decides = match attribute.usage {
        Usage::Computed => true,
        Usage::OptionalComputed => silent,
        Usage::Required | Usage::Optional => false,
    };
    let planned = if cloud_decides {
        let stirred = attribute.unsettled_by.zip(unsettled).is_some_and(|(least, cost)| least <= cost);
        match before {
            Some(before) if !stirred => before.clone(),
            _ if exists && !stirred => Value::null(attribute.ty.clone()),
            _ if &*attribute.name == "id" => Value::unknown_not_null(attribute.ty.clone()),
            _ => Value::unknown(attribute.ty.clone()),
        }
    } else {
        match before {
            // The stored spelling is kept, so that "West Europe" is not a change of "westeurope".
            Some(before)
                if attribute.secrecy != Secrecy::WriteOnly
                    && !before.same(given)
                    && diff::same(attribute.equality, before, given) =>
            {
                before.clone().with_marks(given.marks())
            }
            // What refers to it is planned with the spelling that the cloud will give back.
            _ if attribute.equality == Equality::Location => settle_region(given),
            _ => given.clone(),
        }
    };
    if attribute.secrecy == Secrecy::Plain { planned } else { planned.sensitive() }
}

fn settle_region(given: &Value) -> Value {
    match given.as_str() {
        Some(text) => Value::string(diff::location(text)).with_marks(given.marks()),
        None => given.clone(),
    }
}

fn propose_list(block: &Block, before: &[Value], given: &[Value], unsettled: Option<Cost>) -> Vec<Value> {
    let mut partner = vec![None; given.len()];
    for pair in pairs::pair(before, given) {
        if let (Some(old), Some(new)) = pair {
            partner[new] = Some(&before[old]);
        }
    }
    given.iter().zip(partner).map(|(given, before)| propose(block, before, given, unsettled)).collect()
}

/// Elements of a set have no place: each keeps the computed values of the first prior element
/// that agrees with everything the configuration says.
fn propose_set(block: &Block, before: &[Value], given: &[Value], unsettled: Option<Cost>) -> Vec<Value> {
    let agrees = |before: &Value, given: &Value| {
        block.attributes.iter().all(|attribute| match given.get(&attribute.name) {
            Some(given) if !given.is_null() && attribute.usage != Usage::Computed => {
                before.get(&attribute.name).is_some_and(|before| diff::same(attribute.equality, before, given))
            }
            _ => true,
        })
    };
    let partner = |given: &Value| before.iter().find(|before| agrees(before, given));
    given.iter().map(|given| propose(block, partner(given), given, unsettled)).collect()
}

/// The configuration as far as it is not ignored: ignored places hold the prior value. Secrets
/// that the cloud never returns keep their configured value, because there is no other to send;
/// their differences are dropped by [`is_ignored`].
#[must_use]
pub fn ignore(block: &Block, prior: &Value, config: &Value, ignored: &Ignore) -> Value {
    let overlaid = match ignored {
        // What is asked for was answered before this is called.
        Ignore::None | Ignore::Asked(_) => return config.clone(),
        Ignore::All => prior.clone(),
        Ignore::Paths(paths) => paths.iter().fold(config.clone(), |config, path| {
            let secret =
                matches!(find(block, path), Some(Found::Attribute(found)) if found.secrecy == Secrecy::WriteOnly);
            if secret { config } else { overlay(&config, Some(prior), &path.0) }
        }),
    };
    reveal(block, &overlaid, config)
}

/// Whether a difference at `path` is to be ignored.
#[must_use]
pub fn is_ignored(ignored: &Ignore, path: &Path) -> bool {
    match ignored {
        Ignore::None | Ignore::Asked(_) => false,
        Ignore::All => true,
        Ignore::Paths(paths) => paths.iter().any(|ignored| ignored.covers(path)),
    }
}

fn overlay(config: &Value, prior: Option<&Value>, steps: &[Step]) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return prior.cloned().unwrap_or_else(|| Value::null(config.ty()));
    };
    let marks = config.marks();
    let changed = match (config.content(), step) {
        (Content::Object(members), Step::Attr(name) | Step::Key(name)) => {
            let Some(member) = members.get(name) else { return config.clone() };
            let mut members = (**members).clone();
            members.insert(name.clone(), overlay(member, prior.and_then(|prior| prior.get(name)), rest));
            Value::object(members)
        }
        (Content::Map(ty, members), Step::Attr(name) | Step::Key(name)) => {
            let mut members = (**members).clone();
            match prior.and_then(|prior| prior.get(name)) {
                Some(prior) => members.insert(name.clone(), prior.clone()),
                None => members.remove(name),
            };
            Value::map(ty.clone(), members)
        }
        (Content::Null(Type::Map(ty)), Step::Attr(name) | Step::Key(name)) => {
            let Some(prior) = prior.and_then(|prior| prior.get(name)) else { return config.clone() };
            Value::map((**ty).clone(), Members::from([(name.clone(), prior.clone())]))
        }
        (Content::List(..) | Content::Tuple(_), Step::Index(at)) => {
            let before = prior.and_then(Value::as_sequence).and_then(|members| members.get(*at));
            let mut position = 0;
            config.map_children(|child| {
                position += 1;
                if position - 1 == *at && before.is_some() { overlay(child, before, rest) } else { child.clone() }
            })
        }
        _ => return config.clone(),
    };
    changed.with_marks(marks)
}

/// `value` with the fingerprints of secrets replaced by the secrets that `clear` holds.
#[must_use]
pub fn reveal(block: &Block, value: &Value, clear: &Value) -> Value {
    let Some(members) = value.as_members() else { return value.clone() };
    if !value.contains_mark(Marks::FINGERPRINT) {
        return value.clone();
    }
    let mut members = members.clone();
    for attribute in block.attributes.iter().filter(|attribute| attribute.secrecy == Secrecy::WriteOnly) {
        let hidden = members.get(&attribute.name).is_some_and(|value| value.contains_mark(Marks::FINGERPRINT));
        if let (true, Some(clear)) = (hidden, clear.get(&attribute.name)) {
            members.insert(attribute.name.clone(), clear.clone().sensitive());
        }
    }
    for nested in &block.blocks {
        let (Some(value), Some(clear)) = (members.get(&nested.name), clear.get(&nested.name)) else { continue };
        let (Some(hidden), Some(elements)) = (value.as_sequence(), clear.as_sequence()) else { continue };
        let mut partner = vec![None; hidden.len()];
        for pair in pairs::pair(hidden, elements) {
            if let (Some(old), Some(new)) = pair {
                partner[old] = Some(&elements[new]);
            }
        }
        let mut partner = partner.into_iter();
        let revealed = value.map_children(|child| match partner.next().flatten() {
            Some(clear) => reveal(&nested.block, child, clear),
            None => child.clone(),
        });
        members.insert(nested.name.clone(), revealed);
    }
    Value::object(members).with_marks(value.marks())
}

/// `value` with every fingerprint made unknown, so that no reference takes it for the secret.
#[must_use]
pub fn conceal(value: &Value) -> Value {
    if value.marks().has(Marks::FINGERPRINT) {
        return Value::unknown(value.ty()).sensitive();
    }
    if !value.contains_mark(Marks::FINGERPRINT) {
        return value.clone();
    }
    value.map_children(conceal)
}

/// `value` with everything marked sensitive that the schema calls secret.
#[must_use]
pub fn mark_secrets(block: &Block, value: &Value) -> Value {
    secret_marked(block, value).unwrap_or_else(|| value.clone())
}

/// The same; nothing where all is marked already, as what was stored is.
fn secret_marked(block: &Block, value: &Value) -> Option<Value> {
    let own = value.as_members()?;
    let mut changed = Vec::new();
    for attribute in block.attributes.iter().filter(|attribute| attribute.secrecy != Secrecy::Plain) {
        let open = own.get(&attribute.name).filter(|member| !member.marks().has(Marks::SENSITIVE));
        changed.extend(open.map(|member| (&attribute.name, member.clone().sensitive())));
    }
    for nested in &block.blocks {
        let Some(member) = own.get(&nested.name) else { continue };
        let marked = member.try_map_children(|child| secret_marked(&nested.block, child));
        changed.extend(marked.map(|member| (&nested.name, member)));
    }
    value.with_members(changed)
}
