//! Owns the clock of one call: sends nothing but polls until the cloud says it ended.
//!
//! **Never:** write to the journal; the caller has recorded the ticket before it drives. The same
//! function serves apply, resume and, later, the plugin.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::provider::{Call, Fault, FaultKind, Progress, Provider, Ticket, Verb};

/// How long to wait before each further look for an object that was perhaps made: a request may
/// arrive after the connection was lost, and reading may lag behind writing for some seconds.
/// Source: Azure Resource Manager, "Common deployment errors", resource not found.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// What the cloud said last about a call in flight; progress lines read it.
pub type Note = Rc<RefCell<String>>;

/// Where a call stands that is to be driven on.
pub struct Next {
    /// For the next question.
    pub ticket: Ticket,
    /// How long to wait before it.
    pub after: Duration,
    /// Whether it is known that the object stands.
    pub standing: bool,
    /// When the call has to be over.
    pub until: Instant,
}

/// Polls until the call ends, or until there is something to tell or to write down: news, or that
/// the object stands. The caller then drives on. Stops with [`FaultKind::TimedOut`] at the limit.
///
/// # Errors
/// What the cloud said, or that it took too long.
pub async fn drive<P: Provider>(provider: &P, call: &Call, next: Next, note: Note) -> Result<Progress, Fault> {
    let until = next.until;
    let polling = poll_on(provider, call, next, &note);
    match tokio::time::timeout_at(until, polling).await {
        Ok(ended) => ended,
        Err(_) => {
            let said = note.borrow();
            let last = if said.is_empty() { String::new() } else { format!(" The last that is known of it: {said}.") };
            Err(Fault {
                kind: FaultKind::TimedOut,
                code: String::new(),
                message: format!("The operation did not end within its time limit.{last}"),
                trace: String::new(),
                hint: Some(
                    "Raise the limit in the block's timeouts, or look at the object with `acier inspect`.".into(),
                ),
            })
        }
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
async fn poll_on<P: Provider>(provider: &P, call: &Call, next: Next, note: &Note) -> Result<Progress, Fault> {
    let Next { mut ticket, mut after, standing: stood, .. } = next;
    loop {
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        match provider.poll(call, &ticket).await? {
            Progress::Pending { ticket: next, after: wait, note: said, news, standing }
                if news.is_empty() && standing == stood =>
            {
                ticket = next;
                after = wait;
                note.replace(said);
            }
            told => return Ok(told),
        }
    }
}
