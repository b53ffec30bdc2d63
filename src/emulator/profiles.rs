//! Container group profiles: templates of container groups, in numbered revisions.
//!
//! **Never:** keep a secret, or touch what was made from a profile. Shapes and codes are those of
//! the REST reference ("Container Group Profiles", 2025-09-01) and its examples; nobody recorded
//! the service. So it is the emulator's own that revisions count from 1, that a repeated PUT and a
//! PATCH of tags make none, and in which way a container group is completed from its profile.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::arm::id::ResourceId;
use crate::emulator::answer::{Refusal, empty, of};
use crate::emulator::body::{echo, take};
use crate::emulator::catalogue::{check_location, plain_location};
use crate::emulator::check::check_body;
use crate::emulator::container_groups::check_same_location;
use crate::emulator::groups::{self, check_tags, find_open, listed, page_token};
use crate::emulator::parts::{check_secrets, check_template};
use crate::emulator::record::{Change, Profile, Revision};
use crate::emulator::registration;
use crate::emulator::route::Ask;
use crate::emulator::tables::{page, subscription_of};
use crate::emulator::world::{Answer, Place, World, no_route};

/// The type, as the service writes it.
pub(crate) const TYPE: &str = "Microsoft.ContainerInstance/containerGroupProfiles";
/// The first version of the interface that knows profiles.
pub(crate) const SINCE: &str = "2024-05-01";

/// Answers for what lies below a profile; `rest` is the path after its name.
pub(crate) fn answer(world: &mut World, ask: &Ask<'_>, place: &Place, rest: &[&str]) -> Answer {
    match (ask.method, rest) {
        ("PUT", []) => put(world, ask, place),
        ("GET", []) => Ok(of(200, &view(find(world, place)?, None))),
        ("PATCH", []) => patch(world, ask, place),
        ("DELETE", []) => delete(world, place),
        ("GET", ["revisions"]) => {
            let profile = find(world, place)?;
            let all = profile.revisions.iter().map(|revision| view(profile, Some(revision)));
            Ok(of(200, &json!({"value": all.collect::<Vec<_>>()})))
        }
        ("GET", ["revisions", number]) => {
            let profile = find(world, place)?;
            let wanted = |revision: &&Revision| revision.number.to_string() == *number;
            match profile.revisions.iter().find(wanted) {
                Some(revision) => Ok(of(200, &view(profile, Some(revision)))),
                None => Err(missing(&format!("{TYPE}/revisions"), &format!("{}/{number}", place.name), place)),
            }
        }
        _ => Err(no_route(ask)),
    }
}

/// Answers for all profiles whose keys begin with a prefix.
pub(crate) fn list(world: &World, ask: &Ask<'_>, prefix: &str) -> Answer {
    let (profiles, token) = page(&world.tables.profiles, prefix, page_token(ask).as_deref(), world.settings.page);
    listed(ask, profiles.iter().map(|(_, profile)| view(profile, None)).collect(), token)
}

/// The refusal of an object that is not there.
pub(crate) fn missing(kind: &str, name: &str, place: &Place) -> Refusal {
    let message = format!(
        "The Resource '{kind}/{name}' under resource group '{}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        place.group
    );
    Refusal::gateway(404, "ResourceNotFound", message)
}

/// Refuses a name that does not match the pattern of profiles and ngroups.
pub(crate) fn check_name(kind: &str, name: &str) -> Result<(), Refusal> {
    let ends = [name.chars().next(), name.chars().last()];
    let fits = name.len() <= 63
        && ends.iter().all(|end| end.is_some_and(|letter| letter.is_ascii_alphanumeric()))
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if fits {
        return Ok(());
    }
    // Unconfirmed code.
    let message = format!(
        "The name '{name}' of resource type '{kind}' is invalid. It must match the pattern '^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{{0,61}}[a-zA-Z0-9]$'."
    );
    Err(Refusal::gateway(400, "InvalidResourceName", message))
}

/// The location of a request, or that of the resource group: the interface does not demand one.
pub(crate) fn location_of(world: &World, sent: &mut Map<String, Value>, place: &Place) -> Result<String, Refusal> {
    let own = take(sent, "location").and_then(|own| own.as_str().map(plain_location)).filter(|own| !own.is_empty());
    let location = match own {
        Some(own) => own,
        None => groups::find(world, &place.parent, &place.group)?.location.clone(),
    };
    check_location(&location)?;
    Ok(location)
}

fn find<'a>(world: &'a World, place: &Place) -> Result<&'a Profile, Refusal> {
    groups::find(world, &place.parent, &place.group)?;
    world.tables.profiles.get(&place.key).ok_or_else(|| missing(TYPE, &place.name, place))
}

fn put(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    check_name(TYPE, &place.name)?;
    let parent = find_open(world, &place.parent, &place.group)?;
    let id = format!("{}/providers/{TYPE}/{}", groups::id_of(parent), place.name);
    registration::check(world, subscription_of(&place.key), ask.now)?;
    let mut sent = ask.json()?;
    let location = location_of(world, &mut sent, place)?;
    let tags = take(&mut sent, "tags").filter(|tags| !tags.is_null());
    if let Some(tags) = &tags {
        check_tags(tags)?;
    }
    let old = world.tables.profiles.get(&place.key).cloned();
    if let Some(old) = &old {
        check_same_location((&old.name, &old.location), &location, place)?;
    }
    check_secrets(&place.name, &sent)?;
    let mark = mark(&id, &Value::Object(sent.clone()));
    let mut body = echo(sent, ask.api(), &world.settings.identity.tenant, &id);
    let zones = take(&mut body, "zones");
    let properties = match take(&mut body, "properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    check_body(&place.name, &properties)?;
    check_template(&place.name, &properties)?;
    let status = if old.is_some() { 200 } else { 201 };
    let mut profile = match old {
        Some(old) => Profile { tags, ..old },
        None => Profile { id, name: place.name.clone(), location, tags, revisions: Vec::new() },
    };
    if profile.revisions.last().is_none_or(|last| last.mark != mark) {
        let number = profile.revisions.last().map_or(1, |last| last.number + 1);
        profile.revisions.push(Revision { number, properties, zones, mark });
    }
    if status == 201 {
        world.bear(&profile.id);
    }
    let answer = of(status, &view(&profile, None));
    world.change(Change::Profile(place.key.clone(), Some(profile)));
    Ok(answer)
}

/// A fingerprint of something, salted with the id of what it belongs to.
pub(crate) fn mark(id: &str, of: &Value) -> String {
    let hash = Sha256::digest(format!("{}\n{of}", id.to_lowercase()).as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A PATCH takes tags and nothing else, and replaces them as a whole.
fn patch(world: &mut World, ask: &Ask<'_>, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    let mut profile = find(world, place)?.clone();
    let mut sent = ask.json()?;
    if let Some(tags) = take(&mut sent, "tags") {
        check_tags(&tags)?;
        profile.tags = (!tags.is_null()).then_some(tags);
    }
    let answer = of(200, &view(&profile, None));
    world.change(Change::Profile(place.key.clone(), Some(profile)));
    Ok(answer)
}

/// Deletes at once, whatever was made from it.
fn delete(world: &mut World, place: &Place) -> Answer {
    find_open(world, &place.parent, &place.group)?;
    if world.tables.profiles.contains_key(&place.key) {
        world.change(Change::Profile(place.key.clone(), None));
        return Ok(empty(200));
    }
    Ok(empty(204))
}

/// A profile with its current revision and the numbers of all, or as it was in one revision.
fn view(profile: &Profile, revision: Option<&Revision>) -> Value {
    let mut body = Map::new();
    let shown = revision.or(profile.revisions.last());
    let mut properties = shown.map(|shown| shown.properties.clone()).unwrap_or_default();
    properties.insert("revision".to_owned(), json!(shown.map_or(0, |shown| shown.number)));
    if revision.is_none() {
        let numbers: Vec<u32> = profile.revisions.iter().map(|revision| revision.number).collect();
        properties.insert("registeredRevisions".to_owned(), json!(numbers));
    }
    body.insert("properties".to_owned(), Value::Object(properties));
    body.insert("id".to_owned(), json!(profile.id));
    body.insert("name".to_owned(), json!(profile.name));
    body.insert("type".to_owned(), json!(TYPE));
    body.insert("location".to_owned(), json!(profile.location));
    body.extend(shown.and_then(|shown| shown.zones.clone()).map(|zones| ("zones".to_owned(), zones)));
    body.extend(profile.tags.clone().map(|tags| ("tags".to_owned(), tags)));
    Value::Object(body)
}

/// The revision that a reference names; the current one if it names none.
pub(crate) fn resolve<'a>(
    world: &'a World,
    id: &str,
    revision: Option<u64>,
) -> Result<(&'a Profile, &'a Revision), Refusal> {
    // Unconfirmed codes.
    let refuse = |code: &str, message: String| Refusal::service(400, code, message);
    let parsed =
        ResourceId::parse(id).ok().filter(|own| own.is_a("Microsoft.ContainerInstance", "containerGroupProfiles"));
    let Some(parsed) = parsed else {
        let message =
            format!("The container group profile reference '{id}' is not the id of a container group profile.");
        return Err(refuse("InvalidContainerGroupProfileReference", message));
    };
    let key = format!("{}/{}/{}", parsed.subscription, parsed.group, parsed.name).to_lowercase();
    let Some(profile) = world.tables.profiles.get(&key) else {
        return Err(refuse(
            "ContainerGroupProfileNotFound",
            format!("The container group profile '{id}' was not found."),
        ));
    };
    let found = match revision {
        None => profile.revisions.last(),
        Some(number) => profile.revisions.iter().find(|own| u64::from(own.number) == number),
    };
    match found {
        Some(found) => Ok((profile, found)),
        None => Err(refuse(
            "ContainerGroupProfileRevisionNotFound",
            format!("The container group profile '{id}' has no revision '{}'.", revision.unwrap_or_default()),
        )),
    }
}

/// Completes the body of a container group from the profile that it names. What the body says
/// stands; a container that it names is completed from the profile's container of that name.
pub(crate) fn complete(world: &World, sent: &mut Map<String, Value>, api: &str) -> Result<(), Refusal> {
    let Some(Value::Object(mut own)) = take(sent, "properties") else { return Ok(()) };
    own.retain(|_, value| !value.is_null());
    if let Some(reference) = member(&own, "containerGroupProfile").filter(|_| api >= SINCE)
        && let Some(id) = reference.get("id").and_then(Value::as_str)
    {
        let (_, found) = resolve(world, id, reference.get("revision").and_then(Value::as_u64))?;
        for (name, value) in &found.properties {
            let completed = match (name.as_str(), member(&own, name).and_then(Value::as_array)) {
                ("containers" | "initContainers", Some(named)) if !named.is_empty() => {
                    named.iter().map(|container| complete_container(container, value)).collect()
                }
                ("containers", Some(_)) => value.clone(),
                ("volumes", Some(named)) => add(named, value),
                (_, _) if member(&own, name).is_some() => continue,
                _ => value.clone(),
            };
            take(&mut own, name);
            own.insert(name.clone(), completed);
        }
    }
    sent.insert("properties".to_owned(), Value::Object(own));
    Ok(())
}

fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn name_of(part: &Value) -> &str {
    part.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn complete_container(container: &Value, profile: &Value) -> Value {
    let named = profile.as_array().into_iter().flatten().find(|other| name_of(other) == name_of(container));
    let Some(more) = named.and_then(|other| other.get("properties")?.as_object()) else { return container.clone() };
    let mut container = container.clone();
    let mut own = match container.get("properties") {
        Some(Value::Object(own)) => own.clone(),
        _ => Map::new(),
    };
    own.retain(|_, value| !value.is_null());
    for (name, value) in more {
        if member(&own, name).is_none() {
            own.insert(name.clone(), value.clone());
        }
    }
    container["properties"] = Value::Object(own);
    container
}

/// Named parts together with those of the same kind whose names are not among them.
pub(crate) fn add(named: &[Value], more: &Value) -> Value {
    let others = more.as_array().into_iter().flatten();
    let others = others.filter(|other| named.iter().all(|own| name_of(own) != name_of(other)));
    named.iter().chain(others).cloned().collect()
}
