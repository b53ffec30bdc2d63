//! Checks of groups that are waited for, and of replacements that get in the way of what they replace.
//!
//! **Never:** speak about unknown values.

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{advise, finding};

/// What is always started again never ends.
pub(super) fn endless(object: &Value) -> Vec<Finding> {
    let Some(goal @ ("succeeded" | "terminated")) = object.text("wait_for") else { return Vec::new() };
    let policy = object.get("restart_policy");
    if policy.is_some_and(|policy| policy.is_unknown() || policy.as_str().is_some_and(|policy| policy != "Always")) {
        return Vec::new();
    }
    let detail = format!(
        "wait_for = \"{goal}\" waits until the containers have ended, and with restart_policy = \"Always\", which is \
         the default, they are started again each time."
    );
    let found = finding(Path::root().attr("wait_for"), "Waiting for an end that never comes", detail);
    vec![advise(found, "Set restart_policy = \"Never\" or \"OnFailure\", or wait for \"running\".")]
}

/// Two groups cannot hold one DNS label in a region at once, unless each has a hash of its own in
/// its name. Source: Azure Container Instances, "Deploy with DNS name reuse".
pub(crate) fn label_clash(before: &Value, after: &Value) -> Option<Finding> {
    let same = |name: &str| before.text(name).is_some() && before.text(name) == after.text(name);
    let open = after.text("ip_address_type").is_none_or(|kind| kind == "Public");
    if !same("dns_name_label") || !same("location") || !open {
        return None;
    }
    if after.text("dns_name_label_reuse_policy") == Some("Noreuse") {
        return None;
    }
    let label = after.text("dns_name_label").unwrap_or_default();
    let detail = format!("both would hold the DNS name label \"{label}\" in one region");
    let found = finding(Path::root().attr("dns_name_label"), "Replacement cannot be created first", detail);
    Some(advise(
        found,
        "Give the replacement a dns_name_label of its own (for example with a part that changes with it)",
    ))
}
