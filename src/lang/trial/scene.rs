//! What the expressions of tests mean: variables of a run before it, and what it asserts after it.
//!
//! **Never:** give a test a name that the configuration does not have: `output`, `run` and the
//! variables of the file are put into the expression as values, and what is left is judged and
//! evaluated like any expression of the root module.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, Seen, Sources, Span};
use crate::value::convert::convert;
use crate::value::{Content, Marks, Name, Type, Value};

use super::super::ast::{Access, Attribute, Call, Expr, ExprKind, For, ObjectKey, Part};
use super::super::condition::Verdict;
use super::super::eval::{Env, eval, references};
use super::super::host::Host;
use super::super::module::Condition;
use super::super::scope::Scope;
use super::super::suggest::did_you_mean;

/// Values that only tests know.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The outputs of the runs so far, as objects by the names of the runs.
    pub runs: BTreeMap<Name, Value>,
    /// The outputs of the run that is judged; those that could not be evaluated are missing.
    pub outputs: BTreeMap<Name, Value>,
    /// Variables that were given to the run, whether its module declares them or not.
    pub variables: BTreeMap<Name, Value>,
}

/// What became of an assertion.
#[derive(Clone, Debug)]
pub enum Judgement {
    /// It holds.
    Holds,
    /// It does not: what to say, and the values that took part.
    Fails(String, Vec<Seen>),
    /// It could not be evaluated.
    Broken(Diagnostics),
}

impl Scene {
    /// The value of a variable that a test file gives.
    ///
    /// # Errors
    /// All that is wrong with the expression.
    pub fn value(&self, attribute: &Attribute, host: &Host) -> Result<Value, Diagnostics> {
        let lookup = |root: &Name, steps: &[Access], span: Span| {
            let known = |what: &str, found: &BTreeMap<Name, Value>| {
                let Some(Access::Attr(name, _)) = steps.first() else {
                    let detail = format!("Write the name of one behind {root}.");
                    return Err(Diagnostics::from(Diagnostic::error("Invalid reference", detail).at(span)));
                };
                found.get(name).cloned().map(|value| (value, 1)).ok_or_else(|| {
                    let near = did_you_mean(name, found.keys().map(|name| &**name));
                    let detail = format!("There is no {what} {name:?} here.{near}");
                    Diagnostic::error(format!("Reference to unavailable {what}"), detail).at(span).into()
                })
            };
            match &**root {
                "var" => known("variable", &self.variables),
                "run" => known("run", &self.runs),
                _ => {
                    let detail = "You can only reference variables and earlier runs here: var.name, run.name.output.";
                    Err(Diagnostic::error("Invalid reference", detail).at(span).into())
                }
            }
        };
        eval(&attribute.expr, &mut Env { lookup: &lookup, bound: Vec::new(), host, applying: true })
    }

    /// Judges an assertion in a scope in which everything is published.
    pub fn judge(&self, condition: &Condition, scope: &mut Scope, sources: &Sources) -> Judgement {
        let mut wrong = Diagnostics::none();
        let own = Condition {
            condition: self.filled(&condition.condition, scope, &mut wrong),
            message: self.filled(&condition.message, scope, &mut wrong),
            span: condition.span,
        };
        if wrong.has_errors() {
            return Judgement::Broken(wrong);
        }
        let (verdict, wrong) = scope.judge_outside(&own);
        match verdict {
            _ if wrong.has_errors() => Judgement::Broken(wrong),
            Verdict::Holds => Judgement::Holds,
            Verdict::Fails(message) => Judgement::Fails(message, self.took_part(condition, scope, sources)),
            Verdict::Unknown => {
                let detail = "Condition expression could not be evaluated at this time. This means you have executed a \
                              run block with command = plan and one of the values your condition depended on is not \
                              known until after the plan has been applied. Either remove this value from your \
                              condition, or execute an apply command from this run block.";
                let wrong = Diagnostic::error("Unknown condition value", detail).at(condition.condition.span);
                Judgement::Broken(wrong.hint("Remove command = plan from the run.").into())
            }
        }
    }

    /// The references of a condition with their values, as far as these can be shown.
    fn took_part(&self, condition: &Condition, scope: &mut Scope, sources: &Sources) -> Vec<Seen> {
        let mut found: Vec<(String, Expr)> = Vec::new();
        references(&condition.condition, &mut |root, steps, span| {
            let text = sources.text(span).unwrap_or_default().to_owned();
            if found.iter().all(|(known, _)| *known != text) {
                found.push((text, Expr { kind: ExprKind::Reference(root.clone(), steps.to_vec()), span }));
            }
        });
        let mut shown = Vec::new();
        for (text, expr) in found {
            let expr = self.filled(&expr, scope, &mut Diagnostics::none());
            if let Ok(value) = scope.ask(&expr)
                && let Some(told) = told(&value)
            {
                shown.push(Seen { name: text, statement: told });
            }
        }
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        shown
    }

    /// The expression with the names that only tests know replaced by their values.
    fn filled(&self, expr: &Expr, scope: &Scope, out: &mut Diagnostics) -> Expr {
        Filler { scene: self, scope, bound: Vec::new(), unknown: Value::unknown(Type::Dynamic), out }.expr(expr)
    }
}

struct Filler<'a> {
    scene: &'a Scene,
    scope: &'a Scope,
    bound: Vec<Name>,
    /// Stands for an output that could not be evaluated.
    unknown: Value,
    out: &'a mut Diagnostics,
}

impl Filler<'_> {
    fn boxed(&mut self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn all(&mut self, exprs: &[Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&mut self, expr: &Expr) -> Expr {
        let kind = match &expr.kind {
            ExprKind::Reference(root, steps) if !self.bound.contains(root) => self.reference(root, steps, expr.span),
            ExprKind::Reference(root, steps) => ExprKind::Reference(root.clone(), self.steps(steps)),
            ExprKind::Literal(value) => ExprKind::Literal(value.clone()),
            ExprKind::Template(parts) => ExprKind::Template(self.parts(parts)),
            ExprKind::Wrapped(inner) => ExprKind::Wrapped(self.boxed(inner)),
            ExprKind::Parens(inner) => ExprKind::Parens(self.boxed(inner)),
            ExprKind::Access(inner, steps) => ExprKind::Access(self.boxed(inner), self.steps(steps)),
            ExprKind::Unary(op, inner) => ExprKind::Unary(*op, self.boxed(inner)),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, self.boxed(a), self.boxed(b)),
            ExprKind::Conditional(c, a, b) => ExprKind::Conditional(self.boxed(c), self.boxed(a), self.boxed(b)),
            ExprKind::Call(call) => ExprKind::Call(Call { args: self.all(&call.args), ..call.clone() }),
            ExprKind::Tuple(members) => ExprKind::Tuple(self.all(members)),
            ExprKind::Object(members) => {
                let mut filled = Vec::new();
                for (key, member) in members {
                    let key = match key {
                        ObjectKey::Expr(key) => ObjectKey::Expr(self.expr(key)),
                        name @ ObjectKey::Name(..) => name.clone(),
                    };
                    filled.push((key, self.expr(member)));
                }
                ExprKind::Object(filled)
            }
            ExprKind::For(each) => ExprKind::For(Box::new(self.each(each))),
        };
        Expr { kind, span: expr.span }
    }

    fn each(&mut self, each: &For) -> For {
        let collection = self.expr(&each.collection);
        let depth = self.bound.len();
        self.bound.extend(each.key_name.iter().chain([&each.value_name]).cloned());
        let filled = For {
            collection,
            key: each.key.as_ref().map(|key| self.expr(key)),
            value: self.expr(&each.value),
            condition: each.condition.as_ref().map(|condition| self.expr(condition)),
            ..each.clone()
        };
        self.bound.truncate(depth);
        filled
    }

    fn parts(&mut self, parts: &[Part]) -> Vec<Part> {
        let fill = |part: &Part| match part {
            Part::Text(..) => part.clone(),
            Part::Interpolation(expr) => Part::Interpolation(self.expr(expr)),
            Part::If { condition, yes, no } => {
                Part::If { condition: self.expr(condition), yes: self.parts(yes), no: self.parts(no) }
            }
            Part::For { key_name, value_name, collection, body } => {
                let collection = self.expr(collection);
                let depth = self.bound.len();
                self.bound.extend(key_name.iter().chain([value_name]).cloned());
                let body = self.parts(body);
                self.bound.truncate(depth);
                Part::For { key_name: key_name.clone(), value_name: value_name.clone(), collection, body }
            }
        };
        parts.iter().map(fill).collect()
    }

    fn steps(&mut self, steps: &[Access]) -> Vec<Access> {
        let fill = |step: &Access| match step {
            Access::Attr(..) => step.clone(),
            Access::Index(index, span) => Access::Index(self.boxed(index), *span),
            Access::AttrSplat(inner, span) => Access::AttrSplat(self.steps(inner), *span),
            Access::FullSplat(inner, span) => Access::FullSplat(self.steps(inner), *span),
        };
        steps.iter().map(fill).collect()
    }

    /// A reference: to something of the test's, or as it stands.
    fn reference(&mut self, root: &Name, steps: &[Access], span: Span) -> ExprKind {
        let plain = ExprKind::Reference(root.clone(), self.steps(steps));
        let Some(Access::Attr(name, _)) = steps.first() else { return plain };
        let module = self.scope.tree().root().clone();
        let value = match &**root {
            "output" if !module.outputs.contains_key(name) => {
                let near = did_you_mean(name, module.outputs.keys().map(|name| &**name));
                let detail = format!("An output value with the name {name:?} has not been declared.{near}");
                return self.wrong("Reference to undeclared output value", detail, span, plain);
            }
            "output" => Some(self.scene.outputs.get(name).unwrap_or(&self.unknown)),
            "run" if !self.scene.runs.contains_key(name) => {
                let near = did_you_mean(name, self.scene.runs.keys().map(|name| &**name));
                let detail = format!(
                    "The run {name:?} block has not yet been evaluated, so its results are not available here.{near}"
                );
                return self.wrong("Reference to unevaluated run block", detail, span, plain);
            }
            "run" => self.scene.runs.get(name),
            "var" if !module.variables.contains_key(name) => self.scene.variables.get(name),
            _ => return plain,
        };
        let Some(value) = value else { return plain };
        let literal = Expr { kind: ExprKind::Literal(value.clone()), span };
        ExprKind::Access(Box::new(literal), self.steps(&steps[1..]))
    }

    fn wrong(&mut self, summary: &str, detail: String, span: Span, plain: ExprKind) -> ExprKind {
        self.out.push(Diagnostic::error(summary, detail).at(span));
        plain
    }
}

/// A value in a few words, as Terraform names those that took part; nothing for one that hides.
fn told(value: &Value) -> Option<String> {
    if value.marks().has(Marks::SENSITIVE) || value.marks().has(Marks::EPHEMERAL) {
        return None;
    }
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let empty = |count: usize, what: String| if count == 0 { format!("empty {}", value.ty().friendly()) } else { what };
    Some(match value.content() {
        Content::Null(_) => "is null".into(),
        Content::Unknown { .. } => format!("is a {}, known only after apply", value.ty().friendly()),
        Content::Bool(_) | Content::Number(_) => {
            let text = convert(value, &Type::String).ok()?;
            format!("is {}", text.as_str()?)
        }
        Content::String(text) => format!("is {text:?}"),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            let what = format!("{} with {}", value.ty().friendly(), many(members.len(), "element"));
            format!("is {}", empty(members.len(), what))
        }
        Content::Map(_, members) => {
            format!(
                "is {}",
                empty(members.len(), format!("{} with {}", value.ty().friendly(), many(members.len(), "element")))
            )
        }
        Content::Object(members) => format!("is object with {}", many(members.len(), "attribute")),
    })
}
