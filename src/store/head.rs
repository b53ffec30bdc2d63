//! The head: how far the log is known to go, kept beside it as a witness.
//!
//! **Never:** be ahead of the log: it is written after what it speaks of is safe on disk, so a
//! log that is behind it has lost something. In and out: one small file that is replaced whole.
//! The decision to question: it is a lower bound and not exact while an operation runs, because
//! a second sync for every record would double the cost of each.

use std::path::Path;

use super::FORMAT;
use super::disk::{self, Disk};
use super::error::StoreError;
use super::frame::{self, Chain, Tail};
use super::record::{Fields, WriteFields};
use crate::value::Name;

/// What the head says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    /// The last operation that has begun; 0 before the first.
    pub(super) serial: u64,
    /// The least number of lines of its segment.
    pub(super) records: u64,
    /// The bytes that they take.
    pub(super) bytes: u64,
    /// The chain after them.
    pub(super) chain: Chain,
    /// The lineage, once there is one.
    pub(super) lineage: Option<Name>,
    /// The check of the key, once something was written with it.
    pub(super) key: Option<Name>,
}

/// What was found in the head's place.
pub(super) enum Found {
    Missing,
    Damaged,
    Whole(Head),
}

impl Head {
    /// Before the first operation.
    pub(super) fn fresh() -> Head {
        Head { serial: 0, records: 0, bytes: 0, chain: Chain::START, lineage: None, key: None }
    }

    pub(super) fn write(&self, disk: &mut dyn Disk, folder: &Path) -> Result<(), StoreError> {
        let mut payload = Vec::new();
        let mut out = WriteFields::begin(&mut payload);
        out.number("acier", FORMAT);
        out.number("serial", self.serial);
        out.number("records", self.records);
        out.number("bytes", self.bytes);
        out.text("chain", &self.chain.to_text());
        out.maybe_text("lineage", self.lineage.as_ref());
        out.maybe_text("key", self.key.as_ref());
        out.end();
        let mut line = Vec::new();
        frame::push_line(&mut line, Chain::START, &payload);
        let path = folder.join("head");
        disk::replace(disk, &path, [line]).map_err(|error| StoreError::io(&path, "written", &error))
    }

    pub(super) fn read(folder: &Path) -> Result<Found, StoreError> {
        let path = folder.join("head");
        let bytes = disk::read(&path).map_err(|error| StoreError::io(&path, "read", &error))?;
        let Some(bytes) = bytes else { return Ok(Found::Missing) };
        let (mut head, mut newer) = (None, None);
        let extent = frame::read_lines(bytes.as_slice(), |_, _, payload| {
            newer = Fields::format_of(payload).filter(|version| *version > FORMAT);
            head = Fields::parse(payload, None).ok().and_then(Head::from_fields);
            Ok(())
        });
        if let Some(found) = newer {
            return Err(StoreError::Format { file: path, found });
        }
        let whole = matches!(extent, Ok(Ok(extent)) if extent.records == 1 && extent.tail == Tail::Clean);
        Ok(head.filter(|_| whole).map_or(Found::Damaged, Found::Whole))
    }

    fn from_fields(mut fields: Fields) -> Option<Head> {
        Some(Head {
            serial: fields.number("serial").ok()?,
            records: fields.number("records").ok()?,
            bytes: fields.number("bytes").ok()?,
            chain: Chain::parse(&fields.text("chain").ok()?)?,
            lineage: fields.maybe_text("lineage"),
            key: fields.maybe_text("key"),
        })
    }
}
