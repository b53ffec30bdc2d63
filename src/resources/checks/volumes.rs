//! Checks of volumes.
//!
//! **Never:** speak about unknown values.

use std::collections::BTreeMap;

use crate::schema::Finding;
use crate::value::Value;

use super::{advise, all_containers, blocks, finding, given, name_of, unknown};

const SHARE: [&str; 3] = ["share_name", "storage_account_name", "storage_account_key"];

/// Each volume is of one kind, and a share is described whole.
pub(super) fn kinds(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, container) in all_containers(object) {
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            let label = format!("Volume \"{}\" of container \"{}\"", name_of(volume), name_of(container));
            let share: Vec<&str> = SHARE.into_iter().filter(|name| given(volume, name)).collect();
            let mut kinds: Vec<&str> =
                ["empty_dir", "git_repo", "secret"].into_iter().filter(|kind| given(volume, kind)).collect();
            if !share.is_empty() {
                kinds.push("a storage share");
            }
            let open = SHARE.iter().chain(&["empty_dir", "git_repo", "secret"]).any(|name| unknown(volume, name));
            match kinds.len() {
                0 if !open => findings.push(advise(
                    finding(spot.path(), "Volume of no kind", format!("{label} does not say what it holds.")),
                    "Give it one of empty_dir, git_repo, secret, or share_name with storage_account_name and storage_account_key.",
                )),
                0 | 1 => {}
                _ => findings.push(finding(
                    spot.path(),
                    "Volume of several kinds",
                    format!("{label} is {} at once. A volume is of one kind; use several volume blocks.", kinds.join(" and ")),
                )),
            }
            let missing: Vec<&str> =
                SHARE.into_iter().filter(|name| !given(volume, name) && !unknown(volume, name)).collect();
            if !share.is_empty() && !missing.is_empty() {
                findings.push(finding(
                    spot.path(),
                    "Incomplete storage share",
                    format!("{label} has {} but lacks {}.", share.join(" and "), missing.join(" and ")),
                ));
            }
        }
    }
    findings
}

/// Volumes of one name are one volume, so they say the same.
pub(super) fn shared(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    for (spot, container) in all_containers(object) {
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            let Some(name) = volume.text("name").filter(|_| volume.is_wholly_known()) else { continue };
            let Some((other, first)) = seen.get(name) else {
                seen.insert(name, (name_of(container), volume));
                continue;
            };
            let content = ["empty_dir", "git_repo", "secret"].into_iter().chain(SHARE);
            let differs = |name: &str| match (first.get(name), volume.get(name)) {
                (Some(a), Some(b)) => !a.same(b),
                (a, b) => a.is_some() != b.is_some(),
            };
            if let Some(differing) = content.into_iter().find(|name| differs(name)) {
                findings.push(advise(
                    finding(
                        spot.path(),
                        "Two volumes of one name",
                        format!(
                            "Containers \"{other}\" and \"{}\" mount a volume of the name \"{name}\", which makes it one \
                             volume of the group, but they differ in {differing}.",
                            name_of(container)
                        ),
                    ),
                    "Give the volumes different names.",
                ));
            }
        }
    }
    findings
}
