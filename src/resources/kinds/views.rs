//! What the service says of what runs: instance views of groups and of containers.
//!
//! **Never:** hold logic. All of it changes by itself, so a difference is no drift; a list of
//! groups does not return it (Azure Container Instances, REST reference, "list").

use crate::resources::table::{Fallback, Form, Row, Ty};

const EVENTS: Ty = Ty::List(&Ty::Object(&[
    ("count", Ty::Number),
    ("first_timestamp", Ty::Text),
    ("last_timestamp", Ty::Text),
    ("name", Ty::Text),
    ("message", Ty::Text),
    ("type", Ty::Text),
]));

const STATE: Ty = Ty::List(&Ty::Object(&[
    ("state", Ty::Text),
    ("start_time", Ty::Text),
    ("exit_code", Ty::Number),
    ("finish_time", Ty::Text),
    ("detail_status", Ty::Text),
]));

const OF_GROUP: Ty = Ty::List(&Ty::Object(&[("state", Ty::Text), ("events", EVENTS)]));

const OF_CONTAINER: Ty = Ty::List(&Ty::Object(&[
    ("restart_count", Ty::Number),
    ("current_state", STATE),
    ("previous_state", STATE),
    ("events", EVENTS),
]));

/// Containers as a data source shows them.
pub(super) const CONTAINERS: Ty =
    Ty::List(&Ty::Object(&[("name", Ty::Text), ("image", Ty::Text), ("instance_view", OF_CONTAINER)]));

/// The state of the group's last operation.
pub(super) const PROVISIONING_STATE: Row = Row::computed("provisioning_state", Ty::Text)
    .at("properties.provisioningState", Form::Plain)
    .volatile()
    .about("How far the last operation on the group is: `Succeeded`, `Updating`, `Repairing`, ...");

/// The state of the group.
pub(super) const GROUP_VIEW: Row = Row::computed("instance_view", OF_GROUP)
    .at("properties.instanceView", Form::Mirror)
    .volatile()
    .about("The state of the group (`Running`, `Stopped`, `Succeeded`, `Failed`, ...) and its events.");

/// The state of a container.
pub(super) const CONTAINER_VIEW: Row = Row::computed("instance_view", OF_CONTAINER)
    .at("properties.instanceView", Form::Mirror)
    .volatile()
    .about("How often the container was restarted, its state with exit code and times, the state before, its events.");

/// Whether the group came out of a standby pool.
pub(super) const FROM_STANDBY_POOL: Row = Row::computed("is_created_from_standby_pool", Ty::Bool)
    .at("properties.isCreatedFromStandbyPool", Form::Plain)
    .fallback(Fallback::Bool(false))
    .volatile()
    .about("Whether the group was taken from a standby pool.");
