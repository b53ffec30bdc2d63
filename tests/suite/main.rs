//! The one integration binary: each module tests one part of acier from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise and owns its temporary folder"
)]

mod arm;
mod cli;
mod config;
mod crash;
mod emulator;
mod engine;
mod eval;
mod expr;
mod files;
mod fmt;
mod graph;
mod judge;
mod lab;
mod parse;
mod plan;
mod resources;
mod rows;
mod sections;
mod store;
mod stories;
mod twins;
mod value;
mod walls;
