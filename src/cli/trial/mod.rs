//! Runs files of tests: each in a cloud of its own that lives in memory.
//!
//! **Never:** reach a real cloud, wait for emulated time, or leave anything on disk: state, journal and
//! emulator are kept in memory and go away with the file. `world` plans and applies, `perform` carries one run out,
//! `sieve` sets expected failures aside, `tell` and `junit` report.

pub(super) mod find;
pub(super) mod junit;
mod module;
mod perform;
mod sieve;
mod stage;
pub(super) mod tell;
mod world;

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::lang::tree::Tree;
use crate::plan::Plan;
use crate::state::State;

pub(super) use perform::{Bench, Performance};

/// The summary of an assertion that does not hold.
pub(super) const FAILED: &str = "Test assertion failed";

/// What became of a run or of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// It was not tried, because an earlier run went wrong.
    Skip,
    /// All is as asserted.
    #[default]
    Pass,
    /// An assertion does not hold.
    Fail,
    /// It could not be carried out.
    Error,
}

impl Status {
    /// The word for machines.
    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Skip => "skip",
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Error => "error",
        }
    }

    /// The word for people, to whom an error is a failure like another.
    pub(super) fn shown(self) -> &'static str {
        if self == Status::Error { "fail" } else { self.word() }
    }
}

/// What one run came to.
pub(super) struct Performed {
    /// Its name.
    pub(super) name: String,
    /// How it ended.
    pub(super) status: Status,
    /// What is wrong, and in which texts.
    pub(super) diagnostics: Diagnostics,
    /// The texts.
    pub(super) sources: Sources,
    /// How long it took.
    pub(super) took: Duration,
    /// How many assertions it makes.
    pub(super) asserts: usize,
    /// What it planned and found before, for `-verbose`.
    pub(super) plan: Option<(Plan, State)>,
    /// What there is after it, for `-verbose`.
    pub(super) state: Option<State>,
    /// The configuration.
    pub(super) tree: Option<Rc<Tree>>,
}

/// What happens with a file.
pub(super) enum News<'a> {
    /// A run begins.
    Begins(&'a str),
    /// A run has ended.
    Ended(&'a Performed),
    /// All runs have ended, and what they made is destroyed.
    TearsDown,
    /// What this run was the last to change is destroyed.
    Destroys(&'a str),
}

/// What one file came to.
pub(super) struct Done {
    /// Its name, as it is shown.
    pub(super) name: String,
    /// How it ended: as the worst of its runs.
    pub(super) status: Status,
    /// Its runs.
    pub(super) runs: Vec<Performed>,
    /// What is wrong with the teardown.
    pub(super) teardown: Diagnostics,
    /// What stands in for something that is not there.
    pub(super) strays: Diagnostics,
    /// The texts.
    pub(super) sources: Sources,
}

/// How runs are counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) errored: usize,
    pub(super) skipped: usize,
}

impl Counts {
    /// Counts runs.
    pub(super) fn of<'r>(runs: impl Iterator<Item = &'r Performed>) -> Counts {
        let mut counts = Counts::default();
        for run in runs {
            match run.status {
                Status::Pass => counts.passed += 1,
                Status::Fail => counts.failed += 1,
                Status::Error => counts.errored += 1,
                Status::Skip => counts.skipped += 1,
            }
        }
        counts
    }
}

/// What is said of a folder whose tests can be run only as a whole.
fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error("Test file cannot be read", format!("{}: {error}.", path.display()))
}
