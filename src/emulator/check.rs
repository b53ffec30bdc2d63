//! What the service refuses when a container group is created or updated, with its codes and words.
//!
//! **Never:** change a body. In: the echoed form. Sources: Azure Container Instances, "Troubleshoot
//! common issues", "Naming rules" and "Service limits". Codes of DNS labels, names and limits are
//! not documented; the emulator's own are marked "unconfirmed".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::emulator::answer::Refusal;
use crate::emulator::catalogue::largest;
use crate::emulator::subnets::networks;

type Checked = Result<(), Refusal>;

fn refuse(code: &str, message: String) -> Checked {
    Err(Refusal::service(400, code, message))
}

/// Checks the name of a container group: letters of either case, because the service was seen to
/// take `myContainerGroup` although its naming rules say lower case.
pub(crate) fn check_name(name: &str) -> Checked {
    if is_label(name) && name.len() <= 63 {
        return Ok(());
    }
    // Unconfirmed code.
    refuse(
        "InvalidContainerGroupName",
        format!(
            "The container group name '{name}' is invalid. It must be 1 to 63 letters, numbers and hyphens, without a hyphen at either end and without two in a row."
        ),
    )
}

fn is_label(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The text of a property; empty if it is missing or no text.
pub(crate) fn text<'a>(map: &'a Map<String, Value>, name: &str) -> &'a str {
    map.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list property.
pub(crate) fn items<'a>(map: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    map.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Checks a new body.
pub(crate) fn check_body(group: &str, properties: &Map<String, Value>) -> Checked {
    let os = text(properties, "osType");
    if !["Linux", "Windows"].contains(&os) {
        return refuse(
            "InvalidOsType",
            "The 'osType' for container group '<null>' is invalid. The value must be one of 'Windows,Linux'."
                .to_owned(),
        );
    }
    let policy = text(properties, "restartPolicy");
    if properties.contains_key("restartPolicy") && !["Always", "OnFailure", "Never"].contains(&policy) {
        // Unconfirmed code.
        return refuse(
            "InvalidRestartPolicy",
            format!(
                "The 'restartPolicy' '{policy}' for container group '{group}' is invalid. The value must be one of 'Always,OnFailure,Never'."
            ),
        );
    }
    let containers = items(properties, "containers");
    if containers.is_empty() || containers.len() > 60 || items(properties, "volumes").len() > 20 {
        // Unconfirmed code; the limits are 60 containers and 20 volumes.
        return refuse(
            "InvalidContainerGroup",
            format!("The container group '{group}' must have 1 to 60 containers and at most 20 volumes."),
        );
    }
    let mut names = BTreeSet::new();
    for container in containers.iter().chain(items(properties, "initContainers")) {
        check_container(group, container, &mut names)?;
    }
    for container in containers {
        check_resources(group, container)?;
    }
    check_totals(properties)?;
    check_address(group, properties)?;
    check_images(group, properties)
}

fn name_of(container: &Value) -> &str {
    container.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn check_container<'a>(group: &str, container: &'a Value, names: &mut BTreeSet<&'a str>) -> Checked {
    let name = name_of(container);
    let plain = is_label(name) && name.len() <= 63 && !name.contains(|c: char| c.is_ascii_uppercase());
    if !plain || !names.insert(name) {
        // Unconfirmed code.
        return refuse(
            "InvalidContainerName",
            format!(
                "The container name '{name}' in container group '{group}' is invalid. It must be 1 to 63 lowercase letters, numbers and hyphens and may not repeat."
            ),
        );
    }
    if container.pointer("/properties/image").and_then(Value::as_str).unwrap_or_default().is_empty() {
        // Unconfirmed code.
        return refuse(
            "InvalidImageName",
            format!("The image name in container '{name}' of container group '{group}' is invalid."),
        );
    }
    Ok(())
}

fn check_resources(group: &str, container: &Value) -> Checked {
    let asked = |name: &str| {
        container
            .pointer(&format!("/properties/resources/requests/{name}"))
            .and_then(Value::as_f64)
            .filter(|amount| *amount > 0.0)
    };
    let code = match (asked("cpu"), asked("memoryInGB")) {
        (Some(_), Some(_)) => return Ok(()),
        (None, None) => "ResourceRequestsNotSpecified",
        _ => "ResourceSomeRequestsNotSpecified",
    };
    let name = name_of(container);
    refuse(
        code,
        format!(
            "The resource requests are not specified in container '{name}' of contain group '{group}'. Both memory and CPU requests are required since API version '2017-07-01-preview'."
        ),
    )
}

/// The sums over the containers of what they request.
fn totals(properties: &Map<String, Value>) -> (f64, f64) {
    let sum = |name: &str| -> f64 {
        let path = format!("/properties/resources/requests/{name}");
        items(properties, "containers")
            .iter()
            .filter_map(|container| container.pointer(&path).and_then(Value::as_f64))
            .sum()
    };
    (sum("cpu"), sum("memoryInGB"))
}

/// Refuses what no host has, which is what the capabilities of a location say.
fn check_totals(properties: &Map<String, Value>) -> Checked {
    let (cpu, memory) = totals(properties);
    let os = text(properties, "osType");
    let (most_cpu, most_memory) = largest(os, text(properties, "sku"), text(properties, "priority"));
    if cpu <= most_cpu && memory <= most_memory {
        return Ok(());
    }
    let message = format!(
        "The requested resource is not available in the location at this moment. Please retry with a different resource request or in another location. Resource requested: '{cpu}' CPU '{memory}' GB memory '{os}' OS"
    );
    Err(Refusal::service(409, "ServiceUnavailable", message))
}

fn check_address(group: &str, properties: &Map<String, Value>) -> Checked {
    let Some(address) = properties.get("ipAddress").and_then(Value::as_object) else { return Ok(()) };
    if items(address, "ports").is_empty() {
        return refuse(
            "MissingIpAddressPorts",
            format!("The ports in the 'ipAddress' of container group '{group}' cannot be empty."),
        );
    }
    let label = text(address, "dnsNameLabel");
    if address.contains_key("dnsNameLabel") && !is_dns_label(label) {
        // Unconfirmed code.
        return refuse(
            "InvalidDnsNameLabel",
            format!(
                "The DNS name label '{label}' in container group '{group}' is invalid. It must be 5 to 63 lowercase letters, numbers and hyphens and begin with a letter."
            ),
        );
    }
    let known = ["TCP", "UDP"];
    for port in items(address, "ports") {
        let number = port.get("port").and_then(Value::as_u64).unwrap_or_default();
        let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        if !(1..=65_535).contains(&number) || !known.contains(&protocol) {
            // Unconfirmed code.
            return refuse(
                "InvalidPort",
                format!("The port '{number}/{protocol}' in the 'ipAddress' of container group '{group}' is invalid."),
            );
        }
    }
    Ok(())
}

fn is_dns_label(label: &str) -> bool {
    (5..=63).contains(&label.len())
        && is_label(label)
        && label.starts_with(|c: char| c.is_ascii_lowercase())
        && !label.contains(|c: char| c.is_ascii_uppercase())
}

/// An image whose name says that it is missing cannot be pulled. The service finds that out
/// during the PUT.
fn check_images(group: &str, properties: &Map<String, Value>) -> Checked {
    let containers = items(properties, "initContainers").iter().chain(items(properties, "containers"));
    for image in containers.filter_map(|container| container.pointer("/properties/image").and_then(Value::as_str)) {
        if image.contains("missing") || image.contains("does-not-exist") {
            return refuse(
                "InaccessibleImage",
                format!(
                    "The image '{image}' in container group '{group}' is not accessible. Please check the image and registry credential."
                ),
            );
        }
        if image.contains("throttled") {
            let registry = image.split_once('/').map_or("index.docker.io", |(host, _)| host);
            let message =
                format!("An error response is received from the docker registry '{registry}'. Please retry later.");
            return Err(Refusal::service(409, "RegistryErrorResponse", message));
        }
    }
    Ok(())
}

/// What cannot change in place (Azure Container Instances, "Properties that require container
/// delete"): OS type, restart policy, network, zones, CPU, memory and GPU, of the group and of each
/// container; and the log workspace, by report.
#[derive(PartialEq)]
struct Fixed<'a> {
    os: &'a str,
    policy: &'a str,
    address: &'a str,
    totals: (f64, f64),
    networks: BTreeSet<String>,
    zones: BTreeSet<String>,
    workspace: Option<&'a Value>,
}

fn fixed(body: &Map<String, Value>) -> Option<Fixed<'_>> {
    let properties = body.get("properties")?.as_object()?;
    let policy = text(properties, "restartPolicy");
    let zones = items(body, "zones").iter().filter_map(Value::as_str);
    let address = properties.get("ipAddress").and_then(|address| address.get("type")).and_then(Value::as_str);
    Some(Fixed {
        os: text(properties, "osType"),
        // Leaving the restart policy out means Always and counts as a change from another one.
        policy: if policy.is_empty() { "Always" } else { policy },
        address: if address == Some("Private") { "Private" } else { "" },
        totals: totals(properties),
        networks: networks(body).into_iter().collect(),
        zones: zones.map(str::to_owned).collect(),
        workspace: properties.get("diagnostics").and_then(|parent| parent.pointer("/logAnalytics/workspaceId")),
    })
}

fn requests(body: &Map<String, Value>) -> BTreeMap<&str, &Value> {
    let containers = body.get("properties").and_then(Value::as_object).map_or(&[][..], |own| items(own, "containers"));
    let pairs = containers
        .iter()
        .filter_map(|container| Some((name_of(container), container.pointer("/properties/resources/requests")?)));
    pairs.collect()
}

/// Refuses an update of what cannot change in place.
pub(crate) fn check_update(group: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Checked {
    let (old, new) = (requests(before), requests(after));
    let same = |(name, request): (&&str, &&Value)| new.get(name).is_none_or(|own| own == request);
    if fixed(before) == fixed(after) && old.iter().all(same) {
        return Ok(());
    }
    refuse(
        "InvalidContainerGroupUpdate",
        format!(
            "The updates on container group '{group}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one."
        ),
    )
}
