//! Turns of creations and deletions: never more than allowed, and never later than needed.

use std::time::Duration;

use acier::arm::budget::{Budget, Counted, Rate};
use acier::arm::wire::Response;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn left(five_minutes: usize, hour: usize) -> Response {
    let header = |window: &str, left: usize| {
        (format!("x-ms-ratelimit-remaining-subscription-resource-requests-{window}"), left.to_string())
    };
    Response { status: 201, headers: vec![header("pt5m", five_minutes), header("pt1h", hour)], body: Vec::new() }
}

#[test]
fn a_burst_goes_at_once_and_the_rest_by_the_windows() {
    let mut budget = Budget::default();
    let waits: Vec<u64> = (0..700).map(|_| budget.take(Counted::Creations, Duration::ZERO).as_secs()).collect();
    let at = |turn: usize| waits[turn];
    assert_eq!((at(0), at(99)), (0, 0));
    assert_eq!((at(100), at(199), at(200), at(299)), (302, 302, 604, 604));
    assert_eq!((at(300), at(399), at(400)), (3602, 3602, 3904), "the hour counts from the first");
    assert_eq!(at(699), 2 * 3602, "and again after the second hour");
    assert_eq!(budget.take(Counted::Deletions, Duration::ZERO), Duration::ZERO, "deletions are counted apart");
}

#[test]
fn what_is_foreseen_is_what_is_taken() {
    let mut budget = Budget::default();
    for count in [1, 100, 101, 250, 1000] {
        let foreseen = budget.clone().foresee(Counted::Creations, SECOND, count);
        let mut other = budget.clone();
        let taken = (0..count).map(|_| other.take(Counted::Creations, SECOND)).last().unwrap();
        assert_eq!(foreseen, taken, "{count}");
    }
    budget.take(Counted::Creations, SECOND);
    assert!(budget.foresee(Counted::Creations, SECOND, 100) > SECOND, "what was used counts");
}

#[test]
fn headers_teach_larger_limits_and_what_others_used() {
    let mut budget = Budget::default();
    budget.take(Counted::Creations, SECOND);
    budget.learn(Counted::Creations, SECOND, &left(199, 449));
    assert_eq!(budget.rate(Counted::Creations), Rate { five_minutes: 200, hour: 450 });

    let mut budget = Budget::default();
    budget.take(Counted::Creations, SECOND);
    budget.learn(Counted::Creations, SECOND, &left(3, 299));
    let waits: Vec<bool> = (0..4).map(|_| budget.take(Counted::Creations, 2 * SECOND).is_zero()).collect();
    assert_eq!(waits, [true, true, true, false], "96 of the hundred were used by somebody else");
    assert_eq!(budget.rate(Counted::Creations), Rate::default());
}

#[test]
fn calls_in_flight_teach_nothing_wrong() {
    let mut budget = Budget::default();
    for _ in 0..10 {
        budget.take(Counted::Creations, SECOND);
    }
    // Ten are on their way, and the service has counted all of them when it answers the first.
    budget.learn(Counted::Creations, SECOND, &left(90, 290));
    assert_eq!(budget.rate(Counted::Creations), Rate::default());
    let at_once = (0..100).take_while(|_| budget.take(Counted::Creations, SECOND).is_zero()).count();
    assert_eq!(at_once, 90);
}

proptest! {
    #[test]
    fn no_window_ever_holds_more_than_its_limit(steps in prop::collection::vec((0..90_u64, 1..40_usize), 1..30)) {
        let mut budget = Budget::default();
        let mut now = Duration::ZERO;
        let mut turns: Vec<Duration> = Vec::new();
        for (pause, calls) in steps {
            now += Duration::from_secs(pause);
            for _ in 0..calls {
                turns.push(now + budget.take(Counted::Creations, now));
            }
        }
        prop_assert!(turns.is_sorted(), "who comes first goes first");
        for (at, turn) in turns.iter().enumerate() {
            for (most, span) in [(100, 300), (300, 3600)] {
                if let Some(earlier) = at.checked_sub(most).map(|at| turns[at]) {
                    prop_assert!(*turn >= earlier + Duration::from_secs(span), "turn {at} comes too early");
                }
            }
        }
    }
}
