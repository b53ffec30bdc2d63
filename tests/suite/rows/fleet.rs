//! Configurations of profiles and ngroups that have every row, and a second value for each.

use acier::resources::kinds::{CONTAINER_GROUP_PROFILE, NGROUP};
use acier::resources::table::Kind;
use serde_json::{Value as Json, json};

use super::Story;
use super::groups::{arm, commands, identity, laid, plain, probes, requests, rich, settings, subnet};

/// The profiles `one` and `two`.
pub(super) fn profiles(image: &str) -> String {
    let profile = |name: &str| {
        format!(
            "resource \"azurerm_container_group_profile\" \"{name}\" {{\n  name = \"{name}\"\n  \
             resource_group_name = azurerm_resource_group.rg.name\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  \
             ip_address_type = \"None\"\n  container {{\n    name = \"template\"\n    image = \"{image}\"\n    cpu = 1\n    \
             memory = 1\n  }}\n}}\n"
        )
    };
    profile("one") + &profile("two")
}

/// What only groups have: an identity, a network, key vault secrets, where they come from.
fn without_group(mut members: Json) -> Json {
    let members = members.as_object_mut().unwrap();
    for name in [
        "identity",
        "identity_acl",
        "secret_reference",
        "dns_config",
        "container_group_profile",
        "standby_pool_profile",
        "network_profile_id",
    ] {
        members.remove(name);
    }
    for name in ["container", "init_container"] {
        for container in members.get_mut(name).and_then(Json::as_array_mut).into_iter().flatten() {
            if name == "container" {
                container["config_map"] = json!({"level": "info"});
            }
        }
    }
    Json::Object(members.clone())
}

fn profile() -> Vec<Story> {
    let members = laid(
        without_group(rich()),
        json!({
            "name": "it", "shutdown_grace_period": "PT1H", "time_to_live": "PT2H", "use_krypton": false,
            "security": [{"privilege_enabled": true, "allow_privilege_escalation": true, "run_as_user": 1000,
                "run_as_group": 0, "seccomp_profile": "e30=", "capabilities": [{"add": ["NET_ADMIN"], "drop": ["ALL"]}]}],
        }),
    );
    let mut changes = probes("liveness_probe", commands());
    changes.extend(probes("readiness_probe", requests()));
    changes.extend(settings("init_container"));
    changes.extend(settings("container"));
    changes.extend(vec![
        ("security.privilege_enabled", json!(false)),
        ("security.allow_privilege_escalation", json!(false)),
        ("security.run_as_user", json!(0)),
        ("security.run_as_group", json!(7)),
        ("security.seccomp_profile", json!("W10=")),
        ("security.capabilities.add", json!(["SYS_TIME"])),
        ("security.capabilities.drop", json!(["KILL"])),
        ("tags", json!({"a": "2", "b": ""})),
        ("container.config_map", json!({"level": "debug"})),
        ("shutdown_grace_period", json!("PT30M")),
        ("time_to_live", json!("P1D")),
        ("use_krypton", json!(true)),
        ("dns_name_label", json!("label-two")),
        ("image_registry_credential.server", json!("four.azurecr.io")),
        ("image_registry_credential.username", json!("u2")),
        ("image_registry_credential.password", json!("p2")),
        ("image_registry_credential.password_reference", json!("second")),
        ("image_registry_credential.user_assigned_identity_id", json!(identity("two"))),
        ("image_registry_credential.identity_url", json!("https://two")),
        ("extension.name", json!("proxy-2")),
        ("extension.type", json!("realtime-metrics")),
        ("extension.version", json!("1.1")),
        ("extension.settings", json!("{\"a\":2}")),
        ("extension.protected_settings", json!("{\"b\":2}")),
        ("container.ports.port", json!(81)),
        ("container.ports.protocol", json!("UDP")),
        ("container.cpu", json!(1.5)),
        ("container.memory", json!(2)),
        ("container.cpu_limit", json!(3)),
        ("container.memory_limit", json!(2.5)),
        ("sku", json!("Standard")),
        ("dns_name_label_reuse_policy", json!("Unsecure")),
        ("restart_policy", json!("OnFailure")),
        ("zones", json!(["2"])),
        ("key_vault_key_id", json!("https://v.vault.azure.net/keys/k/2")),
        ("key_vault_user_assigned_identity_id", json!(identity("two"))),
        ("confidential_compute_policy", json!("b3RoZXI=")),
        ("diagnostics.log_analytics.workspace_id", json!("00000000-0000-4000-8000-00000000000d")),
        ("diagnostics.log_analytics.workspace_key", json!("k2")),
        (
            "diagnostics.log_analytics.workspace_resource_id",
            json!(arm("Microsoft.OperationalInsights/workspaces", "two")),
        ),
        ("diagnostics.log_analytics.metadata", json!({"a": "2"})),
        ("name", json!("it_2")),
        ("resource_group_name", json!("${azurerm_resource_group.other.name}")),
        ("location", json!("northeurope")),
    ]);
    vec![Story { kind: &CONTAINER_GROUP_PROFILE, members, changes }, spare()]
}

/// What one profile cannot have at once.
fn spare() -> Story {
    let mut members = laid(
        plain(),
        json!({"name": "it", "ip_address_type": "Private", "priority": "Regular",
        "exposed_port": [{"port": 80, "protocol": "TCP"}],
        "diagnostics": [{"log_analytics": [{"workspace_id": "00000000-0000-4000-8000-00000000000b",
            "workspace_key": "k", "log_type": "ContainerInsights"}]}]}),
    );
    for block in ["container", "init_container"] {
        let mut own = match block {
            "container" => {
                json!({"name": "app", "image": "nginx", "cpu": 1, "memory": 1, "ports": [{"port": 80}, {"port": 81}]})
            }
            _ => json!({"name": "i", "image": "busybox"}),
        };
        own["volume"] =
            json!([{"name": format!("v-{block}").replace('_', "-"), "mount_path": "/o", "empty_dir": true}]);
        members[block] = json!([own]);
    }
    let probe = |action: Json| {
        laid(
            json!({"initial_delay_seconds": 1, "period_seconds": 2, "failure_threshold": 3, "success_threshold": 4,
            "timeout_seconds": 5}),
            action,
        )
    };
    members["container"][0]["liveness_probe"] = json!([probe(
        json!({"http_get": [{"path": "/", "port": 80, "scheme": "http", "http_headers": {"X-A": "1"}}]})
    )]);
    members["container"][0]["readiness_probe"] = json!([probe(json!({"exec": ["true"]}))]);
    let mut changes = probes("liveness_probe", requests());
    changes.extend(probes("readiness_probe", commands()));
    changes.extend(vec![
        ("container.volume.empty_dir", json!(false)),
        ("init_container.volume.empty_dir", json!(false)),
        ("diagnostics.log_analytics.log_type", json!("ContainerInstanceLogs")),
        ("exposed_port", json!([{"port": 81, "protocol": "TCP"}])),
        ("ip_address_type", json!("None")),
        ("priority", json!("Spot")),
        ("os_type", json!("Windows")),
    ]);
    Story { kind: &CONTAINER_GROUP_PROFILE, members, changes }
}

fn pool(kind: &str, name: &str) -> String {
    arm(&format!("Microsoft.Network/{kind}/x/backendAddressPools"), name)
}

fn ngroup() -> Vec<Story> {
    let members = json!({
        "name": "it", "resource_group_name": "${azurerm_resource_group.rg.name}", "location": "West Europe",
        "desired_count": 3, "maintain_desired_count": false, "container_group_name_prefix": "it-",
        "update_mode": "Rolling", "fault_domain_count": 2, "zones": ["1"], "tags": {"a": "1"},
        "identity": [{"type": "SystemAssigned, UserAssigned", "identity_ids": [identity("one")]}],
        "rolling_update": [{"max_batch_percent": 50, "max_unhealthy_percent": 10, "pause_time_between_batches": "PT5S",
            "in_place_update": false}],
        "container_group_profile": [{
            "id": "${azurerm_container_group_profile.one.id}", "revision": 1,
            "subnet_ids": [subnet("one")], "subnet_name": "first",
            "volume": [
                {"name": "share-one", "share_name": "s", "storage_account_name": "a", "storage_account_key": "k", "read_only": false},
                {"name": "share-two", "share_name": "s", "storage_account_name": "a", "storage_account_key_reference": "r"},
                {"name": "share-three", "share_name": "s", "storage_account_name": "a",
                    "user_assigned_identity_client_id": "00000000-0000-4000-8000-00000000000a"}],
            "container": [{"name": "template", "volume_mount": [
                {"name": "share-one", "mount_path": "/one", "read_only": false},
                {"name": "share-two", "mount_path": "/two"}]}],
            "network_profile": [{
                "load_balancer": [{"backend_address_pool": [{"id": pool("loadBalancers", "one")}]}],
                "application_gateway": [{"id": arm("Microsoft.Network/applicationGateways", "one"),
                    "backend_address_pool": [{"id": pool("applicationGateways", "one")}]}]}],
            "file_share": [{"name": "f", "resource_group_name": "rg", "storage_account_name": "a",
                "share_access_tier": "Hot", "share_access_type": "Shared"}],
        }],
    });
    let own = "container_group_profile";
    let whole = |path: &str| -> &'static str { Box::leak(format!("{own}.{path}").into_boxed_str()) };
    let changes = vec![
        ("tags", json!({"a": "2"})),
        ("desired_count", json!(2)),
        ("maintain_desired_count", json!(true)),
        ("container_group_name_prefix", json!("other-")),
        ("rolling_update.max_batch_percent", json!(100)),
        ("rolling_update.max_unhealthy_percent", json!(100)),
        ("rolling_update.pause_time_between_batches", json!("PT0S")),
        ("identity.identity_ids", json!([identity("two")])),
        ("identity.type", json!("UserAssigned")),
        (whole("revision"), json!(2)),
        (whole("id"), json!("${azurerm_container_group_profile.two.id}")),
        (whole("subnet_name"), json!("second")),
        (whole("subnet_ids"), json!([subnet("two")])),
        (whole("volume.share_name"), json!("s2")),
        (whole("volume.storage_account_name"), json!("a2")),
        (whole("volume.storage_account_key"), json!("k2")),
        (whole("volume.storage_account_key_reference"), json!("r2")),
        (whole("volume.user_assigned_identity_client_id"), json!("00000000-0000-4000-8000-00000000000c")),
        (whole("volume.read_only"), json!(true)),
        (whole("container.volume_mount.mount_path"), json!("/elsewhere")),
        (whole("container.volume_mount.read_only"), json!(true)),
        (whole("container.volume_mount.name"), json!("share-three")),
        (whole("volume.name"), json!("share-four")),
        (whole("container.name"), json!("other")),
        (whole("network_profile.load_balancer.backend_address_pool.id"), json!(pool("loadBalancers", "two"))),
        (whole("network_profile.application_gateway.id"), json!(arm("Microsoft.Network/applicationGateways", "two"))),
        (
            whole("network_profile.application_gateway.backend_address_pool.id"),
            json!(pool("applicationGateways", "two")),
        ),
        (whole("file_share.name"), json!("f2")),
        (whole("file_share.resource_group_name"), json!("other")),
        (whole("file_share.storage_account_name"), json!("a2")),
        (whole("file_share.share_access_tier"), json!("Cool")),
        (whole("file_share.share_access_type"), json!("Exclusive")),
        ("rolling_update.in_place_update", json!(true)),
        ("update_mode", json!("Manual")),
        // From here on the ngroup is replaced.
        ("fault_domain_count", json!(3)),
        ("zones", json!(["2"])),
        ("name", json!("it_2")),
        ("resource_group_name", json!("${azurerm_resource_group.other.name}")),
        ("location", json!("northeurope")),
    ];
    vec![Story { kind: &NGROUP, members, changes }]
}

/// The stories of a kind, if it is one of these.
pub(super) fn stories(kind: &'static Kind) -> Option<Vec<Story>> {
    match kind.name {
        name if name == CONTAINER_GROUP_PROFILE.name => Some(profile()),
        name if name == NGROUP.name => Some(ngroup()),
        _ => None,
    }
}
