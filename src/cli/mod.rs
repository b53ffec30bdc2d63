//! Arguments, commands, and the only code that prints.
//!
//! **Never:** hold logic that a library user would need: commands wire the other modules
//! together. Each command is one file under `commands/`.

mod arguments;
mod backend;
mod behaviour;
mod branches;
mod cloud;
mod commands;
mod diagnostic_json;
mod dial;
mod editing;
mod environment;
mod exit;
mod fleeting;
mod foreign;
mod foreknown;
mod groups;
mod hcl;
mod imports;
mod interrupt;
mod kinds;
mod likeness;
mod locking;
mod module_sources;
mod outputs;
mod picture;
mod planning;
mod progress;
mod project;
mod saved;
mod schema_builtin;
mod schema_json;
mod schema_page;
mod screen;
mod session;
mod sight;
mod sources;
mod stages;
mod stream;
mod stream_plan;
mod terminal;
mod trial;
mod type_page;
mod usage;
mod visible;
mod whole;
mod workspace;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use crate::diag::{Diagnostic, Sources};
use crate::resources::operate::act::Act;
use arguments::{Arguments, Command, Line, StateCommand};
use project::Var;
use screen::{Screen, Telling};

pub use exit::Exit;

/// Runs the program on a command line, its own name first.
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words = match environment::with_arguments(words.into_iter().collect()) {
        Ok(words) => words,
        Err(wrong) => {
            Screen::new(no_color(), Telling::Text).diagnostic(&wrong, &Sources::default());
            return Exit::Usage;
        }
    };
    let known = Arguments::command();
    let line = Line::read(words, &known);
    let matches = match known.try_get_matches_from(&line.words) {
        Ok(matches) => matches,
        Err(error) => {
            let error = with_help(error, &line.words);
            // Help and version come this way too; only they go to standard output.
            let usage = error.use_stderr();
            if let Some(wrong) = usage::told(&error, &line.path) {
                Screen::new(no_color(), Telling::Text).diagnostic(&wrong, &Sources::default());
                return Exit::Usage;
            }
            let _ = error.print();
            return if usage { Exit::Usage } else { Exit::Done };
        }
    };
    let vars = in_order(&matches);
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return Exit::Usage;
        }
    };
    let telling = arguments.command.telling();
    let screen = Screen::new(arguments.no_color || no_color(), telling);
    if telling == Telling::Lines {
        stream::version(&screen);
    }
    if arguments.command.needs_folder()
        && let Err(wrong) = environment::refuse_others()
    {
        screen.diagnostic(&wrong, &Sources::default());
        return Exit::Failed;
    }
    let folder = arguments.chdir.unwrap_or_else(|| PathBuf::from("."));
    if let Some(options) = arguments.command.locking()
        && let Err(exit) = locking::obey(options, &screen)
    {
        return exit;
    }
    let (Ok(exit) | Err(exit)) = dispatch(&folder, &vars, arguments.command, &screen);
    if screen.says_all() || !matches!(exit, Exit::Done | Exit::Changes) { exit } else { Exit::Failed }
}

/// What help has besides the options is put together only where help is shown: it would cost every start.
fn with_help(error: clap::Error, words: &[OsString]) -> clap::Error {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            arguments::commands().try_get_matches_from(words).err().unwrap_or(error)
        }
        _ => error,
    }
}

/// Says that the program could not even begin: there was no thread with its stack for it.
pub fn not_started(stack: usize, error: &std::io::Error) -> Exit {
    let detail =
        format!("The system gave no thread with a stack of {} MiB, of which little is used: {error}.", stack >> 20);
    let hint = "Raise the limits on address space (ulimit -v) and processes (ulimit -u), or those of the container.";
    let wrong = Diagnostic::error("The program could not be started", detail).hint(hint);
    Screen::new(no_color(), Telling::Text).diagnostic(&wrong, &Sources::default());
    Exit::Failed
}

#[expect(clippy::disallowed_methods, reason = "NO_COLOR is part of the command line in spirit, see no-color.org")]
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn dispatch(folder: &Path, vars: &[Var], command: Command, screen: &Screen) -> session::Outcome<Exit> {
    match command {
        Command::Plan(arguments) => block_on(screen, commands::plan::run(folder, vars, &arguments, screen)),
        Command::Apply(arguments) => {
            let destroy = arguments.destroy;
            block_on(screen, commands::apply::run(folder, vars, &arguments, destroy, screen))
        }
        Command::Destroy(arguments) => block_on(screen, commands::apply::run(folder, vars, &arguments, true, screen)),
        Command::Init(arguments) => block_on(screen, commands::init::run(folder, &arguments, screen)),
        Command::Get(arguments) => block_on(screen, commands::init::get(folder, &arguments, screen)),
        Command::Refresh(arguments) => block_on(screen, commands::refresh::run(folder, vars, arguments, screen)),
        Command::Import(arguments) => block_on(screen, commands::import::run(folder, vars, &arguments, screen)),
        Command::Validate(arguments) => Ok(commands::validate::run(folder, &arguments, screen)),
        Command::Fmt(arguments) => Ok(commands::fmt::run(folder, &arguments, screen)),
        Command::Graph(arguments) => commands::graph::run(folder, &arguments, screen),
        Command::Test(arguments) => block_on(screen, commands::test::run(folder, vars, &arguments, screen)),
        Command::Modules(arguments) => commands::modules::run(folder, &arguments, screen),
        Command::Providers(arguments) => commands::providers::run(folder, &arguments, screen),
        Command::Show(arguments) => commands::show::run(folder, &arguments, screen),
        Command::Output(arguments) => commands::output::run(folder, &arguments, screen),
        Command::Taint(arguments) => commands::taint::run(folder, &arguments, true, screen),
        Command::Untaint(arguments) => commands::taint::run(folder, &arguments, false, screen),
        Command::State(StateCommand::ImportTfstate(arguments)) => {
            block_on(screen, commands::tfstate::import(folder, vars, &arguments, screen))
        }
        Command::State(command) => commands::state::run(folder, &command, screen),
        Command::Workspace(command) => block_on(screen, commands::workspace::run(folder, vars, &command, screen)),
        Command::Ps(arguments) => block_on(screen, commands::ps::run(folder, vars, &arguments, screen)),
        Command::Inspect(arguments) => block_on(screen, commands::inspect::run(folder, vars, &arguments, screen)),
        Command::Logs(arguments) => block_on(screen, commands::logs::run(folder, vars, &arguments, screen)),
        Command::Events(arguments) => block_on(screen, commands::events::run(folder, vars, &arguments, screen)),
        Command::Exec(arguments) => block_on(screen, commands::exec::run(folder, vars, &arguments, screen)),
        Command::Attach(arguments) => block_on(screen, commands::attach::run(folder, vars, &arguments, screen)),
        Command::Start(arguments) => block_on(screen, commands::act::run(folder, vars, &arguments, Act::Start, screen)),
        Command::Stop(arguments) => block_on(screen, commands::act::run(folder, vars, &arguments, Act::Stop, screen)),
        Command::Restart(arguments) => {
            block_on(screen, commands::act::run(folder, vars, &arguments, Act::Restart, screen))
        }
        Command::Wait(arguments) => block_on(screen, commands::wait::run(folder, vars, &arguments, screen)),
        Command::Emulator(arguments) => block_on(screen, commands::emulator::run(&arguments, folder, screen)),
        Command::Schema(arguments) => Ok(commands::schema::run(&arguments, screen)),
        Command::Console(_) => commands::console::run(folder, vars, screen),
        Command::Metadata(command) => Ok(commands::metadata::run(&command, screen)),
        Command::Completion(arguments) => Ok(commands::completion::run(&arguments, screen)),
        Command::Version(arguments) => Ok(commands::version::run(&arguments, screen)),
    }
}

/// Runs a command on a runtime of one thread, built only for commands that need it.
fn block_on<T>(screen: &Screen, work: impl Future<Output = session::Outcome<T>>) -> session::Outcome<T> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let done = runtime.block_on(work);
            runtime.shutdown_background();
            done
        }
        Err(error) => {
            screen.note(&format!("The runtime could not be started: {error}"));
            Err(Exit::Failed)
        }
    }
}

/// `-var` and `-var-file` of the chosen command, in the order in which they were written.
fn in_order(matches: &ArgMatches) -> Vec<Var> {
    let Some((_, mut own)) = matches.subcommand() else { return Vec::new() };
    while let Some((_, inner)) = own.subcommand() {
        own = inner;
    }
    let mut found: Vec<(usize, Var)> = Vec::new();
    if let Ok(Some(values)) = own.try_get_many::<String>("var") {
        let indices = own.indices_of("var").into_iter().flatten();
        found.extend(indices.zip(values).map(|(index, text)| (index, Var::Value(text.clone()))));
    }
    if let Ok(Some(values)) = own.try_get_many::<PathBuf>("var_file") {
        let indices = own.indices_of("var_file").into_iter().flatten();
        found.extend(indices.zip(values).map(|(index, path)| (index, Var::File(path.clone()))));
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, var)| var).collect()
}
