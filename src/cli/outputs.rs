//! Output values for people.
//!
//! **Never:** show a sensitive value: whoever needs one asks for it by name.

use crate::plan::render;
use crate::state::State;

use super::screen::Screen;

/// Prints the section that ends an apply.
pub(super) fn print(screen: &Screen, state: &State) {
    if state.outputs.is_empty() {
        return;
    }
    screen.bold("\nOutputs:\n");
    screen.text(&list(state));
}

/// One `name = value` for each output.
pub(super) fn list(state: &State) -> String {
    let mut text = String::new();
    for (name, output) in &state.outputs {
        let shown = if output.value.is_sensitive() { "<sensitive>".to_owned() } else { render::value(&output.value) };
        text.push_str(&format!("{name} = {shown}\n"));
    }
    text
}
