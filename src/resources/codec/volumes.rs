//! Volumes: one block is a mount in a container and a volume of the group of the same name.
//!
//! **Never:** know attributes; both sides are JSON here. Containers that mount a volume of the
//! same name share it, so the group names it once. A share is read-only for the group only if
//! every container mounts it so.

use serde_json::{Map, Value as Json};

use super::json;

/// Where the group's volumes lie.
pub(super) const PLACE: &str = "properties.volumes";

/// What belongs to the mount; the name belongs to both.
const OF_MOUNT: [&str; 2] = ["mountPath", "readOnly"];

/// Takes the volume out of a block and adds it to the group's; the mount remains.
pub(super) fn take_apart(whole: Map<String, Json>, group: &mut Vec<Json>) -> Json {
    let mut mount = Map::new();
    let mut volume = Map::new();
    for (name, member) in whole {
        if name == "name" {
            mount.insert(name.clone(), member.clone());
            volume.insert(name, member);
        } else if OF_MOUNT.contains(&&*name) {
            mount.insert(name, member);
        } else {
            volume.insert(name, member);
        }
    }
    let read_only = mount.get("readOnly").and_then(Json::as_bool).unwrap_or(false);
    if let Some(share) = volume.get_mut("azureFile").and_then(Json::as_object_mut) {
        share.insert("readOnly".into(), Json::Bool(read_only));
    }
    match group.iter_mut().find(|other| other.get("name") == volume.get("name")) {
        Some(other) => {
            if let Some(shared) = other.pointer_mut("/azureFile/readOnly")
                && !read_only
            {
                *shared = Json::Bool(false);
            }
        }
        None => group.push(Json::Object(volume)),
    }
    Json::Object(mount)
}

/// Lays the group's volume of a mount's name under the mount.
pub(super) fn put_together(mount: &Json, root: &Json) -> Json {
    let name = json::member(mount, "name").and_then(Json::as_str).unwrap_or_default();
    let named = |volume: &&Json| {
        json::member(volume, "name").and_then(Json::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let volume = json::find(root, PLACE).and_then(Json::as_array).and_then(|all| all.iter().find(named));
    let mut whole = volume.and_then(Json::as_object).cloned().unwrap_or_default();
    if let Some(mount) = mount.as_object() {
        whole.extend(mount.iter().map(|(name, member)| (name.clone(), member.clone())));
    }
    Json::Object(whole)
}
