//! The emulator on loopback, over http and https.
//!
//! **Never:** answer by itself: every request goes to the world, every answer comes from it.
//! Connections are futures of one loop, not tasks, so the world needs no lock. URLs in answers
//! follow the Host header and the scheme of the request, because clients refuse anything else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificate;
use super::embedded::Embedded;
use super::settings::{Identity, Settings};
use crate::arm::wire::{Request, Response, Transport};

/// The longest request body; ARM takes 4 MB.
const LONGEST: usize = 4 << 20;

/// What to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the cloud and the certificates are kept.
    pub folder: PathBuf,
    /// The port for http; 0 takes a free one.
    pub http_port: u16,
    /// The port for https; 0 takes a free one.
    pub https_port: u16,
    /// Where to write an auth file that AZURE_AUTH_LOCATION can name.
    pub auth_file: Option<PathBuf>,
    /// How it behaves.
    pub settings: Settings,
}

/// Where it listens.
#[derive(Clone, Debug)]
pub struct Bound {
    /// `http://127.0.0.1:PORT`
    pub http: String,
    /// `https://127.0.0.1:PORT`
    pub https: String,
    /// The certificate of the authority that clients are to trust.
    pub ca: PathBuf,
}

/// Serves until `stop` ends; calls `ready` once it listens and the auth file is written.
///
/// # Errors
/// When the folder is in use, or a port or a file cannot be had.
pub async fn serve(options: Options, ready: impl FnOnce(&Bound), stop: impl Future<Output = ()>) -> Result<(), String> {
    let identity = options.settings.identity.clone();
    let cloud = Rc::new(Embedded::open(Some(&options.folder), options.settings)?);
    let authority = certificate::open(&options.folder)?;
    let plain = bind(options.http_port).await?;
    let secure = bind(options.https_port).await?;
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port()).map_err(|e| e.to_string());
    let bound = Bound {
        http: format!("http://127.0.0.1:{}", port(&plain)?),
        https: format!("https://127.0.0.1:{}", port(&secure)?),
        ca: std::path::absolute(&authority.ca).map_err(|error| error.to_string())?,
    };
    if let Some(path) = &options.auth_file {
        certificate::write_secret(path, &auth_file(&bound, &identity))?;
    }
    ready(&bound);
    let acceptor = TlsAcceptor::from(Arc::clone(&authority.config));
    let mut connections: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            Ok((stream, _)) = plain.accept() => {
                let _ = stream.set_nodelay(true);
                connections.push(Box::pin(converse(cloud.clone(), stream, "http")));
            }
            Ok((stream, _)) = secure.accept() => {
                let _ = stream.set_nodelay(true);
                let (cloud, acceptor) = (cloud.clone(), acceptor.clone());
                connections.push(Box::pin(async move {
                    // A failed handshake is the client's to report; there is nobody to answer.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(cloud, stream, "https").await;
                    }
                }));
            }
            Some(()) = connections.next() => {}
        }
    }
}

async fn bind(port: u16) -> Result<TcpListener, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| format!("The port {port} cannot be had on 127.0.0.1: {error}."))
}

/// Answers the requests of one connection until it closes.
async fn converse(cloud: Rc<Embedded>, stream: impl AsyncRead + AsyncWrite + Unpin, scheme: &'static str) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let cloud = cloud.clone();
        async move { answer(&cloud, request, scheme).await }
    });
    // An error here is a broken connection or a fault rule that resets it.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    cloud: &Embedded,
    request: hyper::Request<Incoming>,
    scheme: &str,
) -> Result<hyper::Response<Full<Bytes>>, String> {
    let (parts, body) = request.into_parts();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host").map_or("localhost", |(_, host)| host.as_str());
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if path == CENSUS {
        return render(census(cloud));
    }
    let url = format!("{scheme}://{host}{path}");
    let Some(method) = METHODS.into_iter().find(|method| *method == parts.method.as_str()) else {
        return render(Response { status: 405, headers: Vec::new(), body: Vec::new() });
    };
    let Ok(body) = Limited::new(body, LONGEST).collect().await else {
        return render(Response { status: 413, headers: Vec::new(), body: Vec::new() });
    };
    let bytes = body.to_bytes();
    let body = (!bytes.is_empty()).then(|| bytes.to_vec());
    match cloud.send(Request { method, url, headers, body }).await {
        Ok(response) => render(response),
        // A fault rule wants the connection broken; hyper drops it on an error.
        Err(lost) => Err(lost.message),
    }
}

/// Not Azure's: how often each id came into being, for tests that nothing is made twice.
const CENSUS: &str = "/acier/census";

fn census(cloud: &Embedded) -> Response {
    let entries = cloud.snapshot().into_iter();
    let entries = entries.map(|entry| serde_json::json!({ "id": entry.id, "created": entry.created, "exists": entry.exists }));
    let body = serde_json::Value::Array(entries.collect()).to_string().into_bytes();
    Response { status: 200, headers: vec![("content-type".into(), "application/json".into())], body }
}

const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"];

fn render(response: Response) -> Result<hyper::Response<Full<Bytes>>, String> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(Bytes::from(response.body))).map_err(|error| error.to_string())
}

/// All keys of `az ad sp create-for-rbac --json-auth`, and the one that names the authority.
fn auth_file(bound: &Bound, identity: &Identity) -> String {
    let base = &bound.https;
    let json = serde_json::json!({
        "clientId": identity.client,
        "clientSecret": identity.secret,
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
    format!("{json:#}\n")
}
