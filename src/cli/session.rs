//! One run on one configuration: project, inputs, store, state and cloud, opened in that order.
//!
//! **Never:** act on the cloud itself but for resuming: what a crash left in flight is resolved
//! here, before any command does its own work. The decision to question: the store is locked for
//! every command that talks to a cloud, because a plan made beside a running apply is worthless.

use std::path::Path;
use std::rc::Rc;

use crate::addr;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::engine::resume::{Patience, resume};
use crate::engine::{Desk, Notice};
use crate::lang::inputs::Inputs;
use crate::lang::scope::Scope;
use crate::plan::{Mode, Plan};
use crate::provider::{Provider, Turn};
use crate::seal::Key;
use crate::state::{Act, OperationKind, State};
use crate::store::{Access, Store, StoreError};
use crate::value::Name;

use super::cloud::{Cloud, connect_all, nowhere};
use super::exit::Exit;
use super::foreknown::{configurations, needed};
use super::kinds;
use super::progress;
use super::project::{Project, Var};
use super::screen::Screen;
use super::workspace;

/// What a command works with.
pub(super) struct Session {
    /// The configuration.
    pub(super) project: Project,
    /// The values of its variables.
    pub(super) inputs: Inputs,
    /// Where the state persists.
    pub(super) store: Store,
    /// The state.
    pub(super) state: State,
    /// The key of the state's secrets.
    pub(super) key: Key,
    /// The cloud.
    pub(super) cloud: Cloud,
    /// How long the present plan takes at least, if the service limits that.
    pub(super) pace: Option<Turn>,
}

/// A command that cannot go on has said why; this is how the program ends.
pub(super) type Outcome<T> = Result<T, Exit>;

/// An open store, and the state in it.
pub(super) type Opened = (Store, State);

/// Shows diagnostics; an error ends the command.
pub(super) fn show(screen: &Screen, diagnostics: &Diagnostics, sources: &Sources) -> Outcome<()> {
    screen.diagnostics(diagnostics, sources);
    if diagnostics.has_errors() { Err(Exit::Failed) } else { Ok(()) }
}

/// Ends a command with one error.
pub(super) fn fail<T>(screen: &Screen, diagnostic: &Diagnostic, sources: &Sources) -> Outcome<T> {
    screen.diagnostic(diagnostic, sources);
    Err(Exit::Failed)
}

/// Opens the configuration of a folder.
pub(super) fn open_project(folder: &Path, screen: &Screen) -> Outcome<Project> {
    Project::open(folder, Rc::new(kinds::schemas())).map_err(|broken| broken.tell(screen))
}

/// Opens the store of the selected workspace; says what is wrong and how the program ends if it cannot.
pub(super) fn open_store(folder: &Path, access: Access, screen: &Screen) -> Outcome<Opened> {
    open_state(&workspace::state(folder, screen)?, access, screen)
}

/// Opens the store in a folder of its own; says what is wrong and how the program ends if it cannot.
pub(super) fn open_state(state: &Path, access: Access, screen: &Screen) -> Outcome<Opened> {
    tell_opened(read_state(state, access), screen)
}

fn read_state(state: &Path, access: Access) -> Result<Opened, StoreError> {
    let mut store = Store::open(state, access)?;
    let state = store.load()?;
    Ok((store, state))
}

fn tell_opened(opened: Result<Opened, StoreError>, screen: &Screen) -> Outcome<Opened> {
    let (mut store, state) = opened.map_err(|error| store_failed(&error, screen))?;
    store.notes().iter().for_each(|note| screen.note(note));
    Ok((store, state))
}

/// Says what is wrong with the store, and how the program ends.
pub(super) fn store_failed(error: &StoreError, screen: &Screen) -> Exit {
    screen.diagnostic(&error.diagnostic(), &Sources::default());
    match error {
        StoreError::Locked { .. } => Exit::Locked,
        // Neither a full disk nor an unknown format says that anything is damaged.
        StoreError::Io { .. } | StoreError::Format { .. } => Exit::Failed,
        _ => Exit::Damaged,
    }
}

impl Session {
    /// Opens everything and resolves what an earlier run left in flight.
    pub(super) async fn open(
        folder: &Path,
        vars: &[Var],
        ask: bool,
        (mode, patience): (Mode, Patience),
        screen: &Screen,
    ) -> Outcome<Session> {
        let mut project = open_project(folder, screen)?;
        let inputs = project.inputs_for(mode, vars, ask, screen)?;
        validate(&project, screen)?;
        let opened = open_state(&project.state(screen)?, Access::Write, screen)?;
        Session::resumed(project, inputs, opened, patience, screen).await
    }

    /// Opens everything to look only: beside a running apply it reads what is known so far.
    pub(super) async fn look(project: Project, inputs: Inputs, screen: &Screen) -> Outcome<Session> {
        validate(&project, screen)?;
        let home = project.state(screen)?;
        match read_state(&home, Access::Write) {
            Err(StoreError::Locked { .. }) => {
                let opened = open_state(&home, Access::Read, screen)?;
                Session::begin(project, inputs, opened, screen).await
            }
            opened => {
                let opened = tell_opened(opened, screen)?;
                Session::resumed(project, inputs, opened, Patience::Leave, screen).await
            }
        }
    }

    /// Begins with a configuration that [`validate`] has passed and a store that is open to write.
    pub(super) async fn resumed(
        project: Project,
        inputs: Inputs,
        opened: Opened,
        patience: Patience,
        screen: &Screen,
    ) -> Outcome<Session> {
        let mut session = Session::begin(project, inputs, opened, screen).await?;
        session.tell_of_broken_off(screen);
        session.resume(patience, screen).await?;
        Ok(session)
    }

    async fn begin(project: Project, inputs: Inputs, (store, state): Opened, screen: &Screen) -> Outcome<Session> {
        let cloud = choose_cloud(&project, &inputs, &state, screen).await?;
        let key = store.key().clone();
        let session = Session { project, inputs, store, state, key, cloud, pace: None };
        session.check_cloud(screen)?;
        Ok(session)
    }

    /// The same findings with their places, see [`place`].
    pub(super) fn place(&self, diagnostics: Diagnostics) -> Diagnostics {
        place(&self.project, diagnostics)
    }

    /// Ends a command with its last plan. The process ends next and gives its memory back as a whole: to
    /// take a large state apart before that is a twentieth of a plan. Only what has files is closed.
    pub(super) fn end(self, plan: Plan) {
        let Session { store, state, project, cloud, .. } = self;
        drop(store);
        std::mem::forget((plan, state, project, cloud));
    }

    /// A fresh scope over the configuration.
    pub(super) fn scope(&self, applying: bool) -> Scope {
        self.project.scope(&self.inputs, applying)
    }

    fn check_cloud(&self, screen: &Screen) -> Outcome<()> {
        check_cloud(&self.state, &self.cloud, &self.project.sources, screen)
    }

    /// Names what the last run was provisioning when it was broken off.
    fn tell_of_broken_off(&self, screen: &Screen) {
        let acts = |kind| matches!(kind, OperationKind::Apply | OperationKind::Destroy);
        if !self.state.running.as_ref().is_some_and(|running| acts(running.kind)) {
            return;
        }
        let made = self.state.objects.iter().filter(|(_, object)| object.unprovisioned).map(|(addr, _)| addr);
        let leaving = self.state.pending.values().filter(|own| own.intent.provisions && own.intent.act == Act::Delete);
        let all: Vec<String> = made.chain(leaving.map(|own| &own.intent.addr)).map(ToString::to_string).collect();
        if !all.is_empty() {
            screen.note(&format!(
                "An earlier run was broken off before the provisioners of {} had ended. Their commands were told to \
                 end with it; what they had started in the background may go on.",
                all.join(", ")
            ));
        }
    }

    async fn resume(&mut self, patience: Patience, screen: &Screen) -> Outcome<()> {
        let shown = screen.clone();
        let mut tell = move |notice: Notice| shown.note(&progress::line(&notice));
        let mut desk = Desk { state: &mut self.state, journal: &mut self.store, key: &self.key, now: Rc::new(now) };
        match resume(&self.cloud, &mut desk, 10, patience, &mut tell).await {
            Ok(diagnostics) => show(screen, &self.place(diagnostics), &self.project.sources),
            Err(broken) => fail(screen, &journal_broken(&broken.0), &self.project.sources),
        }
    }
}

/// Says what is wrong whatever the inputs are, before anything is opened: also in blocks that are made no
/// time at all and in locals that nothing uses.
pub(super) fn validate(project: &Project, screen: &Screen) -> Outcome<()> {
    show(screen, &project.warnings, &project.sources)?;
    show(screen, &project.scope(&Inputs::default(), false).validate(), &project.sources)
}

/// The same findings, each once, with the places of the blocks that they are about, where these
/// still stand. What is about no object is about the provider.
pub(super) fn place(project: &Project, diagnostics: Diagnostics) -> Diagnostics {
    let module = &project.module;
    let mut placed: Vec<Diagnostic> = Vec::new();
    for mut diagnostic in diagnostics.0 {
        let block = diagnostic.address.as_deref().map(|text| addr::parse::addr(text).ok().map(|addr| addr.block));
        let span = match block {
            Some(block) => block.and_then(|block| project.tree.resource(&block)).map(|resource| resource.span),
            None => module.providers.first().map(|provider| provider.span),
        };
        diagnostic.span = diagnostic.span.or(span);
        if placed.last() != Some(&diagnostic) {
            placed.push(diagnostic);
        }
    }
    Diagnostics(placed)
}

/// State made on one cloud is refused on another.
pub(super) fn check_cloud(state: &State, cloud: &Cloud, sources: &Sources, screen: &Screen) -> Outcome<()> {
    refuse_unreached(state, cloud, sources, screen)?;
    let at_home = state
        .objects
        .values()
        .chain(state.deposed.values())
        .any(|object| object.cloud.is_none() && !kinds::is_builtin(&object.kind));
    if !at_home && state.pending.is_empty() {
        return Ok(());
    }
    let own = cloud.cloud();
    let Some(stored) = state.cloud.as_ref().filter(|stored| **stored != own) else { return Ok(()) };
    if !kinds::needs_cloud(state) {
        return Ok(());
    }
    let detail = format!(
        "The objects of this state live in {stored}. This run would act on {own}, where they do not exist; it \
         would make everything a second time."
    );
    let hint = "Run it with the settings that the state was made with, destroy its objects there first, or use a \
                copy of the configuration folder without its state.";
    fail(screen, &Diagnostic::error("The state belongs to another cloud", detail).hint(hint), sources)
}

/// Objects that no provider configuration reaches any more could neither be read nor destroyed.
fn refuse_unreached(state: &State, cloud: &Cloud, sources: &Sources, screen: &Screen) -> Outcome<()> {
    let objects = state.objects.iter().map(|(addr, object)| (addr, object.cloud.as_ref()));
    let deposed = state.deposed.iter().map(|((addr, _), object)| (addr, object.cloud.as_ref()));
    let pending = state.pending.values().map(|pending| (&pending.intent.addr, pending.intent.cloud.as_ref()));
    let all = objects.chain(deposed).chain(pending);
    let lost: Vec<(String, &Name)> =
        all.filter_map(|(addr, own)| Some((addr.to_string(), own.filter(|own| !cloud.reaches(own))?))).collect();
    let Some((_, place)) = lost.first() else { return Ok(()) };
    let place = (*place).clone();
    let shown: Vec<&str> = lost.iter().take(10).map(|(addr, _)| addr.as_str()).collect();
    let more = lost.len().saturating_sub(10);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let detail = format!(
        "No provider configuration reaches {place} any more, where these objects live: {}{more}. Without it they can neither \
         be looked at nor destroyed.",
        shown.join(", ")
    );
    let hint = "Put the provider configuration (or its key in for_each) back, remove the resources and apply, and remove \
                the configuration after that; or forget the objects with acier state rm.";
    fail(screen, &Diagnostic::error("Provider configuration not present", detail).hint(hint), sources)
}

/// The diagnostic for a journal that cannot be written.
pub(super) fn journal_broken(reason: &str) -> Diagnostic {
    Diagnostic::error(
        "The operation log cannot be written",
        format!("{reason}\n\nNothing was begun after that. What was begun before is recorded."),
    )
    .hint("Make room on the disk, repair its rights or put the state folder back, and run the same command again.")
}

/// The cloud of a configuration; none at all where it makes nothing.
pub(super) async fn choose_cloud(project: &Project, inputs: &Inputs, state: &State, screen: &Screen) -> Outcome<Cloud> {
    let module = &project.module;
    let blocks = project.tree.blocks().map(|(block, _)| block.kind);
    let named = blocks.chain(module.imports.iter().map(|import| import.to.kind.clone()));
    if !kinds::needs_cloud(state)
        && named.into_iter().all(|kind| kinds::is_builtin(&kind))
        && project.module.providers.is_empty()
        && let Some(cloud) = nowhere(&project.folder)
    {
        return Ok(cloud);
    }
    let name: Name = "azurerm".into();
    let all = configurations(project, inputs, &name, state.cloud.as_ref(), screen).await?;
    let configurations = needed(all, &project.tree, &name);
    let shown = screen.clone();
    let notice = Rc::new(move |text: String| shown.note(&text));
    match connect_all(&configurations, state.cloud.as_ref(), &project.folder, notice).await {
        Ok(cloud) => Ok(cloud),
        Err(diagnostic) => fail(screen, &diagnostic, &project.sources),
    }
}

/// The time of day, RFC 3339.
pub(super) fn now() -> Name {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}
