//! `acier completion`: scripts with which shells complete commands and options.
//!
//! **Never:** touch a shell's own files: where the script goes is for its reader to say.

use crate::cli::arguments::{self, CompletionArguments};
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;

pub(in crate::cli) fn run(arguments: &CompletionArguments, screen: &Screen) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut arguments::commands(), "acier", &mut script);
    screen.text(&String::from_utf8_lossy(&script));
    Exit::Done
}
