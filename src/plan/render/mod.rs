//! A plan as text, in the form that Terraform users and their tools know.
//!
//! **Never:** print, or show a sensitive value. In: a plan and schemas. Out: text that ends in a
//! line break, with ANSI colours on request. Source of the form: Terraform 1.11, plan output;
//! what acier adds are the cost notes behind what changes.

mod body;
mod change;
mod literal;
mod page;
mod plain;
mod sequence;
mod values;

use std::collections::BTreeMap;

use crate::addr::Addr;
use crate::diag::Sources;
use crate::schema::Schemas;
use crate::value::Value;

use super::Mode;
use super::change::{Action, Change, Plan};
use page::{Page, Sign};
use values::Line;

pub use literal::value;
pub use plain::{object, outputs};

/// How long a change is, roughly, in bytes.
const CHANGE_LENGTH: usize = 800;

const RULE: &str = "─────────────────────────────────────────────────────────────────────────────";

/// A plan for people.
#[must_use]
pub fn plan(plan: &Plan, schemas: &Schemas, colour: bool) -> String {
    plan_of(plan, schemas, &Sources::default(), colour)
}

/// The same with places in the sources that it was made from.
#[must_use]
pub fn plan_of(plan: &Plan, schemas: &Schemas, sources: &Sources, colour: bool) -> String {
    // A page that grows by doubling takes twice its length, and large plans are long.
    let mut page = Page::new(colour);
    page.expect(plan.changes.len() * CHANGE_LENGTH);
    page.blank();
    let outputs_change = plan.outputs.values().any(|output| output.before != output.after);
    let acts = plan.changes.iter().any(Change::is_something);
    if !plan.drift.is_empty() {
        drift(&mut page, plan, schemas);
        if plan.mode == Mode::Normal && (acts || outputs_change) {
            page.text(
                "Unless you have made equivalent changes to your configuration, or ignored the relevant attributes \
                 using ignore_changes, the following plan may include actions to undo or respond to these changes.",
            );
            page.blank();
            page.text(RULE);
            page.blank();
        }
    }
    if plan.changes.iter().any(|change| change.action != Action::NoOp) {
        legend(&mut page, &plan.changes);
    }
    if acts || !plan.moves.is_empty() || !plan.waiting.is_empty() {
        page.text("acier will perform the following actions:");
        page.blank();
        for moved in &plan.moves {
            if let Some(key) = &moved.deposed {
                change::restored(&mut page, &moved.from, key);
                page.blank();
            }
        }
        let moves = plan.moves.iter().filter(|moved| moved.deposed.is_none());
        let moves: BTreeMap<&Addr, &Addr> = moves.map(|moved| (&moved.to, &moved.from)).collect();
        for change in &plan.changes {
            let from = moves.get(&change.addr).copied().filter(|_| change.deposed.is_none());
            match from {
                Some(from) if !change.is_something() => change::moved(&mut page, change, from, schemas),
                _ if change.is_something() => change::planned(&mut page, change, from, schemas),
                _ => continue,
            }
            page.blank();
        }
        for waiting in &plan.waiting {
            change::waiting(&mut page, plan, waiting, sources);
            page.blank();
        }
        let (add, update, destroy) = plan.counts();
        let imports = match plan.imports() {
            0 => String::new(),
            imports => format!("{imports} to import, "),
        };
        let waits = match plan.waiting.len() {
            0 => String::new(),
            1 => " 1 block waits for a later stage.".to_owned(),
            many => format!(" {many} blocks wait for a later stage."),
        };
        let counts = format!("{imports}{add} to add, {update} to change, {destroy} to destroy.{waits}");
        let title = page.bold("Plan:");
        page.text(&format!("{title} {counts}"));
    } else if !outputs_change {
        nothing(&mut page, plan);
    }
    let acts = acts || !plan.moves.is_empty();
    if outputs_change {
        if acts {
            page.blank();
        }
        output_changes(&mut page, plan);
        if !acts {
            page.blank();
            page.text(
                "You can apply this plan to save these new output values to the acier state, without changing any \
                 real infrastructure.",
            );
        }
    }
    page.finish()
}

fn legend(page: &mut Page, changes: &[Change]) {
    page.text("Resource actions are indicated with the following symbols:");
    let rows = [
        (Action::Create, Sign::Add, "create"),
        (Action::Update, Sign::Change, "update in-place"),
        (Action::Delete, Sign::Remove, "destroy"),
        (Action::Replace, Sign::Replace, "destroy and then create replacement"),
        (Action::ReplaceCreateFirst, Sign::ReplaceFirst, "create replacement and then destroy"),
        (Action::Read, Sign::Read, "read (data resources)"),
        (Action::Forget, Sign::Forget, "forget"),
    ];
    for (action, sign, meaning) in rows {
        if changes.iter().any(|change| change.action == action) {
            page.line(1, sign, meaning);
        }
    }
    page.blank();
}

fn drift(page: &mut Page, plan: &Plan, schemas: &Schemas) {
    let title = page.bold("Note:");
    page.text(&format!("{title} Objects have changed outside of acier"));
    page.blank();
    page.text(
        "acier detected the following changes made outside of acier since the last \"acier apply\" which may have \
         affected this plan:",
    );
    page.blank();
    for change in &plan.drift {
        change::drifted(page, change, schemas);
        page.blank();
    }
    if plan.mode == Mode::RefreshOnly {
        page.text(
            "This is a refresh-only plan, so acier will not take any actions to undo these. If you were expecting \
             these changes then you can apply this plan to record the updated values in the acier state without \
             changing any remote objects.",
        );
        page.blank();
    }
}

fn nothing(page: &mut Page, plan: &Plan) {
    let (title, detail) = match plan.mode {
        Mode::Destroy => (
            "No changes. No objects need to be destroyed.",
            "Either you have not created any objects yet or the existing objects were already deleted outside of acier.",
        ),
        Mode::RefreshOnly if !plan.drift.is_empty() => return,
        Mode::RefreshOnly => (
            "No changes. Your infrastructure still matches the configuration.",
            "acier has checked that the real remote objects still match the result of your most recent changes, and \
             found no differences.",
        ),
        Mode::Normal if !plan.drift.is_empty() => (
            "No changes. Your infrastructure matches the configuration.",
            "Your configuration already applies the changes detected above, so applying this plan only records them \
             in the acier state.",
        ),
        Mode::Normal => (
            "No changes. Your infrastructure matches the configuration.",
            "acier has compared your real infrastructure against your configuration and found no differences, so no \
             changes are needed.",
        ),
    };
    let title = page.bold(title);
    page.text(&title);
    page.blank();
    page.text(detail);
}

fn output_changes(page: &mut Page, plan: &Plan) {
    page.text("Changes to Outputs:");
    (page.untyped, page.noun) = (true, "output value");
    let changed = plan.outputs.iter().filter(|(_, output)| output.before != output.after);
    let changed: Vec<_> = changed.collect();
    let width = changed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, output) in changed {
        let prefix = format!("{name:width$} = ");
        let before = output.before.as_ref().filter(|value| !value.is_null());
        let after = output.after.as_ref().filter(|value| !value.is_null());
        let sign = values::sign(before, after);
        values::difference(page, Line::of(1, sign, &prefix), before, after);
    }
}

/// Whether a value is there at all.
fn there(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}
