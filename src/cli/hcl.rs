//! An object of the state as configuration: what one would write to get it.
//!
//! **Never:** write what the cloud decides, a default, or a secret: arguments that hold one are named in
//! a comment. Written with hcl-rs.

use hcl::{Attribute, Block, Expression, Identifier, Number, ObjectKey};

use crate::addr::Addr;
use crate::schema::{self, Secrecy, Usage};
use crate::state::Object;
use crate::value::{Content, Marks, Value};

/// The `resource` block of an object, and the secret arguments that are left out.
pub(super) fn resource(addr: &Addr, object: &Object, schema: &schema::Block) -> (String, Vec<String>) {
    let mut missing = Vec::new();
    let labels = [addr.block.kind.to_string(), addr.block.name.to_string()];
    let block = block("resource", &object.value, schema, "", &mut missing, labels);
    let body = hcl::Body::builder().add_block(block).build();
    (hcl::format::to_string(&body).unwrap_or_default(), missing)
}

fn block(
    name: &str,
    value: &Value,
    schema: &schema::Block,
    path: &str,
    missing: &mut Vec<String>,
    labels: impl IntoIterator<Item = String>,
) -> Block {
    let mut builder = Block::builder(Identifier::sanitized(name)).add_labels(labels);
    for attribute in &schema.attributes {
        let said = |own: &&Value| own.is_undisclosed() || is_said(own, attribute);
        let Some(own) = value.get(&attribute.name).filter(said) else { continue };
        // What the cloud does not know is no part of what it has.
        if attribute.secrecy != Secrecy::WriteOnly && own.is_undisclosed() {
            continue;
        }
        if attribute.secrecy == Secrecy::WriteOnly || holds_secret(own) {
            missing.push(format!("{path}{}", attribute.name));
            continue;
        }
        builder = builder.add_attribute(Attribute::new(Identifier::sanitized(&*attribute.name), expression(own)));
    }
    for nested in &schema.blocks {
        for (index, element) in value.get(&nested.name).and_then(Value::as_sequence).into_iter().flatten().enumerate() {
            let path = format!("{path}{}[{index}].", nested.name);
            builder = builder.add_block(block(&nested.name, element, &nested.block, &path, missing, []));
        }
    }
    builder.build()
}

fn holds_secret(value: &Value) -> bool {
    value.contains_mark(Marks::FINGERPRINT) || value.contains_mark(Marks::SENSITIVE)
}

/// Whether a configuration would say it: not what the cloud decides, not a default, not nothing.
fn is_said(value: &Value, attribute: &schema::Attribute) -> bool {
    let empty = value.children().next().is_none() && value.as_members().is_some();
    let nothing = value.is_null() || empty && !value.is_undisclosed();
    let default = attribute.default.as_ref().is_some_and(|default| default.same(value));
    attribute.usage != Usage::Computed && !nothing && !default && attribute.deprecated.is_none()
}

fn expression(value: &Value) -> Expression {
    match value.content() {
        Content::Null(_) | Content::Unknown { .. } => Expression::Null,
        Content::Bool(own) => Expression::Bool(*own),
        Content::Number(number) => match (number.as_i64(), Number::from_f64(number.as_f64())) {
            (Some(whole), _) => Expression::Number(whole.into()),
            (None, Some(number)) => Expression::Number(number),
            (None, None) => Expression::String(number.to_string()),
        },
        // Interpolation marks in a stored text are text.
        Content::String(text) => Expression::String(text.replace("${", "$${").replace("%{", "%%{")),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            Expression::Array(members.iter().map(expression).collect())
        }
        Content::Map(_, members) | Content::Object(members) => {
            let key = |name: &str| ObjectKey::Expression(Expression::String(name.to_owned()));
            Expression::Object(members.iter().map(|(name, member)| (key(name), expression(member))).collect())
        }
    }
}
