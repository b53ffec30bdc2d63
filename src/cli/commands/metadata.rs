//! `acier metadata`
//!
//! **Never:** touch the folder: all of it is in the program.

use serde_json::{Map, Value as Json, json};

use crate::cli::arguments::MetadataCommand;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::type_page;
use crate::lang::functions::signature::{Parameter, Signature, signatures};
use crate::plan::json::values::ty;

pub(in crate::cli) fn run(command: &MetadataCommand, screen: &Screen) -> Exit {
    let MetadataCommand::Functions { json } = command;
    if *json {
        screen.line(&document().to_string());
    } else {
        screen.text(&page());
    }
    Exit::Done
}

/// The form of `terraform metadata functions -json`, format 1.0. Functions of providers are no part
/// of it, and each other one stands there under a second name with its namespace.
fn document() -> Json {
    let language: Vec<Signature> = signatures().into_iter().filter(|function| !function.name.contains("::")).collect();
    let mut functions: Map<String, Json> =
        language.iter().map(|function| (function.name.to_owned(), one(function))).collect();
    functions.extend(language.iter().map(|function| (format!("core::{}", function.name), one(function))));
    functions.sort_keys();
    json!({ "format_version": "1.0", "function_signatures": functions })
}

fn one(function: &Signature) -> Json {
    let mut form = json!({ "description": function.doc, "return_type": ty(&function.returns) });
    if !function.params.is_empty() {
        form["parameters"] = function.params.iter().map(parameter).collect();
    }
    if let Some(rest) = &function.rest {
        form["variadic_parameter"] = parameter(rest);
    }
    form
}

fn parameter(param: &Parameter) -> Json {
    let mut form = json!({ "name": param.name });
    if param.nullable {
        form["is_nullable"] = true.into();
    }
    form["type"] = ty(&param.ty);
    form
}

fn page() -> String {
    let mut text = String::new();
    for function in signatures() {
        let added = if function.added { " (from OpenTofu; Terraform does not have it)" } else { "" };
        text.push_str(&format!("{}\n    {}{added}\n", type_page::call(&function), function.doc));
    }
    text
}
