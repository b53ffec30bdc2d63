//! Evaluates a module's blocks, one by one, against what is published so far.
//!
//! **Never:** decide what changes. The planner publishes planned values, the applier real ones;
//! the scope evaluates what refers to them. Locals and outputs are evaluated once and kept until
//! something they need is published anew.

use std::rc::Rc;

use crate::addr::{Addr, Block as BlockAddr, Key};
use crate::diag::{Diagnostics, Span};
use crate::schema::{Schemas, Timeouts};
use crate::value::{Name, Value};

use super::host::Host;
use super::inputs::Inputs;
use super::module::Module;

/// What one instance of a block asks for.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Its address.
    pub addr: Addr,
    /// An object of exactly the schema's type: defaults filled in, null where nothing is said,
    /// unknown where it depends on what is not made yet, marks as they come.
    pub value: Value,
    /// Its time limits.
    pub timeouts: Timeouts,
    /// Where the block's header stands.
    pub span: Span,
}

/// A module under evaluation.
pub struct Scope {
    module: Rc<Module>,
    schemas: Rc<Schemas>,
}

impl Scope {
    /// Starts with nothing published. `applying` allows functions that answer only during apply.
    #[must_use]
    pub fn new(module: Rc<Module>, inputs: &Inputs, schemas: Rc<Schemas>, host: Host, applying: bool) -> Scope {
        let _ = (inputs, host, applying);
        Scope { module, schemas }
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &Rc<Module> {
        &self.module
    }

    /// The schemas.
    #[must_use]
    pub fn schemas(&self) -> &Rc<Schemas> {
        &self.schemas
    }

    /// The instance keys of a block, in order. `count` and `for_each` must be known.
    ///
    /// # Errors
    /// What is wrong with `count` or `for_each`.
    pub fn keys(&mut self, block: &BlockAddr) -> Result<Vec<Key>, Diagnostics> {
        let _ = block;
        todo!("config helper")
    }

    /// What an instance asks for.
    ///
    /// # Errors
    /// Everything that is wrong with its arguments, with places.
    pub fn desired(&mut self, addr: &Addr) -> Result<Desired, Diagnostics> {
        let _ = addr;
        todo!("config helper")
    }

    /// Makes an instance's value visible to what refers to it. Publishing again replaces it.
    pub fn publish(&mut self, addr: &Addr, value: Value) {
        let _ = (addr, value);
        todo!("config helper")
    }

    /// Says which instances a block has, so that references to it see all and only them.
    /// Must come before the first reference to the block is evaluated.
    pub fn publish_keys(&mut self, block: &BlockAddr, keys: Vec<Key>) {
        let _ = (block, keys);
        todo!("config helper")
    }

    /// Checks the preconditions of an instance (`before`), or its postconditions with `self`
    /// being its published value. Conditions that are unknown yet are passed over.
    pub fn check_conditions(&mut self, addr: &Addr, before: bool) -> Diagnostics {
        let _ = (addr, before);
        todo!("config helper")
    }

    /// The value of an output, marked sensitive if it is declared so.
    ///
    /// # Errors
    /// What is wrong with it, failed preconditions included.
    pub fn output(&mut self, name: &str) -> Result<Value, Diagnostics> {
        let _ = name;
        todo!("config helper")
    }

    /// The configuration of a provider, an object of its schema's type; without a block, all null.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn provider(&mut self, name: &Name) -> Result<Value, Diagnostics> {
        let _ = name;
        todo!("config helper")
    }

    /// The instances (and attributes) that `replace_triggered_by` of an instance names.
    ///
    /// # Errors
    /// What is wrong with the references.
    pub fn triggers(&mut self, addr: &Addr) -> Result<Vec<(Addr, crate::value::Path)>, Diagnostics> {
        let _ = addr;
        todo!("config helper")
    }
}
