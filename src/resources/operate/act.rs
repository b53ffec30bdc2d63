//! Start, stop and restart of a whole container group, followed to their end.
//!
//! **Never:** touch the state: what changes by it (an address, above all) is drift like any other,
//! and the next refresh finds it. The service knows these three for whole groups only.

use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::arm::lro::{Ticket, Verdict};
use crate::arm::wire::Transport;
use crate::provider::Fault;

use super::super::azure::{Azure, path};
use super::super::faults;
use super::super::kinds::CONTAINER_GROUP;
use super::{Group, pause};

/// What is done to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Deploys a stopped or ended group again as it is configured; it may get another address.
    Start,
    /// Ends all containers and gives resources and address back.
    Stop,
    /// Ends all containers and starts them again; images that changed are pulled.
    Restart,
}

/// How often a group that was stopped is looked at until it says so.
const LOOKS: u32 = 20;
/// The longest wait between two questions where the service names none.
const LONGEST: Duration = Duration::from_secs(5);

impl Act {
    /// The word in paths and JSON: `start`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Act::Start => "start",
            Act::Stop => "stop",
            Act::Restart => "restart",
        }
    }

    fn shows(self, group: &Group) -> bool {
        let ended = matches!(group.state.as_deref(), Some("Stopped" | "Succeeded" | "Failed"));
        self != Act::Stop || ended
    }
}

impl<T: Transport> Azure<T> {
    /// Asks for an act; a ticket if the service goes on with it.
    ///
    /// # Errors
    /// When the service refuses, or the group is gone.
    pub async fn ask_for(&self, id: &str, act: Act) -> Result<Option<(Ticket, Option<Duration>)>, Fault> {
        let path = path(&CONTAINER_GROUP, &format!("{id}/{}", act.word()));
        let verdict = self.client.begin("POST", &path, None::<&Json>).await.map_err(|error| faults::fault(&error))?;
        match verdict {
            Verdict::Finished { .. } => Ok(None),
            Verdict::Failed(error) => Err(faults::fault(&error)),
            Verdict::Wait { ticket, after, .. } => Ok(Some((ticket, after))),
        }
    }

    /// Carries out an act to its end; the group as it is then. `tell` hears after every look how long
    /// it takes and what the service says.
    ///
    /// # Errors
    /// When the service refuses, the operation fails, or the group is gone.
    pub async fn carry_out(&self, id: &str, act: Act, tell: &mut dyn FnMut(Duration, &str)) -> Result<Group, Fault> {
        let began = Instant::now();
        let mut open = self.ask_for(id, act).await?;
        let mut looks = 0;
        while let Some((ticket, after)) = open {
            match after {
                Some(after) if !after.is_zero() => wait(after).await,
                _ => pause(looks, LONGEST).await,
            }
            looks += 1;
            open = match self.client.poll(&ticket).await.map_err(|error| faults::fault(&error))? {
                Verdict::Finished { .. } => None,
                Verdict::Failed(error) => return Err(faults::fault(&error)),
                Verdict::Wait { ticket, after, note, .. } => {
                    tell(began.elapsed(), &note);
                    Some((ticket, after))
                }
            };
        }
        for look in 0..LOOKS {
            let group = self.instance(id).await?.ok_or_else(|| faults::missing(id))?;
            if act.shows(&group) {
                return Ok(group);
            }
            tell(began.elapsed(), group.state.as_deref().unwrap_or_default());
            pause(look, LONGEST).await;
        }
        self.instance(id).await?.ok_or_else(|| faults::missing(id))
    }
}

#[expect(clippy::disallowed_methods, reason = "the service says how long to wait before it is asked again")]
async fn wait(after: Duration) {
    tokio::time::sleep(after).await;
}
