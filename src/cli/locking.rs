//! Obeys the options about the lock and the place of the state, or says why not.
//!
//! **Never:** hold the lock: whoever works takes it. In: options. Out: nothing, when the work may begin.

use crate::diag::{Diagnostic, Sources};
use crate::store::Store;

use super::arguments::{LockArguments, LockingArguments};
use super::exit::Exit;
use super::screen::Screen;
use super::session::Outcome;

/// Refuses what cannot be obeyed, and says how long locks are waited for.
pub(super) fn obey(options: &LockingArguments, screen: &Screen) -> Outcome<()> {
    if let Some(wrong) = elsewhere(options) {
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    wait(&options.lock, screen)
}

/// The same for commands that know no other place of the state.
pub(super) fn wait(options: &LockArguments, screen: &Screen) -> Outcome<()> {
    if !options.lock {
        let detail = "-lock=false asks for work on a state that another process may be changing. acier always takes the \
                      lock; it is the operating system's own and ends with its process, so none is ever left behind.";
        let hint = "Drop the option, or wait for the lock with -lock-timeout=5m.";
        let wrong = Diagnostic::error("The state is always locked", detail).hint(hint);
        screen.diagnostic(&wrong, &Sources::default());
        return Err(Exit::Usage);
    }
    if let Some(limit) = options.lock_timeout {
        Store::wait_for_locks(limit);
    }
    Ok(())
}

fn elsewhere(options: &LockingArguments) -> Option<Diagnostic> {
    // A dash asks for no backup, and acier writes none.
    let backup = options.backup.clone().filter(|file| file != "-");
    let places = [("-state", &options.state), ("-state-out", &options.state_out), ("-backup", &backup)];
    let (name, file) = places.into_iter().find_map(|(name, file)| Some((name, file.as_ref()?)))?;
    let detail = format!(
        "{name}={file} names a file for the state. acier keeps the state as a log in the folder \"state\" beside the \
         configuration, with its whole history."
    );
    let hint = "Drop the option. To work with another state use another workspace (acier workspace new) or folder \
                (-chdir); to take over a state file, use acier state import-tfstate FILE.";
    Some(Diagnostic::error("The state has one place", detail).hint(hint))
}
