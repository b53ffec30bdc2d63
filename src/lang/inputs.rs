//! The values of variables: collected, converted, validated.
//!
//! **Never:** read files, the environment or a terminal: the shell collects, this decides.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::value::{Name, Value};

use super::arguments::{place, unexpected_block};
use super::ast::Block;
use super::condition;
use super::frame::FrameId;
use super::host::Host;
use super::module::{Module, Node, Variable};
use super::names::{Names, Place};
use super::tree::Tree;
use super::{arrive, fixed, json, parse};
use crate::diag::suggest::nearest;

/// One value that somebody gave, weakest first: environment, `terraform.tfvars`,
/// `*.auto.tfvars`, then `-var` and `-var-file` in the order of the command line.
#[derive(Clone, Debug)]
pub enum Given {
    /// `-var name=text`, `TF_VAR_name`, a prompt's answer: a literal string for variables of
    /// primitive type, an expression for others. The text is a source of its own.
    Text {
        /// The variable.
        name: Name,
        /// The text as a source; its name says where it came from.
        file: FileId,
        /// Whether an undeclared name is ignored (environment) or an error (command line).
        lenient: bool,
    },
    /// A value that was made elsewhere, for a variable that the module need not declare.
    Value {
        /// The variable.
        name: Name,
        /// Its value.
        value: Value,
        /// Where it was given.
        span: Span,
    },
    /// A `.tfvars` file.
    File {
        /// The file as a source.
        file: FileId,
    },
}

/// The decided values of all variables, marks included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs(pub BTreeMap<Name, Value>);

/// What [`decide`] found.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The values; complete only when nothing is missing and there is no error.
    pub inputs: Inputs,
    /// Variables that somebody gave a value.
    pub given: BTreeSet<Name>,
    /// Variables without default that nobody gave a value.
    pub missing: Vec<Name>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Decides the values of a module's variables, and judges them by their validations.
#[must_use]
pub fn decide(module: &Rc<Module>, given: &[Given], sources: &Sources, host: &Host) -> Decided {
    let (mut decided, found) = settle_all(module, given, sources);
    if decided.missing.is_empty() && !decided.diagnostics.has_errors() {
        let wrong = validate(module, &decided.inputs, &found, sources, host);
        decided.diagnostics.extend(wrong);
    }
    decided
}

/// The same without judging: what is to go need not be right.
#[must_use]
pub fn accept(module: &Module, given: &[Given], sources: &Sources) -> Decided {
    settle_all(module, given, sources).0
}

fn settle_all(module: &Module, given: &[Given], sources: &Sources) -> (Decided, BTreeMap<Name, Option<Found>>) {
    let mut collector = Collector::new(module, sources, false);
    given.iter().for_each(|given| collector.take(given));
    collector.warn_undeclared();
    let Collector { found, out, .. } = collector;
    let given = found.keys().cloned().collect();
    let mut decided = Decided { inputs: Inputs::default(), given, missing: Vec::new(), diagnostics: out };
    for (name, variable) in &module.variables {
        let value = match found.get(name) {
            Some(Some(found)) => settle(variable, found, sources),
            // Something was given but could not be read, which is reported already.
            Some(None) => continue,
            None => match &variable.default {
                Some(default) => Ok(default.clone()),
                None => {
                    decided.missing.push(name.clone());
                    continue;
                }
            },
        };
        match value {
            Ok(value) => drop(decided.inputs.0.insert(name.clone(), value.with_marks(variable.marks()))),
            Err(wrong) => decided.diagnostics.push(wrong),
        }
    }
    (decided, found)
}

/// What to say about variables that nobody gave a value, when nobody can be asked.
#[must_use]
pub fn report_missing(module: &Module, missing: &[Name]) -> Diagnostics {
    let mut out = Diagnostics::none();
    for name in missing {
        let detail = format!(
            "The root module input variable {name:?} is not set, and has no default value. Use a -var or -var-file \
             command line argument to provide a value for this variable."
        );
        let span = module.variables.get(name).map(|variable| variable.span);
        out.push(Diagnostic::error("No value for required variable", detail).at_maybe(span));
    }
    out
}

/// A value that was given, and where.
struct Found {
    value: Value,
    span: Span,
    /// The name of the text that it came from; nothing for files.
    origin: Option<String>,
}

struct Collector<'a> {
    module: &'a Module,
    sources: &'a Sources,
    /// The last value given for each variable; nothing inside if it could not be read.
    found: BTreeMap<Name, Option<Found>>,
    /// Names in files that are not declared, with the file.
    undeclared: Vec<(Name, Span)>,
    /// Whether those that are not declared are found, too.
    wide: bool,
    out: Diagnostics,
}

/// The values that are given for variables, whether a module declares them or not, before they are
/// converted; what is wrong with them is said when they are decided.
#[must_use]
pub fn collect(module: &Rc<Module>, given: &[Given], sources: &Sources) -> Vec<(Name, Value, Span)> {
    let mut collector = Collector::new(module, sources, true);
    given.iter().for_each(|given| collector.take(given));
    let found = collector.found.into_iter();
    found.filter_map(|(name, found)| found.map(|found| (name, found.value, found.span))).collect()
}

impl<'a> Collector<'a> {
    fn new(module: &'a Module, sources: &'a Sources, wide: bool) -> Self {
        let (found, undeclared) = (BTreeMap::new(), Vec::new());
        Collector { module, sources, found, undeclared, wide, out: Diagnostics::none() }
    }
}

impl Collector<'_> {
    fn take(&mut self, given: &Given) {
        match given {
            Given::Text { name, file, lenient } => self.text(name, *file, *lenient),
            Given::File { file } => self.file(*file),
            Given::Value { name, value, span } => {
                let found = Found { value: value.clone(), span: *span, origin: None };
                self.found.insert(name.clone(), Some(found));
            }
        }
    }

    fn text(&mut self, name: &Name, file: FileId, lenient: bool) {
        let Some(source) = self.sources.get(file) else { return };
        let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
        let span = Span { file, start: 0, end };
        let Some(variable) = self.module.variables.get(name) else {
            if self.wide {
                // Nothing says what it is to be: an expression if it is one, else a text.
                let value = parse::expression(self.sources, file).and_then(|expr| fixed::value(&expr));
                let value = value.unwrap_or_else(|_| Value::string(source.text.clone()));
                self.found.insert(name.clone(), Some(Found { value, span, origin: None }));
            } else if !lenient {
                let detail = format!(
                    "A variable named {name:?} was assigned on the command line, but the root module does not declare a \
                     variable of that name. To use this value, add a \"variable\" block to the configuration."
                );
                let near = nearest(name, self.module.variables.keys().map(|name| &**name));
                // Its text is not pointed at: nobody knows that it is no secret.
                let mut wrong = Diagnostic::error("Value for undeclared variable", detail);
                wrong.hint = near.map(|near| format!("Perhaps the variable {near:?} was meant."));
                self.out.push(wrong);
            }
            return;
        };
        let mut value = if variable.literal {
            Ok(Value::string(source.text.clone()))
        } else {
            parse::expression(self.sources, file).and_then(|expr| fixed::value(&expr))
        };
        if variable.sensitive {
            // A message shows the text that it points at, so it points at the declaration.
            value = value.map_err(|mut wrong| {
                wrong.0.iter_mut().for_each(|finding| finding.span = Some(variable.span));
                wrong
            });
        }
        let origin = Some(source.name.to_string());
        let found = self.keep(value).map(|value| Found { value, span, origin });
        self.found.insert(name.clone(), found);
    }

    fn file(&mut self, file: FileId) {
        let Some(source) = self.sources.get(file) else { return };
        let values: Vec<_> = if json::is_json(&source.name) {
            let (values, wrong) = json::values(self.sources, file);
            self.out.extend(wrong);
            values
        } else {
            let (body, wrong) = parse::file(self.sources, file);
            self.out.extend(wrong);
            for block in &body.blocks {
                self.refuse_block(block, file);
            }
            let values = body.attributes.into_iter();
            values.map(|attribute| (attribute.name, attribute.name_span, attribute.expr)).collect()
        };
        for (name, name_span, expr) in values {
            if !self.wide && !self.module.variables.contains_key(&name) {
                self.undeclared.push((name, name_span));
                continue;
            }
            let span = expr.span;
            let value = fixed::value(&expr);
            let found = self.keep(value).map(|value| Found { value, span, origin: None });
            self.found.insert(name, found);
        }
    }

    fn refuse_block(&mut self, block: &Block, file: FileId) {
        let wrong = match (&*block.name, block.labels.first()) {
            ("variable", Some(label)) => {
                let shown = self.sources.get(file).map_or("this file", |source| &source.name);
                let detail = format!(
                    "A .tfvars file is used to assign values to variables that have already been declared in .tf files, \
                     not to declare new variables. To declare variable {:?}, place this block in one of your .tf files, \
                     such as variables.tf.\n\nTo set a value for this variable in {shown}, use the definition syntax \
                     instead:\n    {} = <value>",
                    label.text, label.text
                );
                Diagnostic::error("Variable declaration in .tfvars file", detail)
            }
            _ => unexpected_block(block),
        };
        self.out.push(wrong.at(block.header));
    }

    fn keep(&mut self, value: Result<Value, Diagnostics>) -> Option<Value> {
        value.map_err(|wrong| self.out.extend(wrong)).ok()
    }

    /// Warns of the first two names in files that nothing declares, and counts the others.
    fn warn_undeclared(&mut self) {
        for (name, span) in self.undeclared.iter().take(2) {
            let file = self.sources.get(span.file).map_or("a file", |source| &source.name);
            let detail = format!(
                "The root module does not declare a variable named {name:?} but a value was found in file {file:?}. If \
                 you meant to use this value, add a \"variable\" block to the configuration.\n\nTo silence these \
                 warnings, use TF_VAR_... environment variables to provide certain \"global\" settings to all \
                 configurations in your organization."
            );
            let mut warning = Diagnostic::warning("Value for undeclared variable", detail).at(*span);
            let near = nearest(name, self.module.variables.keys().map(|name| &**name));
            warning.hint = near.map(|near| format!("Perhaps the variable {near:?} was meant."));
            self.out.push(warning);
        }
        let more = self.undeclared.len().saturating_sub(2);
        if more > 0 {
            let detail = format!(
                "In addition to the other similar warnings shown, {more} other variable(s) defined without being \
                 declared."
            );
            self.out.push(Diagnostic::warning("Values for undeclared variables", detail));
        }
    }
}

/// The given value as its variable takes it.
fn settle(variable: &Variable, found: &Found, sources: &Sources) -> Result<Value, Diagnostic> {
    let name = &variable.name;
    arrive::fitting(variable, &found.value, |summary, verb, why| {
        let detail = match &found.origin {
            Some(origin) if origin.starts_with('<') => format!("Unsuitable value for var.{name}: {why}."),
            Some(origin) => format!("Unsuitable value for var.{name} set using {origin}: {why}."),
            None => {
                let declared = place(sources, variable.span);
                format!("The given value is not suitable for var.{name} {verb} at {declared}: {why}.")
            }
        };
        Diagnostic::error(summary, detail).at(shown(variable, found))
    })
}

/// The place to show with a message about a value: what is sensitive is not shown, and what was not
/// given in a file has no place there.
fn shown(variable: &Variable, found: &Found) -> Span {
    if variable.sensitive || found.origin.is_some() { variable.span } else { found.span }
}

/// Runs the validations of all variables.
fn validate(
    module: &Rc<Module>,
    inputs: &Inputs,
    found: &BTreeMap<Name, Option<Found>>,
    sources: &Sources,
    host: &Host,
) -> Diagnostics {
    let mut out = Diagnostics::none();
    let tree = Rc::new(Tree::of(module.clone()));
    let mut names = Names::new(tree, inputs, Rc::default(), host.clone(), false);
    for (name, variable) in &module.variables {
        if variable.validations.is_empty() {
            continue;
        }
        names.settle(FrameId::ROOT, &Node::Validation(name.clone()));
        let nowhere = Place::default();
        let reader = names.reader(FrameId::ROOT, &nowhere);
        let given = found.get(name).and_then(Option::as_ref).map_or(variable.span, |found| shown(variable, found));
        let rule = |span| place(sources, span);
        condition::of_variable(variable, (&format!("var.{name}"), given), rule, &reader, &mut out);
    }
    out
}
