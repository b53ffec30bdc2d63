//! Owns the clock of one call: sends nothing but polls until the cloud says it ended.
//!
//! **Never:** write to the journal; the caller has recorded the ticket before it drives. The same
//! function serves apply, resume and, later, the plugin.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::provider::{Call, Fault, FaultKind, Progress, Provider, Ticket, Verb};
use crate::value::Value;

/// How long to wait before each further look for an object that was perhaps made: a request may
/// arrive after the connection was lost, and reading may lag behind writing for some seconds.
/// Source: Azure Resource Manager, "Common deployment errors", resource not found.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// What the cloud said last about a call in flight; progress lines read it.
pub type Note = Rc<RefCell<String>>;

/// Polls until the call ends. Stops with [`FaultKind::TimedOut`] after `limit`.
///
/// # Errors
/// What the cloud said, or that it took too long.
pub async fn drive<P: Provider>(
    provider: &P,
    call: &Call,
    ticket: Ticket,
    after: Duration,
    limit: Duration,
    note: Note,
) -> Result<Value, Fault> {
    let polling = poll_to_end(provider, call, ticket, after, note);
    match tokio::time::timeout(limit, polling).await {
        Ok(ended) => ended,
        Err(_) => Err(Fault {
            kind: FaultKind::TimedOut,
            code: String::new(),
            message: format!("The operation did not end within {} seconds.", limit.as_secs()),
            trace: String::new(),
            hint: Some("raise the limit in the block's timeouts, or look at the object with `acier inspect`".into()),
        }),
    }
}

/// Finds out what became of a call whose answer was lost. That a creation left nothing behind is
/// believed only after several looks: to forget an object that appears later is to lose it.
///
/// # Errors
/// When the cloud could not be asked.
#[expect(clippy::disallowed_methods, reason = "it waits between looks at the cloud")]
pub async fn find<P: Provider>(provider: &P, call: &Call) -> Result<Progress, Fault> {
    for wait in LOOKS {
        let found = provider.follow(call).await?;
        let missing = matches!(&found, Progress::Done(value) if value.is_null());
        if call.verb != Verb::Create || !missing {
            return Ok(found);
        }
        tokio::time::sleep(wait).await;
    }
    provider.follow(call).await
}

/// Whether a fault leaves open what the cloud did: nobody could be asked.
pub(super) fn is_unsure(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Unreachable | FaultKind::Denied | FaultKind::SignIn | FaultKind::Throttled)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place of the engine that waits for a cloud")]
async fn poll_to_end<P: Provider>(
    provider: &P,
    call: &Call,
    mut ticket: Ticket,
    mut after: Duration,
    note: Note,
) -> Result<Value, Fault> {
    loop {
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        match provider.poll(call, &ticket).await? {
            Progress::Done(value) => return Ok(value),
            Progress::Pending { ticket: next, after: wait, note: said } => {
                ticket = next;
                after = wait;
                note.replace(said);
            }
        }
    }
}
