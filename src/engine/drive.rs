//! Owns the clock of one call: sends nothing but polls until the cloud says it ended.
//!
//! **Never:** write to the journal; the caller has recorded the ticket before it drives. The same
//! function serves apply, resume and, later, the plugin.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::provider::{Call, Fault, FaultKind, Progress, Provider, Ticket};
use crate::value::Value;

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
