//! Reads the `plan_options` of a run.
//!
//! **Never:** plan. In: a block. Out: options, or findings.

use crate::addr::Target as Address;
use crate::diag::{Diagnostic, Diagnostics};

use super::super::arguments::{argument, expect};
use super::super::ast::{Attribute, Block, ExprKind};
use super::super::{address, fixed};
use super::Options;

/// Reads the block.
pub(super) fn read(block: &Block, out: &mut Diagnostics) -> Options {
    let body = &block.body;
    expect(body, &["mode", "refresh", "target", "replace"], &[], out);
    let mut options = Options::default();
    if let Some(mode) = argument(body, "mode") {
        match fixed::keyword(&mode.expr).map(|word| &**word) {
            Some("normal") => {}
            Some("refresh-only") => options.refresh_only = true,
            _ => {
                let detail = "The \"mode\" argument requires one of the following keywords without quotes: normal or \
                              refresh-only";
                let wrong = Diagnostic::error("Invalid \"mode\" keyword", detail).at(mode.expr.span);
                out.push(wrong.hint("What a file has made is destroyed at its end, so that no run needs to."));
            }
        }
    }
    if let Some(refresh) = argument(body, "refresh") {
        options.no_refresh = fixed::flag(refresh, out) == Some(false);
        if options.no_refresh && options.refresh_only {
            let detail = "The \"refresh\" option cannot be set to false when running a test in \"refresh-only\" mode.";
            let wrong = Diagnostic::error("Incompatible plan options", detail).at(refresh.name_span);
            out.push(wrong.hint("Remove one of the two."));
        }
    }
    options.targets = argument(body, "target").map(|list| addresses(list, out)).unwrap_or_default();
    options.replace = argument(body, "replace").map(|list| addresses(list, out)).unwrap_or_default();
    options
}

fn addresses(list: &Attribute, out: &mut Diagnostics) -> Vec<Address> {
    let ExprKind::Tuple(members) = &list.expr.kind else {
        out.push(Diagnostic::error("Invalid expression", "A static list expression is required.").at(list.expr.span));
        return Vec::new();
    };
    let mut found = Vec::new();
    for member in members {
        match address::read(member) {
            Ok(target) => found.push(target),
            Err(wrong) => out.extend(wrong),
        }
    }
    found
}
