//! Checks of ports, addresses and DNS labels.
//!
//! **Never:** speak about unknown values.

use std::collections::BTreeSet;

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{advise, blocks, finding, given, name_of, unknown};

/// Azure Container Instances, "Frequently asked questions": ports that the platform keeps for itself.
const RESERVED: &[(i64, i64)] = &[
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

/// Azure Container Instances, "Service limits": ports per address.
const MOST_PORTS: usize = 5;

type Port<'v> = (i64, &'v str);

/// The known ports of a set, and whether all of them are known.
fn known_ports<'v>(holder: &'v Value, name: &str) -> (Vec<Port<'v>>, bool) {
    let Some(value) = holder.get(name) else { return (Vec::new(), true) };
    let Some(ports) = value.as_sequence() else { return (Vec::new(), value.is_null()) };
    let read = |port: &'v Value| {
        let number = port.get("port")?.as_int()?;
        match port.get("protocol") {
            Some(protocol) if !protocol.is_null() => Some((number, protocol.as_str()?)),
            _ => Some((number, "TCP")),
        }
    };
    let known: Vec<Port<'v>> = ports.iter().filter_map(read).collect();
    let whole = known.len() == ports.len();
    (known, whole)
}

/// The ports of all containers: duplicates, reserved ones, exposed ones that nobody has.
pub(super) fn ports(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open = BTreeSet::new();
    let mut whole = object.get("container").is_some_and(|blocks| !blocks.is_unknown());
    for (spot, container) in blocks(object, None, "container") {
        let (own, known) = known_ports(container, "ports");
        whole &= known && !container.is_unknown();
        for (port, protocol) in own {
            if RESERVED.iter().any(|(first, last)| (*first..=*last).contains(&port)) {
                let detail = format!(
                    "Container \"{}\" opens port {port}, which Azure Container Instances keeps for itself.",
                    name_of(container)
                );
                findings.push(advise(finding(spot.attr("ports"), "Reserved port", detail), "Choose another port."));
            }
            if !open.insert((port, protocol)) {
                findings.push(finding(
                    spot.attr("ports"),
                    "Duplicate port",
                    format!(
                        "Container \"{}\" opens port {port}/{protocol}, which the group has already: the containers \
                         of a group share one address.",
                        name_of(container)
                    ),
                ));
            }
        }
    }
    let (exposed, _) = known_ports(object, "exposed_port");
    for port in exposed.iter().filter(|port| whole && !open.contains(*port)) {
        let detail = format!("exposed_port has port {}/{}, which no container of the group opens.", port.0, port.1);
        let found = finding(Path::root().attr("exposed_port"), "Exposed port that no container has", detail);
        findings.push(advise(found, "Add a ports block with this port and protocol to a container."));
    }
    findings.extend(count(object, &open, &exposed));
    findings
}

fn count(object: &Value, open: &BTreeSet<Port<'_>>, exposed: &[Port<'_>]) -> Option<Finding> {
    if !matches!(object.text("ip_address_type"), Some("Public" | "Private")) || unknown(object, "exposed_port") {
        return None;
    }
    let (place, count) = if exposed.is_empty() { ("container", open.len()) } else { ("exposed_port", exposed.len()) };
    (count > MOST_PORTS).then(|| {
        let detail =
            format!("The address of a container group opens at most {MOST_PORTS} ports, and this one {count}.");
        finding(Path::root().attr(place), "Too many ports", detail)
    })
}

/// An address needs ports, and Spot groups have none.
pub(super) fn address(object: &Value) -> Vec<Finding> {
    let Some(kind) = object.text("ip_address_type") else { return Vec::new() };
    let mut findings = Vec::new();
    if kind == "None" {
        return findings;
    }
    let path = Path::root().attr("ip_address_type");
    if object.text("priority") == Some("Spot") {
        let detail = format!("Spot container groups have no address, and this one asks for a {kind} one.");
        findings.push(advise(
            finding(path.clone(), "Spot group with an address", detail),
            "Set ip_address_type = \"None\".",
        ));
    }
    let mut containers = blocks(object, None, "container");
    let known = object.get("container").is_some_and(|blocks| !blocks.is_unknown());
    let none = containers.all(|(_, container)| {
        !container.is_unknown() && matches!(known_ports(container, "ports"), (ports, true) if ports.is_empty())
    });
    if known && none && !given(object, "exposed_port") && !unknown(object, "exposed_port") {
        let detail = format!(
            "The container group \"{}\" has a {kind} address, but none of its containers opens a port. The service \
             refuses that with MissingIpAddressPorts.",
            name_of(object)
        );
        let hint = "Add a ports block to a container, or set ip_address_type = \"None\".";
        findings.push(advise(finding(path, "Address without ports", detail), hint));
    }
    findings
}

/// Spot groups are of the Standard SKU; a port block says which port.
pub(super) fn kinds(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    if object.text("priority") == Some("Spot")
        && let Some(sku) = object.text("sku").filter(|sku| !matches!(*sku, "Standard" | "NotSpecified"))
    {
        let detail = format!("Spot container groups are of the SKU \"Standard\", and this one is \"{sku}\".");
        findings.push(finding(Path::root().attr("sku"), "Spot group of another SKU", detail));
    }
    for (spot, container) in blocks(object, None, "container") {
        let ports = container.get("ports").and_then(Value::as_sequence).unwrap_or_default();
        if ports.iter().any(|port| !port.is_unknown() && port.get("port").is_some_and(Value::is_null)) {
            let detail = format!("A ports block of container \"{}\" does not say which port.", name_of(container));
            findings.push(finding(spot.attr("ports"), "Port block without a port", detail));
        }
    }
    findings
}

/// DNS labels need a public address.
pub(super) fn labels(object: &Value) -> Vec<Finding> {
    if !given(object, "dns_name_label") {
        return Vec::new();
    }
    let path = Path::root().attr("dns_name_label");
    let label = object.text("dns_name_label").unwrap_or_default();
    let mut findings = Vec::new();
    if given(object, "subnet_ids") {
        findings.push(finding(
            path,
            "DNS name label in a subnet",
            format!("A container group in a subnet has no public DNS name, so dns_name_label \"{label}\" cannot be given with subnet_ids."),
        ));
    }
    findings
}
