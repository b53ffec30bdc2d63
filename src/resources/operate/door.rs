//! exec and attach: asks the service for a socket to a container.
//!
//! **Never:** open it; whoever has the network does. The service starts one program without
//! arguments at a terminal, whose size cannot change afterwards, and tells no exit code
//! (Azure Container Instances, "Containers - Execute Command").

use serde_json::{Value as Json, json};

use crate::arm::auth::Secret;
use crate::arm::socket::Door;
use crate::arm::wire::{Response, Transport};
use crate::provider::{Fault, FaultKind};

use super::super::azure::{Azure, path};
use super::super::faults;
use super::super::kinds::CONTAINER_GROUP;

/// The size of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its rows.
    pub rows: u16,
    /// Its columns.
    pub columns: u16,
}

impl Size {
    /// The size of a terminal of which nothing is known: that of the VT100.
    pub const USUAL: Size = Size { rows: 24, columns: 80 };

    /// A size as a terminal tells it; some tell nothing but zeros.
    #[must_use]
    pub fn told(rows: u16, columns: u16) -> Size {
        let or = |told: u16, usual: u16| if told == 0 { usual } else { told };
        Size { rows: or(rows, Size::USUAL.rows), columns: or(columns, Size::USUAL.columns) }
    }
}

impl<T: Transport> Azure<T> {
    /// Starts a program in a container, at a terminal of this size.
    ///
    /// # Errors
    /// When the service refuses, or the group or the container is gone.
    pub async fn exec(&self, id: &str, container: &str, command: &str, size: Size) -> Result<Door, Fault> {
        let body = json!({"command": command, "terminalSize": {"rows": size.rows, "cols": size.columns}});
        let answer = self.knock(id, container, "exec", Some(&body)).await?;
        door(&answer, false)
    }

    /// Connects to what a container prints.
    ///
    /// # Errors
    /// When the service refuses, or the group or the container is gone.
    pub async fn attach(&self, id: &str, container: &str) -> Result<Door, Fault> {
        let answer = self.knock(id, container, "attach", None).await?;
        door(&answer, true)
    }

    async fn knock(&self, id: &str, container: &str, verb: &str, body: Option<&Json>) -> Result<Response, Fault> {
        let path = path(&CONTAINER_GROUP, &format!("{id}/containers/{container}/{verb}"));
        self.client.send("POST", &path, body).await.map_err(|error| faults::fault(&error))
    }
}

/// Reads where the socket is.
fn door(answer: &Response, in_header: bool) -> Result<Door, Fault> {
    let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    match (text("webSocketUri"), text("password")) {
        (Some(url), Some(password)) => Ok(Door { url, password: Secret::new(password), in_header }),
        _ => Err(Fault {
            kind: FaultKind::Rejected,
            code: String::new(),
            message: "The service has accepted the request, and its answer does not say where the socket is.".into(),
            trace: format!("HTTP status {}", answer.status),
            hint: None,
        }),
    }
}
