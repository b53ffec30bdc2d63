//! `azurerm_resource_group`.
//!
//! **Never:** hold logic.

use crate::resources::checks::{objects, values};
use crate::resources::table::{Form, Kind, Row, Table, Ty};
use crate::schema::{Cost, Equality, Timeouts};

use super::{ID, TEXTS};

/// A resource group.
pub const RESOURCE_GROUP: Kind = Kind {
    name: "azurerm_resource_group",
    arm_type: "Microsoft.Resources/resourceGroups",
    api_version: "2022-09-01",
    id: "/subscriptions/{subscription}/resourceGroups/{name}",
    timeouts: Timeouts { create: 5400, read: 300, update: 5400, delete: 5400 },
    table: Table { rows: ROWS, blocks: &[], retired: &[] },
    checks: &[objects::tags],
    weigh: None,
    clash: None,
    about: "A resource group: the folder that every other object in Azure lives in.",
};

const ROWS: &[Row] = &[
    Row::required("name", Ty::Text)
        .at("name", Form::Segment)
        .costs(Cost::Replace, "Azure cannot rename a resource group.")
        .check(values::resource_group_name)
        .about("The name, unique in the subscription."),
    Row::required("location", Ty::Text)
        .at("location", Form::Region)
        .equal(Equality::Location)
        .costs(Cost::Replace, "Azure cannot move a resource group to another region.")
        .check(values::not_empty)
        .about("The Azure region, as `westeurope` or `West Europe`."),
    Row::optional("tags", TEXTS).at("tags", Form::Plain).about("Tags."),
    Row::optional("managed_by", Ty::Text)
        .at("managedBy", Form::Plain)
        .check(values::not_empty)
        .about("The id of the object that manages this group."),
    ID,
];
