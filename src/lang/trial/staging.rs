//! What a run is performed with: the configuration with the provider configurations of the test in
//! place of its own, and the cast.
//!
//! **Never:** act. In: a file of tests, a run of it, a tree, and values that its expressions may name.
//! Out: another tree, who stands in for whom, and findings. Source of the rules: Terraform
//! documentation, "Tests", providers.

use std::rc::Rc;

use crate::addr::{Block as BlockAddr, ModulePath};
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::Schemas;

use super::super::arguments::expect;
use super::super::ast::{Attribute, Body, Expr, ExprKind};
use super::super::host::Host;
use super::super::module::{Passed, ProviderBlock, ProviderName};
use super::super::structure;
use super::super::tree::Tree;
use super::cast::Cast;
use super::scene::{Place, Scene};
use super::standin::Override;
use super::{Run, Trial};

/// The provider of the kinds that need no cloud. It has nothing to configure.
const BUILTIN: &str = "terraform";

/// What a run is performed with.
#[derive(Clone, Debug)]
pub struct Staging {
    /// The configuration.
    pub tree: Rc<Tree>,
    /// Who stands in for whom.
    pub cast: Rc<Cast>,
}

impl Trial {
    /// The provider configurations of the file, as names without values.
    #[must_use]
    pub fn provider_names(&self, schemas: &Schemas) -> Vec<ProviderBlock> {
        let mocks = self.mocks.iter().map(|mock| (&mock.name, mock.span));
        let own = self.configurations.iter().map(|own| (&own.name, own.span));
        let known = |name: &ProviderName| name.alias.is_some() && schemas.providers.contains_key(&name.provider);
        let named = own.chain(mocks).filter(|(name, _)| known(name));
        named
            .map(|(name, span)| ProviderBlock { name: name.clone(), for_each: None, span, body: Body::default() })
            .collect()
    }

    /// Sets the stage for a run, the `turn`-th of its file.
    ///
    /// # Errors
    /// What is wrong with the provider configurations.
    pub fn stage(
        &self,
        run: &Run,
        turn: u64,
        tree: &Rc<Tree>,
        schemas: &Schemas,
        (scene, host): (&Scene, &Host),
    ) -> Result<Staging, Diagnostics> {
        let mut cast = Cast::new(turn);
        let mut blocks: Vec<ProviderBlock> = Vec::new();
        let mut wrong = Diagnostics::none();
        for (place, found) in self.provided(run, &mut wrong) {
            match found {
                Provided::Mock(mock) => cast.put(&place, Rc::new(mock.clone())),
                Provided::Real(own) => match valued(own, schemas, scene, host) {
                    Ok(body) => blocks.push(ProviderBlock { name: place, body, ..own.clone() }),
                    Err(found) => wrong.extend(found),
                },
            }
        }
        cast.add(&self.overrides);
        cast.add(&run.overrides);
        cast.know(schemas);
        if wrong.has_errors() {
            return Err(wrong);
        }
        // Of other providers there is nothing to configure, because none of their kinds exists.
        blocks.retain(|block| schemas.providers.contains_key(&block.name.provider));
        let tree = if blocks.is_empty() { tree.clone() } else { Rc::new(tree.with_providers(blocks)) };
        Ok(Staging { tree, cast: Rc::new(cast) })
    }

    /// Which provider configuration stands in which place.
    fn provided(&self, run: &Run, wrong: &mut Diagnostics) -> Vec<(ProviderName, Provided<'_>)> {
        let mocks = self.mocks.iter().map(|mock| (mock.name.clone(), Provided::Mock(mock)));
        let own = self.configurations.iter().map(|own| (own.name.clone(), Provided::Real(own)));
        let all: Vec<_> = own.chain(mocks).collect();
        let Some(passed) = &run.providers else { return all };
        let mut found = Vec::new();
        for Passed { inner, outer, key, span } in passed {
            match all.iter().find(|(name, _)| name == outer && key.is_none()) {
                Some((_, provided)) => found.push((inner.clone(), *provided)),
                None => {
                    let detail = "This provider block references a provider definition that does not exist.";
                    let summary = format!("Missing provider definition for {outer}");
                    let hint = "Name a provider or mock_provider block of this file, with its alias behind a dot.";
                    wrong.push(Diagnostic::error(summary, detail).at(*span).hint(hint));
                }
            }
        }
        found
    }

    /// Warnings about overrides, of a run or of the whole file, that name nothing in any of these.
    #[must_use]
    pub fn strays(&self, run: Option<&Run>, trees: &[&Tree]) -> Diagnostics {
        let of_file = self.mocks.iter().flat_map(|mock| &mock.overrides).chain(&self.overrides);
        let overrides: Vec<&Override> = match run {
            None => of_file.collect(),
            Some(run) => run.overrides.iter().collect(),
        };
        let has_module = |path: &ModulePath| trees.iter().any(|tree| tree.find(path).is_some());
        let has_block = |block: &BlockAddr| trees.iter().any(|tree| tree.resource(block).is_some());
        let strays = Cast::strays(overrides.into_iter(), has_block, has_module);
        let told = strays.into_iter().map(|own| {
            let detail = format!(
                "The override target {} does not exist within the configuration under test. This could indicate a typo in \
                 the target address or an unnecessary override.",
                own.target
            );
            Diagnostic::warning("Invalid override target", detail).at(own.span)
        });
        Diagnostics(told.collect())
    }
}

#[derive(Clone, Copy)]
enum Provided<'a> {
    Mock(&'a super::standin::MockProvider),
    Real(&'a ProviderBlock),
}

/// The body of a provider configuration with its values in place of expressions.
fn valued(own: &ProviderBlock, schemas: &Schemas, scene: &Scene, host: &Host) -> Result<Body, Diagnostics> {
    let mut wrong = Diagnostics::none();
    match schemas.providers.get(&own.name.provider) {
        Some(schema) => structure::check(&own.body, &schema.block, own.span, &mut wrong),
        None if &*own.name.provider == BUILTIN => expect(&own.body, &[], &[], &mut wrong),
        None => {}
    }
    let body = fill(&own.body, scene, host, &mut wrong);
    if wrong.has_errors() { Err(wrong) } else { Ok(body) }
}

fn fill(body: &Body, scene: &Scene, host: &Host, wrong: &mut Diagnostics) -> Body {
    let mut filled = body.clone();
    for attribute in &mut filled.attributes {
        match scene.value(attribute, Place::Provider, host) {
            Ok(value) => {
                let expr = Expr { kind: ExprKind::Literal(value), span: attribute.expr.span };
                *attribute = Attribute { expr, ..attribute.clone() };
            }
            Err(found) => wrong.extend(found),
        }
    }
    for block in &mut filled.blocks {
        block.body = fill(&block.body, scene, host, wrong);
    }
    filled
}
