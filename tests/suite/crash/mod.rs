//! Any crash ends in the truth: the process is killed at every point of a run, the same command is
//! given again, and then cloud = configuration = state, with every id created once.

mod azure;
mod counts;
mod fleet;
mod jobs;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use acier::plan::{Action, Mode};

use crate::lab::Fuse;
use azure::{believed, run};

const QUICKSTART: &str = include_str!("../../../examples/01-quickstart/main.tf");
const JOB: &str = include_str!("../../../examples/06-job/main.tf");
const SHOP: &str = include_str!("../../../examples/03-in-place-update/main.tf");

/// One crash matrix: from one configuration to another, killed at every point on the way.
struct Case {
    name: &'static str,
    before: Option<String>,
    after: String,
    mode: Mode,
    /// How often each id may have come into being in all: replacements make one twice.
    created: u32,
}

fn cases() -> Vec<Case> {
    let shop = |from: &str, to: &str| SHOP.replace(from, to);
    let rerun = JOB.replace("default     = \"1\"", "default     = \"2\"");
    assert_ne!(rerun, JOB);
    vec![
        Case { name: "wait for a job", before: None, after: JOB.into(), mode: Mode::Normal, created: 1 },
        Case { name: "run a job again", before: Some(JOB.into()), after: rerun, mode: Mode::Normal, created: 1 },
        Case { name: "create", before: None, after: QUICKSTART.into(), mode: Mode::Normal, created: 1 },
        Case {
            name: "destroy",
            before: Some(QUICKSTART.into()),
            after: QUICKSTART.into(),
            mode: Mode::Destroy,
            created: 1,
        },
        Case {
            name: "update in place",
            before: Some(SHOP.into()),
            after: shop("default = \"1\"", "default = \"2\""),
            mode: Mode::Normal,
            created: 1,
        },
        Case {
            name: "replace",
            before: Some(SHOP.into()),
            after: shop("default = 1\n", "default = 2\n"),
            mode: Mode::Normal,
            created: 2,
        },
    ]
}

fn cloud(latency: &str) -> Rc<Embedded> {
    let latency = Settings::parse_latency(latency).expect("a latency");
    Rc::new(Embedded::open(None, Settings { latency, ..Settings::default() }).expect("the emulator opens"))
}

#[tokio::test(start_paused = true)]
async fn every_crash_point_converges() {
    let mut table = String::new();
    for case in cases() {
        let points = matrix(&case).await;
        table.push_str(&format!("{:<16} killed at {points:>4} points: all converged\n", case.name));
    }
    println!("{table}");
}

/// Kills the case's run at its n-th point for every n, until a run passes no n-th point.
async fn matrix(case: &Case) -> usize {
    let mut at = 0;
    loop {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cloud = cloud("300ms");
        if let Some(before) = &case.before {
            finish(folder.path(), &cloud, before, Mode::Normal, case.name).await;
        }
        let fuse = Fuse::new(Some(at));
        let end = run(folder.path(), &cloud, &case.after, case.mode, &fuse).await;
        let died = end.is_none();
        let what = format!("{}, killed at point {at}", case.name);
        finish(folder.path(), &cloud, &case.after, case.mode, &what).await;
        verify(folder.path(), &cloud, case, &what).await;
        if !died {
            assert!(fuse.passed() <= at, "{what}: the fuse was passed without burning");
            return at;
        }
        at += 1;
    }
}

/// Runs to the end, with no fuse, and asserts that it was complete.
async fn finish(folder: &Path, cloud: &Rc<Embedded>, text: &str, mode: Mode, what: &str) {
    match run(folder, cloud, text, mode, &Fuse::new(None)).await {
        Some(end) => assert!(end.report.is_complete(), "{what}: {:?}", end.report),
        None => panic!("{what}: died without a fuse"),
    }
}

async fn verify(folder: &Path, cloud: &Rc<Embedded>, case: &Case, what: &str) {
    let state = believed(folder);
    assert!(state.pending.is_empty(), "{what}: steps are still pending: {:?}", state.pending);
    let known: Vec<String> = state.objects.values().map(|object| object.id.to_lowercase()).collect();
    let census: BTreeMap<String, (u32, bool)> =
        cloud.snapshot().into_iter().map(|entry| (entry.id.to_lowercase(), (entry.created, entry.exists))).collect();
    let existing: Vec<String> = census.iter().filter(|(_, (_, exists))| *exists).map(|(id, _)| id.clone()).collect();
    let mut known_sorted = known.clone();
    known_sorted.sort();
    assert_eq!(existing, known_sorted, "{what}: cloud and state differ");
    for (id, (created, _)) in &census {
        assert!(*created <= case.created, "{what}: {id} was created {created} times");
    }
    if case.mode == Mode::Destroy {
        assert!(existing.is_empty(), "{what}: the cloud still holds {existing:?}");
        return;
    }
    match run(folder, cloud, &case.after, case.mode, &Fuse::new(None)).await {
        Some(end) => {
            let plan = end.plan.expect("there is a plan");
            let left: Vec<String> = plan
                .changes
                .iter()
                .filter(|change| change.action != Action::NoOp)
                .map(|change| format!("{:?} {}", change.action, change.addr))
                .collect();
            assert!(left.is_empty() && plan.drift.is_empty(), "{what}: planning again finds {left:?}");
        }
        None => panic!("{what}: died without a fuse"),
    }
}
