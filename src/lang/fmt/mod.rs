//! `acier fmt`: the same bytes that `terraform fmt` writes.
//!
//! **Never:** change what a text means, or format one that has a syntax error. It works on tokens
//! and not on the tree, because comments and blank lines belong to the result: `scan` cuts the
//! text into tokens, `rewrite` changes the few spellings that Terraform changes, `layout` decides
//! about every space. Source of the rules: Terraform 1.11, `terraform fmt`, asked case by case.

mod layout;
mod rewrite;
mod scan;

use crate::diag::{Diagnostics, FileId, Sources};

use super::parse;

/// The formatted text of a configuration or variable file.
///
/// # Errors
/// The syntax errors of a text that cannot be read.
pub fn format(sources: &Sources, file: FileId) -> Result<String, Diagnostics> {
    let (_, diagnostics) = parse::file(sources, file);
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let text = sources.get(file).map(|source| source.text.as_ref()).unwrap_or_default();
    let tokens = scan::tokens(text.strip_prefix('\u{feff}').unwrap_or(text));
    // Blanks between the last token and the end of the text belong to nobody, and Terraform keeps them.
    let in_comment = tokens.last().is_some_and(|last| last.kind == scan::Kind::Comment);
    let blanks = if in_comment { 0 } else { text.len() - text.trim_end_matches([' ', '\t']).len() };
    let mut laid = layout::print(&rewrite::rewrite(tokens));
    laid.extend(std::iter::repeat_n(' ', blanks));
    Ok(laid)
}

/// The layout of a text that the program wrote itself, which has no syntax error.
pub(super) fn lay_out(text: &str) -> String {
    layout::print(&scan::tokens(text))
}
