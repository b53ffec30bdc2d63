//! A server of git repositories on loopback: `git http-backend` behind a few lines of http, with or
//! without TLS and passwords, or plain files as old servers give them.
//!
//! **Never:** leave loopback. In: a folder of bare repositories. Out: its address, and who asked for what.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How it serves.
#[derive(Clone, Default)]
pub(super) struct Ways {
    /// The login that it asks for: `user:password`.
    pub(super) login: Option<&'static str>,
    /// Whether it knows nothing of git and gives files, which cannot be fetched in part.
    pub(super) plain_files: bool,
}

pub(super) struct GitServer {
    /// `127.0.0.1:4711`
    pub(super) address: String,
    /// The certificate that clients are to trust.
    pub(super) certificate: PathBuf,
}

impl GitServer {
    /// Serves the repositories in `root` over https until the process ends.
    pub(super) fn start(root: &Path, ways: Ways) -> GitServer {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut named = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
        named.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let signed = named.self_signed(&key).expect("a certificate");
        let certificate = root.join("ca.pem");
        fs::write(&certificate, signed.pem()).expect("the certificate is written");
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("protocols").with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![signed.der().clone()], private).expect("it fits the key"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let root = root.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, root, ways) = (config.clone(), root.clone(), ways.clone());
                std::thread::spawn(move || serve(stream, config, &root, &ways));
            }
        });
        GitServer { address, certificate }
    }
}

/// Answers one request; a client that goes away is no matter.
fn serve(stream: TcpStream, config: Arc<rustls::ServerConfig>, root: &Path, ways: &Ways) {
    let connection = rustls::ServerConnection::new(config).expect("a connection");
    let mut stream = BufReader::new(rustls::StreamOwned::new(connection, stream));
    let Some(request) = Request::read(&mut stream) else { return };
    let answer = request.answer(root, ways);
    let _ = stream.get_mut().write_all(&answer);
    let _ = stream.get_mut().flush();
    stream.get_mut().conn.send_close_notify();
    let _ = stream.get_mut().flush();
}

struct Request {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &mut impl BufRead) -> Option<Request> {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let mut body = Vec::new();
        if let Some(length) = headers.get("content-length").and_then(|length| length.parse().ok()) {
            body = vec![0; length];
            stream.read_exact(&mut body).ok()?;
        } else if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            loop {
                let mut size = String::new();
                stream.read_line(&mut size).ok()?;
                let size = usize::from_str_radix(size.trim(), 16).ok()?;
                let mut chunk = vec![0; size + 2];
                stream.read_exact(&mut chunk).ok()?;
                if size == 0 {
                    break;
                }
                body.extend(&chunk[..size]);
            }
        }
        Some(Request { method, path, query, headers, body })
    }

    fn answer(&self, root: &Path, ways: &Ways) -> Vec<u8> {
        let given = self.headers.get("authorization").map(String::as_str).unwrap_or_default();
        if ways.login.is_some_and(|login| given != format!("Basic {}", STANDARD.encode(login))) {
            return b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\n\
                     Connection: close\r\n\r\n"
                .to_vec();
        }
        if ways.plain_files { self.file(root) } else { self.backend(root) }
    }

    fn file(&self, root: &Path) -> Vec<u8> {
        let (status, body) = match fs::read(root.join(self.path.trim_start_matches('/'))) {
            Ok(body) => ("200 OK", body),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    }

    fn backend(&self, root: &Path) -> Vec<u8> {
        let header = |name: &str| self.headers.get(name).cloned().unwrap_or_default();
        let mut program = Command::new("git");
        program.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        program.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        program.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1");
        program.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        program.env("REQUEST_METHOD", &self.method).env("PATH_INFO", &self.path).env("QUERY_STRING", &self.query);
        program.env("CONTENT_TYPE", header("content-type")).env("CONTENT_LENGTH", self.body.len().to_string());
        program.env("HTTP_CONTENT_ENCODING", header("content-encoding"));
        program.env("GIT_PROTOCOL", header("git-protocol")).env("REMOTE_ADDR", "127.0.0.1");
        let mut running = program.spawn().expect("git starts");
        let mut input = running.stdin.take().expect("its input");
        let body = self.body.clone();
        // Beside the reading of the answer: either side may wait for the other.
        let writing = std::thread::spawn(move || drop(input.write_all(&body)));
        let output = running.wait_with_output().expect("git ends").stdout;
        let _ = writing.join();
        let end = output.windows(4).position(|found| found == b"\r\n\r\n").map_or(output.len(), |at| at + 4);
        let (head, body) = output.split_at(end);
        let mut status = "200 OK".to_owned();
        let mut kept = String::new();
        for line in String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("Status: ") {
                Some(told) => told.clone_into(&mut status),
                None => kept.push_str(&format!("{line}\r\n")),
            }
        }
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{kept}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        [head.into_bytes(), body.to_vec()].concat()
    }
}
