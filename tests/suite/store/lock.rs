//! One writer at a time, named to the others; a dead one blocks nobody.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use acier::state::Journal;
use acier::store::{Access, Store, StoreError};

use super::story::{files, load, operations, states, write};

const HOLD: &str = "ACIER_TEST_HOLD_LOCK_OF";

fn holder(folder: &std::path::Path) -> String {
    match Store::open(folder, Access::Write) {
        Err(error @ StoreError::Locked { .. }) => {
            assert!(error.diagnostic().hint.is_some());
            error.to_string()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_second_writer_is_told_who_writes_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = write(folder.path(), &operations());
    let first = Store::open(folder.path(), Access::Write).unwrap();
    let contents = || -> Vec<Vec<u8>> {
        files(folder.path()).iter().map(|file| std::fs::read(folder.path().join(file)).unwrap()).collect()
    };
    let before = contents();
    let text = holder(folder.path());
    assert!(text.contains(&format!("process {} (suite", std::process::id())), "{text}");
    assert!(text.contains(", since 20"), "{text}");
    assert_eq!(contents(), before);
    assert_eq!(load(folder.path()).unwrap(), state, "readers need no lock");
    drop(first);
    assert_eq!(Store::open(folder.path(), Access::Write).unwrap().load().unwrap(), state);
}

#[test]
fn a_killed_owner_never_blocks() {
    if let Some(folder) = std::env::var_os(HOLD) {
        // The other process: holds the lock until it is killed or left alone.
        let _store = Store::open(std::path::Path::new(&folder), Access::Write).unwrap();
        writeln!(std::io::stderr(), "\nheld").unwrap();
        let _ = std::io::stdin().read(&mut [0]);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let state = write(folder.path(), &operations());
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::lock::a_killed_owner_never_blocks", "--nocapture"])
        .env(HOLD, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let held = BufReader::new(owner.stderr.take().unwrap()).lines().any(|line| line.unwrap() == "held");
    assert!(held, "the other process ended without the lock");
    let text = holder(folder.path());
    assert!(text.contains(&format!("process {}", owner.id())), "{text}");
    assert_eq!(load(folder.path()).unwrap(), state);
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert_eq!(Store::open(folder.path(), Access::Write).unwrap().load().unwrap(), state);
}

#[test]
fn a_reader_beside_a_writer_sees_one_state_after_another() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let events = operations().concat();
    let states = states(&events);
    // Set however the writing ends, so that the reader ends too.
    struct Ended<'a>(&'a AtomicBool);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut at = 0;
            loop {
                let last = ended.load(Ordering::Acquire);
                let seen = load(&folder).unwrap_or_else(|error| panic!("after state {at}: {error}"));
                let ahead = states[at..].iter().position(|state| *state == seen);
                at += ahead.unwrap_or_else(|| panic!("not a state after state {at}"));
                if last {
                    return at;
                }
            }
        });
        let ending = Ended(&ended);
        let mut store = Store::open(&folder, Access::Write).unwrap();
        for event in &events {
            store.append(std::slice::from_ref(event), true).unwrap();
        }
        drop(ending);
        assert_eq!(reader.join().unwrap(), states.len() - 1);
    });
}

/// Who is used to lock files that must be removed by hand gains nothing by it.
#[cfg(unix)]
#[test]
fn removing_the_lock_file_lets_nobody_in() {
    let folder = tempfile::tempdir().unwrap();
    let state = write(folder.path(), &operations());
    let first = Store::open(folder.path(), Access::Write).unwrap();
    std::fs::remove_file(folder.path().join("lock")).unwrap();
    assert!(holder(folder.path()).contains("another process"));
    drop(first);
    assert_eq!(Store::open(folder.path(), Access::Write).unwrap().load().unwrap(), state);
}
