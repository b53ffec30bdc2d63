//! The `liveness_probe` and `readiness_probe` blocks of containers.
//!
//! **Never:** hold logic.

use crate::resources::checks::values;
use crate::resources::table::{Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Nesting};

use super::{LIST, RESTARTS, TEXTS, restarts};

/// A probe of a name at a place of the container.
pub(super) const fn probe(name: &'static str, place: &'static str) -> Nested {
    Nested {
        name,
        nesting: Nesting::List,
        min: 0,
        max: 1,
        cost: Cost::Restart,
        reason: RESTARTS,
        table: Table { rows: ROWS, blocks: &[HTTP_GET], retired: &[] },
        place,
        shape: Shape::One,
        key: "",
    }
}

const fn count(name: &'static str, place: &'static str, about: &'static str) -> Row {
    restarts(Row::optional(name, Ty::Number)).at(place, Form::Plain).zero_is_unset().check(values::whole).about(about)
}

const ROWS: &[Row] = &[
    restarts(Row::optional("exec", LIST))
        .at("exec.command", Form::Plain)
        .check(values::each_not_empty)
        .about("A command; its exit code 0 is health."),
    count("initial_delay_seconds", "initialDelaySeconds", "Seconds before the first probe."),
    count("period_seconds", "periodSeconds", "Seconds from one probe to the next."),
    count("failure_threshold", "failureThreshold", "Failures in a row that count as failed."),
    count("success_threshold", "successThreshold", "Successes in a row that count as healthy."),
    count("timeout_seconds", "timeoutSeconds", "Seconds after which a probe has failed."),
];

const HTTP_GET: Nested = Nested {
    name: "http_get",
    nesting: Nesting::List,
    min: 0,
    max: 0,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table {
        rows: &[
            restarts(Row::optional("path", Ty::Text))
                .at("path", Form::Plain)
                .check(values::not_empty)
                .about("The path to ask for."),
            restarts(Row::optional("port", Ty::Number)).at("port", Form::Plain).check(values::port).about("The port."),
            restarts(Row::optional("scheme", Ty::Text))
                .at("scheme", Form::Word(values::SCHEMES))
                .check(values::scheme)
                .about("`http` or `https`."),
            restarts(Row::optional("http_headers", TEXTS)).at("httpHeaders", Form::Pairs).about("Headers to send."),
        ],
        blocks: &[],
        retired: &[],
    },
    place: "httpGet",
    shape: Shape::Last,
    key: "",
};
