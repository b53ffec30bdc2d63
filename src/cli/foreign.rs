//! Commands that Terraform and OpenTofu have and acier has not: each is refused by name, with what
//! does the same here.
//!
//! **Never:** do one of them. In: what the command line's reader did not know. Out: a diagnostic, if
//! it is one of these.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::diag::Diagnostic;

/// A command or option of the other programs.
struct Foreign {
    name: &'static str,
    why: &'static str,
    instead: &'static str,
}

const FOREIGN: &[Foreign] = &[
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
        name: "--install-autocomplete",
        why: "acier does not write to the files of a shell.",
        instead: "Run \"acier completion bash\" (or zsh, fish, elvish, powershell), and keep what it prints where the \
                  shell looks for it.",
    },
    Foreign {
        name: "--uninstall-autocomplete",
        why: "acier does not write to the files of a shell.",
        instead: "Remove the script that you made with \"acier completion\".",
    },
];

/// What is to be said of a command or option that is known from the other programs.
pub(super) fn named(error: &clap::Error) -> Option<Diagnostic> {
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        _ => return None,
    };
    let Some(ContextValue::String(word)) = error.get(kind) else { return None };
    let foreign = FOREIGN.iter().find(|foreign| foreign.name == word)?;
    // Options are written with one dash, as Terraform's are.
    let name = foreign.name.replacen("--", "-", 1);
    Some(Diagnostic::error(format!("acier {name} is not supported"), foreign.why).hint(foreign.instead))
}
