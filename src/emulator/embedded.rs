//! The emulator in the same process: a transport that never leaves it.
//!
//! **Never:** share the world with another thread. The clock is tokio's, counted from a start time,
//! so that a paused tokio clock moves the emulated cloud and twenty minutes take none.
//! Requests need a bearer token as on the network; the token endpoint answers here too.
#![expect(clippy::disallowed_methods, reason = "this is where the emulator's clock begins")]

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

use futures_util::future::LocalBoxFuture;
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::arm::wire::{Lost, Request, Response, Transport};
use crate::emulator::disk::Disk;
use crate::emulator::faults::Faults;
use crate::emulator::settings::Settings;
use crate::emulator::world::{Existence, World, unwritten};

/// The base URL of the embedded emulator; a name that no network has.
pub const BASE: &str = "https://emulator.acier.invalid";

/// Bytes that a connection inside the process holds before its writer waits.
const BUFFER: usize = 64 * 1024;

/// Milliseconds since 1970 by the system's clock.
pub(crate) fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// An emulator in this process.
#[derive(Debug)]
pub struct Embedded {
    /// The world and the disk that writes its changes down, if it is kept.
    inner: RefCell<(World, Option<Disk>)>,
    start: i64,
    origin: Instant,
    /// The milliseconds that the clock was put forward by.
    skipped: Cell<i64>,
}

impl Embedded {
    /// Opens the world of a folder, or a new one in memory, at the time of the system's clock.
    ///
    /// # Errors
    /// A sentence: the folder is in use, cannot be written, or its log is damaged.
    pub fn open(folder: Option<&Path>, settings: Settings) -> Result<Embedded, String> {
        Embedded::open_at(folder, settings, system_time())
    }

    /// The same at a time of choice, in milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn open_at(folder: Option<&Path>, settings: Settings, start: i64) -> Result<Embedded, String> {
        let inner = match folder {
            None => (World::new(settings), None),
            Some(folder) => {
                let (disk, tables) = Disk::open(folder)?;
                (World::with(settings, tables), Some(disk))
            }
        };
        Ok(Embedded { inner: RefCell::new(inner), start, origin: Instant::now(), skipped: Cell::new(0) })
    }

    fn now(&self) -> i64 {
        let gone = i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start.saturating_add(gone).saturating_add(self.skipped.get())
    }

    /// Puts the clock forward by so many milliseconds: what waits for them is over now.
    pub(crate) fn forward(&self, time: i64) {
        self.skipped.set(self.skipped.get().saturating_add(time));
    }

    /// Answers a request after writing down what it changed.
    ///
    /// # Errors
    /// When a fault says that the connection is lost.
    pub fn answer(&self, request: &Request) -> Result<Response, Lost> {
        let (world, disk) = &mut *self.inner.borrow_mut();
        let answer = world.handle(self.now(), request);
        let written = match (world.take_batch(), disk) {
            (Some(batch), Some(disk)) => disk.append(&batch),
            _ => Ok(()),
        };
        match written {
            Ok(()) => answer,
            Err(why) => Ok(unwritten(&why)),
        }
    }

    /// Looks into the world as it is now; what sockets change is never written down.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&mut World, i64) -> T) -> T {
        work(&mut self.inner.borrow_mut().0, self.now())
    }

    /// Every id that ever came into existence, with how often.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Existence> {
        self.inner.borrow().0.snapshot()
    }

    /// How many requests of a method came so far.
    #[must_use]
    pub fn requests(&self, method: &str) -> u64 {
        self.inner.borrow().0.requests(method)
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.inner.borrow_mut().0.set_faults(faults);
    }
}

impl Transport for Embedded {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        self.answer(&request)
    }
}

impl Embedded {
    /// A connection to this emulator inside the process, as a client's end of a stream, and the work
    /// that must go on meanwhile for it to be answered: the same conversation as on a port.
    #[must_use]
    pub fn connect(self: &Rc<Self>) -> (DuplexStream, LocalBoxFuture<'static, ()>) {
        let (near, far) = tokio::io::duplex(BUFFER);
        (near, Box::pin(crate::emulator::http::converse(self.clone(), far, "https", None)))
    }
}

impl Transport for &Embedded {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        self.answer(&request)
    }
}
