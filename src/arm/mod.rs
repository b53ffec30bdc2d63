//! Azure Resource Manager over HTTP: ids, bodies, the poller, sign-in, throttling, the client.
//!
//! **Never:** know acier: no values, addresses, plans or state. It could be its own crate.

pub mod wire;
