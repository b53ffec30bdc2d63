//! A graph to be shown: what its nodes are, and what each needs.
//!
//! **Never:** know where it came from. `outline` makes one of a configuration, `deeds` one of a plan;
//! `dot`, `mermaid` and `svg` write it down.

pub(super) mod deeds;
pub(super) mod dot;
pub(super) mod mermaid;
pub(super) mod outline;
pub(super) mod svg;

use crate::graph::reduce::reduce;
use crate::plan::{Action, StepAct};

/// What a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// A resource block, or an object.
    #[default]
    Resource,
    /// A data source.
    Data,
    /// A variable.
    Variable,
    /// A local value.
    Local,
    /// An output value.
    Output,
    /// A provider configuration.
    Provider,
    /// Anything else: a call, a check, an import.
    Other,
}

/// What happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// It stays as it is.
    Nothing,
    /// This step of a plan; a replacement is more than one.
    Step(StepAct),
    /// This change of a plan.
    Change(Action),
}

/// A node.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Its name among all.
    pub(super) id: String,
    /// The module that it stands in; empty for the root.
    pub(super) module: String,
    /// Its name within the module: `azurerm_container_group.web`.
    pub(super) label: String,
    /// What it is.
    pub(super) sort: Sort,
    /// What happens to it, where a plan says it.
    pub(super) deed: Option<Deed>,
}

/// A graph to be shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    /// What it shows, in a few words.
    pub(super) title: String,
    /// The nodes.
    pub(super) nodes: Vec<Node>,
    /// What each node needs, by number.
    pub(super) needs: Vec<Vec<usize>>,
}

impl Picture {
    /// The same with the fewest edges that say as much.
    pub(super) fn reduced(self) -> Picture {
        Picture { needs: reduce(&self.needs), ..self }
    }
}

impl Deed {
    /// A word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Deed::Nothing | Deed::Change(Action::NoOp) => "no change",
            Deed::Change(Action::Replace | Action::ReplaceCreateFirst) => "replace",
            Deed::Step(StepAct::Create) | Deed::Change(Action::Create) => "create",
            Deed::Step(StepAct::Update) | Deed::Change(Action::Update) => "update",
            Deed::Step(StepAct::Delete) | Deed::Change(Action::Delete) => "delete",
            Deed::Step(StepAct::Depose) => "set aside",
            Deed::Step(StepAct::Read) | Deed::Change(Action::Read) => "read",
            Deed::Step(StepAct::Forget) | Deed::Change(Action::Forget) => "forget",
        }
    }

    /// Its colours: the line, and the ground.
    pub(super) fn colours(self) -> (&'static str, &'static str) {
        match self.word() {
            "create" => ("#1a7f37", "#e6f6ea"),
            "update" => ("#9a6700", "#fdf4d8"),
            "replace" => ("#8250df", "#f3ecff"),
            "delete" => ("#cf222e", "#ffebe9"),
            "set aside" => ("#bc4c00", "#fff1e5"),
            "read" => ("#0969da", "#e7f3ff"),
            "forget" => ("#57606a", "#eef0f2"),
            _ => ("#8c959f", "#f6f8fa"),
        }
    }
}
