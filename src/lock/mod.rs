//! The operating system's lock on a file: one process at a time, let go when its owner dies.
//!
//! **Never:** know what the file is for. In: an open file. Out: whether it is ours now.
//! The decision to question: a refusal takes a fifth of a second, because a holder that is just
//! ending, or a child that it forked and that is about to run another program, lets go within
//! milliseconds and is not worth a refusal.

use std::fs::{File, TryLockError};
use std::time::Duration;

/// How often it is tried, ten milliseconds apart.
const TRIES: u32 = 20;

/// Takes the lock for as long as the file stays open.
///
/// # Errors
/// `WouldBlock` when another process holds it; else what the system said.
#[expect(clippy::disallowed_methods, reason = "waits for an ending process, a fifth of a second at most")]
pub fn take(file: &File) -> Result<(), TryLockError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            decided => return decided,
        }
    }
    file.try_lock()
}
