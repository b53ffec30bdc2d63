//! From what a person calls an object to its id.
//!
//! **Never:** ask the cloud. Ids are taken in any case, with or without slashes at their ends, and
//! come out in Azure's spelling; azurerm takes only that spelling of the fixed segments. What lies in
//! another subscription is refused, because nothing here could change it.

use crate::provider::Fault;
use crate::value::{Name, Value};

use super::table::Kind;
use super::{faults, ids};

/// The id of the object of a kind that `named` names; see [`crate::provider::Provider::recognise`].
pub(super) fn recognise(kind: &Kind, subscription: &str, named: &Value) -> Result<Name, Fault> {
    match named.as_str() {
        Some(text) => by_id(kind, subscription, text),
        None => by_names(kind, subscription, named),
    }
}

fn by_id(kind: &Kind, subscription: &str, text: &str) -> Result<Name, Fault> {
    let wrong = |why: &str| {
        let fault = faults::invalid(format!("\"{text}\" is not the id of an {}{why}.", kind.name));
        Fault { hint: Some(format!("An id of this kind has the form {}.", kind.id)), ..fault }
    };
    let canonical = ids::canonical(kind, text).ok_or_else(|| wrong(""))?;
    if canonical.contains(['?', '#', '%']) || canonical.chars().any(char::is_whitespace) {
        return Err(wrong(": it has a character that cannot stand in one"));
    }
    let other = ids::part(kind, &canonical, "subscription").filter(|other| !other.eq_ignore_ascii_case(subscription));
    match other {
        Some(other) => Err(elsewhere(other, subscription)),
        None => Ok(canonical.into()),
    }
}

fn by_names(kind: &Kind, subscription: &str, named: &Value) -> Result<Name, Fault> {
    let known: Vec<&str> = std::iter::once("subscription_id").chain(ids::holes(kind)).collect();
    let given = named.as_members().into_iter().flatten().map(|(name, _)| &**name);
    if let Some(extra) = given.clone().find(|name| !known.contains(name)) {
        let fault = faults::invalid(format!("\"{extra}\" is no part of the identity of an {}.", kind.name));
        return Err(Fault { hint: Some(format!("It is made of {}.", known.join(", "))), ..fault });
    }
    if let Some(other) = named.text("subscription_id").filter(|other| !other.eq_ignore_ascii_case(subscription)) {
        return Err(elsewhere(other, subscription));
    }
    ids::fill(kind, subscription, named).map(Name::from).map_err(|name| {
        let message = format!("The identity of an {} needs a \"{name}\" that can stand in an id.", kind.name);
        Fault { hint: Some(format!("It is made of {}.", known.join(", "))), ..faults::invalid(message) }
    })
}

fn elsewhere(other: &str, own: &str) -> Fault {
    let message = format!("It is in the subscription {other}, and the provider is configured for {own}.");
    let hint = "Give the provider block that subscription_id, in a folder of its own.";
    Fault { hint: Some(hint.into()), ..faults::invalid(message) }
}
