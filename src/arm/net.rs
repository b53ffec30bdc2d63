//! The network as a [`Transport`].
//!
//! **Never:** retry, follow redirections, or read a body: that is the client's.
//! In: requests; out: answers, or why none came and whether the request may have arrived.
//! Clients are built when first needed: one that speaks TLS cannot be built on a machine without
//! CA certificates, and an emulator over plain http needs none. Proxies are left out for this machine.

use std::cell::OnceCell;
use std::error::Error;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::Url;

use super::cloud::is_loopback;
use super::socket::{Door, Socket};
use super::wire::{Lost, Request, Response, Transport};

/// How to reach the network.
#[derive(Clone, Debug)]
pub struct Settings {
    /// CA certificates in PEM to trust besides the system's; empty for none.
    pub certificates: Vec<u8>,
    /// For a connection to come about.
    pub connect: Duration,
    /// For a whole call. Azure itself gives up after 60 s.
    pub whole: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { certificates: Vec::new(), connect: Duration::from_secs(15), whole: Duration::from_secs(120) }
    }
}

/// The network.
#[derive(Debug)]
pub struct Network {
    settings: Settings,
    plain: OnceCell<Result<reqwest::Client, Lost>>,
    near: OnceCell<Result<reqwest::Client, Lost>>,
    far: OnceCell<Result<reqwest::Client, Lost>>,
}

/// What a client is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Calls,
    /// Sockets begin as HTTP/1.1 and have no end that a time could limit.
    Sockets,
}

impl Network {
    /// A network that is touched by its first request.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, plain: OnceCell::new(), near: OnceCell::new(), far: OnceCell::new() }
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client, Lost> {
        let (cell, secure, proxy) = match (url.scheme(), is_loopback(url)) {
            ("http", _) => (&self.plain, false, false),
            (_, true) => (&self.near, true, false),
            (_, false) => (&self.far, true, true),
        };
        cell.get_or_init(|| build(&self.settings, secure, proxy, Use::Calls)).as_ref().map_err(Lost::clone)
    }

    /// Opens a socket, through the same proxy and trusting the same certificates as calls do.
    ///
    /// # Errors
    /// When none came about.
    pub async fn open(&self, door: &Door) -> Result<Socket, Lost> {
        let unusable = |why: &str| unsent(format!("The address of the socket cannot be used: {why}."));
        // The rest of such an address is a session and no matter for messages.
        let address = match door.url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => format!("https://{rest}"),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => format!("http://{rest}"),
            _ => return Err(unusable("it begins neither with wss:// nor with ws://")),
        };
        let url = Url::parse(&address).map_err(|error| unusable(&error.to_string()))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let (secure, near) = (url.scheme() == "https", is_loopback(&url));
        if !secure && !near {
            return Err(unusable("it is unencrypted and on another machine, and the password is not sent there"));
        }
        let key = generate_key();
        let mut request = build(&self.settings, secure, !near, Use::Sockets)?
            .get(url)
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", &key);
        if door.in_header {
            request = request.header("authorization", door.password.expose());
        }
        let opened = tokio::time::timeout(self.settings.connect * 2, async {
            let answer = request.send().await.map_err(|error| lost(&host, &error))?;
            let status = answer.status().as_u16();
            let accepted = answer.headers().get("sec-websocket-accept").map(reqwest::header::HeaderValue::as_bytes);
            if status != 101 || accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
                let message = format!("{host} opens no socket: it answered with HTTP status {status}.");
                return Err(Lost { message, sent: false, lasting: false });
            }
            answer.upgrade().await.map_err(|error| lost(&host, &error))
        });
        let late =
            |_| Lost { message: format!("No connection to {host} came about in time."), sent: false, lasting: false };
        let stream = opened.await.map_err(late)??;
        Socket::over(stream, door).await
    }
}

impl Transport for Network {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        let url = Url::parse(&request.url).map_err(|error| unsent(format!("The URL cannot be used: {error}.")))?;
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| unsent(format!("\"{}\" is no HTTP method.", request.method)))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut builder = self.client(&url)?.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let answer = builder.send().await.map_err(|error| lost(&host, &error))?;
        let status = answer.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = answer.bytes().await.map_err(|error| lost(&host, &error))?.to_vec();
        Ok(Response { status, headers, body })
    }
}

/// A client for plain http (`secure` is false) or for TLS.
fn build(settings: &Settings, secure: bool, proxy: bool, purpose: Use) -> Result<reqwest::Client, Lost> {
    // An error means that another provider is installed already, which will do as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder: ClientBuilder =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(settings.connect);
    builder = match purpose {
        Use::Calls => builder.timeout(settings.whole),
        Use::Sockets => builder.http1_only(),
    };
    if !proxy {
        builder = builder.no_proxy();
    }
    if secure {
        builder = builder.https_only(true).tls_certs_merge(read_certificates(&settings.certificates)?);
    } else {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| {
        let why = causes(&error);
        unsent(if why.contains("No CA certificates") {
            "This machine has no CA certificates, so nothing can be trusted over https. Install them (package \
             ca-certificates), or name a file with them in SSL_CERT_FILE or as caCertificatePath in the auth file."
                .to_owned()
        } else {
            format!("The HTTP client cannot be set up: {why}.")
        })
    })
}

fn read_certificates(pem: &[u8]) -> Result<Vec<Certificate>, Lost> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    let certificates = Certificate::from_pem_bundle(pem)
        .map_err(|error| unsent(format!("The CA certificates cannot be read: {}.", causes(&error))))?;
    if certificates.is_empty() {
        return Err(unsent("The file of CA certificates holds none (in PEM, -----BEGIN CERTIFICATE-----).".to_owned()));
    }
    Ok(certificates)
}

/// A request that this machine cannot even make.
fn unsent(message: String) -> Lost {
    Lost { message, sent: false, lasting: true }
}

/// Words and meaning for a request without an answer. Only a connection that never came about proves it unsent.
fn lost(host: &str, error: &reqwest::Error) -> Lost {
    let sent = !(error.is_connect() || error.is_builder());
    let why = causes(error);
    // rustls names every way in which a certificate is refused so.
    let lasting = why.contains("invalid peer certificate");
    let message = if error.is_timeout() && sent {
        format!("{host} did not answer in time.")
    } else if error.is_timeout() {
        format!("No connection to {host} came about in time.")
    } else if why.contains("UnknownIssuer") || why.contains("BadSignature") {
        // A bad signature is what an authority of the same name with another key looks like.
        format!(
            "{host} shows a certificate that no trusted authority has signed ({why}). If it should be trusted, name \
             the authority's certificate as caCertificatePath in the auth file."
        )
    } else if sent {
        format!("The connection to {host} broke: {why}.")
    } else {
        format!("{host} cannot be reached: {why}.")
    };
    Lost { message, sent, lasting }
}

/// The causes of an error, outermost first, without those that say nothing new and without the URL.
fn causes(error: &dyn Error) -> String {
    let mut cause = error.source();
    let mut said: Vec<String> = Vec::new();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        cause = inner.source();
    }
    match said.as_slice() {
        [] => "no reason is known".to_owned(),
        all => all.join(": "),
    }
}
