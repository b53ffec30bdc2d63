//! What `-help` shows besides the options: examples for each command, in paragraphs that wrap by themselves.
//!
//! **Never:** change what a command takes. In: the commands as they are declared. Out: the same, as they are
//! shown. Options that a command shares with others and that mean nothing for it are not shown there.

use clap::{Command, CommandFactory};

use super::Arguments;

/// Behind all other options.
const LAST: usize = 900;

/// Options of `plan` that say nothing about a destruction.
const NOT_OF_DESTROY: &[&str] =
    &["adopt", "send_secrets", "replace", "destroy", "refresh_only", "preflight", "compact_warnings", "plan"];
/// Options of `plan` that say nothing about a refresh.
const NOT_OF_REFRESH: &[&str] =
    &["adopt", "send_secrets", "replace", "exclude", "refresh", "refresh_only", "preflight"];

/// Examples by the names of commands, those within others behind a blank.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "",
        "  acier -chdir=examples/01-quickstart apply
  acier plan -help",
    ),
    (
        "init",
        "  acier init
  acier init -upgrade                 take what branches name today
  acier init -lockfile=readonly       for pipelines: nothing may have moved",
    ),
    ("get", "  acier get -update"),
    (
        "plan",
        "  acier plan
  acier plan -var-file=prod.tfvars -out=tfplan
  acier plan -detailed-exitcode       0: nothing to do, 2: changes, 1: failed
  acier plan -target=azurerm_container_group.web
  acier plan -refresh-only            what others have changed
  acier plan -json | jq -c 'select(.type == \"planned_change\")'",
    ),
    (
        "apply",
        "  acier apply
  acier apply tfplan                  exactly what `acier plan -out=tfplan` showed
  acier apply -auto-approve -input=false -var tag=2
  acier apply -replace=azurerm_container_group.task",
    ),
    (
        "destroy",
        "  acier destroy
  acier destroy -target='azurerm_container_group.web[1]'
  acier plan -destroy                 only shows what would be deleted",
    ),
    (
        "refresh",
        "  acier refresh
  acier plan -refresh-only            shows it before the state is changed",
    ),
    ("import", "  acier import azurerm_resource_group.rg /subscriptions/.../resourceGroups/web"),
    (
        "validate",
        "  acier validate
  acier validate -json | jq -r '.diagnostics[].summary'",
    ),
    (
        "fmt",
        "  acier fmt -recursive
  acier fmt -check -diff              for pipelines: exit code 3 if a file would change
  acier fmt - < main.tf",
    ),
    (
        "test",
        "  acier test
  acier test -filter=tests/web.tftest.hcl -verbose
  acier test -junit-xml=report.xml",
    ),
    (
        "show",
        "  acier show
  acier show tfplan
  acier show -json tfplan | jq '.resource_changes[].change.actions'",
    ),
    ("modules", "  acier modules -json"),
    ("providers", "  acier providers"),
    (
        "output",
        "  acier output
  curl http://$(acier output -raw fqdn)/
  acier output -json | jq -r .address.value",
    ),
    (
        "state list",
        "  acier state list
  acier state list module.web 'azurerm_container_group.shop[\"a\"]'",
    ),
    (
        "state show",
        "  acier state show azurerm_container_group.web
  acier state show -hcl azurerm_container_group.web",
    ),
    (
        "state rm",
        "  acier state rm -dry-run module.web
  acier state rm azurerm_container_group.web",
    ),
    (
        "state mv",
        "  acier state mv azurerm_container_group.web azurerm_container_group.shop
  acier state mv azurerm_container_group.web 'module.shop[\"a\"].azurerm_container_group.web'",
    ),
    ("state pull", "  acier state pull > terraform.tfstate"),
    ("state repair", "  acier state repair"),
    (
        "workspace",
        "  acier workspace new staging
  acier workspace select -or-create=true prod
  TF_WORKSPACE=prod acier plan",
    ),
    (
        "workspace new",
        "  acier workspace new staging
  acier workspace new -state=old.tfstate staging",
    ),
    ("workspace select", "  acier workspace select staging"),
    ("workspace delete", "  acier workspace delete staging"),
    (
        "taint",
        "  acier taint 'azurerm_container_group.web[0]'
  acier apply -replace='azurerm_container_group.web[0]'     does the same in one step",
    ),
    ("untaint", "  acier untaint 'azurerm_container_group.web[0]'"),
    (
        "emulator",
        "  acier emulator -folder=/tmp/cloud -latency=2s
  AZURE_AUTH_LOCATION=/tmp/cloud/auth.json acier apply",
    ),
    (
        "schema",
        "  acier schema azurerm_container_group
  acier schema -json | jq -r 'keys[]'",
    ),
    (
        "console",
        "  acier console
  echo 'cidrsubnet(\"10.0.0.0/16\", 8, 1)' | acier console",
    ),
    ("metadata functions", "  acier metadata functions -json"),
    ("version", "  acier version -json"),
];

/// The commands as help and completion show them. They take what those that are declared take.
pub(in crate::cli) fn commands() -> Command {
    let hidden = |command: Command, names: &'static [&'static str]| {
        command.mut_args(move |arg| if names.contains(&arg.get_id().as_str()) { arg.hide(true) } else { arg })
    };
    let command = Arguments::command()
        .mut_subcommand("destroy", |command| hidden(command, NOT_OF_DESTROY))
        .mut_subcommand("refresh", |command| hidden(command, NOT_OF_REFRESH))
        .mut_args(|arg| if arg.is_global_set() { arg.display_order(LAST) } else { arg });
    described(command, "")
}

fn described(mut command: Command, path: &str) -> Command {
    let examples = EXAMPLES.iter().find(|(name, _)| *name == path).map(|(_, examples)| *examples);
    let written = command.get_after_help().map(ToString::to_string).map(|text| flowing(&text));
    let examples = examples.map(|examples| {
        let word = if examples.contains('\n') { "Examples" } else { "Example" };
        format!("{word}:\n{examples}")
    });
    let parts: Vec<String> = written.into_iter().chain(examples).collect();
    if !parts.is_empty() {
        command = command.after_help(parts.join("\n\n"));
    }
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        let inner = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |command| described(command, &inner));
    }
    command
}

/// The text with each paragraph on one line, so that it wraps where the terminal ends and nowhere else.
fn flowing(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let before = out.lines().next_back().unwrap_or_default();
        let goes_on = !before.is_empty() && !before.starts_with(' ') && !before.ends_with(':');
        let goes_on = goes_on && !out.ends_with("\n\n") && !line.is_empty() && !line.starts_with(' ');
        if goes_on {
            out.truncate(out.trim_end_matches('\n').len());
            out.push(' ');
        }
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}
