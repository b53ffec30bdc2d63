//! What is refused at plan time, and what is not.

use acier::resources::schemas;
use acier::schema::Block;
use acier::value::{Path, Value};
use serde_json::{Value as Json, json};

use super::{group, resource_group, with};

fn values(block: &Block, object: &Value, path: &Path, told: &mut Vec<(String, String)>) {
    for attribute in &block.attributes {
        let Some(value) = object.get(&attribute.name).filter(|value| value.is_wholly_known() && !value.is_null())
        else {
            continue;
        };
        if let Some(Err(message)) = attribute.check.map(|check| check(value)) {
            told.push((path.attr(&attribute.name).to_string(), message));
        }
    }
    for nested in &block.blocks {
        let blocks = object.get(&nested.name).and_then(Value::as_sequence).unwrap_or_default();
        for (index, inner) in blocks.iter().enumerate() {
            values(&nested.block, inner, &path.attr(&nested.name).index(index), told);
        }
    }
}

/// All that is refused, as place and words.
fn findings(kind: &str, object: &Value) -> Vec<(String, String)> {
    judge(kind, object, false)
}

/// All that is refused, or all that is warned of.
fn judge(kind: &str, object: &Value, warned: bool) -> Vec<(String, String)> {
    let schemas = schemas();
    let schema = &schemas.managed[kind];
    let mut told = Vec::new();
    if !warned {
        values(&schema.block, object, &Path::root(), &mut told);
    }
    for check in &schema.checks {
        told.extend(
            check(object)
                .into_iter()
                .filter(|found| found.warning == warned)
                .map(|found| (found.path.to_string(), format!("{}: {}", found.summary, found.detail))),
        );
    }
    for (place, message) in &told {
        assert!(message.ends_with('.'), "{place}: not a sentence: {message}");
    }
    told
}

fn container(more: &Json) -> Json {
    with(&json!({"name": "a", "image": "i", "cpu": 1, "memory": 1, "ports": [{"port": 80}]}), more)
}

fn web(more: &Json) -> Json {
    let base = json!({"name": "web", "resource_group_name": "rg", "location": "w", "os_type": "Linux"});
    with(&with(&base, &json!({"container": [container(&json!({}))]})), more)
}

/// A group whose container has a volume.
fn volume(more: &Json) -> Json {
    let volume = with(&json!({"name": "v", "mount_path": "/v"}), more);
    web(&json!({"container": [container(&json!({"volume": [volume]}))]}))
}

fn one(more: &Json) -> Json {
    web(&json!({"container": [container(more)]}))
}

fn many(count: usize) -> Json {
    let all: Vec<Json> = (0..count)
        .map(|at| container(&json!({"name": format!("c{at}"), "ports": [], "cpu": 0.5, "memory": 0.5})))
        .collect();
    web(&json!({"container": all, "ip_address_type": "None"}))
}

#[test]
fn what_the_service_takes_is_not_refused() {
    let identity = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    let fine = [
        web(&json!({})),
        web(&json!({"name": "myContainerGroup"})),
        web(&json!({"exposed_port": [{"port": 80, "protocol": "TCP"}]})),
        web(&json!({"dns_name_label": "hello-1"})),
        web(&json!({"ip_address_type": "None", "priority": "Spot", "container": [container(&json!({"ports": []}))]})),
        web(&json!({"identity": [{"type": "SystemAssigned, UserAssigned", "identity_ids": [identity]}]})),
        one(&json!({"cpu_limit": 2, "memory_limit": 0})),
        one(&json!({"liveness_probe": [{"exec": ["cat"], "period_seconds": 3}]})),
        volume(&json!({"empty_dir": true})),
        volume(&json!({"secret": {"a": "YQ=="}})),
        volume(&json!({"share_name": "s", "storage_account_name": "n", "storage_account_key": "k"})),
        many(60),
    ];
    for object in fine {
        assert_eq!(findings("azurerm_container_group", &group(&object)), [], "{object}");
    }
}

#[test]
fn nothing_is_said_about_what_is_unknown() {
    let open = [
        web(&json!({"container": "<unknown>"})),
        web(&json!({"ip_address_type": "<unknown>", "container": [container(&json!({"ports": []}))]})),
        web(
            &json!({"name": "<unknown>", "tags": "<unknown>", "dns_name_label": "<unknown>", "subnet_ids": "<unknown>"}),
        ),
        web(
            &json!({"exposed_port": [{"port": 81, "protocol": "TCP"}], "container": [container(&json!({"ports": [{"port": "<unknown>"}]}))]}),
        ),
        web(&json!({"exposed_port": "<unknown>", "container": [container(&json!({"ports": []}))]})),
        one(&json!({"cpu": "<unknown>", "cpu_limit": 1, "environment_variables": "<unknown>", "volume": "<unknown>"})),
        one(&json!({"liveness_probe": [{"exec": "<unknown>"}]})),
        volume(&json!({"secret": "<unknown>"})),
        volume(&json!({"share_name": "s", "storage_account_name": "<unknown>", "storage_account_key": "<unknown>"})),
    ];
    for object in open {
        assert_eq!(findings("azurerm_container_group", &group(&object)), [], "{object}");
    }
}

#[test]
fn what_the_service_refuses_is_refused_with_its_place_and_name() {
    let subnet = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
    let mut table = vec![
        (web(&json!({"name": "my_web"})), "name", "\"my_web\""),
        (web(&json!({"name": "-web"})), "name", "\"-web\""),
        (web(&json!({"name": "a".repeat(64)})), "name", "1 to 63"),
        (web(&json!({"resource_group_name": "rg."})), "resource_group_name", "\"rg.\""),
        (web(&json!({"os_type": "linux"})), "os_type", "\"Linux\""),
        (web(&json!({"dns_name_label": "web"})), "dns_name_label", "5 to 63"),
        (web(&json!({"dns_name_label": "9hello"})), "dns_name_label", "begin with a letter"),
        (web(&json!({"dns_name_label": "hello", "subnet_ids": [subnet]})), "dns_name_label", "in a subnet"),
        (web(&json!({"subnet_ids": [subnet, format!("{subnet}2")]})), "subnet_ids", "one subnet"),
        (web(&json!({"subnet_ids": ["my-subnet"]})), "subnet_ids", "\"my-subnet\""),
        (web(&json!({"priority": "Spot"})), "ip_address_type", "Spot"),
        (web(&json!({"exposed_port": [{"port": 81, "protocol": "TCP"}]})), "exposed_port", "81/TCP"),
        (web(&json!({"exposed_port": [{"port": 80, "protocol": "UDP"}]})), "exposed_port", "80/UDP"),
        (one(&json!({"ports": []})), "ip_address_type", "MissingIpAddressPorts"),
        (one(&json!({"ports": [{"port": 70000}]})), "container[0].ports[0].port", "65535"),
        (one(&json!({"ports": [{"port": 22}]})), "container[0].ports", "port 22"),
        (
            one(&json!({"ports": [{"port": 1}, {"port": 2}, {"port": 3}, {"port": 4}, {"port": 5}, {"port": 6}]})),
            "container",
            "at most 5 ports",
        ),
        (
            web(&json!({"container": [container(&json!({})), container(&json!({"name": "b"}))]})),
            "container[1].ports",
            "80/TCP",
        ),
        (
            web(&json!({"container": [container(&json!({})), container(&json!({"ports": []}))]})),
            "container[1].name",
            "\"a\"",
        ),
        (one(&json!({"name": "A_b"})), "container[0].name", "\"A_b\""),
        (one(&json!({"cpu": 0})), "container[0].cpu", "above 0"),
        (one(&json!({"memory": -1})), "container[0].memory", "above 0"),
        (one(&json!({"cpu": 2, "cpu_limit": 1})), "container[0].cpu_limit", "cpu = 2"),
        (one(&json!({"cpu": 32})), "container", "at most 31 CPU and 240 GB"),
        (
            web(&json!({"sku": "Confidential", "container": [container(&json!({"memory": 200}))]})),
            "container",
            "180 GB",
        ),
        (
            web(
                &json!({"priority": "Spot", "ip_address_type": "None", "container": [container(&json!({"cpu": 5, "ports": []}))]}),
            ),
            "container",
            "at most 4 CPU",
        ),
        (
            web(
                &json!({"priority": "Spot", "ip_address_type": "None", "sku": "Dedicated", "container": [container(&json!({"ports": []}))]}),
            ),
            "sku",
            "Dedicated",
        ),
        (one(&json!({"ports": [{"protocol": "TCP"}, {"port": 80}]})), "container[0].ports", "which port"),
        (one(&json!({"security": [{"seccomp_profile": "{}"}]})), "container[0].security[0].seccomp_profile", "base64"),
        (one(&json!({"security": [{"run_as_user": -1}]})), "container[0].security[0].run_as_user", "not below 0"),
        (
            web(&json!({"confidential_compute_policy": "no!", "sku": "Confidential"})),
            "confidential_compute_policy",
            "base64",
        ),
        (
            web(&json!({"extension": [{"name": "e", "type": "t", "version": "1", "settings": "{"}]})),
            "extension[0].settings",
            "jsonencode",
        ),
        (
            web(&json!({"container_group_profile": [{"id": "/subscriptions/s"}]})),
            "container_group_profile[0].id",
            "containerGroupProfiles",
        ),
        (
            web(
                &json!({"image_registry_credential": [{"server": "s", "username": "u", "password_reference": "nowhere"}]}),
            ),
            "image_registry_credential[0].password_reference",
            "\"nowhere\"",
        ),
        (
            one(&json!({"secure_environment_variable_references": {"A": "nowhere"}})),
            "container[0].secure_environment_variable_references[\"A\"]",
            "\"nowhere\"",
        ),
        (
            volume(&json!({"share_name": "s", "storage_account_name": "n", "storage_account_key": "k",
                "user_assigned_identity_client_id": "00000000-0000-4000-8000-000000000001"})),
            "container[0].volume[0]",
            "One of them opens",
        ),
        (
            volume(&json!({"secret_reference": {"f": "nowhere"}})),
            "container[0].volume[0].secret_reference[\"f\"]",
            "nowhere",
        ),
        (
            one(&json!({"volume": [
                {"name": "v", "mount_path": "/v", "empty_dir": true}, {"name": "w", "mount_path": "/v", "empty_dir": true}]})),
            "container[0].volume[1].mount_path",
            "/v",
        ),
        (
            one(&json!({"liveness_probe": [{"exec": ["a"], "http_get": [{"port": 80}]}]})),
            "container[0].liveness_probe[0]",
            "both exec and http_get",
        ),
        (one(&json!({"readiness_probe": [{}]})), "container[0].readiness_probe[0]", "neither"),
        (
            one(&json!({"environment_variables": {"A": "1"}, "secure_environment_variables": {"A": "2"}})),
            "container[0].environment_variables[\"A\"]",
            "in another argument",
        ),
        (volume(&json!({})), "container[0].volume[0]", "does not say what it holds"),
        (
            volume(&json!({"empty_dir": true, "secret": {"a": "YQ=="}})),
            "container[0].volume[0]",
            "empty_dir and secret",
        ),
        (
            volume(&json!({"share_name": "s", "storage_account_key": "k"})),
            "container[0].volume[0]",
            "storage_account_name",
        ),
        (volume(&json!({"secret": {"a.txt": "not base64!"}})), "container[0].volume[0].secret", "\"a.txt\""),
        (volume(&json!({"empty_dir": true, "mount_path": "c:"})), "container[0].volume[0].mount_path", "colon"),
        (web(&json!({"identity": [{"type": "UserAssigned"}]})), "identity[0].type", "identity_ids"),
        (
            web(&json!({"diagnostics": [{"log_analytics": [{"workspace_id": "00000000-0000-4000-8000-00000000000b",
                "workspace_key": "k", "log_type": "ContainerInstanceLogs", "metadata": {"a": "b"}}]}]})),
            "diagnostics[0].log_analytics[0].metadata",
            "LogAnalyticsMetadataNotAllowed",
        ),
        (many(61), "container", "at most 60"),
        (web(&json!({"key_vault_key_id": "https://v.vault.azure.net/keys/k"})), "key_vault_key_id", "version"),
    ];
    let volumes: Vec<Json> = (0..21)
        .map(|at| json!({"name": format!("v{at}"), "mount_path": format!("/v{at}"), "empty_dir": true}))
        .collect();
    table.push((one(&json!({"volume": volumes})), "container", "at most 20 volumes"));
    let shared = |kind: Json| {
        container(&json!({"ports": [], "volume": [with(&json!({"name": "v", "mount_path": "/v"}), &kind)]}))
    };
    let differing = [
        container(&json!({})),
        shared(json!({"empty_dir": true})),
        with(&shared(json!({"secret": {"a": "YQ=="}})), &json!({"name": "c"})),
    ];
    table.push((
        web(&json!({"container": [differing[0], with(&differing[1], &json!({"name": "b"})), differing[2]]})),
        "container[2].volume[0]",
        "differ in",
    ));
    for (object, place, words) in table {
        let told = findings("azurerm_container_group", &group(&object));
        let hit = told.iter().any(|(found, message)| found == place && message.contains(words));
        assert!(hit, "wanted {words:?} at {place} of {object}\nfound {told:#?}");
        assert_eq!(told.len(), 1, "more than one thing is said about {object}\n{told:#?}");
    }
}

/// What azurerm accepts and the service may too.
#[test]
fn what_the_service_may_take_is_only_warned_of() {
    let subnet = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
    let identity = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    let table = [
        (web(&json!({"name": "my--web"})), "name", "my--web"),
        (web(&json!({"tags": {"a/b": "v"}})), "tags[\"a/b\"]", "a/b"),
        (one(&json!({"name": "App"})), "container[0].name", "App"),
        (one(&json!({"environment_variables": {"a.b": "1"}})), "container[0].environment_variables[\"a.b\"]", "a.b"),
        (one(&json!({"cpu": 0.5})), "container", "at least 1 CPU"),
        (one(&json!({"cpu": 5})), "container", "more than 4 CPU"),
        (web(&json!({"dns_name_label": "hello", "ip_address_type": "None"})), "dns_name_label", "no effect"),
        (web(&json!({"subnet_ids": [subnet]})), "subnet_ids", "private address or none"),
        (web(&json!({"ip_address_type": "Private"})), "ip_address_type", "from a subnet"),
        (
            web(&json!({"key_vault_user_assigned_identity_id": identity})),
            "key_vault_user_assigned_identity_id",
            "no effect",
        ),
        (web(&json!({"confidential_compute_policy": "YQ=="})), "confidential_compute_policy", "Confidential"),
        (
            one(&json!({"security": [{"privilege_enabled": true}, {"privilege_enabled": false}]})),
            "container[0].security",
            "only the first",
        ),
        (
            one(&json!({"liveness_probe": [{"http_get": [{"port": 80}, {"port": 81}]}]})),
            "container[0].liveness_probe[0].http_get",
            "only the last",
        ),
        (web(&json!({"image_registry_credential": [{"server": "s"}]})), "image_registry_credential[0]", "neither"),
    ];
    for (object, place, words) in table {
        let object = group(&object);
        assert_eq!(findings("azurerm_container_group", &object), [], "{object:?}");
        let told = judge("azurerm_container_group", &object, true);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].0 == place && told[0].1.contains(words), "wanted {words:?} at {place}: {told:?}");
    }
    assert_eq!(judge("azurerm_container_group", &group(&web(&json!({}))), true), []);
}

#[test]
fn tags_have_limits() {
    let many: serde_json::Map<String, Json> = (0..51).map(|at| (format!("t{at}"), json!("v"))).collect();
    let table = [
        (json!(many), "tags", "at most 50"),
        (json!({"a": "v".repeat(257)}), "tags[\"a\"]", "256"),
        (json!({"": "v"}), "tags[\"\"]", "1 to 512"),
    ];
    for (tags, place, words) in table {
        let told =
            findings("azurerm_resource_group", &resource_group(&json!({"name": "r", "location": "w", "tags": tags})));
        assert_eq!(told.len(), 1);
        assert!(told[0].0 == place && told[0].1.contains(words), "{told:?}");
    }
}

/// A check sees whatever an expression gave, and never panics.
#[test]
fn secrets_are_never_named() {
    let told = findings("azurerm_container_group", &group(&volume(&json!({"secret": {"a": "pass word"}}))));
    assert!(told.iter().all(|(_, message)| !message.contains("pass word")), "{told:?}");
}

/// What is always started again cannot be waited for to end.
#[test]
fn endless_waits() {
    for (more, refused) in [
        (json!({"wait_for": "succeeded"}), true),
        (json!({"wait_for": "terminated", "restart_policy": "Always"}), true),
        (json!({"wait_for": "succeeded", "restart_policy": "Never"}), false),
        (json!({"wait_for": "terminated", "restart_policy": "OnFailure"}), false),
        (json!({"wait_for": "running"}), false),
        (json!({"wait_for": "provisioned"}), false),
        (json!({"wait_for": "done"}), true),
    ] {
        let told = findings("azurerm_container_group", &group(&web(&more)));
        let about: Vec<&str> = told.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(about, if refused { vec!["wait_for"] } else { vec![] }, "{more}: {told:?}");
    }
}

fn fleet(more: &Json) -> Json {
    let base = json!({"name": "fleet", "resource_group_name": "rg", "location": "w", "desired_count": 3,
        "container_group_profile": [{"id": profile_id("app")}]});
    with(&base, more)
}

fn profile_id(name: &str) -> String {
    format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroupProfiles/{name}")
}

#[test]
fn ngroups() {
    let entry = |more: &Json| json!({"container_group_profile": [with(&json!({"id": profile_id("app")}), more)]});
    let share = json!({"name": "share", "share_name": "s", "storage_account_name": "a", "storage_account_key": "k"});
    let mounts = |name: &str| json!([{"name": "app", "volume_mount": [{"name": name, "mount_path": "/m"}]}]);
    let long = "a".repeat(64);
    let cases = [
        (json!({}), "", ""),
        (json!({"name": "A_b-9"}), "", ""),
        (json!({"name": "-a"}), "name", "begin and end with a letter or a digit"),
        (json!({"name": "a_"}), "name", "begin and end with a letter or a digit"),
        (json!({"name": long}), "name", "1 to 63"),
        (json!({"desired_count": 1.5}), "desired_count", "whole number"),
        (json!({"desired_count": 0}), "", ""),
        (json!({"container_group_name_prefix": "web-"}), "", ""),
        (json!({"container_group_name_prefix": "web_"}), "container_group_name_prefix", "27 letters"),
        (json!({"zones": ["1", "3"]}), "", ""),
        (json!({"zones": ["4"]}), "zones", "\"4\" is not one"),
        (json!({"fault_domain_count": 0}), "fault_domain_count", "from 1 to"),
        (json!({"update_mode": "rolling"}), "update_mode", "\"Manual\", \"Rolling\""),
        (
            json!({"update_mode": "Rolling", "rolling_update": [{"max_batch_percent": 0}]}),
            "rolling_update[0].max_batch_percent",
            "from 1 to 100",
        ),
        (
            json!({"update_mode": "Rolling", "rolling_update": [{"max_unhealthy_percent": 101}]}),
            "rolling_update[0].max_unhealthy_percent",
            "from 0 to 100",
        ),
        (json!({"update_mode": "Rolling", "rolling_update": [{"pause_time_between_batches": "PT1M30S"}]}), "", ""),
        (
            json!({"update_mode": "Rolling", "rolling_update": [{"pause_time_between_batches": "1m"}]}),
            "rolling_update[0].pause_time_between_batches",
            "ISO 8601",
        ),
        (
            json!({"update_mode": "Rolling", "rolling_update": [{"pause_time_between_batches": "PT"}]}),
            "rolling_update[0].pause_time_between_batches",
            "ISO 8601",
        ),
        (json!({"identity": [{"type": "UserAssigned"}]}), "identity[0].type", "needs identity_ids"),
        (
            json!({"container_group_profile": [{"id": "web"}]}),
            "container_group_profile[0].id",
            "is not an id of the form",
        ),
        (entry(&json!({"revision": 0})), "container_group_profile[0].revision", "from 1 to"),
        (entry(&json!({"volume": [share], "container": mounts("share")})), "", ""),
        (
            entry(&json!({"volume": [share], "container": mounts("other")})),
            "container_group_profile[0].container[0].volume_mount[0].name",
            "no volume block",
        ),
        (
            entry(&json!({"volume": [with(&share, &json!({"storage_account_key": null}))]})),
            "container_group_profile[0].volume[0]",
            "does not say how its share may be used",
        ),
        (
            entry(&json!({"volume": [with(&share, &json!({"storage_account_key_reference": "r"}))]})),
            "container_group_profile[0].volume[0]",
            "Give one of them",
        ),
        (entry(&json!({"volume": [share, share]})), "container_group_profile[0].volume[1].name", "already"),
        (entry(&json!({"volume": "<unknown>", "container": mounts("other")})), "", ""),
    ];
    let block = &schemas().managed["azurerm_container_ngroup"].block;
    for (more, place, words) in cases {
        let found = findings("azurerm_container_ngroup", &super::configured(block, &fleet(&more)));
        match found.as_slice() {
            [] => assert_eq!(place, "", "{more}"),
            [(at, message)] => assert!(at == place && message.contains(words), "{more}: {at}: {message}"),
            many => panic!("{more}: {many:?}"),
        }
    }
    for (more, words) in [
        (json!({"rolling_update": [{"max_batch_percent": 10}]}), "not updated at all"),
        (
            entry(&json!({"network_profile": [{"load_balancer": [{"backend_address_pool": []}]}]})),
            "subnet_ids is not set",
        ),
    ] {
        let warned = judge("azurerm_container_ngroup", &super::configured(block, &fleet(&more)), true);
        assert!(matches!(warned.as_slice(), [(_, message)] if message.contains(words)), "{more}: {warned:?}");
    }
}

#[test]
fn profiles_are_checked_as_groups_are() {
    let block = &schemas().managed["azurerm_container_group_profile"].block;
    let cases = [
        (json!({"name": "a_profile"}), "", ""),
        (
            json!({"container": [container(&json!({"ports": []}))]}),
            "ip_address_type",
            "none of its containers opens a port",
        ),
        (json!({"container": [container(&json!({})), container(&json!({}))]}), "container[1].name", "already"),
        (json!({"shutdown_grace_period": "1h"}), "shutdown_grace_period", "ISO 8601"),
        (json!({"time_to_live": "P1D"}), "", ""),
        (json!({"zones": ["x"]}), "zones", "is not one"),
        // What a profile refers to is defined by the group that uses it.
        (json!({"container": [container(&json!({"secure_environment_variable_references": {"A": "b"}}))]}), "", ""),
    ];
    for (more, place, words) in cases {
        let base = json!({"name": "app", "resource_group_name": "rg", "location": "w", "os_type": "Linux",
            "ip_address_type": "Public", "container": [container(&json!({}))]});
        let found = findings("azurerm_container_group_profile", &super::configured(block, &with(&base, &more)));
        match found.first() {
            None => assert_eq!(place, "", "{more}"),
            Some((at, message)) => assert!(at == place && message.contains(words), "{more}: {at}: {message}"),
        }
    }
}
