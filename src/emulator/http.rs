//! The emulator on loopback: one http port and one https port for the same world.
//!
//! **Never:** listen beyond loopback, print, or share the world between tasks: connections send
//! their requests to the one loop that owns it. URLs in answers are built from the scheme and the
//! Host header of the request, because clients refuse to be sent elsewhere.
//! Serving ends when `stop` resolves: open exchanges end, then the connections close.
#![expect(clippy::disallowed_methods, reason = "the one place that spawns: a task for each connection")]

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_rustls::TlsAcceptor;

use crate::arm::wire::{Lost, Request, Response};
use crate::emulator::certificate::chain;
use crate::emulator::disk::create_private;
use crate::emulator::embedded::{Kept, system_time};
use crate::emulator::settings::{Identity, Settings};

/// The largest body that is taken, as Azure Resource Manager has it: four megabytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long open connections may take to end when the emulator stops.
const GRACE: Duration = Duration::from_secs(2);

/// What to serve and where.
#[derive(Debug)]
pub struct Options {
    /// The folder that keeps the world and the certificate authority; nothing keeps them in memory.
    pub folder: Option<PathBuf>,
    /// How the emulator behaves.
    pub settings: Settings,
    /// The http port; zero for a free one.
    pub http_port: u16,
    /// The https port; zero for a free one.
    pub https_port: u16,
    /// Where to write a sign-in file for `AZURE_AUTH_LOCATION`; needs a folder.
    pub auth_file: Option<PathBuf>,
}

/// Where the emulator is served.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Base URL over http.
    pub http: String,
    /// Base URL over https.
    pub https: String,
    /// The certificate of the authority that clients must trust, as PEM.
    pub ca: String,
    /// The file that holds it, if there is a folder.
    pub ca_file: Option<PathBuf>,
    /// The sign-in file, if one was asked for.
    pub auth_file: Option<PathBuf>,
}

type Question = (Request, oneshot::Sender<Result<Response, Lost>>);

async fn bind(port: u16) -> Result<(TcpListener, SocketAddr), String> {
    let told = |error: std::io::Error| format!("The emulator could not listen on 127.0.0.1:{port}: {error}.");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(told)?;
    let address = listener.local_addr().map_err(told)?;
    Ok((listener, address))
}

/// Serves until `stop` resolves; `ready` is told once where.
///
/// # Errors
/// A sentence: a port is taken, or the folder is in use, damaged or cannot be written.
pub async fn serve(options: Options, ready: impl FnOnce(&Bound), stop: impl Future<Output = ()>) -> Result<(), String> {
    let Options { folder, settings, http_port, https_port, auth_file } = options;
    let identity = settings.identity.clone();
    let mut kept = Kept::open(folder.as_deref(), settings)?;
    let chain = chain(folder.as_deref(), system_time())?;
    let (plain, plain_address) = bind(http_port).await?;
    let (secure, secure_address) = bind(https_port).await?;
    let bound = Bound {
        http: format!("http://{plain_address}"),
        https: format!("https://{secure_address}"),
        ca: chain.ca,
        ca_file: folder.map(|folder| folder.join("ca.pem")),
        auth_file,
    };
    write_auth_file(&bound, &identity)?;
    ready(&bound);

    let acceptor = TlsAcceptor::from(chain.tls);
    let (ask, mut asked) = mpsc::channel::<Question>(64);
    let (stopping, stopped) = watch::channel(false);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Ok((stream, _)) = plain.accept() => {
                tokio::spawn(talk(stream, "http", plain_address, ask.clone(), stopped.clone()));
            }
            Ok((stream, _)) = secure.accept() => {
                tokio::spawn(talk_securely(stream, acceptor.clone(), secure_address, ask.clone(), stopped.clone()));
            }
            Some((request, reply)) = asked.recv() => answer(&mut kept, &request, reply),
        }
    }
    drop((ask, plain, secure));
    // Nobody is left to hear of it when all connections are closed already.
    let _ = stopping.send(true);
    let rest = async {
        while let Some((request, reply)) = asked.recv().await {
            answer(&mut kept, &request, reply);
        }
    };
    // A client that keeps its connection open must not keep the emulator alive.
    let _ = tokio::time::timeout(GRACE, rest).await;
    Ok(())
}

fn answer(kept: &mut Kept, request: &Request, reply: oneshot::Sender<Result<Response, Lost>>) {
    // A client that went away meanwhile does not wait for the answer; its request counts all the same.
    let _ = reply.send(kept.handle(system_time(), request));
}

/// Writes the sign-in file: the ten keys of `az ad sp create-for-rbac --json-auth`, and where the
/// authority's certificate lies.
fn write_auth_file(bound: &Bound, identity: &Identity) -> Result<(), String> {
    let Some(path) = &bound.auth_file else { return Ok(()) };
    let Some(ca) = &bound.ca_file else {
        return Err(
            "A sign-in file names the file of the emulator's certificate, so that it needs a folder to keep it in."
                .to_owned(),
        );
    };
    let ca = std::path::absolute(ca)
        .map_err(|error| format!("The folder {} has no absolute path: {error}.", ca.display()))?;
    let base = &bound.https;
    let text = json!({
        "clientId": identity.client,
        "clientSecret": identity.secret,
        "subscriptionId": identity.subscription,
        "tenantId": identity.tenant,
        "activeDirectoryEndpointUrl": base,
        "resourceManagerEndpointUrl": format!("{base}/"),
        "activeDirectoryGraphResourceId": format!("{base}/"),
        "sqlManagementEndpointUrl": format!("{base}/"),
        "galleryEndpointUrl": format!("{base}/"),
        "managementEndpointUrl": format!("{base}/"),
        "caCertificatePath": ca,
    });
    create_private(path, &format!("{text:#}\n"))
}

async fn talk_securely(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    address: SocketAddr,
    ask: mpsc::Sender<Question>,
    stopped: watch::Receiver<bool>,
) {
    // A client that does not trust the certificate ends the handshake; it says so on its side.
    if let Ok(stream) = acceptor.accept(stream).await {
        talk(stream, "https", address, ask, stopped).await;
    }
}

async fn talk<S>(
    stream: S,
    scheme: &'static str,
    address: SocketAddr,
    ask: mpsc::Sender<Question>,
    mut stopped: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let ask = ask.clone();
        async move { exchange(request, scheme, address, ask).await }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A connection that breaks concerns its client only, here as below.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// The connection is to be broken without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the emulator breaks the connection")]
struct Broken;

async fn exchange(
    request: hyper::Request<Incoming>,
    scheme: &str,
    address: SocketAddr,
    ask: mpsc::Sender<Question>,
) -> Result<hyper::Response<Full<Bytes>>, Broken> {
    let request = match read(request, scheme, address).await {
        Ok(request) => request,
        Err(response) => return Ok(response),
    };
    let (reply, answer) = oneshot::channel();
    ask.send((request, reply)).await.map_err(|_| Broken)?;
    match answer.await {
        Ok(Ok(response)) => Ok(write(response)),
        Ok(Err(_)) | Err(_) => Err(Broken),
    }
}

fn refuse(status: u16, code: &str, message: &str) -> hyper::Response<Full<Bytes>> {
    let body = json!({"error": {"code": code, "message": message}}).to_string().into_bytes();
    write(Response { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body })
}

async fn read(
    request: hyper::Request<Incoming>,
    scheme: &str,
    address: SocketAddr,
) -> Result<Request, hyper::Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let Some(method) = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"].into_iter().find(|own| *own == parts.method)
    else {
        return Err(refuse(405, "HttpMethodNotAllowed", &format!("The method '{}' is not allowed.", parts.method)));
    };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let host = parts
        .uri
        .authority()
        .map(ToString::to_string)
        .or_else(|| header("host"))
        .unwrap_or_else(|| address.to_string());
    let path = parts.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
    let url = format!("{scheme}://{host}{path}");
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    match Limited::new(body, LARGEST).collect().await {
        Ok(body) => {
            let bytes = body.to_bytes();
            Ok(Request { method, url, headers, body: (!bytes.is_empty()).then(|| bytes.to_vec()) })
        }
        Err(_) => {
            Err(refuse(413, "RequestContentTooLarge", "The request content size exceeds the maximum size of 4 MB."))
        }
    }
}

fn write(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut out = hyper::Response::new(Full::new(Bytes::from(response.body)));
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
