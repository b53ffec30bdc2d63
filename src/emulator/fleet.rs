//! The container groups of an ngroup: made, spread, updated batch by batch, healed, removed.
//!
//! **Never:** act before a step is due, or look at ngroups that have nothing due. A step happens at
//! the moment it was due, whenever the next request comes. Sources: "About NGroups" and "NGroups
//! Rolling Update". The emulator's own: which member is removed first (the newest), which profile a
//! member has of several (in turn), that a batch keeps to a zone but not to a fault domain, what
//! counts as unhealthy, and that an emulator without latency makes no pauses.

use serde_json::{Map, Value, json};

use crate::emulator::body::environment;
use crate::emulator::check::check_update;
use crate::emulator::container_groups::{new_ip, remember};
use crate::emulator::kept::Kept;
use crate::emulator::ngroups::{Wish, busy};
use crate::emulator::profiles::{add, mark, resolve};
use crate::emulator::quota::Share;
use crate::emulator::record::{Change, ContainerGroup, Launch, Member, NGroup, Operation, Reason, Verb, Work};
use crate::emulator::tables::subscription_of;
use crate::emulator::told::delay;
use crate::emulator::view::{is_over, members as containers_of, state, states};
use crate::emulator::world::World;

/// Code and message of what went wrong.
type Failure = (String, String);

/// What the tags of an ngroup put into the environment of its containers ("About NGroups").
const TOLD: [(&str, &str); 2] = [
    ("metadata.container.environmentVariable.containerGroupName", "ContainerGroupName"),
    ("metadata.container.environmentVariable.orchestratorId", "OrchestratorId"),
];

/// Takes all steps that are due by `until`, in the order in which they are.
pub(crate) fn settle(world: &mut World, until: i64) {
    while let Some((due, key)) = world.tables.due.first().cloned() {
        if due > until {
            return;
        }
        advance(world, &key, due);
    }
}

/// The key of the ngroup that keeps a container group.
pub(crate) fn owner(group: &ContainerGroup) -> Option<String> {
    group.body.get("properties")?.get("orchestratorId")?.as_str().map(str::to_owned)
}

/// Tells an ngroup, by its id, that somebody deleted one of its members: it makes another one or
/// wants one less from now on.
pub(crate) fn lost(world: &mut World, owner: &str, key: &str, now: i64) {
    let Some(own) = crate::emulator::ngroups::key_of(owner) else { return };
    let Some(mut ngroup) = world.tables.ngroups.get(&own).cloned() else { return };
    ngroup.members.retain(|member| member.key != key);
    let wish = Wish::of(&ngroup.body);
    if !wish.maintains {
        ngroup.body["properties"]["elasticProfile"]["desiredCount"] = json!(wish.count.saturating_sub(1));
    } else if ngroup.work.is_none() {
        let time = world.settings.latency;
        ngroup.work = Some(Work { time, ..work(Verb::Update, None, now) });
    }
    world.change(Change::NGroup(own, Some(ngroup)));
    settle(world, now);
}

/// Work whose first step is due at once.
pub(crate) fn work(verb: Verb, operation: Option<String>, now: i64) -> Work {
    Work {
        verb,
        operation,
        began: now,
        due: now,
        time: 0,
        rolls: false,
        retiring: Vec::new(),
        updated: Vec::new(),
        failure: None,
    }
}

/// Takes the first step of an ngroup, if it is due already.
pub(crate) fn start(world: &mut World, key: &str, now: i64) {
    let due = world.tables.ngroups.get(key).and_then(|ngroup| ngroup.work.as_ref()).map(|work| work.due);
    if due.is_some_and(|due| due <= now) {
        advance(world, key, now);
    }
}

/// Takes the step of an ngroup that is due.
fn advance(world: &mut World, key: &str, at: i64) {
    let Some(mut ngroup) = world.tables.ngroups.get(key).cloned() else { return };
    let Some(mut work) = ngroup.work.take() else { return };
    for gone in std::mem::take(&mut work.retiring) {
        remove(world, &mut ngroup, &gone);
    }
    if work.verb == Verb::Delete {
        for member in std::mem::take(&mut ngroup.members) {
            remove(world, &mut ngroup, &member.key);
        }
        close(world, &work, at, None);
        return world.change(Change::NGroup(key.to_owned(), None));
    }
    let step = match work.failure.take() {
        Some(failure) => Err(failure),
        None if work.verb == Verb::Act => Ok(None),
        None => step(world, key, &mut ngroup, &mut work, at),
    };
    match step {
        Ok(Some(due)) => {
            work.due = due;
            ngroup.work = Some(work);
        }
        Ok(None) => {
            ngroup.failure = None;
            close(world, &work, at, None);
        }
        Err(failure) => {
            close(world, &work, at, Some(failure.clone()));
            ngroup.failure = Some(failure);
        }
    }
    world.change(Change::NGroup(key.to_owned(), Some(ngroup)));
}

/// Ends the operation that clients poll.
pub(crate) fn close(world: &mut World, work: &Work, at: i64, failure: Option<Failure>) {
    let Some(id) = &work.operation else { return };
    if let Some(operation) = world.tables.operations.get(id).cloned() {
        world.change(Change::Operation(id.clone(), Some(Operation { until: at, failure, ..operation })));
    }
}

fn remove(world: &mut World, ngroup: &mut NGroup, key: &str) {
    ngroup.members.retain(|member| member.key != key);
    world.unseen.remove(key);
    if world.tables.containers.contains_key(key) {
        world.change(Change::Containers(key.to_owned(), None));
    }
}

/// Does what is next; when to come back, or nothing when all is done.
fn step(world: &mut World, key: &str, ngroup: &mut NGroup, work: &mut Work, at: i64) -> Result<Option<i64>, Failure> {
    let wish = Wish::of(&ngroup.body);
    check_made(world, ngroup, work)?;
    check_health(world, work, &wish, at)?;
    while ngroup.members.len() > wish.count {
        let Some(newest) = ngroup.members.last().map(|member| member.key.clone()) else { break };
        remove(world, ngroup, &newest);
    }
    if ngroup.members.len() < wish.count {
        while ngroup.members.len() < wish.count {
            let slots: Vec<u32> = ngroup.members.iter().map(|member| member.slot).collect();
            let slot = (0..).find(|slot| !slots.contains(slot)).unwrap_or_default();
            let zone = emptiest(world, ngroup, &wish);
            make(world, key, ngroup, work, slot, zone, at)?;
        }
        return Ok(Some(readiness(world, ngroup, at, work.time)));
    }
    if !work.rolls {
        return Ok(None);
    }
    let batch = next_batch(world, ngroup, &wish, at)?;
    if batch.is_empty() {
        return Ok(None);
    }
    for member in &batch {
        if wish.in_place {
            update(world, ngroup, work, member, at)?;
        } else {
            let zone = zone_of(world, &member.key);
            make(world, key, ngroup, work, member.slot, zone, at)?;
            work.retiring.push(member.key.clone());
        }
    }
    // What is left after this batch is counted by what the members were made from.
    let more = outdated(world, ngroup)?.iter().any(|member| !work.retiring.contains(&member.key));
    let pause = if more && world.settings.latency > 0 { wish.pause } else { 0 };
    Ok(Some(readiness(world, ngroup, at, work.time) + pause))
}

/// A member that could not be made ends the operation with its own words.
fn check_made(world: &World, ngroup: &NGroup, work: &Work) -> Result<(), Failure> {
    for member in &ngroup.members {
        let group = world.tables.container(&member.key);
        if let Some(group) = group.filter(|group| group.launch.at >= work.began)
            && let Some((code, message)) = &group.launch.failure
        {
            return Err((code.clone(), format!("The container group '{}' failed: {message}", group.name)));
        }
    }
    Ok(())
}

/// Whether a container group runs, or ran to a good end.
fn is_healthy(group: &ContainerGroup, now: i64) -> bool {
    let containers = containers_of(group, now);
    let crashing = containers.iter().any(|own| own.life.phase == crate::emulator::instance::Phase::Pausing);
    group.launch.failure.is_none() && !crashing && state(group, &containers, now) != "Failed"
}

/// Stops a rolling update after which too many of the updated members are unhealthy.
fn check_health(world: &World, work: &Work, wish: &Wish, at: i64) -> Result<(), Failure> {
    let updated: Vec<ContainerGroup> = work.updated.iter().filter_map(|key| world.tables.container(key)).collect();
    let unhealthy = updated.iter().filter(|group| !is_healthy(group, at)).count();
    if unhealthy * 100 <= updated.len() * wish.max_unhealthy {
        return Ok(());
    }
    // Unconfirmed code and words.
    Err((
        "RollingUpdateFailed".to_owned(),
        format!(
            "The rolling update was stopped: '{unhealthy}' of '{}' updated container groups are unhealthy, more than '{}' percent.",
            updated.len(),
            wish.max_unhealthy
        ),
    ))
}

fn zone_of(world: &World, key: &str) -> Option<String> {
    let group = world.tables.container(key)?;
    let zones = group.body.get("zones")?.as_array()?;
    zones.first()?.as_str().map(str::to_owned)
}

/// The zone with the fewest members, the first of several.
fn emptiest(world: &World, ngroup: &NGroup, wish: &Wish) -> Option<String> {
    let count = |zone: &&String| {
        ngroup.members.iter().filter(|member| zone_of(world, &member.key).as_ref() == Some(zone)).count()
    };
    wish.zones.iter().min_by_key(count).cloned()
}

/// Members that were made from something else than they would be made from now.
fn outdated(world: &World, ngroup: &NGroup) -> Result<Vec<Member>, Failure> {
    let mut found = Vec::new();
    for member in &ngroup.members {
        if source(world, ngroup, member.slot)?.1 != member.made {
            found.push(member.clone());
        }
    }
    Ok(found)
}

/// The members to update next: first those that are unhealthy, wherever they are; else as many of one
/// zone as a batch holds.
fn next_batch(world: &World, ngroup: &NGroup, wish: &Wish, now: i64) -> Result<Vec<Member>, Failure> {
    let outdated = outdated(world, ngroup)?;
    let sick = |member: &&Member| world.tables.container(&member.key).is_some_and(|group| !is_healthy(&group, now));
    let unhealthy: Vec<Member> = outdated.iter().filter(sick).cloned().collect();
    if !unhealthy.is_empty() {
        return Ok(unhealthy);
    }
    let Some(zone) = outdated.first().map(|first| zone_of(world, &first.key)) else { return Ok(Vec::new()) };
    let most = (wish.count * wish.batch / 100).max(1);
    Ok(outdated.into_iter().filter(|member| zone_of(world, &member.key) == zone).take(most).collect())
}

/// The profile's entry of a slot, and a fingerprint of all that a member of that slot is made from.
fn source<'n>(world: &World, ngroup: &'n NGroup, slot: u32) -> Result<(&'n Value, String), Failure> {
    let entries = ngroup.body.get("properties").and_then(|own| own.get("containerGroupProfiles")?.as_array());
    let entries = entries.map_or(&[][..], Vec::as_slice);
    let Some(entry) = entries.get(slot as usize % entries.len().max(1)) else {
        return Err((
            "ContainerGroupProfileMissing".to_owned(),
            "The ngroup refers to no container group profile.".to_owned(),
        ));
    };
    let (profile, revision) = resolve(world, id_in(entry), entry.get("revision").and_then(Value::as_u64))
        .map_err(|refusal| refusal.words())?;
    let made = mark(&profile.id, &json!([revision.number, revision.mark, entry.get("containerGroupProperties")]));
    Ok((entry, made))
}

fn id_in(entry: &Value) -> &str {
    entry.pointer("/resource/id").and_then(Value::as_str).unwrap_or_default()
}

/// The body of a member: the profile's revision with what the ngroup lays over it.
fn compose(
    world: &World,
    ngroup: &NGroup,
    entry: &Value,
    name: &str,
    zone: Option<&str>,
) -> Result<Map<String, Value>, Failure> {
    let number = entry.get("revision").and_then(Value::as_u64);
    let (profile, revision) = resolve(world, id_in(entry), number).map_err(|refusal| refusal.words())?;
    let mut properties = revision.properties.clone();
    let empty = json!({});
    let over = entry.get("containerGroupProperties").unwrap_or(&empty);
    properties.extend(over.get("subnetIds").map(|subnets| ("subnetIds".to_owned(), subnets.clone())));
    if let Some(volumes) = over.get("volumes").and_then(Value::as_array) {
        let own = properties.get("volumes").cloned().unwrap_or_default();
        properties.insert("volumes".to_owned(), add(volumes, &own));
    }
    let mounts: Vec<(&str, &Value)> = over
        .get("containers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|own| Some((own.get("name")?.as_str()?, own.pointer("/properties/volumeMounts")?)))
        .collect();
    for container in properties.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        let own = container.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        for (_, more) in mounts.iter().filter(|(of, _)| *of == own) {
            let had = container.pointer("/properties/volumeMounts").cloned().unwrap_or_default();
            container["properties"]["volumeMounts"] = add(more.as_array().map_or(&[], Vec::as_slice), &had);
        }
        tell(container, ngroup, name);
    }
    // Where the service shows these two is not documented.
    properties.insert("containerGroupProfile".to_owned(), json!({"id": profile.id, "revision": revision.number}));
    properties.insert("orchestratorId".to_owned(), json!(ngroup.id));
    let mut body = Map::from_iter([("properties".to_owned(), Value::Object(properties))]);
    body.extend(ngroup.body.get("identity").map(|identity| ("identity".to_owned(), identity.clone())));
    body.extend(zone.map(|zone| ("zones".to_owned(), json!([zone]))));
    Ok(body)
}

/// Puts into a container's environment what the tags of the ngroup ask for.
fn tell(container: &mut Value, ngroup: &NGroup, name: &str) {
    let known = environment(container);
    for (tag, variable) in TOLD {
        let asked = ngroup.body.get("tags").and_then(|tags| tags.get(tag)?.as_str());
        if asked.is_some_and(|asked| asked.eq_ignore_ascii_case("true")) && !known.contains_key(variable) {
            let value = if variable == "OrchestratorId" { ngroup.id.as_str() } else { name };
            let variables = container.pointer_mut("/properties/environmentVariables").and_then(Value::as_array_mut);
            if let Some(variables) = variables {
                variables.push(json!({"name": variable, "value": value}));
            }
        }
    }
}

fn new_launch(work: &Work, reason: Reason, at: i64, body: &Map<String, Value>) -> Launch {
    let none = Map::new();
    let (delay, vain) = delay(body.get("properties").and_then(Value::as_object).unwrap_or(&none));
    Launch { reason, at, ready: at + work.time + delay, failure: vain.map(|message| (String::new(), message)) }
}

/// When all members that were launched at a moment are ready.
fn readiness(world: &World, ngroup: &NGroup, at: i64, time: i64) -> i64 {
    let groups = ngroup.members.iter().filter_map(|member| world.tables.container(&member.key));
    let fresh = groups.filter(|group| group.launch.at == at).map(|group| group.launch.ready);
    fresh.max().unwrap_or(at + time)
}

/// Makes a container group and counts it in.
fn make(
    world: &mut World,
    key: &str,
    ngroup: &mut NGroup,
    work: &mut Work,
    slot: u32,
    zone: Option<String>,
    at: i64,
) -> Result<(), Failure> {
    let guid = world.new_guid(&format!("{}/{slot}", ngroup.id), at);
    let name = format!("{}{guid}", Wish::of(&ngroup.body).prefix);
    let (entry, made) = source(world, ngroup, slot)?;
    let body = compose(world, ngroup, entry, &name, zone.as_deref())?;
    let (parent, _) = key.rsplit_once('/').unwrap_or_default();
    let member = Member { key: format!("{parent}/{}", name.to_lowercase()), slot, made };
    let kind = body["properties"].pointer("/ipAddress/type").and_then(Value::as_str).map(str::to_owned);
    let (scope, _) = ngroup.id.rsplit_once("/providers/").unwrap_or_default();
    let group = ContainerGroup {
        id: format!("{scope}/providers/Microsoft.ContainerInstance/containerGroups/{name}"),
        name,
        location: ngroup.location.clone(),
        launch: new_launch(work, Reason::Created, at, &body),
        body,
        ip: kind.map(|kind| new_ip(world, &kind)),
        past: Vec::new(),
        stopped: None,
        restarts: 0,
        previous: Default::default(),
    };
    admit(world, &member.key, &group)?;
    world.bear(&group.id);
    world.change(Change::Containers(member.key.clone(), Some(Kept::new(&group))));
    work.updated.push(member.key.clone());
    ngroup.members.push(member);
    Ok(())
}

/// Updates a member in place, as far as Azure Container Instances can.
fn update(world: &mut World, ngroup: &mut NGroup, work: &mut Work, member: &Member, at: i64) -> Result<(), Failure> {
    let Some(old) = world.tables.container(&member.key) else { return Ok(()) };
    if busy(&old, at) {
        return Err((
            "ContainerGroupTransitioning".to_owned(),
            format!("The container group '{}' is still transitioning, please retry later.", old.name),
        ));
    }
    let (entry, made) = source(world, ngroup, member.slot)?;
    let zone = zone_of(world, &member.key);
    let body = compose(world, ngroup, entry, &old.name, zone.as_deref())?;
    let anew = old.stopped.is_some() || is_over(&old, at);
    if !anew {
        check_update(&old.name, &old.body, &body).map_err(|refusal| refusal.words())?;
    }
    let kind = body["properties"].pointer("/ipAddress/type").and_then(Value::as_str).map(str::to_owned);
    let ip = old.ip.clone().filter(|_| old.stopped.is_none());
    let group = ContainerGroup {
        launch: new_launch(work, if anew { Reason::Started } else { Reason::Updated }, at, &body),
        body,
        ip: kind.map(|kind| ip.unwrap_or_else(|| new_ip(world, &kind))),
        past: remember(&old),
        stopped: None,
        restarts: if anew { 0 } else { old.restarts + 1 },
        previous: states(&old, at),
        ..old
    };
    admit(world, &member.key, &group)?;
    world.change(Change::Containers(member.key.clone(), Some(Kept::new(&group))));
    work.updated.push(member.key.clone());
    for own in ngroup.members.iter_mut().filter(|own| own.key == member.key) {
        own.made.clone_from(&made);
    }
    Ok(())
}

/// Refuses a container group for which there is no quota, or whose DNS label another one has.
fn admit(world: &World, key: &str, group: &ContainerGroup) -> Result<(), Failure> {
    let properties = group.body.get("properties").and_then(Value::as_object);
    let wanted = properties.map(Share::of).unwrap_or_default();
    let before = world.tables.containers.get(key).map(|kept| kept.share);
    let usage = &world.tables.usage;
    usage
        .check(&world.settings.quota, subscription_of(key), &group.location, before, wanted)
        .map_err(|refusal| refusal.words())?;
    if world.tables.is_label_taken(key, group) {
        let message = format!(
            "The DNS name label in container group '{}' not available. Try using a different label.",
            group.name
        );
        return Err(("DnsNameLabelNotAvailable".to_owned(), message));
    }
    Ok(())
}
