//! Every row of every kind, lived through against the emulator: a configuration that has the row
//! is created and read, the plan is empty; the row alone changes, the plan says what the table
//! says, is applied, and is empty again.

mod fleet;
mod groups;
mod import;
mod runtime;
mod versions;

use std::collections::BTreeSet;
use std::rc::Rc;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::{Identity, Settings};
use acier::plan::{Action, Mode};
use acier::resources::azure::Azure;
use acier::resources::table::{Kind, Nested, Row, Table};
use acier::schema::{Block, Cost, Schemas, Usage};
use acier::seal::Key;
use acier::state::{Event, Journal, JournalError, State};
use acier::value::{Type, Value};
use serde_json::{Value as Json, json};

use crate::lab::{End, Text, live};

/// The emulator, with a count of what it was asked.
struct Wire {
    cloud: Rc<Embedded>,
    asked: Rc<std::cell::RefCell<Vec<String>>>,
}

impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        self.asked.borrow_mut().push(format!("{} {}", request.method, request.url.replace(BASE, "")));
        self.cloud.send(request).await
    }
}

struct Forgetful;

impl Journal for Forgetful {
    fn append(&mut self, _events: &[Event], _durable: bool) -> Result<(), JournalError> {
        Ok(())
    }
}

/// A cloud and a state that runs follow one another on.
pub(super) struct Lab {
    provider: Azure<Wire>,
    pub(super) asked: Rc<std::cell::RefCell<Vec<String>>>,
    schemas: Rc<Schemas>,
    pub(super) state: State,
    pub(super) key: Key,
}

impl Lab {
    pub(super) fn new() -> Lab {
        let cloud = Rc::new(Embedded::open(None, Settings::default()).unwrap());
        let asked = Rc::<std::cell::RefCell<Vec<String>>>::default();
        let Identity { tenant, client, secret, subscription, .. } = Identity::default();
        let credentials = Credentials::ClientSecret { tenant, client, secret: secret.into() };
        let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).unwrap();
        let wire = Wire { cloud, asked: asked.clone() };
        let client = Client::new(wire, SignIn::new(credentials), endpoints, Options::new(subscription));
        Lab {
            provider: Azure::new(client, &Value::null(Type::Dynamic)),
            asked,
            schemas: Rc::new(acier::resources::schemas()),
            state: State::default(),
            key: Key::new(&[3; 32]),
        }
    }

    /// Refreshes, plans and applies; what is wrong stops the test.
    pub(super) async fn apply(&mut self, text: &str) -> End {
        let loaded = Text::load(text, &self.schemas);
        let end = live(&self.provider, &loaded, &mut self.state, &mut Forgetful, &self.key, Mode::Normal).await;
        let report = &end.report;
        assert!(!report.diagnostics.has_errors(), "{:?}\n{text}", report.diagnostics);
        assert!(report.broken.is_none());
        end
    }

    /// Plans and finds nothing to do.
    pub(super) async fn rest(&mut self, text: &str, when: &str) {
        let end = self.apply(text).await;
        let plan = end.plan.unwrap();
        let changes: Vec<_> = plan.changes.iter().filter(|change| change.action != Action::NoOp).collect();
        assert!(plan.is_empty(), "{when}: {changes:?}");
        assert!(plan.drift.is_empty(), "{when}: drift {:?}", plan.drift);
        assert!(plan.refreshed.found.is_empty(), "{when}: found {:?}", plan.refreshed.found);
    }

    /// What the cloud answers for an id.
    pub(super) async fn look(&self, id: &str) -> Json {
        let url = format!("{id}?api-version=2026-07-01");
        self.provider.client().get(&url).await.unwrap().expect("it is there")
    }

    /// The object of the kind.
    pub(super) fn object(&self, kind: &str) -> &Value {
        let mut objects =
            self.state.objects.iter().filter(|(addr, _)| &*addr.block.kind == kind && &*addr.block.name == "it");
        &objects.next().expect("the object is there").1.value
    }
}

/// One value as an expression. Texts may be templates.
fn expression(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{} = {}", json!(name), expression(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

/// Members as the inside of a block.
pub(super) fn inside(block: &Block, members: &Json) -> String {
    let mut text = String::new();
    for (name, value) in members.as_object().unwrap() {
        match block.nested(name) {
            Some(nested) => {
                for element in value.as_array().unwrap() {
                    text += &format!("{name} {{\n{}}}\n", inside(&nested.block, element));
                }
            }
            None => text += &format!("{name} = {}\n", expression(value)),
        }
    }
    text
}

/// Two resource groups, and an object of the kind called `it`.
pub(super) fn configuration(kind: &str, members: &Json) -> String {
    let block = &acier::resources::schemas().managed[kind].block;
    let object = format!("resource \"{kind}\" \"it\" {{\n{}}}\n", inside(block, members));
    let templates =
        if object.contains("${azurerm_container_group_profile.") { fleet::profiles("nginx:1") } else { String::new() };
    [FOUNDATION, &templates, &object].concat()
}

/// What every configuration begins with.
const FOUNDATION: &str = "provider \"azurerm\" {\n  features {}\n}\n\
     resource \"azurerm_resource_group\" \"rg\" {\n  name = \"rg\"\n  location = \"westeurope\"\n}\n\
     resource \"azurerm_resource_group\" \"other\" {\n  name = \"other\"\n  location = \"westeurope\"\n}\n";

/// All rows of a table, each with the names of the blocks around it.
fn rows(table: &'static Table, above: &str, told: &mut dyn FnMut(String, &'static Row)) {
    for row in table.rows {
        told(format!("{above}{}", row.name), row);
    }
    for nested in table.blocks {
        rows(inner(nested), &format!("{above}{}.", nested.name), told);
    }
}

fn inner(nested: &'static Nested) -> &'static Table {
    &nested.table
}

/// The first member of that name, in the first blocks that have it.
pub(super) fn place<'j>(members: &'j mut Json, path: &str) -> Option<&'j mut Json> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let found = members.get_mut(name)?;
    match rest {
        None => Some(found),
        Some(rest) => found.as_array_mut()?.iter_mut().find_map(|element| place(element, rest)),
    }
}

/// A member of a value that is not null, in any of the blocks.
fn has(value: &Value, path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (value.get(name), rest) {
        (Some(found), None) => !found.is_null(),
        (Some(found), Some(rest)) => found.as_sequence().unwrap_or_default().iter().any(|element| has(element, rest)),
        (None, _) => false,
    }
}

/// A configuration, and what its members change to one after the other.
pub(super) struct Story {
    pub(super) kind: &'static Kind,
    pub(super) members: Json,
    pub(super) changes: Vec<(&'static str, Json)>,
}

/// Lives a story; the rows that it went through.
async fn run(story: Story) -> BTreeSet<String> {
    let Story { kind, mut members, changes } = story;
    let mut table = Vec::new();
    rows(&kind.table, "", &mut |path, row| table.push((path, row)));
    let mut lab = Lab::new();
    let mut text = configuration(kind.name, &members);
    if text.contains("${azurerm_container_group_profile.") {
        // The profiles have two revisions when the object is made.
        lab.apply(&[FOUNDATION, &fleet::profiles("nginx:0")].concat()).await;
    }
    lab.apply(&text).await;
    lab.rest(&text, "created").await;
    let mut lived: BTreeSet<String> = table
        .iter()
        .filter(|(path, row)| row.usage == Usage::Computed && has(lab.object(kind.name), path))
        .map(|(path, _)| path.clone())
        .collect();
    for (path, to) in changes {
        let (_, row) = table.iter().find(|(own, _)| own == path).unwrap_or_else(|| panic!("no row {path}"));
        let spot = place(&mut members, path).unwrap_or_else(|| panic!("the story of {path} does not have it"));
        assert_ne!(*spot, to, "{path} is to change");
        *spot = to;
        if let Some(volume) = path.strip_suffix(".empty_dir") {
            // A volume is of one kind, so no longer being a folder is being something else.
            let (block, _) = volume.split_once('.').unwrap();
            members[block][0]["volume"][0]["secret"] = json!({"a": "YQ=="});
        }
        text = configuration(kind.name, &members);
        let end = lab.apply(&text).await;
        let plan = end.plan.unwrap();
        let changed: Vec<_> = plan.changes.iter().filter(|change| change.action != Action::NoOp).collect();
        assert_eq!(changed.len(), 1, "{path}: {changed:?}");
        let replaced = matches!(changed[0].action, Action::Replace | Action::ReplaceCreateFirst);
        assert_eq!((changed[0].cost, replaced), (row.cost, row.cost == Cost::Replace), "{path}: {changed:?}");
        lab.rest(&text, path).await;
        lived.insert(path.to_owned());
    }
    lived
}

#[tokio::test(start_paused = true)]
async fn every_row_of_every_kind_is_created_read_changed_and_at_rest() {
    for kind in acier::resources::kinds::MANAGED {
        let mut lived = BTreeSet::new();
        for story in groups::stories(kind) {
            lived.extend(run(story).await);
        }
        let mut missing = Vec::new();
        rows(&kind.table, "", &mut |path, _| {
            if !lived.contains(&path) {
                missing.push(path);
            }
        });
        assert_eq!(missing, Vec::<String>::new(), "rows of {} that no story goes through", kind.name);
    }
}

/// Settings that reach the running containers must not restart them.
#[tokio::test(start_paused = true)]
async fn what_costs_nothing_restarts_nothing() {
    let mut lab = Lab::new();
    let mut members = groups::plain();
    members["container"][0]["config_map"] = json!({"level": "info"});
    lab.apply(&configuration("azurerm_container_group", &members)).await;
    members["container"][0]["config_map"] = json!({"level": "debug"});
    members["tags"] = json!({"a": "b"});
    lab.apply(&configuration("azurerm_container_group", &members)).await;
    let restarts = |lab: &Lab| {
        let container =
            lab.object("azurerm_container_group").get("container").unwrap().as_sequence().unwrap()[0].clone();
        let view = container.get("instance_view").unwrap().as_sequence().unwrap()[0].clone();
        view.get("restart_count").unwrap().as_int().unwrap()
    };
    assert_eq!(restarts(&lab), 0);
    members["container"][0]["image"] = json!("nginx:2");
    lab.apply(&configuration("azurerm_container_group", &members)).await;
    assert_eq!(restarts(&lab), 1);
}
