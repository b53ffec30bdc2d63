//! Evaluates expressions to values.
//!
//! **Never:** know blocks, modules or kinds: names are looked up through [`Env::lookup`].
//! All errors of an expression are reported, not only the first, but those of the branch of a
//! conditional that is not taken. The decision to question: a name that cannot be looked up is an
//! error that neither `try` nor an untaken branch hides, because Terraform checks names first.

pub(crate) mod access;
mod comprehension;
pub(crate) mod conditional;
pub(crate) mod conversion;
mod operators;
mod references;
mod seen;
pub(crate) mod sizes;
pub(crate) mod template;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::ast::{Access, Expr, ExprKind, ObjectKey};
use super::functions;
use super::host::Host;

pub(crate) use operators::equals;
pub use references::references;
pub(crate) use references::references_in;
pub(crate) use seen::{seen, short};

/// Looks a reference up: the root name, the steps behind it, where it stands. Answers with the
/// value and how many of the steps it has used up (`var.x.y` uses one: the value of `var.x`).
/// Names that `for`, templates and `dynamic` bring in never reach it.
///
/// An error says that the name does not exist or that its value could not be made; `try` and
/// `can` do not catch it. What exists or not depending on values (an instance key, an attribute)
/// must be left to the steps that remain, so that `try(azurerm_x.y[0].id, "")` works.
pub type Lookup<'a> = dyn Fn(&Name, &[Access], Span) -> Result<(Value, usize), Diagnostics> + 'a;

/// What an expression is evaluated in.
pub struct Env<'a> {
    /// References to anything but locally bound names.
    pub lookup: &'a Lookup<'a>,
    /// Names bound by `for`, template directives and `dynamic` blocks, innermost last.
    pub bound: Vec<(Name, Value)>,
    /// The machine.
    pub host: &'a Host,
    /// Whether functions whose result is only known during apply (`timestamp`, `uuid`) may answer.
    pub applying: bool,
}

/// Evaluates an expression.
///
/// # Errors
/// All that is wrong in it.
pub fn eval(expr: &Expr, env: &mut Env<'_>) -> Result<Value, Diagnostics> {
    let depth = env.bound.len();
    let mut evaluator = Evaluator { env, in_template: false, unresolved: Diagnostics::none(), failed: undecided() };
    let answer = evaluator.expr(expr);
    let unresolved = std::mem::take(&mut evaluator.unresolved);
    env.bound.truncate(depth);
    if unresolved.has_errors() { Err(unresolved) } else { answer }
}

/// What evaluating gives: a value, or what is wrong. An empty list of errors means that what is
/// wrong is a name, kept in [`Evaluator::unresolved`].
pub(crate) type Answer = Result<Value, Diagnostics>;

/// One evaluation under way.
pub(crate) struct Evaluator<'e, 'a> {
    /// Names and the machine.
    pub(crate) env: &'e mut Env<'a>,
    /// Whether this evaluates the text of `templatefile` or `templatestring`.
    pub(crate) in_template: bool,
    /// The names that could not be looked up.
    pub(crate) unresolved: Diagnostics,
    /// What the expression that failed last would have been, as far as that is certain: an operator
    /// gives its type whatever goes wrong. Branches of conditionals must agree in its type, and what
    /// is sensitive in one that is not taken makes the result sensitive.
    pub(crate) failed: Value,
}

impl Evaluator<'_, '_> {
    /// The value of an expression.
    pub(crate) fn expr(&mut self, expr: &Expr) -> Answer {
        // Expressions may nest thousands deep, also where a caller has a small stack.
        let mut answer = stacker::maybe_grow(64 << 10, 2 << 20, || self.expr_of(expr));
        if let Err(errors) = &mut answer {
            seen::note(expr, self.env, errors);
            match &expr.kind {
                ExprKind::Unary(op, _) => self.failed = Value::unknown(op.gives()),
                ExprKind::Binary(op, ..) => self.failed = Value::unknown(op.gives()),
                ExprKind::Template(_)
                | ExprKind::Wrapped(_)
                | ExprKind::Parens(_)
                | ExprKind::Tuple(_)
                | ExprKind::Object(_)
                | ExprKind::For(_)
                | ExprKind::Reference(..)
                | ExprKind::Access(..)
                | ExprKind::Conditional(..) => {}
                ExprKind::Literal(_) | ExprKind::Call(_) => self.failed = undecided(),
            }
        }
        answer
    }

    fn expr_of(&mut self, expr: &Expr) -> Answer {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Wrapped(inner) | ExprKind::Parens(inner) => self.expr(inner),
            ExprKind::Reference(name, steps) => self.reference(name, steps, expr.span),
            ExprKind::Access(inner, steps) => {
                let plain = steps.iter().all(|step| matches!(step, Access::Attr(..) | Access::Index(..)));
                let inner = self.expr(inner);
                if inner.is_err() && !plain {
                    // What a splat would have given of what failed is not certain, not even its kind.
                    self.failed = undecided();
                }
                self.go_on(inner, |this, value| this.walk(value, steps, expr.span))
            }
            ExprKind::Unary(op, operand) => self.unary(*op, operand, expr.span),
            ExprKind::Binary(..) => self.binary(expr),
            ExprKind::Conditional(condition, yes, no) => self.conditional(condition, yes, no),
            ExprKind::Call(call) => functions::call::call(self, call, expr.span),
            ExprKind::Tuple(members) => self.tuple(members),
            ExprKind::Object(members) => self.object(members),
            ExprKind::For(comprehension) => self.comprehension(comprehension),
        }
    }

    /// What follows of an answer. Where it failed, its errors remain, and what follows of as much of it
    /// as is certain is as much of the result as is certain.
    fn go_on(&mut self, answer: Answer, follow: impl FnOnce(&mut Self, Value) -> Answer) -> Answer {
        match answer {
            Ok(value) => follow(self, value),
            Err(errors) => {
                let half = std::mem::replace(&mut self.failed, undecided());
                if let Ok(reached) = follow(self, half) {
                    self.failed = reached;
                }
                Err(errors)
            }
        }
    }

    /// A result, unless there are errors: then it is as much as is certain of it.
    fn or_failed(&mut self, errors: Errors, result: Value) -> Answer {
        if errors.any() {
            self.failed = result.clone();
        }
        errors.or_else(|| result)
    }

    /// Evaluates with one or two names bound, and unbinds them again.
    pub(crate) fn with_bound<T>(
        &mut self,
        names: impl IntoIterator<Item = (Name, Value)>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let depth = self.env.bound.len();
        self.env.bound.extend(names);
        let answer = run(self);
        self.env.bound.truncate(depth);
        answer
    }

    fn tuple(&mut self, members: &[Expr]) -> Answer {
        let mut errors = Errors::default();
        let mut values = Vec::with_capacity(members.len());
        for member in members {
            let value = errors.keep(self.expr(member));
            values.push(value.unwrap_or_else(|| self.failed.clone()));
        }
        self.or_failed(errors, Value::tuple(values))
    }

    fn object(&mut self, items: &[(ObjectKey, Expr)]) -> Answer {
        let mut errors = Errors::default();
        let mut members = Vec::with_capacity(items.len());
        let mut marks = Marks::NONE;
        let mut known = true;
        for (key, item) in items {
            let key = match key {
                ObjectKey::Name(name, _) => Some(Some(name.clone())),
                ObjectKey::Expr(key) => {
                    let name = self.object_key(key, item.span, &mut marks);
                    errors.keep(name)
                }
            };
            let value = errors.keep(self.expr(item));
            match (key, value) {
                (Some(Some(key)), Some(value)) => members.push((key, value)),
                (Some(Some(key)), None) => members.push((key, self.failed.clone())),
                (Some(None) | None, _) => known = false,
            }
        }
        let object = if known { Value::object(members.into_iter().collect::<Members>()) } else { undecided() };
        self.or_failed(errors, object.with_marks(marks))
    }

    /// The text of a key; none if it is unknown.
    fn object_key(&mut self, key: &Expr, item: Span, marks: &mut Marks) -> Result<Option<Name>, Diagnostics> {
        if let ExprKind::Reference(..) | ExprKind::Access(..) = &key.kind {
            let why = "If this expression is meant as a reference, wrap it in parentheses; if it is meant as a name with \
                       periods in it, wrap it in quotes.";
            return Err(fail("Ambiguous attribute key", why, key.span));
        }
        let (value, found) = self.expr(key)?.unmark();
        *marks = marks.union(found);
        if value.is_null() {
            return Err(fail("Null value as key", "Can't use a null value as a key.", item));
        }
        let text = conversion::convert_to(&value, &Type::String)
            .map_err(|why| fail("Incorrect key type", format!("Can't use this value as a key: {why}."), key.span))?;
        match text.content() {
            Content::String(text) => Ok(Some(text.clone())),
            _ => Ok(None),
        }
    }
}

/// A value of which nothing is known.
pub(crate) fn undecided() -> Value {
    Value::unknown(Type::Dynamic)
}

/// One error at a place, as the list of errors that an evaluation ends with.
pub(crate) fn fail(summary: &str, detail: impl Into<String>, span: Span) -> Diagnostics {
    Diagnostic::error(summary, detail).at(span).into()
}

/// Collects the errors of several evaluations, so that all are reported.
#[derive(Default)]
pub(crate) struct Errors {
    found: Diagnostics,
    failed: bool,
}

impl Errors {
    /// The result of one evaluation, if it has one; else its errors are kept.
    pub(crate) fn keep<T>(&mut self, answer: Result<T, Diagnostics>) -> Option<T> {
        answer.map_err(|errors| self.add(errors)).ok()
    }

    /// Keeps errors.
    pub(crate) fn add(&mut self, errors: Diagnostics) {
        self.failed = true;
        self.found.extend(errors);
    }

    /// Whether any evaluation failed.
    pub(crate) fn any(&self) -> bool {
        self.failed
    }

    /// The errors, if any; else a result.
    pub(crate) fn or_else<T>(self, result: impl FnOnce() -> T) -> Result<T, Diagnostics> {
        if self.failed { Err(self.found) } else { Ok(result()) }
    }
}
