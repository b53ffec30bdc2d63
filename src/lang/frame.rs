//! One instance of a module: what its names mean at the moment.
//!
//! **Never:** evaluate; `settle` does, and keeps the results here. In: a module of the tree and the
//! key that its call has it under. Out: places to keep values in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::addr::{Block as BlockAddr, Key, ModulePath};
use crate::diag::Diagnostics;
use crate::value::{Content, Members, Name, Type, Value};

use super::module::Module;
use super::published::Blocks;
use super::repeat::Repeated;
use super::tree::UnitId;

/// Which module instance, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FrameId(pub(super) u32);

impl FrameId {
    /// The root module.
    pub(super) const ROOT: FrameId = FrameId(0);

    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

/// A value that was made, or what was wrong with it.
pub(super) type Settled = Result<Value, Diagnostics>;

/// An instance of a module.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The module in the tree.
    pub(super) unit: UnitId,
    /// Its declarations.
    pub(super) module: Rc<Module>,
    /// Its path, with keys.
    pub(super) path: ModulePath,
    /// Who calls it; nobody the root.
    pub(super) parent: Option<FrameId>,
    /// The values of its variables: all of the root, of others those that were needed.
    pub(super) variables: BTreeMap<Name, Settled>,
    /// Locals that were needed.
    pub(super) locals: BTreeMap<Name, Settled>,
    /// Outputs that were needed; of called modules only.
    pub(super) outputs: BTreeMap<Name, Settled>,
    /// How often other modules are called.
    pub(super) calls: BTreeMap<Name, Result<Repeated, Diagnostics>>,
    /// What references to called modules give.
    pub(super) uses: BTreeMap<(Name, Option<Name>), Gathered>,
    /// How often blocks stand.
    pub(super) repeated: BTreeMap<BlockAddr, Repeated>,
    /// The blocks that were published.
    pub(super) blocks: Blocks,
    /// The instances of called modules that were made so far.
    pub(super) children: BTreeMap<Name, BTreeMap<Key, FrameId>>,
    /// Of each argument of a call, the instances that have its value.
    pub(super) given: BTreeMap<(Name, Name), Vec<FrameId>>,
}

/// The outputs of a called module, as a reference to them gives them.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    /// What the instances give.
    members: Collected,
    /// What is wrong in some of them.
    wrong: BTreeMap<Key, Diagnostics>,
    /// Instances whose outputs have changed since.
    pub(super) stale: BTreeSet<Key>,
}

#[derive(Clone, Debug)]
enum Collected {
    One(Value),
    Counted(Arc<Vec<Value>>),
    Keyed(Arc<Members>),
}

impl Gathered {
    /// Nothing yet of a module that is called so often.
    pub(super) fn new(repeated: &Repeated) -> Gathered {
        let members = match repeated {
            Repeated::Once | Repeated::Enabled(_) => Collected::One(Value::unknown(Type::Dynamic)),
            Repeated::Count(count) => {
                let length = usize::try_from(*count).unwrap_or_default();
                Collected::Counted(Arc::new(vec![Value::unknown(Type::Dynamic); length]))
            }
            Repeated::Each(_) => Collected::Keyed(Arc::default()),
        };
        Gathered { members, wrong: BTreeMap::new(), stale: repeated.keys().into_iter().collect() }
    }

    /// Sets what one instance gives.
    pub(super) fn set(&mut self, key: &Key, settled: Settled) {
        self.stale.remove(key);
        let value = match settled {
            Ok(value) => {
                self.wrong.remove(key);
                value
            }
            Err(wrong) => {
                self.wrong.insert(key.clone(), wrong);
                Value::unknown(Type::Dynamic)
            }
        };
        match (&mut self.members, key) {
            (Collected::One(slot), _) => *slot = value,
            (Collected::Counted(members), Key::Int(index)) => {
                let slot = usize::try_from(*index).ok().and_then(|index| Arc::make_mut(members).get_mut(index));
                if let Some(slot) = slot {
                    *slot = value;
                }
            }
            (Collected::Keyed(members), Key::Str(key)) => drop(Arc::make_mut(members).insert(key.clone(), value)),
            _ => {}
        }
    }

    /// What a reference gives.
    pub(super) fn value(&self) -> Settled {
        if let Some(wrong) = self.wrong.values().next() {
            return Err(wrong.clone());
        }
        Ok(match &self.members {
            Collected::One(value) => value.clone(),
            Collected::Counted(members) => Content::Tuple(members.clone()).into(),
            Collected::Keyed(members) => Content::Object(members.clone()).into(),
        })
    }
}

impl Frame {
    /// The key of the instance.
    pub(super) fn key(&self) -> Key {
        self.path.0.last().map(|step| step.key.clone()).unwrap_or_default()
    }

    /// The call that it comes from, as its caller names it.
    pub(super) fn call(&self) -> Option<&Name> {
        self.path.0.last().map(|step| &step.name)
    }
}
