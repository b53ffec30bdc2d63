//! Terraform's JSON syntax: `.tf.json` files to the same tree as native ones.
//!
//! **Never:** evaluate. In: a source text and, since JSON does not tell blocks from arguments, what
//! may stand where (`shape`). Out: `ast`, and what is wrong. `read` gives values with their places,
//! `expr` makes expressions of them. Source: "JSON Configuration Syntax" in Terraform's manual.

mod body;
mod expr;
mod read;
mod shape;

use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::schema::Schemas;
use crate::value::{Name, Value};

use super::ast::{Body, Expr};
use super::parse::{self, normalise};

use self::read::{Kind, Node};
use self::shape::Shape;

/// Whether a file of this name is in JSON.
pub(super) fn is_json(name: &str) -> bool {
    name.ends_with(".json")
}

/// Makes a tree of one source text.
struct Maker<'s> {
    text: &'s str,
    file: FileId,
    schemas: Option<&'s Schemas>,
    out: Diagnostics,
}

/// Parses a configuration file.
pub(super) fn file(sources: &Sources, file: FileId, schemas: &Schemas) -> (Body, Diagnostics) {
    shaped(sources, file, schemas, &Shape::Root)
}

/// Parses a file of tests.
pub(super) fn trial(sources: &Sources, file: FileId, schemas: &Schemas) -> (Body, Diagnostics) {
    shaped(sources, file, schemas, &Shape::Trial)
}

/// Parses a file of mocks.
pub(super) fn mocks(sources: &Sources, file: FileId, schemas: &Schemas) -> (Body, Diagnostics) {
    shaped(sources, file, schemas, &Shape::Mocks)
}

fn shaped<'s>(sources: &Sources, file: FileId, schemas: &'s Schemas, shape: &Shape<'s>) -> (Body, Diagnostics) {
    let Some(source) = sources.get(file) else { return (Body::default(), Diagnostics::none()) };
    let mut maker = Maker { text: &source.text, file, schemas: Some(schemas), out: Diagnostics::none() };
    let body = maker.root().map(|root| maker.body(&root, shape)).unwrap_or_default();
    (body, maker.out)
}

/// Parses a file of values for variables: names, their places and the expressions. Strings are text.
pub(super) fn values(sources: &Sources, file: FileId) -> (Vec<(Name, Span, Expr)>, Diagnostics) {
    let Some(source) = sources.get(file) else { return (Vec::new(), Diagnostics::none()) };
    let mut maker = Maker { text: &source.text, file, schemas: None, out: Diagnostics::none() };
    let root = maker.root().filter(|root| match root.kind {
        Kind::Object(_) => true,
        _ => {
            let detail = "A JSON object is required here, setting the values of variables by their names.";
            maker.fault(&root.range, "Incorrect JSON value type", detail);
            false
        }
    });
    let body = root.map(|root| maker.body(&root, &Shape::Values)).unwrap_or_default();
    let values = body.attributes.into_iter().map(|attribute| (attribute.name, attribute.name_span, attribute.expr));
    (values.collect(), maker.out)
}

impl Maker<'_> {
    fn root(&mut self) -> Option<Node> {
        match read::read(self.text) {
            Ok(root) if matches!(root.kind, Kind::Object(_) | Kind::Array(_)) => Some(root),
            Ok(root) => {
                let detail = "The root value in a JSON-based configuration must be either a JSON object or a JSON \
                              array of objects.";
                self.fault(&root.range, "Root value must be object", detail);
                None
            }
            Err(fault) => {
                self.fault(&fault.range, fault.summary, fault.detail);
                None
            }
        }
    }

    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.file, start: fit(range.start), end: fit(range.end) }
    }

    fn fault(&mut self, range: &std::ops::Range<usize>, summary: &str, detail: impl Into<String>) {
        if self.out.0.len() >= parse::ENOUGH {
            return;
        }
        let span = self.span(range);
        self.out.push(Diagnostic::error(summary, detail).at(span));
    }

    /// The text of the string at a place.
    fn string(&self, range: &std::ops::Range<usize>) -> String {
        read::decode(self.text, range).0
    }

    fn name(&self, range: &std::ops::Range<usize>) -> Name {
        normalise(&self.string(range))
    }
}

/// A text as a value.
fn text_value(text: &str) -> Value {
    Value::string(normalise(text))
}
