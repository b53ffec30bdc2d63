//! What becomes of a step when one of its futures ends.
//!
//! **Never:** lose an outcome: each branch either records the end of the step, goes on with it,
//! or leaves its intent pending on purpose, to be resolved by the next run.

use futures_util::future::LocalBoxFuture;

use crate::diag::{Diagnostic, Severity};
use crate::plan::change::Why;
use crate::plan::import::quoted;
use crate::plan::{Action, Change, StepAct};
use crate::provider::{Call, Fault, FaultKind, Progress, Provider};
use crate::state::{Event, Journal, JournalError};
use crate::value::Value;

use super::Notice;
use super::apply::{Flight, Walk};
use super::drive::{find, is_unsure};
use super::notice::diagnose;
use super::record::{Left, object};

/// The end of one future of a step.
pub(super) enum Landed {
    /// Before a creation: what has its id already.
    Checked(Result<Value, Fault>),
    /// The answer to the call itself.
    Begun(Result<Progress, Fault>),
    /// What became of a call whose answer was lost.
    Followed(Fault, Result<Progress, Fault>),
    /// The end of an accepted call, or something to tell or to write down on the way there.
    Ended(Result<Progress, Fault>),
    /// After a failure: what exists now.
    Examined(Fault, Result<Value, Fault>),
    /// The turn of a step has come, or nothing more is to be begun.
    Turn(bool),
    /// A data source.
    Fetched(Result<Value, Fault>),
    /// The end of a provisioner.
    Provisioned(Result<(), Fault>),
}

impl<'a, P: Provider, J: Journal> Walk<'a, '_, P, J> {
    pub(super) fn land(&mut self, number: u32, landed: Landed) -> Result<(), JournalError> {
        let Some((step, change)) = self.step(number) else { return Ok(()) };
        match landed {
            Landed::Turn(came) => self.turn(number, came),
            Landed::Provisioned(ended) => self.end_provisioner(number, change, ended),
            Landed::Checked(Ok(found)) if found.is_null() && self.report.interrupted => {
                // Nothing was sent yet, and the user asked to begin nothing more.
                self.flights.remove(&number);
                Ok(())
            }
            Landed::Checked(Ok(found)) if found.is_null() => {
                self.due.push(number);
                Ok(())
            }
            Landed::Checked(Ok(_)) => {
                let fault = self.already_there(number, change);
                self.fail_unsent(number, change, fault)
            }
            Landed::Checked(Err(fault)) | Landed::Fetched(Err(fault)) => self.fail_unsent(number, change, fault),
            Landed::Fetched(Ok(value)) => {
                self.publish_and_finish(number, change, value);
                Ok(())
            }
            Landed::Begun(Ok(Progress::Done(value))) | Landed::Ended(Ok(Progress::Done(value))) => {
                self.finish(number, change, value)
            }
            Landed::Begun(Ok(pending)) | Landed::Ended(Ok(pending)) => self.follow(number, pending),
            Landed::Followed(_, Ok(pending @ Progress::Pending { .. })) => {
                if let Some(flight) = self.flights.get_mut(&number) {
                    flight.ticketed = false;
                }
                self.follow(number, pending)
            }
            Landed::Begun(Err(fault)) if self.stand_again(number, &fault) => Ok(()),
            Landed::Begun(Err(fault)) if is_lost(&fault) || leaves_something(step.act, &fault) => {
                let lost = is_lost(&fault);
                self.ask_again(number, fault, lost);
                Ok(())
            }
            Landed::Begun(Err(fault)) => self.fail(number, change, &fault, None),
            Landed::Followed(fault, Ok(Progress::Done(value))) => {
                let happened = match step.act {
                    StepAct::Create => !value.is_null(),
                    StepAct::Delete => value.is_null(),
                    // The cloud took it on and is at rest; without that, nobody can tell.
                    _ => !value.is_null() && self.flights.get(&number).is_some_and(|flight| flight.accepted),
                };
                if happened {
                    self.finish(number, change, value)
                } else {
                    self.fail(number, change, &fault, Some(value))
                }
            }
            Landed::Ended(Err(fault)) if is_unsure(&fault) => {
                // The object itself can say how it stands, even where the operation cannot be read.
                if self.flights.get(&number).is_some_and(|flight| flight.asked_again) {
                    self.leave_unknown(number, change, &fault);
                } else {
                    self.ask_again(number, fault, true);
                }
                Ok(())
            }
            Landed::Ended(Err(fault)) => {
                self.look(number, |provider, call| {
                    Box::pin(async move { Landed::Examined(fault, provider.read(&call.after()).await) })
                });
                Ok(())
            }
            Landed::Examined(_, Ok(value)) if value.is_null() && step.act == StepAct::Delete => {
                self.finish(number, change, value)
            }
            Landed::Examined(fault, Ok(value)) => self.fail(number, change, &fault, Some(value)),
            Landed::Followed(fault, Err(_)) | Landed::Examined(fault, Err(_)) => {
                self.leave_unknown(number, change, &fault);
                Ok(())
            }
        }
    }

    /// The call may have happened: asks the cloud what became of it. `lost` says that it may still
    /// be on its way.
    pub(super) fn ask_again(&mut self, number: u32, fault: Fault, lost: bool) {
        let Some(flight) = self.flights.get_mut(&number) else { return };
        flight.asked_again = true;
        if flight.act == StepAct::Update && !flight.accepted {
            // What the cloud never returns is believed to be as before, so that it shows again.
            flight.call.planned = flight.call.prior.clone();
        }
        self.look(number, move |provider, call| {
            Box::pin(async move {
                let found = if lost { find(provider, &call).await } else { provider.follow(&call).await };
                Landed::Followed(fault, found)
            })
        });
    }

    fn look(&mut self, number: u32, ask: impl FnOnce(&'a P, Call) -> LocalBoxFuture<'a, Landed>) {
        let Some(flight) = self.flights.get(&number) else { return };
        let asked = ask(self.provider, flight.call.clone());
        self.futures.push(Box::pin(async move { (number, asked.await) }));
    }

    fn finish(&mut self, number: u32, change: &'a Change, value: Value) -> Result<(), JournalError> {
        let Some(flight) = self.flights.get(&number) else { return Ok(()) };
        let Some(intent) = &flight.intent else { return Ok(()) };
        let provisions = intent.provisions && flight.act == StepAct::Create;
        let left = if provisions { Left::Unprovisioned } else { Left::Whole };
        let exists = (!value.is_null()).then(|| object(self.provider, intent, &value, self.desk.key, left));
        let event = Event::Done { step: self.step_id(number), object: exists };
        let planned = flight.call.planned.clone();
        self.desk.record(&[event], provisions)?;
        if provisions {
            return self.provision(number, change, value.with_marks_of(&planned));
        }
        let Some(flight) = self.flights.get(&number) else { return Ok(()) };
        match flight.act {
            StepAct::Create => self.report.added += 1,
            StepAct::Update => self.report.changed += 1,
            _ => self.report.destroyed += 1,
        }
        let value = value.with_marks_of(&planned);
        self.publish_and_finish(number, change, value);
        Ok(())
    }

    pub(super) fn publish_and_finish(&mut self, number: u32, change: &Change, value: Value) {
        let Some(Flight { act, since, call, .. }) = self.flights.remove(&number) else { return };
        let id = (act != StepAct::Delete).then(|| call.id.clone());
        (self.notices)(Notice::Finished { addr: change.addr.clone(), act, elapsed: since.elapsed(), id });
        if act == StepAct::Delete {
            self.ready.finish(&number);
            return;
        }
        let diagnostics = self.resolver.publish(&change.addr, value);
        let holds = !diagnostics.has_errors();
        self.report.diagnostics.extend(diagnostics);
        if holds {
            self.ready.finish(&number);
        } else {
            self.give_up(number, change, act);
        }
    }

    /// The step was never sent: nothing to record.
    fn fail_unsent(&mut self, number: u32, change: &'a Change, fault: Fault) -> Result<(), JournalError> {
        if change.why == Why::Check {
            // What a check cannot read is worth a warning, and no more.
            let found = Diagnostic { severity: Severity::Warning, ..diagnose(&fault, &change.addr.to_string()) };
            self.report.diagnostics.push(found);
            self.publish_and_finish(number, change, change.after.clone());
            return Ok(());
        }
        self.report.diagnostics.push(diagnose(&fault, &change.addr.to_string()));
        let act = self.flights.get(&number).map_or(StepAct::Create, |flight| flight.act);
        self.give_up(number, change, act);
        Ok(())
    }

    /// The step was sent and failed. `found` is what exists now, if somebody looked.
    fn fail(
        &mut self,
        number: u32,
        change: &'a Change,
        fault: &Fault,
        found: Option<Value>,
    ) -> Result<(), JournalError> {
        let Some(flight) = self.flights.get(&number) else { return Ok(()) };
        let (act, call) = (flight.act, &flight.call);
        let created = act == StepAct::Create;
        let exists = match (&flight.intent, found) {
            (Some(intent), Some(value)) if !value.is_null() => {
                // A refused update keeps the secrets of before as the ones believed.
                let mut intent = intent.clone();
                if !created {
                    intent.planned = call.prior.clone();
                }
                let left = match act {
                    StepAct::Create => Left::Tainted,
                    StepAct::Update if flight.accepted || fault.kind == FaultKind::Run => Left::Unfinished,
                    _ => Left::Whole,
                };
                Some(object(self.provider, &intent, &value, self.desk.key, left))
            }
            _ => None,
        };
        let event = Event::Failed { step: self.step_id(number), message: fault.to_string().into(), object: exists };
        self.desk.record(&[event], false)?;
        self.report.diagnostics.push(diagnose(fault, &change.addr.to_string()));
        self.give_up(number, change, act);
        Ok(())
    }

    /// Nobody could be asked: the intent stays pending.
    fn leave_unknown(&mut self, number: u32, change: &'a Change, fault: &Fault) {
        let diagnostic = diagnose(fault, &change.addr.to_string())
            .hint("Whether it happened is not known; the next command looks it up before it does anything else.");
        self.report.diagnostics.push(diagnostic);
        self.report.unknown.push(change.addr.clone());
        let act = self.flights.get(&number).map_or(StepAct::Create, |flight| flight.act);
        self.give_up(number, change, act);
    }

    fn already_there(&self, number: u32, change: &Change) -> Fault {
        let id = self.flights.get(&number).map(|flight| flight.call.id.to_string()).unwrap_or_default();
        let addr = change.addr.to_string();
        let mut message = format!(
            "{id} is there already, and this state has not made it. {addr} would take over an object of somebody else."
        );
        // What replaces an object of ours has its address, which cannot be given to another one.
        let hint = if change.action == Action::Create {
            message.push_str(&format!(
                "\n\nIf it is yours, let it be managed from now on. Either write\n\n    import {{\n      to = {addr}\n      id = \
                 \"{id}\"\n    }}\n\nor run\n\n    acier import {} {}\n\nor plan and apply with -adopt, which takes over everything \
                 that exists where something would be created. Each shows what would change in it before it is changed.",
                quoted(&addr),
                quoted(&id)
            ));
            "Import it in one of these ways, or choose another name."
        } else {
            "Choose another name, or delete the existing object first."
        };
        Fault { kind: FaultKind::Exists, code: String::new(), message, trace: String::new(), hint: Some(hint.into()) }
    }
}

/// Whether a refused call may have left something behind: an earlier try of the same creation may
/// have arrived although its answer did not, so the object is looked for before it is forgotten.
fn leaves_something(act: StepAct, fault: &Fault) -> bool {
    act == StepAct::Create && fault.kind != FaultKind::Invalid
}

fn is_lost(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Unreachable | FaultKind::TimedOut)
}
