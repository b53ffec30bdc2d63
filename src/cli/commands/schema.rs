//! `acier schema`
//!
//! **Never:** touch the folder, the state or a cloud: all of it is in the program.

use crate::cli::arguments::SchemaArguments;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::{schema_builtin, schema_json, schema_page};
use crate::diag::{Diagnostic, Sources};
use crate::resources::kinds;

pub(in crate::cli) fn run(arguments: &SchemaArguments, screen: &Screen) -> Exit {
    let only = arguments.kind.as_deref();
    let mut names: Vec<&str> = kinds::MANAGED.iter().chain(kinds::DATA).map(|kind| kind.name).collect();
    names.push(kinds::PROVIDER.name);
    let builtin = schema_builtin::names();
    names.extend(builtin.iter().map(String::as_str));
    if let Some(unknown) = only.filter(|only| !names.contains(only)) {
        names.sort_unstable();
        names.dedup();
        let detail = format!("There is no kind \"{unknown}\". The kinds are {}.", names.join(", "));
        screen.diagnostic(&Diagnostic::error("Unknown kind", detail), &Sources::default());
        return Exit::Usage;
    }
    if arguments.json {
        let mut document = schema_json::document(only);
        schema_builtin::add(&mut document, only);
        screen.line(&format!("{document:#}"));
    } else {
        let pages = [schema_page::pages(only), schema_builtin::pages(only)];
        let pages: Vec<&str> = pages.iter().map(String::as_str).filter(|page| !page.is_empty()).collect();
        screen.text(&pages.join("\n"));
    }
    Exit::Done
}
