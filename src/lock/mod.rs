//! The operating system's lock on a file: one process at a time, let go when its owner dies.
//!
//! **Never:** know what the file is for. In: an open file. Out: whether it is ours now.
//! The decisions to question: a refusal takes a fifth of a second, because a holder that is just
//! ending, or a child that it forked and that is about to run another program, lets go within
//! milliseconds and is not worth a refusal; and who wants to wait longer says so once for the whole
//! process, so that no lock is let go and taken again between waiting and working.

use std::fs::{File, TryLockError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// How often it is tried.
static TRIES: AtomicU64 = AtomicU64::new(20);

/// From now on this process waits so long for a lock, if that is longer than it waits anyway.
pub fn wait_for(limit: Duration) {
    let tries = limit.as_millis().div_ceil(PAUSE.as_millis());
    TRIES.fetch_max(u64::try_from(tries).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Takes the lock for as long as the file stays open.
///
/// # Errors
/// `WouldBlock` when another process holds it; else what the system said.
#[expect(clippy::disallowed_methods, reason = "waits for an ending process, or for as long as somebody asked")]
pub fn take(file: &File) -> Result<(), TryLockError> {
    for _ in 0..TRIES.load(Ordering::Relaxed) {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            decided => return decided,
        }
    }
    file.try_lock()
}
