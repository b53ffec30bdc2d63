//! Arguments, commands, and the only code that prints.
//!
//! **Never:** hold logic that a library user would need: commands wire the other modules
//! together. Each command is one file under `commands/`.

mod arguments;
mod exit;
mod progress;
mod screen;

pub use exit::Exit;
