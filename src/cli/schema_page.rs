//! The kinds as reference pages in Markdown.
//!
//! **Never:** say what no table says. In: kinds. Out: text.

use std::fmt::Write as _;

use crate::resources::kinds;
use crate::resources::places::Place;
use crate::resources::table::{Fallback, Kind, Nested, Row, Table};
use crate::schema::{Cost, Nesting, Secrecy, Usage};

/// The pages of all kinds, or of the kinds of one name.
pub(super) fn pages(only: Option<&str>) -> String {
    let mut text = String::new();
    let groups: [(&str, &[&Kind]); 3] =
        [("provider", &[&kinds::PROVIDER]), ("resource", kinds::MANAGED), ("data source", kinds::DATA)];
    for (what, kinds) in groups {
        for kind in kinds.iter().filter(|kind| only.is_none_or(|only| only == kind.name)) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&page(what, kind));
        }
    }
    text
}

fn page(what: &str, kind: &Kind) -> String {
    let mut text = format!("# {} ({what})\n\n{}\n", kind.name, kind.about);
    if !kind.arm_type.is_empty() {
        let _ = write!(text, "\n`{}`, API version {}, id `{}`\n", kind.arm_type, kind.api_version, kind.id);
    }
    if kind.timeouts.read > 0 && what == "resource" {
        let minutes = |seconds: u64| seconds / 60;
        let own = kind.timeouts;
        let _ = write!(
            text,
            "\nTimeouts, as the `timeouts` block may change them: create {}m, read {}m, update {}m, delete {}m.\n",
            minutes(own.create),
            minutes(own.read),
            minutes(own.update),
            minutes(own.delete)
        );
    }
    let changes = what == "resource";
    table(&mut text, &kind.table, &Place::default(), changes);
    for nested in kind.table.blocks {
        block(&mut text, nested, "", &Place::default(), changes);
    }
    text
}

fn table(text: &mut String, table: &Table, place: &Place, changes: bool) {
    if table.rows.is_empty() {
        return;
    }
    text.push_str(if changes {
        "\n| attribute | type | | changing it | in the body | meaning |\n|---|---|---|---|---|---|\n"
    } else {
        "\n| attribute | type | | meaning |\n|---|---|---|---|\n"
    });
    for row in table.rows {
        let ty = row.ty.build().to_string();
        let _ = write!(text, "| `{}` | `{}` | {} |", row.name, one_line(&ty), usage(row));
        if changes {
            let body = place.of_row(row);
            let body = if body.is_empty() { String::new() } else { format!("`{body}`") };
            let change = if row.usage == Usage::Computed { String::new() } else { change(row.cost, row.reason) };
            let _ = write!(text, " {change} | {body} |");
        }
        let _ = writeln!(text, " {} |", one_line(&meaning(row)));
    }
}

fn usage(row: &Row) -> String {
    let mut words = vec![
        match row.usage {
            Usage::Required => "required",
            Usage::Optional => "optional",
            Usage::OptionalComputed => "optional, computed",
            Usage::Computed => "computed",
        }
        .to_owned(),
    ];
    match (row.usage, row.fallback) {
        (Usage::Computed, _) | (_, Fallback::None) => {}
        (_, Fallback::Bool(value)) => words.push(format!("default `{value}`")),
        (_, Fallback::Text(value)) => words.push(format!("default `\"{value}\"`")),
        (_, Fallback::Members(members)) => {
            words.extend(members.iter().map(|(name, value)| format!("{name} by default `\"{value}\"`")));
        }
    }
    match row.secrecy {
        Secrecy::Plain => {}
        Secrecy::Sensitive => words.push("sensitive".into()),
        Secrecy::WriteOnly => words.push("secret, never returned".into()),
    }
    if row.as_blocks {
        words.push("may be written as blocks".into());
    }
    if row.volatile {
        words.push("changes by itself".into());
    }
    if !row.since.is_empty() {
        words.push(format!("API {} and later", row.since));
    }
    words.join("; ")
}

fn meaning(row: &Row) -> String {
    match row.deprecated {
        Some(instead) => format!("Deprecated: {instead} {}", row.about),
        None => row.about.to_owned(),
    }
}

fn change(cost: Cost, reason: &str) -> String {
    match cost {
        Cost::Nothing => "nothing restarts".into(),
        Cost::Revise => "what runs is left alone".into(),
        Cost::Restart => "containers restart".into(),
        Cost::Readdress => "containers restart, the name or address changes".into(),
        Cost::Roll => "container groups are added, removed or replaced".into(),
        Cost::Replace => format!("**replaces**: {}", one_line(reason)),
    }
}

fn one_line(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn block(text: &mut String, nested: &Nested, above: &str, place: &Place, changes: bool) {
    let name = if above.is_empty() { nested.name.to_owned() } else { format!("{above}.{}", nested.name) };
    let inner = place.of_block(nested);
    let count = match (nested.min, nested.max) {
        (1, 1) => "exactly one".into(),
        (0, 1) => "at most one".into(),
        (0, 0) => "any number".into(),
        (least, 0) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    };
    let order = if nested.nesting == Nesting::Set { ", in no order" } else { "" };
    let _ = write!(text, "\n## `{name}` block\n\nHow often: {count}{order}.");
    if changes {
        let _ = write!(text, " Adding or removing one: {}.", change(nested.cost, nested.reason).trim_end_matches('.'));
        let _ = write!(text, " In the body: `{}`.", inner.path());
    }
    text.push('\n');
    table(text, &nested.table, &inner, changes);
    for deeper in nested.table.blocks {
        block(text, deeper, &name, &inner, changes);
    }
}
