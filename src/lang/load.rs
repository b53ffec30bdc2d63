//! Reads the files of one module into its declarations.
//!
//! **Never:** evaluate anything that is not fixed in the text, or follow references; `link` does that
//! when everything is declared. In: parsed files. Out: a module, and findings.
//! What acier does not know is an error with a name, never silence.

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::{
    Declared, MISSING_ARGUMENT, argument, expect, labels, lacking, place, refuse_labels, unexpected_block,
    unsupported_argument, unsupported_block, unsupported_yet,
};
use super::ast::{Block, Body, Expr};
use super::configuration::{nameless, provider_name};
use super::elsewhere::misspelt;
use super::module::{Module, Output, ProviderBlock};
use super::resource::condition;
use super::{files, fixed, link, structure};

/// The arguments of an output.
const OUTPUT: &[&str] = &["description", "value", "depends_on", "sensitive", "ephemeral"];

/// The blocks that may stand in a file.
const TOP_BLOCKS: [&str; 12] = [
    "terraform",
    "provider",
    "variable",
    "locals",
    "output",
    "resource",
    "data",
    "module",
    "import",
    "moved",
    "removed",
    "check",
];

/// A module in the making.
pub(super) struct Loader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) schemas: &'a Schemas,
    pub(super) module: Module,
    pub(super) declared: Declared,
    pub(super) out: Diagnostics,
}

/// Loads a module from its files. `called` is what messages call it. Also says whether all of them
/// could be parsed.
pub(super) fn load(
    sources: &Sources,
    files: &[FileId],
    schemas: &Schemas,
    called: &str,
) -> (Module, bool, Diagnostics) {
    let mut loader = Loader::new(sources, schemas);
    let mut unread = false;
    files::read(sources, files, schemas, |body, wrong| {
        let broken = wrong.has_errors();
        unread |= broken;
        loader.out.extend(wrong);
        let before = loader.out.0.len();
        loader.file(body);
        if broken {
            // What could not be read is not missing.
            let found = loader.out.0.split_off(before);
            loader.out.0.extend(found.into_iter().filter(|finding| finding.summary != MISSING_ARGUMENT));
        }
    });
    let Loader { mut module, mut out, declared, .. } = loader;
    // What a syntax error hides is not missing: references are judged when all files are read.
    if !unread {
        out.extend(link::link(&mut module, schemas, &declared, called));
    }
    (module, !unread, out)
}

impl<'a> Loader<'a> {
    pub(super) fn new(sources: &'a Sources, schemas: &'a Schemas) -> Loader<'a> {
        Loader { sources, schemas, module: Module::default(), declared: Declared::new(), out: Diagnostics::none() }
    }
}

impl Loader<'_> {
    fn file(&mut self, body: Body) {
        for attribute in &body.attributes {
            self.out.push(unsupported_argument(attribute, &[], &TOP_BLOCKS));
        }
        for block in body.blocks {
            match &*block.name {
                "terraform" => self.settings(&block),
                "provider" => self.provider(block),
                "variable" => self.variable(&block),
                "locals" => self.locals(block),
                "output" => self.output(&block),
                "resource" | "data" => self.resource(block),
                "import" => self.import(&block),
                "moved" => self.moved(&block),
                "check" => self.check(block),
                "removed" => self.removed(&block),
                "module" => self.call(block),
                _ => self.out.push(not_known(&block)),
            }
        }
    }

    /// Notes a declaration; false (and a finding) if it is the second one.
    pub(super) fn declare(
        &mut self,
        what: &'static str,
        name: &Name,
        span: Span,
        twice: impl FnOnce(String) -> (String, String),
    ) -> bool {
        if let Some(first) = self.declared.get(&(what, name.clone())) {
            let (summary, detail) = twice(place(self.sources, *first));
            let hint = "Rename one of the two, or remove it.";
            self.out.push(Diagnostic::error(summary, detail).at(span).hint(hint));
            return false;
        }
        self.declared.insert((what, name.clone()), span);
        true
    }

    fn locals(&mut self, block: Block) {
        refuse_labels(&block, &mut self.out);
        for inner in &block.body.blocks {
            self.out.push(unexpected_block(inner));
        }
        for attribute in block.body.attributes {
            let span = attribute.name_span.to(attribute.expr.span);
            let name = attribute.name;
            let fresh = self.declare("local", &name, span, |at| {
                (
                    "Duplicate local value definition".into(),
                    format!(
                        "A local value named {name:?} was already defined at {at}. Local value names must be unique \
                         within a module."
                    ),
                )
            });
            if fresh {
                self.module.locals.insert(name, attribute.expr);
            }
        }
    }

    fn output(&mut self, block: &Block) {
        let Some([label]) = labels(block, &["name"], &mut self.out) else { return };
        let (name, body) = (&label.text, &block.body);
        expect(body, OUTPUT, &["precondition", "postcondition"], &mut self.out);
        let fresh = self.declare("output", name, block.header, |at| {
            (
                "Duplicate output definition".into(),
                format!(
                    "An output named {name:?} was already defined at {at}. Output names must be unique within a \
                     module."
                ),
            )
        });
        let mut preconditions = Vec::new();
        for inner in &body.blocks {
            match &*inner.name {
                "precondition" => preconditions.extend(condition(inner, &mut self.out)),
                "postcondition" => self.out.push(
                    Diagnostic::error(
                        "Postconditions are not allowed",
                        "Output values can only have preconditions, not postconditions.",
                    )
                    .at(inner.header),
                ),
                _ => {}
            }
        }
        let depends_on = self.depends_on(body);
        let Some(value) = argument(body, "value") else {
            self.out.0.extend(lacking(body, "value", OUTPUT, block.header));
            return;
        };
        let sensitive = argument(body, "sensitive").and_then(|flag| fixed::flag(flag, &mut self.out));
        let description = argument(body, "description").and_then(|text| fixed::text(text, &mut self.out));
        let ephemeral = argument(body, "ephemeral");
        let short_lived = ephemeral.and_then(|flag| fixed::flag(flag, &mut self.out)).unwrap_or(false);
        let ephemeral = ephemeral.filter(|_| short_lived).map(|flag| flag.name_span);
        if fresh {
            let output = Output {
                name: name.clone(),
                span: block.header,
                value: value.expr.clone(),
                sensitive: sensitive.unwrap_or(false),
                ephemeral,
                description,
                preconditions,
                depends_on,
            };
            self.module.outputs.insert(name.clone(), output);
        }
    }

    fn provider(&mut self, block: Block) {
        let Some([label]) = labels(&block, &["name"], &mut self.out) else { return };
        let name = label.text.clone();
        let Some(schema) = self.schemas.providers.get(&name) else {
            // As in Terraform a configuration of a provider without blocks of its own does nothing; those
            // blocks are reported.
            if let Some(meant) = misspelt(&name, self.schemas.providers.keys().map(|known| &**known)) {
                let detail = format!("There is no provider {name:?}. Did you mean {meant:?}?");
                let hint = format!("Write provider {meant:?}.");
                self.out.push(Diagnostic::error("Invalid provider", detail).at(label.span).hint(hint));
            }
            return;
        };
        let Some(name) = provider_name(&name, &block.body, &mut self.out) else { return };
        let mut body = block.body;
        let for_each = argument(&body, "for_each").map(|each| each.expr.clone());
        if let (Some(each), None) = (&for_each, &name.alias) {
            self.out.push(nameless(each.span));
            return;
        }
        if let Some(version) = argument(&body, "version") {
            let detail = "Terraform 0.13 and earlier allowed provider version constraints inside the provider \
                          configuration block, but that is now deprecated and will be removed in a future version of \
                          Terraform. To silence this warning, move the provider version constraint into the \
                          required_providers block.";
            let summary = "Version constraints inside provider configuration blocks are deprecated";
            self.out.push(Diagnostic::warning(summary, detail).at(version.name_span).alike());
        }
        body.attributes.retain(|attribute| !matches!(&*attribute.name, "alias" | "for_each" | "version"));
        let fresh = self.declare("provider", &name.to_string().into(), block.header, |at| {
            let provider = &name.provider;
            let detail = match &name.alias {
                Some(alias) => format!(
                    "A provider configuration for {provider:?} with the alias {alias:?} was already given at {at}. Aliases \
                     must be unique."
                ),
                None => format!(
                    "A default (non-aliased) provider configuration for {provider:?} was already given at {at}. If \
                     multiple configurations are required, set the \"alias\" argument for alternative configurations."
                ),
            };
            ("Duplicate provider configuration".into(), detail)
        });
        structure::check(&body, &schema.block, block.header, &mut self.out);
        if fresh {
            self.module.providers.push(ProviderBlock { name, for_each, span: block.header, body });
        }
    }

    /// The expressions of a list that must be written out, `[a, b]`.
    pub(super) fn written_list<'e>(&mut self, expr: &'e Expr) -> &'e [Expr] {
        match &expr.kind {
            super::ast::ExprKind::Tuple(members) => members,
            _ => {
                self.out.push(
                    Diagnostic::error("Invalid expression", "A static list expression is required.").at(expr.span),
                );
                &[]
            }
        }
    }
}

/// What is said about a block that has no place at the top.
fn not_known(block: &Block) -> Diagnostic {
    let (what, detail, hint) = match &*block.name {
        "ephemeral" => (
            "An ephemeral block",
            "acier has no ephemeral resources.",
            "Use a variable that is declared ephemeral, or a data source.",
        ),
        _ => return unsupported_block(block, &[], &TOP_BLOCKS),
    };
    unsupported_yet(what, detail, hint, block.header)
}
