//! The one port to any cloud.
//!
//! **Never:** name a cloud, a language or a store. Two sides implement it: `resources::azure`
//! and the tests' toy cloud; `builtin` and `router` stand beside them. The port acts and answers; it never sleeps and never retries on a
//! clock of its own kind of patience: waiting belongs to `engine::drive`.

pub mod router;

use std::future::Future;
use std::time::Duration;

use crate::schema::{Cost, Schemas};
use crate::value::{Name, Type, Value};

/// What a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Make an object that is not there.
    Create,
    /// Change an object in place.
    Update,
    /// Remove an object; one that is already gone counts as removed.
    Delete,
}

/// One change to one object, everything that is needed to make it or to follow it to its end.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is asked.
    pub verb: Verb,
    /// The kind of the object.
    pub kind: Name,
    /// The object's id.
    pub id: Name,
    /// Its attributes before, write-only ones as fingerprints; null for a creation.
    pub prior: Value,
    /// Its attributes after; unknown where the cloud decides; null for a deletion. After a crash
    /// the write-only ones are fingerprints, which is enough to follow a call but not to begin one.
    pub planned: Value,
    /// The cloud and account that it goes to, see [`Provider::account`].
    pub cloud: Name,
    /// What the plan said that the change costs at most: an update that costs nothing must not
    /// restart anything, and only the plan can compare secrets with their fingerprints.
    pub cost: Cost,
}

impl Call {
    /// Its object, to read before the call is sent: nothing is known of what stands there.
    #[must_use]
    pub fn before(&self) -> Handle {
        self.handle(Value::null(Type::Dynamic))
    }

    /// Its object, to read when the call did not end well. Of what the cloud never returns the old is believed
    /// then, so that the new shows as a difference again.
    #[must_use]
    pub fn after(&self) -> Handle {
        self.handle(if self.verb == Verb::Create { self.planned.clone() } else { self.prior.clone() })
    }

    fn handle(&self, prior: Value) -> Handle {
        Handle { kind: self.kind.clone(), id: self.id.clone(), prior, cloud: self.cloud.clone() }
    }
}

/// An object to read.
#[derive(Clone, Debug)]
pub struct Handle {
    /// Its kind.
    pub kind: Name,
    /// Its id.
    pub id: Name,
    /// What we last knew of it; write-only attributes are taken from here. Null if nothing.
    pub prior: Value,
    /// The cloud and account that it lives in, see [`Provider::account`].
    pub cloud: Name,
}

/// Where to ask next about an accepted call, as text that survives a crash. Only the provider reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket(pub Name);

/// How far a call has come.
#[derive(Clone, Debug)]
pub enum Progress {
    /// It ended well; the object as it is now, or null when it is gone.
    Done(Value),
    /// The cloud works on it: ask again with the ticket, not before `after`.
    Pending {
        /// For the next question.
        ticket: Ticket,
        /// How long to wait before it.
        after: Duration,
        /// What the cloud says meanwhile, for progress lines; may be empty.
        note: String,
        /// What happened since the last question, a line each; every line comes once.
        news: Vec<String>,
        /// Whether the object stands already, and only what runs in it is waited for. The first
        /// ticket that says so is worth writing down: what led there may soon be forgotten.
        standing: bool,
    },
}

impl Progress {
    /// The same, without a wait before the next question.
    #[must_use]
    pub fn at_once(mut self) -> Progress {
        if let Progress::Pending { after, .. } = &mut self {
            *after = Duration::ZERO;
        }
        self
    }
}

/// Why a call did not end well.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What sort of fault.
    pub kind: FaultKind,
    /// The cloud's own code: `ContainerGroupQuotaReached`; may be empty.
    pub code: String,
    /// The cloud's own words, whole.
    pub message: String,
    /// HTTP status, method, URL and correlation id, one line each, for the detail; may be empty.
    pub trace: String,
    /// What the user can do about it, where that is known.
    pub hint: Option<String>,
}

/// Sorts of faults, as far as anybody decides by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The cloud understood and refused.
    Rejected,
    /// An object of that id is there already, not made by this state.
    Exists,
    /// Not allowed.
    Denied,
    /// Signing in failed, so the call was not sent.
    SignIn,
    /// The cloud asked to slow down for longer than we wait.
    Throttled,
    /// The object or what it needs is gone.
    Gone,
    /// It did not end in time.
    TimedOut,
    /// No answer: the call may or may not have happened.
    Unreachable,
    /// The object stands, but what runs in it ended badly or cannot start.
    Run,
    /// The configuration or the state holds something that this provider cannot send.
    Invalid,
}

/// When a call may be sent, where the cloud allows only so many in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// How long it is until then.
    pub after: Duration,
    /// What the cloud allows, a full sentence.
    pub why: String,
}

/// A change that a plan would make, to ask beforehand what the cloud will say to it.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// What would be asked.
    pub verb: Verb,
    /// The kind of the object.
    pub kind: Name,
    /// Its attributes before; null for a creation.
    pub prior: Value,
    /// Its attributes after, partly unknown; null for a deletion.
    pub planned: Value,
    /// The cloud and account that it would go to, see [`Provider::account`].
    pub cloud: Name,
}

/// What the cloud will most likely say to one of the changes of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omen {
    /// Which of the changes; nothing for one about all of them.
    pub about: Option<usize>,
    /// Whether it is sure to be refused.
    pub sure: bool,
    /// A few words.
    pub summary: String,
    /// Full sentences with the numbers.
    pub detail: String,
    /// What to do about it.
    pub hint: String,
}

/// What can be said about a plan before anything is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// What will most likely be refused, in the order of the changes.
    pub omens: Vec<Omen>,
    /// How long the changes take at least, because only so many are allowed in a time; nothing
    /// where that does not hold them up.
    pub pace: Option<Turn>,
}

/// A cloud.
pub trait Provider {
    /// What its kinds contain.
    fn schemas(&self) -> &Schemas;

    /// Which cloud and account this is, as text to compare and to show: state made on one is
    /// refused on another.
    fn cloud(&self) -> Name;

    /// The cloud and account that a provider configuration of this name stands for, as calls and the
    /// state name it; empty for the one of [`Provider::cloud`].
    fn account(&self, configuration: &str) -> Name;

    /// The id that an object with these attributes has or will have there.
    ///
    /// # Errors
    /// When a name that the id is made of is unknown or malformed.
    fn identify(&self, cloud: &str, kind: &str, value: &Value) -> Result<Name, Fault>;

    /// The id, in the cloud's own spelling, of the object that a person names: by an id in any
    /// spelling (a text), or by the names that an id is made of (an object of texts).
    ///
    /// # Errors
    /// When it is no id of this kind, or names something that this provider does not reach.
    fn recognise(&self, cloud: &str, kind: &str, named: &Value) -> Result<Name, Fault>;

    /// The text that all objects share that one `list` answers for; nothing for a kind without lists.
    fn scope(&self, handle: &Handle) -> Option<Name>;

    /// The larger scope whose list answers for this scope too, with how many objects a page of
    /// lists holds; nothing if there is none.
    fn wider(&self, scope: &str) -> Option<(Name, usize)>;

    /// Takes the next turn of a call whose sort is limited in number; the caller waits for it
    /// before it begins the call. Nothing for a call that may be sent now.
    fn turn(&self, call: &Call) -> Option<Turn>;

    /// Asks, without changing anything, what will become of these changes.
    ///
    /// # Errors
    /// The cloud could not be asked; the changes may be made all the same.
    fn foresee(&self, changes: &[Prospect]) -> impl Future<Output = Result<Outlook, Fault>>;

    /// Reads one object; null if it is gone.
    fn read(&self, handle: &Handle) -> impl Future<Output = Result<Value, Fault>>;

    /// Reads all these objects of one scope with one list; null for each that is gone.
    fn list(&self, scope: &str, handles: &[Handle]) -> impl Future<Output = Result<Vec<Value>, Fault>>;

    /// Sends a call.
    fn begin(&self, call: &Call) -> impl Future<Output = Result<Progress, Fault>>;

    /// Asks how far an accepted call has come.
    fn poll(&self, call: &Call, ticket: &Ticket) -> impl Future<Output = Result<Progress, Fault>>;

    /// Finds out what became of a call whose answer was lost, or that a crash left in flight:
    /// the object as it is (null if it is not there), or something to wait for while the cloud
    /// still works on it. Sends no change.
    fn follow(&self, call: &Call) -> impl Future<Output = Result<Progress, Fault>>;

    /// Runs a program beside an object, as a provisioner of that name asks; each line that the program
    /// says is told as it comes.
    fn run(&self, provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> impl Future<Output = Result<(), Fault>>;

    /// Reads a data source whose configuration is `config`; the whole object with its answers.
    fn fetch(&self, cloud: &str, kind: &str, config: &Value) -> impl Future<Output = Result<Value, Fault>>;
}
