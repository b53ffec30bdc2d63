//! How a call goes on after it was sent: through operations, settling and disappearing, to its end.
//!
//! **Never:** sleep. In: answers and tickets; out: `Progress`. A ticket names a stage, a count of
//! questions (waits grow with it) and, for an operation, the client's own ticket. The decision to
//! question: a failed creation is believed only after the object itself was read, because
//! operations were seen to fail while the container group came up.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::arm::error::ArmError;
use crate::arm::lro;
use crate::arm::wire::Transport;
use crate::provider::{Call, Fault, FaultKind, Progress, Ticket, Verb};
use crate::value::{Members, Type, Value};

use super::azure::{Azure, path};
use super::memory::Memory;
use super::table::Kind;
use super::{codec, faults, wait as waiting};

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The end of an operation; the client's ticket.
    Operation(String),
    /// That the object is there and at rest.
    Settle,
    /// That the object is not there any more.
    Gone,
    /// That the resource group is empty, before it is deleted.
    Empty,
    /// That what runs in the group comes to where `wait_for` wants it.
    Run,
}

/// How often an object that should be there is looked for, and an address that it should have.
const LOOKS: u64 = 6;
/// How often a resource group is looked into: the list of its contents lags behind deletions.
const LOOKS_INSIDE: u64 = 8;
/// The version of the interface that lists the contents of resource groups.
const CONTENTS_VERSION: &str = "2021-04-01";

/// The wait before the next question, where the cloud does not name one: a second, growing by
/// half, up to ten.
fn pause(count: u64) -> Duration {
    let growth = 1.5_f64.powi(i32::try_from(count).unwrap_or(i32::MAX).min(10));
    Duration::from_millis((1000.0 * growth) as u64).min(Duration::from_secs(10))
}

/// Another question later.
pub(super) fn wait(stage: &Stage, count: u64, note: String) -> Progress {
    remember(stage, count, note, None)
}

/// The same, with what was seen so far.
pub(super) fn remember(stage: &Stage, count: u64, note: String, memory: Option<&Memory>) -> Progress {
    let ticket = ticket(stage, count + 1, memory);
    Progress::Pending { ticket, after: pause(count), note, news: Vec::new(), standing: *stage == Stage::Run }
}

/// Another look at what runs later.
pub(super) fn look_again(count: u64, note: String, memory: &Memory) -> Progress {
    remember(&Stage::Run, count, note, Some(memory))
}

/// A ticket. Memory is there from the PUT on that started containers.
fn ticket(stage: &Stage, count: u64, memory: Option<&Memory>) -> Ticket {
    let (name, operation) = match stage {
        Stage::Operation(operation) => ("operation", operation.as_str()),
        Stage::Settle => ("settle", ""),
        Stage::Gone => ("gone", ""),
        Stage::Empty => ("empty", ""),
        Stage::Run => ("run", ""),
    };
    let mut body = json!({ "stage": name, "count": count, "operation": operation });
    if let (Some(memory), Some(body)) = (memory, body.as_object_mut()) {
        body.insert("seen".into(), memory.write());
    }
    Ticket(body.to_string().into())
}

fn parse(ticket: &Ticket) -> Option<(Stage, u64, Option<Memory>)> {
    let body: Json = serde_json::from_str(&ticket.0).ok()?;
    let stage = match body.get("stage")?.as_str()? {
        "operation" => Stage::Operation(body.get("operation")?.as_str()?.to_owned()),
        "settle" => Stage::Settle,
        "gone" => Stage::Gone,
        "empty" => Stage::Empty,
        "run" => Stage::Run,
        _ => return None,
    };
    Some((stage, body.get("count")?.as_u64()?, body.get("seen").map(Memory::read)))
}

/// Asks how far a call is.
pub(super) async fn poll<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    ticket: &Ticket,
) -> Result<Progress, Fault> {
    let broken =
        || faults::invalid(format!("The note on where to ask about the operation cannot be read: {}", ticket.0));
    let (stage, count, memory) = parse(ticket).ok_or_else(broken)?;
    match stage {
        Stage::Operation(operation) => {
            let operation = lro::Ticket::from_text(&operation).map_err(|error| faults::fault(&error))?;
            let verdict = azure.client.poll(&operation).await.map_err(|error| faults::fault(&error))?;
            go_on(azure, kind, call, verdict, Some(count), memory).await
        }
        Stage::Settle => settle(azure, kind, call, count, memory).await,
        Stage::Run => waiting::look(azure, kind, call, count, memory.unwrap_or_default()).await,
        Stage::Gone => disappear(azure, kind, call, count).await,
        Stage::Empty => delete(azure, kind, call, count).await,
    }
}

/// Takes the answer to a PUT or DELETE.
pub(super) async fn accept<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    verdict: lro::Verdict,
    memory: Memory,
) -> Result<Progress, Fault> {
    go_on(azure, kind, call, verdict, None, Some(memory)).await
}

/// `count` is missing while the call itself is being answered.
async fn go_on<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    verdict: lro::Verdict,
    count: Option<u64>,
    memory: Option<Memory>,
) -> Result<Progress, Fault> {
    match verdict {
        lro::Verdict::Wait { ticket: operation, after, note, body } => {
            let count = count.unwrap_or(0);
            let mut memory = memory;
            let news = waiting::watch(kind, call, &body, memory.as_mut())?;
            let ticket = ticket(&Stage::Operation(operation.to_text()), count + 1, memory.as_ref());
            let after = after.unwrap_or_else(|| pause(count));
            Ok(Progress::Pending { ticket, after, note, news, standing: false })
        }
        lro::Verdict::Finished { .. } if call.verb == Verb::Delete => disappear(azure, kind, call, 0).await,
        lro::Verdict::Finished { body, .. } if is_whole(&body) => land(azure, kind, call, &body, 0, memory).await,
        lro::Verdict::Finished { .. } => settle(azure, kind, call, 0, memory).await,
        lro::Verdict::Failed(error) => match count {
            Some(_) if call.verb != Verb::Delete => examine(azure, kind, call, &error, memory).await,
            _ => Err(faults::fault(&error)),
        },
    }
}

/// Looks at the object before a failure is believed.
async fn examine<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    error: &ArmError,
    memory: Option<Memory>,
) -> Result<Progress, Fault> {
    let mut fault = faults::fault(error);
    let Ok(Some(body)) = azure.look(kind, &call.id, known(call)).await else { return Err(fault) };
    // An operation that ended long ago is forgotten; the object knows.
    let forgotten = error.status == 404;
    if (call.verb == Verb::Create || forgotten) && is(state(&body), "Succeeded") {
        return land(azure, kind, call, &body, 0, memory).await;
    }
    faults::add_events(&mut fault, &body);
    Err(fault)
}

/// Waits until the object is there and at rest.
pub(super) async fn settle<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    count: u64,
    memory: Option<Memory>,
) -> Result<Progress, Fault> {
    match azure.look(kind, &call.id, known(call)).await? {
        Some(body) => land(azure, kind, call, &body, count, memory).await,
        // Reading may lag behind writing.
        None if count < LOOKS => Ok(remember(&Stage::Settle, count, String::new(), memory.as_ref())),
        None => Err(faults::missing(&call.id)),
    }
}

/// Takes the object as the end of the call, if it is at rest.
async fn land<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    body: &Json,
    count: u64,
    memory: Option<Memory>,
) -> Result<Progress, Fault> {
    let word = state(body);
    if is(word, "Failed") || is(word, "Canceled") {
        let mut fault = faults::failed(&call.id, word);
        faults::add_events(&mut fault, body);
        return Err(fault);
    }
    if !is(word, "Succeeded") {
        return Ok(remember(&Stage::Settle, count, word.to_owned(), memory.as_ref()));
    }
    if lacks_address(call, body) && count < LOOKS {
        return Ok(remember(&Stage::Settle, count, "waiting for the address".into(), memory.as_ref()));
    }
    let value = codec::decode(kind, body, &call.planned);
    let retagged = call.verb == Verb::Update && !same_tags(&call.prior, &call.planned);
    if retagged && !same_tags(&value, &call.planned) {
        // A PUT over an existing container group was reported to leave its tags as they were.
        azure.patch(kind, call, &["tags"]).await?;
        let body = azure.look(kind, &call.id, known(call)).await?.ok_or_else(|| faults::missing(&call.id))?;
        return Ok(waiting::arrive(kind, call, &body, memory));
    }
    Ok(waiting::arrive(kind, call, body, memory))
}

/// What is known of the object while it is followed.
pub(super) fn known(call: &Call) -> &Value {
    if call.planned.is_null() { &call.prior } else { &call.planned }
}

fn same_tags(value: &Value, planned: &Value) -> bool {
    let tags = |object: &Value| object.get("tags").filter(|tags| !tags.is_unknown()).cloned();
    let none = |tags: &Value| tags.is_null() || tags.as_members().is_some_and(Members::is_empty);
    match (tags(value), tags(planned)) {
        (Some(found), Some(wanted)) => found.same(&wanted) || (none(&found) && none(&wanted)),
        _ => true,
    }
}

/// A group that gets an address has it a little later than it is ready.
fn lacks_address(call: &Call, body: &Json) -> bool {
    let wanted = matches!(call.planned.text("ip_address_type"), Some("Public" | "Private"))
        // A profile says which kind of address, and has none itself.
        && call.planned.get("ip_address").is_some();
    let open = call.verb == Verb::Create || call.cost > crate::schema::Cost::Nothing;
    let ip = body.pointer("/properties/ipAddress/ip").and_then(Json::as_str);
    wanted && open && ip.is_none_or(str::is_empty)
}

/// Deletes; a resource group only when it is empty, unless the settings allow it.
pub(super) async fn delete<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    count: u64,
) -> Result<Progress, Fault> {
    if azure.keep_full_groups && kind.name == super::kinds::RESOURCE_GROUP.name {
        let contents = format!("{}/resources?api-version={CONTENTS_VERSION}&$top=10", call.id);
        let found = azure.client.get(&contents).await.map_err(|error| faults::fault(&error))?;
        let Some(found) = found else { return Ok(Progress::Done(Value::null(Type::Dynamic))) };
        let left: Vec<&str> = items(&found).filter_map(|item| item.get("id")?.as_str()).collect();
        if !left.is_empty() {
            return if count < LOOKS_INSIDE {
                Ok(wait(&Stage::Empty, count, format!("waiting until it is empty, {} left", left.len())))
            } else {
                Err(not_empty(&call.id, &left))
            };
        }
    }
    let at = path(kind, &call.id);
    let verdict = match super::foresee::counted(call.verb, &call.kind) {
        Some(counted) => azure.client.begin_counted(counted, "DELETE", &at, None).await,
        None => azure.client.begin("DELETE", &at, None).await,
    };
    go_on(azure, kind, call, verdict.map_err(|error| faults::fault(&error))?, None, None).await
}

fn items(body: &Json) -> impl Iterator<Item = &Json> {
    body.get("value").and_then(Json::as_array).into_iter().flatten()
}

fn not_empty(id: &str, left: &[&str]) -> Fault {
    let listed: String = left.iter().map(|id| format!("\n  {id}")).collect();
    Fault {
        kind: FaultKind::Rejected,
        code: "ResourceGroupNotEmpty".into(),
        message: format!(
            "The resource group {id} still contains objects that acier has not made, and deleting it would delete them:{listed}"
        ),
        trace: String::new(),
        hint: Some(
            "Delete or move them, or allow it with features { resource_group { \
             prevent_deletion_if_contains_resources = false } } in the provider block."
                .into(),
        ),
    }
}

/// Waits until the object is not there any more: its name may lag a few seconds behind.
async fn disappear<T: Transport>(
    azure: &Azure<T>,
    kind: &'static Kind,
    call: &Call,
    count: u64,
) -> Result<Progress, Fault> {
    match azure.look(kind, &call.id, known(call)).await? {
        None => Ok(Progress::Done(Value::null(Type::Dynamic))),
        Some(body) if is(state(&body), "Failed") && count > 0 => {
            let mut fault = faults::failed(&call.id, state(&body));
            faults::add_events(&mut fault, &body);
            Err(fault)
        }
        Some(body) => Ok(wait(&Stage::Gone, count, state(&body).to_owned())),
    }
}

/// The provisioning state; an object that names none is done.
pub(super) fn state(body: &Json) -> &str {
    body.pointer("/properties/provisioningState").and_then(Json::as_str).unwrap_or("Succeeded")
}

/// Azure does not promise the case of such words.
pub(super) fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}

fn is_whole(body: &Json) -> bool {
    body.get("id").is_some() && body.get("properties").is_some()
}
