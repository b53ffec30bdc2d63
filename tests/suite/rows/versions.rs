//! Each object is spoken of in the version of the interface that it needs, and no newer one.

use serde_json::{Value as Json, json};

use super::{Lab, configuration, groups};

const KIND: &str = "azurerm_container_group";

fn shared(key: &str, value: &str) -> Json {
    let mut members = groups::plain();
    members["container"][0]["volume"] =
        json!([{"name": "share", "mount_path": "/s", "share_name": "s", "storage_account_name": "a", key: value}]);
    members
}

/// The versions in which groups were asked about, each once.
fn versions(lab: &Lab) -> Vec<String> {
    let asked = lab.asked.borrow();
    let of_groups = asked.iter().filter(|line| line.contains("/containerGroups/"));
    let mut versions: Vec<String> =
        of_groups.filter_map(|line| Some(line.split_once("api-version=")?.1.to_owned())).collect();
    versions.sort_unstable();
    versions.dedup();
    versions
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_opens_a_share_needs_a_newer_version() {
    let id = "00000000-0000-4000-8000-00000000000a";
    for (key, value, wanted) in
        [("storage_account_key", "k", "2025-09-01"), ("user_assigned_identity_client_id", id, "2026-07-01")]
    {
        let mut lab = Lab::new();
        let text = configuration(KIND, &shared(key, value));
        lab.apply(&text).await;
        lab.rest(&text, key).await;
        // Before anything is known of it, an object is looked for in the newest version.
        let told: Vec<String> = versions(&lab).into_iter().filter(|version| version != "2026-07-01").collect();
        assert_eq!(told.is_empty(), wanted == "2026-07-01", "{key}: {told:?}");
        assert!(told.iter().all(|version| version == wanted), "{key}: {told:?}");
        let put = lab.asked.borrow().iter().any(|line| line.starts_with("PUT") && line.ends_with(wanted));
        assert!(put, "{:?}", lab.asked.borrow());
    }
}

/// The older version neither takes nor shows it.
#[test]
fn the_emulator_knows_which_version_has_what() {
    use crate::emulator::{Cloud, web, with};
    let mut cloud = Cloud::slow(0);
    cloud.api = "2026-07-01";
    let share = json!([{"name": "share", "azureFile": {"shareName": "s", "storageAccountName": "a",
        "userAssignedIdentityClientId": "c"}}]);
    cloud.make("web", &with(web(), "/properties/volumes", share.clone()));
    let place = "/properties/volumes/0/azureFile/userAssignedIdentityClientId";
    assert_eq!(cloud.get("web").at(place), "c");
    cloud.api = "2025-09-01";
    assert_eq!(cloud.get("web").at(place), Json::Null);
    cloud.api = "2023-05-01";
    let referred = json!([{"name": "a", "identity": "i", "secretReferenceUri": "u"}]);
    cloud.make("old", &with(web(), "/properties/secretReferences", referred.clone()));
    assert_eq!(cloud.get("old").at("/properties/secretReferences"), Json::Null);
    cloud.api = "2025-09-01";
    cloud.make("new", &with(web(), "/properties/secretReferences", referred.clone()));
    assert_eq!(cloud.get("new").at("/properties/secretReferences"), referred);
}

/// What the emulator refuses of the parts of a group.
#[test]
fn the_emulator_refuses_parts_that_the_service_would() {
    use crate::emulator::{Cloud, web, with};
    let app = "/properties/containers/0/properties";
    let at = |name: &str, value: Json| with(web(), &format!("{app}/{name}"), value);
    let group = |name: &str, value: Json| with(web(), &format!("/properties/{name}"), value);
    let table = [
        (group("volumes", json!([{"name": "v", "emptyDir": {}, "secret": {"a": "YQ=="}}])), "InvalidVolume"),
        (group("volumes", json!([{"name": "v"}])), "InvalidVolume"),
        (
            group("volumes", json!([{"name": "v", "azureFile": {"shareName": "s", "storageAccountName": "a"}}])),
            "InvalidStorageAccountKey",
        ),
        (at("volumeMounts", json!([{"name": "nowhere", "mountPath": "/a"}])), "InvalidVolumeMount"),
        (at("environmentVariables", json!([{"name": "A", "value": "1"}, {"name": "A"}])), "InvalidEnvironmentVariable"),
        (at("environmentVariables", json!([{"name": "A", "secureValueReference": "r"}])), "SecretReferenceNotFound"),
        (at("livenessProbe", json!({"exec": {"command": ["a"]}, "httpGet": {"port": 80}})), "InvalidProbe"),
        (at("readinessProbe", json!({"periodSeconds": 1})), "InvalidProbe"),
        (
            at("resources", json!({"requests": {"cpu": 2, "memoryInGB": 1}, "limits": {"cpu": 1}})),
            "InvalidResourceLimits",
        ),
        (at("ports", json!([{"port": 22}])), "InvalidPort"),
        (
            with(
                group("ipAddress", json!({"type": "Public", "ports": [{"port": 80}]})),
                "/properties/priority",
                json!("Spot"),
            ),
            "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
        ),
        (
            with(group("sku", json!("Dedicated")), "/properties/priority", json!("Spot")),
            "SpotPriorityContainerGroupNotSupportedInSku",
        ),
        (group("extensions", json!([{"name": "e", "properties": {"version": "1"}}])), "InvalidExtension"),
        (
            group(
                "diagnostics",
                json!({"logAnalytics": {"workspaceId": "w", "workspaceKey": "k",
                "logType": "ContainerInstanceLogs", "metadata": {}}}),
            ),
            "LogAnalyticsMetadataNotAllowed",
        ),
        (group("diagnostics", json!({"logAnalytics": {"workspaceId": "w"}})), "InvalidLogAnalyticsWorkspaceKey"),
    ];
    for (body, code) in table {
        let mut cloud = Cloud::slow(0);
        cloud.api = "2025-09-01";
        let reply = cloud.put("web", &body);
        assert_eq!((reply.status, reply.code()), (400, code), "{body}");
    }
}
