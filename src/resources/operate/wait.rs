//! What can be waited for, and whether it has come, can still come, or never will.
//!
//! **Never:** wait for what cannot come: who waits for success learns of a failure at once.
//! In: a goal and a group as it is. Out: an [`Outlook`].

use std::time::Duration;

use crate::arm::wire::Transport;
use crate::provider::Fault;

use super::super::azure::Azure;
use super::{Container, Group, pause};

/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_secs(5);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// All containers run.
    Running,
    /// All containers have ended with exit code 0.
    Succeeded,
    /// All containers have ended, or the group is stopped.
    Terminated,
    /// The group is stopped.
    Stopped,
    /// The group is gone.
    Deleted,
}

/// How a goal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It is reached.
    Reached,
    /// It cannot be reached any more; a sentence says why.
    Never(String),
    /// It may still come; the words say how it stands.
    NotYet(String),
}

impl Goal {
    /// The word on the command line: `running`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Goal::Running => "running",
            Goal::Succeeded => "succeeded",
            Goal::Terminated => "terminated",
            Goal::Stopped => "stopped",
            Goal::Deleted => "deleted",
        }
    }

    /// How it stands with a group, or with one of its containers; nothing stands for a group that is gone.
    #[must_use]
    pub fn judge(self, group: Option<&Group>, container: Option<&str>) -> Outlook {
        let Some(group) = group else {
            return match self {
                Goal::Deleted => Outlook::Reached,
                _ => Outlook::Never("The group does not exist.".into()),
            };
        };
        let all: Vec<&Container> = match container {
            Some(name) => group.container(name).into_iter().collect(),
            None => group.containers.iter().collect(),
        };
        let state = group.state.as_deref().unwrap_or("Pending");
        let failed = group.provisioning_state == "Failed";
        let over = !all.is_empty() && all.iter().all(|container| container.is_over(group));
        match self {
            Goal::Deleted => Outlook::NotYet(state.to_owned()),
            Goal::Stopped if state == "Stopped" => Outlook::Reached,
            Goal::Stopped if matches!(state, "Succeeded" | "Failed") => {
                Outlook::Never(format!("Its containers have ended ({}); such a group is not stopped.", each(&all)))
            }
            Goal::Terminated if over || state == "Stopped" => Outlook::Reached,
            Goal::Running | Goal::Succeeded if state == "Stopped" => Outlook::Never("The group is stopped.".into()),
            Goal::Running if is_all(&all, "Running") && group.provisioning_state == "Succeeded" => Outlook::Reached,
            Goal::Running if over => Outlook::Never(format!("Its containers have ended: {}.", each(&all))),
            Goal::Succeeded => succeed(group, &all, over, failed),
            _ if failed => Outlook::Never("Its deployment failed; `acier events` shows why.".into()),
            _ => Outlook::NotYet(each(&all)),
        }
    }
}

fn succeed(group: &Group, all: &[&Container], over: bool, failed: bool) -> Outlook {
    let bad: Vec<&Container> =
        all.iter().filter(|container| container.is_over(group) && container.exit_code != Some(0)).copied().collect();
    if !bad.is_empty() {
        return Outlook::Never(format!("It did not succeed: {}.", each(&bad)));
    }
    if over {
        return Outlook::Reached;
    }
    if failed {
        return Outlook::Never("Its deployment failed; `acier events` shows why.".into());
    }
    if group.restart_policy.as_deref().unwrap_or("Always") == "Always" {
        return Outlook::Never(
            "Its restart policy is Always: its containers are started again whenever they end. Jobs need \
             restart_policy = \"Never\" or \"OnFailure\"."
                .into(),
        );
    }
    Outlook::NotYet(each(all))
}

fn is_all(containers: &[&Container], state: &str) -> bool {
    !containers.is_empty() && containers.iter().all(|container| container.state.as_deref() == Some(state))
}

/// All containers with their states: `app Running, sidecar Waiting`.
fn each(containers: &[&Container]) -> String {
    let each = containers.iter().map(|container| format!("{} {}", container.name, container.describe()));
    each.collect::<Vec<_>>().join(", ")
}

impl<T: Transport> Azure<T> {
    /// Looks again and again until a goal is reached or cannot be reached any more; how it stands
    /// then, and the group. `tell` hears how it stands at every look.
    ///
    /// # Errors
    /// When the group could not be read.
    pub async fn wait_for(
        &self,
        id: &str,
        container: Option<&str>,
        goal: Goal,
        tell: &mut dyn FnMut(Option<&Group>, &str),
    ) -> Result<(Outlook, Option<Group>), Fault> {
        let mut looks = 0;
        loop {
            let group = self.instance(id).await?;
            match goal.judge(group.as_ref(), container) {
                Outlook::NotYet(words) => tell(group.as_ref(), &words),
                end => return Ok((end, group)),
            }
            pause(looks, LONGEST).await;
            looks += 1;
        }
    }
}
