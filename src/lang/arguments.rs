//! Reads the arguments of the language's own blocks: `variable`, `output`, `lifecycle`, ...
//!
//! **Never:** know a kind's schema; `structure` checks bodies against schemas.
//! In: a body and the names it may hold. Out: findings in Terraform's words.

use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::value::Name;

use super::ast::{Attribute, Block, Body, Label};
use crate::diag::suggest::{did_you_mean, nearest};

/// The argument of a name.
pub(super) fn argument<'b>(body: &'b Body, name: &str) -> Option<&'b Attribute> {
    body.attributes.iter().find(|attribute| &*attribute.name == name)
}

/// Reports every argument and block but the named ones, and arguments given twice.
pub(super) fn expect(body: &Body, arguments: &[&str], blocks: &[&str], out: &mut Diagnostics) {
    for attribute in &body.attributes {
        if !arguments.contains(&&*attribute.name) {
            out.push(unsupported_argument(attribute, arguments, blocks));
        }
    }
    for block in &body.blocks {
        if !blocks.contains(&&*block.name) {
            out.push(unsupported_block(block, arguments, blocks));
        }
    }
}

/// Reports that an argument has no place here.
pub(super) fn unsupported_argument(attribute: &Attribute, arguments: &[&str], blocks: &[&str]) -> Diagnostic {
    let name = &attribute.name;
    let advice = if blocks.contains(&&**name) {
        format!(" Did you mean to define a block of type {name:?}?")
    } else {
        did_you_mean(name, arguments.iter().copied())
    };
    Diagnostic::error("Unsupported argument", format!("An argument named {name:?} is not expected here.{advice}"))
        .at(attribute.name_span)
        .hint(if blocks.contains(&&**name) {
            format!("Write it as a block, without the equals sign: {name} {{ ... }}.")
        } else {
            known("arguments", name, arguments)
        })
}

/// Reports that a block has no place here.
pub(super) fn unsupported_block(block: &Block, arguments: &[&str], blocks: &[&str]) -> Diagnostic {
    let name = &block.name;
    let advice = if arguments.contains(&&**name) {
        format!(" Did you mean to define argument {name:?}? If so, use the equals sign to assign it a value.")
    } else {
        nearest(name, blocks.iter().copied()).map(|near| format!(" Did you mean {near:?}?")).unwrap_or_default()
    };
    Diagnostic::error("Unsupported block type", format!("Blocks of type {name:?} are not expected here.{advice}"))
        .at(block.header)
        .hint(if arguments.contains(&&**name) {
            format!("Write it with an equals sign: {name} = ...")
        } else {
            known("blocks", name, blocks)
        })
}

/// Reports a block where only values can stand.
pub(super) fn unexpected_block(block: &Block) -> Diagnostic {
    Diagnostic::error(format!("Unexpected {:?} block", block.name), "Blocks are not allowed here.").at(block.header)
}

/// More names than these are not listed beside a guess.
const MANY: usize = 8;

/// The summary of a finding about an argument that must be given.
pub(super) const MISSING_ARGUMENT: &str = "Missing required argument";

/// Reports that an argument must be given. `header` is the block that lacks it.
pub(super) fn missing_argument(name: &str, header: Span) -> Diagnostic {
    Diagnostic::error(MISSING_ARGUMENT, format!("The argument {name:?} is required, but no definition was found."))
        .at(header)
        .hint(format!("Add it to this block: {name} = ..."))
}

/// Reports that an argument must be given, unless another one of the block is that one misspelt: that is
/// reported already. `known` are the arguments that may stand there.
pub(super) fn lacking(body: &Body, name: &str, known: &[&str], header: Span) -> Option<Diagnostic> {
    let strays = body.attributes.iter().filter(|attribute| !known.contains(&&*attribute.name));
    let mut meant = strays.filter_map(|attribute| nearest(&attribute.name, known.iter().copied()));
    let as_block = body.blocks.iter().any(|block| *block.name == *name);
    (!as_block && !meant.any(|meant| meant == name)).then(|| missing_argument(name, header))
}

/// Advice that names what may stand in a place, as far as the name that stands there is no help.
fn known(what: &str, given: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return format!("Remove it; no {what} may stand here.");
    }
    // Of many names, only the one that is meant is worth reading.
    if names.len() > MANY && nearest(given, names.iter().copied()).is_some() {
        return "Correct the name, or remove it.".into();
    }
    let mut names = names.to_vec();
    names.sort_unstable();
    format!("Remove it, or use one of the {what} that may stand here: {}.", names.join(", "))
}

/// The only block of a name; others of that name are reported.
pub(super) fn only_block<'b>(
    body: &'b Body,
    name: &str,
    sources: &Sources,
    out: &mut Diagnostics,
) -> Option<&'b Block> {
    let mut found = body.blocks.iter().filter(|block| &*block.name == name);
    let first = found.next()?;
    for other in found {
        let at = place(sources, first.header);
        out.push(
            Diagnostic::error(
                format!("Duplicate {name} block"),
                format!("Only one {name} block is allowed here; another was already defined at {at}."),
            )
            .at(other.header),
        );
    }
    Some(first)
}

/// The labels of a block, if they are as many as `wanted` names.
pub(super) fn labels<'b>(block: &'b Block, wanted: &[&str], out: &mut Diagnostics) -> Option<&'b [Label]> {
    let kind = &block.name;
    if block.labels.len() < wanted.len() {
        let missing = wanted[block.labels.len()];
        let detail = match wanted {
            [only] => format!("All {kind} blocks must have 1 label ({only})."),
            _ => format!("All {kind} blocks must have {} labels ({}).", wanted.len(), wanted.join(", ")),
        };
        out.push(Diagnostic::error(format!("Missing {missing} for {kind}"), detail).at(block.header));
        return None;
    }
    if let Some(extra) = block.labels.get(wanted.len()) {
        out.push(extraneous_label(kind, wanted, extra.span));
        return None;
    }
    for label in &block.labels {
        if !is_name(&label.text) {
            let detail = "A name must start with a letter or underscore and may contain only letters, digits, \
                          underscores, and dashes.";
            out.push(Diagnostic::error(format!("Invalid {kind} name"), detail).at(label.span));
            return None;
        }
    }
    Some(&block.labels)
}

fn extraneous_label(kind: &str, wanted: &[&str], span: Span) -> Diagnostic {
    let detail = match wanted {
        [] => format!("No labels are expected for {kind} blocks."),
        [only] => format!("Only 1 label ({only}) is expected for {kind} blocks."),
        _ => format!("Only {} labels ({}) are expected for {kind} blocks.", wanted.len(), wanted.join(", ")),
    };
    Diagnostic::error(format!("Extraneous label for {kind}"), detail).at(span)
}

/// Reports labels on a block that takes none.
pub(super) fn refuse_labels(block: &Block, out: &mut Diagnostics) {
    if let Some(extra) = block.labels.first() {
        out.push(extraneous_label(&block.name, &[], extra.span));
    }
}

/// Whether a text is a name of the language.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || next == '_' || next == '-')
}

/// A place as Terraform writes it inside sentences: `main.tf:3,1-12`.
pub(super) fn place(sources: &Sources, span: Span) -> String {
    let (Some(source), Some(start), Some(end)) =
        (sources.get(span.file), sources.position(span.file, span.start), sources.position(span.file, span.end))
    else {
        return "another place".into();
    };
    let name = &source.name;
    if start.line == end.line {
        format!("{name}:{},{}-{}", start.line, start.column, end.column)
    } else {
        format!("{name}:{},{}-{},{}", start.line, start.column, end.line, end.column)
    }
}

/// What a construct that the language has and acier does not is reported as.
pub(super) fn unsupported_yet(what: &str, detail: &str, hint: &str, span: Span) -> Diagnostic {
    Diagnostic::error(format!("{what} is not supported yet"), detail).at(span).hint(hint)
}

/// Keeps the names of what was declared, to report a second declaration.
pub(super) type Declared = std::collections::BTreeMap<(&'static str, Name), Span>;
