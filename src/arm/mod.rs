//! Azure Resource Manager over HTTP: ids, bodies, the poller, sign-in, throttling, the client.
//!
//! **Never:** know acier: no values, addresses, plans or state. It could be its own crate.
//! `id`, `error`, `budget`, `lro`, `retry`, `throttle`, `cloud` and `auth_file` are pure; `auth`, `client`,
//! `discovery`, `registration`, `net` and `socket` wait.

pub mod auth;
pub mod auth_file;
pub mod budget;
pub mod client;
pub mod cloud;
pub mod discovery;
pub mod error;
pub mod id;
pub mod lro;
pub mod net;
pub mod registration;
pub mod retry;
pub mod socket;
pub mod throttle;
pub mod wire;
