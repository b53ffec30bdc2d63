//! Damaged texts through parser, evaluator and formatter, for as many seconds as asked.
//!
//! **Never:** judge by itself: the promises are those of `tests/suite/parse/fuzz.rs`, of which the
//! suite runs a short version. Run with `cargo bench --bench fuzz -- 600`; another number behind it
//! is the seed. An input that takes ten seconds is a hang: it is printed, and the run ends.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a run of hours prints what it finds and may stop at the first surprise"
)]

#[path = "../tests/suite/parse/corpus.rs"]
mod corpus;
#[path = "../tests/suite/parse/fuzz.rs"]
mod fuzz;
#[path = "../tests/suite/parse/shape.rs"]
mod shape;
#[path = "../tests/suite/parse/tables.rs"]
mod tables;

use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

type Current = Arc<Mutex<(Instant, String)>>;

fn main() {
    if std::env::args().any(|word| word == "--test" || word == "--list") {
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let seconds = numbers.first().copied().unwrap_or(60);
    let seed = numbers.get(1).copied().unwrap_or(1);
    let current: Current = Arc::new(Mutex::new((Instant::now(), String::new())));
    let watched = current.clone();
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(move || run(seconds, seed, &current));
    let run = run.expect("a thread starts");
    while !run.is_finished() {
        std::thread::sleep(Duration::from_millis(200));
        let (since, text) = &*watched.lock().unwrap();
        if since.elapsed() > Duration::from_secs(10) && !run.is_finished() {
            println!("HANG: {text:?}");
            std::process::exit(1);
        }
    }
    let failures = run.join().expect("the run ends");
    std::process::exit(i32::from(failures > 0));
}

fn run(seconds: u64, seed: u64, current: &Current) -> usize {
    let corpus = corpus::corpus();
    let begun = Instant::now();
    let (mut count, mut bytes, mut failures) = (0_u64, 0_usize, 0);
    let mut slowest = (Duration::ZERO, String::new());
    let mut draw = fuzz::Draw(seed);
    while begun.elapsed() < Duration::from_secs(seconds) && failures < 20 {
        let text = fuzz::damaged(&corpus, &mut draw);
        let since = Instant::now();
        *current.lock().unwrap() = (since, text.clone());
        match catch_unwind(|| fuzz::check(&text)) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                failures += 1;
                println!("BROKEN: {text:?}\n{why}");
            }
            Err(_) => {
                failures += 1;
                println!("PANIC: {text:?}");
            }
        }
        count += 1;
        bytes += text.len();
        if since.elapsed() > slowest.0 {
            slowest = (since.elapsed(), text);
        }
    }
    println!("| inputs | bytes | seconds | failures | slowest | its length |\n|---|---|---|---|---|---|");
    println!(
        "| {count} | {bytes} | {} | {failures} | {:.1} ms | {} |",
        begun.elapsed().as_secs(),
        slowest.0.as_secs_f64() * 1e3,
        slowest.1.len()
    );
    println!("slowest: {:?}", slowest.1);
    failures
}
