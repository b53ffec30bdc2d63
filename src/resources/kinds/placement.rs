//! Where a container group comes from and what it is joined to: the `dns_config`,
//! `container_group_profile`, `standby_pool_profile`, `extension` and `diagnostics` blocks.
//!
//! **Never:** hold logic. Azure documents no way to change most of it ("Update containers in Azure
//! Container Instances"), so changing it replaces the group.

use crate::resources::checks::values;
use crate::resources::table::{Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Equality, Nesting};

use super::{LIST, RESTARTS, SET, TEXTS, restarts};

const NETWORK: &str = "Azure Container Instances sets up the network of a group when the group is made.";
const LOGS: &str = "Azure Container Instances refuses to change the log settings of an existing group.";
const ORIGIN: &str = "A container group takes from a profile or a pool when it is made, and not later.";

const fn fixed(row: Row, reason: &'static str) -> Row {
    row.costs(Cost::Replace, reason)
}

const fn block(name: &'static str, reason: &'static str, table: Table, place: &'static str) -> Nested {
    Nested {
        name,
        nesting: Nesting::List,
        min: 0,
        max: 1,
        cost: Cost::Replace,
        reason,
        table,
        place,
        shape: Shape::One,
        key: "",
    }
}

/// How names are resolved.
pub(super) const DNS_CONFIG: Nested =
    block("dns_config", NETWORK, Table { rows: DNS_CONFIG_ROWS, blocks: &[], retired: &[] }, "properties.dnsConfig");

/// Where logs go.
pub(super) const DIAGNOSTICS: Nested =
    block("diagnostics", LOGS, Table { rows: &[], blocks: &[LOG_ANALYTICS], retired: &[] }, "properties.diagnostics");

/// The profile that the group is made from.
pub(super) const CONTAINER_GROUP_PROFILE: Nested = block(
    "container_group_profile",
    ORIGIN,
    Table { rows: PROFILE_ROWS, blocks: &[], retired: &[] },
    "properties.containerGroupProfile",
);

/// The pool that the group is taken from.
pub(super) const STANDBY_POOL_PROFILE: Nested = block(
    "standby_pool_profile",
    ORIGIN,
    Table { rows: POOL_ROWS, blocks: &[], retired: &[] },
    "properties.standbyPoolProfile",
);

/// Extensions of the group.
pub(super) const EXTENSION: Nested = Nested {
    name: "extension",
    nesting: Nesting::List,
    min: 0,
    max: 0,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table { rows: EXTENSION_ROWS, blocks: &[], retired: &[] },
    place: "properties.extensions",
    shape: Shape::Each,
    key: "name",
};

const DNS_CONFIG_ROWS: &[Row] = &[
    fixed(Row::required("nameservers", LIST), NETWORK)
        .at("nameServers", Form::Plain)
        .about("The addresses of the name servers."),
    fixed(Row::optional("search_domains", SET), NETWORK)
        .at("searchDomains", Form::Joined)
        .about("Domains to search for short names."),
    fixed(Row::optional("options", SET), NETWORK).at("options", Form::Joined).about("Options of the resolver."),
];

const LOG_ANALYTICS: Nested = Nested {
    min: 1,
    ..block("log_analytics", LOGS, Table { rows: LOG_ANALYTICS_ROWS, blocks: &[], retired: &[] }, "logAnalytics")
};

const LOG_ANALYTICS_ROWS: &[Row] = &[
    fixed(Row::required("workspace_id", Ty::Text), LOGS)
        .at("workspaceId", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::uuid)
        .about("The workspace's id, a UUID."),
    fixed(Row::required("workspace_key", Ty::Text), LOGS)
        .at("workspaceKey", Form::Plain)
        .write_only()
        .check(values::not_empty)
        .about("The workspace's key."),
    fixed(Row::optional("workspace_resource_id", Ty::Text), LOGS)
        .at("workspaceResourceId", Form::Plain)
        .equal(Equality::Caseless)
        .sticky()
        .check(values::workspace_id)
        .about("The workspace's id in Azure Resource Manager; Azure never shows it again."),
    fixed(Row::optional("log_type", Ty::Text), LOGS)
        .at("logType", Form::Word(values::LOG_TYPES))
        .sticky()
        .check(values::log_type)
        .about("`ContainerInsights` or `ContainerInstanceLogs`."),
    fixed(Row::optional("metadata", TEXTS), LOGS)
        .at("metadata", Form::Plain)
        .beside("log_type")
        .sticky()
        .about("Metadata for the logs; only with `ContainerInsights`."),
];

const PROFILE_ROWS: &[Row] = &[
    fixed(Row::required("id", Ty::Text), ORIGIN)
        .at("id", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::profile_id)
        .about("The id of the container group profile."),
    fixed(Row::optional("revision", Ty::Number), ORIGIN)
        .at("revision", Form::Plain)
        .check(values::whole)
        .about("The revision of the profile."),
];

const POOL_ROWS: &[Row] = &[
    fixed(Row::required("id", Ty::Text), ORIGIN)
        .at("id", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::pool_id)
        .about("The id of the standby pool."),
    fixed(Row::optional("fail_container_group_create_on_reuse_failure", Ty::Bool), ORIGIN)
        .at("failContainerGroupCreateOnReuseFailure", Form::Plain)
        .about("Whether making the group fails when the pool has none ready, instead of making it from nothing."),
];

const EXTENSION_ROWS: &[Row] = &[
    restarts(Row::required("name", Ty::Text))
        .at("name", Form::Plain)
        .check(values::not_empty)
        .about("The name, unique in the group."),
    restarts(Row::required("type", Ty::Text))
        .at("properties.extensionType", Form::Plain)
        .check(values::not_empty)
        .about("The type: `kube-proxy`, `realtime-metrics`, ..."),
    restarts(Row::required("version", Ty::Text))
        .at("properties.version", Form::Plain)
        .check(values::not_empty)
        .about("The version of the type."),
    restarts(Row::optional("settings", Ty::Text))
        .at("properties.settings", Form::Json)
        .equal(Equality::Json)
        .check(values::json)
        .about("Settings, as JSON: use `jsonencode()`."),
    restarts(Row::optional("protected_settings", Ty::Text))
        .at("properties.protectedSettings", Form::Json)
        .write_only()
        .check(values::json)
        .about("Secret settings, as JSON, that Azure never shows again."),
];
