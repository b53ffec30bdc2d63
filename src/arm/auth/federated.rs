//! Tokens of another issuer: given, read from a file each time, or asked for in a pipeline.
//!
//! **Never:** keep such a token: they live for minutes, so each exchange gets a new one.
//! In: where to ask and what to ask with; out: the request, and the token of its answer.
//! Sources: GitHub, "OpenID Connect in cloud providers"; Azure DevOps REST API, "Oidctoken - Create".

use std::fmt;
use std::rc::Rc;

use serde_json::Value;
use url::Url;

use super::exchange::refused;
use super::{Secret, Unusable};
use crate::arm::cloud::is_loopback;
use crate::arm::error::{ArmError, at, parse_body};
use crate::arm::wire::{Request, Response};

/// Gives the text of a federated token each time one is needed, since such tokens live for minutes.
pub type Assertion = Rc<dyn Fn() -> Result<Secret, String>>;

/// Whom the tokens of other issuers are for, as azurerm asks for them in every cloud.
pub const AUDIENCE: &str = "api://AzureADTokenExchange";
const DEVOPS_VERSION: &str = "7.1";

/// Where a token of another issuer comes from.
#[derive(Clone)]
pub enum Federation {
    /// It is at hand: given, or in a file that is read again each time.
    Read(Assertion),
    /// A GitHub workflow asks its runner.
    GitHub(Pipeline),
    /// An Azure DevOps pipeline asks for one of a service connection, by its id.
    AzureDevOps(Pipeline, String),
}

impl fmt::Debug for Federation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(_) => f.write_str("Read"),
            Self::GitHub(pipeline) => write!(f, "GitHub({})", pipeline.url.path()),
            Self::AzureDevOps(pipeline, connection) => write!(f, "AzureDevOps({}, {connection})", pipeline.url.path()),
        }
    }
}

/// Where a pipeline asks for its token.
#[derive(Clone)]
pub struct Pipeline {
    url: Url,
    token: Secret,
}

impl Pipeline {
    /// The address and the bearer token that the pipeline was given.
    ///
    /// # Errors
    /// When the address is none, or would carry the token unencrypted to another machine.
    pub fn new(url: &str, token: Secret) -> Result<Self, Unusable> {
        let hint = "It is set by the pipeline: in GitHub with `permissions: id-token: write`, in Azure DevOps as \
                    SYSTEM_OIDCREQUESTURI.";
        let bad =
            |why: String| Unusable::new(format!("The address of the OIDC token service cannot be used: {why}."), hint);
        let url = Url::parse(url.trim()).map_err(|error| bad(error.to_string()))?;
        match url.scheme() {
            "https" => Ok(Self { url, token }),
            "http" if is_loopback(&url) => Ok(Self { url, token }),
            "http" => Err(bad("http would carry the request token unencrypted to another machine".to_owned())),
            other => Err(bad(format!("it begins with {other}://"))),
        }
    }

    fn request(&self, method: &'static str, wanted: &[(&str, &str)]) -> Request {
        let mut url = self.url.clone();
        let has = |name: &str| self.url.query_pairs().any(|(own, _)| own.eq_ignore_ascii_case(name));
        for (name, value) in wanted.iter().filter(|(name, _)| !has(name)) {
            url.query_pairs_mut().append_pair(name, value);
        }
        let mut headers = vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), format!("Bearer {}", self.token.expose())),
        ];
        let posts = method == "POST";
        if posts {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        Request { method, url: url.into(), headers, body: posts.then(Vec::new) }
    }
}

impl Federation {
    /// What a pipeline shows to be given a token.
    pub(super) fn proof(&self) -> Option<&Secret> {
        match self {
            Self::Read(_) => None,
            Self::GitHub(pipeline) | Self::AzureDevOps(pipeline, _) => Some(&pipeline.token),
        }
    }

    /// The request for the other issuer's token; nothing when it is at hand.
    pub(super) fn request(&self) -> Option<Request> {
        match self {
            Self::Read(_) => None,
            Self::GitHub(pipeline) => Some(pipeline.request("GET", &[("audience", AUDIENCE)])),
            Self::AzureDevOps(pipeline, connection) => {
                let wanted = [("api-version", DEVOPS_VERSION), ("serviceConnectionId", connection.as_str())];
                Some(pipeline.request("POST", &wanted))
            }
        }
    }
}

/// The other issuer's token of an answer: `value` from GitHub, `oidcToken` from Azure DevOps.
///
/// # Errors
/// When there is none.
pub(super) fn read(asked: (&str, &str), response: &Response) -> Result<Secret, Box<ArmError>> {
    let body = parse_body(&response.body);
    let text = |key: &str| body.as_ref().and_then(|body| at(body, key)).and_then(Value::as_str).map(str::to_owned);
    match text("value").or_else(|| text("oidcToken")) {
        Some(token) if response.status == 200 && !token.is_empty() => Ok(token.into()),
        _ => {
            let mut error = refused(asked, response, "It answered without a token.");
            error.message = format!("The pipeline's OIDC token service gave no token: {}", error.message);
            Err(Box::new(error))
        }
    }
}
