//! `acier show`: the state, or a saved plan.
//!
//! **Never:** ask a cloud.

use std::path::Path;
use std::rc::Rc;

use crate::cli::arguments::ShowArguments;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, open_store};
use crate::cli::{kinds, saved};
use crate::plan::file::SavedPlan;
use crate::plan::json::values::Sight;
use crate::plan::{json, render};
use crate::state::State;
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, arguments: &ShowArguments, screen: &Screen) -> Outcome<Exit> {
    let sight = if arguments.show_sensitive { Sight::Clear } else { Sight::Hidden };
    match &arguments.plan {
        Some(path) => {
            let (saved, state) = saved::open(folder, path, screen)?;
            if arguments.json {
                screen.line(&document(folder, &saved, &state, sight));
            } else {
                let (schemas, sources) = (kinds::schemas(), saved::sources(&saved));
                screen.text(&render::plan_of(&saved.plan, &schemas, &sources, screen.colour));
            }
        }
        None => {
            let (_, state) = open_store(folder, Access::Read, screen)?;
            if arguments.json {
                screen.line(&json::state::state(&state, sight).to_string());
            } else {
                screen.text(&text(&state));
            }
        }
    }
    Ok(Exit::Done)
}

/// The saved plan as JSON, with the configuration that it was made from.
fn document(folder: &Path, saved: &SavedPlan, state: &State, sight: Sight) -> String {
    let schemas = Rc::new(kinds::schemas());
    let project = Project::from_sources(folder, saved::sources(saved), schemas.clone()).ok();
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
