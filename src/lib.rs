//! acier provisions Azure Container Instances from HCL.

pub mod addr;
pub mod arm;
pub mod cli;
pub mod diag;
pub mod emulator;
pub mod engine;
pub mod graph;
pub mod lang;
pub mod plan;
pub mod provider;
pub mod resources;
pub mod schema;
pub mod seal;
pub mod state;
pub mod store;
pub mod value;
