//! Azure kinds as tables, one file a kind; one codec; the port to Azure.
//!
//! **Never:** know the language, plans, state or the emulator. `table` says what a table is,
//! `kinds` holds them, `schema_of` and `codec` walk them, `checks` looks at configuration,
//! `azure` implements `provider::Provider`, `operate` reads what runs.

pub mod advice;
pub mod azure;
mod checks;
pub mod codec;
mod derive;
mod faults;
mod foresee;
mod ids;
pub mod kinds;
mod memory;
pub mod operate;
pub mod places;
mod progress;
mod recognise;
mod run;
mod schema_of;
pub mod table;
mod versions;
mod wait;
mod weigh;

use std::sync::OnceLock;

use crate::schema::Schemas;

/// The schemas of all kinds, derived from the tables once.
#[must_use]
pub fn schemas() -> Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    let derive = || {
        let all =
            |kinds: &[&table::Kind]| kinds.iter().map(|kind| (kind.name.into(), schema_of::schema(kind))).collect();
        Schemas { managed: all(kinds::MANAGED), data: all(kinds::DATA), providers: all(&[&kinds::PROVIDER]) }
    };
    SCHEMAS.get_or_init(derive).clone()
}
