//! What the service will answer where the configuration is silent, told before it is asked.
//!
//! **Never:** guess: a function that cannot tell says nothing, and the plan says "known after
//! apply". In: the configured block around the attribute. Recorded behaviour, see the codec.

use std::sync::LazyLock;

use crate::value::{Content, Marks, Members, Type, Value};

/// The type of a port, one for all values.
static PORT: LazyLock<Type> = LazyLock::new(|| Type::object_of(&[("port", Type::Number), ("protocol", Type::String)]));
/// The type of their set.
static PORTS: LazyLock<Type> = LazyLock::new(|| Type::set(PORT.clone()));
/// The type of a command.
static COMMAND: LazyLock<Type> = LazyLock::new(|| Type::list(Type::String));

/// An attribute that has no effect any more and stays empty.
pub(crate) fn nothing(_prior: Option<&Value>, _group: &Value) -> Option<Value> {
    Some(Value::null(Type::String))
}

/// A group in no subnet has no name for it.
pub(crate) fn no_subnet(_prior: Option<&Value>, group: &Value) -> Option<Value> {
    let none =
        group.get("subnet_ids").is_none_or(|ids| ids.is_null() || ids.as_sequence().is_some_and(<[_]>::is_empty));
    none.then(|| Value::null(Type::String))
}

/// A container without its own command runs the image's, which the service does not name.
pub(crate) fn no_command(_prior: Option<&Value>, _container: &Value) -> Option<Value> {
    Some(Value::null(COMMAND.clone()))
}

fn has_no_address(group: &Value) -> bool {
    group.text("ip_address_type") == Some("None")
}

/// A group of the address type None has no address.
pub(crate) fn no_address(_prior: Option<&Value>, group: &Value) -> Option<Value> {
    has_no_address(group).then(|| Value::null(Type::String))
}

/// A group without a DNS label, or without an address to give it to, has no name.
pub(crate) fn no_name(_prior: Option<&Value>, group: &Value) -> Option<Value> {
    let unlabelled = group.get("dns_name_label").is_none_or(Value::is_null);
    (unlabelled || has_no_address(group)).then(|| Value::null(Type::String))
}

/// The exposed ports are the ports of all containers together, when they are all known.
pub(crate) fn exposed_ports(_prior: Option<&Value>, group: &Value) -> Option<Value> {
    if has_no_address(group) {
        return Some(Value::null(PORTS.clone()));
    }
    let mut found: Vec<Value> = Vec::new();
    let mut marks = Marks::NONE;
    for container in known(group.get("container")?)? {
        let ports = container.get("ports")?;
        // What is a secret in a set makes one of the whole set.
        marks = marks.union(ports.marks());
        for port in known(ports)? {
            let members: Members = ["port", "protocol"]
                .map(|name| (name.into(), port.get(name).cloned()))
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            let port = Value::object(members);
            if !port.is_wholly_known() {
                return None;
            }
            found.push(port);
        }
    }
    Some(Value::set(PORT.clone(), found).with_marks(marks))
}

/// The members of a known list or set; none for a null.
fn known(value: &Value) -> Option<&[Value]> {
    match value.content() {
        Content::Null(_) => Some(&[]),
        _ => value.as_sequence(),
    }
}
