//! Configurations that have every row, and a second value for each.

use acier::resources::kinds::{CONTAINER_GROUP, RESOURCE_GROUP};
use acier::resources::table::Kind;
use serde_json::{Value as Json, json};

use super::Story;

pub(super) fn arm(kind: &str, name: &str) -> String {
    // The emulator wants subnets of its own subscription.
    format!("/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/{kind}/{name}")
}

pub(super) fn identity(name: &str) -> String {
    arm("Microsoft.ManagedIdentity/userAssignedIdentities", name)
}

pub(super) fn subnet(name: &str) -> String {
    arm("Microsoft.Network/virtualNetworks/net/subnets", name)
}

/// A group with a container that opens a port.
pub(super) fn plain() -> Json {
    json!({
        "name": "web", "resource_group_name": "${azurerm_resource_group.rg.name}", "location": "West Europe",
        "os_type": "Linux",
        "container": [{"name": "app", "image": "nginx:1", "cpu": 1, "memory": 1.5, "ports": [{"port": 80}]}],
    })
}

fn security() -> Json {
    json!([{"privilege_enabled": true, "allow_privilege_escalation": true, "run_as_user": 1000, "run_as_group": 0,
        "seccomp_profile": "e30=", "capabilities": [{"add": ["NET_ADMIN"], "drop": ["ALL"]}]}])
}

fn volumes(prefix: &str) -> Json {
    json!([
        {"name": format!("{prefix}-empty"), "mount_path": "/empty", "empty_dir": true, "read_only": false},
        {"name": format!("{prefix}-spare"), "mount_path": "/spare", "empty_dir": true},
        {"name": format!("{prefix}-share"), "mount_path": "/share", "share_name": "s", "storage_account_name": "a",
            "storage_account_key": "one"},
        {"name": format!("{prefix}-vault"), "mount_path": "/vault", "share_name": "s", "storage_account_name": "a",
            "storage_account_key_reference": "first"},
        {"name": format!("{prefix}-own"), "mount_path": "/own", "share_name": "s", "storage_account_name": "a",
            "user_assigned_identity_client_id": "00000000-0000-4000-8000-00000000000a"},
        {"name": format!("{prefix}-files"), "mount_path": "/files", "secret": {"a": "YQ=="}},
        {"name": format!("{prefix}-refs"), "mount_path": "/refs", "secret_reference": {"a": "first"}},
        {"name": format!("{prefix}-git"), "mount_path": "/git", "git_repo": [{"url": "https://g/r", "directory": ".", "revision": "1"}]},
    ])
}

fn probe(action: Json) -> Json {
    let mut probe = json!({"initial_delay_seconds": 1, "period_seconds": 2, "failure_threshold": 3,
        "success_threshold": 4, "timeout_seconds": 5});
    probe.as_object_mut().unwrap().extend(action.as_object().unwrap().clone());
    json!([probe])
}

fn exec() -> Json {
    json!({"exec": ["true"]})
}

fn http() -> Json {
    json!({"http_get": [{"path": "/", "port": 80, "scheme": "http", "http_headers": {"X-A": "1"}}]})
}

/// Variables, command and image, as both kinds of container have them.
fn container(name: &str) -> Json {
    json!({"name": name, "image": "nginx:1", "environment_variables": {"OPEN": "1"},
        "secure_environment_variables": {"SHUT": "1"}, "secure_environment_variable_references": {"VAULT": "first"},
        "commands": ["sleep", "1000000"], "volume": volumes(name), "security": security()})
}

pub(super) fn laid(mut base: Json, over: Json) -> Json {
    base.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    base
}

/// A public group that has nearly everything.
pub(super) fn rich() -> Json {
    let secret = |name: &str| json!({"name": name, "user_assigned_identity_id": identity("one"), "key_vault_secret_id": format!("https://v.vault.azure.net/secrets/{name}")});
    laid(
        plain(),
        json!({
            "sku": "Confidential", "dns_name_label": "label-one", "dns_name_label_reuse_policy": "TenantReuse",
            "restart_policy": "Always", "tags": {"a": "1"}, "zones": ["1"],
            "key_vault_key_id": "https://v.vault.azure.net/keys/k/1",
            "key_vault_user_assigned_identity_id": identity("one"),
            "confidential_compute_policy": "cG9saWN5", "network_profile_id": "old",
            "identity": [{"type": "SystemAssigned, UserAssigned", "identity_ids": [identity("one")]}],
            "identity_acl": [{"default_access": "All", "acl": [{"identity": identity("one"), "access": "User"}]}],
            "secret_reference": [secret("spare"), secret("first"), secret("second")],
            "image_registry_credential": [
                {"server": "one.azurecr.io", "username": "u", "password": "p"},
                {"server": "two.azurecr.io", "username": "u", "password_reference": "first"},
                {"server": "three.azurecr.io", "user_assigned_identity_id": identity("one"), "identity_url": "https://one"}],
            "dns_config": [{"nameservers": ["10.0.0.1"], "search_domains": ["a.b"], "options": ["ndots:2"]}],
            "diagnostics": [{"log_analytics": [{"workspace_id": "00000000-0000-4000-8000-00000000000b", "workspace_key": "k",
                "workspace_resource_id": arm("Microsoft.OperationalInsights/workspaces", "one"),
                "log_type": "ContainerInsights", "metadata": {"a": "1"}}]}],
            "container_group_profile": [{"id": "${azurerm_container_group_profile.one.id}", "revision": 1}],
            "standby_pool_profile": [{"id": arm("Microsoft.StandbyPool/standbyContainerGroupPools", "one"),
                "fail_container_group_create_on_reuse_failure": true}],
            "extension": [{"name": "proxy", "type": "kube-proxy", "version": "1.0", "settings": "{\"a\": 1}",
                "protected_settings": "{\"b\": 1}"}],
            "init_container": [container("first")],
            "container": [laid(container("app"), json!({"cpu": 1, "memory": 1.5, "cpu_limit": 2, "memory_limit": 2,
                "config_map": {"level": "info"}, "ports": [{"port": 80, "protocol": "TCP"}],
                "liveness_probe": probe(exec()), "readiness_probe": probe(http())}))],
        }),
    )
}

pub(super) fn settings(block: &'static str) -> Vec<(&'static str, Json)> {
    let changes = [
        ("image", json!("nginx:2")),
        ("environment_variables", json!({"OPEN": "2", "MORE": ""})),
        ("secure_environment_variables", json!({"SHUT": "2"})),
        ("secure_environment_variable_references", json!({"VAULT": "second"})),
        ("commands", json!(["sleep", "2000000"])),
        ("volume.name", json!(format!("another-{}", &block[..1]))),
        ("volume.mount_path", json!("/elsewhere")),
        ("volume.share_name", json!("s2")),
        ("volume.storage_account_name", json!("a2")),
        ("volume.storage_account_key", json!("two")),
        ("volume.storage_account_key_reference", json!("second")),
        ("volume.user_assigned_identity_client_id", json!("00000000-0000-4000-8000-00000000000c")),
        ("volume.secret", json!({"a": "Yg=="})),
        ("volume.secret_reference", json!({"b": "second"})),
        ("volume.git_repo.url", json!("https://g/r2")),
        ("volume.git_repo.directory", json!("d")),
        ("volume.git_repo.revision", json!("2")),
        ("volume.read_only", json!(true)),
        ("security.privilege_enabled", json!(false)),
        ("security.allow_privilege_escalation", json!(false)),
        ("security.run_as_user", json!(0)),
        ("security.run_as_group", json!(7)),
        ("security.seccomp_profile", json!("W10=")),
        ("security.capabilities.add", json!(["NET_ADMIN", "SYS_TIME"])),
        ("security.capabilities.drop", json!(["KILL"])),
        ("name", json!(format!("renamed-{}", &block[..1]))),
    ];
    let whole = |path: &str| -> &'static str { Box::leak(format!("{block}.{path}").into_boxed_str()) };
    changes.into_iter().map(|(path, to)| (whole(path), to)).collect()
}

pub(super) fn probes(block: &'static str, action: Vec<(&'static str, Json)>) -> Vec<(&'static str, Json)> {
    let counts =
        ["initial_delay_seconds", "period_seconds", "failure_threshold", "success_threshold", "timeout_seconds"];
    let counts = counts.into_iter().map(|name| (name, json!(9)));
    let whole = |path: &str| -> &'static str { Box::leak(format!("container.{block}.{path}").into_boxed_str()) };
    counts.chain(action).map(|(path, to)| (whole(path), to)).collect()
}

pub(super) fn commands() -> Vec<(&'static str, Json)> {
    vec![("exec", json!(["false"]))]
}

pub(super) fn requests() -> Vec<(&'static str, Json)> {
    vec![
        ("http_get.path", json!("/health")),
        ("http_get.port", json!(81)),
        ("http_get.scheme", json!("https")),
        ("http_get.http_headers", json!({"X-A": "2", "X-B": ""})),
    ]
}

fn of_group() -> Vec<(&'static str, Json)> {
    vec![
        ("tags", json!({"a": "2", "b": ""})),
        ("network_profile_id", json!("older")),
        ("container.config_map", json!({"level": "debug"})),
        ("dns_name_label", json!("label-two")),
        ("identity_acl.default_access", json!("System")),
        ("identity_acl.acl.identity", json!(identity("two"))),
        ("identity_acl.acl.access", json!("All")),
        ("identity.identity_ids", json!([identity("one"), identity("two")])),
        ("identity.type", json!("UserAssigned")),
        ("secret_reference.name", json!("renamed")),
        ("secret_reference.user_assigned_identity_id", json!(identity("two"))),
        ("secret_reference.key_vault_secret_id", json!("https://v.vault.azure.net/secrets/spare/7")),
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
        // From here on the group is replaced.
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
        ("dns_config.nameservers", json!(["10.0.0.2", "10.0.0.1"])),
        ("dns_config.search_domains", json!(["a.b", "c.d"])),
        ("dns_config.options", json!([])),
        ("diagnostics.log_analytics.workspace_id", json!("00000000-0000-4000-8000-00000000000d")),
        ("diagnostics.log_analytics.workspace_key", json!("k2")),
        (
            "diagnostics.log_analytics.workspace_resource_id",
            json!(arm("Microsoft.OperationalInsights/workspaces", "two")),
        ),
        ("diagnostics.log_analytics.metadata", json!({"a": "2"})),
        ("container_group_profile.id", json!("${azurerm_container_group_profile.two.id}")),
        ("container_group_profile.revision", json!(2)),
        ("standby_pool_profile.id", json!(arm("Microsoft.StandbyPool/standbyContainerGroupPools", "two"))),
        ("standby_pool_profile.fail_container_group_create_on_reuse_failure", json!(false)),
        ("name", json!("web2")),
        ("resource_group_name", json!("${azurerm_resource_group.other.name}")),
        ("location", json!("northeurope")),
    ]
}

/// A group of which only the network is told.
fn joined() -> Vec<Story> {
    let changes = vec![
        ("wait_for", json!("running")),
        ("triggers", json!({"again": "2"})),
        ("subnet_name", json!("second name")),
        ("subnet_ids", json!([subnet("two")])),
        ("exposed_port", json!([{"port": 81, "protocol": "TCP"}])),
        ("ip_address_type", json!("None")),
        ("priority", json!("Spot")),
        ("os_type", json!("Windows")),
    ];
    let over = json!({"ip_address_type": "Private", "subnet_ids": [subnet("one")], "subnet_name": "first name",
        "wait_for": "provisioned", "triggers": {"again": "1"},
        "priority": "Regular", "exposed_port": [{"port": 80, "protocol": "TCP"}],
        "container": [{"name": "app", "image": "nginx", "cpu": 1, "memory": 1, "ports": [{"port": 80}, {"port": 81}]}]});
    vec![Story { kind: &CONTAINER_GROUP, members: laid(plain(), over), changes }]
}

/// What is left: a kind of logs, an empty folder, the other actions of probes.
fn others() -> Vec<Story> {
    let mut logs = plain();
    logs["diagnostics"] = json!([{"log_analytics": [{"workspace_id": "00000000-0000-4000-8000-00000000000b",
        "workspace_key": "k", "log_type": "ContainerInsights"}]}]);
    for block in ["container", "init_container"] {
        let mut own = if block == "container" {
            plain()["container"][0].clone()
        } else {
            json!({"name": "i", "image": "busybox"})
        };
        own["volume"] =
            json!([{"name": format!("v-{block}").replace('_', "-"), "mount_path": "/o", "empty_dir": true}]);
        logs[block] = json!([own]);
    }
    logs["container"][0]["liveness_probe"] = probe(http());
    logs["container"][0]["readiness_probe"] = probe(exec());
    let mut changes = probes("liveness_probe", requests());
    changes.extend(probes("readiness_probe", commands()));
    changes.push(("container.volume.empty_dir", json!(false)));
    changes.push(("init_container.volume.empty_dir", json!(false)));
    changes.push(("diagnostics.log_analytics.log_type", json!("ContainerInstanceLogs")));
    vec![Story { kind: &CONTAINER_GROUP, members: logs, changes }]
}

/// The stories of a kind.
pub(super) fn stories(kind: &'static Kind) -> Vec<Story> {
    if kind.name == RESOURCE_GROUP.name {
        let members = json!({"name": "it", "location": "westeurope", "tags": {"a": "1"}, "managed_by": "one"});
        let changes = vec![
            ("tags", json!({"a": "2"})),
            ("managed_by", json!("two")),
            ("name", json!("it2")),
            ("location", json!("North Europe")),
        ];
        return vec![Story { kind: &RESOURCE_GROUP, members, changes }];
    }
    if let Some(stories) = super::fleet::stories(kind) {
        return stories;
    }
    assert_eq!(kind.name, CONTAINER_GROUP.name, "a new kind needs its stories here");
    let mut changes = probes("liveness_probe", commands());
    changes.extend(probes("readiness_probe", requests()));
    changes.extend(settings("init_container"));
    changes.extend(settings("container"));
    changes.extend(of_group());
    let rich = Story { kind: &CONTAINER_GROUP, members: rich(), changes };
    std::iter::once(rich).chain(joined()).chain(others()).collect()
}
