//! A run of acier whose process can be made to die at any chosen instant, over a cloud that lives on.
//!
//! A fuse counts the points at which something crosses a boundary: before and after each journal
//! write, before a request leaves and after its answer came (so: after the cloud acted). When it
//! burns, the journal refuses, requests never return, and the run's future is dropped: nothing of
//! it can act any more, as after `kill -9`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::diag::Sources;
use acier::emulator::embedded::{BASE, CLIENT_ID, CLIENT_SECRET, Embedded, SUBSCRIPTION, TENANT};
use acier::engine::{Desk, Level, Report};
use acier::lang::host::Host;
use acier::lang::inputs::{Inputs, decide};
use acier::lang::module::load;
use acier::lang::scope::Scope;
use acier::plan::resolve::Resolver;
use acier::plan::{Mode, Plan, Planned};
use acier::resources::azure::Azure;
use acier::state::{Event, Journal, JournalError, State};
use acier::store::{Access, Store};
use acier::value::Value;

/// Burns at the n-th point.
#[derive(Clone)]
pub struct Fuse {
    left: Rc<Cell<Option<usize>>>,
    passed: Rc<Cell<usize>>,
    dead: Rc<Cell<bool>>,
    burned: Rc<tokio::sync::Notify>,
}

impl Fuse {
    pub fn new(at: Option<usize>) -> Fuse {
        Fuse {
            left: Rc::new(Cell::new(at)),
            passed: Rc::default(),
            dead: Rc::default(),
            burned: Rc::new(tokio::sync::Notify::new()),
        }
    }

    /// Passes one point; true if the process is dead from here on.
    fn burns(&self) -> bool {
        if self.dead.get() {
            return true;
        }
        self.passed.set(self.passed.get() + 1);
        match self.left.get() {
            Some(0) => {
                self.dead.set(true);
                self.burned.notify_one();
            }
            Some(left) => self.left.set(Some(left - 1)),
            None => {}
        }
        self.dead.get()
    }

    pub fn passed(&self) -> usize {
        self.passed.get()
    }
}

struct FusedJournal {
    store: Store,
    fuse: Fuse,
}

impl Journal for FusedJournal {
    fn append(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        if self.fuse.burns() {
            return Err(JournalError("the process is dead".into()));
        }
        self.store.append(events, durable)?;
        if self.fuse.burns() {
            return Err(JournalError("the process is dead".into()));
        }
        Ok(())
    }
}

struct FusedTransport {
    cloud: Rc<Embedded>,
    fuse: Fuse,
}

impl Transport for FusedTransport {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        if self.fuse.burns() {
            return std::future::pending().await;
        }
        let answer = (&*self.cloud).send(request).await;
        if self.fuse.burns() {
            return std::future::pending().await;
        }
        answer
    }
}

/// How a run ended.
pub enum End {
    /// The fuse burned.
    Died,
    /// It came to its end: the plan it carried out, and what came of it.
    Finished(Box<Plan>, Report),
}

fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: "/".into(),
        home: None,
        workspace: "default".into(),
        now: "2026-01-01T00:00:00Z".into(),
        read: Rc::new(|_| Err("there are no files".into())),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}

/// Runs `apply` (or `destroy`) of a configuration once.
pub async fn run(folder: &Path, cloud: &Rc<Embedded>, text: &str, mode: Mode, fuse: &Fuse) -> End {
    tokio::select! {
        biased;
        () = fuse.burned.notified() => End::Died,
        end = live(folder, cloud, text, mode, fuse) => if fuse.dead.get() { End::Died } else { end },
    }
}

async fn live(folder: &Path, cloud: &Rc<Embedded>, text: &str, mode: Mode, fuse: &Fuse) -> End {
    let schemas = Rc::new(acier::resources::schemas().clone());
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let (module, diagnostics) = load(&sources, &[file], &schemas);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let module = Rc::new(module);
    let decided = decide(&module, &[], &sources, &host());
    assert!(decided.missing.is_empty() && !decided.diagnostics.has_errors());
    let inputs = decided.inputs;
    let scope = |applying| Scope::new(module.clone(), &inputs, schemas.clone(), host(), applying);
    let block = scope(false).provider(&"azurerm".into()).expect("the provider block is fine");
    let provider = connect(cloud, fuse, &block);
    let mut store = Store::open(folder, Access::Write).expect("the store opens");
    let mut state = store.load().expect("the store loads");
    let key = store.key().clone();
    let mut journal = FusedJournal { store, fuse: fuse.clone() };
    let now = || Rc::new(|| "2026-01-01T00:00:00Z".into()) as Rc<dyn Fn() -> acier::value::Name>;
    let mut quiet = |_| {};
    let mut desk = Desk { state: &mut state, journal: &mut journal, key: &key, now: now() };
    match acier::engine::resume::resume(&provider, &mut desk, 10, &mut quiet).await {
        Ok(diagnostics) => assert!(!diagnostics.has_errors(), "resuming: {diagnostics:?}"),
        Err(broken) => {
            let report = Report { broken: Some(broken), ..Report::default() };
            return End::Finished(Box::new(empty(&inputs, &state)), report);
        }
    }
    let refreshed = acier::engine::refresh::refresh(&provider, &state, &key, 10, &|_| true).await.expect("refreshing");
    let options = acier::plan::Options { mode, ..acier::plan::Options::default() };
    let planned = acier::plan::plan(&mut scope(false), &inputs, &state, &refreshed, &BTreeMap::new(), &options, &key);
    let plan = match planned {
        Ok((Planned::Ready(plan), _)) => *plan,
        Ok((Planned::Ask(_), _)) => panic!("these configurations have no data sources"),
        Err(diagnostics) => panic!("planning: {diagnostics:?}"),
    };
    if plan.is_empty() && plan.refreshed.found.is_empty() {
        return End::Finished(Box::new(plan), Report::default());
    }
    let mut resolver = Resolver::new(scope(true), &plan, &state);
    let (_sender, receiver) = tokio::sync::watch::channel(Level::Go);
    let mut desk = Desk { state: &mut state, journal: &mut journal, key: &key, now: now() };
    let report =
        acier::engine::apply::apply(&provider, &mut desk, &plan, &mut resolver, 10, receiver, &mut quiet).await;
    End::Finished(Box::new(plan), report)
}

fn empty(inputs: &Inputs, state: &State) -> Plan {
    Plan {
        mode: Mode::Normal,
        lineage: state.lineage.clone(),
        serial: state.serial,
        changes: Vec::new(),
        drift: Vec::new(),
        outputs: BTreeMap::new(),
        steps: Vec::new(),
        refreshed: acier::plan::Refreshed::default(),
        inputs: inputs.clone(),
        answers: BTreeMap::new(),
    }
}

fn connect(cloud: &Rc<Embedded>, fuse: &Fuse, block: &Value) -> Azure<FusedTransport> {
    let credentials =
        Credentials::ClientSecret { tenant: TENANT.into(), client: CLIENT_ID.into(), secret: CLIENT_SECRET.into() };
    let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).expect("the emulator's address is fine");
    let transport = FusedTransport { cloud: cloud.clone(), fuse: fuse.clone() };
    Azure::new(Client::new(transport, SignIn::new(credentials), endpoints, Options::new(SUBSCRIPTION)), block)
}

/// What the store believes.
pub fn believed(folder: &Path) -> State {
    Store::open(folder, Access::Read).and_then(|mut store| store.load()).expect("the store can be read")
}
