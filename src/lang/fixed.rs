//! Evaluates what must be fixed in the text: no names, no functions.
//!
//! **Never:** see variables or the machine. Defaults, types' defaults, values of `.tfvars` files
//! and flags such as `sensitive` are fixed. In: an expression. Out: its value.

use std::path::PathBuf;
use std::rc::Rc;

use crate::addr::Key;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::convert;
use crate::value::{Name, Step, Type, Value};

use super::ast::{Access, Attribute, Expr, ExprKind};
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
    let mut left = vec![expr];
    while let Some(expr) = left.pop() {
        if let ExprKind::Call(call) = &expr.kind {
            let wrong = Diagnostic::error("Function calls not allowed", "Functions may not be called here.");
            out.push(wrong.at(call.name_span));
            continue;
        }
        let before = left.len();
        expr.inner(&mut |inner, _| left.push(inner));
        left[before..].reverse();
    }
}

/// The instance key that an expression in brackets is, if it is written out.
pub(super) fn key(index: &Expr) -> Option<Key> {
    match &index.kind {
        ExprKind::Literal(value) => Key::of(value),
        _ => None,
    }
}

/// A step whose index is written out.
pub(super) fn step(step: &Access) -> Option<Step> {
    match step {
        Access::Attr(name, _) => Some(Step::Attr(name.clone())),
        Access::Index(index, _) => match key(index)? {
            Key::Str(key) => Some(Step::Key(key)),
            Key::Int(index) => usize::try_from(index).ok().map(Step::Index),
            Key::None => None,
        },
        Access::AttrSplat(..) | Access::FullSplat(..) => None,
    }
}
