//! Who stands in for whom in a run: made-up providers, single objects and whole modules.
//!
//! **Never:** read text; `standin` does. In: what a test file gives. Out: the stand-in of an instance or
//! of a module, if it has one. What names one instance goes before what names all of a block, and of
//! two that name the same, the run's goes before the file's, and the file's before the provider's.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::addr::{Addr, Block as BlockAddr, Key, Mode, ModulePath, Target};
use crate::schema::{Schema, Schemas};
use crate::value::Members;

use super::super::configuration::provider_of;
use super::super::module::ProviderName;
use super::standin::{Given, MockProvider, Override};

/// The account that objects with a stand-in live in, as plans and states name it.
pub const ACCOUNT: &str = "standin";

/// All stand-ins of a run.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// Made-up providers, by the configuration that they stand in for.
    providers: BTreeMap<String, Rc<MockProvider>>,
    overrides: BTreeMap<String, Rc<Given>>,
    modules: BTreeMap<ModulePath, Rc<Given>>,
    /// Makes what is made up differ from run to run.
    turn: u64,
    bare: Schemas,
}

/// The stand-in of one instance.
#[derive(Clone, Debug)]
pub struct Standin<'a> {
    pub(super) given: Option<Rc<Given>>,
    /// Whether what it gives is known while planning.
    pub early: bool,
    /// Whether the object was named, and not only its provider.
    pub named: bool,
    pub(super) turn: u64,
    /// The kind without what only its real provider knows.
    pub schema: &'a Schema,
}

impl Cast {
    /// Nobody yet. `turn` numbers the run.
    #[must_use]
    pub fn new(turn: u64) -> Cast {
        Cast { turn, ..Cast::default() }
    }

    /// Puts a made-up provider in the place of a configuration.
    pub fn put(&mut self, place: &ProviderName, provider: Rc<MockProvider>) {
        self.providers.insert(place.to_string(), provider);
    }

    /// Adds overrides, which go before those that were added earlier.
    pub fn add(&mut self, overrides: &[Override]) {
        for own in overrides {
            match &own.target {
                Target::Module(path) => drop(self.modules.insert(path.clone(), own.given.clone())),
                target => drop(self.overrides.insert(target.to_string(), own.given.clone())),
            }
        }
    }

    /// Takes the kinds, without what only their real providers know.
    pub fn know(&mut self, schemas: &Schemas) {
        if !self.is_empty() {
            self.bare = schemas.bare();
        }
    }

    /// Whether nobody stands in for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty() && self.overrides.is_empty() && self.modules.is_empty()
    }

    /// Whether a provider configuration is made up.
    #[must_use]
    pub fn plays(&self, configuration: &str) -> bool {
        self.providers.contains_key(configuration)
    }

    /// The stand-in of an instance that is made with a provider configuration; its name is empty for the
    /// default one.
    #[must_use]
    pub fn of(&self, addr: &Addr, configuration: &str) -> Option<Standin<'_>> {
        if self.providers.is_empty() && self.overrides.is_empty() {
            return None;
        }
        let kinds = if addr.block.mode == Mode::Data { &self.bare.data } else { &self.bare.managed };
        let schema = kinds.get(&addr.block.kind)?;
        let name = if configuration.is_empty() { provider_of(&addr.block.kind) } else { configuration };
        let name = name.split('[').next().unwrap_or_default();
        let provider = self.providers.get(name);
        let (exact, block) = (Target::Instance(addr.clone()), Target::Block(addr.block.clone()));
        let own = |target: &Target| {
            let local = self.overrides.get(&target.to_string()).map(|given| (given.clone(), false));
            local.or_else(|| {
                let provider = provider?;
                let own = provider.overrides.iter().find(|own| own.target == *target)?;
                Some((own.given.clone(), provider.early))
            })
        };
        let found = if addr.key == Key::None { None } else { own(&exact) };
        if let Some((given, early)) = found.or_else(|| own(&block)) {
            let early = given.early.unwrap_or(early);
            return Some(Standin { given: Some(given), early, named: true, turn: self.turn, schema });
        }
        let provider = provider?;
        let given = provider.mocks.get(&(addr.block.mode, addr.block.kind.clone())).cloned();
        let early = given.as_ref().is_some_and(|given| given.early.unwrap_or(provider.early));
        Some(Standin { given, early, named: false, turn: self.turn, schema })
    }

    /// The outputs of a module instance that has a stand-in.
    #[must_use]
    pub fn module(&self, path: &ModulePath) -> Option<&Members> {
        if self.modules.is_empty() {
            return None;
        }
        let found = self.modules.get(path).or_else(|| {
            let mut all = path.clone();
            all.0.last_mut()?.key = Key::None;
            self.modules.get(&all)
        });
        found.map(|given| &given.values)
    }

    /// What of these overrides names nothing in a configuration.
    pub fn strays<'o>(
        overrides: impl Iterator<Item = &'o Override>,
        has_block: impl Fn(&BlockAddr) -> bool,
        has_module: impl Fn(&ModulePath) -> bool,
    ) -> Vec<&'o Override> {
        let exists = |own: &&Override| match &own.target {
            Target::Module(path) => has_module(path),
            Target::Block(block) | Target::Instance(Addr { block, .. }) => has_block(block),
        };
        overrides.filter(|own| !exists(own)).collect()
    }
}
