//! What groups that are waited for come to, on a clock that stands still unless everybody waits.
//!
//! A case is a container group; `jobs.txt` holds how its apply ended, after how many seconds of the
//! emulated clock, and what the next plan would do. `ACIER_BLESS=1` rewrites it. Each case is destroyed
//! at the end and leaves nothing.

use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use acier::plan::{Action, Mode, Plan};
use acier::state::Object;
use tokio::time::Instant;

use super::azure::{believed, run};
use super::{cloud, finish};
use crate::lab::{End, Fuse, scratch};

/// A container group of one container beside what a case says of it.
struct Job {
    policy: &'static str,
    wait: &'static str,
    /// Further attributes of the group.
    group: &'static str,
    image: &'static str,
    /// Further attributes of the container.
    container: &'static str,
}

const JOB: Job = Job { policy: "Never", wait: "succeeded", group: "", image: "job:1", container: "" };

impl Job {
    fn text(&self) -> String {
        let wait = if self.wait.is_empty() { String::new() } else { format!("  wait_for = \"{}\"\n", self.wait) };
        format!(
            "resource \"azurerm_resource_group\" \"jobs\" {{\n  name = \"jobs\"\n  location = \"westeurope\"\n}}\n\
             resource \"azurerm_container_group\" \"job\" {{\n  name = \"job\"\n  \
             resource_group_name = azurerm_resource_group.jobs.name\n  location = \"westeurope\"\n  \
             os_type = \"Linux\"\n  ip_address_type = \"None\"\n  restart_policy = \"{}\"\n{wait}  {}\n  \
             container {{\n    name = \"work\"\n    image = \"{}\"\n    cpu = 1\n    memory = 1\n    {}\n  }}\n}}\n",
            self.policy, self.group, self.image, self.container
        )
    }
}

fn environment(text: &str) -> String {
    format!("environment_variables = {{ {text} }}")
}

fn cases() -> Vec<(&'static str, Job, &'static str)> {
    vec![
        ("a job that ends well", JOB, "EMULATOR_EXIT_CODE = \"0\", EMULATOR_SECONDS = \"90\""),
        (
            "a job that exits with 3",
            JOB,
            "EMULATOR_EXIT_CODE = \"3\", EMULATOR_SECONDS = \"20\", EMULATOR_LOG = \"one\\ntwo\\n\\u001b[31mthree\"",
        ),
        ("any end will do", Job { wait: "terminated", ..JOB }, "EMULATOR_EXIT_CODE = \"3\""),
        ("nobody waits", Job { wait: "", ..JOB }, "EMULATOR_EXIT_CODE = \"3\""),
        (
            "a failure that is tried again",
            Job { policy: "OnFailure", ..JOB },
            "EMULATOR_EXIT_CODE = \"9\", EMULATOR_FAILS = \"2\"",
        ),
        (
            "a job that fails for ever",
            Job { policy: "OnFailure", ..JOB },
            "EMULATOR_EXIT_CODE = \"9\", EMULATOR_LOG = \"no database\"",
        ),
        ("a server that runs", Job { policy: "Always", wait: "running", image: "nginx:1", ..JOB }, ""),
        ("a server that crashes", Job { policy: "Always", wait: "running", ..JOB }, "EMULATOR_EXIT_CODE = \"1\""),
        ("a server that ends", Job { wait: "running", ..JOB }, "EMULATOR_EXIT_CODE = \"4\""),
        ("an image that is missing", Job { image: "missing:1", ..JOB }, ""),
        ("an image that is missing and nobody waits", Job { image: "unpullable:1", wait: "", ..JOB }, ""),
        ("an image that cannot be pulled", Job { image: "unpullable:1", ..JOB }, ""),
        ("an image that is pulled at the second try", Job { image: "flaky:1", ..JOB }, ""),
        ("an image that is pulled slowly", Job { image: "slow-pull:1", ..JOB }, ""),
        (
            "a share that is missing",
            Job {
                container: "volume {\n name = \"data\"\n mount_path = \"/data\"\n share_name = \"missing\"\n \
                            storage_account_name = \"store\"\n storage_account_key = \"a2V5\"\n }",
                ..JOB
            },
            "",
        ),
        (
            "a job that takes longer than its limit",
            Job { group: "timeouts {\n create = \"1m\"\n }", ..JOB },
            "EMULATOR_SECONDS = \"600\"",
        ),
        (
            "one of two that fails while the other runs",
            Job { group: "container {\n name = \"side\"\n image = \"nginx\"\n cpu = 1\n memory = 1.5\n }", ..JOB },
            "EMULATOR_EXIT_CODE = \"6\", EMULATOR_SECONDS = \"30\"",
        ),
        (
            "an init container that fails",
            Job {
                group: "init_container {\n name = \"first\"\n image = \"alpine\"\n \
                        commands = [\"sh\", \"-c\", \"echo no; exit 5\"]\n }",
                ..JOB
            },
            "EMULATOR_EXIT_CODE = \"0\"",
        ),
    ]
}

async fn apply(folder: &Path, cloud: &Rc<acier::emulator::embedded::Embedded>, text: &str) -> (End, Duration) {
    let began = Instant::now();
    let end = run(folder, cloud, text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    (end, began.elapsed())
}

fn describe(end: &End) -> String {
    let mut text = String::new();
    for found in &end.report.diagnostics.0 {
        // The trace ends with ids that are made for each request.
        let detail: Vec<&str> = found.detail.lines().filter(|line| !line.contains(" id ")).collect();
        writeln!(text, "{}\n{}", found.summary, detail.join("\n")).unwrap();
        writeln!(text, "-> {}", found.hint.as_deref().unwrap_or("no advice")).unwrap();
    }
    text
}

fn job(folder: &Path) -> Option<Object> {
    let state = believed(folder);
    state.objects.into_iter().find(|(addr, _)| addr.to_string().ends_with(".job")).map(|(_, object)| object)
}

#[tokio::test(start_paused = true)]
async fn groups_that_are_waited_for_come_to_what_the_table_says() {
    let mut told = String::new();
    for (name, job_of, variables) in cases() {
        let folder = scratch();
        let cloud = cloud("3s");
        let text = job_of.text().replace(
            "memory = 1\n",
            &format!("memory = 1\n    {}\n", if variables.is_empty() { String::new() } else { environment(variables) }),
        );
        let (end, took) = apply(folder.path(), &cloud, &text).await;
        let tainted = match job(folder.path()) {
            Some(object) if object.tainted => "tainted",
            Some(_) => "made",
            None => "not made",
        };
        let complete = if end.report.is_complete() { "complete" } else { "incomplete" };
        writeln!(told, "=== {name}\n{complete} after {} s; {tainted}", took.as_secs()).unwrap();
        told.push_str(&describe(&end));
        finish(folder.path(), &cloud, &text, Mode::Destroy, name).await;
        assert!(cloud.snapshot().iter().all(|entry| !entry.exists), "{name}: something is left");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/crash/jobs.txt");
    if std::env::var_os("ACIER_BLESS").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == told, "jobs.txt differs (ACIER_BLESS=1 rewrites it); found:\n{told}");
}

fn with(code: &str, trigger: &str, image: &'static str) -> String {
    let job = Job { image, ..JOB };
    job.text()
        .replace(
            "memory = 1\n",
            &format!("memory = 1\n    environment_variables = {{ EMULATOR_EXIT_CODE = \"{code}\" }}\n"),
        )
        .replace("  wait_for", &format!("  triggers = {{ run = \"{trigger}\" }}\n  wait_for"))
}

fn act_of(plan: Option<&Plan>) -> Action {
    let changes = &plan.expect("a plan").changes;
    changes.iter().find(|change| change.addr.to_string().ends_with(".job")).expect("the job").action
}

/// A job that failed is run again by the next apply, also when the cloud shows all that the
/// configuration asks for; and when it ends well there is nothing more to do.
#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_run_again() {
    for (before, after) in [
        // A trigger, and nothing else.
        (with("0", "1", "job:1"), with("0", "2", "job:1")),
        // An image, which reading finds changed.
        (with("0", "1", "job:1"), with("0", "1", "job:2")),
    ] {
        let folder = scratch();
        let cloud = cloud("1s");
        finish(folder.path(), &cloud, &before, Mode::Normal, "the first run").await;
        let broken = after.replace("CODE = \"0\"", "CODE = \"3\"");
        for _ in 0..2 {
            let (end, _) = apply(folder.path(), &cloud, &broken).await;
            assert_eq!(act_of(end.plan.as_ref()), Action::Update);
            assert!(describe(&end).contains("ended with exit code 3"), "{}", describe(&end));
            assert!(job(folder.path()).is_some_and(|object| object.unfinished && !object.tainted));
        }
        let (end, _) = apply(folder.path(), &cloud, &after).await;
        assert!(end.report.is_complete() && act_of(end.plan.as_ref()) == Action::Update, "{:?}", end.report);
        let (end, _) = apply(folder.path(), &cloud, &after).await;
        assert!(end.plan.expect("a plan").is_empty());
        assert!(cloud.snapshot().iter().all(|entry| entry.created == 1), "it was never replaced");
    }
}

/// An update that cannot start ends early too, and is not forgotten.
#[tokio::test(start_paused = true)]
async fn an_update_that_cannot_start_ends_early() {
    let folder = scratch();
    let cloud = cloud("1s");
    let server = |image| Job { policy: "Always", wait: "", image, ..JOB }.text();
    finish(folder.path(), &cloud, &server("nginx:1"), Mode::Normal, "made").await;
    let (end, took) = apply(folder.path(), &cloud, &server("unpullable:1")).await;
    assert!(describe(&end).contains("Failed to pull image \"unpullable:1\""), "{}", describe(&end));
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(job(folder.path()).is_some_and(|object| object.unfinished && !object.tainted));
    finish(folder.path(), &cloud, &server("nginx:1"), Mode::Destroy, "destroyed").await;
}

/// A job that fails at once is made again as a whole: that is what tainted means.
#[tokio::test(start_paused = true)]
async fn a_job_that_never_ended_well_is_replaced() {
    let folder = scratch();
    let cloud = cloud("1s");
    let (end, _) = apply(folder.path(), &cloud, &with("3", "1", "job:1")).await;
    assert!(!end.report.is_complete());
    let (end, _) = apply(folder.path(), &cloud, &with("0", "1", "job:1")).await;
    assert_eq!(act_of(end.plan.as_ref()), Action::Replace);
    assert!(end.report.is_complete(), "{:?}", end.report);
}

/// How to wait is no business of the cloud's.
#[tokio::test(start_paused = true)]
async fn changing_only_how_to_wait_calls_nobody() {
    let folder = scratch();
    let cloud = cloud("1s");
    let (patient, hasty) = (JOB.text(), Job { wait: "", ..JOB }.text());
    finish(folder.path(), &cloud, &hasty, Mode::Normal, "made").await;
    let writes = || ["PUT", "PATCH", "DELETE"].map(|method| cloud.requests(method));
    let before = writes();
    let (end, _) = apply(folder.path(), &cloud, &patient).await;
    assert_eq!((act_of(end.plan.as_ref()), end.report.changed), (Action::Update, 1));
    assert_eq!(writes(), before);
    assert!(apply(folder.path(), &cloud, &patient).await.0.plan.expect("a plan").is_empty());
}

/// A process that dies while it waits goes on waiting; one that destroys does not.
#[tokio::test(start_paused = true)]
async fn a_wait_goes_on_where_it_was_cut_off() {
    for (code, mode) in [("0", Mode::Normal), ("3", Mode::Normal), ("0", Mode::Destroy)] {
        let folder = scratch();
        let cloud = cloud("1s");
        let text =
            with(code, "1", "job:1").replace("EMULATOR_EXIT_CODE", "EMULATOR_SECONDS = \"600\", EMULATOR_EXIT_CODE");
        let fuse = Fuse::new(None);
        let died =
            tokio::time::timeout(Duration::from_secs(60), run(folder.path(), &cloud, &text, Mode::Normal, &fuse));
        assert!(died.await.is_err(), "it should still wait");
        let ticket = believed(folder.path()).pending.into_values().next().and_then(|pending| pending.ticket);
        assert!(ticket.is_some_and(|ticket| ticket.contains("\"stage\":\"run\"")), "the wait is written down");
        let began = Instant::now();
        let end = run(folder.path(), &cloud, &text, mode, &Fuse::new(None)).await.expect("nobody dies");
        match (code, mode) {
            (_, Mode::Destroy) => {
                assert!(end.report.is_complete() && began.elapsed() < Duration::from_secs(60), "{:?}", end.report);
                assert!(cloud.snapshot().iter().all(|entry| !entry.exists));
            }
            ("0", _) => {
                assert!(end.plan.expect("a plan").is_empty() && began.elapsed() > Duration::from_secs(400));
                assert!(cloud.snapshot().iter().all(|entry| entry.created == 1));
            }
            // What ended badly while nobody looked is tainted, and the apply makes it again.
            _ => assert_eq!(act_of(end.plan.as_ref()), Action::Replace),
        }
    }
}
