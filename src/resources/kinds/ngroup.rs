//! `azurerm_container_ngroup`: container groups that the service makes from a profile and keeps.
//!
//! **Never:** hold logic. azurerm has no such kind: names are those of the REST reference ("NGroups",
//! 2025-09-01) in azurerm's style, with the objects that hold one thing left out. Costs are from
//! "About NGroups" and "NGroups Rolling Update". The decision to question: what is false if absent
//! is always sent, because the service keeps `maintainDesiredCount` until it is told false.

use crate::resources::checks::{NGROUP_CHECKS, values};
use crate::resources::table::{Fallback, Form, Kind, Nested, Row, Shape, Table, Ty};
use crate::resources::{derive, weigh};
use crate::schema::{Cost, Equality, Nesting, Timeouts};

use super::access::IDENTITY;
use super::template::{revised, template};
use super::views::PROVISIONING_STATE;
use super::{ID, SET, TEXTS};

/// An ngroup.
pub const NGROUP: Kind = Kind {
    name: "azurerm_container_ngroup",
    arm_type: "Microsoft.ContainerInstance/ngroups",
    api_version: "2025-09-01",
    id: "/subscriptions/{subscription}/resourceGroups/{resource_group_name}/providers/Microsoft.ContainerInstance/ngroups/{name}",
    timeouts: Timeouts { create: 3600, read: 300, update: 7200, delete: 3600 },
    table: Table { rows: ROWS, blocks: BLOCKS, retired: &[] },
    checks: NGROUP_CHECKS,
    weigh: Some(weigh::ngroup),
    clash: None,
    about: "An ngroup: so many container groups, made from a container group profile, spread over zones, and updated batch by batch.",
};

const LATER: &str = "Container groups that are there run on as they are; those that are made later follow it.";
const ROLLS: &str = "The container groups are updated to it batch by batch, as update_mode and rolling_update say.";
const NEXT: &str = "The next rolling update follows it; nothing that runs is touched.";

const fn later(row: Row) -> Row {
    revised(row, LATER)
}

const fn next(row: Row) -> Row {
    revised(row, NEXT)
}

const fn rolls(row: Row) -> Row {
    row.costs(Cost::Roll, ROLLS)
}

const fn fixed(row: Row, reason: &'static str) -> Row {
    row.costs(Cost::Replace, reason)
}

const ROWS: &[Row] = &[
    fixed(Row::required("name", Ty::Text), "Azure cannot rename an ngroup.")
        .at("name", Form::Segment)
        .check(values::resource_name)
        .about("The name, unique in the resource group."),
    fixed(
        Row::required("resource_group_name", Ty::Text),
        "Azure Container Instances cannot move an ngroup to another resource group.",
    )
    .at("", Form::Segment)
    .equal(Equality::Caseless)
    .check(values::resource_group_name)
    .about("The name of the resource group, in which the container groups are made too."),
    fixed(Row::required("location", Ty::Text), "Azure cannot move an ngroup to another region.")
        .at("location", Form::Region)
        .equal(Equality::Location)
        .check(values::not_empty)
        .about("The Azure region, as `westeurope` or `West Europe`."),
    Row::required("desired_count", Ty::Number)
        .at("properties.elasticProfile.desiredCount", Form::Plain)
        .costs(Cost::Roll, "Container groups are added or removed; the others run on.")
        .check(values::whole)
        .about("How many container groups there are to be."),
    later(Row::optional("maintain_desired_count", Ty::Bool))
        .at("properties.elasticProfile.maintainDesiredCount", Form::Plain)
        .fallback(Fallback::Bool(false))
        .about("Whether a container group that somebody deletes is made again; otherwise `desired_count` goes down by one."),
    later(Row::optional("container_group_name_prefix", Ty::Text))
        .at("properties.elasticProfile.containerGroupNamingPolicy.guidNamingPolicy.prefix", Form::Plain)
        .check(values::name_prefix)
        .about("What the names of container groups begin with; a UUID follows."),
    next(Row::optional("update_mode", Ty::Text))
        .at("properties.updateProfile.updateMode", Form::Word(values::UPDATE_MODES))
        .fallback(Fallback::Text("Manual"))
        .check(values::update_mode)
        .about("What becomes of the container groups when `container_group_profile` changes: `Manual`, nothing; `Rolling`, they are updated batch by batch."),
    fixed(
        Row::optional("fault_domain_count", Ty::Number),
        "Azure Container Instances takes the number of fault domains only when an ngroup is made.",
    )
    .at("properties.placementProfile.faultDomainCount", Form::Plain)
    .check(values::at_least_one)
    .about("Over how many fault domains the container groups are spread."),
    fixed(
        Row::optional("zones", SET),
        "Azure Container Instances cannot take a zone from an ngroup, or give zones to one that was made without.",
    )
    .at("zones", Form::Plain)
    .check(values::zones)
    .about("The availability zones over which the container groups are spread. A zone can be added in place."),
    Row::optional("tags", TEXTS)
        .at("tags", Form::Plain)
        .about("Tags. `metadata.container.environmentVariable.containerGroupName` and `….orchestratorId` with the value `true` give every container the name of its group and the id of the ngroup as environment variables."),
    PROVISIONING_STATE,
    ID,
];

const fn nested(name: &'static str, max: usize, table: Table, place: &'static str, shape: Shape) -> Nested {
    Nested { name, nesting: Nesting::List, min: 0, max, cost: Cost::Roll, reason: ROLLS, table, place, shape, key: "" }
}

const fn keyed(key: &'static str, mut nested: Nested) -> Nested {
    nested.key = key;
    nested
}

const BLOCKS: &[Nested] = &[template!(IDENTITY, LATER, []), ROLLING_UPDATE, PROFILE];

const ROLLING_UPDATE: Nested = Nested {
    cost: Cost::Revise,
    reason: NEXT,
    ..nested(
        "rolling_update",
        1,
        Table {
            rows: &[
                next(Row::settled("max_batch_percent", Ty::Number))
                    .at("maxBatchPercent", Form::Plain)
                    .check(values::batch_percent)
                    .about("How many of all container groups a batch may update, in percent; Azure takes 20 if unset."),
                next(Row::settled("max_unhealthy_percent", Ty::Number))
                    .at("maxUnhealthyPercent", Form::Plain)
                    .check(values::percent)
                    .about("How many of the updated container groups may be unhealthy after a batch, in percent, before the update stops; Azure takes 20 if unset."),
                next(Row::settled("pause_time_between_batches", Ty::Text))
                    .at("pauseTimeBetweenBatches", Form::Plain)
                    .check(values::duration)
                    .about("How long to wait after a batch, as `PT2M`; Azure takes `PT1M` if unset."),
                next(Row::optional("in_place_update", Ty::Bool))
                    .at("inPlaceUpdate", Form::Plain)
                    .fallback(Fallback::Bool(false))
                    .about("Whether container groups are updated in place, as far as that is possible, instead of being replaced by new ones."),
            ],
            blocks: &[],
            retired: &[],
        },
        "properties.updateProfile.rollingUpdateProfile",
        Shape::One,
    )
};

const PROFILE: Nested = Nested {
    min: 1,
    key: "id",
    ..nested(
        "container_group_profile",
        0,
        Table { rows: PROFILE_ROWS, blocks: &[VOLUME, CONTAINER, NETWORK_PROFILE, FILE_SHARE], retired: &[] },
        "properties.containerGroupProfiles",
        Shape::Each,
    )
};

const PROFILE_ROWS: &[Row] = &[
    rolls(Row::required("id", Ty::Text))
        .at("resource.id", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::profile_id)
        .about("The id of the container group profile."),
    rolls(Row::optional("revision", Ty::Number))
        .at("revision", Form::Plain)
        .check(values::at_least_one)
        .about("The revision of the profile; the latest at the time of making a container group if unset. Refer to the `revision` of the profile's block, and a change of the profile reaches the container groups."),
    rolls(Row::optional("subnet_ids", SET))
        .at("containerGroupProperties.subnetIds", Form::Ids)
        .equal(Equality::Caseless)
        .check(values::subnet_ids)
        .about("The id of the delegated subnet that the container groups join."),
    rolls(Row::settled("subnet_name", Ty::Text))
        .at("containerGroupProperties.subnetIds", Form::OfFirst("name"))
        .beside("subnet_ids")
        .derived(derive::no_subnet)
        .check(values::not_empty)
        .about("A name for the subnet, for people."),
];

const VOLUME: Nested = keyed(
    "name",
    nested(
        "volume",
        0,
        Table {
            rows: &[
                rolls(Row::required("name", Ty::Text))
                    .at("name", Form::Plain)
                    .check(values::volume_name)
                    .about("The name."),
                rolls(Row::required("share_name", Ty::Text))
                    .at("azureFile.shareName", Form::Plain)
                    .check(values::not_empty)
                    .about("An Azure Files share."),
                rolls(Row::required("storage_account_name", Ty::Text))
                    .at("azureFile.storageAccountName", Form::Plain)
                    .check(values::not_empty)
                    .about("The storage account of the share."),
                rolls(Row::optional("storage_account_key", Ty::Text))
                    .at("azureFile.storageAccountKey", Form::Plain)
                    .write_only()
                    .check(values::not_empty)
                    .about("A key of the storage account."),
                rolls(Row::optional("storage_account_key_reference", Ty::Text))
                    .at("azureFile.storageAccountKeyReference", Form::Plain)
                    .check(values::not_empty)
                    .about("The reference to a key of the storage account, instead of the key."),
                rolls(Row::optional("user_assigned_identity_client_id", Ty::Text))
                    .at("azureFile.userAssignedIdentityClientId", Form::Plain)
                    .equal(Equality::Caseless)
                    .since("2026-07-01")
                    .check(values::uuid)
                    .about("The client id of the user-assigned identity that may use the share, instead of a key."),
                rolls(Row::optional("read_only", Ty::Bool))
                    .at("azureFile.readOnly", Form::Plain)
                    .fallback(Fallback::Bool(false))
                    .about("Whether the containers may only read."),
            ],
            blocks: &[],
            retired: &[],
        },
        "containerGroupProperties.volumes",
        Shape::Each,
    ),
);

const CONTAINER: Nested = keyed(
    "name",
    nested(
        "container",
        0,
        Table {
            rows: &[rolls(Row::required("name", Ty::Text))
                .at("name", Form::Plain)
                .check(values::container_name)
                .about("The name of a container of the profile.")],
            blocks: &[keyed(
                "name",
                nested(
                    "volume_mount",
                    0,
                    Table {
                        rows: &[
                            rolls(Row::required("name", Ty::Text))
                                .at("name", Form::Plain)
                                .check(values::volume_name)
                                .about("The name of a `volume`."),
                            rolls(Row::required("mount_path", Ty::Text))
                                .at("mountPath", Form::Plain)
                                .check(values::mount_path)
                                .about("Where the container sees it."),
                            rolls(Row::optional("read_only", Ty::Bool))
                                .at("readOnly", Form::Plain)
                                .fallback(Fallback::Bool(false))
                                .about("Whether the container may only read."),
                        ],
                        blocks: &[],
                        retired: &[],
                    },
                    "properties.volumeMounts",
                    Shape::Each,
                ),
            )],
            retired: &[],
        },
        "containerGroupProperties.containers",
        Shape::Each,
    ),
);

const POOL: Nested = nested(
    "backend_address_pool",
    0,
    Table {
        rows: &[rolls(Row::required("id", Ty::Text))
            .at("resource", Form::Plain)
            .equal(Equality::Caseless)
            .check(values::pool_of_addresses)
            .about("The id of the pool that the container groups join.")],
        blocks: &[],
        retired: &[],
    },
    "backendAddressPools",
    Shape::Each,
);

const NETWORK_PROFILE: Nested = nested(
    "network_profile",
    1,
    Table {
        rows: &[],
        blocks: &[
            nested("load_balancer", 1, Table { rows: &[], blocks: &[POOL], retired: &[] }, "loadBalancer", Shape::One),
            nested(
                "application_gateway",
                1,
                Table {
                    rows: &[rolls(Row::required("id", Ty::Text))
                        .at("resource", Form::Plain)
                        .equal(Equality::Caseless)
                        .check(values::gateway_id)
                        .about("The id of the application gateway.")],
                    blocks: &[POOL],
                    retired: &[],
                },
                "applicationGateway",
                Shape::One,
            ),
        ],
        retired: &[],
    },
    "networkProfile",
    Shape::One,
);

const FILE_SHARE: Nested = keyed(
    "name",
    nested(
        "file_share",
        0,
        Table {
            rows: &[
                rolls(Row::required("name", Ty::Text))
                    .at("name", Form::Plain)
                    .check(values::not_empty)
                    .about("The name of the share."),
                rolls(Row::optional("resource_group_name", Ty::Text))
                    .at("resourceGroupName", Form::Plain)
                    .check(values::resource_group_name)
                    .about("The resource group of the storage account."),
                rolls(Row::optional("storage_account_name", Ty::Text))
                    .at("storageAccountName", Form::Plain)
                    .check(values::not_empty)
                    .about("The storage account."),
                rolls(Row::optional("share_access_tier", Ty::Text))
                    .at("properties.shareAccessTier", Form::Word(values::SHARE_TIERS))
                    .check(values::share_tier)
                    .about("`Cool`, `Hot`, `Premium` or `TransactionOptimized`."),
                rolls(Row::optional("share_access_type", Ty::Text))
                    .at("properties.shareAccessType", Form::Word(values::SHARE_ACCESSES))
                    .check(values::share_access)
                    .about(
                        "Whether all container groups use one share (`Shared`) or each one of its own (`Exclusive`).",
                    ),
            ],
            blocks: &[],
            retired: &[],
        },
        "storageProfile.fileShares",
        Shape::Each,
    ),
);
