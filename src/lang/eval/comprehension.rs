//! `[for ...]` and `{for ...}`.
//!
//! **Never:** stop at the first member that fails: each member's errors are reported.
//! One unknown key or condition makes the whole result unknown, of undecided type.

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::super::ast::{Expr, For};
use super::{Answer, Errors, Evaluator, access, conversion, fail};

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

impl Evaluator<'_, '_> {
    pub(super) fn comprehension(&mut self, of: &For) -> Answer {
        let mut gathered = Gathered::default();
        let Some(entries) = self.entries(&of.collection, &mut gathered.marks)? else {
            return Ok(Value::unknown(Type::Dynamic).with_marks(gathered.marks));
        };
        if let Some(condition) = &of.condition {
            // One look at the condition with nothing known spares a report for each member.
            let undecided = || Value::unknown(Type::Dynamic);
            self.bind(of, undecided(), undecided(), |this| this.include(condition, &mut Marks::default()))?;
        }
        for (key, value) in entries {
            self.bind(of, key, value, |this| this.member(of, &mut gathered));
        }
        let Gathered { errors, marks, unknown, values, keyed } = gathered;
        errors.or_else(|| {
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
            result.with_marks(marks)
        })
    }

    /// What a `for` goes through; none if it is unknown.
    pub(super) fn entries(
        &mut self,
        collection: &Expr,
        marks: &mut Marks,
    ) -> Result<Option<Vec<(Value, Value)>>, Diagnostics> {
        let value = access::take_marks(self.expr(collection)?, marks);
        if value.is_null() {
            let why = "A null value cannot be used as the collection in a 'for' expression.";
            return Err(fail("Iteration over null value", why, collection.span));
        }
        let unknown_collection = match value.content() {
            Content::Unknown { ty, .. } => *ty == Type::Dynamic || !ty.is_primitive(),
            _ => false,
        };
        match access::entries(&value) {
            Some(entries) => Ok(Some(entries)),
            None if unknown_collection => Ok(None),
            None => {
                let kind = value.ty().friendly();
                let why = format!("A value of type {kind} cannot be used as the collection in a 'for' expression.");
                Err(fail("Iteration over non-iterable value", why, collection.span))
            }
        }
    }

    fn bind<T>(&mut self, of: &For, key: Value, value: Value, run: impl FnOnce(&mut Self) -> T) -> T {
        let key = of.key_name.clone().map(|name| (name, key));
        self.with_bound(key.into_iter().chain([(of.value_name.clone(), value)]), run)
    }

    fn member(&mut self, of: &For, gathered: &mut Gathered) {
        if let Some(condition) = &of.condition {
            match self.include(condition, &mut gathered.marks) {
                Ok(Some(true)) => {}
                Ok(Some(false)) => return,
                Ok(None) => {
                    gathered.unknown = true;
                    return;
                }
                Err(errors) => return gathered.errors.add(errors),
            }
        }
        let Some(key) = &of.key else {
            let value = self.expr(&of.value);
            gathered.values.extend(gathered.errors.keep(value));
            return;
        };
        let name = self.member_key(key, &mut gathered.marks);
        let value = self.expr(&of.value);
        match (gathered.errors.keep(name), gathered.errors.keep(value)) {
            (Some(Some(name)), Some(value)) => {
                let values = gathered.keyed.entry(name.clone()).or_default();
                if !of.grouped && !values.is_empty() {
                    let why = format!(
                        "Two different items produced the key {name:?} in this 'for' expression. If duplicates are \
                         expected, use the ellipsis (...) after the value expression to enable grouping by key."
                    );
                    gathered.errors.add(fail("Duplicate object key", why, key.span));
                    return;
                }
                values.push(value);
            }
            (Some(None), _) => gathered.unknown = true,
            _ => {}
        }
    }

    /// Whether the `if` clause lets a member in; none if that is unknown.
    fn include(&mut self, condition: &Expr, marks: &mut Marks) -> Result<Option<bool>, Diagnostics> {
        let value = access::take_marks(self.expr(condition)?, marks);
        if value.is_null() {
            let why = "The value of the 'if' clause must not be null.";
            return Err(fail("Condition is null", why, condition.span));
        }
        let value = conversion::convert_to(&value, &Type::Bool).map_err(|why| {
            fail("Invalid 'for' condition", format!("The 'if' clause value is invalid: {why}."), condition.span)
        })?;
        Ok(value.as_bool())
    }

    fn member_key(&mut self, key: &Expr, marks: &mut Marks) -> Result<Option<Name>, Diagnostics> {
        let value = access::take_marks(self.expr(key)?, marks);
        if value.is_null() {
            let why = "Key expression in 'for' expression must not produce a null value.";
            return Err(fail("Invalid object key", why, key.span));
        }
        let text = conversion::convert_to(&value, &Type::String).map_err(|why| {
            fail("Invalid object key", format!("The key expression produced an invalid result: {why}."), key.span)
        })?;
        match text.content() {
            Content::String(text) => Ok(Some(text.clone())),
            _ => Ok(None),
        }
    }
}
