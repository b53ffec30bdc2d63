//! Sockets: how keystrokes become frames, and where a password is not sent.

use acier::arm::auth::Secret;
use acier::arm::net::{Network, Settings};
use acier::arm::socket::{Door, frames};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Keystrokes as they are read, and the frames that leave for each: `t` for text, `b` for binary.
#[test]
fn characters_are_never_cut() {
    type Read = (&'static [u8], &'static [&'static str]);
    let cases: &[&[Read]] = &[
        &[(b"ls\r", &["t:ls\r"]), (b"", &[])],
        &[(b"\x03", &["t:\x03"])],
        &[("ü".as_bytes(), &["t:ü"])],
        &[(b"a\xc3", &["t:a"]), (b"\xbcb", &["t:üb"])],
        &[(b"\xe2", &[]), (b"\x82", &[]), (b"\xac", &["t:€"])],
        &[(b"a\xffb", &["t:a", "b:ff", "t:b"])],
        &[(b"\xc3", &[]), (b"x", &["b:c3", "t:x"])],
        &[(b"\x1b[A\xff\xfe", &["t:\x1b[A", "b:ff", "b:fe"])],
    ];
    for reads in cases {
        let mut cut = Vec::new();
        for (bytes, expected) in *reads {
            let found: Vec<String> = frames(&mut cut, bytes)
                .into_iter()
                .map(|message| match message.to_text() {
                    Ok(text) if message.is_text() => format!("t:{text}"),
                    _ => format!("b:{}", message.into_data().iter().map(|b| format!("{b:02x}")).collect::<String>()),
                })
                .collect();
            assert_eq!(found, *expected, "{bytes:?} of {reads:?}");
        }
    }
}

fn door(url: &str) -> Door {
    Door { url: url.into(), password: Secret::new("very secret"), in_header: true }
}

#[tokio::test]
async fn a_password_goes_nowhere_in_clear() {
    let network = Network::new(Settings::default());
    for (url, why) in [
        ("ws://example.com/execstream", "unencrypted and on another machine"),
        ("https://example.com/execstream", "neither with wss:// nor with ws://"),
        ("wss://", "cannot be used"),
        ("no address", "neither"),
    ] {
        let lost = network.open(&door(url)).await.unwrap_err();
        assert!(lost.message.contains(why) && !lost.sent, "{url}: {lost}");
        assert!(!lost.message.contains("very secret"), "{lost}");
    }
}

/// What a server answers that opens no socket, and what is said of it.
#[tokio::test]
async fn servers_that_open_no_socket() {
    let network = Network::new(Settings::default());
    for (answer, why) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "HTTP status 404"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "HTTP status 200"),
        // Whoever does not prove to have read the key does not speak the protocol.
        (
            "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: x\r\n\r\n",
            "HTTP status 101",
        ),
        ("", "broke"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/execstream/sessionId/1", listener.local_addr().unwrap());
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"\r\n\r\n") {
                let mut part = [0; 1024];
                let count = stream.read(&mut part).await.unwrap();
                assert!(count > 0, "the client went away");
                seen.extend_from_slice(&part[..count]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(seen).unwrap()
        };
        let door = door(&url);
        let (opened, seen) = tokio::join!(network.open(&door), serve);
        let lost = opened.unwrap_err();
        assert!(lost.message.contains(why), "{answer:?}: {lost}");
        assert!(seen.starts_with("GET /execstream/sessionId/1 HTTP/1.1\r\n"), "{seen}");
        assert!(seen.contains("authorization: very secret\r\n"), "{seen}");
    }
}
