//! Decides what happens to one object: nothing, update, replacement, creation.
//!
//! **Never:** look at other objects; what comes from them (triggers, forced order) is handed in.
//! In: schema, prior object, configuration, lifecycle. Out: a [`Verdict`].
//! Source of the rules: Terraform, "Resource Lifecycle" and "The lifecycle Meta-Argument".

use crate::lang::module::Ignore;
use crate::schema::walk::{self, Found};
use crate::schema::{Cost, Schema, Secrecy, Usage};
use crate::seal::Key;
use crate::state::Object;
use crate::value::{Path, Type, Value};

use super::change::{Action, Difference, Why};
use super::{diff, marks, propose};

/// What one object is judged by.
pub(crate) struct Case<'a> {
    /// Its kind.
    pub(crate) schema: &'a Schema,
    /// The object, if it exists.
    pub(crate) prior: Option<&'a Object>,
    /// What its block asks for.
    pub(crate) config: &'a Value,
    /// `ignore_changes`
    pub(crate) ignored: &'a Ignore,
    /// `-replace` names it.
    pub(crate) requested: bool,
    /// `replace_triggered_by` says so.
    pub(crate) triggered: bool,
    /// Its provider configuration names another cloud or account than the one it lives in.
    pub(crate) elsewhere: bool,
    /// An object that holds it is deleted, and takes it along.
    pub(crate) swept: bool,
    /// Compares secrets with their fingerprints.
    pub(crate) key: &'a Key,
}

/// What is to happen.
pub(crate) struct Verdict {
    pub(crate) action: Action,
    pub(crate) why: Why,
    pub(crate) cost: Cost,
    pub(crate) before: Value,
    pub(crate) after: Value,
    pub(crate) differences: Vec<Difference>,
}

impl Case<'_> {
    /// Decides. A replacement comes out as [`Action::Replace`]; its order is decided elsewhere.
    pub(crate) fn decide(&self) -> Verdict {
        let block = &self.schema.block;
        let Some(prior) = self.prior else {
            let after = propose::propose(block, None, self.config, None);
            let before = Value::null(Type::Dynamic);
            return Verdict {
                action: Action::Create,
                why: Why::Changed,
                cost: Cost::Nothing,
                before,
                after,
                differences: Vec::new(),
            };
        };
        let before = propose::mark_secrets(block, &prior.value);
        let config = propose::ignore(block, &before, self.config, self.ignored);
        let settled = propose::propose(block, Some(&before), &config, None);
        let mut differences = diff::diff(block, &before, &settled, self.key);
        differences.retain(|difference| !propose::is_ignored(self.ignored, &difference.path));
        for difference in &mut differences {
            let weighed = self.schema.weigh.and_then(|weigh| weigh(&difference.path, &before, &settled));
            if let Some((cost, reason)) = weighed {
                difference.cost = cost;
                difference.reason = reason.into();
            }
        }
        self.spare(&before, &mut differences);
        let known = differences.len();
        let mut remarked = marks::differences(block, &before, &settled);
        remarked.retain(|found| !differences.iter().any(|other| other.path.covers(&found.path)));
        differences.extend(remarked);
        if prior.unfinished && diff::cost(&differences) < Cost::Restart {
            let reason = "The last update did not end well, so it is carried out again.".into();
            differences.push(Difference { path: Path::root(), cost: Cost::Restart, reason });
        }
        if self.swept && diff::cost(&differences) < Cost::Replace {
            let reason = "The object that it lies in is replaced, and everything in it goes with it.".into();
            differences.push(Difference { path: Path::root().attr("id"), cost: Cost::Replace, reason });
        }
        let cost = diff::cost(&differences);
        if let Some(why) = self.replaces(prior, cost) {
            let after = propose::propose(block, None, &config, None);
            return Verdict { action: Action::Replace, why, cost: Cost::Replace, before, after, differences };
        }
        if differences.is_empty() {
            return Verdict { action: Action::NoOp, why: Why::Changed, cost, before, after: settled, differences };
        }
        if known == 0 && !prior.unfinished {
            // Nothing differs but what is sensitive: the object itself is not touched, and nothing in it unsettled.
            return Verdict { action: Action::Update, why: Why::Remarked, cost, before, after: settled, differences };
        }
        let after = propose::propose(block, Some(&before), &config, Some(cost));
        self.add_unsettled(&before, &after, &mut differences);
        let why = if prior.unfinished { Why::Unfinished } else { Why::Changed };
        Verdict { action: Action::Update, why, cost, before, after, differences }
    }

    /// A secret that must be given and is not known is one of an imported object, and may well be the
    /// configured one: alone it replaces nothing, but is sent with an update.
    fn spare(&self, before: &Value, differences: &mut [Difference]) {
        for found in differences.iter_mut().filter(|found| found.cost == Cost::Replace) {
            let unseen = match walk::find(&self.schema.block, &found.path) {
                Some(Found::Attribute(attribute)) => {
                    attribute.secrecy == Secrecy::WriteOnly && attribute.usage == Usage::Required
                }
                _ => false,
            };
            if unseen && found.path.find(before).is_some_and(Value::is_null) {
                found.cost = Cost::Restart;
                found.reason = "It is not known after an import, so it is sent once.".into();
            }
        }
    }

    fn replaces(&self, prior: &Object, cost: Cost) -> Option<Why> {
        if prior.tainted {
            Some(if prior.unprovisioned { Why::Unprovisioned } else { Why::Tainted })
        } else if self.elsewhere {
            Some(Why::Elsewhere)
        } else if self.requested {
            Some(Why::Requested)
        } else if cost == Cost::Replace {
            Some(Why::CannotUpdate)
        } else if self.triggered {
            Some(Why::Triggered)
        } else {
            None
        }
    }

    /// Computed values that the update makes unknown differ too, at no cost of their own.
    fn add_unsettled(&self, before: &Value, after: &Value, differences: &mut Vec<Difference>) {
        for mut difference in diff::diff(&self.schema.block, before, after, self.key) {
            let known = differences.iter().any(|other| other.path == difference.path);
            if !known && difference.path.find(after).is_some_and(Value::is_unknown) {
                difference.cost = Cost::Nothing;
                difference.reason = "".into();
                differences.push(difference);
            }
        }
    }
}
