//! exec and attach: passes, the terminal in a container, and what is attached to.
//!
//! A session is a list of what is typed and what is then on the screen, on a paused clock.

use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::Secret;
use acier::arm::socket::{Door, Received, Receiver, Sender, Socket};
use acier::arm::wire::Lost;
use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use serde_json::{Value, json};

use super::{BASE, Reply, START, SUBSCRIPTION, body, group, request, web, with};

fn ask(cloud: &Embedded, method: &'static str, path: &str, body: Option<&Value>) -> Reply {
    let url = format!("{BASE}/subscriptions/{SUBSCRIPTION}{path}?api-version=2025-09-01");
    Reply::read(cloud.answer(&request(method, url, body)).expect("an answer"))
}

/// A cloud with one group of that body.
fn cloud(name: &str, body: &Value) -> Rc<Embedded> {
    let cloud = Embedded::open_at(None, Settings::default(), START).expect("an emulator");
    assert_eq!(ask(&cloud, "PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"}))).status, 201);
    assert_eq!(ask(&cloud, "PUT", &group(name), Some(body)).status, 201);
    Rc::new(cloud)
}

fn door(reply: &Reply, in_header: bool) -> Door {
    let text = |name: &str| reply.body[name].as_str().expect("text").to_owned();
    Door { url: text("webSocketUri"), password: Secret::new(text("password")), in_header }
}

fn exec(cloud: &Embedded, command: &str) -> Door {
    let body = json!({"command": command, "terminalSize": {"rows": 40, "cols": 132}});
    let reply = ask(cloud, "POST", &format!("{}/containers/app/exec", group("web")), Some(&body));
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    door(&reply, false)
}

fn attach(cloud: &Embedded) -> Door {
    let reply = ask(cloud, "POST", &format!("{}/containers/app/attach", group("web")), None);
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    door(&reply, true)
}

/// Opens a socket and works with it.
async fn through<T>(
    cloud: &Rc<Embedded>,
    door: Door,
    work: impl AsyncFnOnce(Sender, Receiver) -> T,
) -> Result<T, Lost> {
    let (stream, serving) = cloud.connect();
    let client = async {
        let (to, from) = Socket::shake(stream, &door).await?.split();
        Ok(work(to, from).await)
    };
    tokio::select! {
        done = client => done,
        () = async { serving.await; std::future::pending().await } => unreachable!(),
    }
}

/// All that comes until the end, and the reason if it is not a good one.
async fn rest(from: &mut Receiver) -> (String, Option<String>) {
    let mut seen = String::new();
    loop {
        match from.receive().await {
            Ok(Received::Bytes(bytes)) => seen.push_str(&String::from_utf8(bytes).expect("text")),
            Ok(Received::End) => return (seen, None),
            Err(lost) => return (seen, Some(lost.message)),
        }
    }
}

/// What comes until `text` has come.
async fn until(from: &mut Receiver, text: &str) -> String {
    let mut seen = String::new();
    while !seen.ends_with(text) {
        match tokio::time::timeout(Duration::from_secs(600), from.receive()).await {
            Ok(Ok(Received::Bytes(bytes))) => seen.push_str(&String::from_utf8(bytes).expect("text")),
            other => panic!("{text:?} did not come but {other:?} after {seen:?}"),
        }
    }
    seen
}

fn shop() -> Value {
    let body = with(
        web(),
        "/properties/containers/0/properties/environmentVariables",
        json!([{"name": "COLOUR", "value": "blue"}, {"name": "KEY", "secureValue": "hidden"}]),
    );
    with(body, "/properties/containers/0/properties/volumeMounts", json!([{"name": "data", "mountPath": "/data/shop"}]))
}

fn with_volume(body: Value) -> Value {
    with(body, "/properties/volumes", json!([{"name": "data", "emptyDir": {}}]))
}

#[tokio::test(start_paused = true)]
async fn a_session_in_a_shell() {
    let cloud = cloud("web", &with_volume(shop()));
    // What is typed; what is on the screen then, up to the next prompt; how many seconds it took.
    let typed = [
        ("echo hello $COLOUR\r", "echo hello $COLOUR\r\nhello blue\r\n/ # ", 0),
        ("stty size\n", "stty size\r\n40 132\r\n/ # ", 0),
        ("\r\n", "\r\n/ # ", 0),
        ("env\r", "env\r\nCOLOUR=blue\r\nHOME=/root\r\nHOSTNAME=web\r\nKEY=***\r\nTERM=xterm\r\n/ # ", 0),
        ("ls\r", "ls\r\nbin\r\ndata\r\ndev\r\netc\r\nhome\r\nproc\r\nroot\r\nsys\r\ntmp\r\nusr\r\nvar\r\n/ # ", 0),
        ("ls /data\r", "ls /data\r\n/ # ", 0),
        ("ls /no\r", "ls /no\r\nls: /no: No such file or directory\r\n/ # ", 0),
        ("false\r", "false\r\n/ # ", 0),
        ("echo $?\r", "echo $?\r\n1\r\n/ # ", 0),
        ("node -v\r", "node -v\r\n[emulator] would run: node -v\r\n/ # ", 0),
        ("ls | wc\r", "ls | wc\r\n[emulator] would run: ls | wc\r\n/ # ", 0),
        ("done\r", "done\r\nsh: syntax error: unexpected \"done\"\r\n/ # ", 0),
        ("ecko\u{7f}\u{8}ho ü\u{7f}u\r", "ecko\u{8} \u{8}\u{8} \u{8}ho ü\u{8} \u{8}u\r\nu\r\n/ # ", 0),
        ("rm -rf /\u{15}pwd\r", &format!("rm -rf /{}pwd\r\n/\r\n/ # ", "\u{8} \u{8}".repeat(8)), 0),
        ("oops\u{3}", "oops^C\r\n/ # ", 0),
        ("echo a\u{1b}[D\u{1b}OPb\r", "echo ab\r\nab\r\n/ # ", 0),
        ("sleep 90 && echo slept\r", "sleep 90 && echo slept\r\nslept\r\n/ # ", 90),
        ("sleep 2; echo one\recho two\r", "sleep 2; echo one\r\none\r\n/ # echo two\r\ntwo\r\n/ # ", 2),
        ("hostname\u{c}\r", "hostname\u{1b}[H\u{1b}[2J/ # hostname\r\nweb\r\n/ # ", 0),
    ];
    let ended = through(&cloud, exec(&cloud, "/bin/sh"), async |mut to, mut from| {
        assert_eq!(until(&mut from, "/ # ").await, "/ # ");
        for (keys, screen, seconds) in typed {
            let began = tokio::time::Instant::now();
            to.send(keys.as_bytes()).await.expect("it is sent");
            let mut seen = String::new();
            while seen.len() < screen.len() {
                seen.push_str(&until(&mut from, "/ # ").await);
            }
            assert_eq!(seen, screen, "{keys:?}");
            assert_eq!(began.elapsed().as_secs(), seconds, "{keys:?}");
        }
        // Ctrl-C ends what would go on for ever.
        to.send(b"while true; do echo again; sleep 10; done\r").await.expect("it is sent");
        let seen = until(&mut from, "again\r\nagain\r\nagain\r\n").await;
        assert_eq!(seen.matches("again").count(), 4, "the line itself, and three rounds: {seen:?}");
        to.send(b"\x03").await.expect("it is sent");
        assert_eq!(until(&mut from, "/ # ").await, "^C\r\n/ # ");
        to.send(b"exit 3\r").await.expect("it is sent");
        rest(&mut from).await
    });
    assert_eq!(ended.await, Ok(("exit 3\r\n".to_owned(), None)));
}

#[tokio::test(start_paused = true)]
async fn programs_that_are_no_shells_end_by_themselves() {
    let cloud = cloud("web", &web());
    for (command, screen) in [
        ("hostname", "web\r\n"),
        ("/bin/pwd", "/\r\n"),
        ("./migrate", "[emulator] would run: ./migrate\r\n"),
        ("ls -l", "exec: \"ls -l\": executable file not found in $PATH\r\n"),
    ] {
        let ended = through(&cloud, exec(&cloud, command), async |_to, mut from| rest(&mut from).await).await;
        assert_eq!(ended, Ok((screen.to_owned(), None)), "{command}");
    }
    // Ctrl-D ends a shell, but only at the begin of a line.
    let ended = through(&cloud, exec(&cloud, "bash"), async |mut to, mut from| {
        to.send(b"pw\x04d\r\x04").await.expect("it is sent");
        rest(&mut from).await
    });
    assert_eq!(ended.await, Ok(("/ # pwd\r\n/\r\n/ # \r\n".to_owned(), None)));
}

#[tokio::test(start_paused = true)]
async fn a_pass_is_good_for_one_socket_and_its_own_password() {
    let cloud = cloud("web", &web());
    let good = exec(&cloud, "hostname");
    assert!(good.url.starts_with("wss://cloud.test/execstream/sessionId/"), "{}", good.url);
    assert!(good.url.ends_with("?api-version=1.0&rows=40&cols=132"), "{}", good.url);
    assert!(good.password.expose().ends_with("[[EOM]]"));
    let see = async |door: &Door| through(&cloud, door.clone(), async |_to, mut from| rest(&mut from).await).await;
    assert_eq!(see(&good).await, Ok(("web\r\n".to_owned(), None)));
    let again = see(&good).await.expect_err("it was used");
    assert!(again.message.contains("404"), "{again}");
    let wrong = Door { password: Secret::new("guess"), ..exec(&cloud, "hostname") };
    let (seen, reason) = see(&wrong).await.expect("it opens");
    assert_eq!(seen, "");
    assert_eq!(reason.as_deref(), Some("The service closed the connection (1008): the password is wrong."));
    let again = Door { url: wrong.url, ..good };
    assert!(see(&again).await.is_err(), "a wrong password uses the pass up");
    let wrong = Door { password: Secret::new("guess"), ..attach(&cloud) };
    assert!(see(&wrong).await.expect_err("it is refused").message.contains("401"));
    // The pass of an exec opens no stream of an attach, nor without a handshake.
    let other = exec(&cloud, "hostname");
    let other = Door { url: other.url.replace("execstream", "attachstream"), in_header: true, ..other };
    assert!(see(&other).await.expect_err("it is refused").message.contains("404"));
}

#[tokio::test(start_paused = true)]
async fn a_container_that_does_not_run_gets_a_socket_that_closes() {
    let cloud = cloud("web", &body("alpine", "Never", &["sh", "-c", "echo done; exit 3"]));
    let (seen, reason) =
        through(&cloud, exec(&cloud, "sh"), async |_to, mut from| rest(&mut from).await).await.expect("it opens");
    assert_eq!(seen, "");
    assert_eq!(reason.as_deref(), Some("The service closed the connection (1011): the container is not running."));
    let seen = through(&cloud, attach(&cloud), async |_to, mut from| rest(&mut from).await).await;
    assert_eq!(seen, Ok(("done\n".to_owned(), None)));
}

#[tokio::test(start_paused = true)]
async fn stopping_a_container_ends_its_terminals() {
    let cloud = cloud("web", &web());
    let ended = through(&cloud, exec(&cloud, "sh"), async |mut to, mut from| {
        until(&mut from, "/ # ").await;
        to.send(b"sleep 1000\r").await.expect("it is sent");
        until(&mut from, "\r\n").await;
        assert_eq!(ask(&cloud, "POST", &format!("{}/stop", group("web")), None).status, 204);
        rest(&mut from).await
    });
    let (_, reason) = ended.await.expect("it opens");
    assert_eq!(reason.as_deref(), Some("The service closed the connection (1011): the container has stopped."));
}

/// An attached socket shows lines when they are printed, goes on over restarts and ends with the
/// container; of very many lines it shows each once.
#[tokio::test(start_paused = true)]
async fn attached_streams_grow() {
    let script = "while true; do echo tick; sleep 1; done";
    let ticking = cloud("web", &body("alpine", "Always", &["sh", "-c", script]));
    let lines = through(&ticking, attach(&ticking), async |_to, mut from| {
        let mut lines = 0;
        let began = tokio::time::Instant::now();
        while began.elapsed() < Duration::from_secs(1_200) {
            if let Ok(Received::Bytes(bytes)) = from.receive().await {
                lines += String::from_utf8(bytes).expect("text").lines().count();
            }
        }
        lines
    });
    assert_eq!(lines.await, Ok(1_201));
    let failing = cloud("web", &body("alpine", "OnFailure", &["sh", "-c", "echo up; sleep 5; exit 1"]));
    let seen = through(&failing, attach(&failing), async |_to, mut from| until(&mut from, "up\nup\nup\n").await);
    let began = tokio::time::Instant::now();
    // The third run begins after two of five seconds and pauses of ten and twenty.
    assert_eq!(seen.await.map(|seen| seen.len()), Ok(9));
    assert!((40..42).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[test]
fn requests_for_sockets_that_are_refused() {
    let cloud = cloud("web", &web());
    let shell = json!({"command": "sh"});
    for (path, body, status, code) in [
        ("containers/app/exec", Some(json!({})), 400, "InvalidExecCommand"),
        ("containers/app/exec", Some(json!({"command": " "})), 400, "InvalidExecCommand"),
        ("containers/app/exec", None, 400, "InvalidRequestContent"),
        ("containers/none/exec", Some(shell.clone()), 404, "ContainerNotFound"),
        ("containers/none/attach", None, 404, "ContainerNotFound"),
        ("containers/app/other", Some(shell.clone()), 404, "InvalidResourceType"),
    ] {
        let reply = ask(&cloud, "POST", &format!("{}/{path}", group("web")), body.as_ref());
        assert_eq!((reply.status, reply.code()), (status, code), "{path} {body:?}");
    }
    // Names in any case, and a terminal of unknown size is one of 24 by 80.
    let reply = ask(&cloud, "POST", &format!("{}/containers/APP/exec", group("WEB")), Some(&shell));
    assert_eq!(reply.status, 200);
    assert!(reply.body["webSocketUri"].as_str().expect("text").ends_with("&rows=24&cols=80"));
}
