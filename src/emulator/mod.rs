//! The cloud in a box: resource groups, container groups, their profiles and ngroups over the Azure API.
//!
//! **Never:** import `resources`. Sharing the client's tables would make the emulator agree with
//! our bugs; both sides are held to recorded exchanges with the service instead.
//! In: `arm::wire` requests and a time. Out: `arm::wire` answers. `world` and all it calls is
//! pure; only `disk`, `embedded`, `http`, `socket` and `certificate` touch the machine.

mod answer;
mod body;
mod catalogue;
mod certificate;
mod check;
mod console;
mod container_groups;
mod disk;
pub mod embedded;
mod exec;
pub mod faults;
mod fleet;
mod groups;
pub mod http;
mod instance;
mod kept;
mod login;
mod logs;
mod metadata;
mod ngroups;
mod operations;
mod parts;
mod profiles;
pub mod program;
mod quota;
mod record;
mod registration;
mod route;
pub mod settings;
mod socket;
mod subnets;
mod tables;
mod throttle;
pub mod told;
mod view;
pub mod world;
