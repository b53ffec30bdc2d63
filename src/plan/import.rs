//! Objects that exist and that the state does not know yet: `import` blocks, and what `-adopt`
//! finds where something was to be created.
//!
//! **Never:** read the object; the planner asks for it. In: what is wanted, the answers. Out: the
//! object as it is judged and as the state will keep it. The decision to question: what the cloud
//! never returns of it is believed to be what the configuration says (`adopt`), and the plan says
//! so. Sending it would restart what runs, which nobody expects of an import; whoever doubts asks for it.

use crate::addr::{Addr, Block as BlockAddr, Key};
use crate::diag::{Diagnostic, Span};
use crate::lang::import::Wanted;
use crate::lang::module::Repetition;
use crate::schema::{Cost, Schema};
use crate::state::Object;
use crate::value::{Content, Type, Value};

use super::change::{Action, Change, Importing};
use super::walk::Walk;
use super::{Sought, Which, adopt, propose};

/// What came of looking for an object.
pub(crate) enum Import {
    /// Nothing is imported here.
    Nothing,
    /// This one is.
    Object(Box<Object>, Importing),
    /// It was asked for, or something is wrong: the instance is not planned now.
    Stopped,
}

impl<'a> Walk<'a> {
    /// Notes which ids are managed already, and where. Needed only when something is imported.
    pub(crate) fn note_ids(&mut self) {
        if self.tree.root().imports.is_empty() && self.options.imports.is_empty() && !self.options.adopt {
            return;
        }
        let current = self.laid.objects.iter().map(|(addr, object)| (*addr, *object));
        let deposed = self.laid.deposed.iter().map(|((addr, _), object)| (*addr, *object));
        self.ids = current.chain(deposed).map(|(addr, object)| (same(&object.id), addr.clone())).collect();
    }

    /// Notes what is to be imported to the instances of a block. False when something is wrong with it.
    pub(crate) fn want(&mut self, block: &BlockAddr, keys: &[Key]) -> bool {
        let mut wanted = match self.scope.imports(block) {
            Ok(wanted) => wanted,
            Err(found) => {
                self.fail(block, found);
                return false;
            }
        };
        wanted.retain(|wanted| wanted.addr.block == *block);
        wanted.extend(self.options.imports.iter().filter(|wanted| wanted.addr.block == *block).cloned());
        let mut sound = true;
        for wanted in wanted {
            if !keys.contains(&wanted.addr.key) {
                let wrong = self.no_instance(&wanted);
                sound = self.refuse_target(&wanted, wrong);
            } else if let Some(first) = self.wanted.get(&wanted.addr) {
                if first.span.is_some() && wanted.span.is_some() {
                    let detail = format!(
                        "More than one object is to be imported to {}. An address stands for one.",
                        wanted.addr
                    );
                    let wrong = Diagnostic::error("Duplicate import", detail)
                        .hint("Give each object an address of its own: to = kind.name[each.key].");
                    sound = self.refuse(&wanted, wrong);
                } else if wanted.span.is_none() {
                    // What the command line says goes before what the configuration says.
                    self.wanted.insert(wanted.addr.clone(), wanted);
                }
            } else {
                self.wanted.insert(wanted.addr.clone(), wanted);
            }
        }
        sound
    }

    /// Refuses the address to which something is wanted, where that is written.
    fn refuse_target(&mut self, wanted: &Wanted, wrong: Diagnostic) -> bool {
        let tree = self.tree.clone();
        let import = tree.root().imports.iter().find(|import| Some(import.named.span) == wanted.span);
        self.refuse(&Wanted { span: import.map(|import| import.to_span), ..wanted.clone() }, wrong)
    }

    fn refuse(&mut self, wanted: &Wanted, wrong: Diagnostic) -> bool {
        self.fail(&wanted.addr.block, wrong.at_maybe(wanted.span).about(wanted.addr.to_string()).into());
        false
    }

    fn no_instance(&self, wanted: &Wanted) -> Diagnostic {
        let Wanted { addr, .. } = wanted;
        let repetition = self.tree.resource(&addr.block).map(|resource| &resource.repetition);
        let (detail, hint) = match (repetition, &addr.key) {
            (Some(Repetition::Count(_)), Key::None) => (
                "The target resource is using count.".to_owned(),
                format!("Name one of its instances: {}[0].", addr.block),
            ),
            (Some(Repetition::ForEach(_)), Key::None) => (
                "The target resource is using for_each.".to_owned(),
                format!("Name one of its instances: {}[\"key\"].", addr.block),
            ),
            (Some(Repetition::Once | Repetition::Enabled(_)), _) => (
                "The target resource uses neither count nor for_each, so its address has no instance key.".to_owned(),
                format!("Name it without one: {}.", addr.block),
            ),
            _ => (
                format!(
                    "The configuration for the given import {addr} does not exist. All target instances must have an \
                     associated configuration to be imported."
                ),
                format!("Make count or for_each of {} have this instance, or import to another one.", addr.block),
            ),
        };
        Diagnostic::error("Configuration for import target does not exist", detail).hint(hint)
    }

    /// Asks for what is imported to addresses that no block stands for: whoever answers can show what
    /// such a block would say.
    pub(crate) fn unwritten(&mut self) {
        let tree = self.tree.clone();
        let blocks = tree.root().imports.iter().map(|import| &import.to);
        let blocks = blocks.chain(self.options.imports.iter().map(|wanted| &wanted.addr.block));
        let missing = blocks.filter(|block| tree.resource(block).is_none() && self.selection.touches(block));
        let missing: std::collections::BTreeSet<BlockAddr> = missing.cloned().collect();
        self.unreached();
        for block in missing {
            let keys: Vec<Key> = match self.scope.imports(&block) {
                Ok(wanted) => wanted.into_iter().map(|wanted| wanted.addr.key).collect(),
                Err(found) => {
                    self.fail(&block, found);
                    continue;
                }
            };
            let asked = self.options.imports.iter().filter(|wanted| wanted.addr.block == block);
            let keys: Vec<Key> = keys.into_iter().chain(asked.map(|wanted| wanted.addr.key.clone())).collect();
            if !self.want(&block, &keys) {
                continue;
            }
            let wanted: Vec<Wanted> =
                self.wanted.values().filter(|wanted| wanted.addr.block == block).cloned().collect();
            for wanted in wanted {
                if self.laid.objects.contains_key(&wanted.addr) || self.answers.objects.contains_key(&wanted.addr) {
                    let wrong = unwritten(&wanted);
                    self.refuse_target(&wanted, wrong);
                } else {
                    self.ask(&wanted.addr, Which::Named(wanted.named.clone()), wanted.span);
                }
            }
        }
    }

    /// Refuses what is to be imported to instances of modules that there are not.
    fn unreached(&mut self) {
        let tree = self.tree.clone();
        let declared = |block: &&BlockAddr| tree.resource(block).is_some();
        let called = tree.root().imports.iter().map(|import| &import.to).filter(|block| !block.module.is_root());
        let blocks: std::collections::BTreeSet<&BlockAddr> = called.filter(declared).collect();
        for block in blocks {
            let mut wanted = self.scope.imports(block).unwrap_or_default();
            let asked = self.options.imports.iter().filter(|wanted| *wanted.addr.block.declared() == *block);
            wanted.extend(asked.cloned());
            for wanted in wanted {
                if self.scope.has_instance(&wanted.addr.block.module) == Some(false) {
                    let wrong = no_module(&wanted);
                    self.refuse_target(&wanted, wrong);
                }
            }
        }
    }

    fn ask(&mut self, addr: &Addr, which: Which, span: Option<Span>) {
        self.asking.insert(addr.block.declared().into_owned());
        // Whoever adopts what exists wants made what does not.
        let must = !self.options.adopt && matches!(which, Which::Named(_));
        self.questions.objects.push(Sought { addr: addr.clone(), which, must, span });
    }

    /// What is imported to an instance. `config` is what its block says.
    pub(crate) fn import(&mut self, addr: &Addr, schema: &Schema, config: &Value) -> Import {
        let prior = self.prior(addr);
        let Some(wanted) = self.wanted.get(addr).cloned() else {
            return if self.options.adopt && prior.is_none() {
                self.adopt(addr, schema, config)
            } else {
                Import::Nothing
            };
        };
        // A block that is left in place has done its work, also where its object was replaced since.
        let here = |prior: &Object| wanted.named.as_str().is_some_and(|id| same(id) == same(&prior.id));
        if prior.is_some_and(|prior| wanted.span.is_some() || here(prior)) {
            return Import::Nothing;
        }
        let answers = self.answers;
        let found = match (prior, answers.objects.get_key_value(addr)) {
            // An id tells without a look at the cloud that it is another object.
            (Some(prior), _) if wanted.named.as_str().is_some() => return self.managed_already(&wanted, prior),
            (_, None) => {
                self.ask(addr, Which::Named(wanted.named.clone()), wanted.span);
                return Import::Stopped;
            }
            (Some(prior), Some((_, Some(object)))) if same(&object.id) == same(&prior.id) => return Import::Nothing,
            (Some(prior), Some(_)) => return self.managed_already(&wanted, prior),
            (None, Some((_, None))) => {
                let detail = format!(
                    "{addr} names an object that does not exist. Because of -adopt that is no error, and it is created."
                );
                let warning = Diagnostic::warning("Nothing to import", detail).at_maybe(wanted.span);
                self.diagnostics.push(warning.about(addr.to_string()));
                return Import::Nothing;
            }
            (None, Some((addr, Some(object)))) => (addr, object),
        };
        if let Some(other) = self.ids.get(&same(&found.1.id)) {
            let detail = format!(
                "{addr} would manage {}, which {other} manages already. Two addresses for one object would undo each \
                 other's changes.",
                found.1.id
            );
            let wrong = Diagnostic::error("Resource already managed", detail).hint(format!(
                "Leave the object where it is; or, if {other} is no longer to manage it, remove its block and forget it \
                 there first: acier state rm {}.",
                quoted(&other.to_string())
            ));
            self.refuse(&wanted, wrong);
            return Import::Stopped;
        }
        self.take(found.0, found.1, schema, false)
    }

    /// Takes over what stands where an object was to be created, unless it is ours under another
    /// address: then its deletion is waited for.
    fn adopt(&mut self, addr: &Addr, schema: &Schema, config: &Value) -> Import {
        let answers = self.answers;
        match answers.objects.get_key_value(addr) {
            None => {
                let like = propose::propose(&schema.block, None, config, None);
                self.ask(addr, Which::Like(like), None);
                Import::Stopped
            }
            Some((addr, Some(object))) if !self.ids.contains_key(&same(&object.id)) => {
                self.take(addr, object, schema, true)
            }
            Some(_) => Import::Nothing,
        }
    }

    fn take(&mut self, addr: &'a Addr, found: &'a Object, schema: &Schema, adopted: bool) -> Import {
        self.ids.insert(same(&found.id), addr.clone());
        self.laid.objects.insert(addr, found);
        let value = match self.options.send_secrets {
            true => schema.block.conceal(&found.value, &unseen),
            false => found.value.clone(),
        };
        let object = Object {
            value,
            needs: self.order.needs(&addr.block),
            create_before_destroy: self.order.creates_first(&addr.block),
            ..found.clone()
        };
        self.taken.insert(addr.clone(), object.clone());
        Import::Object(Box::new(object), Importing { id: found.id.clone(), adopted, believed: Vec::new() })
    }

    /// Believes what nobody has seen of an object that is left as it is, and says so of an imported one.
    pub(crate) fn believe(&mut self, schema: &Schema, prior: &Object, change: &mut Change) {
        let kept = change.action == Action::NoOp || change.action == Action::Update && change.cost == Cost::Nothing;
        if !kept {
            return;
        }
        let Some((object, believed)) = adopt::adopt(&schema.block, prior, &change.after, self.key) else { return };
        if let Some(importing) = &mut change.importing {
            importing.believed = believed;
        }
        if change.action == Action::NoOp {
            self.adopted.insert(change.addr.clone(), object);
        }
    }

    fn managed_already(&mut self, wanted: &Wanted, prior: &Object) -> Import {
        let Wanted { addr, .. } = wanted;
        let detail = format!(
            "{addr} manages {} already, and another object is to be imported to the same address. An address stands for \
             one object.",
            prior.id
        );
        let wrong = Diagnostic::error("Resource already managed", detail).hint(format!(
            "Leave it as it is, without the import; or, to manage the other object here instead, forget this one first: \
             acier state rm {}.",
            quoted(&addr.to_string())
        ));
        self.refuse(wanted, wrong);
        Import::Stopped
    }
}

/// What is said about an import into a module instance that there is not.
fn no_module(wanted: &Wanted) -> Diagnostic {
    let module = &wanted.addr.block.module;
    let detail = format!(
        "The configuration for the given import {} does not exist. All target instances must have an associated \
         configuration to be imported, and {module} is not one of the instances that the configuration calls.",
        wanted.addr
    );
    let hint = format!("Make the calls that lead to {module} have this instance, or import to another one.");
    Diagnostic::error("Configuration for import target does not exist", detail).hint(hint)
}

/// What is said about an import to an address that no block stands for.
fn unwritten(wanted: &Wanted) -> Diagnostic {
    let detail = format!(
        "The configuration for the given import target {} does not exist. An object is only imported to a resource \
         block, because the plan compares the two.",
        wanted.addr
    );
    let hint = if wanted.span.is_some() {
        "Write the block, or let it be written to a new file: acier plan -generate-config-out=generated.tf. Review what \
         was written."
    } else {
        "Write the block, with its secrets, and import again."
    };
    Diagnostic::error("Configuration for import target does not exist", detail).hint(hint)
}

/// An id to compare by: Azure Resource Manager compares ids without regard to case.
fn same(id: &str) -> String {
    id.trim_matches('/').to_lowercase()
}

/// A word for a shell.
#[must_use]
pub fn quoted(word: &str) -> String {
    if word.contains(|letter: char| !(letter.is_alphanumeric() || "_-./".contains(letter))) {
        format!("'{}'", word.replace('\'', "'\\''"))
    } else {
        word.to_owned()
    }
}

/// A secret of which it is to be forgotten that it may be the configured one.
fn unseen(own: &Value) -> Value {
    match own.content() {
        Content::Map(ty, members) => {
            let members = members.keys().map(|name| (name.clone(), Value::null(Type::String)));
            Value::map(ty.clone(), members.collect())
        }
        _ => Value::null(own.ty()),
    }
}
