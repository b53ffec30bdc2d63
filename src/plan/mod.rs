//! Desired minus prior is changes; changes lowered are ordered steps; a plan is data.
//!
//! **Never:** await, fetch, or know a cloud. The planner asks, it does not fetch: data sources
//! make it return questions, the engine answers them, and it runs again.
//! The decision to question: a change is fully decided here (replacement order, deposed objects,
//! reverse order of deletions); the engine only walks steps.

mod action;
mod adopt;
pub mod change;
pub mod checked;
mod checks;
mod conform;
mod data;
mod depth;
pub mod diff;
pub mod file;
pub mod fleeting;
mod gates;
mod identity;
pub mod import;
pub mod json;
mod laid;
mod ledger;
mod ledger_checks;
pub mod marks;
mod moves;
mod order;
mod orphans;
mod outputs;
mod pairs;
mod precedence;
pub mod propose;
mod record;
mod relocate;
mod removed;
pub mod rename;
pub mod render;
pub mod resolve;
pub mod standin;
pub mod steps;
mod stuck;
mod targets;
pub mod waiting;
mod walk;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{Addr, Block, Key, Target};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::lang::import::Wanted;
use crate::lang::inputs::Inputs;
use crate::lang::module::Repetition;
use crate::lang::scope::Scope;
use crate::lang::tree::Tree;
use crate::seal::Key as SealKey;
use crate::state::{Object, State};
use crate::value::{Name, Value};

pub use change::{Action, Change, Hold, Importing, Move, OutputChange, Plan, Step, StepAct, Waiting};

use laid::Laid;
use order::Order;
use stuck::Stuck;
use targets::{Selection, Web};
use walk::Walk;
use within::Going;

/// What the plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Make the cloud what the configuration says.
    #[default]
    Normal,
    /// Delete everything.
    Destroy,
    /// Only bring state and outputs in line with the cloud.
    RefreshOnly,
}

/// What the user asked of the plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the plan is for.
    pub mode: Mode,
    /// `-target`: only these and what they need.
    pub targets: Vec<Target>,
    /// `-exclude`: all but these and what needs them.
    pub excludes: Vec<Target>,
    /// `-replace`: replace these even if nothing changed.
    pub replace: Vec<Addr>,
    /// What is to be imported beside the `import` blocks of the configuration.
    pub imports: Vec<Wanted>,
    /// `-adopt`: what would be created but exists already is taken over.
    pub adopt: bool,
    /// `-send-secrets`: what the cloud never returns of an imported object is sent, and not believed
    /// to be what the configuration says.
    pub send_secrets: bool,
    /// The clouds and accounts of provider configurations, by name, as the state names them.
    pub accounts: BTreeMap<Name, Name>,
    /// The cloud of the run.
    pub home: Name,
}

/// What the engine found in the cloud before planning.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    /// Objects that were found changed (the new object) or gone (nothing), by address and the key
    /// of a deposed object. What was found unchanged or not looked at is not here.
    pub found: Vec<(Addr, Option<Name>, Option<Object>)>,
}

/// What must be read before the plan can be finished.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// Data sources: address and configuration.
    pub data: Vec<(Addr, Value)>,
    /// Those of them that may fail: what checks read.
    pub lenient: BTreeSet<Addr>,
    /// Objects that the state does not know.
    pub objects: Vec<Sought>,
    /// The provider configurations of instances that do not have the default one.
    pub configurations: BTreeMap<Addr, Name>,
}

/// An object that the state does not know.
#[derive(Clone, Debug)]
pub struct Sought {
    /// The address that it is to have.
    pub addr: Addr,
    /// Which object.
    pub which: Which,
    /// Whether it is an error if it does not exist.
    pub must: bool,
    /// Where it is named.
    pub span: Option<Span>,
}

/// Which object is sought.
#[derive(Clone, Debug)]
pub enum Which {
    /// The one that is to be imported, named by its id or by an object of names.
    Named(Value),
    /// The one that has the id that an object with these attributes would have.
    Like(Value),
}

/// What was read for a plan.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Data sources.
    pub data: BTreeMap<Addr, Value>,
    /// Data sources that may fail and did.
    pub faults: BTreeMap<Addr, Diagnostic>,
    /// Sought objects by the address that they are to have; nothing for what does not exist. Their
    /// needs are not known yet.
    pub objects: BTreeMap<Addr, Option<Object>>,
}

impl Questions {
    /// The provider configuration of an instance; empty for the default one.
    #[must_use]
    pub fn configuration(&self, addr: &Addr) -> &str {
        self.configurations.get(addr).map_or("", |name| &**name)
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty() && self.objects.is_empty()
    }
}

impl Answers {
    /// Adds what was read, to plan again.
    ///
    /// # Errors
    /// That nothing of it is new, so that planning would have no end.
    pub fn add(&mut self, read: Answers) -> Result<(), Diagnostic> {
        let count = |answers: &Answers| answers.data.len() + answers.faults.len() + answers.objects.len();
        let before = count(self);
        self.data.extend(read.data);
        self.faults.extend(read.faults);
        self.objects.extend(read.objects);
        if count(self) > before {
            return Ok(());
        }
        let detail = "The planner asked again for data sources or objects that were read already. This is a fault of \
                      acier.";
        Err(Diagnostic::error("Planning does not end", detail))
    }
}

impl Options {
    /// What is left of them for the stage that follows a plan: what was to be replaced on request is
    /// replaced, unless it waited.
    pub fn go_on_from(&mut self, before: &Plan) {
        self.replace.retain(|addr| before.waits(&addr.block));
    }
}

/// What came of planning.
#[derive(Clone, Debug)]
pub enum Planned {
    /// A plan.
    Ready(Box<Plan>),
    /// Read these and call again with the answers added.
    Ask(Questions),
}

/// Plans. `state` is the stored state; `refreshed` is laid over it; `answers` holds what was read
/// so far. Warnings and errors come beside; with an error there is no plan.
///
/// # Errors
/// Everything that is wrong with the configuration against this state.
pub fn plan(
    scope: &mut Scope,
    inputs: &Inputs,
    state: &State,
    refreshed: &Refreshed,
    answers: &Answers,
    options: &Options,
    key: &SealKey,
) -> Result<(Planned, Diagnostics), Diagnostics> {
    let tree = scope.tree().clone();
    let schemas = scope.schemas().clone();
    let mut laid = Laid::new(state, refreshed);
    let held = tree.clone();
    let statements = relocate::statements(&held);
    let mut moves = moves::decide(&statements, laid.objects.iter().map(|(addr, object)| (*addr, &object.id)))?;
    moves.imply(&tree, laid.objects.keys().copied());
    laid.relocate(&moves);
    let (selection, mut diagnostics) = select(&tree, &laid, options);
    diagnostics.extend(relocate::judge(&moves, &selection));
    // A change is large, and a growing list of them would be copied again and again.
    let expected = tree.order.len().max(laid.objects.len());
    let mut walk = Walk {
        order: Order::new(&tree),
        looked_at: selection.spots(&tree),
        scope,
        tree,
        schemas,
        laid,
        options,
        key,
        answers,
        selection,
        changes: Vec::with_capacity(expected),
        places: BTreeMap::new(),
        going: Going::default(),
        moves: &moves,
        removed: relocate::removed(&held),
        adopted: BTreeMap::new(),
        planned: BTreeSet::new(),
        changing: BTreeSet::new(),
        making: BTreeSet::new(),
        failed: BTreeSet::new(),
        asking: BTreeSet::new(),
        waiting: BTreeMap::new(),
        stuck: Stuck::default(),
        questions: Questions::default(),
        wanted: BTreeMap::new(),
        taken: BTreeMap::new(),
        ids: BTreeMap::new(),
        read: BTreeMap::new(),
        unmade: BTreeMap::new(),
        configurations: BTreeMap::new(),
        checks: BTreeMap::new(),
        diagnostics,
    };
    go(&mut walk, &statements);
    if !walk.questions.is_empty() && !walk.diagnostics.has_errors() {
        let Walk { mut questions, configurations, diagnostics, .. } = walk;
        questions.configurations = configurations;
        return Ok((Planned::Ask(questions), diagnostics));
    }
    let outputs = match options.mode {
        Mode::Destroy => outputs::removed(state, walk.selection.is_whole()),
        Mode::Normal | Mode::RefreshOnly => walk.outputs(state),
    };
    if !walk.diagnostics.has_errors() {
        walk.diagnostics.extend(within::check(&walk.changes, &walk.places, &walk.laid));
        walk.diagnostics.extend(depth::check(&walk.tree, &walk.changes, &outputs));
    }
    let warnings = walk.scope.warnings();
    walk.diagnostics.extend(warnings);
    if walk.diagnostics.has_errors() {
        return Err(walk.diagnostics);
    }
    let drift = laid::drift(state, refreshed, &walk.schemas, key);
    let (plan, found) = finish(walk, inputs, state, refreshed, outputs, drift);
    if found.has_errors() { Err(found) } else { Ok((Planned::Ready(Box::new(plan)), found)) }
}

/// The addresses that objects of a state have now where `moved` blocks, or a `count` that came or went,
/// give them others, by the old ones.
#[must_use]
pub fn moved(tree: &Tree, state: &State) -> BTreeMap<Addr, Addr> {
    let statements = relocate::statements(tree);
    let decided = moves::decide(&statements, state.objects.iter().map(|(addr, object)| (addr, &object.id)));
    let Ok(moves) = decided else { return BTreeMap::new() };
    let plain = state.objects.keys().filter(|addr| matches!(addr.key, Key::None | Key::Int(0)));
    let meant = plain.filter_map(|addr| {
        let repetition = &tree.resource(&addr.block)?.repetition;
        let to = match (repetition, &addr.key) {
            (Repetition::Once | Repetition::Enabled(_), Key::Int(_)) => addr.block.instance(Key::None),
            (Repetition::Count(_), Key::None) => addr.block.instance(Key::Int(0)),
            _ => return None,
        };
        (!state.objects.contains_key(&to) && !moves.name(&addr.block)).then(|| (addr.clone(), to))
    });
    let mut all: BTreeMap<Addr, Addr> = meant.collect();
    all.extend(moves.moved.into_iter().map(|(to, from)| (from, to)));
    all
}

/// Walks as the mode asks.
fn go(walk: &mut Walk<'_>, statements: &[moves::Statement<'_>]) {
    match walk.options.mode {
        Mode::Normal => {
            walk.note_ids();
            walk.blocks();
            walk.check_statements(statements);
            walk.unwritten();
            walk.orphans();
            walk.reread();
            walk.warn_of_requests();
        }
        Mode::Destroy => walk.everything(),
        Mode::RefreshOnly => {
            walk.scope.lenient();
            walk.blocks();
            walk.keep_all();
        }
    }
}

/// Reads what the user named against the configuration and, for what will be deleted, the state.
fn select(tree: &Tree, laid: &Laid<'_>, options: &Options) -> (Selection, Diagnostics) {
    let mut web = Web::default();
    if !options.targets.is_empty() || !options.excludes.is_empty() {
        for (block, _) in tree.blocks() {
            web.add(&block, tree.needs(&block).iter().map(|need| &need.block));
        }
        for (addr, object) in &laid.objects {
            if options.mode == Mode::Destroy || tree.resource(&addr.block).is_none() {
                web.add(&addr.block, &object.needs);
            }
        }
    }
    let addrs: Vec<&Addr> = laid.objects.keys().copied().chain(laid.deposed.keys().map(|(addr, _)| *addr)).collect();
    Selection::new(options, &web, &addrs)
}

/// Puts the changes in order, lowers them, and gathers all that a plan holds.
fn finish(
    mut walk: Walk<'_>,
    inputs: &Inputs,
    state: &State,
    refreshed: &Refreshed,
    outputs: BTreeMap<Name, OutputChange>,
    mut drift: Vec<Change>,
) -> (Plan, Diagnostics) {
    let checks = walk.all_checks();
    let mut changes = std::mem::take(&mut walk.changes);
    let renames = walk.renames();
    changes.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
    let needed = |change: &Change| {
        let object = match &change.deposed {
            None if change.importing.is_some() => walk.taken.get(&change.addr),
            Some(key) => walk.laid.deposed.get(&(&change.addr, key)).copied(),
            None => walk.laid.objects.get(&change.addr).copied(),
        };
        let mut needed = object.map(|object| relocate::renamed(&renames, &object.needs)).unwrap_or_default();
        if walk.options.mode == Mode::Destroy {
            // The configuration may know of an order that no apply has written down yet.
            needed.extend(walk.order.needs(&change.addr.block));
        }
        needed
    };
    let needed: Vec<Vec<Block>> = changes.iter().map(needed).collect();
    let follows = within::follows(&changes, &walk.schemas, &walk.laid);
    let mut refreshed = refreshed.clone();
    let waiting = walk.take_waiting();
    let moves = walk.relocate(&mut refreshed, &mut drift);
    refreshed.found.extend(walk.taken.into_iter().map(|(addr, object)| (addr, None, Some(object))));
    for (addr, object) in walk.adopted {
        refreshed.found.retain(|(found, deposed, _)| *found != addr || deposed.is_some());
        refreshed.found.push((addr, None, Some(object)));
    }
    walk.diagnostics.0.extend(removed::warning(&changes));
    let steps::Lowered { steps, sets } = steps::lower(&changes, &needed, &follows);
    let plan = Plan {
        mode: walk.options.mode,
        lineage: state.lineage.clone(),
        serial: state.serial,
        steps,
        sets,
        changes,
        drift,
        moves,
        waiting,
        outputs,
        refreshed,
        inputs: fleeting::remembered(inputs, walk.tree.root()),
        answers: walk.read,
        configurations: walk.configurations,
        checks,
        at: walk.scope.planned_at().into(),
        partial: !walk.selection.is_whole(),
    };
    if plan.steps.is_empty() && !plan.waiting.is_empty() {
        walk.diagnostics.push(waiting::stuck(&plan));
    }
    (plan, walk.diagnostics)
}
