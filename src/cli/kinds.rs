//! All kinds that the program knows, whoever provides them.
//!
//! **Never:** describe a kind. In: the tables of each provider. Out: one set of schemas.

use std::sync::OnceLock;

use crate::schema::Schemas;
use crate::state::State;

/// The schemas of all kinds.
pub(super) fn schemas() -> Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    let gather = || {
        let mut schemas = crate::resources::schemas();
        schemas.add(crate::builtin::schemas().clone());
        schemas
    };
    SCHEMAS.get_or_init(gather).clone()
}

/// Whether a kind needs no cloud.
pub(super) fn is_builtin(kind: &str) -> bool {
    let own = crate::builtin::schemas();
    own.managed.contains_key(kind) || own.data.contains_key(kind)
}

/// Whether a state holds anything that lives in a cloud.
pub(super) fn needs_cloud(state: &State) -> bool {
    let objects = state.objects.values().chain(state.deposed.values()).map(|object| &object.kind);
    let pending = state.pending.values().map(|pending| &pending.intent.kind);
    objects.chain(pending).any(|kind| !is_builtin(kind))
}
