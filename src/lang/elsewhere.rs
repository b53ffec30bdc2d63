//! Kinds that people bring along and acier does not have, and what stands in their place here.
//!
//! **Never:** accept one of them. In: the name of a kind that no schema has. Out: a sentence and
//! advice. Blocks with the same advice get the same words, so that they are shown as one list.

/// What is said about a kind: why it is not here, and what to write instead.
pub(super) struct Elsewhere {
    pub(super) detail: String,
    pub(super) hint: &'static str,
}

const RANDOM: &str = "Give the name as a variable, or take a stable one from what it belongs to: substr(sha256(\"...\"), \
                      0, 8); a secret belongs into a sensitive variable.";
const TIME: &str = "For a date, use timeadd() on a variable, or timestamp() where each apply may have another; to wait for \
                    something, use wait_for of azurerm_container_group, or a terraform_data with a local-exec provisioner.";
const FILE: &str = "To read a file, use file() or templatefile(); to write one, use a terraform_data with a local-exec \
                    provisioner.";

/// Providers whose kinds are replaced by something that acier has.
const REPLACED: &[(&str, &str)] = &[
    ("null_resource", "Use terraform_data: what is triggers there is triggers_replace here."),
    ("null_data_source", "Use a local value."),
    ("random", RANDOM),
    ("time", TIME),
    ("local", FILE),
    ("template", "Use templatefile(), or templatestring()."),
    (
        "external",
        "Run the program beforehand and give what it says as a variable, or as a file that jsondecode() reads.",
    ),
    ("http", "Fetch it beforehand and give it as a variable, or as a file that file() reads."),
    ("archive", "Make the archive beforehand."),
    ("tls", "Make the key beforehand and give it as a sensitive variable."),
];

const APART: &str = "Leave what it makes to Terraform in a folder of its own, and hand its outputs over as variables or with \
                     data \"terraform_remote_state\".";

/// What is to be said about a kind of a provider that is not here; `known` are those that are.
pub(super) fn elsewhere(kind: &str, known: &[&str]) -> Option<Elsewhere> {
    let provider = kind.split('_').next().unwrap_or_default();
    if provider.is_empty() || known.contains(&provider) {
        return None;
    }
    let replaced = REPLACED.iter().find(|(name, _)| *name == kind || *name == provider);
    let (why, hint) = match replaced {
        Some(("random", hint)) => (
            "By design nothing in acier is drawn at random: a name that nobody wrote down cannot be found again when the \
             state is lost.",
            *hint,
        ),
        Some(("external" | "http" | "archive" | "tls", hint)) => ("acier runs no other providers.", *hint),
        Some((_, hint)) => ("acier has something of its own for this.", *hint),
        None => ("acier manages Azure Container Instances and what they need, and runs no other providers.", APART),
    };
    let detail = format!("This is a kind of the provider {provider:?}, which acier does not have. {why}");
    Some(Elsewhere { detail, hint })
}

const NETWORK: &str =
    "Leave the network to Terraform, and give the id of the subnet as a variable: subnet_ids = [var.subnet_id].";
const STORAGE: &str = "Leave the storage to Terraform, and give the names of the account and the share and the key as \
                       variables (the key a sensitive one): storage_account_name, share_name and storage_account_key of volume.";
const VAULT: &str = "Leave the vault to Terraform; give a secret as a sensitive variable, or let Azure read it for the \
                     containers: secret_reference and secure_environment_variable_references.";
const READERS: &str = "Leave it to Terraform in a folder of its own; what it needs of a container group it reads with data \
                       \"terraform_remote_state\" from the file that \"acier state pull\" writes.";

/// Kinds of azurerm that stand beside container groups, by the beginnings of their names; the first
/// that fits counts.
const BESIDE: &[(&str, &str)] = &[
    (
        "azurerm_network_profile",
        "Remove it: container groups join a subnet without a profile, by subnet_ids = [...] (Azure retired network \
         profiles for them).",
    ),
    ("azurerm_subnet", NETWORK),
    ("azurerm_virtual_network", NETWORK),
    ("azurerm_network_security", NETWORK),
    ("azurerm_storage", STORAGE),
    (
        "azurerm_user_assigned_identity",
        "Leave the identity to Terraform, and give its id as a variable: identity_ids = [var.identity_id] in the block \
         identity.",
    ),
    (
        "azurerm_log_analytics",
        "Leave the workspace to Terraform, and give its id and key as variables (the key a sensitive one): workspace_id and \
         workspace_key of diagnostics.",
    ),
    (
        "azurerm_container_registry",
        "Leave the registry to Terraform, and give its server, user name and password as variables (the password a \
         sensitive one), or an identity that may pull: image_registry_credential.",
    ),
    ("azurerm_key_vault", VAULT),
    ("azurerm_role_assignment", READERS),
    ("azurerm_role_definition", READERS),
    ("azurerm_dns_", READERS),
    ("azurerm_private_dns_", READERS),
    ("azurerm_application_gateway", READERS),
    ("azurerm_lb", READERS),
    ("azurerm_cdn_", READERS),
    ("azurerm_frontdoor", READERS),
    ("azurerm_traffic_manager", READERS),
    ("azurerm_api_management", READERS),
    ("azurerm_monitor_", READERS),
    ("azurerm_management_lock", READERS),
];

/// What is to be said about a kind of azurerm that is not here.
pub(super) fn of_azurerm(kind: &str) -> Option<Elsewhere> {
    if !kind.starts_with("azurerm_") {
        return None;
    }
    let hint = BESIDE.iter().find(|(start, _)| kind.starts_with(start)).map_or(APART, |(_, hint)| *hint);
    let detail = "Of azurerm's kinds acier manages container groups, their profiles and sets, and resource groups. The others \
                  stay with Terraform.";
    Some(Elsewhere { detail: detail.into(), hint })
}

/// Whether the name of a provider is a slip of the pen for one that is here.
pub(super) fn misspelt<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Real providers whose names are as near.
    if matches!(name, "azuread" | "azure") {
        return None;
    }
    crate::diag::suggest::nearest(name, known)
}
