//! The world: one pure function from a time and a request to an answer.
//!
//! **Never:** read a clock, a file or a socket; draw random numbers; scan all groups for one
//! request. In: a time in milliseconds and an `arm::wire` request. Out: an answer, or `Lost` when a
//! fault says that the connection breaks; and the changes for the disk.
//! Time never runs backwards: an earlier time than the last one counts as the last one.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use crate::arm::wire::{Lost, Request, Response};
use crate::emulator::answer::{Refusal, dress, of};
use crate::emulator::faults::{Faults, Verdict};
use crate::emulator::record::{Batch, Change};
use crate::emulator::route::Ask;
use crate::emulator::settings::{Settings, Workload};
use crate::emulator::tables::Tables;
use crate::emulator::throttle::Throttle;
use crate::emulator::{
    catalogue, container_groups, exec, groups, login, logs, metadata, ngroups, operations, profiles, registration,
    subnets,
};

/// The state of one emulated cloud.
#[derive(Debug)]
pub struct World {
    pub(crate) settings: Settings,
    pub(crate) tables: Tables,
    pub(crate) throttle: Throttle,
    /// How many reads of a fresh container group still answer 404, by its key.
    pub(crate) unseen: BTreeMap<String, u32>,
    /// Who may open a socket; they are forgotten when the emulator ends.
    pub(crate) passes: exec::Passes,
    pending: Vec<Change>,
    asked: BTreeMap<&'static str, u64>,
    answered: u64,
}

/// What became of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existence {
    /// The id as it was last written.
    pub id: String,
    /// How often it came into existence.
    pub created: u32,
    /// Whether it is there now.
    pub exists: bool,
}

/// A container group's place in the world.
pub(crate) struct Place {
    /// The key of its resource group.
    pub(crate) parent: String,
    /// The resource group's name as it was written.
    pub(crate) group: String,
    /// Its own name as it was written.
    pub(crate) name: String,
    /// Its own key.
    pub(crate) key: String,
}

pub(crate) type Answer = Result<Response, Refusal>;

impl World {
    /// An empty world.
    #[must_use]
    pub fn new(settings: Settings) -> World {
        World::with(settings, Tables::default())
    }

    /// A world with these tables.
    pub(crate) fn with(settings: Settings, tables: Tables) -> World {
        World {
            settings,
            tables,
            throttle: Throttle::default(),
            unseen: BTreeMap::new(),
            passes: BTreeMap::new(),
            pending: Vec::new(),
            asked: BTreeMap::new(),
            answered: 0,
        }
    }

    /// Answers one request at a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// When a fault says that the connection is lost.
    pub fn handle(&mut self, now: i64, request: &Request) -> Result<Response, Lost> {
        let now = now.max(self.tables.latest);
        self.tables.latest = now;
        *self.asked.entry(request.method).or_default() += 1;
        self.answered += 1;
        groups::settle(self, now);
        let Some(mut ask) = Ask::parse(request, now) else {
            let why = format!("The request URI '{}' is not an absolute URL.", request.url);
            return Ok(Refusal::gateway(400, "InvalidRequestUri", why).answer());
        };
        let mut faults = std::mem::take(&mut self.settings.faults);
        let verdict = faults.judge(&ask);
        self.settings.faults = faults;
        let lost = || Lost {
            message: format!("the emulator broke the connection of {} {}", request.method, request.url),
            sent: true,
            lasting: false,
        };
        match verdict {
            Verdict::Act(bend) => {
                ask.bend = bend;
                Ok(self.answer(&ask))
            }
            Verdict::Twice => {
                self.answer(&ask);
                Ok(self.answer(&ask))
            }
            Verdict::Refuse(refusal) => Ok(dress(refusal.answer(), &ask, &self.guid(&ask))),
            Verdict::Lose(acts) => {
                if acts {
                    self.answer(&ask);
                }
                Err(lost())
            }
        }
    }

    /// What the last requests changed and no disk has written down yet.
    pub(crate) fn take_batch(&mut self) -> Option<Batch> {
        let changes = std::mem::take(&mut self.pending);
        (!changes.is_empty()).then(|| Batch { at: self.tables.latest, serial: self.tables.serial, changes })
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.settings.faults = faults;
    }

    /// Every id that ever came into existence.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Existence> {
        let exists = |low: &str| {
            let parts: Vec<&str> = low.split('/').filter(|part| !part.is_empty()).collect();
            match parts.as_slice() {
                [_, subscription, _, group] => self.tables.groups.contains_key(&format!("{subscription}/{group}")),
                [_, subscription, _, group, .., kind, name] => {
                    let key = format!("{subscription}/{group}/{name}");
                    match *kind {
                        "containergroupprofiles" => self.tables.profiles.contains_key(&key),
                        "ngroups" => self.tables.ngroups.contains_key(&key),
                        _ => self.tables.containers.contains_key(&key),
                    }
                }
                _ => false,
            }
        };
        let born = self.tables.born.iter();
        born.map(|(low, (id, created))| Existence { id: id.clone(), created: *created, exists: exists(low) }).collect()
    }

    /// How many requests of a method came so far.
    #[must_use]
    pub fn requests(&self, method: &str) -> u64 {
        self.asked.get(method).copied().unwrap_or_default()
    }

    /// Makes a change and remembers it for the disk.
    pub(crate) fn change(&mut self, change: Change) {
        self.tables.apply(change.clone());
        self.pending.push(change);
    }

    /// Counts that an id came into existence.
    pub(crate) fn bear(&mut self, id: &str) {
        let times = self.tables.born.get(&id.to_lowercase()).map_or(0, |(_, times)| *times) + 1;
        self.change(Change::Born(id.to_owned(), times));
    }

    /// A new id of an operation.
    pub(crate) fn new_guid(&mut self, subject: &str, now: i64) -> String {
        self.tables.serial += 1;
        let text = format!("{subject}/{now}/{}", self.tables.serial);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
    }

    fn guid(&self, ask: &Ask<'_>) -> String {
        let text = format!("{}/{}/{}", ask.path.join("/"), ask.now, self.answered);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
    }

    fn answer(&mut self, ask: &Ask<'_>) -> Response {
        let guid = self.guid(ask);
        let response = self.route(ask).unwrap_or_else(Refusal::answer);
        dress(response, ask, &guid)
    }

    fn route(&mut self, ask: &Ask<'_>) -> Answer {
        let low: Vec<&str> = ask.low.iter().map(String::as_str).collect();
        match (ask.method, low.as_slice()) {
            ("GET", ["metadata", "endpoints"]) => return metadata::endpoints(ask, &self.settings.identity),
            (
                "GET",
                [_, "v2.0", ".well-known", "openid-configuration"] | [_, ".well-known", "openid-configuration"],
            ) => {
                return Ok(metadata::openid(ask, &ask.path[0]));
            }
            ("POST", [_, "oauth2", "v2.0", "token"]) => return Ok(login::token(ask, &self.settings, false)),
            ("POST", [_, "oauth2", "token"]) => return Ok(login::token(ask, &self.settings, true)),
            ("GET", ["metadata", "identity", "oauth2", "token"]) => {
                return Ok(login::machine::managed_identity(ask, &self.settings, false));
            }
            ("GET", ["msi", "token"]) => return Ok(login::machine::managed_identity(ask, &self.settings, true)),
            ("GET", ["acier", "oidc", "github"]) => {
                return Ok(login::machine::pipeline(ask, &self.settings, Workload::GitHub));
            }
            ("POST", ["acier", "oidc", "devops"]) => {
                return Ok(login::machine::pipeline(ask, &self.settings, Workload::AzureDevOps));
            }
            _ => {}
        }
        login::check(ask, &self.settings)?;
        check_api(ask)?;
        let tenant = self.settings.identity.tenant.clone();
        match (ask.method, low.as_slice()) {
            ("GET", ["tenants"]) => {
                let item = json!({"id": format!("/tenants/{tenant}"), "tenantId": tenant, "displayName": "acier emulator", "tenantCategory": "Home"});
                Ok(of(200, &json!({"value": [item]})))
            }
            ("GET", ["subscriptions"]) => Ok(of(200, &self.list_subscriptions())),
            ("GET", ["providers", "microsoft.containerinstance", "operations"]) => {
                Ok(of(200, &catalogue::provider_operations()))
            }
            (_, ["subscriptions", subscription, rest @ ..]) => {
                if Uuid::try_parse(subscription).is_err() {
                    let message =
                        format!("The provided subscription identifier '{subscription}' is malformed or invalid.");
                    return Err(Refusal::gateway(400, "InvalidSubscriptionId", message));
                }
                let strict = self.settings.throttle;
                let left = self.throttle.take(subscription, ask.method, ask.now, strict)?;
                let mut response = self.in_subscription(ask, subscription, rest).unwrap_or_else(Refusal::answer);
                response.headers.push(left);
                Ok(response)
            }
            _ => Err(no_route(ask)),
        }
    }

    fn list_subscriptions(&self) -> serde_json::Value {
        let identity = &self.settings.identity;
        let mut ids = vec![identity.subscription.to_lowercase()];
        // Keys begin with the subscription, so that one hop leads from one to the next.
        let mut from = String::new();
        while let Some((key, _)) = self.tables.groups.range(from..).next() {
            let id = crate::emulator::tables::subscription_of(key);
            if !ids.iter().any(|own| own == id) {
                ids.push(id.to_owned());
            }
            from = format!("{id}0");
        }
        let items: Vec<_> = ids.iter().map(|id| catalogue::subscription(id, &identity.tenant)).collect();
        json!({"value": items})
    }

    fn in_subscription(&mut self, ask: &Ask<'_>, subscription: &str, rest: &[&str]) -> Answer {
        match (ask.method, rest) {
            ("GET", []) => Ok(of(200, &catalogue::subscription(subscription, &self.settings.identity.tenant))),
            ("GET", ["locations"]) => Ok(of(200, &catalogue::locations(subscription))),
            ("GET", ["providers"]) => registration::list(self, ask, subscription),
            ("GET", ["providers", _]) => registration::get(self, ask, subscription),
            ("POST", ["providers", _, verb @ ("register" | "unregister")]) => {
                registration::change(self, ask, subscription, *verb == "register")
            }
            ("GET", ["resources"]) => groups::list_resources(self, ask, subscription, None),
            ("GET", ["operationresults", _]) => operations::job(self, ask, &ask.path[3]),
            ("GET", ["resourcegroups"]) => groups::list(self, ask, subscription),
            (_, ["resourcegroups", _]) => groups::one(self, ask, subscription, &ask.path[3]),
            ("GET", ["resourcegroups", _, "resources"]) => {
                groups::list_resources(self, ask, subscription, Some(&ask.path[3]))
            }
            (_, ["resourcegroups", _, "providers", "microsoft.containerinstance", rest @ ..]) => {
                self.in_group(ask, subscription, rest)
            }
            (
                "DELETE",
                [
                    "resourcegroups",
                    _,
                    "providers",
                    "microsoft.network",
                    "virtualnetworks",
                    _,
                    "subnets",
                    _,
                    "providers",
                    "microsoft.containerinstance",
                    kind @ "serviceassociationlinks",
                    "default",
                ],
            ) => {
                catalogue::check_version(ask.api(), kind, "global")?;
                subnets::unlink(self, ask)
            }
            (_, ["providers", "microsoft.containerinstance", rest @ ..]) => self.in_provider(ask, subscription, rest),
            _ => Err(no_route(ask)),
        }
    }

    fn in_provider(&mut self, ask: &Ask<'_>, subscription: &str, rest: &[&str]) -> Answer {
        catalogue::check_version(ask.api(), rest.first().unwrap_or(&""), "global")?;
        let limits = &self.settings.quota;
        match (ask.method, rest) {
            ("GET", ["containergroups"]) => container_groups::list(self, ask, &format!("{subscription}/")),
            ("GET", ["containergroupprofiles"]) => {
                check_known(ask, profiles::TYPE)?;
                profiles::list(self, ask, &format!("{subscription}/"))
            }
            ("GET", ["ngroups"]) => {
                check_known(ask, ngroups::TYPE)?;
                ngroups::list(self, ask, &format!("{subscription}/"))
            }
            ("GET", ["locations", _, "operationstatuses", id]) => ngroups::status(self, ask, id),
            ("GET", ["locations", _, "operations", id]) => operations::status(self, ask, id),
            ("GET", ["locations", _, "operationresults", id]) => operations::result(self, ask, id),
            ("GET", ["locations", location, kind @ ("usages" | "capabilities" | "cachedimages")]) => {
                let location = catalogue::plain_location(location);
                catalogue::check_location(&location)?;
                let body = match *kind {
                    "usages" => self.tables.usage.list(limits, subscription, &location),
                    "capabilities" => catalogue::capabilities(&location),
                    _ => catalogue::cached_images(),
                };
                Ok(of(200, &body))
            }
            _ => Err(no_route(ask)),
        }
    }

    fn in_group(&mut self, ask: &Ask<'_>, subscription: &str, rest: &[&str]) -> Answer {
        catalogue::check_version(ask.api(), rest.first().unwrap_or(&""), "global")?;
        let group = ask.path[3].clone();
        let parent = format!("{subscription}/{}", ask.low[3]);
        if let Some(kind @ ("containergroupprofiles" | "ngroups")) = rest.first().copied() {
            return self.of_fleet(ask, kind == "ngroups", (parent, group), &rest[1..]);
        }
        let (Some(name), Some("containergroups")) = (ask.path.get(7), rest.first().copied()) else {
            if rest == ["containergroups"] && ask.method == "GET" {
                groups::find(self, &parent, &group)?;
                return container_groups::list(self, ask, &format!("{parent}/"));
            }
            return Err(no_route(ask));
        };
        let key = format!("{parent}/{}", name.to_lowercase());
        let place = Place { parent, group, name: name.clone(), key };
        match (ask.method, &rest[2..]) {
            ("PUT", []) => container_groups::put(self, ask, &place),
            ("GET", []) => container_groups::get(self, ask, &place),
            ("PATCH", []) => container_groups::patch(self, ask, &place),
            ("DELETE", []) => container_groups::delete(self, ask, &place),
            ("POST", [verb @ ("start" | "stop" | "restart")]) => container_groups::act(self, ask, &place, verb),
            ("GET", ["containers", container, "logs"]) => logs::read(self, ask, &place, container),
            ("GET", ["outboundnetworkdependenciesendpoints"]) => Ok(of(200, &json!([]))),
            ("POST", ["containers", container, verb @ ("exec" | "attach")]) => {
                exec::open(self, ask, &place, container, verb)
            }
            _ => Err(no_route(ask)),
        }
    }
}

impl World {
    /// Profiles and ngroups of a resource group, by its key and name.
    fn of_fleet(&mut self, ask: &Ask<'_>, ngroup: bool, (parent, group): (String, String), rest: &[&str]) -> Answer {
        check_known(ask, if ngroup { ngroups::TYPE } else { profiles::TYPE })?;
        let Some(name) = ask.path.get(7) else {
            if ask.method != "GET" {
                return Err(no_route(ask));
            }
            groups::find(self, &parent, &group)?;
            let prefix = format!("{parent}/");
            return if ngroup { ngroups::list(self, ask, &prefix) } else { profiles::list(self, ask, &prefix) };
        };
        let key = format!("{parent}/{}", name.to_lowercase());
        let place = Place { parent, group, name: name.clone(), key };
        let rest = &rest[1..];
        if ngroup { ngroups::answer(self, ask, &place, rest) } else { profiles::answer(self, ask, &place, rest) }
    }
}

/// Profiles and ngroups are newer than container groups.
fn check_known(ask: &Ask<'_>, kind: &str) -> Result<(), Refusal> {
    if ask.api() >= profiles::SINCE {
        return Ok(());
    }
    let (namespace, name) = kind.split_once('/').unwrap_or_default();
    let message = format!(
        "The resource type '{name}' could not be found in the namespace '{namespace}' for api version '{}'. The supported api-versions are '{}'.",
        ask.api(),
        catalogue::versions_since(profiles::SINCE).join(",")
    );
    Err(Refusal::gateway(404, "InvalidResourceType", message))
}

/// Every request names its API version (Azure Resource Manager, "REST API reference").
fn check_api(ask: &Ask<'_>) -> Result<(), Refusal> {
    let api = ask.api();
    if api.is_empty() {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(Refusal::gateway(400, "MissingApiVersionParameter", message));
    }
    let provider = ask.low.iter().any(|part| part == "microsoft.containerinstance");
    if !provider && !catalogue::is_version(api) {
        let message = format!(
            "The api-version '{api}' is invalid. The supported versions are '2025-04-01,2024-03-01,2022-12-01,2022-09-01,2021-04-01'."
        );
        return Err(Refusal::gateway(400, "InvalidApiVersionParameter", message));
    }
    Ok(())
}

pub(crate) fn no_route(ask: &Ask<'_>) -> Refusal {
    let known = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"].contains(&ask.method);
    let path = ask.path.join("/");
    if known {
        Refusal::gateway(
            404,
            "InvalidResourceType",
            format!("The resource type could not be found for '{} /{path}'.", ask.method),
        )
    } else {
        Refusal::gateway(
            405,
            "HttpMethodNotAllowed",
            format!("The method '{}' is not allowed on '/{path}'.", ask.method),
        )
    }
}

/// The answer to a request whose changes could not be written down.
pub(crate) fn unwritten(why: &str) -> Response {
    Refusal::service(500, "InternalServerError", why).answer()
}
