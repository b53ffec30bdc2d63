//! Kinds of `data` blocks.
//!
//! **Never:** hold logic. Attributes are those of the azurerm provider's data sources.

use crate::resources::checks::values;
use crate::resources::table::{Form, Kind, Row, Table, Ty};
use crate::schema::{Equality, Timeouts};

use super::{ID, SET, TEXTS};

const READ: Timeouts = Timeouts { create: 300, read: 300, update: 300, delete: 300 };

const fn is_named(check: crate::schema::Check) -> Row {
    Row::required("name", Ty::Text).at("name", Form::Segment).check(check).about("The name.")
}

const LOCATION: Row = Row::computed("location", Ty::Text)
    .at("location", Form::Region)
    .equal(Equality::Location)
    .about("The Azure region.");

const TAGS: Row = Row::computed("tags", TEXTS).at("tags", Form::Plain).about("Tags.");

const IDENTITY: Ty = Ty::List(&Ty::Object(&[
    ("type", Ty::Text),
    ("identity_ids", SET),
    ("principal_id", Ty::Text),
    ("tenant_id", Ty::Text),
]));

const CONTAINERS: Row = Row::computed("container", super::views::CONTAINERS)
    .at("properties.containers", Form::Mirror)
    .about("The containers: their names, images and states.");

/// A resource group that is there already.
pub(super) const RESOURCE_GROUP: Kind = Kind {
    name: "azurerm_resource_group",
    arm_type: "Microsoft.Resources/resourceGroups",
    api_version: super::RESOURCE_GROUP.api_version,
    id: super::RESOURCE_GROUP.id,
    timeouts: READ,
    table: Table {
        rows: &[
            is_named(values::resource_group_name),
            LOCATION,
            TAGS,
            Row::computed("managed_by", Ty::Text).at("managedBy", Form::Plain).about("What manages this group."),
            ID,
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Reads a resource group.",
};

/// A container group that is there already.
pub(super) const CONTAINER_GROUP: Kind = Kind {
    name: "azurerm_container_group",
    arm_type: "Microsoft.ContainerInstance/containerGroups",
    api_version: super::CONTAINER_GROUP.api_version,
    id: super::CONTAINER_GROUP.id,
    timeouts: READ,
    table: Table {
        rows: &[
            is_named(values::group_name),
            Row::required("resource_group_name", Ty::Text)
                .at("", Form::Segment)
                .check(values::resource_group_name)
                .about("The name of the resource group."),
            LOCATION,
            Row::computed("identity", IDENTITY).at("identity", Form::Identity).about("The identity."),
            Row::computed("ip_address", Ty::Text).at("properties.ipAddress.ip", Form::Plain).about("The address."),
            Row::computed("fqdn", Ty::Text).at("properties.ipAddress.fqdn", Form::Plain).about("The DNS name."),
            Row::computed("subnet_ids", SET).at("properties.subnetIds", Form::Ids).about("The subnet."),
            Row::settled("zones", SET).at("zones", Form::Plain).about("The availability zone."),
            TAGS,
            super::views::PROVISIONING_STATE,
            super::views::GROUP_VIEW,
            CONTAINERS,
            ID,
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Reads a container group.",
};

const RESOURCE_GROUP_NAME: Row = Row::required("resource_group_name", Ty::Text)
    .at("", Form::Segment)
    .check(values::resource_group_name)
    .about("The name of the resource group.");

const ZONES: Row = Row::computed("zones", SET).at("zones", Form::Plain).about("The availability zones.");

/// A container group profile that is there already.
pub(super) const CONTAINER_GROUP_PROFILE: Kind = Kind {
    name: "azurerm_container_group_profile",
    arm_type: super::CONTAINER_GROUP_PROFILE.arm_type,
    api_version: super::CONTAINER_GROUP_PROFILE.api_version,
    id: super::CONTAINER_GROUP_PROFILE.id,
    timeouts: READ,
    table: Table {
        rows: &[
            is_named(values::resource_name),
            RESOURCE_GROUP_NAME,
            LOCATION,
            Row::computed("revision", Ty::Number)
                .at("properties.revision", Form::Plain)
                .about("The number of the current revision."),
            Row::computed("registered_revisions", Ty::List(&Ty::Number))
                .at("properties.registeredRevisions", Form::Plain)
                .about("The numbers of all revisions that can be referred to."),
            Row::computed("os_type", Ty::Text).at("properties.osType", Form::Plain).about("`Linux` or `Windows`."),
            Row::computed("sku", Ty::Text).at("properties.sku", Form::Plain).about("The SKU."),
            Row::computed("priority", Ty::Text).at("properties.priority", Form::Plain).about("`Regular` or `Spot`."),
            Row::computed("restart_policy", Ty::Text)
                .at("properties.restartPolicy", Form::Plain)
                .about("`Always`, `OnFailure` or `Never`."),
            ZONES,
            TAGS,
            ID,
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Reads the current revision of a container group profile.",
};

const PROFILES: Ty =
    Ty::List(&Ty::Object(&[("resource", Ty::List(&Ty::Object(&[("id", Ty::Text)]))), ("revision", Ty::Number)]));

/// An ngroup that is there already.
pub(super) const NGROUP: Kind = Kind {
    name: "azurerm_container_ngroup",
    arm_type: super::NGROUP.arm_type,
    api_version: super::NGROUP.api_version,
    id: super::NGROUP.id,
    timeouts: READ,
    table: Table {
        rows: &[
            is_named(values::resource_name),
            RESOURCE_GROUP_NAME,
            LOCATION,
            Row::computed("desired_count", Ty::Number)
                .at("properties.elasticProfile.desiredCount", Form::Plain)
                .about("How many container groups there are to be."),
            Row::computed("maintain_desired_count", Ty::Bool)
                .at("properties.elasticProfile.maintainDesiredCount", Form::Plain)
                .about("Whether a container group that somebody deletes is made again."),
            Row::computed("update_mode", Ty::Text)
                .at("properties.updateProfile.updateMode", Form::Plain)
                .about("`Manual` or `Rolling`."),
            Row::computed("fault_domain_count", Ty::Number)
                .at("properties.placementProfile.faultDomainCount", Form::Plain)
                .about("Over how many fault domains the container groups are spread."),
            Row::computed("container_group_profile", PROFILES)
                .at("properties.containerGroupProfiles", Form::Mirror)
                .about("The profiles that container groups are made from: `resource[0].id` and `revision`."),
            Row::computed("identity", IDENTITY).at("identity", Form::Identity).about("The identity."),
            ZONES,
            TAGS,
            super::views::PROVISIONING_STATE,
            ID,
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Reads an ngroup.",
};

/// Who acier is signed in as.
pub(super) const CLIENT_CONFIG: Kind = Kind {
    name: "azurerm_client_config",
    arm_type: "",
    api_version: "",
    id: "",
    timeouts: READ,
    table: Table {
        rows: &[
            Row::computed("client_id", Ty::Text).at("client_id", Form::Plain).about("The application."),
            Row::computed("tenant_id", Ty::Text).at("tenant_id", Form::Plain).about("The tenant."),
            Row::computed("subscription_id", Ty::Text).at("subscription_id", Form::Plain).about("The subscription."),
            Row::computed("object_id", Ty::Text).at("object_id", Form::Plain).about("The principal."),
            Row::computed("id", Ty::Text).at("id", Form::Plain).about("All four together."),
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Tells who acier is signed in as; asks nobody.",
};

/// A subscription.
pub(super) const SUBSCRIPTION: Kind = Kind {
    name: "azurerm_subscription",
    arm_type: "Microsoft.Resources/subscriptions",
    api_version: "2022-12-01",
    id: "/subscriptions/{subscription_id}",
    timeouts: READ,
    table: Table {
        rows: &[
            Row::settled("subscription_id", Ty::Text)
                .at("subscriptionId", Form::Plain)
                .check(values::uuid)
                .about("The subscription; the provider's own if unset."),
            Row::computed("tenant_id", Ty::Text).at("tenantId", Form::Plain).about("The tenant."),
            Row::computed("display_name", Ty::Text).at("displayName", Form::Plain).about("Its name for people."),
            Row::computed("state", Ty::Text).at("state", Form::Plain).about("`Enabled`, `Disabled`, ..."),
            Row::computed("location_placement_id", Ty::Text)
                .at("subscriptionPolicies.locationPlacementId", Form::Plain)
                .about("Where it may place objects."),
            Row::computed("quota_id", Ty::Text).at("subscriptionPolicies.quotaId", Form::Plain).about("Its quota."),
            Row::computed("spending_limit", Ty::Text)
                .at("subscriptionPolicies.spendingLimit", Form::Plain)
                .about("Its spending limit."),
            TAGS,
            Row::computed("id", Ty::Text).at("id", Form::Plain).about("`/subscriptions/<subscription_id>`."),
        ],
        blocks: &[],
        retired: &[],
    },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Reads a subscription.",
};
