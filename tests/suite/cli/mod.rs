//! The program from outside: our binary in a folder of its own, with an empty environment.

mod advice;
mod applied;
mod bench;
mod changes;
mod checks;
mod console;
mod depth;
mod environment;
mod ephemeral;
mod examples;
mod faulty;
mod fmt;
mod gates;
mod git_server;
mod graph;
mod habits;
mod hostile;
mod imports;
mod jobs;
mod kills;
mod lives;
mod metadata;
mod mistakes;
mod modules_from_git;
mod modules_over_networks;
mod operating;
mod outputs;
mod preflight;
mod providers;
mod refusals;
mod rendering;
mod schema;
mod secrets;
mod served;
mod sign_in;
#[cfg(unix)]
mod stages;
mod streams;
#[cfg(unix)]
mod terminal;
mod tfstate;
mod trials;
mod twin_trials;
mod versions;
mod workspaces;
mod written;
