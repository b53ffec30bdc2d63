//! The `acier` program: parse, run, exit code.
//!
//! **Never:** do more. Everything runs on one thread with a large stack, because syntax trees are
//! as deep as people write them; the stack is only reserved, not used, until then.

use std::process::ExitCode;

/// Large plans are made of millions of small pieces; the system's allocator takes a fifth more
/// time for them, and more than its share as they grow. jemalloc does not build with MSVC.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 256 MiB: enough for expressions nested ten thousand deep.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let run = || acier::cli::run(std::env::args_os());
    let exit = match std::thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join().map_or(101, |exit| exit.code()),
        Err(error) => acier::cli::not_started(STACK, &error).code(),
    };
    ExitCode::from(exit)
}
