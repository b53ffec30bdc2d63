//! Resource groups: made and changed at once, deleted over time with all that is in them.
//!
//! **Never:** know what a container group holds beyond its id, location and tags.
//! Source: Azure Resource Manager, "Resource Groups" REST reference, and recorded exchanges.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::emulator::answer::{Refusal, empty, of, with};
use crate::emulator::body::take;
use crate::emulator::catalogue::{check_location, plain_location};
use crate::emulator::fleet;
use crate::emulator::ngroups;
use crate::emulator::operations::{patience, pause};
use crate::emulator::profiles;
use crate::emulator::record::{Change, Group, Operation};
use crate::emulator::route::Ask;
use crate::emulator::tables::page;
use crate::emulator::world::{Answer, World};

/// Ends the deletions that are due, and takes the steps of ngroups that were due before.
pub(crate) fn settle(world: &mut World, now: i64) {
    while let Some((until, key)) = world.tables.leaving.first().cloned() {
        if until > now {
            break;
        }
        fleet::settle(world, until);
        let prefix = format!("{key}/");
        for key in keys_below(&world.tables.ngroups, &prefix) {
            world.change(Change::NGroup(key, None));
        }
        for key in keys_below(&world.tables.profiles, &prefix) {
            world.change(Change::Profile(key, None));
        }
        for key in keys_below(&world.tables.containers, &prefix) {
            world.change(Change::Containers(key, None));
        }
        world.change(Change::Group(key, None));
    }
    fleet::settle(world, now);
}

fn is_any_below<T>(table: &BTreeMap<String, T>, prefix: &str) -> bool {
    table.range(prefix.to_owned()..).next().is_some_and(|(key, _)| key.starts_with(prefix))
}

fn keys_below<T>(table: &BTreeMap<String, T>, prefix: &str) -> Vec<String> {
    page(table, prefix, None, usize::MAX).0.into_iter().map(|(key, _)| key.clone()).collect()
}

/// The group with a key.
pub(crate) fn find<'a>(world: &'a World, key: &str, name: &str) -> Result<&'a Group, Refusal> {
    let missing =
        || Refusal::gateway(404, "ResourceGroupNotFound", format!("Resource group '{name}' could not be found."));
    world.tables.groups.get(key).ok_or_else(missing)
}

/// The group with a key, unless it is being deleted.
pub(crate) fn find_open<'a>(world: &'a World, key: &str, name: &str) -> Result<&'a Group, Refusal> {
    let group = find(world, key, name)?;
    if group.leaving.is_none() {
        return Ok(group);
    }
    let message = format!("The resource group '{name}' is in deprovisioning state and cannot perform this operation.");
    Err(Refusal::gateway(409, "ResourceGroupBeingDeleted", message))
}

/// The id of a group.
pub(crate) fn id_of(group: &Group) -> String {
    format!("/subscriptions/{}/resourceGroups/{}", group.subscription, group.name)
}

fn view(group: &Group) -> Value {
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id_of(group)));
    body.insert("name".to_owned(), json!(group.name));
    body.insert("type".to_owned(), json!("Microsoft.Resources/resourceGroups"));
    body.insert("location".to_owned(), json!(group.location));
    body.extend(group.managed_by.clone().map(|owner| ("managedBy".to_owned(), owner)));
    body.extend(group.tags.clone().map(|tags| ("tags".to_owned(), tags)));
    let state = if group.leaving.is_some() { "Deleting" } else { "Succeeded" };
    body.insert("properties".to_owned(), json!({"provisioningState": state}));
    Value::Object(body)
}

/// Answers for one group.
pub(crate) fn one(world: &mut World, ask: &Ask<'_>, subscription: &str, name: &str) -> Answer {
    let key = format!("{subscription}/{}", name.to_lowercase());
    match ask.method {
        "GET" => Ok(of(200, &view(find(world, &key, name)?))),
        "HEAD" => find(world, &key, name).map(|_| empty(204)),
        "PUT" => put(world, ask, key, subscription, name),
        "PATCH" => {
            let mut group = find_open(world, &key, name)?.clone();
            change(&mut group, ask.json()?)?;
            world.change(Change::Group(key, Some(group.clone())));
            Ok(of(200, &view(&group)))
        }
        "DELETE" => delete(world, ask, &key, name),
        _ => Err(Refusal::gateway(
            405,
            "HttpMethodNotAllowed",
            format!("The method '{}' is not allowed on a resource group.", ask.method),
        )),
    }
}

/// Takes over tags and owner, which replace the old ones as a whole.
fn change(group: &mut Group, mut body: Map<String, Value>) -> Result<(), Refusal> {
    if let Some(tags) = take(&mut body, "tags") {
        check_tags(&tags)?;
        group.tags = (!tags.is_null()).then_some(tags);
    }
    if let Some(owner) = take(&mut body, "managedBy") {
        group.managed_by = (!owner.is_null()).then_some(owner);
    }
    Ok(())
}

/// Tags are at most fifty texts; keys of 512 and values of 256 letters (Azure Resource Manager,
/// "Tag usage and recommendations").
pub(crate) fn check_tags(tags: &Value) -> Result<(), Refusal> {
    let empty = Map::new();
    let own = match tags {
        Value::Object(own) => own,
        Value::Null => &empty,
        _ => return Err(Refusal::gateway(400, "InvalidRequestContent", "The tags must be an object.")),
    };
    if own.len() > 50 {
        return Err(Refusal::gateway(
            400,
            "InvalidTagsCount",
            format!("The number of tags '{}' exceeds the limit of '50'.", own.len()),
        ));
    }
    for (name, value) in own {
        let Some(text) = value.as_str() else {
            return Err(Refusal::gateway(
                400,
                "InvalidTagValue",
                format!("The value of the tag '{name}' must be a string."),
            ));
        };
        if name.chars().count() > 512 || text.chars().count() > 256 {
            return Err(Refusal::gateway(
                400,
                "InvalidTag",
                format!("The tag '{name}' is longer than 512 letters or its value longer than 256."),
            ));
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let letters = name.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c));
    if letters && (1..=90).contains(&name.chars().count()) && !name.ends_with('.') {
        return Ok(());
    }
    let message = format!(
        "The provided resource group name '{name}' has these invalid characters or is too long. The name can only be a letter, digit, '-', '.', '(', ')' or '_', at most 90 of them, without a period at its end."
    );
    Err(Refusal::gateway(400, "InvalidResourceGroupName", message))
}

fn put(world: &mut World, ask: &Ask<'_>, key: String, subscription: &str, name: &str) -> Answer {
    check_name(name)?;
    let mut body = ask.json()?;
    let location =
        take(&mut body, "location").and_then(|own| own.as_str().map(plain_location)).filter(|own| !own.is_empty());
    let Some(location) = location else {
        return Err(Refusal::gateway(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    check_location(&location)?;
    let old = match world.tables.groups.get(&key) {
        Some(_) => Some(find_open(world, &key, name)?.clone()),
        None => None,
    };
    if let Some(old) = old.as_ref().filter(|old| old.location != location) {
        let message = format!(
            "Invalid resource group location '{location}'. The Resource group already exists in location '{}'.",
            old.location
        );
        return Err(Refusal::gateway(409, "InvalidResourceGroupLocation", message));
    }
    let status = if old.is_some() { 200 } else { 201 };
    let mut group = Group {
        subscription: subscription.to_owned(),
        name: old.as_ref().map_or_else(|| name.to_owned(), |old| old.name.clone()),
        location,
        tags: None,
        managed_by: old.and_then(|old| old.managed_by),
        leaving: None,
    };
    change(&mut group, body)?;
    if status == 201 {
        world.bear(&id_of(&group));
    }
    world.change(Change::Group(key, Some(group.clone())));
    Ok(of(status, &view(&group)))
}

/// The token of a deletion job, in the form of the service: upper-case name with `:HH` for each
/// letter that is not alphanumeric.
fn job_token(group: &Group) -> String {
    let name: String = group
        .name
        .to_uppercase()
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!(":{byte:02X}") })
        .collect();
    let job = format!("RESOURCEGROUPDELETIONJOB-{name}-{}", group.location.to_uppercase());
    URL_SAFE_NO_PAD.encode(json!({"jobId": job, "jobLocation": group.location}).to_string())
}

fn delete(world: &mut World, ask: &Ask<'_>, key: &str, name: &str) -> Answer {
    let mut group = find(world, key, name)?.clone();
    let token = job_token(&group);
    if group.leaving.is_none() {
        let until = ask.now + patience(world, ask);
        group.leaving = Some(until);
        let operation = Operation { key: None, subject: id_of(&group), at: ask.now, until, failure: None };
        world.change(Change::Operation(format!("{}/{token}", group.subscription), Some(operation)));
        world.change(Change::Group(key.to_owned(), Some(group.clone())));
    }
    let url =
        format!("{}/subscriptions/{}/operationresults/{token}?api-version={}", ask.base, group.subscription, ask.api());
    Ok(pause(world, with(empty(202), "location", url), 15))
}

/// What a `$filter` asks for: pairs of `name eq 'value'`, joined by `and`.
fn filters(ask: &Ask<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let text = ask.query("$filter").unwrap_or_default();
    let parts = text.split(" and ").map(str::trim).filter(|part| !part.is_empty());
    let pairs = parts.map(|part| {
        let pair = part.split_once(" eq ").map(|(name, value)| (name.trim().to_lowercase(), value.trim()));
        let quoted =
            pair.and_then(|(name, value)| Some((name, value.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())));
        quoted.ok_or_else(|| {
            Refusal::gateway(
                400,
                "InvalidFilterInQueryString",
                format!("Invalid $filter '{text}' specified in the query string."),
            )
        })
    });
    pairs.collect()
}

fn top(world: &World, ask: &Ask<'_>) -> usize {
    ask.query("$top")
        .and_then(|top| top.parse().ok())
        .map_or(world.settings.page, |top: usize| top.clamp(1, world.settings.page))
}

fn token_of(ask: &Ask<'_>) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(ask.query("$skiptoken")?).ok()?;
    String::from_utf8(bytes).ok()
}

/// A page of a list with the link to the next one.
pub(crate) fn listed(ask: &Ask<'_>, items: Vec<Value>, token: Option<String>) -> Answer {
    let mut body = json!({"value": items});
    if let Some(token) = token {
        body["nextLink"] = json!(ask.page(&URL_SAFE_NO_PAD.encode(token)));
    }
    Ok(of(200, &body))
}

/// The key after which the page begins that a request asks for.
pub(crate) fn page_token(ask: &Ask<'_>) -> Option<String> {
    token_of(ask)
}

fn has_tag(tags: Option<&Value>, filters: &[(String, String)]) -> bool {
    let wanted = |name: &str| filters.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    let Some(name) = wanted("tagname") else { return true };
    let found =
        tags.and_then(Value::as_object).and_then(|own| own.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)));
    found.is_some_and(|(_, value)| wanted("tagvalue").is_none_or(|wanted| value.as_str() == Some(wanted)))
}

/// Answers for the groups of a subscription.
pub(crate) fn list(world: &World, ask: &Ask<'_>, subscription: &str) -> Answer {
    let filters = filters(ask)?;
    let prefix = format!("{subscription}/");
    let (groups, token) = page(&world.tables.groups, &prefix, token_of(ask).as_deref(), top(world, ask));
    // A filter may leave a page empty although another one follows, as the service does.
    let items = groups
        .iter()
        .filter(|(_, group)| has_tag(group.tags.as_ref(), &filters))
        .map(|(_, group)| view(group))
        .collect();
    listed(ask, items, token)
}

/// A resource as lists of all resources show it.
struct Resource {
    id: String,
    name: String,
    kind: &'static str,
    location: String,
    tags: Option<Value>,
    progress: &'static str,
}

impl Resource {
    fn view(&self, expand: bool) -> Value {
        let mut item = json!({"id": self.id, "name": self.name, "type": self.kind, "location": self.location});
        if let Some(tags) = &self.tags {
            item["tags"] = tags.clone();
        }
        if expand {
            item["provisioningState"] = json!(self.progress);
        }
        item
    }
}

/// One page of all resources whose keys begin with a prefix: container groups, then profiles, then
/// ngroups. Tokens begin with the number of the table that they point into.
fn page_of_resources(
    world: &World,
    prefix: &str,
    token: Option<&str>,
    size: usize,
    now: i64,
) -> (Vec<Resource>, Option<String>) {
    let tables = &world.tables;
    let (first, token) = token.and_then(|token| token.split_once(':')).unwrap_or(("0", ""));
    let first: usize = first.parse().unwrap_or_default();
    let mut found = Vec::new();
    for number in first..3 {
        let from = (number == first && !token.is_empty()).then_some(token);
        let room = size - found.len();
        if room == 0 {
            let more = (number < 2 && is_any_below(&tables.profiles, prefix)) || is_any_below(&tables.ngroups, prefix);
            return (found, more.then(|| format!("{number}:")));
        }
        let more = match number {
            0 => {
                let (groups, more) = page(&tables.containers, prefix, from, room);
                found.extend(groups.into_iter().filter_map(|(_, kept)| kept.read()).map(|mut group| Resource {
                    kind: "Microsoft.ContainerInstance/containerGroups",
                    progress: crate::emulator::view::progress(&group, now),
                    tags: group.body.shift_remove("tags"),
                    id: group.id,
                    name: group.name,
                    location: group.location,
                }));
                more
            }
            1 => {
                let (profiles, more) = page(&tables.profiles, prefix, from, room);
                found.extend(profiles.into_iter().map(|(_, profile)| Resource {
                    id: profile.id.clone(),
                    name: profile.name.clone(),
                    kind: profiles::TYPE,
                    location: profile.location.clone(),
                    tags: profile.tags.clone(),
                    progress: "Succeeded",
                }));
                more
            }
            _ => {
                let (ngroups, more) = page(&tables.ngroups, prefix, from, room);
                found.extend(ngroups.into_iter().map(|(_, ngroup)| Resource {
                    id: ngroup.id.clone(),
                    name: ngroup.name.clone(),
                    kind: ngroups::TYPE,
                    location: ngroup.location.clone(),
                    tags: ngroup.body.get("tags").cloned(),
                    progress: ngroups::progress(ngroup),
                }));
                more
            }
        };
        if let Some(more) = more {
            return (found, Some(format!("{number}:{more}")));
        }
    }
    (found, None)
}

/// Answers for the resources of a subscription or of one group.
pub(crate) fn list_resources(world: &World, ask: &Ask<'_>, subscription: &str, group: Option<&str>) -> Answer {
    let filters = filters(ask)?;
    let wanted = |name: &str| filters.iter().find(|(own, _)| own == name).map(|(_, value)| value.to_lowercase());
    let prefix = match (group, wanted("resourcegroup")) {
        (Some(group), _) => {
            let key = format!("{subscription}/{}", group.to_lowercase());
            find(world, &key, group)?;
            format!("{key}/")
        }
        (None, Some(group)) => format!("{subscription}/{group}/"),
        (None, None) => format!("{subscription}/"),
    };
    let (resources, token) = page_of_resources(world, &prefix, token_of(ask).as_deref(), top(world, ask), ask.now);
    let fits = |resource: &&Resource| {
        wanted("resourcetype").is_none_or(|kind| resource.kind.to_lowercase() == kind)
            && has_tag(resource.tags.as_ref(), &filters)
            && wanted("name").is_none_or(|name| resource.name.to_lowercase() == name)
    };
    let expand = ask.query("$expand").is_some_and(|expand| expand.to_lowercase().contains("provisioningstate"));
    let items = resources.iter().filter(fits).map(|resource| resource.view(expand)).collect();
    listed(ask, items, token)
}
