//! The module calls of a file, before anything is loaded.
//!
//! **Never:** look into the arguments of a call: whoever fetches modules needs their sources only, and
//! what else is wrong is found when the module is loaded. In: a parsed file. Out: the calls.

use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::{argument, labels, missing_argument};
use super::ast::Body;
use super::backend::Backend;
use super::fixed;
use super::load::Loader;

/// `module "name" { source = "..." }`
#[derive(Clone, Debug)]
pub struct Called {
    /// Its name.
    pub name: Name,
    /// Where its header stands.
    pub span: Span,
    /// Its source, as written.
    pub source: String,
    /// Where that stands.
    pub source_span: Span,
    /// Where `version` stands, which only modules of registries have.
    pub version: Option<Span>,
}

/// The module calls of a file, and what is wrong with their sources.
#[must_use]
pub fn calls(body: &Body) -> (Vec<Called>, Diagnostics) {
    let (mut found, mut out) = (Vec::new(), Diagnostics::none());
    for block in body.blocks.iter().filter(|block| &*block.name == "module") {
        let Some([label]) = labels(block, &["name"], &mut out) else { continue };
        let Some(source) = argument(&block.body, "source") else {
            out.push(missing_argument("source", block.header));
            continue;
        };
        let Some(text) = fixed::literal(&source.expr) else {
            let detail = "The source of a module is read before anything else, so that it must be a text without \
                          references or functions.";
            out.push(Diagnostic::error("Unsuitable value type", detail).at(source.expr.span));
            continue;
        };
        found.push(Called {
            name: label.text.clone(),
            span: block.header,
            source: text.to_owned(),
            source_span: source.expr.span,
            version: argument(&block.body, "version").map(|version| version.name_span),
        });
    }
    (found, out)
}

/// What is wrong with the `terraform` blocks of a module: versions, providers, and for the root module
/// its backend.
#[must_use]
pub fn settings(sources: &Sources, files: &[Body], schemas: &Schemas, is_root: bool) -> Diagnostics {
    let mut loader = Loader::new(sources, schemas);
    for block in files.iter().flat_map(|file| &file.blocks).filter(|block| &*block.name == "terraform") {
        loader.settings(block);
    }
    let backend = loader.module.backend.as_ref().filter(|_| is_root);
    loader.out.0.extend(backend.map(Backend::read_beside));
    loader.out
}
