//! What is published of the blocks of one module instance.
//!
//! **Never:** evaluate. In: values as they are planned or made. Out: what references to blocks give.
//! The decision to question: the instances of a block are kept as the tuple or object that a
//! reference to the whole block gives, so that such a reference costs nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{Block as BlockAddr, Key};
use crate::value::{Content, Members, Type, Value};

use super::module::{Module, Repetition};
use super::shape::Kinds;

/// The instances of a block.
#[derive(Clone, Debug)]
enum Instances {
    One(Option<Value>),
    Counted(Arc<Vec<Value>>),
    Keyed(Arc<Members>),
}

/// What is published of a block.
#[derive(Clone, Debug)]
struct Published {
    /// The instances that the block has; nothing before they are decided.
    keys: Option<Vec<Key>>,
    instances: Instances,
}

/// The blocks of a module instance, by the names that they have in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks(BTreeMap<BlockAddr, Published>);

impl Blocks {
    /// Makes an instance's value visible.
    pub(super) fn publish(&mut self, kinds: &Kinds, block: &BlockAddr, key: &Key, value: Value) {
        let (value, unknown) = match kinds.of(block) {
            Some((schema, shape)) => (shape.mark(value, &schema.block), Value::unknown_not_null(shape.ty.clone())),
            None => (value, Value::unknown(Type::Dynamic)),
        };
        let published = self.entry(block);
        match (key, &mut published.instances) {
            (Key::None, Instances::One(slot)) => *slot = Some(value),
            (Key::None, instances) => *instances = Instances::One(Some(value)),
            (Key::Int(index), instances) => {
                if !matches!(instances, Instances::Counted(_)) {
                    *instances = Instances::Counted(Arc::default());
                }
                let Instances::Counted(members) = instances else { return };
                let Ok(index) = usize::try_from(*index) else { return };
                let members = Arc::make_mut(members);
                if members.len() <= index {
                    members.resize(index + 1, unknown);
                }
                members[index] = value;
            }
            (Key::Str(key), instances) => {
                if !matches!(instances, Instances::Keyed(_)) {
                    *instances = Instances::Keyed(Arc::default());
                }
                let Instances::Keyed(members) = instances else { return };
                Arc::make_mut(members).insert(key.clone(), value);
            }
        }
    }

    /// Says which instances a block has. Values of instances that stay are kept.
    pub(super) fn publish_keys(&mut self, kinds: &Kinds, module: &Module, block: &BlockAddr, keys: Vec<Key>) {
        let ty = kinds.of(block).map_or(Type::Dynamic, |(_, shape)| shape.ty.clone());
        let repetition = module.blocks.get(block).map(|resource| &resource.repetition);
        let counted = matches!(repetition, Some(Repetition::Count(_)));
        let keyed = matches!(repetition, Some(Repetition::ForEach(_)));
        let published = self.entry(block);
        let old = std::mem::replace(&mut published.instances, Instances::One(None));
        let unknown = || Value::unknown_not_null(ty.clone());
        published.instances = if counted {
            let length = keys.iter().filter_map(position).map(|index| index + 1).max().unwrap_or(0);
            let mut members = match old {
                Instances::Counted(members) => Arc::unwrap_or_clone(members),
                _ => Vec::new(),
            };
            members.truncate(length);
            members.resize(length, unknown());
            Instances::Counted(Arc::new(members))
        } else if keyed {
            let before = match old {
                Instances::Keyed(members) => members,
                _ => Arc::default(),
            };
            let members = keys.iter().filter_map(|key| match key {
                Key::Str(key) => Some((key.clone(), before.get(key).cloned().unwrap_or_else(unknown))),
                _ => None,
            });
            Instances::Keyed(Arc::new(members.collect()))
        } else {
            old
        };
        published.keys = Some(keys);
    }

    /// The instance keys of a block, once they are published.
    pub(super) fn keys(&self, block: &BlockAddr) -> Option<&[Key]> {
        self.0.get(block)?.keys.as_deref()
    }

    /// The value of an instance, if it is published.
    pub(super) fn instance(&self, block: &BlockAddr, key: &Key) -> Option<Value> {
        match (&self.0.get(block)?.instances, key) {
            (Instances::One(value), Key::None) => value.clone(),
            (Instances::Counted(members), key) => members.get(position(key)?).cloned(),
            (Instances::Keyed(members), Key::Str(key)) => members.get(key).cloned(),
            _ => None,
        }
    }

    fn entry(&mut self, block: &BlockAddr) -> &mut Published {
        let fresh = || Published { keys: None, instances: Instances::One(None) };
        self.0.entry(block.clone()).or_insert_with(fresh)
    }

    /// What a reference to a block gives, and how many steps it uses up; nothing before its
    /// instances are published.
    pub(super) fn reference(&self, module: &Module, addr: &BlockAddr, used: usize) -> Option<(Value, usize)> {
        let once = || module.blocks.get(addr).is_none_or(|resource| resource.repetition.is_single());
        let enabled = || {
            let repetition = module.blocks.get(addr).map(|resource| &resource.repetition);
            matches!(repetition, Some(Repetition::Enabled(_)))
        };
        match self.0.get(addr)? {
            // What is not enabled is null.
            Published { keys: Some(keys), .. } if keys.is_empty() && enabled() => {
                Some((Value::null(Type::Dynamic), used))
            }
            Published { instances: Instances::One(Some(value)), .. } if once() => Some((value.clone(), used)),
            Published { keys: Some(_), instances: Instances::Counted(members) } => {
                Some((Content::Tuple(members.clone()).into(), used))
            }
            Published { keys: Some(_), instances: Instances::Keyed(members) } => {
                Some((Content::Object(members.clone()).into(), used))
            }
            _ => None,
        }
    }
}

fn position(key: &Key) -> Option<usize> {
    match key {
        Key::Int(index) => usize::try_from(*index).ok(),
        Key::None | Key::Str(_) => None,
    }
}
