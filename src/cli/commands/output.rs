//! `acier output`
//!
//! **Never:** evaluate: it shows what the last apply stored.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::OutputArguments;
use crate::cli::exit::Exit;
use crate::cli::outputs;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, open_store};
use crate::diag::suggest::did_you_mean;
use crate::diag::{Diagnostic, Sources};
use crate::plan::json::values::{Sight, ty};
use crate::plan::render;
use crate::state::Output;
use crate::store::Access;
use crate::value::{Content, Type, Value};

pub(in crate::cli) fn run(folder: &Path, arguments: &OutputArguments, screen: &Screen) -> Outcome<Exit> {
    let (_, state) = open_store(folder, Access::Read, screen)?;
    let Some(name) = &arguments.name else {
        if arguments.json {
            let all: serde_json::Map<String, serde_json::Value> = state
                .outputs
                .iter()
                .map(|(name, output)| {
                    let Output { value } = output;
                    let (ty, shown) = (ty(&value.ty()), Sight::Clear.value(value));
                    (name.to_string(), json!({ "sensitive": value.is_sensitive(), "type": ty, "value": shown }))
                })
                .collect();
            screen.line(&format!("{:#}", serde_json::Value::Object(all)));
        } else if state.outputs.is_empty() {
            screen.note("No outputs are stored: the configuration declares none, or was not applied yet.");
        } else {
            screen.text(&outputs::list(&state));
        }
        return Ok(Exit::Done);
    };
    let Some(Output { value }) = state.outputs.get(name.as_str()) else {
        let known: Vec<&str> = state.outputs.keys().map(|name| &**name).collect();
        let meant = did_you_mean(name, known.iter().copied());
        let held = if known.is_empty() {
            String::from(" It holds none yet.")
        } else {
            format!(" It holds: {}.", known.join(", "))
        };
        let detail = format!("The state holds no output {name:?}.{}", if meant.is_empty() { held } else { meant });
        let hint = "Outputs are stored by an apply: if this one was declared since, run acier apply.";
        return fail(
            screen,
            &Diagnostic::error(format!("Output {name:?} not found"), detail).hint(hint),
            &Sources::default(),
        );
    };
    if arguments.json {
        screen.line(&Sight::Clear.value(value).to_string());
    } else if arguments.raw {
        raw(name, value, screen)?;
    } else {
        screen.line(&render::value(&value.clone().unmark_deep().0));
    }
    Ok(Exit::Done)
}

fn raw(name: &str, value: &Value, screen: &Screen) -> Outcome<()> {
    let text = crate::value::convert::convert(value, &Type::String);
    match text.as_ref().map(Value::content) {
        Ok(Content::String(text)) => {
            screen.bytes(text.as_bytes());
            Ok(())
        }
        _ => {
            let detail = format!(
                "The value of \"{name}\" is {}. The -raw option only supports strings, numbers, and boolean values.",
                value.ty().friendly()
            );
            let diagnostic = Diagnostic::error("Unsupported value for raw output", detail).hint("Use -json instead.");
            fail(screen, &diagnostic, &Sources::default())
        }
    }
}
