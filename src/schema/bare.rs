//! Kinds without what only their real providers know.
//!
//! **Never:** change what a configuration may say. In: schemas. Out: the same where nothing costs
//! anything, nothing is foretold and texts are equal only when they are the same: what Terraform
//! knows of a provider that it never asks.

use super::{Block, Cost, Equality, Schema, Schemas};

impl Schemas {
    /// All kinds, bare.
    #[must_use]
    pub fn bare(&self) -> Schemas {
        let mut bare = self.clone();
        bare.managed.values_mut().chain(bare.data.values_mut()).for_each(strip);
        bare
    }
}

fn strip(schema: &mut Schema) {
    (schema.weigh, schema.clash) = (None, None);
    schema.checks.clear();
    strip_block(&mut schema.block);
}

fn strip_block(block: &mut Block) {
    for attribute in &mut block.attributes {
        (attribute.cost, attribute.reason) = (Cost::Nothing, "");
        (attribute.derive, attribute.unsettled_by, attribute.check) = (None, None, None);
        if matches!(attribute.equality, Equality::Caseless | Equality::Location | Equality::Json) {
            attribute.equality = Equality::Exact;
        }
    }
    for nested in &mut block.blocks {
        (nested.cost, nested.reason) = (Cost::Nothing, "");
        strip_block(&mut nested.block);
    }
}
