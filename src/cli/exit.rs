//! Exit codes, part of the interface: the README and `-help` list them.
//!
//! **Never:** carry text; whoever fails has said why already.

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: the configuration, the sign-in or the service said no.
    Failed,
    /// 2: `plan -detailed-exitcode` found changes.
    Changes,
    /// 2: `fmt` found a file that it cannot read.
    Unreadable,
    /// 3: `fmt -check` found a file that is not formatted.
    Unformatted,
    /// 3: the state is in use by another process.
    Locked,
    /// 4: the saved plan no longer fits the state.
    Stale,
    /// 5: the state is damaged.
    Damaged,
    /// 6: a stage of an apply is done, and others wait.
    Waiting,
    /// 64: the command line is wrong.
    Usage,
    /// 124: `wait -timeout` ended before what was waited for came, as with `timeout`.
    TimedOut,
    /// 130: stopped by an interrupt.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes | Exit::Unreadable => 2,
            Exit::Locked | Exit::Unformatted => 3,
            Exit::Stale => 4,
            Exit::Damaged => 5,
            Exit::Waiting => 6,
            Exit::Usage => 64,
            Exit::TimedOut => 124,
            Exit::Interrupted => 130,
        }
    }
}
