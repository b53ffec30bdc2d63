//! Which attributes of which objects contribute to what is planned.
//!
//! **Never:** evaluate. In: a plan and its configuration. Out: the `relevant_attributes` of
//! Terraform's JSON output: references of what changes, followed through local values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::lang::ast::{Body, Expr};
use crate::lang::describe::{Reference, referred};
use crate::lang::module::{Module, Repetition};
use crate::plan::change::{Action, Plan};
use crate::value::{Name, Path, Step};

/// The objects and attributes, each once.
pub(super) fn relevant(plan: &Plan, module: &Module) -> Vec<Json> {
    let mut found = Found { module, attributes: BTreeMap::new(), locals: BTreeSet::new() };
    for change in plan.changes.iter().filter(|change| change.action != Action::NoOp) {
        let Some(resource) = module.blocks.get(&change.addr.block) else { continue };
        found.body(&resource.body);
        match &resource.repetition {
            Repetition::Once => {}
            Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr) => found.expr(expr),
        }
    }
    for (name, _) in plan.outputs.iter().filter(|(_, output)| output.before != output.after) {
        if let Some(declared) = module.outputs.get(name) {
            found.expr(&declared.value);
        }
    }
    let of = |(resource, paths): (String, BTreeSet<Path>)| {
        paths.into_iter().map(move |path| json!({ "resource": resource, "attribute": steps(&path) }))
    };
    found.attributes.into_iter().flat_map(of).collect()
}

fn steps(path: &Path) -> Vec<Json> {
    let step = |step: &Step| match step {
        Step::Attr(name) | Step::Key(name) => Json::from(&**name),
        Step::Index(index) => (*index).into(),
    };
    path.0.iter().map(step).collect()
}

struct Found<'m> {
    module: &'m Module,
    attributes: BTreeMap<String, BTreeSet<Path>>,
    locals: BTreeSet<Name>,
}

impl<'m> Found<'m> {
    fn body(&mut self, body: &'m Body) {
        body.attributes.iter().for_each(|attribute| self.expr(&attribute.expr));
        body.blocks.iter().for_each(|block| self.body(&block.body));
    }

    /// Goes from local to local in a loop: chains of them are long.
    fn expr(&mut self, expr: &'m Expr) {
        let mut waiting = vec![expr];
        while let Some(expr) = waiting.pop() {
            for reference in referred(expr) {
                if reference.is_resource() {
                    self.resource(&reference);
                } else if &*reference.root == "local"
                    && let Some(Step::Attr(name)) = reference.path.0.first()
                    && self.locals.insert(name.clone())
                {
                    waiting.extend(self.module.locals.get(name));
                }
            }
        }
    }

    fn resource(&mut self, reference: &Reference) {
        let subject = reference.subject();
        let path = Path(reference.path.0.iter().skip(subject).cloned().collect());
        self.attributes.entry(reference.shown(subject)).or_default().insert(path);
    }
}
