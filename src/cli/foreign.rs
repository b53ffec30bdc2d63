//! Commands and options that Terraform, OpenTofu, `az` and their like have and acier has not: each is
//! refused by name, with what does the same here.
//!
//! **Never:** do one of them. In: what the command line's reader did not know. Out: a diagnostic, if
//! it is one of these.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::diag::Diagnostic;

/// A command or an option of the other programs.
struct Foreign {
    name: &'static str,
    why: &'static str,
    instead: &'static str,
}

const COMMANDS: &[Foreign] = &[
    Foreign {
        name: "force-unlock",
        why: "The lock on the state is the operating system's: it ends with the process that holds it, so there is \
              nothing to unlock by hand.",
        instead: "Wait for the process that the message names, or end it; the next command goes on from what it wrote \
                  down.",
    },
    Foreign {
        name: "login",
        why: "acier keeps no credentials of its own.",
        instead: "Sign in with the Azure CLI (az login), or give the provider's settings; \"acier -help\" lists the ways.",
    },
    Foreign {
        name: "logout",
        why: "acier keeps no credentials of its own.",
        instead: "Sign out of the Azure CLI (az logout), or take the variables out of the environment.",
    },
    Foreign {
        name: "env",
        why: "This is Terraform's old name of another command.",
        instead: "Use \"acier workspace\".",
    },
    Foreign {
        name: "push",
        why: "The configuration is not kept at a service.",
        instead: "Keep it in version control.",
    },
    Foreign {
        name: "rpcapi",
        why: "It is an interface between HashiCorp's own programs.",
        instead: "Use the commands with -json, or acier as a library.",
    },
    Foreign {
        name: "stacks",
        why: "Stacks are a feature of HCP Terraform.",
        instead: "Call each configuration as a module of one that holds all of them.",
    },
    Foreign {
        name: "container",
        why: "The commands of az container have no name in front of them here.",
        instead: "Leave \"container\" out: acier logs, exec, attach, start, stop and restart, with the address of the group; \"acier apply\" creates what the configuration says.",
    },
    Foreign {
        name: "create up run deploy",
        why: "acier makes what the configuration in the folder says.",
        instead: "Use \"acier apply\".",
    },
    Foreign {
        name: "delete rm down",
        why: "acier deletes what it made.",
        instead: "Use \"acier destroy\", with -target=ADDRESS for a part of it; a block that is taken out of the configuration is deleted by the next apply. \"acier state rm\" forgets an object without deleting it.",
    },
    Foreign {
        name: "list ls",
        why: "There is more than one thing to list.",
        instead: "Use \"acier ps\" for container groups as they run, or \"acier state list\" for the addresses of all objects.",
    },
    Foreign {
        name: "describe",
        why: "One container group is shown by a command of another name.",
        instead: "Use \"acier inspect ADDRESS\".",
    },
    Foreign {
        name: "diff preview",
        why: "What would change is shown by a command of another name.",
        instead: "Use \"acier plan\".",
    },
    Foreign {
        name: "export",
        why: "The configuration is the text of a group here.",
        instead: "Use \"acier state show -hcl ADDRESS\" for an object of the state, or \"acier plan -generate-config-out=FILE\" for one that an import block names.",
    },
    Foreign {
        name: "get-logs",
        why: "What containers wrote is shown by a command of another name.",
        instead: "Use \"acier logs ADDRESS\".",
    },
    Foreign { name: "format", why: "Files are formatted by a command of another name.", instead: "Use \"acier fmt\"." },
    Foreign {
        name: "0.12upgrade 0.13upgrade",
        why: "Configurations are read as Terraform 1.11 reads them.",
        instead: "Run \"acier validate\": it names what older versions wrote in another way.",
    },
];

const OPTIONS: &[Foreign] = &[
    Foreign {
        name: "--install-autocomplete",
        why: "acier does not write to the files of a shell.",
        instead: "Run \"acier completion bash\" (or zsh, fish, elvish, powershell), and keep what it prints where the shell looks for it.",
    },
    Foreign {
        name: "--uninstall-autocomplete",
        why: "acier does not write to the files of a shell.",
        instead: "Remove the script that you made with \"acier completion\".",
    },
    Foreign {
        name: "--state --state-out --backup",
        why: "acier keeps the state as a log in the folder \"state\" beside the configuration, with its whole history.",
        instead: "Drop the option. To work with another state use another workspace (acier workspace select) or folder (-chdir); to take over a state file, use acier state import-tfstate FILE.",
    },
    Foreign {
        name: "--lock --lock-timeout",
        why: "This command takes no lock on the state.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--ignore-remote-version",
        why: "No state is kept by a program of another version elsewhere.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--config",
        why: "The configuration is read from the folder in which acier works.",
        instead: "Name the folder before the command: acier -chdir=DIR.",
    },
    Foreign {
        name: "--allow-missing-config",
        why: "An object is imported to a resource block, because the plan compares the two.",
        instead: "Write the block first, or have it written: an import block and \"acier plan -generate-config-out=FILE\".",
    },
    Foreign {
        name: "--force",
        why: "Nothing is done without a question or a word that answers it beforehand.",
        instead: "To answer the question beforehand, use -auto-approve.",
    },
    Foreign {
        name: "--yes --y -y",
        why: "Nothing is done without a question or a word that answers it beforehand.",
        instead: "To answer the question beforehand, use -auto-approve.",
    },
    Foreign {
        name: "--module-depth --module",
        why: "Modules are always shown whole, as Terraform has done since version 0.12.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--get-plugins --verify-plugins",
        why: "The providers are built into acier.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--allow-deferral",
        why: "What waits for a value that is not known yet is put off without being asked for.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--concise",
        why: "A plan is shown without lines about reading already.",
        instead: "Drop the option.",
    },
    Foreign {
        name: "--no-tests",
        why: "This command does not look at files of tests.",
        instead: "Drop the option; \"acier test\" runs them.",
    },
    Foreign {
        name: "--name -n --resource-group -g --ids --container-name --subscription",
        why: "A container group is named by its address or its id.",
        instead: "Write it behind the command: acier logs azurerm_container_group.web, or with the name of a container, \
                  azurerm_container_group.web/app. acier ps -resource-group=NAME lists the groups of a resource group.",
    },
    Foreign {
        name: "--exec-command",
        why: "The command stands behind the group.",
        instead: "Write it so: acier exec azurerm_container_group.web/app /bin/sh.",
    },
    Foreign {
        name: "--output -o --query",
        why: "What is printed for programs is JSON.",
        instead: "Use -json, and jq to choose from it.",
    },
    Foreign {
        name: "--file",
        why: "The configuration is all files of a folder that end in .tf or .tf.json.",
        instead: "Name the folder before the command: acier -chdir=DIR.",
    },
    Foreign {
        name: "--debug --verbose",
        why: "acier writes no trace of its own work.",
        instead: "Drop the option; TF_LOG means nothing either. \"acier events\" and \"acier inspect\" show what the service did.",
    },
];

/// What is to be said of a command or option that is known from the other programs.
pub(super) fn named(error: &clap::Error, path: &[String]) -> Option<Diagnostic> {
    let (kind, table) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, COMMANDS),
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, OPTIONS),
        _ => return None,
    };
    let Some(ContextValue::String(word)) = error.get(kind) else { return None };
    // The commands of the tables are those of the first word.
    let foreign = table.iter().find(|foreign| foreign.name.split(' ').any(|name| name == word))?;
    if kind == ContextKind::InvalidSubcommand && !path.is_empty() {
        return None;
    }
    // Options are written with one dash, as Terraform's are.
    let name = word.replacen("--", "-", 1);
    let whole: String =
        std::iter::once("acier").chain(path.iter().map(String::as_str)).map(|word| format!("{word} ")).collect();
    Some(Diagnostic::error(format!("{whole}{name} is not supported"), foreign.why).hint(foreign.instead))
}
