//! Type constraints: `object({ name = string, port = optional(number, 80) })`.
//!
//! **Never:** evaluate anything but the fixed defaults of `optional()`.
//! In: a type expression, or a value. Out: the constraint, or the value with defaults filled in and
//! converted. Elements of a tuple are stepped into by their number, written as a name.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::{Mismatch, convert};
use crate::value::{Content, Members, Name, Step, Type, Value};

use super::ast::{Call, Expr, ExprKind, ObjectKey};
use super::fixed;
use super::module::Constraint;
use crate::diag::suggest::did_you_mean;

type Optional = BTreeMap<Vec<Name>, Option<Value>>;

impl Constraint {
    /// The constraint of a variable that declares no type.
    #[must_use]
    pub(super) fn any() -> Constraint {
        Constraint { ty: Type::Dynamic, optional: BTreeMap::new() }
    }

    /// Fills in the defaults of optional attributes and converts.
    ///
    /// # Errors
    /// The first place that does not fit.
    pub(super) fn apply(&self, value: &Value) -> Result<Value, Mismatch> {
        if self.optional.is_empty() {
            return convert(value, &self.ty);
        }
        let filled = fill(value, &self.ty, &mut Vec::new(), &self.optional);
        convert(&filled, &self.ty)
    }
}

/// Reads the `type` argument of a variable.
pub(super) fn read(expr: &Expr, out: &mut Diagnostics) -> Option<Constraint> {
    match fixed::keyword(expr).map(|word| &**word) {
        Some("list") => return Some(Constraint { ty: Type::list(Type::Dynamic), optional: BTreeMap::new() }),
        Some("map") => return Some(Constraint { ty: Type::map(Type::Dynamic), optional: BTreeMap::new() }),
        _ => {}
    }
    if let Some(text) = fixed::literal(expr) {
        let detail = "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now \
                      deprecated and no longer understood.";
        let hint = format!("Remove the quotes: type = {text}.");
        out.push(Diagnostic::error("Invalid quoted type constraints", detail).at(expr.span).hint(hint));
        return None;
    }
    let mut optional = BTreeMap::new();
    let ty = read_type(expr, &mut Vec::new(), &mut optional, out)?;
    Some(Constraint { ty, optional })
}

fn read_type(expr: &Expr, at: &mut Vec<Name>, optional: &mut Optional, out: &mut Diagnostics) -> Option<Type> {
    let problem = match &expr.kind {
        ExprKind::Parens(inner) => return read_type(inner, at, optional, out),
        ExprKind::Call(call) => return read_call(call, expr.span, at, optional, out),
        ExprKind::Reference(word, steps) if steps.is_empty() => match &**word {
            "string" => return Some(Type::String),
            "number" => return Some(Type::Number),
            "bool" => return Some(Type::Bool),
            "any" => return Some(Type::Dynamic),
            "list" | "set" | "map" => {
                format!("The {word} type constructor requires one argument specifying the element type.")
            }
            "object" => "The object type constructor requires one argument specifying the attribute types and values \
                         as a map."
                .into(),
            "tuple" => {
                "The tuple type constructor requires one argument specifying the element types as a list.".into()
            }
            _ => {
                let known = ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple"];
                format!("The keyword {word:?} is not a valid type specification.{}", did_you_mean(word, known))
            }
        },
        _ => "A type specification is either a primitive type keyword (bool, number, string) or a complex type \
              constructor call, like list(string)."
            .into(),
    };
    out.push(invalid(problem, expr.span));
    None
}

fn invalid(detail: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error("Invalid type specification", detail).at(span)
}

fn read_call(
    call: &Call,
    span: Span,
    at: &mut Vec<Name>,
    optional: &mut Optional,
    out: &mut Diagnostics,
) -> Option<Type> {
    let word = &*call.name;
    match (word, call.args.as_slice()) {
        ("list", [element]) => read_type(element, at, optional, out).map(Type::list),
        ("set", [element]) => read_type(element, at, optional, out).map(Type::set),
        ("map", [element]) => read_type(element, at, optional, out).map(Type::map),
        ("object", [Expr { kind: ExprKind::Object(members), .. }]) => read_object(members, at, optional, out),
        ("tuple", [Expr { kind: ExprKind::Tuple(members), .. }]) => {
            let mut types = Vec::new();
            for (position, member) in members.iter().enumerate() {
                at.push(position.to_string().into());
                types.push(read_type(member, at, optional, out));
                at.pop();
            }
            types.into_iter().collect::<Option<Vec<_>>>().map(Type::tuple)
        }
        ("list" | "set" | "map", _) => {
            let detail = format!("The {word} type constructor requires one argument specifying the element type.");
            out.push(invalid(detail, span));
            None
        }
        ("object", _) => {
            let detail = "Object type constructor requires a map whose keys are attribute names and whose values are \
                          the corresponding attribute types.";
            out.push(invalid(detail, span));
            None
        }
        ("tuple", _) => {
            out.push(invalid("Tuple type constructor requires a list of element types.", span));
            None
        }
        ("optional", _) => {
            out.push(invalid("Keyword \"optional\" is valid only as a modifier for object type attributes.", span));
            None
        }
        ("bool" | "number" | "string" | "any", _) => {
            out.push(invalid(format!("Primitive type keyword {word:?} does not expect arguments."), span));
            None
        }
        _ => {
            out.push(invalid(format!("Keyword {word:?} is not a valid type constructor."), call.name_span));
            None
        }
    }
}

fn read_object(
    members: &[(ObjectKey, Expr)],
    at: &mut Vec<Name>,
    optional: &mut Optional,
    out: &mut Diagnostics,
) -> Option<Type> {
    let mut types = BTreeMap::new();
    let mut whole = true;
    for (key, member) in members {
        let (name, span) = match key {
            ObjectKey::Name(name, span) => (name.clone(), *span),
            ObjectKey::Expr(expr) => match fixed::literal(expr) {
                Some(text) => (Name::from(text), expr.span),
                None => {
                    let detail = "Object constructor map keys must be attribute names.";
                    out.push(invalid(detail, expr.span));
                    whole = false;
                    continue;
                }
            },
        };
        at.push(name.clone());
        let ty = read_attribute(member, at, optional, out);
        at.pop();
        match ty {
            Some(ty) if types.contains_key(&name) => {
                let _: Type = ty;
                out.push(invalid(format!("Attribute {name:?} is declared twice."), span));
                whole = false;
            }
            Some(ty) => {
                types.insert(name, ty);
            }
            None => whole = false,
        }
    }
    whole.then(|| Type::object(types))
}

/// One attribute of an object: a type, or `optional(type)` or `optional(type, default)`.
fn read_attribute(expr: &Expr, at: &mut Vec<Name>, optional: &mut Optional, out: &mut Diagnostics) -> Option<Type> {
    let ExprKind::Call(call) = &expr.kind else { return read_type(expr, at, optional, out) };
    if &*call.name != "optional" {
        return read_type(expr, at, optional, out);
    }
    let (inner, default) = match call.args.as_slice() {
        [inner] => (inner, None),
        [inner, default] => (inner, Some(default)),
        _ => {
            let detail = "Optional attribute modifier requires the attribute type as its argument.";
            out.push(invalid(detail, expr.span));
            return None;
        }
    };
    let ty = read_type(inner, at, optional, out)?;
    let Some(default) = default else {
        optional.insert(at.clone(), None);
        return Some(ty);
    };
    let value = match fixed::value(default) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return None;
        }
    };
    let filled = fill(&value, &ty, at, optional);
    match convert(&filled, &ty) {
        Ok(value) => {
            optional.insert(at.clone(), (!value.is_null()).then_some(value));
            Some(ty)
        }
        Err(mismatch) => {
            let detail = format!(
                "This default value is not compatible with the attribute's type constraint: {}.",
                describe(&mismatch, false)
            );
            out.push(Diagnostic::error("Invalid default value for optional attribute", detail).at(default.span));
            None
        }
    }
}

/// A mismatch as Terraform words it: the steps to the place, then what is required there. The keys of maps are
/// part of a value, and are not shown if that is hidden.
pub(super) fn describe(mismatch: &Mismatch, hidden: bool) -> String {
    let mut text = String::new();
    for step in &mismatch.path.0 {
        text += &match step {
            Step::Attr(name) => format!("attribute {name:?}: "),
            Step::Index(index) => format!("element {index}: "),
            Step::Key(_) if hidden => "element (sensitive value): ".to_owned(),
            Step::Key(key) => format!("element {key:?}: "),
        };
    }
    text + &mismatch.message
}

/// The value with the defaults of optional attributes in all places where they are left out or null.
fn fill(value: &Value, ty: &Type, at: &mut Vec<Name>, optional: &Optional) -> Value {
    let marks = value.marks();
    match (value.content(), ty) {
        (Content::Unknown { ty: have, .. }, ty) if ty.is_concrete() && have != ty => {
            Value::unknown(ty.clone()).with_marks(marks)
        }
        (Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members), ty) => {
            let element = |index: usize| match ty {
                Type::List(element) | Type::Set(element) => Some((&**element, None)),
                Type::Tuple(elements) => elements.get(index).map(|ty| (ty, Some(Name::from(index.to_string())))),
                _ => None,
            };
            let mut filled = Vec::with_capacity(members.len());
            for (index, member) in members.iter().enumerate() {
                filled.push(match element(index) {
                    Some((ty, None)) => fill(member, ty, at, optional),
                    Some((ty, Some(step))) => {
                        at.push(step);
                        let member = fill(member, ty, at, optional);
                        at.pop();
                        member
                    }
                    None => member.clone(),
                });
            }
            if filled.is_empty() { value.clone() } else { Value::tuple(filled).with_marks(marks) }
        }
        (Content::Map(_, members) | Content::Object(members), Type::Map(element)) => {
            if members.is_empty() {
                return value.clone();
            }
            let filled = members.iter().map(|(key, member)| (key.clone(), fill(member, element, at, optional)));
            Value::object(filled.collect()).with_marks(marks)
        }
        (Content::Map(_, members) | Content::Object(members), Type::Object(types)) => {
            Value::object(fill_object(members, types, at, optional)).with_marks(marks)
        }
        _ => value.clone(),
    }
}

fn fill_object(members: &Members, types: &BTreeMap<Name, Type>, at: &mut Vec<Name>, optional: &Optional) -> Members {
    let mut filled = members.clone();
    for (name, ty) in types {
        at.push(name.clone());
        let member = members.get(name);
        let default = optional.get(at.as_slice());
        let set = match (member, default) {
            (Some(member), Some(Some(default))) if member.is_null() => Some(default.clone()),
            (Some(member), _) => Some(fill(member, ty, at, optional)),
            (None, Some(default)) => Some(default.clone().unwrap_or_else(|| Value::null(ty.clone()))),
            (None, None) => None,
        };
        at.pop();
        if let Some(set) = set {
            filled.insert(name.clone(), set);
        }
    }
    filled
}
