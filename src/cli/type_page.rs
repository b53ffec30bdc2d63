//! A type as the console's `type` function shows it, and the table of functions.
//!
//! **Never:** print. In: types and signatures. Out: text.

use crate::lang::functions::signature::{Parameter, Signature};
use crate::value::Type;

/// A type, on several lines where it has attributes or elements of its own.
pub(super) fn ty(ty: &Type) -> String {
    let mut text = String::new();
    write(&mut text, ty, 0);
    text
}

fn write(text: &mut String, ty: &Type, depth: usize) {
    let word = match ty {
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Tuple(_) => "tuple",
        Type::Object(_) => "object",
        plain => return text.push_str(&plain.friendly()),
    };
    text.push_str(word);
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            text.push('(');
            if matches!(**element, Type::Tuple(_) | Type::Object(_)) {
                entry(text, depth + 1, "", element);
                line(text, depth);
            } else {
                write(text, element, depth);
            }
            text.push(')');
        }
        Type::Tuple(elements) => {
            text.push_str("([");
            elements.iter().for_each(|element| entry(text, depth + 1, "", element));
            if !elements.is_empty() {
                line(text, depth);
            }
            text.push_str("])");
        }
        Type::Object(attributes) => {
            text.push_str("({");
            attributes.iter().for_each(|(name, ty)| entry(text, depth + 1, &format!("{name}: "), ty));
            if !attributes.is_empty() {
                line(text, depth);
            }
            text.push_str("})");
        }
        _ => {}
    }
}

fn line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"    ".repeat(depth));
}

fn entry(text: &mut String, depth: usize, name: &str, ty: &Type) {
    line(text, depth);
    text.push_str(name);
    write(text, ty, depth);
    text.push(',');
}

/// How a function is called: `name(a string, b number...) string`.
pub(super) fn call(signature: &Signature) -> String {
    let one = |param: &Parameter| format!("{} {}", param.name, word(&param.ty));
    let params = signature.params.iter().map(one);
    let rest = signature.rest.iter().map(|param| format!("{}...", one(param)));
    let params: Vec<String> = params.chain(rest).collect();
    format!("{}({}) {}", signature.name, params.join(", "), word(&signature.returns))
}

fn word(ty: &Type) -> String {
    ty.to_string()
}
