//! exec and attach: the address and password of a socket, who may open it, what it is connected to.
//!
//! **Never:** touch a socket, or keep a pass after it was used. Passes live in memory only: they are
//! good for one connection. A container that does not run gets its pass all the same, as the
//! service was recorded; its socket then closes. The path of exec sockets is the recorded one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::emulator::answer::{Refusal, of};
use crate::emulator::body::environment;
use crate::emulator::console::{self, Console, Step};
use crate::emulator::container_groups::{find, transitioning};
use crate::emulator::instance::Phase;
use crate::emulator::program::Mark;
use crate::emulator::route::Ask;
use crate::emulator::view::{Member, is_transitioning, members};
use crate::emulator::world::{Answer, Place, World};

/// How many passes are kept that nobody uses.
const KEPT: usize = 1_000;

/// What a socket is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A process at a terminal: the command, and rows and columns.
    Exec { command: String, size: (u16, u16) },
    /// What the container prints.
    Attach,
}

impl Purpose {
    /// The first part of the path of its sockets.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Purpose::Exec { .. } => "execstream",
            Purpose::Attach => "attachstream",
        }
    }
}

/// The right to open one socket.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// What it is for.
    pub(crate) purpose: Purpose,
    password: String,
    key: String,
    container: String,
}

/// The passes that were not used yet, by session.
pub(crate) type Passes = BTreeMap<String, (u64, Pass)>;

/// Answers for exec and attach.
pub(crate) fn open(world: &mut World, ask: &Ask<'_>, place: &Place, container: &str, verb: &str) -> Answer {
    let group = find(world, place)?;
    if is_transitioning(&group, ask.now) {
        return Err(transitioning(&group.name));
    }
    let (name, id) = (group.name.clone(), group.id.clone());
    let members = members(&group, ask.now);
    let Some(member) = members.iter().find(|member| member.name().eq_ignore_ascii_case(container)) else {
        let message = format!("The container '{container}' in container group '{name}' was not found.");
        // The service's own code is not documented.
        return Err(Refusal::service(404, "ContainerNotFound", message));
    };
    let container = member.name().to_owned();
    let purpose = if verb == "exec" { read(ask)? } else { Purpose::Attach };
    let session = world.new_guid(&id, ask.now);
    let hash = Sha256::digest(format!("{session}/{}", world.new_guid(&session, ask.now)).as_bytes());
    let secret: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    // Recorded passwords end so.
    let password = format!("{secret}[[EOM]]");
    let base = ask.base.replacen("http", "ws", 1);
    let mut uri = format!("{base}/{}/sessionId/{session}?api-version=1.0", purpose.path());
    if let Purpose::Exec { size: (rows, columns), .. } = &purpose {
        uri.push_str(&format!("&rows={rows}&cols={columns}"));
    }
    let order = world.tables.serial;
    let pass = Pass { purpose, password: password.clone(), key: place.key.clone(), container };
    world.passes.insert(session, (order, pass));
    if world.passes.len() > KEPT {
        let oldest = world.passes.iter().min_by_key(|(_, (order, _))| *order).map(|(session, _)| session.clone());
        oldest.and_then(|session| world.passes.remove(&session));
    }
    Ok(of(200, &json!({"webSocketUri": uri, "password": password})))
}

/// The body of exec.
fn read(ask: &Ask<'_>) -> Result<Purpose, Refusal> {
    let body = ask.json()?;
    let command = body.get("command").and_then(Value::as_str).unwrap_or_default();
    if command.trim().is_empty() {
        // The service's own code is not documented.
        let message = "The 'command' of the exec request is missing or empty.";
        return Err(Refusal::service(400, "InvalidExecCommand", message));
    }
    let side = |name: &str, usual: u16| {
        let given = body.get("terminalSize").and_then(|size| size.get(name)).and_then(Value::as_u64);
        given.and_then(|given| u16::try_from(given).ok()).filter(|given| *given > 0).unwrap_or(usual)
    };
    Ok(Purpose::Exec { command: command.to_owned(), size: (side("rows", 24), side("cols", 80)) })
}

/// Whether there is a pass for a session, not used yet.
pub(crate) fn is_open(world: &World, path: &str, session: &str) -> bool {
    world.passes.get(session).is_some_and(|(_, pass)| pass.purpose.path() == path)
}

/// Takes the pass of a session. Whoever gives a wrong password uses it up too.
pub(crate) fn redeem(world: &mut World, session: &str, password: &str) -> Option<Pass> {
    world.passes.remove(session).map(|(_, pass)| pass).filter(|pass| pass.password == password)
}

fn with_member<T>(world: &World, pass: &Pass, now: i64, look: impl FnOnce(&Member<'_>, i64) -> T) -> Option<T> {
    let group = world.tables.container(&pass.key)?;
    let until = group.stopped.unwrap_or(now);
    let members = members(&group, now);
    members.iter().find(|member| member.name() == pass.container).map(|member| look(member, until))
}

/// When the run of the container began; nothing if it does not run.
pub(crate) fn running(world: &World, pass: &Pass, now: i64) -> Option<i64> {
    let group = world.tables.container(&pass.key).filter(|group| group.stopped.is_none())?;
    if is_transitioning(&group, now) {
        return None;
    }
    with_member(world, pass, now, |member, _| (member.life.phase == Phase::Running).then_some(member.life.began))?
}

/// Starts the process of an exec in a container that runs.
pub(crate) fn start(world: &World, pass: &Pass, now: i64) -> Option<(Console, Step)> {
    running(world, pass, now)?;
    let Purpose::Exec { command, size } = &pass.purpose else { return None };
    let host = world.tables.container(&pass.key)?.name;
    let place = with_member(world, pass, now, |member, _| {
        let mounts = member.body.pointer("/properties/volumeMounts").and_then(Value::as_array);
        let paths = mounts.into_iter().flatten().filter_map(|mount| mount.get("mountPath")?.as_str());
        let first = |path: &str| path.trim_matches('/').split('/').next().unwrap_or_default().to_owned();
        console::Place {
            environment: environment(member.body),
            mounts: paths.map(first).filter(|name| !name.is_empty()).collect(),
            host,
            size: *size,
        }
    })?;
    Some(Console::open(command, place, now))
}

/// How far an attached socket has come: the begin of the run that it shows, and what was shown of it.
pub(crate) type Progress = (i64, Mark);

/// What a container has printed since then, and whether it will print no more.
pub(crate) fn printed(world: &World, pass: &Pass, now: i64, (run, mark): &mut Progress) -> (String, bool) {
    let seen = with_member(world, pass, now, |member, until| {
        if member.life.began != *run {
            (*run, *mark) = (member.life.began, Mark::START);
        }
        let mut text = String::new();
        mark.read(&member.life.log(&member.timeline, until), |line| {
            text.push_str(line);
            text.push('\n');
        });
        (text, member.life.phase == Phase::Ended)
    });
    let stopped = world.tables.container(&pass.key).is_none_or(|group| group.stopped.is_some());
    let (text, ended) = seen.unwrap_or_default();
    (text, ended || stopped)
}
