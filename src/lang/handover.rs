//! What modules hand to each other: arguments to variables, outputs to references, providers.
//!
//! **Never:** evaluate. In: a tree. Out: findings in Terraform's words: arguments that the module
//! does not know or lacks, outputs that it does not have, and what only a root module may hold.
//! Where one folder is called many times, what is wrong in it is said once.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::schema::Schemas;

use super::arguments::{missing_argument, unsupported_yet};
use super::backend::Backend;
use super::configuration::{Misuse, misuse};
use super::module::{Call, Module, Passed};
use super::tree::{Tree, Unit, UnitId};
use crate::diag::suggest::{did_you_mean, nearest};

/// Checks a tree.
pub(super) fn check(tree: &Tree, schemas: &Schemas) -> Diagnostics {
    let mut checker = Checker { tree, schemas, judged: BTreeSet::new(), out: Diagnostics::none() };
    for (id, unit) in tree.units() {
        checker.unit(id, unit);
    }
    checker.out
}

struct Checker<'t> {
    tree: &'t Tree,
    schemas: &'t Schemas,
    /// The places that were judged.
    judged: BTreeSet<Span>,
    out: Diagnostics,
}

impl Checker<'_> {
    fn unit(&mut self, id: UnitId, unit: &Unit) {
        if unit.parent.is_none() {
            self.root_only(unit);
        } else {
            self.called_only(unit);
        }
        for (name, child) in &unit.children {
            let Some(call) = unit.module.calls.get(name) else { continue };
            if self.judged.insert(call.span) {
                self.arguments(call, &self.tree.unit(*child).module.clone());
                for passed in &call.providers {
                    self.provider(id, passed);
                }
            }
        }
        for used in &unit.module.index.outputs_used {
            let Some(child) = unit.children.get(&used.call) else { continue };
            let (name, span) = &used.output;
            let outputs = &self.tree.unit(*child).module.outputs;
            if !outputs.contains_key(name) && self.judged.insert(*span) {
                let advice = did_you_mean(name, outputs.keys().map(|name| &**name));
                let detail = format!("This object does not have an attribute named {name:?}.{advice}");
                let hint = format!("Name an output of module.{}, or add this one to it.", used.call);
                self.out.push(Diagnostic::error("Unsupported attribute", detail).at(*span).hint(hint));
            }
        }
    }

    /// What is wrong in the root module though it may stand in others.
    fn root_only(&mut self, unit: &Unit) {
        self.out.0.extend(unit.module.backend.as_ref().map(Backend::read_beside));
        for output in unit.module.outputs.values().filter(|output| output.ephemeral.is_some()) {
            let detail = "Output values of a root module are stored, and an ephemeral value must not be. Only a module \
                          that is called may give one.";
            let wrong = Diagnostic::error("Ephemeral output not allowed", detail).at(output.span);
            self.out.push(wrong.hint("Remove the argument."));
        }
    }

    /// What is wrong in a called module though it may stand in the root.
    fn called_only(&mut self, unit: &Unit) {
        let path = &unit.path;
        if let Some(backend) = unit.module.backend.as_ref().filter(|backend| self.judged.insert(backend.span)) {
            self.out.push(backend.of_a_called_module());
        }
        for import in &unit.module.imports {
            if self.judged.insert(import.span) {
                let detail = format!(
                    "An import block was detected in \"{path}\". Import blocks are only allowed in the root module."
                );
                let hint =
                    format!("Move it to the root module, and name the object from there: to = {path}.{}.", import.to);
                self.out.push(Diagnostic::error("Invalid import configuration", detail).at(import.span).hint(hint));
            }
        }
        for provider in &unit.module.providers {
            if self.judged.insert(provider.span) {
                self.out.push(unsupported_yet(
                    "A provider block in a called module",
                    &format!("{path} would have a provider configuration of its own."),
                    "Write the block in the root module; called modules use its configuration.",
                    provider.span,
                ));
            }
        }
    }

    fn arguments(&mut self, call: &Call, module: &Module) {
        for argument in &call.arguments {
            if !module.variables.contains_key(&argument.name) {
                let name = &argument.name;
                let advice = did_you_mean(name, module.variables.keys().map(|name| &**name));
                let detail = format!("An argument named {name:?} is not expected here.{advice}");
                let hint = format!("Remove it, or declare variable {name:?} in the module {:?}.", call.source);
                let wrong = Diagnostic::error("Unsupported argument", detail).at(argument.name_span);
                self.out.push(wrong.hint(hint).about(format!("module.{}", call.name)));
            }
        }
        for (name, variable) in &module.variables {
            let given = call.arguments.iter().any(|argument| argument.name == *name);
            let misspelt = || {
                let strays = call.arguments.iter().filter(|argument| !module.variables.contains_key(&argument.name));
                let known = || module.variables.keys().map(|name| &**name);
                strays.filter_map(|argument| nearest(&argument.name, known())).any(|meant| *meant == **name)
            };
            if !given && variable.default.is_none() && !misspelt() {
                self.out.push(missing_argument(name, call.span).about(format!("module.{}", call.name)));
            }
        }
    }

    /// A configuration that is passed must be there, and be one of the same provider.
    fn provider(&mut self, id: UnitId, passed: &Passed) {
        let Passed { inner, outer, key, span } = passed;
        let known = &self.schemas.providers;
        if !known.contains_key(&inner.provider) && !known.contains_key(&outer.provider) {
            // A configuration of a provider that is not here; blocks that would use it are reported.
            return;
        }
        if inner.provider != outer.provider {
            let detail = format!(
                "The local name {:?} stands for another provider than {:?} in the module, and a configuration is one \
                 of one provider.",
                outer.provider, inner.provider
            );
            self.out.push(Diagnostic::error("Provider type mismatch", detail).at(*span));
            return;
        }
        let (summary, detail, hint) = match misuse(self.tree, id, outer, key.as_ref()) {
            None => return,
            Some(Misuse::Unchosen) => (
                "Invalid provider instance",
                format!("The provider configuration {outer} has for_each, so one of its instances is to be passed."),
                format!("Write {inner} = {outer}[each.key]."),
            ),
            Some(Misuse::Needless) => (
                "Invalid provider instance",
                format!("The provider configuration {outer} has no for_each, so it has no instances to choose from."),
                format!("Write {inner} = {outer}."),
            ),
            Some(Misuse::Missing) => (
                "Reference to undefined provider",
                format!("There is no provider configuration {outer} that could be passed to the module."),
                format!(
                    "Declare it: provider {:?} with alias = ..., or pass {} itself.",
                    outer.provider, outer.provider
                ),
            ),
        };
        self.out.push(Diagnostic::error(summary, detail).at(*span).hint(hint));
    }
}
