//! What a plan cannot say yet: blocks whose instances are only known when something else is made,
//! and all that needs them. They wait for a later stage.
//!
//! **Never:** guess instances. In: the walk at a block. Out: what waits for what, and the deletion
//! of waiting objects that go down with what holds them. The decision to question: a block that needs
//! a waiting one waits as a whole, even where only one instance or attribute depends on it; so
//! nothing is done twice. Source of the idea: Terraform, "deferred changes".

use crate::addr::{Block, Mode as BlockMode};
use crate::diag::Diagnostic;
use crate::lang::module::Node;
use crate::lang::tree::Spot;
use crate::lang::waits::Open;
use crate::value::Name;

use super::change::{Action, Change, Hold, Waiting};
use super::walk::Walk;
use super::{Mode, Plan};

impl Walk<'_> {
    /// Notes that a block cannot be planned now.
    pub(crate) fn wait(&mut self, block: &Block, open: Open) {
        let Open { word, span, waits, on } = open;
        self.hold(block, Hold::Repetition { word: word.into(), span, waits, on });
    }

    /// The same where it is not known how often a module is called that the block is in or refers to.
    pub(crate) fn wait_for_module(&mut self, block: &Block, open: Open) {
        let Open { word, span, waits, on } = open;
        let word = format!("{word} of a module").into();
        self.hold(block, Hold::Repetition { word, span, waits, on });
    }

    /// Notes that a block waits because it needs one that waits; false if it does not.
    pub(crate) fn wait_behind<'n>(&mut self, block: &Block, needs: impl Iterator<Item = &'n Block>) -> bool {
        let mut behind: Vec<Block> = needs.filter(|needed| self.waiting.contains_key(needed)).cloned().collect();
        if behind.is_empty() {
            return false;
        }
        behind.sort();
        behind.dedup();
        self.hold(block, Hold::Behind(behind));
        true
    }

    fn hold(&mut self, block: &Block, hold: Hold) {
        self.waiting.insert(block.declared().into_owned(), hold);
    }

    /// Whether a node is a block that waits.
    pub(crate) fn block_waits(&self, spot: &Spot) -> bool {
        match &spot.node {
            Node::Block(block) => self.waiting.contains_key(&self.tree.block(spot.unit, block)),
            _ => false,
        }
    }

    /// What waits, for the plan. When only the state is brought in line nothing is ever made, so
    /// nothing is waited for.
    pub(crate) fn take_waiting(&mut self) -> Vec<Waiting> {
        if self.options.mode != Mode::Normal {
            return Vec::new();
        }
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().map(|(block, hold)| Waiting { block, hold }).collect()
    }

    /// Waiting objects that lie in what is deleted are deleted with it, in the order that they need.
    pub(crate) fn swept(&mut self) -> Vec<Change> {
        let mut swept = Vec::new();
        for block in self.waiting.keys().filter(|block| block.mode == BlockMode::Managed) {
            for (addr, object) in self.standing_anywhere(block) {
                if self.selection.holds(&addr) && self.going.holder(&object.id).is_some() {
                    swept.push(super::laid::existing(&addr, None, object, &self.schemas));
                }
            }
        }
        swept
    }
}

/// Whether a stage brought less to wait for than there was before it.
#[must_use]
pub fn progresses(before: &Plan, plan: &Plan) -> bool {
    plan.waiting.is_empty() || plan.waiting != before.waiting
}

/// What is said where the stages of an apply come to no end.
#[must_use]
pub fn stuck(plan: &Plan) -> Diagnostic {
    let lines: Vec<String> = plan.waiting.iter().map(|waiting| format!("\n  - {}", sentence(plan, waiting))).collect();
    let span = plan.waiting.iter().find_map(|waiting| match &waiting.hold {
        Hold::Repetition { span, .. } => Some(*span),
        Hold::Behind(_) => None,
    });
    let detail = format!(
        "Blocks wait for values that no stage of this plan makes known:{}\n\nWhat they wait for is left out of the plan, or \
         has a new value each time.",
        lines.concat()
    );
    let hint = "Write count or for_each with values that are known when the objects are made, such as their ids and \
                names, and do not leave out what they need.";
    Diagnostic::error("No progress", detail).at_maybe(span).hint(hint)
}

/// What waits for what, as one sentence without a full stop.
#[must_use]
pub fn sentence(plan: &Plan, waiting: &Waiting) -> String {
    let each = |block: &Block| format!("{block} is {}", participle(plan, block));
    let after: Vec<String> = match &waiting.hold {
        Hold::Repetition { on, .. } | Hold::Behind(on) => on.iter().map(each).collect(),
    };
    format!("{} will be planned after {}", waiting.block, join(&after))
}

/// The word that Terraform's JSON has for why it waits.
#[must_use]
pub fn reason(waiting: &Waiting) -> &'static str {
    match waiting.hold {
        Hold::Repetition { .. } => "instance_count_unknown",
        Hold::Behind(_) => "deferred_prereq",
    }
}

/// Why it waits, as words without a full stop.
#[must_use]
pub fn because(waiting: &Waiting) -> String {
    match &waiting.hold {
        Hold::Repetition { word, waits, .. } => {
            let names: Vec<String> = waits.iter().map(Name::to_string).collect();
            let whose = if word.contains(' ') { "the" } else { "its" };
            format!("{whose} {word} is known then: it refers to {}", join(&names))
        }
        Hold::Behind(_) => "it needs what waits itself".to_owned(),
    }
}

fn participle(plan: &Plan, block: &Block) -> &'static str {
    if plan.waiting.iter().any(|waiting| waiting.block == *block) {
        return "planned";
    }
    // In instances of modules the block stands in as many places.
    let (from, whole) = match block.module.is_root() {
        true => (plan.changes.partition_point(|change| change.addr.block < *block), false),
        false => (0, true),
    };
    let own = plan.changes[from..].iter().take_while(|change| whole || change.addr.block == *block);
    let own = own.filter(|change| !whole || *change.addr.block.declared() == *block);
    match own.map(|change| change.action).find(|action| *action != Action::NoOp) {
        Some(Action::Read) => "read",
        Some(Action::Update) => "updated",
        Some(Action::Replace | Action::ReplaceCreateFirst) => "replaced",
        Some(Action::Delete | Action::Forget) => "gone",
        Some(Action::Create | Action::NoOp) | None => "made",
    }
}

fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
