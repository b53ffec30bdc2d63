//! Checks of ngroups.
//!
//! **Never:** speak about unknown values, or judge a profile, which is an object of its own.

use std::collections::BTreeSet;

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{advise, blocks, finding, given, name_of, unknown, warn};

/// The settings of rolling updates have no effect on manual ones.
pub(super) fn rolling(object: &Value) -> Vec<Finding> {
    if object.text("update_mode") != Some("Manual") || !given(object, "rolling_update") {
        return Vec::new();
    }
    let detail = "rolling_update says how container groups are updated batch by batch, but with update_mode = \"Manual\" they are not updated at all.";
    let found = finding(
        Path::root().attr("rolling_update"),
        "Settings of rolling updates without rolling updates",
        detail.into(),
    );
    vec![warn(advise(found, "Set update_mode = \"Rolling\"."))]
}

const KEYS: [&str; 3] = ["storage_account_key", "storage_account_key_reference", "user_assigned_identity_client_id"];

/// Volumes have names of their own and one way to their share; mounts name volumes.
pub(super) fn volumes(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, profile) in blocks(object, None, "container_group_profile") {
        let mut names = BTreeSet::new();
        for (spot, volume) in blocks(profile, Some(&spot), "volume") {
            if let Some(name) = volume.text("name")
                && !names.insert(name)
            {
                let detail = format!("Another volume of the profile has the name \"{name}\" already.");
                findings.push(finding(spot.attr("name"), "Duplicate volume name", detail));
            }
            let ways: Vec<&str> = KEYS.into_iter().filter(|name| given(volume, name)).collect();
            let open = KEYS.into_iter().any(|name| unknown(volume, name));
            if ways.len() > 1 {
                let detail = format!("Volume \"{}\" has {}. Give one of them.", name_of(volume), ways.join(" and "));
                findings.push(finding(spot.path(), "Several ways to one share", detail));
            } else if ways.is_empty() && !open {
                let detail = format!("Volume \"{}\" does not say how its share may be used.", name_of(volume));
                let hint =
                    "Give it storage_account_key, storage_account_key_reference or user_assigned_identity_client_id.";
                findings.push(advise(finding(spot.path(), "Share without a key", detail), hint));
            }
        }
        let known = profile.get("volume").is_some_and(|volumes| !volumes.is_unknown())
            && blocks(profile, None, "volume").all(|(_, volume)| volume.text("name").is_some());
        for (spot, container) in blocks(profile, Some(&spot), "container") {
            for (spot, mount) in blocks(container, Some(&spot), "volume_mount") {
                if let Some(name) = mount.text("name").filter(|name| known && !names.contains(name)) {
                    let detail = format!(
                        "Container \"{}\" mounts \"{name}\", which no volume block of the same container_group_profile names. Volumes of the profile itself are mounted there.",
                        name_of(container)
                    );
                    findings.push(finding(spot.attr("name"), "Mount of an unknown volume", detail));
                }
            }
        }
    }
    findings
}

/// What joins a load balancer has a subnet, because its members are private addresses.
pub(super) fn networks(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, profile) in blocks(object, None, "container_group_profile") {
        let joined = blocks(profile, None, "network_profile").next().is_some();
        if joined && !given(profile, "subnet_ids") && !unknown(profile, "subnet_ids") {
            let detail = "The container groups are to join a load balancer or an application gateway, which reach them in a subnet, and subnet_ids is not set.";
            findings.push(warn(finding(
                spot.attr("network_profile"),
                "Network profile without a subnet",
                detail.into(),
            )));
        }
    }
    findings
}
