//! Lowers changes to numbered steps with edges.
//!
//! **Never:** decide what happens to an object; the changes say it. In: changes in address order
//! and what each prior object needed. Out: steps, each numbered after everything it needs. What many
//! instances need of many others passes through one gate, for thousands of each make millions of pairs.
//! The decision to question: "delete after what referred to it is updated" and "what was replaced
//! goes last" are wishes that give way where they would close a circle; all other edges are rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Block, Key};

use super::change::{Action, Change, Step, StepAct};

/// What changes are lowered to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lowered {
    /// Becomes [`super::Plan::steps`].
    pub steps: Vec<Step>,
    /// Becomes [`super::Plan::sets`].
    pub sets: Vec<Vec<u32>>,
}

/// More pairs of steps than this go through a gate.
const MANY: usize = 64;

/// Lowers changes. `needed` says for each change which blocks its prior object needed, as the
/// state has it; what is made needs the blocks of [`Change::needs`]. `follows` names pairs of changes:
/// the object of the first can only be made when that of the second is gone, because both have one id.
///
/// Source of the order: Terraform, "Resource Lifecycle" and its destroy edges: an object is
/// made after what it needs; it is deleted after all that needed it is deleted.
#[must_use]
pub fn lower(changes: &[Change], needed: &[Vec<Block>], follows: &[(usize, usize)]) -> Lowered {
    let mut net = Net::default();
    for (place, change) in changes.iter().enumerate() {
        net.add_change(place, change);
    }
    net.connect_made(changes);
    net.connect_gone(changes, needed);
    net.connect_deposed(changes);
    for (maker, goer) in follows {
        let steps = (net.entry.get(*maker).copied().flatten(), net.gone.get(*goer).copied().flatten());
        if let (Some(entry), Some(gone)) = steps {
            net.wait(entry, gone);
        }
    }
    net.number()
}

/// The steps of one sort by block, with the change each belongs to. A block in an instance of a
/// module also stands under its names with fewer keys, which stand for all instances.
type ByBlock<'a> = BTreeMap<Cow<'a, Block>, Vec<(usize, usize)>>;

fn index<'a>(changes: &'a [Change], steps: &[Option<usize>]) -> ByBlock<'a> {
    let mut index = ByBlock::new();
    for (place, (change, step)) in changes.iter().zip(steps).enumerate() {
        let Some(step) = step else { continue };
        let block = &change.addr.block;
        index.entry(Cow::Borrowed(block)).or_default().push((*step, place));
        let mut wider = block.module.clone();
        for at in (0..wider.0.len()).rev() {
            if std::mem::take(&mut wider.0[at].key) != Key::None {
                index.entry(Cow::Owned(block.within(wider.clone()))).or_default().push((*step, place));
            }
        }
    }
    index
}

/// The changes that need each block, but for those of the block itself.
fn users<'a>(changes: &[Change], needs: impl Iterator<Item = &'a [Block]>) -> BTreeMap<&'a Block, Vec<usize>> {
    let mut users: BTreeMap<&Block, Vec<usize>> = BTreeMap::new();
    for (place, (change, needs)) in changes.iter().zip(needs).enumerate() {
        for block in needs.iter().filter(|block| !is_own(block, change)) {
            users.entry(block).or_default().push(place);
        }
    }
    users
}

/// Whether a need of an object is one of its own block, which all its instances have in common.
fn is_own(need: &Block, change: &Change) -> bool {
    let own = &change.addr.block;
    if own.module.is_root() || need.module.is_root() { need == own } else { need.declared() == own.declared() }
}

#[derive(Default)]
struct Net {
    acts: Vec<(usize, StepAct)>,
    /// For each change the step that makes, updates or reads its object.
    made: Vec<Option<usize>>,
    /// For each change the first step of that side: what must wait for what the object needs.
    entry: Vec<Option<usize>>,
    /// For each change the step that deletes its object.
    gone: Vec<Option<usize>>,
    /// For each step the steps that it waits for, and whether that is only a wish. Behind the steps
    /// stand gates, which are passed as soon as all that they wait for is numbered.
    waits: Vec<Vec<(usize, bool)>>,
}

impl Net {
    fn step(&mut self, change: usize, act: StepAct) -> usize {
        self.acts.push((change, act));
        self.waits.push(Vec::new());
        self.acts.len() - 1
    }

    fn add_change(&mut self, place: usize, change: &Change) {
        let (entry, made, gone) = match change.action {
            Action::NoOp => (None, None, None),
            Action::Read => self.only(place, StepAct::Read),
            Action::Create => self.only(place, StepAct::Create),
            Action::Update => self.only(place, StepAct::Update),
            Action::Forget => {
                self.step(place, StepAct::Forget);
                (None, None, None)
            }
            Action::Delete => (None, None, Some(self.step(place, StepAct::Delete))),
            Action::Replace => {
                let gone = self.step(place, StepAct::Delete);
                let made = self.step(place, StepAct::Create);
                self.wait(made, gone);
                (Some(made), Some(made), Some(gone))
            }
            Action::ReplaceCreateFirst => {
                let deposed = self.step(place, StepAct::Depose);
                let made = self.step(place, StepAct::Create);
                let gone = self.step(place, StepAct::Delete);
                self.wait(made, deposed);
                self.wait(gone, made);
                (Some(deposed), Some(made), Some(gone))
            }
        };
        self.entry.push(entry);
        self.made.push(made);
        self.gone.push(gone);
    }

    fn only(&mut self, place: usize, act: StepAct) -> (Option<usize>, Option<usize>, Option<usize>) {
        let step = Some(self.step(place, act));
        (step, step, None)
    }

    fn wait(&mut self, step: usize, needed: usize) {
        self.waits[step].push((needed, false));
    }

    /// Each of some steps waits for all of others.
    fn wait_all(&mut self, steps: &[usize], needed: impl IntoIterator<Item = usize>, wish: bool) {
        let mut needed: Vec<(usize, bool)> = needed.into_iter().map(|needed| (needed, wish)).collect();
        if steps.len() > 1 && needed.len() > 1 && steps.len() * needed.len() > MANY {
            needed.iter_mut().for_each(|(_, wish)| *wish = false);
            self.waits.push(needed);
            needed = vec![(self.waits.len() - 1, wish)];
        }
        for step in steps {
            self.waits[*step].extend(&needed);
        }
    }

    fn connect_made(&mut self, changes: &[Change]) {
        let made = index(changes, &self.made);
        for (block, users) in users(changes, changes.iter().map(|change| &*change.needs)) {
            let entries: Vec<usize> = users.iter().filter_map(|place| self.entry[*place]).collect();
            let needed = made.get(block).into_iter().flatten();
            self.wait_all(&entries, needed.map(|(step, _)| *step), false);
        }
    }

    /// What the prior object of a change needed is deleted after that is deleted, or after it is
    /// updated to need it no longer.
    fn connect_gone(&mut self, changes: &[Change], needed: &[Vec<Block>]) {
        let gone = index(changes, &self.gone);
        for (block, users) in users(changes, needed.iter().map(Vec::as_slice)) {
            let mut alike: BTreeMap<(Action, bool), Vec<usize>> = BTreeMap::new();
            for (deletion, other) in gone.get(block).into_iter().flatten() {
                let Change { action, why, .. } = &changes[*other];
                let half_made = why.is_tainted() && *action == Action::Replace;
                alike.entry((*action, half_made)).or_default().push(*deletion);
            }
            for ((action, half_made), deletions) in alike {
                let first = |place: &&usize| changes[**place].action == Action::ReplaceCreateFirst;
                // What is made first needed the object that the half made one was to replace.
                let users = users.iter().filter(|place| !(half_made && first(place)));
                let own: Vec<usize> = users.clone().filter_map(|place| self.gone[*place]).collect();
                self.wait_all(&deletions, own, false);
                let after_update = |place: &&usize| match action {
                    Action::Delete => changes[**place].action == Action::Update,
                    Action::ReplaceCreateFirst => true,
                    _ => false,
                };
                let updated: Vec<usize> = users.filter(after_update).filter_map(|place| self.made[*place]).collect();
                self.wait_all(&deletions, updated, true);
            }
        }
    }

    /// What an earlier apply has replaced stays until its replacement, if that is made again now,
    /// stands; a wish, because the replacement may need the very id.
    fn connect_deposed(&mut self, changes: &[Change]) {
        let mut current = None;
        for (place, change) in changes.iter().enumerate() {
            if change.deposed.is_none() {
                current = Some(place);
            } else if let (Some(gone), Some(current)) = (self.gone[place], current)
                && changes[current].addr == change.addr
                && let Some(made) = self.made[current]
            {
                self.waits[gone].push((made, true));
            }
        }
    }

    /// Numbers the steps, each after what it waits for. Where only wishes close a circle they are
    /// dropped, lowest step first; a circle of rules can only come from a state that was edited
    /// by hand, and is cut the same way, so that a plan always comes to an end.
    fn number(self) -> Lowered {
        let mut counted = Numbering::of(&self.waits, self.acts.len());
        let mut lowest = 0;
        let mut lowered = Lowered::default();
        while lowered.steps.len() < self.acts.len() {
            while counted.numbers.get(lowest).is_some_and(Option::is_some) {
                lowest += 1;
            }
            let next = counted.ready.pop_first().or_else(|| counted.wishing.pop_first()).unwrap_or(lowest);
            let (mut needs, mut sets) = (Vec::new(), Vec::new());
            for (needed, _) in &self.waits[next] {
                match (counted.numbers[*needed], *needed < self.acts.len()) {
                    (Some(number), true) => needs.push(number),
                    (Some(set), false) => sets.push(set),
                    // It gave way.
                    (None, true) => {}
                    // So did some of these.
                    (None, false) => {
                        needs.extend(self.waits[*needed].iter().filter_map(|(step, _)| counted.numbers[*step]));
                    }
                }
            }
            for list in [&mut needs, &mut sets] {
                list.sort_unstable();
                list.dedup();
            }
            let number = u32::try_from(lowered.steps.len()).unwrap_or(u32::MAX);
            let (change, act) = self.acts[next];
            lowered.steps.push(Step { number, change, act, needs, sets });
            for gate in counted.pass(next, number) {
                let mut set: Vec<u32> =
                    self.waits[gate].iter().filter_map(|(step, _)| counted.numbers[*step]).collect();
                set.sort_unstable();
                set.dedup();
                counted.numbers[gate] = u32::try_from(lowered.sets.len()).ok();
                lowered.sets.push(set);
                counted.release(gate);
            }
        }
        lowered
    }
}

/// What is numbered, and what could be next.
struct Numbering {
    steps: usize,
    /// For each step and gate what waits for it, and whether that is only a wish.
    waiting: Vec<Vec<(usize, bool)>>,
    /// How many rules and wishes each still waits for.
    missing: Vec<(usize, usize)>,
    numbers: Vec<Option<u32>>,
    ready: BTreeSet<usize>,
    wishing: BTreeSet<usize>,
}

impl Numbering {
    fn of(waits: &[Vec<(usize, bool)>], steps: usize) -> Numbering {
        let mut missing = vec![(0, 0); waits.len()];
        let mut waiting: Vec<Vec<(usize, bool)>> = vec![Vec::new(); waits.len()];
        for (step, waits) in waits.iter().enumerate() {
            for (needed, wish) in waits {
                waiting[*needed].push((step, *wish));
                if *wish { missing[step].1 += 1 } else { missing[step].0 += 1 }
            }
        }
        let ready = (0..steps).filter(|step| missing[*step] == (0, 0)).collect();
        let wishing = (0..steps).filter(|step| missing[*step].0 == 0 && missing[*step].1 > 0).collect();
        Numbering { steps, waiting, numbers: vec![None; missing.len()], missing, ready, wishing }
    }

    /// Numbers a step; the gates that open with it.
    fn pass(&mut self, step: usize, number: u32) -> Vec<usize> {
        self.numbers[step] = Some(number);
        self.release(step)
    }

    /// What waited for a step or gate waits for it no longer; the gates that open with it.
    fn release(&mut self, done: usize) -> Vec<usize> {
        let mut open = Vec::new();
        for (step, wish) in std::mem::take(&mut self.waiting[done]) {
            if self.numbers[step].is_some() {
                continue;
            }
            let left = &mut self.missing[step];
            if wish {
                left.1 -= 1
            } else {
                left.0 -= 1
            }
            match *left {
                (0, 0) if step >= self.steps => open.push(step),
                (0, 0) => {
                    self.wishing.remove(&step);
                    self.ready.insert(step);
                }
                (0, _) => {
                    self.wishing.insert(step);
                }
                _ => {}
            }
        }
        open
    }
}
