//! `count` and `for_each`: how often a block stands.
//!
//! **Never:** guess: what is not known, or must not be seen in a key, is an error.
//! In: the argument, and what names mean around it. Out: instance keys and what `each.value` is. Source of the rules:
//! Terraform documentation, "The count Meta-Argument" and "The for_each Meta-Argument".

use std::sync::Arc;

use crate::addr::Key;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::convert;
use crate::value::{Content, Marks, Members, Type, Value};

use super::module::Repetition;
use super::names::{Place, Reader};

/// How often a block stands.
#[derive(Clone, Debug)]
pub(super) enum Repeated {
    /// Once, without a key.
    Once,
    /// So many times.
    Count(u64),
    /// Once for each key.
    Each(Arc<Members>),
    /// Once without a key, or not at all.
    Enabled(bool),
}

impl Repeated {
    /// Whether there is an instance of this key.
    pub(super) fn has(&self, key: &Key) -> bool {
        match (self, key) {
            (Repeated::Once, Key::None) => true,
            (Repeated::Count(count), Key::Int(index)) => index < count,
            (Repeated::Each(members), Key::Str(key)) => members.contains_key(key),
            (Repeated::Enabled(enabled), Key::None) => *enabled,
            _ => false,
        }
    }

    /// What `each` and `count` mean in the instance of this key, if there is one.
    pub(super) fn place(&self, key: &Key) -> Option<Place> {
        match (self, key) {
            (Repeated::Count(_), Key::Int(index)) => self.has(key).then(|| Place::counted(*index)),
            (Repeated::Each(members), Key::Str(key)) => Some(Place::each(key, members.get(key)?.clone())),
            _ => self.has(key).then(Place::default),
        }
    }

    /// The instance keys, in order.
    pub(super) fn keys(&self) -> Vec<Key> {
        match self {
            Repeated::Once => vec![Key::None],
            Repeated::Count(count) => (0..*count).map(Key::Int).collect(),
            Repeated::Each(members) => members.keys().cloned().map(Key::Str).collect(),
            Repeated::Enabled(enabled) => enabled.then_some(Key::None).into_iter().collect(),
        }
    }
}

/// How often something stands in a module instance. What is not known yet is an error unless `lenient`, which
/// gives nothing for it.
pub(super) fn read(
    repetition: &Repetition,
    reader: &Reader<'_>,
    lenient: bool,
) -> Result<Option<Repeated>, Diagnostics> {
    let Some((_, expr)) = repetition.argument() else { return Ok(Some(Repeated::Once)) };
    let (value, span) = (reader.value(expr)?, expr.span);
    let repeated = match repetition {
        Repetition::Once => Ok(Some(Repeated::Once)),
        Repetition::Count(_) => count(&value, span, lenient).map(|count| count.map(Repeated::Count)),
        Repetition::ForEach(_) => for_each(&value, span, lenient).map(|each| each.map(Repeated::Each)),
        Repetition::Enabled(_) => enabled(&value, span, lenient).map(|enabled| enabled.map(Repeated::Enabled)),
    };
    repeated.map_err(|wrong| reader.tell(expr, wrong))
}

/// Reads the value of `count`. An unknown one is an error unless `lenient`, which reads it as none. A
/// sensitive number is taken, as Terraform 1.11 does: how many instances there are is no secret.
fn count(value: &Value, span: Span, lenient: bool) -> Result<Option<u64>, Diagnostics> {
    let invalid = |detail: String| Diagnostics::from(Diagnostic::error("Invalid count argument", detail).at(span));
    if value.marks().has(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"count\" is derived from an ephemeral value, which means that acier cannot persist it between \
             plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances."
                .into(),
        ));
    }
    if value.is_null() {
        return Err(invalid("The given \"count\" argument value is null. An integer is required.".into()));
    }
    let number = convert(value, &Type::Number).map_err(|why| {
        let detail = format!("The given \"count\" argument value is unsuitable: {}.", why.message);
        Diagnostics::from(Diagnostic::error("Incorrect value type", detail).at(span))
    })?;
    let Some(number) = number.as_number() else {
        if lenient {
            return Ok(None);
        }
        return Err(invalid(
            "The \"count\" value depends on resource attributes that cannot be determined until apply, so acier cannot \
             predict how many instances will be created. To work around this, use the -target argument to first apply \
             only the resources that the count depends on."
                .into(),
        ));
    };
    let unsuitable = |why: &str| invalid(format!("The given \"count\" argument value is unsuitable: {why}."));
    if number.as_f64() < 0.0 {
        return Err(unsuitable("must be greater than or equal to zero"));
    }
    match number.as_i64().and_then(|count| u64::try_from(count).ok()) {
        Some(count) if count <= 1_000_000 => Ok(Some(count)),
        Some(_) => Err(unsuitable("more than a million instances of one block are not supported")),
        None => Err(unsuitable("a whole number is required")),
    }
}

/// Reads the value of `enabled`, likewise. Source of the rules: OpenTofu 1.11, "The enabled
/// Meta-Argument".
fn enabled(value: &Value, span: Span, lenient: bool) -> Result<Option<bool>, Diagnostics> {
    let invalid = |detail: String| Diagnostics::from(Diagnostic::error("Invalid enabled argument", detail).at(span));
    if value.marks().has(Marks::SENSITIVE) {
        return Err(invalid(
            "Sensitive values, or values derived from sensitive values, cannot be used as enabled arguments. If used, the \
             sensitive value could be disclosed by whether the object exists."
                .into(),
        ));
    }
    if value.marks().has(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"enabled\" is derived from an ephemeral value, which means that acier cannot persist it between \
             plan/apply rounds. Use only non-ephemeral values."
                .into(),
        ));
    }
    if value.is_null() {
        return Err(invalid("The given \"enabled\" argument value is null. A bool is required.".into()));
    }
    let flag = convert(value, &Type::Bool)
        .map_err(|why| invalid(format!("The given \"enabled\" argument value is unsuitable: {}.", why.message)))?;
    match flag.as_bool() {
        Some(enabled) => Ok(Some(enabled)),
        None if lenient => Ok(None),
        None => Err(invalid(
            "The \"enabled\" value depends on values that cannot be determined until apply, so acier cannot say whether \
             there will be an instance."
                .into(),
        )),
    }
}

/// Reads the value of `for_each`, likewise.
pub(super) fn for_each(value: &Value, span: Span, lenient: bool) -> Result<Option<Arc<Members>>, Diagnostics> {
    let invalid = |detail: &str| Diagnostics::from(Diagnostic::error("Invalid for_each argument", detail).at(span));
    let unsuitable = |why: &str| invalid(&format!("The given \"for_each\" argument value is unsuitable: {why}"));
    if value.marks().has(Marks::SENSITIVE) {
        return Err(invalid(
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, \
             the sensitive value could be disclosed as a resource instance key.",
        ));
    }
    if value.marks().has(Marks::EPHEMERAL) {
        return Err(invalid(
            "The given \"for_each\" value is derived from an ephemeral value, which means that acier cannot persist it \
             between plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys.",
        ));
    }
    match value.content() {
        Content::Null(_) => {
            Err(unsuitable("the given \"for_each\" argument value is null. A map, or set of strings is allowed."))
        }
        Content::Map(_, members) | Content::Object(members) => Ok(Some(members.clone())),
        Content::Set(element, members) => set_keys(element, members, span, lenient),
        Content::Unknown { ty: ty @ (Type::Map(_) | Type::Set(_) | Type::Object(_) | Type::Dynamic), .. } => {
            if let Type::Set(element) = ty {
                set_element(element, span)?;
            }
            if lenient { Ok(None) } else { Err(unknown(matches!(ty, Type::Set(_)), span)) }
        }
        _ => {
            let mut wrong = unsuitable(&format!(
                "the \"for_each\" argument must be a map, or set of strings, and you have provided a value of type {}.",
                value.ty().friendly()
            ));
            if let (Some(_), Some(wrong)) = (value.as_sequence(), wrong.0.first_mut()) {
                wrong.hint = Some("Make a set of strings of it with toset(...), or a map with { for ... }.".into());
            }
            Err(wrong)
        }
    }
}

fn set_element(element: &Type, span: Span) -> Result<(), Diagnostics> {
    if matches!(element, Type::String | Type::Dynamic) {
        return Ok(());
    }
    let detail = format!(
        "The given \"for_each\" argument value is unsuitable: \"for_each\" supports maps and sets of strings, but you \
         have provided a set containing type {}.",
        element.friendly()
    );
    Err(Diagnostic::error("Invalid for_each set argument", detail).at(span).into())
}

fn set_keys(element: &Type, members: &[Value], span: Span, lenient: bool) -> Result<Option<Arc<Members>>, Diagnostics> {
    if !members.is_empty() {
        set_element(element, span)?;
    }
    let mut keys = Vec::with_capacity(members.len());
    for member in members {
        match member.content() {
            Content::String(text) => {
                keys.push((text.clone(), member.clone()));
            }
            Content::Unknown { .. } if lenient => return Ok(None),
            Content::Unknown { .. } => return Err(unknown(true, span)),
            _ => {
                let detail = "The given \"for_each\" argument value is unsuitable: \"for_each\" sets must not contain \
                              null values.";
                return Err(Diagnostic::error("Invalid for_each set argument", detail).at(span).into());
            }
        }
    }
    Ok(Some(Arc::new(keys.into_iter().collect())))
}

fn unknown(set: bool, span: Span) -> Diagnostics {
    let detail = if set {
        "The \"for_each\" set includes values derived from resource attributes that cannot be determined until apply, and \
         so acier cannot determine the full set of keys that will identify the instances of this resource.\n\nWhen \
         working with unknown values in for_each, it's better to use a map value where the keys are defined statically \
         in your configuration and where only the values contain apply-time results.\n\nAlternatively, you could use the \
         -target planning option to first apply only the resources that the for_each value depends on, and then apply a \
         second time to fully converge."
    } else {
        "The \"for_each\" map includes keys derived from resource attributes that cannot be determined until apply, and \
         so acier cannot determine the full set of keys that will identify the instances of this resource.\n\nWhen \
         working with unknown values in for_each, it's better to define the map keys statically in your configuration \
         and place apply-time results only in the map values.\n\nAlternatively, you could use the -target planning \
         option to first apply only the resources that the for_each value depends on, and then apply a second time to \
         fully converge."
    };
    Diagnostic::error("Invalid for_each argument", detail).at(span).into()
}
