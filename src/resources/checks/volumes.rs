//! Checks of volumes.
//!
//! **Never:** speak about unknown values.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{advise, all_containers, blocks, finding, given, name_of, unknown};

const SHARE: [&str; 2] = ["share_name", "storage_account_name"];
/// What opens a share; one of them.
const KEYS: [&str; 3] = ["storage_account_key", "storage_account_key_reference", "user_assigned_identity_client_id"];
const OTHERS: [&str; 4] = ["empty_dir", "git_repo", "secret", "secret_reference"];

/// Each volume is of one kind, and a share is described whole.
pub(super) fn kinds(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, container) in all_containers(object) {
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            let label = format!("Volume \"{}\" of container \"{}\"", name_of(volume), name_of(container));
            let of_share = SHARE.iter().chain(&KEYS).any(|name| given(volume, name));
            let mut kinds: Vec<&str> = OTHERS.into_iter().filter(|kind| given(volume, kind)).collect();
            if of_share {
                kinds.push("a storage share");
            }
            let open = SHARE.iter().chain(&KEYS).chain(&OTHERS).any(|name| unknown(volume, name));
            match kinds.len() {
                0 if !open => findings.push(advise(
                    finding(spot.path(), "Volume of no kind", format!("{label} does not say what it holds.")),
                    "Give it one of empty_dir, git_repo, secret, secret_reference, or share_name with storage_account_name and storage_account_key.",
                )),
                0 | 1 => {}
                _ => findings.push(finding(
                    spot.path(),
                    "Volume of several kinds",
                    format!("{label} is {} at once. A volume is of one kind; use several volume blocks.", kinds.join(" and ")),
                )),
            }
            if of_share {
                findings.extend(share(spot.path(), &label, volume));
            }
        }
    }
    findings
}

/// A share has its name, its account, and one way in.
fn share(path: Path, label: &str, volume: &Value) -> Option<Finding> {
    let has =
        |names: &[&'static str]| -> Vec<&str> { names.iter().copied().filter(|name| given(volume, name)).collect() };
    let keys = has(&KEYS);
    if keys.len() > 1 {
        let detail = format!("{label} has {}. One of them opens the share.", keys.join(" and "));
        return Some(finding(path, "Storage share with several keys", detail));
    }
    let mut missing: Vec<&str> =
        SHARE.into_iter().filter(|name| !given(volume, name) && !unknown(volume, name)).collect();
    if keys.is_empty() && !KEYS.iter().any(|name| unknown(volume, name)) {
        missing.push("storage_account_key");
    }
    if missing.is_empty() {
        return None;
    }
    let present: Vec<&str> = has(&SHARE).into_iter().chain(keys).collect();
    let detail = format!("{label} has {} but lacks {}.", present.join(" and "), missing.join(" and "));
    let found = finding(path, "Incomplete storage share", detail);
    let hint = "Instead of a key, storage_account_key_reference or user_assigned_identity_client_id may open it.";
    Some(if missing.contains(&"storage_account_key") { advise(found, hint) } else { found })
}

/// A container sees one volume at a path.
pub(super) fn mounts(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, container) in all_containers(object) {
        let mut seen = BTreeSet::new();
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            if let Some(path) = volume.text("mount_path").filter(|path| !seen.insert(*path)) {
                let detail = format!("Container \"{}\" has another volume at \"{path}\" already.", name_of(container));
                findings.push(finding(spot.attr("mount_path"), "Two volumes at one path", detail));
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
            let content = OTHERS.into_iter().chain(SHARE).chain(KEYS);
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
