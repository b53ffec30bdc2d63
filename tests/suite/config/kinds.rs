//! Small schemas in the likeness of the real ones.

use std::collections::BTreeMap;

use acier::schema::{Attribute, Block, Cost, Finding, NestedBlock, Nesting, Schema, Schemas, Secrecy, Timeouts, Usage};
use acier::value::{Path, Type, Value};

fn attribute(name: &str, ty: Type, usage: Usage) -> Attribute {
    Attribute { cost: Cost::Replace, ..Attribute::new(name, ty, usage) }
}

fn required(name: &str, ty: Type) -> Attribute {
    attribute(name, ty, Usage::Required)
}

fn optional(name: &str, ty: Type) -> Attribute {
    attribute(name, ty, Usage::Optional)
}

fn computed(name: &str) -> Attribute {
    attribute(name, Type::String, Usage::Computed)
}

fn nested(name: &str, nesting: Nesting, min: usize, max: usize, block: Block) -> NestedBlock {
    NestedBlock { name: name.into(), nesting, min, max, cost: Cost::Replace, reason: "", block }
}

fn one_of_two(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("Linux" | "Windows") => Ok(()),
        other => Err(format!("expected os_type to be one of [\"Linux\" \"Windows\"], got {}", other.unwrap_or("?"))),
    }
}

fn not_short(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if text.len() < 4 => Err(format!("expected password to have four characters, got {text}")),
        _ => Ok(()),
    }
}

fn spot_is_private(object: &Value) -> Vec<Finding> {
    if object.text("priority") != Some("Spot") || object.text("ip_address_type") != Some("Public") {
        return Vec::new();
    }
    vec![Finding {
        path: Path::root().attr("priority"),
        summary: "Spot groups have no public address".into(),
        detail: "A group of priority Spot must have the ip_address_type None.".into(),
        hint: Some("Set ip_address_type = \"None\".".into()),
        warning: false,
    }]
}

fn cpu_is_positive(object: &Value) -> Vec<Finding> {
    let containers = object.get("container").and_then(Value::as_sequence).unwrap_or_default();
    let wrong = containers.iter().enumerate().filter(|(_, container)| {
        container.get("cpu").and_then(Value::as_number).is_some_and(|cpu| cpu.as_f64() <= 0.0)
    });
    wrong
        .map(|(index, _)| Finding {
            path: Path::root().attr("container").index(index).attr("cpu"),
            summary: "Invalid number of CPU cores".into(),
            detail: "A container needs more than zero cores.".into(),
            hint: None,
            warning: false,
        })
        .collect()
}

fn schema(kind: &str, block: Block) -> Schema {
    let timeouts = Timeouts { create: 3600, read: 300, update: 1800, delete: 1800 };
    Schema { timeouts, ..Schema::new(kind, block) }
}

fn resource_group() -> Block {
    Block {
        attributes: vec![
            computed("id"),
            required("name", Type::String),
            required("location", Type::String),
            optional("tags", Type::map(Type::String)),
        ],
        blocks: Vec::new(),
        retired: &[],
    }
}

fn container() -> Block {
    let mut password = optional("password", Type::String);
    password.secrecy = Secrecy::Sensitive;
    password.check = Some(not_short);
    let mut protocol = optional("protocol", Type::String);
    protocol.default = Some(Value::string("TCP"));
    let ports = Block { attributes: vec![required("port", Type::Number), protocol], blocks: Vec::new(), retired: &[] };
    let attributes = vec![
        required("name", Type::String),
        required("image", Type::String),
        required("cpu", Type::Number),
        optional("environment_variables", Type::map(Type::String)),
        optional("commands", Type::list(Type::String)),
        password,
    ];
    Block { attributes, blocks: vec![nested("ports", Nesting::Set, 0, 0, ports)], retired: &[] }
}

fn container_group() -> Schema {
    let mut os_type = required("os_type", Type::String);
    os_type.check = Some(one_of_two);
    let mut ip_address_type = optional("ip_address_type", Type::String);
    ip_address_type.default = Some(Value::string("Public"));
    let port = Type::object_of(&[("port", Type::Number), ("protocol", Type::String)]);
    let mut exposed_port = attribute("exposed_port", Type::set(port), Usage::OptionalComputed);
    exposed_port.as_blocks = true;
    exposed_port.default = Some(Value::object([("protocol".into(), Value::string("TCP"))].into()));
    let mut profile = optional("network_profile_id", Type::String);
    profile.deprecated = Some("Use \"subnet_ids\" instead of \"network_profile_id\".");
    let mut key = optional("key", Type::String);
    key.secrecy = Secrecy::WriteOnly;
    let identity = Block {
        attributes: vec![required("type", Type::String), computed("principal_id")],
        blocks: vec![],
        retired: &[],
    };
    let attributes = vec![
        computed("id"),
        required("name", Type::String),
        required("resource_group_name", Type::String),
        required("location", Type::String),
        os_type,
        ip_address_type,
        optional("priority", Type::String),
        optional("subnet_ids", Type::set(Type::String)),
        exposed_port,
        profile,
        key,
        optional("tags", Type::map(Type::String)),
        computed("ip_address"),
    ];
    let blocks =
        vec![nested("identity", Nesting::List, 0, 1, identity), nested("container", Nesting::List, 1, 3, container())];
    let mut schema = schema("azurerm_container_group", Block { attributes, blocks, retired: &[] });
    schema.checks = vec![spot_is_private, cpu_is_positive];
    schema
}

fn provider() -> Schema {
    let features =
        Block { attributes: vec![optional("skip_import_check", Type::Bool)], blocks: Vec::new(), retired: &[] };
    let attributes = vec![optional("subscription_id", Type::String), optional("use_cli", Type::Bool)];
    schema(
        "azurerm",
        Block { attributes, blocks: vec![nested("features", Nesting::List, 1, 1, features)], retired: &[] },
    )
}

/// All of them.
pub(super) fn schemas() -> Schemas {
    let mut found = resource_group();
    for attribute in &mut found.attributes {
        if &*attribute.name != "name" {
            attribute.usage = Usage::Computed;
        }
    }
    let managed = [schema("azurerm_resource_group", resource_group()), container_group()];
    let data = [schema("azurerm_resource_group", found)];
    let by_kind = |schemas: Vec<Schema>| -> BTreeMap<_, _> {
        schemas.into_iter().map(|schema| (schema.kind.clone(), schema)).collect()
    };
    Schemas { managed: by_kind(managed.into()), data: by_kind(data.into()), providers: by_kind(vec![provider()]) }
}
