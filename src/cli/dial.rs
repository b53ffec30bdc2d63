//! Opens the socket of an exec or attach, through whichever cloud was chosen.
//!
//! **Never:** know what goes through it. The embedded emulator is reached inside the process, by
//! the same websocket that it serves on a port; its work must go on while the socket is used.

use futures_util::future::{self, LocalBoxFuture};

use crate::arm::socket::{Door, Socket};
use crate::arm::wire::Lost;

use super::cloud::Carrier;

/// An open socket, and the work that must go on meanwhile; it never ends by itself.
pub(super) struct Dialled {
    /// The socket.
    pub(super) socket: Socket,
    /// The work.
    pub(super) work: LocalBoxFuture<'static, ()>,
}

/// Opens a socket.
pub(super) async fn dial(carrier: &Carrier, door: &Door) -> Result<Dialled, Lost> {
    match carrier {
        Carrier::Net(net) => Ok(Dialled { socket: net.open(door).await?, work: Box::pin(future::pending()) }),
        Carrier::Embedded(embedded) => {
            let (stream, serving) = embedded.connect();
            let mut work: LocalBoxFuture<'static, ()> = Box::pin(async {
                serving.await;
                future::pending().await
            });
            let socket = tokio::select! {
                socket = Socket::shake(stream, door) => socket?,
                () = &mut work => return Err(Lost { message: "the emulator has ended".into(), sent: true, lasting: false }),
            };
            Ok(Dialled { socket, work })
        }
        Carrier::Nowhere => Err(Lost { message: "no cloud was chosen".into(), sent: false, lasting: true }),
    }
}
