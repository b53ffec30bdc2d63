//! The emulator on loopback: one http port and one https port for the same world.
//!
//! **Never:** listen beyond loopback, print, or answer by itself: every request goes to the world.
//! Connections are futures of one loop, not tasks, so that the world needs no lock. URLs in answers
//! are built from the scheme and the Host header of the request, because clients refuse to be sent
//! elsewhere. When `stop` resolves, open exchanges end and the connections close.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::arm::wire::{Lost, Request, Response};
use crate::emulator::certificate;
use crate::emulator::disk::create_private;
use crate::emulator::embedded::{Embedded, system_time};
use crate::emulator::login::machine::issue;
use crate::emulator::login::well_known;
use crate::emulator::settings::{AUDIENCE, Identity, Settings, Workload};
use crate::emulator::socket::{self, Becoming};

/// The largest body that is taken, as Azure Resource Manager has it: four megabytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// How much of a larger one is heard out.
const HEARD: usize = 16 * LARGEST;
/// How long open connections may take to end when the emulator stops.
const GRACE: Duration = Duration::from_secs(2);
/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Not Azure's: how often each id came into being, for tests that nothing is made twice.
const CENSUS: &str = "/acier/census";
/// Not Azure's either: `POST /acier/clock?forward=90s` lets that time pass at once.
const CLOCK: &str = "/acier/clock";
/// How long the federated token lives that is written for clients that read one from a file, in
/// seconds: a month, because nobody writes the file again while the emulator runs.
const TOKEN_FILE_LIFE: i64 = 30 * 24 * 3600;
const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

/// What to serve and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the world and the certificates are kept.
    pub folder: PathBuf,
    /// The http port; zero for a free one.
    pub http_port: u16,
    /// The https port; zero for a free one.
    pub https_port: u16,
    /// Where to write a sign-in file that `AZURE_AUTH_LOCATION` can name.
    pub auth_file: Option<PathBuf>,
    /// How the emulator behaves.
    pub settings: Settings,
}

/// Where the emulator is served.
#[derive(Clone, Debug)]
pub struct Bound {
    /// `http://127.0.0.1:PORT`
    pub http: String,
    /// `https://127.0.0.1:PORT`
    pub https: String,
    /// The certificate of the authority that clients are to trust; an absolute path.
    pub ca: PathBuf,
}

async fn bind(port: u16) -> Result<(TcpListener, u16), String> {
    let told = |error: std::io::Error| format!("The emulator could not listen on 127.0.0.1:{port}: {error}.");
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(told)?;
    let port = listener.local_addr().map_err(told)?.port();
    Ok((listener, port))
}

/// Serves until `stop` resolves; `ready` is told once where, after the sign-in file is written.
///
/// # Errors
/// A sentence: a port is taken, or the folder is in use, damaged or cannot be written.
pub async fn serve(options: Options, ready: impl FnOnce(&Bound), stop: impl Future<Output = ()>) -> Result<(), String> {
    let identity = options.settings.identity.clone();
    let cloud = Rc::new(Embedded::open(Some(&options.folder), options.settings)?);
    let authority = certificate::open(&options.folder, system_time())?;
    let (plain, http) = bind(options.http_port).await?;
    let (secure, https) = bind(options.https_port).await?;
    let bound = Bound {
        http: format!("http://127.0.0.1:{http}"),
        https: format!("https://127.0.0.1:{https}"),
        ca: std::path::absolute(&authority.ca)
            .map_err(|error| format!("The path {} cannot be made absolute: {error}.", authority.ca.display()))?,
    };
    if let Some(path) = &options.auth_file {
        create_private(path, auth_file(&bound, &identity, None))?;
    }
    keep_proofs(&options.folder, &bound, &identity)?;
    ready(&bound);
    let acceptor = TlsAcceptor::from(authority.config);
    let (stopping, stopped) = watch::channel(false);
    let mut connections: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
    tokio::pin!(stop);
    loop {
        // An accept that fails concerns one client that went away already.
        tokio::select! {
            () = &mut stop => break,
            Ok((stream, _)) = plain.accept() => {
                connections.push(Box::pin(converse(cloud.clone(), stream, "http", Some(stopped.clone()))));
            }
            Ok((stream, _)) = secure.accept() => {
                let (cloud, stopped, acceptor) = (cloud.clone(), stopped.clone(), acceptor.clone());
                connections.push(Box::pin(async move {
                    // A handshake that fails is the client's to report; there is nobody to answer.
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        converse(cloud, stream, "https", Some(stopped)).await;
                    }
                }));
            }
            Some(()) = connections.next() => {}
        }
    }
    drop((plain, secure));
    stopping.send_replace(true);
    // A client that never ends its request must not keep the emulator alive.
    let _ = tokio::time::timeout(GRACE, async { while connections.next().await.is_some() {} }).await;
    Ok(())
}

/// Answers the requests of one connection until it closes or the emulator stops; a socket that it
/// becomes is part of it.
pub(crate) async fn converse<S>(
    cloud: Rc<Embedded>,
    stream: S,
    scheme: &'static str,
    stopped: Option<watch::Receiver<bool>>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let becomes: Rc<RefCell<Option<Becoming>>> = Rc::default();
    let service = service_fn(|request| {
        let (cloud, becomes) = (cloud.clone(), becomes.clone());
        async move { exchange(&cloud, request, scheme, &becomes).await }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = connection.with_upgrades();
    let stop = async {
        match stopped {
            Some(mut stopped) => drop(stopped.wait_for(|stop| *stop).await),
            None => std::future::pending().await,
        }
    };
    tokio::pin!(stop);
    // An error is a connection that broke, or that a fault rule breaks, here as below.
    let ended = tokio::select! {
        _ = &mut connection => true,
        () = &mut stop => false,
    };
    if !ended {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = connection.await;
        return;
    }
    let socket = becomes.borrow_mut().take();
    if let Some(socket) = socket {
        tokio::select! {
            () = socket::talk(&cloud, socket) => {}
            () = &mut stop => {}
        }
    }
}

async fn exchange(
    cloud: &Embedded,
    mut request: hyper::Request<Incoming>,
    scheme: &str,
    becomes: &RefCell<Option<Becoming>>,
) -> Result<hyper::Response<Full<Bytes>>, Lost> {
    match request.uri().path() {
        CENSUS => return Ok(write(census(cloud))),
        CLOCK => return Ok(write(forward(cloud, request.method().as_str(), request.uri().query()))),
        _ => {}
    }
    if socket::is_for(request.uri().path()) {
        return Ok(match socket::accept(cloud, &mut request) {
            Ok((answer, socket)) => {
                becomes.replace(Some(socket));
                write(answer)
            }
            Err((status, code, message)) => write(refuse(status, code, &message)),
        });
    }
    match read(request, scheme).await {
        Ok(request) => cloud.answer(&request).map(write),
        Err(refused) => Ok(write(refused)),
    }
}

fn census(cloud: &Embedded) -> Response {
    let entries = cloud.snapshot().into_iter();
    let entries = entries.map(|entry| json!({"id": entry.id, "created": entry.created, "exists": entry.exists}));
    plain(200, &serde_json::Value::Array(entries.collect()))
}

fn forward(cloud: &Embedded, method: &str, query: Option<&str>) -> Response {
    let time = query.and_then(|query| query.strip_prefix("forward="));
    match (method, time.map(Settings::parse_latency)) {
        ("POST", Some(Ok(time))) => {
            cloud.forward(time);
            plain(200, &json!({"forward": time}))
        }
        ("POST", Some(Err(why))) => refuse(400, "InvalidTime", &why),
        _ => refuse(400, "InvalidTime", "Say how much time passes: POST /acier/clock?forward=90s."),
    }
}

fn plain(status: u16, body: &serde_json::Value) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.to_string().into_bytes() }
}

fn refuse(status: u16, code: &str, message: &str) -> Response {
    plain(status, &json!({"error": {"code": code, "message": message}}))
}

/// The request as the world reads it, or why it cannot.
async fn read(request: hyper::Request<Incoming>, scheme: &str) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let Some(method) = METHODS.into_iter().find(|own| *own == parts.method.as_str()) else {
        let message = format!("The method '{}' is not allowed.", parts.method);
        return Err(refuse(405, "HttpMethodNotAllowed", &message));
    };
    let named = parts.headers.get("host").and_then(|value| value.to_str().ok());
    let Some(host) = parts.uri.authority().map(hyper::http::uri::Authority::as_str).or(named) else {
        return Err(refuse(400, "InvalidRequestUri", "The request has no Host header."));
    };
    let path = parts.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
    let url = format!("{scheme}://{host}{path}");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    let Some(bytes) = collect(body).await else {
        let message = "The request content size exceeds the maximum size of 4 MB.";
        return Err(refuse(413, "RequestContentTooLarge", message));
    };
    Ok(Request { method, url, headers, body: (!bytes.is_empty()).then_some(bytes) })
}

/// The whole body; nothing if it is too large. That is still read to its end, within reason: who is answered
/// before he has said all may find the connection broken and never see the answer.
async fn collect(mut body: Incoming) -> Option<Vec<u8>> {
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let data = frame.ok()?.into_data().unwrap_or_default();
        seen += data.len();
        if seen <= LARGEST {
            bytes.extend_from_slice(&data);
        } else if seen > HEARD {
            return None;
        }
    }
    (seen <= LARGEST).then_some(bytes)
}

fn write(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut out = hyper::Response::new(Full::new(Bytes::from(response.body)));
    // A status or header that HTTP does not know would be a fault of the emulator itself.
    *out.status_mut() =
        hyper::StatusCode::from_u16(response.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        let name = hyper::header::HeaderName::try_from(name);
        let value = hyper::header::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            out.headers_mut().append(name, value);
        }
    }
    out
}

/// Writes what else proves to be the service principal: its certificate in both forms with an auth
/// file that names it, and a federated token.
fn keep_proofs(folder: &Path, bound: &Bound, identity: &Identity) -> Result<(), String> {
    let pem = folder.join("client.pem");
    create_private(&pem, well_known::PEM)?;
    create_private(&folder.join("client.pfx"), well_known::PFX)?;
    let pem = std::path::absolute(&pem)
        .map_err(|error| format!("The path {} cannot be made absolute: {error}.", pem.display()))?;
    create_private(&folder.join("auth-certificate.json"), auth_file(bound, identity, Some(&pem)))?;
    let token = issue(Workload::Pod, AUDIENCE, system_time() / 1_000, TOKEN_FILE_LIFE);
    create_private(&folder.join("federated-token"), token)
}

/// The ten keys of `az ad sp create-for-rbac --json-auth`, and the one that names the authority.
fn auth_file(bound: &Bound, identity: &Identity, certificate: Option<&Path>) -> String {
    let base = &bound.https;
    let (proof, value) = match certificate {
        Some(path) => ("clientCertificate", json!(path)),
        None => ("clientSecret", json!(identity.secret)),
    };
    let text = json!({
        "clientId": identity.client,
        (proof): value,
        "subscriptionId": identity.subscription,
        "tenantId": identity.tenant,
        "activeDirectoryEndpointUrl": base,
        "resourceManagerEndpointUrl": format!("{base}/"),
        "activeDirectoryGraphResourceId": format!("{base}/graph/"),
        "sqlManagementEndpointUrl": format!("{base}/sql/"),
        "galleryEndpointUrl": format!("{base}/gallery/"),
        "managementEndpointUrl": format!("{base}/"),
        "caCertificatePath": bound.ca,
    });
    format!("{text:#}\n")
}
