//! Walks a graph as its nodes finish, in any order the world chooses.
//!
//! **Never:** run anything. The engine takes what is ready and reports what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Dag;

/// What is ready, what waits, and what can no longer happen.
#[derive(Clone, Debug)]
pub struct Ready<K> {
    dag: Dag<K>,
    missing: BTreeMap<K, usize>,
    position: BTreeMap<K, usize>,
    ready: BTreeSet<(usize, K)>,
}

impl<K: Ord + Clone> Ready<K> {
    /// Starts a walk; the graph must have no cycles, or the nodes on them never become ready.
    #[must_use]
    pub fn new(dag: Dag<K>) -> Ready<K> {
        let position: BTreeMap<K, usize> = dag.nodes().cloned().enumerate().map(|(at, node)| (node, at)).collect();
        let missing: BTreeMap<K, usize> = dag.nodes().map(|node| (node.clone(), dag.needs(node).count())).collect();
        let ready = missing
            .iter()
            .filter(|(_, missing)| **missing == 0)
            .map(|(node, _)| (position[node], node.clone()))
            .collect();
        Ready { dag, missing, position, ready }
    }

    /// The next node that could start, taken out of the queue.
    pub fn take(&mut self) -> Option<K> {
        self.ready.pop_first().map(|(_, node)| node)
    }

    /// Says that `node` finished well: what waited only for it becomes ready.
    pub fn finish(&mut self, node: &K) {
        self.missing.remove(node);
        let waiting: Vec<K> = self.dag.needed_by(node).cloned().collect();
        for next in waiting {
            if let Some(missing) = self.missing.get_mut(&next) {
                *missing -= 1;
                if *missing == 0 {
                    self.ready.insert((self.position[&next], next));
                }
            }
        }
    }

    /// Says that `node` failed: everything that needs it, directly or not, is dropped and returned.
    pub fn fail(&mut self, node: &K) -> Vec<K> {
        let mut dropped = Vec::new();
        for lost in self.dag.all_needed_by([node]) {
            let was_waiting = self.missing.remove(&lost).is_some();
            if was_waiting && lost != *node {
                dropped.push(lost);
            }
        }
        dropped
    }

    /// Whether nothing is left, neither ready nor waiting nor taken and unfinished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty()
    }

    /// The nodes that have not finished.
    pub fn left(&self) -> impl Iterator<Item = &K> {
        self.missing.keys()
    }
}
