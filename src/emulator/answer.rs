//! Answers: bodies, refusals and the headers that Azure Resource Manager puts on all of them.
//!
//! **Never:** look at the world. A `Refusal` says who refused, because the service does:
//! `x-ms-failure-cause` is `gateway` for Azure Resource Manager and `service` for the provider.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::arm::wire::Response;
use crate::emulator::route::Ask;

/// Why a request was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: String,
    message: String,
    cause: &'static str,
    headers: Vec<(String, String)>,
}

impl Refusal {
    /// Azure Resource Manager refused.
    pub(crate) fn gateway(status: u16, code: &str, message: impl Into<String>) -> Refusal {
        Refusal { status, code: code.to_owned(), message: message.into(), cause: "gateway", headers: Vec::new() }
    }

    /// Azure Container Instances refused.
    pub(crate) fn service(status: u16, code: &str, message: impl Into<String>) -> Refusal {
        Refusal { cause: "service", ..Refusal::gateway(status, code, message) }
    }

    /// The code and the message, for an operation that fails with them later.
    pub(crate) fn words(self) -> (String, String) {
        (self.code, self.message)
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Refusal {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The answer that says so.
    pub(crate) fn answer(self) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message}});
        let mut response = of(self.status, &body);
        response.headers.push(("x-ms-failure-cause".to_owned(), self.cause.to_owned()));
        response.headers.extend(self.headers);
        response
    }
}

/// An answer with a JSON body.
pub(crate) fn of(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: Vec::new() }
}

/// Adds a header.
pub(crate) fn with(mut response: Response, name: &str, value: impl Into<String>) -> Response {
    response.headers.push((name.to_owned(), value.into()));
    response
}

/// Puts the headers that every answer has on an answer.
pub(crate) fn dress(mut response: Response, ask: &Ask<'_>, guid: &str) -> Response {
    let correlation = ask.header("x-ms-correlation-request-id").unwrap_or(guid).to_owned();
    let stamp = when(ask.now);
    let mut put = |name: &str, value: String| {
        if !response.headers.iter().any(|(own, _)| own == name) {
            response.headers.push((name.to_owned(), value));
        }
    };
    put("cache-control", "no-cache".to_owned());
    put("pragma", "no-cache".to_owned());
    put("expires", "-1".to_owned());
    put("strict-transport-security", "max-age=31536000; includeSubDomains".to_owned());
    put("x-content-type-options", "nosniff".to_owned());
    put("x-ms-request-id", guid.to_owned());
    put("x-ms-routing-request-id", format!("EMULATOR:{}:{guid}", stamp.strftime("%Y%m%dT%H%M%SZ")));
    put("x-ms-correlation-request-id", correlation);
    put("date", stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if ask.header("x-ms-return-client-request-id").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        && let Some(id) = ask.header("x-ms-client-request-id")
    {
        put("x-ms-client-request-id", id.to_owned());
    }
    if ask.method == "HEAD" {
        response.body.clear();
    }
    response
}

/// The moment; times out of range become the epoch.
fn when(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A time with whole seconds, as events carry it.
pub(crate) fn second(ms: i64) -> String {
    when(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time with milliseconds, as container states and operations carry it.
pub(crate) fn instant(ms: i64) -> String {
    let text = when(ms).strftime("%Y-%m-%dT%H:%M:%S.%3f").to_string();
    format!("{}Z", text.trim_end_matches('0').trim_end_matches('.'))
}
