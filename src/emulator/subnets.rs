//! Subnets: the link between a delegated subnet and the container groups in it.
//!
//! **Never:** keep networks. Microsoft.Network is not emulated: each well-formed id of the group's
//! own subscription counts as a subnet that exists and is delegated. What users reported is kept:
//! a subnet deploys one group at a time (hashicorp/terraform-provider-azurerm#15025), belongs to
//! the group's subscription (MicrosoftDocs/azure-docs#94486), and keeps its link after the last
//! group until the link is deleted. Nobody recorded any of it as an exchange.

use serde_json::{Map, Value};

use crate::emulator::answer::{Refusal, empty};
use crate::emulator::check::items;
use crate::emulator::record::{Change, ContainerGroup};
use crate::emulator::route::Ask;
use crate::emulator::view::is_transitioning;
use crate::emulator::world::{Answer, World};

/// The networks of a body, in lower case: its subnets, or the network profile of versions before
/// 2021-07-01, which locks in the same way.
pub(crate) fn networks(body: &Map<String, Value>) -> Vec<String> {
    let Some(properties) = body.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let subnets = items(properties, "subnetIds").iter().filter_map(|subnet| subnet.get("id")?.as_str());
    let profile = properties.get("networkProfile").and_then(|profile| profile.get("id")?.as_str());
    subnets.chain(profile).map(str::to_lowercase).collect()
}

/// Refuses subnets that are none, several of them, and those of another subscription.
pub(crate) fn check(group: &str, subscription: &str, properties: &Map<String, Value>) -> Result<(), Refusal> {
    let subnets = items(properties, "subnetIds");
    if subnets.len() > 1 {
        // Unconfirmed code; the service team said that there can be one
        // (hashicorp/terraform-provider-azurerm#17785).
        let message = format!("The container group '{group}' names {} subnets. There can be one.", subnets.len());
        return Err(Refusal::service(400, "InvalidSubnetIds", message));
    }
    for (at, subnet) in subnets.iter().enumerate() {
        let id = subnet.get("id").and_then(Value::as_str).unwrap_or_default();
        let low = id.to_lowercase();
        let Some(owner) = owner(&low) else {
            let message = format!(
                "Property id '{id}' at path 'properties.subnetIds[{at}].id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            );
            return Err(Refusal::gateway(400, "LinkedInvalidPropertyId", message));
        };
        if owner != subscription {
            let message = format!("The subnet and the container group '{group}' must be in the same subscription.");
            return Err(Refusal::service(400, "SubnetAndContainerGroupMustBeInSameSubscription", message));
        }
    }
    Ok(())
}

/// The subscription of a subnet's id; nothing if it is no such id.
fn owner(id: &str) -> Option<&str> {
    let parts: Vec<&str> = id.strip_prefix('/')?.split('/').collect();
    let [
        "subscriptions",
        subscription,
        "resourcegroups",
        group,
        "providers",
        "microsoft.network",
        "virtualnetworks",
        network,
        "subnets",
        subnet,
    ] = parts.as_slice()
    else {
        return None;
    };
    [subscription, group, network, subnet].iter().all(|part| !part.is_empty()).then_some(*subscription)
}

/// Refuses to deploy or delete a group while another one of its subnet is being deployed.
pub(crate) fn check_free(
    world: &World,
    key: &str,
    name: &str,
    body: &Map<String, Value>,
    now: i64,
) -> Result<(), Refusal> {
    // What only tries in vain to start has had its network made, so that it holds nobody up.
    let is_deploying = |group: &ContainerGroup| is_transitioning(group, now) && group.launch.failure.is_none();
    let busy = |other: &String| other != key && world.tables.container(other).is_some_and(|group| is_deploying(&group));
    let inside = networks(body).into_iter().filter_map(|network| world.tables.networks.get(&network));
    if inside.flatten().any(busy) {
        let message = format!("Network is not ready for container group '{name}'. Please try again.");
        return Err(Refusal::service(409, "ServiceAssociationLinkNotReady", message));
    }
    Ok(())
}

/// Links the subnets of a new group.
pub(crate) fn link(world: &mut World, body: &Map<String, Value>) {
    for network in networks(body) {
        if !world.tables.links.contains(&network) {
            world.change(Change::Linked(network, true));
        }
    }
}

/// Deletes the link of a subnet: 200, or 204 where there is none. A subnet that is in use keeps it.
pub(crate) fn unlink(world: &mut World, ask: &Ask<'_>) -> Answer {
    // What stands before `/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default`.
    let subnet = format!("/{}", ask.low[..ask.low.len() - 4].join("/"));
    if world.tables.networks.contains_key(&subnet) {
        // Unconfirmed code.
        let message = format!("The service association link of the subnet '{subnet}' is in use by container groups.");
        return Err(Refusal::service(409, "ServiceAssociationLinkInUse", message));
    }
    if !world.tables.links.contains(&subnet) {
        return Ok(empty(204));
    }
    world.change(Change::Linked(subnet, false));
    Ok(empty(200))
}
