//! What commands that only look work with: configuration, a copy of the state, and the cloud.
//!
//! **Never:** hold the lock of the state: whoever follows a log for hours must not keep an apply
//! waiting. The state is read as it is; only what a crash left in flight is resolved first, if
//! nobody else holds the lock. Whoever names an ARM id needs no configuration at all.

use std::path::Path;
use std::rc::Rc;

use crate::diag::{Diagnostic, Sources};
use crate::engine::notice::diagnose;
use crate::provider::{Fault, Provider};
use crate::resources::azure::Azure;
use crate::resources::operate::Group;
use crate::state::State;
use crate::store::Access;
use crate::value::{Name, Type, Value};

use super::cloud::{Carrier, connect};
use super::exit::Exit;
use super::groups::Meant;
use super::project::{Project, Var};
use super::screen::Screen;
use super::session::{Outcome, Session, check_cloud, choose_cloud, fail, open_state, place};

/// What a command looks with.
pub(super) struct Sight {
    /// The configuration, if there is one.
    project: Option<Project>,
    /// The state as it was when the command began.
    pub(super) state: State,
    /// The cloud.
    pub(super) cloud: Azure<Carrier>,
}

impl Sight {
    /// Opens what is needed to look at `target`, an address or an ARM id.
    pub(super) async fn open(
        folder: &Path,
        vars: &[Var],
        ask: bool,
        target: Option<&str>,
        screen: &Screen,
    ) -> Outcome<Sight> {
        let by_id = target.is_some_and(|target| target.starts_with('/'));
        let schemas = Rc::new(crate::cli::kinds::schemas());
        let mut project = match Project::open(folder, schemas) {
            Ok(project) => project,
            Err(broken) if by_id && broken.is_missing() => return Sight::without_project(folder, screen).await,
            Err(broken) => return Err(broken.tell(screen)),
        };
        let inputs = project.inputs(vars, ask, screen)?;
        let (_, state) = open_state(&project.state(screen)?, Access::Read, screen)?;
        if !state.pending.is_empty() {
            let Session { project, state, cloud, .. } = Session::look(project, inputs, screen).await?;
            return Ok(Sight { project: Some(project), state, cloud: cloud.into_cloud(|_| false) });
        }
        if by_id && project.module.providers.is_empty() {
            let Sight { cloud, .. } = Sight::without_project(folder, screen).await?;
            return Ok(Sight { project: Some(project), state, cloud });
        }
        let cloud = choose_cloud(&project, &inputs, &state, screen).await?;
        check_cloud(&state, &cloud, &project.sources, screen)?;
        Ok(Sight { project: Some(project), state, cloud: cloud.into_cloud(|_| false) })
    }

    /// The cloud that the environment names.
    async fn without_project(folder: &Path, screen: &Screen) -> Outcome<Sight> {
        let shown = screen.clone();
        let notice = Rc::new(move |text: String| shown.note(&text));
        match connect(&Value::null(Type::Dynamic), None, folder, notice).await {
            Ok(cloud) => Ok(Sight { project: None, state: State::default(), cloud: cloud.into_cloud(|_| false) }),
            Err(diagnostic) => fail(screen, &diagnostic, &Sources::default()),
        }
    }

    /// Addresses of the container groups in the configuration, applied or not.
    pub(super) fn configured(&self) -> Vec<String> {
        let blocks = self.project.iter().flat_map(|project| project.tree.blocks().map(|(block, _)| block));
        let own =
            blocks.filter(|block| &*block.kind == super::groups::KIND && block.mode == crate::addr::Mode::Managed);
        own.map(|block| block.to_string()).collect()
    }

    /// The cloud's name, to show.
    pub(super) fn cloud_name(&self) -> Name {
        self.cloud.cloud()
    }

    /// Reads a group that must be there.
    pub(super) async fn group(&self, meant: &Meant, screen: &Screen) -> Outcome<Group> {
        match self.cloud.instance(&meant.id).await {
            Ok(Some(group)) => Ok(group),
            Ok(None) => self.gone(meant, screen),
            Err(error) => self.fault(screen, &error),
        }
    }

    /// Says that a group is not there.
    pub(super) fn gone<T>(&self, meant: &Meant, screen: &Screen) -> Outcome<T> {
        let id = if *meant.id == *meant.shown { String::new() } else { format!(" ({})", meant.id) };
        let detail = format!("{}{id} does not exist in {}.", meant.shown, self.cloud_name());
        let hint = if meant.addr.is_some() {
            "run `acier plan` to see what else is missing"
        } else {
            "`acier ps -all` lists the groups of the subscription"
        };
        fail(screen, &Diagnostic::error("The group is gone", detail).hint(hint), &Sources::default())
    }

    /// Shows a fault of the cloud and ends the command.
    pub(super) fn fault<T>(&self, screen: &Screen, fault: &Fault) -> Outcome<T> {
        let diagnostics = diagnose(fault, "").into();
        match &self.project {
            Some(project) => screen.diagnostics(&place(project, diagnostics), &project.sources),
            None => screen.diagnostics(&diagnostics, &Sources::default()),
        }
        Err(Exit::Failed)
    }
}
