//! How container groups and their containers live, on a clock moved by hand.

use serde_json::{Value, json};

use super::{Cloud, START, body, group, web, with};

const VIEW: &str = "/properties/containers/0/properties/instanceView";

fn strings(value: &Value, member: &str) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|item| item[member].as_str().expect("text").to_owned()).collect()
}

#[test]
fn a_creation_takes_its_time() {
    let mut cloud = Cloud::slow(9_000);
    let made = cloud.put("web", &web());
    assert_eq!((made.header("retry-after"), made.has("x-ms-retry-after-ms")), ("1", false));
    let url = made.header("azure-asyncoperation").to_owned();
    for (after, progress, state, events) in [
        (0, "Pending", "Pending", vec![]),
        (2_999, "Pending", "Pending", vec![]),
        (3_000, "Creating", "Pending", vec!["Pulling"]),
        (6_000, "Creating", "Pending", vec!["Pulling", "Pulled"]),
        (8_999, "Creating", "Pending", vec!["Pulling", "Pulled"]),
        (9_000, "Succeeded", "Running", vec!["Pulling", "Pulled", "Started"]),
    ] {
        cloud.now = START + after;
        let poll = cloud.follow(&url);
        assert_eq!((poll.status, poll.at("/status")), (200, json!(progress)), "after {after}");
        assert_eq!(strings(&poll.at("/properties/events"), "name"), events, "after {after}");
        assert_eq!(poll.has("retry-after"), progress != "Succeeded");
        let reply = cloud.get("web");
        assert_eq!(reply.at("/properties/provisioningState"), progress, "after {after}");
        assert_eq!(reply.at("/properties/instanceView/state"), state, "after {after}");
        assert_eq!(reply.at(VIEW).is_null(), progress != "Succeeded", "after {after}");
    }
    let view = cloud.get("web").at(VIEW);
    assert_eq!(
        view["currentState"],
        json!({"state": "Running", "startTime": "2026-01-01T00:00:09Z", "detailStatus": ""})
    );
    assert_eq!(view["restartCount"], 0);
    let event = &view["events"][0];
    assert_eq!(event["firstTimestamp"], "2026-01-01T00:00:03Z");
    assert!(event["message"].as_str().expect("text").starts_with("pulling image \"nginx@sha256:"));
}

#[test]
fn an_instant_creation_still_begins_as_pending() {
    let mut cloud = Cloud::slow(0);
    let made = cloud.put("web", &web());
    assert_eq!(made.at("/properties/provisioningState"), "Pending");
    assert_eq!((made.header("retry-after"), made.header("x-ms-retry-after-ms")), ("1", "1"));
    let url = made.header("azure-asyncoperation").to_owned();
    assert_eq!(cloud.follow(&url).at("/status"), "Succeeded");
}

#[test]
fn how_containers_end() {
    let cases: Vec<(&str, &[&str], &str, &str, Value)> = vec![
        ("Never", &["true"], "Succeeded", "Completed", json!(0)),
        ("Never", &["/bin/sh", "-c", "echo hello; sleep 15; done"], "Failed", "Error", json!(2)),
        ("OnFailure", &["/bin/sh", "-c", "sleep 1"], "Succeeded", "Completed", json!(0)),
        ("Never", &["./convert", "--all"], "Succeeded", "Completed", json!(0)),
    ];
    for (policy, command, state, detail, code) in cases {
        let mut cloud = Cloud::slow(0);
        cloud.make("job", &body("alpine", policy, command));
        cloud.pass(5_000);
        let reply = cloud.get("job");
        let current = reply.at(VIEW)["currentState"].clone();
        assert_eq!(reply.at("/properties/instanceView/state"), state, "{command:?}");
        assert_eq!(reply.at("/properties/provisioningState"), "Succeeded", "{command:?}");
        assert_eq!(
            (&current["state"], &current["detailStatus"], &current["exitCode"]),
            (&json!("Terminated"), &json!(detail), &code),
            "{command:?}"
        );
        assert!(current["finishTime"].is_string());
    }
}

/// Restarts wait 10, 20, 40, 80, 160 and then 300 seconds each.
#[test]
fn restarts_by_policy() {
    let cases = [
        (
            "Always",
            "sleep 5",
            [
                (4, 0, "Running"),
                (5, 0, "Waiting"),
                (14, 0, "Waiting"),
                (15, 1, "Running"),
                (20, 1, "Waiting"),
                (40, 2, "Running"),
            ],
        ),
        (
            "OnFailure",
            "sleep 5; exit 3",
            [
                (4, 0, "Running"),
                (5, 0, "Waiting"),
                (15, 1, "Running"),
                (39, 1, "Waiting"),
                (40, 2, "Running"),
                (85, 3, "Running"),
            ],
        ),
        (
            "OnFailure",
            "sleep 5",
            [
                (4, 0, "Running"),
                (5, 0, "Terminated"),
                (15, 0, "Terminated"),
                (39, 0, "Terminated"),
                (40, 0, "Terminated"),
                (85, 0, "Terminated"),
            ],
        ),
    ];
    for (policy, script, moments) in cases {
        let mut cloud = Cloud::slow(0);
        cloud.make("job", &body("alpine", policy, &["sh", "-c", script]));
        for (second, restarts, state) in moments {
            cloud.now = START + second * 1_000;
            let view = cloud.get("job").at(VIEW);
            assert_eq!(
                (&view["restartCount"], &view["currentState"]["state"]),
                (&json!(restarts), &json!(state)),
                "{policy} {script} at {second}"
            );
        }
    }
    let mut cloud = Cloud::slow(0);
    cloud.make("job", &body("alpine", "Always", &["sh", "-c", "exit 1"]));
    cloud.now = START + 35_000;
    let reply = cloud.get("job");
    let view = reply.at(VIEW);
    assert_eq!(reply.at("/properties/instanceView/state"), "Running");
    assert_eq!(view["previousState"]["exitCode"], 1);
    assert_eq!(strings(&view["events"], "name"), ["Pulling", "Pulled", "Started", "BackOff"]);
    assert_eq!(
        (&view["events"][2]["count"], &view["events"][3]["count"], &view["events"][3]["type"]),
        (&json!(3), &json!(3), &json!("Warning"))
    );
    // Ten years of crashing are counted without living through them.
    cloud.now = START + 10 * 31_536_000_000;
    let restarts = cloud.get("job").at(VIEW)["restartCount"].as_i64().expect("a number");
    assert_eq!(restarts, 6 + (10 * 31_536_000 - 610) / 300);
}

#[test]
fn init_containers_come_first() {
    let init =
        |script: &str| json!([{"name": "init", "properties": {"image": "alpine", "command": ["sh", "-c", script]}}]);
    let cases = [
        ("sleep 3", 2_000, "Pending", "Running", "Waiting"),
        ("sleep 3", 3_000, "Running", "Terminated", "Running"),
        ("exit 1", 3_000, "Failed", "Terminated", "Waiting"),
    ];
    for (script, after, state, first, main) in cases {
        let mut cloud = Cloud::slow(0);
        let sent = with(body("nginx", "Never", &["sleep", "infinity"]), "/properties/initContainers", init(script));
        cloud.make("web", &sent);
        cloud.pass(after);
        let reply = cloud.get("web");
        assert_eq!(reply.at("/properties/instanceView/state"), state, "{script}");
        assert_eq!(
            reply.at("/properties/initContainers/0/properties/instanceView/currentState/state"),
            first,
            "{script}"
        );
        assert_eq!(reply.at(&format!("{VIEW}/currentState/state")), main, "{script}");
    }
}

#[test]
fn logs() {
    let script = "echo \"hello ${NAME}\"; while true; do echo tick $SECRET; sleep 20; done";
    let mut sent = body("alpine", "Never", &["/bin/sh", "-c", script]);
    sent["properties"]["containers"][0]["properties"]["environmentVariables"] =
        json!([{"name": "NAME", "value": "world"}, {"name": "SECRET", "secureValue": "hidden"}]);
    let mut cloud = Cloud::slow(0);
    cloud.make("job", &sent);
    let path = format!("{}/containers/app/logs", group("job"));
    for (after, query, text) in [
        (0, "", "hello world\ntick ***\n"),
        (45_000, "", "hello world\ntick ***\ntick ***\ntick ***\n"),
        (45_000, "?tail=1", "tick ***\n"),
        (45_000, "?tail=0", ""),
        (20_000, "?timestamps=true&tail=1", "2026-01-01T00:00:20Z tick ***\n"),
    ] {
        let mut cloud = Cloud { now: START + after, ..Cloud::slow(0) };
        cloud.now = START;
        cloud.make("job", &sent);
        cloud.now = START + after;
        assert_eq!(cloud.ask("GET", &format!("{path}{query}"), None).at("/content"), text, "after {after} {query}");
    }
    // A year of ticks answers with the last thousand.
    cloud.now = START + 31_536_000_000;
    let content = cloud.ask("GET", &path, None).at("/content");
    assert_eq!(content.as_str().expect("text").lines().count(), 1_000);
    cloud.make("quiet", &body("alpine", "Never", &["true"]));
    assert_eq!(cloud.ask("GET", &path.replace("job", "quiet"), None).at("/content"), "");
}

#[test]
fn stop_and_start() {
    let mut cloud = Cloud::slow(0);
    cloud.make("web", &web());
    cloud.pass(5_000);
    let stop = cloud.ask("POST", &format!("{}/stop", group("web")), None);
    assert_eq!((stop.status, stop.has("azure-asyncoperation")), (204, false));
    cloud.pass(5_000);
    let reply = cloud.get("web");
    assert_eq!(reply.at("/properties/instanceView/state"), "Stopped");
    let view = reply.at(VIEW);
    assert_eq!(
        view["currentState"],
        json!({"state": "Terminated", "finishTime": "2026-01-01T00:00:05Z", "detailStatus": "Container stopped per client request"})
    );
    assert_eq!(
        view["previousState"],
        json!({"state": "Running", "startTime": "2026-01-01T00:00:00Z", "detailStatus": ""})
    );
    assert_eq!(strings(&view["events"], "name").last().map(String::as_str), Some("Killing"));
    // Versions before 2021 know 204 only, later ones 202 with a place to ask.
    for (api, status) in [("2019-12-01", 204), ("2021-10-01", 202), ("2023-05-01", 202)] {
        cloud.api = api;
        cloud.ask("POST", &format!("{}/stop", group("web")), None);
        let start = cloud.ask("POST", &format!("{}/start", group("web")), None);
        assert_eq!(start.status, status, "{api}");
        if status == 202 {
            let url = start.header("location").to_owned();
            assert_eq!(cloud.follow(&url).status, 200, "{api}");
        }
        assert_eq!(cloud.get("web").at("/properties/instanceView/state"), "Running", "{api}");
    }
    // Stopping has no effect on a group whose containers ended; starting it runs it again.
    cloud.make("job", &body("alpine", "Never", &["sh", "-c", "sleep 1"]));
    cloud.pass(2_000);
    cloud.ask("POST", &format!("{}/stop", group("job")), None);
    assert_eq!(cloud.get("job").at("/properties/instanceView/state"), "Succeeded");
    cloud.ask("POST", &format!("{}/start", group("job")), None);
    assert_eq!(cloud.get("job").at("/properties/instanceView/state"), "Running");
}

#[test]
fn restart_and_update() {
    let mut cloud = Cloud::slow(8_000);
    cloud.make("web", &web());
    cloud.pass(20_000);
    let restart = cloud.ask("POST", &format!("{}/restart", group("web")), None);
    assert_eq!(restart.status, 204);
    let url = restart.header("azure-asyncoperation").to_owned();
    assert_eq!(cloud.follow(&url).at("/status"), "Pending");
    cloud.pass(2_000);
    let poll = cloud.follow(&url);
    assert_eq!(poll.at("/status"), "Succeeded");
    assert_eq!(
        strings(&poll.at("/properties/events"), "name"),
        ["Pulling", "Pulled", "Started", "Pulling", "Pulled", "Started"]
    );
    let view = cloud.get("web").at(VIEW);
    assert_eq!((&view["restartCount"], &view["previousState"]["state"]), (&json!(0), &json!("Running")));
    // A PUT restarts the containers although nothing changes.
    let update = cloud.put("web", &web());
    assert_eq!((update.status, update.at("/properties/provisioningState")), (200, json!("Pending")));
    let url = update.header("azure-asyncoperation").to_owned();
    cloud.pass(4_000);
    assert_eq!(cloud.follow(&url).at("/status"), "Updating");
    cloud.pass(4_000);
    let view = cloud.get("web").at(VIEW);
    assert_eq!(view["restartCount"], 1);
    assert!(strings(&view["events"], "name").contains(&"Killing".to_owned()));
    assert_eq!(view["currentState"]["startTime"], "2026-01-01T00:00:30Z");
    assert_eq!(cloud.world.snapshot().iter().map(|own| own.created).max(), Some(1), "an update makes nothing new");
}

#[test]
fn tags_are_replaced() {
    let mut cloud = Cloud::slow(0);
    cloud.make("web", &with(web(), "/tags", json!({"a": "1", "b": "2"})));
    let reply = cloud.ask("PATCH", &group("web"), Some(&json!({"tags": {"c": "3"}})));
    assert_eq!((reply.status, reply.at("/tags")), (200, json!({"c": "3"})));
    assert_eq!(reply.at("/properties/instanceView/state"), "Running");
    assert!(reply.at(VIEW).is_null());
    assert_eq!(cloud.get("web").at(VIEW)["restartCount"], 0);
    // A PUT without tags takes them away.
    cloud.put("web", &web());
    assert!(cloud.get("web").body.get("tags").is_none());
}

#[test]
fn deletion_shows_what_went() {
    let mut cloud = Cloud::slow(0);
    cloud.make("web", &web());
    let reply = cloud.ask("DELETE", &group("web"), None);
    assert_eq!((reply.status, reply.at("/properties/instanceView/state")), (200, json!("Running")));
    assert_eq!(reply.at(VIEW)["currentState"]["state"], "Running");
    assert_eq!(cloud.get("web").status, 404);
    let again = cloud.ask("DELETE", &group("web"), None);
    assert_eq!((again.status, again.body), (204, Value::Null));
    cloud.make("web", &web());
    let snapshot: Vec<(String, u32, bool)> = cloud
        .world
        .snapshot()
        .into_iter()
        .map(|own| (own.id.rsplit('/').next().unwrap_or_default().to_owned(), own.created, own.exists))
        .collect();
    assert_eq!(snapshot, [("rg".to_owned(), 1, true), ("web".to_owned(), 2, true)]);
}

#[test]
fn a_resource_group_goes_with_all_that_is_in_it() {
    for (latency, polls) in [(0, 1), (30_000, 3)] {
        let mut cloud = Cloud::slow(latency);
        cloud.make("web", &web());
        cloud.pass(latency);
        let reply = cloud.ask("DELETE", "/resourcegroups/rg", None);
        assert_eq!((reply.status, &reply.body), (202, &Value::Null));
        let url = reply.header("location").to_owned();
        assert!(url.contains("/operationresults/eyJqb2JJZCI6"), "{url}");
        if latency > 0 {
            assert_eq!(cloud.ask("GET", "/resourceGroups/rg", None).at("/properties/provisioningState"), "Deleting");
            for (method, path, body) in [
                ("PUT", "/resourceGroups/rg".to_owned(), json!({"location": "westeurope"})),
                ("PUT", group("new"), web()),
            ] {
                assert_eq!(cloud.ask(method, &path, Some(&body)).code(), "ResourceGroupBeingDeleted", "{path}");
            }
        }
        let mut seen = 1;
        while cloud.follow(&url).status == 202 {
            assert_eq!(cloud.follow(&url).header("location"), url);
            cloud.pass(15_000);
            seen += 1;
        }
        assert_eq!(seen, polls, "{latency}");
        assert_eq!(cloud.follow(&url).body, Value::Null);
        assert_eq!(cloud.get("web").code(), "ResourceGroupNotFound");
        // Made anew it is empty.
        cloud.ask("PUT", "/resourceGroups/rg", Some(&json!({"location": "eastus"})));
        assert_eq!(cloud.get("web").code(), "ResourceNotFound");
    }
}

/// Images and shares whose names say so stand in the way of a start.
#[test]
fn what_cannot_start() {
    let share = json!([{"name": "data", "azureFile": {"shareName": "missing", "storageAccountName": "a", "storageAccountKey": "k"}}]);
    let cases = [
        (body("unpullable:1", "Never", &[]), "Failed", vec!["Pulling", "Failed", "BackOff"], "Failed"),
        (
            with(body("job", "Never", &[]), "/properties/volumes", share),
            "FailedMount",
            vec!["Pulled", "FailedMount", "BackOff"],
            "Failed",
        ),
        (body("flaky:1", "Never", &[]), "Failed", vec!["Pulling", "Failed", "BackOff"], "Succeeded"),
    ];
    for (sent, word, names, end) in cases {
        let mut cloud = Cloud::slow(3_000);
        let made = cloud.put("job", &sent);
        assert_eq!(made.status, 201, "{:?}", made.body);
        let url = made.header("azure-asyncoperation").to_owned();
        cloud.now = START + 9_000;
        let poll = cloud.follow(&url);
        assert!([json!("Pending"), json!("Creating")].contains(&poll.at("/status")), "{:?}", poll.body);
        assert_eq!(strings(&poll.at("/properties/events"), "name"), names);
        cloud.now = START + 45_000;
        let events = cloud.follow(&url).at("/properties/events");
        let failed = events.as_array().unwrap().iter().find(|event| event["name"] == word).unwrap().clone();
        let count = if end == "Failed" { 3 } else { 1 };
        assert_eq!((&failed["count"], &failed["type"]), (&json!(count), &json!("Warning")), "{word}");
        cloud.now = START + 1_900_000;
        let poll = cloud.follow(&url);
        assert_eq!(poll.at("/status"), end, "{word}");
        if end == "Failed" {
            let message = poll.at("/error/message");
            assert!(message.as_str().unwrap().ends_with("after '00:30:00'."), "{message}");
        }
    }
    // What only tries in vain can be deleted while it does.
    let mut cloud = Cloud::slow(3_000);
    cloud.make("job", &body("unpullable:1", "Never", &[]));
    cloud.pass(20_000);
    assert_eq!(cloud.ask("DELETE", &group("job"), None).status, 200);
    let refused = cloud.put("job", &body("throttled:1", "Never", &[]));
    assert_eq!((refused.status, refused.at("/error/code")), (409, json!("RegistryErrorResponse")));
}

/// A program that is told to fail twice ends well at its third run, and is not started again.
#[test]
fn failures_that_pass() {
    let mut sent = body("job", "OnFailure", &[]);
    sent["properties"]["containers"][0]["properties"]["environmentVariables"] =
        json!([{"name": "EMULATOR_FAILS", "value": "2"}]);
    let mut cloud = Cloud::slow(0);
    cloud.make("job", &sent);
    for (second, restarts, state) in [
        (3, 0, "Waiting"),
        (13, 1, "Running"),
        (15, 1, "Waiting"),
        (35, 2, "Running"),
        (36, 2, "Terminated"),
        (9_999, 2, "Terminated"),
    ] {
        cloud.now = START + second * 1_000;
        let reply = cloud.get("job");
        let view = reply.at(VIEW);
        assert_eq!(
            (&view["restartCount"], &view["currentState"]["state"]),
            (&json!(restarts), &json!(state)),
            "{second}"
        );
    }
    let reply = cloud.get("job");
    assert_eq!(reply.at("/properties/instanceView/state"), "Succeeded");
    assert_eq!(reply.at(VIEW)["previousState"]["exitCode"], 1);
}
