//! The kinds that need no cloud: what Terraform itself brings along as its built-in provider.
//!
//! **Never:** open a connection, or keep anything beside the state: an object of these kinds exists
//! where a state says so. In: calls of the port. Out: their answers. The decision to question: they
//! come through the same port as any cloud, so the engine and the planner have no case for them.

mod data;
mod local_exec;
mod provider;
mod remote_state;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::schema::Schemas;

pub use provider::Builtin;

/// The name under which Terraform knows this provider.
pub const SOURCE: &str = "terraform.io/builtin/terraform";
/// Its local name in configuration, for which there is never a block.
pub const NAME: &str = "terraform";

/// The schemas of the built-in kinds.
#[must_use]
pub fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(derive)
}

fn derive() -> Schemas {
    let managed = [data::schema()].map(|schema| (schema.kind.clone(), schema));
    let data = [remote_state::schema()].map(|schema| (schema.kind.clone(), schema));
    Schemas { managed: BTreeMap::from(managed), data: BTreeMap::from(data), providers: BTreeMap::new() }
}
