//! Holds the shape of a body against a schema: which arguments and blocks stand where, how often.
//!
//! **Never:** look at values; `decode` does. In: a body and what it may contain.
//! Out: findings in Terraform's words. Counts of blocks are judged here only when no `dynamic` block
//! adds to them.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::schema::{Block as Schema, NestedBlock, Usage};
use crate::value::{Name, Type};

use super::arguments::{
    argument, expect, lacking, missing_argument, refuse_labels, unsupported_argument, unsupported_block,
};
use super::ast::{Block, Body};
use super::fixed;
use crate::diag::suggest::nearest;

/// What a block of a name holds.
enum Inner<'s> {
    Nested(&'s NestedBlock),
    /// An attribute written as blocks: the attributes of its objects.
    Members(Vec<&'s str>),
}

/// Checks `body`. `header` is where a missing argument is reported.
pub(super) fn check(body: &Body, schema: &Schema, header: Span, out: &mut Diagnostics) {
    let mut arguments = Vec::new();
    let mut blocks: Vec<&str> = schema.blocks.iter().map(|nested| &*nested.name).collect();
    for attribute in &schema.attributes {
        arguments.push(&*attribute.name);
        if attribute.as_blocks {
            blocks.push(&attribute.name);
        }
    }
    for attribute in &body.attributes {
        match schema.attribute(&attribute.name) {
            Some(known) if known.usage == Usage::Computed => {
                let detail = format!(
                    "Can't configure a value for {:?}: its value will be decided automatically based on the result of \
                     applying this configuration.",
                    known.name
                );
                let summary = "Value for unconfigurable attribute";
                out.push(Diagnostic::error(summary, detail).at(attribute.name_span));
            }
            Some(_) => {}
            None => {
                let wrong = unsupported_argument(attribute, &arguments, &blocks);
                out.push(advised(wrong, schema.retired(&attribute.name)));
            }
        }
    }
    for inner in &body.blocks {
        check_inner(inner, schema, &arguments, &blocks, out);
    }
    for attribute in &schema.attributes {
        let name = &*attribute.name;
        let written = argument(body, name).is_some();
        let as_blocks = attribute.as_blocks && count(body, name) != Some(0);
        if attribute.usage == Usage::Required && !written && !as_blocks {
            out.0.extend(lacking(body, name, &arguments, header));
        }
        if attribute.as_blocks && written && as_blocks {
            let detail = format!("The argument {name:?} is given both as an attribute and as blocks.");
            out.push(Diagnostic::error("Attribute redefined", detail).at(header));
        }
    }
    for nested in &schema.blocks {
        // What is written as an argument, or misspelt, is reported as that.
        let strays = body.blocks.iter().filter(|inner| !blocks.contains(&&*inner.name) && &*inner.name != "dynamic");
        let mut meant = strays.filter_map(|inner| nearest(&inner.name, blocks.iter().copied()));
        if argument(body, &nested.name).is_some() || meant.any(|meant| *meant == *nested.name) {
            continue;
        }
        if let Some(found) = count(body, &nested.name) {
            let last = body.blocks.iter().rfind(|inner| inner.name == nested.name).map_or(header, |inner| inner.header);
            out.0.extend(judge_count(nested, found, header, last));
        }
    }
}

/// The finding with better advice, if there is some.
fn advised(wrong: Diagnostic, better: Option<&'static str>) -> Diagnostic {
    match better {
        Some(advice) => {
            // What is known is no guess.
            let detail = wrong.detail.split(" Did you mean").next().unwrap_or_default().to_owned();
            Diagnostic { detail, ..wrong }.hint(advice)
        }
        None => wrong,
    }
}

/// What is said about the number of nested blocks, if it is wrong.
pub(super) fn judge_count(nested: &NestedBlock, found: usize, header: Span, last: Span) -> Option<Diagnostic> {
    let name = &nested.name;
    if found < nested.min {
        let detail = format!("At least {} {name:?} blocks are required.", nested.min);
        return Some(Diagnostic::error(format!("Insufficient {name} blocks"), detail).at(header));
    }
    if nested.max > 0 && found > nested.max {
        let detail = format!("No more than {} {name:?} blocks are allowed", nested.max);
        return Some(Diagnostic::error(format!("Too many {name} blocks"), format!("{detail}.")).at(last));
    }
    None
}

/// How many blocks of a name there are; nothing when `dynamic` blocks add to them.
fn count(body: &Body, name: &str) -> Option<usize> {
    let any_dynamic = body.blocks.iter().any(|block| block.makes(name));
    (!any_dynamic).then(|| body.blocks.iter().filter(|block| &*block.name == name).count())
}

fn find<'s>(schema: &'s Schema, name: &str) -> Option<Inner<'s>> {
    if let Some(nested) = schema.nested(name) {
        return Some(Inner::Nested(nested));
    }
    let attribute = schema.attribute(name).filter(|attribute| attribute.as_blocks)?;
    let (Type::Set(element) | Type::List(element)) = &attribute.ty else { return None };
    let Type::Object(members) = &**element else { return None };
    Some(Inner::Members(members.keys().map(|name| &**name).collect()))
}

fn check_inner(block: &Block, schema: &Schema, arguments: &[&str], blocks: &[&str], out: &mut Diagnostics) {
    if &*block.name == "dynamic" {
        return check_dynamic(block, schema, arguments, blocks, out);
    }
    match find(schema, &block.name) {
        Some(inner) => {
            refuse_labels(block, out);
            check_content(&block.body, &inner, block.header, out);
        }
        None => out.push(advised(unsupported_block(block, arguments, blocks), schema.retired(&block.name))),
    }
}

fn check_content(body: &Body, inner: &Inner<'_>, header: Span, out: &mut Diagnostics) {
    match inner {
        Inner::Nested(nested) => check(body, &nested.block, header, out),
        Inner::Members(names) => expect(body, names, &[], out),
    }
}

fn check_dynamic(block: &Block, schema: &Schema, arguments: &[&str], blocks: &[&str], out: &mut Diagnostics) {
    let [label] = block.labels.as_slice() else {
        let detail = "All dynamic blocks must have 1 label (type).";
        out.push(Diagnostic::error("Missing type for dynamic", detail).at(block.header));
        return;
    };
    let Some(inner) = find(schema, &label.text) else {
        let named = Block { name: label.text.clone(), header: label.span, ..block.clone() };
        out.push(advised(unsupported_block(&named, arguments, blocks), schema.retired(&label.text)));
        return;
    };
    let body = &block.body;
    expect(body, &["for_each", "iterator", "labels"], &["content"], out);
    if argument(body, "for_each").is_none() {
        out.push(missing_argument("for_each", block.header));
    }
    if let Some(iterator) = argument(body, "iterator")
        && fixed::keyword(&iterator.expr).is_none()
    {
        let detail = "Dynamic iterator must be a single variable name.";
        out.push(Diagnostic::error("Invalid expression", detail).at(iterator.expr.span));
    }
    if let Some(labels) = argument(body, "labels") {
        let detail = format!("Blocks of type {:?} take no labels.", label.text);
        let wrong = Diagnostic::error("Extraneous dynamic block label", detail).at(labels.name_span);
        out.push(wrong.hint("Remove the argument \"labels\"."));
    }
    let mut contents = body.blocks.iter().filter(|inner| &*inner.name == "content");
    match contents.next() {
        None => {
            let detail = "A dynamic block must have a nested block of type \"content\" to describe the body of each \
                          generated block.";
            out.push(Diagnostic::error("Missing dynamic content block", detail).at(block.header));
        }
        Some(content) => {
            refuse_labels(content, out);
            check_content(&content.body, &inner, content.header, out);
        }
    }
    for extra in contents {
        let detail = "Only one nested content block is allowed for each dynamic block.";
        out.push(Diagnostic::error("Extraneous dynamic content block", detail).at(extra.header));
    }
}

/// The name under which a `dynamic` block's content sees the element it stands for.
pub(super) fn iterator(block: &Block) -> Option<Name> {
    let named = argument(&block.body, "iterator").and_then(|attribute| fixed::keyword(&attribute.expr));
    named.or_else(|| block.labels.first().map(|label| &label.text)).cloned()
}
