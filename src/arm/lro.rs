//! Long-running operations: what an answer says about how far a call has come.
//!
//! **Never:** send, sleep or look at a clock.
//! In: method, URL and answer, or a [`Ticket`] and the answer to its poll; out: a [`Verdict`].
//! URLs are followed as they come: the signed ones are 4 KB long and break when rebuilt. The
//! end of an operation carries no resource: whoever wants it reads it.
//! Rules: "Azure Resource Manager, asynchronous operations", and recorded traffic.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{ArmError, Sort, at, find_error, from_object, parse_body, show_request};
use super::retry::retry_after;
use super::wire::Response;

/// Where to ask next about an accepted call, and what counts as its end. It may hold a signed URL.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    url: String,
    follow: Follow,
    method: String,
    resource: String,
    #[serde(default)]
    misses: u32,
}

/// What stands behind a ticket's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Follow {
    /// The status of an operation, from `Azure-AsyncOperation`: always 200, `status` tells.
    Operation,
    /// The result, from `Location`: 202 until it is there.
    Location,
    /// The resource itself, whose `provisioningState` tells.
    Resource,
}

/// How far a call has come.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It ended well. The body is the resource where the answer held it, else null: read it then.
    Finished {
        /// The status of the last answer.
        status: u16,
        /// The resource, or null.
        body: Value,
    },
    /// It ended badly. Azure is known to say so of container groups that come up all the same:
    /// read the resource before believing it.
    Failed(Box<ArmError>),
    /// It goes on.
    Wait {
        /// For the next question.
        ticket: Ticket,
        /// How long Azure asks to wait before it; nothing when Azure does not say.
        after: Option<Duration>,
        /// What Azure says meanwhile: `Creating: pulling image "nginx"`; may be empty.
        note: String,
        /// The status document, for what it says beside that; null if there is none.
        body: Value,
    },
}

/// How many polls in a row may tell nothing: Azure answers 404 for a moment after it has accepted
/// a call, and a server's bad minute is not the failure of the operation.
const MISSES: u32 = 10;

impl Ticket {
    /// The absolute URL to GET next, to be used as it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The ticket as text that [`Ticket::from_text`] reads again.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// Reads a ticket.
    ///
    /// # Errors
    /// When the text was not made by [`Ticket::to_text`].
    pub fn from_text(text: &str) -> Result<Self, ArmError> {
        serde_json::from_str(text).map_err(|error| {
            ArmError::new(
                Sort::Malformed,
                format!("The note on where to ask about the operation cannot be read: {error}."),
            )
        })
    }

    fn failed(&self, error: ArmError) -> Verdict {
        Verdict::Failed(Box::new(ArmError { request: show_request(&self.method, &self.resource), ..error }))
    }

    /// Goes on, at the URL that the answer names if it names one.
    fn wait(&self, response: &Response, note: String) -> Verdict {
        let body = parse_body(&response.body).unwrap_or_default();
        let (url, follow) = if self.follow == Follow::Resource {
            (None, self.follow)
        } else {
            match (self.follow, header_url(response, "azure-asyncoperation"), header_url(response, "location")) {
                (_, Some(url), _) => (Some(url), Follow::Operation),
                (Follow::Location, None, Some(url)) => (Some(url), Follow::Location),
                _ => (None, self.follow),
            }
        };
        let url = url.map_or_else(|| self.url.clone(), str::to_owned);
        let ticket = Ticket { url, follow, misses: 0, ..self.clone() };
        Verdict::Wait { ticket, after: retry_after(response), note, body }
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("follow", &self.follow)
            .field("poll", &show_request("GET", &self.url))
            .field("call", &show_request(&self.method, &self.resource))
            .field("misses", &self.misses)
            .finish()
    }
}

/// Reads the answer to a PUT, PATCH, DELETE or POST.
#[must_use]
pub fn first(method: &str, url: &str, response: &Response) -> Verdict {
    let error = || Box::new(ArmError::from_response(method, url, response));
    if !(200..300).contains(&response.status) {
        let error = error();
        let gone = method == "DELETE" && error.is_gone();
        return if gone { finished(response, Value::Null) } else { Verdict::Failed(error) };
    }
    let ticket = |target: &str, follow| Ticket {
        url: target.to_owned(),
        follow,
        method: method.to_owned(),
        resource: url.to_owned(),
        misses: 0,
    };
    if let Some(target) = header_url(response, "azure-asyncoperation") {
        return ticket(target, Follow::Operation).wait(response, state_of_resource(response));
    }
    if let Some(target) = header_url(response, "location").filter(|_| matches!(response.status, 201 | 202)) {
        return ticket(target, Follow::Location).wait(response, state_of_resource(response));
    }
    match (method, response.status) {
        // What an object's state is by now says nothing about a change that was done at once.
        ("PATCH", 200) | ("POST", 200 | 201 | 204) | ("DELETE", 200 | 204) => finish_with_body(method, url, response),
        ("POST", _) => Verdict::Failed(Box::new(ArmError::malformed(
            method,
            url,
            response,
            "Azure has accepted the call and does not say where to ask how it goes.",
        ))),
        ("DELETE", _) => ticket(url, Follow::Resource).wait(response, String::new()),
        _ => read_resource(&ticket(url, Follow::Resource), response),
    }
}

/// Reads the answer to the poll of a ticket's URL.
#[must_use]
pub fn next(ticket: &Ticket, response: &Response) -> Verdict {
    match (response.status, ticket.follow) {
        (200..300, Follow::Operation) => read_operation(ticket, response),
        (202, Follow::Location) => ticket.wait(response, String::new()),
        (200..300, Follow::Location) if ticket.method == "DELETE" || ticket.method == "POST" => {
            finish_with_body("GET", &ticket.url, response)
        }
        (200..300, _) => read_resource(ticket, response),
        (404 | 408 | 429 | 500.., _) => read_nothing(ticket, response),
        _ => ticket.failed(ArmError::from_response("GET", &ticket.url, response)),
    }
}

/// The status document of an operation.
fn read_operation(ticket: &Ticket, response: &Response) -> Verdict {
    let body = match json(response) {
        Ok(body) => body,
        Err(why) => return Verdict::Failed(Box::new(ArmError::malformed("GET", &ticket.url, response, &why))),
    };
    let status =
        at(&body, "status").or_else(|| at(&body, "properties").and_then(|inner| at(inner, "provisioningState")));
    match status.and_then(Value::as_str) {
        Some(word) if is(word, "Succeeded") => finished(response, Value::Null),
        Some(word) if is(word, "Failed") || is(word, "Canceled") => ticket.failed(failure(word, &body, response)),
        Some(word) => ticket.wait(response, note(word, &body)),
        None if response.status == 202 => ticket.wait(response, String::new()),
        None => finished(response, Value::Null),
    }
}

/// A resource, read after a PUT or PATCH (or, after a DELETE, still there).
fn read_resource(ticket: &Ticket, response: &Response) -> Verdict {
    let body = match json(response) {
        Ok(body) => body,
        Err(why) => return Verdict::Failed(Box::new(ArmError::malformed("GET", &ticket.url, response, &why))),
    };
    let state = provisioning_state(&body);
    if ticket.method == "DELETE" {
        return match response.status {
            204 => finished(response, Value::Null),
            _ => ticket.wait(response, state.unwrap_or_default().to_owned()),
        };
    }
    match state {
        Some(word) if is(word, "Failed") || is(word, "Canceled") => ticket.failed(failure(word, &body, response)),
        Some(word) if !is(word, "Succeeded") => ticket.wait(response, word.to_owned()),
        None if response.status == 202 => ticket.wait(response, String::new()),
        _ => finished(response, body),
    }
}

/// A poll that told nothing. An absence ends a deletion; all else is asked again, until it is too often.
fn read_nothing(ticket: &Ticket, response: &Response) -> Verdict {
    let error = ArmError::from_response("GET", &ticket.url, response);
    let absent = error.is_gone() || (error.status == 404 && ticket.follow == Follow::Location);
    if ticket.method == "DELETE" && absent {
        return finished(response, Value::Null);
    }
    if ticket.misses >= MISSES {
        return ticket.failed(error);
    }
    let ticket = Ticket { misses: ticket.misses + 1, ..ticket.clone() };
    Verdict::Wait { ticket, after: retry_after(response), note: String::new(), body: Value::Null }
}

/// The error of an operation or a resource that ended with `word`.
fn failure(word: &str, body: &Value, response: &Response) -> ArmError {
    let mut error = at(body, "error")
        .filter(|said| said.is_object())
        .map(from_object)
        .or_else(|| at(body, "properties").and_then(|inner| at(inner, "error")).and_then(find_error).map(from_object))
        .unwrap_or_else(|| ArmError::new(Sort::Rejected, silent_failure(word, body)));
    if error.code.is_empty() {
        error.code = if is(word, "Canceled") { "OperationCanceled" } else { "OperationFailed" }.to_owned();
    }
    error.status = response.status;
    error.correlation_id = response.header("x-ms-correlation-request-id").map(str::to_owned);
    error.request_id = response.header("x-ms-request-id").map(str::to_owned);
    error
}

/// Words for a failure without an error object: what the events warn of, else that there is nothing.
fn silent_failure(word: &str, body: &Value) -> String {
    let warnings: Vec<&str> = events(body)
        .filter(|event| at(event, "type").and_then(Value::as_str).is_some_and(|kind| is(kind, "Warning")))
        .filter_map(|event| at(event, "message").and_then(Value::as_str))
        .collect();
    match warnings.as_slice() {
        [] => format!("The operation ended as {word} and Azure gave no reason."),
        all => format!("The operation ended as {word}. Its last warnings: {}", all.join("; ")),
    }
}

/// The status word, with the newest event behind it.
fn note(word: &str, body: &Value) -> String {
    let time = |event: &Value| at(event, "lastTimestamp").and_then(Value::as_str).unwrap_or_default().to_owned();
    let newest = events(body).max_by_key(|event| time(event));
    match newest.and_then(|event| at(event, "message")).and_then(Value::as_str) {
        Some(message) => format!("{word}: {message}"),
        None => word.to_owned(),
    }
}

fn events(body: &Value) -> impl Iterator<Item = &Value> {
    at(body, "properties").and_then(|inner| at(inner, "events")).and_then(Value::as_array).into_iter().flatten()
}

fn finish_with_body(method: &str, url: &str, response: &Response) -> Verdict {
    match json(response) {
        Ok(body) => finished(response, body),
        Err(why) => Verdict::Failed(Box::new(ArmError::malformed(method, url, response, &why))),
    }
}

fn finished(response: &Response, body: Value) -> Verdict {
    Verdict::Finished { status: response.status, body }
}

/// The body as JSON; null when there is none.
fn json(response: &Response) -> Result<Value, String> {
    match parse_body(&response.body) {
        Some(body) => Ok(body),
        None if response.body.iter().all(u8::is_ascii_whitespace) => Ok(Value::Null),
        None => {
            let text = String::from_utf8_lossy(&response.body);
            let short: String = text.chars().take(100).collect();
            Err(format!("The answer had status {} and a body that is not JSON: {short}", response.status))
        }
    }
}

fn state_of_resource(response: &Response) -> String {
    parse_body(&response.body).as_ref().and_then(provisioning_state).unwrap_or_default().to_owned()
}

fn provisioning_state(body: &Value) -> Option<&str> {
    at(body, "properties").and_then(|inner| at(inner, "provisioningState")).and_then(Value::as_str)
}

/// A header that holds an absolute URL; relative ones cannot be followed.
fn header_url<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let has_scheme = |url: &&str| {
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
    };
    response.header(name).map(str::trim).filter(has_scheme)
}

fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}
