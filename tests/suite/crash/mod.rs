//! Any crash ends in the truth: the process is killed at every point of a run, the same command is
//! given again, and then cloud = configuration = state, with every id created once.

mod azure;
mod counts;
mod fleet;
mod jobs;
mod provisioners;
mod refactoring;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use acier::plan::{Action, Mode};

use crate::lab::{Fuse, scratch};
use azure::{believed, run};

const QUICKSTART: &str = include_str!("../../../examples/01-quickstart/main.tf");
const JOB: &str = include_str!("../../../examples/06-job/main.tf");
const FLEET: &str = include_str!("../../../examples/05-fleet/main.tf");
const STAGES: &str = include_str!("../../../examples/11-stages/main.tf");
const SHOP: &str = include_str!("../../../examples/03-in-place-update/main.tf");

/// One crash matrix: from one configuration to another, killed at every point on the way.
struct Case {
    name: &'static str,
    /// What exists and was made by somebody else.
    foreign: Option<String>,
    before: Option<String>,
    after: String,
    mode: Mode,
    /// How often each id may have come into being in all: replacements make one twice.
    created: u32,
    /// Container groups that an ngroup keeps in the end, of which the state knows nothing.
    members: usize,
}

fn cases() -> Vec<Case> {
    let shop = |from: &str, to: &str| SHOP.replace(from, to);
    let rerun = JOB.replace("default     = \"1\"", "default     = \"2\"");
    assert_ne!(rerun, JOB);
    // Without pauses: each question on the way is a point to be killed at.
    let still = FLEET.replace("PT30S", "PT0S");
    let rolled = still.replace("nginx:1.27", "nginx:1.28").replace("default = 3", "default = 4");
    assert_ne!(rolled, still);
    let fleet = |name, before: Option<&str>, after: &str, mode, members| Case {
        name,
        before: before.map(str::to_owned),
        after: after.to_owned(),
        mode,
        created: 1,
        members,
        foreign: None,
    };
    vec![
        fleet("make a fleet", None, &still, Mode::Normal, 3),
        fleet("roll a fleet", Some(&still), &rolled, Mode::Normal, 4),
        fleet("end a fleet", Some(&still), &still, Mode::Destroy, 0),
        Case {
            name: "wait for a job",
            foreign: None,
            before: None,
            after: JOB.into(),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "run a job again",
            foreign: None,
            before: Some(JOB.into()),
            after: rerun,
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "create",
            foreign: None,
            before: None,
            after: QUICKSTART.into(),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "destroy",
            foreign: None,
            before: Some(QUICKSTART.into()),
            after: QUICKSTART.into(),
            mode: Mode::Destroy,
            created: 1,
            members: 0,
        },
        Case {
            name: "update in place",
            foreign: None,
            before: Some(SHOP.into()),
            after: shop("default = \"1\"", "default = \"2\""),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "replace",
            foreign: None,
            before: Some(SHOP.into()),
            after: shop("default = 1\n", "default = 2\n"),
            mode: Mode::Normal,
            created: 2,
            members: 0,
        },
        Case {
            name: "make in stages",
            foreign: None,
            before: None,
            after: STAGES.into(),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "move, update",
            foreign: None,
            before: Some(SHOP.into()),
            after: format!("{}{MOVES}", renamed(&shop("default = \"1\"", "default = \"2\""))),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "import",
            foreign: Some(SHOP.into()),
            before: None,
            after: format!("{SHOP}{IMPORTS}"),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        Case {
            name: "import, update",
            foreign: Some(SHOP.into()),
            before: None,
            after: format!("{}{IMPORTS}", shop("default = \"1\"", "default = \"2\"")),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
        // What was deleted for its replacement cannot be imported any more: -adopt makes it again.
        Case {
            name: "import, replace",
            foreign: Some(SHOP.into()),
            before: None,
            after: format!("# adopt\n{}{IMPORTS}", shop("default = 1\n", "default = 2\n")),
            mode: Mode::Normal,
            created: 2,
            members: 0,
        },
        Case {
            name: "adopt, some made",
            foreign: Some(part_of_quickstart()),
            before: None,
            after: format!("# adopt\n{QUICKSTART}"),
            mode: Mode::Normal,
            created: 1,
            members: 0,
        },
    ]
}

/// Everything of the shop.
const IMPORTS: &str = r#"
import {
  to       = azurerm_resource_group.shop
  identity = { name = "acier-shop" }
}
import {
  to = azurerm_container_group.shop
  id = "${azurerm_resource_group.shop.id}/providers/Microsoft.ContainerInstance/containerGroups/shop"
}
"#;

/// The shop under other names.
const MOVES: &str = r#"
moved {
  from = azurerm_resource_group.shop
  to   = azurerm_resource_group.store
}
moved {
  from = azurerm_container_group.shop
  to   = azurerm_container_group.store
}
"#;

fn renamed(text: &str) -> String {
    let text = text.replace("azurerm_resource_group.shop", "azurerm_resource_group.store");
    let text = text.replace("azurerm_container_group.shop", "azurerm_container_group.store");
    text.replace("_group\" \"shop\"", "_group\" \"store\"")
}

/// The resource group and one of the container groups.
fn part_of_quickstart() -> String {
    let (start, rest) = QUICKSTART.split_once("resource \"azurerm_container_group\"").expect("a first group");
    let end = rest.find("\n}\n").expect("its end") + 3;
    format!("{start}resource \"azurerm_container_group\"{}", &rest[..end])
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
        let folder = scratch();
        let cloud = cloud("300ms");
        if let Some(foreign) = &case.foreign {
            let other = scratch();
            finish(other.path(), &cloud, foreign, Mode::Normal, case.name).await;
        }
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
    let kept = |id: &str| !known.iter().any(|own| own == id) && id.contains("/containergroups/web-");
    let existing: Vec<String> = census.iter().filter(|(_, (_, exists))| *exists).map(|(id, _)| id.clone()).collect();
    let (members, existing): (Vec<String>, Vec<String>) = existing.into_iter().partition(|id| kept(id));
    assert_eq!(members.len(), case.members, "{what}: the ngroup keeps {members:?}");
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
