//! Turns the body of a PUT into what the service echoes: secrets gone, enums in their own case.
//!
//! **Never:** refuse anything (`check` does) and never keep a secret, wherever it stands.
//! In: the JSON object as sent. Out: the object without location, id, name and type, with the
//! properties in the order of recorded answers. Unknown members stay; nulls go.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value, json};
use uuid::Uuid;

/// Members that the service never returns (Azure Container Instances, REST reference, flagged secret).
const SECRETS: &[&str] =
    &["securevalue", "password", "storageaccountkey", "workspacekey", "workspaceresourceid", "protectedsettings"];
/// Maps whose keys are the user's own, so that a key may look like a member.
const FREE: &[&str] = &["tags", "keyvaluepairs", "metadata", "secretreference", "userassignedidentities", "settings"];
/// Members that came with a version of the interface; older ones do not know them (REST reference).
const SINCE: &[(&str, &str)] = &[
    ("userassignedidentityclientid", "2026-07-01"),
    ("secretreferences", "2024-11-01"),
    ("securevaluereference", "2024-11-01"),
    ("storageaccountkeyreference", "2024-11-01"),
    ("passwordreference", "2024-11-01"),
    ("secretreference", "2024-11-01"),
    ("identityacls", "2024-11-01"),
    ("configmap", "2024-05-01"),
    ("containergroupprofile", "2024-05-01"),
    ("standbypoolprofile", "2024-05-01"),
];
/// The newest of those versions.
pub(crate) const NEWEST: &str = "2026-07-01";
/// Members that only the service writes.
const READ_ONLY: &[&str] = &[
    "provisioningstate",
    "instanceview",
    "iscreatedfromstandbypool",
    "revision",
    "registeredrevisions",
    "orchestratorid",
];
/// The order of properties in recorded answers; the rest follows as it was sent.
const ORDER: &[&str] = &[
    "sku",
    "containers",
    "initContainers",
    "imageRegistryCredentials",
    "restartPolicy",
    "ipAddress",
    "osType",
    "volumes",
    "diagnostics",
    "priority",
];
/// Enums by member name, with their members as the service writes them.
const ENUMS: &[(&str, &[&str])] = &[
    ("sku", &["Standard", "Confidential", "Dedicated", "NotSpecified"]),
    ("restartPolicy", &["Always", "OnFailure", "Never"]),
    ("osType", &["Linux", "Windows"]),
    ("priority", &["Regular", "Spot"]),
];
const PROTOCOLS: &[&str] = &["TCP", "UDP"];
const ADDRESSES: &[&str] = &["Public", "Private"];
const SCOPES: &[&str] = &["Unsecure", "TenantReuse", "SubscriptionReuse", "ResourceGroupReuse", "Noreuse"];
const IDENTITIES: &[&str] = &["None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"];

/// The echoed form of a body.
pub(crate) fn echo(mut sent: Map<String, Value>, api: &str, tenant: &str, id: &str) -> Map<String, Value> {
    strip(&mut sent);
    if api < NEWEST {
        drop_newer(&mut sent, api);
    }
    let mut body = Map::new();
    let properties = match take(&mut sent, "properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    body.insert("properties".to_owned(), Value::Object(arrange(properties, api)));
    if let Some(identity) = take(&mut sent, "identity").and_then(|identity| identify(identity, tenant, id)) {
        body.insert("identity".to_owned(), identity);
    }
    for known in ["id", "name", "type", "location", "systemData"] {
        take(&mut sent, known);
    }
    body.extend(sent);
    body
}

/// Takes a member out of an object, whatever the case of its name.
pub(crate) fn take(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let own = map.keys().find(|own| own.eq_ignore_ascii_case(name))?.clone();
    map.shift_remove(&own)
}

/// Removes nulls and secrets, at every depth.
pub(crate) fn strip(map: &mut Map<String, Value>) {
    map.retain(|name, value| !value.is_null() && !SECRETS.contains(&name.to_lowercase().as_str()));
    for (name, value) in map.iter_mut() {
        let name = name.to_lowercase();
        if name == "secret" && value.is_object() {
            *value = json!({});
        } else if !FREE.contains(&name.as_str()) {
            strip_value(value);
        }
    }
}

fn strip_value(value: &mut Value) {
    match value {
        Value::Object(map) => strip(map),
        Value::Array(items) => items.iter_mut().for_each(strip_value),
        _ => {}
    }
}

/// Removes the members that a version of the interface does not know, at every depth.
pub(crate) fn drop_newer(map: &mut Map<String, Value>, api: &str) {
    let known = |name: &str| SINCE.iter().all(|(newer, since)| *newer != name || api >= *since);
    map.retain(|name, _| known(&name.to_lowercase()));
    for (name, value) in map.iter_mut() {
        if !FREE.contains(&name.to_lowercase().as_str()) {
            drop_newer_in(value, api);
        }
    }
}

fn drop_newer_in(value: &mut Value, api: &str) {
    match value {
        Value::Object(map) => drop_newer(map, api),
        Value::Array(items) => items.iter_mut().for_each(|item| drop_newer_in(item, api)),
        _ => {}
    }
}

/// Whether two echoed bodies differ in config maps and, tags apart, in nothing else. Config maps reach running
/// containers without a restart ("Config maps for Azure Container Instances").
pub(crate) fn differ_in_config_maps(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let bare = |body: &Map<String, Value>| {
        let mut body = Value::Object(
            body.iter().filter(|(name, _)| *name != "tags").map(|(name, own)| (name.clone(), own.clone())).collect(),
        );
        let containers = body.pointer_mut("/properties/containers").and_then(Value::as_array_mut);
        for own in containers.into_iter().flatten().filter_map(|item| item.get_mut("properties")?.as_object_mut()) {
            take(own, "configMap");
        }
        body
    };
    before.get("properties") != after.get("properties") && bare(before) == bare(after)
}

fn arrange(mut sent: Map<String, Value>, api: &str) -> Map<String, Value> {
    sent.retain(|name, _| !READ_ONLY.contains(&name.to_lowercase().as_str()));
    // Standard SKU and init containers came with 2019-12-01.
    let modern = api >= "2019-12-01";
    let mut properties = Map::new();
    for name in ORDER {
        let value = take(&mut sent, name);
        let value = match (*name, value) {
            ("sku", None) if modern => json!("Standard"),
            ("initContainers", None) if modern => json!([]),
            (_, None) => continue,
            (_, Some(value)) => value,
        };
        properties.insert((*name).to_owned(), settle(name, value, api));
    }
    sent.retain(|name, _| {
        !name.eq_ignore_ascii_case("provisioningTimeoutInSeconds")
            && !name.eq_ignore_ascii_case("isCustomProvisioningTimeout")
    });
    properties.extend(sent);
    properties
}

fn settle(name: &str, value: Value, api: &str) -> Value {
    if let Some((_, members)) = ENUMS.iter().find(|(own, _)| *own == name) {
        return cased(value, members);
    }
    match (name, value) {
        ("containers" | "initContainers", Value::Array(items)) => {
            items.into_iter().map(|item| container(item, name == "containers")).collect()
        }
        ("ipAddress", Value::Object(address)) => Value::Object(settle_address(address, api)),
        (_, value) => value,
    }
}

/// An enum's member in the service's own case; what is no member stays as it is.
pub(crate) fn cased(value: Value, members: &[&str]) -> Value {
    let Some(text) = value.as_str() else { return value };
    // The service writes "SystemAssigned, UserAssigned" with a space and reads it without.
    let plain = |text: &str| text.replace(' ', "").to_lowercase();
    members.iter().find(|member| plain(member) == plain(text)).map_or(value, |member| json!(member))
}

fn container(item: Value, main: bool) -> Value {
    let Value::Object(mut item) = item else { return item };
    let mut sent = match take(&mut item, "properties") {
        Some(Value::Object(sent)) => sent,
        _ => Map::new(),
    };
    sent.retain(|name, _| !READ_ONLY.contains(&name.to_lowercase().as_str()));
    let mut properties = Map::new();
    for name in ["image", "command", "ports", "environmentVariables", "resources", "volumeMounts"] {
        match (name, take(&mut sent, name)) {
            ("ports", ports) if main => {
                properties.insert(name.to_owned(), settle_ports(ports.unwrap_or_else(|| json!([]))));
            }
            ("environmentVariables", None) => {
                properties.insert(name.to_owned(), json!([]));
            }
            ("resources", Some(resources)) => {
                properties.insert(name.to_owned(), settle_resources(resources));
            }
            (_, Some(value)) => {
                properties.insert(name.to_owned(), value);
            }
            (_, None) => {}
        }
    }
    properties.extend(sent);
    item.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(item)
}

fn settle_ports(mut ports: Value) -> Value {
    for port in ports.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(protocol) = port.get_mut("protocol") {
            *protocol = cased(protocol.take(), PROTOCOLS);
        }
    }
    ports
}

/// CPU and memory are doubles and come back as such: 1 becomes 1.0.
fn settle_resources(mut resources: Value) -> Value {
    for part in ["requests", "limits"] {
        for name in ["cpu", "memoryInGB"] {
            if let Some(number) = resources.get_mut(part).and_then(|part| part.get_mut(name))
                && let Some(double) = number.as_f64().and_then(Number::from_f64)
            {
                *number = Value::Number(double);
            }
        }
    }
    resources
}

fn settle_address(mut address: Map<String, Value>, api: &str) -> Map<String, Value> {
    for computed in ["ip", "fqdn"] {
        take(&mut address, computed);
    }
    if let Some(kind) = address.get_mut("type") {
        *kind = cased(kind.take(), ADDRESSES);
    }
    if let Some(ports) = address.get_mut("ports") {
        *ports = settle_ports(ports.take());
    }
    let scope = take(&mut address, "autoGeneratedDomainNameLabelScope").map(|scope| cased(scope, SCOPES));
    // The scope comes back beside a label only, and is Unsecure unless it was chosen.
    if address.contains_key("dnsNameLabel") {
        let scope = scope.or_else(|| (api >= "2023-05-01").then(|| json!("Unsecure")));
        address.extend(scope.map(|scope| ("autoGeneratedDomainNameLabelScope".to_owned(), scope)));
    }
    address
}

fn guid(of: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, of.to_lowercase().as_bytes()).to_string()
}

/// The identity with the ids that the service makes; nothing for type None.
pub(crate) fn identify(identity: Value, tenant: &str, id: &str) -> Option<Value> {
    let Value::Object(mut identity) = identity else { return None };
    let kind = cased(take(&mut identity, "type").unwrap_or_else(|| json!("None")), IDENTITIES);
    let text = kind.as_str().unwrap_or_default().to_owned();
    if text == "None" {
        return None;
    }
    let mut echoed = Map::new();
    if text.contains("SystemAssigned") {
        echoed.insert("principalId".to_owned(), json!(guid(&format!("{id}/principal"))));
    }
    echoed.insert("tenantId".to_owned(), json!(tenant));
    echoed.insert("type".to_owned(), kind);
    if let Some(Value::Object(users)) = take(&mut identity, "userAssignedIdentities") {
        let users: Map<String, Value> = users
            .into_iter()
            .map(|(user, _)| {
                let ids = json!({"principalId": guid(&format!("{user}/principal")), "clientId": guid(&format!("{user}/client"))});
                (user, ids)
            })
            .collect();
        echoed.insert("userAssignedIdentities".to_owned(), Value::Object(users));
    }
    Some(Value::Object(echoed))
}

/// The environment of a container of an echoed body: secure values are `***`.
pub(crate) fn environment(container: &Value) -> BTreeMap<String, String> {
    let variables = container.pointer("/properties/environmentVariables").and_then(Value::as_array);
    let pairs = variables.into_iter().flatten().filter_map(|variable| {
        let name = variable.get("name")?.as_str()?;
        let value = variable.get("value").map_or("***", |value| value.as_str().unwrap_or_default());
        Some((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}
