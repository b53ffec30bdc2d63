//! acier provisions Azure Container Instances from HCL.
//!
//! Text becomes desired values; desired minus prior becomes a plan; a plan is data; one small
//! loop carries it out and writes down every step before and after.
//!
//! The map, from the foundation up; a module imports only what stands before it, and a test holds
//! the exact table (`tests/suite/walls`):
//!
//! | module | what it is |
//! |---|---|
//! | [`value`], [`addr`], [`graph`], [`diag`], [`seal`] | pure: THE value, names of things, DAGs, diagnostics with spans, fingerprints and sealed bytes |
//! | [`lock`] | the operating system's lock on a file |
//! | [`arm`] | Azure Resource Manager over HTTP; knows nothing of acier |
//! | [`schema`] | pure: what a block may contain, and what a change of each attribute costs |
//! | [`state`] | pure: what we believe exists, and the events that change the belief |
//! | [`emulator`] | the cloud in a box; never imports [`resources`] |
//! | [`provider`] | the one port to any cloud |
//! | [`store`] | the operation log (truth) and the sled index (speed), locks |
//! | [`lang`] | pure: Terraform text to desired values |
//! | [`resources`] | Azure kinds as tables, one codec, the port's Azure side |
//! | [`plan`] | pure: desired minus prior is changes, lowered to steps |
//! | [`tfstate`] | pure: Terraform's own state files, read and written |
//! | [`builtin`] | the kinds that need no cloud: `terraform_data`, `terraform_remote_state` |
//! | [`engine`] | the only loop that acts on a cloud |
//! | [`cli`] | commands, and the only code that prints |
//!
//! What never happens: the emulator shares tables with the client; `plan` awaits; `engine` says
//! Azure; a second kind of value appears; an act precedes its durable intent; an empty store is
//! taken for an empty cloud.

pub mod addr;
pub mod arm;
pub mod builtin;
pub mod cli;
pub mod diag;
pub mod emulator;
pub mod engine;
pub mod graph;
pub mod lang;
pub mod lock;
pub mod plan;
pub mod provider;
pub mod resources;
pub mod schema;
pub mod seal;
pub mod state;
pub mod store;
pub mod tfstate;
pub mod value;
