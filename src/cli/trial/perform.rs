//! Carries out the runs of one file, one after another.
//!
//! **Never:** go on after a run that could not be carried out: what it should have made is missing. The
//! runs of one module share a state; at the end everything is destroyed.
#![expect(clippy::disallowed_methods, reason = "says how long runs take")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addr::source::Source;
use crate::addr::{Addr, Target};
use crate::cli::kinds;
use crate::cli::project::{Project, Var};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources, Span};
use crate::lang::inputs::{Given, Inputs, collect, decide};
use crate::lang::trial::scene::{Judgement, Scene};
use crate::lang::trial::{Run, Trial, read};
use crate::plan::{Mode, Options, Plan};
use crate::state::State;
use crate::value::{Members, Name, Value};

use super::find::Found;
use super::sieve::{Sieved, sieve};
use super::world::{Scenery, World};
use super::{Done, Performed, Status};

/// What all files share.
pub(in crate::cli) struct Bench<'a> {
    /// The folder of the configuration.
    pub(in crate::cli) folder: &'a Path,
    /// `-var` and `-var-file`.
    pub(in crate::cli) vars: &'a [Var],
}

/// A module under test, with the file of tests among its texts.
struct Loaded {
    project: Project,
    trial: Trial,
    given: Vec<Given>,
}

/// What the runs of one module have made, and with which values.
struct Kept {
    state: State,
    inputs: Inputs,
}

/// A file under way.
pub(in crate::cli) struct Performance<'a> {
    bench: &'a Bench<'a>,
    file: &'a Found,
    world: World,
    modules: BTreeMap<String, Loaded>,
    kept: Vec<(String, Kept)>,
    runs: BTreeMap<Name, Value>,
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
    plan: Option<Plan>,
    state: Option<State>,
}

impl<'a> Performance<'a> {
    /// Begins a file: loads the configuration and reads the file.
    ///
    /// # Errors
    /// What is wrong with either, and the texts.
    pub(in crate::cli) fn begin(bench: &'a Bench<'a>, file: &'a Found) -> Result<Self, (Diagnostics, Sources)> {
        let world = World::new().map_err(|wrong| (wrong, Sources::default()))?;
        let mut own =
            Performance { bench, file, world, modules: BTreeMap::new(), kept: Vec::new(), runs: BTreeMap::new() };
        let loaded = own.load("")?;
        own.modules.insert(String::new(), loaded);
        for run in own.main().runs.clone() {
            let Some((source, span)) = &run.module else { continue };
            let key = own.key(source, *span).map_err(|wrong| (wrong.into(), own.sources()))?;
            if !own.modules.contains_key(&key) {
                let loaded = own.load(&key)?;
                own.modules.insert(key, loaded);
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

    /// The folder that a run names as its module.
    fn key(&self, source: &str, span: Span) -> Result<String, Diagnostic> {
        match Source::parse(source) {
            Ok(Source::Local(path)) if self.bench.folder.join(&path).is_dir() => Ok(path),
            Ok(Source::Local(path)) => {
                let detail = format!("The folder {path:?} does not exist.");
                let hint = "Correct the path; it is relative to the folder of the configuration.";
                Err(Diagnostic::error("Unreadable module directory", detail).at(span).hint(hint))
            }
            Ok(Source::Git(git)) => {
                let detail = format!("A run takes its module from a folder, and \"{git}\" is a repository.");
                let hint = "Call the module from a folder of your own, and name that folder here.";
                Err(Diagnostic::error("Invalid module source address", detail).at(span).hint(hint))
            }
            Err(wrong) => Err(Diagnostic::from(wrong).at(span)),
        }
    }

    /// Loads a module, with the file of tests as the last of its texts.
    fn load(&self, key: &str) -> Result<Loaded, (Diagnostics, Sources)> {
        let schemas = Rc::new(kinds::schemas());
        let opened = Project::open_part(self.bench.folder, Path::new(key), schemas);
        let mut project = opened.map_err(|broken| (broken.diagnostics, broken.sources))?;
        let file = project.sources.add(self.file.name.as_str(), self.file.text.as_str());
        let (trial, wrong) = read(&project.sources, file);
        if wrong.has_errors() {
            return Err((wrong, project.sources));
        }
        let given = project.given(self.bench.folder, self.bench.vars);
        let given = given.map_err(|wrong| (wrong, project.sources.clone()))?;
        let mut scope = Scenery { project: &project, inputs: &Inputs::default() }.scope(false);
        let wrong = scope.validate();
        if wrong.has_errors() {
            return Err((wrong, project.sources));
        }
        Ok(Loaded { project, trial, given })
    }

    /// Performs all runs; `tell` hears of each when it begins and when it has ended.
    pub(in crate::cli) async fn perform(mut self, tell: &mut dyn FnMut(&str, Option<&Performed>)) -> Done {
        let mut runs: Vec<Performed> = Vec::new();
        let mut status = Status::Pass;
        for (number, run) in self.main().runs.iter().enumerate() {
            let performed = if status == Status::Error {
                self.skipped(run)
            } else {
                tell(&run.name, None);
                self.run(number, run).await
            };
            status = status.max(performed.status);
            tell(&run.name, Some(&performed));
            runs.push(performed);
        }
        let teardown = self.destroy().await;
        if teardown.has_errors() {
            status = Status::Error;
        }
        Done { name: self.file.name.clone(), status, runs, teardown }
    }

    fn skipped(&self, run: &Run) -> Performed {
        Performed {
            name: run.name.to_string(),
            status: Status::Skip,
            diagnostics: Diagnostics::none(),
            sources: self.sources(),
            took: Duration::ZERO,
            plan: None,
            state: None,
        }
    }

    async fn run(&mut self, number: usize, run: &Run) -> Performed {
        let began = Instant::now();
        let key = run.module.as_ref().and_then(|(source, span)| self.key(source, *span).ok()).unwrap_or_default();
        let Some(loaded) = self.modules.remove(&key) else { return self.skipped(run) };
        let mut finding = Finding::default();
        let mut status = Status::Pass;
        // The same run, with the places that it has among the texts of its module.
        if let Some(own) = loaded.trial.runs.get(number) {
            match self.carry_out(&key, &loaded, own, &mut finding).await {
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
                    let detail = format!(
                        "The checkable object, {}, was expected to report an error but did not.",
                        expected.what
                    );
                    finding.diagnostics.push(Diagnostic::error("Missing expected failure", detail).at(expected.span));
                    status = Status::Error;
                }
            }
        }
        let sources = loaded.project.sources.clone();
        self.modules.insert(key, loaded);
        for found in finding.diagnostics.0.iter_mut().filter(|found| found.address.is_none()) {
            found.address = Some(format!("run {:?}", &*run.name));
        }
        Performed {
            name: run.name.to_string(),
            status,
            diagnostics: finding.diagnostics,
            sources,
            took: began.elapsed(),
            plan: finding.plan,
            state: finding.state,
        }
    }

    async fn carry_out(
        &mut self,
        key: &str,
        loaded: &Loaded,
        run: &Run,
        finding: &mut Finding,
    ) -> Result<Status, Stopped> {
        let module = loaded.project.module.clone();
        let note = |sieved: Sieved, finding: &mut Finding| -> Result<Vec<(String, Diagnostic)>, Stopped> {
            finding.met.extend(sieved.met);
            let broken = sieved.rest.has_errors();
            finding.diagnostics.extend(sieved.rest);
            if broken { Err(Stopped(Diagnostics::none())) } else { Ok(sieved.expected) }
        };
        let (inputs, variables, wrong) = self.inputs(loaded, run)?;
        let expected = note(sieve(wrong, &run.failures, &module), finding)?;
        if !expected.is_empty() {
            return self.ended(run, &expected, finding);
        }
        let mut state = match self.kept.iter().position(|(own, _)| own == key) {
            Some(at) => self.kept.remove(at).1.state,
            None => State::default(),
        };
        let scenery = Scenery { project: &loaded.project, inputs: &inputs };
        let planned = self.world.plan(&scenery, &state, &options(run), !run.options.no_refresh).await;
        let (plan, warnings) = match planned {
            Ok(planned) => planned,
            Err(wrong) => {
                self.keep(key, state, &inputs);
                let expected = note(sieve(wrong, &run.failures, &module), finding)?;
                return self.ended(run, &expected, finding);
            }
        };
        let mut found = warnings;
        let mut scope = if run.plan_only {
            scenery.published(&plan, &state)
        } else {
            let (report, scope) = self.world.apply_whole(&scenery, &mut state, plan.clone(), &options(run)).await?;
            if let Some(broken) = &report.broken {
                found.push(Diagnostic::error("The run was broken off", broken.0.clone()));
            }
            if report.interrupted {
                found.push(Diagnostic::error("Interrupted", "The run was stopped; what it has made is destroyed."));
            }
            // What the plan foresaw of checks is judged again by what was made.
            if report.is_complete() && !(plan.is_empty() && plan.refreshed.found.is_empty()) {
                found.0.retain(|finding| !finding.summary.starts_with("Check block assertion"));
            }
            found.extend(report.diagnostics);
            scope
        };
        let sieved = note(sieve(found, &run.failures, &module), finding);
        // What is wrong with an output was found before.
        let outputs: BTreeMap<Name, Value> =
            module.outputs.keys().filter_map(|name| Some((name.clone(), scope.output(name).ok()?))).collect();
        self.runs.insert(run.name.clone(), object(&outputs));
        finding.plan = Some(plan);
        finding.state = (!run.plan_only).then(|| state.clone());
        self.keep(key, state, &inputs);
        let runs = self.runs.iter().filter(|(name, _)| **name != run.name);
        let runs = runs.map(|(name, value)| (name.clone(), value.clone())).collect();
        let scene = Scene { runs, outputs, variables };
        sieved?;
        let mut status = Status::Pass;
        for condition in &run.asserts {
            match scene.judge(condition, &mut scope, &loaded.project.sources) {
                Judgement::Holds => {}
                Judgement::Fails(message, values) => {
                    let wrong = Diagnostic::error("Test assertion failed", message).seen(values);
                    finding.diagnostics.push(wrong.at(condition.condition.span));
                    status = status.max(Status::Fail);
                }
                Judgement::Broken(wrong) => {
                    finding.diagnostics.extend(wrong);
                    status = Status::Error;
                }
            }
        }
        Ok(status)
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
            let warning = Diagnostic::warning("Expected failure while planning", detail).at_maybe(wrong.span);
            finding.diagnostics.push(warning.hint("Add command = plan to the run."));
            finding.diagnostics.push(wrong.clone());
        }
        Err(Stopped(Diagnostics::none()))
    }

    fn keep(&mut self, key: &str, state: State, inputs: &Inputs) {
        self.kept.retain(|(own, _)| own != key);
        self.kept.push((key.to_owned(), Kept { state, inputs: inputs.clone() }));
    }

    /// The values of the variables of a run: decided for its module, and as they were given.
    fn inputs(&self, loaded: &Loaded, run: &Run) -> Result<(Inputs, BTreeMap<Name, Value>, Diagnostics), Stopped> {
        let Loaded { project, trial, given } = loaded;
        let mut all = given.clone();
        let globals = collect(&project.module, given, &project.sources);
        let mut scene = Scene { runs: self.runs.clone(), ..Scene::default() };
        scene.variables.extend(globals.into_iter().map(|(name, value, _)| (name, value)));
        let mut wrong = Diagnostics::none();
        for (attributes, of_run) in [(&trial.variables, false), (&run.variables, true)] {
            let mut found = Vec::new();
            for attribute in attributes {
                match scene.value(attribute, &project.host) {
                    Ok(value) => found.push((attribute.name.clone(), value, attribute.expr.span)),
                    Err(found) => wrong.extend(found),
                }
                if of_run && !project.module.variables.contains_key(&attribute.name) {
                    let detail = format!(
                        "The module under test does not declare a variable named {:?}, but it is declared in run block {:?}.",
                        attribute.name, run.name
                    );
                    wrong.push(Diagnostic::warning("Value for undeclared variable", detail).at(attribute.name_span));
                }
            }
            for (name, value, span) in found {
                if project.module.variables.contains_key(&name) {
                    all.push(Given::Value { name: name.clone(), value: value.clone(), span });
                }
                scene.variables.insert(name, value);
            }
        }
        if wrong.has_errors() {
            return Err(wrong.into());
        }
        let decided = decide(&project.module, &all, &project.sources, &project.host);
        // Files of values are for the configuration; a module of a run may not know all of them.
        wrong.0.extend(decided.diagnostics.0.into_iter().filter(|found| found.severity == Severity::Error));
        for name in &decided.missing {
            let detail = format!(
                "The module under test for run block {:?} has a required variable {name:?} with no set value. Use a -var or \
                 -var-file command line argument or add this variable into a \"variables\" block within the test file or \
                 run block.",
                run.name
            );
            let span = project.module.variables.get(name).map(|variable| variable.span);
            wrong.push(Diagnostic::error("No value for required variable", detail).at_maybe(span));
        }
        Ok((decided.inputs, scene.variables, wrong))
    }

    /// Destroys what the runs have made, the last module first.
    async fn destroy(&mut self) -> Diagnostics {
        let mut wrong = Diagnostics::none();
        let options = Options { mode: Mode::Destroy, ..Options::default() };
        for (key, mut kept) in std::mem::take(&mut self.kept).into_iter().rev() {
            let Some(loaded) = self.modules.get(&key) else { continue };
            if kept.state.objects.is_empty() && kept.state.deposed.is_empty() {
                continue;
            }
            let scenery = Scenery { project: &loaded.project, inputs: &kept.inputs };
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
