//! A fleet on an emulator that enforces the service's limits: the plan tells how long it takes, the
//! apply keeps to the pace, and nothing is throttled.

use std::rc::Rc;
use std::time::Duration;

use acier::emulator::embedded::Embedded;
use acier::emulator::faults::Faults;
use acier::emulator::settings::Settings;
use acier::engine::foresee::foresee;
use acier::plan::Mode;
use acier::value::{Type, Value};

use super::azure::{bad_luck, connect, run, throttled};
use super::counts::fleet;
use crate::lab::{Fuse, scratch};

fn limited() -> Rc<Embedded> {
    Rc::new(Embedded::open(None, Settings { throttle: true, ..Settings::default() }).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_fleet_is_foreseen_paced_and_never_throttled() {
    let (folder, cloud) = (scratch(), limited());
    let text = fleet(1_000);
    let start = tokio::time::Instant::now();
    let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    let (took, refused) = (start.elapsed(), throttled());
    assert_eq!((made.report.added, made.report.is_complete()), (1_001, true), "{:?}", made.report.diagnostics);

    // A client that has not made anything yet foresees what the plan showed.
    let provider = connect(&cloud, &Fuse::new(None), &Value::null(Type::Dynamic));
    let pace = foresee(&provider, &acier::state::State::default(), &made.plan.expect("a plan"))
        .await
        .pace
        .expect("a thousand groups take their time");
    let off = took.abs_diff(pace.after).as_secs_f64() / took.as_secs_f64();
    println!("foreseen {} s, took {} s, throttled {} times", pace.after.as_secs(), took.as_secs(), refused);
    assert!(off < 0.1, "foreseen {:?}, took {took:?}", pace.after);
    assert!(pace.why.contains("300 in an hour") && pace.why.contains("makes 1000"), "{}", pace.why);
    assert_eq!(refused, 0);

    let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert!(again.plan.expect("a plan").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_meets_throttling_and_failures_ends_clean() {
    let (folder, cloud) = (scratch(), limited());
    let rules = "PUT containerGroups: 429 retry-after=7 every=23; PUT containerGroups: 503 every=31; \
                 GET: 500 every=97; PUT containerGroups: reset-after every=53; POST token: 503 every=3";
    cloud.set_faults(Faults::parse(rules).unwrap());
    let text = fleet(400);
    let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert_eq!((made.report.added, made.report.is_complete()), (401, true), "{:?}", made.report.diagnostics);
    assert!(throttled() > 10, "the faults happened");
    cloud.set_faults(Faults::default());
    let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert!(again.plan.expect("a plan").is_empty());
    let twice: Vec<_> = cloud.snapshot().into_iter().filter(|thing| thing.created != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_meets_bad_luck_ends_clean() {
    let (folder, cloud) = (scratch(), limited());
    let text = fleet(1_000);
    bad_luck(Some(7));
    let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    bad_luck(None);
    assert_eq!((made.report.added, made.report.is_complete()), (1_001, true), "{:?}", made.report.diagnostics);
    println!("a fleet of 1,000 was throttled {} times and is whole", throttled());
    assert!(throttled() > 50, "the bad luck happened");
    let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert!(again.plan.expect("a plan").is_empty());
    let twice: Vec<_> = cloud.snapshot().into_iter().filter(|thing| thing.created != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_keeps_to_its_own_pace() {
    let (folder, cloud) = (scratch(), limited());
    let text = fleet(150);
    run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    let start = tokio::time::Instant::now();
    let gone = run(folder.path(), &cloud, &text, Mode::Destroy, &Fuse::new(None)).await.expect("nobody dies");
    assert_eq!(gone.report.destroyed, 151, "{:?}", gone.report.diagnostics);
    let took = start.elapsed();
    assert!(took > Duration::from_secs(300) && took < Duration::from_secs(400), "{took:?}");
    assert_eq!(throttled(), 0);
}

/// A process that dies while its steps wait for their turns leaves none of them in flight. The next
/// one knows nothing of what was counted before: the service tells it, and it waits as told.
#[tokio::test(start_paused = true)]
async fn the_next_process_waits_as_the_service_says() {
    for (groups, dies, within) in [(115, 260, 120), (310, 900, 3600)] {
        let (folder, cloud) = (scratch(), limited());
        let (text, fuse) = (fleet(groups), Fuse::new(None));
        let first = run(folder.path(), &cloud, &text, Mode::Normal, &fuse);
        assert!(tokio::time::timeout(Duration::from_secs(dies), first).await.is_err(), "it was still waiting");
        let state = super::azure::believed(folder.path());
        let made = if groups > 300 { 300 } else { 100 };
        assert_eq!((state.pending.len(), state.objects.len()), (0, made + 1));
        let start = tokio::time::Instant::now();
        let end = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
        assert_eq!((end.report.added, end.report.is_complete()), (groups - made, true), "{:?}", end.report.diagnostics);
        assert!(start.elapsed() < Duration::from_secs(within), "{:?}", start.elapsed());
        assert!(throttled() <= 40, "only those under way were told: {}", throttled());
        assert!(cloud.snapshot().iter().all(|entry| entry.exists && entry.created == 1));
    }
}

/// A list of the subscription that others fill is given up for the lists of our resource groups, and
/// so is one that may not be read.
#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_pay_is_left() {
    let subscription = acier::emulator::settings::Identity::default().subscription;
    let target = format!("{subscription}/providers/Microsoft.ContainerInstance/containerGroups");
    for (page, faults) in [(2, String::new()), (100, format!("GET {target}: 403"))] {
        let folder = scratch();
        let cloud = Rc::new(Embedded::open(None, Settings { page, ..Settings::default() }).unwrap());
        let text = super::counts::spread(12, 4);
        let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
        assert!(made.report.is_complete(), "{:?}", made.report.diagnostics);
        cloud.set_faults(Faults::parse(&faults).unwrap());
        let before = cloud.requests("GET");
        let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
        let used = cloud.requests("GET") - before;
        let plan = again.plan.unwrap_or_else(|| panic!("{:?}", again.report.diagnostics));
        assert!(plan.is_empty() && used <= 16, "{used} requests");
    }
}
