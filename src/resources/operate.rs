//! What runs: groups, containers, events and logs, for people who look.
//!
//! **Never:** change anything, or refuse an answer because something is missing in it: lists have
//! no instance view, young groups no addresses, stopped containers no exit code. Times stay text.
//! Below it: `act` starts and stops, `wait` judges what is waited for, `follow` reads logs and
//! events as they grow, `door` opens terminals.

pub mod act;
pub mod door;
pub mod follow;
pub mod wait;

use std::time::Duration;

use serde_json::Value as Json;

use crate::arm::wire::Transport;
use crate::provider::Fault;

use super::azure::{Azure, path};
use super::faults;
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
    /// `Running`, `Stopped`, ...; nothing in lists.
    pub state: Option<String>,
    /// `Always`, `OnFailure`, `Never`; nothing if the service does not say.
    pub restart_policy: Option<String>,
    /// Its address.
    pub ip_address: Option<String>,
    /// Its DNS name.
    pub fqdn: Option<String>,
    /// The ports of the address, as `80/TCP`.
    pub ports: Vec<String>,
    /// Its containers.
    pub containers: Vec<Container>,
    /// Those that run to their end before the others start.
    pub init_containers: Vec<Container>,
    /// What happened to it, oldest first.
    pub events: Vec<Event>,
    /// Its availability zones.
    pub zones: Vec<String>,
    /// The id of the ngroup that keeps it.
    pub orchestrator: Option<String>,
}

/// A container as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// `Waiting`, `Running` or `Terminated`; nothing in lists.
    pub state: Option<String>,
    /// The service's word on its state: `Completed`, `Error`, `CrashLoopBackOff`.
    pub detail: Option<String>,
    /// Its exit code, if it has ended by itself.
    pub exit_code: Option<i64>,
    /// The exit code of the run before, if it is known.
    pub last_exit_code: Option<i64>,
    /// How often it was started again.
    pub restarts: i64,
    /// When it started, RFC 3339.
    pub started: Option<String>,
    /// When it ended, RFC 3339.
    pub finished: Option<String>,
    /// What happened to it, oldest first.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// `Pulling`, `Started`, `BackOff`, ...
    pub name: String,
    /// `Normal` or `Warning`.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// How often.
    pub count: i64,
    /// When first, RFC 3339.
    pub first: Option<String>,
    /// When last, RFC 3339.
    pub last: Option<String>,
}

impl Event {
    /// Whether it is a warning.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.kind.eq_ignore_ascii_case("Warning")
    }
}

impl Group {
    /// Reads a group from a body, however little is in it.
    #[must_use]
    pub fn parse(body: &Json) -> Group {
        let id = word(body, "/id");
        let resource_group = super::ids::part(&CONTAINER_GROUP, &id, "resource_group_name").unwrap_or_default().into();
        let ports = items(body, "/properties/ipAddress/ports").map(|port| {
            let protocol = text(port, "/protocol").unwrap_or_else(|| "TCP".into());
            format!("{}/{protocol}", port.get("port").and_then(Json::as_i64).unwrap_or_default())
        });
        Group {
            resource_group,
            name: word(body, "/name"),
            location: word(body, "/location"),
            os_type: word(body, "/properties/osType"),
            provisioning_state: word(body, "/properties/provisioningState"),
            state: text(body, "/properties/instanceView/state"),
            restart_policy: text(body, "/properties/restartPolicy"),
            ip_address: text(body, "/properties/ipAddress/ip"),
            fqdn: text(body, "/properties/ipAddress/fqdn"),
            ports: ports.collect(),
            containers: items(body, "/properties/containers").map(Container::parse).collect(),
            init_containers: items(body, "/properties/initContainers").map(Container::parse).collect(),
            events: events(body),
            zones: items(body, "/zones").filter_map(|zone| zone.as_str().map(str::to_owned)).collect(),
            orchestrator: text(body, "/properties/orchestratorId"),
            id,
        }
    }
}

impl Group {
    /// Whether nothing of it will go on by itself: it is stopped, or all its containers have ended for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state.as_deref(), Some("Stopped" | "Succeeded" | "Failed"))
            || (!self.containers.is_empty() && self.containers.iter().all(|container| container.is_over(self)))
    }

    /// A container or init container of this name, in any case.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<&Container> {
        let mut all = self.containers.iter().chain(&self.init_containers);
        all.find(|container| container.name.eq_ignore_ascii_case(name))
    }
}

impl Container {
    /// Whether it has ended and will not be started again. Source: Azure Container Instances,
    /// "Run containerized tasks with restart policies"; the group's own word counts more.
    #[must_use]
    pub fn is_over(&self, group: &Group) -> bool {
        if matches!(group.state.as_deref(), Some("Stopped" | "Succeeded" | "Failed")) {
            return true;
        }
        let failed = self.exit_code.is_some_and(|code| code != 0);
        self.state.as_deref() == Some("Terminated")
            && match group.restart_policy.as_deref() {
                Some("Never") => true,
                Some("OnFailure") => !failed,
                _ => false,
            }
    }

    /// Its state in words: `Terminated (Completed), exit code 0`.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut text = self.state.clone().unwrap_or_else(|| "Waiting".into());
        if let Some(detail) = self.detail.as_deref().filter(|detail| !detail.is_empty()) {
            text.push_str(&format!(" ({detail})"));
        }
        if let Some(code) = self.exit_code {
            text.push_str(&format!(", exit code {code}"));
        }
        text
    }

    fn parse(body: &Json) -> Container {
        let current = body.pointer("/properties/instanceView/currentState").unwrap_or(&Json::Null);
        Container {
            name: word(body, "/name"),
            image: word(body, "/properties/image"),
            state: text(current, "/state"),
            detail: text(current, "/detailStatus"),
            exit_code: current.get("exitCode").and_then(Json::as_i64),
            last_exit_code: body.pointer("/properties/instanceView/previousState/exitCode").and_then(Json::as_i64),
            restarts: body.pointer("/properties/instanceView/restartCount").and_then(Json::as_i64).unwrap_or(0),
            started: text(current, "/startTime"),
            finished: text(current, "/finishTime"),
            events: events(body),
        }
    }
}

/// Waits before the next look at what runs; the count of looks so far makes it longer, from a
/// quarter of a second up to `longest`.
#[expect(clippy::disallowed_methods, reason = "this is the one place that waits between looks at what runs")]
async fn pause(looks: u32, longest: Duration) {
    let growth = 1.5_f64.powi(i32::try_from(looks).unwrap_or(i32::MAX).min(20));
    tokio::time::sleep(Duration::from_millis(250).mul_f64(growth).min(longest)).await;
}

fn text(body: &Json, pointer: &str) -> Option<String> {
    body.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn word(body: &Json, pointer: &str) -> String {
    text(body, pointer).unwrap_or_default()
}

fn items<'j>(body: &'j Json, pointer: &str) -> impl Iterator<Item = &'j Json> {
    body.pointer(pointer).and_then(Json::as_array).into_iter().flatten()
}

/// Oldest first; the service promises no order.
fn events(body: &Json) -> Vec<Event> {
    events_at(body, "/properties/instanceView/events")
}

/// The events of a list, oldest first.
pub(super) fn events_at(body: &Json, pointer: &str) -> Vec<Event> {
    let event = |event: &Json| Event {
        name: word(event, "/name"),
        kind: word(event, "/type"),
        message: word(event, "/message"),
        count: event.get("count").and_then(Json::as_i64).unwrap_or(1),
        first: text(event, "/firstTimestamp"),
        last: text(event, "/lastTimestamp"),
    };
    let mut events: Vec<Event> = items(body, pointer).map(event).collect();
    events.sort_by(|a, b| (&a.last, &a.first).cmp(&(&b.last, &b.first)));
    events
}

impl<T: Transport> Azure<T> {
    /// All container groups of a resource group, or of the subscription. They have no instance view.
    ///
    /// # Errors
    /// When the list could not be read.
    pub async fn groups(&self, resource_group: Option<&str>) -> Result<Vec<Group>, Fault> {
        let scope = resource_group.map(|name| format!("/resourceGroups/{name}")).unwrap_or_default();
        let list =
            format!("/subscriptions/{}{scope}/providers/{}", self.client.subscription(), CONTAINER_GROUP.arm_type);
        let found = self.client.list(&path(&CONTAINER_GROUP, &list)).await.map_err(|error| faults::fault(&error))?;
        Ok(found.iter().map(Group::parse).collect())
    }

    /// One container group with its instance view; nothing if it is gone.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn instance(&self, id: &str) -> Result<Option<Group>, Fault> {
        Ok(self.get(&CONTAINER_GROUP, id).await?.as_ref().map(Group::parse))
    }

    /// What a container has written so far. `tail` is a number of lines.
    ///
    /// # Errors
    /// When it could not be read, or the group or the container is gone.
    pub async fn logs(&self, id: &str, container: &str, tail: Option<u32>, timestamps: bool) -> Result<String, Fault> {
        let mut path = path(&CONTAINER_GROUP, &format!("{id}/containers/{container}/logs"));
        if let Some(tail) = tail {
            path.push_str(&format!("&tail={tail}"));
        }
        if timestamps {
            path.push_str("&timestamps=true");
        }
        let found = self.client.get(&path).await.map_err(|error| faults::fault(&error))?;
        found.map(|body| word(&body, "/content")).ok_or_else(|| faults::missing(id))
    }
}
