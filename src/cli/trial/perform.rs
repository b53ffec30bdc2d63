//! Carries out the runs of one file, one after another.
//!
//! **Never:** go on after a run that could not be carried out: what it should have made is missing. The
//! runs of one module share a state; at the end everything is destroyed.
#![expect(clippy::disallowed_methods, reason = "says how long runs take")]

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addr::{Addr, Target};
use crate::cli::project::{Project, Var};
use crate::cli::session::place;
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::lang::inputs::Inputs;
use crate::lang::scope::Scope;
use crate::lang::trial::scene::{Judgement, Scene};
use crate::lang::trial::staging::Staging;
use crate::lang::trial::{Run, Trial};
use crate::plan::{Mode, Options, Plan};
use crate::state::State;
use crate::value::{Members, Name, Value};

use super::find::Found;
use super::module::Loaded;
use super::sieve::{Sieved, is_of_check, sieve};
use super::tell::in_run;
use super::world::{Scenery, World};
use super::{Done, FAILED, News, Performed, Status, module};

/// What all files share.
pub(in crate::cli) struct Bench<'a> {
    /// The folder of the configuration.
    pub(in crate::cli) folder: &'a Path,
    /// `-var` and `-var-file`.
    pub(in crate::cli) vars: &'a [Var],
    /// Whether plans and states are to be shown.
    pub(in crate::cli) verbose: bool,
}

/// What the runs of one module have made, and with which values.
struct Kept {
    state: State,
    inputs: Inputs,
    staging: Staging,
    /// The module, as the file names it.
    module: String,
    /// The last run that changed it.
    run: Option<Name>,
}

/// A file under way.
pub(in crate::cli) struct Performance<'a> {
    bench: &'a Bench<'a>,
    file: &'a Found,
    world: World,
    modules: BTreeMap<String, Loaded>,
    kept: Vec<(String, Kept)>,
    runs: BTreeMap<Name, Value>,
    /// All runs, and whether they only plan.
    all: Rc<BTreeMap<Name, bool>>,
}

/// What went wrong in a run that could not be carried out to its end.
struct Stopped(Diagnostics);

impl From<Diagnostics> for Stopped {
    fn from(diagnostics: Diagnostics) -> Stopped {
        Stopped(diagnostics)
    }
}

/// What a run has found so far.
#[derive(Default)]
struct Finding {
    diagnostics: Diagnostics,
    met: BTreeSet<usize>,
    plan: Option<(Plan, State)>,
    state: Option<State>,
}

impl<'a> Performance<'a> {
    /// Begins a file: loads the configuration and reads the file.
    ///
    /// # Errors
    /// What is wrong with either, and the texts.
    pub(in crate::cli) fn begin(bench: &'a Bench<'a>, file: &'a Found) -> Result<Self, (Diagnostics, Sources)> {
        let world = World::new().map_err(|wrong| (wrong, Sources::default()))?;
        let (modules, runs, all) = (BTreeMap::new(), BTreeMap::new(), Rc::default());
        let mut own = Performance { bench, file, world, modules, kept: Vec::new(), runs, all };
        let loaded = Loaded::load(bench, file, "")?;
        own.all = Rc::new(loaded.trial.runs.iter().map(|run| (run.name.clone(), run.plan_only)).collect());
        own.modules.insert(String::new(), loaded);
        for run in own.main().runs.clone() {
            let Some((source, span)) = &run.module else { continue };
            let key = module::key(bench.folder, source, *span).map_err(|wrong| (wrong.into(), own.sources()))?;
            if let Entry::Vacant(place) = own.modules.entry(key) {
                let loaded = Loaded::load(bench, file, place.key())?;
                place.insert(loaded);
            }
        }
        Ok(own)
    }

    fn main(&self) -> Trial {
        self.modules.get("").map(|loaded| loaded.trial.clone()).unwrap_or_default()
    }

    fn sources(&self) -> Sources {
        self.modules.get("").map(|loaded| loaded.project.sources.clone()).unwrap_or_default()
    }

    /// What is strange about the configuration, without being wrong.
    pub(in crate::cli) fn warnings(&self) -> Diagnostics {
        self.modules.get("").map(|loaded| loaded.project.warnings.clone()).unwrap_or_default()
    }

    /// The texts of the configuration.
    pub(in crate::cli) fn texts(&self) -> Sources {
        self.sources()
    }

    /// The names of the runs.
    pub(in crate::cli) fn names(&self) -> Vec<String> {
        self.main().runs.iter().map(|run| run.name.to_string()).collect()
    }

    /// Performs all runs; `tell` hears of each when it begins and when it has ended.
    pub(in crate::cli) async fn perform(mut self, tell: &mut dyn FnMut(News<'_>)) -> Done {
        let still = self.is_still();
        if still {
            tokio::time::pause();
        }
        let mut runs: Vec<Performed> = Vec::new();
        let mut status = Status::Pass;
        for (number, run) in self.main().runs.iter().enumerate() {
            let performed = if status == Status::Error {
                self.skipped(run)
            } else {
                tell(News::Begins(&run.name));
                self.run(number, run).await
            };
            status = status.max(performed.status);
            tell(News::Ended(&performed));
            runs.push(performed);
        }
        tell(News::TearsDown);
        let teardown = self.destroy(tell).await;
        if still {
            tokio::time::resume();
        }
        if teardown.has_errors() {
            status = Status::Error;
        }
        let (strays, sources) = (self.strays(), self.sources());
        Done { name: self.file.name.clone(), status, runs, teardown, strays, sources }
    }

    /// Whether nothing but the emulator takes time, so that the clock need not go: it jumps to whatever is
    /// waited for, and a job of an hour takes none. What runs on this machine takes the time that it takes.
    fn is_still(&self) -> bool {
        let trees = self.modules.values().map(|loaded| &loaded.project.tree);
        trees.flat_map(|tree| tree.blocks()).all(|(_, block)| block.provisioners.is_empty())
    }

    /// Warnings about what stands in for something that no module under test has.
    fn strays(&self) -> Diagnostics {
        let Some(main) = self.modules.get("") else { return Diagnostics::none() };
        let trees = || self.modules.values().map(|loaded| &*loaded.project.tree);
        let mut strays = main.trial.strays(None, &trees().collect::<Vec<_>>());
        for run in &main.trial.runs {
            let key = run
                .module
                .as_ref()
                .and_then(|(source, span)| module::key(self.bench.folder, source, *span).ok())
                .unwrap_or_default();
            let tree = self.modules.get(&key).map(|loaded| &*loaded.project.tree);
            strays.extend(main.trial.strays(Some(run), &tree.into_iter().collect::<Vec<_>>()));
        }
        strays
    }

    fn skipped(&self, run: &Run) -> Performed {
        Performed {
            name: run.name.to_string(),
            status: Status::Skip,
            diagnostics: Diagnostics::none(),
            sources: self.sources(),
            took: Duration::ZERO,
            asserts: run.asserts.len(),
            plan: None,
            state: None,
            tree: None,
        }
    }

    async fn run(&mut self, number: usize, run: &Run) -> Performed {
        let began = Instant::now();
        let key = run
            .module
            .as_ref()
            .and_then(|(source, span)| module::key(self.bench.folder, source, *span).ok())
            .unwrap_or_default();
        let Some(loaded) = self.modules.remove(&key) else { return self.skipped(run) };
        let mut finding = Finding::default();
        let mut status = Status::Pass;
        // The same run, with the places that it has among the texts of its module.
        if let Some(own) = loaded.trial.runs.get(number) {
            match self.carry_out((number, &key), &loaded, own, &mut finding).await {
                Ok(found) => status = found,
                Err(Stopped(wrong)) => {
                    finding.diagnostics.extend(wrong);
                    status = Status::Error;
                }
            }
            // What else is missing says nothing after an error.
            if status != Status::Error {
                for (_, expected) in own.failures.iter().enumerate().filter(|(number, _)| !finding.met.contains(number))
                {
                    let detail =
                        format!("The checkable object, {expected}, was expected to report an error but did not.");
                    finding.diagnostics.push(Diagnostic::error("Missing expected failure", detail).at(expected.span));
                    status = Status::Error;
                    (finding.plan, finding.state) = (None, None);
                }
            }
        }
        let (sources, tree) = (loaded.project.sources.clone(), loaded.project.tree.clone());
        self.modules.insert(key, loaded);
        for found in finding.diagnostics.0.iter_mut().filter(|found| found.address.is_none()) {
            found.address = Some(in_run(&run.name));
        }
        Performed {
            name: run.name.to_string(),
            status,
            diagnostics: finding.diagnostics,
            sources,
            took: began.elapsed(),
            asserts: run.asserts.len(),
            plan: finding.plan,
            state: finding.state,
            tree: Some(tree),
        }
    }

    async fn carry_out(
        &mut self,
        (number, module): (usize, &str),
        loaded: &Loaded,
        run: &Run,
        finding: &mut Finding,
    ) -> Result<Status, Stopped> {
        let key = &run.state_key.clone().unwrap_or_else(|| module.to_owned());
        let named = module.to_owned();
        let module = loaded.project.module.clone();
        let note = |sieved: Sieved, finding: &mut Finding| -> Result<Vec<(String, Diagnostic)>, Stopped> {
            finding.met.extend(sieved.met);
            let broken = sieved.rest.has_errors();
            finding.diagnostics.extend(sieved.rest);
            if broken { Err(Stopped(Diagnostics::none())) } else { Ok(sieved.expected) }
        };
        let (inputs, variables, wrong) = loaded.inputs(run, self.scene())?;
        let expected = note(sieve(wrong, &run.failures, &module), finding)?;
        if !expected.is_empty() {
            return self.ended(run, &expected, finding);
        }
        let turn = u64::try_from(number).unwrap_or_default();
        let scene = Scene { variables: variables.clone(), ..self.scene() };
        let Project { tree, schemas, host, .. } = &loaded.project;
        let staging = loaded.trial.stage(run, turn, tree, schemas, (&scene, host))?;
        let scenery = Scenery { project: &loaded.project, inputs: &inputs, staging: &staging };
        let (mut state, last) = match self.kept.iter().position(|(own, _)| own == key) {
            Some(at) => {
                let Kept { state, run, .. } = self.kept.remove(at).1;
                (state, run)
            }
            None => Default::default(),
        };
        World::settle(&scenery, &mut state);
        let last = if run.plan_only { last } else { Some(run.name.clone()) };
        let kept =
            |state: State| Kept { state, inputs: inputs.clone(), staging: staging.clone(), module: named, run: last };
        let prior = self.bench.verbose.then(|| state.clone());
        let planned = self.world.plan(&scenery, &state, &options(run), !run.options.no_refresh).await;
        let (plan, warnings) = match planned {
            Ok(planned) => planned,
            Err(wrong) => {
                self.keep(key, kept(state));
                let expected = note(sieve(wrong, &run.failures, &module), finding)?;
                return self.ended(run, &expected, finding);
            }
        };
        let mut found = warnings;
        let mut scope = if run.plan_only {
            scenery.published(&plan, &state)
        } else {
            match self.apply(&scenery, &mut state, &plan, run, &mut found).await {
                Ok(scope) => scope,
                Err(wrong) => {
                    self.keep(key, kept(state));
                    return Err(wrong.into());
                }
            }
        };
        let sieved = note(sieve(found, &run.failures, &module), finding);
        // What is wrong with an output was found before.
        let outputs: BTreeMap<Name, Value> =
            module.outputs.keys().filter_map(|name| Some((name.clone(), scope.output(name).ok()?))).collect();
        self.runs.insert(run.name.clone(), object(&outputs));
        let shown = prior.map(|prior| ((plan, prior), (!run.plan_only).then(|| state.clone())));
        self.keep(key, kept(state));
        let mut scene = Scene { outputs, variables, ..self.scene() };
        scene.runs.remove(&run.name);
        sieved?;
        if let Some((planned, made)) = shown {
            (finding.plan, finding.state) = (Some(planned), made);
        }
        Ok(judge(run, &scene, &mut scope, finding))
    }

    /// What the expressions of tests may name now.
    fn scene(&self) -> Scene {
        Scene { runs: self.runs.clone(), all: self.all.clone(), ..Scene::default() }
    }

    /// Carries the plan of a run out, and what waited for it.
    async fn apply(
        &self,
        scenery: &Scenery<'_>,
        state: &mut State,
        plan: &Plan,
        run: &Run,
        found: &mut Diagnostics,
    ) -> Result<Scope, Diagnostics> {
        let (report, scope) = self.world.apply_whole(scenery, state, plan.clone(), &options(run)).await?;
        if let Some(broken) = &report.broken {
            found.push(Diagnostic::error("The run was broken off", broken.0.clone()));
        }
        if report.interrupted {
            found.push(Diagnostic::error("Interrupted", "The run was stopped; what it has made is destroyed."));
        }
        // What the plan foresaw of checks is judged again by what was made.
        if report.is_complete() && !(plan.is_empty() && plan.refreshed.found.is_empty()) {
            let module = &scenery.project.module;
            found.0.retain(|finding| {
                !is_of_check(finding, module) && !finding.summary.starts_with("Check block assertion")
            });
        }
        found.extend(place(scenery.project, report.diagnostics));
        Ok(scope)
    }

    /// The end of a run whose planning failed as it should have.
    fn ended(&self, run: &Run, expected: &[(String, Diagnostic)], finding: &mut Finding) -> Result<Status, Stopped> {
        if run.plan_only {
            return Ok(Status::Pass);
        }
        for (what, wrong) in expected {
            let detail = format!(
                "A custom condition within {what} failed during the planning stage and prevented the requested apply \
                 operation. While this was an expected failure, the apply operation could not be executed and so the \
                 overall test case will be marked as a failure and the original diagnostic included in the test report."
            );
            let warning = Diagnostic::warning("Expected failure while planning", detail);
            finding.diagnostics.push(warning.hint("Add command = plan to the run."));
            finding.diagnostics.push(wrong.clone());
        }
        Err(Stopped(Diagnostics::none()))
    }

    fn keep(&mut self, key: &str, kept: Kept) {
        self.kept.retain(|(own, _)| own != key);
        self.kept.push((key.to_owned(), kept));
    }

    /// Destroys what the runs have made, the last module first.
    async fn destroy(&mut self, tell: &mut dyn FnMut(News<'_>)) -> Diagnostics {
        let mut wrong = Diagnostics::none();
        let options = Options { mode: Mode::Destroy, ..Options::default() };
        for (_, mut kept) in std::mem::take(&mut self.kept).into_iter().rev() {
            let Some(loaded) = self.modules.get(&kept.module) else { continue };
            if kept.state.objects.is_empty() && kept.state.deposed.is_empty() {
                continue;
            }
            if let Some(run) = &kept.run {
                tell(News::Destroys(run));
            }
            let scenery = Scenery { project: &loaded.project, inputs: &kept.inputs, staging: &kept.staging };
            let done = match self.world.plan(&scenery, &kept.state, &options, true).await {
                Ok((plan, _)) => self.world.apply(&scenery, &mut kept.state, &plan).await,
                Err(found) => Err(found),
            };
            match done {
                Ok((report, _)) => {
                    wrong.0.extend(report.diagnostics.0.into_iter().filter(|found| found.severity == Severity::Error));
                }
                Err(found) => wrong.extend(found),
            }
            let left: Vec<String> = kept.state.objects.keys().map(ToString::to_string).collect();
            if !left.is_empty() {
                let detail = format!("{} could not destroy: {}.", self.file.name, left.join(", "));
                wrong.push(Diagnostic::error("Teardown is not complete", detail));
            }
        }
        wrong
    }
}

/// Judges the assertions of a run.
fn judge(run: &Run, scene: &Scene, scope: &mut Scope, finding: &mut Finding) -> Status {
    let mut status = Status::Pass;
    for condition in &run.asserts {
        match scene.judge(condition, scope) {
            Judgement::Holds => {}
            Judgement::Fails(message, values) => {
                let wrong = Diagnostic::error(FAILED, message).seen(values);
                finding.diagnostics.push(wrong.at(condition.condition.span));
                status = status.max(Status::Fail);
            }
            Judgement::Broken(wrong) => {
                finding.diagnostics.extend(wrong);
                status = Status::Error;
            }
        }
    }
    status
}

fn options(run: &Run) -> Options {
    let addr = |target: &Target| -> Option<Addr> {
        match target {
            Target::Instance(addr) => Some(addr.clone()),
            Target::Block(block) => Some(block.instance(crate::addr::Key::None)),
            Target::Module(_) => None,
        }
    };
    Options {
        mode: if run.options.refresh_only { Mode::RefreshOnly } else { Mode::Normal },
        targets: run.options.targets.clone(),
        replace: run.options.replace.iter().filter_map(addr).collect(),
        ..Options::default()
    }
}

fn object(outputs: &BTreeMap<Name, Value>) -> Value {
    Value::object(outputs.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Members>())
}
