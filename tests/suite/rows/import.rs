//! Objects that were not made from this state: read without anything known, and then configured.

use acier::plan::Action;
use acier::resources::codec::decode;
use acier::resources::kinds::CONTAINER_GROUP;
use acier::seal::Key;
use acier::state::Object;
use acier::value::{Marks, Type, Value};
use serde_json::{Value as Json, json};

use super::{Lab, configuration, groups};

const KIND: &str = "azurerm_container_group";

/// Forgets the object and learns it again from the cloud alone, as an import does.
async fn relearn(lab: &mut Lab) {
    let path = lab.state.objects.iter().find(|(_, object)| &*object.kind == KIND).map(|(addr, _)| addr.clone());
    let addr = path.expect("a group");
    let object = lab.state.objects[&addr].clone();
    let body = lab.look(&object.id).await;
    let value = decode(&CONTAINER_GROUP, &body, &Value::null(Type::Dynamic));
    assert!(value.is_wholly_known());
    let fingerprint = |secret: &Value| lab.key.fingerprint(secret);
    let value = acier::resources::schemas().conceal(KIND, &value, &fingerprint);
    lab.state.objects.insert(addr, Object { value, ..object });
}

fn secrets() -> Json {
    let mut members = groups::plain();
    members["image_registry_credential"] = json!([{"server": "r.io", "username": "u", "password": "p"}]);
    members["diagnostics"] = json!([{"log_analytics": [{"workspace_id": "00000000-0000-4000-8000-00000000000b",
        "workspace_key": "k", "log_type": "ContainerInsights", "metadata": {"a": "b"}}]}]);
    members["extension"] = json!([{"name": "e", "type": "t", "version": "1", "protected_settings": "{\"a\": 1}"}]);
    let volumes = |name: &str| {
        json!([{"name": format!("{name}-share"), "mount_path": "/s", "share_name": "s", "storage_account_name": "a",
            "storage_account_key": "key"}, {"name": format!("{name}-files"), "mount_path": "/f", "secret": {"a": "YQ=="}}])
    };
    members["container"][0]["volume"] = volumes("main");
    members["container"][0]["secure_environment_variables"] = json!({"PASSWORD": "x"});
    members["init_container"] = json!([{"name": "first", "image": "busybox", "volume": volumes("init"),
        "secure_environment_variables": {"PASSWORD": "y"}}]);
    members
}

#[tokio::test(start_paused = true)]
async fn an_imported_group_is_at_rest_once_the_configuration_names_its_secrets() {
    let mut lab = Lab::new();
    let members = secrets();
    let text = configuration(KIND, &members);
    lab.apply(&text).await;
    relearn(&mut lab).await;
    let before = lab.asked.borrow().len();
    let plan = lab.apply(&text).await.plan.unwrap();
    assert!(plan.is_empty(), "{:?}", plan.changes);
    assert!(plan.drift.is_empty(), "{:?}", plan.drift);
    let asked = lab.asked.borrow()[before..].join("\n");
    assert!(!asked.contains("PUT") && !asked.contains("PATCH"), "{asked}");
    // The secrets are known from now on: nothing is left to learn, and a new one is a change.
    lab.rest(&text, "after the secrets were taken over").await;
    assert_eq!(count(lab.object(KIND)), 0);
    for (path, secret) in [
        ("image_registry_credential.password", json!("other")),
        ("container.secure_environment_variables", json!({"PASSWORD": "other"})),
        ("init_container.volume.secret", json!({"a": "Yg=="})),
    ] {
        let mut changed = members.clone();
        *super::place(&mut changed, path).unwrap() = secret;
        let plan = lab.apply(&configuration(KIND, &changed)).await.plan.unwrap();
        let updates = plan.changes.iter().filter(|change| change.action == Action::Update).count();
        assert_eq!(updates, 1, "{path}");
        lab.apply(&text).await;
    }
}

/// How many places hold something that the cloud does not tell.
fn count(value: &Value) -> usize {
    usize::from(value.is_undisclosed()) + value.children().map(count).sum::<usize>()
}

#[tokio::test(start_paused = true)]
async fn what_is_imported_and_then_changed_is_sent_whole() {
    let mut lab = Lab::new();
    let mut members = secrets();
    lab.apply(&configuration(KIND, &members)).await;
    relearn(&mut lab).await;
    assert!(count(lab.object(KIND)) > 6);
    members["container"][0]["image"] = json!("nginx:2");
    let text = configuration(KIND, &members);
    let plan = lab.apply(&text).await.plan.unwrap();
    assert_eq!(plan.changes.iter().filter(|change| change.action == Action::Update).count(), 1);
    assert_eq!(count(lab.object(KIND)), 0);
    lab.rest(&text, "updated").await;
}

/// A secret that the configuration does not name is in nobody's way, and nothing of it is shown.
#[tokio::test(start_paused = true)]
async fn an_imported_variable_that_nobody_configures_is_a_difference() {
    let mut lab = Lab::new();
    let mut members = groups::plain();
    members["container"][0]["secure_environment_variables"] = json!({"PASSWORD": "x"});
    lab.apply(&configuration(KIND, &members)).await;
    relearn(&mut lab).await;
    let object = lab.object(KIND);
    let variables =
        object.get("container").unwrap().as_sequence().unwrap()[0].get("secure_environment_variables").unwrap();
    assert!(variables.get("PASSWORD").unwrap().marks().has(Marks::FINGERPRINT));
    members["container"][0]["secure_environment_variables"] = json!({});
    let plan = lab.apply(&configuration(KIND, &members)).await.plan.unwrap();
    assert_eq!(plan.changes.iter().filter(|change| change.action == Action::Update).count(), 1);
}

/// A fingerprint of nothing differs from nothing.
#[test]
fn an_undisclosed_secret_is_no_fingerprint_of_an_empty_one() {
    let key = Key::new(&[1; 32]);
    assert!(!key.fingerprint(&Value::string("")).is_undisclosed());
    assert!(key.fingerprint(&Value::undisclosed()).is_undisclosed());
    assert!(!Value::string("").is_undisclosed());
}
