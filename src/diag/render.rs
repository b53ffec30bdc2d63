//! Diagnostics as text, in the frame that Terraform users know.
//!
//! **Never:** decide about colour by itself: the caller says. In: a diagnostic and the sources.
//! Out: text that ends in a line break. Lines are not wrapped, so that tools can search them.

use std::fmt::Write;

use super::fold::place;
use super::{Diagnostic, Severity, Sources, Span};

/// Renders one diagnostic. `colour` adds ANSI escapes.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    render_all(diagnostic, &[], sources, colour)
}

/// Renders one diagnostic and the places of others that say the same. `colour` adds ANSI escapes.
#[must_use]
pub fn render_all(diagnostic: &Diagnostic, others: &[&Diagnostic], sources: &Sources, colour: bool) -> String {
    let (word, paint) = (word(diagnostic.severity), paint(diagnostic.severity, colour));
    let bar = paint("│");
    let mut out = format!("{}\n", paint("╷"));
    let _ = writeln!(out, "{bar} {}{}", paint(&format!("{word}: ")), diagnostic.summary);
    let _ = writeln!(out, "{bar}");
    if let Some(span) = diagnostic.span {
        snippet(&mut out, &bar, diagnostic, span, sources);
    } else if let Some(address) = &diagnostic.address {
        let _ = writeln!(out, "{bar}   with {address}");
        let _ = writeln!(out, "{bar}");
    }
    for line in diagnostic.detail.lines() {
        let _ = writeln!(out, "{}", format!("{bar} {line}").trim_end());
    }
    if !others.is_empty() {
        let _ = writeln!(out, "{bar}");
        let _ = writeln!(
            out,
            "{bar} It is the same in {}:",
            match others.len() {
                1 => "one other place".to_owned(),
                more => format!("{more} other places"),
            }
        );
        for other in others {
            let _ = writeln!(out, "{bar}   on {}", place(other, sources));
        }
    }
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(out, "{bar}");
        let _ = writeln!(out, "{bar} What to do: {hint}");
    }
    let _ = writeln!(out, "{}", paint("╵"));
    out
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    }
}

/// How a text of this severity is painted, if there is colour.
fn paint(severity: Severity, colour: bool) -> impl Fn(&str) -> String {
    let code = if severity == Severity::Error { 31 } else { 33 };
    move |text| if colour { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Renders one diagnostic as one line: what it is and where. `colour` adds ANSI escapes.
#[must_use]
pub fn brief(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let word = paint(diagnostic.severity, colour)(&format!("{}:", word(diagnostic.severity)));
    let place = diagnostic.span.and_then(|span| {
        let (source, start) = (sources.get(span.file)?, sources.position(span.file, span.start)?);
        Some(format!(" (on {} line {})", source.name, start.line))
    });
    let about = || diagnostic.address.as_ref().map(|address| format!(" (with {address})"));
    format!("{word} {}{}\n", diagnostic.summary, place.or_else(about).unwrap_or_default())
}

fn snippet(out: &mut String, bar: &str, diagnostic: &Diagnostic, span: Span, sources: &Sources) {
    let (Some(source), Some(start)) = (sources.get(span.file), sources.position(span.file, span.start)) else {
        return;
    };
    let about = diagnostic.address.as_ref().map(|address| format!(", in {address}")).unwrap_or_default();
    let _ = writeln!(out, "{bar}   on {} line {}{about}:", source.name, start.line);
    let first = sources.text(span).and_then(|text| text.lines().next()).unwrap_or("");
    let at = span.start as usize;
    let (_, from) = source.line(at);
    // At the end of a file there is no line to show.
    if from < source.text.len() {
        let shown = source.shown(at, at + first.len());
        let shown = shown.trim_end();
        let _ = writeln!(out, "{bar} {:>4}: {shown}", start.line);
        let room = shown.chars().count().saturating_sub(start.column - 1).max(1);
        let wanted = first.trim_end().chars().count();
        let before = source.text.get(from..at).unwrap_or_default().chars();
        let lead: String = before.map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
        let _ = writeln!(out, "{bar}       {lead}{}", "^".repeat(wanted.clamp(1, room)));
    }
    let seen = diagnostic.seen.as_deref().unwrap_or_default();
    if !seen.is_empty() || diagnostic.calling.is_some() {
        let _ = writeln!(out, "{bar}     ├────────────────");
        if let Some(calling) = &diagnostic.calling {
            let _ = writeln!(out, "{bar}     │ while calling {}({})", calling.name, calling.parameters);
        }
        for seen in seen {
            let _ = writeln!(out, "{bar}     │ {} {}", seen.name, seen.statement);
        }
    }
    let _ = writeln!(out, "{bar}");
}
