//! What the expressions of tests mean: variables of a run before it, and what it asserts after it.
//!
//! **Never:** give the configuration a name that only tests have: `output`, `run` and the variables of the
//! file have values here, and what is left is judged and evaluated like any expression of the root module.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diag::{Diagnostic, Diagnostics, Seen, Span};
use crate::value::{Name, Type, Value};

use super::super::ast::{Access, Attribute, BinaryOp, Expr, ExprKind};
use super::super::condition::Verdict;
use super::super::eval::{Env, eval, references};
use super::super::host::Host;
use super::super::module::{Condition, Module};
use super::super::names::Own;
use super::super::scope::Scope;
use super::compare::differences;
use crate::diag::suggest::did_you_mean;

/// Values that only tests know.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The outputs of the runs so far, as objects by the names of the runs.
    pub runs: BTreeMap<Name, Value>,
    /// All runs of the file, and whether they only plan.
    pub all: Rc<BTreeMap<Name, bool>>,
    /// The outputs of the run that is judged; those that could not be evaluated are missing.
    pub outputs: BTreeMap<Name, Value>,
    /// Variables that were given to the run, whether its module declares them or not.
    pub variables: BTreeMap<Name, Value>,
}

/// Where an argument of a test file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the `variables` of the file.
    File,
    /// In those of a run.
    Run,
    /// In a `provider` block.
    Provider,
}

impl Place {
    /// What may be named here.
    fn knows(self) -> &'static str {
        match self {
            Place::File => "You can only reference global variables within the test file variables block.",
            Place::Run => {
                "You can only reference earlier run blocks, file level, and global variables while defining variables from \
                 inside a run block."
            }
            Place::Provider => {
                "You can only reference earlier run blocks, file level, and global variables from inside a provider block."
            }
        }
    }

    /// To whom a variable is not available.
    fn available(self) -> &'static str {
        match self {
            Place::File => "the current context. You can only reference global variables",
            Place::Run | Place::Provider => {
                "the current run block. You can only reference variables defined at the file or global levels"
            }
        }
    }
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
    /// The value of an argument of a test file that stands in a place.
    ///
    /// # Errors
    /// All that is wrong with the expression.
    pub fn value(&self, attribute: &Attribute, place: Place, host: &Host) -> Result<Value, Diagnostics> {
        let lookup = |root: &Name, steps: &[Access], span: Span| {
            let wrong = |summary: &str, detail: String| Diagnostics::from(Diagnostic::error(summary, detail).at(span));
            let Some(Access::Attr(name, _)) = steps.first() else {
                return Err(wrong("Invalid reference", place.knows().into()));
            };
            match (&**root, place) {
                ("run", Place::File) => {
                    let detail = "You can not reference run blocks from within the file variables block.";
                    Err(wrong("Invalid reference", detail.into()))
                }
                ("run", _) => self.run(name, steps.get(1), &wrong).map(|value| (value, 1)),
                ("var", _) => match self.variables.get(name) {
                    Some(value) => Ok((value.clone(), 1)),
                    None => {
                        let near = did_you_mean(name, self.variables.keys().map(|name| &**name));
                        let detail =
                            format!("The input variable {name:?} is not available to {}.{near}", place.available());
                        Err(wrong("Reference to unavailable variable", detail))
                    }
                },
                _ => Err(wrong("Invalid reference", place.knows().into())),
            }
        };
        let value = eval(&attribute.expr, &mut Env { lookup: &lookup, bound: Vec::new(), host, applying: true });
        value.map_err(|mut wrong| {
            // Terraform shows no values here.
            wrong.0.iter_mut().for_each(|wrong| wrong.seen = None);
            wrong
        })
    }

    /// The outputs of an earlier run; one that is wanted must be known.
    fn run(
        &self,
        name: &Name,
        output: Option<&Access>,
        wrong: &dyn Fn(&str, String) -> Diagnostics,
    ) -> Result<Value, Diagnostics> {
        let order = "You can only reference run blocks that are in the same test file and will execute before the current \
                     run block.";
        let (Some(value), Some(plan_only)) = (self.runs.get(name), self.all.get(name)) else {
            return Err(if self.all.contains_key(name) {
                let detail = format!("The run block {name:?} has not executed yet. {order}");
                wrong("Reference to unavailable run block", detail)
            } else {
                let near = did_you_mean(name, self.all.keys().map(|name| &**name));
                let detail = format!("The run block {name:?} does not exist within this test file. {order}");
                let mut wrong = wrong("Reference to unknown run block", detail);
                wrong.0.iter_mut().filter(|_| !near.is_empty()).for_each(|wrong| wrong.hint = Some(near.trim().into()));
                wrong
            });
        };
        if let (true, Some(Access::Attr(output, _))) = (plan_only, output)
            && value.get(output).is_some_and(|value| !value.is_wholly_known())
        {
            let detail = format!(
                "The value for run.{name}.{output} is unknown. Run block {name:?} is executing a \"plan\" operation, and the \
                 specified output value is only known after apply."
            );
            return Err(wrong("Reference to unknown value", detail));
        }
        Ok(value.clone())
    }

    /// Judges an assertion in a scope in which everything is published.
    pub fn judge(&self, condition: &Condition, scope: &mut Scope) -> Judgement {
        let module = scope.tree().root().clone();
        let mut wrong = self.undeclared(&condition.condition, &module);
        wrong.extend(self.undeclared(&condition.message, &module));
        if wrong.has_errors() {
            return Judgement::Broken(wrong);
        }
        let own = |root: &Name, steps: &[Access]| self.own(root, steps, &module);
        let (verdict, wrong) = scope.judge_outside(condition, &own);
        match verdict {
            _ if wrong.has_errors() => Judgement::Broken(self.told(wrong, condition, scope)),
            Verdict::Holds => Judgement::Holds,
            Verdict::Fails(message) => {
                let mut seen = self.took_part(&condition.condition, condition.condition.span, scope);
                seen.extend(sides(&condition.condition, scope, &own));
                Judgement::Fails(message, seen)
            }
            Verdict::Broken => Judgement::Broken(wrong),
            Verdict::Unknown => {
                let detail = "Condition expression could not be evaluated at this time. This means you have executed a \
                              `run` block with `command = plan` and one of the values your condition depended on is \
                              not known until after the plan has been applied. Either remove this value from your \
                              condition, or execute an `apply` command from this `run` block. Alternatively, if there \
                              is an override for this value, you can make it available during the plan phase by \
                              setting `override_during = plan` in the `override_` block.";
                let wrong = Diagnostic::error("Unknown condition value", detail).at(condition.condition.span);
                Judgement::Broken(
                    wrong.seen(self.took_part(&condition.condition, condition.condition.span, scope)).into(),
                )
            }
        }
    }

    /// What is wrong with a condition, with the values of what only tests know.
    fn told(&self, mut wrong: Diagnostics, condition: &Condition, scope: &Scope) -> Diagnostics {
        for error in wrong.0.iter_mut().filter(|error| error.seen.is_some()) {
            for expr in [&condition.condition, &condition.message] {
                if let Some(span) = error.span.filter(|span| expr.span.start <= span.start && span.end <= expr.span.end)
                {
                    error.seen = Some(self.took_part(expr, span, scope));
                }
            }
        }
        wrong
    }

    /// The references of a stretch of an expression with their values, as far as these can be shown.
    fn took_part(&self, expr: &Expr, within: Span, scope: &Scope) -> Vec<Seen> {
        let module = scope.tree().root().clone();
        let mut seen = scope.seen_outside(expr, within, &|root, steps| {
            let (value, used) = self.own(root, steps, &module)?;
            // Terraform does not say what type an output will have.
            Some((if value.is_unknown() { Value::unknown(Type::Dynamic) } else { value }, used))
        });
        // Terraform does not mention what it must not show.
        seen.retain(|seen| seen.statement.starts_with("is "));
        seen
    }

    /// What a name that only tests know stands for. An output that could not be evaluated is unknown.
    fn own(&self, root: &Name, steps: &[Access], module: &Module) -> Option<(Value, usize)> {
        let Some(Access::Attr(name, _)) = steps.first() else { return None };
        let value = match &**root {
            "output" => Some(self.outputs.get(name).cloned().unwrap_or_else(|| Value::unknown(Type::Dynamic))),
            "run" => self.runs.get(name).cloned(),
            "var" if !module.variables.contains_key(name) => self.variables.get(name).cloned(),
            _ => None,
        };
        value.map(|value| (value, 1))
    }

    /// What is wrong with the names that only tests know.
    fn undeclared(&self, expr: &Expr, module: &Module) -> Diagnostics {
        let mut out = Diagnostics::none();
        references(expr, &mut |root, steps, span| {
            let Some(Access::Attr(name, _)) = steps.first() else { return };
            let (summary, detail) = match &**root {
                "output" if !module.outputs.contains_key(name) => {
                    let near = did_you_mean(name, module.outputs.keys().map(|name| &**name));
                    let detail = format!("An output value with the name {name:?} has not been declared.{near}");
                    ("Reference to undeclared output value", detail)
                }
                "run" if self.runs.contains_key(name) => return,
                "run" if self.all.contains_key(name) => {
                    let detail = format!(
                        "The run {name:?} block has not yet been evaluated, so its results are not available here."
                    );
                    ("Reference to unevaluated run block", detail)
                }
                "run" => {
                    let near = did_you_mean(name, self.all.keys().map(|name| &**name));
                    let detail = format!("There is no run {name:?} declared in this test suite.{near}");
                    ("Reference to undeclared run block", detail)
                }
                _ => return,
            };
            out.push(Diagnostic::error(summary, detail).at(span));
        });
        out
    }
}

/// Where the two sides of a condition that is an `==` differ.
fn sides(expr: &Expr, scope: &mut Scope, own: Own<'_>) -> Vec<Seen> {
    match &expr.kind {
        ExprKind::Parens(inner) => sides(inner, scope, own),
        ExprKind::Binary(BinaryOp::Equal, left, right) => {
            match (scope.ask_with(left, own), scope.ask_with(right, own)) {
                (Ok(left), Ok(right)) => differences(&left, &right),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}
