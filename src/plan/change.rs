//! A plan as plain data: what changes, why, at what cost, and in which steps.
//!
//! **Never:** hold anything that cannot be printed and saved. Values here hold secrets in clear,
//! marked sensitive, until `plan::file` seals them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::addr::{Addr, Block};
use crate::diag::Span;
use crate::lang::inputs::Inputs;
use crate::plan::checked::Checked;
use crate::schema::Cost;
use crate::value::{Name, Path, Value};

use super::{Mode, Refreshed};

/// What is to happen to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// `<=`: a data source is read during apply.
    Read,
    /// `+`
    Create,
    /// `~`
    Update,
    /// `-/+`: deleted, then made again.
    Replace,
    /// `+/-`: the new one is made first.
    ReplaceCreateFirst,
    /// `-`
    Delete,
    /// Forgotten without being deleted.
    Forget,
}

/// Why an action was chosen, where it is not plain from the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Why {
    /// The values differ.
    #[default]
    Changed,
    /// An attribute changed that cannot be changed in place.
    CannotUpdate,
    /// The object was left half made.
    Tainted,
    /// The object was made, and its creation-time provisioners did not all end well.
    Unprovisioned,
    /// The last update of the object did not end well.
    Unfinished,
    /// Nothing differs but what is sensitive.
    Remarked,
    /// Its provider configuration names another cloud or account now.
    Elsewhere,
    /// `-replace`
    Requested,
    /// `replace_triggered_by`
    Triggered,
    /// The block is no longer in the configuration.
    NoBlock,
    /// It was moved to where no block is.
    NoMoveTarget,
    /// The module instance that it stood in is not in the configuration.
    NoModule,
    /// The block is there, but not this `count` index.
    NoIndex,
    /// The block is there, but not this `for_each` key.
    NoKey,
    /// The block is there, but repeats in another way, or not at all.
    OtherRepetition,
    /// The block is not enabled.
    Disabled,
    /// The object lies in one that goes, and it is not known yet whether it is made again.
    Swept,
    /// The object is what a `destroy` deletes.
    Destroy,
    /// A replaced object that an earlier apply left behind.
    Deposed,
    /// A check looks again when everything is done.
    Check,
    /// The configuration of a data source is not known before apply.
    Unknown,
    /// What a data source depends on changes.
    Pending,
}

impl Why {
    /// Whether the object is tainted.
    #[must_use]
    pub fn is_tainted(self) -> bool {
        matches!(self, Why::Tainted | Why::Unprovisioned)
    }
}

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: Path,
    /// What changing it costs.
    pub cost: Cost,
    /// Why it costs that, from the schema; may be empty.
    pub reason: Cow<'static, str>,
}

impl Difference {
    /// Whether the two sides of a change have the same content here, and differ in what is sensitive alone.
    pub(crate) fn remarks(&self, change: &Change) -> bool {
        match (self.path.find(&change.before), self.path.find(&change.after)) {
            (Some(before), Some(after)) => before.same(after) && before.ty() == after.ty(),
            _ => false,
        }
    }
}

/// What is planned for one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its address.
    pub addr: Addr,
    /// For a replaced object: its key among the deposed.
    pub deposed: Option<Name>,
    /// Its kind.
    pub kind: Name,
    /// Its id, if it exists.
    pub id: Option<Name>,
    /// What is to happen.
    pub action: Action,
    /// Why.
    pub why: Why,
    /// The greatest cost of all differences.
    pub cost: Cost,
    /// Its attributes before (write-only ones as fingerprints); null if it does not exist.
    pub before: Value,
    /// Its attributes after, unknown where the cloud decides; null if it will not exist.
    pub after: Value,
    /// What differs.
    pub differences: Vec<Difference>,
    /// The blocks that it needs, for the state.
    pub needs: Vec<Block>,
    /// Whether a later replacement makes the new object first.
    pub create_before_destroy: bool,
    /// Time limits.
    pub timeouts: crate::schema::Timeouts,
    /// Set if the object was not in the state before.
    pub importing: Option<Importing>,
}

impl Change {
    /// Whether anything happens to the object, if only that the state learns of it.
    #[must_use]
    pub fn is_something(&self) -> bool {
        self.action != Action::NoOp || self.importing.is_some()
    }
}

/// What an imported object comes with.
#[derive(Clone, Debug, PartialEq)]
pub struct Importing {
    /// Its id.
    pub id: Name,
    /// Whether it is taken over because it stands where an object was to be created, and not
    /// because the user named it.
    pub adopted: bool,
    /// Secrets that the cloud never returns and that are believed to be the configured ones.
    pub believed: Vec<Path>,
}

/// An object that is known under another address from now on, or takes its own place back.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The old address.
    pub from: Addr,
    /// The key that it had if it was set aside for a replacement that was never made.
    pub deposed: Option<Name>,
    /// The new address.
    pub to: Addr,
}

/// What one step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepAct {
    /// Make the object.
    Create,
    /// Change it in place.
    Update,
    /// Delete it: the object at the address, or the deposed one that the change or an earlier
    /// [`StepAct::Depose`] of the same change names.
    Delete,
    /// Move the object out of its place, for its replacement.
    Depose,
    /// Read a data source.
    Read,
    /// Forget the object.
    Forget,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number: its place in [`Plan::steps`].
    pub number: u32,
    /// The change that it belongs to: its place in [`Plan::changes`].
    pub change: usize,
    /// What it does.
    pub act: StepAct,
    /// The steps that must have ended well before.
    pub needs: Vec<u32>,
    /// Further such steps, whole sets of them: places in [`Plan::sets`].
    pub sets: Vec<u32>,
}

/// What is planned for an output value.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// Before; nothing if it was not there.
    pub before: Option<Value>,
    /// After, unknown where it is only known after apply; nothing if it goes away.
    pub after: Option<Value>,
}

/// A block that is not planned yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Which.
    pub block: Block,
    /// What holds it up.
    pub hold: Hold,
}

/// Why a block waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Hold {
    /// It is not known yet how often it stands.
    Repetition {
        /// The argument that says so.
        word: Name,
        /// Its expression.
        span: Span,
        /// The references in it that are not known, as they are written.
        waits: Vec<Name>,
        /// The blocks that these name.
        on: Vec<Block>,
    },
    /// It needs these blocks, which wait themselves.
    Behind(Vec<Block>),
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it is for.
    pub mode: Mode,
    /// The lineage of the state it was made against.
    pub lineage: Option<Name>,
    /// The serial of the state it was made against.
    pub serial: u64,
    /// All changes, no-ops included, in address order, deposed objects behind their address.
    pub changes: Vec<Change>,
    /// What somebody changed behind our back: before is what was stored, after what was found.
    pub drift: Vec<Change>,
    /// Objects that are known under another address from now on.
    pub moves: Vec<Move>,
    /// What is planned in a later stage, when this plan is carried out.
    pub waiting: Vec<Waiting>,
    /// Output values, unchanged ones included.
    pub outputs: BTreeMap<Name, OutputChange>,
    /// What to do, each step after what it needs.
    pub steps: Vec<Step>,
    /// Steps that many others need: what instances of blocks need of each other is said once for all.
    pub sets: Vec<Vec<u32>>,
    /// What refreshing found; recorded when the plan is applied.
    pub refreshed: Refreshed,
    /// The values of variables it was made with.
    pub inputs: Inputs,
    /// Data sources that were read.
    pub answers: BTreeMap<Addr, Value>,
    /// The provider configurations of instances that do not have the default one.
    pub configurations: BTreeMap<Addr, Name>,
    /// What came of everything that has conditions.
    pub checks: Vec<Checked>,
    /// When it was made, RFC 3339: what `plantimestamp` says.
    pub at: Name,
    /// Whether the user asked to look at a part only.
    pub partial: bool,
}

impl PartialEq for Refreshed {
    fn eq(&self, other: &Refreshed) -> bool {
        self.found == other.found
    }
}

impl Plan {
    /// All steps that must have ended well before a step.
    pub fn needs<'p>(&'p self, step: &'p Step) -> impl Iterator<Item = u32> + 'p {
        let sets = step.sets.iter().filter_map(|set| self.sets.get(*set as usize));
        step.needs.iter().chain(sets.flatten()).copied()
    }

    /// The provider configuration of an instance; empty for the default one.
    #[must_use]
    pub fn configuration(&self, addr: &Addr) -> &str {
        self.configurations.get(addr).map_or("", |name| &**name)
    }

    /// How many objects are added, changed and destroyed, as the summary line counts them.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let mut counts = (0, 0, 0);
        for change in &self.changes {
            match change.action {
                Action::Create => counts.0 += 1,
                Action::Update => counts.1 += 1,
                Action::Replace | Action::ReplaceCreateFirst => {
                    counts.0 += 1;
                    counts.2 += 1;
                }
                Action::Delete => counts.2 += 1,
                Action::NoOp | Action::Read | Action::Forget => {}
            }
        }
        counts
    }

    /// How many objects are imported.
    #[must_use]
    pub fn imports(&self) -> usize {
        self.changes.iter().filter(|change| change.importing.is_some()).count()
    }

    /// Whether a block waits for a later stage.
    #[must_use]
    pub fn waits(&self, block: &Block) -> bool {
        let declared = block.declared();
        self.waiting.iter().any(|waiting| waiting.block == *declared)
    }

    /// Whether applying it would change nothing, neither in the cloud nor in output values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
            && self.outputs.values().all(|output| output.before == output.after)
            && self.moves.is_empty()
            && self.waiting.is_empty()
            && self.imports() == 0
    }
}
