//! Answers as they were recorded, and what they are read as.

use acier::resources::codec::{decode, encode};
use acier::resources::kinds::{CONTAINER_GROUP, RESOURCE_GROUP};
use acier::value::{Path, Step, Type, Value};
use serde_json::{Value as Json, json};

use super::{configured, group, loose};

const ID: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/web";

/// A place as `container[0].image` or `tags["a"]`.
fn at(place: &str) -> Path {
    let mut path = Path::root();
    for part in place.replace('[', ".[").split('.') {
        path = match part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) {
            Some(index) if index.starts_with('"') => path.key(index.trim_matches('"')),
            Some(index) => path.then(Step::Index(index.parse().unwrap())),
            None => path.attr(part),
        };
    }
    path
}

fn expect(value: &Value, places: &[(&str, Json)]) {
    for (place, wanted) in places {
        let found = at(place).find(value).unwrap_or_else(|| panic!("{place} is not there in {value:?}"));
        assert!(found.same(&loose(wanted)), "{place} is {found:?} instead of {wanted}");
    }
}

fn nothing() -> Value {
    Value::null(Type::Dynamic)
}

/// A member of a list: no instance view, secrets gone, upper case where it was lower.
fn listed() -> Json {
    json!({
        "properties": {
            "sku": "Standard", "provisioningState": "Succeeded", "provisioningTimeoutInSeconds": 1800,
            "isCustomProvisioningTimeout": false,
            "containers": [
                {"name": "tomcat", "properties": {"image": "tomcat", "ports": [{"protocol": "TCP", "port": 8080}],
                    "environmentVariables": [{"name": "ENV1", "value": "value1"}],
                    "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
                    "volumeMounts": [{"name": "files", "mountPath": "/s"}, {"name": "dir", "mountPath": "/d", "readOnly": true}]}},
                {"name": "nginx", "properties": {"image": "nginx", "environmentVariables": [{"name": "ENV2"}],
                    "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}}}}],
            "initContainers": [],
            "imageRegistryCredentials": [{"server": "r.azurecr.io", "username": "u"}],
            "restartPolicy": "never",
            "ipAddress": {"ports": [{"protocol": "TCP", "port": 8080}, {"port": 80}], "ip": "52.254.62.42",
                "type": "Public", "dnsNameLabel": "aci429937", "fqdn": "aci429937.eastus2.azurecontainer.io"},
            "osType": "linux",
            "volumes": [{"name": "files", "secret": {}}, {"name": "dir", "emptyDir": {}}]
        },
        "identity": {"type": "UserAssigned", "tenantId": "t",
            "userAssignedIdentities": {"/SUBSCRIPTIONS/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one": {"clientId": "c"}}},
        "id": "/subscriptions/s/resourcegroups/RG/providers/Microsoft.ContainerInstance/containerGroups/web",
        "name": "web", "type": "Microsoft.ContainerInstance/containerGroups", "location": "East US 2"
    })
}

#[test]
fn a_listed_group_is_read_without_anything_known() {
    let value = decode(&CONTAINER_GROUP, &listed(), &nothing());
    expect(
        &value,
        &[
            (
                "id",
                json!("/subscriptions/s/resourceGroups/RG/providers/Microsoft.ContainerInstance/containerGroups/web"),
            ),
            ("name", json!("web")),
            ("resource_group_name", json!("RG")),
            ("location", json!("eastus2")),
            ("os_type", json!("Linux")),
            ("restart_policy", json!("Never")),
            ("sku", json!("Standard")),
            ("priority", json!(null)),
            ("tags", json!(null)),
            ("ip_address_type", json!("Public")),
            ("dns_name_label_reuse_policy", json!("Unsecure")),
            ("exposed_port", json!([{"port": 8080, "protocol": "TCP"}, {"port": 80, "protocol": "TCP"}])),
            ("container[0].cpu", json!(1)),
            ("container[0].cpu_limit", json!(null)),
            ("container[0].commands", json!(null)),
            ("container[0].environment_variables", json!({"ENV1": "value1"})),
            ("container[0].volume[0].secret", json!({})),
            ("container[0].volume[0].read_only", json!(false)),
            ("container[0].volume[1].empty_dir", json!(true)),
            ("container[0].volume[1].read_only", json!(true)),
            ("container[1].ports", json!([])),
            ("container[1].environment_variables", json!(null)),
            ("container[1].secure_environment_variables", json!({"ENV2": ""})),
            ("image_registry_credential[0].password", json!("")),
            ("identity[0].type", json!("UserAssigned")),
            ("identity[0].tenant_id", json!("t")),
        ],
    );
}

#[test]
fn what_we_know_fills_in_what_the_service_hides_by_name_not_by_place() {
    let base = group(&json!({
        "name": "WEB", "resource_group_name": "rg", "location": "East US 2", "os_type": "Linux",
        "identity": [{"type": "UserAssigned", "identity_ids":
            ["/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"]}],
        "image_registry_credential": [
            {"server": "other.azurecr.io", "username": "o", "password": "wrong"},
            {"server": "r.azurecr.io", "username": "u", "password": "right"}],
        "container": [
            {"name": "nginx", "image": "nginx", "cpu": 1, "memory": 1.5, "commands": [],
             "secure_environment_variables": {"ENV2": "hidden"}, "environment_variables": {}},
            {"name": "tomcat", "image": "tomcat", "cpu": 1, "memory": 1.5, "cpu_limit": 0, "volume": [
                {"name": "dir", "mount_path": "/d", "empty_dir": true},
                {"name": "files", "mount_path": "/s", "secret": {"a": "YQ=="}}]}]
    }));
    let value = decode(&CONTAINER_GROUP, &listed(), &base);
    expect(
        &value,
        &[
            ("name", json!("WEB")),
            ("resource_group_name", json!("rg")),
            ("image_registry_credential[0].password", json!("right")),
            ("container[0].volume[0].secret", json!({"a": "YQ=="})),
            ("container[0].cpu_limit", json!(0)),
            ("container[1].secure_environment_variables", json!({"ENV2": "hidden"})),
            ("container[1].environment_variables", json!({})),
            ("container[1].commands", json!([])),
            (
                "identity[0].identity_ids",
                json!([
                    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
                ]),
            ),
        ],
    );
}

#[test]
fn answers_may_lack_and_misspell() {
    let named = |more: Json| {
        group(&super::with(
            &json!({"name": "web", "resource_group_name": "rg", "location": "westeurope", "os_type": "Linux"}),
            &more,
        ))
    };
    let hidden_init = json!({"init_container": [{"name": "prepare", "image": "i", "volume": [
        {"name": "files", "mount_path": "/s", "secret": {"a": "YQ=="}},
        {"name": "share", "mount_path": "/t", "share_name": "x", "storage_account_name": "y", "storage_account_key": "z"}]}]});
    type Case<'a> = (&'a str, Json, Value, Vec<(&'a str, Json)>);
    let cases: Vec<Case<'_>> = vec![
        (
            "a body with nothing in it",
            json!({}),
            nothing(),
            vec![
                ("name", json!(null)),
                ("container", json!([])),
                ("ip_address_type", json!("None")),
                ("identity", json!([])),
            ],
        ),
        (
            "the first answer to a private group has no address at all",
            json!({"id": ID, "properties": {"provisioningState": "Pending"}}),
            named(json!({"ip_address_type": "Private", "tags": {"a": "b"}})),
            vec![("ip_address_type", json!("Private")), ("ip_address", json!(null)), ("tags", json!(null))],
        ),
        (
            "a group without an address keeps what makes no difference",
            json!({"id": ID, "properties": {}}),
            named(
                json!({"ip_address_type": "None", "dns_name_label": "hello", "dns_name_label_reuse_policy": "Noreuse"}),
            ),
            vec![
                ("ip_address_type", json!("None")),
                ("dns_name_label", json!("hello")),
                ("dns_name_label_reuse_policy", json!("Noreuse")),
            ],
        ),
        (
            "a reuse policy is not returned without a label",
            json!({"id": ID, "properties": {"ipAddress": {"type": "Public", "ports": []}}}),
            named(json!({"dns_name_label_reuse_policy": "TenantReuse"})),
            vec![("dns_name_label_reuse_policy", json!("TenantReuse")), ("exposed_port", json!(null))],
        ),
        (
            "members in PascalCase and numbers as text",
            json!({"id": ID, "Location": "West Europe", "Properties": {"OsType": "LINUX", "Containers": [
                {"Name": "a", "Properties": {"Image": "i", "Resources": {"Requests": {"Cpu": "0.5", "MemoryInGB": 1}}}}]}}),
            nothing(),
            vec![("location", json!("westeurope")), ("os_type", json!("Linux")), ("container[0].cpu", json!(0.5))],
        ),
        (
            "nulls are absences",
            json!({"id": ID, "tags": null, "identity": {"type": "None", "userAssignedIdentities": null}, "zones": null,
                "properties": {"containers": null, "volumes": null, "diagnostics": {}, "ipAddress": null}}),
            nothing(),
            vec![("tags", json!(null)), ("identity", json!([])), ("zones", json!(null)), ("diagnostics", json!([]))],
        ),
        (
            "secrets of volumes of init containers are kept too",
            json!({"id": ID, "properties": {
                "initContainers": [{"name": "prepare", "properties": {"image": "i", "volumeMounts": [
                    {"name": "share", "mountPath": "/t"}, {"name": "files", "mountPath": "/s"}]}}],
                "volumes": [{"name": "files", "secret": {}},
                    {"name": "share", "azureFile": {"shareName": "x", "storageAccountName": "y"}}]}}),
            named(hidden_init),
            vec![
                ("init_container[0].volume[0].storage_account_key", json!("z")),
                ("init_container[0].volume[1].secret", json!({"a": "YQ=="})),
            ],
        ),
        (
            "only the workspace comes back from diagnostics",
            json!({"id": ID, "properties": {"diagnostics": {"logAnalytics": {"workspaceId": "W"}}}}),
            named(json!({"diagnostics": [{"log_analytics": [{"workspace_id": "w", "workspace_key": "k",
                "log_type": "ContainerInsights", "metadata": {"a": "b"}}]}]})),
            vec![
                ("diagnostics[0].log_analytics[0].workspace_id", json!("w")),
                ("diagnostics[0].log_analytics[0].workspace_key", json!("k")),
                ("diagnostics[0].log_analytics[0].log_type", json!("ContainerInsights")),
                ("diagnostics[0].log_analytics[0].metadata", json!({"a": "b"})),
            ],
        ),
        (
            "a secret that somebody took away is gone",
            json!({"id": ID, "properties": {"containers": [{"name": "a", "properties": {"environmentVariables": [],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}]}}], "volumes": [{"name": "v", "emptyDir": {}}]}}),
            named(json!({"container": [{"name": "a", "image": "i", "cpu": 1, "memory": 1,
                "secure_environment_variables": {"S": "x"},
                "volume": [{"name": "v", "mount_path": "/v", "secret": {"a": "YQ=="}}]}]})),
            vec![
                ("container[0].secure_environment_variables", json!(null)),
                ("container[0].volume[0].secret", json!(null)),
                ("container[0].volume[0].empty_dir", json!(true)),
            ],
        ),
    ];
    for (about, body, base, places) in cases {
        eprintln!("{about}");
        let value = decode(&CONTAINER_GROUP, &body, &base);
        assert!(value.is_wholly_known());
        expect(&value, &places);
    }
}

/// What is sent, where it is not plain from the names.
#[test]
fn bodies_are_written_as_the_service_wants_them() {
    let value = group(&json!({
        "name": "web", "resource_group_name": "rg", "location": "West Europe", "os_type": "Linux",
        "dns_config": [{"nameservers": ["10.0.0.1"], "search_domains": ["b.c", "a.b"]}],
        "container": [
            {"name": "a", "image": "i", "cpu": 0.5, "memory": 1, "cpu_limit": 2, "memory_limit": 0,
             "environment_variables": {"A": "1"}, "secure_environment_variables": {"S": "x"},
             "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}],
             "volume": [{"name": "v", "mount_path": "/v", "share_name": "x", "storage_account_name": "y",
                 "storage_account_key": "z", "read_only": true}],
             "liveness_probe": [{"http_get": [{"path": "/", "port": 80, "http_headers": {"H": "v"}}], "period_seconds": 5,
                 "failure_threshold": 0}]},
            {"name": "b", "image": "i", "cpu": 0.5, "memory": 1, "ports": [{"port": 80}],
             "volume": [{"name": "v", "mount_path": "/w", "share_name": "x", "storage_account_name": "y",
                 "storage_account_key": "z"}]}]
    }));
    let body = encode(&CONTAINER_GROUP, &value).unwrap();
    let wanted = json!({
        "location": "westeurope",
        "identity": {"type": "None"},
        "properties": {
            "osType": "Linux", "sku": "Standard", "restartPolicy": "Always",
            "ipAddress": {"type": "Public", "autoGeneratedDomainNameLabelScope": "Unsecure",
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 80, "protocol": "TCP"}]},
            "dnsConfig": {"nameServers": ["10.0.0.1"], "searchDomains": "a.b b.c"},
            "containers": [
                {"name": "a", "properties": {"image": "i",
                    "resources": {"requests": {"cpu": 0.5, "memoryInGB": 1}, "limits": {"cpu": 2}},
                    "environmentVariables": [{"name": "A", "value": "1"}, {"name": "S", "secureValue": "x"}],
                    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 80, "protocol": "TCP"}],
                    "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": true}],
                    "livenessProbe": {"periodSeconds": 5,
                        "httpGet": {"path": "/", "port": 80, "httpHeaders": [{"name": "H", "value": "v"}]}}}},
                {"name": "b", "properties": {"image": "i", "resources": {"requests": {"cpu": 0.5, "memoryInGB": 1}},
                    "ports": [{"port": 80, "protocol": "TCP"}],
                    "volumeMounts": [{"name": "v", "mountPath": "/w", "readOnly": false}]}}],
            "volumes": [{"name": "v", "azureFile": {"shareName": "x", "storageAccountName": "y", "storageAccountKey": "z", "readOnly": false}}]
        }
    });
    assert_eq!(body, wanted, "{body:#}");
    let quiet = group(&json!({"name": "web", "resource_group_name": "rg", "location": "w", "os_type": "Linux",
        "ip_address_type": "None", "dns_name_label": "hello", "container": []}));
    assert!(encode(&CONTAINER_GROUP, &quiet).unwrap().pointer("/properties/ipAddress").is_none());
}

#[test]
fn sensitive_values_stay_sensitive() {
    let base = super::resource_group(&json!({"name": "rg", "location": "w", "tags": {"a": "b"}}));
    let mut members = base.as_members().unwrap().clone();
    members.insert("tags".into(), members.get("tags").unwrap().clone().map_children(|tag| tag.clone().sensitive()));
    let body = json!({"id": "/subscriptions/s/resourceGroups/rg", "location": "w", "tags": {"a": "c", "d": "e"}});
    let value = decode(&RESOURCE_GROUP, &body, &Value::object(members));
    assert!(at("tags[\"a\"]").find(&value).unwrap().is_sensitive());
    assert!(!at("tags[\"d\"]").find(&value).unwrap().is_sensitive());
}

#[test]
fn unknown_values_cannot_be_sent_unless_the_cloud_decides_them() {
    let block = &acier::resources::schemas().managed["azurerm_container_group"].block;
    let base = json!({"name": "web", "resource_group_name": "rg", "location": "w", "os_type": "Linux",
        "container": [{"name": "a", "image": "i", "cpu": 1, "memory": 1, "ports": [{"port": 80}]}]});
    let settled =
        configured(block, &super::with(&base, &json!({"exposed_port": "<unknown>", "ip_address": "<unknown>"})));
    let body = encode(&CONTAINER_GROUP, &settled).unwrap();
    assert_eq!(body.pointer("/properties/ipAddress/ports"), Some(&json!([{"port": 80, "protocol": "TCP"}])));
    let open = configured(block, &super::with(&base, &json!({"sku": "<unknown>"})));
    assert_eq!(encode(&CONTAINER_GROUP, &open).unwrap_err().path.to_string(), "sku");
}
