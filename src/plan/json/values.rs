//! Values, and where in them something holds, in the forms of Terraform's JSON output.
//!
//! **Never:** write a secret unless it was asked for in clear, and a fingerprint not even then: it
//! says nothing to anybody. In: values. Out: JSON.

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};

use crate::value::{Content, Marks, Type, Value};

/// Whether secrets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// Null stands in their place.
    #[default]
    Hidden,
    /// They are, as far as they are known.
    Clear,
}

impl Sight {
    /// A value as far as it is known and may be seen; null where not. Unknown members of objects
    /// and maps are left out, as Terraform does.
    #[must_use]
    pub fn value(self, value: &Value) -> Json {
        let secret = self == Sight::Hidden && value.is_sensitive();
        if secret || value.marks().has(Marks::FINGERPRINT) {
            return Json::Null;
        }
        match value.content() {
            Content::Null(_) | Content::Unknown { .. } => Json::Null,
            Content::Bool(value) => (*value).into(),
            Content::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
            Content::String(text) => (&**text).into(),
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
                members.iter().map(|member| self.value(member)).collect()
            }
            Content::Map(_, members) | Content::Object(members) => {
                let known = members.iter().filter(|(_, member)| !member.is_unknown());
                known.map(|(name, member)| (name.to_string(), self.value(member))).collect::<Map<_, _>>().into()
            }
        }
    }

    /// A value before a change, as it may be seen: what becomes a secret and stays the same is one already.
    #[must_use]
    pub fn before<'v>(self, before: &'v Value, after: &Value) -> Cow<'v, Value> {
        match self {
            Sight::Hidden => Cow::Owned(before.with_marks_of(after)),
            Sight::Clear => Cow::Borrowed(before),
        }
    }

    /// An output that is stored or planned. With `type_last` in the order of states, else of plans.
    #[must_use]
    pub fn output(self, value: &Value, type_last: bool) -> Json {
        let sensitive = value.contains_mark(Marks::SENSITIVE);
        let mut output = Map::new();
        output.insert("sensitive".into(), sensitive.into());
        if value.is_wholly_known() {
            let hidden = sensitive && self == Sight::Hidden;
            let shown = ("value", if hidden { Json::Null } else { self.value(value) });
            let ty = ("type", ty(&value.ty()));
            let pair = if type_last { [shown, ty] } else { [ty, shown] };
            output.extend(pair.map(|(name, json)| (name.to_owned(), json)));
        }
        output.into()
    }
}

/// Where a value is sensitive.
#[must_use]
pub fn secrets(value: &Value) -> Json {
    flags(value, &Value::is_sensitive)
}

/// Where in a value something holds: true at such a place, an object or array around it, members
/// of objects left out where it holds nowhere. Of what is not known yet, the outermost shape is.
pub(super) fn flags(value: &Value, holds: &dyn Fn(&Value) -> bool) -> Json {
    if holds(value) {
        return true.into();
    }
    match value.content() {
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            members.iter().map(|member| flags(member, holds)).collect()
        }
        Content::Map(_, members) | Content::Object(members) => {
            let flagged = members.iter().map(|(name, member)| (name.to_string(), flags(member, holds)));
            flagged.filter(|(_, flag)| *flag != false).collect::<Map<_, _>>().into()
        }
        Content::Unknown { ty: Type::List(_) | Type::Set(_) | Type::Tuple(_), .. } => json!([]),
        Content::Unknown { ty: Type::Map(_) | Type::Object(_), .. } => json!({}),
        _ => false.into(),
    }
}

/// A type as Terraform's JSON writes it.
#[must_use]
pub fn ty(of: &Type) -> Json {
    // The macro for it would copy what is inside, at every level again.
    let tagged = |tag: &str, inner: Json| Json::Array(vec![tag.into(), inner]);
    match of {
        Type::Dynamic => "dynamic".into(),
        Type::Bool | Type::Number | Type::String => of.to_string().into(),
        Type::List(element) => tagged("list", ty(element)),
        Type::Set(element) => tagged("set", ty(element)),
        Type::Map(element) => tagged("map", ty(element)),
        Type::Tuple(elements) => tagged("tuple", elements.iter().map(ty).collect()),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, of)| (name.to_string(), ty(of)));
            tagged("object", attributes.collect::<Map<_, _>>().into())
        }
    }
}
