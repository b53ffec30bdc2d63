//! The emulator in the same process: a transport that never leaves it.
//!
//! **Never:** share the world with another thread. The clock is tokio's, counted from a start time,
//! so that a paused tokio clock moves the emulated cloud and twenty minutes take none.
//! Requests need a bearer token as on the network; the token endpoint answers here too.
#![expect(clippy::disallowed_methods, reason = "this is where the emulator's clock begins")]

use std::cell::RefCell;
use std::path::Path;
use std::time::SystemTime;

use tokio::time::Instant;

use crate::arm::wire::{Lost, Request, Response, Transport};
use crate::emulator::disk::Disk;
use crate::emulator::settings::Settings;
use crate::emulator::world::{Existence, World, unwritten};

/// The base URL of the embedded emulator; a name that no network has.
pub const BASE: &str = "https://emulator.acier.invalid";

/// Milliseconds since 1970 by the system's clock.
pub(crate) fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A world with its disk: a change is written down before its answer leaves.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) world: World,
    disk: Option<Disk>,
}

impl Kept {
    /// The world of a folder, or a new one in memory.
    pub(crate) fn open(folder: Option<&Path>, settings: Settings) -> Result<Kept, String> {
        let Some(folder) = folder else { return Ok(Kept { world: World::new(settings), disk: None }) };
        let (disk, tables) = Disk::open(folder)?;
        Ok(Kept { world: World::with(settings, tables), disk: Some(disk) })
    }

    /// Answers a request and writes down what it changed.
    pub(crate) fn handle(&mut self, now: i64, request: &Request) -> Result<Response, Lost> {
        let answer = self.world.handle(now, request);
        let written = match (self.world.take_batch(), &mut self.disk) {
            (Some(batch), Some(disk)) => disk.append(&batch),
            _ => Ok(()),
        };
        match written {
            Ok(()) => answer,
            Err(why) => Ok(unwritten(&why)),
        }
    }
}

/// An emulator in this process.
#[derive(Debug)]
pub struct Embedded {
    kept: RefCell<Kept>,
    start: i64,
    origin: Instant,
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
        let kept = Kept::open(folder, settings)?;
        Ok(Embedded { kept: RefCell::new(kept), start, origin: Instant::now() })
    }

    fn now(&self) -> i64 {
        let gone = i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start.saturating_add(gone)
    }

    /// Every id that ever came into existence, with how often.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Existence> {
        self.kept.borrow().world.snapshot()
    }

    /// How many requests of a method came so far.
    #[must_use]
    pub fn requests(&self, method: &str) -> u64 {
        self.kept.borrow().world.requests(method)
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&self, faults: crate::emulator::faults::Faults) {
        self.kept.borrow_mut().world.settings.faults = faults;
    }
}

impl Transport for Embedded {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        self.kept.borrow_mut().handle(self.now(), &request)
    }
}

impl Transport for &Embedded {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        Embedded::send(self, request).await
    }
}
