//! `[for ...]` and `{for ...}`.
//!
//! **Never:** stop at the first member that fails: each member's errors are reported.
//! One unknown key or condition makes the whole result unknown, of undecided type.

use std::collections::BTreeMap;

use crate::diag::{Diagnostics, Span};
use crate::value::convert::convertible;
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::super::ast::{Expr, For};
use super::{Answer, Errors, Evaluator, access, conversion, fail, undecided};

/// What goes through a collection has found so far.
#[derive(Default)]
struct Gathered {
    errors: Errors,
    marks: Marks,
    /// Something that decides the shape is unknown.
    unknown: bool,
    values: Vec<Value>,
    keyed: BTreeMap<Name, Vec<Value>>,
}

/// What is said of an `if` clause that gives no verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    /// That the clause can never give one.
    Clause,
    /// That it gives none for a member.
    Member,
    /// Nothing: the result is unknown already.
    Nothing,
}

/// What is known of a collection whose members are not.
pub(super) enum Unknown {
    /// That it can be gone through.
    Typed,
    /// Nothing.
    Untyped,
}

impl Evaluator<'_, '_> {
    pub(super) fn comprehension(&mut self, of: &For) -> Answer {
        let collection = self.expr(&of.collection);
        self.go_on(collection, |this, collection| this.over(of, collection))
    }

    fn over(&mut self, of: &For, collection: Value) -> Answer {
        let mut gathered = Gathered::default();
        let entries = entries(collection, of.collection.span, &mut gathered.marks);
        let entries = entries.inspect_err(|_| self.failed = undecided())?;
        if let (Some(condition), Ok(_) | Err(Unknown::Typed)) = (&of.condition, &entries) {
            // One look at the condition with nothing known spares a report for each member.
            let mut marks = Marks::NONE;
            let verdict = self.bind(of, undecided(), undecided(), |this| {
                this.include(condition, of.key.is_some(), &mut marks, Report::Clause)
            });
            if entries.is_err() {
                gathered.marks = gathered.marks.union(marks);
            }
            verdict.inspect_err(|_| self.failed = undecided())?;
        }
        let Ok(entries) = entries else {
            return Ok(Value::unknown(Type::Dynamic).with_marks(gathered.marks));
        };
        for (key, value) in entries {
            self.bind(of, key, value, |this| this.member(of, &mut gathered));
        }
        let Gathered { errors, marks, unknown, values, keyed } = gathered;
        let result = if unknown {
            Value::unknown(Type::Dynamic)
        } else if of.key.is_none() {
            Value::tuple(values)
        } else if of.grouped {
            Value::object(keyed.into_iter().map(|(key, values)| (key, Value::tuple(values))).collect())
        } else {
            let single = keyed.into_iter().filter_map(|(key, values)| Some((key, values.into_iter().next()?)));
            Value::object(single.collect::<Members>())
        };
        self.or_failed(errors, result.with_marks(marks))
    }

    fn bind<T>(&mut self, of: &For, key: Value, value: Value, run: impl FnOnce(&mut Self) -> T) -> T {
        let key = of.key_name.clone().map(|name| (name, key));
        self.with_bound(key.into_iter().chain([(of.value_name.clone(), value)]), run)
    }

    fn member(&mut self, of: &For, gathered: &mut Gathered) {
        if let Some(condition) = &of.condition {
            let report = if gathered.unknown { Report::Nothing } else { Report::Member };
            match self.include(condition, of.key.is_some(), &mut gathered.marks, report) {
                Ok(Some(true)) => {}
                Ok(Some(false)) => return,
                Ok(None) => {
                    gathered.unknown = true;
                    return;
                }
                Err(errors) => {
                    gathered.unknown = true;
                    return gathered.errors.add(errors);
                }
            }
        }
        let Some(key) = &of.key else {
            let value = self.expr(&of.value);
            let value = gathered.errors.keep(value);
            gathered.values.push(value.unwrap_or_else(|| self.failed.clone()));
            return;
        };
        let (value, failed) = match self.expr(key) {
            Ok(value) => (value, false),
            Err(errors) => {
                gathered.errors.add(errors);
                (self.failed.clone(), true)
            }
        };
        let name = member_key(value, key.span, &mut gathered.marks, !failed && !gathered.unknown);
        // Without a key, what would stand under it is not looked at, as Terraform has it.
        let name = match gathered.errors.keep(name) {
            Some(Some(name)) => name,
            Some(None) | None => {
                gathered.unknown = true;
                return;
            }
        };
        let value = self.expr(&of.value);
        let value = gathered.errors.keep(value).unwrap_or_else(|| self.failed.clone());
        let values = gathered.keyed.entry(name.clone()).or_default();
        if !of.grouped && !values.is_empty() {
            let shown =
                if gathered.marks.has(Marks::SENSITIVE) { "(sensitive value)".to_owned() } else { format!("{name:?}") };
            let why = format!(
                "Two different items produced the key {shown} in this 'for' expression. If duplicates are expected, \
                 use the ellipsis (...) after the value expression to enable grouping by key."
            );
            gathered.errors.add(fail("Duplicate object key", why, key.span));
            return;
        }
        values.push(value);
    }

    /// Whether the `if` clause lets a member in; none if that is unknown.
    fn include(
        &mut self,
        condition: &Expr,
        keyed: bool,
        marks: &mut Marks,
        report: Report,
    ) -> Result<Option<bool>, Diagnostics> {
        let value = access::take_marks(self.expr(condition)?, marks);
        // Of the members of an object even an unknown condition must be able to become a bool.
        let judged = report == Report::Member && keyed && !value.is_null();
        if report != Report::Clause && value.is_unknown() && (!judged || convertible(&value.ty(), &Type::Bool)) {
            return Ok(None);
        }
        if report == Report::Nothing && conversion::convert_to(&value, &Type::Bool).is_err() {
            return Ok(None);
        }
        if value.is_null() {
            let why = "The value of the 'if' clause must not be null.";
            return match report {
                Report::Nothing => Ok(None),
                Report::Clause => Err(fail("Condition is null", why, condition.span)),
                Report::Member => Err(fail("Invalid 'for' condition", why, condition.span)),
            };
        }
        let value = conversion::convert_to(&value, &Type::Bool).map_err(|why| {
            fail("Invalid 'for' condition", format!("The 'if' clause value is invalid: {why}."), condition.span)
        })?;
        Ok(value.as_bool())
    }
}

/// The key that a value makes; none if it is not known.
fn member_key(value: Value, span: Span, marks: &mut Marks, report: bool) -> Result<Option<Name>, Diagnostics> {
    let value = access::take_marks(value, marks);
    if value.is_unknown() {
        return Ok(None);
    }
    if !report && (value.is_null() || conversion::convert_to(&value, &Type::String).is_err()) {
        return Ok(None);
    }
    if value.is_null() {
        let why = "Key expression in 'for' expression must not produce a null value.";
        return Err(fail("Invalid object key", why, span));
    }
    let text = conversion::convert_to(&value, &Type::String).map_err(|why| {
        fail("Invalid object key", format!("The key expression produced an invalid result: {why}."), span)
    })?;
    match text.content() {
        Content::String(text) => Ok(Some(text.clone())),
        _ => Ok(None),
    }
}

/// What a `for` goes through, if it is known.
pub(super) fn entries(
    collection: Value,
    span: Span,
    marks: &mut Marks,
) -> Result<Result<Vec<(Value, Value)>, Unknown>, Diagnostics> {
    let value = access::take_marks(collection, marks);
    if value.is_null() {
        let why = "A null value cannot be used as the collection in a 'for' expression.";
        return Err(fail("Iteration over null value", why, span));
    }
    let unknown = match value.content() {
        Content::Unknown { ty: Type::Dynamic, .. } => Some(Unknown::Untyped),
        Content::Unknown { ty, .. } if !ty.is_primitive() => Some(Unknown::Typed),
        _ => None,
    };
    match (access::entries(&value), unknown) {
        (Some(entries), _) => Ok(Ok(entries)),
        (None, Some(unknown)) => Ok(Err(unknown)),
        (None, None) => {
            let kind = value.ty().friendly();
            let why = format!("A value of type {kind} cannot be used as the collection in a 'for' expression.");
            Err(fail("Iteration over non-iterable value", why, span))
        }
    }
}
