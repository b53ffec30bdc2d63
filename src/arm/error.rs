//! What went wrong with a call, in one shape for every way Azure has of saying it.
//!
//! **Never:** hold a token, a secret or the signed part of a URL.
//! In: a request and its answer (or that none came); out: [`ArmError`]. The message holds the
//! nested details already, because those are the part that tells the user what to do.

use serde_json::Value;

use super::wire::{Lost, Response};

/// A call that did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmError {
    /// What sort of failure, as far as anybody decides by it.
    pub sort: Sort,
    /// The HTTP status; 0 if no answer came.
    pub status: u16,
    /// Azure's code: `ContainerGroupQuotaReached`; may be empty.
    pub code: String,
    /// Azure's words, with those of the details after them.
    pub message: String,
    /// The details, nested ones behind their parents.
    pub details: Vec<Detail>,
    /// `PUT https://...`, without anything secret; empty if no request belongs to it.
    pub request: String,
    /// Names the run in Azure's activity log.
    pub correlation_id: Option<String>,
    /// Names the request in Azure's own logs.
    pub request_id: Option<String>,
}

/// Sorts of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Azure understood and refused.
    Rejected,
    /// 401 or 403: not signed in well enough, or not allowed.
    Denied,
    /// 429 for longer than the client waits.
    Throttled,
    /// 404 because the resource or its resource group is not there. Any other 404 is `Rejected`.
    NotFound,
    /// No answer, or one (408, 5xx) that does not say whether the call has happened.
    Unreachable,
    /// An answer that makes no sense.
    Malformed,
    /// No token: the sign-in failed.
    SignIn,
}

/// One of the details of an error.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Detail {
    /// Its code; may be empty.
    pub code: String,
    /// Its words.
    pub message: String,
    /// What it is about: a property's path or an id.
    pub target: Option<String>,
}

impl std::fmt::Display for ArmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code.as_str() {
            "" => f.write_str(&self.message),
            code => write!(f, "{code}: {}", self.message),
        }
    }
}

impl std::error::Error for ArmError {}

/// The codes of a 404 that mean "not there", as opposed to "you asked wrongly".
const GONE: [&str; 2] = ["ResourceNotFound", "ResourceGroupNotFound"];
/// How much of a body that is not JSON is shown.
const SHOWN: usize = 300;
/// How deep details are followed.
const DEPTH: usize = 5;

impl ArmError {
    /// An error that no answer tells of.
    #[must_use]
    pub fn new(sort: Sort, message: impl Into<String>) -> Self {
        Self {
            sort,
            status: 0,
            code: String::new(),
            message: message.into(),
            details: Vec::new(),
            request: String::new(),
            correlation_id: None,
            request_id: None,
        }
    }

    /// The error that an answer tells of; `url` is stripped of what may be secret.
    #[must_use]
    pub fn from_response(method: &str, url: &str, response: &Response) -> Self {
        let body = parse_body(&response.body);
        let said = body.as_ref().and_then(find_error);
        let mut error = match said {
            Some(said) => from_object(said),
            None => ArmError::new(Sort::Rejected, describe_foreign(response)),
        };
        error.status = response.status;
        error.sort = sort_of(method, response.status, &error.code);
        error.trace(method, url, response);
        error
    }

    /// The error of a call without an answer.
    #[must_use]
    pub fn from_lost(method: &str, url: &str, lost: &Lost) -> Self {
        let message = if lost.sent {
            format!("{}. The request may have reached Azure all the same.", lost.message.trim_end_matches('.'))
        } else {
            lost.message.clone()
        };
        Self { request: show_request(method, url), ..Self::new(Sort::Unreachable, message) }
    }

    /// An answer that makes no sense, with what is wrong about it.
    #[must_use]
    pub fn malformed(method: &str, url: &str, response: &Response, why: &str) -> Self {
        let mut error = Self::new(Sort::Malformed, why);
        error.status = response.status;
        error.trace(method, url, response);
        error
    }

    /// Whether the resource or its group is not there.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.sort == Sort::NotFound
    }

    fn trace(&mut self, method: &str, url: &str, response: &Response) {
        self.request = show_request(method, url);
        self.correlation_id = response.header("x-ms-correlation-request-id").map(str::to_owned);
        self.request_id = response.header("x-ms-request-id").map(str::to_owned);
    }
}

/// The error that an object of the form `{code, message, details}` tells of; keys in any case.
pub(super) fn from_object(said: &Value) -> ArmError {
    let mut message = text_at(said, "message");
    let mut details = Vec::new();
    if let Some(inner) = parse_body(message.trim().as_bytes()).as_ref().and_then(find_error) {
        // Some services put a whole error, as JSON text, where the words should be.
        collect(inner, &mut details, 0);
        message.clear();
    }
    for key in ["details", "additionalInfo"] {
        for item in at(said, key).and_then(Value::as_array).into_iter().flatten() {
            collect(item, &mut details, 0);
        }
    }
    let code = text_at(said, "code");
    let message = join(message, &code, &details);
    ArmError { code, details, ..ArmError::new(Sort::Rejected, message) }
}

/// The object that holds code and message: under `error`, or the body itself.
pub(super) fn find_error(body: &Value) -> Option<&Value> {
    let inner = at(body, "error").or_else(|| at(body, "odata.error"));
    [inner, Some(body)]
        .into_iter()
        .flatten()
        .find(|said| said.is_object() && (at(said, "code").is_some() || at(said, "message").is_some()))
}

/// A member whatever the case of its key.
pub(super) fn at<'v>(object: &'v Value, key: &str) -> Option<&'v Value> {
    let members = object.as_object()?;
    members.get(key).or_else(|| members.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// The JSON of a body, if it is JSON; a byte order mark is skipped.
pub(super) fn parse_body(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    match body.first() {
        None => None,
        Some(_) => serde_json::from_slice(body).ok(),
    }
}

/// `PUT https://host/path?api-version=...`: the other parts of a query may be signatures.
#[must_use]
pub(super) fn show_request(method: &str, url: &str) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let address = match address.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or(host))
        }
        None => address.to_owned(),
    };
    let version = query.split('&').find(|pair| pair.starts_with("api-version="));
    match version {
        Some(version) => format!("{method} {address}?{version}"),
        None => format!("{method} {address}"),
    }
}

fn text_at(object: &Value, key: &str) -> String {
    match at(object, key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(_)) => at(object, key).map(|inner| text_at(inner, "value")).unwrap_or_default(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn collect(item: &Value, into: &mut Vec<Detail>, depth: usize) {
    if depth >= DEPTH || !item.is_object() {
        return;
    }
    let item = find_error(item).unwrap_or(item);
    let target = Some(text_at(item, "target")).filter(|target| !target.is_empty());
    let detail = Detail { code: text_at(item, "code"), message: text_at(item, "message"), target };
    match parse_body(detail.message.trim().as_bytes()).as_ref().and_then(find_error) {
        Some(inner) => collect(inner, into, depth + 1),
        None if detail.message.is_empty() && detail.code.is_empty() => {}
        None => into.push(detail),
    }
    for inner in at(item, "details").and_then(Value::as_array).into_iter().flatten() {
        collect(inner, into, depth + 1);
    }
}

fn join(mut message: String, code: &str, details: &[Detail]) -> String {
    for detail in details {
        let said = match (detail.code.as_str(), detail.message.as_str()) {
            ("", words) => words.to_owned(),
            (code, "") => code.to_owned(),
            (code, words) => format!("{code}: {words}"),
        };
        if message.contains(detail.message.as_str()) && !detail.message.is_empty() {
            continue;
        }
        if !message.is_empty() {
            message.push('\n');
        }
        message.push_str(&said);
        if let Some(target) = &detail.target {
            message.push_str(&format!(" ({target})"));
        }
    }
    if message.is_empty() {
        message = match code {
            "" => "Azure gave no reason.".to_owned(),
            code => format!("Azure gave no reason but the code {code}."),
        };
    }
    message
}

fn sort_of(method: &str, status: u16, code: &str) -> Sort {
    match status {
        401 | 403 => Sort::Denied,
        // A HEAD has no body that could tell the one 404 from the other.
        404 if method == "HEAD" => Sort::NotFound,
        404 if GONE.iter().any(|gone| gone.eq_ignore_ascii_case(code)) => Sort::NotFound,
        429 => Sort::Throttled,
        501 => Sort::Rejected,
        408 | 500.. => Sort::Unreachable,
        _ => Sort::Rejected,
    }
}

/// Words for a body that no part of Azure Resource Manager has written.
fn describe_foreign(response: &Response) -> String {
    let status = response.status;
    if (300..400).contains(&status) {
        let to = response.header("location").map(|url| show_request("to", url)).unwrap_or_default();
        return format!(
            "The answer was a redirection {to} (status {status}), which Azure Resource Manager never sends."
        );
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return format!("The answer had status {status} and no body.");
    }
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < text.len() { "..." } else { "" };
    format!("The answer had status {status} and a body that is not an error of Azure Resource Manager: {short}{more}")
}
