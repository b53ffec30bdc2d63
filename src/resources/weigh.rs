//! What changes cost where one attribute decides what a change of another means.
//!
//! **Never:** decide what is unknown: then the attribute's own cost, the greater one, stands.
//! Source: Azure Container Instances, "About NGroups" and "NGroups Rolling Update".

use crate::schema::Cost;
use crate::value::{Path, Step, Value};

/// Changes of an ngroup.
pub(crate) fn ngroup(path: &Path, before: &Value, after: &Value) -> Option<(Cost, &'static str)> {
    let Step::Attr(name) = path.0.first()? else { return None };
    match &**name {
        "container_group_profile" => rollout(after),
        "desired_count" => count(before, after),
        "zones" => zones(before, after),
        _ => None,
    }
}

fn rollout(after: &Value) -> Option<(Cost, &'static str)> {
    match after.text("update_mode")? {
        "Manual" => Some((
            Cost::Revise,
            "Container groups that are there run on as they are, because update_mode is \"Manual\"; those that are made later follow it.",
        )),
        _ => {
            let rolling = after.get("rolling_update")?.as_sequence()?.first();
            match rolling.map(|rolling| rolling.get("in_place_update")) {
                Some(in_place) if in_place?.is_unknown() => None,
                Some(in_place) if in_place?.as_bool() == Some(true) => {
                    Some((Cost::Restart, "The containers of the container groups restart with it, batch by batch."))
                }
                _ => Some((
                    Cost::Roll,
                    "New container groups, with addresses of their own, replace those that are there, batch by batch.",
                )),
            }
        }
    }
}

fn count(before: &Value, after: &Value) -> Option<(Cost, &'static str)> {
    let count = |value: &Value| value.get("desired_count").and_then(Value::as_int);
    Some(match (count(before)?, count(after)?) {
        (few, many) if few < many => (Cost::Revise, "Container groups are added; those that are there run on."),
        _ => (Cost::Roll, "Container groups are removed, as the service chooses; the others run on."),
    })
}

fn zones(before: &Value, after: &Value) -> Option<(Cost, &'static str)> {
    let (old, new) = (before.get("zones")?.as_sequence()?, after.get("zones")?.as_sequence()?);
    let kept = !old.is_empty() && old.iter().all(|zone| new.iter().any(|other| other.same(zone)));
    kept.then_some((
        Cost::Revise,
        "Container groups that are made later use the new zone; those that are there stay where they are.",
    ))
}
