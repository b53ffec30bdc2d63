//! Requests and answers as bytes, and the port that carries them.
//!
//! **Never:** interpret a body. `Transport` has two implementers: the network (`arm::net`) and
//! the emulator in the same process.

use std::future::Future;

/// A request to an absolute URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PUT`, ...
    pub method: &'static str,
    /// The absolute URL with its query.
    pub url: String,
    /// Header names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header; the name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// No answer came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Lost {
    /// What went wrong, whole: connection refused, certificate unknown, ...
    pub message: String,
    /// Whether the request may have reached the other side.
    pub sent: bool,
    /// Whether another try must fail the same way: nobody trusts the certificate the second time.
    pub lasting: bool,
}

/// Carries requests.
pub trait Transport {
    /// Sends one request and waits for its answer.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, Lost>>;
}
