//! Steps whose sort the cloud limits in number wait for their turn before anything is written.
//!
//! **Never:** send or record anything: a step that waits was not begun, so its time limit has not
//! started, a crash leaves nothing behind, and an interrupt lets it go. The decision to question:
//! those that wait take no place among the steps in flight, or ten of them would hold up all else.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::provider::{Fault, FaultKind, Provider, Turn};
use crate::state::{Journal, JournalError};

use super::apply::{Flight, Walk};
use super::land::Landed;
use super::{Level, Notice};

/// How often in a row a step may come too early: each time the cloud has said when to come again, so
/// somebody else must be using up all that there is.
const TOO_EARLY: u32 = 12;

impl<P: Provider, J: Journal> Walk<'_, '_, P, J> {
    /// Sets a step aside until its turn.
    pub(super) fn await_turn(&mut self, number: u32, flight: Flight, turn: Turn) {
        if self.waiting.is_empty() {
            (self.notices)(Notice::Waiting { wait: turn.after, why: turn.why.clone() });
        }
        self.waiting.insert(number, flight);
        let stop = self.stop.clone();
        let at = Instant::now() + turn.after;
        self.futures.push(Box::pin(async move { (number, Landed::Turn(comes(at, stop).await)) }));
    }

    /// What becomes of a step whose turn has come, or that is not to be begun any more.
    pub(super) fn turn(&mut self, number: u32, came: bool) -> Result<(), JournalError> {
        if came {
            self.turned.push_back(number);
        } else if let Some(flight) = self.waiting.remove(&number)
            && let Some(refusal) = flight.refusal.clone()
        {
            // It was sent once, and refused: that is looked up before it is written down.
            self.flights.insert(number, flight);
            self.ask_again(number, refusal, false);
        }
        Ok(())
    }

    /// Lets a step whose call came too early wait for another turn, its intent standing; false when
    /// there is no sense in that.
    pub(super) fn stand_again(&mut self, number: u32, fault: &Fault) -> bool {
        if fault.kind != FaultKind::Throttled || self.report.interrupted {
            return false;
        }
        let Some(flight) = self.flights.get(&number).filter(|flight| flight.too_early < TOO_EARLY) else {
            return false;
        };
        let Some(turn) = self.provider.turn(&flight.call) else { return false };
        let Some(mut flight) = self.flights.remove(&number) else { return false };
        flight.too_early += 1;
        flight.refusal = Some(fault.clone());
        self.await_turn(number, flight, turn);
        true
    }

    /// Takes a step into flight whose turn it is.
    pub(super) fn take_turn(&mut self, number: u32) -> Result<(), JournalError> {
        let Some(mut flight) = self.waiting.remove(&number) else { return Ok(()) };
        let Some((_, change)) = self.step(number) else { return Ok(()) };
        flight.since = Instant::now();
        if flight.refusal.is_some() {
            self.flights.insert(number, flight);
            self.call(number);
            return Ok(());
        }
        self.set_out(number, change, flight)
    }
}

/// Whether the turn came before the user asked to begin nothing more.
async fn comes(at: Instant, mut stop: watch::Receiver<Level>) -> bool {
    tokio::select! {
        biased;
        stopped = stop.wait_for(|level| *level != Level::Go) => {
            // Without anybody who could stop it, the turn comes for certain.
            if stopped.is_ok() {
                return false;
            }
            tokio::time::sleep_until(at).await;
            true
        }
        () = tokio::time::sleep_until(at) => true,
    }
}
