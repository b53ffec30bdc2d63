//! Long-running operations: how long they take, how they are polled, how they end.
//!
//! **Never:** act. An operation is a record with an end; asking about it compares times.
//! The status URL carries `api-version=2018-06-01` whatever version the caller used, and status
//! answers are 200 for every outcome, as recorded. A stuck operation fails after the provisioning
//! timeout of thirty minutes.

use serde_json::{Map, Value, json};

use crate::arm::wire::Response;
use crate::emulator::answer::{Refusal, empty, instant, of, with};
use crate::emulator::record::{Change, ContainerGroup, Launch, Operation, Reason};
use crate::emulator::route::Ask;
use crate::emulator::told::delay;
use crate::emulator::view::all_events;
use crate::emulator::world::{Answer, World};

/// The provisioning timeout: thirty minutes.
const TIMEOUT: i64 = 1_800_000;

/// How long an operation takes that is begun by this request, in milliseconds.
pub(crate) fn patience(world: &World, ask: &Ask<'_>) -> i64 {
    if ask.bend.stuck { TIMEOUT } else { ask.bend.slow.unwrap_or(world.settings.latency) }
}

/// A launch that is begun by this request.
pub(crate) fn launch(world: &World, ask: &Ask<'_>, reason: Reason, body: &Map<String, Value>) -> Launch {
    let none = Map::new();
    let (delay, vain) = delay(body.get("properties").and_then(Value::as_object).unwrap_or(&none));
    let time = patience(world, ask) + delay;
    // Restarting pulls nothing new and was seen to be quicker by far.
    let time = if reason == Reason::Restarted && ask.bend.slow.is_none() && !ask.bend.stuck { time / 4 } else { time };
    let failure = match (&ask.bend.fail, ask.bend.stuck) {
        (None, _) if vain.is_some() => vain.map(|message| (String::new(), message)),
        (Some(code), _) => Some((code.clone(), format!("The deployment failed with {code}."))),
        (None, true) => {
            let words = "Subscription deployment didn't reach a successful provisioning state after '00:30:00'.";
            Some(("DeploymentTimeout".to_owned(), words.to_owned()))
        }
        (None, false) => None,
    };
    Launch { reason, at: ask.now, ready: ask.now + time, failure }
}

/// Records the operation of a launch; its id.
pub(crate) fn begin(world: &mut World, key: &str, group: &ContainerGroup) -> String {
    let launch = &group.launch;
    let id = world.new_guid(&group.id, launch.at);
    let operation = Operation {
        key: Some(key.to_owned()),
        subject: group.id.clone(),
        at: launch.at,
        until: launch.ready,
        failure: launch.failure.clone(),
    };
    world.change(Change::Operation(id.clone(), Some(operation)));
    id
}

/// The URL at which an operation is asked about.
pub(crate) fn status_url(world: &World, ask: &Ask<'_>, location: &str, kind: &str, id: &str) -> String {
    let subscription = &ask.low[1];
    let url = format!(
        "{}/subscriptions/{subscription}/providers/Microsoft.ContainerInstance/locations/{location}/{kind}/{id}?api-version=2018-06-01",
        ask.base
    );
    if world.settings.faithful {
        // Since 2025 the service signs the URL, which makes it about four kilobytes long.
        format!("{url}&t={}&c={}&s={}&h={}", ask.now, "MIIH".repeat(750), "s".repeat(342), "h".repeat(43))
    } else {
        url
    }
}

/// Says when to ask again, unless the service was seen to say nothing there (`seconds` zero).
pub(crate) fn pause(world: &World, response: Response, seconds: u32) -> Response {
    let settings = &world.settings;
    if settings.faithful {
        return if seconds == 0 { response } else { with(response, "retry-after", seconds.to_string()) };
    }
    // Whole seconds only: clients take zero for "none given" and then wait for half a minute.
    let response = with(response, "retry-after", "1");
    if settings.latency < 1_000 {
        with(response, "x-ms-retry-after-ms", settings.latency.max(1).to_string())
    } else {
        response
    }
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Operation, Refusal> {
    let missing = || Refusal::service(404, "ResourceNotFound", format!("The operation '{id}' was not found."));
    world.tables.operations.get(id).ok_or_else(missing)
}

/// Answers for the status of an operation.
pub(crate) fn status(world: &World, ask: &Ask<'_>, id: &str) -> Answer {
    let operation = find(world, id)?;
    let group = operation.key.as_ref().and_then(|key| world.tables.container(key));
    let running = ask.now < operation.until;
    let status = match (running, &operation.failure) {
        (true, _) if ask.now < operation.at + (operation.until - operation.at) / 3 => "Pending",
        (true, _) => group
            .as_ref()
            .map_or("Creating", |group| if group.launch.reason == Reason::Created { "Creating" } else { "Updating" }),
        (false, Some(_)) => "Failed",
        (false, None) => "Succeeded",
    };
    let events = group.filter(|group| group.launch.at == operation.at).map(|group| all_events(&group, ask.now));
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(operation.subject));
    body.insert("status".to_owned(), json!(status));
    body.insert("startTime".to_owned(), json!(instant(operation.at)));
    body.insert("properties".to_owned(), json!({"events": events.unwrap_or_default()}));
    if let (false, Some((code, message))) = (running, &operation.failure) {
        body.insert("error".to_owned(), json!({"code": code, "message": message}));
    }
    let answer = of(200, &Value::Object(body));
    Ok(if running { pause(world, answer, 0) } else { answer })
}

/// Answers for the result of an operation: 202 until it ended, then 200.
fn wait(world: &World, ask: &Ask<'_>, operation: &Operation, seconds: u32) -> Answer {
    if ask.now < operation.until {
        let url = format!("{}/{}?api-version={}", ask.base, ask.path.join("/"), ask.api());
        return Ok(pause(world, with(empty(202), "location", url), seconds));
    }
    match &operation.failure {
        Some((code, message)) => Err(Refusal::service(409, code, message.clone())),
        None => Ok(empty(200)),
    }
}

/// Answers for the result of an operation on a container group.
pub(crate) fn result(world: &World, ask: &Ask<'_>, id: &str) -> Answer {
    wait(world, ask, find(world, id)?, 0)
}

/// Answers for the deletion of a resource group.
pub(crate) fn job(world: &World, ask: &Ask<'_>, token: &str) -> Answer {
    wait(world, ask, find(world, &format!("{}/{token}", ask.low[1]))?, 15)
}
