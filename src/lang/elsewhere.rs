//! Kinds of other providers that people bring along, and what stands in their place here.
//!
//! **Never:** accept one of them. In: the name of a kind that no schema has. Out: a sentence and
//! advice, or nothing for a name that only looks misspelt.

use crate::addr::Mode;

/// What is said about a kind: why it is not here, and what to write instead.
pub(super) struct Elsewhere {
    pub(super) detail: String,
    pub(super) hint: &'static str,
}

const RANDOM: &str = "give the name as a variable, or take a stable one from what it belongs to: substr(sha256(\"...\"), \
                      0, 8); a secret belongs into a sensitive variable";
const TIME: &str = "for a date, use timeadd() on a variable, or timestamp() where each apply may have another; to wait for \
                    something, use wait_for of azurerm_container_group, or a terraform_data with a local-exec provisioner";
const FILE: &str = "to read a file, use file() or templatefile(); to write one, use a terraform_data with a local-exec \
                    provisioner";

/// Providers whose kinds are replaced by something that acier has.
const REPLACED: &[(&str, &str)] = &[
    ("null_resource", "use terraform_data: what is triggers there is triggers_replace here"),
    ("null_data_source", "use a local value"),
    ("random", RANDOM),
    ("time", TIME),
    ("local", FILE),
    ("template", "use templatefile(), or templatestring()"),
    (
        "external",
        "run the program beforehand and give what it says as a variable, or as a file that jsondecode() reads",
    ),
    ("http", "fetch it beforehand and give it as a variable, or as a file that file() reads"),
    ("archive", "make the archive beforehand"),
    ("tls", "make the key beforehand and give it as a sensitive variable"),
];

/// What is to be said about a kind that nobody here knows; `known` are the providers that are here.
pub(super) fn elsewhere(kind: &str, mode: Mode, known: &[&str]) -> Option<Elsewhere> {
    let provider = kind.split('_').next().unwrap_or_default();
    if provider.is_empty() || known.contains(&provider) {
        return None;
    }
    let word = if mode == Mode::Data { "data source" } else { "resource type" };
    let replaced = REPLACED.iter().find(|(name, _)| *name == kind || *name == provider);
    let (why, hint) = match replaced {
        Some(("random", hint)) => (
            "By design nothing in acier is drawn at random: a name that nobody wrote down cannot be found again when the \
             state is lost.",
            *hint,
        ),
        Some((_, hint)) => ("acier has something of its own for this.", *hint),
        None => (
            "acier manages Azure Container Instances and what they need, and runs no other providers.",
            "leave what it makes to Terraform in a folder of its own, and hand its outputs over as variables or with data \
             \"terraform_remote_state\"",
        ),
    };
    let detail = format!("{kind:?} is a {word} of the provider {provider:?}, which acier does not have. {why}");
    Some(Elsewhere { detail, hint })
}
