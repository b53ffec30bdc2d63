//! Whether a replacement would stand where the old object stands.
//!
//! **Never:** build ids; only providers do. In: an object that exists and the value planned for
//! its replacement. Out: yes or no. The decision to question: Azure ids are made of names, so the
//! required attributes whose text stands as a segment in the old id are what the id is made of;
//! this keeps the planner free of any cloud, and where it is wrong the cloud's own "exists
//! already" stops the creation before anything is lost.

use crate::schema::{Schema, Usage};
use crate::state::Object;
use crate::value::{Name, Type, Value};

/// The attributes that the object's id is made of.
pub(crate) fn makes_up(schema: &Schema, object: &Object) -> Vec<Name> {
    let required = schema.block.attributes.iter().filter(|attribute| attribute.usage == Usage::Required);
    let texts = required.filter(|attribute| attribute.ty == Type::String);
    let within =
        texts.filter(|attribute| object.value.text(&attribute.name).is_some_and(|text| stands(&object.id, text)));
    within.map(|attribute| attribute.name.clone()).collect()
}

/// Whether an object with the attributes `after` would have the id of `object`. What is not known
/// yet is taken to differ.
pub(crate) fn same_id(schema: &Schema, object: &Object, after: &Value) -> bool {
    let parts = makes_up(schema, object);
    let equal = |name: &Name| match (object.value.text(name), after.text(name)) {
        (Some(before), Some(after)) => before.eq_ignore_ascii_case(after),
        _ => false,
    };
    !parts.is_empty() && parts.iter().all(equal)
}

fn stands(id: &str, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    if text.contains('/') {
        return id.to_ascii_lowercase().starts_with(&text.to_ascii_lowercase());
    }
    id.split('/').any(|segment| segment.eq_ignore_ascii_case(text))
}
