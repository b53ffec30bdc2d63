//! A module: the declarations of one folder, checked as far as their text alone can be.
//!
//! **Never:** hold evaluated values, or know who calls the module: all addresses in it are those of
//! a root module, and one module serves every call of its folder. [`super::tree`] puts modules together.

use std::collections::BTreeMap;

use crate::addr::{Block as BlockAddr, Target};
use crate::diag::Span;
use crate::value::{Marks, Name, Path, Type, Value};

use super::ast::{Attribute, Body, Expr};
use super::backend::Backend;
use super::configuration::ProviderUse;
use super::link::Index;
use super::provisioner::Provisioner;

/// A type constraint: a type whose object attributes may be optional with defaults.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// The type that values end up with.
    pub ty: Type,
    /// Defaults of optional attributes (null where none is given), by path of attribute names;
    /// elements of collections are stepped into without a step of their own.
    pub optional: BTreeMap<Vec<Name>, Option<Value>>,
}

/// `variable "name" { ... }`
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub span: Span,
    /// What its value must be.
    pub constraint: Constraint,
    /// Its default, converted.
    pub default: Option<Value>,
    /// Whether values are hidden.
    pub sensitive: bool,
    /// Whether values live for one run only.
    pub ephemeral: bool,
    /// Whether null is a value; otherwise null means the default.
    pub nullable: bool,
    /// For people.
    pub description: Option<String>,
    /// `validation { condition, error_message }`
    pub validations: Vec<Condition>,
    /// Whether text given for it is its value as it stands, and not an expression: so for primitive
    /// types and where no type is declared.
    pub literal: bool,
}

impl Variable {
    /// The marks that its values have.
    pub(super) fn marks(&self) -> Marks {
        Marks::of(self.sensitive, self.ephemeral)
    }
}

/// `condition` and `error_message`, of validations, preconditions and postconditions.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Must be true.
    pub condition: Expr,
    /// What to say when it is not.
    pub message: Expr,
    /// Where the block stands.
    pub span: Span,
}

/// `output "name" { ... }`
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub span: Span,
    /// Its value.
    pub value: Expr,
    /// Whether the value is hidden; a sensitive value of a root module must be.
    pub sensitive: bool,
    /// Where it is said that the value lives for one run only, if it is.
    pub ephemeral: Option<Span>,
    /// For people.
    pub description: Option<String>,
    /// Must hold before the value is used.
    pub preconditions: Vec<Condition>,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
}

/// An entry of `depends_on`.
#[derive(Clone, Debug)]
pub enum Dependency {
    /// A resource or data block.
    Block(BlockAddr, Span),
    /// A module call, with all that is in it.
    Module(Name, Span),
    /// A local value, with all that it is made of.
    Local(Name, Span),
    /// A variable, with all that the call of the module makes it of.
    Variable(Name, Span),
}

/// How the instances of a block are made.
#[derive(Clone, Debug)]
pub enum Repetition {
    /// One instance without a key.
    Once,
    /// `count = n`
    Count(Expr),
    /// `for_each = x`
    ForEach(Expr),
    /// `lifecycle { enabled = b }`: one instance without a key, or none.
    Enabled(Expr),
}

impl Repetition {
    /// Whether its instance, if there is one, has no key.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self, Repetition::Once | Repetition::Enabled(_))
    }

    /// The argument that decides it, with its name.
    #[must_use]
    pub fn argument(&self) -> Option<(&'static str, &Expr)> {
        match self {
            Repetition::Once => None,
            Repetition::Count(expr) => Some(("count", expr)),
            Repetition::ForEach(expr) => Some(("for_each", expr)),
            Repetition::Enabled(expr) => Some(("enabled", expr)),
        }
    }
}

/// `lifecycle { ... }`
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Make the replacement first.
    pub create_before_destroy: bool,
    /// Refuse every plan that would delete the object, where this is true.
    pub prevent_destroy: Option<Expr>,
    /// Attributes whose configuration is ignored after creation.
    pub ignore_changes: Ignore,
    /// References whose change replaces the object.
    pub replace_triggered_by: Vec<Expr>,
    /// Must hold before the object is planned.
    pub preconditions: Vec<Condition>,
    /// Must hold after the object is read or made.
    pub postconditions: Vec<Condition>,
}

/// `ignore_changes`
#[derive(Clone, Debug, Default)]
pub enum Ignore {
    /// Nothing.
    #[default]
    None,
    /// `all`
    All,
    /// These places.
    Paths(Vec<Path>),
    /// The places that an expression names when its turn comes.
    Asked(Expr),
}

/// A `resource` or `data` block.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its address.
    pub addr: BlockAddr,
    /// Where its header stands.
    pub span: Span,
    /// How often.
    pub repetition: Repetition,
    /// What it says, without meta-arguments.
    pub body: Body,
    /// Its life cycle.
    pub lifecycle: Lifecycle,
    /// `timeouts { create = "30m" }`, expressions by name.
    pub timeouts: BTreeMap<Name, Expr>,
    /// `provider`
    pub provider: Option<ProviderUse>,
    /// `provisioner`
    pub provisioners: Vec<Provisioner>,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
    /// The check that it stands in, which alone can refer to it.
    pub check: Option<Name>,
}

/// `module "name" { ... }`
#[derive(Clone, Debug)]
pub struct Call {
    /// Its name.
    pub name: Name,
    /// Where its header stands.
    pub span: Span,
    /// `source`
    pub source: Name,
    /// Where that stands.
    pub source_span: Span,
    /// `version`
    pub version: Option<Name>,
    /// How often.
    pub repetition: Repetition,
    /// The values of the module's variables.
    pub arguments: Vec<Attribute>,
    /// `providers`
    pub providers: Vec<Passed>,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
}

/// One entry of the `providers` of a module call.
#[derive(Clone, Debug)]
pub struct Passed {
    /// What the module calls the configuration.
    pub inner: ProviderName,
    /// What the caller calls it.
    pub outer: ProviderName,
    /// Which instance of it: `azurerm.by_region[each.key]`.
    pub key: Option<Expr>,
    /// Where the entry stands.
    pub span: Span,
}

/// How a module calls a provider configuration: `azurerm`, `azurerm.east`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderName {
    /// The local name of the provider.
    pub provider: Name,
    /// The alias.
    pub alias: Option<Name>,
}

impl ProviderName {
    /// The default configuration of a provider.
    #[must_use]
    pub fn default_of(provider: impl Into<Name>) -> ProviderName {
        ProviderName { provider: provider.into(), alias: None }
    }
}

/// `provider "name" { ... }`
#[derive(Clone, Debug)]
pub struct ProviderBlock {
    /// The provider, and `alias`.
    pub name: ProviderName,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// Where its header stands.
    pub span: Span,
    /// What it says.
    pub body: Body,
}

/// `import { ... }`
#[derive(Clone, Debug)]
pub struct Import {
    /// Where its header stands.
    pub span: Span,
    /// The block that is to manage the object, without keys; it need not be in the configuration.
    pub to: BlockAddr,
    /// The keys of the steps of its module's path.
    pub module_keys: Vec<Option<Expr>>,
    /// The instance key behind it.
    pub key: Option<Expr>,
    /// Where `to` stands.
    pub to_span: Span,
    /// `id`, or `identity` (an object of names).
    pub named: Expr,
    /// Whether `named` is an `identity`.
    pub by_names: bool,
    /// `for_each`
    pub for_each: Option<Expr>,
}

/// `check "name" { ... }`
#[derive(Clone, Debug)]
pub struct Check {
    /// Where its header stands.
    pub span: Span,
    /// What must hold.
    pub asserts: Vec<Condition>,
    /// The data source inside it.
    pub data: Option<BlockAddr>,
}

/// `moved { ... }`
#[derive(Clone, Debug)]
pub struct Moved {
    /// The address that the objects had, as seen from the module.
    pub from: Target,
    /// The address that they have from now on.
    pub to: Target,
    /// Where its header stands.
    pub span: Span,
    /// The same for people: `main.tf:2,1`.
    pub place: String,
}

/// `removed { ... }`
#[derive(Clone, Debug)]
pub struct Removed {
    /// What is no longer managed, as seen from the module: a resource or a module, without keys.
    pub from: Target,
    /// Whether its objects are destroyed; otherwise they are forgotten.
    pub destroy: bool,
    /// Where its header stands.
    pub span: Span,
}

/// What depends on what: the nodes of a module's graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A variable.
    Variable(Name),
    /// The validations of a variable of a called module.
    Validation(Name),
    /// How often a module is called.
    Call(Name),
    /// The value that a call gives to a variable of the module.
    Argument(Name, Name),
    /// An output of a called module, or all of them.
    Uses(Name, Option<Name>),
    /// Everything in a called module.
    Whole(Name),
    /// A local value.
    Local(Name),
    /// A provider configuration.
    Provider(ProviderName),
    /// A resource or data block.
    Block(BlockAddr),
    /// An output value.
    Output(Name),
    /// An `import` block, by its place in [`Module::imports`].
    Import(usize),
    /// A `check` block.
    Check(Name),
}

/// An entry of `required_providers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Where the provider comes from: `hashicorp/azurerm`.
    pub source: Name,
    /// Which versions are asked for.
    pub constraint: Option<Name>,
}

/// The declarations of one folder.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// What is asked of providers, by their local names.
    pub requirements: BTreeMap<Name, Requirement>,
    /// Where its state is to be kept, if not beside it.
    pub backend: Option<Backend>,
    /// Variables by name.
    pub variables: BTreeMap<Name, Variable>,
    /// Local values by name.
    pub locals: BTreeMap<Name, Expr>,
    /// Outputs by name.
    pub outputs: BTreeMap<Name, Output>,
    /// Resources and data sources by address.
    pub blocks: BTreeMap<BlockAddr, Resource>,
    /// Calls of other modules by name.
    pub calls: BTreeMap<Name, Call>,
    /// Provider configurations.
    pub providers: Vec<ProviderBlock>,
    /// What is to be imported.
    pub imports: Vec<Import>,
    /// Checks by name.
    pub checks: BTreeMap<Name, Check>,
    /// What has other addresses now.
    pub moved: Vec<Moved>,
    /// What is no longer managed.
    pub removed: Vec<Removed>,
    pub(super) index: Index,
}

impl Module {
    /// The `import` blocks for a block, with their places in [`Module::imports`].
    pub fn imports_of(&self, block: &BlockAddr) -> impl Iterator<Item = (usize, &Import)> + Clone {
        let places = self.index.imports.get(block).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| Some((*at, self.imports.get(*at)?)))
    }

    /// Where a node is declared.
    #[must_use]
    pub fn span(&self, node: &Node) -> Option<Span> {
        match node {
            Node::Variable(name) | Node::Validation(name) => self.variables.get(name).map(|variable| variable.span),
            Node::Call(name) | Node::Uses(name, _) | Node::Whole(name) => self.calls.get(name).map(|call| call.span),
            Node::Argument(call, name) => self.calls.get(call).map(|call| {
                let argument = call.arguments.iter().find(|argument| argument.name == *name);
                argument.map_or(call.span, |argument| argument.name_span)
            }),
            Node::Local(name) => self.locals.get(name).map(|expr| expr.span),
            Node::Provider(name) => {
                self.providers.iter().find(|provider| provider.name == *name).map(|provider| provider.span)
            }
            Node::Block(addr) => self.blocks.get(addr).map(|resource| resource.span),
            Node::Output(name) => self.outputs.get(name).map(|output| output.span),
            Node::Import(at) => self.imports.get(*at).map(|import| import.span),
            Node::Check(name) => self.checks.get(name).map(|check| check.span),
        }
    }
}

impl Resource {
    /// Where in the configuration the value at `path` is given: the attribute or block that is
    /// nearest to it, or the header.
    #[must_use]
    pub fn locate(&self, path: &Path) -> Span {
        super::locate::locate(&self.body, path, self.span)
    }
}

/// The dependency as it is written.
impl std::fmt::Display for Dependency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Dependency::Block(block, _) => write!(f, "{block}"),
            Dependency::Module(name, _) => write!(f, "module.{name}"),
            Dependency::Local(name, _) => write!(f, "local.{name}"),
            Dependency::Variable(name, _) => write!(f, "var.{name}"),
        }
    }
}

/// The configuration as references and messages write it.
impl std::fmt::Display for ProviderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.alias {
            Some(alias) => write!(f, "{}.{alias}", self.provider),
            None => f.write_str(&self.provider),
        }
    }
}

/// The node as references and messages write it.
impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Node::Variable(name) => write!(f, "var.{name}"),
            Node::Validation(name) => write!(f, "var.{name} (validation)"),
            Node::Call(name) => write!(f, "module.{name}"),
            Node::Argument(call, name) => write!(f, "module.{call} ({name})"),
            Node::Uses(call, Some(name)) => write!(f, "module.{call}.{name}"),
            Node::Uses(call, None) => write!(f, "module.{call}"),
            Node::Whole(name) => write!(f, "module.{name} (all of it)"),
            Node::Local(name) => write!(f, "local.{name}"),
            Node::Provider(name) => write!(f, "provider \"{name}\""),
            Node::Block(addr) => write!(f, "{addr}"),
            Node::Output(name) => write!(f, "output.{name}"),
            Node::Import(at) => write!(f, "import block {}", at + 1),
            Node::Check(name) => write!(f, "check.{name}"),
        }
    }
}
