//! Provisioners: what runs after an object is made, and before it is deleted.
//!
//! **Never:** start one before it is durable that it may have run: a made object is recorded as
//! tainted first, a deletion as intended. In: a step at that point. Out: the step goes on, or has failed.
//! Source of the rules: Terraform, "Provisioners": creation-time ones that fail taint the object,
//! destroy-time ones that fail keep it; tainted and replaced objects are deleted without them.

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::resolve::{Errand, When};
use crate::plan::{Change, StepAct};
use crate::provider::{Fault, Provider};
use crate::state::{Event, Journal, JournalError, Object};
use crate::value::{Name, Value};

use super::apply::Walk;
use super::land::Landed;
use super::notice::{Notice, Provisioning};

/// What a step runs beside its call.
pub(super) struct Work {
    when: When,
    /// The place of the one that runs among those of its time.
    at: usize,
    /// The object that they run for.
    own: Value,
    running: Option<Errand>,
}

const HIDDEN: &str = "(output suppressed due to sensitive value in config)";

impl<P: Provider, J: Journal> Walk<'_, '_, P, J> {
    /// Whether provisioners belong to a step on `object`.
    pub(super) fn provisions(&self, act: StepAct, change: &Change, object: Option<&Object>, deposed: bool) -> bool {
        match act {
            StepAct::Create => self.resolver.provisions(&change.addr, When::Create),
            StepAct::Delete => {
                !deposed
                    && object.is_some_and(|object| !object.tainted)
                    && self.resolver.provisions(&change.addr, When::Destroy)
            }
            _ => false,
        }
    }

    /// Runs the first provisioner of a step.
    pub(super) fn provision(&mut self, number: u32, change: &Change, own: Value) -> Result<(), JournalError> {
        let Some(flight) = self.flights.get_mut(&number) else { return Ok(()) };
        let when = if flight.act == StepAct::Delete { When::Destroy } else { When::Create };
        flight.work = Some(Work { when, at: 0, own, running: None });
        self.next_provisioner(number, change)
    }

    fn next_provisioner(&mut self, number: u32, change: &Change) -> Result<(), JournalError> {
        let Some(work) = self.flights.get_mut(&number).and_then(|flight| flight.work.as_mut()) else { return Ok(()) };
        let errand = match self.resolver.provisioner(&change.addr, work.when, work.at, &work.own) {
            None => return self.provisioned(number, change),
            Some(Err(diagnostics)) => return self.unprovisioned(number, change, diagnostics),
            Some(Ok(errand)) => errand,
        };
        let (kind, config) = (errand.kind.clone(), errand.config.clone());
        work.running = Some(errand);
        self.tell_provisioning(change, &kind, Provisioning::Started);
        let (provider, say) = (self.provider, self.say.clone());
        self.futures.push(Box::pin(async move {
            // Nobody listens any more only when the walk is over.
            let tell = |line| drop(say.send((number, line)));
            (number, Landed::Provisioned(provider.run(&kind, &config, &tell).await))
        }));
        Ok(())
    }

    /// A line that the running provisioner of a step said.
    pub(super) fn hear(&mut self, number: u32, line: String) {
        let running = self.flights.get(&number).and_then(|flight| flight.work.as_ref()?.running.as_ref());
        let (Some((_, change)), Some(errand)) = (self.step(number), running) else { return };
        let line = if errand.hidden { HIDDEN.to_owned() } else { line };
        let kind = errand.kind.clone();
        self.tell_provisioning(change, &kind, Provisioning::Said(line));
    }

    /// What becomes of a step whose provisioner has ended.
    pub(super) fn end_provisioner(
        &mut self,
        number: u32,
        change: &Change,
        ended: Result<(), Fault>,
    ) -> Result<(), JournalError> {
        // What it said last may have come together with its end.
        while let Ok((number, line)) = self.said.try_recv() {
            self.hear(number, line);
        }
        let Some(work) = self.flights.get_mut(&number).and_then(|flight| flight.work.as_mut()) else { return Ok(()) };
        let Some(errand) = work.running.take() else { return Ok(()) };
        work.at += 1;
        match ended {
            Ok(()) => self.tell_provisioning(change, &errand.kind, Provisioning::Finished),
            Err(fault) => {
                self.tell_provisioning(change, &errand.kind, Provisioning::Failed);
                if !errand.continues {
                    return self.unprovisioned(number, change, failed(&errand, &fault, change).into());
                }
            }
        }
        self.next_provisioner(number, change)
    }

    /// All provisioners of a step have ended well.
    fn provisioned(&mut self, number: u32, change: &Change) -> Result<(), JournalError> {
        let Some(work) = self.flights.get_mut(&number).and_then(|flight| flight.work.take()) else { return Ok(()) };
        if work.when == When::Destroy {
            self.call(number);
            return Ok(());
        }
        if let Some(object) = self.desk.state.objects.get(&change.addr) {
            let object = Object { tainted: false, unprovisioned: false, ..object.clone() };
            let event = Event::Refreshed { addr: change.addr.clone(), deposed: None, object: Some(object) };
            self.desk.record(&[event], false)?;
        }
        self.report.added += 1;
        self.publish_and_finish(number, change, work.own);
        Ok(())
    }

    fn unprovisioned(&mut self, number: u32, change: &Change, why: Diagnostics) -> Result<(), JournalError> {
        let Some(flight) = self.flights.get(&number) else { return Ok(()) };
        let act = flight.act;
        if act == StepAct::Delete {
            let message = "a destroy-time provisioner failed".into();
            self.desk.record(&[Event::Failed { step: self.step_id(number), message, object: None }], false)?;
        }
        let about = change.addr.to_string();
        for mut found in why.0 {
            found.address.get_or_insert_with(|| about.clone());
            self.report.diagnostics.push(found);
        }
        self.give_up(number, change, act);
        Ok(())
    }

    fn tell_provisioning(&mut self, change: &Change, kind: &Name, what: Provisioning) {
        (self.notices)(Notice::Provisioner { addr: change.addr.clone(), kind: kind.clone(), what });
    }
}

fn failed(errand: &Errand, fault: &Fault, change: &Change) -> Diagnostic {
    let detail = if errand.hidden {
        format!(
            "The command failed: {}. What it is and what it said is not shown, because a sensitive value went into it.",
            fault.code
        )
    } else {
        fault.message.clone()
    };
    let hint = match change.after.is_null() {
        true => "The object is kept; correct the command and destroy again, or forget the object with acier state rm.",
        false => {
            "The object is made and tainted: the next apply replaces it; acier untaint keeps it as it is, if that is right."
        }
    };
    Diagnostic::error(format!("{} provisioner error", errand.kind), detail)
        .at(errand.span)
        .about(change.addr.to_string())
        .hint(hint)
}
