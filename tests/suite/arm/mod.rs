//! Azure Resource Manager: pure parts by tables, the client against scripted answers on a paused clock.

mod auth_file;
mod budget;
mod certificates;
mod client;
mod discovery;
mod error;
mod id;
mod lists;
mod lro;
mod net;
mod order;
mod retry;
mod script;
mod sign_in;
mod socket;
mod throttle;
mod ways;
