//! Azure behind the port: `provider::Provider` over `arm::client`.
//!
//! **Never:** sleep or retry (the engine and the client do), or name an attribute that a table
//! could name. An update whose cost is nothing is a PATCH; every other change is one PUT of the
//! whole desired object, secrets included, because reading never returns them. The decision to
//! question: what a list does not name is read once more before it counts as gone.

use serde_json::Value as Json;

use crate::arm::client::Client;
use crate::arm::registration::register;
use crate::arm::wire::Transport;
use crate::provider::{Call, Fault, FaultKind, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn, Verb};
use crate::schema::Schemas;
use crate::value::{Name, Type, Value};

use super::memory::Memory;
use super::progress::Stage;
use super::table::{Kind, Nested, Row};
use super::{codec, faults, foresee, ids, kinds, lists, progress, recognise, run, versions, wait};

/// Azure.
pub struct Azure<T: Transport> {
    pub(super) client: Client<T>,
    schemas: Schemas,
    /// `features.resource_group.prevent_deletion_if_contains_resources`
    pub(super) keep_full_groups: bool,
    /// Resource providers to register before the first creation, and whether that was done.
    namespaces: Vec<String>,
    registered: tokio::sync::OnceCell<()>,
}

impl<T: Transport> Azure<T> {
    /// Azure as a `provider "azurerm"` block wants it; null for no block.
    #[must_use]
    pub fn new(client: Client<T>, settings: &Value) -> Azure<T> {
        let first = |value: &Value, name: &str| value.get(name)?.as_sequence()?.first().cloned();
        let own = first(settings, "features")
            .and_then(|features| first(&features, "resource_group"))
            .and_then(|group| group.get("prevent_deletion_if_contains_resources")?.as_bool());
        Azure {
            client,
            schemas: super::schemas(),
            keep_full_groups: own.unwrap_or(true),
            namespaces: Vec::new(),
            registered: tokio::sync::OnceCell::new(),
        }
    }

    /// The same, but registers resource providers before it creates something for the first time.
    #[must_use]
    pub fn registering(self, namespaces: Vec<String>) -> Azure<T> {
        Azure { namespaces, ..self }
    }

    /// Whether deleting a group that still holds something is refused.
    #[must_use]
    pub fn keeps_full_groups(&self) -> bool {
        self.keep_full_groups
    }

    /// The client, for `operate`.
    #[must_use]
    pub fn client(&self) -> &Client<T> {
        &self.client
    }

    pub(super) async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Json>, Fault> {
        self.client.get(&path(kind, id)).await.map_err(|error| faults::fault(&error))
    }

    /// Reads an object of which `known` is known.
    pub(super) async fn look(&self, kind: &'static Kind, id: &str, known: &Value) -> Result<Option<Json>, Fault> {
        self.client.get(&path_for(kind, id, known)).await.map_err(|error| faults::fault(&error))
    }

    async fn put(&self, kind: &'static Kind, call: &Call, memory: Memory) -> Result<Progress, Fault> {
        wait::check(call)?;
        let body = codec::encode(kind, &call.planned).map_err(|error| faults::unsendable(&error))?;
        let at = path_for(kind, &call.id, &call.planned);
        let verdict = match foresee::counted(call.verb, &call.kind) {
            Some(counted) => self.client.begin_counted(counted, "PUT", &at, Some(&body)).await,
            None => self.client.begin("PUT", &at, Some(&body)).await,
        };
        progress::accept(self, kind, call, verdict.map_err(|error| faults::fault(&error))?, memory).await
    }

    async fn update(&self, kind: &'static Kind, call: &Call) -> Result<Progress, Fault> {
        let (before, after) = (&call.prior, &call.planned);
        if call.cost > crate::schema::Cost::Nothing
            || kind.table.blocks.iter().any(|nested| differs(nested, before, after))
        {
            let (memory, news) = wait::before(self, kind, call).await?;
            return Ok(wait::prepend(news, self.put(kind, call, memory).await?));
        }
        let names = changed(kind, call);
        // A PATCH cannot say that a text is gone.
        let removed = names.iter().any(|name| call.planned.get(name).is_none_or(Value::is_null) && *name != "tags");
        if removed {
            let (memory, news) = wait::before(self, kind, call).await?;
            return Ok(wait::prepend(news, self.put(kind, call, memory).await?));
        }
        if names.is_empty() && call.planned.is_wholly_known() {
            // What differs is of no concern to Azure: `wait_for` says how acier is to wait.
            return Ok(Progress::Done(call.planned.clone()));
        }
        if !names.is_empty() {
            self.patch(kind, call, &names).await?;
        }
        progress::settle(self, kind, call, 0, None).await
    }

    /// Changes some attributes and nothing else.
    pub(super) async fn patch(&self, kind: &'static Kind, call: &Call, names: &[&str]) -> Result<(), Fault> {
        let body = codec::encode_only(kind, &call.planned, names).map_err(|error| faults::unsendable(&error))?;
        let sent = self.client.send("PATCH", &path_for(kind, &call.id, &call.planned), Some(&body)).await;
        sent.map(drop).map_err(|error| faults::fault(&error))
    }
}

/// The attributes of no cost that differ.
fn changed(kind: &Kind, call: &Call) -> Vec<&'static str> {
    let rows = kind.table.rows.iter().filter(|row| is_free(row));
    rows.map(|row| row.name).filter(|name| !agree(&call.prior, &call.planned, name)).collect()
}

/// Whether changing an attribute costs nothing and is sent all the same.
fn is_free(row: &Row) -> bool {
    row.cost == crate::schema::Cost::Nothing
        && row.usage != crate::schema::Usage::Computed
        && !matches!(row.form, super::table::Form::Absent)
}

fn agree(before: &Value, after: &Value, name: &str) -> bool {
    match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) => before.same(after),
        (before, after) => before.is_some() == after.is_some(),
    }
}

/// Whether blocks differ in attributes of no cost: a PATCH cannot say that.
fn differs(nested: &Nested, before: &Value, after: &Value) -> bool {
    let blocks = [before, after].map(|value| value.get(nested.name).and_then(Value::as_sequence).unwrap_or_default());
    blocks[0].iter().zip(blocks[1]).any(|(before, after)| {
        nested.table.rows.iter().any(|row| is_free(row) && !agree(before, after, row.name))
            || nested.table.blocks.iter().any(|nested| differs(nested, before, after))
    })
}

/// The path of an object with the kind's version of the interface.
pub(super) fn path(kind: &Kind, id: &str) -> String {
    format!("{id}?api-version={}", kind.api_version)
}

/// The path of an object with the version of the interface that it needs.
pub(super) fn path_for(kind: &'static Kind, id: &str, known: &Value) -> String {
    format!("{id}?api-version={}", versions::needed(kind, known))
}

pub(super) fn managed(kind: &str) -> Result<&'static Kind, Fault> {
    kinds::managed(kind)
        .ok_or_else(|| faults::invalid(format!("There is no kind \"{kind}\" in Azure as acier knows it.")))
}

/// The path of the list that an id is in: all before the last name.
pub(super) fn list_of(id: &str) -> Option<&str> {
    id.trim_end_matches('/').rsplit_once('/').map(|(list, _)| list)
}

/// The objects on a page of a list, as far as anybody has seen.
pub(super) const PAGE: usize = 100;

pub(super) fn gone() -> Value {
    Value::null(Type::Dynamic)
}

impl<T: Transport> Provider for Azure<T> {
    fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    fn cloud(&self) -> Name {
        let endpoints = self.client.endpoints();
        format!("{} subscription {}", endpoints.resource_manager, self.client.subscription()).into()
    }

    fn account(&self, _configuration: &str) -> Name {
        Name::from("")
    }

    fn identify(&self, _cloud: &str, kind: &str, value: &Value) -> Result<Name, Fault> {
        let kind = managed(kind)?;
        ids::fill(kind, self.client.subscription(), value).map(Name::from).map_err(|name| {
            faults::invalid(format!(
                "The id of an {} is made of its \"{name}\", which is not known or has a character that cannot stand there.",
                kind.name
            ))
        })
    }

    fn recognise(&self, _cloud: &str, kind: &str, named: &Value) -> Result<Name, Fault> {
        recognise::recognise(managed(kind)?, self.client.subscription(), named)
    }

    fn scope(&self, handle: &Handle) -> Option<Name> {
        kinds::managed(&handle.kind)?;
        list_of(&handle.id).map(Name::from)
    }

    fn wider(&self, scope: &str) -> Option<(Name, usize)> {
        super::foresee::wider(scope).map(|wider| (wider.into(), PAGE))
    }

    fn turn(&self, call: &Call) -> Option<Turn> {
        self.next_turn(call)
    }

    async fn foresee(&self, changes: &[Prospect]) -> Result<Outlook, Fault> {
        self.outlook(changes).await
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        let kind = managed(&handle.kind)?;
        let found = self.look(kind, &handle.id, &handle.prior).await?;
        Ok(found.map_or_else(gone, |body| codec::decode(kind, &body, &handle.prior)))
    }

    async fn list(&self, scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        lists::list(self, scope, handles).await
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        let kind = managed(&call.kind)?;
        match call.verb {
            Verb::Create => {
                let register = async || register(&self.client, &self.namespaces).await;
                self.registered.get_or_try_init(register).await.map_err(|error| faults::fault(&error))?;
                self.put(kind, call, Memory::default()).await
            }
            Verb::Update => self.update(kind, call).await,
            Verb::Delete => progress::delete(self, kind, call, 0).await,
        }
    }

    async fn poll(&self, call: &Call, ticket: &Ticket) -> Result<Progress, Fault> {
        progress::poll(self, managed(&call.kind)?, call, ticket).await
    }

    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        let kind = managed(&call.kind)?;
        let known = if call.planned.is_null() { &call.prior } else { &call.planned };
        let Some(body) = self.look(kind, &call.id, known).await? else { return Ok(Progress::Done(gone())) };
        let stage = match (call.verb, progress::state(&body)) {
            (Verb::Delete, state) if progress::is(state, "Deleting") => Stage::Gone,
            (Verb::Delete, _) => return Ok(Progress::Done(codec::decode(kind, &body, &call.prior))),
            (verb, state) if progress::is(state, "Succeeded") => {
                if verb == Verb::Update && run::goal(&call.planned).is_some() {
                    return Err(wait::uncertain(&call.id));
                }
                return Ok(wait::arrive(kind, call, &body, Some(Memory::default())));
            }
            (Verb::Create, _) => {
                return Ok(progress::remember(&Stage::Settle, 0, String::new(), Some(&Memory::default())));
            }
            _ => Stage::Settle,
        };
        Ok(progress::wait(&stage, 0, String::new()))
    }

    async fn run(&self, provisioner: &str, _config: &Value, _tell: &dyn Fn(String)) -> Result<(), Fault> {
        Err(faults::invalid(format!("Azure does not run \"{provisioner}\" provisioners.")))
    }

    async fn fetch(&self, _cloud: &str, kind: &str, config: &Value) -> Result<Value, Fault> {
        let kind = kinds::data(kind).ok_or_else(|| {
            faults::invalid(format!("There is no data source \"{kind}\" in Azure as acier knows it."))
        })?;
        let body = if kind.id.is_empty() { Some(self.client_config().await?) } else { self.ask(kind, config).await? };
        match body {
            Some(body) => Ok(codec::decode(kind, &body, config)),
            None => Err(Fault {
                kind: FaultKind::Gone,
                code: String::new(),
                message: format!("The {} \"{}\" was not found.", kind.name, config.text("name").unwrap_or_default()),
                trace: String::new(),
                hint: Some("Check the name, the resource group and the subscription.".into()),
            }),
        }
    }
}

impl<T: Transport> Azure<T> {
    async fn ask(&self, kind: &'static Kind, config: &Value) -> Result<Option<Json>, Fault> {
        let own = self.client.subscription();
        let id = match ids::fill(kind, own, config) {
            Ok(id) => id,
            Err("subscription_id") => format!("/subscriptions/{own}"),
            Err(name) => return Err(faults::invalid(format!("\"{name}\" is not known or not a name."))),
        };
        self.look(kind, &id, config).await
    }

    /// Who we are, from the claims of the token; azurerm's id is the four of them in base64.
    async fn client_config(&self) -> Result<Json, Fault> {
        use base64::Engine as _;
        let claims = self.client.claims().await.map_err(|error| faults::fault(&error))?;
        let claim = |names: &[&str]| {
            let found = names.iter().find_map(|name| claims.get(name)?.as_str());
            found.unwrap_or_default().to_owned()
        };
        let (client, tenant, object) = (claim(&["appid", "azp"]), claim(&["tid"]), claim(&["oid"]));
        let subscription = self.client.subscription();
        let id = format!("clientId={client};objectId={object};subscriptionId={subscription};tenantId={tenant}");
        Ok(serde_json::json!({
            "client_id": client,
            "tenant_id": tenant,
            "subscription_id": subscription,
            "object_id": object,
            "id": base64::engine::general_purpose::STANDARD.encode(id),
        }))
    }
}
