//! A request taken apart: base URL, path segments, query, headers.
//!
//! **Never:** decide anything. Segments compare without case and empty ones are dropped, as Azure
//! Resource Manager does (`az container export` sends `Microsoft.ContainerInstance//containerGroups`).

use serde_json::{Map, Value};

use crate::arm::wire::Request;
use crate::emulator::answer::Refusal;
use crate::emulator::faults::Bend;

/// A request as the routes see it.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    /// Scheme and host that the client used, without a slash at the end.
    pub(crate) base: String,
    /// Decoded path segments as they were written.
    pub(crate) path: Vec<String>,
    /// The same in lower case.
    pub(crate) low: Vec<String>,
    query: Vec<(String, String)>,
    request: &'a Request,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    /// How faults bend this request.
    pub(crate) bend: Bend,
}

impl<'a> Ask<'a> {
    /// Takes a request apart; nothing if its URL is not absolute.
    pub(crate) fn parse(request: &'a Request, now: i64) -> Option<Ask<'a>> {
        let (scheme, rest) = request.url.split_once("://")?;
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
        let low = path.iter().map(|part| part.to_lowercase()).collect();
        let query = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.to_lowercase(), value.into_owned()))
            .collect();
        let base = format!("{scheme}://{host}");
        Some(Ask { method: request.method, base, path, low, query, request, now, bend: Bend::default() })
    }

    /// A query parameter; the name in lower case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A header; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The API version asked for; empty if there is none.
    pub(crate) fn api(&self) -> &str {
        self.query("api-version").unwrap_or_default()
    }

    /// The body as bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.request.body.as_deref().unwrap_or_default()
    }

    /// The body as a JSON object.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(self.bytes()) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(malformed("the body must be a JSON object")),
            Err(error) => Err(malformed(&error.to_string())),
        }
    }

    /// The fields of a form body.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.bytes()).into_owned().collect()
    }

    /// The URL of the same question for another page.
    pub(crate) fn page(&self, token: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.query.iter().filter(|(name, _)| name != "$skiptoken") {
            query.append_pair(name, value);
        }
        query.append_pair("$skipToken", token);
        format!("{}/{}?{}", self.base, self.path.join("/"), query.finish())
    }
}

fn malformed(why: &str) -> Refusal {
    let message = format!("The request content was invalid and could not be deserialized: '{why}'.");
    Refusal::gateway(400, "InvalidRequestContent", message)
}

fn decode(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let raw = part.as_bytes();
    let mut at = 0;
    while at < raw.len() {
        let pair = raw.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (raw[at], pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                at += 3;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
