//! A cloud in memory, and planning and applying in it.
//!
//! **Never:** write anything down: the journal forgets, because nothing here outlives the process.
//! In: a configuration with its values, and a state. Out: plans, and the state after them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::watch;

use crate::addr::Addr;
use crate::cli::cloud::{Cloud, connect_within, nowhere};
use crate::cli::foreknown::needed;
use crate::cli::interrupt::listen;
use crate::cli::kinds;
use crate::cli::project::Project;
use crate::cli::session::now;
use crate::diag::{Diagnostic, Diagnostics};
use crate::emulator::embedded::Embedded;
use crate::emulator::settings::Settings;
use crate::engine::apply::apply;
use crate::engine::refresh::refresh;
use crate::engine::seek::answer;
use crate::engine::{Desk, Level, Notice, Report};
use crate::lang::inputs::Inputs;
use crate::lang::scope::Scope;
use crate::lang::trial::cast::ACCOUNT;
use crate::lang::trial::staging::Staging;
use crate::lang::watch::watched;
use crate::plan::resolve::Resolver;
use crate::plan::standin::imported;
use crate::plan::{Answers, Options, Plan, Planned, Questions, Refreshed, plan, waiting};
use crate::provider::Provider as _;
use crate::seal::Key;
use crate::state::{Event, Journal, JournalError, Object, State};
use crate::value::Name;

use super::stage::Stage;

/// So many requests and steps go on at the same time.
const PARALLELISM: usize = 10;

/// A cloud that lives as long as a file of tests.
pub(super) struct World {
    embedded: Rc<Embedded>,
    key: Key,
    /// How many ids stand-ins were given.
    ids: Rc<Cell<u64>>,
}

/// A configuration with the values of its variables, and who stands in for what.
pub(super) struct Scenery<'a> {
    pub(super) project: &'a Project,
    pub(super) inputs: &'a Inputs,
    pub(super) staging: &'a Staging,
}

/// Writes nothing down.
struct Forgetful;

impl Journal for Forgetful {
    fn append(&mut self, _: &[Event], _: bool) -> Result<(), JournalError> {
        Ok(())
    }
}

impl Scenery<'_> {
    /// A fresh scope.
    pub(super) fn scope(&self, applying: bool) -> Scope {
        let Project { schemas, host, .. } = self.project;
        let Staging { tree, cast } = self.staging;
        let mut scope = Scope::new(tree.clone(), self.inputs, schemas.clone(), host.clone(), applying);
        scope.perform(cast.clone());
        scope
    }

    /// Answers for what is to be imported and has a stand-in.
    fn imports(&self, questions: &mut Questions) -> Result<BTreeMap<Addr, Option<Object>>, Diagnostics> {
        let mut scope = self.scope(false);
        let mut all = BTreeMap::new();
        let mut wrong = Diagnostics::none();
        for sought in std::mem::take(&mut questions.objects) {
            let configuration = scope.configuration(&sought.addr)?;
            match self.staging.cast.of(&sought.addr, &configuration) {
                None => questions.objects.push(sought),
                Some(standin) => match imported(&standin, &sought) {
                    Ok(object) => drop(all.insert(sought.addr, Some(object))),
                    Err(found) => wrong.push(found.at_maybe(sought.span)),
                },
            }
        }
        if wrong.has_errors() { Err(wrong) } else { Ok(all) }
    }

    /// A scope in which everything is as a plan says.
    pub(super) fn published(&self, plan: &Plan, state: &State) -> Scope {
        Resolver::new(self.scope(false), plan, state).into_scope()
    }
}

impl World {
    /// An empty cloud, without latency.
    pub(super) fn new() -> Result<World, Diagnostics> {
        let failed = |why: &str| Diagnostics::from(Diagnostic::error("The emulator cannot start", why.to_owned()));
        let embedded = Embedded::open(None, Settings::default()).map_err(|why| failed(&why))?;
        let key = Key::parse(&Key::generate()).ok_or_else(|| failed("There are no random numbers."))?;
        Ok(World { embedded: Rc::new(embedded), key, ids: Rc::default() })
    }

    /// The cloud of a run: nothing of it where all that the run makes has stand-ins or needs none.
    fn cloud(&self, scenery: &Scenery<'_>) -> Result<Stage, Diagnostics> {
        let Scenery { project, staging: Staging { tree, cast }, .. } = scenery;
        let stage = |cloud: Cloud| Stage { cloud, ids: self.ids.clone() };
        let name: Name = "azurerm".into();
        let mut scope = scenery.scope(false);
        let needs_one = tree.blocks().any(|(block, _)| !kinds::is_builtin(&block.kind));
        let mut configurations = Vec::new();
        if needs_one || !tree.root().providers.is_empty() {
            configurations = scope.configurations_but(&name, &|key| cast.plays(key))?;
            configurations = needed(configurations, tree, &name);
        }
        if configurations.is_empty()
            && let Some(cloud) = nowhere(&project.folder)
        {
            return Ok(stage(cloud));
        }
        let cloud = connect_within(&configurations, &project.folder, &self.embedded);
        cloud.map(stage).map_err(|wrong| (*wrong).into())
    }

    /// Says of each object whether it lives in a cloud or has a stand-in now.
    pub(super) fn settle(scenery: &Scenery<'_>, state: &mut State) {
        let mut scope = scenery.scope(false);
        let Staging { tree, cast } = scenery.staging;
        for (addr, object) in &mut state.objects {
            if tree.resource(&addr.block).is_none() {
                continue;
            }
            let plays = scope.configuration(addr).is_ok_and(|name| cast.of(addr, &name).is_some());
            let played = object.cloud.as_deref() == Some(ACCOUNT);
            if plays != played {
                object.cloud = plays.then(|| ACCOUNT.into());
            }
        }
    }

    /// Plans. Warnings come beside the plan.
    pub(super) async fn plan(
        &self,
        scenery: &Scenery<'_>,
        state: &State,
        options: &Options,
        reads: bool,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        let cloud = self.cloud(scenery)?;
        let mut accounts = cloud.cloud.accounts().clone();
        accounts.insert(ACCOUNT.into(), ACCOUNT.into());
        let options = &Options { accounts, home: cloud.cloud(), ..options.clone() };
        let refreshed = if reads {
            let watched = watched(&scenery.project.tree, &scenery.project.schemas);
            let is_watched = |addr: &Addr| watched.contains(&*addr.block.declared());
            refresh(&cloud, state, &self.key, PARALLELISM, &|_| true, &is_watched).await?
        } else {
            Refreshed::default()
        };
        let mut answers = Answers::default();
        loop {
            let mut scope = scenery.scope(false);
            match plan(&mut scope, scenery.inputs, state, &refreshed, &answers, options, &self.key)? {
                (Planned::Ready(plan), warnings) => return Ok((*plan, warnings)),
                (Planned::Ask(mut questions), _) => {
                    let imported = scenery.imports(&mut questions)?;
                    let mut read = answer(&cloud, &questions, &self.key, PARALLELISM).await?;
                    read.objects.extend(imported);
                    answers.add(read)?;
                }
            }
        }
    }

    /// Carries a plan out, and the plans of what waited for it. Beside the report comes a scope in which
    /// everything is as it was made.
    pub(super) async fn apply_whole(
        &self,
        scenery: &Scenery<'_>,
        state: &mut State,
        mut plan: Plan,
        options: &Options,
    ) -> Result<(Report, Scope), Diagnostics> {
        let mut later = options.clone();
        loop {
            let (report, scope) = self.apply(scenery, state, &plan).await?;
            if plan.waiting.is_empty() || !report.is_complete() {
                return Ok((report, scope));
            }
            later.go_on_from(&plan);
            let (next, _) = self.plan(scenery, state, &later, true).await?;
            if !waiting::progresses(&plan, &next) {
                return Err(waiting::stuck(&next).into());
            }
            plan = next;
        }
    }

    /// Carries a plan out. Beside the report comes a scope in which everything is as it was made.
    pub(super) async fn apply(
        &self,
        scenery: &Scenery<'_>,
        state: &mut State,
        plan: &Plan,
    ) -> Result<(Report, Scope), Diagnostics> {
        let mut resolver = Resolver::new(scenery.scope(true), plan, state);
        if plan.is_empty() && plan.refreshed.found.is_empty() {
            return Ok((Report::default(), resolver.into_scope()));
        }
        let cloud = self.cloud(scenery)?;
        let (sender, receiver) = watch::channel(Level::Go);
        let mut tell = |_: Notice| {};
        let mut desk = Desk { state, journal: &mut Forgetful, key: &self.key, now: Rc::new(now) };
        let work = apply(&cloud, &mut desk, plan, &mut resolver, PARALLELISM, receiver, &mut tell);
        let report = listen(sender, work).await;
        Ok((report, resolver.into_scope()))
    }
}
