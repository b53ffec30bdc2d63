//! `acier modules`: which modules the configuration calls, and where they come from.
//!
//! **Never:** fetch one. The forms are those of `terraform modules`.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::addr::source::hide_password;
use crate::cli::arguments::ModulesArguments;
use crate::cli::branches::{Knee, knee};
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, open_project};
use crate::lang::tree::{Tree, UnitId};

pub(in crate::cli) fn run(folder: &Path, arguments: &ModulesArguments, screen: &Screen) -> Outcome<Exit> {
    let project = open_project(folder, screen)?;
    let tree = &project.tree;
    if arguments.json {
        let mut modules = Vec::new();
        list(tree, UnitId::ROOT, &mut modules);
        // Terraform writes null where there are none.
        let modules = if modules.is_empty() { Json::Null } else { Json::Array(modules) };
        screen.line(&json!({ "format_version": "1.0", "modules": modules }).to_string());
        return Ok(Exit::Done);
    }
    if tree.unit(UnitId::ROOT).children.is_empty() {
        screen.line("No modules found in configuration.");
        return Ok(Exit::Done);
    }
    let mut text = String::from("\nModules declared by configuration:\n.\n");
    branch(tree, UnitId::ROOT, "", &mut text);
    text.push('\n');
    screen.text(&text);
    Ok(Exit::Done)
}

/// All calls, each module's before those of the next, as Terraform lists them.
fn list(tree: &Tree, id: UnitId, modules: &mut Vec<Json>) {
    for (name, child) in &tree.unit(id).children {
        let called = tree.unit(id).module.calls.get(name);
        let source = called.map(|call| hide_password(&call.source)).unwrap_or_default();
        let version = called.and_then(|call| call.version.as_deref()).unwrap_or_default();
        modules.push(json!({ "key": &**name, "source": source, "version": version }));
        list(tree, *child, modules);
    }
}

/// The lines of the calls of a module, each with what it calls in turn.
fn branch(tree: &Tree, id: UnitId, indent: &str, text: &mut String) {
    let unit = tree.unit(id);
    for (at, (name, child)) in unit.children.iter().enumerate() {
        let source = unit.module.calls.get(name).map(|call| hide_password(&call.source)).unwrap_or_default();
        let Knee { before, below } = knee(at + 1 == unit.children.len());
        text.push_str(&format!("{indent}{before}{:?}[{source}]\n", &**name));
        branch(tree, *child, &format!("{indent}{below}"), text);
    }
}
