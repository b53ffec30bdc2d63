//! `acier graph`: what needs what, as a picture.
//!
//! **Never:** ask a cloud, or need Graphviz. Without a type it shows the resources alone, in the form
//! of `terraform graph`; `-type=plan` shows all that is declared, `-plan` the objects of a saved
//! plan, and with `-type=apply` its steps.

use std::path::Path;

use crate::cli::arguments::{GraphArguments, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::picture::{Picture, deeds, dot, mermaid, outline, svg};
use crate::cli::saved;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, open_project};
use crate::diag::{Diagnostic, Sources};
use crate::plan::Plan;

pub(in crate::cli) fn run(folder: &Path, arguments: &GraphArguments, screen: &Screen) -> Outcome<Exit> {
    let picture = picture(folder, arguments, screen)?;
    screen.text(&match arguments.format {
        GraphFormat::Dot => dot::write(&picture),
        GraphFormat::Mermaid => mermaid::write(&picture),
        GraphFormat::Svg => svg::write(&picture),
    });
    Ok(Exit::Done)
}

fn picture(folder: &Path, arguments: &GraphArguments, screen: &Screen) -> Outcome<Picture> {
    let refuse = |summary: &str, detail: &str, hint: &str| {
        screen.diagnostic(&Diagnostic::error(summary, detail).hint(hint), &Sources::default());
        Exit::Usage
    };
    if arguments.draw_cycles {
        let detail = "acier names the blocks of a cycle in an error, and makes no graph of it.";
        return Err(refuse("-draw-cycles is not supported", detail, "Run \"acier validate\"."));
    }
    match (arguments.kind.as_deref(), &arguments.plan) {
        (None, Some(path)) => planned(folder, path, deeds::objects, screen),
        (Some("apply"), Some(path)) => planned(folder, path, deeds::steps, screen),
        (Some("plan"), Some(_)) => {
            let detail = "-plan shows the steps of a saved plan, and -type=plan the configuration.";
            Err(refuse("Options contradict each other", detail, "Remove one of the two."))
        }
        (None, None) => Ok(outline::resources(&open_project(folder, screen)?.tree)),
        (Some("plan"), None) => Ok(outline::everything(&open_project(folder, screen)?.tree)),
        (Some("apply" | "plan-destroy" | "plan-refresh-only"), _) => {
            let detail = "What an apply does is known when it is planned.";
            let hint = "Save a plan with \"acier plan -out=FILE\" (with -destroy, or -refresh-only), and show it with \
                        \"acier graph -plan=FILE\".";
            Err(refuse("A saved plan is needed", detail, hint))
        }
        (Some(kind), _) => {
            let detail = format!("The graph type {kind:?} does not exist.");
            Err(refuse("Invalid graph type", &detail, "Use -type=plan, or -plan=FILE for the steps of a saved plan."))
        }
    }
}

fn planned(folder: &Path, path: &Path, draw: fn(&Plan) -> Picture, screen: &Screen) -> Outcome<Picture> {
    saved::open(folder, path, screen).map(|(saved, _)| draw(&saved.plan))
}
