//! `acier schema`: the document of all kinds, and that everything azurerm 4.81 has is in it.

use serde_json::Value as Json;

use super::bench::Folder;

/// azurerm 4.81: attribute, type, R(equired) O(ptional) C(omputed), s(ecret), default; blocks with their
/// number. azurerm requires `privilege_enabled`; acier has more to say in that block.
const GROUP: &str = "
name string R
resource_group_name string R
location string R
os_type string R
sku string O Standard
ip_address_type string O Public
dns_name_label string O
dns_name_label_reuse_policy string O Unsecure
exposed_port set(object) OC
subnet_ids set(string) O
restart_policy string O Always
priority string O
zones set(string) O
identity list 0..1
identity.type string R
identity.identity_ids set(string) O
identity.principal_id string C
identity.tenant_id string C
image_registry_credential list 0..
image_registry_credential.server string R
image_registry_credential.username string O
image_registry_credential.password string Os
image_registry_credential.user_assigned_identity_id string O
dns_config list 0..1
dns_config.nameservers list(string) R
dns_config.search_domains set(string) O
dns_config.options set(string) O
diagnostics list 0..1
diagnostics.log_analytics list 1..1
diagnostics.log_analytics.workspace_id string R
diagnostics.log_analytics.workspace_key string Rs
diagnostics.log_analytics.log_type string O
diagnostics.log_analytics.metadata map(string) O
key_vault_key_id string O
key_vault_user_assigned_identity_id string O
network_profile_id string OC
tags map(string) O
ip_address string C
fqdn string C
id string C
init_container list 0..
init_container.name string R
init_container.image string R
init_container.environment_variables map(string) O
init_container.secure_environment_variables map(string) Os
init_container.commands list(string) OC
container list 1..
container.name string R
container.image string R
container.cpu number R
container.memory number R
container.cpu_limit number O
container.memory_limit number O
container.environment_variables map(string) O
container.secure_environment_variables map(string) Os
container.commands list(string) OC
container.ports set 0..
container.ports.port number O
container.ports.protocol string O TCP
";

/// Inside both kinds of container.
const INSIDE: &str = "
volume list 0..
volume.name string R
volume.mount_path string R
volume.read_only bool O false
volume.empty_dir bool O false
volume.share_name string O
volume.storage_account_name string O
volume.storage_account_key string Os
volume.secret map(string) Os
volume.git_repo list 0..1
volume.git_repo.url string R
volume.git_repo.directory string O
volume.git_repo.revision string O
security list 0..
security.privilege_enabled bool O
";

const PROBE: &str = "
list 0..1
exec list(string) O
initial_delay_seconds number O
period_seconds number O
failure_threshold number O
success_threshold number O
timeout_seconds number O
http_get list 0..
http_get.path string O
http_get.port number O
http_get.scheme string O
http_get.http_headers map(string) O
";

const RESOURCE_GROUP: &str = "
name string R
location string R
tags map(string) O
managed_by string O
id string C
";

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

fn wanted() -> Vec<String> {
    let mut all: Vec<String> = lines(GROUP).map(str::to_owned).collect();
    for block in ["container", "init_container"] {
        all.extend(lines(INSIDE).map(|line| format!("{block}.{line}")));
    }
    for probe in ["container.liveness_probe", "container.readiness_probe"] {
        all.extend(lines(PROBE).map(|line| match line.strip_prefix("list 0..1") {
            Some("") => format!("{probe} {line}"),
            _ => format!("{probe}.{line}"),
        }));
    }
    all
}

fn ty(json: &Json) -> String {
    match (json, json.get(0).and_then(Json::as_str)) {
        (_, Some("object")) => "object".into(),
        (_, Some(outer)) => format!("{outer}({})", ty(&json[1])),
        _ => json.as_str().unwrap().to_owned(),
    }
}

/// All lines of a block, as above.
fn told(block: &Json, above: &str, all: &mut Vec<String>) {
    for (name, own) in block["attributes"].as_object().unwrap() {
        let flag = |name: &str, sign: &'static str| if own[name] == true { sign } else { "" };
        let usage =
            [flag("required", "R"), flag("optional", "O"), flag("computed", "C"), flag("write_only", "s")].concat();
        let default = match &own["default"] {
            Json::Null => String::new(),
            Json::String(text) => format!(" {text}"),
            other => format!(" {other}"),
        };
        all.push(format!("{above}{name} {} {usage}{default}", ty(&own["type"])));
        assert!(own["about"].as_str().unwrap().len() > 4, "{above}{name} says nothing of itself");
        let absent = ["network_profile_id", "wait_for", "triggers"].contains(&name.as_str());
        let somewhere = own.get("body").is_some() != absent;
        assert!(somewhere, "{above}{name} lies nowhere");
        let cost = own.pointer("/change/cost").and_then(Json::as_str);
        assert_eq!(
            cost.is_none(),
            own["optional"] == false && own["required"] == false,
            "{above}{name} costs {cost:?}"
        );
    }
    for (name, own) in block["blocks"].as_object().unwrap() {
        let most = own["max"].as_u64().map(|most| most.to_string()).unwrap_or_default();
        all.push(format!("{above}{name} {} {}..{most}", own["nesting"].as_str().unwrap(), own["min"]));
        told(&own["block"], &format!("{above}{name}."), all);
    }
}

fn document(line: &str) -> Json {
    serde_json::from_str(&Folder::new().run(line).exits(0).quiet().out).unwrap()
}

#[test]
fn every_row_of_azurerm_is_there() {
    let document = document("schema -json");
    let cases = [
        ("azurerm_container_group", wanted()),
        ("azurerm_resource_group", lines(RESOURCE_GROUP).map(str::to_owned).collect()),
    ];
    for (kind, wanted) in cases {
        let mut all = Vec::new();
        told(&document["resources"][kind]["block"], "", &mut all);
        let missing: Vec<&String> = wanted.iter().filter(|line| !all.contains(line)).collect();
        assert!(missing.is_empty(), "{kind} lacks {missing:#?}\nof {all:#?}");
    }
    let timeouts = &document["resources"]["azurerm_container_group"]["timeouts"];
    assert_eq!(
        (&timeouts["create"], &timeouts["read"], &timeouts["delete"]),
        (&3600.into(), &300.into(), &1800.into())
    );
    let data = |kind: &str, names: &str| {
        let attributes = &document["data_sources"][kind]["block"]["attributes"];
        for name in names.split(' ') {
            assert!(attributes.get(name).is_some(), "data {kind} lacks {name}");
        }
    };
    data("azurerm_resource_group", "name location tags managed_by id");
    data(
        "azurerm_container_group",
        "name resource_group_name location identity ip_address fqdn subnet_ids zones tags id",
    );
    data("azurerm_client_config", "client_id tenant_id subscription_id object_id id");
    data(
        "azurerm_subscription",
        "subscription_id tenant_id display_name state location_placement_id quota_id spending_limit tags id",
    );
}

#[test]
fn places_in_the_body_are_those_of_the_rest_reference() {
    let document = document("schema azurerm_container_group -json");
    let block = &document["resources"]["azurerm_container_group"]["block"];
    for (path, body) in [
        ("name", "id"),
        ("location", "location"),
        ("exposed_port", "properties.ipAddress.ports[]"),
        ("subnet_ids", "properties.subnetIds[].id"),
        ("subnet_name", "properties.subnetIds[0].name"),
        ("container.cpu_limit", "properties.containers[].properties.resources.limits.cpu"),
        (
            "container.secure_environment_variables",
            "properties.containers[].properties.environmentVariables[].secureValue",
        ),
        ("container.volume.mount_path", "properties.containers[].properties.volumeMounts[].mountPath"),
        ("init_container.volume.storage_account_key", "properties.volumes[].azureFile.storageAccountKey"),
        ("container.volume.git_repo.url", "properties.volumes[].gitRepo.repository"),
        ("container.security.capabilities.add", "properties.containers[].properties.securityContext.capabilities.add"),
        ("extension.protected_settings", "properties.extensions[].properties.protectedSettings"),
    ] {
        let mut here = block;
        let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
        for nested in above.split('.').filter(|name| !name.is_empty()) {
            here = &here["blocks"][nested]["block"];
        }
        assert_eq!(here["attributes"][name]["body"], body, "{path}");
    }
    let share = &block["blocks"]["container"]["block"]["blocks"]["volume"]["block"]["attributes"];
    assert_eq!(share["user_assigned_identity_client_id"]["since_api_version"], "2026-07-01");
    assert_eq!(block["attributes"]["instance_view"]["changes_by_itself"], true);
    assert!(document["data_sources"].get("azurerm_subscription").is_none());
}

#[test]
fn reference_pages_say_the_same() {
    let pages = Folder::new().run("schema").exits(0).quiet().out;
    for text in [
        "# azurerm_container_group (resource)",
        "# azurerm_resource_group (data source)",
        "# azurerm (provider)",
        "## `container.volume.git_repo` block",
        "| `cpu` | `number` | required | **replaces**: Azure Container Instances cannot change the CPU and memory of an existing group. |",
        "secret, never returned",
    ] {
        assert!(pages.contains(text), "{text} is not in\n{pages}");
    }
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let tables: Vec<&str> = pages.lines().filter(|line| line.starts_with('|')).collect();
    assert!(tables.iter().all(|line| [5, 6, 7].contains(&columns(line))), "a row of a table is broken");
    let one = Folder::new().run("schema azurerm_resource_group").exits(0).quiet().out;
    assert!(one.contains("managed_by") && !one.contains("container"), "{one}");
    Folder::new().run("schema azurerm_virtual_machine").exits(64).complains("azurerm_container_group");
}
