//! The program from outside: our binary in a folder of its own, with an empty environment.

mod bench;
mod changes;
mod examples;
mod mistakes;
mod written;
