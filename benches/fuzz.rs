//! Damaged texts through parser, evaluator and formatter, and damaged documents through all other
//! readers, for as many seconds as asked.
//!
//! **Never:** judge by itself: the promises are those of `tests/suite/parse/fuzz.rs` and `forms.rs`, of
//! which the suite runs a short version. Run with `cargo bench --bench fuzz -- 600`; another number behind it
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
#[path = "../tests/suite/parse/forms.rs"]
mod forms;
#[path = "../tests/suite/parse/fuzz.rs"]
mod fuzz;
#[path = "../tests/suite/parse/shape.rs"]
mod shape;
#[path = "../tests/suite/parse/tables.rs"]
mod tables;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    let forms = forms::Forms::new();
    let begun = Instant::now();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut failures = 0;
    let mut draw = fuzz::Draw(seed);
    while begun.elapsed() < Duration::from_secs(seconds) && failures < 20 {
        // As many snippets as documents, although a document takes longer.
        let (shown, tried): forms::Trying<'_> = if draw.below(2) == 0 {
            let text = fuzz::damaged(&corpus, &mut draw);
            (format!("snippet: {text}"), Box::new(move || fuzz::check(&text)))
        } else {
            forms.draw(&mut draw)
        };
        let since = Instant::now();
        *current.lock().unwrap() = (since, shown.clone());
        match catch_unwind(AssertUnwindSafe(tried)) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                failures += 1;
                println!("BROKEN: {shown:?}\n{why}");
            }
            Err(_) => {
                failures += 1;
                println!("PANIC: {shown:?}");
            }
        }
        let form = shown.split(':').next().unwrap_or_default().to_owned();
        let tally = tallies.entry(form).or_default();
        tally.count += 1;
        tally.bytes += shown.len();
        if since.elapsed() > tally.slowest.0 {
            tally.slowest = (since.elapsed(), shown);
        }
    }
    println!("| what | inputs | bytes | slowest | its length |\n|---|---|---|---|---|");
    for (form, Tally { count, bytes, slowest: (took, text) }) in &tallies {
        println!("| {form} | {count} | {bytes} | {:.1} ms | {} |", took.as_secs_f64() * 1e3, text.len());
    }
    let count: u64 = tallies.values().map(|tally| tally.count).sum();
    println!("{count} inputs in {} s, {failures} failures", begun.elapsed().as_secs());
    for Tally { slowest: (took, text), .. } in tallies.values().filter(|tally| tally.slowest.0.as_millis() > 500) {
        println!("slow, {} ms: {text:?}", took.as_millis());
    }
    failures
}

/// How many inputs of a form there were, and which took longest.
#[derive(Default)]
struct Tally {
    count: u64,
    bytes: usize,
    slowest: (Duration, String),
}
