//! A disk that fills up or fails at any byte and any sync: what was promised is there, what is
//! there is a whole number of records, and nobody is told that a lost record is safe.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use acier::state::{Event, Journal};
use acier::store::{Access, Disk, Store};

use super::story::{load, operations, states};

struct FailingDisk {
    bytes_left: usize,
    syncs_left: usize,
    may_truncate: bool,
}

impl Disk for FailingDisk {
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let room = bytes.len().min(self.bytes_left);
        self.bytes_left -= room;
        file.write_all(&bytes[..room])?;
        if room == bytes.len() {
            return Ok(());
        }
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn sync(&mut self, _file: &File) -> io::Result<()> {
        match self.syncs_left.checked_sub(1) {
            Some(left) => self.syncs_left = left,
            None => return Err(io::Error::other("the device is gone")),
        }
        Ok(())
    }

    fn truncate(&mut self, file: &File, length: u64) -> io::Result<()> {
        if self.may_truncate { file.set_len(length) } else { Err(io::Error::other("the device is gone")) }
    }
}

/// Plays events until one is refused; gives how many were taken.
fn play(folder: &Path, disk: FailingDisk, events: &[Event]) -> usize {
    let mut store = Store::open_on(folder, Access::Write, Box::new(disk)).unwrap();
    for (number, event) in events.iter().enumerate() {
        if let Err(error) = store.append(std::slice::from_ref(event), true) {
            assert!(error.0.starts_with("The state could not be written: "), "{error}");
            let again = store.append(std::slice::from_ref(event), true).unwrap_err();
            assert!(again.0.starts_with("The state can no longer be written: "), "{again}");
            return number;
        }
    }
    events.len()
}

fn check(folder: &Path, events: &[Event], taken: usize, what: &str) {
    let states = states(events);
    let state = load(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    // A record whose sync failed may be there although it was not promised.
    let possible = &states[taken..states.len().min(taken + 2)];
    assert!(possible.contains(&state), "{what}: neither the state promised nor the one after");
    let mut again = Store::open(folder, Access::Write).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(again.load().unwrap() == state, "{what}: another state for the next writer");
}

#[test]
fn a_disk_that_fills_up_at_any_byte_takes_nothing_back() {
    let events: Vec<Event> = operations().remove(0);
    let events = &events[..events.len() - 1];
    let mut filled = 0;
    for room in (0..).step_by(61) {
        let folder = tempfile::tempdir().unwrap();
        let disk = FailingDisk { bytes_left: room, syncs_left: usize::MAX, may_truncate: room % 2 == 0 };
        let taken = play(folder.path(), disk, events);
        check(folder.path(), events, taken, &format!("room for {room} bytes"));
        if taken == events.len() {
            break;
        }
        filled += 1;
    }
    assert!(filled > 40, "only {filled} places were tried");
}

#[test]
fn a_disk_that_fills_up_around_the_end_of_an_operation_loses_no_record() {
    let events: Vec<Event> = operations().concat();
    let mut full = 0;
    for room in (2500..).step_by(487) {
        let folder = tempfile::tempdir().unwrap();
        let disk = FailingDisk { bytes_left: room, syncs_left: usize::MAX, may_truncate: true };
        let taken = play(folder.path(), disk, &events);
        check(folder.path(), &events, taken, &format!("room for {room} bytes"));
        if taken == events.len() {
            break;
        }
        full += 1;
    }
    assert!(full > 5, "only {full} places were tried");
}

#[test]
fn a_failed_sync_at_any_place_stops_the_writer() {
    let events: Vec<Event> = operations().concat();
    let mut failed = 0;
    for syncs in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let disk = FailingDisk { bytes_left: usize::MAX, syncs_left: syncs, may_truncate: true };
        let taken = play(folder.path(), disk, &events);
        check(folder.path(), &events, taken, &format!("{syncs} syncs"));
        if taken == events.len() {
            break;
        }
        failed += 1;
    }
    assert!(failed > events.len(), "only {failed} syncs were tried");
}

/// A folder that is moved away, removed or replaced while somebody writes is noticed before the next record.
#[cfg(unix)]
#[test]
fn a_folder_that_goes_away_under_a_writer_is_noticed() {
    let events: Vec<Event> = operations().remove(0);
    for way in ["moved", "removed", "replaced", "emptied"] {
        let home = tempfile::tempdir().unwrap();
        let (folder, away) = (home.path().join("state"), home.path().join("away"));
        let mut store = Store::open(&folder, Access::Write).unwrap();
        store.append(&events[..2], true).unwrap();
        match way {
            "removed" => std::fs::remove_dir_all(&folder).unwrap(),
            "emptied" => std::fs::remove_file(folder.join("log/0000000001.acier")).unwrap(),
            _ => std::fs::rename(&folder, &away).unwrap(),
        }
        if way == "replaced" {
            std::fs::create_dir_all(folder.join("log")).unwrap();
            std::fs::write(folder.join("log/0000000001.acier"), "another").unwrap();
        }
        let error = store.append(&events[2..3], true).unwrap_err();
        assert!(error.0.contains("moved, removed or replaced while this run wrote to it"), "{way}: {error}");
        drop(store);
        if away.exists() {
            assert_eq!(load(&away).unwrap(), states(&events)[2], "{way}");
        }
        if way == "replaced" {
            assert_eq!(std::fs::read(folder.join("log/0000000001.acier")).unwrap(), b"another");
            assert!(!folder.join("head").exists(), "the newcomer is left alone");
        }
    }
}
