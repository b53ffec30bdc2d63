//! `acier test`: runs the files of tests, each against an emulator of its own.
//!
//! **Never:** touch the state of the configuration or a real cloud. Exit codes are Terraform's: 0 when
//! all runs are as they should be, 1 otherwise.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::arguments::TestArguments;
use crate::cli::exit::Exit;
use crate::cli::kinds;
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail, now};
use crate::cli::trial::tell::Teller;
use crate::cli::trial::{Bench, Done, News, Performance, Status, find, junit};
use crate::cli::whole;
use crate::diag::{Diagnostic, Diagnostics, Sources};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &TestArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    if arguments.cloud_run.is_some() {
        let detail = "Tests run here, against an emulator, and nowhere else.";
        let wrong = Diagnostic::error("-cloud-run is not supported", detail).hint("Remove the option.");
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    let schemas = kinds::schemas();
    let teller = Teller { screen, json: arguments.json, verbose: arguments.verbose, schemas: &schemas };
    let mut warnings = Diagnostics::none();
    let files = match find::files(folder, &arguments.test_directory, &arguments.filter, &mut warnings) {
        Ok(files) => files,
        Err(wrong) => return fail(screen, &wrong, &Sources::default()),
    };
    teller.diagnostics(&warnings, &Sources::default(), None, None);
    let bench = Bench { folder, vars, verbose: arguments.verbose };
    let mut begun = Vec::new();
    let mut broken = false;
    for file in &files {
        match Performance::begin(&bench, file) {
            Ok(performance) => begun.push((file, performance)),
            Err((wrong, sources)) => {
                // What is wrong with the configuration is wrong for every file, and said once.
                if !broken {
                    teller.diagnostics(&wrong, &sources, None, None);
                }
                broken = true;
            }
        }
    }
    if broken {
        return Ok(Exit::Failed);
    }
    let plan: BTreeMap<&str, Vec<String>> =
        begun.iter().map(|(file, performance)| (file.name.as_str(), performance.names())).collect();
    teller.plan(&plan);
    if let Some((_, performance)) = begun.first() {
        teller.diagnostics(&performance.warnings(), &performance.texts(), None, None);
    }
    let mut done: Vec<Done> = Vec::new();
    for (file, performance) in begun {
        let name = file.name.as_str();
        teller.file(name, "starting", None);
        let performed = performance
            .perform(&mut |news| match news {
                News::Begins(run) => teller.begins(name, run),
                News::Ended(ended) => teller.ended(name, ended),
                News::TearsDown => teller.file(name, "teardown", None),
                News::Destroys(run) => teller.destroys(name, run),
            })
            .await;
        teller.diagnostics(&performed.teardown, &Sources::default(), Some(name), None);
        teller.file(name, "complete", Some(performed.status));
        teller.diagnostics(&performed.strays, &performed.sources, Some(name), None);
        done.push(performed);
    }
    teller.summary(&done);
    if let Some(path) = &arguments.junit_xml
        && let Err(error) = whole::write(&folder.join(path), junit::write(&done, &now()).as_bytes())
    {
        let detail = format!("{}: {error}.", path.display());
        return fail(screen, &Diagnostic::error("The report cannot be written", detail), &Sources::default());
    }
    let good = done.iter().all(|file| file.status <= Status::Pass);
    Ok(if good { Exit::Done } else { Exit::Failed })
}
