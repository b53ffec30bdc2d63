//! Checks of counts and sizes.
//!
//! **Never:** speak about unknown values. Limits: "Service limits for Azure Container Instances".

use std::collections::BTreeSet;

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{all_containers, blocks, finding, name_of};

const MOST_CONTAINERS: usize = 60;
const MOST_VOLUMES: usize = 20;

/// Numbers of containers and volumes.
pub(super) fn counts(object: &Value) -> Vec<Finding> {
    let containers: Vec<_> = all_containers(object).collect();
    let mut findings = Vec::new();
    if containers.len() > MOST_CONTAINERS {
        findings.push(finding(
            Path::root().attr("container"),
            "Too many containers",
            format!("A container group has at most {MOST_CONTAINERS} containers, and this one {}.", containers.len()),
        ));
    }
    let volumes: BTreeSet<&str> = containers
        .iter()
        .flat_map(|(spot, container)| blocks(container, Some(spot), "volume"))
        .filter_map(|(_, volume)| volume.text("name"))
        .collect();
    if volumes.len() > MOST_VOLUMES {
        findings.push(finding(
            Path::root().attr("container"),
            "Too many volumes",
            format!("A container group has at most {MOST_VOLUMES} volumes, and this one {}.", volumes.len()),
        ));
    }
    if object.text("os_type") == Some("Windows") && blocks(object, None, "container").count() > 1 {
        findings.push(finding(
            Path::root().attr("container"),
            "Several Windows containers in one group",
            "Azure Container Instances runs groups of several containers on Linux only.".into(),
        ));
    }
    findings
}

/// What all containers of a group ask for together, CPU and memory; nothing while a part is unknown.
pub(super) fn totals(object: &Value) -> Option<(f64, f64)> {
    let containers = object.get("container")?.as_sequence()?;
    let sum = |name: &str| containers.iter().map(|own| Some(own.get(name)?.as_number()?.as_f64())).sum::<Option<f64>>();
    Some((sum("cpu")?, sum("memory")?))
}

/// No host has more ("Resource availability and quota limits").
pub(super) fn ceilings(object: &Value) -> Vec<Finding> {
    let Some((cpu, memory)) = totals(object) else { return Vec::new() };
    let (what, most_cpu, most_memory) = match (object.text("priority"), object.text("sku")) {
        (Some("Spot"), _) => ("A Spot container group", 4.0, 16.0),
        (_, Some("Confidential")) => ("A Confidential container group", 31.0, 180.0),
        _ => ("A container group", 31.0, 240.0),
    };
    if cpu <= most_cpu && memory <= most_memory {
        return Vec::new();
    }
    let detail = format!(
        "{what} has at most {most_cpu} CPU and {most_memory} GB in all, and this one {cpu} CPU and {memory} GB."
    );
    vec![finding(Path::root().attr("container"), "Container group too big", detail)]
}

/// A limit is not below its request.
pub(super) fn sizes(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (spot, container) in blocks(object, None, "container") {
        for (request, limit) in [("cpu", "cpu_limit"), ("memory", "memory_limit")] {
            let number = |name: &str| container.get(name).and_then(Value::as_number);
            let (Some(least), Some(most)) = (number(request), number(limit)) else { continue };
            if most.as_f64() != 0.0 && most < least {
                findings.push(finding(
                    spot.attr(limit),
                    "Limit below the request",
                    format!(
                        "Container \"{}\" asks for {request} = {least}, but {limit} = {most} allows less.",
                        name_of(container)
                    ),
                ));
            }
        }
    }
    findings
}
