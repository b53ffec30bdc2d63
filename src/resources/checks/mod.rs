//! Checks at plan time: what Azure Container Instances would refuse at apply time.
//!
//! **Never:** say anything about what is unknown, or ask the cloud. `values` looks at one
//! attribute, the other files at whole objects. Limits are those of "Service limits for Azure
//! Container Instances" and of recorded exchanges; where the two differ, what was recorded wins.

mod limits;
mod network;
pub(crate) mod objects;
pub(crate) mod values;
mod volumes;

use crate::schema::{Finding, ObjectCheck};
use crate::value::{Path, Value};

/// All checks of a container group.
pub(crate) const GROUP_CHECKS: &[ObjectCheck] = &[
    objects::tags,
    objects::names,
    objects::probes,
    objects::identity,
    network::ports,
    network::address,
    network::labels,
    limits::counts,
    limits::sizes,
    volumes::kinds,
    volumes::shared,
];

fn finding(path: Path, summary: &str, detail: String) -> Finding {
    Finding { path, summary: summary.into(), detail, hint: None }
}

fn advise(mut finding: Finding, hint: &str) -> Finding {
    finding.hint = Some(hint.into());
    finding
}

/// The blocks of a name with their paths; none while their number is unknown.
fn blocks<'v>(object: &'v Value, path: &Path, name: &str) -> Vec<(Path, &'v Value)> {
    let blocks = object.get(name).and_then(Value::as_sequence).unwrap_or_default();
    if blocks.is_empty() {
        return Vec::new();
    }
    let path = path.attr(name);
    blocks.iter().enumerate().map(|(index, block)| (path.index(index), block)).collect()
}

/// Containers and init containers with their paths.
fn all_containers(object: &Value) -> Vec<(Path, &Value)> {
    let mut all = blocks(object, &Path::root(), "init_container");
    all.extend(blocks(object, &Path::root(), "container"));
    all
}

/// A block's name for a message.
fn name_of(block: &Value) -> &str {
    block.text("name").unwrap_or("?")
}

/// Whether a member is certainly given: known, not null, not empty.
fn given(block: &Value, name: &str) -> bool {
    block.get(name).is_some_and(|value| {
        !value.is_null()
            && !value.is_unknown()
            && value.as_str() != Some("")
            && value.as_bool() != Some(false)
            && !value.as_sequence().is_some_and(<[Value]>::is_empty)
    })
}

/// Whether a member is not known.
fn unknown(block: &Value, name: &str) -> bool {
    block.get(name).is_some_and(Value::is_unknown)
}
