//! What objects need, directly and through others.
//!
//! **Never:** know configurations: what is told is what the objects keep. In: objects. Out: blocks, as
//! they are declared. The decision to question: an object keeps what its block refers to, so a chain of
//! objects takes room for its links alone; Terraform's documents list all that lies behind, as here.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Block;

use super::{Object, State};

/// Who needs whom.
#[derive(Clone, Debug, Default)]
pub struct Needs(BTreeMap<Block, BTreeSet<Block>>);

impl Needs {
    /// Those of objects, by the blocks that they belong to.
    #[must_use]
    pub fn of<'o>(objects: impl IntoIterator<Item = (&'o Block, &'o [Block])>) -> Needs {
        let mut needs: BTreeMap<Block, BTreeSet<Block>> = BTreeMap::new();
        for (block, own) in objects {
            let declared = own.iter().map(|need| need.declared().into_owned());
            needs.entry(block.declared().into_owned()).or_default().extend(declared);
        }
        Needs(needs)
    }

    /// Those of all objects of a state.
    #[must_use]
    pub fn of_state(state: &State) -> Needs {
        let current = state.objects.iter();
        let deposed = state.deposed.iter().map(|((addr, _), object)| (addr, object));
        Needs::of(current.chain(deposed).map(|(addr, object)| (&addr.block, object.needs.as_slice())))
    }

    /// All blocks that an object needs, and those that they need.
    #[must_use]
    pub fn behind(&self, object: &Object) -> BTreeSet<Block> {
        let mut found = object.depends_on();
        let mut open: Vec<Block> = found.iter().cloned().collect();
        while let Some(block) = open.pop() {
            for next in self.0.get(&block).into_iter().flatten() {
                if found.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        found
    }
}
