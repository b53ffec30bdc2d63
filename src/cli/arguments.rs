//! The command line: every command and option, with its help.
//!
//! **Never:** act. Options may be written as Terraform's are: [`Line`] turns them into what clap reads.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

mod asking;
mod help;
mod line;
mod locking;
mod operating;
mod setting_up;
mod workspaces;

pub(super) use asking::*;
pub(super) use help::commands;
pub(super) use line::Line;
pub(super) use locking::*;
pub(super) use operating::*;
pub(super) use setting_up::*;
pub(super) use workspaces::*;

use super::screen::Telling;

/// acier provisions Azure Container Instances from HCL.
#[derive(Debug, Parser)]
#[command(
    name = "acier",
    version,
    about = "Provisions Azure Container Instances from HCL, and loses nothing on the way",
    after_help = EXIT_CODES,
    disable_help_subcommand = true,
    args_override_self = true
)]
pub(super) struct Arguments {
    /// Switch to this folder before doing anything
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) chdir: Option<PathBuf>,
    /// Print without colours (also: the environment variable NO_COLOR)
    #[arg(long, global = true)]
    pub(super) no_color: bool,
    /// What to do
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "\
Options may be written with one dash or two: -auto-approve, --auto-approve.

Signing in: the file that AZURE_AUTH_LOCATION names; else, by the azurerm provider's settings and
variables (ARM_...), the first that has enough: client certificate, client secret, OIDC token, Azure
DevOps, GitHub, managed identity, AZURE_CLIENT_ID with secret or certificate, the Azure CLI.

Exit codes:
  0    done
  1    failed: the configuration, the sign-in or the service said no
  2    plan -detailed-exitcode: there are changes; fmt: a file cannot be read
  3    the state is in use by another process; fmt -check: a file is not formatted
  4    the saved plan no longer fits the state
  5    the state is damaged
  6    apply: a stage is done and others wait, because nobody approved the next one
  64   the command line is wrong
  124  wait -timeout: it did not come in time
  130  stopped by an interrupt; everything that was begun is recorded";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fetch the modules that the configuration calls from git
    Init(InitArguments),
    /// Fetch modules, and check nothing else
    Get(GetArguments),
    /// Show what would change
    Plan(PlanArguments),
    /// Make the cloud what the configuration says
    Apply(ApplyArguments),
    /// Delete everything that this configuration made
    Destroy(ApplyArguments),
    /// Bring the stored state in line with the cloud
    Refresh(RefreshArguments),
    /// Take an existing object into the state, to manage it from now on
    Import(ImportArguments),
    /// Check the configuration without asking a cloud
    Validate(ValidateArguments),
    /// Rewrite configuration files in the canonical format
    Fmt(FmtArguments),
    /// Run the files of tests against an emulated cloud
    Test(TestArguments),
    /// Show the state, or a saved plan
    Show(ShowArguments),
    /// Show which modules the configuration calls
    Modules(ModulesArguments),
    /// Show which providers the modules need
    Providers(ProvidersArguments),
    /// Show what needs what, as a picture
    Graph(GraphArguments),
    /// Show output values
    Output(OutputArguments),
    /// Look at and edit the stored state
    #[command(subcommand)]
    State(StateCommand),
    /// Keep several states of one configuration
    #[command(subcommand, after_help = WORKSPACES)]
    Workspace(WorkspaceCommand),
    /// Have the next apply replace an object
    Taint(TaintArguments),
    /// Leave an object as it is after all
    Untaint(TaintArguments),
    /// List container groups
    Ps(PsArguments),
    /// Show one container group with the state of its containers
    Inspect(InspectArguments),
    /// Show what containers wrote, and follow it
    Logs(LogsArguments),
    /// Show what happened to a container group, and follow it
    Events(EventsArguments),
    /// Run a command in a container, at your terminal
    Exec(ExecArguments),
    /// Watch what a container prints
    Attach(AttachArguments),
    /// Start container groups that are stopped or have ended
    Start(ActArguments),
    /// Stop container groups: nothing runs and nothing is billed
    Stop(ActArguments),
    /// Restart the containers of container groups
    Restart(ActArguments),
    /// Wait until a container group runs, has ended, is stopped or is gone
    Wait(WaitArguments),
    /// Serve the Azure API on loopback, for tools and tests
    Emulator(EmulatorArguments),
    /// Show the kinds: attributes, blocks, defaults, and what changing each costs
    Schema(SchemaArguments),
    /// Try expressions against the configuration and the stored state
    Console(ConsoleArguments),
    /// Show what the language consists of
    #[command(subcommand)]
    Metadata(MetadataCommand),
    /// Write a script with which a shell completes commands and options
    Completion(CompletionArguments),
    /// Show the version
    Version(VersionArguments),
}

impl Command {
    /// How the run is to be told.
    pub(super) fn telling(&self) -> Telling {
        let (json, planning) = match self {
            Command::Plan(arguments) => (arguments.json, &arguments.planning),
            Command::Apply(arguments) | Command::Destroy(arguments) => (arguments.json, &arguments.planning),
            Command::Refresh(arguments) => (arguments.json, &arguments.planning),
            _ => return Telling::Text,
        };
        match (json, planning.compact_warnings) {
            (true, _) => Telling::Lines,
            (false, true) => Telling::Brief,
            (false, false) => Telling::Text,
        }
    }
}

/// Values of variables.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct VariableArguments {
    /// Give a variable a value; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub(super) var: Vec<String>,
    /// Read variable values from a file; may be repeated
    #[arg(long = "var-file", value_name = "FILE", action = ArgAction::Append)]
    pub(super) var_file: Vec<PathBuf>,
    /// Ask for missing values on a terminal
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) input: bool,
}

/// What to plan.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct PlanningArguments {
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    /// Plan only this address and what it needs; may be repeated
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(super) target: Vec<String>,
    /// Leave out this address and what needs it; may be repeated
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(super) exclude: Vec<String>,
    /// Replace the object at this address; may be repeated
    #[arg(long, value_name = "ADDRESS", action = ArgAction::Append)]
    pub(super) replace: Vec<String>,
    /// Take over what exists already where something would be created
    #[arg(long)]
    pub(super) adopt: bool,
    /// Send the secrets of imported objects, instead of taking them to be as configured
    #[arg(long)]
    pub(super) send_secrets: bool,
    /// Read the cloud before planning
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) refresh: bool,
    /// Ask the service about regions, sizes and quotas before anything is done
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) preflight: bool,
    /// Only bring state and outputs in line with the cloud
    #[arg(long)]
    pub(super) refresh_only: bool,
    /// How many requests and steps go on at the same time
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) parallelism: usize,
    /// Print warnings that stand alone in one line each
    #[arg(long)]
    pub(super) compact_warnings: bool,
    #[command(flatten)]
    pub(super) locking: LockingArguments,
}

/// `acier plan`
#[derive(Args, Debug)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) planning: PlanningArguments,
    /// Plan to delete everything
    #[arg(long)]
    pub(super) destroy: bool,
    /// Save the plan, for `acier apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write the blocks that import blocks lack to a new file
    #[arg(long, value_name = "FILE")]
    pub(super) generate_config_out: Option<PathBuf>,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// `acier apply`, `acier destroy`
#[derive(Args, Debug)]
pub(super) struct ApplyArguments {
    #[command(flatten)]
    pub(super) planning: PlanningArguments,
    /// Delete everything
    #[arg(long)]
    pub(super) destroy: bool,
    /// Do not ask for approval
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// Print one JSON object a line; needs -auto-approve or a saved plan
    #[arg(long)]
    pub(super) json: bool,
    /// A plan saved by `acier plan -out`
    #[arg(value_name = "PLAN")]
    pub(super) plan: Option<PathBuf>,
}

/// `acier refresh`
#[derive(Args, Debug)]
pub(super) struct RefreshArguments {
    #[command(flatten)]
    pub(super) planning: PlanningArguments,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// `acier import`
#[derive(Args, Debug)]
#[command(after_help = IMPORT)]
pub(super) struct ImportArguments {
    #[command(flatten)]
    pub(super) locking: LockingArguments,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    /// Let the next apply send the secrets that the service does not return, instead of taking them to be as configured
    #[arg(long)]
    pub(super) send_secrets: bool,
    /// The address that it is to have; the configuration must have this resource
    #[arg(value_name = "ADDRESS")]
    pub(super) address: String,
    /// Its id in Azure Resource Manager
    #[arg(value_name = "ID")]
    pub(super) id: String,
}

const IMPORT: &str = "\
Nothing is changed in the object. An import block in the configuration does the same as part of a plan:

  import {
    to = azurerm_container_group.web
    id = \"/subscriptions/.../containerGroups/web\"
  }";

/// `acier validate`
#[derive(Args, Debug)]
pub(super) struct ValidateArguments {
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Leave out the files of tests
    #[arg(long)]
    pub(super) no_tests: bool,
    /// The folder of tests
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub(super) test_directory: PathBuf,
}

/// `acier taint`, `acier untaint`
#[derive(Args, Debug)]
pub(super) struct TaintArguments {
    #[command(flatten)]
    pub(super) locking: LockingArguments,
    /// Only warn if there is no object at the address
    #[arg(long)]
    pub(super) allow_missing: bool,
    /// The address: terraform_data.setup
    pub(super) address: String,
}

/// `acier show`
#[derive(Args, Debug)]
pub(super) struct ShowArguments {
    /// Print JSON in Terraform's format; sensitive values are null
    #[arg(long)]
    pub(super) json: bool,
    /// With -json, print sensitive values in clear, as far as they are known
    #[arg(long, requires = "json")]
    pub(super) show_sensitive: bool,
    /// A plan saved by `acier plan -out`; without it the state is shown
    #[arg(value_name = "PLAN")]
    pub(super) plan: Option<PathBuf>,
}

/// `acier output`
#[derive(Args, Debug)]
pub(super) struct OutputArguments {
    /// Print JSON; sensitive values are printed in clear
    #[arg(long, conflicts_with = "raw")]
    pub(super) json: bool,
    /// Print the value of one output as it is, without quotes
    #[arg(long, requires = "name")]
    pub(super) raw: bool,
    /// Only this output
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
}

/// `acier state ...`
#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// Take over what a state file of Terraform holds
    #[command(name = "import-tfstate", after_help = IMPORT_TFSTATE)]
    ImportTfstate(ImportTfstateArguments),
    /// Print the state as a state file of Terraform, version 4
    Pull {
        /// Print sensitive values in clear, as far as they are known
        #[arg(long)]
        show_sensitive: bool,
    },
    /// Is not done: says what to do instead
    Push {
        /// A state file of Terraform
        #[arg(value_name = "FILE")]
        file: Option<String>,
        /// Changes nothing about it
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        locking: LockingArguments,
    },
    /// List the addresses of all objects
    List {
        /// Only the object with this id
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Only these and what they hold
        #[arg(value_name = "ADDRESS")]
        addresses: Vec<String>,
    },
    /// Show one object
    Show {
        /// Its address
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Print a resource block that would ask for the object; secrets are left out
        #[arg(long, conflicts_with = "json")]
        hcl: bool,
    },
    /// Forget objects without deleting them
    Rm {
        /// Only say what would be forgotten
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        locking: LockingArguments,
        /// Their addresses
        #[arg(value_name = "ADDRESS", required = true)]
        addresses: Vec<String>,
    },
    /// Give objects another address, without changing them
    Mv {
        /// Only say what would be moved
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        locking: LockingArguments,
        /// A resource, one of its instances, or a module
        #[arg(value_name = "SOURCE")]
        source: String,
        /// The address that it is to have
        #[arg(value_name = "DESTINATION")]
        destination: String,
    },
    /// Explain why there is no provider to replace
    ReplaceProvider {
        /// Do not ask
        #[arg(long)]
        auto_approve: bool,
        #[command(flatten)]
        locking: LockingArguments,
        /// The provider that Terraform's state would name
        #[arg(value_name = "FROM")]
        from: String,
        /// The other one
        #[arg(value_name = "TO")]
        to: String,
    },
    /// Go on with what a damaged state can still vouch for; the damaged files are set aside
    Repair {
        /// Do not ask
        #[arg(long)]
        auto_approve: bool,
    },
}

/// `acier state import-tfstate`
#[derive(Args, Debug)]
pub(super) struct ImportTfstateArguments {
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    #[command(flatten)]
    pub(super) locking: LockingArguments,
    /// Leave out objects of kinds that acier does not know
    #[arg(long)]
    pub(super) skip_unknown: bool,
    /// The file that Terraform keeps its state in, or that terraform state pull wrote
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

const IMPORT_TFSTATE: &str = "\
Run it in the folder of the configuration that the file belongs to. Nothing is changed in the cloud, nor in
the file. Secrets are kept as fingerprints, data sources are left out because they are read anew, and the
next plan reads every object and shows what differs. Objects that the state has already are left alone.

Example:
  terraform state pull > old.tfstate
  acier state import-tfstate old.tfstate
  acier plan";

/// `acier fmt`
#[derive(Args, Debug)]
pub(super) struct FmtArguments {
    /// Print the names of files that change
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) list: bool,
    /// Write the files
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) write: bool,
    /// Show what changes
    #[arg(long)]
    pub(super) diff: bool,
    /// Write nothing; exit code 3 if a file is not formatted
    #[arg(long)]
    pub(super) check: bool,
    /// Also the files of folders inside
    #[arg(long)]
    pub(super) recursive: bool,
    /// Files or folders; a dash for standard input; the present folder if there is none
    #[arg(value_name = "TARGET")]
    pub(super) targets: Vec<String>,
}

/// `acier emulator`
#[derive(Args, Debug)]
#[command(after_help = format!("\
It writes these files into its folder: auth.json and auth-certificate.json for AZURE_AUTH_LOCATION, the
certificate as client.pem and client.pfx (opened by acier-emulator), federated-token for clients that
read one from a file, and ca.pem, the authority to trust. Managed identities are asked for at
/metadata/identity/oauth2/token and /msi/token, tokens of pipelines at /acier/oidc/github and
/acier/oidc/devops; identity header and request token are acier-emulator.

POST /acier/clock?forward=90s lets that time pass at once until it is stopped, and GET /acier/census
tells how often each id came into being.

{}", crate::emulator::told::HELP))]
pub(super) struct EmulatorArguments {
    /// Where the emulator keeps its cloud and certificates
    #[arg(long, value_name = "DIR", default_value = "state/emulator")]
    pub(super) folder: PathBuf,
    /// The port for http; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(super) http_port: u16,
    /// The port for https; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(super) https_port: u16,
    /// Where to write the auth file that AZURE_AUTH_LOCATION can name
    #[arg(long, value_name = "FILE")]
    pub(super) auth_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) behaviour: EmulatorBehaviour,
}

/// How the emulator behaves; for the embedded one, the environment variables say it.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct EmulatorBehaviour {
    /// How long an operation takes: 0, 300ms, 2s
    #[arg(long, value_name = "TIME", env = "ACIER_EMULATOR_LATENCY")]
    pub(super) latency: Option<String>,
    /// Faults to inject, see the README
    #[arg(long, value_name = "RULES", env = "ACIER_EMULATOR_FAULTS")]
    pub(super) faults: Option<String>,
    /// Quotas: StandardCores=4,ContainerGroups=10
    #[arg(long, value_name = "QUOTAS", env = "ACIER_EMULATOR_QUOTA")]
    pub(super) quota: Option<String>,
    /// Send exactly what the service was recorded to send: no Retry-After on creations
    #[arg(long, env = "ACIER_EMULATOR_FAITHFUL")]
    pub(super) faithful: bool,
    /// Begin with subscriptions that must be registered for Microsoft.ContainerInstance first
    #[arg(long, env = "ACIER_EMULATOR_UNREGISTERED")]
    pub(super) unregistered: bool,
    /// Refuse with 429 what exceeds the service's request limits, and 100 creations in five minutes
    #[arg(long, env = "ACIER_EMULATOR_THROTTLE")]
    pub(super) throttle: bool,
    /// How long tokens live: 30s, 10m
    #[arg(long, value_name = "TIME", env = "ACIER_EMULATOR_TOKEN_LIFETIME")]
    pub(super) token_lifetime: Option<String>,
}

/// `acier schema`
#[derive(Args, Debug)]
pub(super) struct SchemaArguments {
    /// Only this kind: azurerm_container_group
    #[arg(value_name = "KIND")]
    pub(super) kind: Option<String>,
    /// Print JSON instead of reference pages in Markdown
    #[arg(long)]
    pub(super) json: bool,
}

/// `acier version`
#[derive(Args, Debug)]
pub(super) struct VersionArguments {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
