//! The sockets of exec and attach: websockets on the same ports, and what they are connected to.
//!
//! **Never:** decide what a terminal shows or who may look: `console` and `exec` do.
//! The password is the first message of an exec, and the Authorization header of an attach; a wrong
//! one closes the socket and uses it up. Text goes out as text frames: the az CLI writes what it
//! receives to its terminal and takes nothing else.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role};

use crate::arm::wire::Response;
use crate::emulator::embedded::Embedded;
use crate::emulator::exec::{self, Pass, Purpose};
use crate::emulator::program::Mark;

/// How long a client may take to say its password.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether the container still runs, and what it printed.
const LOOK: Duration = Duration::from_millis(200);
/// The paths under which sockets are opened.
const PATHS: [&str; 2] = ["/execstream/sessionId/", "/attachstream/sessionId/"];

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A connection that is about to become a socket.
pub(crate) struct Becoming {
    upgrade: OnUpgrade,
    /// The session of an exec, whose password is still to come, or the pass of an attach.
    door: Result<Pass, String>,
}

/// Whether a path is that of a socket.
pub(crate) fn is_for(path: &str) -> bool {
    PATHS.iter().any(|prefix| path.starts_with(prefix))
}

/// Status, code and message of a refusal.
type Refused = (u16, &'static str, String);

/// Answers the request that opens a socket.
pub(crate) fn accept(
    cloud: &Embedded,
    request: &mut hyper::Request<Incoming>,
) -> Result<(Response, Becoming), Refused> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = header("sec-websocket-key").to_owned();
    if !header("upgrade").eq_ignore_ascii_case("websocket") || key.is_empty() {
        return Err((426, "UpgradeRequired", "Only a websocket can be opened here.".to_owned()));
    }
    let mut parts = request.uri().path().trim_start_matches('/').split('/');
    let (kind, session) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default().to_owned());
    if !cloud.look(|world, _| exec::is_open(world, kind, &session)) {
        let message = format!("There is no session '{session}', or it was used already.");
        return Err((404, "SessionNotFound", message));
    }
    let door = if kind == "attachstream" {
        let password = header("authorization").to_owned();
        match cloud.look(|world, _| exec::redeem(world, &session, &password)) {
            Some(pass) => Ok(pass),
            None => return Err((401, "AuthenticationFailed", "The Authorization header is wrong.".to_owned())),
        }
    } else {
        Err(session)
    };
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        text("connection", "Upgrade"),
        text("upgrade", "websocket"),
        ("sec-websocket-accept".to_owned(), derive_accept_key(key.as_bytes())),
    ];
    let answer = Response { status: 101, headers, body: Vec::new() };
    Ok((answer, Becoming { upgrade: hyper::upgrade::on(request), door }))
}

/// Serves a socket until either side closes it.
pub(crate) async fn talk(cloud: &Embedded, becoming: Becoming) {
    let Ok(upgraded) = becoming.upgrade.await else { return };
    let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
    let pass = match becoming.door {
        Ok(pass) => Some(pass),
        Err(session) => {
            let said = tokio::time::timeout(PATIENCE, hear(&mut socket)).await.ok().flatten().unwrap_or_default();
            cloud.look(|world, _| exec::redeem(world, &session, &said))
        }
    };
    let Some(pass) = pass else { return close(&mut socket, CloseCode::Policy, "the password is wrong").await };
    match &pass.purpose {
        Purpose::Exec { .. } => console(cloud, &mut socket, &pass).await,
        Purpose::Attach => follow(cloud, &mut socket, &pass).await,
    }
}

/// The next thing that the client says; nothing when it has closed.
async fn hear(socket: &mut Socket) -> Option<String> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(text.to_string()),
            Message::Binary(bytes) => return Some(String::from_utf8_lossy(&bytes).into_owned()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn say(socket: &mut Socket, text: String) -> bool {
    text.is_empty() || socket.send(Message::Text(text.into())).await.is_ok()
}

async fn close(socket: &mut Socket, code: CloseCode, reason: &str) {
    let frame = CloseFrame { code, reason: reason.to_owned().into() };
    // A client that has gone needs no farewell.
    if socket.close(Some(frame)).await.is_ok() {
        let _ = tokio::time::timeout(PATIENCE, async { while socket.next().await.is_some_and(|more| more.is_ok()) {} })
            .await;
    }
}

/// A process at a terminal.
async fn console(cloud: &Embedded, socket: &mut Socket, pass: &Pass) {
    let started = cloud.look(|world, now| (exec::start(world, pass, now), exec::running(world, pass, now)));
    let (Some((mut console, mut step)), run) = started else {
        return close(socket, CloseCode::Error, "the container is not running").await;
    };
    loop {
        if !say(socket, std::mem::take(&mut step.output)).await {
            return;
        }
        if step.over {
            return close(socket, CloseCode::Normal, "").await;
        }
        let now = cloud.look(|_, now| now);
        let wake = step.wake.and_then(|at| u64::try_from(at - now).ok()).map_or(LOOK, Duration::from_millis);
        match tokio::time::timeout(wake.min(LOOK), hear(socket)).await {
            Ok(None) => return,
            Ok(Some(keys)) => step = cloud.look(|_, now| console.press(&keys, now)),
            Err(_) => step = cloud.look(|_, now| console.pass(now)),
        }
        if cloud.look(|world, now| exec::running(world, pass, now)) != run {
            return close(socket, CloseCode::Error, "the container has stopped").await;
        }
    }
}

/// What the container prints, as it prints it.
async fn follow(cloud: &Embedded, socket: &mut Socket, pass: &Pass) {
    let mut progress = (0, Mark::START);
    loop {
        let (text, ended) = cloud.look(|world, now| exec::printed(world, pass, now, &mut progress));
        if !say(socket, text).await {
            return;
        }
        if ended {
            return close(socket, CloseCode::Normal, "").await;
        }
        // Whatever the client says is dropped: it can only look.
        if let Ok(None) = tokio::time::timeout(LOOK, hear(socket)).await {
            return;
        }
    }
}
