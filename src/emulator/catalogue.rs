//! What Azure says of itself: locations, providers, capabilities, cached images, API versions.
//!
//! **Never:** look at resources. The lists are short on purpose: enough locations and versions
//! for real clients, each of them seen in use or named in the service's documentation.

use serde_json::{Value, json};

use crate::emulator::answer::Refusal;

/// Locations with Azure Container Instances: name and display name.
const LOCATIONS: &[(&str, &str)] = &[
    ("australiacentral", "Australia Central"),
    ("australiaeast", "Australia East"),
    ("australiasoutheast", "Australia Southeast"),
    ("brazilsouth", "Brazil South"),
    ("canadacentral", "Canada Central"),
    ("canadaeast", "Canada East"),
    ("centralindia", "Central India"),
    ("centralus", "Central US"),
    ("eastasia", "East Asia"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("francecentral", "France Central"),
    ("germanynorth", "Germany North"),
    ("germanywestcentral", "Germany West Central"),
    ("israelcentral", "Israel Central"),
    ("italynorth", "Italy North"),
    ("japaneast", "Japan East"),
    ("japanwest", "Japan West"),
    ("koreacentral", "Korea Central"),
    ("koreasouth", "Korea South"),
    ("mexicocentral", "Mexico Central"),
    ("newzealandnorth", "New Zealand North"),
    ("northcentralus", "North Central US"),
    ("northeurope", "North Europe"),
    ("norwayeast", "Norway East"),
    ("norwaywest", "Norway West"),
    ("polandcentral", "Poland Central"),
    ("qatarcentral", "Qatar Central"),
    ("southafricanorth", "South Africa North"),
    ("southcentralus", "South Central US"),
    ("southeastasia", "Southeast Asia"),
    ("southindia", "South India"),
    ("spaincentral", "Spain Central"),
    ("swedencentral", "Sweden Central"),
    ("swedensouth", "Sweden South"),
    ("switzerlandnorth", "Switzerland North"),
    ("switzerlandwest", "Switzerland West"),
    ("uaenorth", "UAE North"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("westcentralus", "West Central US"),
    ("westeurope", "West Europe"),
    ("westindia", "West India"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
];

/// API versions of Microsoft.ContainerInstance.
const VERSIONS: &[&str] = &[
    "2026-08-01-preview",
    "2026-07-01",
    "2026-06-01-preview",
    "2025-09-01",
    "2024-11-01-preview",
    "2024-10-01-preview",
    "2024-09-01-preview",
    "2024-05-01-preview",
    "2023-05-01",
    "2023-02-01-preview",
    "2022-10-01-preview",
    "2022-09-01",
    "2021-10-01",
    "2021-09-01",
    "2021-07-01",
    "2021-03-01",
    "2020-11-01",
    "2019-12-01",
    "2018-10-01",
    "2018-09-01",
    "2018-07-01",
    "2018-06-01",
    "2018-04-01",
    "2018-02-01-preview",
    "2017-12-01-preview",
    "2017-10-01-preview",
    "2017-08-01-preview",
];

/// Namespaces that every subscription has, beside Microsoft.ContainerInstance.
const NAMESPACES: &[&str] =
    &["Microsoft.Resources", "Microsoft.Network", "Microsoft.Storage", "Microsoft.ManagedIdentity"];

/// The names of all locations.
pub(crate) fn location_names() -> Vec<&'static str> {
    LOCATIONS.iter().map(|(name, _)| *name).collect()
}

/// A location's name: lower case, without spaces.
pub(crate) fn plain_location(text: &str) -> String {
    text.replace(' ', "").to_lowercase()
}

/// Refuses a location that does not exist or has no container groups.
pub(crate) fn check_location(location: &str) -> Result<(), Refusal> {
    if LOCATIONS.iter().any(|(name, _)| *name == location) {
        return Ok(());
    }
    let message = format!(
        "The provided location '{location}' is not available for resource type 'Microsoft.ContainerInstance/containerGroups'. List of available regions for the resource type is '{}'.",
        location_names().join(",")
    );
    Err(Refusal::gateway(400, "LocationNotAvailableForResourceType", message))
}

/// Refuses a request for Microsoft.ContainerInstance with an unknown API version.
pub(crate) fn check_version(api: &str, kind: &str, location: &str) -> Result<(), Refusal> {
    if VERSIONS.contains(&api) {
        return Ok(());
    }
    let message = format!(
        "No registered resource provider found for location '{location}' and API version '{api}' for type '{kind}'. The supported api-versions are '{}'.",
        VERSIONS.join(", ")
    );
    Err(Refusal::gateway(400, "NoRegisteredProviderFound", message))
}

/// The versions of Microsoft.ContainerInstance from one on, newest first.
pub(crate) fn versions_since(first: &str) -> Vec<&'static str> {
    VERSIONS.iter().copied().filter(|version| *version >= first).collect()
}

/// Whether a text looks like an API version: `2024-03-01` or `2024-03-01-preview`.
pub(crate) fn is_version(api: &str) -> bool {
    let date = api.strip_suffix("-preview").unwrap_or(api);
    date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

/// A page with all locations.
pub(crate) fn locations(subscription: &str) -> Value {
    let item = |(name, words): &(&str, &str)| {
        json!({"id": format!("/subscriptions/{subscription}/locations/{name}"), "name": name, "displayName": words,
            "regionalDisplayName": words, "type": "Region", "metadata": {"regionType": "Physical"}})
    };
    json!({"value": LOCATIONS.iter().map(item).collect::<Vec<_>>()})
}

/// A subscription.
pub(crate) fn subscription(id: &str, tenant: &str) -> Value {
    json!({"id": format!("/subscriptions/{id}"), "authorizationSource": "RoleBased", "managedByTenants": [], "subscriptionId": id,
        "tenantId": tenant, "displayName": "acier emulator", "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"}})
}

/// A provider; nothing for a namespace that does not exist.
pub(crate) fn provider(subscription: &str, namespace: &str, state: &str) -> Option<Value> {
    let words: Vec<&str> = LOCATIONS.iter().map(|(_, words)| *words).collect();
    let kind = |name: &str| {
        let newer = ["containerGroupProfiles", "ngroups"].contains(&name);
        let versions = versions_since(if newer { crate::emulator::profiles::SINCE } else { "" });
        json!({"resourceType": name, "locations": words, "apiVersions": versions, "capabilities": "None"})
    };
    let (namespace, state, kinds) = if namespace.eq_ignore_ascii_case("Microsoft.ContainerInstance") {
        let kinds = [
            "containerGroups",
            "containerGroupProfiles",
            "ngroups",
            "locations",
            "locations/operations",
            "locations/operationStatuses",
            "locations/usages",
            "locations/capabilities",
            "locations/cachedImages",
            "operations",
        ];
        ("Microsoft.ContainerInstance", state, kinds.iter().map(|name| kind(name)).collect())
    } else {
        let known = NAMESPACES.iter().find(|known| known.eq_ignore_ascii_case(namespace))?;
        (*known, "Registered", Vec::new())
    };
    Some(json!({"id": format!("/subscriptions/{subscription}/providers/{namespace}"), "namespace": namespace,
        "registrationState": state, "registrationPolicy": "RegistrationRequired", "resourceTypes": kinds}))
}

/// A page with all providers.
pub(crate) fn providers(subscription: &str, state: &str) -> Value {
    let names = std::iter::once(&"Microsoft.ContainerInstance").chain(NAMESPACES);
    json!({"value": names.filter_map(|name| provider(subscription, name, state)).collect::<Vec<_>>()})
}

/// The largest container group: CPU and memory in GB (Azure Container Instances, "Resource
/// availability and quota limits"); the same everywhere, which the service's are not.
pub(crate) fn largest(os: &str, sku: &str, priority: &str) -> (f64, f64) {
    match (os, sku, priority) {
        ("Windows", ..) | (_, _, "Spot") => (4.0, 16.0),
        (_, "Confidential", _) => (31.0, 180.0),
        _ => (31.0, 240.0),
    }
}

/// What a location can run. Nobody recorded the answer; its form is the documented one.
pub(crate) fn capabilities(location: &str) -> Value {
    let words = LOCATIONS.iter().find(|(name, _)| *name == location).map_or(location, |(_, words)| *words);
    let item = |(os, address)| {
        let (cpu, memory) = largest(os, "Standard", "Regular");
        json!({"resourceType": "containerGroups", "osType": os, "location": words, "ipAddressType": address, "gpu": "None",
            "capabilities": {"maxMemoryInGB": memory, "maxCpu": cpu, "maxGpuCount": 0.0}})
    };
    let kinds = [("Linux", "Public"), ("Linux", "Private"), ("Windows", "Public"), ("Windows", "Private")];
    json!({"value": kinds.map(item)})
}

/// The images that a location keeps at hand. Nobody recorded the service's list, which is longer.
pub(crate) fn cached_images() -> Value {
    let images = [
        ("Linux", "mcr.microsoft.com/azuredocs/aci-helloworld:latest"),
        ("Linux", "mcr.microsoft.com/azuredocs/aci-wordcount:latest"),
        ("Windows", "mcr.microsoft.com/windows/nanoserver:ltsc2022"),
    ];
    json!({"value": images.map(|(os, image)| json!({"osType": os, "image": image}))})
}

/// What the provider can do, for role editors.
pub(crate) fn provider_operations() -> Value {
    let item = |name: &str, resource: &str, words: &str| {
        json!({"name": format!("Microsoft.ContainerInstance/{name}"), "origin": "User",
            "display": {"provider": "Microsoft Container Instance", "resource": resource, "operation": words, "description": words}})
    };
    json!({"value": [
        item("register/action", "Container Instance Resource Provider", "Register the subscription"),
        item("containerGroups/read", "Container Group", "Get container groups"),
        item("containerGroups/write", "Container Group", "Create or update a container group"),
        item("containerGroups/delete", "Container Group", "Delete a container group"),
        item("containerGroups/restart/action", "Container Group", "Restart a container group"),
        item("containerGroups/stop/action", "Container Group", "Stop a container group"),
        item("containerGroups/start/action", "Container Group", "Start a container group"),
        item("containerGroups/containers/logs/read", "Container", "Get the logs of a container"),
        item("containerGroupProfiles/read", "Container Group Profile", "Get container group profiles"),
        item("containerGroupProfiles/write", "Container Group Profile", "Create or update a container group profile"),
        item("containerGroupProfiles/delete", "Container Group Profile", "Delete a container group profile"),
        item("ngroups/read", "NGroups", "Get ngroups"),
        item("ngroups/write", "NGroups", "Create or update an ngroup"),
        item("ngroups/delete", "NGroups", "Delete an ngroup"),
        item("ngroups/start/action", "NGroups", "Start the container groups of an ngroup"),
        item("ngroups/stop/action", "NGroups", "Stop the container groups of an ngroup"),
        item("ngroups/restart/action", "NGroups", "Restart the container groups of an ngroup"),
    ]})
}
