//! What the loop tells whoever watches, and what came of a run.
//!
//! **Never:** print; `cli` renders notices as they come and the report at the end.

use std::time::Duration;

use crate::addr::Addr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::StepAct;
use crate::provider::{Fault, FaultKind};
use crate::state::JournalError;
use crate::value::Name;

/// How far the user has asked to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    #[default]
    Go,
    /// Begin nothing new, finish what is in flight.
    Finish,
    /// Leave at once; what is in flight stays recorded and is resolved by the next run.
    Abort,
}

/// What is told of a provisioner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioning {
    /// It begins.
    Started,
    /// It said a line.
    Said(String),
    /// It ended well.
    Finished,
    /// It failed; all may go on nevertheless.
    Failed,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A step is being carried out.
    Started {
        /// On what.
        addr: Addr,
        /// What.
        act: StepAct,
        /// The id, where the object exists already.
        id: Option<Name>,
    },
    /// A step is still going on.
    Still {
        /// On what.
        addr: Addr,
        /// What.
        act: StepAct,
        /// Since when.
        elapsed: Duration,
        /// What the cloud says about it; may be empty.
        note: String,
    },
    /// A provisioner of a step was started, said something, or ended.
    Provisioner {
        /// For what.
        addr: Addr,
        /// Which one: `local-exec`.
        kind: Name,
        /// What is to be told.
        what: Provisioning,
    },
    /// Something happened to the object of a step that goes on.
    Happened {
        /// To what.
        addr: Addr,
        /// One line.
        line: String,
    },
    /// Steps wait for their turn, because the cloud allows only so many in a time.
    Waiting {
        /// How long until the first of them goes on.
        wait: Duration,
        /// What the cloud allows.
        why: String,
    },
    /// A step ended well.
    Finished {
        /// On what.
        addr: Addr,
        /// What.
        act: StepAct,
        /// How long it took.
        elapsed: Duration,
        /// The id, where the object exists now.
        id: Option<Name>,
    },
    /// A step ended badly; the report says why.
    Failed {
        /// On what.
        addr: Addr,
        /// What.
        act: StepAct,
        /// After how long.
        elapsed: Duration,
    },
    /// An object that the state did not know is being recorded.
    Importing {
        /// At which address.
        addr: Addr,
        /// Its id.
        id: Name,
    },
    /// It is recorded.
    Imported {
        /// At which address.
        addr: Addr,
        /// Its id.
        id: Name,
    },
    /// What a crash left in flight is being looked at.
    Resuming {
        /// How many steps.
        steps: usize,
    },
    /// It is known what became of a step that a crash left in flight.
    Resumed {
        /// Of what.
        addr: Addr,
        /// In words: "was created", "never happened", ...
        what: &'static str,
    },
    /// The first interrupt: what is in flight is finished.
    Stopping {
        /// How many steps are in flight.
        in_flight: usize,
    },
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Objects that the state did not know before.
    pub imported: usize,
    /// Objects made.
    pub added: usize,
    /// Objects changed.
    pub changed: usize,
    /// Objects deleted.
    pub destroyed: usize,
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// What was not begun because something that it needs failed, or because of an interrupt.
    pub skipped: Vec<Addr>,
    /// What was begun and whose end is not known; the next run finds out.
    pub unknown: Vec<Addr>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// The journal could not be written: nothing was begun after that.
    pub broken: Option<JournalError>,
}

impl Report {
    /// Whether everything that was planned was done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.diagnostics.has_errors() && self.skipped.is_empty() && self.unknown.is_empty() && self.broken.is_none()
    }
}

/// A fault as a diagnostic about an object; about none if its address is empty.
#[must_use]
pub fn diagnose(fault: &Fault, about: &str) -> Diagnostic {
    let summary = match fault.kind {
        FaultKind::Rejected => "The service refused the request",
        FaultKind::Exists => "The object exists already",
        FaultKind::Denied => "Not allowed",
        FaultKind::SignIn => "Signing in failed",
        FaultKind::Throttled => "The service is throttling",
        FaultKind::Gone => "Something it needs does not exist",
        FaultKind::TimedOut => "It did not end in time",
        FaultKind::Unreachable => "The service could not be reached",
        FaultKind::Run => "What it runs has failed",
        FaultKind::Invalid => "The request could not be made",
    };
    let summary = if fault.code.is_empty() { summary.to_owned() } else { format!("{summary}: {}", fault.code) };
    let mut detail = fault.message.clone();
    if !fault.trace.is_empty() {
        detail.push_str("\n\n");
        detail.push_str(&fault.trace);
    }
    let diagnostic = Diagnostic::error(summary, detail);
    // Signing in concerns everything, and not the object for which it was first done.
    let concerns = !about.is_empty() && fault.kind != FaultKind::SignIn;
    let diagnostic = if concerns { diagnostic.about(about) } else { diagnostic };
    match &fault.hint {
        Some(hint) => diagnostic.hint(hint.clone()),
        None => diagnostic,
    }
}
