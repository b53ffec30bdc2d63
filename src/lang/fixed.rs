//! Evaluates what must be fixed in the text: no names, no functions.
//!
//! **Never:** see variables or the machine. Defaults, types' defaults, values of `.tfvars` files
//! and flags such as `sensitive` are fixed. In: an expression. Out: its value.

use std::path::PathBuf;
use std::rc::Rc;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::convert;
use crate::value::{Content, Name, Type, Value};

use super::ast::{Access, Attribute, Expr, ExprKind, ObjectKey, Part};
use super::eval::{Env, eval};
use super::host::Host;

/// The value of an expression that may neither name anything nor call a function.
///
/// # Errors
/// Everything in it that is not allowed or wrong.
pub(super) fn value(expr: &Expr) -> Result<Value, Diagnostics> {
    let mut wrong = Diagnostics::none();
    refuse_calls(expr, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let lookup = |_: &Name, _: &[Access], span: Span| {
        Err(Diagnostic::error("Variables not allowed", "Variables may not be used here.").at(span).into())
    };
    let host = nowhere();
    eval(expr, &mut Env { lookup: &lookup, bound: Vec::new(), host: &host, applying: false })
}

/// The value of an argument as text, flag or number; nothing (and a finding) if it is no such value.
pub(super) fn typed(attribute: &Attribute, ty: &Type, out: &mut Diagnostics) -> Option<Value> {
    let found = match value(&attribute.expr) {
        Ok(found) => found,
        Err(wrong) => {
            out.extend(wrong);
            return None;
        }
    };
    let converted = convert(&found, ty);
    match converted {
        Ok(converted) if !converted.is_null() => Some(converted),
        Ok(_) => {
            out.push(unsuitable("value must not be null", attribute.expr.span));
            None
        }
        Err(mismatch) => {
            out.push(unsuitable(&mismatch.message, attribute.expr.span));
            None
        }
    }
}

fn unsuitable(why: &str, span: Span) -> Diagnostic {
    Diagnostic::error("Unsuitable value type", format!("Unsuitable value: {why}.")).at(span)
}

/// A flag.
pub(super) fn flag(attribute: &Attribute, out: &mut Diagnostics) -> Option<bool> {
    typed(attribute, &Type::Bool, out).and_then(|value| value.as_bool())
}

/// A text.
pub(super) fn text(attribute: &Attribute, out: &mut Diagnostics) -> Option<String> {
    typed(attribute, &Type::String, out).and_then(|value| value.as_str().map(str::to_owned))
}

/// The word that an expression consists of, if it is a bare name.
pub(super) fn keyword(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Reference(name, steps) if steps.is_empty() => Some(name),
        _ => None,
    }
}

/// The text that an expression consists of, if it is a plain string.
pub(super) fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(value) => value.as_str(),
        _ => None,
    }
}

/// A machine without files, for expressions that may not ask for any.
fn nowhere() -> Host {
    Host {
        root: ".".into(),
        cwd: PathBuf::new(),
        home: None,
        workspace: "default".into(),
        now: String::new(),
        planned: None,
        read: Rc::new(|_| Err("no file may be read here".into())),
        list: Rc::new(|_| Err("no folder may be listed here".into())),
    }
}

fn refuse_calls(expr: &Expr, out: &mut Diagnostics) {
    let mut each = |exprs: &[&Expr]| exprs.iter().for_each(|expr| refuse_calls(expr, out));
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Template(parts) => parts.iter().for_each(|part| refuse_calls_in_part(part, out)),
        ExprKind::Reference(_, steps) => steps.iter().for_each(|step| refuse_calls_in_step(step, out)),
        ExprKind::Access(inner, steps) => {
            refuse_calls(inner, out);
            steps.iter().for_each(|step| refuse_calls_in_step(step, out));
        }
        ExprKind::Wrapped(inner) | ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => each(&[inner]),
        ExprKind::Binary(_, left, right) => each(&[left, right]),
        ExprKind::Conditional(condition, yes, no) => each(&[condition, yes, no]),
        ExprKind::Call(call) => {
            out.push(
                Diagnostic::error("Function calls not allowed", "Functions may not be called here.").at(call.name_span),
            );
        }
        ExprKind::Tuple(members) => members.iter().for_each(|member| refuse_calls(member, out)),
        ExprKind::Object(members) => {
            for (key, member) in members {
                if let ObjectKey::Expr(key) = key {
                    refuse_calls(key, out);
                }
                refuse_calls(member, out);
            }
        }
        ExprKind::For(each_of) => {
            each(&[&each_of.collection, &each_of.value]);
            each_of.key.iter().chain(&each_of.condition).for_each(|expr| refuse_calls(expr, out));
        }
    }
}

fn refuse_calls_in_step(step: &Access, out: &mut Diagnostics) {
    match step {
        Access::Attr(..) => {}
        Access::Index(index, _) => refuse_calls(index, out),
        Access::AttrSplat(steps, _) | Access::FullSplat(steps, _) => {
            steps.iter().for_each(|step| refuse_calls_in_step(step, out));
        }
    }
}

fn refuse_calls_in_part(part: &Part, out: &mut Diagnostics) {
    match part {
        Part::Text(..) => {}
        Part::Interpolation(expr) => refuse_calls(expr, out),
        Part::If { condition, yes, no } => {
            refuse_calls(condition, out);
            yes.iter().chain(no).for_each(|part| refuse_calls_in_part(part, out));
        }
        Part::For { collection, body, .. } => {
            refuse_calls(collection, out);
            body.iter().for_each(|part| refuse_calls_in_part(part, out));
        }
    }
}

/// Whether a value of the language's text is a whole number that can index a list.
pub(super) fn index(value: &Value) -> Option<usize> {
    match value.content() {
        Content::Number(number) => number.as_i64().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    }
}
