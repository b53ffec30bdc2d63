//! Directed graphs of things that need each other: order, cycles, and what is ready next.
//!
//! **Never:** recurse over nodes: chains of ten thousand must not use up the stack.
//! Everything is deterministic: among nodes that could come next, the one added first comes first.

pub mod arrange;
mod order;
mod ready;
pub mod reduce;
mod settle;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::{Direction, visit::EdgeRef};

pub use ready::Ready;

/// A graph whose edges lead from what is needed to what needs it.
#[derive(Clone, Debug)]
pub struct Dag<K> {
    graph: DiGraph<K, ()>,
    index: BTreeMap<K, NodeIndex>,
    /// The edges there are: looking among the thousands that one node may have would take too long.
    edges: BTreeSet<(NodeIndex, NodeIndex)>,
}

impl<K: Ord + Clone> Default for Dag<K> {
    fn default() -> Self {
        Dag { graph: DiGraph::new(), index: BTreeMap::new(), edges: BTreeSet::new() }
    }
}

impl<K: Ord + Clone> Dag<K> {
    /// Adds a node; adding it again changes nothing.
    pub fn add(&mut self, node: K) {
        self.slot(node);
    }

    fn slot(&mut self, node: K) -> NodeIndex {
        if let Some(found) = self.index.get(&node) {
            return *found;
        }
        let slot = self.graph.add_node(node.clone());
        self.index.insert(node, slot);
        slot
    }

    /// Says that `node` needs `needed` first. Both are added if they are missing.
    pub fn need(&mut self, node: K, needed: K) {
        let node = self.slot(node);
        let needed = self.slot(needed);
        if self.edges.insert((needed, node)) {
            self.graph.add_edge(needed, node, ());
        }
    }

    /// All nodes in the order in which they were added.
    pub fn nodes(&self) -> impl Iterator<Item = &K> {
        self.graph.node_weights()
    }

    /// Whether the node is in the graph.
    #[must_use]
    pub fn contains(&self, node: &K) -> bool {
        self.index.contains_key(node)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// What `node` needs directly.
    pub fn needs(&self, node: &K) -> impl Iterator<Item = &K> {
        self.neighbours(node, Direction::Incoming)
    }

    /// What needs `node` directly.
    pub fn needed_by(&self, node: &K) -> impl Iterator<Item = &K> {
        self.neighbours(node, Direction::Outgoing)
    }

    fn neighbours(&self, node: &K, direction: Direction) -> impl Iterator<Item = &K> {
        let slot = self.index.get(node).copied();
        slot.into_iter()
            .flat_map(move |slot| self.graph.neighbors_directed(slot, direction))
            .map(|slot| &self.graph[slot])
    }

    /// Everything that the nodes of `from` need, directly or not, with the nodes themselves.
    #[must_use]
    pub fn all_needs<'k>(&self, from: impl IntoIterator<Item = &'k K>) -> BTreeSet<K>
    where
        K: 'k,
    {
        self.reach(from, Direction::Incoming)
    }

    /// Everything that needs the nodes of `from`, directly or not, with the nodes themselves.
    #[must_use]
    pub fn all_needed_by<'k>(&self, from: impl IntoIterator<Item = &'k K>) -> BTreeSet<K>
    where
        K: 'k,
    {
        self.reach(from, Direction::Outgoing)
    }

    fn reach<'k>(&self, from: impl IntoIterator<Item = &'k K>, direction: Direction) -> BTreeSet<K>
    where
        K: 'k,
    {
        let mut queue: VecDeque<NodeIndex> =
            from.into_iter().filter_map(|node| self.index.get(node).copied()).collect();
        let mut seen: BTreeSet<NodeIndex> = queue.iter().copied().collect();
        while let Some(slot) = queue.pop_front() {
            for next in self.graph.neighbors_directed(slot, direction) {
                if seen.insert(next) {
                    queue.push_back(next);
                }
            }
        }
        seen.into_iter().map(|slot| self.graph[slot].clone()).collect()
    }

    /// All nodes, each after everything it needs.
    ///
    /// # Errors
    /// The cycles, each as the nodes on it, when there are any.
    pub fn order(&self) -> Result<Vec<K>, Vec<Vec<K>>> {
        let mut missing: Vec<usize> = self
            .graph
            .node_indices()
            .map(|slot| self.graph.neighbors_directed(slot, Direction::Incoming).count())
            .collect();
        let mut next: BTreeSet<NodeIndex> =
            self.graph.node_indices().filter(|slot| missing[slot.index()] == 0).collect();
        let mut ordered = Vec::with_capacity(self.graph.node_count());
        while let Some(slot) = next.pop_first() {
            ordered.push(self.graph[slot].clone());
            for edge in self.graph.edges_directed(slot, Direction::Outgoing) {
                let target = edge.target();
                missing[target.index()] -= 1;
                if missing[target.index()] == 0 {
                    next.insert(target);
                }
            }
        }
        if ordered.len() == self.graph.node_count() { Ok(ordered) } else { Err(self.cycles()) }
    }

    fn cycles(&self) -> Vec<Vec<K>> {
        let mut cycles = Vec::new();
        // Kosaraju's algorithm, because petgraph's other one recurses over the nodes.
        for mut members in kosaraju_scc(&self.graph) {
            let alone = members.len() == 1 && !self.graph.contains_edge(members[0], members[0]);
            if !alone {
                members.sort();
                cycles.push(members.into_iter().map(|slot| self.graph[slot].clone()).collect());
            }
        }
        cycles
    }
}
