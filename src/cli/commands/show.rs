//! `acier show`: the state, or a saved plan.
//!
//! **Never:** ask a cloud.
#![expect(clippy::disallowed_methods, reason = "reads the saved plan")]

use std::path::Path;

use crate::cli::arguments::ShowArguments;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, now, open_store};
use crate::cli::{outputs, show_json};
use crate::diag::{Diagnostic, Sources};
use crate::plan::{file, json, render};
use crate::state::State;
use crate::store::Access;

pub(in crate::cli) fn run(folder: &Path, arguments: &ShowArguments, screen: &Screen) -> Outcome<Exit> {
    let (store, state) = open_store(folder, Access::Read, screen)?;
    let schemas = crate::cli::kinds::schemas();
    let Some(path) = &arguments.plan else {
        if arguments.json {
            screen.line(&show_json::state(&state).to_string());
        } else {
            screen.text(&text(&state));
        }
        return Ok(Exit::Done);
    };
    let opened = std::fs::read(folder.join(path)).map_err(|error| error.to_string());
    match opened.and_then(|bytes| file::from_bytes(&bytes, store.key())) {
        Ok(saved) => {
            if arguments.json {
                screen.line(&json::plan(&saved.plan, &schemas, &state, &now()).to_string());
            } else {
                let mut sources = Sources::default();
                saved.sources.iter().for_each(|(name, text)| drop(sources.add(name.clone(), text.clone())));
                screen.text(&render::plan_of(&saved.plan, &schemas, &sources, screen.colour));
            }
            Ok(Exit::Done)
        }
        Err(reason) => {
            let detail = format!("{}: {reason}", path.display());
            fail(screen, &Diagnostic::error("The saved plan cannot be used", detail), &Sources::default())
        }
    }
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
        text.push_str("\nOutputs:\n\n");
        text.push_str(&outputs::list(state));
    }
    text
}
