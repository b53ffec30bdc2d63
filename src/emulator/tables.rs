//! The world's tables and what is counted beside them.
//!
//! **Never:** decide whether a change is right. Every change goes through `apply`, at run time and
//! when a log is replayed, so that the counters (quota, labels, subscriptions) cannot drift apart
//! from the records. All keys are paths in lower case: `subscription/group/name`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::emulator::kept::{Kept, label};
use crate::emulator::quota::Usage;
use crate::emulator::record::{Batch, Change, ContainerGroup, Group, NGroup, Operation, Profile};

/// Everything that outlives a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) containers: BTreeMap<String, Kept>,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) profiles: BTreeMap<String, Profile>,
    pub(crate) ngroups: BTreeMap<String, NGroup>,
    /// By id in lower case: the id as it was written, and how often it came into existence.
    pub(crate) born: BTreeMap<String, (String, u32)>,
    /// By subscription: since when it may use Microsoft.ContainerInstance, or nothing after it was
    /// unregistered. The settings say what holds for the others.
    pub(crate) registered: BTreeMap<String, Option<i64>>,
    /// Subnets that are linked to Microsoft.ContainerInstance.
    pub(crate) links: BTreeSet<String>,
    /// The container groups in each network, by its id.
    pub(crate) networks: BTreeMap<String, BTreeSet<String>>,
    pub(crate) usage: Usage,
    /// Groups that are being deleted, by when that ends.
    pub(crate) leaving: BTreeSet<(i64, String)>,
    /// Ngroups at work, by when their next step is due.
    pub(crate) due: BTreeSet<(i64, String)>,
    /// Who has a DNS label: by location and label.
    labels: BTreeMap<Box<str>, String>,
    pub(crate) serial: u64,
    pub(crate) latest: i64,
}

/// The first part of a key: the subscription.
pub(crate) fn subscription_of(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

impl Tables {
    /// Applies what one request changed.
    pub(crate) fn replay(&mut self, batch: Batch) {
        self.latest = self.latest.max(batch.at);
        self.serial = self.serial.max(batch.serial);
        for change in batch.changes {
            self.apply(change);
        }
    }

    /// The container group with a key.
    pub(crate) fn container(&self, key: &str) -> Option<ContainerGroup> {
        self.containers.get(key)?.read()
    }

    /// Applies one change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Group(key, group) => self.set_group(key, group),
            Change::Containers(key, group) => self.set_containers(key, group),
            Change::Operation(key, operation) => set(&mut self.operations, key, operation),
            Change::Profile(key, profile) => set(&mut self.profiles, key, profile),
            Change::NGroup(key, ngroup) => self.set_ngroup(key, ngroup),
            Change::Born(id, times) => {
                self.born.insert(id.to_lowercase(), (id, times));
            }
            Change::Registered(subscription, registered) => {
                self.registered.insert(subscription, registered.then_some(i64::MIN));
            }
            Change::Registration(subscription, since) => {
                self.registered.insert(subscription, since);
            }
            Change::Linked(subnet, true) => {
                self.links.insert(subnet);
            }
            Change::Linked(subnet, false) => {
                self.links.remove(&subnet);
            }
        }
    }

    fn set_group(&mut self, key: String, group: Option<Group>) {
        if let Some(until) = self.groups.remove(&key).and_then(|old| old.leaving) {
            self.leaving.remove(&(until, key.clone()));
        }
        if let Some(group) = group {
            self.leaving.extend(group.leaving.map(|until| (until, key.clone())));
            self.groups.insert(key, group);
        }
    }

    fn set_containers(&mut self, key: String, group: Option<Kept>) {
        if let Some(old) = self.containers.remove(&key) {
            self.usage.count(subscription_of(&key), &old.location, old.share, -1.0);
            if let Some(label) = &old.label {
                self.labels.remove(label);
            }
            for network in &old.networks {
                if let Some(inside) = self.networks.get_mut(network) {
                    inside.remove(&key);
                    if inside.is_empty() {
                        self.networks.remove(network);
                    }
                }
            }
        }
        if let Some(group) = group {
            self.usage.count(subscription_of(&key), &group.location, group.share, 1.0);
            if let Some(label) = &group.label {
                self.labels.insert(label.clone(), key.clone());
            }
            for network in &group.networks {
                self.networks.entry(network.clone()).or_default().insert(key.clone());
            }
            self.containers.insert(key, group);
        }
    }

    fn set_ngroup(&mut self, key: String, ngroup: Option<NGroup>) {
        if let Some(work) = self.ngroups.remove(&key).and_then(|old| old.work) {
            self.due.remove(&(work.due, key.clone()));
        }
        if let Some(ngroup) = ngroup {
            self.due.extend(ngroup.work.as_ref().map(|work| (work.due, key.clone())));
            self.ngroups.insert(key, ngroup);
        }
    }

    /// Whether another container group has the DNS label of this one.
    pub(crate) fn is_label_taken(&self, key: &str, group: &ContainerGroup) -> bool {
        label(group).and_then(|label| self.labels.get(label.as_str())).is_some_and(|owner| owner != key)
    }

    /// All tables as changes that make them again.
    pub(crate) fn dump(&self) -> impl Iterator<Item = Change> + '_ {
        let groups = self.groups.iter().map(|(key, group)| Change::Group(key.clone(), Some(group.clone())));
        let containers =
            self.containers.iter().map(|(key, group)| Change::Containers(key.clone(), Some(group.clone())));
        let operations = self.operations.iter().map(|(key, own)| Change::Operation(key.clone(), Some(own.clone())));
        let profiles = self.profiles.iter().map(|(key, own)| Change::Profile(key.clone(), Some(own.clone())));
        let ngroups = self.ngroups.iter().map(|(key, own)| Change::NGroup(key.clone(), Some(own.clone())));
        let born = self.born.values().map(|(id, times)| Change::Born(id.clone(), *times));
        let registered = self.registered.iter().map(|(own, since)| Change::Registration(own.clone(), *since));
        let links = self.links.iter().map(|own| Change::Linked(own.clone(), true));
        groups
            .chain(containers)
            .chain(profiles)
            .chain(ngroups)
            .chain(operations)
            .chain(born)
            .chain(registered)
            .chain(links)
    }
}

fn set<T>(table: &mut BTreeMap<String, T>, key: String, record: Option<T>) {
    match record {
        Some(record) => drop(table.insert(key, record)),
        None => drop(table.remove(&key)),
    }
}

/// One page of the entries whose keys begin with `prefix`, from after `token`; and the token of
/// the next page, if there is one.
pub(crate) fn page<'a, T>(
    table: &'a BTreeMap<String, T>,
    prefix: &'a str,
    token: Option<&str>,
    size: usize,
) -> (Vec<(&'a String, &'a T)>, Option<String>) {
    let from = match token {
        Some(token) if token >= prefix => Bound::Excluded(token.to_owned()),
        _ => Bound::Included(prefix.to_owned()),
    };
    let mut entries = table.range((from, Bound::Unbounded)).take_while(|(key, _)| key.starts_with(prefix));
    let items: Vec<_> = entries.by_ref().take(size.max(1)).collect();
    let more = entries.next().is_some();
    let token = items.last().map(|(key, _)| (*key).clone()).filter(|_| more);
    (items, token)
}
