//! A run of acier without its command line, whose process can be made to die at any instant.
//!
//! A fuse counts the points at which something crosses a boundary: before and after each journal
//! write, before a request leaves and after its answer came (so: after the cloud acted). When it
//! burns, the journal refuses, requests never return, and the run's future is dropped: nothing of
//! it can act any more, as after `kill -9`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use acier::diag::{Diagnostics, Sources};
use acier::engine::resume::Patience;
use acier::engine::{Desk, Level, Report};
use acier::lang::gather::Finder;
use acier::lang::host::Host;
use acier::lang::inputs::{Inputs, decide};
use acier::lang::scope::Scope;
use acier::lang::tree::{Tree, load};
use acier::plan::resolve::Resolver;
use acier::plan::{Answers, Mode, Plan, Planned};
use acier::provider::Provider;
use acier::schema::Schemas;
use acier::seal::Key;
use acier::state::{Event, Journal, JournalError, State};
use acier::value::Name;

/// Burns at the n-th point.
#[derive(Clone)]
pub(crate) struct Fuse {
    left: Rc<Cell<Option<usize>>>,
    passed: Rc<Cell<usize>>,
    dead: Rc<Cell<bool>>,
    burned: Rc<tokio::sync::Notify>,
}

impl Fuse {
    pub(crate) fn new(at: Option<usize>) -> Fuse {
        Fuse {
            left: Rc::new(Cell::new(at)),
            passed: Rc::default(),
            dead: Rc::default(),
            burned: Rc::new(tokio::sync::Notify::new()),
        }
    }

    /// Passes one point; true if the process is dead from here on.
    pub(crate) fn burns(&self) -> bool {
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

    pub(crate) fn passed(&self) -> usize {
        self.passed.get()
    }

    /// Runs `work` until it ends or the fuse burns; nothing when the process died.
    pub(crate) async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.burned.notified() => None,
            done = work => (!self.dead.get()).then_some(done),
        }
    }
}

/// A journal behind a fuse.
pub(crate) struct Fused<J> {
    pub(crate) inner: J,
    pub(crate) fuse: Fuse,
}

impl<J: Journal> Journal for Fused<J> {
    fn append(&mut self, events: &[Event], durable: bool) -> Result<(), JournalError> {
        let dead = || Err(JournalError("the process is dead".into()));
        if self.fuse.burns() {
            return dead();
        }
        self.inner.append(events, durable)?;
        if self.fuse.burns() { dead() } else { Ok(()) }
    }
}

/// A configuration, loaded.
pub(crate) struct Text {
    tree: Rc<Tree>,
    schemas: Rc<Schemas>,
    pub(crate) inputs: Inputs,
    /// Whether what exists is taken over: the text begins with `# adopt`.
    pub(crate) adopt: bool,
    /// The clouds of provider configurations, by name.
    accounts: BTreeMap<Name, Name>,
}

/// A folder for a state whose process dies and whose machine does not: in memory where the system has
/// such a place, because thousands of runs would otherwise wait for a disk to prove nothing more.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

pub(crate) fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: "/".into(),
        home: None,
        workspace: "default".into(),
        now: "2026-01-01T00:00:00Z".into(),
        planned: None,
        read: Rc::new(|_| Err("there are no files".into())),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}

/// Adds a text that may hold several files, each behind a line `//// net/main.tf`; gives those of
/// the root module.
pub(crate) fn split(text: &str, sources: &mut Sources) -> Vec<acier::diag::FileId> {
    let mut files = Vec::new();
    for (at, part) in format!("//// main.tf\n{text}").split("//// ").skip(1).enumerate() {
        let (name, text) = part.split_once('\n').expect("a file has a name and a text");
        let file = sources.add(name, text);
        if at == 0 || !name.contains('/') {
            files.push(file);
        }
    }
    files
}

impl Text {
    pub(crate) fn load(text: &str, schemas: &Rc<Schemas>) -> Text {
        let mut sources = Sources::default();
        let files = split(text, &mut sources);
        let (tree, diagnostics) = load(&mut sources, &files, schemas, &mut Finder::among_sources());
        assert!(!diagnostics.has_errors(), "{diagnostics:?}\n{text}");
        let tree = Rc::new(tree);
        let decided = decide(tree.root(), &[], &sources, &host());
        assert!(decided.missing.is_empty() && !decided.diagnostics.has_errors());
        Text {
            tree,
            schemas: schemas.clone(),
            inputs: decided.inputs,
            adopt: text.starts_with("# adopt"),
            accounts: BTreeMap::new(),
        }
    }

    /// The same where provider configurations reach several clouds.
    pub(crate) fn among(self, accounts: BTreeMap<Name, Name>) -> Text {
        Text { accounts, ..self }
    }

    pub(crate) fn scope(&self, applying: bool) -> Scope {
        Scope::new(self.tree.clone(), &self.inputs, self.schemas.clone(), host(), applying)
    }
}

/// What a run came to.
pub(crate) struct End {
    pub(crate) plan: Option<Plan>,
    pub(crate) report: Report,
}

pub(crate) fn now() -> Rc<dyn Fn() -> Name> {
    Rc::new(|| "2026-01-01T00:00:00Z".into())
}

/// One whole `apply`: resume, refresh, plan, carry out.
pub(crate) async fn live<P: Provider, J: Journal>(
    provider: &P,
    text: &Text,
    state: &mut State,
    journal: &mut J,
    key: &Key,
    mode: Mode,
) -> End {
    live_until(provider, text, state, journal, key, mode, None).await
}

/// An interrupt: after so many notices the user asks to stop this much.
pub(crate) type Interrupt = (usize, Level);

/// One whole `apply`, which the user may interrupt while the plan is carried out.
pub(crate) async fn live_until<P: Provider, J: Journal>(
    provider: &P,
    text: &Text,
    state: &mut State,
    journal: &mut J,
    key: &Key,
    mode: Mode,
    interrupt: Option<Interrupt>,
) -> End {
    let stuck = |diagnostics: Diagnostics| End { plan: None, report: Report { diagnostics, ..Report::default() } };
    let mut quiet = |_| {};
    let mut desk = Desk { state, journal, key, now: now() };
    let patience = if mode == Mode::Destroy { Patience::Drop } else { Patience::Follow };
    match acier::engine::resume::resume(provider, &mut desk, 10, patience, &mut quiet).await {
        Ok(diagnostics) if diagnostics.has_errors() => return stuck(diagnostics),
        Ok(_) => {}
        Err(broken) => return End { plan: None, report: Report { broken: Some(broken), ..Report::default() } },
    }
    let watched = acier::lang::watch::watched(&text.tree, &text.schemas);
    let refreshed = match acier::engine::refresh::refresh(provider, state, key, 10, &|_| true, &|addr| {
        watched.contains(&*addr.block.declared())
    })
    .await
    {
        Ok(refreshed) => refreshed,
        Err(diagnostics) => return stuck(diagnostics),
    };
    let (accounts, home) = (text.accounts.clone(), provider.cloud());
    let options = acier::plan::Options { mode, adopt: text.adopt, accounts, home, ..acier::plan::Options::default() };
    let mut answers = Answers::default();
    let plan = loop {
        let scope = &mut text.scope(false);
        match acier::plan::plan(scope, &text.inputs, state, &refreshed, &answers, &options, key) {
            Ok((Planned::Ready(plan), _)) => break *plan,
            Ok((Planned::Ask(questions), _)) => {
                match acier::engine::seek::answer(provider, &questions, key, 10).await {
                    Ok(read) => answers.add(read).unwrap(),
                    Err(diagnostics) => return stuck(diagnostics),
                }
            }
            Err(diagnostics) => panic!("planning: {diagnostics:?}"),
        }
    };
    if plan.is_empty() && plan.refreshed.found.is_empty() {
        return End { plan: Some(plan), report: Report::default() };
    }
    let mut resolver = Resolver::new(text.scope(true), &plan, state);
    let (sender, receiver) = tokio::sync::watch::channel(Level::Go);
    let mut said = 0;
    let mut tell = move |_| {
        if interrupt.is_some_and(|(at, _)| at == said) {
            sender.send_replace(interrupt.map_or(Level::Go, |(_, level)| level));
        }
        said += 1;
    };
    let mut desk = Desk { state, journal, key, now: now() };
    let report = acier::engine::apply::apply(provider, &mut desk, &plan, &mut resolver, 10, receiver, &mut tell).await;
    End { plan: Some(plan), report }
}
