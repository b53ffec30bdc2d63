//! Checks of tags, names, probes and identities.
//!
//! **Never:** speak about unknown values.

use std::collections::BTreeSet;

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{advise, all_containers, blocks, finding, given, name_of, unknown, warn};

/// Azure Resource Manager, "Limits": 50 tags, names up to 512 characters, values up to 256.
pub(crate) fn tags(object: &Value) -> Vec<Finding> {
    let Some(tags) = object.get("tags").and_then(Value::as_members) else { return Vec::new() };
    let path = Path::root().attr("tags");
    let mut findings = Vec::new();
    if tags.len() > 50 {
        findings.push(finding(
            path.clone(),
            "Too many tags",
            format!("An object in Azure has at most 50 tags, and {} are given.", tags.len()),
        ));
    }
    for (name, value) in tags {
        if name.chars().count() > 512 || name.is_empty() {
            findings.push(finding(
                path.key(name),
                "Invalid tag name",
                format!("The name of a tag is 1 to 512 characters, so \"{name}\" is not one."),
            ));
        } else if name.contains(['<', '>', '%', '&', '\\', '?', '/']) {
            // Azure itself makes tags of names like `hidden-link:/subscriptions/...`.
            let detail =
                format!("Azure documents the name of a tag as having none of <>%&\\?/, so \"{name}\" may be refused.");
            findings.push(warn(finding(path.key(name), "Unusual tag name", detail)));
        }
        if value.as_str().is_some_and(|text| text.chars().count() > 256) {
            findings.push(finding(
                path.key(name),
                "Tag value too long",
                format!("The value of a tag has at most 256 characters; that of \"{name}\" is longer."),
            ));
        }
    }
    findings
}

/// Names of containers are unique in the group; names of environment variables are not given twice.
pub(super) fn names(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (spot, container) in all_containers(object) {
        if let Some(name) = container.text("name")
            && !seen.insert(name.to_ascii_lowercase())
        {
            findings.push(finding(
                spot.attr("name"),
                "Duplicate container name",
                format!("Another container of the group has the name \"{name}\" already."),
            ));
        }
        let mut variables = BTreeSet::new();
        for kind in ["secure_environment_variables", "secure_environment_variable_references", "environment_variables"]
        {
            let own = container.get(kind).and_then(Value::as_members).into_iter().flatten();
            for (name, _) in own.filter(|(name, _)| !variables.insert((*name).clone())) {
                findings.push(finding(
                    spot.attr(kind).key(name),
                    "Duplicate environment variable",
                    format!(
                        "Container \"{}\" has the environment variable \"{name}\" in {kind} and in another argument.",
                        name_of(container)
                    ),
                ));
            }
        }
    }
    findings
}

/// A probe runs a command or asks by HTTP.
pub(super) fn probes(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, container) in blocks(object, None, "container") {
        for kind in ["liveness_probe", "readiness_probe"] {
            for (spot, probe) in blocks(container, Some(&spot), kind) {
                let (exec, http) = (given(probe, "exec"), given(probe, "http_get"));
                if exec && http {
                    let detail = format!(
                        "The {kind} of container \"{}\" has both exec and http_get. A probe has one of them.",
                        name_of(container)
                    );
                    findings.push(finding(spot.path(), "Probe with two actions", detail));
                } else if !exec && !http && !unknown(probe, "exec") && !unknown(probe, "http_get") {
                    let detail = format!(
                        "The {kind} of container \"{}\" says neither what to run nor what to ask.",
                        name_of(container)
                    );
                    let found = finding(spot.path(), "Probe without an action", detail);
                    findings.push(advise(found, "Give it exec or an http_get block."));
                }
            }
        }
    }
    findings
}

/// Metadata is for one type of logs (the service answers LogAnalyticsMetadataNotAllowed).
pub(super) fn logs(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, diagnostics) in blocks(object, None, "diagnostics") {
        for (spot, logs) in blocks(diagnostics, Some(&spot), "log_analytics") {
            let some = logs.get("metadata").and_then(Value::as_members).is_some_and(|members| !members.is_empty());
            if some && logs.text("log_type") == Some("ContainerInstanceLogs") {
                let detail = "The service takes metadata for log_type = \"ContainerInsights\" only and refuses this with \
                              LogAnalyticsMetadataNotAllowed.";
                findings.push(finding(spot.attr("metadata"), "Metadata for the wrong type of logs", detail.into()));
            } else if some && logs.get("log_type").is_some_and(Value::is_null) {
                let detail = "Metadata is sent beside log_type only, and log_type is not set, so it has no effect.";
                findings.push(warn(finding(spot.attr("metadata"), "Metadata without a type of logs", detail.into())));
            }
        }
    }
    findings
}

/// Ids of identities go with a user-assigned type.
pub(super) fn identity(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, identity) in blocks(object, None, "identity") {
        let Some(kind) = identity.text("type") else { continue };
        let user = kind.contains("UserAssigned");
        if !user && given(identity, "identity_ids") {
            findings.push(finding(
                spot.attr("identity_ids"),
                "Identity ids without a user-assigned identity",
                format!("identity_ids is for type \"UserAssigned\", and the type is \"{kind}\"."),
            ));
        }
        if user && !given(identity, "identity_ids") && !unknown(identity, "identity_ids") {
            findings.push(finding(
                spot.attr("type"),
                "User-assigned identity without ids",
                format!("The identity has the type \"{kind}\", which needs identity_ids."),
            ));
        }
    }
    findings
}
