//! Reads what stands in for clouds in a test: `mock_provider`, `mock_resource`, `override_module` ...
//!
//! **Never:** make anything up; `cast` and `makeup` do. In: blocks of test files and of mock files
//! (`*.tfmock.hcl`). Out: what is given in place of what, or findings. Source of the rules: Terraform
//! documentation, "Mocks".

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::addr::{Block as BlockAddr, Mode, Target};
use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::schema::Schemas;
use crate::value::{Content, Members, Name};

use super::super::arguments::{
    argument, expect, labels, place, refuse_labels, unsupported_argument, unsupported_block,
};
use super::super::ast::{Attribute, Block, Body};
use super::super::configuration::provider_name;
use super::super::module::ProviderName;
use super::super::{address, fixed, json, parse};

/// The blocks that give values.
pub(super) const OVERRIDES: [&str; 3] = ["override_resource", "override_data", "override_module"];

/// The blocks of a provider that is made up.
const MOCKS: [&str; 4] = ["mock_resource", "mock_data", "override_resource", "override_data"];

/// Values that are given in place of what a cloud or a module would say.
#[derive(Clone, Debug)]
pub struct Given {
    /// The values, by attribute or output.
    pub values: Members,
    /// Whether they are known while planning; nothing where that is not said.
    pub early: Option<bool>,
    /// Where they are given, as sentences name places.
    pub place: Name,
}

/// `override_resource`, `override_data`, `override_module`
#[derive(Clone, Debug)]
pub struct Override {
    /// What it stands in for.
    pub target: Target,
    /// Where that is said.
    pub span: Span,
    /// The values.
    pub given: Rc<Given>,
}

/// `mock_provider "name" { ... }`
#[derive(Clone, Debug)]
pub struct MockProvider {
    /// The configuration that it stands in for.
    pub name: ProviderName,
    /// Where its header stands.
    pub span: Span,
    /// The folder of mock files.
    pub source: Option<String>,
    /// Whether what its blocks give is known while planning, where they do not say it themselves.
    pub early: bool,
    /// `mock_resource` and `mock_data`, by kind.
    pub mocks: BTreeMap<(Mode, Name), Rc<Given>>,
    /// What stands in for single objects of this provider.
    pub overrides: Vec<Override>,
}

impl MockProvider {
    /// Adds what mock files give. What the block itself gives goes first.
    #[must_use]
    pub fn read_files(&mut self, sources: &Sources, files: &[FileId], schemas: &Schemas) -> Diagnostics {
        let mut out = Diagnostics::none();
        let mut read = Reader { sources, out: &mut out, mocks: BTreeMap::new(), overrides: Vec::new() };
        for file in files {
            let (body, wrong) = match sources.get(*file) {
                Some(source) if json::is_json(&source.name) => json::mocks(sources, *file, schemas),
                _ => parse::file(sources, *file),
            };
            read.out.extend(wrong);
            for attribute in &body.attributes {
                read.out.push(unsupported_argument(attribute, &[], &MOCKS));
            }
            for block in &body.blocks {
                if MOCKS.contains(&&*block.name) {
                    read.block(block);
                } else {
                    read.out.push(unsupported_block(block, &[], &MOCKS));
                }
            }
        }
        let Reader { mocks, overrides, .. } = read;
        for (kind, (given, _)) in mocks {
            self.mocks.entry(kind).or_insert(given);
        }
        for own in overrides {
            if self.overrides.iter().all(|known| known.target != own.target) {
                self.overrides.push(own);
            }
        }
        out
    }
}

/// Reads `mock_provider`.
pub(super) fn mock_provider(block: &Block, sources: &Sources, out: &mut Diagnostics) -> Option<MockProvider> {
    let [label] = labels(block, &["name"], out)? else { return None };
    expect(&block.body, &["alias", "source", "override_during"], &MOCKS, out);
    let name = provider_name(&label.text, &block.body, out)?;
    let source = argument(&block.body, "source").and_then(|source| fixed::text(source, out));
    let early = during(&block.body, out).unwrap_or(false);
    let mut reader = Reader { sources, out, mocks: BTreeMap::new(), overrides: Vec::new() };
    block.body.blocks.iter().for_each(|inner| reader.block(inner));
    let mocks = reader.mocks.into_iter().map(|(kind, (given, _))| (kind, given)).collect();
    let overrides = reader.overrides;
    Some(MockProvider { name, span: block.header, source, early, mocks, overrides })
}

struct Reader<'a> {
    sources: &'a Sources,
    out: &'a mut Diagnostics,
    mocks: BTreeMap<(Mode, Name), (Rc<Given>, Span)>,
    overrides: Vec<Override>,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block) {
        match &*block.name {
            "mock_resource" => self.mock(block, Mode::Managed),
            "mock_data" => self.mock(block, Mode::Data),
            "override_resource" | "override_data" => {
                let found = read_override(block, self.sources, &self.overrides, self.out);
                self.overrides.extend(found);
            }
            _ => {}
        }
    }

    fn mock(&mut self, block: &Block, mode: Mode) {
        let Some([label]) = labels(block, &["type"], self.out) else { return };
        let (kind, what) = (label.text.clone(), &block.name);
        expect(&block.body, &["defaults", "override_during"], &[], self.out);
        if let Some((_, first)) = self.mocks.get(&(mode, kind.clone())) {
            let at = place(self.sources, *first);
            let detail = format!("A {what} block for {kind} has already been defined at {at}.");
            let wrong = Diagnostic::error(format!("Duplicate {what} block"), detail).at(block.header);
            self.out.push(wrong.hint("Keep one of the two."));
            return;
        }
        let defaults = argument(&block.body, "defaults");
        let values = defaults.map_or_else(
            || Some(Members::new()),
            |defaults| {
                object(defaults, self.out, |ty| {
                    let detail = format!("The requested replacement value must be an object type, but was {ty}.");
                    Diagnostic::error("Invalid replacement value", detail)
                })
            },
        );
        let early = during(&block.body, self.out);
        let Some(values) = values else { return };
        let at = defaults.map_or(block.header, |defaults| defaults.name_span.to(defaults.expr.span));
        let given = Given { values, early, place: place(self.sources, at).into() };
        self.mocks.insert((mode, kind), (Rc::new(given), block.header));
    }
}

/// Reads an override; `known` are those that it must not repeat.
pub(super) fn read_override(
    block: &Block,
    sources: &Sources,
    known: &[Override],
    out: &mut Diagnostics,
) -> Option<Override> {
    refuse_labels(block, out);
    let what = &*block.name;
    let values = if what == "override_module" { "outputs" } else { "values" };
    expect(&block.body, &["target", values, "override_during"], &[], out);
    let given = argument(&block.body, values);
    let members = given.map_or_else(
        || Some(Members::new()),
        |given| {
            object(given, out, |_| {
                let article = if values == "outputs" { "an" } else { "a" };
                let detail = format!("{what} blocks must specify {article} {values} attribute that is an object.");
                Diagnostic::error(format!("Invalid {values} attribute"), detail)
            })
        },
    );
    let early = during(&block.body, out);
    let Some(named) = argument(&block.body, "target") else {
        let detail = format!("{what} blocks must specify a target address.");
        let wrong = Diagnostic::error("Missing target attribute", detail).at(block.header);
        out.push(wrong.hint("Say what it stands in for: target = azurerm_container_group.web."));
        return None;
    };
    let target = match address::read(&named.expr) {
        Ok(target) => target,
        Err(wrong) => {
            out.extend(wrong);
            return None;
        }
    };
    let block_mode = |block: &BlockAddr| block.mode;
    let (fits, wanted) = match (what, address::block(&target).map(block_mode)) {
        ("override_module", found) => (found.is_none(), "modules"),
        ("override_data", found) => (found == Some(Mode::Data), "data sources"),
        (_, found) => (found == Some(Mode::Managed), "resources"),
    };
    if !fits {
        let detail = format!("You can only target {wanted} from {what} blocks, not {target}.");
        out.push(Diagnostic::error("Invalid override target", detail).at(named.expr.span));
        return None;
    }
    if let Some(first) = known.iter().find(|known| known.target == target) {
        let at = &first.given.place;
        let detail = format!("An {what} block targeting {target} has already been defined at {at}.");
        let wrong = Diagnostic::error(format!("Duplicate {what} block"), detail).at(block.header);
        out.push(wrong.hint("Keep one of the two."));
        return None;
    }
    let given = Given { values: members?, early, place: place(sources, block.header).into() };
    Some(Override { target, span: named.name_span.to(named.expr.span), given: Rc::new(given) })
}

/// The members of an object that is fixed in the text.
fn object(given: &Attribute, out: &mut Diagnostics, no_object: impl Fn(&str) -> Diagnostic) -> Option<Members> {
    let value = match fixed::value(&given.expr) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return None;
        }
    };
    match value.content() {
        Content::Object(members) | Content::Map(_, members) => Some((**members).clone()),
        _ => {
            out.push(no_object(&value.ty().friendly()).at(given.expr.span));
            None
        }
    }
}

/// `override_during`: whether values are known while planning.
fn during(body: &Body, out: &mut Diagnostics) -> Option<bool> {
    let during = argument(body, "override_during")?;
    match fixed::keyword(&during.expr).map(|word| &**word) {
        Some("plan") => Some(true),
        Some("apply") => Some(false),
        _ => {
            let detail = "The override_during attribute must be a value of plan or apply.";
            let wrong = Diagnostic::error("Invalid override_during value", detail).at(during.expr.span);
            out.push(wrong.hint("Write the word without quotes."));
            None
        }
    }
}
