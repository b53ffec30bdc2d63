//! Websockets to containers: bytes both ways, over any stream.
//!
//! **Never:** know what the bytes mean, or send a password over an unencrypted connection to
//! another machine. In: where the service says the socket is, and its password. Out: [`Socket`].
//! The decision to question: keystrokes leave as text frames, as the az CLI sends them, and a
//! character is never cut in two; only what is no text leaves as binary.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Message, Role};

use super::auth::Secret;
use super::wire::Lost;

/// Where a socket is and how it is opened.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its address: `wss://...`, which holds a session.
    pub url: String,
    /// The password for it.
    pub password: Secret,
    /// Where the password goes: the first message of an exec, the Authorization header of an attach
    /// (Azure Container Instances, "Containers - Attach").
    pub in_header: bool,
}

/// The bytes of a socket's stream.
type Stream = tokio::io::Join<Box<dyn AsyncRead + Unpin>, Box<dyn AsyncWrite + Unpin>>;

/// An open socket.
pub struct Socket {
    inner: WebSocketStream<Stream>,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Socket")
    }
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Bytes.
    Bytes(Vec<u8>),
    /// The other side has ended it as it should.
    End,
}

fn boxed<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S) -> Stream {
    let (read, write) = tokio::io::split(stream);
    tokio::io::join(Box::new(read), Box::new(write))
}

fn broken(why: &str) -> Lost {
    Lost { message: format!("The connection to the container broke: {why}."), sent: true, lasting: false }
}

impl Socket {
    /// A socket over a stream on which the handshake was done.
    ///
    /// # Errors
    /// When the password could not be said.
    pub async fn over<S>(stream: S, door: &Door) -> Result<Socket, Lost>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let inner = WebSocketStream::from_raw_socket(boxed(stream), Role::Client, None).await;
        Socket { inner }.knock(door).await
    }

    /// Shakes hands over a stream that leads to the server already.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn shake<S>(stream: S, door: &Door) -> Result<Socket, Lost>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let mut request = door.url.as_str().into_client_request().map_err(|error| broken(&error.to_string()))?;
        if door.in_header {
            let value = HeaderValue::from_str(door.password.expose())
                .map_err(|_| broken("the password cannot stand in a header"))?;
            request.headers_mut().insert("authorization", value);
        }
        let shaken = tokio_tungstenite::client_async(request, boxed(stream)).await;
        let (inner, _) = shaken.map_err(|error| broken(&error.to_string()))?;
        Socket { inner }.knock(door).await
    }

    /// Says the password where it is the first message.
    async fn knock(mut self, door: &Door) -> Result<Socket, Lost> {
        if !door.in_header {
            let said = self.inner.send(Message::text(door.password.expose())).await;
            said.map_err(|error| broken(&error.to_string()))?;
        }
        Ok(self)
    }

    /// Both directions, to be used at the same time: who only writes while the other side only
    /// writes too would wait for ever.
    #[must_use]
    pub fn split(self) -> (Sender, Receiver) {
        let (sink, stream) = self.inner.split();
        (Sender { sink, cut: Vec::new() }, Receiver { stream })
    }
}

/// The direction to the container.
pub struct Sender {
    sink: SplitSink<WebSocketStream<Stream>, Message>,
    /// The begin of a character whose rest is still to come.
    cut: Vec<u8>,
}

/// The direction from the container.
pub struct Receiver {
    stream: SplitStream<WebSocketStream<Stream>>,
}

impl Sender {
    /// Sends bytes. The begin of a character waits for its rest.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        for message in frames(&mut self.cut, bytes) {
            match self.sink.send(message).await {
                // That it was closed meanwhile is told by what is received next.
                Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_)) => {}
                Err(error) => return Err(broken(&error.to_string())),
            }
        }
        Ok(())
    }
}

impl Receiver {
    /// Waits for what comes next. It may be given up and called again.
    ///
    /// # Errors
    /// When the connection broke, or the other side closed it with a reason.
    pub async fn receive(&mut self) -> Result<Received, Lost> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Received::Bytes(text.as_bytes().to_vec())),
                Some(Ok(Message::Binary(bytes))) => return Ok(Received::Bytes(bytes.to_vec())),
                Some(Ok(Message::Close(frame))) => {
                    let Some(frame) = frame.filter(|frame| !is_usual(frame.code)) else { return Ok(Received::End) };
                    let reason = if frame.reason.is_empty() { "no reason is given" } else { frame.reason.as_str() };
                    let message = format!("The service closed the connection ({}): {reason}.", frame.code);
                    return Err(Lost { message, sent: true, lasting: false });
                }
                Some(Ok(_)) => {}
                None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => return Ok(Received::End),
                Some(Err(error)) => return Err(broken(&error.to_string())),
            }
        }
    }
}

fn is_usual(code: CloseCode) -> bool {
    matches!(code, CloseCode::Normal | CloseCode::Away | CloseCode::Status)
}

/// The messages for bytes that follow on others, of which `cut` is the begin of a character.
#[must_use]
pub fn frames(cut: &mut Vec<u8>, bytes: &[u8]) -> Vec<Message> {
    cut.extend_from_slice(bytes);
    let all = std::mem::take(cut);
    let mut messages = Vec::new();
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let (text, after) = match std::str::from_utf8(rest) {
            Ok(text) => (text, &rest[rest.len()..]),
            Err(error) => {
                let (text, after) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(text).unwrap_or_default(), after)
            }
        };
        if !text.is_empty() {
            messages.push(Message::text(text));
        }
        rest = after;
        match std::str::from_utf8(rest).err().map(|error| error.error_len()) {
            Some(Some(length)) => {
                messages.push(Message::binary(rest[..length].to_vec()));
                rest = &rest[length..];
            }
            Some(None) => {
                cut.extend_from_slice(rest);
                break;
            }
            None => {}
        }
    }
    messages
}
