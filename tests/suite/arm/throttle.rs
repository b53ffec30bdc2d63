//! The token buckets: never faster than Azure allows, and free of cost below that.

use std::time::Duration;

use acier::arm::throttle::{Kind, Limit, Limits, Throttle};
use acier::arm::wire::Response;
use proptest::prelude::*;

const NONE: Duration = Duration::ZERO;

#[test]
fn a_full_bucket_costs_nothing_and_an_empty_one_queues() {
    for (kind, burst, per_second) in [(Kind::Read, 250, 25.0), (Kind::Write, 200, 10.0), (Kind::Delete, 200, 10.0)] {
        let mut throttle = Throttle::new(Limits::default());
        assert!((0..burst).all(|_| throttle.take(kind, NONE).is_zero()), "{kind:?}");
        let waits: Vec<f64> = (0..3).map(|_| throttle.take(kind, NONE).as_secs_f64()).collect();
        for (place, wait) in waits.iter().enumerate() {
            assert!((wait - (place + 1) as f64 / per_second).abs() < 1e-9, "{kind:?} {waits:?}");
        }
    }
}

#[test]
fn kinds_do_not_disturb_each_other() {
    let mut throttle = Throttle::new(Limits::default());
    throttle.hold(Kind::of("POST"), NONE, Duration::from_secs(30));
    assert!(throttle.take(Kind::of("HEAD"), NONE).is_zero());
    assert!(throttle.take(Kind::of("DELETE"), NONE).is_zero());
    let wait = throttle.take(Kind::of("PUT"), NONE);
    assert!((wait.as_secs_f64() - 30.0).abs() < 0.001, "{wait:?}");
}

#[test]
fn the_service_can_only_lower_what_we_believe() {
    let told = |header: &str, left: &str| Response {
        status: 200,
        headers: vec![(header.to_owned(), left.to_owned())],
        body: Vec::new(),
    };
    for (header, left, kind, free) in [
        ("x-ms-ratelimit-remaining-subscription-reads", "2", Kind::Read, 2),
        ("x-ms-ratelimit-remaining-subscription-global-writes", "1", Kind::Write, 1),
        ("x-ms-ratelimit-remaining-tenant-reads", "0", Kind::Read, 0),
        ("x-ms-ratelimit-remaining-subscription-deletes", "14999", Kind::Delete, 200),
        ("x-ms-ratelimit-remaining-subscription-writes", "many", Kind::Write, 200),
        ("x-ms-ratelimit-remaining-subscription-resource-requests-pt5m", "0", Kind::Write, 200),
    ] {
        let mut throttle = Throttle::new(Limits::default());
        throttle.learn(NONE, &told(header, left));
        let count = (0..300).filter(|_| throttle.take(kind, NONE).is_zero()).count();
        assert_eq!(count, free, "{header}: {left}");
    }
}

proptest! {
    #[test]
    fn no_window_holds_more_calls_than_the_bucket_and_its_refill(
        burst in 1_u32..50,
        per_second in 1_u32..40,
        gaps in proptest::collection::vec(0_u64..400, 1..200),
    ) {
        let limit = Limit { burst: f64::from(burst), per_second: f64::from(per_second) };
        let mut throttle = Throttle::new(Limits { reads: limit, writes: limit, deletes: limit });
        let mut now = Duration::ZERO;
        let mut sent: Vec<f64> = Vec::new();
        for gap in gaps {
            now += Duration::from_millis(gap);
            sent.push((now + throttle.take(Kind::Write, now)).as_secs_f64());
        }
        prop_assert!(sent.is_sorted(), "who comes first goes first");
        for (first, start) in sent.iter().enumerate() {
            for (last, end) in sent.iter().enumerate().skip(first) {
                let allowed = limit.burst + (end - start) * limit.per_second + 1e-6;
                prop_assert!(((last - first + 1) as f64) <= allowed, "{} calls within {} s", last - first + 1, end - start);
            }
        }
    }
}
