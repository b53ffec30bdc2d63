//! What azurerm accepts and the service may accept too: said as warnings, never refused.
//!
//! **Never:** speak about unknown values. Sources: Azure Container Instances, "Naming rules",
//! "Service limits" and "Deploy in a virtual network"; the service was seen to be milder.

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{all_containers, blocks, finding, given, name_of, unknown, warn};

fn doubt(path: Path, summary: &str, detail: String) -> Finding {
    warn(finding(path, summary, detail))
}

/// Names that break the documented rules.
pub(super) fn names(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Groups with upper case in their names were seen to be made.
    let odd = |what: &str, name: &str| {
        name.contains("--") || what != "container group" && name.contains(|letter: char| letter.is_ascii_uppercase())
    };
    let mut look = |path: Path, what: &str, block: &Value| {
        if let Some(name) = block.text("name").filter(|name| odd(what, name)) {
            let detail = format!(
                "Azure documents the name of a {what} as lower-case letters, digits and hyphens, no two hyphens in a row, so \"{name}\" may be refused."
            );
            findings.push(doubt(path, "Unusual name", detail));
        }
    };
    look(Path::root().attr("name"), "container group", object);
    for (spot, container) in all_containers(object) {
        look(spot.attr("name"), "container", container);
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            look(spot.attr("name"), "volume", volume);
        }
    }
    findings.extend(variables(object));
    findings
}

/// Environment variables: 1 to 63 letters, digits and underscores, none at an end.
fn variables(object: &Value) -> Vec<Finding> {
    let plain = |name: &str| {
        let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        (1..=63).contains(&name.len()) && name.chars().all(inside) && !name.starts_with('_') && !name.ends_with('_')
    };
    let kinds = ["environment_variables", "secure_environment_variables", "secure_environment_variable_references"];
    let mut findings = Vec::new();
    for (spot, container) in all_containers(object) {
        for kind in kinds {
            let names = container.get(kind).and_then(Value::as_members).into_iter().flatten().map(|(name, _)| name);
            for name in names.filter(|name| !plain(name)) {
                let detail = format!(
                    "Azure documents the name of an environment variable as 1 to 63 letters, digits and underscores with no underscore at either end, so \"{name}\" may be refused."
                );
                findings.push(doubt(spot.attr(kind).key(name), "Unusual name", detail));
            }
        }
    }
    findings
}

/// Addresses and networks that do not go together.
pub(super) fn network(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(kind) = object.text("ip_address_type") else { return findings };
    let (label, subnet) = (given(object, "dns_name_label"), given(object, "subnet_ids"));
    if label && kind != "Public" && !subnet {
        let detail =
            format!("The DNS name label has no effect: a group with ip_address_type = \"{kind}\" has no public name.");
        findings.push(doubt(Path::root().attr("dns_name_label"), "DNS name label without a public address", detail));
    }
    if subnet && kind == "Public" {
        let detail = "A container group in a subnet has a private address or none, and ip_address_type is \"Public\".";
        let mut found = doubt(Path::root().attr("subnet_ids"), "Public address in a subnet", detail.into());
        found.hint = Some("Set ip_address_type = \"Private\" or \"None\".".into());
        findings.push(found);
    }
    if kind == "Private" && !subnet && !unknown(object, "subnet_ids") {
        let detail = "A private address comes from a subnet, and subnet_ids is not set.";
        findings.push(doubt(Path::root().attr("ip_address_type"), "Private address without a subnet", detail.into()));
    }
    findings
}

/// Sizes that the service documents as too small, or for which it does not keep capacity.
pub(super) fn sizes(object: &Value) -> Vec<Finding> {
    let Some((cpu, memory)) = super::limits::totals(object) else { return Vec::new() };
    let mut findings = Vec::new();
    if cpu < 1.0 || memory < 1.0 {
        let detail = format!(
            "A container group has at least 1 CPU and 1 GB in all, as Azure documents it, and this one {cpu} CPU and {memory} GB."
        );
        findings.push(doubt(Path::root().attr("container"), "Small container group", detail));
    }
    if cpu > 4.0 || memory > 16.0 {
        let detail = format!(
            "Groups of more than 4 CPU or 16 GB (this one has {cpu} CPU and {memory} GB) are made when there is capacity in the region."
        );
        findings.push(doubt(Path::root().attr("container"), "Big container group", detail));
    }
    findings
}

/// Arguments that have no effect beside, or without, others.
pub(super) fn idle(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let root = |name: &str| Path::root().attr(name);
    if given(object, "key_vault_user_assigned_identity_id")
        && !given(object, "key_vault_key_id")
        && !unknown(object, "key_vault_key_id")
    {
        findings.push(doubt(
            root("key_vault_user_assigned_identity_id"),
            "Identity for a key without a key",
            "key_vault_user_assigned_identity_id says who reads the key, but key_vault_key_id is not set, so it has no effect.".into(),
        ));
    }
    if given(object, "confidential_compute_policy") && object.text("sku").is_some_and(|sku| sku != "Confidential") {
        findings.push(doubt(
            root("confidential_compute_policy"),
            "Confidential policy without the Confidential SKU",
            "confidential_compute_policy is for groups with sku = \"Confidential\".".into(),
        ));
    }
    for (spot, container) in all_containers(object) {
        let count = blocks(container, None, "security").count();
        if count > 1 {
            let detail = format!(
                "Container \"{}\" has {count} security blocks, of which only the first counts.",
                name_of(container)
            );
            findings.push(doubt(spot.attr("security"), "Several security blocks", detail));
        }
        for kind in ["liveness_probe", "readiness_probe"] {
            for (spot, probe) in blocks(container, Some(&spot), kind) {
                let count = blocks(probe, None, "http_get").count();
                if count > 1 {
                    let detail = format!(
                        "The {kind} of container \"{}\" has {count} http_get blocks, of which only the last counts.",
                        name_of(container)
                    );
                    findings.push(doubt(spot.attr("http_get"), "Several http_get blocks", detail));
                }
            }
        }
    }
    findings
}
