//! What is written comes back, through every road: the log, a snapshot, the index.

use acier::state::{Event, Journal, OperationKind, Outcome, State};
use acier::store::{Access, Counts, Store};
use acier::value::{Marks, Name, Type, Value};
use proptest::prelude::*;

use super::generate;
use super::story::{self, begin, end, load, object, operations, write};

#[test]
fn nothing_there_is_an_empty_state_and_reading_writes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let mut store = Store::open(&folder, Access::Read).unwrap();
    assert_eq!(store.load().unwrap(), State::default());
    assert_eq!(store.history().unwrap(), []);
    assert!(store.append(&[begin(1)], true).is_err());
    assert!(!folder.exists());
}

#[test]
fn opening_to_write_makes_no_key_and_no_log_before_the_first_record() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path(), Access::Write).unwrap());
    assert_eq!(story::files(folder.path()), [std::path::PathBuf::from("lock")]);
    assert_eq!(load(folder.path()).unwrap(), State::default());
}

#[test]
fn a_kept_key_is_the_key_of_the_first_operation() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    store.keep_key().unwrap();
    let before = store.key().fingerprint(&Value::string("x"));
    drop(store);
    assert_eq!(load(folder.path()).unwrap(), State::default());
    write(folder.path(), &operations());
    let store = Store::open(folder.path(), Access::Read).unwrap();
    assert_eq!(store.key().fingerprint(&Value::string("x")), before);
}

#[test]
fn every_event_comes_back_to_readers_and_writers_at_every_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    let mut state = State::default();
    for event in operations().into_iter().flatten() {
        state.apply(&event).unwrap();
        store.append(&[event], false).unwrap();
        assert_eq!(load(folder.path()).unwrap(), state, "a reader beside the writer");
    }
    assert_eq!(store.load().unwrap(), state);
    drop(store);
    assert_eq!(Store::open(folder.path(), Access::Write).unwrap().load().unwrap(), state);
}

#[test]
fn one_append_may_hold_several_operations() {
    let folder = tempfile::tempdir().unwrap();
    let events: Vec<Event> = operations().into_iter().flatten().collect();
    let mut state = State::default();
    story::apply(&mut state, &events);
    Store::open(folder.path(), Access::Write).unwrap().append(&events, true).unwrap();
    assert_eq!(load(folder.path()).unwrap(), state);
    let history = Store::open(folder.path(), Access::Read).unwrap().history().unwrap();
    let counts = [
        Counts { created: 1, refreshed: 1, outputs: 1, ..Counts::default() },
        Counts { created: 1, failed: 1, refreshed: 1, outputs: 1, ..Counts::default() },
        Counts { dropped: 1, forgotten: 1, outputs: 1, ..Counts::default() },
    ];
    for (operation, (serial, counts)) in history.iter().zip((1..).zip(counts)) {
        assert_eq!((operation.serial, operation.kind), (serial, OperationKind::Apply));
        assert_eq!(operation.outcome, (serial < 3).then_some(Outcome::Complete));
        assert_eq!(operation.counts, counts, "operation {serial}");
    }
    assert_eq!(history.len(), 3);
}

#[test]
fn snapshots_and_the_index_give_the_same_state_as_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::default();
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    let mut snapshots = Vec::new();
    for serial in 1..=6 {
        let mut events = vec![begin(serial)];
        for number in 0..300 {
            let addr = story::addr(&format!("azurerm_container_group.web[{}]", number * (serial % 3 + 1)));
            events.push(Event::Refreshed { addr, deposed: None, object: Some(object(&format!("o{serial}-{number}"))) });
        }
        let first = story::addr("azurerm_container_group.web[0]");
        events.push(Event::Deposed { addr: first, key: format!("d{serial}").into() });
        events.push(end());
        story::apply(&mut state, &events);
        store.append(&events, true).unwrap();
        assert_eq!(load(folder.path()).unwrap(), state);
        snapshots.extend(
            std::fs::read_dir(folder.path().join("snap")).into_iter().flatten().map(|e| e.unwrap().file_name()),
        );
    }
    assert_eq!(store.notes(), Vec::<String>::new());
    drop(store);
    assert!(snapshots.len() > 2, "snapshots were made: {snapshots:?}");
    std::fs::remove_dir_all(folder.path().join("snap")).unwrap();
    assert_eq!(load(folder.path()).unwrap(), state, "the log alone");
    // Without its head, a writer goes by what the index says.
    std::fs::remove_file(folder.path().join("head")).unwrap();
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    assert_eq!(store.load().unwrap(), state);
    assert_eq!(store.notes().len(), 1, "{:?}", store.notes());
}

/// Making and dropping a value of thousands of levels takes more stack than a test's thread has.
fn with_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_record_that_could_not_be_read_again_is_refused_and_nothing_follows_it() {
    with_stack(refuse_each);
}

fn refuse_each() {
    let mut deep = Value::bool(true);
    for _ in 0..=acier::value::DEEPEST {
        deep = Value::tuple(vec![deep]);
    }
    let with = |value: Value| Event::Output { name: "x".into(), output: Some(acier::state::Output { value }) };
    let strange = story::addr("azurerm_container_group.web");
    let mut unnameable = strange.clone();
    unnameable.block.name = Name::from("two words");
    let cases = [
        ("nested more than", with(deep)),
        ("ephemeral", with(Value::bool(true).with_marks(Marks::EPHEMERAL))),
        ("cannot be read back", Event::Forgotten { addr: unnameable }),
        ("does not exist", Event::Deposed { addr: strange, key: "k".into() }),
        ("never begun", Event::Dropped { step: story::step(1, 9) }),
        ("does not follow", begin(5)),
    ];
    for (part, event) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path(), Access::Write).unwrap();
        store.append(&[begin(1)], true).unwrap();
        let before = load(folder.path()).unwrap();
        let error = store.append(&[event], true).unwrap_err();
        assert!(error.0.contains(part), "{error}");
        let again = store.append(&[end()], true).unwrap_err();
        assert!(again.0.contains("no longer"), "{again}");
        drop(store);
        assert_eq!(load(folder.path()).unwrap(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn random_values_come_back_exactly(values in prop::collection::vec(generate::value(), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let mut events = vec![begin(1)];
        for (number, value) in values.iter().enumerate() {
            let output = Some(acier::state::Output { value: value.clone() });
            events.push(Event::Output { name: format!("o{number}").into(), output });
        }
        Store::open(folder.path(), Access::Write).unwrap().append(&events, false).unwrap();
        let state = load(folder.path()).unwrap();
        for (number, value) in values.iter().enumerate() {
            let name = Name::from(format!("o{number}"));
            prop_assert_eq!(&state.outputs[&name].value, value);
            prop_assert_eq!(state.outputs[&name].value.ty() == Type::Dynamic, value.ty() == Type::Dynamic);
        }
    }

    #[test]
    fn random_histories_come_back_exactly(events in generate::history(40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::default();
        story::apply(&mut state, &events);
        let mut store = Store::open(folder.path(), Access::Write).unwrap();
        for events in events.chunks(7) {
            store.append(events, false).unwrap();
        }
        prop_assert_eq!(&load(folder.path()).unwrap(), &state);
        drop(store);
        // A writer finds the same, and so does one who has only the index for a witness.
        let ended = matches!(events.last(), Some(Event::End { .. }));
        if ended {
            std::fs::remove_file(folder.path().join("head")).unwrap();
        }
        let mut store = Store::open(folder.path(), Access::Write).unwrap();
        prop_assert_eq!(&store.load().unwrap(), &state);
    }
}
