//! `acier providers`: which providers the modules of the configuration and the state need.
//!
//! **Never:** fetch one: all that there are, are built in. The form is that of `terraform providers`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::arguments::ProvidersArguments;
use crate::cli::branches::{Knee, knee};
use crate::cli::exit::Exit;
use crate::cli::kinds;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, open_project, open_state};
use crate::diag::{Diagnostic, Sources};
use crate::lang::tree::{Tree, UnitId};
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, arguments: &ProvidersArguments, screen: &Screen) -> Outcome<Exit> {
    if let Some(wrong) = refused(arguments) {
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    let project = open_project(folder, screen)?;
    let mut text = String::from("\nProviders required by configuration:\n.\n");
    branch(&project.tree, UnitId::ROOT, "", &mut text);
    let home = project.state(screen)?;
    if home.is_dir() {
        let (_, state) = open_state(&home, Access::Read, screen)?;
        let objects = state.objects.values().chain(state.deposed.values());
        let used: BTreeSet<&str> = objects.map(|object| source(&object.kind)).collect();
        text.push_str(if used.is_empty() { "\n" } else { "\nProviders required by state:\n\n" });
        for provider in used {
            text.push_str(&format!("    provider[{provider}]\n\n"));
        }
    } else {
        text.push('\n');
    }
    screen.text(&text);
    Ok(Exit::Done)
}

fn refused(arguments: &ProvidersArguments) -> Option<Diagnostic> {
    let word = arguments.rest.first()?;
    let (detail, hint) = match word.as_str() {
        "lock" | "mirror" => (
            "The providers are built into acier: there is nothing to fetch, to lock or to mirror.",
            "Leave the command out.",
        ),
        "schema" => {
            ("The kinds and what they contain are shown by a command of their own.", "Run \"acier schema -json\".")
        }
        _ => ("It takes no further words.", "Run \"acier providers\"."),
    };
    Some(Diagnostic::error(format!("acier providers {word} is not supported"), detail).hint(hint))
}

/// The lines of a module: its providers, then the modules that it calls.
fn branch(tree: &Tree, id: UnitId, indent: &str, text: &mut String) {
    let unit = tree.unit(id);
    let module = &unit.module;
    let mut needed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, requirement) in &module.requirements {
        let own =
            if &**name == "terraform" { TERRAFORM.to_owned() } else { format!("{REGISTRY}{}", requirement.source) };
        needed.entry(own).or_default().extend(requirement.constraint.iter().map(ToString::to_string));
    }
    let blocks = module.blocks.keys().map(|block| source(&block.kind));
    let configured = module
        .providers
        .iter()
        .map(|provider| if &*provider.name.provider == "terraform" { TERRAFORM } else { AZURERM });
    for used in blocks.chain(configured) {
        needed.entry(used.to_owned()).or_default();
    }
    let count = needed.len() + unit.children.len();
    let mut at = 0;
    let mut line = |name: String, text: &mut String| {
        at += 1;
        let Knee { before, below } = knee(at == count);
        text.push_str(&format!("{indent}{before}{name}\n"));
        format!("{indent}{below}")
    };
    for (provider, constraints) in needed {
        let constraints = if constraints.is_empty() { String::new() } else { format!(" {}", constraints.join(", ")) };
        line(format!("provider[{provider}]{constraints}"), text);
    }
    for (name, child) in &unit.children {
        let inner = line(format!("module.{name}"), text);
        branch(tree, *child, &inner, text);
    }
}

const TERRAFORM: &str = "terraform.io/builtin/terraform";
const REGISTRY: &str = "registry.terraform.io/";
const AZURERM: &str = "registry.terraform.io/hashicorp/azurerm";

/// Where the provider of a kind comes from.
fn source(kind: &str) -> &'static str {
    if kinds::is_builtin(kind) { TERRAFORM } else { AZURERM }
}
