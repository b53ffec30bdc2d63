//! The terminal of the person at it: its size, its raw mode, and keys and bytes through a socket.
//!
//! **Never:** leave a terminal raw. It is restored when the guard goes: at the end, on an error, on
//! SIGTERM and SIGHUP, and before the words of a panic. In raw mode every key is a byte for the
//! container, Ctrl-C too; where input is no terminal it is typed in, with Ctrl-D behind it.

use std::io::IsTerminal as _;
use std::sync::Once;

use tokio::io::AsyncReadExt as _;

use crate::arm::socket::{Received, Receiver, Sender};
use crate::arm::wire::Lost;
use crate::resources::operate::door::Size;

use super::dial::Dialled;
use super::screen::Screen;

/// What a terminal sends for Ctrl-D.
const END: u8 = 4;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The other side ended it.
    There,
    /// A signal ended it here.
    Here,
}

/// A terminal in raw mode for as long as this lives.
struct Raw;

impl Raw {
    fn enter() -> std::io::Result<Raw> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // The words of a panic would run down the screen like stairs.
                let _ = crossterm::terminal::disable_raw_mode();
                before(panic);
            }));
        });
        crossterm::terminal::enable_raw_mode().map(|()| Raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// The size of the terminal that is typed at or printed to.
pub(super) fn size() -> Size {
    let told = terminal_size::terminal_size_of(std::io::stdin())
        .or_else(|| terminal_size::terminal_size_of(std::io::stdout()));
    told.map_or(Size::USUAL, |(columns, rows)| Size::told(rows.0, columns.0))
}

/// Connects keyboard and screen with a container until either side ends it.
pub(super) async fn converse(dialled: Dialled, screen: &Screen) -> Result<Ended, Lost> {
    let hung_up = hang_up();
    let raw = std::io::stdin().is_terminal().then(Raw::enter).transpose();
    let raw = raw.map_err(|error| Lost {
        message: format!("The terminal cannot be switched to raw mode: {error}."),
        sent: false,
        lasting: true,
    })?;
    let Dialled { socket, work } = dialled;
    let (mut to, mut from) = socket.split();
    let ended = tokio::select! {
        ended = show(&mut from, screen) => ended.map(|()| Ended::There),
        Err(lost) = type_in(&mut to, raw.is_some()) => Err(lost),
        () = work => Ok(Ended::There),
        () = hung_up => Ok(Ended::Here),
    };
    if raw.is_some() && ended != Ok(Ended::There) {
        // What comes next must not stand behind a prompt of the container.
        screen.bytes(b"\r\n");
    }
    drop(raw);
    ended
}

/// Shows what a container prints until it ends, or somebody does not want to see more.
pub(super) async fn watch(dialled: Dialled, screen: &Screen) -> Result<Ended, Lost> {
    let hung_up = hang_up();
    let Dialled { socket, work } = dialled;
    let (_to, mut from) = socket.split();
    tokio::select! {
        ended = show(&mut from, screen) => ended.map(|()| Ended::There),
        () = work => Ok(Ended::There),
        () = hung_up => Ok(Ended::Here),
    }
}

async fn show(from: &mut Receiver, screen: &Screen) -> Result<(), Lost> {
    loop {
        match from.receive().await? {
            Received::Bytes(bytes) => screen.bytes(&bytes),
            Received::End => return Ok(()),
        }
    }
}

/// Sends what is typed; ends only with an error, because the container has the last word.
async fn type_in(to: &mut Sender, raw: bool) -> Result<std::convert::Infallible, Lost> {
    let mut stdin = tokio::io::stdin();
    let mut keys = [0; 4096];
    let mut last = b'\n';
    loop {
        match stdin.read(&mut keys).await {
            Ok(count) if count > 0 => {
                last = keys[count - 1];
                to.send(&keys[..count]).await?;
            }
            _ => break,
        }
    }
    if !raw {
        to.send(ending(last)).await?;
    }
    std::future::pending().await
}

/// What says on a terminal that the input has ended: Ctrl-D ends a line that has begun, and only
/// behind that, or at the begin of a line, the input.
fn ending(last: u8) -> &'static [u8] {
    if last == b'\n' || last == b'\r' { &[END] } else { &[END, END] }
}

/// Listens from now on, before anything is changed or shown, and waits for somebody who wants to
/// see an end.
#[cfg(unix)]
fn hang_up() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    let signals = kinds.map(signal);
    async move {
        let [Ok(mut terminate), Ok(mut hangup), Ok(mut interrupt)] = signals else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
fn hang_up() -> impl Future<Output = ()> {
    let signal = tokio::signal::windows::ctrl_c();
    async move {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_ends_in_a_line_needs_ctrl_d_twice() {
        assert_eq!(ending(b'\n'), [4]);
        assert_eq!(ending(b's'), [4, 4]);
    }
}
