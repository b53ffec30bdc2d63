//! The `acier` program: parse, run, exit code.

fn main() {}
