//! Data sources: asked about while planning if that is possible, else read during apply.
//!
//! **Never:** fetch. In: the configuration of a data source. Out: a question, the use of an
//! answer, or a change that reads it later. Source of the rules: Terraform, "Data Sources",
//! data resource behaviour.

use crate::addr::{Addr, Block};
use crate::lang::scope::Desired;
use crate::lang::trial::cast::Standin;
use crate::schema::{Cost, Schema, Timeouts};
use crate::value::{Type, Value};

use super::Mode;
use super::change::{Action, Change, Why};
use super::propose;
use super::walk::Walk;

impl Walk<'_> {
    /// Plans one data source.
    pub(crate) fn data(&mut self, addr: Addr, schema: &Schema, desired: Desired, standin: Option<&Standin<'_>>) {
        // Terraform asks at once whenever the arguments are known, and fails when they name an object
        // that is yet to be made; here that object is waited for.
        let block = addr.block.declared();
        let unknown = !desired.value.is_wholly_known();
        let waits = unknown
            || self.tree.waits(&block).iter().any(|needed| self.changing.contains(needed))
            || self.tree.needs(&block).iter().any(|needed| self.making.contains(&needed.block));
        if waits {
            self.read_later(addr, schema, desired, if unknown { Why::Unknown } else { Why::Pending });
            return;
        }
        if let Some(fault) = self.answers.faults.get(&addr).cloned() {
            return self.unread(&addr, fault, schema);
        }
        if let Some(standin) = standin {
            let asked = propose::propose(&standin.schema.block, None, &desired.value, None);
            match standin.complete(&addr, &asked, &desired.value) {
                Ok(answer) => self.answered(addr, schema, &answer),
                Err(wrong) => self.fail(&addr.block, wrong.at(desired.span).into()),
            }
            return;
        }
        let answers = self.answers;
        let Some(answer) = answers.data.get(&addr) else {
            if self.tree.resource(&block).is_some_and(|resource| resource.check.is_some()) {
                self.questions.lenient.insert(addr.clone());
            }
            self.asking.insert(block.into_owned());
            self.questions.data.push((addr, desired.value));
            return;
        };
        self.answered(addr, schema, answer);
    }

    fn answered(&mut self, addr: Addr, schema: &Schema, answer: &Value) {
        let answer = propose::mark_secrets(&schema.block, answer);
        self.scope.publish(&addr, answer.clone());
        let found = self.scope.check_conditions(&addr, false);
        if found.has_errors() {
            self.failed.insert(addr.block.declared().into_owned());
        }
        self.diagnostics.extend(found);
        self.read.insert(addr, answer);
    }

    fn read_later(&mut self, addr: Addr, schema: &Schema, desired: Desired, why: Why) {
        let after = propose::propose(&schema.block, None, &desired.value, None);
        let checks = self.tree.resource(&addr.block).is_some_and(|resource| resource.check.is_some());
        self.scope.publish(&addr, after.clone());
        if self.options.mode == Mode::RefreshOnly {
            return;
        }
        let needs = self.order.needs(&addr.block);
        self.push(reading(addr, after, if checks { Why::Check } else { why }, desired.timeouts, needs));
    }
}

/// That a data source is read by the apply.
pub(crate) fn reading(addr: Addr, after: Value, why: Why, timeouts: Timeouts, needs: Vec<Block>) -> Change {
    Change {
        deposed: None,
        kind: addr.block.kind.clone(),
        id: None,
        action: Action::Read,
        why,
        cost: Cost::Nothing,
        before: Value::null(Type::Dynamic),
        after,
        differences: Vec::new(),
        needs,
        create_before_destroy: false,
        timeouts,
        importing: None,
        addr,
    }
}
