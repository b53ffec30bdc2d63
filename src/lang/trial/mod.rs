//! Files of tests: `*.tftest.hcl`.
//!
//! **Never:** run anything; `cli::trial` does. In: a parsed file. Out: its runs, with what each asks and
//! asserts, what stands in for clouds, and findings. Source of the rules: Terraform documentation, "Tests".

pub mod cast;
mod compare;
mod makeup;
mod options;
pub mod scene;
pub mod staging;
pub mod standin;

use std::collections::BTreeMap;

use crate::addr::checkable::Checkable;
use crate::addr::{Key, Target as Address};
use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::{argument, expect, labels, place, refuse_labels, unsupported_block};
use super::ast::{Attribute, Block, Body};
use super::call;
use super::configuration::provider_name;
use super::eval::references;
use super::module::{Condition, Passed, ProviderBlock, ProviderName};
use super::resource::condition;
use super::{address, fixed, json, parse};
use standin::{MockProvider, OVERRIDES, Override};

/// What is said of `providers` that are no map.
const NO_MAP: (&str, &str) = ("Invalid expression", "A static map expression is required.");

/// The blocks of a file.
const TOP: [&str; 7] =
    ["run", "variables", "provider", "mock_provider", "override_resource", "override_data", "override_module"];

/// What a run may hold.
const ARGUMENTS: [&str; 4] = ["command", "expect_failures", "providers", "state_key"];
const BLOCKS: [&str; 7] =
    ["variables", "module", "plan_options", "assert", "override_resource", "override_data", "override_module"];

/// A file of tests.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Values of variables for all runs.
    pub variables: Vec<Attribute>,
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// Provider configurations.
    pub configurations: Vec<ProviderBlock>,
    /// Provider configurations that are made up.
    pub mocks: Vec<MockProvider>,
    /// What stands in for objects and modules in all runs.
    pub overrides: Vec<Override>,
}

/// `run "name" { ... }`
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: Name,
    /// Where its header stands.
    pub span: Span,
    /// Whether it only plans.
    pub plan_only: bool,
    /// Values of variables for this run.
    pub variables: Vec<Attribute>,
    /// The module that it runs instead of the configuration, and where that is said.
    pub module: Option<(String, Span)>,
    /// What it plans.
    pub options: Options,
    /// What must hold afterwards.
    pub asserts: Vec<Condition>,
    /// What must fail.
    pub failures: Vec<Expected>,
    /// What stands in for objects and modules in this run.
    pub overrides: Vec<Override>,
    /// Which of the file's provider configurations it has; nothing where it has all.
    pub providers: Option<Vec<Passed>>,
    /// Which state it works on, where that is not the one of its module.
    pub state_key: Option<String>,
}

/// `plan_options { ... }`
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `mode = refresh-only`
    pub refresh_only: bool,
    /// `refresh = false`
    pub no_refresh: bool,
    /// `target`
    pub targets: Vec<Address>,
    /// `replace`
    pub replace: Vec<Address>,
}

/// Something whose conditions are expected to fail.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What.
    pub what: Checkable,
    /// Which instance of a block; all of them without a key.
    pub key: Key,
    /// Where it is named.
    pub span: Span,
}

impl Expected {
    /// Whether the conditions of something, or of its instance, are meant.
    #[must_use]
    pub fn means(&self, what: &Checkable, key: &Key) -> bool {
        self.what == *what && (self.key == Key::None || self.key == *key)
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.what, self.key)
    }
}

/// Reads a file of tests, in the syntax that its name tells.
#[must_use]
pub fn read(sources: &Sources, file: FileId, schemas: &Schemas) -> (Trial, Diagnostics) {
    let (body, out) = match sources.get(file) {
        Some(source) if json::is_json(&source.name) => json::trial(sources, file, schemas),
        _ => parse::file(sources, file),
    };
    let (names, providers) = (BTreeMap::new(), BTreeMap::new());
    let mut reader = Reader { sources, trial: Trial::default(), names, variables: None, providers, out };
    for attribute in &body.attributes {
        let wrong = super::arguments::unsupported_argument(attribute, &[], &TOP);
        reader.out.push(wrong);
    }
    for block in body.blocks {
        match &*block.name {
            "variables" => reader.file_variables(block),
            "run" => reader.run(block),
            "provider" => reader.provider(block),
            "mock_provider" => reader.mock_provider(&block),
            what if OVERRIDES.contains(&what) => {
                let known = &reader.trial.overrides;
                let found = standin::read_override(&block, sources, known, &mut reader.out);
                reader.trial.overrides.extend(found);
            }
            _ => {
                reader.out.push(unsupported_block(&block, &[], &TOP));
            }
        }
    }
    (reader.trial, reader.out)
}

struct Reader<'a> {
    sources: &'a Sources,
    trial: Trial,
    names: BTreeMap<Name, Span>,
    variables: Option<Span>,
    providers: BTreeMap<ProviderName, Span>,
    out: Diagnostics,
}

impl Reader<'_> {
    fn file_variables(&mut self, block: Block) {
        refuse_labels(&block, &mut self.out);
        if let Some(first) = self.variables.replace(block.header) {
            let detail =
                format!("This test file already has a variables block defined at {}.", place(self.sources, first));
            let wrong = Diagnostic::error("Multiple \"variables\" blocks", detail).at(block.header);
            self.out.push(wrong.hint("Move the values into the first one."));
            return;
        }
        self.trial.variables = self.values(block.body);
    }

    fn mock_provider(&mut self, block: &Block) {
        let Some(mock) = standin::mock_provider(block, self.sources, &mut self.out) else { return };
        if self.provides(&mock.name, mock.span) {
            self.trial.mocks.push(mock);
        }
    }

    fn provider(&mut self, block: Block) {
        let Some([label]) = labels(&block, &["name"], &mut self.out) else { return };
        let Some(name) = provider_name(&label.text, &block.body, &mut self.out) else { return };
        let mut body = block.body;
        body.attributes.retain(|attribute| !matches!(&*attribute.name, "alias" | "version"));
        let own = ProviderBlock { name, for_each: None, span: block.header, body };
        if self.provides(&own.name, own.span) {
            self.trial.configurations.push(own);
        }
    }

    /// Notes a provider configuration; false (and a finding) if there is one of that name.
    fn provides(&mut self, name: &ProviderName, span: Span) -> bool {
        let Some(first) = self.providers.insert(name.clone(), span) else { return true };
        let detail = format!("A provider for {name} is already defined at {}.", place(self.sources, first));
        let wrong = Diagnostic::error("Duplicate provider block", detail).at(span);
        self.out.push(wrong.hint("Give one of the two an alias, or remove it."));
        false
    }

    fn values(&mut self, body: Body) -> Vec<Attribute> {
        for inner in &body.blocks {
            self.out.push(unsupported_block(inner, &[], &[]));
        }
        body.attributes
    }

    fn run(&mut self, block: Block) {
        let Some([label]) = labels(&block, &["name"], &mut self.out) else { return };
        let (name, span) = (label.text.clone(), block.header);
        if let Some(first) = self.names.insert(name.clone(), span) {
            let at = place(self.sources, first);
            let detail = format!("This test file already has a run named {name} block defined at {at}.");
            let wrong = Diagnostic::error("Duplicate \"run\" block names", detail).at(span);
            self.out.push(wrong.hint("Rename one of the two."));
        }
        let attributes = Body { attributes: block.body.attributes.clone(), ..Body::default() };
        expect(&attributes, &ARGUMENTS, &BLOCKS, &mut self.out);
        let plan_only = argument(&block.body, "command").is_some_and(|command| self.command(command));
        let failures = argument(&block.body, "expect_failures").map(|list| self.failures(list)).unwrap_or_default();
        let providers = argument(&block.body, "providers");
        let providers = providers.map(|given| call::passed(&given.expr, NO_MAP, &mut self.out));
        let state_key = argument(&block.body, "state_key").and_then(|key| fixed::text(key, &mut self.out));
        let mut run = Run {
            name,
            span,
            plan_only,
            variables: Vec::new(),
            module: None,
            options: Options::default(),
            asserts: Vec::new(),
            failures,
            overrides: Vec::new(),
            providers,
            state_key,
        };
        let mut seen: BTreeMap<Name, Span> = BTreeMap::new();
        for inner in block.body.blocks {
            if &*inner.name != "assert"
                && !OVERRIDES.contains(&&*inner.name)
                && let Some(first) = seen.insert(inner.name.clone(), inner.header)
            {
                let (word, at) = (&inner.name, place(self.sources, first));
                let detail = format!("This run block already has a {word:?} block defined at {at}.");
                let wrong = Diagnostic::error(format!("Multiple {word:?} blocks"), detail).at(inner.header);
                self.out.push(wrong.hint("Keep one of the two."));
                continue;
            }
            match &*inner.name {
                "assert" => run.asserts.extend(self.assert(&inner)),
                "variables" => run.variables = self.values(inner.body),
                "module" => run.module = self.module(&inner),
                "plan_options" => run.options = options::read(&inner, &mut self.out),
                what if OVERRIDES.contains(&what) => {
                    let found = standin::read_override(&inner, self.sources, &run.overrides, &mut self.out);
                    run.overrides.extend(found);
                }
                _ => self.out.push(unsupported_block(&inner, &ARGUMENTS, &BLOCKS)),
            }
        }
        self.trial.runs.push(run);
    }

    fn command(&mut self, command: &Attribute) -> bool {
        match fixed::keyword(&command.expr).map(|word| &**word) {
            Some("plan") => true,
            Some("apply") => false,
            _ => {
                let detail = "The \"command\" argument requires one of the following keywords without quotes: apply or \
                              plan.";
                let wrong = Diagnostic::error("Invalid \"command\" keyword", detail).at(command.expr.span);
                self.out.push(wrong.hint("Write command = plan, or nothing for apply."));
                false
            }
        }
    }

    fn module(&mut self, block: &Block) -> Option<(String, Span)> {
        expect(&block.body, &["source", "version"], &[], &mut self.out);
        let Some(source) = argument(&block.body, "source") else {
            let wrong = super::arguments::missing_argument("source", block.header);
            self.out.push(wrong);
            return None;
        };
        let text = fixed::text(source, &mut self.out)?;
        Some((text, source.expr.span))
    }

    fn assert(&mut self, block: &Block) -> Option<Condition> {
        let found = condition(block, &mut self.out)?;
        let mut refers = false;
        references(&found.condition, &mut |_, _, _| refers = true);
        if !refers {
            let detail = "The condition expression must refer to at least one object from elsewhere in the configuration, \
                          or else its result would not be checking anything.";
            let wrong = Diagnostic::error("Invalid assert expression", detail).at(found.condition.span);
            self.out.push(wrong.hint("Refer to what the run has made: output.name, azurerm_container_group.web.fqdn."));
            return None;
        }
        Some(found)
    }

    /// The things that `expect_failures` names.
    fn failures(&mut self, list: &Attribute) -> Vec<Expected> {
        let super::ast::ExprKind::Tuple(members) = &list.expr.kind else {
            let detail = "A static list expression is required.";
            self.out.push(Diagnostic::error("Invalid expression", detail).at(list.expr.span));
            return Vec::new();
        };
        members.iter().filter_map(|member| self.failure(member)).collect()
    }

    fn failure(&mut self, expr: &super::ast::Expr) -> Option<Expected> {
        use super::ast::{Access, ExprKind};
        let span = expr.span;
        let simple = match &expr.kind {
            ExprKind::Reference(root, steps) => match (&**root, steps.as_slice()) {
                ("var", [Access::Attr(name, _)]) => Some(Checkable::Variable(name.clone())),
                ("output", [Access::Attr(name, _)]) => Some(Checkable::Output(name.clone())),
                ("check", [Access::Attr(name, _)]) => Some(Checkable::Check(name.clone())),
                _ => None,
            },
            _ => None,
        };
        if let Some(what) = simple {
            return Some(Expected { what, key: Key::None, span });
        }
        let found = address::read(expr);
        if let Ok(target) = &found
            && let Some(block) = address::block(target)
            && !matches!(&*block.kind, "local" | "run" | "each" | "path" | "terraform")
        {
            let key = if let Address::Instance(addr) = target { addr.key.clone() } else { Key::None };
            return Some(Expected { what: Checkable::Block(block.clone()), key, span });
        }
        let detail = "You cannot expect failures from this expression: only variables, outputs, checks, resources and data \
                      sources have conditions.";
        let wrong = Diagnostic::error("Invalid `expect_failures` reference", detail).at(span);
        self.out.push(wrong.hint("Name one of them: var.name, output.name, check.name, azurerm_container_group.web."));
        None
    }
}
