//! Obeys the options about the lock and the place of the state, or says why not.
//!
//! **Never:** hold the lock: whoever works takes it. In: options and a folder. Out: nothing, when the
//! work may begin.

use std::path::Path;
use std::time::Duration;

use crate::diag::{Diagnostic, Sources};
use crate::store::{Access, Store, StoreError};

use super::arguments::{LockArguments, LockingArguments};
use super::exit::Exit;
use super::screen::Screen;
use super::session::Outcome;
use super::workspace;

/// So long a locked store is tried before it says so.
const TRY: Duration = Duration::from_millis(200);

/// Refuses what cannot be obeyed, and waits for the lock of the selected workspace where that was asked for.
pub(super) fn obey(options: &LockingArguments, folder: &Path, screen: &Screen) -> Outcome<()> {
    if let Some(wrong) = elsewhere(options) {
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    // Which state is meant matters only where it is waited for.
    let state = match options.lock.lock_timeout {
        Some(_) => workspace::state(folder, screen)?,
        None => folder.to_owned(),
    };
    wait(&options.lock, &state, screen)
}

/// The same for the state in a folder.
pub(super) fn wait(options: &LockArguments, state: &Path, screen: &Screen) -> Outcome<()> {
    if !options.lock {
        let detail = "-lock=false asks for work on a state that another process may be changing. acier always takes the \
                      lock; it is the operating system's own and ends with its process, so none is ever left behind.";
        let hint = "Drop the option, or wait for the lock with -lock-timeout=5m.";
        let wrong = Diagnostic::error("The state is always locked", detail).hint(hint);
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    let Some(limit) = options.lock_timeout.filter(|_| state.is_dir()) else { return Ok(()) };
    let tries = limit.as_millis().div_ceil(TRY.as_millis());
    for _ in 0..tries {
        // What else may be wrong with the store is said by who opens it next.
        if !matches!(Store::open(state, Access::Write), Err(StoreError::Locked { .. })) {
            break;
        }
    }
    Ok(())
}

fn elsewhere(options: &LockingArguments) -> Option<Diagnostic> {
    let places = [("-state", &options.state), ("-state-out", &options.state_out), ("-backup", &options.backup)];
    let (name, file) = places.into_iter().find_map(|(name, file)| Some((name, file.as_ref()?)))?;
    let detail = format!(
        "{name}={file} names a file for the state. acier keeps the state as a log in the folder \"state\" beside the \
         configuration, with its whole history."
    );
    let hint = "Drop the option. To work with another state use another folder (-chdir); to take over a state file, use \
                acier state import-tfstate FILE.";
    Some(Diagnostic::error("The state has one place", detail).hint(hint))
}
