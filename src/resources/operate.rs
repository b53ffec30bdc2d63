//! What runs: groups, containers, events and logs, for people who look.
//!
//! **Never:** change anything, or refuse an answer because something is missing in it: lists have
//! no instance view, young groups no addresses, stopped containers no exit code. Times stay text.

use serde_json::Value as Json;

use crate::arm::client::Client;
use crate::arm::error::ArmError;
use crate::arm::wire::Transport;

use super::kinds::CONTAINER_GROUP;

/// A container group as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its resource group.
    pub resource_group: String,
    /// Its region.
    pub location: String,
    /// `Linux` or `Windows`.
    pub os_type: String,
    /// How its last operation stands: `Succeeded`.
    pub provisioning_state: String,
    /// `Running`, `Stopped`, ...; empty in lists.
    pub state: String,
    /// `Always`, `OnFailure`, `Never`; empty if the service does not say.
    pub restart_policy: String,
    /// Its address; empty if it has none.
    pub ip: String,
    /// Its DNS name; empty if it has none.
    pub fqdn: String,
    /// The ports of the address, as `80/TCP`.
    pub ports: Vec<String>,
    /// Its containers, init containers first.
    pub containers: Vec<ContainerView>,
    /// What happened to it.
    pub events: Vec<Event>,
}

/// A container as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerView {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Whether it runs to its end before the others start.
    pub init: bool,
    /// `Waiting`, `Running` or `Terminated`; empty in lists.
    pub state: String,
    /// Its exit code, if it has ended by itself.
    pub exit_code: Option<i64>,
    /// How often it was started again.
    pub restarts: i64,
    /// When it started, RFC 3339; may be empty.
    pub started: String,
    /// When it ended, RFC 3339; may be empty.
    pub finished: String,
    /// The service's word on its state: `Completed`, `Error`, `CrashLoopBackOff`; may be empty.
    pub detail: String,
    /// What happened to it.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// `Pulling`, `Started`, `BackOff`, ...
    pub name: String,
    /// What it says.
    pub message: String,
    /// How often.
    pub count: i64,
    /// When first, RFC 3339.
    pub first: String,
    /// When last, RFC 3339.
    pub last: String,
    /// Whether it is a warning.
    pub warns: bool,
}

impl Group {
    /// Reads a group from a body, however little is in it.
    #[must_use]
    pub fn parse(body: &Json) -> Group {
        let id = text(body, "/id");
        let resource_group =
            super::ids::part(&CONTAINER_GROUP, &id, "resource_group_name").unwrap_or_default().to_owned();
        let ports = items(body, "/properties/ipAddress/ports").map(|port| {
            let protocol = text(port, "/protocol");
            let protocol = if protocol.is_empty() { "TCP" } else { &protocol };
            format!("{}/{protocol}", port.get("port").and_then(Json::as_i64).unwrap_or_default())
        });
        let init = items(body, "/properties/initContainers").map(|container| ContainerView::parse(container, true));
        let main = items(body, "/properties/containers").map(|container| ContainerView::parse(container, false));
        Group {
            resource_group,
            name: text(body, "/name"),
            location: text(body, "/location"),
            os_type: text(body, "/properties/osType"),
            provisioning_state: text(body, "/properties/provisioningState"),
            state: text(body, "/properties/instanceView/state"),
            restart_policy: text(body, "/properties/restartPolicy"),
            ip: text(body, "/properties/ipAddress/ip"),
            fqdn: text(body, "/properties/ipAddress/fqdn"),
            ports: ports.collect(),
            containers: init.chain(main).collect(),
            events: events(body, "/properties/instanceView/events"),
            id,
        }
    }
}

impl ContainerView {
    fn parse(body: &Json, init: bool) -> ContainerView {
        let current = "/properties/instanceView/currentState";
        let of = |member: &str| text(body, &format!("{current}/{member}"));
        ContainerView {
            name: text(body, "/name"),
            image: text(body, "/properties/image"),
            init,
            state: of("state"),
            exit_code: body.pointer(&format!("{current}/exitCode")).and_then(Json::as_i64),
            restarts: body.pointer("/properties/instanceView/restartCount").and_then(Json::as_i64).unwrap_or(0),
            started: of("startTime"),
            finished: of("finishTime"),
            detail: of("detailStatus"),
            events: events(body, "/properties/instanceView/events"),
        }
    }
}

fn text(body: &Json, pointer: &str) -> String {
    body.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn items<'j>(body: &'j Json, pointer: &str) -> impl Iterator<Item = &'j Json> {
    body.pointer(pointer).and_then(Json::as_array).into_iter().flatten()
}

/// Oldest first; the service promises no order.
fn events(body: &Json, pointer: &str) -> Vec<Event> {
    let event = |event: &Json| Event {
        name: text(event, "/name"),
        message: text(event, "/message"),
        count: event.get("count").and_then(Json::as_i64).unwrap_or(1),
        first: text(event, "/firstTimestamp"),
        last: text(event, "/lastTimestamp"),
        warns: text(event, "/type").eq_ignore_ascii_case("Warning"),
    };
    let mut events: Vec<Event> = items(body, pointer).map(event).collect();
    events.sort_by(|a, b| (&a.last, &a.first).cmp(&(&b.last, &b.first)));
    events
}

/// All container groups of a resource group, or of the subscription. They have no instance view.
///
/// # Errors
/// When the list could not be read.
pub async fn groups<T: Transport>(client: &Client<T>, resource_group: Option<&str>) -> Result<Vec<Group>, ArmError> {
    let scope = resource_group.map(|name| format!("/resourceGroups/{name}")).unwrap_or_default();
    let path = format!(
        "/subscriptions/{}{scope}/providers/{}?api-version={}",
        client.subscription(),
        CONTAINER_GROUP.arm_type,
        CONTAINER_GROUP.api_version
    );
    Ok(client.list(&path).await?.iter().map(Group::parse).collect())
}

/// One container group with its instance view; nothing if it is gone.
///
/// # Errors
/// When it could not be read.
pub async fn instance<T: Transport>(client: &Client<T>, id: &str) -> Result<Option<Group>, ArmError> {
    Ok(client.get(&super::azure::path(&CONTAINER_GROUP, id)).await?.as_ref().map(Group::parse))
}

/// What a container has written so far; nothing if the group is gone. `tail` is a number of lines.
///
/// # Errors
/// When it could not be read.
pub async fn logs<T: Transport>(
    client: &Client<T>,
    id: &str,
    container: &str,
    tail: Option<u32>,
    timestamps: bool,
) -> Result<Option<String>, ArmError> {
    let mut path = format!("{id}/containers/{container}/logs?api-version={}", CONTAINER_GROUP.api_version);
    if let Some(tail) = tail {
        path.push_str(&format!("&tail={tail}"));
    }
    if timestamps {
        path.push_str("&timestamps=true");
    }
    Ok(client.get(&path).await?.map(|body| text(&body, "/content")))
}
