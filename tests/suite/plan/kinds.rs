//! Small schemas in the likeness of the real ones, with costs.

use std::collections::BTreeMap;

use acier::schema::{
    Attribute, Block, Cost, Equality, NestedBlock, Nesting, Schema, Schemas, Secrecy, Timeouts, Usage,
};
use acier::value::{Type, Value};

pub(super) fn attribute(name: &str, ty: Type, usage: Usage, cost: Cost) -> Attribute {
    Attribute { cost, ..Attribute::new(name, ty, usage) }
}

fn required(name: &str, cost: Cost) -> Attribute {
    attribute(name, Type::String, Usage::Required, cost)
}

fn optional(name: &str, ty: Type, cost: Cost) -> Attribute {
    attribute(name, ty, Usage::Optional, cost)
}

fn computed(name: &str) -> Attribute {
    attribute(name, Type::String, Usage::Computed, Cost::Nothing)
}

fn nested(name: &str, nesting: Nesting, cost: Cost, block: Block) -> NestedBlock {
    NestedBlock { name: name.into(), nesting, min: 0, max: 0, cost, reason: "", block }
}

fn location() -> Attribute {
    Attribute { equality: Equality::Location, reason: "An object cannot move.", ..required("location", Cost::Replace) }
}

/// A container group with something of everything.
pub(super) fn group() -> Block {
    let container = Block {
        attributes: vec![
            required("name", Cost::Restart),
            required("image", Cost::Restart),
            attribute("cpu", Type::Number, Usage::Required, Cost::Replace),
            optional("env", Type::map(Type::String), Cost::Restart),
            Attribute { secrecy: Secrecy::WriteOnly, ..optional("secrets", Type::map(Type::String), Cost::Restart) },
            attribute("commands", Type::list(Type::String), Usage::OptionalComputed, Cost::Restart),
        ],
        blocks: vec![nested(
            "ports",
            Nesting::Set,
            Cost::Readdress,
            Block {
                attributes: vec![
                    attribute("port", Type::Number, Usage::Required, Cost::Readdress),
                    Attribute {
                        default: Some(Value::string("TCP")),
                        ..optional("protocol", Type::String, Cost::Readdress)
                    },
                ],
                blocks: Vec::new(),
                retired: &[],
            },
        )],
        retired: &[],
    };
    Block {
        attributes: vec![
            computed("id"),
            required("name", Cost::Replace),
            Attribute { equality: Equality::Caseless, ..required("resource_group_name", Cost::Replace) },
            location(),
            optional("os_type", Type::String, Cost::Replace),
            optional("dns_name_label", Type::String, Cost::Readdress),
            optional("tags", Type::map(Type::String), Cost::Nothing),
            optional("motd", Type::String, Cost::Nothing),
            Attribute { secrecy: Secrecy::Sensitive, ..optional("password", Type::String, Cost::Restart) },
            Attribute { unsettled_by: Some(Cost::Readdress), ..computed("ip_address") },
        ],
        blocks: vec![nested("container", Nesting::List, Cost::Restart, container)],
        retired: &[],
    }
}

fn resource_group(usage: Usage) -> Block {
    let given = |attribute: Attribute| Attribute { usage, ..attribute };
    Block {
        attributes: vec![
            computed("id"),
            required("name", Cost::Replace),
            given(location()),
            Attribute {
                usage: if usage == Usage::Computed { usage } else { Usage::Optional },
                ..optional("tags", Type::map(Type::String), Cost::Nothing)
            },
        ],
        blocks: Vec::new(),
        retired: &[],
    }
}

fn schema(kind: &str, block: Block) -> (std::sync::Arc<str>, Schema) {
    let timeouts = Timeouts { create: 3600, read: 300, update: 1800, delete: 1800 };
    (kind.into(), Schema { version: 1, timeouts, ..Schema::new(kind, block) })
}

/// All of them.
pub(super) fn schemas() -> Schemas {
    let kinds = |list: Vec<(std::sync::Arc<str>, Schema)>| -> BTreeMap<_, _> { list.into_iter().collect() };
    Schemas {
        managed: kinds(vec![
            schema("azurerm_resource_group", resource_group(Usage::Required)),
            schema("azurerm_container_group", group()),
        ]),
        data: kinds(vec![schema("azurerm_resource_group", resource_group(Usage::Computed))]),
        providers: BTreeMap::new(),
    }
}
