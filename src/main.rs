//! The `acier` program: parse, run, exit code.
//!
//! **Never:** do more. Everything runs on one thread with a large stack, because syntax trees are
//! as deep as people write them; the stack is only reserved, not used, until then.

use std::process::ExitCode;

/// 256 MiB: enough for expressions nested ten thousand deep.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let run = || acier::cli::run(std::env::args_os());
    let exit = match std::thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join().map_or(101, |exit| exit.code()),
        Err(_) => 1,
    };
    ExitCode::from(exit)
}
