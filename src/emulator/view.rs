//! How a container group looks at a moment: the body that GET, PUT, PATCH, DELETE and lists answer.
//!
//! **Never:** change the group. Lists have no `instanceView` at either level, a PATCH answer has
//! the group's but not the containers', a fresh PUT answer says Pending; so the service was recorded.
//! Init containers run one after another before the others start.

use serde_json::{Map, Value, json};

use crate::emulator::body::{NEWEST, drop_newer, environment};
use crate::emulator::check::{items, text};
use crate::emulator::instance::{Life, Phase, Policy, events, live};
use crate::emulator::program::{Spec, Timeline, read};
use crate::emulator::record::{ContainerGroup, Reason};

/// How much of a group an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// GET and DELETE.
    Whole,
    /// PATCH.
    Outline,
    /// A list.
    Item,
    /// PUT.
    Fresh,
}

/// A container with its program and its life.
pub(crate) struct Member<'a> {
    /// Its part of the body.
    pub(crate) body: &'a Value,
    init: bool,
    pub(crate) timeline: Timeline,
    pub(crate) life: Life,
    start: i64,
}

impl Member<'_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.body.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

fn never() -> i64 {
    i64::MAX / 4
}

fn timeline(container: &Value, policy: Policy, init: bool) -> Timeline {
    let at = |path: &str| container.pointer(path);
    let command: Vec<String> = at("/properties/command")
        .and_then(Value::as_array)
        .map(|words| words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let ports = at("/properties/ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ports: Vec<u64> = ports.iter().filter_map(|port| port.get("port")?.as_u64()).collect();
    read(&Spec {
        image: at("/properties/image").and_then(Value::as_str).unwrap_or_default(),
        command: &command,
        environment: &environment(container),
        ports: &ports,
        server: !init && policy == Policy::Always,
    })
}

/// The containers of a group, init containers first.
pub(crate) fn members(group: &ContainerGroup, now: i64) -> Vec<Member<'_>> {
    let empty = Map::new();
    let properties = group.body.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let policy = Policy::of(text(properties, "restartPolicy"));
    // A stopped group stays as it was at that moment.
    let now = group.stopped.unwrap_or(now);
    let mut start = if group.launch.failure.is_some() { never() } else { group.launch.ready };
    let mut members = Vec::new();
    let containers = group.body.get("properties").and_then(Value::as_object);
    for body in containers.map_or(&[][..], |own| items(own, "initContainers")) {
        let timeline = timeline(body, policy, true);
        // An init container that succeeds is not started again, whatever the policy.
        let rule = if policy == Policy::Never { Policy::Never } else { Policy::OnFailure };
        let life = live(&timeline, rule, start, now);
        let next = match timeline.exit() {
            Some((length, 0)) => start.saturating_add(length),
            _ => never(),
        };
        members.push(Member { body, init: true, timeline, life, start });
        start = next.min(never());
    }
    for body in containers.map_or(&[][..], |own| items(own, "containers")) {
        let timeline = timeline(body, policy, false);
        let life = live(&timeline, policy, start, now);
        members.push(Member { body, init: false, timeline, life, start });
    }
    members
}

/// Whether the last operation on the group still goes on.
pub(crate) fn is_transitioning(group: &ContainerGroup, now: i64) -> bool {
    now < group.launch.ready
}

/// The progress of the launch of a group.
pub(crate) fn progress(group: &ContainerGroup, now: i64) -> &'static str {
    let launch = &group.launch;
    if now >= launch.ready {
        return if launch.failure.is_some() { "Failed" } else { "Succeeded" };
    }
    if now < launch.at + (launch.ready - launch.at) / 3 {
        return "Pending";
    }
    match launch.reason {
        Reason::Created => "Creating",
        _ => "Updating",
    }
}

/// The state of the group as a whole.
pub(crate) fn state(group: &ContainerGroup, members: &[Member<'_>], now: i64) -> &'static str {
    if group.stopped.is_some() {
        return "Stopped";
    }
    if is_transitioning(group, now) || group.launch.failure.is_some() {
        return "Pending";
    }
    let failed = |member: &&Member<'_>| member.life.ended.is_some_and(|(_, code)| code != 0);
    let ended = |member: &Member<'_>| member.life.phase == Phase::Ended;
    if members.iter().filter(|member| member.init && ended(member)).any(|member| failed(&member)) {
        return "Failed";
    }
    let main: Vec<&Member<'_>> = members.iter().filter(|member| !member.init).collect();
    if main.iter().all(|member| ended(member)) {
        return if main.iter().any(failed) { "Failed" } else { "Succeeded" };
    }
    if main.iter().all(|member| member.life.phase == Phase::Waiting) { "Pending" } else { "Running" }
}

/// Whether all containers ended for good: such a group is deployed anew rather than updated.
pub(crate) fn is_over(group: &ContainerGroup, now: i64) -> bool {
    let over = matches!(state(group, &members(group, now), now), "Succeeded" | "Failed");
    over || (group.launch.failure.is_some() && !is_transitioning(group, now))
}

/// All events of a group's containers.
pub(crate) fn all_events(group: &ContainerGroup, now: i64) -> Vec<Value> {
    members(group, now).iter().flat_map(|member| member_events(group, member, now)).collect()
}

fn member_events(group: &ContainerGroup, member: &Member<'_>, now: i64) -> Vec<Value> {
    let image = member.body.pointer("/properties/image").and_then(Value::as_str).unwrap_or_default();
    events(group, image, &member.life, member.start, now)
}

/// The current state of a member, with what stopping did to it.
fn current(group: &ContainerGroup, member: &Member<'_>) -> Value {
    match group.stopped {
        Some(stopped) if member.life.phase != Phase::Ended => {
            json!({"state": "Terminated", "finishTime": crate::emulator::answer::instant(stopped), "detailStatus": "Container stopped per client request"})
        }
        _ => member.life.current(),
    }
}

/// The states of all containers by name, to be remembered when they are launched again.
pub(crate) fn states(group: &ContainerGroup, now: i64) -> std::collections::BTreeMap<String, Value> {
    let members = members(group, now);
    let known = members.iter().filter(|member| member.life.phase != Phase::Waiting);
    known.map(|member| (member.name().to_owned(), current(group, member))).collect()
}

fn member_view(group: &ContainerGroup, member: &Member<'_>, now: i64) -> Value {
    let mut view = Map::new();
    view.insert("restartCount".to_owned(), json!(i64::from(group.restarts) + member.life.restarts));
    view.insert("currentState".to_owned(), current(group, member));
    let previous = match group.stopped {
        Some(_) if member.life.phase == Phase::Running => Some(member.life.current()),
        _ => member.life.previous().or_else(|| group.previous.get(member.name()).cloned()),
    };
    view.extend(previous.map(|previous| ("previousState".to_owned(), previous)));
    view.insert("events".to_owned(), Value::Array(member_events(group, member, now)));
    Value::Object(view)
}

/// The body of an answer about a group.
pub(crate) fn view(group: &ContainerGroup, now: i64, api: &str, detail: Detail) -> Value {
    let fresh = detail == Detail::Fresh;
    let transitioning = fresh || is_transitioning(group, now);
    let mut body = Map::new();
    let members = members(group, now);
    for (name, value) in &group.body {
        if name == "properties" {
            body.insert(name.clone(), Value::Object(properties(group, &members, now, api, detail)));
        } else if name == "identity" {
            body.insert(name.clone(), value.clone());
        }
    }
    body.insert("id".to_owned(), json!(group.id));
    body.insert("name".to_owned(), json!(group.name));
    body.insert("type".to_owned(), json!("Microsoft.ContainerInstance/containerGroups"));
    body.insert("location".to_owned(), json!(group.location));
    for (name, value) in group.body.iter().filter(|(name, _)| *name != "properties" && *name != "identity") {
        body.insert(name.clone(), value.clone());
    }
    let address = body.get_mut("properties").and_then(Value::as_object_mut).filter(|own| own.contains_key("ipAddress"));
    if let Some(properties) = address {
        place(group, properties, transitioning, api);
    }
    Value::Object(body)
}

/// The address as it is seen: a public one has its name at once and its number once it runs, in
/// versions before 2021 at once too; a private one is wholly absent until then.
fn place(group: &ContainerGroup, properties: &mut Map<String, Value>, transitioning: bool, api: &str) {
    let private =
        properties.get("ipAddress").and_then(|own| own.get("type")).and_then(Value::as_str) == Some("Private");
    let coming = transitioning && group.launch.reason == Reason::Created && (private || api >= "2021");
    let hidden = coming || group.launch.failure.is_some();
    if private && hidden {
        properties.shift_remove("ipAddress");
        return;
    }
    let Some(address) = properties.get_mut("ipAddress").and_then(Value::as_object_mut) else { return };
    if let Some(label) = address.get("dnsNameLabel").and_then(Value::as_str) {
        let scope = address.get("autoGeneratedDomainNameLabelScope").and_then(Value::as_str).unwrap_or("Unsecure");
        // With a reuse scope the service joins a hash to the label.
        let host = if scope == "Unsecure" {
            label.to_owned()
        } else {
            format!("{label}-{}", hash(&format!("{scope}/{}", group.id)))
        };
        let fqdn = format!("{host}.{}.azurecontainer.io", group.location);
        address.insert("fqdn".to_owned(), json!(fqdn));
    }
    if let Some(ip) = group.ip.as_ref().filter(|_| !hidden && group.stopped.is_none()) {
        address.insert("ip".to_owned(), json!(ip));
    }
}

fn hash(text: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, text.to_lowercase().as_bytes()).simple().to_string()[..12].to_owned()
}

fn properties(
    group: &ContainerGroup,
    members: &[Member<'_>],
    now: i64,
    api: &str,
    detail: Detail,
) -> Map<String, Value> {
    let fresh = detail == Detail::Fresh;
    let mut out = Map::new();
    let progress = if fresh { "Pending" } else { progress(group, now) };
    let empty = Map::new();
    let own = group.body.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    if let Some(sku) = own.get("sku") {
        out.insert("sku".to_owned(), sku.clone());
    }
    out.insert("provisioningState".to_owned(), json!(progress));
    if api >= "2023-05-01" {
        out.insert("provisioningTimeoutInSeconds".to_owned(), json!(1_800));
        out.insert("isCustomProvisioningTimeout".to_owned(), json!(false));
    }
    // While a new group comes to be, its containers have no view at all.
    let older = api < NEWEST && (api < "2024-11-01" || own.contains_key("volumes"));
    let views = detail == Detail::Whole && !(is_transitioning(group, now) && group.launch.reason == Reason::Created);
    for (name, value) in own.iter().filter(|(name, _)| *name != "sku") {
        let value = match name.as_str() {
            "containers" | "initContainers" if views => {
                let own = members.iter().filter(|member| member.init == (name == "initContainers"));
                own.map(|member| with_view(member.body, member_view(group, member, now))).collect()
            }
            _ => value.clone(),
        };
        out.insert(name.clone(), value);
        if name == "standbyPoolProfile" {
            out.insert("isCreatedFromStandbyPool".to_owned(), json!(true));
        }
        if name == "osType" && detail != Detail::Item {
            let state = if fresh { "Pending" } else { state(group, members, now) };
            out.insert("instanceView".to_owned(), json!({"events": [], "state": state}));
        }
    }
    if older {
        drop_newer(&mut out, api);
    }
    out
}

fn with_view(container: &Value, view: Value) -> Value {
    let mut container = container.clone();
    if let Some(properties) = container.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("instanceView".to_owned(), view);
    }
    container
}
