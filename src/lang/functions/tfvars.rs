//! The functions of the provider that is built in: values written as text of this language, and
//! `.tfvars` files read.
//!
//! **Never:** evaluate more than a `.tfvars` file may hold: no names, no functions.

use crate::diag::{Diagnostics, Sources};
use crate::lang::ast::Body;
use crate::lang::{fixed, fmt, parse};
use crate::value::printable::is_printable;
use crate::value::{Content, Members, Type, Value};

use super::encoding::encoded_start;
use super::render::tell;
use super::row::{Fault, Kind, Outcome, Row, any, text};
use super::text::make;

pub(super) const ROWS: &[Row] = &[
    Row::typed("provider::terraform::decode_tfvars", &[text("src")], decode_type, decode_tfvars),
    Row::new("provider::terraform::encode_expr", &[any("value").unknown().dynamic()], Kind::String, encode_expr),
    Row::new("provider::terraform::encode_tfvars", &[any("value").unknown().dynamic()], Kind::String, encode_tfvars),
];

fn encode_expr(args: &[Value], _: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(encoded_start(&args[0]));
    }
    let mut line = "_ = ".to_owned();
    write(&args[0], &mut line);
    let formatted = fmt::lay_out(&line);
    make(formatted.strip_prefix("_ = ").unwrap_or(&formatted).trim_end_matches('\n'))
}

fn encode_tfvars(args: &[Value], _: &Type) -> Outcome {
    // As in Terraform, nothing is said of what is not known to its last member.
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    if !matches!(args[0].content(), Content::Object(_) | Content::Map(..)) {
        return Err(
            "invalid value to encode: must be an object whose attribute names will become the encoded variable \
                    names"
                .into(),
        );
    }
    let mut file = String::new();
    for (name, value) in args[0].as_members().into_iter().flatten() {
        if !is_name(name) {
            return Err(format!(
                "invalid variable name {name:?}: must be a valid identifier, per Terraform's rules for input variable \
                 declarations"
            )
            .into());
        }
        file.push_str(&format!("{name} = "));
        write(value, &mut file);
        file.push('\n');
    }
    make(fmt::lay_out(&file))
}

fn write(value: &Value, out: &mut String) {
    match value.content() {
        Content::Null(_) | Content::Unknown { .. } => out.push_str("null"),
        Content::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Content::Number(number) => out.push_str(&number.to_string()),
        Content::String(text) => quote(text, out),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            out.push('[');
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write(member, out);
            }
            out.push(']');
        }
        Content::Map(_, members) | Content::Object(members) if members.is_empty() => out.push_str("{}"),
        Content::Map(_, members) | Content::Object(members) => {
            out.push_str("{\n");
            for (name, member) in members.iter() {
                if is_name(name) {
                    out.push_str(name);
                } else {
                    quote(name, out);
                }
                out.push_str(" = ");
                write(member, out);
                out.push('\n');
            }
            out.push('}');
        }
    }
}

/// A string in quotes, with everything escaped that could be taken for a template or cannot be seen.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                out.push(letter);
                out.push(letter);
            }
            letter if is_printable(letter) => out.push(letter),
            letter => match u32::from(letter) {
                code @ 0..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push('"');
}

/// Whether a text can stand as the name of an argument.
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && letters.all(|letter| letter == '-' || unicode_ident::is_xid_continue(letter))
}

/// The type of a file's values is known only once it is read; an unknown one may be anything.
fn decode_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].as_str() {
        Some(_) => decode_tfvars(args, &Type::Dynamic).map(|value| value.ty()),
        None => Ok(Type::Dynamic),
    }
}

fn decode_tfvars(args: &[Value], _: &Type) -> Outcome {
    let mut sources = Sources::default();
    let file = sources.add("<decode_tfvars argument>", super::text::take_text(args, 0)?);
    let (body, wrong) = parse::file(&sources, file);
    let explain = |what: &str, errors: &Diagnostics| Fault::Call(format!("invalid {what}: {}", tell(errors, &sources)));
    if wrong.has_errors() {
        return Err(explain("tfvars syntax", &wrong));
    }
    let Body { attributes, blocks, .. } = body;
    if let Some(block) = blocks.first() {
        let wrong = crate::diag::Diagnostic::error(
            format!("Unexpected {:?} block", block.name),
            "Blocks are not allowed here.",
        );
        return Err(explain("tfvars content", &wrong.at(block.header).into()));
    }
    let mut members = Members::new();
    for attribute in attributes {
        let value = fixed::value(&attribute.expr)
            .map_err(|errors| explain(&format!("expression for variable {:?}", attribute.name), &errors))?;
        members.insert(attribute.name, value);
    }
    Ok(Value::object(members))
}
