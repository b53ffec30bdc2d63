//! The damage table: every file of a store, hurt in every way. The outcome is the same state, or
//! an error with a name and a way out; never an empty or an older state without a word.

use std::path::Path;

use acier::state::{Event, Journal, Output, State};
use acier::store::{Access, Store, StoreError};
use acier::value::Value;

use super::story::{self, begin, copy, end, files, load, object, operations, write};

/// Every way to hurt one file: a name for messages and what is then in it, nothing if removed.
fn damages(bytes: &[u8], flips: usize) -> Vec<(String, Option<Vec<u8>>)> {
    let mut all = vec![("removed".to_owned(), None), ("emptied".to_owned(), Some(Vec::new()))];
    let mut add = |name: String, bytes: Vec<u8>| all.push((name, Some(bytes)));
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let pick = (lines.len() / 10).max(1);
    let mut at = 0;
    for (number, line) in lines.iter().enumerate() {
        if number % pick == 0 || number + 1 == lines.len() {
            for cut in [at, at + line.len() / 2, at + line.len() - 1] {
                add(format!("cut at {cut}"), bytes[..cut].to_vec());
            }
            let with = |lines: Vec<&[u8]>| lines.concat();
            let mut doubled = lines.clone();
            doubled.insert(number, line);
            add(format!("record {number} doubled"), with(doubled));
            let mut without = lines.clone();
            without.remove(number);
            add(format!("record {number} taken out"), with(without));
            if number > 0 {
                let mut swapped = lines.clone();
                swapped.swap(number - 1, number);
                add(format!("record {number} swapped with the one before"), with(swapped));
            }
        }
        at += line.len();
    }
    for flip in 0..flips.min(bytes.len()) {
        let at = flip * bytes.len() / flips.min(bytes.len());
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << (flip % 8);
        add(format!("bit {} of byte {at} flipped", flip % 8), flipped);
    }
    for bit in 0..8 {
        let mut flipped = bytes.to_vec();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1 << bit;
            add(format!("bit {bit} of the last byte flipped"), flipped);
        }
    }
    for start in [0, bytes.len() / 2, bytes.len().saturating_sub(4096), bytes.len().saturating_sub(10)] {
        let mut zeroed = bytes.to_vec();
        let until = (start + 4096).min(bytes.len());
        zeroed[start..until].fill(0);
        add(format!("zeroed from {start}"), zeroed);
    }
    all
}

/// The error is one that a person can act on.
fn check_named(error: &StoreError, what: &str) {
    let diagnostic = error.diagnostic();
    assert!(diagnostic.hint.is_some(), "{what}: no way out of: {error}");
    assert!(!matches!(error, StoreError::Io { .. } | StoreError::Locked { .. }), "{what}: {error}");
    assert!(diagnostic.detail.ends_with('.'), "{what}: {}", diagnostic.detail);
}

/// Hurts every file of the folder but the index's and looks at what readers and writers get.
fn hurt_every_file(folder: &Path, state: &State, flips: usize) {
    let history = Store::open(folder, Access::Read).unwrap().history().unwrap();
    let mut outcomes = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for file in files(folder).into_iter().filter(|file| !file.starts_with("index")) {
        let path = folder.join(&file);
        let whole = std::fs::read(&path).unwrap();
        for (number, (how, hurt)) in damages(&whole, flips).into_iter().enumerate() {
            let what = format!("{} {how}", file.display());
            match &hurt {
                Some(bytes) => std::fs::write(&path, bytes).unwrap(),
                None => std::fs::remove_file(&path).unwrap(),
            }
            let outcome = outcomes.entry(file.display().to_string()).or_default();
            match Store::open(folder, Access::Read).and_then(|mut store| Ok((store.load()?, store.history()))) {
                Ok((loaded, told)) => {
                    outcome.0 += 1;
                    assert!(loaded == *state, "{what}: another state");
                    match told {
                        Ok(told) => assert_eq!(told, history, "{what}"),
                        Err(error) => check_named(&error, &what),
                    }
                }
                Err(error) => {
                    outcome.1 += 1;
                    check_named(&error, &what);
                }
            }
            if number % 16 == 0 {
                let copied = tempfile::tempdir().unwrap();
                copy(folder, copied.path());
                match Store::open(copied.path(), Access::Write).and_then(|mut store| store.load()) {
                    Ok(loaded) => assert!(loaded == *state, "{what}: another state for a writer"),
                    Err(error) => check_named(&error, &what),
                }
            }
            std::fs::write(&path, &whole).unwrap();
        }
    }
    // What decides alone must be guarded; what does not must not stop anybody.
    for (file, (same, named)) in outcomes {
        match file.as_str() {
            "lock" => assert_eq!(named, 0, "{file}"),
            "head" | "secret.key" => assert!(named > 5 && same < named, "{file}: {same} same, {named} named"),
            _ if file.starts_with("snap") => assert_eq!(named, 0, "{file}"),
            _ => {}
        }
    }
    assert!(load(folder).unwrap() == *state, "the folder is whole again");
}

#[test]
fn every_file_of_a_small_store_hurt_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let state = write(folder.path(), &operations());
    hurt_every_file(folder.path(), &state, 400);
}

#[test]
fn every_file_of_a_finished_store_with_snapshots_hurt_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::default();
    for serial in 1..=3 {
        let mut events = vec![begin(serial)];
        for number in 0..20 {
            let addr = story::addr(&format!("azurerm_container_group.web[{number}]"));
            events.push(Event::Refreshed { addr, deposed: None, object: Some(object(&format!("{serial}"))) });
        }
        if serial < 3 {
            // Long enough to be worth a snapshot.
            let value = Value::string("long ".repeat(60_000));
            events.push(Event::Output { name: format!("o{serial}").into(), output: Some(Output { value }) });
        }
        events.push(end());
        story::apply(&mut state, &events);
        Store::open(folder.path(), Access::Write).unwrap().append(&events, true).unwrap();
        std::fs::remove_dir_all(folder.path().join("index")).unwrap();
        let snapshots = files(folder.path()).iter().filter(|file| file.starts_with("snap")).count();
        assert_eq!(snapshots, serial.min(2) as usize, "one after each large operation");
        if serial > 1 {
            // First the snapshot is of the last operation, then of the one before.
            hurt_every_file(folder.path(), &state, 24);
        }
    }
}

#[test]
fn what_is_gone_as_a_whole_is_missed() {
    let remove = |names: &'static [&'static str]| {
        move |folder: &Path| {
            for name in names {
                let path = folder.join(name);
                if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
            }
        }
    };
    let swap = |folder: &Path| {
        let [one, two, spare] = ["log/0000000001.acier", "log/0000000002.acier", "spare"].map(|name| folder.join(name));
        std::fs::rename(&one, &spare).unwrap();
        std::fs::rename(&two, &one).unwrap();
        std::fs::rename(&spare, &two).unwrap();
    };
    let foreign = |folder: &Path| {
        let other = tempfile::tempdir().unwrap();
        write(other.path(), &operations());
        std::fs::copy(other.path().join("secret.key"), folder.join("secret.key")).unwrap();
    };
    let mixed = |folder: &Path| {
        // The newest segment of another state.
        let other = tempfile::tempdir().unwrap();
        write(other.path(), &operations());
        let name = "log/0000000003.acier";
        std::fs::copy(other.path().join(name), folder.join(name)).unwrap();
    };
    type Harm<'a> = Box<dyn Fn(&Path) + 'a>;
    let cases: Vec<(&str, Harm<'_>, &str)> = vec![
        ("the newest segment", Box::new(remove(&["log/0000000003.acier"])), "ends with operation 2"),
        ("the first segment", Box::new(remove(&["log/0000000001.acier"])), "operation 1 is missing"),
        ("the log", Box::new(remove(&["log"])), "ends with operation 0"),
        ("log and head", Box::new(remove(&["log", "head"])), "\"secret.key\" is there"),
        ("log, head and key", Box::new(remove(&["log", "head", "secret.key"])), "\"index\" is there"),
        ("the key", Box::new(remove(&["secret.key"])), "is missing"),
        ("log and key", Box::new(remove(&["log", "secret.key"])), "is missing"),
        ("segments swapped", Box::new(swap), "belongs to operation 2"),
        ("a foreign key", Box::new(foreign), "not the key of this state"),
        ("a foreign segment", Box::new(mixed), "another key"),
    ];
    for (what, harm, part) in cases {
        for access in [Access::Read, Access::Write] {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &operations());
            harm(folder.path());
            let error = Store::open(folder.path(), access).expect_err(what);
            check_named(&error, what);
            let text = format!("{error}");
            assert!(text.contains(part) || what == "a foreign segment", "{what}: {text}");
        }
    }
}

#[test]
fn a_damaged_record_is_named_with_all_that_is_known_before_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &operations());
    let path = folder.path().join("log/0000000003.acier");
    let mut bytes = std::fs::read(&path).unwrap();
    let offset = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[offset + 50] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let error = load(folder.path()).unwrap_err();
    let StoreError::Damaged { file, record: 1, offset: found, .. } = &error else { panic!("{error:?}") };
    assert_eq!((file, *found), (&path, offset as u64));
    assert_eq!(error.known().unwrap().serial, 2);
    let detail = error.diagnostic().detail;
    assert!(detail.contains("operation 2, the state knows of: azurerm_container_group.many"), "{detail}");
}

#[test]
fn a_newer_format_is_refused_by_its_number() {
    for name in ["head", "log/0000000001.acier", "log/0000000003.acier"] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &operations());
        let path = folder.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        // The same line with another version, and a checksum that fits it.
        let payload = first[33..].replace(r#""acier":4"#, r#""acier":5,"news":true"#);
        let sum = <sha2::Sha256 as sha2::Digest>::digest([&[0; 16][..], payload.as_bytes()].concat());
        let digits: String = sum[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(&path, format!("{digits} {payload}\n{rest}")).unwrap();
        let error = load(folder.path()).unwrap_err();
        assert!(matches!(error, StoreError::Format { found: 5, .. }), "{name}: {error}");
        check_named(&error, name);
    }
}

#[test]
fn whatever_happens_to_the_index_the_state_stays_the_same() {
    let whole = tempfile::tempdir().unwrap();
    let finished = &operations()[..2];
    let state = write(whole.path(), finished);
    let index: Vec<_> = files(&whole.path().join("index"));
    assert!(!index.is_empty());
    for file in index {
        let bytes = std::fs::read(whole.path().join("index").join(&file)).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let cut = used / 2;
        let mut hurt = vec![("removed", None), ("emptied", Some(vec![])), ("cut", Some(bytes[..cut].to_vec()))];
        for flip in 0..12 {
            let mut flipped = bytes.clone();
            if used > 0 {
                flipped[flip * used / 12] ^= 1 << (flip % 8);
            }
            hurt.push(("flipped", Some(flipped)));
        }
        for (how, hurt) in hurt {
            let what = format!("{} {how}", file.display());
            let folder = tempfile::tempdir().unwrap();
            copy(whole.path(), folder.path());
            let path = folder.path().join("index").join(&file);
            match hurt {
                Some(bytes) => std::fs::write(&path, bytes).unwrap(),
                None => std::fs::remove_file(&path).unwrap(),
            }
            // As the only witness it may be refused, but it never brings another state.
            let witness = tempfile::tempdir().unwrap();
            copy(folder.path(), witness.path());
            std::fs::remove_file(witness.path().join("head")).unwrap();
            match Store::open(witness.path(), Access::Write).and_then(|mut store| store.load()) {
                Ok(loaded) => assert!(loaded == state, "{what}: another state"),
                Err(error) => assert!(matches!(error, StoreError::Head { .. }), "{what}: {error}"),
            }
            // As an index it is made again, and then is a good witness.
            let mut after = write(folder.path(), &[vec![begin(3), end()]]);
            std::fs::remove_file(folder.path().join("head")).unwrap();
            let loaded = Store::open(folder.path(), Access::Write).unwrap().load().unwrap();
            assert!(loaded == after, "{what}: another state after it was made again");
            after.serial = state.serial;
            assert!(after == state, "{what}");
        }
    }
}

/// Types that are made of types, whose names are in no order that follows from that.
fn nested() -> Value {
    let list = |value: Value| Value::list(value.ty(), vec![value]);
    (0..12).fold(Value::bool(true), |value, level| Value::object([(format!("a{level}").into(), list(value))].into()))
}

#[test]
fn a_long_log_is_opened_by_the_index_and_without_it_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::default();
    // The first operation leaves a snapshot that the second does not outgrow.
    for (serial, words) in [(1, 1_000_000), (2, 900_000)] {
        let value = Value::tuple(vec![Value::string("long ".repeat(words)), nested()]);
        let output = Event::Output { name: "o".into(), output: Some(Output { value }) };
        let events = [begin(serial), output, end()];
        story::apply(&mut state, &events);
        Store::open(folder.path(), Access::Write).unwrap().append(&events, true).unwrap();
    }
    let open = |access: Access| {
        let mut store = Store::open(folder.path(), access).unwrap();
        assert!(store.load().unwrap() == state, "another state");
        store.notes().join(" ")
    };
    assert_eq!([open(Access::Read), open(Access::Write)], ["", ""]);
    std::fs::write(folder.path().join("snap/0000000001.acier"), "nonsense").unwrap();
    // A reader meets the damaged snapshot; a writer goes past it by the index.
    assert!(open(Access::Read).contains("snapshot of operation 1 is not used"));
    assert_eq!(open(Access::Write), "");
    for (gone, note) in [("index/blobs", "index is not used"), ("index", "snapshot of operation 1 is not used")] {
        std::fs::remove_dir_all(folder.path().join(gone)).unwrap();
        let notes = open(Access::Write);
        assert!(notes.contains(note), "{gone}: {notes:?}");
    }
}
