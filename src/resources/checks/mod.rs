//! Checks at plan time: what Azure Container Instances would refuse at apply time.
//!
//! **Never:** say anything about what is unknown, or ask the cloud. `values` looks at one
//! attribute, the other files at whole objects. Limits are those of "Service limits for Azure
//! Container Instances" and of recorded exchanges; where the two differ, what was recorded wins.

mod doubts;
mod jobs;
mod limits;
mod network;
mod ngroups;
pub(crate) mod objects;
mod references;
pub(crate) mod values;
mod volumes;

pub(crate) use jobs::label_clash;

use crate::schema::{Finding, ObjectCheck};
use crate::value::{Path, Value};

/// All checks of a container group.
pub(crate) const GROUP_CHECKS: &[ObjectCheck] = &[
    objects::tags,
    objects::names,
    objects::probes,
    objects::identity,
    objects::logs,
    jobs::endless,
    network::ports,
    network::address,
    network::labels,
    network::kinds,
    limits::counts,
    limits::sizes,
    limits::ceilings,
    volumes::kinds,
    volumes::shared,
    volumes::mounts,
    references::secrets,
    references::credentials,
    references::extensions,
    doubts::names,
    doubts::network,
    doubts::sizes,
    doubts::idle,
];

/// All checks of a container group profile: those of a container group but for what only groups
/// have, an identity, a network and a key vault's secrets.
pub(crate) const PROFILE_CHECKS: &[ObjectCheck] = &[
    objects::tags,
    objects::names,
    objects::probes,
    network::ports,
    network::address,
    network::kinds,
    limits::counts,
    limits::sizes,
    limits::ceilings,
    volumes::kinds,
    volumes::shared,
    volumes::mounts,
    references::credentials,
    references::extensions,
    doubts::sizes,
    doubts::idle,
];

/// All checks of an ngroup.
pub(crate) const NGROUP_CHECKS: &[ObjectCheck] =
    &[objects::tags, objects::identity, ngroups::rolling, ngroups::volumes, ngroups::networks];

fn finding(path: Path, summary: &str, detail: String) -> Finding {
    Finding { path, summary: summary.into(), detail, hint: None, warning: false }
}

fn warn(mut finding: Finding) -> Finding {
    finding.warning = true;
    finding
}

fn advise(mut finding: Finding, hint: &str) -> Finding {
    finding.hint = Some(hint.into());
    finding
}

/// A place among nested blocks. It becomes a path only when there is something to say about it.
#[derive(Clone, Copy)]
struct Spot<'p> {
    above: Option<&'p Spot<'p>>,
    name: &'static str,
    index: usize,
}

impl Spot<'_> {
    fn path(&self) -> Path {
        self.above.map_or_else(Path::root, Spot::path).attr(self.name).index(self.index)
    }

    fn attr(&self, name: &str) -> Path {
        self.path().attr(name)
    }
}

/// The blocks of a name with their places; none while their number is unknown.
fn blocks<'v, 'p>(
    object: &'v Value,
    above: Option<&'p Spot<'p>>,
    name: &'static str,
) -> impl Iterator<Item = (Spot<'p>, &'v Value)> + use<'v, 'p> {
    let blocks = object.get(name).and_then(Value::as_sequence).unwrap_or_default();
    blocks.iter().enumerate().map(move |(index, block)| (Spot { above, name, index }, block))
}

/// Containers and init containers with their places.
fn all_containers(object: &Value) -> impl Iterator<Item = (Spot<'static>, &Value)> {
    blocks(object, None, "init_container").chain(blocks(object, None, "container"))
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
