//! What runs: logs and events followed on a paused clock, goals judged, groups started and stopped,
//! all against the emulator in this process.

use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Request, Transport as _};
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::{Identity, Settings};
use acier::provider::FaultKind;
use acier::resources::azure::Azure;
use acier::resources::operate::act::Act;
use acier::resources::operate::door::Size;
use acier::resources::operate::follow::{Events, Logs, Noted, Seen, occurrences, split_time};
use acier::resources::operate::wait::{Goal, Outlook};
use acier::resources::operate::{Container, Group};
use acier::value::{Type, Value};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

/// A cloud, acier's view of it, and the id of its one group.
struct Lab {
    cloud: &'static Embedded,
    azure: Rc<Azure<&'static Embedded>>,
    id: String,
}

impl Lab {
    /// A group of containers, by names and scripts, of which an operation takes so long.
    async fn new(policy: &str, containers: &[(&str, &str)], latency: i64) -> Lab {
        let settings = Settings { latency, ..Settings::default() };
        let cloud = Embedded::open_at(None, settings, START).unwrap();
        let cloud: &'static Embedded = Box::leak(Box::new(cloud));
        let subscription = Identity::default().subscription;
        let client = Client::new(
            cloud,
            SignIn::new(Credentials::Static("some.token.here".into())),
            Endpoints::custom(Some(BASE), Some(BASE), None).unwrap(),
            Options::new(subscription.clone()),
        );
        let azure = Rc::new(Azure::new(client, &Value::null(Type::Dynamic)));
        let group = format!("/subscriptions/{subscription}/resourceGroups/rg");
        let id = format!("{group}/providers/Microsoft.ContainerInstance/containerGroups/web");
        let lab = Lab { cloud, azure, id };
        lab.ask("PUT", &group, Some(json!({"location": "westeurope"}))).await;
        let container = |(name, script): &(&str, &str)| {
            json!({"name": name, "properties": {
                "image": "alpine", "command": ["sh", "-c", script],
                "resources": {"requests": {"cpu": 0.1, "memoryInGB": 0.1}},
            }})
        };
        let containers: Vec<Json> = containers.iter().map(container).collect();
        let ports = json!([{"port": 80}]);
        let properties = json!({
            "osType": "Linux", "restartPolicy": policy, "containers": containers,
            "ipAddress": {"type": "Public", "ports": ports},
        });
        let mut body = json!({"location": "westeurope", "properties": properties});
        body["properties"]["containers"][0]["properties"]["ports"] = ports;
        lab.ask("PUT", &lab.id, Some(body)).await;
        lab
    }

    async fn ask(&self, method: &'static str, path: &str, body: Option<Json>) {
        let request = Request {
            method,
            url: format!("{BASE}{path}?api-version=2023-05-01"),
            headers: vec![("authorization".into(), "Bearer some-token".into())],
            body: body.map(|body| body.to_string().into_bytes()),
        };
        let answer = self.cloud.send(request).await.unwrap();
        assert!(answer.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
    }

    async fn post(&self, verb: &str) {
        self.ask("POST", &format!("{}/{verb}", self.id), None).await;
    }

    /// Follows logs to their end, or for so long: seconds since the begin, container, time and text.
    async fn follow(&self, logs: &mut Logs, seconds: u64) -> (Vec<String>, bool) {
        let began = Instant::now();
        let mut lines = Vec::new();
        while began.elapsed() < Duration::from_secs(seconds) {
            let found = logs.next(&self.azure).await.unwrap();
            lines.extend(found.items.iter().map(|line| format!("{} {}", line.container, line.text)));
            if found.ended {
                return (lines, true);
            }
        }
        (lines, false)
    }

    fn logs(&self, containers: &[&str], tail: Option<u32>) -> Logs {
        let names: Vec<String> = containers.iter().map(|name| (*name).to_owned()).collect();
        Logs::new(&self.id, &names, tail)
    }
}

#[tokio::test(start_paused = true)]
async fn logs_are_followed_to_the_end_of_the_last_container() {
    let containers = [("a", "echo one; sleep 5; echo two; sleep 5; exit 3"), ("b", "sleep 3; echo three; sleep 20")];
    // The deployment itself takes a minute, in which there are no logs.
    let lab = Lab::new("Never", &containers, 60_000).await;
    let began = Instant::now();
    let (lines, ended) = lab.follow(&mut lab.logs(&["a", "b"], None), 1_000).await;
    assert!(ended);
    assert_eq!(lines, ["a one", "b three", "a two"]);
    assert!((83..88).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // Of a group that has ended they are read once.
    let (lines, ended) = lab.follow(&mut lab.logs(&["a"], Some(1)), 1).await;
    assert!(ended);
    assert_eq!(lines, ["a two"]);
}

#[tokio::test(start_paused = true)]
async fn following_survives_restarts_that_reset_the_log() {
    let lab = Lab::new("Always", &[("a", "echo up; while true; do sleep 10; echo tick; done")], 0).await;
    let mut logs = lab.logs(&["a"], None);
    assert_eq!(lab.follow(&mut logs, 25).await, (vec!["a up".into(), "a tick".into(), "a tick".into()], false));
    lab.post("restart").await;
    // The same lines again, and each of them once.
    assert_eq!(lab.follow(&mut logs, 15).await, (vec!["a up".into(), "a tick".into()], false));
    lab.post("restart").await;
    assert_eq!(lab.follow(&mut logs, 5).await, (vec!["a up".into()], false));
    lab.post("stop").await;
    assert_eq!(lab.follow(&mut logs, 5).await, (Vec::new(), true));
    lab.ask("DELETE", &lab.id, None).await;
    let found = logs.next(&lab.azure).await.unwrap();
    assert!(found.gone && found.ended);
}

/// Crashing containers are followed through their pauses, and each run is shown whole.
#[tokio::test(start_paused = true)]
async fn following_survives_crash_loops() {
    let lab = Lab::new("OnFailure", &[("a", "echo up; sleep 1; echo down; exit 1")], 0).await;
    let (lines, ended) = lab.follow(&mut lab.logs(&["a"], None), 45).await;
    assert!(!ended);
    assert_eq!(lines, ["a up", "a down"].repeat(3));
}

/// The emulator keeps a thousand lines: all after that are shown too, each once, from the tail on.
#[tokio::test(start_paused = true)]
async fn logs_whose_begin_is_dropped_go_on() {
    let lab = Lab::new("Always", &[("a", "while true; do echo same; sleep 1; done")], 0).await;
    tokio::time::advance(Duration::from_secs(990)).await;
    let (lines, _) = lab.follow(&mut lab.logs(&["a"], Some(5)), 50).await;
    assert!((54..58).contains(&lines.len()), "{} lines", lines.len());
}

#[tokio::test(start_paused = true)]
async fn events_are_followed_and_counted_up() {
    let lab = Lab::new("OnFailure", &[("a", "exit 1"), ("b", "sleep 1000")], 30_000).await;
    let mut events = Events::new(&lab.id, Some("a"));
    let mut seen = Vec::new();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(65) {
        let found = events.next(&lab.azure).await.unwrap();
        assert!(!found.ended);
        seen.extend(found.items.into_iter().map(|one| {
            assert_eq!(one.container.as_deref(), Some("a"));
            format!("{} {}", one.event.name, one.event.count)
        }));
    }
    let expected =
        ["Pulling 1", "Pulled 1", "Started 1", "BackOff 1", "Started 2", "BackOff 2", "Started 3", "BackOff 3"];
    assert_eq!(seen, expected);
    // Nobody is told twice.
    let all = lab.azure.instance(&lab.id).await.unwrap().unwrap();
    let mut noted = Noted::default();
    assert_eq!(noted.take(occurrences(&all)).len(), occurrences(&all).len());
    assert_eq!(noted.take(occurrences(&all)), []);
}

/// Each poll of a log: the log, whether it has ended, and the lines that are new.
#[test]
fn what_is_new_in_a_log() {
    type Poll = (&'static str, bool, &'static [&'static str]);
    let cases: &[(&str, &[Poll])] = &[
        (
            "growth",
            &[("", false, &[]), ("a\n", false, &["a"]), ("a\nb\nc\n", false, &["b", "c"]), ("a\nb\nc\n", false, &[])],
        ),
        ("an open line", &[("a\nb", false, &["a"]), ("a\nbc\n", false, &["bc"]), ("a\nbc\nd", true, &["d"])]),
        (
            "a reset",
            &[("1 a\n2 b\n", false, &["1 a", "2 b"]), ("3 a\n", false, &["3 a"]), ("3 a\n4 b\n", false, &["4 b"])],
        ),
        ("a reset to nothing", &[("1 a\n", false, &["1 a"]), ("", false, &[]), ("2 a\n", false, &["2 a"])]),
        ("a dropped begin", &[("1 a\n2 b\n3 c\n", false, &["1 a", "2 b", "3 c"]), ("3 c\n4 d\n", false, &["4 d"])]),
        ("nothing in common", &[("1 a\n", false, &["1 a"]), ("5 e\n6 f\n", false, &["5 e", "6 f"])]),
        (
            "a begin dropped within a line",
            &[("1 aaa\n2 bbb\n", false, &["1 aaa", "2 bbb"]), ("a\n2 bbb\n3\n", false, &["3"])],
        ),
        (
            "letters of many bytes",
            &[("1 ü\n", false, &["1 ü"]), ("1 ü\n2 ß€\n", false, &["2 ß€"]), ("2 ß€\n3\n", false, &["3"])],
        ),
        ("an end without a line break", &[("a", true, &["a"]), ("a", true, &[])]),
    ];
    for (name, polls) in cases {
        let mut seen = Seen::default();
        for (log, ended, expected) in *polls {
            assert_eq!(seen.take(log, *ended), *expected, "{name}: {log:?}");
        }
    }
    // Long logs of which only the last part is kept.
    let line = |number: usize| format!("2026-01-01T00:00:{number:08} message\n");
    let log = |from: usize, to: usize| (from..to).map(line).collect::<String>();
    let mut seen = Seen::default();
    assert_eq!(seen.take(&log(0, 1_000), false).len(), 1_000);
    for step in 1..50 {
        let cut = &log(step * 7, 1_000 + step * 11)[5..];
        assert_eq!(seen.take(cut, false).len(), 11, "{step}");
    }
}

#[test]
fn times_are_taken_off_lines() {
    for (line, time, text) in [
        ("2026-01-01T00:00:00Z hello you", Some("2026-01-01T00:00:00Z"), "hello you"),
        ("2026-01-01T00:00:00.123456789Z ", Some("2026-01-01T00:00:00.123456789Z"), ""),
        ("2026-01-01T00:00:00+01:00  two", Some("2026-01-01T00:00:00+01:00"), " two"),
        ("2026-01-01T00:00:00Z", Some("2026-01-01T00:00:00Z"), ""),
        ("hello you", None, "hello you"),
        ("", None, ""),
        ("12 monkeys", None, "12 monkeys"),
    ] {
        assert_eq!(split_time(line), (time, text), "{line}");
    }
}

#[test]
fn sizes_of_terminals() {
    assert_eq!(Size::told(50, 200), Size { rows: 50, columns: 200 });
    assert_eq!(Size::told(0, 0), Size::USUAL);
    assert_eq!(Size::told(0, 100), Size { rows: 24, columns: 100 });
}

/// A group of a state and policy with containers of states and exit codes.
fn group(state: &str, policy: &str, containers: &[(&str, Option<i64>)]) -> Group {
    let container = |(state, code): &(&str, Option<i64>)| Container {
        name: format!("c{}", code.unwrap_or_default()),
        state: Some((*state).to_owned()),
        exit_code: *code,
        ..Container::default()
    };
    Group {
        provisioning_state: if state == "Broken" { "Failed" } else { "Succeeded" }.into(),
        state: Some(state.replace("Broken", "Pending")),
        restart_policy: Some(policy.into()),
        containers: containers.iter().map(container).collect(),
        ..Group::default()
    }
}

#[test]
fn goals_are_reached_or_may_come_or_never_will() {
    let running: &[(&str, Option<i64>)] = &[("Running", None), ("Running", None)];
    let half: &[(&str, Option<i64>)] = &[("Running", None), ("Terminated", Some(0))];
    let bad: &[(&str, Option<i64>)] = &[("Running", None), ("Terminated", Some(3))];
    let done: &[(&str, Option<i64>)] = &[("Terminated", Some(0))];
    let failed: &[(&str, Option<i64>)] = &[("Terminated", Some(3)), ("Terminated", Some(0))];
    let waiting: &[(&str, Option<i64>)] = &[("Waiting", None)];
    let stopped: &[(&str, Option<i64>)] = &[("Terminated", None)];
    // Running, Succeeded, Terminated, Stopped, Deleted: + reached, . may come, - never.
    let cases = [
        ("Running", "Always", running, "+-..."),
        ("Running", "Never", running, "+...."),
        ("Running", "Never", half, "....."),
        ("Running", "Never", bad, ".-..."),
        ("Running", "OnFailure", bad, "....."),
        ("Succeeded", "Never", done, "-++-."),
        ("Running", "OnFailure", done, "-++.."),
        ("Failed", "Never", failed, "--+-."),
        ("Pending", "Never", waiting, "....."),
        ("Broken", "Never", waiting, "----."),
        ("Stopped", "Always", stopped, "--++."),
        ("Running", "Always", done, ".-..."),
    ];
    let goals = [Goal::Running, Goal::Succeeded, Goal::Terminated, Goal::Stopped, Goal::Deleted];
    let sign = |outlook: Outlook| match outlook {
        Outlook::Reached => '+',
        Outlook::NotYet(_) => '.',
        Outlook::Never(why) => {
            assert!(why.ends_with('.') && why.contains(' '), "{why:?} is no sentence");
            '-'
        }
    };
    for (state, policy, containers, expected) in cases {
        let group = group(state, policy, containers);
        let found: String = goals.iter().map(|goal| sign(goal.judge(Some(&group), None))).collect();
        assert_eq!(found, expected, "{state} {policy} {containers:?}");
    }
    assert_eq!(goals.iter().map(|goal| sign(goal.judge(None, None))).collect::<String>(), "----+");
    // One container of several.
    let group = group("Running", "Never", bad);
    assert_eq!(Goal::Terminated.judge(Some(&group), Some("c3")), Outlook::Reached);
    assert!(
        matches!(Goal::Succeeded.judge(Some(&group), Some("c3")), Outlook::Never(why) if why.contains("exit code 3"))
    );
    assert!(matches!(Goal::Succeeded.judge(Some(&group), Some("c0")), Outlook::NotYet(_)));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_it_has_come() {
    let lab = Lab::new("Never", &[("a", "sleep 600; exit 3")], 0).await;
    let began = Instant::now();
    let mut said = Vec::new();
    let mut tell = |_: Option<&Group>, words: &str| said.push(words.to_owned());
    let (outlook, group) = lab.azure.wait_for(&lab.id, None, Goal::Succeeded, &mut tell).await.unwrap();
    assert_eq!(outlook, Outlook::Never("It did not succeed: a Terminated (Error), exit code 3.".into()));
    assert_eq!(group.unwrap().containers[0].exit_code, Some(3));
    assert!((600..606).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    said.dedup();
    assert_eq!(said, ["a Running"]);
}

#[tokio::test(start_paused = true)]
async fn groups_are_started_stopped_and_restarted() {
    let lab = Lab::new("Always", &[("a", "tail -f /dev/null")], 120_000).await;
    tokio::time::advance(Duration::from_secs(120)).await;
    let before = lab.azure.instance(&lab.id).await.unwrap().unwrap();
    let mut looks = 0;
    let mut tell = |_: Duration, _: &str| looks += 1;
    let stopped = lab.azure.carry_out(&lab.id, Act::Stop, &mut tell).await.unwrap();
    assert_eq!((stopped.state.as_deref(), &stopped.ip_address), (Some("Stopped"), &None));
    let began = Instant::now();
    let started = lab.azure.carry_out(&lab.id, Act::Start, &mut tell).await.unwrap();
    assert_eq!(started.state.as_deref(), Some("Running"));
    assert!(started.ip_address.is_some() && started.ip_address != before.ip_address);
    assert!((120..126).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    let began = Instant::now();
    let restarted = lab.azure.carry_out(&lab.id, Act::Restart, &mut tell).await.unwrap();
    assert_eq!(restarted.ip_address, started.ip_address);
    assert!((30..36).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert_ne!(restarted.containers[0].started, started.containers[0].started);
    assert!(looks > 30, "it was told {looks} times how it goes");
    // Without waiting there is a ticket, and what is asked for meanwhile comes after it.
    assert!(lab.azure.ask_for(&lab.id, Act::Restart).await.unwrap().is_some());
    let stopped = lab.azure.carry_out(&lab.id, Act::Stop, &mut |_, _| ()).await.unwrap();
    assert_eq!(stopped.state.as_deref(), Some("Stopped"));
    let none = format!("{}x", lab.id);
    assert_eq!(lab.azure.carry_out(&none, Act::Start, &mut |_, _| ()).await.unwrap_err().kind, FaultKind::Gone);
}

#[tokio::test(start_paused = true)]
async fn doors_say_where_the_socket_is() {
    let lab = Lab::new("Always", &[("a", "tail -f /dev/null")], 0).await;
    let door = lab.azure.exec(&lab.id, "a", "/bin/sh", Size { rows: 10, columns: 20 }).await.unwrap();
    assert!(door.url.ends_with("&rows=10&cols=20") && !door.in_header, "{}", door.url);
    assert!(!format!("{door:?}").contains(door.password.expose()), "the password is shown");
    assert!(lab.azure.attach(&lab.id, "a").await.unwrap().in_header);
    assert_eq!(lab.azure.attach(&lab.id, "b").await.unwrap_err().code, "ContainerNotFound");
}
