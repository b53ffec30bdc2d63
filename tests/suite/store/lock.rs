//! One writer at a time, named to the others; a dead one blocks nobody.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use acier::store::{Access, Store, StoreError};

use super::story::{files, load, operations, write};

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
        eprintln!("\nheld");
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
