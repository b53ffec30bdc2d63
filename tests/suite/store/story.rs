//! A short history with every kind of event in it, and folders to play it in.

use std::path::Path;

use acier::addr::{Addr, Block, Key, Mode, parse};
use acier::state::{Act, Event, Intent, Journal, Object, OperationKind, Outcome, Output, State, StepId};
use acier::store::{Access, Store, StoreError};
use acier::value::{Members, Name, Number, Type, Value};

pub(super) const LINEAGE: &str = "0b5b7b1e-6f0e-4f3c-9f5e-0a5f4f3b2c1d";
pub(super) const SECRET: &str = "canary-7f3a9c-very-secret";

pub(super) fn addr(text: &str) -> Addr {
    parse::addr(text).unwrap()
}

pub(super) fn step(operation: u64, step: u32) -> StepId {
    StepId { operation, step }
}

pub(super) fn begin(serial: u64) -> Event {
    Event::Begin {
        serial,
        kind: OperationKind::Apply,
        lineage: LINEAGE.into(),
        cloud: Some("emulator".into()),
        at: format!("2026-01-0{serial}T00:00:00Z", serial = serial % 9 + 1).into(),
    }
}

pub(super) fn end() -> Event {
    Event::End { outcome: Outcome::Complete, at: "2026-01-01T00:01:00Z".into() }
}

pub(super) fn attributes(name: &str) -> Value {
    let mut members = Members::new();
    let mut put = |key: &str, value: Value| members.insert(Name::from(key), value);
    put("name", Value::string(name));
    put("cpu", Value::number(Number::parse("0.5").unwrap()));
    put("public", Value::bool(true));
    put("zones", Value::set(Type::String, vec![Value::string("1"), Value::string("2")]));
    put("identity", Value::null(Type::list(Type::String)));
    put("password", Value::string(SECRET).sensitive());
    let tags = [("owner".into(), Value::string("é \"quoted\"\nline"))].into_iter().collect();
    put("tags", Value::map(Type::String, tags));
    Value::object(members)
}

pub(super) fn object(name: &str) -> Object {
    Object {
        kind: "azurerm_container_group".into(),
        id: format!("/subscriptions/s/groups/{name}").into(),
        schema_version: 0,
        value: attributes(name),
        needs: vec![Block::root(Mode::Managed, "azurerm_resource_group", "main")],
        tainted: false,
        unfinished: false,
        unprovisioned: false,
        cloud: None,
        create_before_destroy: false,
    }
}

pub(super) fn intent(at: &str, act: Act, deposed: Option<&str>) -> Intent {
    let addr = addr(at);
    let planned = if act == Act::Delete { Value::null(Type::Dynamic) } else { attributes(&addr.block.name) };
    Intent {
        id: format!("/subscriptions/s/groups/{}", addr.block.name).into(),
        addr,
        deposed: deposed.map(Name::from),
        act,
        kind: "azurerm_container_group".into(),
        planned,
        needs: vec![Block::root(Mode::Managed, "azurerm_resource_group", "main")],
        create_before_destroy: true,
        cloud: None,
        provisions: false,
    }
}

/// Three operations: two that end, and one that is still running with a step in flight.
pub(super) fn operations() -> Vec<Vec<Event>> {
    let web = "azurerm_container_group.web";
    let keyed = Block::root(Mode::Managed, "azurerm_container_group", "many").instance(Key::Str("a \"b\" ü".into()));
    vec![
        vec![
            begin(1),
            Event::Intent { step: step(1, 0), intent: intent(web, Act::Create, None) },
            Event::Accepted { step: step(1, 0), ticket: "https://poll/1".into() },
            Event::Done { step: step(1, 0), object: Some(object("web")) },
            Event::Refreshed { addr: keyed.clone(), deposed: None, object: Some(object("many")) },
            Event::Output { name: "token".into(), output: Some(Output { value: Value::string(SECRET).sensitive() }) },
            end(),
        ],
        vec![
            begin(2),
            Event::Deposed { addr: addr(web), key: "d1".into() },
            Event::Intent { step: step(2, 0), intent: intent(web, Act::Create, None) },
            Event::Done { step: step(2, 0), object: Some(object("web2")) },
            Event::Intent { step: step(2, 1), intent: intent(web, Act::Delete, Some("d1")) },
            Event::Failed { step: step(2, 1), message: "it is in use".into(), object: Some(object("web")) },
            Event::Refreshed {
                addr: addr("module.net[\"x\"].azurerm_virtual_network.v[0]"),
                deposed: None,
                object: Some(object("v")),
            },
            Event::Output { name: "ip".into(), output: Some(Output { value: Value::string("10.0.0.1") }) },
            end(),
        ],
        vec![
            begin(3),
            Event::Intent { step: step(3, 0), intent: intent(web, Act::Update, None) },
            Event::Accepted { step: step(3, 0), ticket: "https://poll/3".into() },
            Event::Intent { step: step(3, 1), intent: intent("azurerm_container_group.new", Act::Create, None) },
            Event::Dropped { step: step(3, 1) },
            Event::Forgotten { addr: keyed },
            Event::Output { name: "ip".into(), output: None },
        ],
    ]
}

pub(super) fn apply(state: &mut State, events: &[Event]) {
    for event in events {
        state.apply(event).unwrap();
    }
}

/// The states after each single event, the empty one first.
pub(super) fn states(events: &[Event]) -> Vec<State> {
    let mut state = State::default();
    let mut all = vec![state.clone()];
    for event in events {
        state.apply(event).unwrap();
        all.push(state.clone());
    }
    all
}

/// Writes operations into a folder, one append an event, and gives the state after them.
pub(super) fn write(folder: &Path, operations: &[Vec<Event>]) -> State {
    let mut store = Store::open(folder, Access::Write).unwrap();
    let mut state = store.load().unwrap();
    for event in operations.iter().flatten() {
        state.apply(event).unwrap();
        store.append(std::slice::from_ref(event), true).unwrap();
    }
    state
}

pub(super) fn load(folder: &Path) -> Result<State, StoreError> {
    Store::open(folder, Access::Read)?.load()
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// All files below a folder, in order, relative to it.
pub(super) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path.strip_prefix(folder).unwrap().to_owned()) }
        }
    }
    found.sort();
    found
}
