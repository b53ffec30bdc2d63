//! `acier validate`
//!
//! **Never:** ask a cloud, a terminal or the state.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::ValidateArguments;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::screen::Screen;
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::lang::inputs::Inputs;
use crate::lang::scope::Scope;

pub(in crate::cli) fn run(folder: &Path, arguments: &ValidateArguments, screen: &Screen) -> Exit {
    let schemas = std::rc::Rc::new(crate::resources::schemas());
    let (diagnostics, sources) = match Project::open(folder, schemas.clone()) {
        Ok(project) => {
            let mut scope =
                Scope::new(project.module.clone(), &Inputs::default(), schemas, project.host.clone(), false);
            let mut diagnostics = project.warnings;
            diagnostics.extend(scope.validate());
            (diagnostics, project.sources)
        }
        Err(broken) => (broken.diagnostics, broken.sources),
    };
    let valid = !diagnostics.has_errors();
    if arguments.json {
        screen.line(&format!("{:#}", document(&diagnostics, &sources, valid)));
    } else {
        screen.diagnostics(&diagnostics, &sources);
        if valid {
            screen.good("Success! The configuration is valid.");
        }
    }
    if valid { Exit::Done } else { Exit::Failed }
}

/// The form of `terraform validate -json`, format 1.0.
fn document(diagnostics: &Diagnostics, sources: &Sources, valid: bool) -> serde_json::Value {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    json!({
        "format_version": "1.0",
        "valid": valid,
        "error_count": count(Severity::Error),
        "warning_count": count(Severity::Warning),
        "diagnostics": diagnostics.iter().map(|diagnostic| one(diagnostic, sources)).collect::<Vec<_>>(),
    })
}

fn one(diagnostic: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let mut json = json!({
        "severity": if diagnostic.severity == Severity::Error { "error" } else { "warning" },
        "summary": diagnostic.summary,
        "detail": match &diagnostic.hint {
            Some(hint) => format!("{}\n\nWhat to do: {hint}", diagnostic.detail),
            None => diagnostic.detail.clone(),
        },
    });
    if let Some(span) = diagnostic.span
        && let (Some(source), Some(start), Some(end), Some(object)) = (
            sources.get(span.file),
            sources.position(span.file, span.start),
            sources.position(span.file, span.end),
            json.as_object_mut(),
        )
    {
        let code = source.text.lines().nth(start.line - 1).unwrap_or_default();
        object.insert(
            "range".into(),
            json!({
                "filename": &*source.name,
                "start": { "line": start.line, "column": start.column, "byte": span.start },
                "end": { "line": end.line, "column": end.column, "byte": span.end },
            }),
        );
        object.insert(
            "snippet".into(),
            json!({ "context": diagnostic.address, "code": code, "start_line": start.line,
                "highlight_start_offset": start.column - 1, "highlight_end_offset": end.column.saturating_sub(1),
                "values": [] }),
        );
    }
    json
}
