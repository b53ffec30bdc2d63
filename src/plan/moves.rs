//! Which objects have other addresses now, as `moved` blocks say.
//!
//! **Never:** touch an object: a move changes what it is called. In: statements and the addresses of
//! the state. Out: pairs of addresses, and what could not move. The decision to question: an object
//! found at both ends of a move is one whose record a crash cut in two; it has moved. Source of the
//! rules: Terraform, "Refactoring".

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block, Key, Mode, ModulePath, ModuleStep, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::module::{Moved, Repetition};
use crate::lang::tree::Tree;
use crate::value::Name;

use super::precedence::order;

/// A `moved` block and where it speaks: the names of the calls that lead to its module.
#[derive(Clone, Debug)]
pub(crate) struct Statement<'m> {
    pub(super) within: Vec<Name>,
    pub(super) from: Target,
    pub(super) to: Target,
    pub(super) moved: &'m Moved,
}

/// What came of all statements.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    /// The old addresses of objects by their new ones.
    pub(crate) moved: BTreeMap<Addr, Addr>,
    /// Old addresses that are only half a record of an object that has moved already.
    pub(crate) settled: Vec<Addr>,
    /// What could not move because an object stands there.
    blocked: Vec<(Addr, Addr)>,
    /// Blocks that a statement names; nothing is guessed about them.
    named: BTreeSet<Block>,
}

impl<'m> Statement<'m> {
    /// Reads a block of the module that the calls `within` lead to. Both sides are brought to one
    /// level: where one has an instance key, the other is the instance without one.
    pub(crate) fn new(within: Vec<Name>, moved: &'m Moved) -> Statement<'m> {
        let (from, to) = match (moved.from.clone(), moved.to.clone()) {
            (Target::Block(from), to @ Target::Instance(_)) => (Target::Instance(from.instance(Key::None)), to),
            (from @ Target::Instance(_), Target::Block(to)) => (from, Target::Instance(to.instance(Key::None))),
            both => both,
        };
        Statement { within, from, to, moved }
    }

    /// Whether a module moves as a whole, with all instances of its call.
    fn whole_call(&self) -> bool {
        let plain = |side: &Target| match side {
            Target::Module(path) => path.0.last().is_some_and(|step| step.key == Key::None),
            _ => false,
        };
        plain(&self.from) && plain(&self.to)
    }

    /// The new address of an object, if the statement is about it.
    pub(crate) fn carry(&self, addr: &Addr) -> Option<Addr> {
        let depth = self.within.len();
        let path = &addr.block.module.0;
        if path.len() < depth || path.iter().zip(&self.within).any(|(step, name)| step.name != *name) {
            return None;
        }
        let (around, rest) = path.split_at(depth);
        let join = |inner: &ModulePath, behind: &[ModuleStep]| {
            ModulePath(around.iter().chain(&inner.0).chain(behind).cloned().collect())
        };
        match (&self.from, &self.to) {
            (Target::Module(from), Target::Module(to)) => {
                let length = from.0.len();
                let inner = rest.get(..length)?;
                let (last, before) = inner.split_last()?;
                let (wanted, above) = from.0.split_last()?;
                let same = before == above && last.name == wanted.name && (self.whole_call() || last.key == wanted.key);
                if !same {
                    return None;
                }
                let mut module = join(to, &rest[length..]);
                if self.whole_call()
                    && let Some(step) = module.0.get_mut(depth + to.0.len() - 1)
                {
                    step.key = last.key.clone();
                }
                Some(Block { module, ..addr.block.clone() }.instance(addr.key.clone()))
            }
            (Target::Block(from), Target::Block(to)) => {
                let same = rest == from.module.0 && same_block(&addr.block, from);
                same.then(|| Block { module: join(&to.module, &[]), ..to.clone() }.instance(addr.key.clone()))
            }
            (Target::Instance(from), Target::Instance(to)) => {
                let same = rest == from.block.module.0 && same_block(&addr.block, &from.block) && addr.key == from.key;
                let block = || Block { module: join(&to.block.module, &[]), ..to.block.clone() };
                same.then(|| block().instance(to.key.clone()))
            }
            _ => None,
        }
    }

    /// What tells an end from others; a call is not its one instance without a key.
    fn key(&self, side: &Target) -> String {
        let around = self.within.iter().map(|name| format!("{name}/")).collect::<String>();
        format!("{around} {side:?} {}", self.whole_call())
    }
}

fn same_block(block: &Block, other: &Block) -> bool {
    block.mode == other.mode && block.kind == other.kind && block.name == other.name
}

/// Carries out all statements on the addresses of a state. `ids` tells which object stands where.
pub(crate) fn decide<'a>(
    statements: &[Statement<'_>],
    addrs: impl Iterator<Item = (&'a Addr, &'a Name)>,
) -> Result<Moves, Diagnostics> {
    if statements.is_empty() {
        return Ok(Moves::default());
    }
    let order = order(statements)?;
    let mut places = Places::default();
    addrs.for_each(|(addr, id)| places.put(addr, addr, id));
    let mut moves = Moves::default();
    for statement in order {
        moves.note(statement);
        for old in places.candidates(statement) {
            let Some(new) = statement.carry(&old) else { continue };
            places.shift(&old, &new, &mut moves);
        }
    }
    for (block, instances) in &places.0 {
        for (key, (origin, _)) in instances {
            let now = block.instance(key.clone());
            if now != *origin {
                moves.moved.insert(now, origin.clone());
            }
        }
    }
    Ok(moves)
}

impl Moves {
    /// Adding or removing `count` does not destroy the one object that was there before, also where
    /// `count` is 0 now. Nothing is guessed about what a statement names, or has carried here.
    /// Source of the rule: Terraform, "Refactoring", enabling `count` for a resource.
    pub(crate) fn imply<'a>(&mut self, tree: &Tree, addrs: impl Iterator<Item = &'a Addr> + Clone) {
        let single = addrs.clone().filter(|addr| matches!(addr.key, Key::None | Key::Int(0)));
        let mut implied = Vec::new();
        for addr in single {
            let Some(resource) = tree.resource(&addr.block) else { continue };
            let key = match (&resource.repetition, &addr.key) {
                (Repetition::Count(_), Key::None) => Key::Int(0),
                (Repetition::Once | Repetition::Enabled(_), Key::Int(_)) => Key::None,
                _ => continue,
            };
            if !self.name(&addr.block) {
                implied.push((addr.block.instance(key), addr.clone()));
            }
        }
        if implied.is_empty() {
            return;
        }
        let standing: BTreeSet<&Addr> = addrs.collect();
        let left: BTreeSet<&Addr> = self.moved.values().collect();
        implied.retain(|(to, from)| !standing.contains(to) && !left.contains(from) && !self.moved.contains_key(to));
        self.moved.extend(implied);
    }

    fn note(&mut self, statement: &Statement<'_>) {
        for side in [&statement.from, &statement.to] {
            if let Target::Block(block) | Target::Instance(Addr { block, .. }) = side {
                let calls = statement.within.iter().chain(block.module.0.iter().map(|step| &step.name));
                let calls = calls.map(|name| ModuleStep { name: name.clone(), key: Key::None });
                self.named.insert(Block { module: ModulePath(calls.collect()), ..block.clone() });
            }
        }
    }

    /// Whether a statement names a block, so that nothing is guessed about it.
    pub(crate) fn name(&self, block: &Block) -> bool {
        if self.named.is_empty() {
            return false;
        }
        let calls = block.module.0.iter().map(|step| ModuleStep { name: step.name.clone(), key: Key::None });
        self.named.contains(&Block { module: ModulePath(calls.collect()), ..block.clone() })
    }

    /// The address that the object at an address had in the state.
    pub(crate) fn origin<'s>(&'s self, addr: &'s Addr) -> &'s Addr {
        self.moved.get(addr).unwrap_or(addr)
    }

    /// What is said about objects that could not move.
    pub(crate) fn warning(&self) -> Option<Diagnostic> {
        if self.blocked.is_empty() {
            return None;
        }
        let lines = self.blocked.iter().map(|(from, to)| format!("\n  - {from} could not move to {to}"));
        let detail = format!(
            "acier tried to adjust resource instance addresses in the prior state based on change information recorded \
             in the configuration, but some adjustments did not succeed due to existing objects already at the intended \
             addresses:{}\n\nacier has planned to destroy these objects. If acier's proposed changes aren't appropriate, \
             you must first resolve the conflicts using the \"acier state\" subcommands and then create a new plan.",
            lines.collect::<String>()
        );
        Some(Diagnostic::warning("Unresolved resource instance address changes", detail))
    }
}

/// Where objects stand, with the addresses that they had and their ids.
#[derive(Default)]
struct Places(BTreeMap<Block, BTreeMap<Key, (Addr, Name)>>);

impl Places {
    fn put(&mut self, at: &Addr, origin: &Addr, id: &Name) {
        let place = self.0.entry(at.block.clone()).or_default();
        place.entry(at.key.clone()).or_insert_with(|| (origin.clone(), id.clone()));
    }

    /// What a statement may be about.
    fn candidates(&self, statement: &Statement<'_>) -> Vec<Addr> {
        let all = |(block, keys): (&Block, &BTreeMap<Key, _>)| {
            keys.keys().map(|key| block.instance(key.clone())).collect::<Vec<Addr>>()
        };
        match &statement.from {
            Target::Block(block) | Target::Instance(Addr { block, .. }) if statement.within.is_empty() => {
                self.0.get_key_value(block).into_iter().flat_map(all).collect()
            }
            _ => self.0.iter().flat_map(all).collect(),
        }
    }

    fn shift(&mut self, old: &Addr, new: &Addr, moves: &mut Moves) {
        let standing = self.0.get(&new.block).and_then(|keys| keys.get(&new.key)).map(|(_, id)| id.clone());
        let Some((origin, id)) = self.0.get_mut(&old.block).and_then(|keys| keys.remove(&old.key)) else { return };
        match standing {
            None => self.put(new, &origin, &id),
            Some(other) if other.eq_ignore_ascii_case(&id) => moves.settled.push(origin),
            Some(_) => {
                moves.blocked.push((old.clone(), new.clone()));
                self.put(old, &origin, &id);
            }
        }
    }
}

/// What is wrong with the statements, whatever the state holds. `declared` tells whether something
/// still stands in the configuration; of a call that moves with all its instances, the call counts.
pub(crate) fn check(statements: &[Statement<'_>], declared: &dyn Fn(&[Name], &Target, bool) -> bool) -> Diagnostics {
    let mut out = Diagnostics::none();
    let mut from: BTreeMap<String, &Statement<'_>> = BTreeMap::new();
    let mut to: BTreeMap<String, &Statement<'_>> = BTreeMap::new();
    for statement in statements {
        let Statement { within, moved, .. } = statement;
        let wrong = |summary: &str, detail: String| Diagnostic::error(summary, detail).at(moved.span);
        let noun = if matches!(statement.from, Target::Module(_)) { "module" } else { "resource" };
        if moved.from == moved.to {
            let detail = format!(
                "This statement declares a move from {} to the same address, which is the same as not declaring this \
                 move at all.",
                moved.from
            );
            out.push(wrong("Redundant move statement", detail));
            continue;
        }
        if declared(within, &statement.from, statement.whole_call()) {
            let detail = format!(
                "This statement declares a move from {}, but that {noun} is still declared.\n\nChange your \
                 configuration so that this {noun} will be declared as {} instead.",
                moved.from, moved.to
            );
            out.push(wrong("Moved object still exists", detail));
        }
        if let Some(first) = from.insert(statement.key(&statement.from), statement) {
            let detail = format!(
                "A statement at {} declared that {} moved to {}, but this statement instead declares that it moved to \
                 {}.\n\nEach {noun} can move to only one destination {noun}.",
                first.moved.place, moved.from, first.moved.to, moved.to
            );
            out.push(wrong("Ambiguous move statements", detail));
        }
        if let Some(first) = to.insert(statement.key(&statement.to), statement) {
            let detail = format!(
                "A statement at {} declared that {} moved to {}, but this statement instead declares that {} moved \
                 there.\n\nEach {noun} can have moved from only one source {noun}.",
                first.moved.place, first.moved.from, moved.to, moved.from
            );
            out.push(wrong("Ambiguous move statements", detail));
        }
    }
    out
}

/// Whether data sources are meant: those have no objects that could move.
pub(crate) fn is_of_data(moved: &Moved) -> bool {
    matches!(&moved.from, Target::Block(block) | Target::Instance(Addr { block, .. }) if block.mode == Mode::Data)
}
