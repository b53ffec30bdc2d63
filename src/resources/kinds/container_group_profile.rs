//! `azurerm_container_group_profile`: what container groups are made from, in revisions.
//!
//! **Never:** hold logic. azurerm has no such kind: names follow `azurerm_container_group`, whose
//! rows these are wherever the body is the same (REST reference, "Container Group Profiles",
//! 2025-09-01). Every change makes another revision and leaves container groups as they are.

use crate::resources::checks::{PROFILE_CHECKS, values};
use crate::resources::table::{Form, Kind, Nested, Row, Table, Ty};
use crate::schema::{Cost, Equality, Timeouts};

use super::access::IMAGE_REGISTRY_CREDENTIAL;
use super::container::{CONTAINER, INIT_CONTAINER};
use super::container_group::CONTAINER_GROUP;
use super::placement::{DIAGNOSTICS, EXTENSION};
use super::security::SECURITY;
use super::template::{block, revised, row, template};
use super::{ID, SET, TEXTS};

/// A container group profile.
pub const CONTAINER_GROUP_PROFILE: Kind = Kind {
    name: "azurerm_container_group_profile",
    arm_type: "Microsoft.ContainerInstance/containerGroupProfiles",
    api_version: "2025-09-01",
    id: "/subscriptions/{subscription}/resourceGroups/{resource_group_name}/providers/Microsoft.ContainerInstance/containerGroupProfiles/{name}",
    timeouts: Timeouts { create: 1800, read: 300, update: 1800, delete: 1800 },
    table: Table { rows: ROWS, blocks: BLOCKS, retired: &[] },
    checks: PROFILE_CHECKS,
    weigh: None,
    clash: None,
    about: "A container group profile: what container groups and ngroups are made from. Each change makes another revision.",
};

const REVISES: &str =
    "Makes another revision of the profile; container groups that were made from it stay as they are.";

const fn of_group(name: &str) -> Row {
    revised(row(&CONTAINER_GROUP.table, name), REVISES)
}

macro_rules! volume {
    ($of:expr) => {
        template!($of, REVISES, [template!(block(&$of.table, "git_repo"), REVISES, [])])
    };
}

macro_rules! probe {
    ($of:expr) => {
        template!($of, REVISES, [template!(block(&$of.table, "http_get"), REVISES, [])])
    };
}

macro_rules! security {
    ($of:expr) => {
        template!($of, REVISES, [template!(block(&$of.table, "capabilities"), REVISES, [])])
    };
}

const ROWS: &[Row] = &[
    Row::required("name", Ty::Text)
        .at("name", Form::Segment)
        .costs(Cost::Replace, "Azure cannot rename a container group profile.")
        .check(values::resource_name)
        .about("The name, unique in the resource group."),
    Row::required("resource_group_name", Ty::Text)
        .at("", Form::Segment)
        .equal(Equality::Caseless)
        .costs(
            Cost::Replace,
            "Azure Container Instances cannot move a container group profile to another resource group.",
        )
        .check(values::resource_group_name)
        .about("The name of the resource group."),
    Row::required("location", Ty::Text)
        .at("location", Form::Region)
        .equal(Equality::Location)
        .costs(Cost::Replace, "Azure cannot move a container group profile to another region.")
        .check(values::not_empty)
        .about("The Azure region, as `westeurope` or `West Europe`."),
    of_group("os_type"),
    of_group("sku"),
    of_group("ip_address_type"),
    of_group("dns_name_label"),
    of_group("dns_name_label_reuse_policy"),
    of_group("exposed_port"),
    of_group("restart_policy"),
    of_group("priority"),
    revised(Row::optional("zones", SET), REVISES)
        .at("zones", Form::Plain)
        .check(values::zones)
        .about("The availability zones of container groups that are made from it."),
    of_group("key_vault_key_id"),
    of_group("key_vault_user_assigned_identity_id"),
    of_group("confidential_compute_policy"),
    revised(Row::optional("shutdown_grace_period", Ty::Text), REVISES)
        .at("properties.shutdownGracePeriod", Form::Plain)
        .check(values::duration)
        .about("How long containers may take to shut down, as `PT1H`."),
    revised(Row::optional("time_to_live", Ty::Text), REVISES)
        .at("properties.timeToLive", Form::Plain)
        .check(values::duration)
        .about("How long a container group is kept after its containers have ended, as `PT1H`."),
    revised(Row::optional("use_krypton", Ty::Bool), REVISES)
        .at("properties.useKrypton", Form::Plain)
        .about("Whether the container groups use Krypton, of which Azure documents no more than the name."),
    Row::optional("tags", TEXTS).at("tags", Form::Plain).about("Tags."),
    Row::computed("revision", Ty::Number)
        .at("properties.revision", Form::Plain)
        .unsettled_by(Cost::Revise)
        .about("The number of the current revision."),
    Row::computed("registered_revisions", Ty::List(&Ty::Number))
        .at("properties.registeredRevisions", Form::Plain)
        .unsettled_by(Cost::Revise)
        .volatile()
        .about("The numbers of all revisions that can be referred to."),
    ID,
];

const BLOCKS: &[Nested] = &[
    template!(IMAGE_REGISTRY_CREDENTIAL, REVISES, []),
    template!(DIAGNOSTICS, REVISES, [template!(block(&DIAGNOSTICS.table, "log_analytics"), REVISES, [])]),
    template!(EXTENSION, REVISES, []),
    security!(SECURITY),
    template!(
        INIT_CONTAINER,
        REVISES,
        [volume!(block(&INIT_CONTAINER.table, "volume")), security!(block(&INIT_CONTAINER.table, "security"))]
    ),
    template!(
        CONTAINER,
        REVISES,
        [
            template!(block(&CONTAINER.table, "ports"), REVISES, []),
            volume!(block(&CONTAINER.table, "volume")),
            probe!(block(&CONTAINER.table, "liveness_probe")),
            probe!(block(&CONTAINER.table, "readiness_probe")),
            security!(block(&CONTAINER.table, "security"))
        ]
    ),
];
