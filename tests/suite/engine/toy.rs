//! A cloud of toys: things with a name, a size and inputs, and a script of what goes wrong.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acier::provider::{Call, Fault, FaultKind, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn, Verb};
use acier::schema::{Attribute, Block, Cost, Schema, Schemas, Secrecy, Timeouts, Usage};
use acier::value::{Members, Name, Type, Value};

use crate::lab::Fuse;

pub(crate) const KIND: &str = "azurerm_toy";

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Luck {
    /// Nothing special.
    Fine,
    /// The cloud says no and does nothing.
    Refused,
    /// The cloud is too busy and does nothing.
    Throttled,
    /// The request never arrives.
    LostBefore,
    /// The cloud acts, and its answer is lost.
    LostAfter,
    /// The connection is lost, and the request arrives after the next look at the cloud.
    ArrivesLate,
    /// The cloud acts, its answer is lost, and the client's second try is refused.
    RefusedTwin,
    /// The cloud acts and never answers.
    Late,
    /// The operation is accepted and fails; what it made stays there.
    FailsLater,
    /// The operation is accepted, does nothing and fails.
    FailsUndone,
    /// The operation works, and nobody can ask about it.
    Unpollable,
    /// The operation works and never ends.
    Endless,
    /// The operation works, and what it made runs well after a while.
    Runs,
    /// The operation works, and what it made runs and fails.
    RunFails,
}

/// A cloud of toys.
pub(crate) struct Toys {
    schemas: Schemas,
    pub(crate) world: RefCell<BTreeMap<String, Members>>,
    /// What no cloud should ever be asked.
    pub(crate) violations: RefCell<BTreeSet<String>>,
    luck: RefCell<Vec<Luck>>,
    /// Requests that are still on their way.
    late: RefCell<Vec<Call>>,
    pub(crate) fuse: RefCell<Fuse>,
    /// How many turns were taken, since when.
    turns: Cell<u64>,
    born: tokio::time::Instant,
}

fn attribute(name: &str, ty: Type, usage: Usage, cost: Cost) -> Attribute {
    Attribute { cost, ..Attribute::new(name, ty, usage) }
}

pub(crate) fn schemas() -> Schemas {
    let mut secret = attribute("secret", Type::String, Usage::Optional, Cost::Restart);
    secret.secrecy = Secrecy::WriteOnly;
    let mut stamp = attribute("stamp", Type::String, Usage::Computed, Cost::Nothing);
    stamp.unsettled_by = Some(Cost::Restart);
    let attributes = vec![
        attribute("id", Type::String, Usage::Computed, Cost::Nothing),
        attribute("name", Type::String, Usage::Required, Cost::Replace),
        attribute("size", Type::Number, Usage::Optional, Cost::Restart),
        attribute("shape", Type::Number, Usage::Optional, Cost::Replace),
        attribute("inputs", Type::list(Type::String), Usage::Optional, Cost::Nothing),
        secret,
        stamp,
    ];
    let timeouts = Timeouts { create: 60, read: 60, update: 60, delete: 60 };
    let schema = Schema { timeouts, ..Schema::new(KIND, Block { attributes, ..Block::default() }) };
    let provider = Schema { kind: "azurerm".into(), block: Block::default(), ..schema.clone() };
    Schemas {
        managed: BTreeMap::from([(KIND.into(), schema)]),
        data: BTreeMap::new(),
        providers: BTreeMap::from([("azurerm".into(), provider)]),
    }
}

impl Toys {
    pub(crate) fn new(luck: Vec<Luck>) -> Toys {
        Toys {
            schemas: schemas(),
            world: RefCell::default(),
            violations: RefCell::default(),
            luck: RefCell::new(luck),
            late: RefCell::default(),
            fuse: RefCell::new(Fuse::new(None)),
            turns: Cell::new(0),
            born: tokio::time::Instant::now(),
        }
    }

    /// From now on this happens, the last first.
    pub(crate) fn befall(&self, luck: Vec<Luck>) {
        self.luck.replace(luck);
    }

    fn luck(&self) -> Luck {
        self.luck.borrow_mut().pop().unwrap_or(Luck::Fine)
    }

    /// One boundary crossing; never returns when the process is dead.
    async fn point(&self) {
        let burned = self.fuse.borrow().burns();
        if burned {
            std::future::pending::<()>().await;
        }
    }

    /// What somebody sees who looks; after that, what was on its way arrives.
    fn show(&self, id: &str, prior: &Value) -> Value {
        let seen = self.see(id, prior);
        for call in self.late.take() {
            self.act(&call);
        }
        seen
    }

    fn see(&self, id: &str, prior: &Value) -> Value {
        match self.world.borrow().get(id) {
            None => Value::null(Type::Dynamic),
            Some(members) => {
                let mut members = members.clone();
                let hidden = |secret: &Value| if secret.is_null() { secret.clone() } else { Value::undisclosed() };
                let secret = prior.get("secret").cloned().unwrap_or_else(|| hidden(members.get("secret").unwrap()));
                members.insert("secret".into(), secret);
                Value::object(members)
            }
        }
    }

    fn act(&self, call: &Call) {
        let mut world = self.world.borrow_mut();
        let known = world.contains_key(&*call.id);
        let wrong = |what: &str| {
            self.violations.borrow_mut().insert(format!("{what} {}", call.id));
        };
        if call.verb == Verb::Delete {
            world.remove(&*call.id);
            return;
        }
        if call.verb == Verb::Create && known {
            wrong("created twice:");
        }
        if !call.planned.get("secret").is_none_or(|secret| secret.is_null() || secret.as_str() == Some("canary")) {
            wrong("sent something else than the secret:");
        }
        let mut members = call.planned.as_members().cloned().unwrap_or_default();
        members.insert("id".into(), Value::string(call.id.clone()));
        let stamp = format!("{}-{}", call.id, members.get("size").and_then(Value::as_int).unwrap_or_default());
        members.insert("stamp".into(), Value::string(stamp));
        if members.values().any(|member| !member.is_wholly_known()) {
            wrong("was sent unknown values:");
        }
        world.insert(call.id.to_string(), members);
    }
}

fn fault(kind: FaultKind, message: &str) -> Fault {
    Fault { kind, code: "Toy".into(), message: message.into(), trace: String::new(), hint: None }
}

fn pending(ticket: &str) -> Progress {
    Progress::Pending {
        ticket: Ticket(ticket.into()),
        after: Duration::from_secs(1),
        note: String::new(),
        news: Vec::new(),
        standing: false,
    }
}

fn standing(ticket: &str) -> Progress {
    let (ticket, note, news) = (Ticket(ticket.into()), "it runs".into(), vec!["it stands".into()]);
    Progress::Pending { ticket, after: Duration::from_secs(1), note, news, standing: true }
}

impl Provider for Toys {
    fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    fn cloud(&self) -> Name {
        "toys".into()
    }

    fn account(&self, _configuration: &str) -> Name {
        "".into()
    }

    fn identify(&self, _cloud: &str, _kind: &str, value: &Value) -> Result<Name, Fault> {
        value
            .text("name")
            .map(|name| format!("/toys/{name}").into())
            .ok_or_else(|| fault(FaultKind::Invalid, "no name"))
    }

    fn recognise(&self, _cloud: &str, _kind: &str, named: &Value) -> Result<Name, Fault> {
        Ok(named.as_str().unwrap_or_default().to_lowercase().into())
    }

    fn scope(&self, _handle: &Handle) -> Option<Name> {
        Some("/toys".into())
    }

    fn wider(&self, _scope: &str) -> Option<(Name, usize)> {
        None
    }

    fn turn(&self, call: &Call) -> Option<Turn> {
        if call.verb != Verb::Create {
            return None;
        }
        // Three toys a minute may be made.
        let number = self.turns.replace(self.turns.get() + 1);
        let after = Duration::from_secs(60 * (number / 3)).saturating_sub(self.born.elapsed());
        (!after.is_zero()).then(|| Turn { after, why: "Three toys a minute.".into() })
    }

    async fn foresee(&self, _changes: &[Prospect]) -> Result<Outlook, Fault> {
        Ok(Outlook::default())
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        self.point().await;
        let value = self.show(&handle.id, &handle.prior);
        self.point().await;
        Ok(value)
    }

    async fn list(&self, _scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        self.point().await;
        Ok(handles.iter().map(|handle| self.show(&handle.id, &handle.prior)).collect())
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        self.point().await;
        let luck = self.luck();
        match luck {
            Luck::Refused => return Err(fault(FaultKind::Rejected, "no")),
            Luck::Throttled => return Err(fault(FaultKind::Throttled, "slow down")),
            Luck::LostBefore => return Err(fault(FaultKind::Unreachable, "lost")),
            Luck::ArrivesLate => {
                self.late.borrow_mut().push(call.clone());
                return Err(fault(FaultKind::Unreachable, "lost"));
            }
            Luck::FailsUndone => {}
            _ => self.act(call),
        }
        self.point().await;
        let ticket = match luck {
            Luck::LostAfter => return Err(fault(FaultKind::Unreachable, "lost")),
            Luck::RefusedTwin => return Err(fault(FaultKind::Rejected, "it is under way already")),
            Luck::Late => std::future::pending().await,
            Luck::FailsLater | Luck::FailsUndone => "fails",
            Luck::Unpollable => "denied",
            Luck::Endless => "endless",
            Luck::Runs => "starts",
            Luck::RunFails => "starts badly",
            _ => "works",
        };
        Ok(pending(ticket))
    }

    async fn poll(&self, call: &Call, ticket: &Ticket) -> Result<Progress, Fault> {
        self.point().await;
        match &*ticket.0 {
            "fails" => Err(fault(FaultKind::Rejected, "it failed")),
            "denied" => Err(fault(FaultKind::Denied, "not for you")),
            "endless" => Ok(pending("endless")),
            "starts" => Ok(standing("works")),
            "starts badly" => Ok(standing("falls")),
            "falls" => Err(fault(FaultKind::Run, "it fell over")),
            _ => Ok(Progress::Done(self.show(&call.id, &call.planned))),
        }
    }

    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        self.point().await;
        Ok(Progress::Done(self.show(&call.id, &call.planned)))
    }

    async fn run(&self, _provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> Result<(), Fault> {
        self.point().await;
        tell(format!("ran {}", config.text("command").unwrap_or_default()));
        self.point().await;
        if config.text("command") == Some("fail") { Err(fault(FaultKind::Run, "it failed")) } else { Ok(()) }
    }

    async fn fetch(&self, _cloud: &str, _kind: &str, config: &Value) -> Result<Value, Fault> {
        Ok(config.clone())
    }
}
