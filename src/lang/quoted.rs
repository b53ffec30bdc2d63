//! References in quotes, as Terraform 0.11 wrote them: `depends_on = ["module.net"]`.
//!
//! **Never:** take one where Terraform 1.11 takes none: it does in `depends_on` and
//! `ignore_changes`, and where provider configurations are named, and warns. In: such an entry. Out: the
//! reference.

use crate::diag::Diagnostic;

use super::ast::{Expr, ExprKind};
use super::fixed;
use super::load::Loader;
use super::parse::{Origin, expression_within};

impl Loader<'_> {
    /// The reference that stands in quotes, with a warning; nothing for anything else.
    pub(super) fn unquoted(&mut self, expr: &Expr) -> Option<Expr> {
        let text = fixed::literal(expr)?;
        // With escapes or in a heredoc the text is not that of the source, and no reference.
        if self.sources.text(expr.span).is_none_or(|written| written != format!("\"{text}\"")) {
            return None;
        }
        let origin = Origin { runs: vec![(0, expr.span.start as usize + 1)] };
        let (found, wrong) = expression_within(text, expr.span.file, origin);
        if wrong.has_errors() || !matches!(found.kind, ExprKind::Reference(..)) {
            return None;
        }
        let detail = "In this context, references are expected literally rather than in quotes.\n\nTerraform 0.11 and earlier \
                      required quotes, but quoted references are now deprecated and will be removed in a future version of \
                      Terraform. Remove the quotes surrounding this reference to silence this warning.";
        self.out.push(Diagnostic::warning("Quoted references are deprecated", detail).at(expr.span).alike());
        Some(found)
    }
}
