//! A segment: the log of one operation, and the first line of every file of the store.
//!
//! **Never:** skip a line. In: the bytes of `log/<serial>.acier`, and what must come before it.
//! Out: its events in order, or the place and nature of what is wrong.
//! A segment's first line names the end of the segment before it, so that one that is missing,
//! or stands in another's place, is noticed.

use std::path::{Path, PathBuf};

use super::FORMAT;
use super::disk;
use super::error::StoreError;
use super::frame::{self, Chain, Extent, Flaw};
use super::record::{self, Defined, Fields, Reading, Unreadable, WriteFields};
use crate::seal::Key;
use crate::state::Event;
use crate::value::{Name, Value};

/// The first line of a segment or snapshot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) serial: u64,
    pub(super) lineage: Name,
    /// In a segment: the end of the one before, START for the first.
    /// In a snapshot: the end of the segment whose state it holds.
    pub(super) chain: Chain,
    /// See [`key_check`].
    pub(super) key: Name,
    /// In a snapshot: the number of parts.
    pub(super) records: Option<u64>,
    /// In a snapshot: the cloud.
    pub(super) cloud: Option<Name>,
}

/// A text that tells one key from another and tells nothing about either.
pub(super) fn key_check(key: &Key) -> Name {
    key.fingerprint(&Value::string("acier key check")).as_str().unwrap_or_default().into()
}

impl Header {
    pub(super) fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let mut out = WriteFields::begin(&mut payload);
        out.number("acier", FORMAT);
        out.number("serial", self.serial);
        out.text("lineage", &self.lineage);
        out.text("parent", &self.chain.to_text());
        out.text("key", &self.key);
        if let Some(records) = self.records {
            out.number("records", records);
        }
        out.maybe_text("cloud", self.cloud.as_ref());
        out.end();
        payload
    }

    pub(super) fn parse(payload: &[u8]) -> Result<Header, Unreadable> {
        let mut fields = Fields::parse(payload, None)?;
        fields.number("acier")?;
        let chain = Chain::parse(&fields.text("parent")?);
        Ok(Header {
            serial: fields.number("serial")?,
            lineage: fields.text("lineage")?,
            chain: chain.ok_or_else(|| Unreadable("the parent is not a checksum".into()))?,
            key: fields.text("key")?,
            records: fields.number("records").ok(),
            cloud: fields.maybe_text("cloud"),
        })
    }
}

/// How much of a segment's lines is looked at.
#[derive(Clone, Copy)]
pub(super) enum Look<'k> {
    /// The checksums only.
    Checksums,
    /// The events with their values.
    Whole(&'k Key),
    /// The events with nulls in the place of values.
    Outline,
}

/// What a walk along a segment calls.
pub(super) trait Walk {
    /// The first line.
    fn header(&mut self, header: Header) -> Result<(), String>;
    /// An event, unless only checksums are looked at.
    fn event(&mut self, event: Event) -> Result<(), String>;
    /// The end of every line: how many there were, and the chain.
    fn line(&mut self, records: u64, chain: Chain) -> Result<(), String>;
}

/// What keeps a segment from being walked.
pub(super) enum Stop {
    /// There is no such file.
    Missing,
    /// It is damaged here.
    Flaw(Flaw),
    /// Something else.
    Other(StoreError),
}

/// The path of a segment.
pub(super) fn path(folder: &Path, serial: u64) -> PathBuf {
    disk::numbered_path(&folder.join("log"), serial)
}

/// Walks along a segment from its first line.
pub(super) fn walk(folder: &Path, serial: u64, look: Look<'_>, walk: &mut dyn Walk) -> Result<Extent, Stop> {
    let path = path(folder, serial);
    let unread = |error: std::io::Error| Stop::Other(StoreError::io(&path, "read", &error));
    let file = disk::open(&path).map_err(unread)?.ok_or(Stop::Missing)?;
    let (mut newer, mut types) = (None, Defined::new());
    let extent = frame::read_lines(file, |before, chain, payload| {
        if before.records == 0 {
            newer = Fields::format_of(payload).filter(|version| *version > FORMAT);
            if newer.is_some() {
                return Err("it is newer".into());
            }
            let header = Header::parse(payload).map_err(|error| error.to_string())?;
            walk.header(header)?;
        } else {
            let event = match look {
                Look::Checksums => return walk.line(before.records + 1, chain),
                Look::Outline if record::is_definition(payload) => None,
                Look::Outline => Some(record::read_event(payload, None)),
                Look::Whole(key) if record::is_definition(payload) => {
                    record::define(payload, key, &mut types).map_err(|error| error.to_string())?;
                    None
                }
                Look::Whole(key) => Some(record::read_event(payload, Some(Reading { key, types: &types }))),
            };
            if let Some(event) = event {
                walk.event(event.map_err(|error| error.to_string())?)?;
            }
        }
        walk.line(before.records + 1, chain)
    });
    let extent = extent.map_err(unread)?;
    match newer {
        Some(found) => Err(Stop::Other(StoreError::Format { file: path, found })),
        None => extent.map_err(Stop::Flaw),
    }
}
