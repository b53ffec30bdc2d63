//! Carries out a plan: takes ready steps, writes intents, lands outcomes, until nothing is left.
//!
//! **Never:** decide again what the plan decided. In: a plan, a resolver for what was unknown in
//! it, a provider. Out: events in the journal and a report. The decision to question: intents of
//! all steps that are ready together are made durable by one sync, so a wide plan pays for few.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::graph::{Dag, Ready};
use crate::plan::resolve::{Asked, Resolver};
use crate::plan::{Action, Change, Mode, Plan, Step, StepAct};
use crate::provider::{Call, Fault, Progress, Provider, Verb};
use crate::state::{Act, Event, Intent, Journal, JournalError, OperationKind, Output, StepId};
use crate::value::{Name, Type, Value};

use super::drive::{Next, Note, drive};
use super::land::Landed;
use super::provision::Work;
use super::record::{Desk, act, remarked};
use super::{Level, Notice, Report, notice};

/// After this time in flight, and again each time it passes, a step says that it goes on.
const STILL: Duration = Duration::from_secs(10);

/// How long a step may take that has no limit: as long as anybody could wait.
const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a step in flight needs to be landed.
pub(super) struct Flight {
    pub(super) call: Call,
    pub(super) intent: Option<Intent>,
    pub(super) act: StepAct,
    pub(super) since: Instant,
    pub(super) limit: Duration,
    pub(super) note: Note,
    /// Whether the cloud has taken the call on.
    pub(super) accepted: bool,
    /// Whether the ticket is written down that the step is followed by.
    pub(super) ticketed: bool,
    /// Whether the object stands and only what runs in it is waited for.
    pub(super) standing: bool,
    /// Whether the cloud was asked once already what became of the call.
    pub(super) asked_again: bool,
    /// How often the cloud said that its call came too early, and what it said.
    pub(super) too_early: u32,
    pub(super) refusal: Option<Fault>,
    /// What runs beside its call.
    pub(super) work: Option<Work>,
}

/// One walk over a plan.
pub(super) struct Walk<'a, 'd, P, J> {
    pub(super) provider: &'a P,
    pub(super) desk: &'a mut Desk<'d, J>,
    pub(super) plan: &'a Plan,
    pub(super) resolver: &'a mut Resolver,
    pub(super) notices: &'a mut dyn FnMut(Notice),
    pub(super) ready: Ready<u32>,
    pub(super) flights: BTreeMap<u32, Flight>,
    pub(super) futures: FuturesUnordered<LocalBoxFuture<'a, (u32, Landed)>>,
    pub(super) report: Report,
    /// Steps that wait for their turn, and those of them whose turn it is.
    pub(super) waiting: BTreeMap<u32, Flight>,
    pub(super) turned: VecDeque<u32>,
    /// Steps whose intents are to be written down, and whose calls are sent then.
    pub(super) due: Vec<u32>,
    /// Lines that provisioners say, by step.
    pub(super) say: mpsc::UnboundedSender<(u32, String)>,
    pub(super) said: mpsc::UnboundedReceiver<(u32, String)>,
    pub(super) stop: watch::Receiver<Level>,
}

/// Carries out a plan.
pub async fn apply<'a, 'd: 'a, P: Provider, J: Journal>(
    provider: &'a P,
    desk: &'a mut Desk<'d, J>,
    plan: &'a Plan,
    resolver: &'a mut Resolver,
    parallelism: usize,
    mut stop: watch::Receiver<Level>,
    notices: &'a mut dyn FnMut(Notice),
) -> Report {
    // The sets come first, so that they are passed as soon as they are ready.
    let set = |place: usize| u32::try_from(plan.steps.len() + place).unwrap_or(u32::MAX);
    let mut dag = Dag::default();
    (0..plan.sets.len()).for_each(|place| dag.add(set(place)));
    plan.steps.iter().for_each(|step| dag.add(step.number));
    for (place, steps) in plan.sets.iter().enumerate() {
        steps.iter().for_each(|step| dag.need(set(place), *step));
    }
    for step in &plan.steps {
        step.needs.iter().for_each(|needed| dag.need(step.number, *needed));
        step.sets.iter().for_each(|place| dag.need(step.number, set(*place as usize)));
    }
    let (say, said) = mpsc::unbounded_channel();
    let mut walk = Walk {
        say,
        said,
        provider,
        desk,
        plan,
        resolver,
        notices,
        ready: Ready::new(dag),
        flights: BTreeMap::new(),
        futures: FuturesUnordered::new(),
        report: Report::default(),
        waiting: BTreeMap::new(),
        turned: VecDeque::new(),
        due: Vec::new(),
        stop: stop.clone(),
    };
    if let Err(broken) = walk.run(parallelism.max(1), &mut stop).await {
        walk.report.broken = Some(broken);
    }
    walk.close()
}

impl<'a, P: Provider, J: Journal> Walk<'a, '_, P, J> {
    async fn run(&mut self, parallelism: usize, stop: &mut watch::Receiver<Level>) -> Result<(), JournalError> {
        self.open()?;
        let mut ticker = tokio::time::interval_at(Instant::now() + STILL, STILL);
        loop {
            let level = *stop.borrow_and_update();
            if level == Level::Abort {
                self.report.interrupted = true;
                return Ok(());
            }
            if level == Level::Go {
                self.begin_ready(parallelism)?;
            } else if !self.report.interrupted {
                self.report.interrupted = true;
                (self.notices)(Notice::Stopping { in_flight: self.flights.len() });
            }
            self.send()?;
            if self.futures.is_empty() {
                return Ok(());
            }
            tokio::select! {
                biased;
                Ok(()) = stop.changed() => {}
                // Before the end of what says them.
                Some((number, line)) = self.said.recv() => self.hear(number, line),
                Some(first) = self.futures.next() => self.land_all(first)?,
                _ = ticker.tick() => self.say_still(),
            }
        }
    }

    /// Lands what has ended, and what has ended meanwhile: the intents that come of it are written together.
    fn land_all(&mut self, first: (u32, Landed)) -> Result<(), JournalError> {
        let mut all = vec![first];
        while let Some(Some(next)) = self.futures.next().now_or_never() {
            all.push(next);
        }
        all.into_iter().try_for_each(|(number, landed)| self.land(number, landed))
    }

    fn open(&mut self) -> Result<(), JournalError> {
        let kind = match self.plan.mode {
            Mode::Normal => OperationKind::Apply,
            Mode::Destroy => OperationKind::Destroy,
            Mode::RefreshOnly => OperationKind::Refresh,
        };
        self.desk.begin(kind, Some(self.provider.cloud()))?;
        let found = self.plan.refreshed.found.iter().map(|(addr, deposed, object)| Event::Refreshed {
            addr: addr.clone(),
            deposed: deposed.clone(),
            object: object.clone(),
        });
        let found: Vec<Event> = found.collect();
        let plan = self.plan;
        let imports = || {
            let changes = plan.changes.iter();
            changes.filter_map(|change| Some((change.addr.clone(), change.importing.as_ref()?.id.clone())))
        };
        for (addr, id) in imports() {
            (self.notices)(Notice::Importing { addr, id });
        }
        // Nothing is sent for an import, so one sync makes all of them survive.
        self.desk.record(&found, plan.imports() > 0)?;
        for (addr, id) in imports() {
            self.report.imported += 1;
            (self.notices)(Notice::Imported { addr, id });
        }
        Ok(())
    }

    /// Begins as many ready steps as fit.
    fn begin_ready(&mut self, parallelism: usize) -> Result<(), JournalError> {
        while self.flights.len() < parallelism {
            if let Some(number) = self.turned.pop_front() {
                self.take_turn(number)?;
                continue;
            }
            if self.waiting.len() >= parallelism {
                break;
            }
            let Some(number) = self.ready.take() else { break };
            self.begin_step(number)?;
        }
        Ok(())
    }

    fn begin_step(&mut self, number: u32) -> Result<(), JournalError> {
        let Some((step, change)) = self.step(number) else {
            // All steps of a set have ended well.
            self.ready.finish(&number);
            return Ok(());
        };
        match step.act {
            StepAct::Depose => {
                let key = self.deposed_key(step);
                self.desk.record(&[Event::Deposed { addr: change.addr.clone(), key }], false)?;
                self.ready.finish(&number);
                Ok(())
            }
            StepAct::Forget => {
                let addr = change.addr.clone();
                let event = match &change.deposed {
                    None => Event::Forgotten { addr },
                    deposed => Event::Refreshed { addr, deposed: deposed.clone(), object: None },
                };
                self.desk.record(&[event], false)?;
                self.ready.finish(&number);
                Ok(())
            }
            StepAct::Read | StepAct::Create | StepAct::Update | StepAct::Delete => self.prepare(step, change),
        }
    }

    /// Fills in what was unknown, finds the id, and takes the step into flight.
    fn prepare(&mut self, step: &Step, change: &'a Change) -> Result<(), JournalError> {
        if let Err(refused) = self.resolver.admit(change) {
            self.report.diagnostics.extend(refused);
            self.report.skipped.push(change.addr.clone());
            self.leave_out(step.number);
            return Ok(());
        }
        let planned = if step.act == StepAct::Delete {
            Value::null(Type::Dynamic)
        } else {
            match self.resolver.resolve(change, self.desk.key) {
                Ok(Asked::For(value)) => value,
                Ok(Asked::Nothing(left)) => return self.leave_alone(step.number, change, left),
                Err(diagnostics) => {
                    self.report.diagnostics.extend(diagnostics);
                    self.give_up(step.number, change, step.act);
                    return Ok(());
                }
            }
        };
        let flight = match self.flight(step, change, planned) {
            Ok(flight) => flight,
            Err(fault) => {
                self.report.diagnostics.push(notice::diagnose(&fault, &change.addr.to_string()));
                self.give_up(step.number, change, step.act);
                return Ok(());
            }
        };
        let turn = if step.act == StepAct::Read { None } else { self.provider.turn(&flight.call) };
        match turn {
            Some(turn) => self.await_turn(step.number, flight, turn),
            None => self.set_out(step.number, change, flight)?,
        }
        Ok(())
    }

    /// An update that changes nothing after all is no call: containers would restart for it. What has become
    /// sensitive, or is not any more, is written down.
    fn leave_alone(&mut self, number: u32, change: &Change, left: Value) -> Result<(), JournalError> {
        if let Some(object) = self.desk.state.objects.get(&change.addr).filter(|_| left != change.before) {
            let (addr, act, id) = (change.addr.clone(), StepAct::Update, Some(object.id.clone()));
            let object = remarked(object, change, &left);
            (self.notices)(Notice::Started { addr: addr.clone(), act, id: id.clone() });
            self.desk.record(&[Event::Refreshed { addr: addr.clone(), deposed: None, object: Some(object) }], false)?;
            self.report.changed += 1;
            (self.notices)(Notice::Finished { addr, act, elapsed: Duration::ZERO, id });
        }
        let diagnostics = self.resolver.publish(&change.addr, left);
        let holds = !diagnostics.has_errors();
        self.report.diagnostics.extend(diagnostics);
        if holds {
            self.ready.finish(&number);
        } else {
            self.give_up(number, change, StepAct::Update);
        }
        Ok(())
    }

    /// Takes a step into flight.
    pub(super) fn set_out(&mut self, number: u32, change: &Change, flight: Flight) -> Result<(), JournalError> {
        let act = flight.act;
        let known = (act != StepAct::Create).then(|| flight.call.id.clone());
        (self.notices)(Notice::Started { addr: change.addr.clone(), act, id: known });
        let call = flight.call.clone();
        self.flights.insert(number, flight);
        let provider = self.provider;
        match act {
            StepAct::Read => self.futures.push(Box::pin(async move {
                (number, Landed::Fetched(provider.fetch(&call.cloud, &call.kind, &call.planned).await))
            })),
            StepAct::Create => {
                // Whatever has this id already was not made by this state: it is looked for
                // before the intent is written, so that a later resume adopts only what is ours.
                let handle = call.before();
                self.futures.push(Box::pin(async move { (number, Landed::Checked(provider.read(&handle).await)) }));
            }
            _ => self.due.push(number),
        }
        Ok(())
    }

    fn flight(&self, step: &Step, change: &Change, planned: Value) -> Result<Flight, Fault> {
        let deposed = change.deposed.clone().or_else(|| self.deposed_by_this_change(step));
        let object = match &deposed {
            Some(key) => self.desk.state.deposed.get(&(change.addr.clone(), key.clone())),
            None => self.desk.state.objects.get(&change.addr),
        };
        let prior = object.map_or_else(|| Value::null(Type::Dynamic), |object| object.value.clone());
        let (verb, limit) = match step.act {
            StepAct::Update => (Verb::Update, change.timeouts.update),
            StepAct::Delete => (Verb::Delete, change.timeouts.delete),
            _ => (Verb::Create, change.timeouts.create),
        };
        let own = object.map(|object| object.cloud.clone().unwrap_or_else(|| Name::from("")));
        let cloud = match (step.act, own) {
            (StepAct::Update | StepAct::Delete, Some(own)) => own,
            _ => self.provider.account(self.plan.configuration(&change.addr)),
        };
        let id = match (step.act, object) {
            (StepAct::Read, _) => Name::from(""),
            (StepAct::Update | StepAct::Delete, Some(object)) => object.id.clone(),
            _ => self.provider.identify(&cloud, &change.kind, &planned)?,
        };
        let schemas = self.provider.schemas();
        let intent = act(step.act).map(|act| Intent {
            addr: change.addr.clone(),
            deposed: deposed.clone().filter(|_| step.act == StepAct::Delete),
            act,
            kind: change.kind.clone(),
            id: id.clone(),
            planned: schemas.conceal(&change.kind, &planned, &|secret| self.desk.key.fingerprint(secret)),
            needs: change.needs.clone(),
            create_before_destroy: change.create_before_destroy,
            cloud: Some(cloud.clone()).filter(|cloud| !cloud.is_empty()),
            provisions: self.provisions(step.act, change, object, deposed.is_some()),
        });
        Ok(Flight {
            call: Call { verb, kind: change.kind.clone(), id, prior, planned, cloud, cost: change.cost },
            intent,
            act: step.act,
            since: Instant::now(),
            limit: if limit == 0 { NO_LIMIT } else { Duration::from_secs(limit) },
            note: Note::default(),
            accepted: false,
            ticketed: false,
            standing: false,
            asked_again: false,
            too_early: 0,
            refusal: None,
            work: None,
        })
    }

    /// The key under which an earlier step of this change set the old object aside.
    fn deposed_by_this_change(&self, step: &Step) -> Option<Name> {
        let change = self.plan.changes.get(step.change)?;
        if step.act != StepAct::Delete || change.action != Action::ReplaceCreateFirst {
            return None;
        }
        // Nearly always it is the step but one before.
        let earlier = self.plan.steps.get(..step.number as usize)?.iter().rev();
        let mut own = earlier.filter(|other| other.change == step.change && other.act == StepAct::Depose);
        own.next().map(|depose| self.deposed_key(depose))
    }

    fn deposed_key(&self, depose: &Step) -> Name {
        format!("{:08x}", (self.desk.state.serial << 20) | u64::from(depose.number)).into()
    }

    /// Writes the intents of all steps whose turn it is, durably, and sends their calls.
    fn send(&mut self) -> Result<(), JournalError> {
        let due = std::mem::take(&mut self.due);
        let intents = due.iter().filter_map(|number| {
            let intent = self.flights.get(number)?.intent.clone()?;
            Some(Event::Intent { step: self.step_id(*number), intent })
        });
        let intents: Vec<Event> = intents.collect();
        if !intents.is_empty() {
            self.desk.record(&intents, true)?;
        }
        for number in due {
            let Some(Flight { call, intent: Some(intent), .. }) = self.flights.get(&number) else { continue };
            let own = call.prior.clone();
            match self.step(number) {
                Some((_, change)) if intent.provisions && intent.act == Act::Delete => {
                    self.provision(number, change, own)?;
                }
                _ => self.call(number),
            }
        }
        Ok(())
    }

    /// Sends the call of a step whose intent is durable.
    pub(super) fn call(&mut self, number: u32) {
        let Some(flight) = self.flights.get(&number) else { return };
        let (call, limit) = (flight.call.clone(), flight.limit);
        let provider = self.provider;
        self.futures.push(Box::pin(async move {
            let begun = match tokio::time::timeout(limit, provider.begin(&call)).await {
                Ok(begun) => begun,
                Err(_) => Err(late(limit)),
            };
            (number, Landed::Begun(begun))
        }));
    }

    /// Follows an accepted call to its end.
    pub(super) fn follow(&mut self, number: u32, progress: Progress) -> Result<(), JournalError> {
        let Progress::Pending { ticket, after, note, news, standing } = progress else { return Ok(()) };
        let Some(flight) = self.flights.get_mut(&number) else { return Ok(()) };
        // Of an update whose answer was lost it is not known whether it is what the cloud works on.
        flight.accepted |= flight.act != StepAct::Update || !flight.asked_again;
        let new = !flight.ticketed || standing != flight.standing;
        (flight.ticketed, flight.standing) = (true, standing);
        flight.note.replace(note);
        let (call, said, until) = (flight.call.clone(), flight.note.clone(), flight.since + flight.limit);
        if flight.accepted && new {
            let event = Event::Accepted { step: self.step_id(number), ticket: ticket.0.clone() };
            self.desk.record(&[event], false)?;
        }
        self.tell(number, news);
        let (provider, next) = (self.provider, Next { ticket, after, standing, until });
        self.futures.push(Box::pin(async move { (number, Landed::Ended(drive(provider, &call, next, said).await)) }));
        Ok(())
    }

    fn tell(&mut self, number: u32, news: Vec<String>) {
        let Some((_, change)) = self.step(number) else { return };
        for line in news {
            (self.notices)(Notice::Happened { addr: change.addr.clone(), line });
        }
    }

    /// A step, and the change that it belongs to.
    pub(super) fn step(&self, number: u32) -> Option<(&'a Step, &'a Change)> {
        let step = self.plan.steps.get(number as usize)?;
        Some((step, self.plan.changes.get(step.change)?))
    }

    pub(super) fn step_id(&self, number: u32) -> StepId {
        StepId { operation: self.desk.state.serial, step: number }
    }

    fn say_still(&mut self) {
        for (number, flight) in &self.flights {
            let elapsed = flight.since.elapsed();
            if let Some((_, change)) = self.step(*number)
                && elapsed >= STILL
            {
                let (addr, note) = (change.addr.clone(), flight.note.borrow().clone());
                (self.notices)(Notice::Still { addr, act: flight.act, elapsed, note });
            }
        }
    }

    /// Drops a step that could not be begun, with everything that needs it.
    pub(super) fn give_up(&mut self, number: u32, change: &Change, act: StepAct) {
        let elapsed = self.flights.remove(&number).map(|flight| flight.since.elapsed()).unwrap_or_default();
        (self.notices)(Notice::Failed { addr: change.addr.clone(), act, elapsed });
        self.leave_out(number);
    }

    /// Leaves out everything that needs a step.
    fn leave_out(&mut self, number: u32) {
        for lost in self.ready.fail(&number) {
            self.report.skipped.extend(self.step(lost).map(|(_, change)| change.addr.clone()));
        }
    }

    /// Records outputs and the end, and gives the report.
    fn close(mut self) -> Report {
        let left: Vec<u32> = self.ready.left().copied().collect();
        for number in left {
            let Some((_, change)) = self.step(number) else { continue };
            let flight = self.flights.get(&number).or_else(|| self.waiting.get(&number));
            let begun = flight.is_some_and(|flight| flight.intent.is_some());
            let runs = flight.is_some_and(|flight| flight.work.is_some());
            if runs || begun && self.desk.state.pending.contains_key(&self.step_id(number)) {
                self.report.unknown.push(change.addr.clone());
            } else {
                self.report.skipped.push(change.addr.clone());
            }
        }
        self.report.skipped.sort();
        self.report.skipped.dedup();
        if self.report.broken.is_none()
            && let Err(broken) = self.settle_outputs()
        {
            self.report.broken = Some(broken);
        }
        self.report
    }

    fn settle_outputs(&mut self) -> Result<(), JournalError> {
        let mut events = Vec::new();
        let (values, diagnostics) = self.resolver.outputs();
        self.report.diagnostics.extend(diagnostics);
        let checks = self.resolver.checks(self.plan);
        self.report.diagnostics.extend(checks);
        for (name, value) in values {
            // A null output is one that is not there.
            let output = Some(Output { value }).filter(|output| !output.value.is_null());
            if self.desk.state.outputs.get(&name) != output.as_ref() {
                events.push(Event::Output { name, output });
            }
        }
        for (name, change) in &self.plan.outputs {
            if change.after.is_none() && self.desk.state.outputs.contains_key(name) {
                events.push(Event::Output { name: name.clone(), output: None });
            }
        }
        self.desk.record(&events, false)?;
        let complete = self.report.is_complete();
        self.desk.end(complete)
    }
}

fn late(limit: Duration) -> Fault {
    Fault {
        kind: crate::provider::FaultKind::TimedOut,
        code: String::new(),
        message: format!("The service did not answer within {} seconds.", limit.as_secs()),
        trace: String::new(),
        hint: Some("Raise the limit in the block's timeouts.".into()),
    }
}
