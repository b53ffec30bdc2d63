//! Retries: which answers get another try, after how long, and where it ends.

use acier::arm::error::Sort;
use acier::arm::wire::Response;

use super::script::{Step, anonymous, coded, say, say_with};

const PATH: &str = "/subscriptions/s/x?api-version=1";

fn repeat(count: usize, step: impl Fn() -> Step) -> Vec<Step> {
    (0..count).map(|_| step()).collect()
}

fn then(mut steps: Vec<Step>, last: Step) -> Vec<Step> {
    steps.push(last);
    steps
}

struct Row {
    method: &'static str,
    steps: Vec<Step>,
    /// How many calls go out.
    calls: usize,
    /// The least and the most time in all, in seconds.
    within: (f64, f64),
    /// The status of the answer, or the sort and status of the error.
    end: Result<u16, (Sort, u16)>,
}

fn row(method: &'static str, steps: Vec<Step>, calls: usize, within: (f64, f64), end: Result<u16, (Sort, u16)>) -> Row {
    Row { method, steps, calls, within, end }
}

fn rows() -> Vec<Row> {
    let ok = || say(200, "{}");
    let throttled = |headers| say_with(429, headers, "{}");
    let moving = || say(409, &coded("ContainerGroupTransitioning"));
    let registry = || say(409, &coded("RegistryErrorResponse"));
    vec![
        row("GET", vec![ok()], 1, (0.0, 0.0), Ok(200)),
        // 429: not before the time that Azure asks for, and for POST as well, since nothing happened.
        row("PUT", vec![throttled(&["retry-after: 17"]), ok()], 2, (17.0, 18.7), Ok(200)),
        row("POST", vec![throttled(&["retry-after: 2"]), ok()], 2, (2.0, 2.3), Ok(200)),
        row("GET", vec![throttled(&["retry-after-ms: 40", "retry-after: 1"]), ok()], 2, (0.04, 0.05), Ok(200)),
        row("GET", vec![throttled(&["x-ms-retry-after-ms: 40"]), ok()], 2, (0.04, 0.05), Ok(200)),
        row("GET", vec![throttled(&[]), throttled(&[]), ok()], 3, (11.0, 19.0), Ok(200)),
        row("GET", vec![throttled(&["retry-after: 5000"])], 1, (0.0, 0.0), Err((Sort::Throttled, 429))),
        // Failures of the server or the connection: doubling waits, five more tries.
        row("PUT", then(repeat(2, || say(500, "")), ok()), 3, (2.2, 3.8), Ok(200)),
        row("DELETE", vec![say(503, ""), say(204, "")], 2, (0.7, 1.3), Ok(204)),
        row("PATCH", vec![say(504, ""), ok()], 2, (0.7, 1.3), Ok(200)),
        row("GET", vec![say(408, ""), ok()], 2, (0.7, 1.3), Ok(200)),
        row("GET", vec![say_with(503, &["retry-after: 7"], ""), ok()], 2, (7.0, 7.1), Ok(200)),
        row("GET", repeat(6, || say(502, "")), 6, (23.0, 39.0), Err((Sort::Unreachable, 502))),
        row("GET", repeat(6, || Step::Lose(true)), 6, (23.0, 39.0), Err((Sort::Unreachable, 0))),
        row("POST", vec![say(500, "")], 1, (0.0, 0.0), Err((Sort::Unreachable, 500))),
        row("POST", vec![Step::Lose(true)], 1, (0.0, 0.0), Err((Sort::Unreachable, 0))),
        row("POST", vec![Step::Lose(false), ok()], 2, (0.7, 1.3), Ok(200)),
        // What must fail the same way again is not tried again.
        row("GET", vec![Step::Refuse], 1, (0.0, 0.0), Err((Sort::Unreachable, 0))),
        row("PUT", vec![say(501, "")], 1, (0.0, 0.0), Err((Sort::Rejected, 501))),
        // A group in transition: asked again every ten seconds or so, for ten minutes.
        row("PUT", vec![moving(), moving(), ok()], 3, (15.0, 25.0), Ok(200)),
        row(
            "POST",
            vec![say_with(409, &["retry-after-ms: 100"], &coded("containergrouptransitioning")), ok()],
            2,
            (0.1, 0.11),
            Ok(200),
        ),
        row(
            "GET",
            repeat(2, || say_with(409, &["retry-after: 400"], &coded("ContainerGroupTransitioning"))),
            2,
            (400.0, 400.1),
            Err((Sort::Rejected, 409)),
        ),
        row(
            "PUT",
            vec![say_with(409, &["retry-after: 3"], &coded("ServiceAssociationLinkNotReady")), ok()],
            2,
            (3.0, 3.1),
            Ok(200),
        ),
        // A registry that answers badly: three more tries.
        row("PUT", then(repeat(3, registry), ok()), 4, (75.0, 135.0), Ok(200)),
        row("PUT", repeat(4, registry), 4, (75.0, 135.0), Err((Sort::Rejected, 409))),
        // Capacity, quota and other refusals are answers.
        row("PUT", vec![say(409, &coded("ServiceUnavailable"))], 1, (0.0, 0.0), Err((Sort::Rejected, 409))),
        row("PUT", vec![say(409, &coded("ResourceGroupBeingDeleted"))], 1, (0.0, 0.0), Err((Sort::Rejected, 409))),
        row("PUT", vec![say(400, "")], 1, (0.0, 0.0), Err((Sort::Rejected, 400))),
        row("GET", vec![say(401, "")], 1, (0.0, 0.0), Err((Sort::Denied, 401))),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_answer_gets_the_tries_it_deserves() {
    for (number, row) in rows().into_iter().enumerate() {
        let stage = anonymous(row.steps);
        let start = tokio::time::Instant::now();
        let end = stage.client.send(row.method, PATH, None).await;
        let took = start.elapsed().as_secs_f64();
        let end = end.map(|answer: Response| answer.status).map_err(|error| (error.sort, error.status));
        assert_eq!((end, stage.calls.borrow().len()), (row.end, row.calls), "row {number}");
        // The clock counts in milliseconds.
        assert!(row.within.0 - 0.001 <= took && took <= row.within.1 + 0.002, "row {number} took {took} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_asks_for_no_wait_does_not_keep_us_busy_for_ever() {
    for (status, code, sort) in
        [(429, "SubscriptionRequestsThrottled", Sort::Throttled), (409, "ContainerGroupTransitioning", Sort::Rejected)]
    {
        let stage = anonymous(repeat(1000, || say_with(status, &["retry-after: 0"], &coded(code))));
        let error = stage.client.send("PUT", PATH, None).await.unwrap_err();
        assert_eq!(error.sort, sort);
        assert!(stage.calls.borrow().len() < 150, "{} calls", stage.calls.borrow().len());
    }
}

#[tokio::test(start_paused = true)]
async fn waits_that_a_person_would_notice_are_told() {
    let stage = anonymous([
        say_with(429, &["retry-after-ms: 20"], ""),
        say_with(429, &["retry-after: 17"], ""),
        Step::Lose(true),
        say(500, ""),
        say(409, &coded("ContainerGroupTransitioning")),
        say(200, "{}"),
    ]);
    stage.client.send("PUT", PATH, None).await.unwrap();
    let told = stage.notices.borrow().join("\n");
    assert!(!told.contains("waiting 0 s") && told.contains("throttled by Azure, waiting 1"), "{told}");
    assert!(told.contains("status 500, waiting") && told.contains("container group is still in transition"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_run_repeats_exactly_and_its_calls_do_not_move_in_step() {
    let run = async || {
        let stage =
            anonymous(then(repeat(8, || say(500, "")), say(200, "")).into_iter().chain(repeat(3, || say(200, ""))));
        let one = async || stage.client.send("GET", PATH, None).await.unwrap();
        tokio::join!(one(), one(), one(), one());
        stage.times()
    };
    let (first, second) = (run().await, run().await);
    assert_eq!(first, second);
    let mut later: Vec<f64> = first.into_iter().filter(|time| *time > 0.0).collect();
    later.dedup();
    assert!(later.len() >= 7, "{later:?}");
}

#[tokio::test(start_paused = true)]
async fn after_a_429_the_others_wait_too() {
    let stage = anonymous(
        then(vec![say_with(429, &["retry-after: 30"], "")], say(200, ""))
            .into_iter()
            .chain([say(200, ""), say(200, "")]),
    );
    stage.client.send("PUT", PATH, None).await.unwrap();
    let waited = stage.times()[1];
    assert!(waited >= 30.0, "{waited}");

    let stage = anonymous([say_with(429, &["retry-after: 30"], ""), say(200, ""), say(200, ""), say(200, "")]);
    let late = async {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        tokio::join!(stage.client.send("PUT", PATH, None), stage.client.send("GET", PATH, None))
    };
    let (first, (second, read)) = tokio::join!(stage.client.send("PUT", PATH, None), late);
    assert!(first.is_ok() && second.is_ok() && read.is_ok());
    let calls = stage.calls.borrow();
    let time = |method| calls.iter().rev().find(|(_, call)| call.method == method).unwrap().0.as_secs_f64();
    assert!(time("PUT") >= 29.9, "writes wait: {}", time("PUT"));
    assert!(time("GET") < 0.1, "reads do not: {}", time("GET"));
}

#[tokio::test(start_paused = true)]
async fn a_fleet_keeps_to_the_limit_by_itself() {
    let stage = anonymous(repeat(300, || say(200, "{}")));
    let sends = (0..300).map(|_| stage.client.send("GET", PATH, None));
    let answers = futures_util::future::join_all(sends).await;
    assert!(answers.iter().all(Result::is_ok));
    let times = stage.times();
    assert!(times[249] == 0.0 && (1.9..2.1).contains(&times[299]), "{} {}", times[249], times[299]);
}
