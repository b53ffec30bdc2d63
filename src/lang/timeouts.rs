//! Time limits: `timeouts { create = "1h30m" }`.
//!
//! **Never:** read a clock. In: a kind's limits and what a block says. Out: limits in seconds.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::Timeouts;
use crate::value::Name;
use crate::value::Type;
use crate::value::convert::convert;

use super::ast::Expr;
use super::names::Reader;

/// The kind's limits with those of the block laid over them.
pub(super) fn decide(
    defaults: Timeouts,
    written: &BTreeMap<Name, Expr>,
    reader: &Reader<'_>,
    out: &mut Diagnostics,
) -> Timeouts {
    let mut timeouts = defaults;
    for (name, expr) in written {
        let invalid = |detail: String| Diagnostic::error("Invalid timeout", detail).at(expr.span);
        let value = match reader.value(expr) {
            Ok(value) => value,
            Err(wrong) => {
                out.extend(wrong);
                continue;
            }
        };
        let text = match convert(&value, &Type::String) {
            Ok(text) => text,
            Err(mismatch) => {
                out.push(invalid(format!("Inappropriate value for attribute {name:?}: {}.", mismatch.message)));
                continue;
            }
        };
        if text.is_null() {
            continue;
        }
        let Some(text) = text.as_str() else {
            // Whatever stands for all instances and values says nothing about one of them.
            if reader.names.general {
                continue;
            }
            let detail = format!("The time limit {name:?} depends on something that is only known after apply.");
            out.push(invalid(detail));
            continue;
        };
        let Some(seconds) = seconds(text) else {
            let shown = if value.is_sensitive() { "The value".to_owned() } else { format!("{text:?}") };
            let detail = format!("{shown} is not a duration; write numbers with units, such as \"90s\" or \"1h30m\".");
            out.push(invalid(detail));
            continue;
        };
        match &**name {
            "create" => timeouts.create = seconds,
            "read" => timeouts.read = seconds,
            "update" => timeouts.update = seconds,
            "delete" => timeouts.delete = seconds,
            _ => {}
        }
    }
    timeouts
}

/// Reads a duration as Go's `time.ParseDuration` does, in whole seconds, at least one.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += number * unit;
        rest = &rest[end..];
    }
    let whole = total.ceil().max(1.0);
    // Longer than a thousand years is as good as for ever, and fits into every clock.
    Some(whole.min(31_536_000_000.0) as u64)
}
