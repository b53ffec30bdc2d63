//! The emulator's log: what was answered is there again, and damage is named.

use std::path::Path;

use acier::arm::wire::Response;
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::Settings;
use serde_json::{Value, json};

use super::{Reply, START, SUBSCRIPTION, group, request, web, with};

fn open(folder: &Path) -> Result<Embedded, String> {
    Embedded::open_at(Some(folder), Settings::default(), START)
}

fn ask(cloud: &Embedded, method: &'static str, path: &str, body: Option<&Value>) -> Reply {
    let url = format!("{BASE}/subscriptions/{SUBSCRIPTION}{path}?api-version=2023-05-01");
    let answer: Response = cloud.answer(&request(method, url, body)).expect("an answer");
    Reply::read(answer)
}

fn fill(cloud: &Embedded) {
    let sent = with(
        web(),
        "/properties/containers/0/properties/environmentVariables",
        json!([{"name": "A", "value": "plain-value"}, {"name": "B", "secureValue": "secure-value"}]),
    );
    assert_eq!(ask(cloud, "PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"}))).status, 201);
    assert_eq!(ask(cloud, "PUT", &group("web"), Some(&sent)).status, 201);
    assert_eq!(ask(cloud, "PUT", &group("gone"), Some(&web())).status, 201);
    assert_eq!(ask(cloud, "DELETE", &group("gone"), None).status, 200);
    assert_eq!(ask(cloud, "POST", &format!("{}/stop", group("web")), None).status, 204);
}

/// All that can be seen of a world.
fn see(cloud: &Embedded) -> (String, String, String) {
    let list = ask(cloud, "GET", "/resources", None).body.to_string();
    (ask(cloud, "GET", &group("web"), None).body.to_string(), list, format!("{:?}", cloud.snapshot()))
}

#[test]
fn a_world_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    let seen = see(&cloud);
    let error = open(folder.path()).expect_err("it is in use");
    assert!(error.contains("Another emulator uses the folder"), "{error}");
    drop(cloud);
    let again = open(folder.path()).expect("it opens again");
    assert_eq!(see(&again), seen);
    assert_eq!(ask(&again, "PUT", &group("gone"), Some(&web())).status, 201);
    let made: Vec<u32> = again.snapshot().iter().map(|own| own.created).collect();
    assert_eq!(made, [1, 2, 1]);
}

#[test]
fn registrations_and_links_of_subnets_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let subnet = "/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/one";
    let link = format!("{subnet}/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default");
    let inside = json!([{"id": format!("/subscriptions/{SUBSCRIPTION}{subnet}")}]);
    let provider = "/providers/Microsoft.ContainerInstance";
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    let sent = with(web(), "/properties/subnetIds", inside);
    assert_eq!(ask(&cloud, "PUT", &group("inside"), Some(&sent)).status, 201);
    assert_eq!(ask(&cloud, "POST", &format!("{provider}/unregister"), None).status, 200);
    drop(cloud);
    let cloud = open(folder.path()).expect("it opens again");
    assert_eq!(ask(&cloud, "GET", provider, None).at("/registrationState"), "Unregistered");
    assert_eq!(ask(&cloud, "DELETE", &link, None).code(), "ServiceAssociationLinkInUse");
    assert_eq!(ask(&cloud, "DELETE", &group("inside"), None).status, 200);
    drop(cloud);
    let cloud = open(folder.path()).expect("it opens again");
    assert_eq!(ask(&cloud, "DELETE", &link, None).status, 200);
    drop(cloud);
    let cloud = open(folder.path()).expect("it opens again");
    assert_eq!(ask(&cloud, "DELETE", &link, None).status, 204);
}

#[test]
fn nothing_can_be_read_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    for name in ["world.log", "key", "lock"] {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        for word in ["plain-value", "secure-value", "nginx", "westeurope"] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("key")).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// A log cut at any byte opens: with all requests whose lines are whole.
#[test]
fn a_torn_line_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("world.log");
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    drop(cloud);
    let whole = std::fs::read(&log).expect("a log");
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    let mut seen = std::collections::BTreeSet::new();
    for length in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        std::fs::write(&log, &whole[..length]).expect("a shorter log");
        let cloud = open(folder.path()).unwrap_or_else(|error| panic!("cut at {length}: {error}"));
        seen.insert(ask(&cloud, "GET", &group("web"), None).status);
        // What is written after a tear stands on a line of its own.
        ask(&cloud, "PUT", "/resourceGroups/other", Some(&json!({"location": "westus"})));
        drop(cloud);
        let text = std::fs::read(&log).expect("a log");
        assert!(lines(&text) >= 2 && text.ends_with(b"\n"), "cut at {length}");
        let cloud = open(folder.path()).unwrap_or_else(|error| panic!("after a cut at {length}: {error}"));
        assert_eq!(ask(&cloud, "GET", "/resourceGroups/other", None).status, 200, "cut at {length}");
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 404]);
}

/// A flipped bit anywhere in the log is a named error and never another world.
#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("world.log");
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    let seen = see(&cloud);
    drop(cloud);
    let whole = std::fs::read(&log).expect("a log");
    for at in (0..whole.len()).step_by(11).chain(whole.len() - 3..whole.len()) {
        let mut bad = whole.clone();
        bad[at] ^= 4;
        std::fs::write(&log, &bad).expect("a damaged log");
        match open(folder.path()) {
            Err(error) => assert!(error.contains("of the emulator's log") && error.contains("is damaged"), "{error}"),
            Ok(cloud) => assert_eq!(see(&cloud), seen, "a flip at {at} went unnoticed"),
        }
    }
    // Lines that are missing, doubled or out of order are damage too.
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for order in [vec![0, 2, 3], vec![0, 1, 1, 2], vec![0, 2, 1], vec![1, 2]] {
        let bad: Vec<u8> = order.iter().flat_map(|line| lines[*line]).copied().collect();
        std::fs::write(&log, bad).expect("a damaged log");
        assert!(open(folder.path()).expect_err("damage").contains("is damaged"), "{order:?}");
    }
    std::fs::write(&log, &whole).expect("the log");
    std::fs::remove_file(folder.path().join("key")).expect("a key");
    assert!(open(folder.path()).expect_err("no key").contains("is missing"), "a new key must not be made");
    std::fs::write(folder.path().join("key"), acier::seal::Key::generate()).expect("another key");
    assert!(open(folder.path()).expect_err("another key").contains("sealed with another key"));
}

#[test]
fn a_long_log_is_compacted() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("world.log");
    let cloud = open(folder.path()).expect("it opens");
    fill(&cloud);
    let tags = |number: usize| json!({"tags": {"long": "x".repeat(200), "number": number.to_string()}});
    for number in 0..3_500 {
        assert_eq!(ask(&cloud, "PATCH", &group("web"), Some(&tags(number))).status, 200);
    }
    let seen = see(&cloud);
    drop(cloud);
    let before = std::fs::metadata(&log).expect("a log").len();
    assert!(before > 4 << 20, "{before} bytes are not long enough for this test");
    let cloud = open(folder.path()).expect("it opens");
    assert_eq!(see(&cloud), seen);
    let after = std::fs::metadata(&log).expect("a log").len();
    assert!(after < 50_000, "{after} of {before} bytes are left");
    fill_again(&cloud);
    drop(cloud);
    assert_eq!(ask(&open(folder.path()).expect("it opens"), "GET", &group("later"), None).status, 200);
}

fn fill_again(cloud: &Embedded) {
    assert_eq!(ask(cloud, "PUT", &group("later"), Some(&web())).status, 201);
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_tokio_moves_the_world() {
    let settings = Settings { latency: 1_200_000, ..Settings::default() };
    let cloud = Embedded::open_at(None, settings, START).expect("it opens");
    fill_until_created(&cloud);
    assert_eq!(ask(&cloud, "GET", &group("web"), None).at("/properties/provisioningState"), "Pending");
    tokio::time::advance(std::time::Duration::from_secs(1_200)).await;
    let reply = ask(&cloud, "GET", &group("web"), None);
    assert_eq!(reply.at("/properties/provisioningState"), "Succeeded");
    assert_eq!(
        reply.at("/properties/containers/0/properties/instanceView/currentState/startTime"),
        "2026-01-01T00:20:00Z"
    );
}

fn fill_until_created(cloud: &Embedded) {
    ask(cloud, "PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"})));
    assert_eq!(ask(cloud, "PUT", &group("web"), Some(&web())).status, 201);
}
