//! Reads `resource` and `data` blocks: kind, meta-arguments, life cycle.
//!
//! **Never:** evaluate arguments; `decode` does. In: a block. Out: a [`Resource`] whose body holds
//! only what the kind's schema knows, already held against that schema by `structure`.

use std::collections::BTreeMap;

use crate::addr::{Block as BlockAddr, Mode, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::schema::{Schema, walk};
use crate::value::{Name, Path, Step};

use super::arguments::{
    argument, expect, labels, lacking, only_block, refuse_labels, unsupported_argument, unsupported_block,
    unsupported_yet,
};
use super::ast::{Access, Attribute, Block, Body, Expr, ExprKind};
use super::elsewhere::{Elsewhere, elsewhere, of_azurerm};
use super::load::Loader;
use super::module::{Condition, Dependency, Ignore, Lifecycle, Repetition, Resource};
use super::reference::{Target, resolve};
use super::{fixed, structure};
use crate::diag::suggest::did_you_mean;

/// Arguments that every `resource` and `data` block may have.
const META_ARGUMENTS: [&str; 4] = ["count", "for_each", "depends_on", "provider"];
/// Blocks that every `resource` and `data` block may have.
const META_BLOCKS: [&str; 5] = ["lifecycle", "timeouts", "provisioner", "connection", "_"];

impl Loader<'_> {
    pub(super) fn resource(&mut self, mut block: Block) {
        let Some([kind, name]) = labels(&block, &["type", "name"], &mut self.out) else { return };
        let (kind_span, kind, name) = (kind.span, kind.text.clone(), name.text.clone());
        let mode = if &*block.name == "data" { Mode::Data } else { Mode::Managed };
        let mut addr = BlockAddr { module: ModulePath::default(), mode, kind, name };
        let fresh = self.declare_resource(&addr, block.header);
        let kinds = if mode == Mode::Data { &self.schemas.data } else { &self.schemas.managed };
        let known = kinds.get_key_value(&addr.kind);
        if let Some((kind, _)) = known {
            // One text for all blocks of a kind: they compare faster so.
            addr.kind = kind.clone();
        }
        let schema = known.map(|(_, schema)| schema);
        let Some(schema) = schema else {
            // What else might be wrong with it does not matter: it cannot stay.
            return self.unknown_kind(&addr, kind_span);
        };
        let before = self.out.0.len();
        let repetition = self.repetition(&block.body);
        let repetition = self.enabled(&block.body, repetition);
        let provider = self.provider_use(&block.body, &addr.kind);
        let depends_on = self.depends_on(&block.body);
        let lifecycle = only_block(&block.body, "lifecycle", self.sources, &mut self.out);
        let lifecycle = lifecycle.map(|inner| self.lifecycle(inner, mode, Some(schema))).unwrap_or_default();
        let timeouts = only_block(&block.body, "timeouts", self.sources, &mut self.out);
        if let Some(inner) = timeouts
            && !schema.is_limited()
        {
            self.out.push(unsupported_block(inner, &[], &[]));
        }
        let mut timeouts = timeouts.map(|inner| self.timeouts(inner, mode)).unwrap_or_default();
        if schema.is_limited() {
            timeouts.extend(self.dynamic_timeouts(&block.body, mode).unwrap_or_default());
            block.body.blocks.retain(|inner| !inner.makes("timeouts"));
        }
        let provisioners = if mode == Mode::Managed { self.provisioners(&block.body) } else { Vec::new() };
        self.refuse_actions(&block.body, mode);
        let mut body = block.body;
        body.attributes.retain(|attribute| !META_ARGUMENTS.contains(&&*attribute.name));
        body.blocks.retain(|inner| !META_BLOCKS.contains(&&*inner.name));
        structure::check(&body, &schema.block, block.header, &mut self.out);
        for diagnostic in &mut self.out.0[before..] {
            diagnostic.address.get_or_insert_with(|| addr.to_string());
        }
        if fresh {
            let span = block.header;
            let resource = Resource {
                addr: addr.clone(),
                span,
                repetition,
                body,
                lifecycle,
                timeouts,
                provider,
                provisioners,
                depends_on,
                check: None,
            };
            self.module.blocks.insert(addr, resource);
        }
    }

    fn declare_resource(&mut self, addr: &BlockAddr, span: Span) -> bool {
        let (kind, name) = (&addr.kind, &addr.name);
        let (what, words) = match addr.mode {
            Mode::Managed => ("resource", format!("A {kind} resource named {name:?}")),
            Mode::Data => ("data", format!("A {kind} data resource named {name:?}")),
        };
        self.declare(what, &addr.to_string().into(), span, |at| {
            (
                format!("Duplicate {what} {:?} configuration", &**kind),
                format!("{words} was already declared at {at}. Resource names must be unique per type in each module."),
            )
        })
    }

    pub(super) fn unknown_kind(&mut self, addr: &BlockAddr, span: Span) {
        let kind = &addr.kind;
        let known = || self.schemas.managed.keys().chain(self.schemas.data.keys());
        let mut providers: Vec<&str> = known().filter_map(|kind| kind.split('_').next()).collect();
        providers.dedup();
        let report = |found: Elsewhere| {
            let summary = if addr.mode == Mode::Data { "Invalid data source" } else { "Invalid resource type" };
            Diagnostic::error(summary, found.detail).at(span).hint(found.hint).about(addr.to_string()).alike()
        };
        if let Some(found) = elsewhere(kind, &providers) {
            return self.out.push(report(found));
        }
        let (kinds, others, summary, word, other) = match addr.mode {
            Mode::Managed => {
                (&self.schemas.managed, &self.schemas.data, "Invalid resource type", "resource type", "data source")
            }
            Mode::Data => (
                &self.schemas.data,
                &self.schemas.managed,
                "Invalid data source",
                "data source",
                "managed resource type",
            ),
        };
        let advice = if others.contains_key(kind) {
            format!(" Did you intend to use the {other} {kind:?}?")
        } else {
            did_you_mean(kind, kinds.keys().map(|name| &**name))
        };
        if advice.is_empty()
            && let Some(found) = of_azurerm(kind)
        {
            return self.out.push(report(found));
        }
        let detail = format!("acier does not support {word} {kind:?}.{advice}");
        let known: Vec<&str> = kinds.keys().map(|name| &**name).collect();
        let hint = format!("Use one of the kinds that acier knows: {}.", known.join(", "));
        self.out.push(Diagnostic::error(summary, detail).at(span).hint(hint).about(addr.to_string()));
    }

    pub(super) fn repetition(&mut self, body: &Body) -> Repetition {
        match (argument(body, "count"), argument(body, "for_each")) {
            (None, None) => Repetition::Once,
            (Some(count), None) => Repetition::Count(count.expr.clone()),
            (None, Some(each)) => Repetition::ForEach(each.expr.clone()),
            (Some(_), Some(each)) => {
                let detail = "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be \
                              used to be explicit about the number of resources to be created.";
                let summary = "Invalid combination of \"count\" and \"for_each\"";
                self.out.push(Diagnostic::error(summary, detail).at(each.name_span));
                Repetition::ForEach(each.expr.clone())
            }
        }
    }

    pub(super) fn only_default_provider(&mut self, body: &Body) {
        let Some(provider) = argument(body, "provider") else { return };
        if fixed::keyword(&provider.expr).is_some_and(|name| matches!(&**name, "azurerm" | "terraform")) {
            return;
        }
        self.out.push(unsupported_yet(
            "Another provider configuration",
            "An import takes the provider configuration of the resource that it is for.",
            "Write the argument in the resource block, and remove it here.",
            provider.expr.span,
        ));
    }

    fn refuse_actions(&mut self, body: &Body, mode: Mode) {
        for inner in &body.blocks {
            let (what, detail, hint) = match &*inner.name {
                "provisioner" | "connection" if mode == Mode::Data => {
                    self.out.push(unsupported_block(inner, &[], &["lifecycle"]));
                    continue;
                }
                "_" => (
                    "A meta-argument escaping block",
                    "No kind that acier knows has an argument of the name of a meta-argument.",
                    "Move the arguments out of the block.",
                ),
                _ => continue,
            };
            self.out.push(unsupported_yet(what, detail, hint, inner.header));
        }
    }

    pub(super) fn timeouts(&mut self, block: &Block, mode: Mode) -> BTreeMap<Name, Expr> {
        refuse_labels(block, &mut self.out);
        let known: &[&str] = if mode == Mode::Data { &["read"] } else { &["create", "read", "update", "delete"] };
        expect(&block.body, known, &[], &mut self.out);
        let known = block.body.attributes.iter().filter(|attribute| known.contains(&&*attribute.name));
        known.map(|attribute| (attribute.name.clone(), attribute.expr.clone())).collect()
    }

    /// What a `depends_on` argument names.
    pub(super) fn depends_on(&mut self, body: &Body) -> Vec<Dependency> {
        let Some(attribute) = argument(body, "depends_on") else { return Vec::new() };
        let mut found = Vec::new();
        for expr in self.written_list(&attribute.expr) {
            let unquoted = self.unquoted(expr);
            match whole(unquoted.as_ref().unwrap_or(expr)) {
                Ok(named) => found.push(named),
                Err(wrong) => self.out.extend(wrong),
            }
        }
        found
    }

    fn lifecycle(&mut self, block: &Block, mode: Mode, schema: Option<&Schema>) -> Lifecycle {
        refuse_labels(block, &mut self.out);
        let body = &block.body;
        let managed = ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"];
        let all = [&managed[..], &["enabled"]].concat();
        expect(body, &all, &["precondition", "postcondition"], &mut self.out);
        if mode == Mode::Data {
            for attribute in body.attributes.iter().filter(|attribute| managed.contains(&&*attribute.name)) {
                let detail = format!(
                    "The lifecycle argument {:?} is defined only for managed resources (\"resource\" blocks), and is \
                     not valid for data resources.",
                    attribute.name
                );
                let summary = "Invalid data resource lifecycle argument";
                self.out.push(Diagnostic::error(summary, detail).at(attribute.name_span));
            }
        }
        let mut lifecycle = Lifecycle::default();
        let first = argument(body, "create_before_destroy");
        lifecycle.create_before_destroy =
            first.and_then(|attribute| fixed::flag(attribute, &mut self.out)).unwrap_or(false);
        lifecycle.prevent_destroy = self.prevent_destroy(body);
        if let Some(attribute) = argument(body, "ignore_changes") {
            lifecycle.ignore_changes = self.ignore_changes(attribute, schema);
        }
        if let Some(attribute) = argument(body, "replace_triggered_by") {
            lifecycle.replace_triggered_by = self.written_list(&attribute.expr).to_vec();
        }
        for inner in &body.blocks {
            match &*inner.name {
                "precondition" => lifecycle.preconditions.extend(condition(inner, &mut self.out)),
                "postcondition" => lifecycle.postconditions.extend(condition(inner, &mut self.out)),
                _ => {}
            }
        }
        lifecycle
    }

    fn ignore_changes(&mut self, attribute: &Attribute, schema: Option<&Schema>) -> Ignore {
        if fixed::keyword(&attribute.expr).is_some_and(|word| &**word == "all") {
            return Ignore::All;
        }
        if fixed::keyword(&attribute.expr).is_some() {
            let detail = "A static list expression is required.";
            self.out.push(Diagnostic::error("Invalid expression", detail).at(attribute.expr.span));
            return Ignore::None;
        }
        // A list that is written out names attributes; anything else gives their names when it is evaluated.
        if !matches!(attribute.expr.kind, ExprKind::Tuple(_) | ExprKind::Literal(_)) {
            return Ignore::Asked(attribute.expr.clone());
        }
        let mut paths = Vec::new();
        for expr in self.written_list(&attribute.expr) {
            let unquoted = self.unquoted(expr).and_then(|expr| relative_path(&expr));
            let Some(path) = unquoted.or_else(|| relative_path(expr)) else {
                let detail = "Each entry of ignore_changes must be the name of an argument of this resource, with fixed \
                              indices behind it where needed.";
                let mut wrong = Diagnostic::error("Invalid expression", detail).at(expr.span);
                if fixed::literal(expr) == Some("*") {
                    wrong = wrong.hint("To ignore all changes, write ignore_changes = all.");
                } else if let Some(text) = fixed::literal(expr) {
                    wrong = wrong.hint(format!("Remove the quotes: {text}."));
                }
                self.out.push(wrong);
                continue;
            };
            if let Some(schema) = schema {
                self.check_ignored(&path, schema, expr.span);
            }
            paths.push(path);
        }
        Ignore::Paths(paths)
    }

    fn check_ignored(&mut self, path: &Path, schema: &Schema, span: Span) {
        match walk::find(&schema.block, path) {
            Some(walk::Found::Attribute(attribute)) if attribute.usage == crate::schema::Usage::Computed => {
                let detail = format!(
                    "Adding an attribute name to ignore_changes tells acier to ignore future changes to the argument in \
                     configuration after the object has been created, retaining the value originally configured.\n\nThe \
                     attribute {} is decided by the provider alone and therefore there can be no configured value to \
                     compare with. Including this attribute in ignore_changes has no effect. Remove the attribute from \
                     ignore_changes to quiet this warning.",
                    attribute.name
                );
                self.out.push(Diagnostic::warning("Redundant ignore_changes element", detail).at(span));
            }
            Some(_) => {}
            None => {
                let names = schema.block.attributes.iter().map(|attribute| &*attribute.name);
                let names = names.chain(schema.block.blocks.iter().map(|nested| &*nested.name));
                let first = match path.0.first() {
                    Some(Step::Attr(name)) => name.to_string(),
                    _ => path.to_string(),
                };
                let detail = format!(
                    "This object has no argument, nested block, or exported attribute named \"{path}\".{}",
                    did_you_mean(&first, names)
                );
                self.out.push(Diagnostic::error("Unsupported attribute", detail).at(span));
            }
        }
    }
}

/// Reads a `validation`, `precondition` or `postcondition` block.
pub(super) fn condition(block: &Block, out: &mut Diagnostics) -> Option<Condition> {
    refuse_labels(block, out);
    for inner in &block.body.blocks {
        out.push(super::arguments::unsupported_block(inner, &["condition", "error_message"], &[]));
    }
    for attribute in &block.body.attributes {
        if !matches!(&*attribute.name, "condition" | "error_message") {
            out.push(unsupported_argument(attribute, &["condition", "error_message"], &[]));
        }
    }
    let mut required = |name: &str| {
        let found = argument(&block.body, name).map(|attribute| attribute.expr.clone());
        if found.is_none() {
            out.0.extend(lacking(&block.body, name, &["condition", "error_message"], block.header));
        }
        found
    };
    let (condition, message) = (required("condition"), required("error_message"));
    Some(Condition { condition: condition?, message: message?, span: block.header })
}

/// What an entry of `depends_on` names.
fn whole(expr: &Expr) -> Result<Dependency, Diagnostics> {
    let ExprKind::Reference(root, steps) = &expr.kind else {
        let detail = "A single static variable reference is required: only attribute access and indexing with constant \
                      keys. No calculations, function calls, template expressions, etc are allowed here.";
        let mut wrong = Diagnostic::error("Invalid expression", detail).at(expr.span);
        if let Some(text) = fixed::literal(expr) {
            wrong = wrong.hint(format!("Remove the quotes: {text}."));
        }
        return Err(wrong.into());
    };
    const ATTRIBUTE: &str =
        "References in depends_on must be to a whole object (resource, etc), not to an attribute of an object.";
    let invalid = |detail: &str| Diagnostic::error("Invalid depends_on reference", detail).at(expr.span).into();
    match resolve(root, steps, expr.span)? {
        (Target::Block(block), used) => match &steps[used..] {
            [] | [Access::Index(..)] => Ok(Dependency::Block(block, expr.span)),
            _ => Err(invalid(ATTRIBUTE)),
        },
        // Terraform waits for the whole module, too, where one output or instance of it is named.
        (Target::Module(name), _) => Ok(Dependency::Module(name, expr.span)),
        (Target::Local(name), used) if used == steps.len() => Ok(Dependency::Local(name, expr.span)),
        (Target::Variable(name), used) if used == steps.len() => Ok(Dependency::Variable(name, expr.span)),
        (Target::Local(_) | Target::Variable(_), _) => Err(invalid(ATTRIBUTE)),
        _ => Err(invalid(
            "Only resources, data sources, modules, variables and local values can be named in depends_on.",
        )),
    }
}

/// An entry of `ignore_changes` as a path from the resource.
pub(super) fn relative_path(expr: &Expr) -> Option<Path> {
    let ExprKind::Reference(root, steps) = &expr.kind else { return None };
    let mut path = Path(vec![Step::Attr(root.clone())]);
    for step in steps {
        path.0.push(fixed::step(step)?);
    }
    Some(path)
}
