//! Arguments of the provider block that shape calls: who else is told, what they are marked with,
//! and which resource providers are registered first.
//!
//! **Never:** accept what cannot be done. `storage_use_azuread` and `disable_terraform_partner_id`
//! have nothing to act on: acier never asks a storage account itself, and has no partner id of its own.

use std::rc::Rc;

use uuid::Uuid;

use crate::arm::auth::{Credentials, SignIn};
use crate::arm::client::Options;

use super::settings::{Refused, Settings};

/// Azure's limit, "Authenticate requests across tenants".
const MOST_TENANTS: usize = 3;
const OWN_NAMESPACE: &str = "Microsoft.ContainerInstance";

/// How calls are marked.
pub(super) fn options(
    settings: Settings<'_>,
    subscription: String,
    notice: Rc<dyn Fn(String)>,
) -> Result<Options, Refused> {
    if Uuid::try_parse(&subscription).is_err() {
        let detail = format!("subscription_id is {subscription:?}, and the id of a subscription is a GUID.");
        let hint = "Write the id and not the name; az account list shows both.";
        return Err(settings.problem("Setting not understood", &detail, hint));
    }
    let mut options = Options { notice: Some(notice), ..Options::new(subscription) };
    options.correlate =
        !settings.flag("disable_correlation_request_id", "ARM_DISABLE_CORRELATION_REQUEST_ID", false)?;
    if let Some(partner) = settings.text("partner_id", &["ARM_PARTNER_ID"]) {
        let id = partner.trim().trim_start_matches("pid-").trim_end_matches("-partnercenter");
        if Uuid::try_parse(id).is_err() {
            let detail = format!("partner_id is \"{partner}\", which is not a GUID.");
            let hint = "Write the GUID that is registered with Microsoft, or remove partner_id (ARM_PARTNER_ID).";
            return Err(settings.problem("Partner id not understood", &detail, hint));
        }
        let mark = partner.trim().trim_start_matches("pid-");
        options.user_agent = format!("{} pid-{mark}", options.user_agent);
    }
    Ok(options)
}

/// The same identity in other tenants.
pub(super) fn auxiliary(settings: Settings<'_>, credentials: &Credentials) -> Result<Vec<SignIn>, Refused> {
    let tenants = settings.texts("auxiliary_tenant_ids", Some("ARM_AUXILIARY_TENANT_IDS"));
    if tenants.len() > MOST_TENANTS {
        let detail = format!("auxiliary_tenant_ids names {} tenants; Azure takes up to {MOST_TENANTS}.", tenants.len());
        return Err(settings.problem("Too many tenants", &detail, "Name those alone whose resources are referred to."));
    }
    tenants
        .iter()
        .map(|tenant| {
            credentials.in_tenant(tenant).map(SignIn::new).ok_or_else(|| {
                let detail = "auxiliary_tenant_ids is set, and a managed identity is known in its own tenant alone.";
                let hint = "Remove auxiliary_tenant_ids, or sign in with an application that other tenants know.";
                settings.problem("Settings contradict each other", detail, hint)
            })
        })
        .collect()
}

/// The resource providers to register before something is created. azurerm's sets are far larger;
/// of them acier needs its own. Unset asks for nothing: one request less in each run.
pub(super) fn registrations(settings: Settings<'_>) -> Result<Vec<String>, Refused> {
    let set = settings.text("resource_provider_registrations", &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"]);
    let skipped = settings.flag("skip_provider_registration", "ARM_SKIP_PROVIDER_REGISTRATION", false)?;
    let mut wanted = match set.as_deref() {
        None | Some("none" | "core") => Vec::new(),
        Some("extended" | "legacy" | "all") => vec![OWN_NAMESPACE.to_owned()],
        Some(other) => {
            let detail = format!("resource_provider_registrations is \"{other}\".");
            return Err(settings.problem(
                "Setting not understood",
                &detail,
                "Use none, core, extended, legacy or all.",
            ));
        }
    };
    if skipped && !wanted.is_empty() {
        let detail =
            "skip_provider_registration says that nothing is registered, and resource_provider_registrations what is.";
        return Err(settings.problem("Settings contradict each other", detail, "Remove skip_provider_registration."));
    }
    for name in settings.texts("resource_providers_to_register", None) {
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
        if !plain {
            let detail = format!("resource_providers_to_register names \"{name}\".");
            return Err(settings.problem(
                "Setting not understood",
                &detail,
                "Write namespaces such as Microsoft.Network.",
            ));
        }
        if !wanted.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            wanted.push(name);
        }
    }
    Ok(wanted)
}
