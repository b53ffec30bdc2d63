//! `check` blocks in a plan: judged where they can be, and again when the plan is carried out.
//!
//! **Never:** stop a plan because an assertion fails; what fails is a warning. In: the walk. Out:
//! what came of each check, and the data sources of checks that are read again during apply,
//! because what is about to change may change what they say. Source of the rules: Terraform, "Checks".

use crate::addr::{Addr, Block};
use crate::diag::{Diagnostic, Severity};
use crate::lang::check::{Judged, Status};
use crate::lang::tree::Spot;
use crate::schema::Cost;
use crate::value::{Name, Type, Value};

use super::change::{Action, Change, Checked, Why};
use super::walk::Walk;
use super::{Mode, propose};

/// The statuses and their words in Terraform's JSON.
pub(crate) const STATUSES: &[(Status, &str)] =
    &[(Status::Pass, "pass"), (Status::Unknown, "unknown"), (Status::Fail, "fail"), (Status::Error, "error")];

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
                None if waits => Judged { status: Status::Unknown, problems: Vec::new(), found: Default::default() },
                None => self.scope.judge_check(&path, name, self.options.mode == Mode::Normal),
            };
            self.diagnostics.extend(judged.found);
            self.checks.push(Checked { path, name: name.clone(), status: judged.status, problems: judged.problems });
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
            self.push(Change {
                deposed: None,
                kind: addr.block.kind.clone(),
                id: None,
                action: Action::Read,
                why: Why::Check,
                cost: Cost::Nothing,
                before: Value::null(Type::Dynamic),
                after,
                differences: Vec::new(),
                needs: self.everything_that_changes(),
                create_before_destroy: false,
                timeouts: desired.timeouts,
                importing: None,
                addr,
            });
        }
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

fn failed(fault: &Diagnostic) -> Judged {
    let problem = format!("{}: {}", fault.summary, fault.detail);
    Judged { status: Status::Fail, problems: vec![problem], found: Default::default() }
}
