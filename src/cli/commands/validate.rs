//! `acier validate`: the configuration and its files of tests.
//!
//! **Never:** ask a cloud, a terminal or the state, or run a test.

use std::path::Path;

use crate::cli::arguments::ValidateArguments;
use crate::cli::diagnostic_json::document;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::screen::Screen;
use crate::cli::trial::{Bench, Performance, find};
use crate::diag::{Diagnostics, Sources};
use crate::lang::inputs::Inputs;

/// Findings, and the texts that they are about.
type Found = (Diagnostics, Sources);

pub(in crate::cli) fn run(folder: &Path, arguments: &ValidateArguments, screen: &Screen) -> Exit {
    let mut found = vec![configuration(folder)];
    let is_valid = |found: &[Found]| !found.iter().any(|(diagnostics, _)| diagnostics.has_errors());
    if is_valid(&found) && !arguments.no_tests {
        found.extend(tests(folder, &arguments.test_directory));
    }
    if arguments.json {
        screen.line(&format!("{:#}", document(&found)));
    } else {
        found.iter().for_each(|(diagnostics, sources)| screen.diagnostics(diagnostics, sources));
        if is_valid(&found) {
            screen.good("Success! The configuration is valid.");
        }
    }
    if is_valid(&found) { Exit::Done } else { Exit::Failed }
}

fn configuration(folder: &Path) -> Found {
    let schemas = std::rc::Rc::new(crate::cli::kinds::schemas());
    match Project::open(folder, schemas) {
        Ok(project) => {
            let mut scope = project.scope(&Inputs::default(), false);
            let mut diagnostics = project.warnings;
            diagnostics.extend(scope.validate());
            (diagnostics, project.sources)
        }
        Err(broken) => (broken.diagnostics, broken.sources),
    }
}

/// What is wrong with the files of tests. Values of variables play no part in it.
fn tests(folder: &Path, within: &Path) -> Vec<Found> {
    let mut warnings = Diagnostics::none();
    let files = match find::files(folder, within, &[], &mut warnings) {
        Ok(files) => files,
        Err(wrong) => return vec![(wrong.into(), Sources::default())],
    };
    let bench = Bench { folder, vars: &[], verbose: false };
    let wrong = files.iter().filter_map(|file| Performance::begin(&bench, file).err());
    std::iter::once((warnings, Sources::default())).chain(wrong).collect()
}
