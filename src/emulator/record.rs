//! What the world remembers, and the changes that the disk writes down.
//!
//! **Never:** hold a secret: bodies are stripped before they become records.
//! This is the one file of the emulator whose types leave as bytes. A change sets or drops one
//! whole record, so that replaying a log is a loop of map inserts; what a container does is not
//! stored at all but computed from launch times, so time passing writes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A resource group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) subscription: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Value>,
    pub(crate) managed_by: Option<Value>,
    /// When its deletion ends, if it is being deleted.
    pub(crate) leaving: Option<i64>,
}

/// A container group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ContainerGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) location: String,
    /// The body as it is echoed, without secrets, view and location.
    pub(crate) body: Map<String, Value>,
    /// The address it has once it runs.
    pub(crate) ip: Option<String>,
    pub(crate) launch: Launch,
    /// Launches before this one, oldest first; only the last few, for their events.
    pub(crate) past: Vec<Launch>,
    pub(crate) stopped: Option<i64>,
    /// How often updates restarted the containers.
    pub(crate) restarts: u32,
    /// The state of each container before this launch.
    pub(crate) previous: BTreeMap<String, Value>,
}

/// Why containers were started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    Created,
    Updated,
    Started,
    Restarted,
}

/// One start of all containers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Launch {
    pub(crate) reason: Reason,
    /// When it was asked for.
    pub(crate) at: i64,
    /// When its operation ends.
    pub(crate) ready: i64,
    /// Code and message, if the operation ends in failure.
    pub(crate) failure: Option<(String, String)>,
}

/// A long-running operation that clients poll.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// The key of the container group, or nothing for the deletion of a resource group.
    pub(crate) key: Option<String>,
    /// The id of what it works on.
    pub(crate) subject: String,
    pub(crate) at: i64,
    pub(crate) until: i64,
    pub(crate) failure: Option<(String, String)>,
}

/// One change of the world's tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    Group(String, Option<Group>),
    Containers(String, Option<ContainerGroup>),
    Operation(String, Option<Operation>),
    /// An id came into existence for the n-th time.
    Born(String, u32),
    /// Whether a subscription may use Microsoft.ContainerInstance; in logs of before registering
    /// took time.
    Registered(String, bool),
    /// From when on a subscription may use Microsoft.ContainerInstance, if it may.
    Registration(String, Option<i64>),
    /// Whether a subnet is linked to Microsoft.ContainerInstance.
    Linked(String, bool),
}

/// What one request changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Batch {
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// The world's counter of things made, afterwards.
    pub(crate) serial: u64,
    pub(crate) changes: Vec<Change>,
}
