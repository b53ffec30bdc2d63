//! `condition ? yes : no`.
//!
//! **Never:** show errors of the branch that is not taken, nor evaluate one without the other:
//! both decide the type of the result. With an unknown condition the result is unknown.

use crate::diag::{Diagnostics, Span};
use crate::value::unify::unify;
use crate::value::{Bounds, Content, Marks, Type, Value};

use super::super::ast::Expr;
use super::{Answer, Evaluator, conversion, fail, undecided};

const INCONSISTENT: &str = "Inconsistent conditional result types";

impl Evaluator<'_, '_> {
    pub(super) fn conditional(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Answer {
        // A branch that failed is as much as is certain of it; its errors matter only if it is taken.
        let yes_answer = self.expr(yes);
        let yes_value = self.half(&yes_answer);
        let no_answer = self.expr(no);
        let no_value = self.half(&no_answer);
        let common = match unify_branches(&yes_value, &no_value) {
            Ok(common) => common,
            Err(why) => {
                let mut detail = format!("The true and false result expressions must have consistent types. {why}");
                // A type that does not fit may come of what failed in the branch that is taken.
                let failed = match self.verdict(condition) {
                    Ok((Some(true), _)) => yes_answer.err().map(|errors| ("true", errors)),
                    Ok((Some(false), _)) => no_answer.err().map(|errors| ("false", errors)),
                    _ => None,
                };
                if let Some((which, errors)) = failed {
                    for error in errors.iter() {
                        detail.push_str(&format!(" The {which} result cannot be evaluated: {}", error.detail));
                    }
                }
                self.failed = undecided();
                return Err(fail(INCONSISTENT, detail, yes.span.to(no.span)));
            }
        };
        let verdict = self.expr(condition).map(|value| judge(value, condition));
        let (verdict, marks) = match (verdict, &yes_answer, &no_answer) {
            (Err(errors), ..) => {
                let marks = yes_value.marks().union(no_value.marks());
                self.failed = merge_unknown(&yes_value.unmark().0, &no_value.unmark().0, &common).with_marks(marks);
                return Err(errors);
            }
            (Ok(Err(errors)), ..) => {
                // Of a condition that cannot be one nothing follows but the type.
                self.failed = Value::unknown(common.ty(&yes_value, &no_value));
                return Err(errors);
            }
            (Ok(Ok((Some(true), marks))), Err(errors), _) => {
                let marks = marks.union(no_value.marks()).union(yes_value.marks());
                let half = finish(yes_value, &common, &no_value, "true", yes.span);
                self.failed = half.unwrap_or_else(|_| undecided()).with_marks(marks);
                return Err(errors.clone());
            }
            (Ok(Ok((Some(false), marks))), _, Err(errors)) => {
                let marks = marks.union(no_value.marks()).union(yes_value.marks());
                let half = finish(no_value, &common, &yes_value, "false", no.span);
                self.failed = half.unwrap_or_else(|_| undecided()).with_marks(marks);
                return Err(errors.clone());
            }
            (Ok(Ok(verdict)), ..) => verdict,
        };
        // Which branch was taken may tell something about the other, so the marks of both count.
        let marks = marks.union(yes_value.marks()).union(no_value.marks());
        let value = match verdict {
            None => merge_unknown(&yes_value.unmark().0, &no_value.unmark().0, &common),
            Some(true) => finish(yes_answer?, &common, &no_value, "true", yes.span)?,
            Some(false) => finish(no_answer?, &common, &yes_value, "false", no.span)?,
        };
        Ok(value.with_marks(marks))
    }

    /// A value, or as much of it as is certain.
    fn half(&self, answer: &Answer) -> Value {
        answer.as_ref().map_or_else(|_| self.failed.clone(), Value::clone)
    }

    /// Whether a condition holds (none: unknown) and its marks.
    pub(super) fn verdict(&mut self, condition: &Expr) -> Verdict {
        judge(self.expr(condition)?, condition)
    }

    /// `%{ if c }a%{ else }b%{ endif }` with branches that are strings.
    pub(super) fn choose_text(
        &mut self,
        condition: &Expr,
        yes: impl FnOnce(&mut Self) -> Answer,
        no: impl FnOnce(&mut Self) -> Answer,
    ) -> Answer {
        let yes = yes(self);
        let yes_half = self.half(&yes);
        let no = no(self);
        let no_half = self.half(&no);
        let mut marks = yes_half.marks().union(no_half.marks());
        let verdict = self.verdict(condition);
        self.failed = Value::unknown_not_null(Type::String).with_marks(marks);
        let (verdict, found) = verdict?;
        marks = marks.union(found);
        let (answer, half) = match verdict {
            Some(true) => (yes, yes_half),
            Some(false) => (no, no_half),
            None => return Ok(Value::unknown_not_null(Type::String).with_marks(marks)),
        };
        self.failed = half.with_marks(marks);
        Ok(answer?.with_marks(marks))
    }
}

type Verdict = Result<(Option<bool>, Marks), Diagnostics>;

/// Whether a value is true or false (none: unknown) as a condition, and its marks.
fn judge(value: Value, condition: &Expr) -> Verdict {
    let (value, marks) = value.unmark();
    if value.is_null() {
        let why = "The condition value is null. Conditions must either be true or false.";
        return Err(fail("Null condition", why, condition.span));
    }
    if value.is_unknown() {
        return Ok((None, marks));
    }
    let value = conversion::convert_to(&value, &Type::Bool).map_err(|_| {
        fail("Incorrect condition type", "The condition expression must be of type bool.", condition.span)
    })?;
    Ok((value.as_bool(), marks))
}

/// What the two branches have in common.
enum Common {
    /// One is an untyped null: it takes the type of the other, which stays as it is.
    Other,
    /// A type that both convert to.
    Type(Type),
}

impl Common {
    /// The type of a result of which nothing else is known.
    fn ty(&self, yes: &Value, no: &Value) -> Type {
        match self {
            Common::Type(ty) => ty.clone(),
            Common::Other if is_untyped_null(yes) => no.ty(),
            Common::Other => yes.ty(),
        }
    }
}

fn finish(value: Value, common: &Common, other: &Value, which: &str, span: Span) -> Answer {
    match common {
        Common::Other if is_untyped_null(&value) => Ok(Value::null(other.ty()).with_marks(value.marks())),
        Common::Other => Ok(value),
        Common::Type(ty) => meet(&value, &other.ty(), ty)
            .and_then(|()| conversion::convert_to(&value, ty))
            .map_err(|why| fail(INCONSISTENT, format!("The {which} result value has the wrong type: {why}."), span)),
    }
}

/// Terraform converts a tuple beside a list, or an object beside a map, in two steps: to a collection of
/// the type that its members share, and that to the type of both branches. The second step is given the
/// members as they were before the first, so they must come out alike by it alone.
fn meet(value: &Value, other: &Type, common: &Type) -> Result<(), String> {
    let (members, wanted, kind) = match (value.content(), other, common) {
        (Content::Tuple(members), Type::List(_), Type::List(wanted)) => {
            (members.iter().map(Value::ty).collect::<Vec<_>>(), wanted, "list")
        }
        (Content::Object(members), Type::Map(_), Type::Map(wanted)) => {
            (members.values().map(Value::ty).collect(), wanted, "map")
        }
        _ => return Ok(()),
    };
    let Some(shared) = unify(&members) else { return Ok(()) };
    if shared == **wanted || **wanted == Type::Dynamic && shared.is_primitive() {
        return Ok(());
    }
    let stepped = members.iter().map(|member| second_step(member, &shared, wanted)).collect::<Option<Vec<_>>>();
    let unified = kind == "map" && !wanted.is_primitive() && **wanted != Type::Dynamic;
    match stepped.and_then(|stepped| if unified { unify(&stepped) } else { one_of(stepped) }) {
        Some(_) => Ok(()),
        None => Err(format!("element types must all match for conversion to {kind}")),
    }
}

/// The one type of all, where those that are not decided do not count.
fn one_of(types: Vec<Type>) -> Option<Type> {
    let mut decided = types.into_iter().filter(|ty| *ty != Type::Dynamic);
    let first = decided.next().unwrap_or(Type::Dynamic);
    decided.all(|ty| ty == first).then_some(first)
}

/// What a conversion that was made for another type makes of a type; none if it fails.
fn second_step(have: &Type, made_for: &Type, wanted: &Type) -> Option<Type> {
    if made_for == wanted || *wanted == Type::Dynamic {
        return Some(have.clone());
    }
    if *have == Type::Dynamic {
        return Some(wanted.clone());
    }
    let each = |have: &[&Type], made_for: &[&Type], wanted: &Type| -> Option<Vec<Type>> {
        let made_for = made_for.iter().cycle().take(have.len());
        have.iter().zip(made_for).map(|(have, made_for)| second_step(have, made_for, wanted)).collect()
    };
    let (inside, made_inside) = (have.members(), made_for.members());
    match (made_for, wanted) {
        (Type::Tuple(_), Type::List(element)) => unify(&each(&inside, &made_inside, element)?).map(Type::list),
        (Type::List(_) | Type::Set(_), Type::List(element)) => {
            one_of(each(&inside, &made_inside, element)?).map(Type::list)
        }
        (Type::Object(_) | Type::Map(_), Type::Map(element)) => {
            unify(&each(&inside, &made_inside, element)?).map(Type::map)
        }
        _ => Some(wanted.clone()),
    }
}

fn is_untyped_null(value: &Value) -> bool {
    // A marked null says something about the type: that it is not decided.
    matches!(value.content(), Content::Null(Type::Dynamic)) && value.marks().is_empty()
}

fn unify_branches(yes: &Value, no: &Value) -> Result<Common, String> {
    if is_untyped_null(yes) || is_untyped_null(no) {
        return Ok(Common::Other);
    }
    let (yes_type, no_type) = (yes.ty(), no.ty());
    if yes_type == no_type {
        return Ok(Common::Type(no_type));
    }
    if yes_type == Type::Dynamic || no_type == Type::Dynamic {
        return Ok(Common::Type(Type::Dynamic));
    }
    unify(&[yes_type.clone(), no_type.clone()]).map(Common::Type).ok_or_else(|| describe(&yes_type, &no_type))
}

/// What an unknown condition leaves known: what both branches keep to. Equal numbers are known
/// whichever way it goes, and so is the length of two lists of one length.
fn merge_unknown(yes: &Value, no: &Value, common: &Common) -> Value {
    let ty = common.ty(yes, no);
    match (yes.content(), no.content()) {
        (Content::Null(_), Content::Null(_)) => return Value::null(ty),
        (Content::Number(a), Content::Number(b)) if a == b => return yes.clone(),
        _ => {}
    }
    if !(is_definite(yes) && is_definite(no)) {
        return Value::unknown(ty);
    }
    match ty {
        Type::Number => {
            let ((a_least, a_most), (b_least, b_most)) = (yes.number_range(), no.number_range());
            let least = a_least.zip(b_least).map(|(a, b)| a.min(b).clone());
            let most = a_most.zip(b_most).map(|(a, b)| a.max(b).clone());
            Value::unknown_within(ty, Bounds::Number { least, most })
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) if yes.ty() == no.ty() => {
            let ((a_least, a_most), (b_least, b_most)) = (yes.length_range(), no.length_range());
            let most = a_most.zip(b_most).map(|(a, b)| a.max(b));
            Value::unknown_within(ty, Bounds::length(a_least.min(b_least), most))
        }
        _ => Value::unknown_not_null(ty),
    }
}

/// Whether a value is certainly not null.
pub(super) fn is_definite(value: &Value) -> bool {
    match value.content() {
        Content::Null(_) => false,
        Content::Unknown { not_null, .. } => *not_null,
        _ => true,
    }
}

/// How two branch types differ, as Terraform describes it.
fn describe(yes: &Type, no: &Type) -> String {
    match (yes, no) {
        (Type::Object(yes), Type::Object(no)) => {
            if let Some(name) = yes.keys().find(|name| !no.contains_key(*name)) {
                return format!(
                    "The 'true' value includes object attribute \"{name}\", which is absent in the 'false' value."
                );
            }
            if let Some(name) = no.keys().find(|name| !yes.contains_key(*name)) {
                return format!(
                    "The 'false' value includes object attribute \"{name}\", which is absent in the 'true' value."
                );
            }
            let differing = yes.iter().zip(no.values()).find(|((_, a), b)| a != b);
            differing.map_or_else(String::new, |((name, a), b)| {
                format!("Type mismatch for object attribute \"{name}\": {}", describe(a, b))
            })
        }
        (Type::Tuple(yes), Type::Tuple(no)) if yes.len() != no.len() => {
            format!("The 'true' tuple has length {}, but the 'false' tuple has length {}.", yes.len(), no.len())
        }
        (Type::Tuple(yes), Type::Tuple(no)) => {
            let differing = yes.iter().zip(no.iter()).enumerate().find(|(_, (a, b))| a != b);
            differing.map_or_else(String::new, |(index, (a, b))| {
                format!("Type mismatch for tuple element {index}: {}", describe(a, b))
            })
        }
        (Type::List(yes), Type::List(no)) => format!("Mismatched list element types: {}", describe(yes, no)),
        (Type::Set(yes), Type::Set(no)) => format!("Mismatched set element types: {}", describe(yes, no)),
        (Type::Map(yes), Type::Map(no)) => format!("Mismatched map element types: {}", describe(yes, no)),
        _ => format!("The 'true' value is {}, but the 'false' value is {}.", yes.friendly(), no.friendly()),
    }
}
