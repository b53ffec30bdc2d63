//! Walks the blocks of all modules in order and plans each instance.
//!
//! **Never:** act, wait, or keep going past what it cannot know: blocks behind a failed block or
//! an open question are passed over in silence. In: scope, laid state, selection. Out: changes,
//! questions, diagnostics. The decision to question: each planned value is published at once, so
//! the blocks that follow are evaluated against the plan and not against the past.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::addr::{Addr, Block, Key, Mode as BlockMode, ModulePath};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::import::Wanted;
use crate::lang::module::{Node, Repetition, Resource};
use crate::lang::scope::{Desired, Scope};
use crate::lang::tree::{Spot, Tree};
use crate::lang::trial::cast::{ACCOUNT, Cast, Standin};
use crate::lang::waits::Keys;
use crate::plan::checked::Judged;
use crate::schema::{Schema, Schemas};
use crate::seal::Key as SealKey;
use crate::state::Object;
use crate::value::{Name, Value};

use super::action::Case;
use super::change::{Action, Change, Hold, Why};
use super::import::Import;
use super::laid::Laid;
use super::moves::Moves;
use super::order::Order;
use super::stuck::Stuck;
use super::targets::Selection;
use super::within::Going;
use super::{Answers, Mode, Options, Questions};
use super::{propose, removed};

/// One walk.
pub(crate) struct Walk<'a> {
    pub(crate) scope: &'a mut Scope,
    pub(crate) tree: Rc<Tree>,
    pub(crate) schemas: Rc<Schemas>,
    pub(crate) laid: Laid<'a>,
    pub(crate) options: &'a Options,
    pub(crate) key: &'a SealKey,
    pub(crate) answers: &'a Answers,
    pub(crate) selection: Selection,
    /// What a partial plan looks at beside blocks; nothing of a whole one, which looks at all.
    pub(crate) looked_at: Option<BTreeSet<Spot>>,
    pub(crate) order: Order,
    pub(crate) changes: Vec<Change>,
    /// Where the change of a managed instance stands in `changes`.
    pub(crate) places: BTreeMap<Addr, usize>,
    /// Objects that are replaced, for what lies in them.
    pub(crate) going: Going,
    /// What `moved` blocks, and `count` where it came or went, do to the addresses of objects.
    pub(crate) moves: &'a Moves,
    /// `removed` blocks.
    pub(crate) removed: Vec<removed::Statement<'a>>,
    /// What is to be imported, by address.
    pub(crate) wanted: BTreeMap<Addr, Wanted>,
    /// Imported objects as the state will keep them.
    pub(crate) taken: BTreeMap<Addr, Object>,
    /// Ids that are managed, in lower case, if that is needed.
    pub(crate) ids: BTreeMap<String, Addr>,
    /// Objects of which the configuration says more than the cloud.
    pub(crate) adopted: BTreeMap<Addr, Object>,
    /// Blocks that were planned, all instances known; in each module instance by itself.
    pub(crate) planned: BTreeSet<Block>,
    /// Blocks with an instance that changes.
    pub(crate) changing: BTreeSet<Block>,
    /// Blocks with an instance that is made or made anew.
    pub(crate) making: BTreeSet<Block>,
    /// Blocks that could not be planned, with all that need them.
    pub(crate) failed: BTreeSet<Block>,
    /// Blocks that wait for a question, with all that need them.
    pub(crate) asking: BTreeSet<Block>,
    /// Blocks that are planned in a later stage, with what holds them up.
    pub(crate) waiting: BTreeMap<Block, Hold>,
    /// Nodes that are no blocks and cannot be evaluated, or wait for a question.
    pub(crate) stuck: Stuck,
    pub(crate) questions: Questions,
    /// Data sources whose answers were used.
    pub(crate) read: BTreeMap<Addr, Value>,
    /// What objects of a kind are seen as that do not exist and are not planned now: all share one type.
    pub(crate) unmade: BTreeMap<(BlockMode, Name), Value>,
    /// The provider configurations of instances that do not have the default one.
    pub(crate) configurations: BTreeMap<Addr, Name>,
    /// What came of checks, by their modules and names.
    pub(crate) checks: BTreeMap<(ModulePath, Name), Judged>,
    pub(crate) diagnostics: Diagnostics,
}

impl<'a> Walk<'a> {
    /// Plans every block, each after what it needs.
    pub(crate) fn blocks(&mut self) {
        let tree = self.tree.clone();
        for spot in &tree.order {
            if self.passes(spot) {
                continue;
            }
            match &spot.node {
                Node::Block(block) => self.declared(&tree, spot, block),
                Node::Check(name) => self.check(spot, name),
                _ => self.other(spot),
            }
        }
    }

    /// Plans a block in all instances of its module.
    fn declared(&mut self, tree: &Tree, spot: &Spot, block: &Block) {
        let Some(resource) = tree.unit(spot.unit).module.blocks.get(block) else { return };
        let own = tree.block(spot.unit, block);
        let imports = tree.root().imports_of(&own).flat_map(|(at, _)| tree.import_needs(at));
        let needs = tree.needs(&own).iter().map(|need| &need.block).chain(imports);
        if !self.leaves(&own) && self.wait_behind(&own, needs) {
            return;
        }
        for path in self.paths(spot.unit, &own) {
            self.block(&block.within(path), resource);
        }
    }

    fn block(&mut self, block: &Block, resource: &Resource) {
        if self.leaves(block) {
            self.leave(block, resource);
            return;
        }
        match self.scope.repetition(block) {
            Ok(Keys::Unknown(open)) => self.wait(block, open),
            Ok(Keys::Known(keys)) => {
                self.scope.publish_keys(block, keys.clone());
                if self.options.mode == Mode::Normal && block.mode == BlockMode::Managed && !self.want(block, &keys) {
                    return;
                }
                for key in keys {
                    self.instance(block.instance(key), resource);
                }
                self.planned.insert(block.clone());
            }
            Err(found) => self.fail(block, found),
        }
    }

    pub(crate) fn fail(&mut self, block: &Block, found: Diagnostics) {
        self.diagnostics.extend(found);
        self.failed.insert(block.declared().into_owned());
    }

    /// The object at an address.
    pub(crate) fn prior(&self, addr: &Addr) -> Option<&'a Object> {
        self.laid.objects.get(addr).copied()
    }

    /// Whether something that is no block is looked at.
    pub(crate) fn looks_at(&self, spot: &Spot) -> bool {
        self.looked_at.as_ref().is_none_or(|looked_at| looked_at.contains(spot))
    }

    /// Whether a block is not looked at.
    fn leaves(&self, block: &Block) -> bool {
        let refreshing = self.options.mode == Mode::RefreshOnly && block.mode == BlockMode::Managed;
        refreshing || !self.selection.touches(block)
    }

    /// The block is not planned now: what refers to it sees what exists.
    fn leave(&mut self, block: &Block, resource: &Resource) {
        let standing: Vec<(Addr, &'a Object)> = self.standing(block);
        let mut keys: Vec<Key> = standing.iter().map(|(addr, _)| addr.key.clone()).collect();
        // What a plan does not look at is there as far as it exists; what nothing but the plan leaves out is
        // there as the configuration says.
        let mut configured = Vec::new();
        if self.options.mode == Mode::RefreshOnly
            && let Ok(Keys::Known(known)) = self.scope.repetition(block)
        {
            keys.extend(known.iter().cloned());
            keys.sort();
            keys.dedup();
            configured = known;
        }
        let alone = matches!(resource.repetition, Repetition::Once);
        if alone && !keys.contains(&Key::None) {
            keys = vec![Key::None];
        }
        self.scope.publish_keys(block, keys.clone());
        for key in keys {
            self.leave_instance(&block.instance(key));
        }
        let configured = configured.into_iter().map(|key| block.instance(key));
        for addr in configured.filter(|addr| self.selection.holds(addr)) {
            for before in [true, false] {
                let found = self.scope.check_conditions(&addr, before);
                self.diagnostics.extend(found);
            }
        }
    }

    pub(crate) fn standing(&self, block: &Block) -> Vec<(Addr, &'a Object)> {
        let from = block.instance(Key::None);
        let range = self.laid.objects.range::<Addr, _>(&from..);
        range.take_while(|(addr, _)| addr.block == *block).map(|(addr, object)| ((*addr).clone(), *object)).collect()
    }

    /// The objects of a block in all instances of its module.
    pub(crate) fn standing_anywhere(&self, block: &Block) -> Vec<(Addr, &'a Object)> {
        if block.module.is_root() {
            return self.standing(block);
        }
        let all = self.laid.objects.iter().filter(|(addr, _)| *addr.block.declared() == *block);
        all.map(|(addr, object)| ((*addr).clone(), *object)).collect()
    }

    fn leave_instance(&mut self, addr: &Addr) {
        let schemas = self.schemas.clone();
        let Some(schema) = schema_of(&schemas, addr) else { return };
        let value = match self.prior(addr) {
            Some(object) => propose::conceal(&propose::mark_secrets(&schema.block, &object.value)),
            None => {
                let kind = (addr.block.mode, addr.block.kind.clone());
                self.unmade.entry(kind).or_insert_with(|| Value::unknown(schema.block.ty())).clone()
            }
        };
        self.scope.publish(addr, value);
    }

    fn instance(&mut self, addr: Addr, resource: &Resource) {
        if !self.selection.holds(&addr) {
            self.leave_instance(&addr);
            return;
        }
        if !resource.lifecycle.preconditions.is_empty() {
            let found = self.scope.check_conditions(&addr, true);
            let broken = found.has_errors();
            self.diagnostics.extend(found);
            if broken {
                self.failed.insert(addr.block.declared().into_owned());
                return;
            }
        }
        let schemas = self.schemas.clone();
        let Some(schema) = schema_of(&schemas, &addr) else {
            let detail = format!("{} is not a kind that this version of acier knows.", addr.block.kind);
            self.fail(&addr.block, Diagnostic::error("Unknown kind", detail).at(resource.span).into());
            return;
        };
        let cast = self.scope.cast();
        let mut standin = None;
        match self.scope.configuration(&addr) {
            Ok(name) if self.plays(&cast, &addr, &name) => standin = cast.of(&addr, &name),
            Ok(name) if name.is_empty() => {}
            Ok(name) if !self.options.accounts.contains_key(&name) => {
                let detail =
                    format!("{addr} is to be made with the provider configuration {name}, which is not there.");
                let wrong = Diagnostic::error("Provider configuration not present", detail).at(resource.span);
                let hint = "Add the key to the for_each of the provider block, or remove it from that of the resource.";
                return self.fail(&addr.block, wrong.about(addr.to_string()).hint(hint).into());
            }
            Ok(name) => drop(self.configurations.insert(addr.clone(), name)),
            Err(found) => return self.fail(&addr.block, found),
        }
        match self.scope.desired(&addr) {
            Ok(desired) if addr.block.mode == BlockMode::Data => self.data(addr, schema, desired, standin.as_ref()),
            Ok(desired) => {
                let schema = standin.as_ref().map_or(schema, |standin| standin.schema);
                self.managed(addr, resource, schema, desired, standin.as_ref());
            }
            Err(found) => self.fail(&addr.block, found),
        }
    }

    /// Whether an instance has a stand-in, which then is what makes it.
    fn plays(&mut self, cast: &Cast, addr: &Addr, configuration: &str) -> bool {
        let plays = cast.of(addr, configuration).is_some();
        if plays {
            self.configurations.insert(addr.clone(), ACCOUNT.into());
        }
        plays
    }

    fn managed(
        &mut self,
        addr: Addr,
        resource: &Resource,
        schema: &Schema,
        desired: Desired,
        standin: Option<&Standin<'_>>,
    ) {
        let (imported, importing) = match self.import(&addr, schema, &desired.value) {
            Import::Nothing => (None, None),
            Import::Object(object, importing) => (Some(object), Some(importing)),
            Import::Stopped => return,
        };
        let prior = imported.as_deref().or_else(|| self.prior(&addr));
        if let Some(prior) = prior.filter(|prior| prior.schema_version > schema.version) {
            return self.fail(&addr.block, newer(&addr, prior, schema).at(desired.span).into());
        }
        let ignored = match self.scope.ignored(&addr.block) {
            Ok(ignored) => ignored,
            Err(found) => return self.fail(&addr.block, found),
        };
        let triggered = prior.is_some() && self.triggered(&addr, resource);
        let mut verdict = Case {
            schema,
            prior,
            config: &desired.value,
            ignored: &ignored,
            elsewhere: prior.is_some_and(|prior| self.is_elsewhere(&addr, prior)),
            requested: self.options.replace.contains(&addr),
            triggered,
            swept: prior.is_some_and(|prior| self.going.holder(&prior.id).is_some()),
            key: self.key,
        }
        .decide();
        if let Some(standin) = standin.filter(|standin| standin.early) {
            match standin.complete(&addr, &verdict.after, &desired.value) {
                Ok(after) => verdict.after = after,
                Err(wrong) => return self.fail(&addr.block, wrong.at(resource.span).into()),
            }
        }
        let mut change = Change {
            addr: addr.clone(),
            deposed: None,
            kind: addr.block.kind.clone(),
            id: prior.map(|prior| prior.id.clone()),
            action: verdict.action,
            why: verdict.why,
            cost: verdict.cost,
            before: verdict.before,
            after: verdict.after,
            differences: verdict.differences,
            needs: self.order.needs(&addr.block),
            create_before_destroy: self.order.creates_first(&addr.block),
            timeouts: desired.timeouts,
            importing,
        };
        if let (Action::Replace, Some(prior)) = (change.action, prior) {
            match self.order.arrange(&change, schema, prior, resource.span) {
                Ok(action) => change.action = action,
                Err(found) => return self.fail(&addr.block, found.into()),
            }
        }
        if let (true, Some(prior)) = (change.action != Action::Update && change.action != Action::NoOp, prior) {
            self.going.add(&prior.id, addr.to_string());
        }
        if let Some(prior) = prior {
            self.believe(schema, prior, &mut change);
        }
        self.check_destroy(&change);
        self.scope.publish(&addr, propose::conceal(&change.after));
        self.push(change);
        if resource.lifecycle.postconditions.is_empty() {
            return;
        }
        let found = self.scope.check_conditions(&addr, false);
        if found.has_errors() {
            self.failed.insert(addr.block.declared().into_owned());
        }
        self.diagnostics.extend(found);
    }

    /// Whether an object lives elsewhere than its provider configuration says.
    fn is_elsewhere(&self, addr: &Addr, prior: &Object) -> bool {
        let configuration = self.configurations.get(addr).map_or("", |name| &**name);
        let account = self.options.accounts.get(configuration).map_or("", |account| &**account);
        prior.cloud.as_deref().filter(|own| *own != &*self.options.home).unwrap_or("") != account
    }

    /// Adds a change to the plan.
    pub(crate) fn push(&mut self, change: Change) {
        if change.action != Action::NoOp {
            self.changing.insert(change.addr.block.declared().into_owned());
        }
        if matches!(change.action, Action::Create | Action::Replace | Action::ReplaceCreateFirst) {
            self.making.insert(change.addr.block.declared().into_owned());
        }
        if change.deposed.is_none() {
            self.places.insert(change.addr.clone(), self.changes.len());
        }
        self.changes.push(change);
    }

    /// Refuses a change that destroys what `prevent_destroy` protects.
    pub(crate) fn check_destroy(&mut self, change: &Change) {
        let destroys = matches!(change.action, Action::Delete | Action::Replace | Action::ReplaceCreateFirst)
            && change.deposed.is_none();
        if !destroys {
            return;
        }
        let tree = self.tree.clone();
        let Some(resource) = tree.resource(&change.addr.block) else { return };
        if resource.lifecycle.prevent_destroy.is_none() {
            return;
        }
        match self.scope.protects(&change.addr.block) {
            Ok(true) => {}
            Ok(false) => return,
            Err(found) => return self.fail(&change.addr.block, found),
        }
        let because = match (change.why, change.differences.iter().find(|found| found.cost == change.cost)) {
            (Why::CannotUpdate, Some(found)) => format!(" because {} cannot be changed in place", found.path),
            _ => String::new(),
        };
        let detail = format!(
            "Resource {} has lifecycle.prevent_destroy set, but the plan calls for this resource to be \
             destroyed{because}. To avoid this error and continue with the plan, either disable \
             lifecycle.prevent_destroy or reduce the scope of the plan using the -target option.",
            change.addr
        );
        let error = Diagnostic::error("Instance cannot be destroyed", detail);
        self.diagnostics.push(error.at(resource.span).about(change.addr.to_string()));
    }

    fn triggered(&mut self, addr: &Addr, resource: &Resource) -> bool {
        if resource.lifecycle.replace_triggered_by.is_empty() {
            return false;
        }
        match self.scope.triggers(addr) {
            Ok(triggers) => triggers.iter().any(|(addr, path)| self.triggers(addr, path)),
            Err(found) => {
                self.fail(&addr.block, found);
                false
            }
        }
    }

    /// Only updates and replacements trigger; of an attribute, only when it differs.
    fn triggers(&self, addr: &Addr, path: &crate::value::Path) -> bool {
        let exact = self.places.get(addr).into_iter();
        let any = (addr.key == Key::None && !self.places.contains_key(addr)).then(|| {
            self.places
                .range::<Addr, _>(addr..)
                .take_while(|(other, _)| other.block == addr.block)
                .map(|(_, place)| place)
        });
        exact.chain(any.into_iter().flatten()).filter_map(|place| self.changes.get(*place)).any(|change| {
            matches!(change.action, Action::Update | Action::Replace | Action::ReplaceCreateFirst)
                && (path.0.is_empty()
                    || change.differences.iter().any(|found| path.covers(&found.path) || found.path.covers(path))
                    || path.find(&change.after).is_some_and(|after| !after.is_wholly_known()))
        })
    }
}

fn newer(addr: &Addr, prior: &Object, schema: &Schema) -> Diagnostic {
    let detail = format!(
        "{addr} was stored by a newer version of acier (form {} of {}, this version knows form {}).",
        prior.schema_version, schema.kind, schema.version
    );
    Diagnostic::error("Object is newer than acier", detail)
}

/// The schema of an instance's kind.
pub(crate) fn schema_of<'s>(schemas: &'s Schemas, addr: &Addr) -> Option<&'s Schema> {
    match addr.block.mode {
        BlockMode::Managed => schemas.managed.get(&addr.block.kind),
        BlockMode::Data => schemas.data.get(&addr.block.kind),
    }
}
