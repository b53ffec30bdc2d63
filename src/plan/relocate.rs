//! What `moved` and `removed` blocks mean for a plan: where they stand, what is wrong with them,
//! and what the state is told about objects that are called something else now.
//!
//! **Never:** change an object. In: the walk. Out: moves, findings, and what refreshing found under
//! its new addresses. The decision to question: the new address is recorded before the old one is
//! given up, so that a crash between the two records loses nothing; `moves` and `laid` know an
//! object that was recorded twice.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::{Addr, Block, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::module::Module;
use crate::value::Name;

use super::Refreshed;
use super::change::{Action, Change, Move};
use super::moves::{self, Moves};
use super::removed;
use super::targets::Selection;
use super::walk::Walk;

/// All `moved` blocks of a configuration.
pub(crate) fn statements(module: &Module) -> Vec<moves::Statement<'_>> {
    let own = module.moved.iter().filter(|moved| !moves::is_of_data(moved));
    own.map(|moved| moves::Statement::new(Vec::new(), moved)).collect()
}

/// All `removed` blocks of a configuration.
pub(crate) fn removed(module: &Module) -> Vec<removed::Statement<'_>> {
    module.removed.iter().map(|removed| removed::Statement { within: Vec::new(), removed }).collect()
}

/// Warns of what could not move, and refuses to move what the plan does not look at.
pub(crate) fn judge(moves: &Moves, selection: &Selection) -> Diagnostics {
    let mut out = Diagnostics::none();
    out.0.extend(moves.warning());
    let left: Vec<String> = moves
        .moved
        .keys()
        .filter(|to| !selection.holds(to))
        .map(|to| format!("\n  -target={}", super::import::quoted(&to.to_string())))
        .collect();
    if !left.is_empty() {
        let detail = format!(
            "Resource instances in your current state have moved to new addresses in the latest configuration. acier must \
             include those resource instances while planning in order to ensure a correct result, but your -target=... \
             and -exclude=... options do not fully cover all of those resource instances.\n\nTo create a valid plan, \
             either remove these options altogether or add the following additional target options:{}\n\nNote that adding \
             these options may include further additional resource instances in your plan, in order to respect object \
             dependencies.",
            left.concat()
        );
        out.push(Diagnostic::error("Moved resource instances excluded by targeting", detail));
    }
    out
}

/// The new names of blocks whose objects moved.
pub(crate) type Renames = BTreeMap<Block, BTreeSet<Block>>;

/// What an object needs, by the names that hold now.
pub(crate) fn renamed(renames: &Renames, needs: &[Block]) -> Vec<Block> {
    if renames.is_empty() {
        return needs.to_vec();
    }
    let one = |block: &Block| match renames.get(block) {
        Some(now) => now.iter().cloned().collect(),
        None => vec![block.clone()],
    };
    needs.iter().flat_map(one).collect()
}

impl Walk<'_> {
    /// Refuses blocks that contradict the configuration or one another.
    pub(crate) fn check_statements(&mut self, statements: &[moves::Statement<'_>]) {
        let module: Rc<Module> = self.module.clone();
        let declared = |_: &[Name], target: &Target| match target {
            Target::Module(_) => false,
            Target::Block(block) => module.blocks.contains_key(block),
            Target::Instance(addr) => self.places.contains_key(addr),
        };
        let mut found = moves::check(statements, &declared);
        found.extend(removed::check(&self.removed, &declared));
        self.diagnostics.extend(found);
    }

    /// Every move: old and new address.
    fn all_moves(&self) -> impl Iterator<Item = (&Addr, &Addr)> {
        let passed: BTreeSet<&Addr> = self.moved.values().map(|(from, _)| from).collect();
        let said = self.moves.moved.iter().filter(move |(to, _)| !passed.contains(*to));
        let said = said.map(|(to, from)| (from, to));
        let meant = self.moved.iter().map(|(to, (from, _))| (self.moves.origin(from), to));
        said.chain(meant)
    }

    /// The new names of blocks whose objects moved; a block that keeps some objects keeps its name, too.
    pub(crate) fn renames(&self) -> Renames {
        let mut renames = Renames::new();
        for (from, to) in self.all_moves().filter(|(from, to)| from.block != to.block) {
            renames.entry(from.block.clone()).or_default().insert(to.block.clone());
        }
        for (block, now) in &mut renames {
            if self.module.blocks.contains_key(block) || !self.standing(block).is_empty() {
                now.insert(block.clone());
            }
        }
        renames
    }

    /// Tells what was found by the addresses that hold now, and lists the moves.
    pub(crate) fn relocate(&self, refreshed: &mut Refreshed, drift: &mut [Change]) -> Vec<Move> {
        let mut moves = Vec::new();
        for (addr, key) in &self.laid.restored {
            let object = self.prior(addr).cloned();
            refreshed.found.push(((*addr).clone(), None, object));
            refreshed.found.push((self.moves.origin(addr).clone(), Some((*key).clone()), None));
            moves.push(Move { from: (*addr).clone(), deposed: Some((*key).clone()), to: (*addr).clone() });
        }
        let moved: BTreeMap<&Addr, &Addr> = self.all_moves().collect();
        if moved.is_empty() && self.moves.settled.is_empty() {
            return moves;
        }
        refreshed.found.retain(|(addr, _, _)| !moved.contains_key(addr));
        for (from, to) in &moved {
            let object = self.prior(to).cloned();
            refreshed.found.push(((*to).clone(), None, object));
            for ((_, key), object) in self.laid.deposed.iter().filter(|((addr, _), _)| addr == to) {
                refreshed.found.push(((*to).clone(), Some((*key).clone()), Some((*object).clone())));
                refreshed.found.push(((*from).clone(), Some((*key).clone()), None));
            }
            refreshed.found.push(((*from).clone(), None, None));
            moves.push(Move { from: (*from).clone(), deposed: None, to: (*to).clone() });
        }
        refreshed.found.extend(self.moves.settled.iter().map(|addr| (addr.clone(), None, None)));
        for change in drift.iter_mut().filter(|change| change.action != Action::NoOp) {
            if let Some(to) = moved.get(&change.addr) {
                change.addr = (*to).clone();
            }
        }
        self.rename_needs(refreshed);
        moves
    }

    /// Objects that need what moved are told its new name: it decides in which order they go one day.
    fn rename_needs(&self, refreshed: &mut Refreshed) {
        let renames = self.renames();
        if renames.is_empty() {
            return;
        }
        for (_, deposed, object) in &mut refreshed.found {
            if let (None, Some(object)) = (deposed, object) {
                object.needs = renamed(&renames, &object.needs);
            }
        }
        let told: BTreeSet<Addr> = refreshed.found.iter().map(|(addr, _, _)| addr.clone()).collect();
        for (addr, object) in &self.laid.objects {
            if !told.contains(*addr) && object.needs.iter().any(|block| renames.contains_key(block)) {
                let mut object = (*object).clone();
                object.needs = renamed(&renames, &object.needs);
                refreshed.found.push(((*addr).clone(), None, Some(object)));
            }
        }
    }
}
