//! Several providers as one: each call goes to the cloud that it names, or to the one that knows its kind.
//!
//! **Never:** answer by itself. In: the clouds of all provider configurations, and the kinds that come
//! without a cloud. Out: the port. The decision to question: the cloud of the run has an empty name
//! elsewhere, so that a state of one cloud says nothing about clouds.

use std::collections::BTreeMap;

use crate::schema::Schemas;
use crate::value::{Name, Value};

use super::{Call, Fault, FaultKind, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn};

/// Between the name of a cloud and a scope in it.
const SEAM: char = '\n';

/// Clouds, and kinds beside them.
pub struct Router<A, B> {
    home: A,
    home_name: Name,
    /// Further clouds, by what they call themselves.
    others: BTreeMap<Name, A>,
    /// The clouds of configurations by the name of the configuration; empty for the one of the run.
    accounts: BTreeMap<Name, Name>,
    own: B,
    schemas: Schemas,
}

impl<A: Provider, B: Provider> Router<A, B> {
    /// `own` knows the kinds that need no cloud; `home` is the cloud of all others.
    #[must_use]
    pub fn new(home: A, own: B) -> Router<A, B> {
        let mut schemas = home.schemas().clone();
        schemas.add(own.schemas().clone());
        let home_name = home.cloud();
        Router { home, home_name, others: BTreeMap::new(), accounts: BTreeMap::new(), own, schemas }
    }

    /// Says which configuration the cloud of the run belongs to.
    pub fn name_home(&mut self, configuration: Name) {
        self.accounts.insert(configuration, "".into());
    }

    /// Adds the cloud of a configuration; one that is there already is not needed twice.
    pub fn add(&mut self, configuration: Name, cloud: A) {
        let name = cloud.cloud();
        if name == self.home_name {
            self.accounts.insert(configuration, "".into());
            return;
        }
        self.accounts.insert(configuration, name.clone());
        self.others.entry(name).or_insert(cloud);
    }

    /// The clouds of all configurations by their names; empty for the one of the run.
    pub fn accounts(&self) -> &BTreeMap<Name, Name> {
        &self.accounts
    }

    /// Whether a cloud is reached, named as the state names it.
    pub fn reaches(&self, cloud: &str) -> bool {
        cloud.is_empty() || *cloud == *self.home_name || self.others.contains_key(cloud)
    }

    /// The cloud that an id may be in, if `holds` says so, else the cloud of the run.
    pub fn into_cloud(mut self, holds: impl Fn(&A) -> bool) -> A {
        let found = self.others.iter().find(|(_, cloud)| holds(cloud)).map(|(name, _)| name.clone());
        found.and_then(|name| self.others.remove(&name)).unwrap_or(self.home)
    }

    fn is_own(&self, kind: &str) -> bool {
        self.own.schemas().managed.contains_key(kind)
    }

    fn at(&self, cloud: &str) -> Result<&A, Fault> {
        if cloud.is_empty() || *cloud == *self.home_name {
            return Ok(&self.home);
        }
        self.others.get(cloud).ok_or_else(|| Fault {
            kind: FaultKind::Invalid,
            code: String::new(),
            message: format!("No provider configuration of this run reaches {cloud}."),
            trace: String::new(),
            hint: Some("Put the provider configuration back.".into()),
        })
    }
}

impl<A: Provider, B: Provider> Provider for Router<A, B> {
    fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    fn cloud(&self) -> Name {
        self.home_name.clone()
    }

    fn account(&self, configuration: &str) -> Name {
        self.accounts.get(configuration).cloned().unwrap_or_else(|| Name::from(""))
    }

    fn identify(&self, cloud: &str, kind: &str, value: &Value) -> Result<Name, Fault> {
        if self.is_own(kind) {
            self.own.identify(cloud, kind, value)
        } else {
            self.at(cloud)?.identify("", kind, value)
        }
    }

    fn recognise(&self, cloud: &str, kind: &str, named: &Value) -> Result<Name, Fault> {
        if self.is_own(kind) {
            self.own.recognise(cloud, kind, named)
        } else {
            self.at(cloud)?.recognise("", kind, named)
        }
    }

    fn scope(&self, handle: &Handle) -> Option<Name> {
        if self.is_own(&handle.kind) {
            return self.own.scope(handle);
        }
        let scope = self.at(&handle.cloud).ok()?.scope(handle)?;
        Some(if handle.cloud.is_empty() { scope } else { format!("{}{SEAM}{scope}", handle.cloud).into() })
    }

    fn wider(&self, scope: &str) -> Option<(Name, usize)> {
        match scope.split_once(SEAM) {
            None => self.home.wider(scope).or_else(|| self.own.wider(scope)),
            Some((cloud, scope)) => {
                let (wider, page) = self.at(cloud).ok()?.wider(scope)?;
                Some((format!("{cloud}{SEAM}{wider}").into(), page))
            }
        }
    }

    fn turn(&self, call: &Call) -> Option<Turn> {
        if self.is_own(&call.kind) { self.own.turn(call) } else { self.at(&call.cloud).ok()?.turn(call) }
    }

    /// Only clouds have limits that a plan may run into, each its own.
    async fn foresee(&self, changes: &[Prospect]) -> Result<Outlook, Fault> {
        let mut by_cloud: BTreeMap<&Name, Vec<usize>> = BTreeMap::new();
        for (place, change) in changes.iter().enumerate().filter(|(_, change)| !self.is_own(&change.kind)) {
            by_cloud.entry(&change.cloud).or_default().push(place);
        }
        let mut all = Outlook::default();
        for (cloud, places) in by_cloud {
            let asked: Vec<Prospect> = places.iter().filter_map(|place| changes.get(*place)).cloned().collect();
            let outlook = self.at(cloud)?.foresee(&asked).await?;
            all.omens.extend(outlook.omens.into_iter().map(|mut omen| {
                omen.about = omen.about.and_then(|at| places.get(at).copied());
                omen
            }));
            // They go on side by side, so the slowest says how long it takes.
            all.pace = match (all.pace, outlook.pace) {
                (Some(one), Some(other)) => Some(if other.after > one.after { other } else { one }),
                (one, other) => one.or(other),
            };
        }
        all.omens.sort_by_key(|omen| omen.about);
        Ok(all)
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        if self.is_own(&handle.kind) { self.own.read(handle).await } else { self.at(&handle.cloud)?.read(handle).await }
    }

    async fn list(&self, scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        match (handles.first(), scope.split_once(SEAM)) {
            (Some(first), _) if self.is_own(&first.kind) => self.own.list(scope, handles).await,
            (_, Some((cloud, scope))) => self.at(cloud)?.list(scope, handles).await,
            _ => self.home.list(scope, handles).await,
        }
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) { self.own.begin(call).await } else { self.at(&call.cloud)?.begin(call).await }
    }

    async fn poll(&self, call: &Call, ticket: &Ticket) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) {
            self.own.poll(call, ticket).await
        } else {
            self.at(&call.cloud)?.poll(call, ticket).await
        }
    }

    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) { self.own.follow(call).await } else { self.at(&call.cloud)?.follow(call).await }
    }

    /// No cloud runs programs on this machine.
    async fn run(&self, provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> Result<(), Fault> {
        self.own.run(provisioner, config, tell).await
    }

    async fn fetch(&self, cloud: &str, kind: &str, config: &Value) -> Result<Value, Fault> {
        if self.own.schemas().data.contains_key(kind) {
            self.own.fetch(cloud, kind, config).await
        } else {
            self.at(cloud)?.fetch("", kind, config).await
        }
    }
}
