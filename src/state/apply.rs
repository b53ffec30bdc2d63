//! The total transition function: a state and an event give a state or a contradiction.
//!
//! **Never:** panic or skip an event silently. A contradiction means that a log is damaged or
//! that two writers shared it.

use super::{Act, Event, Intent, Object, Pending, Running, State, StepId};
use crate::addr::Addr;
use crate::value::Name;

/// An event that cannot follow what came before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Contradiction(pub String);

impl State {
    /// Changes the state as the event says.
    ///
    /// # Errors
    /// When the event contradicts the state; the state is then unchanged.
    pub fn apply(&mut self, event: &Event) -> Result<(), Contradiction> {
        match event {
            Event::Begin { serial, kind, lineage, cloud, at } => {
                self.begin(*serial, lineage, cloud.as_ref())?;
                self.running = Some(Running { kind: *kind, at: at.clone() });
            }
            Event::Intent { step, intent } => {
                if self.pending.contains_key(step) {
                    return Err(Contradiction(format!("step {} was begun twice", step.step)));
                }
                self.pending.insert(*step, Pending { intent: intent.clone(), ticket: None });
            }
            Event::Accepted { step, ticket } => {
                let pending = self.pending.get_mut(step).ok_or_else(|| never_begun(*step))?;
                pending.ticket = Some(ticket.clone());
            }
            Event::Done { step, object } => {
                let intent = self.close(*step)?;
                self.settle(&intent, object.clone());
            }
            Event::Failed { step, object, .. } => {
                let intent = self.close(*step)?;
                if object.is_some() || intent.act == Act::Create {
                    self.settle(&intent, object.clone());
                }
            }
            Event::Dropped { step } => {
                self.close(*step)?;
            }
            Event::Refreshed { addr, deposed, object } => self.place(addr, deposed.as_ref(), object.clone()),
            Event::Deposed { addr, key } => {
                let object = self
                    .objects
                    .remove(addr)
                    .ok_or_else(|| Contradiction(format!("{addr} was replaced but does not exist")))?;
                self.deposed.insert((addr.clone(), key.clone()), object);
            }
            Event::Forgotten { addr } => {
                self.objects.remove(addr);
            }
            Event::Output { name, output } => match output {
                Some(output) => {
                    self.outputs.insert(name.clone(), output.clone());
                }
                None => {
                    self.outputs.remove(name);
                }
            },
            Event::End { .. } => self.running = None,
        }
        Ok(())
    }

    fn begin(&mut self, serial: u64, lineage: &Name, cloud: Option<&Name>) -> Result<(), Contradiction> {
        if serial != self.serial + 1 {
            return Err(Contradiction(format!("operation {serial} does not follow operation {}", self.serial)));
        }
        if self.lineage.as_ref().is_some_and(|own| own != lineage) {
            return Err(Contradiction(format!("operation {serial} belongs to another state ({lineage})")));
        }
        self.serial = serial;
        self.lineage = Some(lineage.clone());
        if let Some(cloud) = cloud {
            self.cloud = Some(cloud.clone());
        }
        Ok(())
    }

    fn close(&mut self, step: StepId) -> Result<Intent, Contradiction> {
        self.pending.remove(&step).map(|pending| pending.intent).ok_or_else(|| never_begun(step))
    }

    fn settle(&mut self, intent: &Intent, object: Option<Object>) {
        self.place(&intent.addr, intent.deposed.as_ref(), object);
    }

    fn place(&mut self, addr: &Addr, deposed: Option<&Name>, object: Option<Object>) {
        match (deposed, object) {
            (None, Some(object)) => {
                self.objects.insert(addr.clone(), object);
            }
            (None, None) => {
                self.objects.remove(addr);
            }
            (Some(key), Some(object)) => {
                self.deposed.insert((addr.clone(), key.clone()), object);
            }
            (Some(key), None) => {
                self.deposed.remove(&(addr.clone(), key.clone()));
            }
        }
    }
}

fn never_begun(step: StepId) -> Contradiction {
    Contradiction(format!("step {} of operation {} ended but was never begun", step.step, step.operation))
}
