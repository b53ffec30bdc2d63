//! The emulator in the same process: a transport whose other end is the world.
//!
//! **Never:** let an answer leave before its changes are written down. The clock is tokio's, laid
//! over a starting time, so that a test that stops tokio's clock stops the world.

use std::cell::RefCell;
use std::path::Path;

use tokio::time::Instant;

use crate::arm::wire::{Lost, Request, Response, Transport};
use crate::emulator::disk::{self, Disk};
use crate::emulator::settings::Settings;
use crate::emulator::tables::Tables;
use crate::emulator::world::{Existence, World, unwritten};

/// Where requests in this process go; nobody listens there.
pub const BASE: &str = "https://emulator.acier.invalid";

/// The emulator.
#[derive(Debug)]
pub struct Embedded {
    inner: RefCell<(World, Option<Disk>)>,
    origin: Instant,
    /// The time at `origin`, in milliseconds since 1970.
    start: i64,
}

impl Embedded {
    /// Opens the cloud of a folder, or one that is kept nowhere.
    ///
    /// # Errors
    /// When the folder is in use, damaged or cannot be written.
    pub fn open(folder: Option<&Path>, settings: Settings) -> Result<Embedded, String> {
        #[expect(clippy::disallowed_methods, reason = "the time at which the world's clock begins to run")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Embedded::open_at(folder, settings, i64::try_from(now.as_millis()).unwrap_or_default())
    }

    /// The same with a clock that begins at a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn open_at(folder: Option<&Path>, settings: Settings, start: i64) -> Result<Embedded, String> {
        let (disk, tables) = match folder {
            Some(folder) => {
                let (disk, tables) = disk::open(folder)?;
                (Some(disk), tables)
            }
            None => (None, Tables::default()),
        };
        Ok(Embedded { inner: RefCell::new((World::with(settings, tables), disk)), origin: Instant::now(), start })
    }

    /// Answers a request.
    ///
    /// # Errors
    /// When a fault rule breaks the connection.
    pub fn answer(&self, request: &Request) -> Result<Response, Lost> {
        let elapsed = i64::try_from(self.origin.elapsed().as_millis()).unwrap_or_default();
        let (world, disk) = &mut *self.inner.borrow_mut();
        let answer = world.handle(self.start + elapsed, request);
        let batch = world.take_batch();
        match (batch, disk) {
            (Some(batch), Some(disk)) => match disk.write(&batch) {
                Ok(()) => answer,
                Err(why) => Ok(unwritten(&why)),
            },
            _ => answer,
        }
    }

    /// Every id that ever came into existence.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Existence> {
        self.inner.borrow().0.snapshot()
    }

    /// How many requests of a method came so far.
    #[must_use]
    pub fn requests(&self, method: &str) -> u64 {
        self.inner.borrow().0.requests(method)
    }
}

impl Transport for Embedded {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        self.answer(&request)
    }
}
