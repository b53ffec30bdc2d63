//! Fills in during apply what was unknown in the plan.
//!
//! **Never:** decide anew. What was known in the plan must come out the same; if it does not,
//! that is an error and the step is not begun. In: a plan, then what each step made. Out: the
//! attributes that each change asks for. The decision to question: blocks that the plan leaves
//! alone are published from the plan or the state, not evaluated again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::checkable::Checkable;
use crate::addr::{Addr, Block, Key, Mode};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::module::Node;
use crate::lang::scope::Scope;
use crate::lang::tree::{Spot, UnitId};
use crate::schema::{Block as SchemaBlock, Schemas};
use crate::seal::Key as SealKey;
use crate::state::State;
use crate::value::{Name, Path, Value};

use super::change::{Action, Change, Difference, Plan, Why};
use super::conform::contradiction;
use super::gates::Gates;
use super::laid::Laid;
use super::walk::schema_of;

use super::{diff, marks, outputs, propose};
pub use crate::lang::provisioner::{Errand, When};

/// The configuration during an apply: knows what is made already.
pub struct Resolver {
    scope: Scope,
    /// What the steps asked for, secrets in clear, by address.
    asked: BTreeMap<Addr, Value>,
    /// Instances that are still to be made, changed or read.
    open: BTreeSet<Addr>,
    /// Outputs that the plan changes, and whether it knew what they become.
    wanted: Vec<(Name, bool)>,
    /// Conditions that nobody could judge yet.
    gates: Gates,
}

/// What a change turns out to ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// These attributes; unknown remains only what the cloud decides.
    For(Value),
    /// What is there already, as sensitive as this is: all that differed is that, or was not known when it was
    /// planned and is known to be the same now. A step without a call costs nothing; Terraform drops it, too.
    Nothing(Value),
}

impl Resolver {
    /// Starts from a plan: publishes everything that the plan leaves as it is. `scope` is fresh,
    /// made with `applying`.
    #[must_use]
    pub fn new(mut scope: Scope, plan: &Plan, state: &State) -> Resolver {
        let schemas = scope.schemas().clone();
        let values = values(plan, state, &schemas);
        let tree = scope.tree().clone();
        scope.close();
        let mut keys: BTreeMap<&Block, Vec<Key>> = BTreeMap::new();
        for addr in values.keys().filter(|addr| tree.resource(&addr.block).is_some()) {
            keys.entry(&addr.block).or_default().push(addr.key.clone());
        }
        for (block, keys) in keys {
            scope.publish_keys(block, keys);
        }
        for (addr, value) in &values {
            if tree.resource(&addr.block).is_some() {
                scope.publish(addr, propose::conceal(value));
            }
        }
        let open: BTreeSet<Addr> =
            plan.changes.iter().filter(|change| makes(change)).map(|change| change.addr.clone()).collect();
        let changed = plan.outputs.iter().filter(|(_, output)| output.after.is_some() && output.before != output.after);
        let known = |after: &Option<Value>| after.as_ref().is_some_and(Value::is_wholly_known);
        let wanted = changed.map(|(name, output)| (name.clone(), known(&output.after))).collect();
        let gates = Gates::new(&tree, &open);
        Resolver { scope, asked: BTreeMap::new(), open, wanted, gates }
    }

    /// Whether the conditions of variables and outputs that a change uses let it begin, as far as they can be
    /// judged by now.
    ///
    /// # Errors
    /// What does not hold; nothing where that was said of an earlier change.
    pub fn admit(&mut self, change: &Change) -> Result<(), Diagnostics> {
        if !makes(change) {
            return Ok(());
        }
        self.gates.admit(&mut self.scope, &change.addr)
    }

    /// What a change really asks for, now that what it needs is made.
    ///
    /// # Errors
    /// What cannot be evaluated, failed preconditions, or how it contradicts the plan.
    pub fn resolve(&mut self, change: &Change, key: &SealKey) -> Result<Asked, Diagnostics> {
        if !makes(change) {
            return Ok(Asked::For(change.after.clone()));
        }
        let found = self.scope.check_conditions(&change.addr, true);
        if found.has_errors() {
            return Err(found);
        }
        let desired = self.scope.desired(&change.addr)?;
        let schemas: Rc<Schemas> = self.scope.schemas().clone();
        let Some(schema) = schema_of(&schemas, &change.addr) else { return Ok(Asked::For(desired.value)) };
        let cast = self.scope.cast();
        let standin = match cast.is_empty() {
            true => None,
            false => cast.of(&change.addr, &self.scope.configuration(&change.addr)?),
        };
        let schema = standin.as_ref().map_or(schema, |standin| standin.schema);
        if change.action == Action::Read {
            let Some(standin) = standin else { return Ok(Asked::For(desired.value)) };
            let asked = propose::propose(&schema.block, None, &desired.value, None);
            let read = standin.complete(&change.addr, &asked, &desired.value);
            return read.map(Asked::For).map_err(|wrong| wrong.at(desired.span).into());
        }
        let ignored = self.scope.ignored(&change.addr.block)?;
        let config = match change.before.is_null() {
            true => desired.value,
            false => propose::ignore(&schema.block, &change.before, &desired.value, &ignored),
        };
        let actual = if change.action == Action::Update {
            let unsettled = (change.why != Why::Remarked).then_some(change.cost);
            propose::propose(&schema.block, Some(&change.before), &config, unsettled)
        } else {
            propose::propose(&schema.block, None, &config, None)
        };
        let actual = match &standin {
            None => actual,
            Some(standin) => {
                standin.complete(&change.addr, &actual, &config).map_err(|wrong| wrong.at(desired.span))?
            }
        };
        if let Some((path, what)) = contradiction(&change.after, &actual) {
            return Err(moved(&change.addr, &path, &what).at(desired.span).into());
        }
        if change.action == Action::Update
            && let Some((path, what)) = dearer(&schema.block, change, &actual)
        {
            return Err(moved(&change.addr, &path, &what).at(desired.span).into());
        }
        self.asked.insert(change.addr.clone(), actual.clone());
        if cast.is_empty() && was_guessed(change) {
            // What an update would have unsettled stays as it was if there is none.
            let kept = propose::propose(&schema.block, Some(&change.before), &config, None);
            if diff::diff(&schema.block, &change.before, &kept, key).is_empty() {
                return Ok(Asked::Nothing(marks::remarked(&change.before, &kept)));
            }
        }
        Ok(Asked::For(actual))
    }

    /// Whether an instance has provisioners of a time.
    #[must_use]
    pub fn provisions(&self, addr: &Addr, when: When) -> bool {
        self.scope.provisions(addr, when)
    }

    /// What a provisioner is to do for the object `own`; nothing behind the last one.
    pub fn provisioner(
        &mut self,
        addr: &Addr,
        when: When,
        at: usize,
        own: &Value,
    ) -> Option<Result<Errand, Diagnostics>> {
        let schemas = self.scope.schemas().clone();
        let own = match schema_of(&schemas, addr) {
            Some(schema) => {
                let own = match self.asked.get(addr) {
                    Some(asked) if when == When::Create => propose::reveal(&schema.block, own, asked),
                    _ => own.clone(),
                };
                propose::mark_secrets(&schema.block, &own)
            }
            None => own.clone(),
        };
        self.scope.provisioner(addr, when, at, propose::conceal(&own))
    }

    /// Makes what a step made or read visible to what refers to it, and checks postconditions.
    pub fn publish(&mut self, addr: &Addr, value: Value) -> Diagnostics {
        let schemas = self.scope.schemas().clone();
        let value = match schema_of(&schemas, addr) {
            Some(schema) => {
                let value = match self.asked.remove(addr) {
                    Some(asked) => propose::reveal(&schema.block, &value, &asked),
                    None => value,
                };
                propose::mark_secrets(&schema.block, &value)
            }
            None => value,
        };
        if self.open.remove(addr) {
            self.gates.made(addr);
        }
        self.scope.publish(addr, propose::conceal(&value));
        self.scope.check_conditions(addr, false)
    }

    /// What the checks, and conditions that refer to objects, say of what exists now. Those about something that
    /// was not done are passed over.
    pub fn checks(&mut self, plan: &Plan) -> Diagnostics {
        let tree = self.scope.tree().clone();
        let open = declared(&self.open);
        let mut found = self.gates.rest(&mut self.scope);
        for checked in &plan.checks {
            let (Checkable::Check(name), Some(unit)) = (&checked.what, tree.find(&checked.module)) else { continue };
            let spot = Spot { unit, node: Node::Check(name.clone()) };
            if outputs::needs_of(&tree, spot).iter().all(|block| !open.contains(block)) {
                for judged in checked.instances.iter().flatten() {
                    found.extend(self.scope.judge_check(&judged.path, name, false).found);
                }
            }
        }
        // What was not known when the plan was made may turn out to be wrong, also where no object uses it.
        if self.open.is_empty() && !plan.partial && plan.waiting.is_empty() && plan.mode == super::Mode::Normal {
            let looked_at = |spot: &&Spot| matches!(spot.node, Node::Local(_)) || spot.unit != UnitId::ROOT;
            for spot in tree.order.iter().filter(looked_at) {
                found.extend(self.scope.judge(spot));
            }
            let mut told = BTreeSet::new();
            found.0.retain(|finding| told.insert((finding.span, finding.summary.clone(), finding.address.clone())));
        }
        found
    }

    /// The configuration with all that is published.
    #[must_use]
    pub fn into_scope(self) -> Scope {
        self.scope
    }

    /// All output values as they are now; those that cannot be evaluated because a step failed
    /// are left out, and so are those that the plan does not change.
    pub fn outputs(&mut self) -> (Vec<(Name, Value)>, Diagnostics) {
        let mut values = Vec::new();
        let mut diagnostics = Diagnostics::none();
        let tree = self.scope.tree().clone();
        let open: BTreeSet<Cow<'_, Block>> = self.open.iter().map(|addr| addr.block.declared()).collect();
        for (name, known) in &self.wanted {
            let unmade = outputs::needs(&tree, name).iter().any(|block| open.contains(block));
            // What was known when the plan was made is kept even if it was refused since, as by Terraform.
            if unmade || (!known && self.gates.refuse(name)) {
                continue;
            }
            match self.scope.output(name) {
                Ok(value) if value.is_wholly_known() => values.push((name.clone(), value)),
                Ok(_) => {}
                Err(found) => diagnostics.extend(found),
            }
        }
        (values, diagnostics)
    }
}

/// The blocks of instances, without keys.
fn declared(addrs: &BTreeSet<Addr>) -> BTreeSet<Block> {
    addrs.iter().map(|addr| addr.block.declared().into_owned()).collect()
}

/// Whether an update may be of nothing but what is sensitive: no other difference was known when it was planned.
fn was_guessed(change: &Change) -> bool {
    let guessed = |found: &Difference| found.path.find(&change.after).is_some_and(|value| !value.is_wholly_known());
    let plain = change.action == Action::Update && change.why == Why::Changed && change.importing.is_none();
    change.why == Why::Remarked
        || plain && change.differences.iter().all(|found| guessed(found) || found.remarks(change))
}

/// Whether a change ends with an object or an answer that others can see.
fn makes(change: &Change) -> bool {
    matches!(
        change.action,
        Action::Create | Action::Update | Action::Replace | Action::ReplaceCreateFirst | Action::Read
    )
}

/// Every instance with what is known of it before the first step.
fn values(plan: &Plan, state: &State, schemas: &Schemas) -> BTreeMap<Addr, Value> {
    let laid = Laid::new(state, &plan.refreshed);
    let mut values: BTreeMap<Addr, Value> = BTreeMap::new();
    for (addr, object) in &laid.objects {
        let value = match schemas.managed.get(&object.kind) {
            Some(schema) => propose::mark_secrets(&schema.block, &object.value),
            None => object.value.clone(),
        };
        values.insert((*addr).clone(), value);
    }
    for (addr, answer) in &plan.answers {
        values.insert(addr.clone(), answer.clone());
    }
    for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
        match change.action {
            Action::Delete | Action::Forget => drop(values.remove(&change.addr)),
            _ => drop(values.insert(change.addr.clone(), change.after.clone())),
        }
    }
    values
}

/// Blocks that were unknown as a whole may turn out to hold a change that costs more than was
/// promised. Secrets are compared with a key of no meaning, because their places were known.
fn dearer(block: &SchemaBlock, change: &Change, actual: &Value) -> Option<(Path, String)> {
    let found = diff::diff(block, &change.before, actual, &SealKey::new(&[0; 32]));
    let mut found = found.into_iter().filter(|found| found.cost > change.cost);
    let found = found.find(|found| found.path.find(&change.after).is_none())?;
    Some((found.path, "the change costs more than the plan said".into()))
}

fn moved(addr: &Addr, path: &Path, what: &str) -> Diagnostic {
    let place = if path.0.is_empty() { "its value".to_owned() } else { path.to_string() };
    let kind = if addr.block.mode == Mode::Data { "read" } else { "changed" };
    let detail = format!(
        "When {addr} was to be {kind}, {place} came out other than planned: {what}. Nothing was done to it. What the \
         plan promised depends on something that has a new value every time it is looked at, such as the time or a \
         random number, or on a file that has changed since."
    );
    Diagnostic::error("The configuration no longer matches the plan", detail)
        .about(addr.to_string())
        .hint("Plan again.")
}
