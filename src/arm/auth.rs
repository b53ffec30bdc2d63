//! Signing in: what proves who we are, and the token it is exchanged for.
//!
//! **Never:** show a secret or a token: `Debug` hides them, messages are cleaned of them.
//! In: credentials and the token endpoint's answers; out: a token that lives for five minutes
//! more. Calls that need one at the same time wait for one exchange. A token that cannot be
//! renewed early is used until it ends, since a short trouble of the sign-in should stop nobody.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::cloud::Endpoints;
use super::error::{ArmError, Sort, at, parse_body};
use super::wire::{Request, Response};

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Gives the text of a federated token each time one is needed, since such tokens live for minutes.
pub type Assertion = Rc<dyn Fn() -> Result<Secret, String>>;

/// What proves who we are.
#[derive(Clone)]
pub enum Credentials {
    /// A service principal with a secret.
    ClientSecret {
        /// Its tenant: a GUID or a domain.
        tenant: String,
        /// Its application id.
        client: String,
        /// Its secret.
        secret: Secret,
    },
    /// A service principal or identity that trusts tokens of another issuer.
    Federated {
        /// Its tenant.
        tenant: String,
        /// Its application id.
        client: String,
        /// Reads the other issuer's token.
        assertion: Assertion,
    },
    /// The identity of the machine that runs this, from the instance metadata service.
    ManagedIdentity {
        /// Which one, where the machine has several.
        client: Option<String>,
    },
    /// A token from elsewhere, which is never renewed.
    Static(Secret),
    /// No token at all.
    Anonymous,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientSecret { tenant, client, .. } => write!(f, "ClientSecret({client} in {tenant})"),
            Self::Federated { tenant, client, .. } => write!(f, "Federated({client} in {tenant})"),
            Self::ManagedIdentity { client } => write!(f, "ManagedIdentity({client:?})"),
            Self::Static(_) => f.write_str("Static"),
            Self::Anonymous => f.write_str("Anonymous"),
        }
    }
}

/// The metadata service of every Azure machine; http, because the address never leaves the machine.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";
/// How long before its end a token is renewed, as Azure's own libraries do.
const EARLY: Duration = Duration::from_secs(300);
/// The life of a token whose answer does not tell.
const UNTOLD: Duration = Duration::from_secs(600);

impl Credentials {
    /// The request for a token; nothing for credentials that need none.
    ///
    /// # Errors
    /// When the federated token cannot be read.
    pub fn request(&self, endpoints: &Endpoints) -> Result<Option<Request>, ArmError> {
        match self {
            Self::ClientSecret { tenant, client, secret } => {
                Ok(Some(exchange(endpoints, tenant, client, &[("client_secret", secret.expose())])))
            }
            Self::Federated { tenant, client, assertion } => {
                let token = assertion().map_err(|why| ArmError::new(Sort::SignIn, why))?;
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let proof = [("client_assertion_type", kind), ("client_assertion", token.expose().trim())];
                Ok(Some(exchange(endpoints, tenant, client, &proof)))
            }
            Self::ManagedIdentity { client } => Ok(Some(ask_metadata(endpoints, client.as_deref()))),
            Self::Static(_) | Self::Anonymous => Ok(None),
        }
    }

    fn clean(&self, text: String) -> String {
        match self {
            Self::ClientSecret { secret, .. } if !secret.expose().is_empty() => {
                text.replace(secret.expose(), "(secret)")
            }
            _ => text,
        }
    }
}

fn exchange(endpoints: &Endpoints, tenant: &str, client: &str, proof: &[(&str, &str)]) -> Request {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials").append_pair("client_id", client);
    form.extend_pairs(proof).append_pair("scope", &endpoints.scope());
    Request {
        method: "POST",
        url: format!("{}/{tenant}/oauth2/v2.0/token", endpoints.authority),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ],
        body: Some(form.finish().into_bytes()),
    }
}

fn ask_metadata(endpoints: &Endpoints, client: Option<&str>) -> Request {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("resource", &endpoints.audience);
    if let Some(client) = client {
        query.append_pair("client_id", client);
    }
    Request {
        method: "GET",
        url: format!("{METADATA}&{}", query.finish()),
        headers: vec![("metadata".to_owned(), "true".to_owned())],
        body: None,
    }
}

#[derive(Clone)]
struct Token {
    /// `Bearer ...`, as the header wants it.
    header: Secret,
    renew: Instant,
    end: Instant,
}

/// Credentials with the token they were exchanged for.
pub struct SignIn {
    credentials: Credentials,
    token: Mutex<Option<Token>>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignIn({:?})", self.credentials)
    }
}

impl SignIn {
    /// Will sign in when the first call needs it.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials, token: Mutex::new(None) }
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The value of the `authorization` header; nothing for anonymous calls. `send` carries a token request.
    pub(super) async fn authorize(
        &self,
        endpoints: &Endpoints,
        send: impl AsyncFnOnce(Request) -> Result<Response, ArmError>,
    ) -> Result<Option<String>, ArmError> {
        match &self.credentials {
            Credentials::Anonymous => return Ok(None),
            Credentials::Static(token) => return Ok(Some(format!("Bearer {}", token.expose()))),
            _ => {}
        }
        let mut cached = self.token.lock().await;
        if let Some(token) = cached.as_ref().filter(|token| Instant::now() < token.renew) {
            return Ok(Some(token.header.expose().to_owned()));
        }
        let fetched = async {
            let Some(request) = self.credentials.request(endpoints)? else { return Ok(None) };
            let (method, url) = (request.method, request.url.clone());
            let response = send(request).await.map_err(|error| failed_exchange(endpoints, error))?;
            self.read(method, &url, &response).map(Some)
        };
        match fetched.await {
            Ok(token) => *cached = token,
            Err(error) => {
                cached.as_ref().filter(|token| Instant::now() < token.end).ok_or(error)?;
            }
        }
        Ok(cached.as_ref().map(|token| token.header.expose().to_owned()))
    }

    /// Forgets a token that Azure has refused; true if another one can be had.
    pub(super) async fn renew(&self, refused: &str) -> bool {
        if matches!(self.credentials, Credentials::Anonymous | Credentials::Static(_)) {
            return false;
        }
        let mut cached = self.token.lock().await;
        if cached.as_ref().is_some_and(|token| token.header.expose() == refused) {
            *cached = None;
        }
        true
    }

    fn read(&self, method: &str, url: &str, response: &Response) -> Result<Token, ArmError> {
        let body = parse_body(&response.body);
        let text = |key: &str| body.as_ref().and_then(|body| at(body, key)).and_then(Value::as_str).map(str::to_owned);
        match text("access_token") {
            Some(token) if response.status == 200 && !token.is_empty() => {
                let life = body.as_ref().and_then(|body| seconds(at(body, "expires_in")?)).unwrap_or(UNTOLD);
                let now = Instant::now();
                let early = EARLY.min(life / 2);
                Ok(Token { header: format!("Bearer {token}").into(), renew: now + (life - early), end: now + life })
            }
            _ => {
                let mut error = ArmError::from_response(method, url, response);
                error.sort = Sort::SignIn;
                if let Some(said) = text("error_description").or_else(|| text("error")) {
                    error.code = text("error").unwrap_or_default();
                    error.message = said;
                } else if response.status == 200 {
                    error.message = "The sign-in answered without a token.".to_owned();
                }
                error.message = self.credentials.clean(error.message);
                Err(error)
            }
        }
    }
}

/// A token that could not be asked for: nothing else was sent either, so it is a failed sign-in.
fn failed_exchange(endpoints: &Endpoints, error: ArmError) -> ArmError {
    let message = format!("Signing in at {} failed: {}", endpoints.authority, error.message);
    ArmError { sort: Sort::SignIn, message, ..error }
}

/// Seconds as a number, or as text (which the metadata service and old endpoints send).
fn seconds(value: &Value) -> Option<Duration> {
    let count = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Some(Duration::from_secs(count.min(30 * 24 * 3600)))
}
