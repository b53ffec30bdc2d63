//! `check` blocks in a plan: judged where they can be, and again when the plan is carried out.
//!
//! **Never:** stop a plan because an assertion fails; what fails is a warning. In: the walk. Out:
//! what came of each check, and the data sources of checks that are read again during apply,
//! because what is about to change may change what they say. Source of the rules: Terraform, "Checks".

use std::collections::BTreeSet;

use crate::addr::checkable::{Checkable, Status};
use crate::addr::{Addr, Block, Key, ModulePath};
use crate::diag::{Diagnostic, Severity};
use crate::lang::check::{Judged as Found, checkables};
use crate::lang::module::Node;
use crate::lang::scope::Scope;
use crate::lang::tree::Spot;
use crate::lang::waits::Keys;
use crate::plan::checked::{Checked, Judged};
use crate::value::{Name, Value};

use super::change::{Action, Why};
use super::data::reading;
use super::walk::Walk;
use super::{Mode, propose};

impl Walk<'_> {
    /// Judges a check in all instances of its module. Where only a part is planned nothing is said of the whole.
    pub(crate) fn check(&mut self, spot: &Spot, name: &Name) {
        if !self.selection.is_whole() || self.options.mode == Mode::Destroy {
            return;
        }
        let tree = self.tree.clone();
        let waits = tree.graph.needs(spot).any(|needed| self.is_waiting(needed) || self.block_waits(needed));
        let Some(check) = tree.unit(spot.unit).module.checks.get(name) else { return };
        for path in self.scope.instances(spot.unit).unwrap_or_default() {
            let data = check.data.as_ref().map(|block| block.within(path.clone()).instance(Default::default()));
            let fault = data.and_then(|addr| self.answers.faults.get(&addr).cloned());
            let judged = match fault {
                Some(fault) => failed(&fault),
                None if waits => Found { status: Status::Unknown, problems: Vec::new(), found: Default::default() },
                None => self.scope.judge_check(&path, name, self.options.mode == Mode::Normal),
            };
            self.diagnostics.extend(judged.found);
            let (status, problems) = (judged.status, judged.problems);
            let judged = Judged { path: path.clone(), key: Key::None, status, problems };
            self.checks.insert((path, name.clone()), judged);
        }
    }

    /// The data source of a check could not be read. That is no more than a warning.
    pub(crate) fn unread(&mut self, addr: &Addr, fault: Diagnostic, schema: &crate::schema::Schema) {
        let span = self.tree.resource(&addr.block).map(|resource| resource.span);
        self.diagnostics.push(Diagnostic { severity: Severity::Warning, ..fault }.at_maybe(span));
        self.scope.publish(addr, Value::unknown(schema.block.ty()));
    }

    /// What the checks read is read again when anything changes.
    pub(crate) fn reread(&mut self) {
        if self.options.mode != Mode::Normal || self.changes.iter().all(|change| change.action == Action::NoOp) {
            return;
        }
        let tree = self.tree.clone();
        let own = |block: &Block| tree.resource(block).is_some_and(|resource| resource.check.is_some());
        let read = self.read.keys().chain(self.answers.faults.keys()).filter(|addr| own(&addr.block));
        let read: Vec<Addr> = read.cloned().collect();
        for addr in read {
            let schemas = self.schemas.clone();
            let (Some(schema), Ok(desired)) = (schemas.data.get(&addr.block.kind), self.scope.desired(&addr)) else {
                continue;
            };
            let after = propose::propose(&schema.block, None, &desired.value, None);
            self.read.remove(&addr);
            let needs = self.everything_that_changes();
            self.push(reading(addr, after, Why::Check, desired.timeouts, needs));
        }
    }

    /// What came of everything that has conditions, as far as the plan looks at it.
    pub(crate) fn all_checks(&mut self) -> Vec<Checked> {
        let checks = std::mem::take(&mut self.checks);
        let (selection, destroys) = (&self.selection, self.options.mode == Mode::Destroy);
        let looked_at = self.looked_at.take();
        let whole = looked_at.is_none() && !destroys;
        all(self.scope, whole, &mut |scope, path, what| match what {
            // Terraform registers outputs of the root module even then.
            Checkable::Output(_) if destroys && path.is_root() => {
                Some(vec![Judged { path: path.clone(), key: Key::None, status: Status::Unknown, problems: Vec::new() }])
            }
            _ if destroys => None,
            Checkable::Check(name) => Some(vec![checks.get(&(path.clone(), name.clone()))?.clone()]),
            Checkable::Block(block) => {
                let block = block.within(path.clone());
                let Ok(Keys::Known(keys)) = scope.repetition(&block) else { return None };
                let judged = keys.into_iter().map(|key| match selection.holds(&block.instance(key.clone())) {
                    true => judge(scope, path, what, key),
                    false => Judged { path: path.clone(), key, status: Status::Unknown, problems: Vec::new() },
                });
                selection.touches(&block.declared()).then(|| judged.collect())
            }
            Checkable::Output(name) | Checkable::Variable(name) => {
                let seen = |looked_at: &BTreeSet<Spot>| {
                    let output = matches!(what, Checkable::Output(_));
                    let node = if output { Node::Output(name.clone()) } else { Node::Variable(name.clone()) };
                    scope.tree().find(path).is_some_and(|unit| looked_at.contains(&Spot { unit, node }))
                };
                looked_at.as_ref().is_none_or(seen).then(|| vec![judge(scope, path, what, Key::None)])
            }
        })
    }

    /// A check looks at the world after the plan, so it comes after all of it.
    fn everything_that_changes(&self) -> Vec<Block> {
        let changing = self.changes.iter().filter(|change| change.action != Action::NoOp);
        let mut blocks: Vec<Block> = changing.map(|change| change.addr.block.clone()).collect();
        blocks.sort();
        blocks.dedup();
        blocks
    }
}

fn failed(fault: &Diagnostic) -> Found {
    let problem = format!("{}: {}", fault.summary, fault.detail);
    Found { status: Status::Fail, problems: vec![problem], found: Default::default() }
}

/// What has come of something by now, in one instance.
pub(crate) fn judge(scope: &mut Scope, path: &ModulePath, what: &Checkable, key: Key) -> Judged {
    let Found { status, problems, .. } = scope.standing(path, what, &key);
    Judged { path: path.clone(), key, status, problems }
}

/// What came of one thing that has conditions, in an instance of its module.
type Look<'l> = dyn FnMut(&mut Scope, &ModulePath, &Checkable) -> Option<Vec<Judged>> + 'l;

/// Everything in a configuration that has conditions, by name. `look` gives what came of one in an
/// instance of its module, and nothing for what nobody looked at; `whole` says that everything was.
pub(crate) fn all(scope: &mut Scope, whole: bool, look: &mut Look<'_>) -> Vec<Checked> {
    let tree = scope.tree().clone();
    let mut found = Vec::new();
    for (unit, declared) in tree.units() {
        let checkables = checkables(&declared.module);
        if checkables.is_empty() {
            continue;
        }
        let paths = scope.instances(unit).ok();
        for what in checkables {
            let judged = paths.as_ref().and_then(|paths| {
                let judged: Vec<_> = paths.iter().filter_map(|path| look(scope, path, &what)).collect();
                (whole && paths.is_empty() || !judged.is_empty()).then(|| judged.concat())
            });
            found.push(Checked { module: declared.path.clone(), what, instances: judged });
        }
    }
    found.sort_by_cached_key(|checked| checked.what.within(&checked.module, &Key::None));
    found
}
