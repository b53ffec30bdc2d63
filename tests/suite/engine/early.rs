//! Calls for which it was too early: they take another turn, their intents standing meanwhile.

use std::time::Duration;

use acier::engine::Level;
use tokio::time::{Instant, timeout};

use super::toy::{Luck, Toys};
use super::{Memory, Thing, Things, check, run_once};

/// Things that need nothing of each other; the toy cloud lets three of them pass in a minute.
fn three() -> Things {
    let thing = Thing { there: true, size: 1, shape: 0, secret: false, needs: Vec::new() };
    Things { first: false, things: vec![thing; 3] }
}

/// The time limit of a toy is a minute, and the second turns come after one.
#[tokio::test(start_paused = true)]
async fn who_came_too_early_takes_another_turn() {
    let (toys, mut memory, start) = (Toys::new(vec![Luck::Throttled; 3]), Memory::default(), Instant::now());
    let end = run_once(&toys, &mut memory, &three(), None).await;
    assert!(end.report.is_complete() && end.report.added == 3, "{:?}", end.report);
    assert!((60..70).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    check(&toys, &memory, &three());
}

#[tokio::test(start_paused = true)]
async fn who_is_always_too_early_fails_in_the_end() {
    let (toys, mut memory) = (Toys::new(vec![Luck::Throttled; 200]), Memory::default());
    let end = run_once(&toys, &mut memory, &three(), None).await;
    assert!(!end.report.is_complete() && end.report.diagnostics.0.len() == 3, "{:?}", end.report);
    assert!(memory.replay().pending.is_empty() && toys.world.borrow().is_empty());
}

/// It was sent once, so its intent stands while it waits: a crash meanwhile is looked up, and an
/// interrupt looks it up at once.
#[tokio::test(start_paused = true)]
async fn crash_and_interrupt_find_it_was_not_made() {
    let (toys, mut memory) = (Toys::new(vec![Luck::Throttled; 3]), Memory::default());
    assert!(timeout(Duration::from_secs(30), run_once(&toys, &mut memory, &three(), None)).await.is_err());
    assert_eq!((memory.replay().pending.len(), toys.world.borrow().len()), (3, 0));
    assert!(run_once(&toys, &mut memory, &three(), None).await.report.is_complete());
    check(&toys, &memory, &three());

    let (toys, mut memory) = (Toys::new(vec![Luck::Throttled; 3]), Memory::default());
    let start = Instant::now();
    let end = run_once(&toys, &mut memory, &three(), Some((3, Level::Finish))).await;
    assert!(end.report.interrupted && end.report.added == 0 && end.report.unknown.is_empty(), "{:?}", end.report);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(memory.replay().pending.is_empty());
    assert!(run_once(&toys, &mut memory, &three(), None).await.report.is_complete());
    check(&toys, &memory, &three());
}
