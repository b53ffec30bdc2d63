//! Finds out what became of the steps that a crash, an abort or a lost answer left in flight.
//!
//! **Never:** send a change. An accepted step is followed by its ticket, any other is looked up
//! by its id, which we know because ARM ids are made of names. What exists is adopted, what never
//! happened is dropped; an ordinary plan does the rest.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::provider::{Call, Fault, FaultKind, Progress, Provider, Ticket, Verb};
use crate::state::{Act, Event, Journal, JournalError, OperationKind, Pending, StepId};
use crate::value::{Type, Value};

use super::Notice;
use super::drive::{Next, Note, drive, find, is_unsure};
use super::notice::diagnose;
use super::record::{Desk, Left, object};

/// How long a step of an earlier run is followed: the longest default limit of any kind.
const LIMIT: Duration = Duration::from_secs(90 * 60);

/// What to do about an object that stands while what runs in it has not come to where it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Follow it to its end: the run that comes goes on where the earlier one stopped.
    Follow,
    /// Leave it pending: the run that comes only looks.
    Leave,
    /// Take it for what it is, half made: the run that comes deletes it.
    Drop,
}

/// Resolves all pending steps. Does nothing, not even write, when there are none.
///
/// # Errors
/// The journal could not be written. Steps that could not be resolved stay pending and are named
/// in the diagnostics.
pub async fn resume<P: Provider, J: Journal>(
    provider: &P,
    desk: &mut Desk<'_, J>,
    parallelism: usize,
    patience: Patience,
    notices: &mut dyn FnMut(Notice),
) -> Result<Diagnostics, JournalError> {
    if desk.state.pending.is_empty() {
        return Ok(Diagnostics::none());
    }
    let pending: Vec<(StepId, Pending)> = desk.state.pending.iter().map(|(step, p)| (*step, p.clone())).collect();
    notices(Notice::Resuming { steps: pending.len() });
    desk.begin(OperationKind::Resume, Some(provider.cloud()))?;
    let priors: Vec<Value> = pending.iter().map(|(_, pending)| prior(desk, pending)).collect();
    let notices = &RefCell::new(notices);
    let asked = pending.into_iter().zip(priors).map(|((step, pending), prior)| async move {
        let call = call(&pending, prior);
        let tell = |line| (notices.borrow_mut())(Notice::Happened { addr: pending.intent.addr.clone(), line });
        let ended = find_out(provider, &call, pending.ticket.clone().map(Ticket), patience, &tell).await;
        (step, pending, ended)
    });
    let mut diagnostics = Diagnostics::none();
    let mut answers = stream::iter(asked).buffer_unordered(parallelism.max(1));
    while let Some((step, pending, ended)) = answers.next().await {
        match ended {
            Ok(known) => {
                let (event, what) = conclude(provider, desk, step, &pending, &known);
                desk.record(&[event], false)?;
                (notices.borrow_mut())(Notice::Resumed { addr: pending.intent.addr.clone(), what });
                if let Some(fault) =
                    known.fault.filter(|fault| fault.kind == FaultKind::Run && patience != Patience::Drop)
                {
                    // The plan that comes tries again, but what went wrong must be told once.
                    let told = diagnose(&fault, &pending.intent.addr.to_string());
                    diagnostics.push(Diagnostic { severity: Severity::Warning, ..told });
                }
            }
            Err(fault) if fault.kind == FaultKind::Run => {
                (notices.borrow_mut())(Notice::Happened { addr: pending.intent.addr.clone(), line: fault.message });
            }
            Err(fault) => diagnostics.push(diagnose(&fault, &pending.intent.addr.to_string())),
        }
    }
    let complete = !diagnostics.has_errors() && desk.state.pending.is_empty();
    desk.end(complete)?;
    Ok(diagnostics)
}

fn prior<J>(desk: &Desk<'_, J>, pending: &Pending) -> Value {
    let intent = &pending.intent;
    let object = match &intent.deposed {
        Some(key) => desk.state.deposed.get(&(intent.addr.clone(), key.clone())),
        None => desk.state.objects.get(&intent.addr),
    };
    object.map_or_else(|| Value::null(Type::Dynamic), |object| object.value.clone())
}

fn call(pending: &Pending, prior: Value) -> Call {
    let intent = &pending.intent;
    let verb = match intent.act {
        Act::Create => Verb::Create,
        Act::Update => Verb::Update,
        Act::Delete => Verb::Delete,
    };
    let planned = intent.planned.clone();
    // The cost only says how to send a call, and this one is not sent anew.
    let cloud = intent.cloud.clone().unwrap_or_else(|| "".into());
    Call { verb, kind: intent.kind.clone(), id: intent.id.clone(), prior, planned, cloud, cost: Default::default() }
}

/// What is known about a step: the object as it is, and whether the cloud says that it went wrong.
struct Known {
    value: Value,
    fault: Option<Fault>,
}

async fn find_out<P: Provider>(
    provider: &P,
    call: &Call,
    ticket: Option<Ticket>,
    patience: Patience,
    tell: &dyn Fn(String),
) -> Result<Known, Fault> {
    let fault = match follow_to_end(provider, call, ticket, patience, tell).await {
        Ok(Some(value)) => return Ok(Known { value, fault: None }),
        Ok(None) => match patience {
            Patience::Drop => going_on("what runs in it goes on, and is not waited for".into()),
            Patience::Leave => return Err(going_on("what runs in it goes on; the next apply waits for it".into())),
            Patience::Follow => {
                let minutes = LIMIT.as_secs() / 60;
                let message = format!("What runs in it has not ended within {minutes} minutes.");
                let hint = "Run the same command again to go on waiting, or destroy the object.".to_owned();
                return Err(Fault { kind: FaultKind::TimedOut, hint: Some(hint), ..going_on(message) });
            }
        },
        Err(fault) if is_unsure(&fault) => return Err(fault),
        Err(fault) => fault,
    };
    let value = provider.read(&call.after()).await?;
    Ok(Known { value, fault: Some(fault) })
}

fn going_on(message: String) -> Fault {
    Fault { kind: FaultKind::Run, code: String::new(), message, trace: String::new(), hint: None }
}

/// Drives to the end; nothing when what runs in the object is not waited for any longer.
async fn to_end<P: Provider>(
    provider: &P,
    call: &Call,
    mut progress: Progress,
    patience: Patience,
    tell: &dyn Fn(String),
) -> Result<Option<Value>, Fault> {
    let until = Instant::now() + LIMIT;
    loop {
        let (ticket, after, standing) = match progress {
            Progress::Done(value) => return Ok(Some(value)),
            Progress::Pending { standing: true, .. } if patience != Patience::Follow => return Ok(None),
            Progress::Pending { ticket, after, news, standing, .. } => {
                news.into_iter().for_each(tell);
                (ticket, after, standing)
            }
        };
        progress = match drive(provider, call, Next { ticket, after, standing, until }, Note::default()).await {
            Err(fault) if standing && fault.kind == FaultKind::TimedOut => return Ok(None),
            driven => driven?,
        };
    }
}

async fn follow_to_end<P: Provider>(
    provider: &P,
    call: &Call,
    ticket: Option<Ticket>,
    patience: Patience,
    tell: &dyn Fn(String),
) -> Result<Option<Value>, Fault> {
    let accepted = ticket.is_some();
    if let Some(ticket) = ticket {
        let (after, note, news) = (Duration::ZERO, String::new(), Vec::new());
        let known = Progress::Pending { ticket, after, note, news, standing: false };
        match to_end(provider, call, known, patience, tell).await {
            // The object itself can say how it stands, even where the operation cannot be read.
            Err(fault) if is_unsure(&fault) => {}
            ended => return ended,
        }
    }
    // An update that was perhaps never carried out must not be believed for what the cloud never
    // returns: with the prior secrets as its base, a changed secret shows as a difference again.
    let mut call = call.clone();
    if call.verb == Verb::Update && !accepted {
        call.planned = call.prior.clone();
    }
    let found = find(provider, &call).await?;
    to_end(provider, &call, found, patience, tell).await
}

fn conclude<P: Provider, J: Journal>(
    provider: &P,
    desk: &Desk<'_, J>,
    step: StepId,
    pending: &Pending,
    known: &Known,
) -> (Event, &'static str) {
    let intent = &pending.intent;
    let gone = known.value.is_null();
    let mut shown = intent.clone();
    if known.fault.is_some() && intent.act != Act::Create {
        shown.planned = prior(desk, pending);
    }
    let exists = |left| (!gone).then(|| object(provider, &shown, &known.value, desk.key, left));
    if let Some(fault) = &known.fault
        && !(gone && intent.act == Act::Delete)
    {
        let left = match intent.act {
            Act::Create => Left::Tainted,
            Act::Update if pending.ticket.is_some() || fault.kind == FaultKind::Run => Left::Unfinished,
            _ => Left::Whole,
        };
        let object = exists(left);
        return (Event::Failed { step, message: fault.to_string().into(), object }, "failed");
    }
    match (intent.act, gone) {
        (Act::Create, false) if intent.provisions => (
            Event::Done { step, object: exists(Left::Unprovisioned) },
            "was created, and its provisioners had not run: it is tainted, and the next apply replaces it",
        ),
        (Act::Delete, false) if intent.provisions => (
            Event::Dropped { step },
            "was not deleted; its destroy-time provisioners may have run, and run again when it is destroyed",
        ),
        (Act::Create, true) => (Event::Dropped { step }, "was never created"),
        (Act::Create, false) => (Event::Done { step, object: exists(Left::Whole) }, "was created"),
        (Act::Update, false) => (Event::Done { step, object: exists(Left::Whole) }, "is recorded as found"),
        (Act::Update, true) => (Event::Done { step, object: None }, "is gone"),
        (Act::Delete, true) => (Event::Done { step, object: None }, "was deleted"),
        (Act::Delete, false) => (Event::Dropped { step }, "was not deleted"),
    }
}
