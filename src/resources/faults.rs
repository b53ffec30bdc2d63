//! What went wrong in Azure, in the words of the port, with advice where there is some.
//!
//! **Never:** decide whether to try again.

use serde_json::Value as Json;

use crate::arm::error::{ArmError, Sort};
use crate::provider::{Fault, FaultKind};

use super::advice::advice;
use super::codec::Unsendable;
use super::operate;

/// An error of the client as a fault.
pub(super) fn fault(error: &ArmError) -> Fault {
    let kind = match error.sort {
        Sort::Rejected => FaultKind::Rejected,
        Sort::Denied => FaultKind::Denied,
        Sort::SignIn => FaultKind::SignIn,
        Sort::Throttled => FaultKind::Throttled,
        Sort::NotFound => FaultKind::Gone,
        Sort::Unreachable => FaultKind::Unreachable,
        // An answer that makes no sense may still be the answer to a call that happened.
        Sort::Malformed if (200..300).contains(&error.status) => FaultKind::Unreachable,
        Sort::Malformed => FaultKind::Rejected,
    };
    let lines = [
        // An operation that failed is told of with status 200, which says nothing about it.
        (error.status >= 300).then(|| format!("HTTP status {}", error.status)),
        (!error.request.is_empty()).then(|| error.request.clone()),
        // Without a request the run's id leads nowhere.
        error.correlation_id.as_ref().filter(|_| !error.request.is_empty()).map(|id| format!("Correlation id {id}")),
        error.request_id.as_ref().map(|id| format!("Request id {id}")),
    ];
    Fault {
        kind,
        code: error.code.clone(),
        message: error.message.clone(),
        trace: lines.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        hint: signing_in(error).or_else(|| hint(&error.code, &error.message)).map(str::to_owned),
    }
}

fn signing_in(error: &ArmError) -> Option<&'static str> {
    if error.sort == Sort::SignIn { advice(&error.message) } else { None }
}

/// What can be done about a code. Source: Azure Container Instances, "Troubleshoot common issues",
/// and Azure Resource Manager, "Common deployment errors".
fn hint(code: &str, message: &str) -> Option<&'static str> {
    let text = format!("{code} {message}").to_ascii_lowercase();
    let found = HINTS.iter().find(|(word, _)| text.contains(word));
    found.map(|(_, hint)| *hint)
}

const HINTS: &[(&str, &str)] = &[
    (
        "cannot be reached",
        "Check the network, the proxy, and the endpoints in the file that AZURE_AUTH_LOCATION names; an emulator must be running.",
    ),
    (
        "missingsubscriptionregistration",
        "Register the service once with `az provider register --namespace Microsoft.ContainerInstance`.",
    ),
    (
        "containergroupquotareached",
        "Delete groups that are not needed, choose another region, or ask Azure for more quota.",
    ),
    ("quota", "Delete what is not needed, choose another region, or ask Azure for more quota."),
    (
        "inaccessibleimage",
        "Check the name and tag of the image, and the image_registry_credential block if the registry is private.",
    ),
    (
        "registryerrorresponse",
        "The registry refuses or limits anonymous pulls: try again later, sign in with image_registry_credential, or mirror the image.",
    ),
    (
        "authorizationfailed",
        "Give the identity the role Contributor on the resource group, and wait a few minutes for it to count.",
    ),
    ("linkedauthorization", "Give the identity a role on the subnet or identity that the group refers to."),
    ("invalidcontainergroupupdate", "Replace the group: -replace=ADDRESS."),
    (
        "containergrouptransitioning",
        "Wait until the operation that is under way has ended, then try again; a group that cannot start is rather replaced: -replace=ADDRESS.",
    ),
    ("missingipaddressports", "Add a ports block to a container, or set ip_address_type = \"None\"."),
    ("resourcegroupbeingdeleted", "Wait until the resource group is deleted, or choose another name."),
    (
        "invalidresourcegrouplocation",
        "The resource group exists in another region: name that region, or choose another name.",
    ),
    ("regionnotavailable", "Choose another region."),
    ("locationnotavailableforresourcetype", "Choose another region."),
    ("osversionnotsupported", "Use an image for a version of Windows that Azure Container Instances supports."),
    ("resourcegroupnotfound", "Create the resource group first, or refer to its block so that acier does."),
    ("invalidauthenticationtoken", "Sign in again, and check that the tenant is that of the subscription."),
    ("expiredauthenticationtoken", "Sign in again."),
    ("subscriptionnotfound", "Check subscription_id, and that the identity may see the subscription."),
    ("invalidstorageaccountkey", "Check storage_account_key: it may have been rotated."),
    (
        "serviceunavailable",
        "Azure has no room for this size at the moment: ask for less, choose another region, or try again later.",
    ),
    ("dns name label", "Choose another dns_name_label, or set dns_name_label_reuse_policy."),
];

/// A call that cannot be sent.
pub(super) fn unsendable(error: &Unsendable) -> Fault {
    let place = error.path.to_string();
    invalid(if place.is_empty() { error.message.clone() } else { format!("{place}: {}", error.message) })
}

pub(super) fn invalid(message: String) -> Fault {
    Fault { kind: FaultKind::Invalid, code: String::new(), message, trace: String::new(), hint: None }
}

/// What should be there is not.
pub(super) fn missing(id: &str) -> Fault {
    Fault {
        kind: FaultKind::Gone,
        code: "ResourceNotFound".into(),
        message: format!("{id} is not there, although it should be."),
        trace: String::new(),
        hint: None,
    }
}

/// The object itself says that it failed.
pub(super) fn failed(id: &str, state: &str) -> Fault {
    Fault {
        kind: FaultKind::Rejected,
        code: String::new(),
        message: format!("{id} is in the provisioning state \"{state}\"."),
        trace: String::new(),
        hint: None,
    }
}

/// Adds what the service says about the containers: usually the reason stands only there.
pub(super) fn add_events(fault: &mut Fault, body: &Json) {
    let group = operate::Group::parse(body);
    let own = group.events.iter().map(|event| ("the group", event));
    let inner = group
        .containers
        .iter()
        .flat_map(|container| container.events.iter().map(|event| (container.name.as_str(), event)));
    let said: Vec<String> = own
        .chain(inner)
        .filter(|(_, event)| event.warns() && !event.message.is_empty() && !fault.message.contains(&event.message))
        .map(|(name, event)| format!("{name}: {}", event.message))
        .collect();
    for line in said {
        fault.message.push('\n');
        fault.message.push_str(&line);
    }
    if fault.hint.is_none() {
        fault.hint = hint(&fault.code, &fault.message).map(str::to_owned);
    }
}
