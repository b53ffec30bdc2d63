//! `azurerm_container_group`.
//!
//! **Never:** hold logic. Names, types, defaults and validation are those of the azurerm provider
//! 4.x; what a change costs is what Azure documents ("Update containers in Azure Container
//! Instances"). The decision to question: ports change in place; only old documentation forbids it.

use crate::resources::checks::{GROUP_CHECKS, label_clash, values};
use crate::resources::table::{Fallback, Form, Kind, Nested, Row, Table, Ty};
use crate::resources::{derive, ids};
use crate::schema::{Cost, Equality, Timeouts};

use super::access::{IDENTITY, IDENTITY_ACL, IMAGE_REGISTRY_CREDENTIAL, SECRET_REFERENCE};
use super::container::{CONTAINER, INIT_CONTAINER, PORT_MEMBERS};
use super::placement::{CONTAINER_GROUP_PROFILE, DIAGNOSTICS, DNS_CONFIG, EXTENSION, STANDBY_POOL_PROFILE};
use super::views::{FROM_STANDBY_POOL, GROUP_VIEW, PROVISIONING_STATE};
use super::{ID, SET, TEXTS, restarts};

/// A container group.
pub const CONTAINER_GROUP: Kind = Kind {
    name: "azurerm_container_group",
    arm_type: "Microsoft.ContainerInstance/containerGroups",
    api_version: "2025-09-01",
    id: "/subscriptions/{subscription}/resourceGroups/{resource_group_name}/providers/Microsoft.ContainerInstance/containerGroups/{name}",
    timeouts: Timeouts { create: 3600, read: 300, update: 1800, delete: 1800 },
    table: Table { rows: ROWS, blocks: BLOCKS, retired: ELSEWHERE },
    checks: GROUP_CHECKS,
    weigh: None,
    clash: Some(label_clash),
    about: "A container group: containers that share a host, an address, volumes and a life.",
};

const NO_ADDRESS: (&str, &str) = ("ip_address_type", "None");

const fn addressed(row: Row) -> Row {
    row.unless(NO_ADDRESS.0, NO_ADDRESS.1)
}

const IN_A_CONTAINER: &str = "Write it in a container block: a group holds what its containers share.";

/// What people look for in the group, and where it is.
const ELSEWHERE: &[(&str, &str)] = &[
    ("image", IN_A_CONTAINER),
    ("cpu", IN_A_CONTAINER),
    ("memory", IN_A_CONTAINER),
    ("port", "Write it in a container block: ports { port = 80 }."),
    ("ports", "Write it in a container block; exposed_port leaves some of the containers' ports out of the address."),
    ("commands", IN_A_CONTAINER),
    ("command", "Write it in a container block: commands = [\"/bin/sh\", \"-c\", \"...\"]."),
    ("environment_variables", IN_A_CONTAINER),
    ("secure_environment_variables", IN_A_CONTAINER),
    ("volume", "Write it in the container block that mounts it; containers that mount the same one repeat it."),
    ("liveness_probe", IN_A_CONTAINER),
    ("readiness_probe", IN_A_CONTAINER),
    ("dns_label", "Write dns_name_label."),
    ("dns_name", "Write dns_name_label; the whole name is the attribute fqdn."),
    ("restart", "Write restart_policy."),
    ("registry_credential", "Write a block: image_registry_credential { server = ... }."),
];

const ROWS: &[Row] = &[
    Row::required("name", Ty::Text)
        .at("name", Form::Segment)
        .costs(Cost::Replace, "Azure cannot rename a container group.")
        .check(values::group_name)
        .about("The name, unique in the resource group."),
    Row::required("resource_group_name", Ty::Text)
        .at("", Form::Segment)
        .equal(Equality::Caseless)
        .costs(Cost::Replace, "Azure Container Instances cannot move a container group to another resource group.")
        .check(values::resource_group_name)
        .about("The name of the resource group."),
    Row::required("location", Ty::Text)
        .at("location", Form::Region)
        .equal(Equality::Location)
        .costs(Cost::Replace, "Azure cannot move a container group to another region.")
        .check(values::not_empty)
        .about("The Azure region, as `westeurope` or `West Europe`."),
    Row::required("os_type", Ty::Text)
        .at("properties.osType", Form::Word(values::OS_TYPES))
        .costs(Cost::Replace, "Azure Container Instances cannot change the operating system of an existing group.")
        .check(values::os_type)
        .about("`Linux` or `Windows`."),
    Row::optional("sku", Ty::Text)
        .at("properties.sku", Form::Word(values::SKUS))
        .fallback(Fallback::Text("Standard"))
        .costs(Cost::Replace, "Azure Container Instances cannot change the SKU of an existing group.")
        .check(values::sku)
        .about("`Standard`, `Confidential` or `Dedicated`."),
    Row::optional("ip_address_type", Ty::Text)
        .at("properties.ipAddress.type", Form::Word(values::ADDRESS_TYPES))
        .fallback(Fallback::Text("Public"))
        .unless(NO_ADDRESS.0, NO_ADDRESS.1)
        .costs(Cost::Replace, "Azure Container Instances gives a group its kind of address when it is made.")
        .check(values::address_type)
        .about("`Public`, `Private` (in a subnet) or `None`."),
    addressed(
        Row::optional("dns_name_label", Ty::Text)
            .at("properties.ipAddress.dnsNameLabel", Form::Plain)
            .costs(Cost::Readdress, "The containers of the group restart and the group answers to another DNS name.")
            .check(values::dns_label)
            .about("The first part of the DNS name: `<label>.<region>.azurecontainer.io`."),
    ),
    addressed(
        Row::optional("dns_name_label_reuse_policy", Ty::Text)
            .at("properties.ipAddress.autoGeneratedDomainNameLabelScope", Form::Word(values::REUSE_POLICIES))
            .fallback(Fallback::Text("Unsecure"))
            .sticky()
            .costs(
                Cost::Replace,
                "Azure Container Instances decides about the reuse of a DNS name when the group is made.",
            )
            .check(values::reuse_policy)
            .about("Who may take over the DNS name after this group is gone."),
    ),
    addressed(
        restarts(Row::settled("exposed_port", Ty::Set(&Ty::Object(PORT_MEMBERS))))
            .at("properties.ipAddress.ports", Form::PortsOr("container"))
            .as_blocks()
            .fallback(Fallback::Members(&[("protocol", "TCP")]))
            .unsettled_by(Cost::Restart)
            .derived(derive::exposed_ports)
            .check(values::ports)
            .about("The ports that the address opens; all ports of all containers if unset or empty."),
    ),
    Row::optional("subnet_ids", SET)
        .at("properties.subnetIds", Form::Ids)
        .equal(Equality::Caseless)
        .costs(Cost::Replace, "Azure Container Instances cannot move an existing group to another network.")
        .check(values::subnet_ids)
        .about("The id of the delegated subnet that the group joins."),
    Row::settled("subnet_name", Ty::Text)
        .at("properties.subnetIds", Form::OfFirst("name"))
        .beside("subnet_ids")
        .costs(Cost::Replace, "Azure Container Instances cannot move an existing group to another network.")
        .derived(derive::no_subnet)
        .check(values::not_empty)
        .about("A name for the subnet, for people."),
    Row::optional("restart_policy", Ty::Text)
        .at("properties.restartPolicy", Form::Word(values::RESTART_POLICIES))
        .fallback(Fallback::Text("Always"))
        .costs(Cost::Replace, "Azure Container Instances cannot change the restart policy of an existing group.")
        .check(values::restart_policy)
        .about("`Always`, `OnFailure` or `Never`."),
    Row::optional("priority", Ty::Text)
        .at("properties.priority", Form::Word(values::PRIORITIES))
        .costs(Cost::Replace, "Azure Container Instances cannot change the priority of an existing group.")
        .check(values::priority)
        .about("`Regular` or `Spot`."),
    Row::optional("zones", SET)
        .at("zones", Form::Plain)
        .costs(Cost::Replace, "Azure Container Instances cannot move an existing group to another availability zone.")
        .check(values::each_not_empty)
        .about("The availability zone."),
    Row::optional("key_vault_key_id", Ty::Text)
        .at("properties.encryptionProperties", Form::Hatch(ids::split_key, ids::join_key))
        .costs(
            Cost::Replace,
            "Azure Container Instances documents no way to encrypt an existing group with another key.",
        )
        .check(values::key_id)
        .about("The versioned Key Vault key that encrypts the group's data."),
    Row::optional("key_vault_user_assigned_identity_id", Ty::Text)
        .at("properties.encryptionProperties.identity", Form::Plain)
        .beside("key_vault_key_id")
        .equal(Equality::Caseless)
        .costs(
            Cost::Replace,
            "Azure Container Instances documents no way to change who fetches the key of an existing group.",
        )
        .check(values::identity_id)
        .about("The identity that may read the key."),
    Row::optional("confidential_compute_policy", Ty::Text)
        .at("properties.confidentialComputeProperties.ccePolicy", Form::Plain)
        .costs(Cost::Replace, "Azure Container Instances documents no way to give an existing group another policy.")
        .check(values::base64)
        .about("The confidential computing enforcement policy, in base64; only with the Confidential SKU."),
    Row::settled("network_profile_id", Ty::Text)
        .at("", Form::Absent)
        .derived(derive::nothing)
        .deprecated("Azure has retired network profiles. Use \"subnet_ids\" instead.")
        .about("Has no effect any more."),
    Row::optional("tags", TEXTS).at("tags", Form::Plain).about("Tags."),
    Row::optional("wait_for", Ty::Text)
        .at("", Form::Absent)
        .check(values::goal)
        .about("How far creating and updating wait: until the group is `provisioned` (the default), its containers are `running`, have `succeeded` (each ended with exit code 0), or have `terminated` in any way. It is not sent to Azure."),
    Row::optional("triggers", TEXTS)
        .at("", Form::Absent)
        .costs(
            Cost::Restart,
            "The containers of the group run again; a group that has ended is deployed anew in its place.",
        )
        .about("Any texts; when one of them changes, the containers run again. They are not sent to Azure."),
    Row::computed("ip_address", Ty::Text)
        .at("properties.ipAddress.ip", Form::Plain)
        .unsettled_by(Cost::Restart)
        .derived(derive::no_address)
        .about("The address. A restart usually keeps it, but Azure does not promise that."),
    Row::computed("fqdn", Ty::Text)
        .at("properties.ipAddress.fqdn", Form::Plain)
        .unsettled_by(Cost::Readdress)
        .derived(derive::no_name)
        .about("The DNS name."),
    PROVISIONING_STATE,
    GROUP_VIEW,
    FROM_STANDBY_POOL,
    ID,
];

const BLOCKS: &[Nested] = &[
    IDENTITY,
    IDENTITY_ACL,
    SECRET_REFERENCE,
    IMAGE_REGISTRY_CREDENTIAL,
    DNS_CONFIG,
    DIAGNOSTICS,
    CONTAINER_GROUP_PROFILE,
    STANDBY_POOL_PROFILE,
    EXTENSION,
    INIT_CONTAINER,
    CONTAINER,
];
