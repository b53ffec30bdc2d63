//! Operators, and what equal means.
//!
//! **Never:** stop at the left operand: both are evaluated and both may be wrong. `&&` and `||`
//! look at both sides too, as Terraform 1.11 does. Operands are converted first.

use std::cmp::Ordering;

use crate::diag::Span;
use crate::value::{Content, Members, Number, Type, Value};

use super::super::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use super::{Answer, Errors, Evaluator, conditional::is_definite, conversion, fail};

impl Evaluator<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Span) -> Answer {
        let ty = op.gives();
        let value = self.expr(operand)?;
        let value = conversion::convert_to(&value, &ty).map_err(|why| {
            fail("Invalid operand", format!("Unsuitable value for unary operand: {why}."), operand.span)
        })?;
        let result = match value.content() {
            Content::Null(_) => return Err(failed("argument must not be null", span)),
            Content::Bool(value) => Value::bool(!value),
            Content::Number(number) => Value::number(number.neg()),
            _ => Value::unknown_not_null(ty),
        };
        Ok(result.with_marks(value.marks()))
    }

    /// A chain of operators nests on the left, so it is gone down in a loop, not by recursion.
    pub(super) fn binary(&mut self, expr: &Expr) -> Answer {
        let mut chain = Vec::new();
        let mut here = expr;
        while let ExprKind::Binary(op, left, right) = &here.kind {
            chain.push((*op, &**left, &**right, here.span));
            here = left;
        }
        let mut so_far = self.expr(here);
        for (op, left, right, span) in chain.into_iter().rev() {
            let right_answer = self.expr(right);
            let mut errors = Errors::default();
            let operand = operand_type(op);
            let mut ready = |answer: Answer, side: &str, span: Span| {
                let value = errors.keep(answer)?;
                let converted = conversion::convert_to(&value, &operand).map_err(|why| {
                    fail("Invalid operand", format!("Unsuitable value for {side} operand: {why}."), span)
                });
                errors.keep(converted)
            };
            let left = ready(so_far, "left", left.span);
            let right = ready(right_answer, "right", right.span);
            so_far = match (left, right) {
                (Some(left), Some(right)) => operate(op, left, right, span),
                _ => errors.or_else(|| Value::unknown(Type::Dynamic)),
            };
        }
        so_far
    }
}

fn failed(why: &str, span: Span) -> crate::diag::Diagnostics {
    fail("Operation failed", format!("Error during operation: {why}."), span)
}

impl UnaryOp {
    /// The type of what comes of it.
    pub(super) fn gives(self) -> Type {
        match self {
            UnaryOp::Not => Type::Bool,
            UnaryOp::Negate => Type::Number,
        }
    }
}

impl BinaryOp {
    /// The type of what comes of it.
    pub(super) fn gives(self) -> Type {
        match self {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                Type::Number
            }
            _ => Type::Bool,
        }
    }
}

fn operand_type(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Or | BinaryOp::And => Type::Bool,
        BinaryOp::Equal | BinaryOp::NotEqual => Type::Dynamic,
        _ => Type::Number,
    }
}

fn operate(op: BinaryOp, left: Value, right: Value, span: Span) -> Answer {
    if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
        let (left, left_marks) = left.unmark_deep();
        let (right, right_marks) = right.unmark_deep();
        let equal = equals(&left, &right).map(|equal| equal == (op == BinaryOp::Equal));
        let result = equal.map_or_else(|| Value::unknown_not_null(Type::Bool), Value::bool);
        return Ok(result.with_marks(left_marks.union(right_marks)));
    }
    let marks = left.marks().union(right.marks());
    if left.is_null() || right.is_null() {
        return Err(failed("argument must not be null", span));
    }
    let result = match (left.content(), right.content()) {
        (Content::Bool(left), Content::Bool(right)) => Value::bool(match op {
            BinaryOp::Or => *left || *right,
            _ => *left && *right,
        }),
        (Content::Number(left), Content::Number(right)) => {
            arithmetic(op, left, right).map_err(|why| failed(why, span))?
        }
        _ => by_ranges(op, &left, &right).map_or_else(|| Value::unknown_not_null(op.gives()), Value::bool),
    };
    Ok(result.with_marks(marks))
}

/// What a comparison gives of numbers that are not known, by the ranges that they lie in.
fn by_ranges(op: BinaryOp, left: &Value, right: &Value) -> Option<bool> {
    let less = |a: &Value, b: &Value| match (a.number_range(), b.number_range()) {
        ((_, Some(most)), (Some(least), _)) if most < least => Some(true),
        ((Some(least), _), (_, Some(most))) if least > most => Some(false),
        _ => None,
    };
    // What is neither certainly so nor certainly not so by one of both is open.
    let or_equal = |less: Option<bool>| match (less, equals(left, right)) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    match op {
        BinaryOp::Less => less(left, right),
        BinaryOp::Greater => less(right, left),
        BinaryOp::LessOrEqual => or_equal(less(left, right)),
        BinaryOp::GreaterOrEqual => or_equal(less(right, left)),
        _ => None,
    }
}

fn arithmetic(op: BinaryOp, left: &Number, right: &Number) -> Result<Value, &'static str> {
    let order = left.cmp(right);
    let number = match op {
        BinaryOp::Less => return Ok(Value::bool(order == Ordering::Less)),
        BinaryOp::LessOrEqual => return Ok(Value::bool(order != Ordering::Greater)),
        BinaryOp::Greater => return Ok(Value::bool(order == Ordering::Greater)),
        BinaryOp::GreaterOrEqual => return Ok(Value::bool(order != Ordering::Less)),
        BinaryOp::Add => left.add(right),
        BinaryOp::Subtract => left.sub(right),
        BinaryOp::Multiply => left.mul(right),
        BinaryOp::Divide => left.div(right),
        _ => left.rem(right),
    };
    let undefined = match op {
        BinaryOp::Add => "can't compute sum of opposing infinities",
        BinaryOp::Subtract => "can't subtract infinity from itself",
        BinaryOp::Multiply => "can't multiply zero by infinity",
        BinaryOp::Divide => "can't divide zero by zero or infinity by infinity",
        _ => "can't use modulo with infinity",
    };
    number.map(Value::number).ok_or(undefined)
}

/// Whether two values without marks are equal, as `==` has it: values of different types are not,
/// nulls are whatever their types. None if an unknown value decides.
pub(crate) fn equals(left: &Value, right: &Value) -> Option<bool> {
    match compare(left, right) {
        // As long as a member has no type yet only the types decide, as in Terraform.
        Some(false) | None if are_open(left, right) => {
            if are_alike(&left.ty(), &right.ty()) {
                None
            } else {
                Some(false)
            }
        }
        // The types of members tell even what their values leave open, those of nulls too.
        Some(true) | None if are_there(left, right) && left.ty() != right.ty() => Some(false),
        verdict => verdict,
    }
}

fn are_there(left: &Value, right: &Value) -> bool {
    [left, right].iter().all(|value| !value.is_unknown() && !value.is_null())
}

/// Whether both are there, and a member of one is unknown and even its type is.
fn are_open(left: &Value, right: &Value) -> bool {
    are_there(left, right) && (has_open(left) || has_open(right))
}

fn has_open(value: &Value) -> bool {
    let open = |member: &Value| matches!(member.content(), Content::Unknown { ty: Type::Dynamic, .. });
    value.children().any(|member| open(member) || has_open(member))
}

fn compare(left: &Value, right: &Value) -> Option<bool> {
    match (left.content(), right.content()) {
        (Content::Null(_), Content::Null(_)) => Some(true),
        (Content::Null(_), _) if is_definite(right) => Some(false),
        (_, Content::Null(_)) if is_definite(left) => Some(false),
        (Content::Unknown { .. }, _) => known_to_differ(left, right),
        (_, Content::Unknown { .. }) => known_to_differ(right, left),
        (Content::Bool(a), Content::Bool(b)) => Some(a == b),
        (Content::Number(a), Content::Number(b)) => Some(a == b),
        (Content::String(a), Content::String(b)) => Some(a == b),
        (Content::List(a_type, a), Content::List(b_type, b)) if a_type == b_type => sequences(a, b),
        (Content::Tuple(a), Content::Tuple(b)) if a.len() == b.len() => sequences(a, b),
        (Content::Set(a_type, a), Content::Set(b_type, b)) if a_type == b_type => sets(a, b, left, right),
        (Content::Map(a_type, a), Content::Map(b_type, b)) if a_type == b_type => members(a, b),
        (Content::Object(a), Content::Object(b)) => members(a, b),
        _ => Some(false),
    }
}

/// An unknown value can still be told from a known one by its type and its bounds. What is certainly not
/// null is no infinity either.
fn known_to_differ(unknown: &Value, other: &Value) -> Option<bool> {
    let Content::Unknown { ty, not_null, bounds } = unknown.content() else { return None };
    let infinite = matches!(other.content(), Content::Number(number) if number.is_infinite());
    let beyond = bounds.as_deref().is_some_and(|bounds| !other.may_be_within(bounds));
    if beyond || infinite && *not_null {
        return Some(false);
    }
    let comparable = match other.content() {
        Content::Null(_) | Content::Unknown { .. } => true,
        _ => may_become(ty, &other.ty()),
    };
    if comparable { None } else { Some(false) }
}

/// Whether the type of an unknown value, open in places, may turn out to be another.
fn may_become(open: &Type, ty: &Type) -> bool {
    *open == Type::Dynamic || same_shape(open, ty, may_become)
}

/// Whether two types may turn out to be one, both open in places.
fn are_alike(a: &Type, b: &Type) -> bool {
    *a == Type::Dynamic || *b == Type::Dynamic || same_shape(a, b, are_alike)
}

fn same_shape(a: &Type, b: &Type, inside: fn(&Type, &Type) -> bool) -> bool {
    match (a, b) {
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => inside(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| inside(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| inside(a, b))
        }
        (a, b) => a == b,
    }
}

fn sequences(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    // The first pair that differs or is not known decides, as in Terraform.
    a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|equal| *equal != Some(true)).unwrap_or(Some(true))
}

fn members(a: &Members, b: &Members) -> Option<bool> {
    if !a.keys().eq(b.keys()) {
        return Some(false);
    }
    all_equal(a.values().zip(b.values()))
}

fn sets(a: &[Value], b: &[Value], left: &Value, right: &Value) -> Option<bool> {
    if !left.is_wholly_known() || !right.is_wholly_known() {
        return None;
    }
    sequences(a, b)
}

/// One pair that differs decides; else one pair that is not known leaves all unknown.
fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    let mut known = true;
    for (a, b) in pairs {
        match compare(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = false,
        }
    }
    known.then_some(true)
}
