//! The client: one call to Azure Resource Manager, with its token, its ids and its retries.
//!
//! **Never:** follow an operation to its end: `lro` says how far it is and the caller owns the clock.
//! In: a path and a body; out: an answer, or an [`ArmError`] once retrying is over. This is the
//! only place that retries. Ids of requests derive from the run's id and a counter.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::auth::{Asked, SignIn};
use super::budget::{Budget, Counted, Rate};
use super::cloud::{Endpoints, is_loopback};
use super::error::{ArmError, Sort, at, parse_body};
use super::lro::{self, Ticket, Verdict};
use super::retry::{Past, Patience, Pause, asked, consider, consider_metadata};
use super::throttle::{Kind, Limits, Throttle};
use super::wire::{Request, Response, Transport};

/// How a client behaves.
#[derive(Clone)]
pub struct Options {
    /// The subscription that calls are about.
    pub subscription: String,
    /// Names the run in Azure's activity log; a GUID.
    pub correlation: String,
    /// Whether requests carry the run's id to Azure's activity log.
    pub correlate: bool,
    /// Who calls.
    pub user_agent: String,
    /// How long to go on trying.
    pub patience: Patience,
    /// How fast to call.
    pub limits: Limits,
    /// Told of waits that a person would notice: `throttled by Azure, waiting 17 s`.
    pub notice: Option<Rc<dyn Fn(String)>>,
}

impl Options {
    /// The usual behaviour, and a new run.
    #[must_use]
    pub fn new(subscription: impl Into<String>) -> Self {
        Self {
            subscription: subscription.into(),
            correlation: Uuid::new_v4().to_string(),
            correlate: true,
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            patience: Patience::default(),
            limits: Limits::default(),
            notice: None,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Options({}, run {})", self.subscription, self.correlation)
    }
}

/// Calls Azure Resource Manager.
#[derive(Debug)]
pub struct Client<T: Transport> {
    transport: T,
    sign_in: Rc<SignIn>,
    /// The same identity in other tenants, whose resources a call may refer to.
    auxiliary: Vec<SignIn>,
    endpoints: Endpoints,
    options: Options,
    run: Uuid,
    count: Cell<u64>,
    start: Instant,
    throttle: RefCell<Throttle>,
    budget: RefCell<Budget>,
    /// Until when a wait for Azure's throttle was announced.
    told: Cell<Duration>,
    /// Tries that are left until somebody answers for the first time.
    contact: Cell<u32>,
}

/// Tries for the first contact, of all calls together: who mistyped an address or is offline should
/// not wait for long.
const FIRST_CONTACT: u32 = 2;

/// Waits shorter than this are nobody's business.
const NOTICED: Duration = Duration::from_secs(1);

impl<T: Transport> Client<T> {
    /// A client; nothing is sent before its first call.
    #[must_use]
    pub fn new(transport: T, sign_in: impl Into<Rc<SignIn>>, endpoints: Endpoints, options: Options) -> Self {
        let run = Uuid::parse_str(&options.correlation)
            .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, options.correlation.as_bytes()));
        let throttle = RefCell::new(Throttle::new(options.limits));
        Self {
            transport,
            sign_in: sign_in.into(),
            auxiliary: Vec::new(),
            endpoints,
            options,
            run,
            count: Cell::new(0),
            start: Instant::now(),
            throttle,
            budget: RefCell::default(),
            told: Cell::new(Duration::ZERO),
            contact: Cell::new(FIRST_CONTACT),
        }
    }

    /// The same client, whose calls also prove who it is in other tenants.
    ///
    /// Source: Azure Resource Manager, "Authenticate requests across tenants".
    #[must_use]
    pub fn with_auxiliary(mut self, auxiliary: Vec<SignIn>) -> Self {
        self.auxiliary = auxiliary;
        self
    }

    /// The subscription that calls are about.
    #[must_use]
    pub fn subscription(&self) -> &str {
        &self.options.subscription
    }

    /// The cloud.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// How calls are signed in.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// What carries the calls.
    #[must_use]
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// Takes the next turn of a counted call, and says how long it is until then; whoever takes
    /// it waits before the call. Where nothing is limited it is always now.
    pub fn turn(&self, counted: Counted) -> Duration {
        if self.options.limits == Limits::UNLIMITED {
            return Duration::ZERO;
        }
        self.budget.borrow_mut().take(counted, self.start.elapsed())
    }

    /// How long it is until the last of so many turns; nothing where nothing is limited.
    #[must_use]
    pub fn foresee(&self, counted: Counted, count: usize) -> Option<(Duration, Rate)> {
        let budget = self.budget.borrow();
        let limited = self.options.limits != Limits::UNLIMITED;
        limited.then(|| (budget.foresee(counted, self.start.elapsed(), count), budget.rate(counted)))
    }

    /// Sends one call and gives an answer of 2xx.
    ///
    /// A path begins with a slash and holds its `api-version`; an absolute URL is used as it is.
    ///
    /// # Errors
    /// When the answer has another status, or none came, and retrying is over.
    pub async fn send(
        &self,
        method: &'static str,
        path_or_url: &str,
        body: Option<&Value>,
    ) -> Result<Response, ArmError> {
        let url = self.absolute(method, path_or_url)?;
        let response = self.exchange(method, &url, body).await?;
        match response.status {
            200..300 => Ok(response),
            _ => Err(self.identify(ArmError::from_response(method, &url, &response))),
        }
    }

    /// Reads a resource; nothing if it or its resource group is not there.
    ///
    /// # Errors
    /// As [`Client::send`], and when the answer is not JSON.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, ArmError> {
        match self.send("GET", path, None).await {
            Ok(response) => self.json(path, &response).map(Some),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole list, page by page.
    ///
    /// # Errors
    /// As [`Client::send`], and when a page is not one.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>, ArmError> {
        let mut found = Vec::new();
        self.pages(path, usize::MAX, &mut |items| found.extend(items)).await?;
        Ok(found)
    }

    /// Hands over the pages of a list one after another, so that no more than one is held; whether
    /// these were all, or there are more than so many.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn pages(&self, path: &str, most: usize, take: &mut dyn FnMut(Vec<Value>)) -> Result<bool, ArmError> {
        let mut seen = std::collections::BTreeSet::new();
        let mut page = path.to_owned();
        loop {
            let response = self.send("GET", &page, None).await?;
            let mut body = self.json(&page, &response)?;
            let next = at(&body, "nextLink").and_then(Value::as_str).filter(|link| !link.is_empty()).map(str::to_owned);
            match body.get_mut("value").map(Value::take) {
                Some(Value::Array(items)) => take(items),
                _ => return Err(self.senseless(&page, &response, "The answer is not a list: it has no \"value\".")),
            }
            let Some(next) = next else { return Ok(true) };
            if !seen.insert(next.clone()) {
                return Err(self.senseless(&page, &response, "The pages of the list lead back to an earlier page."));
            }
            if seen.len() >= most {
                return Ok(false);
            }
            page = next;
        }
    }

    /// Sends a call that may take long, and tells how far it is.
    ///
    /// # Errors
    /// When no answer came. An answer that refuses is [`Verdict::Failed`].
    pub async fn begin(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Verdict, ArmError> {
        let url = self.absolute(method, path)?;
        let response = self.exchange(method, &url, body).await?;
        Ok(self.identify_verdict(lro::first(method, &url, &response)))
    }

    /// The same for a call whose turn it is. When the service says that it came too early, that is the
    /// answer: whoever sent it takes another turn, which is not before the service allows.
    ///
    /// # Errors
    /// As [`Client::begin`].
    pub async fn begin_counted(
        &self,
        counted: Counted,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Verdict, ArmError> {
        let url = self.absolute(method, path)?;
        let turned = (self.options.limits != Limits::UNLIMITED).then_some(counted);
        let response = self.carry(method, &url, body, turned).await?;
        Ok(self.identify_verdict(lro::first(method, &url, &response)))
    }

    /// Asks how far an accepted call is.
    ///
    /// # Errors
    /// When no answer came: the call may go on all the same, and the ticket stays good.
    pub async fn poll(&self, ticket: &Ticket) -> Result<Verdict, ArmError> {
        let response = self.exchange("GET", ticket.url(), None).await?;
        Ok(self.identify_verdict(lro::next(ticket, &response)))
    }

    /// What the token says about whom it was given to; null for anonymous calls.
    ///
    /// # Errors
    /// When signing in failed, or the token is not one that can be read.
    pub async fn claims(&self) -> Result<Value, ArmError> {
        let Some(header) = self.bearer("GET", &self.endpoints.resource_manager).await? else { return Ok(Value::Null) };
        let part = header.split('.').nth(1).unwrap_or_default().trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD.decode(part).ok();
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| self.identify(ArmError::new(Sort::SignIn, "The token does not tell whom it was given to.")))
    }

    /// Sends to an absolute URL until there is an answer worth giving, whatever its status.
    ///
    /// # Errors
    /// When none came, or signing in failed.
    pub async fn exchange(&self, method: &'static str, url: &str, body: Option<&Value>) -> Result<Response, ArmError> {
        self.carry(method, url, body, None).await
    }

    async fn carry(
        &self,
        method: &'static str,
        url: &str,
        body: Option<&Value>,
        turned: Option<Counted>,
    ) -> Result<Response, ArmError> {
        let body = body.map(|body| body.to_string().into_bytes());
        let kind = Kind::of(method);
        let mut past = Past::default();
        let mut renewed = false;
        loop {
            let wait = self.throttle.borrow_mut().take(kind, self.start.elapsed());
            self.wait(wait, "keeping to Azure's limit of requests").await;
            let bearer = self.bearer(method, url).await?;
            let mut request = self.request(method, url, bearer.as_deref(), body.clone());
            if let Some(auxiliary) = self.bearers_elsewhere().await? {
                request.headers.push(("x-ms-authorization-auxiliary".to_owned(), auxiliary));
            }
            let outcome = self.transport.send(request).await;
            let now = self.start.elapsed();
            if let Ok(response) = &outcome {
                self.throttle.borrow_mut().learn(now, response);
                let counted = if kind == Kind::Delete { Counted::Deletions } else { Counted::Creations };
                self.budget.borrow_mut().learn(counted, now, response);
            }
            let refused = outcome.as_ref().is_ok_and(|response| response.status == 401) && !renewed;
            if let Some(bearer) = bearer.as_deref().filter(|_| refused) {
                renewed = true;
                if self.sign_in.renew(bearer).await {
                    continue;
                }
            }
            if let (Some(counted), Ok(response)) = (turned, &outcome)
                && response.status == 429
            {
                self.hold(counted, kind, now, response);
                return outcome.map_err(|lost| self.identify(ArmError::from_lost(method, url, &lost)));
            }
            let pause = consider(method, outcome.as_ref(), &mut past, &self.options.patience, self.tick());
            let Some(Pause { wait, why, throttled }) = pause else {
                return outcome.map_err(|lost| self.identify(ArmError::from_lost(method, url, &lost)));
            };
            if throttled {
                self.throttle.borrow_mut().hold(kind, now, wait);
                // All calls of the sort wait together, and one of them says so.
                if self.told.get() > now {
                    self.sleep(wait).await;
                    continue;
                }
                self.told.set(now + wait);
            }
            self.wait(wait, &why).await;
        }
    }

    /// No call of a counted sort has a turn before the service says so.
    fn hold(&self, counted: Counted, kind: Kind, now: Duration, response: &Response) {
        let wait = asked(response, self.tick());
        self.budget.borrow_mut().hold(counted, now, wait);
        // Azure Resource Manager's own limit, unlike the service's, is that of all calls of the kind.
        if response.header("x-ms-failure-cause") == Some("gateway") {
            self.throttle.borrow_mut().hold(kind, now, wait);
        }
        if self.told.get() <= now {
            self.told.set(now + wait);
            self.say(wait, "throttled by Azure");
        }
    }

    /// The authorization for a URL. It leaves the machine only encrypted.
    async fn bearer(&self, method: &str, url: &str) -> Result<Option<String>, ArmError> {
        let trusted = url.starts_with("https://")
            || url.strip_prefix(self.endpoints.resource_manager.as_str()).is_some_and(|rest| rest.starts_with('/'))
            || Url::parse(url).is_ok_and(|url| url.scheme() == "https" || is_loopback(&url));
        if !trusted {
            let why = "Azure named an unencrypted address on another machine, and the token is not sent there.";
            let request = super::error::show_request(method, url);
            return Err(self.identify(ArmError { request, ..ArmError::new(Sort::Malformed, why) }));
        }
        self.authorize(&self.sign_in).await
    }

    /// The tokens of the other tenants, as one header carries them.
    async fn bearers_elsewhere(&self) -> Result<Option<String>, ArmError> {
        let mut all = Vec::new();
        for sign_in in &self.auxiliary {
            all.extend(self.authorize(sign_in).await?);
        }
        Ok((!all.is_empty()).then(|| all.join(", ")))
    }

    async fn authorize(&self, sign_in: &SignIn) -> Result<Option<String>, ArmError> {
        let send = async |request: Request, asked: Asked| self.exchange_token(request, asked).await;
        sign_in.authorize(&self.endpoints, send).await.map_err(|error| self.identify(error))
    }

    /// Carries a token request. It may be repeated: a second token does no harm.
    async fn exchange_token(&self, request: Request, asked: Asked) -> Result<Response, ArmError> {
        let mut past = Past::default();
        loop {
            let outcome = self.transport.send(request.clone()).await;
            if outcome.as_ref().map_or_else(|lost| lost.sent, |_| true) {
                self.contact.set(u32::MAX);
            }
            let tries = self.options.patience.tries.min(self.contact.get());
            let patience = Patience { tries, ..self.options.patience.clone() };
            let pause = match asked {
                Asked::Authority => consider("GET", outcome.as_ref(), &mut past, &patience, self.tick()),
                Asked::Metadata => consider_metadata(outcome.as_ref(), &mut past, &patience, self.tick()),
            };
            match pause {
                Some(pause) => self.wait(pause.wait, &pause.why).await,
                None => {
                    return outcome.map_err(|lost| {
                        self.contact.set(if self.contact.get() == u32::MAX { u32::MAX } else { 0 });
                        ArmError::from_lost(request.method, &request.url, &lost)
                    });
                }
            }
        }
    }

    /// A number that no other request and no other wait of this run has.
    fn tick(&self) -> u64 {
        self.count.replace(self.count.get() + 1)
    }

    fn request(&self, method: &'static str, url: &str, bearer: Option<&str>, body: Option<Vec<u8>>) -> Request {
        let count = self.tick();
        let id = Uuid::new_v5(&self.run, &count.to_be_bytes()).to_string();
        let mut headers = Vec::with_capacity(6);
        let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        add("accept", "application/json");
        add("user-agent", &self.options.user_agent);
        add("x-ms-client-request-id", &id);
        if self.options.correlate {
            add("x-ms-correlation-request-id", &self.options.correlation);
        }
        if let Some(bearer) = bearer {
            add("authorization", bearer);
        }
        if body.is_some() {
            add("content-type", "application/json");
        }
        Request { method, url: url.to_owned(), headers, body }
    }

    pub(super) async fn wait(&self, wait: Duration, why: &str) {
        if wait.is_zero() {
            return;
        }
        self.say(wait, why);
        self.sleep(wait).await;
    }

    fn say(&self, wait: Duration, why: &str) {
        if let Some(notice) = self.options.notice.as_ref().filter(|_| wait >= NOTICED) {
            notice(format!("{}, waiting {} s", why.trim_end_matches('.'), wait.as_secs_f64().ceil()));
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the client waits between tries, on tokio's clock")]
    async fn sleep(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }

    fn absolute(&self, method: &str, path_or_url: &str) -> Result<String, ArmError> {
        if path_or_url.starts_with('/') {
            return Ok(escape(&self.endpoints.resource_manager, path_or_url));
        }
        if path_or_url.contains("://") {
            return Ok(path_or_url.to_owned());
        }
        let why = format!("{method} needs a path that begins with a slash, or a URL, and got \"{path_or_url}\".");
        Err(ArmError::new(Sort::Malformed, why))
    }

    fn json(&self, path: &str, response: &Response) -> Result<Value, ArmError> {
        parse_body(&response.body).ok_or_else(|| {
            let why = format!("The answer had status {} and a body that is not JSON.", response.status);
            self.senseless(path, response, &why)
        })
    }

    fn senseless(&self, path: &str, response: &Response, why: &str) -> ArmError {
        let url = self.absolute("GET", path).unwrap_or_default();
        self.identify(ArmError::malformed("GET", &url, response, why))
    }

    /// Puts the run's id on an error that has none from Azure.
    fn identify(&self, mut error: ArmError) -> ArmError {
        error.correlation_id.get_or_insert_with(|| self.options.correlation.clone());
        error
    }

    fn identify_verdict(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Failed(error) => Verdict::Failed(Box::new(self.identify(*error))),
            other => other,
        }
    }
}

/// Base and path as one URL; what cannot stand in a URL is percent-encoded.
fn escape(base: &str, path: &str) -> String {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>`{}|\\^".contains(&byte);
    let mut url = String::with_capacity(base.len() + path.len());
    url.push_str(base);
    if path.bytes().all(allowed) {
        url.push_str(path);
        return url;
    }
    for byte in path.bytes() {
        if allowed(byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}
