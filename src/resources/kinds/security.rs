//! The `security` block of containers and init containers.
//!
//! **Never:** hold logic. azurerm knows `privilege_enabled` alone and requires it.

use crate::resources::checks::values;
use crate::resources::table::{Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Nesting};

use super::{RESTARTS, SET, restarts};

/// The security context.
pub(super) const SECURITY: Nested = Nested {
    name: "security",
    nesting: Nesting::List,
    min: 0,
    max: 0,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table { rows: ROWS, blocks: &[CAPABILITIES], retired: &[] },
    place: "properties.securityContext",
    shape: Shape::First,
    key: "",
};

const ROWS: &[Row] = &[
    restarts(Row::optional("privilege_enabled", Ty::Bool))
        .at("privileged", Form::Plain)
        .about("Whether the container runs privileged; only with the Confidential SKU."),
    restarts(Row::optional("allow_privilege_escalation", Ty::Bool))
        .at("allowPrivilegeEscalation", Form::Plain)
        .about("Whether a process may gain more rights than its parent has."),
    restarts(Row::optional("run_as_user", Ty::Number))
        .at("runAsUser", Form::Plain)
        .check(values::whole)
        .about("The number of the user that the container runs as."),
    restarts(Row::optional("run_as_group", Ty::Number))
        .at("runAsGroup", Form::Plain)
        .check(values::whole)
        .about("The number of the group that the container runs as."),
    restarts(Row::optional("seccomp_profile", Ty::Text))
        .at("seccompProfile", Form::Plain)
        .check(values::base64)
        .about("The seccomp profile, its JSON in base64."),
];

const CAPABILITIES: Nested = Nested {
    name: "capabilities",
    nesting: Nesting::List,
    min: 0,
    max: 1,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table {
        rows: &[
            restarts(Row::optional("add", SET))
                .at("add", Form::Plain)
                .check(values::each_not_empty)
                .about("Linux capabilities to add: `NET_ADMIN`."),
            restarts(Row::optional("drop", SET))
                .at("drop", Form::Plain)
                .check(values::each_not_empty)
                .about("Linux capabilities to take away: `ALL`."),
        ],
        blocks: &[],
        retired: &[],
    },
    place: "capabilities",
    shape: Shape::One,
    key: "",
};
