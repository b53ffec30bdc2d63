//! What was there when the plan was made, in the form of Terraform's `prior_state`.
//!
//! **Never:** read a cloud. In: a plan and the stored state. Out: the state as refreshing found it,
//! under the addresses that hold now, with the dependencies of the present configuration, and with
//! output values as far as the plan knows them already: so Terraform does it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::addr::{Addr, Block};
use crate::plan::change::Plan;
use crate::plan::laid::Laid;
use crate::plan::propose;
use crate::plan::{Action, Mode};
use crate::state::{Needs, Object};
use crate::value::{Name, Value};

use super::Setting;
use super::state::{self, resource};

/// The prior state; nothing where nothing was there.
pub(super) fn prior(plan: &Plan, setting: &Setting<'_>) -> Option<Json> {
    let sight = setting.sight;
    let laid = Laid::new(setting.state, &plan.refreshed);
    let planned = plan.changes.iter().filter(|change| change.deposed.is_none() && !change.after.is_null());
    let planned: BTreeMap<&Addr, &Value> = planned.map(|change| (&change.addr, &change.after)).collect();
    let needs: BTreeMap<&Addr, &[Block]> = plan
        .changes
        .iter()
        .filter(|change| change.deposed.is_none() && !matches!(change.action, Action::Delete | Action::Forget))
        .map(|change| (&change.addr, change.needs.as_slice()))
        .collect();
    let kept = laid.objects.iter().filter(|(addr, _)| !needs.contains_key(*addr));
    let kept = kept.map(|(addr, own)| (*addr, own.needs.as_slice()));
    let deposed = laid.deposed.iter().map(|((addr, _), own)| (*addr, own.needs.as_slice()));
    let all = needs.iter().map(|(addr, needs)| (*addr, *needs)).chain(kept).chain(deposed);
    let web = Needs::of(all.map(|(addr, needs)| (&addr.block, needs)));
    let object = |addr: &Addr, object: &Object| {
        let value = match setting.schemas.managed.get(&object.kind) {
            Some(schema) => propose::mark_secrets(&schema.block, &object.value),
            None => object.value.clone(),
        };
        let value = planned.get(addr).map_or_else(|| value.clone(), |after| sight.before(&value, after).into_owned());
        let needs = needs.get(addr).map_or_else(|| object.needs.clone(), |needs| needs.to_vec());
        state::object(addr, &Object { value, needs, ..object.clone() }, &web, sight)
    };
    let data = plan.answers.iter().map(|(addr, value)| (addr.clone(), resource(addr, value, 0, sight)));
    let managed = laid.objects.iter().map(|(addr, own)| ((*addr).clone(), object(addr, own)));
    let deposed = laid.deposed.iter().map(|((addr, key), own)| {
        let mut shown = state::object(addr, own, &web, sight);
        shown["deposed_key"] = (&***key).into();
        ((*addr).clone(), shown)
    });
    let resources: Vec<(Addr, Json)> = data.chain(managed).chain(deposed).collect();
    let outputs = outputs(plan, setting);
    if resources.is_empty() && outputs.is_empty() {
        return None;
    }
    let outputs = outputs.iter().map(|(name, value)| (*name, sight.output(value, true)));
    Some(state::document(outputs, resources))
}

fn outputs<'p>(plan: &'p Plan, setting: &Setting<'p>) -> BTreeMap<&'p Name, &'p Value> {
    let mut outputs: BTreeMap<&Name, &Value> =
        setting.state.outputs.iter().map(|(name, output)| (name, &output.value)).collect();
    if plan.mode == Mode::Destroy {
        return outputs;
    }
    for (name, output) in &plan.outputs {
        match &output.after {
            Some(after) if after.is_null() => drop(outputs.remove(name)),
            Some(after) if after.is_wholly_known() => drop(outputs.insert(name, after)),
            _ => {}
        }
    }
    outputs
}
