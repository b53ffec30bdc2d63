//! Interrupts: the first asks to finish, the second to leave.
//!
//! **Never:** end the process by itself. Works with Ctrl-C everywhere and with SIGTERM on Unix,
//! which CI systems send first.

use std::future::Future;

use tokio::sync::watch;

use crate::engine::Level;

/// Runs `work` while listening; `work` sees the level rise with each interrupt.
pub(super) async fn listen<T>(sender: watch::Sender<Level>, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = signal() => {
                let level = if *sender.borrow() == Level::Go { Level::Finish } else { Level::Abort };
                sender.send_replace(level);
            }
        }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
