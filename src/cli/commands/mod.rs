//! The commands, one file each.
//!
//! **Never:** share state between them: each is a function of the folder, its arguments and the
//! screen.

pub(super) mod act;
pub(super) mod apply;
pub(super) mod attach;
pub(super) mod completion;
pub(super) mod console;
pub(super) mod emulator;
pub(super) mod events;
pub(super) mod exec;
pub(super) mod fmt;
pub(super) mod graph;
pub(super) mod import;
pub(super) mod init;
pub(super) mod inspect;
pub(super) mod logs;
pub(super) mod metadata;
pub(super) mod modules;
pub(super) mod output;
pub(super) mod plan;
pub(super) mod providers;
pub(super) mod ps;
pub(super) mod refresh;
pub(super) mod repair;
pub(super) mod schema;
pub(super) mod show;
pub(super) mod state;
pub(super) mod state_mv;
pub(super) mod taint;
pub(super) mod test;
pub(super) mod tfstate;
pub(super) mod validate;
pub(super) mod version;
pub(super) mod wait;
pub(super) mod workspace;
