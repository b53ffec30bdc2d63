//! `terraform_data`: a value that lives as long as its place in the configuration.
//!
//! **Never:** have an effect. In: the planned object. Out: the object that exists then. Source of the
//! rules: Terraform, "The terraform_data Managed Resource Type", and what release 1.11 does. The
//! decision to question: where the input holds a secret the whole output is one; Terraform shows it.

use crate::schema::{Attribute, Block, Cost, Equality, Schema, Usage};
use crate::value::{Marks, Name, Type, Value};

/// The kind.
pub(super) const KIND: &str = "terraform_data";

/// What the kind contains.
pub(super) fn schema() -> Schema {
    let id = attribute("id", Type::String, Usage::Computed, "A UUID that is given when the object is made.");
    let input =
        attribute("input", Type::Dynamic, Usage::Optional, "Any value. It becomes the output when it is applied.");
    let kept = attribute("output", Type::Dynamic, Usage::Computed, "The input as it was applied last.");
    let triggers = attribute(
        "triggers_replace",
        Type::Dynamic,
        Usage::Optional,
        "Any value. The object is replaced when it changes.",
    );
    let attributes =
        vec![id, input, Attribute { derive: Some(output), ..kept }, Attribute { cost: Cost::Replace, ..triggers }];
    Schema::new(KIND, Block { attributes, ..Block::default() })
}

/// An attribute of a built-in kind.
pub(super) fn attribute(name: &str, ty: Type, usage: Usage, about: &'static str) -> Attribute {
    Attribute { equality: Equality::Strict, about, ..Attribute::new(name, ty, usage) }
}

/// The output is that of before as long as the input is; else it is known after apply, except that
/// what is made without an input has no output.
fn output(prior: Option<&Value>, config: &Value) -> Option<Value> {
    let input = config.get("input")?;
    if let Some(prior) = prior {
        let (before, kept) = (prior.get("input")?, prior.get("output")?);
        if before.same(input) && before.ty() == input.ty() {
            return Some(hide(kept.clone().unmark_deep().0, input));
        }
    }
    let value = if input.is_null() && prior.is_none() { input.clone() } else { Value::unknown(input.ty()) };
    Some(hide(value, input))
}

/// The object that a planned one becomes.
pub(super) fn settle(planned: &Value, id: &Name) -> Value {
    let mut members = planned.as_members().cloned().unwrap_or_default();
    let input = members.get("input").cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
    if members.get("output").is_none_or(Value::is_unknown) {
        members.insert("output".into(), hide(input.clone(), &input));
    }
    members.insert("id".into(), Value::string(id.clone()));
    Value::object(members)
}

/// The object that an import makes: nothing of it is known but its id.
pub(super) fn imported(id: &Name) -> Value {
    let null = || Value::null(Type::Dynamic);
    let members = [("input", null()), ("output", null()), ("triggers_replace", null())];
    let members = members.into_iter().chain([("id", Value::string(id.clone()))]);
    Value::object(members.map(|(name, value)| (name.into(), value)).collect())
}

fn hide(output: Value, input: &Value) -> Value {
    if input.contains_mark(Marks::SENSITIVE) { output.sensitive() } else { output }
}
