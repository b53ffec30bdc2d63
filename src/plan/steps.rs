//! Lowers changes to numbered steps with edges.
//!
//! **Never:** decide what happens to an object; the changes say it. In: changes in address order
//! and what each prior object needed. Out: steps, each numbered after everything it needs.
//! The decision to question: "delete after what referred to it is updated" and "what was replaced
//! goes last" are wishes that give way where they would close a circle; all other edges are rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Block, Key};

use super::change::{Action, Change, Step, StepAct};

/// Lowers changes. `needed` says for each change which blocks its prior object needed, as the
/// state has it; what is made needs the blocks of [`Change::needs`]. `follows` names pairs of changes:
/// the object of the first can only be made when that of the second is gone, because both have one id.
///
/// Source of the order: Terraform, "Resource Lifecycle" and its destroy edges: an object is
/// made after what it needs; it is deleted after all that needed it is deleted.
#[must_use]
pub fn lower(changes: &[Change], needed: &[Vec<Block>], follows: &[(usize, usize)]) -> Vec<Step> {
    let mut net = Net::default();
    for (place, change) in changes.iter().enumerate() {
        net.add_change(place, change);
    }
    let made = index(changes, &net.made);
    let gone = index(changes, &net.gone);
    for (place, change) in changes.iter().enumerate() {
        net.connect_made(place, change, &made);
        if let Some(needed) = needed.get(place) {
            net.connect_gone(place, change, needed, changes, &gone);
        }
    }
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
    /// For each step the steps that it waits for, and whether that is only a wish.
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

    fn connect_made(&mut self, place: usize, change: &Change, made: &ByBlock<'_>) {
        let Some(entry) = self.entry[place] else { return };
        for block in change.needs.iter().filter(|block| !is_own(block, change)) {
            for (needed, _) in made.get(block).into_iter().flatten() {
                self.wait(entry, *needed);
            }
        }
    }

    /// What the prior object of this change needed is deleted after it is deleted, or after it is
    /// updated to need it no longer.
    fn connect_gone(
        &mut self,
        place: usize,
        change: &Change,
        needed: &[Block],
        changes: &[Change],
        gone: &ByBlock<'_>,
    ) {
        for block in needed.iter().filter(|block| !is_own(block, change)) {
            for (deletion, other) in gone.get(block).into_iter().flatten() {
                let half_made = changes[*other].why.is_tainted() && changes[*other].action == Action::Replace;
                if half_made && change.action == Action::ReplaceCreateFirst {
                    // What is made first needed the object that the half made one was to replace.
                    continue;
                }
                if let Some(own) = self.gone[place] {
                    self.wait(*deletion, own);
                }
                let after_update = match changes[*other].action {
                    Action::Delete => change.action == Action::Update,
                    Action::ReplaceCreateFirst => true,
                    _ => false,
                };
                if let (true, Some(own)) = (after_update, self.made[place]) {
                    self.waits[*deletion].push((own, true));
                }
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
    fn number(self) -> Vec<Step> {
        let count = self.acts.len();
        let mut missing = vec![(0_usize, 0_usize); count];
        let mut waiting: Vec<Vec<(usize, bool)>> = vec![Vec::new(); count];
        for (step, waits) in self.waits.iter().enumerate() {
            for (needed, wish) in waits {
                waiting[*needed].push((step, *wish));
                if *wish { missing[step].1 += 1 } else { missing[step].0 += 1 }
            }
        }
        let mut ready: BTreeSet<usize> = (0..count).filter(|step| missing[*step] == (0, 0)).collect();
        let mut wishing: BTreeSet<usize> =
            (0..count).filter(|step| missing[*step].0 == 0 && missing[*step].1 > 0).collect();
        let mut numbers: Vec<Option<u32>> = vec![None; count];
        let mut lowest = 0;
        let mut steps = Vec::with_capacity(count);
        while steps.len() < count {
            while numbers.get(lowest).is_some_and(Option::is_some) {
                lowest += 1;
            }
            let next = ready.pop_first().or_else(|| wishing.pop_first()).unwrap_or(lowest);
            let mut needs: Vec<u32> = self.waits[next].iter().filter_map(|(needed, _)| numbers[*needed]).collect();
            needs.sort_unstable();
            needs.dedup();
            let number = u32::try_from(steps.len()).unwrap_or(u32::MAX);
            numbers[next] = Some(number);
            let (change, act) = self.acts[next];
            steps.push(Step { number, change, act, needs });
            for (step, wish) in &waiting[next] {
                if numbers[*step].is_some() {
                    continue;
                }
                let left = &mut missing[*step];
                if *wish {
                    left.1 -= 1
                } else {
                    left.0 -= 1
                }
                match *left {
                    (0, 0) => {
                        wishing.remove(step);
                        ready.insert(*step);
                    }
                    (0, _) => {
                        wishing.insert(*step);
                    }
                    _ => {}
                }
            }
        }
        steps
    }
}
