//! Values as text for case files: nulls left out, marks and unknowns written.

use acier::value::{Content, Marks, Members, Value};

/// One member of an object a line, nulls left out.
pub(super) fn lines(value: &Value) -> String {
    let mut out = String::new();
    for (name, member) in value.as_members().into_iter().flatten() {
        if !member.is_null() && !member.as_sequence().is_some_and(<[Value]>::is_empty) {
            out += &format!("  {name} = {}\n", text(member));
        }
    }
    out
}

/// A value on one line.
pub(super) fn text(value: &Value) -> String {
    let marks = value.marks();
    let mut out = String::new();
    if marks.has(Marks::SENSITIVE) {
        out += "sensitive:";
    }
    if marks.has(Marks::EPHEMERAL) {
        out += "ephemeral:";
    }
    out += &match value.content() {
        Content::Null(_) => "null".to_owned(),
        Content::Unknown { ty, .. } if ty.is_primitive() => format!("(unknown {ty})"),
        Content::Unknown { .. } => "(unknown)".to_owned(),
        Content::Bool(flag) => flag.to_string(),
        Content::Number(number) => number.to_string(),
        Content::String(text) => format!("{text:?}"),
        Content::List(_, members) => format!("[{}]", joined(members)),
        Content::Set(_, members) => format!("set[{}]", joined(members)),
        Content::Tuple(members) => format!("tuple[{}]", joined(members)),
        Content::Map(_, members) => format!("map{{{}}}", pairs(members)),
        Content::Object(members) => format!("{{{}}}", pairs(members)),
    };
    out
}

fn joined(members: &[Value]) -> String {
    members.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn pairs(members: &Members) -> String {
    let shown = members.iter().filter(|(_, member)| !member.is_null());
    shown.map(|(name, member)| format!("{name} = {}", text(member))).collect::<Vec<_>>().join(", ")
}
