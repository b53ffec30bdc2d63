//! A process that dies, or a power cut, at any byte: what is there is the state before or after
//! the record that was being written, and work goes on from it.

use std::path::Path;

use acier::state::{Event, Journal, OperationKind, State};
use acier::store::{Access, Store, StoreError};

use super::story::{addr, begin, copy, end, load, operations, states, write};

fn copy_without_index(from: &Path, to: &Path) {
    copy(from, to);
    if to.join("index").exists() {
        std::fs::remove_dir_all(to.join("index")).unwrap();
    }
}

/// The next command finds the expected state and can write on.
fn goes_on(folder: &Path, expected: &State, what: &str) {
    let mut store = Store::open(folder, Access::Write).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(store.load().unwrap() == *expected, "{what}: another state for a writer");
    let mut state = expected.clone();
    for event in [begin(state.serial + 1), end()] {
        state.apply(&event).unwrap();
        store.append(&[event], true).unwrap();
    }
    drop(store);
    assert!(load(folder).unwrap() == state, "{what}: another state afterwards");
}

#[test]
fn cut_at_any_byte_the_log_gives_the_state_at_a_record() {
    let live = tempfile::tempdir().unwrap();
    let events: Vec<Event> = operations().into_iter().flatten().collect();
    let states = states(&events);
    let mut store = Store::open(live.path(), Access::Write).unwrap();
    for (number, event) in events.iter().enumerate() {
        let dead = tempfile::tempdir().unwrap();
        copy_without_index(live.path(), dead.path());
        let name = format!("log/{:010}.acier", states[number + 1].serial);
        let before = std::fs::metadata(live.path().join(&name)).map_or(0, |metadata| metadata.len() as usize);
        store.append(std::slice::from_ref(event), true).unwrap();
        let bytes = std::fs::read(live.path().join(&name)).unwrap();
        if before == 0 && number == 0 {
            // The files of the first operation, all but the head that speaks of it.
            for name in ["secret.key", "log/0000000001.acier"] {
                std::fs::create_dir_all(dead.path().join("log")).unwrap();
                std::fs::copy(live.path().join(name), dead.path().join(name)).unwrap();
            }
            let other = tempfile::tempdir().unwrap();
            Store::open(other.path(), Access::Write).unwrap().keep_key().unwrap();
            std::fs::copy(other.path().join("head"), dead.path().join("head")).unwrap();
        }
        for cut in before..=bytes.len() {
            std::fs::write(dead.path().join(&name), &bytes[..cut]).unwrap();
            // All but its line break makes a record whole.
            let expected = &states[number + usize::from(cut + 1 >= bytes.len())];
            let loaded = load(dead.path()).unwrap_or_else(|error| panic!("event {number} cut at {cut}: {error}"));
            assert!(loaded == *expected, "event {number} cut at {cut}: another state");
            if [0, 1, 40, bytes.len() - before - 1, bytes.len() - before].contains(&(cut - before)) {
                let copied = tempfile::tempdir().unwrap();
                copy(dead.path(), copied.path());
                goes_on(copied.path(), expected, &format!("event {number} cut at {cut}"));
            }
        }
        if matches!(event, Event::Begin { .. } | Event::End { .. }) {
            // Once the head speaks of the record, losing it is no interruption any more.
            std::fs::copy(live.path().join("head"), dead.path().join("head")).unwrap();
            for cut in (before..bytes.len() - 1).step_by(13) {
                std::fs::write(dead.path().join(&name), &bytes[..cut]).unwrap();
                let error = load(dead.path()).unwrap_err();
                assert!(matches!(error, StoreError::Behind { .. }), "event {number} cut at {cut}: {error}");
            }
        }
    }
}

#[test]
fn killed_while_the_first_operation_is_prepared() {
    let done = tempfile::tempdir().unwrap();
    let mut store = Store::open(done.path(), Access::Write).unwrap();
    store.keep_key().unwrap();
    drop(store);
    // In the order in which they are made.
    let steps: [&[&str]; 5] =
        [&["head.new"], &["head"], &["head", "secret.new"], &["head", "secret.key"], &["head", "secret.key", "log"]];
    for made in steps {
        let folder = tempfile::tempdir().unwrap();
        for name in made {
            match *name {
                "log" => std::fs::create_dir(folder.path().join(name)).unwrap(),
                "head.new" | "secret.new" => std::fs::write(folder.path().join(name), "0123").unwrap(),
                name => drop(std::fs::copy(done.path().join(name), folder.path().join(name)).unwrap()),
            }
        }
        assert_eq!(load(folder.path()).unwrap(), State::default(), "{made:?}");
        goes_on(folder.path(), &State::default(), &format!("{made:?}"));
    }
}

#[test]
fn an_operation_broken_off_without_its_end_is_followed_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let states = states(&operations().concat());
    let last = states.last().unwrap();
    super::story::write(folder.path(), &operations());
    goes_on(folder.path(), last, "a new process");
    let history = Store::open(folder.path(), Access::Read).unwrap().history().unwrap();
    let ended: Vec<bool> = history.iter().map(|operation| operation.ended.is_some()).collect();
    assert_eq!(ended, [true, true, false, true]);
    // The index was made again, although one operation never told it anything.
    std::fs::remove_file(folder.path().join("head")).unwrap();
    Store::open(folder.path(), Access::Write).unwrap();
}

/// An edit is written with one write, and counts whole or not at all: half a move would be one object
/// under two names.
#[test]
fn an_edit_that_is_cut_at_any_byte_was_made_whole_or_not_at_all() {
    let live = tempfile::tempdir().unwrap();
    let before = write(live.path(), &operations()[..2]);
    let kept = tempfile::tempdir().unwrap();
    copy_without_index(live.path(), kept.path());
    let (from, object) = before.objects.iter().next().map(|(addr, object)| (addr.clone(), object.clone())).unwrap();
    let Event::Begin { serial, lineage, cloud, at, .. } = begin(before.serial + 1) else { panic!("it begins") };
    let edit = [
        Event::Begin { serial, kind: OperationKind::Edit, lineage, cloud, at },
        Event::Refreshed { addr: addr("azurerm_container_group.other"), deposed: None, object: Some(object) },
        Event::Forgotten { addr: from },
        end(),
    ];
    let mut after = before.clone();
    edit.iter().for_each(|event| after.apply(event).unwrap());
    let mut store = Store::open(live.path(), Access::Write).unwrap();
    store.append(&edit, true).unwrap();
    drop(store);
    let name = format!("log/{:010}.acier", after.serial);
    let bytes = std::fs::read(live.path().join(&name)).unwrap();
    for cut in 0..=bytes.len() {
        std::fs::write(kept.path().join(&name), &bytes[..cut]).unwrap();
        let expected = if cut + 1 >= bytes.len() { &after } else { &before };
        let loaded = load(kept.path()).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert!(loaded == *expected, "cut at {cut}: another state");
        if cut % 97 == 0 || cut + 2 >= bytes.len() {
            let dead = tempfile::tempdir().unwrap();
            copy_without_index(kept.path(), dead.path());
            goes_on(dead.path(), expected, &format!("cut at {cut}"));
        }
    }
}
