//! Objects that exist but that no block asks for, and what a `destroy` deletes.
//!
//! **Never:** evaluate configuration. In: the walk after its blocks. Out: deletions.

use crate::addr::{Addr, Key};
use crate::diag::Diagnostic;
use crate::lang::module::Repetition;
use crate::schema::Cost;
use crate::value::{Type, Value};

use super::change::{Action, Change, Why};
use super::laid::existing;
use super::removed;
use super::walk::Walk;

impl Walk<'_> {
    /// Plans the deletion of what is in the state but not in the configuration.
    pub(crate) fn orphans(&mut self) {
        let mut lost: Vec<Change> = Vec::new();
        for (addr, object) in &self.laid.objects {
            if self.places.contains_key(*addr) || !self.selection.holds(addr) {
                continue;
            }
            let repetition = self.tree.resource(&addr.block).map(|resource| &resource.repetition);
            let known = repetition.is_some();
            let why = match (&addr.key, repetition) {
                (key, Some(repetition)) if self.planned.contains(&addr.block) => match (key, repetition) {
                    (Key::Str(_), Repetition::ForEach(_)) => Why::NoKey,
                    (Key::Int(_), Repetition::Count(_)) => Why::NoIndex,
                    (Key::None, Repetition::Enabled(_)) => Why::Disabled,
                    _ => Why::OtherRepetition,
                },
                _ => match self.scope.has_instance(&addr.block.module) {
                    Some(_) if !known => self.without_block(addr),
                    Some(false) => Why::NoModule,
                    // What is not decided yet is not lost.
                    _ => continue,
                },
            };
            let change = existing(addr, None, object, &self.schemas);
            let stays = !known && removed::stays(&self.removed, addr);
            let forgotten = |change| Change { why, ..forgetting(change) };
            lost.push(if stays { forgotten(change) } else { deletion(change, why) });
        }
        lost.extend(self.swept().into_iter().map(|change| deletion(change, Why::Swept)));
        self.delete(lost);
        self.deposed();
    }

    fn without_block(&self, addr: &Addr) -> Why {
        if self.moves.origin(addr) == addr { Why::NoBlock } else { Why::NoMoveTarget }
    }

    fn deposed(&mut self) {
        let held = self.laid.deposed.iter().filter(|((addr, _), _)| self.selection.holds(addr));
        let deposed = held.map(|((addr, key), object)| {
            let change = existing(addr, Some(key), object, &self.schemas);
            if removed::stays(&self.removed, addr) { forgetting(change) } else { deletion(change, Why::Deposed) }
        });
        let deposed = deposed.collect();
        self.delete(deposed);
    }

    /// Plans the deletion of everything.
    pub(crate) fn everything(&mut self) {
        let held = self.laid.objects.iter().filter(|(addr, _)| self.selection.holds(addr));
        let all = held.map(|(addr, object)| {
            let change = existing(addr, None, object, &self.schemas);
            if removed::stays(&self.removed, addr) { forgetting(change) } else { deletion(change, Why::Destroy) }
        });
        let all = all.collect();
        self.delete(all);
        self.deposed();
    }

    /// Notes what stays as it is when only the state is brought in line.
    pub(crate) fn keep_all(&mut self) {
        let held = self.laid.objects.iter().filter(|(addr, _)| self.selection.holds(addr));
        let all: Vec<Change> = held.map(|(addr, object)| existing(addr, None, object, &self.schemas)).collect();
        self.changes.extend(all);
    }

    fn delete(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.check_destroy(&change);
            self.push(change);
        }
    }

    /// Warns when `-replace` names what is not there.
    pub(crate) fn warn_of_requests(&mut self) {
        for addr in &self.options.replace {
            let planned = self.places.get(addr).and_then(|place| self.changes.get(*place));
            if planned.is_some_and(|change| change.id.is_some()) {
                continue;
            }
            if self.waiting.contains_key(&*addr.block.declared()) {
                let detail = format!(
                    "{addr} is to be replaced on request, and {} waits for a later stage. It is replaced when that stage \
                     comes.",
                    addr.block
                );
                let hint = format!(
                    "Run acier apply -replace={addr}, which goes on from stage to stage. A saved plan ends before the stage."
                );
                self.diagnostics.push(Diagnostic::warning("Replacement waits", detail).hint(hint));
                continue;
            }
            let detail =
                format!("No object {addr} exists that this plan could replace, so -replace={addr} changes nothing.");
            let warning = Diagnostic::warning("Nothing to replace", detail);
            self.diagnostics.push(warning.hint(
                "Check the address; one of several instances needs its index, as in azurerm_container_group.web[0].",
            ));
        }
    }
}

fn deletion(change: Change, why: Why) -> Change {
    Change { action: Action::Delete, why, cost: Cost::Replace, after: Value::null(Type::Dynamic), ..change }
}

/// What stays in the cloud and is no longer managed.
fn forgetting(change: Change) -> Change {
    Change { action: Action::Forget, why: Why::NoBlock, after: Value::null(Type::Dynamic), ..change }
}
