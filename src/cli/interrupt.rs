//! Interrupts: the first asks to finish, the second to leave.
//!
//! **Never:** end the process while a plan is carried out. Works with Ctrl-C everywhere, and on Unix with
//! SIGTERM, which CI systems send first, and with SIGHUP, which a terminal sends that goes away. The decision
//! to question: once somebody has listened, the system does not end the process by itself any more, so
//! between two plans (a stage is planned, a question waits for its answer) a thread of its own does.

use std::future::Future;
#[cfg(unix)]
use std::future::poll_fn;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::task::{Context, Poll};

use tokio::sync::watch;

use crate::engine::Level;

use super::exit::Exit;

/// Whether a plan is being carried out.
static BUSY: AtomicBool = AtomicBool::new(false);

/// Runs `work` while listening; `work` sees the level rise with each interrupt.
pub(super) async fn listen<T>(sender: watch::Sender<Level>, work: impl Future<Output = T>) -> T {
    BUSY.store(true, Ordering::SeqCst);
    leave_when_idle();
    // One for the whole time: what comes while one interrupt is told is heard too.
    let mut ears = Ears::open();
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            biased;
            done = &mut work => break done,
            () = ears.hear() => {
                let level = if *sender.borrow() == Level::Go { Level::Finish } else { Level::Abort };
                sender.send_replace(level);
            }
        }
    };
    BUSY.store(false, Ordering::SeqCst);
    done
}

/// From now on an interrupt that finds no plan being carried out ends the process, as it would have before
/// anybody listened.
fn leave_when_idle() {
    static STARTED: Once = Once::new();
    let wait = || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let mut ears = runtime.block_on(async { Ears::open() });
        loop {
            runtime.block_on(ears.hear());
            if !BUSY.load(Ordering::SeqCst) {
                std::process::exit(Exit::Interrupted.code().into());
            }
        }
    };
    STARTED.call_once(|| drop(std::thread::Builder::new().name("interrupts".into()).spawn(wait)));
}

/// What interrupts come in by.
#[cfg(unix)]
struct Ears(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Ears {
    fn open() -> Ears {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let heard = if ignores_hangup() { 2 } else { 3 };
        Ears(kinds[..heard].iter().filter_map(|kind| signal(*kind).ok()).collect())
    }

    async fn hear(&mut self) {
        let mut any = |context: &mut Context<'_>| self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        poll_fn(|context| if any(context) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Whether this process was started to outlive its terminal (`nohup`). Only Linux tells; elsewhere it is
/// taken for one that was.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "asks the system about this process")]
fn ignores_hangup() -> bool {
    static IGNORED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *IGNORED.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
    })
}

/// What interrupts come in by.
#[cfg(not(unix))]
struct Ears;

#[cfg(not(unix))]
impl Ears {
    fn open() -> Ears {
        Ears
    }

    async fn hear(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
