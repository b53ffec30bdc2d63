//! Ngroups: so many container groups from a profile, as the interface creates and changes them.
//!
//! **Never:** touch a container group; `fleet` does, step by step. Shapes and codes are those of the
//! REST reference ("NGroups", 2025-09-01) and its examples; nobody recorded the service. So the
//! codes of refusals are the emulator's own, and so is that a deletion ends whatever goes on.

use serde_json::{Map, Value, json};

use crate::arm::id::ResourceId;
use crate::arm::wire::Response;
use crate::emulator::answer::{Refusal, empty, instant, of};
use crate::emulator::body::{cased, identify, strip, take};
use crate::emulator::container_groups::{self, check_same_location};
use crate::emulator::fleet;
use crate::emulator::groups::{self, check_tags, find_open, listed, page_token};
use crate::emulator::operations::{patience, pause, status_url};
use crate::emulator::profiles::{check_name, location_of, missing, resolve};
use crate::emulator::record::{Change, ContainerGroup, NGroup, Operation, Verb, Work};
use crate::emulator::registration;
use crate::emulator::route::Ask;
use crate::emulator::tables::{page, subscription_of};
use crate::emulator::view::is_transitioning;
use crate::emulator::world::{Answer, Place, World, no_route};

/// The type, as the service writes it.
pub(crate) const TYPE: &str = "Microsoft.ContainerInstance/ngroups";
/// The end of an operation of which nobody knows when it ends.
const OPEN: i64 = i64::MAX / 4;

/// What a body asks for, with the service's defaults for what it leaves out.
pub(crate) struct Wish {
    pub(crate) count: usize,
    pub(crate) maintains: bool,
    pub(crate) prefix: String,
    pub(crate) zones: Vec<String>,
    pub(crate) rolls: bool,
    pub(crate) in_place: bool,
    /// Percent of all members.
    pub(crate) batch: usize,
    /// Percent of the updated members.
    pub(crate) max_unhealthy: usize,
    /// Milliseconds.
    pub(crate) pause: i64,
}

impl Wish {
    /// Reads an echoed body.
    pub(crate) fn of(body: &Map<String, Value>) -> Wish {
        let none = json!({});
        let properties = body.get("properties").unwrap_or(&none);
        let at = |path: &str| properties.pointer(path);
        let number = |path: &str| at(path).and_then(Value::as_u64).and_then(|own| usize::try_from(own).ok());
        let text = |path: &str| at(path).and_then(Value::as_str).unwrap_or_default();
        let rolling = |name: &str| format!("/updateProfile/rollingUpdateProfile/{name}");
        let zones = body.get("zones").and_then(Value::as_array).into_iter().flatten();
        Wish {
            count: number("/elasticProfile/desiredCount").unwrap_or_default(),
            maintains: at("/elasticProfile/maintainDesiredCount") == Some(&Value::Bool(true)),
            prefix: text("/elasticProfile/containerGroupNamingPolicy/guidNamingPolicy/prefix").to_owned(),
            zones: zones.filter_map(|zone| zone.as_str().map(str::to_owned)).collect(),
            rolls: text("/updateProfile/updateMode") == "Rolling",
            in_place: at(&rolling("inPlaceUpdate")) == Some(&Value::Bool(true)),
            batch: number(&rolling("maxBatchPercent")).unwrap_or(20),
            max_unhealthy: number(&rolling("maxUnhealthyPercent")).unwrap_or(20),
            pause: duration(text(&rolling("pauseTimeBetweenBatches"))).unwrap_or(60_000),
        }
    }
}

/// Milliseconds of an ISO 8601 duration of at most weeks.
fn duration(text: &str) -> Option<i64> {
    let span: jiff::Span = text.starts_with('P').then(|| text.parse().ok())??;
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    span.total((jiff::Unit::Millisecond, relative)).ok().map(|total| {
        #[expect(clippy::cast_possible_truncation, reason = "a pause of more milliseconds than fit never ends anyway")]
        let total = total.clamp(0.0, 1e15) as i64;
        total
    })
}

/// The key of an ngroup with an id.
pub(crate) fn key_of(id: &str) -> Option<String> {
    let own = ResourceId::parse(id).ok()?;
    Some(format!("{}/{}/{}", own.subscription, own.group, own.name).to_lowercase())
}

/// Whether an operation on a container group goes on.
pub(crate) fn busy(group: &ContainerGroup, now: i64) -> bool {
    is_transitioning(group, now)
}

/// Answers for what lies below an ngroup; `rest` is the path after its name.
pub(crate) fn answer(world: &mut World, ask: &Ask<'_>, place: &Place, rest: &[&str]) -> Answer {
    match (ask.method, rest) {
        ("PUT", []) => put(world, ask, place),
        ("GET", []) => get(world, place),
        ("PATCH", []) => patch(world, ask, place),
        ("DELETE", []) => delete(world, ask, place),
        ("POST", [verb @ ("start" | "stop" | "restart")]) => act(world, ask, place, verb),
        _ => Err(no_route(ask)),
    }
}

/// Answers for all ngroups whose keys begin with a prefix.
pub(crate) fn list(world: &World, ask: &Ask<'_>, prefix: &str) -> Answer {
    let (ngroups, token) = page(&world.tables.ngroups, prefix, page_token(ask).as_deref(), world.settings.page);
    listed(ask, ngroups.iter().map(|(_, ngroup)| view(ngroup)).collect(), token)
}

fn find<'a>(world: &'a World, place: &Place) -> Result<&'a NGroup, Refusal> {
    groups::find(world, &place.parent, &place.group)?;
    world.tables.ngroups.get(&place.key).ok_or_else(|| missing(TYPE, &place.name, place))
}

/// Reads that still answer 404 are counted under a name that no container group has.
fn unseen_key(place: &Place) -> String {
    format!("ngroups:{}", place.key)
}

fn get(world: &mut World, place: &Place) -> Answer {
    let unseen = unseen_key(place);
    if let Some(reads) = world.unseen.get_mut(&unseen) {
        *reads -= 1;
        if *reads == 0 {
            world.unseen.remove(&unseen);
        }
        return Err(missing(TYPE, &place.name, place));
    }
    Ok(of(200, &view(find(world, place)?)))
}

/// How the last operation stands.
pub(crate) fn progress(ngroup: &NGroup) -> &'static str {
    match (ngroup.work.as_ref().map(|work| work.verb), &ngroup.failure) {
        (Some(Verb::Create), _) => "Creating",
        (Some(Verb::Delete), _) => "Deleting",
        (Some(Verb::Update | Verb::Act), _) => "Updating",
        (None, Some(_)) => "Failed",
        (None, None) => "Succeeded",
    }
}

fn view(ngroup: &NGroup) -> Value {
    let mut body = Map::new();
    let mut properties = ngroup.body.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    properties.insert("provisioningState".to_owned(), json!(progress(ngroup)));
    body.insert("properties".to_owned(), Value::Object(properties));
    body.extend(ngroup.body.get("identity").map(|identity| ("identity".to_owned(), identity.clone())));
    body.insert("id".to_owned(), json!(ngroup.id));
    body.insert("name".to_owned(), json!(ngroup.name));
    body.insert("type".to_owned(), json!(TYPE));
    body.insert("location".to_owned(), json!(ngroup.location));
    for name in ["zones", "tags"] {
        body.extend(ngroup.body.get(name).map(|own| (name.to_owned(), own.clone())));
    }
    Value::Object(body)
}

fn put(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    check_name(TYPE, &place.name)?;
    find_open(world, &place.parent, &place.group)?;
    registration::check(world, subscription_of(&place.key), ask.now)?;
    let mut sent = ask.json()?;
    let location = location_of(world, &mut sent, place)?;
    let old = world.tables.ngroups.get(&place.key).cloned();
    if let Some(old) = &old {
        check_same_location((&old.name, &old.location), &location, place)?;
    }
    change(world, ask, place, old, location, sent)
}

/// A PATCH of tags alone is done at once; any other is laid over the body and carried out as a PUT.
fn patch(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let mut old = find(world, place)?.clone();
    let mut sent = ask.json()?;
    let tags = take(&mut sent, "tags");
    if let Some(tags) = &tags {
        check_tags(tags)?;
        old.body.shift_remove("tags");
        old.body.extend((!tags.is_null()).then(|| ("tags".to_owned(), tags.clone())));
    }
    let more = ["identity", "properties", "zones"].map(|name| Some((name.to_owned(), take(&mut sent, name)?)));
    let more: Map<String, Value> = more.into_iter().flatten().collect();
    if more.is_empty() {
        let answer = of(200, &view(&old));
        world.change(Change::NGroup(place.key.clone(), Some(old)));
        return Ok(answer);
    }
    let mut body = Value::Object(old.body.clone());
    lay(&mut body, &Value::Object(more));
    let Value::Object(body) = body else { return Err(no_route(ask)) };
    let location = old.location.clone();
    let mut answer = change(world, ask, place, Some(old), location, body)?;
    answer.status = 202;
    Ok(answer)
}

/// Lays members over members, at every depth; null takes away ("JSON Merge Patch", RFC 7396).
fn lay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                if value.is_null() {
                    under.shift_remove(name);
                } else {
                    lay(under.entry(name.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (under, over) => *under = over.clone(),
    }
}

fn change(
    world: &mut World,
    ask: &Ask<'_>,
    place: &Place,
    old: Option<NGroup>,
    location: String,
    mut sent: Map<String, Value>,
) -> Answer {
    if old.as_ref().is_some_and(|old| old.work.is_some()) {
        return Err(transitioning(&place.name));
    }
    if let Some(tags) = sent.get("tags") {
        check_tags(tags)?;
    }
    strip(&mut sent);
    let parent = find_open(world, &place.parent, &place.group)?;
    let id = format!("{}/providers/{TYPE}/{}", groups::id_of(parent), place.name);
    let id = old.as_ref().map_or(id, |old| old.id.clone());
    let body = echo(sent, &world.settings.identity.tenant, &id, old.as_ref());
    check(world, &place.name, &body, old.as_ref().map(|old| &old.body))?;
    let status = if old.is_some() { 200 } else { 201 };
    let entries =
        |body: &Map<String, Value>| body.get("properties").and_then(|own| own.get("containerGroupProfiles")).cloned();
    let changed = old.as_ref().is_some_and(|old| entries(&old.body) != entries(&body));
    let rolls = changed && Wish::of(&body).rolls;
    let mut ngroup = NGroup {
        name: old.as_ref().map_or_else(|| place.name.clone(), |old| old.name.clone()),
        members: old.map(|old| old.members).unwrap_or_default(),
        id,
        location,
        body,
        work: None,
        failure: None,
    };
    if status == 201 {
        world.bear(&ngroup.id);
        if ask.bend.not_found > 0 {
            world.unseen.insert(unseen_key(place), ask.bend.not_found);
        }
    }
    let verb = if status == 201 { Verb::Create } else { Verb::Update };
    let operation = begin(world, ask, &ngroup, OPEN);
    let time = patience(world, ask);
    let failure = injected(ask);
    let due = if failure.is_some() { ask.now + time } else { ask.now };
    ngroup.work = Some(Work { time, rolls, failure, due, ..fleet::work(verb, Some(operation.clone()), ask.now) });
    let answer = of(status, &view(&ngroup));
    world.change(Change::NGroup(place.key.clone(), Some(ngroup.clone())));
    // The first step is taken at once, so that the container groups are there from now on.
    fleet::start(world, &place.key, ask.now);
    Ok(followed(world, ask, answer, &ngroup, &operation))
}

/// How a fault makes the operation of this request end.
fn injected(ask: &Ask<'_>) -> Option<(String, String)> {
    if ask.bend.stuck {
        let words = "Subscription deployment didn't reach a successful provisioning state after '00:30:00'.";
        return Some(("DeploymentTimeout".to_owned(), words.to_owned()));
    }
    ask.bend.fail.as_ref().map(|code| (code.clone(), format!("The deployment failed with {code}.")))
}

fn transitioning(name: &str) -> Refusal {
    // Unconfirmed code, in the likeness of that of container groups.
    let message = format!("The ngroup '{name}' is still transitioning, please retry later.");
    Refusal::service(409, "NGroupTransitioning", message)
}

/// The echoed form of a body, whose secrets are gone already.
fn echo(mut sent: Map<String, Value>, tenant: &str, id: &str, old: Option<&NGroup>) -> Map<String, Value> {
    let mut properties = match take(&mut sent, "properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    take(&mut properties, "provisioningState");
    let mut arranged = Map::new();
    let mut update = take(&mut properties, "updateProfile").unwrap_or_else(|| json!({}));
    let mode = update.get("updateMode").cloned().unwrap_or_else(|| json!("Manual"));
    update["updateMode"] = cased(mode, &["Manual", "Rolling"]);
    arranged.insert("updateProfile".to_owned(), update);
    let entries = take(&mut properties, "containerGroupProfiles").unwrap_or_else(|| json!([]));
    arranged.insert("containerGroupProfiles".to_owned(), entries);
    let mut elastic = take(&mut properties, "elasticProfile").unwrap_or_else(|| json!({}));
    // "If you omit it for subsequent NGroups PUT/update calls, it doesn't reset to false."
    let kept = old.and_then(|old| old.body.get("properties")?.pointer("/elasticProfile/maintainDesiredCount").cloned());
    if let (Some(kept), None) = (kept, elastic.get("maintainDesiredCount")) {
        elastic["maintainDesiredCount"] = kept;
    }
    arranged.insert("elasticProfile".to_owned(), elastic);
    arranged.extend(properties);
    let mut body = Map::from_iter([("properties".to_owned(), Value::Object(arranged))]);
    let identity = take(&mut sent, "identity").and_then(|identity| identify(identity, tenant, id));
    body.extend(identity.map(|identity| ("identity".to_owned(), identity)));
    for name in ["zones", "tags"] {
        body.extend(take(&mut sent, name).map(|own| (name.to_owned(), own)));
    }
    body
}

fn refuse(code: &str, message: String) -> Result<(), Refusal> {
    Err(Refusal::service(400, code, message))
}

fn check(
    world: &World,
    name: &str,
    body: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
) -> Result<(), Refusal> {
    let properties = &body["properties"];
    let number = |path: &str, least: i64, most: i64| match properties.pointer(path) {
        Some(value) if value.as_i64().is_none_or(|own| !(least..=most).contains(&own)) => refuse(
            "InvalidNGroupProperty",
            format!(
                "The value '{value}' of '{}' in ngroup '{name}' must be a whole number from {least} to {most}.",
                path.trim_start_matches('/')
            ),
        ),
        _ => Ok(()),
    };
    number("/elasticProfile/desiredCount", 0, 10_000)?;
    number("/updateProfile/rollingUpdateProfile/maxBatchPercent", 1, 100)?;
    number("/updateProfile/rollingUpdateProfile/maxUnhealthyPercent", 0, 100)?;
    number("/placementProfile/faultDomainCount", 1, 1_000)?;
    let mode = properties.pointer("/updateProfile/updateMode").and_then(Value::as_str).unwrap_or_default();
    if !["Manual", "Rolling"].contains(&mode) {
        return refuse(
            "InvalidUpdateMode",
            format!("The update mode '{mode}' of ngroup '{name}' must be one of 'Manual,Rolling'."),
        );
    }
    let pause =
        properties.pointer("/updateProfile/rollingUpdateProfile/pauseTimeBetweenBatches").and_then(Value::as_str);
    if pause.is_some_and(|pause| duration(pause).is_none()) {
        return refuse(
            "InvalidPauseTime",
            format!("The pause '{}' of ngroup '{name}' is not an ISO 8601 duration.", pause.unwrap_or_default()),
        );
    }
    let wish = Wish::of(body);
    if !wish.prefix.is_empty() {
        // The name that comes of it must be one of a container group.
        crate::emulator::check::check_name(&format!("{}{}", wish.prefix, uuid::Uuid::nil()))?;
    }
    let entries = properties.get("containerGroupProfiles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for entry in entries {
        let id = entry.pointer("/resource/id").and_then(Value::as_str).unwrap_or_default();
        resolve(world, id, entry.get("revision").and_then(Value::as_u64))?;
    }
    if wish.count > 0 && entries.is_empty() {
        return refuse(
            "ContainerGroupProfileMissing",
            format!("The ngroup '{name}' refers to no container group profile."),
        );
    }
    old.map_or(Ok(()), |old| check_update(name, old, body))
}

/// What an existing ngroup cannot change: zones can be added to others only, the number of fault
/// domains is for ever.
fn check_update(name: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Result<(), Refusal> {
    let (before, after) = (Wish::of(old).zones, Wish::of(new).zones);
    if before.is_empty() != after.is_empty() || before.iter().any(|zone| !after.contains(zone)) {
        return refuse(
            "InvalidNGroupUpdate",
            format!("The zones of ngroup '{name}' cannot be removed, only added to."),
        );
    }
    let domains = |body: &Map<String, Value>| body["properties"].pointer("/placementProfile/faultDomainCount").cloned();
    if domains(old) != domains(new) {
        return refuse("InvalidNGroupUpdate", format!("The fault domain count of ngroup '{name}' cannot be changed."));
    }
    Ok(())
}

/// Records an operation; its id.
fn begin(world: &mut World, ask: &Ask<'_>, ngroup: &NGroup, until: i64) -> String {
    let id = world.new_guid(&ngroup.id, ask.now);
    let operation = Operation { key: None, subject: ngroup.id.clone(), at: ask.now, until, failure: None };
    world.change(Change::Operation(id.clone(), Some(operation)));
    id
}

/// The answer with the place where its operation is asked about.
fn followed(world: &World, ask: &Ask<'_>, mut answer: Response, ngroup: &NGroup, operation: &str) -> Response {
    let url = status_url(world, ask, &ngroup.location, "operationStatuses", operation);
    answer.headers.push(("azure-asyncoperation".to_owned(), url));
    answer.headers.push(("x-ms-request-id".to_owned(), format!("{}:{operation}", ngroup.location)));
    pause(world, answer, 0)
}

fn delete(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let Some(mut ngroup) = world.tables.ngroups.get(&place.key).cloned() else { return Ok(empty(204)) };
    let going = ngroup.work.as_ref().filter(|work| work.verb == Verb::Delete).and_then(|work| work.operation.clone());
    if let Some(operation) = going {
        return Ok(followed(world, ask, empty(202), &ngroup, &operation));
    }
    if let Some(work) = ngroup.work.take() {
        fleet::close(
            world,
            &work,
            ask.now,
            Some(("OperationCanceled".to_owned(), "The ngroup is being deleted.".to_owned())),
        );
    }
    let operation = begin(world, ask, &ngroup, OPEN);
    let due = ask.now + patience(world, ask);
    ngroup.work = Some(Work { due, ..fleet::work(Verb::Delete, Some(operation.clone()), ask.now) });
    world.unseen.remove(&unseen_key(place));
    world.change(Change::NGroup(place.key.clone(), Some(ngroup.clone())));
    Ok(followed(world, ask, empty(202), &ngroup, &operation))
}

/// Starts, stops or restarts all container groups.
fn act(world: &mut World, ask: &Ask<'_>, place: &Place, verb: &str) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let mut ngroup = find(world, place)?.clone();
    if ngroup.work.is_some() {
        return Err(transitioning(&place.name));
    }
    let member = |world: &World, key: &str| world.tables.container(key);
    let members: Vec<(String, ContainerGroup)> =
        ngroup.members.iter().filter_map(|own| Some((own.key.clone(), member(world, &own.key)?))).collect();
    if let Some((_, group)) = members.iter().find(|(_, group)| busy(group, ask.now)) {
        return Err(container_groups::transitioning(&group.name));
    }
    let mut due = ask.now;
    for (key, group) in members {
        let own =
            Place { parent: place.parent.clone(), group: place.group.clone(), name: group.name, key: key.clone() };
        container_groups::act(world, ask, &own, verb)?;
        due = member(world, &key).map_or(due, |group| due.max(group.launch.ready));
    }
    if verb == "stop" {
        return Ok(empty(204));
    }
    let operation = begin(world, ask, &ngroup, OPEN);
    ngroup.work =
        Some(Work { due, failure: injected(ask), ..fleet::work(Verb::Act, Some(operation.clone()), ask.now) });
    world.change(Change::NGroup(place.key.clone(), Some(ngroup.clone())));
    Ok(followed(world, ask, empty(202), &ngroup, &operation))
}

/// Answers for the status of an operation on an ngroup.
pub(crate) fn status(world: &World, ask: &Ask<'_>, id: &str) -> Answer {
    let missing = || Refusal::service(404, "ResourceNotFound", format!("The operation '{id}' was not found."));
    let operation = world.tables.operations.get(id).ok_or_else(missing)?;
    let running = ask.now < operation.until;
    let status = match (running, &operation.failure) {
        (true, _) => "InProgress",
        (false, Some(_)) => "Failed",
        (false, None) => "Succeeded",
    };
    let mut body = json!({
        "id": format!("/{}", ask.path.join("/")),
        "name": id,
        "status": status,
        "startTime": instant(operation.at),
    });
    if !running {
        body["endTime"] = json!(instant(operation.until));
    }
    if let (false, Some((code, message))) = (running, &operation.failure) {
        body["error"] = json!({"code": code, "message": message});
    }
    let answer = of(200, &body);
    Ok(if running { pause(world, answer, 0) } else { answer })
}
