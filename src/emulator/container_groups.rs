//! Container groups: create, update, read, list, tag, delete, start, stop, restart.
//!
//! **Never:** keep a secret or let time pass on its own. A PUT over a group answers 200 and
//! restarts its containers even when nothing changed; a group whose containers all ended is deployed
//! anew (Azure Container Instances, "Update containers"). Deletion is synchronous, as recorded.

use serde_json::{Map, Value};

use crate::emulator::answer::{Refusal, empty, of, with};
use crate::emulator::body::{differ_in_config_maps, echo, take};
use crate::emulator::catalogue::{check_location, plain_location};
use crate::emulator::check::{check_body, check_name, check_update};
use crate::emulator::fleet::{lost, owner};
use crate::emulator::groups::{check_tags, find_open, id_of, listed, page_token};
use crate::emulator::kept::Kept;
use crate::emulator::operations::{begin, launch, pause, status_url};
use crate::emulator::parts::{check_parts, check_secrets};
use crate::emulator::profiles::complete;
use crate::emulator::quota::Share;
use crate::emulator::record::{Change, ContainerGroup, Reason};
use crate::emulator::route::Ask;
use crate::emulator::tables::{page, subscription_of};
use crate::emulator::view::{Detail, is_over, is_transitioning, states, view};
use crate::emulator::world::{Answer, Place, World};
use crate::emulator::{registration, subnets};

/// How many earlier launches are kept for their events.
const REMEMBERED: usize = 4;

/// The group at a place.
pub(crate) fn find(world: &World, place: &Place) -> Result<ContainerGroup, Refusal> {
    crate::emulator::groups::find(world, &place.parent, &place.group)?;
    world.tables.container(&place.key).ok_or_else(|| missing(place))
}

fn missing(place: &Place) -> Refusal {
    let message = format!(
        "The Resource 'Microsoft.ContainerInstance/containerGroups/{}' under resource group '{}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        place.name, place.group
    );
    Refusal::gateway(404, "ResourceNotFound", message)
}

/// The refusal of what cannot be done during an operation.
pub(crate) fn transitioning(name: &str) -> Refusal {
    let message = format!("The container group '{name}' is still transitioning, please retry later.");
    Refusal::service(409, "ContainerGroupTransitioning", message)
}

fn check_settled(group: &ContainerGroup, now: i64) -> Result<(), Refusal> {
    if is_transitioning(group, now) { Err(transitioning(&group.name)) } else { Ok(()) }
}

/// Answers for one group.
pub(crate) fn get(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    if let Some(reads) = world.unseen.get_mut(&place.key) {
        *reads -= 1;
        if *reads == 0 {
            world.unseen.remove(&place.key);
        }
        return Err(missing(place));
    }
    Ok(of(200, &view(&find(world, place)?, ask.now, ask.api(), Detail::Whole)))
}

/// Answers for all groups whose keys begin with a prefix.
pub(crate) fn list(world: &World, ask: &Ask<'_>, prefix: &str) -> Answer {
    let (groups, token) = page(&world.tables.containers, prefix, page_token(ask).as_deref(), world.settings.page);
    let groups = groups.into_iter().filter_map(|(_, kept)| kept.read());
    let items = groups.map(|group| view(&group, ask.now, ask.api(), Detail::Item)).collect();
    listed(ask, items, token)
}

/// Creates or updates.
pub(crate) fn put(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    check_name(&place.name)?;
    let parent = find_open(world, &place.parent, &place.group)?;
    let id = format!("{}/providers/Microsoft.ContainerInstance/containerGroups/{}", id_of(parent), place.name);
    let subscription = subscription_of(&place.key).to_owned();
    registration::check(world, &subscription, ask.now)?;
    let mut sent = ask.json()?;
    let location = read_location(&mut sent)?;
    if let Some(tags) = sent.get("tags") {
        check_tags(tags)?;
    }
    let old = world.tables.container(&place.key);
    if let Some(old) = &old {
        check_same_location((&old.name, &old.location), &location, place)?;
        check_settled(old, ask.now)?;
    }
    check_secrets(&place.name, &sent)?;
    let id = old.as_ref().map_or(id, |old| old.id.clone());
    complete(world, &mut sent, ask.api())?;
    let mut body = echo(sent, ask.api(), &world.settings.identity.tenant, &id);
    if let Some(owner) = old.as_ref().and_then(owner) {
        body["properties"]["orchestratorId"] = owner.into();
    }
    let empty_map = Map::new();
    let properties = body.get("properties").and_then(Value::as_object).unwrap_or(&empty_map);
    check_body(&place.name, properties)?;
    subnets::check(&place.name, &subscription, properties)?;
    check_parts(&place.name, &body)?;
    let over = old.as_ref().is_some_and(|old| is_over(old, ask.now));
    if let Some(old) = old.as_ref().filter(|_| !over) {
        check_update(&old.name, &old.body, &body)?;
    }
    subnets::check_free(world, &place.key, &place.name, &body, ask.now)?;
    let limits = &world.settings.quota;
    let before = world.tables.containers.get(&place.key).map(|kept| kept.share);
    world.tables.usage.check(limits, &subscription, &location, before, Share::of(properties))?;
    let quiet = |old: &&ContainerGroup| !over && old.stopped.is_none() && differ_in_config_maps(&old.body, &body);
    let group = match old.as_ref().filter(quiet) {
        Some(old) => ContainerGroup { body, ..old.clone() },
        None => make(world, ask, place, old.as_ref(), (id, location, body), over),
    };
    if world.tables.is_label_taken(&place.key, &group) {
        let label = group.body["properties"]["ipAddress"]["dnsNameLabel"].as_str().unwrap_or_default();
        let message = format!(
            "The DNS name label '{label}' in container group '{}' not available. Try using a different label.",
            group.name
        );
        // The service's own code is not documented.
        return Err(Refusal::service(400, "DnsNameLabelNotAvailable", message));
    }
    let left = match &old {
        None => Some(world.throttle.count(&subscription, "creates", ask.now, world.settings.throttle)?),
        Some(_) => None,
    };
    if old.is_none() {
        world.bear(&group.id);
        subnets::link(world, &group.body);
        if ask.bend.not_found > 0 {
            world.unseen.insert(place.key.clone(), ask.bend.not_found);
        }
    }
    let mut answer = of(if old.is_none() { 201 } else { 200 }, &view(&group, ask.now, ask.api(), Detail::Fresh));
    answer.headers.extend(left.into_iter().flatten());
    let operation = begin(world, &place.key, &group);
    let url = status_url(world, ask, &group.location, "operations", &operation);
    answer.headers.push(("azure-asyncoperation".to_owned(), url));
    answer.headers.push(("x-ms-request-id".to_owned(), format!("{}:{operation}", group.location)));
    world.change(Change::Containers(place.key.clone(), Some(Kept::new(&group))));
    Ok(pause(world, answer, 0))
}

fn read_location(sent: &mut Map<String, Value>) -> Result<String, Refusal> {
    let location =
        take(sent, "location").and_then(|own| own.as_str().map(plain_location)).filter(|own| !own.is_empty());
    let location = location.ok_or_else(|| {
        Refusal::gateway(400, "LocationRequired", "The location property is required for this definition.")
    })?;
    check_location(&location)?;
    Ok(location)
}

/// Refuses to move an object of this name and location.
pub(crate) fn check_same_location((name, home): (&str, &str), location: &str, place: &Place) -> Result<(), Refusal> {
    if home == location {
        return Ok(());
    }
    let message = format!(
        "The resource '{name}' already exists in location '{home}' in resource group '{}'. A resource with the same name cannot be created in location '{location}'. Please select a new resource name.",
        place.group
    );
    Err(Refusal::gateway(409, "InvalidResourceLocation", message))
}

/// The group that a PUT makes of the old one.
fn make(
    world: &mut World,
    ask: &Ask<'_>,
    place: &Place,
    old: Option<&ContainerGroup>,
    (id, location, body): (String, String, Map<String, Value>),
    over: bool,
) -> ContainerGroup {
    let reason = match old {
        None => Reason::Created,
        // Nothing runs that would have to be killed.
        Some(old) if over || old.stopped.is_some() => Reason::Started,
        Some(_) => Reason::Updated,
    };
    let launch = launch(world, ask, reason, &body);
    // Containers that run are restarted; those that ended or were stopped start anew.
    let counted = old.map_or(0, |old| if over || old.stopped.is_some() { 0 } else { old.restarts + 1 });
    let kind = body
        .get("properties")
        .and_then(|own| own.pointer("/ipAddress/type"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let ip = kind.map(|kind| {
        old.filter(|old| old.stopped.is_none()).and_then(|old| old.ip.clone()).unwrap_or_else(|| new_ip(world, &kind))
    });
    ContainerGroup {
        id,
        name: old.map_or_else(|| place.name.clone(), |old| old.name.clone()),
        location,
        body,
        ip,
        launch,
        past: old.map(remember).unwrap_or_default(),
        stopped: None,
        restarts: counted,
        previous: old.map(|old| states(old, ask.now)).unwrap_or_default(),
    }
}

/// An address that no other group has.
pub(crate) fn new_ip(world: &mut World, kind: &str) -> String {
    world.tables.serial += 1;
    let number = world.tables.serial;
    let [_, _, _, _, _, high, middle, low] = number.to_be_bytes();
    if kind == "Private" {
        format!("10.{high}.{middle}.{low}")
    } else {
        format!("20.{}.{middle}.{low}", 64 + high % 128)
    }
}

/// The launches to remember once there is another one.
pub(crate) fn remember(old: &ContainerGroup) -> Vec<crate::emulator::record::Launch> {
    let mut past = old.past.clone();
    past.push(old.launch.clone());
    let spare = past.len().saturating_sub(REMEMBERED);
    past.split_off(spare)
}

/// Replaces the tags, as a whole and at once.
pub(crate) fn patch(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let mut group = find(world, place)?;
    let mut sent = ask.json()?;
    if let Some(location) = take(&mut sent, "location").and_then(|own| own.as_str().map(plain_location)) {
        check_same_location((&group.name, &group.location), &location, place)?;
    }
    if let Some(tags) = take(&mut sent, "tags") {
        check_tags(&tags)?;
        group.body.shift_remove("tags");
        if !tags.is_null() {
            group.body.insert("tags".to_owned(), tags);
        }
    }
    let answer = of(200, &view(&group, ask.now, ask.api(), Detail::Outline));
    world.change(Change::Containers(place.key.clone(), Some(Kept::new(&group))));
    Ok(answer)
}

/// Deletes at once; the answer shows the group as it was last seen.
pub(crate) fn delete(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let Some(group) = world.tables.container(&place.key) else { return Ok(empty(204)) };
    // Unconfirmed: what only tries in vain to start can be deleted at any time.
    if group.launch.failure.is_none() {
        check_settled(&group, ask.now)?;
    }
    subnets::check_free(world, &place.key, &group.name, &group.body, ask.now)?;
    let mut answer = of(200, &view(&group, ask.now, ask.api(), Detail::Whole));
    let subscription = subscription_of(&place.key);
    answer.headers.extend(world.throttle.count(subscription, "deletes", ask.now, world.settings.throttle)?);
    let owner = owner(&group);
    world.unseen.remove(&place.key);
    world.change(Change::Containers(place.key.clone(), None));
    if let Some(owner) = owner {
        lost(world, &owner, &place.key, ask.now);
    }
    Ok(answer)
}

/// Starts, stops or restarts.
pub(crate) fn act(world: &mut World, ask: &Ask<'_>, place: &Place, verb: &str) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let mut group = find(world, place)?;
    check_settled(&group, ask.now)?;
    let idle = group.stopped.is_some() || is_over(&group, ask.now);
    match verb {
        "stop" => {
            // Stopping has no effect on a group whose containers ended.
            if !idle {
                group.stopped = Some(ask.now);
                world.change(Change::Containers(place.key.clone(), Some(Kept::new(&group))));
            }
            Ok(empty(204))
        }
        "start" => {
            let operation = if idle { Some(relaunch(world, ask, place, &mut group, Reason::Started)) } else { None };
            // Versions before 2021 know 204 only, those of 2021 know 202 only, later ones know both.
            if ask.api() < "2021" {
                return Ok(empty(204));
            }
            let operation = operation.unwrap_or_else(|| begin_nothing(world, ask, place, &group));
            let url = status_url(world, ask, &group.location, "operationResults", &operation);
            Ok(pause(world, with(empty(202), "location", url), 0))
        }
        _ => {
            let operation = relaunch(world, ask, place, &mut group, Reason::Restarted);
            let url = status_url(world, ask, &group.location, "operations", &operation);
            Ok(pause(world, with(empty(204), "azure-asyncoperation", url), 0))
        }
    }
}

/// The operation of starting a group that runs already: over as soon as it begins.
fn begin_nothing(world: &mut World, ask: &Ask<'_>, place: &Place, group: &ContainerGroup) -> String {
    let mut group = group.clone();
    group.launch.at = ask.now;
    group.launch.ready = ask.now;
    group.launch.failure = None;
    begin(world, &place.key, &group)
}

fn relaunch(world: &mut World, ask: &Ask<'_>, place: &Place, group: &mut ContainerGroup, reason: Reason) -> String {
    group.previous = states(group, ask.now);
    group.past = remember(group);
    if group.stopped.take().is_some()
        && let Some(kind) = group
            .body
            .get("properties")
            .and_then(|own| own.pointer("/ipAddress/type"))
            .and_then(Value::as_str)
            .map(str::to_owned)
    {
        // A stopped group gives its address back.
        group.ip = Some(new_ip(world, &kind));
    }
    group.launch = launch(world, ask, reason, &group.body);
    let operation = begin(world, &place.key, group);
    world.change(Change::Containers(place.key.clone(), Some(Kept::new(group))));
    operation
}
