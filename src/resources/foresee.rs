//! What Azure Container Instances will say to a plan, asked before anything is done.
//!
//! **Never:** change anything, or ask about what nobody makes: a location costs two questions, a
//! subscription one. In: the changes of a plan. Out: what exceeds a quota or what a region offers,
//! and how long the changes take at the pace of the service. Sources: the operations "List Usage"
//! and "List Capabilities" of Azure Container Instances; its "Service quotas".

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value as Json;

use crate::arm::budget::{Counted, Rate};
use crate::arm::wire::Transport;
use crate::diag::suggest::nearest;
use crate::provider::{Call, Fault, Omen, Outlook, Prospect, Turn, Verb};
use crate::value::Value;

use super::azure::Azure;
use super::kinds::{CONTAINER_GROUP, managed};
use super::{faults, ids};

/// A pace that holds nothing up for longer is not worth a word.
const NOTICED: Duration = Duration::from_secs(30);

/// The list of a subscription that answers for the list of a resource group.
pub(super) fn wider(scope: &str) -> Option<String> {
    let parts: Vec<&str> = scope.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["subscriptions", own, groups, _, "providers", namespace, list]
            if groups.eq_ignore_ascii_case("resourceGroups") =>
        {
            Some(format!("/subscriptions/{own}/providers/{namespace}/{list}"))
        }
        _ => None,
    }
}

/// Which of the service's counters a call counts against.
pub(super) fn counted(verb: Verb, kind: &str) -> Option<Counted> {
    match verb {
        _ if kind != CONTAINER_GROUP.name => None,
        Verb::Create => Some(Counted::Creations),
        Verb::Delete => Some(Counted::Deletions),
        Verb::Update => None,
    }
}

fn words(counted: Counted, rate: Rate) -> String {
    let what = if counted == Counted::Creations { "creations" } else { "deletions" };
    format!(
        "Azure Container Instances allows this subscription {} {what} of container groups in five minutes and {} in an hour.",
        rate.five_minutes, rate.hour
    )
}

/// What a planned group asks for; nothing of it where that is not known yet.
struct Wanted<'p> {
    at: usize,
    location: String,
    os: &'p str,
    address: &'p str,
    name: &'p str,
    cpu: f64,
    memory: f64,
    spot: bool,
    standard: bool,
}

impl<'p> Wanted<'p> {
    fn of(at: usize, value: &'p Value) -> Option<Wanted<'p>> {
        let sum = |name: &str| -> Option<f64> {
            let containers = value.get("container")?.as_sequence()?;
            containers.iter().map(|container| Some(container.get(name)?.as_number()?.as_f64())).sum()
        };
        Some(Wanted {
            at,
            location: ids::region(value.text("location")?),
            os: value.text("os_type")?,
            address: value.text("ip_address_type").unwrap_or("Public"),
            name: value.text("name").unwrap_or("it"),
            cpu: sum("cpu")?,
            memory: sum("memory")?,
            spot: value.text("priority") == Some("Spot"),
            standard: value.text("sku").is_none_or(|sku| sku.eq_ignore_ascii_case("Standard")),
        })
    }

    /// The quota of its cores; nobody tells which one confidential and dedicated groups take from.
    fn quota(&self) -> Option<&'static str> {
        self.standard.then_some(if self.spot { "StandardSpotCores" } else { "StandardCores" })
    }
}

impl<T: Transport> Azure<T> {
    pub(super) fn next_turn(&self, call: &Call) -> Option<Turn> {
        let counted = counted(call.verb, &call.kind)?;
        let after = self.client.turn(counted);
        let (_, rate) = self.client.foresee(counted, 0)?;
        (!after.is_zero()).then(|| Turn { after, why: words(counted, rate) })
    }

    pub(super) async fn outlook(&self, changes: &[Prospect]) -> Result<Outlook, Fault> {
        let groups = || changes.iter().enumerate().filter(|(_, change)| *change.kind == *CONTAINER_GROUP.name);
        let wanted: Vec<Wanted<'_>> = groups()
            .filter(|(_, change)| change.verb == Verb::Create)
            .filter_map(|(at, change)| Wanted::of(at, &change.planned))
            .collect();
        let given: Vec<Wanted<'_>> = groups()
            .filter(|(_, change)| change.verb == Verb::Delete)
            .filter_map(|(at, change)| Wanted::of(at, &change.prior))
            .collect();
        let mut omens = self.twofold(changes);
        if !wanted.is_empty() {
            let offered = self.offered().await?;
            let mut places: BTreeMap<&str, Vec<&Wanted<'_>>> = BTreeMap::new();
            for group in &wanted {
                places.entry(&group.location).or_default().push(group);
            }
            for (location, groups) in places {
                if !offered.is_empty() && !offered.iter().any(|offer| offer == location) {
                    let first = groups.first().map(|group| not_offered(group, &offered));
                    omens.extend(first.map(|omen| of_many(omen, groups.len())));
                    continue;
                }
                let capabilities = self.about(location, "capabilities").await?;
                omens.extend(all_too_large(&groups, &capabilities));
                let usages = self.about(location, "usages").await?;
                omens.extend(exceeded(location, &groups, &given, &usages));
            }
        }
        omens.sort_by_key(|omen| omen.about);
        Ok(Outlook { omens, pace: self.pace(changes) })
    }

    /// Creations of one and the same object: the second would overwrite what the first made.
    fn twofold(&self, changes: &[Prospect]) -> Vec<Omen> {
        let mut seen = BTreeSet::new();
        let mut omens = Vec::new();
        for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.verb == Verb::Create) {
            let kind = managed(&change.kind);
            let id = kind.and_then(|kind| ids::fill(kind, self.client.subscription(), &change.planned).ok());
            if let Some(id) = id.filter(|id| !seen.insert(id.to_ascii_lowercase())) {
                omens.push(Omen {
                    about: Some(at),
                    sure: true,
                    summary: "Two blocks for one object".into(),
                    detail: format!(
                        "Another block of this plan creates {id} too. Azure knows an object by this id, so that one \
                         block would overwrite what the other made."
                    ),
                    hint: "Give one of them another name, or remove it.".into(),
                });
            }
        }
        omens
    }

    /// How long the changes take at least.
    fn pace(&self, changes: &[Prospect]) -> Option<Turn> {
        let of = |counted_as: Counted| {
            let count = changes.iter().filter(|change| counted(change.verb, &change.kind) == Some(counted_as)).count();
            let (after, rate) = self.client.foresee(counted_as, count)?;
            Some(Turn { after, why: format!("{} This plan makes {count}.", words(counted_as, rate)) })
        };
        let slowest =
            [of(Counted::Creations), of(Counted::Deletions)].into_iter().flatten().max_by_key(|turn| turn.after);
        slowest.filter(|turn| turn.after >= NOTICED)
    }

    /// The regions that have container groups; empty if the service does not tell.
    async fn offered(&self) -> Result<Vec<String>, Fault> {
        let own = self.client.subscription();
        let path = format!("/subscriptions/{own}/providers/Microsoft.ContainerInstance?api-version=2021-04-01");
        let body = self.client.get(&path).await.map_err(|error| faults::fault(&error))?.unwrap_or(Json::Null);
        let types = body.get("resourceTypes").and_then(Json::as_array).into_iter().flatten();
        let groups = types.filter(|kind| is(kind, "resourceType", "containerGroups"));
        let locations = groups.filter_map(|kind| kind.get("locations")?.as_array()).flatten().filter_map(Json::as_str);
        Ok(locations.map(ids::region).collect())
    }

    async fn about(&self, location: &str, what: &str) -> Result<Vec<Json>, Fault> {
        let own = self.client.subscription();
        let version = CONTAINER_GROUP.api_version;
        let path = format!(
            "/subscriptions/{own}/providers/Microsoft.ContainerInstance/locations/{location}/{what}?api-version={version}"
        );
        self.client.list(&path).await.map_err(|error| faults::fault(&error))
    }
}

fn is(body: &Json, member: &str, wanted: &str) -> bool {
    body.get(member).and_then(Json::as_str).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
}

fn not_offered(group: &Wanted<'_>, offered: &[String]) -> Omen {
    Omen {
        about: Some(group.at),
        sure: true,
        summary: "Region without Azure Container Instances".into(),
        detail: format!(
            "The region \"{}\" has no Azure Container Instances for this subscription, so \"{}\" would be refused.",
            group.location, group.name
        ),
        hint: match nearest(&group.location, offered.iter().map(String::as_str)) {
            Some(meant) => format!("Write {meant:?}, if that is the region that was meant."),
            None => format!("Use one of: {}.", offered.join(", ")),
        },
    }
}

/// A group that is larger than what the region says it can hold. Capacity that is not in the list
/// was seen to be granted all the same, hence not sure.
fn too_large(group: &Wanted<'_>, capabilities: &[Json]) -> Option<Omen> {
    let address = if group.address == "None" { "Public" } else { group.address };
    let fits = |row: &&Json| {
        is(row, "osType", group.os) && (is(row, "ipAddressType", address) || row.get("ipAddressType").is_none())
    };
    let most = |name: &str| {
        let found = capabilities.iter().filter(fits).filter(|row| is(row, "gpu", "None"));
        found.filter_map(|row| row.get("capabilities")?.get(name)?.as_f64()).reduce(f64::max)
    };
    let (cpu, memory) = (most("maxCpu")?, most("maxMemoryInGB")?);
    (group.cpu > cpu || group.memory > memory).then(|| Omen {
        about: Some(group.at),
        sure: false,
        summary: "Group larger than the region offers".into(),
        detail: format!(
            "The containers of \"{}\" ask for {} CPU and {} GB together; for {} groups with a {} address \"{}\" offers \
             at most {cpu} CPU and {memory} GB.",
            group.name,
            group.cpu,
            group.memory,
            group.os,
            address.to_lowercase(),
            group.location
        ),
        hint: "Ask for less, or choose another region.".into(),
    })
}

/// The quotas of a location that the plan exceeds, with what it gives back before.
fn exceeded(location: &str, wanted: &[&Wanted<'_>], given: &[Wanted<'_>], usages: &[Json]) -> Vec<Omen> {
    let mut found = Vec::new();
    for usage in usages {
        let number = |name: &str| usage.get(name).and_then(Json::as_f64);
        let name = usage.pointer("/name/value").and_then(Json::as_str);
        let (Some(name), Some(limit), Some(used)) = (name, number("limit"), number("currentValue")) else { continue };
        let share = |group: &Wanted<'_>| match name {
            "ContainerGroups" => 1.0,
            _ if group.quota() == Some(name) => group.cpu,
            _ => 0.0,
        };
        let asked: f64 = wanted.iter().map(|group| share(group)).sum();
        // An empty sum is minus zero, which nobody wants to read.
        let freed = 0.0 + given.iter().filter(|group| group.location == location).map(share).sum::<f64>();
        if asked == 0.0 || used - freed + asked <= limit {
            continue;
        }
        found.push(Omen {
            about: crossing(wanted, &share, limit - used + freed),
            sure: true,
            summary: format!("Quota {name} is too small"),
            detail: format!(
                "In \"{location}\" this subscription may use {limit} of the quota {name}. {used} are in use, this plan \
                 gives {freed} back and asks for {asked} more."
            ),
            hint: "Delete groups that are not needed, choose another region, or ask Azure for more quota.".into(),
        });
    }
    found
}

/// The group with which the sum of shares first exceeds what is left.
fn crossing(wanted: &[&Wanted<'_>], share: &dyn Fn(&Wanted<'_>) -> f64, left: f64) -> Option<usize> {
    let mut sum = 0.0;
    let crosses = |group: &&&Wanted<'_>| {
        sum += share(group);
        share(group) > 0.0 && sum > left
    };
    wanted.iter().find(crosses).map(|group| group.at)
}

/// One finding for all groups of the same size: a fleet of a thousand has one fault and not a thousand.
fn all_too_large(groups: &[&Wanted<'_>], capabilities: &[Json]) -> Vec<Omen> {
    let mut found: Vec<(&Wanted<'_>, Omen, usize)> = Vec::new();
    for group in groups {
        let Some(omen) = too_large(group, capabilities) else { continue };
        let alike = |other: &Wanted<'_>| {
            (other.os, other.address, other.cpu, other.memory) == (group.os, group.address, group.cpu, group.memory)
        };
        match found.iter_mut().find(|(other, ..)| alike(other)) {
            Some((.., times)) => *times += 1,
            None => found.push((group, omen, 1)),
        }
    }
    found.into_iter().map(|(_, omen, times)| of_many(omen, times)).collect()
}

/// Says of how many groups a finding is true.
fn of_many(mut omen: Omen, groups: usize) -> Omen {
    match groups {
        0 | 1 => {}
        2 => omen.detail.push_str(" The same is true of one more group."),
        more => omen.detail.push_str(&format!(" The same is true of {} more groups.", more - 1)),
    }
    omen
}
