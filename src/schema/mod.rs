//! What a block may contain, and what a change of each attribute costs.
//!
//! **Never:** know Azure or where an attribute lies in a request body; `resources` derives these
//! schemas from its tables. `lang` checks configuration against them, `plan` reads costs from them.
//! The decision to question: costs are ordered, so that the cost of a change is their maximum.

mod bare;
mod steady;
pub mod walk;

use std::collections::BTreeMap;

use crate::value::{Name, Path, Type, Value};

/// Who gives an attribute its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// The configuration must.
    Required,
    /// The configuration may; otherwise the default or null.
    Optional,
    /// The configuration may; otherwise the cloud does, and the stored value is kept.
    OptionalComputed,
    /// Only the cloud does.
    Computed,
}

/// How secret an attribute is by its nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It may be shown.
    Plain,
    /// It is not shown; stored sealed.
    Sensitive,
    /// It is not shown and the cloud never returns it; stored as a fingerprint only.
    WriteOnly,
}

/// What changing an attribute of an existing object costs, from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Nothing that runs is touched.
    #[default]
    Nothing,
    /// What runs is left alone; what is made from the object later differs.
    Revise,
    /// Running containers restart; the address is usually kept.
    Restart,
    /// Running containers restart and the name or address by which they are reached changes.
    Readdress,
    /// Of the objects that the object keeps, some are added, removed or replaced; the others run on.
    Roll,
    /// The object is deleted and made again.
    Replace,
}

impl Cost {
    /// All of them, with the words that files and documents have for them.
    pub const WORDS: [(Cost, &str); 6] = [
        (Cost::Nothing, "nothing"),
        (Cost::Revise, "revise"),
        (Cost::Restart, "restart"),
        (Cost::Readdress, "readdress"),
        (Cost::Roll, "roll"),
        (Cost::Replace, "replace"),
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Cost::WORDS.iter().find(|(own, _)| *own == self).map_or("", |(_, word)| word)
    }
}

/// When two values of an attribute count as equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// When they are the same.
    Exact,
    /// When they are the same but for upper and lower case.
    Caseless,
    /// When they name the same Azure region: "West Europe" is "westeurope".
    Location,
    /// When they are the same, where a zero says no more than null.
    ZeroIsNull,
    /// When they are texts of the same JSON.
    Json,
    /// When they are the same and of one type: nothing is not the same as empty, nor a list as a tuple.
    Strict,
}

/// Checks a known, non-null value; the error is a full sentence for the detail of a diagnostic.
pub type Check = fn(&Value) -> Result<(), String>;

/// Tells why a replacement cannot stand beside the object that it replaces, both values being known;
/// the detail continues "because".
pub type Clash = fn(&Value, &Value) -> Option<Finding>;

/// What a check of a whole object found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The place inside the object.
    pub path: Path,
    /// A few words.
    pub summary: String,
    /// Full sentences.
    pub detail: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The service may take it all the same, so it is said and nothing is refused.
    pub warning: bool,
}

/// Checks an object whose parts may be unknown; it must stay silent about what it cannot know.
pub type ObjectCheck = fn(&Value) -> Vec<Finding>;

/// Says what the cloud will answer for an attribute that the configuration leaves to it, from the
/// object as it was (nothing when it is made) and the configured object around the attribute; nothing
/// when that cannot be told before.
pub type Derive = fn(Option<&Value>, &Value) -> Option<Value>;

/// What it costs to change what lies at a path from one object to another, and why, where the costs
/// of the attributes do not tell because other attributes decide; nothing where they do.
pub type Weigh = fn(&Path, &Value, &Value) -> Option<(Cost, &'static str)>;

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name in configuration.
    pub name: Name,
    /// The type in configuration and state.
    pub ty: Type,
    /// Who gives it its value.
    pub usage: Usage,
    /// The value when the configuration gives none. Of an attribute with `as_blocks`: an object, the
    /// values of members of its elements that the configuration does not give.
    pub default: Option<Value>,
    /// How secret it is.
    pub secrecy: Secrecy,
    /// What changing it costs.
    pub cost: Cost,
    /// Why it costs that, a full sentence, shown in plans; may be empty.
    pub reason: &'static str,
    /// When two values are equal.
    pub equality: Equality,
    /// The words that may be given, where it takes no others; in another case they are taken for what
    /// they mean, as old configurations have them.
    pub words: &'static [&'static str],
    /// A check of the value alone.
    pub check: Option<Check>,
    /// A set or list of objects that may also be written as blocks (Terraform's "attributes as blocks").
    /// An empty one counts as not given.
    pub as_blocks: bool,
    /// Only for computed attributes: an in-place update that costs at least this makes the value unknown.
    pub unsettled_by: Option<Cost>,
    /// Only for computed attributes: what the cloud will answer, where the configuration tells.
    pub derive: Option<Derive>,
    /// Only for computed attributes: it changes by itself while the object runs, so a difference is
    /// neither drift nor a change, and no list returns it.
    pub volatile: bool,
    /// Not null only in old configurations; the sentence says what to use instead.
    pub deprecated: Option<&'static str>,
    /// What it means, for reference pages.
    pub about: &'static str,
}

/// How often a nested block may stand and what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// A list of objects, in order.
    List,
    /// A set of objects.
    Set,
}

/// A kind of block inside a block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// The block's name.
    pub name: Name,
    /// List or set.
    pub nesting: Nesting,
    /// The least number of blocks.
    pub min: usize,
    /// The greatest number of blocks; 0 is no limit.
    pub max: usize,
    /// What adding, removing or reordering such blocks costs; changes inside have their own cost.
    pub cost: Cost,
    /// Why it costs that.
    pub reason: &'static str,
    /// What the block contains.
    pub block: Block,
}

/// The content of a block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its attributes, in the order of reference pages.
    pub attributes: Vec<Attribute>,
    /// Its nested blocks.
    pub blocks: Vec<NestedBlock>,
    /// Names that older configurations use here, each with what stands in its place, as advice.
    pub retired: &'static [(&'static str, &'static str)],
}

impl Block {
    /// The attribute of a name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// What stands in the place of an argument or block of older configurations.
    #[must_use]
    pub fn retired(&self, name: &str) -> Option<&'static str> {
        self.retired.iter().find(|(old, _)| *old == name).map(|(_, advice)| *advice)
    }

    /// The nested block of a name.
    #[must_use]
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|block| &*block.name == name)
    }

    /// The type of the object that the block becomes.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|nested| {
            let inner = nested.block.ty();
            let ty = match nested.nesting {
                Nesting::List => Type::list(inner),
                Nesting::Set => Type::set(inner),
            };
            (nested.name.clone(), ty)
        });
        Type::object(attributes.chain(blocks).collect::<BTreeMap<_, _>>())
    }
}

/// Default time limits of a kind, in seconds, as its `timeouts` block may change them; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Creating.
    pub create: u64,
    /// Reading.
    pub read: u64,
    /// Updating.
    pub update: u64,
    /// Deleting.
    pub delete: u64,
}

/// Everything about a kind that configuration and plans need.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The kind: `azurerm_container_group`.
    pub kind: Name,
    /// The version of the stored form.
    pub version: u32,
    /// What its block contains (without `timeouts`, which every kind has).
    pub block: Block,
    /// Checks of the whole object.
    pub checks: Vec<ObjectCheck>,
    /// What changes cost where that depends on other attributes.
    pub weigh: Option<Weigh>,
    /// Why a replacement cannot be made before its old self is gone, beside having the same id.
    pub clash: Option<Clash>,
    /// Default time limits.
    pub timeouts: Timeouts,
}

impl Attribute {
    /// An attribute without a default, in clear, that may be changed at no cost, and exactly compared.
    #[must_use]
    pub fn new(name: &str, ty: Type, usage: Usage) -> Attribute {
        Attribute {
            name: name.into(),
            ty,
            usage,
            default: None,
            secrecy: Secrecy::Plain,
            cost: Cost::Nothing,
            reason: "",
            equality: Equality::Exact,
            words: &[],
            check: None,
            as_blocks: false,
            unsettled_by: None,
            derive: None,
            volatile: false,
            deprecated: None,
            about: "",
        }
    }
}

impl Schema {
    /// A kind that is what its block says and nothing else, and takes no time.
    #[must_use]
    pub fn new(kind: &str, block: Block) -> Schema {
        Schema {
            kind: kind.into(),
            version: 0,
            block,
            checks: Vec::new(),
            weigh: None,
            clash: None,
            timeouts: Timeouts::default(),
        }
    }

    /// Whether its `timeouts` block has anything to limit; zeros say that nothing takes time.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.timeouts != Timeouts::default()
    }
}

impl Block {
    /// The value with `conceal` applied to every write-only attribute, at every depth.
    #[must_use]
    pub fn conceal(&self, value: &Value, conceal: &dyn Fn(&Value) -> Value) -> Value {
        self.concealed(value, conceal).unwrap_or_else(|| value.clone())
    }

    /// The same; nothing where there is nothing to conceal, as in nearly all of an object.
    fn concealed(&self, value: &Value, conceal: &dyn Fn(&Value) -> Value) -> Option<Value> {
        let own = value.as_members()?;
        let mut changed = Vec::new();
        for attribute in self.attributes.iter().filter(|attribute| attribute.secrecy == Secrecy::WriteOnly) {
            let given = own.get(&attribute.name).filter(|given| !given.is_null() || !given.marks().is_empty());
            changed.extend(given.map(|given| (&attribute.name, conceal(given))));
        }
        for nested in &self.blocks {
            let Some(child) = own.get(&nested.name) else { continue };
            let concealed = child.try_map_children(|element| nested.block.concealed(element, conceal));
            changed.extend(concealed.map(|child| (&nested.name, child)));
        }
        value.with_members(changed)
    }
}

impl Schemas {
    /// Adds other kinds to these.
    pub fn add(&mut self, others: Schemas) {
        self.managed.extend(others.managed);
        self.data.extend(others.data);
        self.providers.extend(others.providers);
    }

    /// The value of an object of `kind` with `conceal` applied to its write-only attributes.
    #[must_use]
    pub fn conceal(&self, kind: &str, value: &Value, conceal: &dyn Fn(&Value) -> Value) -> Value {
        match self.managed.get(kind) {
            Some(schema) => schema.block.conceal(value, conceal),
            None => value.clone(),
        }
    }
}

/// All schemas of a run.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    /// Kinds of `resource` blocks.
    pub managed: BTreeMap<Name, Schema>,
    /// Kinds of `data` blocks.
    pub data: BTreeMap<Name, Schema>,
    /// `provider` blocks by their local name.
    pub providers: BTreeMap<Name, Schema>,
}
