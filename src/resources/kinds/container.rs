//! The `container` and `init_container` blocks of a container group.
//!
//! **Never:** hold logic.

use crate::resources::checks::values;
use crate::resources::derive;
use crate::resources::table::{Fallback, Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Nesting};

use super::probe::probe;
use super::security::SECURITY;
use super::views::CONTAINER_VIEW;
use super::volume::volume;
use super::{LIST, RESTARTS, TEXTS, restarts};

const SIZE: &str = "Azure Container Instances cannot change the CPU and memory of an existing group.";

/// The members of a port, as `exposed_port` has them.
pub(super) const PORT_MEMBERS: &[(&str, Ty)] = &[("port", Ty::Number), ("protocol", Ty::Text)];

/// A container.
pub(super) const CONTAINER: Nested = Nested {
    name: "container",
    nesting: Nesting::List,
    min: 1,
    max: 0,
    cost: Cost::Replace,
    reason: "Adding or removing a container changes the CPU and memory of the group, which Azure Container Instances only sets when the group is made.",
    table: Table {
        rows: &[
            NAME,
            IMAGE,
            Row::required("cpu", Ty::Number)
                .at("properties.resources.requests.cpu", Form::Plain)
                .costs(Cost::Replace, SIZE)
                .check(values::positive)
                .about("CPU cores that the container is sure to have."),
            Row::required("memory", Ty::Number)
                .at("properties.resources.requests.memoryInGB", Form::Plain)
                .costs(Cost::Replace, SIZE)
                .check(values::positive)
                .about("Memory that the container is sure to have, in GB."),
            Row::optional("cpu_limit", Ty::Number)
                .at("properties.resources.limits.cpu", Form::Plain)
                .zero_is_unset()
                .costs(Cost::Replace, SIZE)
                .check(values::not_negative)
                .about("CPU cores that the container may use at most."),
            Row::optional("memory_limit", Ty::Number)
                .at("properties.resources.limits.memoryInGB", Form::Plain)
                .zero_is_unset()
                .costs(Cost::Replace, SIZE)
                .check(values::not_negative)
                .about("Memory that the container may use at most, in GB."),
            ENVIRONMENT,
            SECURE_ENVIRONMENT,
            REFERRED_ENVIRONMENT,
            COMMANDS,
            Row::optional("config_map", TEXTS)
                .at("properties.configMap.keyValuePairs", Form::Plain)
                .about("Settings that reach the running container without a restart."),
            CONTAINER_VIEW,
        ],
        blocks: &[
            PORTS,
            volume(),
            probe("liveness_probe", "properties.livenessProbe"),
            probe("readiness_probe", "properties.readinessProbe"),
            SECURITY,
        ],
        retired: RETIRED,
    },
    place: "properties.containers",
    shape: Shape::Each,
    key: "name",
};

/// Arguments and blocks of azurerm 1.x to 3.x.
const RETIRED: &[(&str, &str)] = &[
    ("port", "Write a block: ports { port = 80 }."),
    ("protocol", "Write it beside its port, in the block ports."),
    ("command", "Write a list of words: commands = [\"/bin/sh\", \"-c\", \"...\"]."),
    ("gpu", "Remove it: Azure Container Instances has no GPUs any more."),
    ("environment", "Write a map: environment_variables = { NAME = \"value\" }."),
    ("env", "Write a map: environment_variables = { NAME = \"value\" }."),
    ("gpu_limit", "Remove it: Azure Container Instances has no GPUs any more."),
];

/// A container that runs to its end before the others start.
pub(super) const INIT_CONTAINER: Nested = Nested {
    name: "init_container",
    nesting: Nesting::List,
    min: 0,
    max: 0,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table {
        rows: &[restarts(NAME), IMAGE, ENVIRONMENT, SECURE_ENVIRONMENT, REFERRED_ENVIRONMENT, COMMANDS, CONTAINER_VIEW],
        blocks: &[volume(), SECURITY],
        retired: &[
            ("cpu", "Remove it: an init container takes what the group has, as nothing else runs beside it."),
            ("memory", "Remove it: an init container takes what the group has, as nothing else runs beside it."),
        ],
    },
    place: "properties.initContainers",
    shape: Shape::Each,
    key: "name",
};

const NAME: Row = Row::required("name", Ty::Text)
    .at("name", Form::Plain)
    .costs(
        Cost::Replace,
        "Azure Container Instances knows a container by its name, so another name is another container.",
    )
    .check(values::container_name)
    .about("The name, unique in the group.");

const IMAGE: Row = restarts(Row::required("image", Ty::Text))
    .at("properties.image", Form::Plain)
    .check(values::not_empty)
    .about("The image: `nginx:1.27`.");

const ENVIRONMENT: Row = restarts(Row::optional("environment_variables", TEXTS))
    .at("properties.environmentVariables", Form::Pairs)
    .about("Environment variables that anybody may see.");

const SECURE_ENVIRONMENT: Row = restarts(Row::optional("secure_environment_variables", TEXTS))
    .at(
        "properties.environmentVariables",
        Form::SecurePairs("environment_variables", "secure_environment_variable_references"),
    )
    .write_only()
    .about("Environment variables that Azure never shows again.");

const REFERRED_ENVIRONMENT: Row = restarts(Row::optional("secure_environment_variable_references", TEXTS))
    .at("properties.environmentVariables", Form::ReferencePairs)
    .check(values::each_value_not_empty)
    .about("Environment variables whose values are secrets of a key vault: the names of `secret_reference` blocks.");

const COMMANDS: Row = restarts(Row::settled("commands", LIST))
    .at("properties.command", Form::Plain)
    .derived(derive::no_command)
    .check(values::each_not_empty)
    .about("The command with its arguments, instead of the image's own.");

const PORTS: Nested = Nested {
    name: "ports",
    nesting: Nesting::Set,
    min: 0,
    max: 0,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table {
        rows: &[
            restarts(Row::optional("port", Ty::Number))
                .at("port", Form::Plain)
                .check(values::port)
                .about("The port, the same inside and outside."),
            restarts(Row::optional("protocol", Ty::Text))
                .at("protocol", Form::Word(values::PROTOCOLS))
                .fallback(Fallback::Text("TCP"))
                .check(values::protocol)
                .about("`TCP` or `UDP`."),
        ],
        blocks: &[],
        retired: &[],
    },
    place: "properties.ports",
    shape: Shape::Each,
    key: "",
};
