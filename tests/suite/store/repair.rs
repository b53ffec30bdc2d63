//! A damaged state goes on with all that can be vouched for, and nothing is thrown away.

use std::path::Path;

use acier::state::State;
use acier::store::{Access, Store, StoreError};

use super::story::{apply, files, load, operations, write};

fn repair(folder: &Path) -> acier::store::Repaired {
    Store::repair(folder, "new-lineage".into(), "2026-01-02T00:00:00Z".into()).unwrap().unwrap()
}

/// The state of the story up to its damage, as a repair leaves it.
fn expected(operations_left: usize) -> State {
    let mut state = State::default();
    apply(&mut state, &operations()[..operations_left].concat());
    State { serial: 1, lineage: Some("new-lineage".into()), running: None, ..state }
}

fn damage(folder: &Path) -> Vec<u8> {
    let path = folder.join("log/0000000003.acier");
    let mut bytes = std::fs::read(&path).unwrap();
    let offset = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[offset + 50] ^= 4;
    std::fs::write(&path, &bytes).unwrap();
    bytes
}

#[test]
fn what_can_be_vouched_for_goes_on_and_the_rest_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &operations());
    let damaged = damage(folder.path());
    assert!(matches!(Store::examine(folder.path()), Ok(Some(StoreError::Damaged { .. }))));
    let repaired = repair(folder.path());
    assert_eq!(load(folder.path()).unwrap(), expected(2));
    let kept = std::fs::read(repaired.aside.join("old/log/0000000003.acier")).unwrap();
    assert_eq!(kept, damaged, "the damaged file is kept as it was");
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    assert_eq!(store.load().unwrap(), expected(2), "and a writer goes on");
    drop(store);
    assert!(Store::repair(folder.path(), "x".into(), "y".into()).unwrap().is_none(), "it is sound now");
}

#[test]
fn a_lost_head_loses_no_step_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &operations());
    std::fs::remove_file(folder.path().join("head")).unwrap();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    repair(folder.path());
    let found = load(folder.path()).unwrap();
    assert_eq!(found, expected(3));
    assert!(!found.pending.is_empty(), "the story ends with a step in flight");
}

#[test]
fn an_interrupted_repair_is_named_and_finished() {
    let whole = tempfile::tempdir().unwrap();
    write(whole.path(), &operations());
    damage(whole.path());
    // Every prefix of the moves: before, between and after each of them.
    for moves in 0..=8 {
        let folder = tempfile::tempdir().unwrap();
        super::story::copy(whole.path(), folder.path());
        repair(folder.path());
        undo(folder.path(), moves);
        match Store::open(folder.path(), Access::Read) {
            Err(StoreError::Repairing { .. }) => {}
            other => panic!("{moves} moves: {other:?}"),
        }
        repair(folder.path());
        assert_eq!(load(folder.path()).unwrap(), expected(2), "{moves} moves");
        let kept = files(folder.path()).iter().filter(|file| file.starts_with("damaged-1/old/log")).count();
        assert_eq!(kept, 3, "{moves} moves");
    }
}

/// Takes back the last `moves` renames of a finished repair, as if it had died before them.
fn undo(folder: &Path, moves: usize) {
    let fresh = folder.join("repair");
    std::fs::rename(folder.join("damaged-1"), &fresh).unwrap();
    let names = ["head", "log", "snap", "index"];
    for name in names.iter().take(moves.min(4)) {
        if folder.join(name).exists() {
            std::fs::rename(folder.join(name), fresh.join(name)).unwrap();
        }
    }
    if moves > 4 {
        std::fs::remove_file(fresh.join("moved")).unwrap();
    }
    for name in names.iter().take(moves.saturating_sub(4)) {
        if fresh.join("old").join(name).exists() {
            std::fs::rename(fresh.join("old").join(name), folder.join(name)).unwrap();
        }
    }
}
