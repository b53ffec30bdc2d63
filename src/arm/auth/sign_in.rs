//! Credentials with the token they were exchanged for: fetched once for all, and renewed in time.
//!
//! **Never:** let two calls fetch at the same time, or stop anybody for a short trouble.
//! Calls that need a token at the same time wait for one exchange and share what came of it, also
//! its failure. A token that cannot be renewed early is used until it ends. Time to live is counted
//! on tokio's clock; the time of day, which assertions carry, comes from outside.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::exchange::{self, Given};
use super::federated::{self, Federation};
use super::{Credentials, Secret, Unusable, claim};
use crate::arm::cloud::Endpoints;
use crate::arm::error::{ArmError, Sort};
use crate::arm::wire::{Request, Response};

/// How long before its end a token is renewed, as Azure's own libraries do.
const EARLY: Duration = Duration::from_secs(300);

/// How long a token is used that could not be renewed early, before the next attempt.
const AGAIN: Duration = Duration::from_secs(30);

/// Who is asked for something on the way to a token, which decides how patiently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arm) enum Asked {
    /// A service on the network.
    Authority,
    /// The service of the machine or app itself.
    Metadata,
}

#[derive(Clone)]
struct Token {
    /// `Bearer ...`, as the header wants it.
    header: Secret,
    renew: Instant,
    end: Instant,
}

/// Tells the time of day in seconds since 1970.
pub type TimeOfDay = Rc<dyn Fn() -> i64>;

/// Credentials with the token they were exchanged for.
pub struct SignIn {
    credentials: Credentials,
    token: Mutex<Option<Token>>,
    /// How many exchanges have ended, and how the last one failed.
    ended: Cell<u64>,
    failure: RefCell<Option<ArmError>>,
    now: TimeOfDay,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignIn({:?})", self.credentials)
    }
}

#[expect(clippy::disallowed_methods, reason = "assertions carry the time of day, and it may be set while acier runs")]
fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl SignIn {
    /// Will sign in when the first call needs it.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self::at(credentials, Rc::new(system_time))
    }

    /// The same by another clock than the system's.
    #[must_use]
    pub fn at(credentials: Credentials, now: TimeOfDay) -> Self {
        Self { credentials, token: Mutex::new(None), ended: Cell::new(0), failure: RefCell::new(None), now }
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The value of the `authorization` header; nothing for anonymous calls. `send` carries what it takes.
    pub(in crate::arm) async fn authorize(
        &self,
        endpoints: &Endpoints,
        send: impl AsyncFn(Request, Asked) -> Result<Response, ArmError>,
    ) -> Result<Option<String>, ArmError> {
        match &self.credentials {
            Credentials::Anonymous => return Ok(None),
            Credentials::Static(token) => return Ok(Some(format!("Bearer {}", token.expose()))),
            _ => {}
        }
        let before = self.ended.get();
        let mut cached = self.token.lock().await;
        if let Some(token) = cached.as_ref().filter(|token| Instant::now() < token.renew) {
            return Ok(Some(token.header.expose().to_owned()));
        }
        let shared = (self.ended.get() != before).then(|| self.failure.borrow().clone()).flatten();
        let fetched = match shared {
            Some(failure) => Err(failure),
            None => {
                let fetched = self.fetch(endpoints, send).await.map_err(|error| self.clean(error));
                self.ended.set(self.ended.get() + 1);
                self.failure.replace(fetched.as_ref().err().cloned());
                fetched
            }
        };
        match fetched {
            Ok(Given { token, life }) => {
                let (now, early) = (Instant::now(), EARLY.min(life / 2));
                let header = format!("Bearer {}", token.expose()).into();
                *cached = Some(Token { header, renew: now + (life - early), end: now + life });
            }
            Err(error) => {
                let now = Instant::now();
                let token = cached.as_mut().filter(|token| now < token.end).ok_or(error)?;
                token.renew = now + AGAIN;
            }
        }
        Ok(cached.as_ref().map(|token| token.header.expose().to_owned()))
    }

    /// Forgets a token that Azure has refused; true if another one can be had.
    pub(in crate::arm) async fn renew(&self, refused: &str) -> bool {
        if self.credentials.is_fixed() {
            return false;
        }
        let mut cached = self.token.lock().await;
        if cached.as_ref().is_some_and(|token| token.header.expose() == refused) {
            *cached = None;
        }
        true
    }

    /// Exchanges the proof for a token.
    async fn fetch(
        &self,
        endpoints: &Endpoints,
        send: impl AsyncFn(Request, Asked) -> Result<Response, ArmError>,
    ) -> Result<Given, ArmError> {
        let request = match &self.credentials {
            Credentials::ClientSecret { tenant, client, secret } => {
                exchange::with_secret(endpoints, tenant, client, secret)
            }
            Credentials::ClientCertificate { tenant, client, certificate } => {
                let audience = exchange::token_url(endpoints, tenant);
                let assertion = claim::sign(certificate, client, &audience, (self.now)());
                exchange::with_assertion(endpoints, tenant, client, &assertion.map_err(unusable)?)
            }
            Credentials::Federated { tenant, client, federation } => {
                let assertion = fetch_assertion(federation, &send).await?;
                exchange::with_assertion(endpoints, tenant, client, &assertion)
            }
            Credentials::ManagedIdentity(identity) => {
                return self.ask(identity.request(endpoints), Asked::Metadata, &send).await;
            }
            Credentials::AzureCli(cli) => return cli.token(&endpoints.scope(), (self.now)()).await,
            Credentials::Static(_) | Credentials::Anonymous => {
                return Err(ArmError::new(Sort::SignIn, "There is nothing to exchange for a token."));
            }
        };
        self.ask(request, Asked::Authority, &send).await
    }

    async fn ask(
        &self,
        request: Request,
        asked: Asked,
        send: &impl AsyncFn(Request, Asked) -> Result<Response, ArmError>,
    ) -> Result<Given, ArmError> {
        let (method, url) = (request.method, request.url.clone());
        let response = send(request, asked).await.map_err(|error| unsent(asked, &url, error))?;
        exchange::read((method, &url), &response, (self.now)()).map_err(|mut error| {
            if asked == Asked::Metadata {
                error.message = format!("The managed identity service gave no token: {}", error.message);
            }
            *error
        })
    }

    /// Takes our own proofs out of a message that repeats them.
    fn clean(&self, mut error: ArmError) -> ArmError {
        let proof = match &self.credentials {
            Credentials::ClientSecret { secret, .. } => Some(secret),
            Credentials::Federated { federation, .. } => federation.proof(),
            Credentials::ManagedIdentity(identity) => identity.proof(),
            _ => None,
        };
        if let Some(proof) = proof.map(Secret::expose).filter(|proof| !proof.is_empty()) {
            error.message = error.message.replace(proof, "(secret)");
        }
        error
    }
}

async fn fetch_assertion(
    federation: &Federation,
    send: &impl AsyncFn(Request, Asked) -> Result<Response, ArmError>,
) -> Result<Secret, ArmError> {
    if let Federation::Read(read) = federation {
        return read().map_err(|why| ArmError::new(Sort::SignIn, why));
    }
    let Some(request) = federation.request() else {
        return Err(ArmError::new(Sort::SignIn, "There is nobody to ask for a token."));
    };
    let (method, url) = (request.method, request.url.clone());
    let response = send(request, Asked::Authority).await.map_err(|error| unsent(Asked::Authority, &url, error))?;
    federated::read((method, &url), &response).map_err(|error| *error)
}

fn unusable(why: Unusable) -> ArmError {
    ArmError::new(Sort::SignIn, why.message)
}

/// A token that could not be asked for: nothing else was sent either, so it is a failed sign-in.
fn unsent(asked: Asked, url: &str, error: ArmError) -> ArmError {
    let at = url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let message = match asked {
        Asked::Authority => format!("Signing in at {at} failed: {}", error.message),
        Asked::Metadata => format!("The managed identity service at {at} could not be asked: {}", error.message),
    };
    ArmError { sort: Sort::SignIn, message, ..error }
}
