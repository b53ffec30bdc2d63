//! What the world remembers, and the changes that the disk writes down.
//!
//! **Never:** hold a secret: bodies are stripped before they become records.
//! This is the one file of the emulator whose types leave as bytes. A change sets or drops one
//! whole record, so that replaying a log is a loop of map inserts; what a container does is not
//! stored at all but computed from launch times, so time passing writes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::emulator::kept::Kept;

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

/// A container group profile with all its revisions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Value>,
    /// Oldest first; never empty.
    pub(crate) revisions: Vec<Revision>,
}

/// One revision of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Revision {
    pub(crate) number: u32,
    /// The properties as they are echoed, without secrets.
    pub(crate) properties: Map<String, Value>,
    pub(crate) zones: Option<Value>,
    /// A fingerprint of what was sent, secrets included, that tells a repeated request from a change.
    pub(crate) mark: String,
}

/// An ngroup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) location: String,
    /// The body as it is echoed, without secrets, state and location.
    pub(crate) body: Map<String, Value>,
    /// Its container groups, oldest first.
    pub(crate) members: Vec<Member>,
    /// What is being done.
    pub(crate) work: Option<Work>,
    /// Code and message of the last operation, if it failed.
    pub(crate) failure: Option<(String, String)>,
}

/// A container group of an ngroup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The key of the container group.
    pub(crate) key: String,
    /// Its number among the members, which chooses its profile.
    pub(crate) slot: u32,
    /// A fingerprint of what it was made from.
    pub(crate) made: String,
}

/// What an operation on an ngroup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verb {
    Create,
    Update,
    Delete,
    /// Start or restart: the members were told already.
    Act,
}

/// An operation on an ngroup that goes on, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) verb: Verb,
    /// The operation that clients poll; nothing for what the service does by itself.
    pub(crate) operation: Option<String>,
    pub(crate) began: i64,
    /// When the next step is due.
    pub(crate) due: i64,
    /// How long a launch of container groups takes, in milliseconds.
    pub(crate) time: i64,
    /// Whether the profiles changed and members are updated to them batch by batch.
    pub(crate) rolls: bool,
    /// Members that were replaced and go with the next step.
    pub(crate) retiring: Vec<String>,
    /// Members that were updated so far.
    pub(crate) updated: Vec<String>,
    /// Code and message with which the next step fails.
    pub(crate) failure: Option<(String, String)>,
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
    Containers(String, Option<Kept>),
    Operation(String, Option<Operation>),
    Profile(String, Option<Profile>),
    NGroup(String, Option<NGroup>),
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
