//! Asks the cloud about a plan before anything is done.
//!
//! **Never:** change anything, or stop a plan because nobody could be asked: that is a warning.
//! In: a plan. Out: diagnostics about its changes, and how long they take at the cloud's pace.

use std::collections::BTreeMap;

use crate::addr::Addr;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::plan::{Action, Plan};
use crate::provider::{FaultKind, Prospect, Provider, Turn, Verb};
use crate::state::State;
use crate::value::{Name, Type, Value};

use super::notice::diagnose;

/// What can be said about a plan.
#[derive(Debug, Default)]
pub struct Foresight {
    /// What will most likely be refused, and what will surely be.
    pub diagnostics: Diagnostics,
    /// How long it takes at least, and why.
    pub pace: Option<Turn>,
}

/// Asks what will become of a plan; asks nothing about a plan that changes nothing.
pub async fn foresee<P: Provider>(provider: &P, state: &State, plan: &Plan) -> Foresight {
    let (places, prospects): (Vec<usize>, Vec<Prospect>) = prospects(provider, state, plan).into_iter().unzip();
    if prospects.is_empty() {
        return Foresight::default();
    }
    let outlook = match provider.foresee(&prospects).await {
        Ok(outlook) => outlook,
        // Without a sign-in nothing of the plan can be done.
        Err(fault) if fault.kind == FaultKind::SignIn => {
            return Foresight { diagnostics: diagnose(&fault, "").into(), pace: None };
        }
        Err(fault) => {
            let detail = format!("What becomes of this plan could not be asked beforehand. {}", fault.message);
            let warning = Diagnostic::warning("The plan was not checked against the service", detail);
            let hint = "The apply may still work; -preflight=false leaves these questions out.";
            return Foresight { diagnostics: warning.hint(hint).into(), pace: None };
        }
    };
    let mut diagnostics = Diagnostics::none();
    for omen in outlook.omens {
        let mut found = Diagnostic::warning(omen.summary, omen.detail).hint(omen.hint);
        if omen.sure {
            found.severity = Severity::Error;
        }
        let change = omen.about.and_then(|at| places.get(at)).and_then(|place| plan.changes.get(*place));
        diagnostics.push(match change {
            Some(change) => found.about(change.addr.to_string()),
            None => found,
        });
    }
    Foresight { diagnostics, pace: outlook.pace }
}

/// The changes of a plan as the cloud will see them, deletions of replacements first.
fn prospects<P: Provider>(provider: &P, state: &State, plan: &Plan) -> Vec<(usize, Prospect)> {
    let laid: BTreeMap<&Addr, &Name> =
        state.objects.iter().filter_map(|(addr, object)| Some((addr, object.cloud.as_ref()?))).collect();
    let none = || Value::null(Type::Dynamic);
    let mut found = Vec::new();
    for (place, change) in plan.changes.iter().enumerate() {
        let mut add = |verb: Verb, prior: Value, planned: Value| {
            let cloud = match (&verb, laid.get(&change.addr)) {
                (Verb::Update | Verb::Delete, Some(cloud)) => (*cloud).clone(),
                _ => provider.account(plan.configuration(&change.addr)),
            };
            found.push((place, Prospect { verb, kind: change.kind.clone(), prior, planned, cloud }));
        };
        match change.action {
            Action::Create => add(Verb::Create, none(), change.after.clone()),
            Action::Update => add(Verb::Update, change.before.clone(), change.after.clone()),
            Action::Delete => add(Verb::Delete, change.before.clone(), none()),
            Action::Replace => {
                add(Verb::Delete, change.before.clone(), none());
                add(Verb::Create, none(), change.after.clone());
            }
            Action::ReplaceCreateFirst => {
                add(Verb::Create, none(), change.after.clone());
                add(Verb::Delete, change.before.clone(), none());
            }
            Action::NoOp | Action::Read | Action::Forget => {}
        }
    }
    found
}
