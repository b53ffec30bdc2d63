//! What `moved` and `removed` blocks mean for a plan: where they stand, what is wrong with them,
//! and what the state is told about objects that are called something else now.
//!
//! **Never:** change an object. In: the walk. Out: moves, findings, and what refreshing found under
//! its new addresses. The decision to question: the new address is recorded before the old one is
//! given up, so that a crash between the two records loses nothing; `moves` and `laid` know an
//! object that was recorded twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block, Key, ModulePath, ModuleStep, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::tree::Tree;
use crate::value::Name;

use super::Refreshed;
use super::change::{Action, Change, Move};
use super::moves::{self, Moves};
use super::removed;
use super::targets::Selection;
use super::walk::Walk;

/// All `moved` blocks of a configuration.
pub(crate) fn statements(tree: &Tree) -> Vec<moves::Statement<'_>> {
    let all = tree.units().flat_map(|(_, unit)| unit.module.moved.iter().map(move |moved| (unit, moved)));
    let all = all.filter(|(_, moved)| !moves::is_of_data(moved));
    all.map(|(unit, moved)| moves::Statement::new(names(&unit.path), moved)).collect()
}

fn names(path: &ModulePath) -> Vec<Name> {
    path.0.iter().map(|step| step.name.clone()).collect()
}

/// All `removed` blocks of a configuration.
pub(crate) fn removed(tree: &Tree) -> Vec<removed::Statement<'_>> {
    let all = tree.units().flat_map(|(_, unit)| unit.module.removed.iter().map(move |removed| (unit, removed)));
    all.map(|(unit, removed)| removed::Statement { within: names(&unit.path), removed }).collect()
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

/// The new names of blocks whose objects moved. A block that keeps some objects, which are among those that
/// stand after the moves, keeps its name, too, and so does one that `keeps` says so of.
pub(crate) fn renames<'a>(
    moves: impl Iterator<Item = (&'a Addr, &'a Addr)>,
    standing: impl Iterator<Item = &'a Addr>,
    keeps: &dyn Fn(&Block) -> bool,
) -> Renames {
    let mut renames = Renames::new();
    for (from, to) in moves.filter(|(from, to)| from.block != to.block) {
        renames.entry(from.block.clone()).or_default().insert(to.block.clone());
        // An object may need a block in any instance of its module, or of the modules in one instance.
        let (own, now) = (&from.block.module, &to.block.module);
        for shared in 0..own.0.len() {
            let told = if now.0.len() == own.0.len() { shared } else { 0 };
            let wide = from.block.within(own.widened(shared));
            let now = to.block.within(now.widened(told));
            if wide != from.block && wide != now {
                renames.entry(wide).or_default().insert(now);
            }
        }
    }
    if renames.is_empty() {
        return renames;
    }
    let standing: BTreeSet<_> = standing.map(|addr| addr.block.declared()).collect();
    for (block, now) in &mut renames {
        if keeps(block) || standing.contains(&block.declared()) {
            now.insert(block.clone());
        }
    }
    renames
}

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
        if statements.is_empty() && self.removed.is_empty() {
            return;
        }
        let tree = self.tree.clone();
        let mut instances: BTreeSet<ModulePath> = BTreeSet::new();
        for (unit, _) in tree.units() {
            instances.extend(self.scope.instances(unit).unwrap_or_default());
        }
        // The calls around a statement stand for all their instances; what it says itself is exact.
        let paths = |within: &[Name], inner: &ModulePath| {
            let (depth, inner) = (within.len(), inner.clone());
            let around = |path: &ModulePath| path.0.iter().zip(within).all(|(step, name)| step.name == *name);
            let found = instances.iter().filter(|path| path.0.get(depth..) == Some(&inner.0) && around(path));
            found.cloned().collect::<Vec<ModulePath>>()
        };
        let stands = |within: &[Name], target: &Target, whole: bool| match target {
            Target::Module(path) if whole => path.0.split_last().is_some_and(|(call, above)| {
                let around = paths(within, &ModulePath(above.to_vec()));
                around.into_iter().any(|above| tree.find(&above.call(&call.name, Key::None)).is_some())
            }),
            Target::Module(path) => !paths(within, path).is_empty(),
            Target::Block(block) => {
                paths(within, &block.module).into_iter().any(|path| tree.resource(&block.within(path)).is_some())
            }
            Target::Instance(addr) => {
                let mut blocks = paths(within, &addr.block.module).into_iter().map(|path| addr.block.within(path));
                blocks.any(|block| self.places.contains_key(&block.instance(addr.key.clone())))
            }
        };
        let declared = |within: &[Name], target: &Target| {
            let plain = within.iter().map(|name| ModuleStep { name: name.clone(), key: Key::None });
            let around = |inner: &ModulePath| ModulePath(plain.chain(inner.0.iter().cloned()).collect());
            match target {
                Target::Module(path) => tree.find(&around(path)).is_some(),
                Target::Block(block) | Target::Instance(Addr { block, .. }) => {
                    tree.resource(&block.within(around(&block.module))).is_some()
                }
            }
        };
        let mut found = moves::check(statements, &stands);
        found.extend(removed::check(&self.removed, &declared));
        self.diagnostics.extend(found);
    }

    /// Every move: old and new address.
    fn all_moves(&self) -> impl Iterator<Item = (&Addr, &Addr)> {
        self.moves.moved.iter().map(|(to, from)| (from, to))
    }

    /// The new names of blocks whose objects moved; a block that is declared keeps its name, too.
    pub(crate) fn renames(&self) -> Renames {
        let standing = self.laid.objects.keys().copied();
        renames(self.all_moves(), standing, &|block| self.tree.resource(block).is_some())
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
