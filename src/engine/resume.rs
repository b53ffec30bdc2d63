//! Finds out what became of the steps that a crash, an abort or a lost answer left in flight.
//!
//! **Never:** send a change. An accepted step is followed by its ticket, any other is looked up
//! by its id, which we know because ARM ids are made of names. What exists is adopted, what never
//! happened is dropped; an ordinary plan does the rest.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::diag::Diagnostics;
use crate::provider::{Call, Fault, Handle, Progress, Provider, Ticket, Verb};
use crate::state::{Act, Event, Journal, JournalError, OperationKind, Pending, StepId};
use crate::value::{Type, Value};

use super::Notice;
use super::drive::{Note, drive, find, is_unsure};
use super::notice::diagnose;
use super::record::{Desk, object};

/// How long a step of an earlier run is followed: the longest default limit of any kind.
const LIMIT: Duration = Duration::from_secs(90 * 60);

/// Resolves all pending steps. Does nothing, not even write, when there are none.
///
/// # Errors
/// The journal could not be written. Steps that could not be resolved stay pending and are named
/// in the diagnostics.
pub async fn resume<P: Provider, J: Journal>(
    provider: &P,
    desk: &mut Desk<'_, J>,
    parallelism: usize,
    notices: &mut dyn FnMut(Notice),
) -> Result<Diagnostics, JournalError> {
    if desk.state.pending.is_empty() {
        return Ok(Diagnostics::none());
    }
    let pending: Vec<(StepId, Pending)> = desk.state.pending.iter().map(|(step, p)| (*step, p.clone())).collect();
    notices(Notice::Resuming { steps: pending.len() });
    desk.begin(OperationKind::Resume, Some(provider.cloud()))?;
    let priors: Vec<Value> = pending.iter().map(|(_, pending)| prior(desk, pending)).collect();
    let asked = pending.into_iter().zip(priors).map(|((step, pending), prior)| async move {
        let call = call(&pending, prior);
        let ended = find_out(provider, &call, pending.ticket.clone().map(Ticket)).await;
        (step, pending, ended)
    });
    let mut diagnostics = Diagnostics::none();
    let mut answers = stream::iter(asked).buffer_unordered(parallelism.max(1));
    while let Some((step, pending, ended)) = answers.next().await {
        match ended {
            Ok(known) => {
                let (event, what) = conclude(provider, desk, step, &pending, &known);
                desk.record(&[event], false)?;
                notices(Notice::Resumed { addr: pending.intent.addr.clone(), what });
            }
            Err(fault) => diagnostics.push(diagnose(&fault, &pending.intent.addr.to_string())),
        }
    }
    desk.end(!diagnostics.has_errors())?;
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
    Call { verb, kind: intent.kind.clone(), id: intent.id.clone(), prior, planned, cost: Default::default() }
}

/// What is known about a step: the object as it is, and whether the cloud says that it went wrong.
struct Known {
    value: Value,
    fault: Option<Fault>,
}

async fn find_out<P: Provider>(provider: &P, call: &Call, ticket: Option<Ticket>) -> Result<Known, Fault> {
    let fault = match follow_to_end(provider, call, ticket).await {
        Ok(value) => return Ok(Known { value, fault: None }),
        Err(fault) if is_unsure(&fault) => return Err(fault),
        Err(fault) => fault,
    };
    // Nor is a failed update believed for what the cloud never returns.
    let prior = if call.verb == Verb::Create { &call.planned } else { &call.prior };
    let handle = Handle { kind: call.kind.clone(), id: call.id.clone(), prior: prior.clone() };
    let value = provider.read(&handle).await?;
    Ok(Known { value, fault: Some(fault) })
}

async fn follow_to_end<P: Provider>(provider: &P, call: &Call, ticket: Option<Ticket>) -> Result<Value, Fault> {
    let accepted = ticket.is_some();
    if let Some(ticket) = ticket {
        match drive(provider, call, ticket, Duration::ZERO, LIMIT, Note::default()).await {
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
    match find(provider, &call).await? {
        Progress::Done(value) => Ok(value),
        Progress::Pending { ticket, after, .. } => drive(provider, &call, ticket, after, LIMIT, Note::default()).await,
    }
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
    let exists = |tainted| (!gone).then(|| object(provider, &shown, &known.value, desk.key, tainted));
    if let Some(fault) = &known.fault
        && !(gone && intent.act == Act::Delete)
    {
        let object = exists(intent.act == Act::Create);
        return (Event::Failed { step, message: fault.to_string().into(), object }, "failed");
    }
    match (intent.act, gone) {
        (Act::Create, true) => (Event::Dropped { step }, "was never created"),
        (Act::Create, false) => (Event::Done { step, object: exists(false) }, "was created"),
        (Act::Update, false) => (Event::Done { step, object: exists(false) }, "is recorded as found"),
        (Act::Update, true) => (Event::Done { step, object: None }, "is gone"),
        (Act::Delete, true) => (Event::Done { step, object: None }, "was deleted"),
        (Act::Delete, false) => (Event::Dropped { step }, "was not deleted"),
    }
}
