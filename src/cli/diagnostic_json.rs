//! Diagnostics as JSON, in the form that Terraform's `validate -json` documents.
//!
//! **Never:** print. In: a diagnostic and the sources. Out: JSON; columns count grapheme clusters,
//! offsets count bytes. Document: Terraform, "Command: validate", JSON Output Format.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use unicode_segmentation::UnicodeSegmentation;

use crate::diag::source::Source;
use crate::diag::{Diagnostic, Diagnostics, FileId, Severity, Sources, Span};
use crate::lang::functions::signature::{Parameter, signatures};
use crate::lang::parse;

use crate::plan::json::values::ty;

/// Writes diagnostics; reads each file that they lie in once for the blocks around them.
pub(super) struct Form<'s> {
    sources: &'s Sources,
    blocks: RefCell<BTreeMap<FileId, Vec<Around>>>,
}

/// A block that stands in a file by itself.
struct Around {
    start: u32,
    end: u32,
    header: String,
}

/// A place for machines.
struct Place {
    line: usize,
    column: usize,
    byte: usize,
}

impl<'s> Form<'s> {
    pub(super) fn new(sources: &'s Sources) -> Form<'s> {
        Form { sources, blocks: RefCell::default() }
    }

    /// One diagnostic.
    pub(super) fn one(&self, diagnostic: &Diagnostic) -> Json {
        let mut json = json!({
            "severity": word(diagnostic.severity),
            "summary": diagnostic.summary,
            "detail": match &diagnostic.hint {
                Some(hint) => format!("{}\n\nWhat to do: {hint}", diagnostic.detail),
                None => diagnostic.detail.clone(),
            },
        });
        if let Some(address) = &diagnostic.address {
            json["address"] = address.as_str().into();
        }
        if let Some(span) = diagnostic.span
            && let Some(source) = self.sources.get(span.file)
        {
            let (start, end) = stretch(source, span);
            json["range"] = json!({
                "filename": &*source.name,
                "start": point(&place(source, start)),
                "end": point(&place(source, end)),
            });
            json["snippet"] = self.snippet(source, span, start, end);
            let seen = diagnostic.seen.iter().flatten();
            json["snippet"]["values"] =
                seen.map(|seen| json!({ "traversal": seen.name, "statement": seen.statement })).collect();
            if let Some(called) = diagnostic.calling.as_ref().and_then(|calling| function_call(&calling.name)) {
                json["snippet"]["function_call"] = called;
            }
        }
        json
    }

    fn snippet(&self, source: &Source, span: Span, start: usize, end: usize) -> Json {
        let (line, from) = source.line(start);
        // A stretch that ends with a line break does not reach into the line behind it.
        let last = if end > start && source.text[..end].ends_with('\n') { end - 1 } else { end };
        let shown = source.shown(start, last);
        let lines = shown.lines().map(|line| line.trim_end_matches('\r'));
        let code = lines.collect::<Vec<_>>().join("\n");
        let offset = |at: usize| (at - from).min(code.len());
        json!({
            "context": self.around(span),
            "code": code,
            "start_line": line,
            "highlight_start_offset": offset(start),
            "highlight_end_offset": offset(end),
            "values": [],
        })
    }

    /// The header of the block around a place; nothing in files that hold no blocks.
    fn around(&self, span: Span) -> Option<String> {
        let mut blocks = self.blocks.borrow_mut();
        let known = blocks.entry(span.file).or_insert_with(|| headers(self.sources, span.file));
        let at = known.partition_point(|block| block.start <= span.start);
        let block = known.get(at.checked_sub(1)?)?;
        (span.start < block.end).then(|| block.header.clone())
    }
}

/// All findings as one document: those of the configuration, and those of texts of their own.
pub(super) fn document(found: &[(Diagnostics, Sources)]) -> Json {
    let all = || found.iter().flat_map(|(diagnostics, _)| diagnostics.iter());
    let count = |severity| all().filter(|diagnostic| diagnostic.severity == severity).count();
    let of = |(diagnostics, sources): &(Diagnostics, Sources)| -> Vec<Json> {
        let form = Form::new(sources);
        diagnostics.clone().in_source_order().iter().map(|diagnostic| form.one(diagnostic)).collect()
    };
    json!({
        "format_version": "1.0",
        "valid": count(Severity::Error) == 0,
        "error_count": count(Severity::Error),
        "warning_count": count(Severity::Warning),
        "diagnostics": found.iter().flat_map(of).collect::<Vec<_>>(),
    })
}

/// The function that was called, by the name that it was called by.
fn function_call(called: &str) -> Option<Json> {
    let name = called.strip_prefix("core::").unwrap_or(called);
    let function = signatures().into_iter().find(|function| function.name == name)?;
    let parameter = |param: &Parameter| json!({ "name": param.name, "type": ty(&param.ty) });
    let mut signature = json!({ "name": function.name, "params": Json::Array(Vec::new()) });
    signature["params"] = function.params.iter().map(parameter).collect();
    if let Some(rest) = &function.rest {
        signature["variadic_param"] = parameter(rest);
    }
    signature["return_type"] = ty(&function.returns);
    Some(json!({ "called_as": called, "signature": signature }))
}

/// `error`, `warning`
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn headers(sources: &Sources, file: FileId) -> Vec<Around> {
    let has_blocks = |name: &str| [".tf", ".tftest.hcl", ".tfmock.hcl"].iter().any(|end| name.ends_with(end));
    let is_configuration = sources.get(file).is_some_and(|source| has_blocks(&source.name));
    if !is_configuration {
        return Vec::new();
    }
    let (body, _) = parse::file(sources, file);
    let around = |block: &crate::lang::ast::Block| {
        let labels: String = block.labels.iter().map(|label| format!(" {:?}", &*label.text)).collect();
        let end = block.body.end.map_or(block.header.end, |end| end.end);
        Around { start: block.header.start, end, header: format!("{}{labels}", block.name) }
    };
    let mut found: Vec<Around> = body.blocks.iter().map(around).collect();
    found.sort_by_key(|block| block.start);
    found
}

/// The bytes of a span, one at least where there is one.
fn stretch(source: &Source, span: Span) -> (usize, usize) {
    let text = &source.text;
    let inside = |offset: u32| text.floor_char_boundary(offset as usize);
    let (start, end) = (inside(span.start), inside(span.end));
    let one = text[start..].graphemes(true).next().map_or(0, str::len);
    (start, end.max(start + if end <= start { one } else { 0 }))
}

fn place(source: &Source, byte: usize) -> Place {
    let (line, start) = source.line(byte);
    Place { line, column: source.text[start..byte].graphemes(true).count() + 1, byte }
}

fn point(place: &Place) -> Json {
    json!({ "line": place.line, "column": place.column, "byte": place.byte })
}
