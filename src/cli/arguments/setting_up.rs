//! The arguments of commands that prepare, describe and test a configuration.
//!
//! **Never:** act. Options of Terraform that cannot mean anything here are declared, so that they are
//! refused by name and not as unknown.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

/// `acier init`
#[derive(Args, Debug)]
#[command(after_help = INIT)]
pub(in crate::cli) struct InitArguments {
    /// Take the newest content that branches and tags name, instead of what is locked
    #[arg(long)]
    pub(in crate::cli) upgrade: bool,
    /// Fetch modules
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) get: bool,
    /// readonly: fail instead of changing .acier.lock.hcl
    #[arg(long, value_name = "MODE")]
    pub(in crate::cli) lockfile: Option<String>,
    /// Let git ask for passwords on a terminal
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) input: bool,
    /// Accepted for scripts: there is no backend to prepare, whether asked for or not
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) backend: bool,
    /// Accepted for scripts: no settings of a backend are kept that could be dropped
    #[arg(long)]
    pub(in crate::cli) reconfigure: bool,
    /// Accepted for scripts: init does not touch the state, and locks nothing of it
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) lock: bool,
    /// Accepted for scripts, as -lock is
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) lock_timeout: Option<String>,
    /// Accepted for scripts: tests take their modules from folders, which need no init
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) test_directory: Option<PathBuf>,
    #[arg(long, hide = true, value_name = "SETTING", action = ArgAction::Append)]
    pub(in crate::cli) backend_config: Vec<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) migrate_state: bool,
    #[arg(long, hide = true)]
    pub(in crate::cli) force_copy: bool,
    #[arg(long, hide = true, value_name = "SOURCE")]
    pub(in crate::cli) from_module: Option<String>,
    #[arg(long, hide = true, value_name = "DIR", action = ArgAction::Append)]
    pub(in crate::cli) plugin_dir: Vec<PathBuf>,
    #[arg(long, hide = true)]
    pub(in crate::cli) json: bool,
}

const INIT: &str = "\
Only configurations with modules from git need it; providers are built in, and state needs no backend.
What was fetched is kept in .acier/modules, which version control should ignore. The versions are
locked in .acier.lock.hcl, which belongs into version control: a plan refuses any other content.";

/// `acier get`
#[derive(Args, Debug)]
pub(in crate::cli) struct GetArguments {
    /// Take the newest content that branches and tags name, instead of what is locked
    #[arg(long)]
    pub(in crate::cli) update: bool,
    /// Accepted for scripts: tests take their modules from folders, which need no init
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) test_directory: Option<PathBuf>,
}

/// `acier graph`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  acier graph                                what the resources need of each other, as terraform graph does
  acier graph -type=plan -format=mermaid     variables, locals and outputs too, for a page in Markdown
  acier graph -format=svg > graph.svg        a drawing, made without Graphviz
  acier graph -format=svg -plan=plan.out     the objects of a saved plan, coloured by what happens")]
pub(in crate::cli) struct GraphArguments {
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Dot)]
    pub(in crate::cli) format: GraphFormat,
    /// plan: everything that is declared; apply: the steps of the plan that -plan names
    #[arg(long = "type", value_name = "TYPE")]
    pub(in crate::cli) kind: Option<String>,
    /// Show a plan saved by `acier plan -out`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) plan: Option<PathBuf>,
    #[arg(long, hide = true)]
    pub(in crate::cli) draw_cycles: bool,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// Graphviz's language
    Dot,
    /// A flowchart for Markdown
    Mermaid,
    /// A drawing
    Svg,
}

/// `acier test`
#[derive(Args, Debug)]
#[command(after_help = "\
Each file that ends in .tftest.hcl, here or in the folder of tests, has an emulated cloud of its own
that lives in memory: nothing is signed in, nothing is billed, nothing is left behind.")]
pub(in crate::cli) struct TestArguments {
    #[command(flatten)]
    pub(in crate::cli) variables: super::VariableArguments,
    /// Only this file; may be repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub(in crate::cli) filter: Vec<PathBuf>,
    /// The folder of tests
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub(in crate::cli) test_directory: PathBuf,
    /// Print the plan or the state of each run
    #[arg(long)]
    pub(in crate::cli) verbose: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write a report in JUnit's format
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit_xml: Option<PathBuf>,
    #[arg(long, hide = true, value_name = "SOURCE")]
    pub(in crate::cli) cloud_run: Option<String>,
}

/// `acier modules`
#[derive(Args, Debug)]
pub(in crate::cli) struct ModulesArguments {
    /// Print JSON in Terraform's format
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `acier completion`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  source <(acier completion bash)                                    for this shell
  acier completion zsh > ~/.zfunc/_acier                             for a folder of fpath
  acier completion fish > ~/.config/fish/completions/acier.fish")]
pub(in crate::cli) struct CompletionArguments {
    /// For which shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

/// `acier providers`
#[derive(Args, Debug)]
pub(in crate::cli) struct ProvidersArguments {
    /// lock, mirror and schema are commands of Terraform
    #[arg(value_name = "COMMAND", hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(in crate::cli) rest: Vec<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) json: bool,
}
