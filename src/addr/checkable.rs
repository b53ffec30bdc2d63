//! What conditions can be written for, and what can come of them.
//!
//! **Never:** judge. In: a configuration's declarations. Out: their names as Terraform's checks show
//! them. A status stands beside its name here because what is planned, stored and shown share both.

use std::fmt;

use super::{Block, Key, ModulePath};
use crate::value::Name;

/// Something that conditions are written for, as its own module names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checkable {
    /// A `check` block.
    Check(Name),
    /// An output value with preconditions.
    Output(Name),
    /// A resource or data source with pre- or postconditions.
    Block(Block),
    /// A variable with validations.
    Variable(Name),
}

/// What came of conditions; the worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Every one holds.
    Pass,
    /// One is not known yet.
    Unknown,
    /// One does not hold.
    Fail,
    /// One cannot be evaluated.
    Error,
}

/// The statuses and their words in Terraform's documents.
const STATUSES: &[(Status, &str)] =
    &[(Status::Pass, "pass"), (Status::Unknown, "unknown"), (Status::Fail, "fail"), (Status::Error, "error")];

impl Status {
    /// The word that Terraform's documents use.
    #[must_use]
    pub fn word(self) -> &'static str {
        STATUSES.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    /// The status that a word stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Status> {
        STATUSES.iter().find(|(_, known)| *known == word).map(|(status, _)| *status)
    }
}

impl Checkable {
    /// Its name in an instance of its module; `key` says which instance of a block.
    #[must_use]
    pub fn within(&self, path: &ModulePath, key: &Key) -> String {
        match self {
            Checkable::Block(block) => block.within(path.clone()).instance(key.clone()).to_string(),
            _ if path.is_root() => self.to_string(),
            _ => format!("{path}.{self}"),
        }
    }
}

impl fmt::Display for Checkable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Checkable::Check(name) => write!(f, "check.{name}"),
            Checkable::Output(name) => write!(f, "output.{name}"),
            Checkable::Block(block) => write!(f, "{block}"),
            Checkable::Variable(name) => write!(f, "var.{name}"),
        }
    }
}
