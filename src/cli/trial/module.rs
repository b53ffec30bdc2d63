//! A module under test: the configuration itself, or one that a run names.
//!
//! **Never:** run anything. In: a folder and a file of tests. Out: the module with the file among its
//! texts, so that whatever is wrong can be shown in one of them; and the values of its variables.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use crate::addr::source::Source;
use crate::cli::kinds;
use crate::cli::project::Project;
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources, Span};
use crate::lang::inputs::{Given, Inputs, collect, decide};
use crate::lang::trial::scene::{Place, Scene};
use crate::lang::trial::staging::Staging;
use crate::lang::trial::{Run, Trial, read};
use crate::value::{Name, Type, Value};

use super::Bench;
use super::find::{Found, mocks};
use super::world::Scenery;

/// A module under test, with the file of tests among its texts.
pub(super) struct Loaded {
    pub(super) project: Project,
    pub(super) trial: Trial,
    given: Vec<Given>,
}

/// Values of variables: decided for a module, as they were given, and what is wrong with them.
type Values = (Inputs, BTreeMap<Name, Value>, Diagnostics);

/// The folder that a run names as its module.
pub(super) fn key(folder: &Path, source: &str, span: Span) -> Result<String, Diagnostic> {
    match Source::parse(source) {
        Ok(Source::Local(path)) if folder.join(&path).is_dir() => Ok(path),
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

impl Loaded {
    /// Loads a module, with the file of tests as the last of its texts.
    pub(super) fn load(bench: &Bench<'_>, named: &Found, key: &str) -> Result<Loaded, (Diagnostics, Sources)> {
        let schemas = Rc::new(kinds::schemas());
        let mut alone = Sources::default();
        let file = alone.add(named.name.as_str(), named.text.as_str());
        let providers = read(&alone, file, &schemas).0.provider_names(&schemas);
        let opened = Project::open_part(bench.folder, Path::new(key), schemas, providers);
        let mut project = opened.map_err(|broken| (broken.diagnostics, broken.sources))?;
        let file = project.sources.add(named.name.as_str(), named.text.as_str());
        let (mut trial, mut wrong) = read(&project.sources, file, &project.schemas);
        for mock in &mut trial.mocks {
            wrong.extend(mocks(bench.folder, mock, &mut project.sources, &project.schemas));
        }
        if wrong.has_errors() {
            return Err((wrong, project.sources));
        }
        let given = project.given_in(bench.folder, named.folder.as_deref(), bench.vars);
        let given = given.map_err(|wrong| (wrong, project.sources.clone()))?;
        let staging = Staging { tree: project.tree.clone(), cast: Rc::default() };
        let mut scope = Scenery { project: &project, inputs: &Inputs::default(), staging: &staging }.scope(false);
        let wrong = scope.validate();
        if wrong.has_errors() {
            return Err((wrong, project.sources));
        }
        Ok(Loaded { project, trial, given })
    }

    /// The values of the variables of a run: decided for its module, and as they were given.
    pub(super) fn inputs(&self, run: &Run, mut scene: Scene) -> Result<Values, Diagnostics> {
        let Loaded { project, trial, given } = self;
        // Tests may name values that the configuration does not have.
        let declared = |given: &&Given| match given {
            Given::Text { name, .. } => project.module.variables.contains_key(name),
            _ => true,
        };
        let mut all: Vec<Given> = given.iter().filter(declared).cloned().collect();
        let globals = collect(&project.module, given, &project.sources);
        scene.variables.extend(globals.into_iter().map(|(name, value, _)| (name, value)));
        let mut wrong = Diagnostics::none();
        for (attributes, place) in [(&trial.variables, Place::File), (&run.variables, Place::Run)] {
            let mut found = Vec::new();
            for attribute in attributes {
                match scene.value(attribute, place, &project.host) {
                    Ok(value) => found.push((attribute.name.clone(), value, attribute.expr.span)),
                    Err(errors) => {
                        wrong.extend(errors);
                        // What is wrong with it is said once.
                        let unknown = Value::unknown(Type::Dynamic);
                        found.push((attribute.name.clone(), unknown, attribute.expr.span));
                    }
                }
                if place == Place::Run && !project.module.variables.contains_key(&attribute.name) {
                    let detail = format!(
                        "The module under test does not declare a variable named {:?}, but it is declared in run block {:?}.",
                        attribute.name, run.name
                    );
                    wrong.push(Diagnostic::warning("Value for undeclared variable", detail).at(attribute.expr.span));
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
            return Err(wrong);
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
}
