//! No secret stands in any file, and none is lost.

use acier::state::{Act, Event, Journal, Output, State};
use acier::store::{Access, Store};
use acier::value::{Type, Value};
use base64::Engine as _;

use super::story::{self, SECRET, addr, begin, end, files, load, object, operations, step};

/// The secret as it could be found by somebody who looks.
fn disguises() -> Vec<Vec<u8>> {
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(SECRET);
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    // The last characters of base64 depend on what follows.
    vec![SECRET.into(), encoded[..encoded.len() - 2].into(), hex.into(), SECRET[..12].into()]
}

#[test]
fn no_file_holds_a_secret_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path(), Access::Write).unwrap();
    let mut state = State::default();
    let mut all = operations();
    all.push(vec![
        begin(4),
        Event::Failed {
            step: step(3, 0),
            message: format!("the log says {SECRET}").into(),
            object: Some(object("web")),
        },
        Event::Intent { step: step(4, 0), intent: story::intent("azurerm_container_group.web", Act::Update, None) },
        Event::Accepted { step: step(4, 0), ticket: format!("https://poll/4?s={SECRET}").into() },
        Event::Output {
            name: "fingerprint".into(),
            output: Some(Output { value: store.key().fingerprint(&Value::string(SECRET).sensitive()) }),
        },
        Event::Output {
            name: "nested".into(),
            output: Some(Output { value: Value::list(Type::String, vec![Value::string(SECRET)]).sensitive() }),
        },
    ]);
    for number in 0..700 {
        let addr = addr(&format!("azurerm_container_group.many[{number}]"));
        all[3].push(Event::Refreshed { addr, deposed: None, object: Some(object("m")) });
    }
    all[3].push(end());
    for events in all {
        story::apply(&mut state, &events);
        store.append(&events, true).unwrap();
    }
    drop(store);
    assert!(folder.path().join("snap").exists() && folder.path().join("index").exists());
    for file in files(folder.path()) {
        let bytes = std::fs::read(folder.path().join(&file)).unwrap();
        for disguise in disguises() {
            let found = bytes.windows(disguise.len()).any(|window| window == disguise);
            assert!(!found, "{} holds {:?}", file.display(), String::from_utf8_lossy(&disguise));
        }
    }
    assert_eq!(load(folder.path()).unwrap(), state, "and all secrets come back");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    story::write(folder.path(), &operations());
    let mode = std::fs::metadata(folder.path().join("secret.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
