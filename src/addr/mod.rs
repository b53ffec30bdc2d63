//! Names of things: `module.net["a"].azurerm_container_group.web[0]`.
//!
//! **Never:** be parsed anywhere else. In: text. Out: ordered, hashable-by-order names whose
//! `Display` is exactly what Terraform prints; `{:#}` is the spelling of records, which has fewer
//! escapes and never changes. The order of addresses is the order of plans.

pub mod checkable;
pub mod parse;
pub mod source;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::sync::Arc;

use crate::value::printable::is_printable;
use crate::value::{Content, Name, Value};

/// Which instance of a block: none without `count` and `for_each`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The block has neither `count` nor `for_each`.
    #[default]
    None,
    /// An instance of `count`.
    Int(u64),
    /// An instance of `for_each`.
    Str(Name),
}

impl Key {
    /// The key that a value in brackets is: a known text or whole number.
    #[must_use]
    pub fn of(value: &Value) -> Option<Key> {
        match value.content() {
            Content::String(text) => Some(Key::Str(text.clone())),
            Content::Number(number) => number.as_i64().and_then(|index| u64::try_from(index).ok()).map(Key::Int),
            _ => None,
        }
    }
}

/// One step down the module tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleStep {
    /// The name of the call.
    pub name: Name,
    /// Which instance of the call.
    pub key: Key,
}

/// A module instance; the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModulePath(pub Vec<ModuleStep>);

/// Made by acier, or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
}

/// A `resource` or `data` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The module instance it stands in.
    pub module: ModulePath,
    /// Resource or data.
    pub mode: Mode,
    /// The kind: `azurerm_container_group`.
    pub kind: Name,
    /// The label: `web`.
    pub name: Name,
}

/// One instance of a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addr {
    /// The block.
    pub block: Block,
    /// The instance.
    pub key: Key,
}

/// What `-target`, `-exclude` and the state commands can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module with everything below it.
    Module(ModulePath),
    /// A block with all its instances.
    Block(Block),
    /// One instance.
    Instance(Addr),
}

impl ModulePath {
    /// The root module.
    pub const ROOT: ModulePath = ModulePath(Vec::new());

    /// Whether it is the root module.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module as it is declared: the same without the keys of instances.
    #[must_use]
    pub fn declared(&self) -> ModulePath {
        let plain = self.0.iter().map(|step| ModuleStep { name: step.name.clone(), key: Key::None });
        ModulePath(plain.collect())
    }

    /// The same with the keys of its first steps only.
    #[must_use]
    pub fn widened(&self, keys: usize) -> ModulePath {
        let (own, plain) = self.0.split_at(keys.min(self.0.len()));
        let plain = plain.iter().map(|step| ModuleStep { name: step.name.clone(), key: Key::None });
        ModulePath(own.iter().cloned().chain(plain).collect())
    }

    /// Whether another module instance is this one or in it. A step without a key stands for all
    /// instances of its call.
    #[must_use]
    pub fn holds(&self, other: &ModulePath) -> bool {
        let agrees = |(own, other): (&ModuleStep, &ModuleStep)| {
            own.name == other.name && (own.key == Key::None || own.key == other.key)
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(agrees)
    }

    /// The same where a step of either without a key stands for all instances.
    #[must_use]
    pub fn meets(&self, other: &ModulePath) -> bool {
        let agrees = |(own, other): (&ModuleStep, &ModuleStep)| {
            own.name == other.name && (own.key == Key::None || other.key == Key::None || own.key == other.key)
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(agrees)
    }

    /// The instance of a call in it.
    #[must_use]
    pub fn call(&self, name: &Name, key: Key) -> ModulePath {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(ModuleStep { name: name.clone(), key });
        ModulePath(steps)
    }
}

impl Block {
    /// The block as it is declared: the same without the keys of module instances.
    #[must_use]
    pub fn declared(&self) -> Cow<'_, Block> {
        if self.module.0.iter().all(|step| step.key == Key::None) {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(self.within(self.module.declared()))
        }
    }

    /// The block as its own module names it.
    #[must_use]
    pub fn local(&self) -> Cow<'_, Block> {
        if self.module.is_root() { Cow::Borrowed(self) } else { Cow::Owned(self.within(ModulePath::ROOT)) }
    }

    /// The block of the same kind and name in another module.
    #[must_use]
    pub fn within(&self, module: ModulePath) -> Block {
        Block { module, mode: self.mode, kind: self.kind.clone(), name: self.name.clone() }
    }

    /// A block of the root module.
    #[must_use]
    pub fn root(mode: Mode, kind: impl Into<Name>, name: impl Into<Name>) -> Block {
        Block { module: ModulePath::default(), mode, kind: kind.into(), name: name.into() }
    }

    /// One of its instances.
    #[must_use]
    pub fn instance(&self, key: Key) -> Addr {
        Addr { block: self.clone(), key }
    }
}

/// By module, mode, kind and name. Ten thousand blocks share the text of their kind, which is not
/// compared letter by letter then; this is what large plans do most.
impl Ord for Block {
    fn cmp(&self, other: &Block) -> Ordering {
        let modules = if self.module.0.is_empty() && other.module.0.is_empty() {
            Ordering::Equal
        } else {
            self.module.cmp(&other.module)
        };
        modules
            .then(self.mode.cmp(&other.mode))
            .then_with(
                || if Arc::ptr_eq(&self.kind, &other.kind) { Ordering::Equal } else { self.kind.cmp(&other.kind) },
            )
            .then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for Block {
    fn partial_cmp(&self, other: &Block) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Target {
    /// Whether it names `addr` or something that holds it.
    #[must_use]
    pub fn covers(&self, addr: &Addr) -> bool {
        match self {
            Target::Module(module) => module.holds(&addr.block.module),
            Target::Block(block) => holds(block, &addr.block),
            Target::Instance(instance) => addr.key == instance.key && holds(&instance.block, &addr.block),
        }
    }
}

fn holds(named: &Block, block: &Block) -> bool {
    let same = (named.mode, &named.kind, &named.name) == (block.mode, &block.kind, &block.name);
    same && named.module.0.len() == block.module.0.len() && named.module.holds(&block.module)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::None => Ok(()),
            Key::Int(index) => write!(f, "[{index}]"),
            Key::Str(key) => {
                f.write_str("[\"")?;
                let mut characters = key.chars().peekable();
                while let Some(character) = characters.next() {
                    match character {
                        '"' => f.write_str("\\\"")?,
                        '\\' => f.write_str("\\\\")?,
                        '\n' => f.write_str("\\n")?,
                        '\r' => f.write_str("\\r")?,
                        '\t' => f.write_str("\\t")?,
                        // The alternate form is that of records, which knows no other escapes.
                        other if f.alternate() => f.write_char(other)?,
                        '$' | '%' if characters.peek() == Some(&'{') => write!(f, "{character}{character}")?,
                        other if is_printable(other) => f.write_char(other)?,
                        other => match u32::from(other) {
                            code @ 0..=0xffff => write!(f, "\\u{code:04x}")?,
                            code => write!(f, "\\U{code:08x}")?,
                        },
                    }
                }
                f.write_str("\"]")
            }
        }
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            write!(f, "{dot}module.{}", step.name)?;
            step.key.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.0.is_empty() {
            self.module.fmt(f)?;
            f.write_char('.')?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        self.key.fmt(f)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Module(module) => module.fmt(f),
            Target::Block(block) => block.fmt(f),
            Target::Instance(addr) => addr.fmt(f),
        }
    }
}
