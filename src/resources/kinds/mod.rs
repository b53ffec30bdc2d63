//! The tables, one file a kind; this list is all that registering a kind takes.
//!
//! **Never:** hold logic. A new kind is a new file with a `const` and one line here.

mod access;
mod container;
mod container_group;
mod container_group_profile;
mod data;
mod ngroup;
mod placement;
mod probe;
mod provider;
mod resource_group;
mod security;
mod template;
mod views;
mod volume;

use super::table::{Kind, Row, Ty};
use crate::schema::Cost;

pub use container_group::CONTAINER_GROUP;
pub use container_group_profile::CONTAINER_GROUP_PROFILE;
pub use ngroup::NGROUP;
pub use provider::PROVIDER;
pub use resource_group::RESOURCE_GROUP;

/// Kinds of `resource` blocks.
pub const MANAGED: &[&Kind] = &[&RESOURCE_GROUP, &CONTAINER_GROUP, &CONTAINER_GROUP_PROFILE, &NGROUP];

/// Kinds of `data` blocks.
pub const DATA: &[&Kind] = &[
    &data::RESOURCE_GROUP,
    &data::CONTAINER_GROUP,
    &data::CONTAINER_GROUP_PROFILE,
    &data::NGROUP,
    &data::CLIENT_CONFIG,
    &data::SUBSCRIPTION,
];

/// The managed kind of a name.
#[must_use]
pub fn managed(name: &str) -> Option<&'static Kind> {
    MANAGED.iter().find(|kind| kind.name == name).copied()
}

/// The kind of data of a name.
#[must_use]
pub fn data(name: &str) -> Option<&'static Kind> {
    DATA.iter().find(|kind| kind.name == name).copied()
}

/// A map of strings.
const TEXTS: Ty = Ty::Map(&Ty::Text);
/// A list of strings.
const LIST: Ty = Ty::List(&Ty::Text);
/// A set of strings.
const SET: Ty = Ty::Set(&Ty::Text);

/// Azure Container Instances, "Update containers": an update of the group restarts its containers.
const RESTARTS: &str = "The containers of the group restart with the new settings.";

/// A row whose change restarts the containers.
const fn restarts(row: Row) -> Row {
    row.costs(Cost::Restart, RESTARTS)
}

const ID: Row = Row::computed("id", Ty::Text)
    .at("id", super::table::Form::Segment)
    .equal(crate::schema::Equality::Caseless)
    .about("The id in Azure Resource Manager.");
