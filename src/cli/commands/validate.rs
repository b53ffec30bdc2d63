//! `acier validate`
//!
//! **Never:** ask a cloud, a terminal or the state.

use std::path::Path;

use crate::cli::arguments::ValidateArguments;
use crate::cli::diagnostic_json::Form;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::screen::Screen;
use crate::lang::inputs::Inputs;

pub(in crate::cli) fn run(folder: &Path, arguments: &ValidateArguments, screen: &Screen) -> Exit {
    let schemas = std::rc::Rc::new(crate::cli::kinds::schemas());
    let (diagnostics, sources) = match Project::open(folder, schemas) {
        Ok(project) => {
            let mut scope = project.scope(&Inputs::default(), false);
            let mut diagnostics = project.warnings;
            diagnostics.extend(scope.validate());
            (diagnostics, project.sources)
        }
        Err(broken) => (broken.diagnostics, broken.sources),
    };
    let valid = !diagnostics.has_errors();
    if arguments.json {
        screen.line(&format!("{:#}", Form::new(&sources).document(&diagnostics)));
    } else {
        screen.diagnostics(&diagnostics, &sources);
        if valid {
            screen.good("Success! The configuration is valid.");
        }
    }
    if valid { Exit::Done } else { Exit::Failed }
}
