//! All modules of a configuration, each where it is called: the static side of modules.
//!
//! **Never:** know instances: paths here have no keys, and `count` and `for_each` of calls are not
//! evaluated; [`super::scope`] does that. One folder is one [`Module`], however often it is called.
//! A block needs the blocks that it names itself or through locals, variables and outputs of any
//! module, not those that these need in turn.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::addr::{Block, ModulePath};
use crate::diag::{Diagnostics, FileId, Sources, Span};
use crate::graph::Dag;
use crate::schema::Schemas;
use crate::value::Name;

use super::gather::{Finder, gather};
use super::module::{Call, Module, Node, Passed, ProviderBlock, ProviderName, Resource};

/// Which module of a [`Tree`]; the root is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitId(pub(super) u32);

impl UnitId {
    /// The root module.
    pub const ROOT: UnitId = UnitId(0);

    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

/// A module where it is called.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// How it is reached from the root, without keys.
    pub path: ModulePath,
    /// Its folder, relative to the root's: `.`, `net`, `../shared`.
    pub folder: Name,
    /// What is declared in it.
    pub module: Rc<Module>,
    /// Who calls it; nobody the root.
    pub parent: Option<UnitId>,
    /// What it calls, by the names of the calls.
    pub children: BTreeMap<Name, UnitId>,
}

/// A node of one module of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The module.
    pub unit: UnitId,
    /// The node in it.
    pub node: Node,
}

/// A block that another one needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its address, without keys.
    pub block: Block,
    /// How many steps of the paths of both modules the way from one to the other never leaves: only
    /// instances that agree in the keys of these steps need each other.
    pub shared: usize,
}

impl Need {
    /// The block for one instance of the module that needs it: with the keys of the steps that both
    /// share. A step without a key stands for all its instances.
    #[must_use]
    pub fn of(&self, path: &ModulePath) -> Block {
        let mut block = self.block.clone();
        for (step, own) in block.module.0.iter_mut().zip(&path.0).take(self.shared) {
            step.key = own.key.clone();
        }
        block
    }
}

/// A whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(super) units: Vec<Unit>,
    /// What needs what, across all modules.
    pub graph: Dag<Spot>,
    /// All nodes, each after what it needs.
    pub order: Vec<Spot>,
    pub(super) needs: BTreeMap<Block, Vec<Need>>,
    pub(super) import_needs: Vec<Vec<Block>>,
    pub(super) waits: BTreeMap<Block, Vec<Block>>,
    /// Places in called modules as sentences name them.
    pub(super) places: BTreeMap<Span, Name>,
}

/// Loads a configuration from the files of its root module (already among `sources`, in name
/// order) and of the modules that `finder` finds. The tree is only fit for evaluation when the
/// diagnostics hold no error.
#[must_use]
pub fn load(
    sources: &mut Sources,
    files: &[FileId],
    schemas: &Schemas,
    finder: &mut Finder<'_>,
) -> (Tree, Diagnostics) {
    gather(sources, files, schemas, finder)
}

/// The same for a configuration that calls no modules.
#[must_use]
pub fn load_alone(sources: &Sources, files: &[FileId], schemas: &Schemas) -> (Tree, Diagnostics) {
    gather(&mut sources.clone(), files, schemas, &mut Finder::nowhere())
}

impl Tree {
    /// The same with other provider configurations in the root: in place of those of the same names,
    /// and besides the others.
    #[must_use]
    pub fn with_providers(&self, blocks: Vec<ProviderBlock>) -> Tree {
        let mut tree = self.clone();
        let Some(root) = tree.units.first_mut() else { return tree };
        let own = &mut Rc::make_mut(&mut root.module).providers;
        for block in blocks {
            own.retain(|known| known.name != block.name);
            own.push(block);
        }
        tree
    }

    /// A tree of one module, without its graph.
    pub(super) fn of(module: Rc<Module>) -> Tree {
        Tree { units: vec![Unit { folder: ".".into(), module, ..Unit::default() }], ..Tree::default() }
    }

    /// The root module.
    #[must_use]
    pub fn root(&self) -> &Rc<Module> {
        &self.unit(UnitId::ROOT).module
    }

    /// A module.
    #[must_use]
    pub fn unit(&self, unit: UnitId) -> &Unit {
        // Ids are only made for what is there.
        &self.units[unit.at()]
    }

    /// All modules, callers before what they call.
    pub fn units(&self) -> impl Iterator<Item = (UnitId, &Unit)> {
        (0..).map(UnitId).zip(&self.units)
    }

    /// The module at a path, whatever the keys in it.
    #[must_use]
    pub fn find(&self, path: &ModulePath) -> Option<UnitId> {
        let mut unit = UnitId::ROOT;
        for step in &path.0 {
            unit = *self.units.get(unit.at())?.children.get(&step.name)?;
        }
        Some(unit)
    }

    /// The call that a module comes from; none for the root.
    #[must_use]
    pub fn call(&self, unit: UnitId) -> Option<(UnitId, &Call)> {
        let unit = self.unit(unit);
        let parent = unit.parent?;
        let call = self.unit(parent).module.calls.get(&unit.path.0.last()?.name)?;
        Some((parent, call))
    }

    /// What is declared under an address, whatever the keys in it.
    #[must_use]
    pub fn resource(&self, block: &Block) -> Option<&Resource> {
        let unit = self.find(&block.module)?;
        self.unit(unit).module.blocks.get(&*block.local())
    }

    /// All resource and data blocks, with their addresses without keys, by module.
    pub fn blocks(&self) -> impl Iterator<Item = (Block, &Resource)> {
        self.units.iter().flat_map(|unit| {
            unit.module.blocks.iter().map(|(block, resource)| (block.within(unit.path.clone()), resource))
        })
    }

    /// The address, without keys, of a block of a module.
    #[must_use]
    pub fn block(&self, unit: UnitId, block: &Block) -> Block {
        let path = &self.unit(unit).path;
        if path.is_root() { block.clone() } else { block.within(path.clone()) }
    }

    /// The blocks that a block needs; all addresses are without keys.
    #[must_use]
    pub fn needs(&self, block: &Block) -> &[Need] {
        self.needs.get(block).map(Vec::as_slice).unwrap_or_default()
    }

    /// The blocks that an `import` block needs.
    #[must_use]
    pub fn import_needs(&self, import: usize) -> &[Block] {
        self.import_needs.get(import).map(Vec::as_slice).unwrap_or_default()
    }

    /// The blocks that a data block waits for because of `depends_on`, its own or one of the calls
    /// that it comes from.
    #[must_use]
    pub fn waits(&self, block: &Block) -> &[Block] {
        self.waits.get(block).map(Vec::as_slice).unwrap_or_default()
    }

    /// Which provider configuration a module means by a name: the module that has the `provider`
    /// block (or would have it, where nobody wrote one), and the name there.
    #[must_use]
    pub fn configuration(&self, unit: UnitId, name: &ProviderName) -> (UnitId, ProviderName) {
        let (unit, name, _) = self.handed(unit, name);
        (unit, name)
    }

    /// The same, with the call that chooses one of its instances by a key: the module that is called, and the
    /// entry of its `providers`.
    pub(super) fn handed(
        &self,
        unit: UnitId,
        name: &ProviderName,
    ) -> (UnitId, ProviderName, Option<(UnitId, &Passed)>) {
        let mut chosen = None;
        let (mut unit, mut name) = (unit, name.clone());
        while let Some((parent, call)) = self.call(unit) {
            let own = &self.unit(unit).module.providers;
            if own.iter().any(|block| block.name == name) {
                break;
            }
            if let Some(passed) = call.providers.iter().find(|passed| passed.inner == name) {
                name = passed.outer.clone();
                chosen = chosen.or_else(|| passed.key.as_ref().map(|_| (unit, passed)));
            }
            unit = parent;
        }
        (unit, name, chosen)
    }

    /// Where a node is declared.
    #[must_use]
    pub fn span(&self, spot: &Spot) -> Option<Span> {
        self.unit(spot.unit).module.span(&spot.node)
    }

    /// A variable or a validation in a called module, as sentences name places.
    pub(super) fn place(&self, span: Span) -> &str {
        self.places.get(&span).map_or("another place", |place| place)
    }

    /// The name of a node, with the module that it is in.
    #[must_use]
    pub fn name(&self, spot: &Spot) -> String {
        let path = &self.unit(spot.unit).path;
        if path.is_root() { spot.node.to_string() } else { format!("{path}.{}", spot.node) }
    }
}
