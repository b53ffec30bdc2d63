//! `acier show`: the state, or a saved plan.
//!
//! **Never:** ask a cloud.
#![expect(clippy::disallowed_methods, reason = "reads the saved plan")]

use std::path::Path;
use std::rc::Rc;

use crate::cli::arguments::ShowArguments;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, open_state, open_store};
use crate::diag::{Diagnostic, Sources};
use crate::plan::file::SavedPlan;
use crate::plan::json::values::Sight;
use crate::plan::{file, json, render};
use crate::state::State;
use crate::store::Access;
use crate::store::workspace::{exists, folder as workspace_folder};

pub(in crate::cli) fn run(folder: &Path, arguments: &ShowArguments, screen: &Screen) -> Outcome<Exit> {
    // A saved plan is shown with the state of the workspace that it was made for.
    let opened =
        arguments.plan.as_ref().map(|path| std::fs::read(folder.join(path)).map_err(|error| error.to_string()));
    let own = opened.as_ref().and_then(|opened| file::workspace_of(opened.as_ref().ok()?));
    let (store, state) = match own.filter(|own| exists(folder, own)) {
        Some(own) => open_state(&workspace_folder(folder, own), Access::Read, screen)?,
        None => open_store(folder, Access::Read, screen)?,
    };
    let schemas = crate::cli::kinds::schemas();
    let sight = if arguments.show_sensitive { Sight::Clear } else { Sight::Hidden };
    let (Some(path), Some(opened)) = (&arguments.plan, opened) else {
        if arguments.json {
            screen.line(&json::state::state(&state, sight).to_string());
        } else {
            screen.text(&text(&state));
        }
        return Ok(Exit::Done);
    };
    match opened.and_then(|bytes| file::from_bytes(&bytes, store.key())) {
        Ok(saved) => {
            if arguments.json {
                screen.line(&document(folder, &saved, &state, sight));
            } else {
                screen.text(&render::plan_of(&saved.plan, &schemas, &sources(&saved), screen.colour));
            }
            Ok(Exit::Done)
        }
        Err(reason) => {
            let detail = format!("{}: {reason}", path.display());
            fail(screen, &Diagnostic::error("The saved plan cannot be used", detail), &Sources::default())
        }
    }
}

/// The texts that the plan was made from.
fn sources(saved: &SavedPlan) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in &saved.sources {
        sources.add(name.clone(), text.clone());
    }
    sources
}

/// The saved plan as JSON, with the configuration that it was made from.
fn document(folder: &Path, saved: &SavedPlan, state: &State, sight: Sight) -> String {
    let project = Project::from_sources(folder, sources(saved), Rc::new(crate::cli::kinds::schemas())).ok();
    let schemas = crate::cli::kinds::schemas();
    let tree = project.as_ref().map(|project| &*project.tree);
    let setting = json::Setting { schemas: &schemas, state, tree, sight };
    json::plan(&saved.plan, &setting).to_string()
}

fn text(state: &State) -> String {
    if state.objects.is_empty() && state.outputs.is_empty() {
        return "The state is empty. Nothing was made, or everything was destroyed.\n".into();
    }
    let mut text = String::new();
    for (addr, object) in &state.objects {
        text.push_str(&render::object(addr, &object.value, object.tainted));
        text.push('\n');
    }
    if !state.outputs.is_empty() {
        // Terraform keeps two lines free, whether objects stand above or not.
        text.push_str(if state.objects.is_empty() { "\n\nOutputs:\n\n" } else { "\nOutputs:\n\n" });
        text.push_str(&render::outputs(state.outputs.iter().map(|(name, output)| (name, &output.value))));
    }
    text
}
