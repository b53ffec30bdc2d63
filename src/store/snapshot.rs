//! Snapshots: a whole state in one file, so that opening need not replay all history.
//!
//! **Never:** be needed: whatever a snapshot holds, the segments up to it say too. One that is
//! missing or damaged costs time only. In: a state at the end of a segment. Out: `snap/<serial>.acier`.
//! The decision to question: a snapshot is written when the segments since the last one have
//! grown larger than it, so that a small change never costs a large write.

use std::path::Path;

use super::FORMAT;
use super::disk::{self, Disk};
use super::error::StoreError;
use super::frame::{self, Chain, Tail};
use super::record::{Fields, Parts, Slot};
use super::segment::{self, Header};
use crate::seal::Key;
use crate::state::State;

/// How many are kept: the newest, and one more should it be damaged.
const KEPT: usize = 2;
/// Parts that are written at once.
const AT_ONCE: usize = 500;

/// A state that is known to be the one after a segment.
pub(super) struct Snapshot {
    pub(super) serial: u64,
    pub(super) chain: Chain,
    pub(super) bytes: u64,
    pub(super) state: State,
}

/// The serials of all snapshots, oldest first.
pub(super) fn list(folder: &Path) -> Result<Vec<u64>, StoreError> {
    let folder = folder.join("snap");
    disk::numbered(&folder).map_err(|error| StoreError::io(folder, "read", &error))
}

/// Reads a snapshot, or says why it cannot be used: words that follow a colon.
pub(super) fn read(folder: &Path, serial: u64, key: &Key) -> Result<Snapshot, String> {
    let path = disk::numbered_path(&folder.join("snap"), serial);
    let file = disk::open(&path).map_err(|error| error.to_string())?.ok_or("it is missing")?;
    let mut header = None;
    let mut parts = Parts::of(State { serial, ..State::default() }, key);
    let extent = frame::read_lines(file, |before, _, payload| {
        if before.records > 0 {
            return parts.read(payload).map_err(|error| error.to_string());
        }
        match Fields::format_of(payload) {
            Some(1..=FORMAT) => {}
            _ => return Err("it has another format version".into()),
        }
        header = Some(Header::parse(payload).map_err(|error| error.to_string())?);
        Ok(())
    });
    let extent = extent.map_err(|error| error.to_string())?;
    let extent = extent.map_err(|flaw| format!("record {}: {}", flaw.record, flaw.why))?;
    let header = header.ok_or("it is empty")?;
    if header.serial != serial || header.key != segment::key_check(key) {
        return Err("it belongs to another operation or state".into());
    }
    if extent.tail != Tail::Clean || header.records != Some(extent.records - 1) {
        return Err("it is cut short".into());
    }
    let mut state = parts.end().map_err(|error| error.to_string())?;
    state.lineage = Some(header.lineage);
    state.cloud = header.cloud;
    Ok(Snapshot { serial, chain: header.chain, bytes: extent.bytes, state })
}

/// The bytes of the snapshot of a state whose last segment ends with `chain`, some parts at a time. Of
/// the state itself, only what stands in no part is looked at.
pub(super) fn render<'p>(
    state: &State,
    parts: &'p [(Slot, Vec<u8>)],
    chain: Chain,
    key: &Key,
) -> impl Iterator<Item = Vec<u8>> + use<'p> {
    let header = Header {
        serial: state.serial,
        lineage: state.lineage.clone().unwrap_or_default(),
        chain,
        key: segment::key_check(key),
        records: Some(parts.len() as u64),
        cloud: state.cloud.clone(),
    };
    let mut begun = Vec::new();
    let mut chain = frame::push_line(&mut begun, Chain::START, &header.payload());
    let pieces: Vec<&[(Slot, Vec<u8>)]> = if parts.is_empty() { vec![parts] } else { parts.chunks(AT_ONCE).collect() };
    pieces.into_iter().map(move |parts| {
        let mut bytes = std::mem::take(&mut begun);
        for (_, part) in parts {
            chain = frame::push_line(&mut bytes, chain, part);
        }
        bytes
    })
}

/// Writes a rendered snapshot and removes those that are no longer kept; how many bytes it has.
pub(super) fn write(
    disk: &mut dyn Disk,
    folder: &Path,
    serial: u64,
    pieces: impl Iterator<Item = Vec<u8>>,
) -> Result<u64, StoreError> {
    let snapshots = folder.join("snap");
    let path = disk::numbered_path(&snapshots, serial);
    let mut bytes = 0;
    let pieces = pieces.inspect(|piece| bytes += piece.len() as u64);
    disk::create_folder(&snapshots)
        .and_then(|()| disk::replace(disk, &path, pieces))
        .map_err(|error| StoreError::io(&path, "written", &error))?;
    let all = list(folder)?;
    for old in &all[..all.len().saturating_sub(KEPT)] {
        let path = disk::numbered_path(&snapshots, *old);
        disk::remove(&path).map_err(|error| StoreError::io(&path, "removed", &error))?;
    }
    Ok(bytes)
}
