//! What the service refuses in the parts of a container group: volumes, probes, variables,
//! references, limits, ports, log settings, priority.
//!
//! **Never:** change a body. Sources: Azure Container Instances, REST reference, "Troubleshoot
//! common issues" and "Service limits". Only the codes of Spot groups, of storage keys and of log
//! metadata are known; the others are the emulator's own and unconfirmed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::emulator::answer::Refusal;
use crate::emulator::check::{items, text};

type Checked = Result<(), Refusal>;
type Body = Map<String, Value>;

const KINDS: [&str; 5] = ["azureFile", "emptyDir", "secret", "secretReference", "gitRepo"];
/// Ports that the platform keeps for itself ("Frequently asked questions").
const RESERVED: [(u64, u64); 10] = [
    (22, 22),
    (1025, 1027),
    (3389, 3399),
    (9999, 9999),
    (19000, 19000),
    (19080, 19080),
    (19100, 19100),
    (19390, 19390),
    (20000, 30000),
    (49152, 65534),
];

fn refuse(code: &str, message: String) -> Checked {
    Err(Refusal::service(400, code, message))
}

fn name_of(part: &Value) -> &str {
    part.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn says(part: &Value, name: &str) -> bool {
    part.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
}

fn list<'v>(part: &'v Value, path: &str) -> &'v [Value] {
    part.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Checks what a request says of secrets; afterwards they are forgotten.
pub(crate) fn check_secrets(group: &str, sent: &Body) -> Checked {
    let Some(properties) = sent.get("properties").and_then(Value::as_object) else { return Ok(()) };
    for volume in items(properties, "volumes") {
        let Some(share) = volume.get("azureFile").filter(|share| !share.is_null()) else { continue };
        let ways = ["storageAccountKey", "storageAccountKeyReference", "userAssignedIdentityClientId"];
        if !ways.iter().any(|way| says(share, way)) {
            let (volume, account) = (name_of(volume), share.get("storageAccountName").and_then(Value::as_str));
            return refuse(
                "InvalidStorageAccountKey",
                format!(
                    "The storage account key for storage account '{}' in the volume '{volume}' of container group '{group}' is invalid.",
                    account.unwrap_or_default()
                ),
            );
        }
    }
    let logs = properties.get("diagnostics").and_then(|parent| parent.get("logAnalytics"));
    if logs.is_some_and(|logs| !logs.is_null() && !says(logs, "workspaceKey")) {
        return refuse(
            "InvalidLogAnalyticsWorkspaceKey",
            format!("The log analytics workspace key of container group '{group}' is missing."),
        );
    }
    Ok(())
}

/// Checks the parts of an echoed body.
pub(crate) fn check_parts(group: &str, body: &Body) -> Checked {
    let Some(properties) = body.get("properties").and_then(Value::as_object) else { return Ok(()) };
    check_template(group, properties)?;
    let references: BTreeSet<&str> = items(properties, "secretReferences").iter().map(name_of).collect();
    if references.len() != items(properties, "secretReferences").len() {
        return refuse("DuplicateSecretReference", format!("A secret reference of container group '{group}' repeats."));
    }
    match named_references(properties).into_iter().find(|reference| !references.contains(reference)) {
        None => Ok(()),
        Some(reference) => refuse(
            "SecretReferenceNotFound",
            format!("The secret reference '{reference}' is not defined in container group '{group}'."),
        ),
    }
}

/// Checks what a container group and a profile have alike: all but references to secrets, which a
/// profile has no place to define.
pub(crate) fn check_template(group: &str, properties: &Body) -> Checked {
    check_spot(group, properties)?;
    check_ports(group, properties)?;
    let volumes = check_volumes(group, properties)?;
    for container in items(properties, "initContainers").iter().chain(items(properties, "containers")) {
        check_mounts(group, container, &volumes)?;
        check_variables(group, container)?;
        check_probes(group, container)?;
        check_limits(group, container)?;
    }
    for extension in items(properties, "extensions") {
        let own = extension.get("properties").unwrap_or(&Value::Null);
        if name_of(extension).is_empty() || !says(own, "extensionType") || !says(own, "version") {
            return refuse(
                "InvalidExtension",
                format!("An extension of container group '{group}' lacks its name, type or version."),
            );
        }
    }
    let logs = properties.get("diagnostics").and_then(|parent| parent.get("logAnalytics"));
    let of_instances =
        logs.is_some_and(|logs| logs.get("logType").and_then(Value::as_str) == Some("ContainerInstanceLogs"));
    if of_instances && logs.is_some_and(|logs| logs.get("metadata").is_some()) {
        return refuse(
            "LogAnalyticsMetadataNotAllowed",
            format!(
                "The metadata of log analytics in container group '{group}' is only allowed for the log type 'ContainerInsights'."
            ),
        );
    }
    Ok(())
}

fn check_spot(group: &str, properties: &Body) -> Checked {
    if text(properties, "priority") != "Spot" {
        return Ok(());
    }
    if properties.contains_key("ipAddress") {
        return refuse(
            "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
            format!("The Spot container group '{group}' cannot have an IP address."),
        );
    }
    if !["", "Standard"].contains(&text(properties, "sku")) {
        return refuse(
            "SpotPriorityContainerGroupNotSupportedInSku",
            format!("The Spot container group '{group}' must have the SKU 'Standard'."),
        );
    }
    Ok(())
}

fn port_of(port: &Value) -> (u64, &str) {
    let number = port.get("port").and_then(Value::as_u64).unwrap_or_default();
    (number, port.get("protocol").and_then(Value::as_str).unwrap_or("TCP"))
}

fn check_ports(group: &str, properties: &Body) -> Checked {
    let mut open = BTreeSet::new();
    let opened = items(properties, "containers").iter().flat_map(|container| list(container, "/properties/ports"));
    for (number, protocol) in opened.map(port_of) {
        let reserved = RESERVED.iter().any(|(first, last)| (*first..=*last).contains(&number));
        if reserved || !open.insert((number, protocol)) {
            return refuse(
                "InvalidPort",
                format!("The port '{number}/{protocol}' in container group '{group}' is reserved or repeats."),
            );
        }
    }
    let Some(address) = properties.get("ipAddress").and_then(Value::as_object) else { return Ok(()) };
    let ports = items(address, "ports");
    if ports.len() > 5 {
        return refuse("TooManyPorts", format!("The IP address of container group '{group}' has more than 5 ports."));
    }
    if address.contains_key("dnsNameLabel") && !items(properties, "subnetIds").is_empty() {
        return refuse(
            "DnsNameLabelNotSupported",
            format!("The container group '{group}' is in a subnet and cannot have a DNS name label."),
        );
    }
    Ok(())
}

fn check_volumes<'v>(group: &str, properties: &'v Body) -> Result<BTreeSet<&'v str>, Refusal> {
    let mut names = BTreeSet::new();
    for volume in items(properties, "volumes") {
        let name = name_of(volume);
        let kinds = KINDS.iter().filter(|kind| volume.get(**kind).is_some()).count();
        let share = volume.get("azureFile");
        let whole = share.is_none_or(|share| says(share, "shareName") && says(share, "storageAccountName"));
        let cloned = volume.get("gitRepo").is_none_or(|git| says(git, "repository"));
        if name.is_empty() || kinds != 1 || !whole || !cloned || !names.insert(name) {
            refuse(
                "InvalidVolume",
                format!(
                    "The volume '{name}' in container group '{group}' is invalid. It must have a name of its own and exactly one kind, described whole."
                ),
            )?;
        }
    }
    Ok(names)
}

fn check_mounts(group: &str, container: &Value, volumes: &BTreeSet<&str>) -> Checked {
    let mut paths = BTreeSet::new();
    for mount in list(container, "/properties/volumeMounts") {
        let path = mount.get("mountPath").and_then(Value::as_str).unwrap_or_default();
        if path.is_empty() || path.contains(':') || !volumes.contains(name_of(mount)) || !paths.insert(path) {
            return refuse(
                "InvalidVolumeMount",
                format!(
                    "The mount of volume '{}' at '{path}' in container '{}' of container group '{group}' is invalid.",
                    name_of(mount),
                    name_of(container)
                ),
            );
        }
    }
    Ok(())
}

fn check_variables(group: &str, container: &Value) -> Checked {
    let mut names = BTreeSet::new();
    let mut all = list(container, "/properties/environmentVariables").iter().map(name_of);
    match all.find(|name| name.is_empty() || !names.insert(*name)) {
        None => Ok(()),
        Some(name) => refuse(
            "InvalidEnvironmentVariable",
            format!(
                "The environment variable '{name}' in container '{}' of container group '{group}' is invalid or repeats.",
                name_of(container)
            ),
        ),
    }
}

fn check_probes(group: &str, container: &Value) -> Checked {
    for name in ["livenessProbe", "readinessProbe"] {
        let Some(probe) = container.pointer(&format!("/properties/{name}")).filter(|probe| !probe.is_null()) else {
            continue;
        };
        if says(probe, "exec") == says(probe, "httpGet") {
            return refuse(
                "InvalidProbe",
                format!(
                    "The '{name}' of container '{}' in container group '{group}' must have exactly one of 'exec' and 'httpGet'.",
                    name_of(container)
                ),
            );
        }
    }
    Ok(())
}

fn check_limits(group: &str, container: &Value) -> Checked {
    for amount in ["cpu", "memoryInGB"] {
        let of =
            |part: &str| container.pointer(&format!("/properties/resources/{part}/{amount}")).and_then(Value::as_f64);
        if let (Some(least), Some(most)) = (of("requests"), of("limits"))
            && most < least
        {
            return refuse(
                "InvalidResourceLimits",
                format!(
                    "The limit of '{amount}' in container '{}' of container group '{group}' is below its request.",
                    name_of(container)
                ),
            );
        }
    }
    Ok(())
}

/// The names by which anything in a group refers to a secret.
fn named_references(properties: &Body) -> Vec<&str> {
    let mut found = Vec::new();
    let containers = items(properties, "initContainers").iter().chain(items(properties, "containers"));
    for variable in containers.flat_map(|container| list(container, "/properties/environmentVariables")) {
        found.extend(variable.get("secureValueReference").and_then(Value::as_str));
    }
    for credential in items(properties, "imageRegistryCredentials") {
        found.extend(credential.get("passwordReference").and_then(Value::as_str));
    }
    for volume in items(properties, "volumes") {
        found.extend(volume.pointer("/azureFile/storageAccountKeyReference").and_then(Value::as_str));
        let files = volume.get("secretReference").and_then(Value::as_object);
        found.extend(files.into_iter().flat_map(Map::values).filter_map(Value::as_str));
    }
    found
}
