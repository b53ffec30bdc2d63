//! What came of everything that can be checked, when it was last looked at.
//!
//! **Never:** judge. In: what a walk over the configuration judged. Out: plain data for plans and documents.

use crate::addr::checkable::{Checkable, Status};
use crate::addr::{Key, ModulePath};

/// Something that has conditions, with all its instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The module that it is declared in, without keys.
    pub module: ModulePath,
    /// What it is.
    pub what: Checkable,
    /// What came of it in each instance; nothing if it was not looked at.
    pub instances: Option<Vec<Judged>>,
}

/// What came of the conditions of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The module instance.
    pub path: ModulePath,
    /// The instance of a block; none for everything else.
    pub key: Key,
    /// The worst of its conditions.
    pub status: Status,
    /// The messages of those that do not hold.
    pub problems: Vec<String>,
}

impl Checked {
    /// The worst of all instances. What stands no time at all passes.
    #[must_use]
    pub fn status(&self) -> Status {
        let Some(instances) = &self.instances else { return Status::Unknown };
        instances.iter().map(|judged| judged.status).max().unwrap_or(Status::Pass)
    }
}
