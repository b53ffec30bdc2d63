//! The network: plain and encrypted on this machine, and what is said when no answer comes.

use std::rc::Rc;
use std::sync::Arc;

use acier::arm::net::{Network, Settings};
use acier::arm::wire::{Lost, Request, Response, Transport};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// How the other side behaves with the one connection it takes.
#[derive(Clone, Copy)]
enum Behaviour {
    Answer,
    HangUp,
    Silence,
}

/// Reads one request to the end of its head and body of two bytes, and behaves.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, behaviour: Behaviour) -> String {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n{}") {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).await.unwrap_or(0);
        if count == 0 {
            break;
        }
        seen.extend_from_slice(&part[..count]);
    }
    match behaviour {
        Behaviour::Answer => {
            let answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://nowhere.invalid/\r\nX-MS-Request-Id: r\r\n\
                          Content-Length: 5\r\n\r\nhello";
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        Behaviour::HangUp => {}
        Behaviour::Silence => {
            // Time passes only now that the request is here, and then at once.
            tokio::time::pause();
            std::future::pending::<()>().await;
        }
    }
    String::from_utf8_lossy(&seen).into_owned()
}

fn put(url: String) -> Request {
    let headers = vec![("x-ms-client-request-id".to_owned(), "id".to_owned())];
    Request { method: "PUT", url, headers, body: Some(b"{}".to_vec()) }
}

/// Sends one request to a listener on this machine that behaves in some way.
async fn against(behaviour: Behaviour, settings: Settings) -> Result<(Response, String), Lost> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/p?a=b%2B", listener.local_addr().unwrap());
    let network = Network::new(settings);
    let server = async { serve(listener.accept().await.unwrap().0, behaviour).await };
    tokio::pin!(server);
    let call = network.send(put(url));
    tokio::pin!(call);
    tokio::select! {
        biased;
        answer = &mut call => match answer {
            Ok(answer) => Ok((answer, server.await)),
            Err(lost) => Err(lost),
        },
        seen = &mut server => call.await.map(|answer| (answer, seen)),
    }
}

#[tokio::test]
async fn a_plain_call_goes_and_comes_unchanged() {
    let (answer, seen) = against(Behaviour::Answer, Settings::default()).await.unwrap();
    assert!(seen.starts_with("PUT /p?a=b%2B HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("x-ms-client-request-id: id\r\n"), "{seen}");
    // A redirection is an answer, not an instruction.
    assert_eq!((answer.status, answer.body.as_slice()), (307, &b"hello"[..]));
    assert_eq!(answer.header("x-ms-request-id"), Some("r"));
}

#[tokio::test]
async fn no_answer_says_whether_the_request_went_out() {
    let hung_up = against(Behaviour::HangUp, Settings::default()).await.unwrap_err();
    assert!(hung_up.sent && hung_up.message.starts_with("The connection to 127.0.0.1 broke: "), "{hung_up:?}");

    let silent = against(Behaviour::Silence, Settings::default()).await.unwrap_err();
    tokio::time::resume();
    assert_eq!((silent.sent, silent.message.as_str()), (true, "127.0.0.1 did not answer in time."));

    // Bound, so that nobody else takes it, and not listened at.
    let bound = TcpSocket::new_v4().unwrap();
    bound.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = bound.local_addr().unwrap();
    let refused = Network::new(Settings::default()).send(put(format!("http://{closed}/"))).await.unwrap_err();
    assert!(!refused.sent && refused.message.contains("127.0.0.1 cannot be reached: "), "{refused:?}");
    assert!(!refused.lasting, "a server may be back in a moment: {refused:?}");
    assert!(refused.message.contains("refused"), "{refused:?}");

    let nonsense = Network::new(Settings::default()).send(put("http://".into())).await.unwrap_err();
    assert!(!nonsense.sent && nonsense.message.starts_with("The URL cannot be used"), "{nonsense:?}");
}

/// A certificate for this machine in PEM, and a server that shows it.
fn certified() -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn encrypted(certificates: Vec<u8>, acceptor: &TlsAcceptor) -> Result<Response, Lost> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let network = Rc::new(Network::new(Settings { certificates, ..Settings::default() }));
    let server = async {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(stream) = acceptor.accept(stream).await {
            serve(stream, Behaviour::Answer).await;
        }
    };
    tokio::pin!(server);
    let call = network.send(put(url));
    tokio::pin!(call);
    tokio::select! {
        answer = &mut call => answer,
        () = &mut server => call.await,
    }
}

#[tokio::test]
async fn an_encrypted_call_trusts_the_certificates_it_was_given() {
    let (pem, acceptor) = certified();
    let answer = encrypted(pem.into_bytes(), &acceptor).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (307, &b"hello"[..]));
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_and_the_way_out_is_named() {
    let (_, acceptor) = certified();
    let (other, _) = certified();
    let error = encrypted(other.into_bytes(), &acceptor).await.unwrap_err();
    assert!(!error.sent && error.lasting && error.message.contains("caCertificatePath"), "{error:?}");
    let error = encrypted(b"not a certificate".to_vec(), &acceptor).await.unwrap_err();
    assert!(!error.sent && error.message.contains("holds none"), "{error:?}");
}
