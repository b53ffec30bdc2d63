//! Two providers as one: each call goes to the one that knows its kind.
//!
//! **Never:** answer by itself. In: a cloud and the kinds that come without one. Out: the port. The
//! decision to question: which cloud a run acts on is what the first of the two says.

use crate::schema::Schemas;
use crate::value::{Name, Value};

use super::{Call, Fault, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn};

/// A cloud, and kinds beside it.
pub struct Router<A, B> {
    cloud: A,
    own: B,
    schemas: Schemas,
}

impl<A: Provider, B: Provider> Router<A, B> {
    /// `own` knows the kinds that need no cloud; `cloud` knows all others.
    #[must_use]
    pub fn new(cloud: A, own: B) -> Router<A, B> {
        let mut schemas = cloud.schemas().clone();
        schemas.add(own.schemas().clone());
        Router { cloud, own, schemas }
    }

    /// The cloud alone.
    pub fn into_cloud(self) -> A {
        self.cloud
    }

    fn is_own(&self, kind: &str) -> bool {
        self.own.schemas().managed.contains_key(kind)
    }
}

impl<A: Provider, B: Provider> Provider for Router<A, B> {
    fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    fn cloud(&self) -> Name {
        self.cloud.cloud()
    }

    fn identify(&self, kind: &str, value: &Value) -> Result<Name, Fault> {
        if self.is_own(kind) { self.own.identify(kind, value) } else { self.cloud.identify(kind, value) }
    }

    fn recognise(&self, kind: &str, named: &Value) -> Result<Name, Fault> {
        if self.is_own(kind) { self.own.recognise(kind, named) } else { self.cloud.recognise(kind, named) }
    }

    fn scope(&self, handle: &Handle) -> Option<Name> {
        if self.is_own(&handle.kind) { self.own.scope(handle) } else { self.cloud.scope(handle) }
    }

    fn wider(&self, scope: &str) -> Option<(Name, usize)> {
        self.cloud.wider(scope).or_else(|| self.own.wider(scope))
    }

    fn turn(&self, call: &Call) -> Option<Turn> {
        if self.is_own(&call.kind) { self.own.turn(call) } else { self.cloud.turn(call) }
    }

    /// Only the cloud has limits that a plan may run into.
    async fn foresee(&self, changes: &[Prospect]) -> Result<Outlook, Fault> {
        let of_cloud = |(_, change): &(usize, &Prospect)| !self.is_own(&change.kind);
        let (places, asked): (Vec<usize>, Vec<Prospect>) =
            changes.iter().enumerate().filter(of_cloud).map(|(place, change)| (place, change.clone())).unzip();
        if asked.is_empty() {
            return Ok(Outlook::default());
        }
        let mut outlook = self.cloud.foresee(&asked).await?;
        for omen in &mut outlook.omens {
            omen.about = omen.about.and_then(|at| places.get(at).copied());
        }
        Ok(outlook)
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        if self.is_own(&handle.kind) { self.own.read(handle).await } else { self.cloud.read(handle).await }
    }

    async fn list(&self, scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        match handles.first() {
            Some(first) if self.is_own(&first.kind) => self.own.list(scope, handles).await,
            _ => self.cloud.list(scope, handles).await,
        }
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) { self.own.begin(call).await } else { self.cloud.begin(call).await }
    }

    async fn poll(&self, call: &Call, ticket: &Ticket) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) { self.own.poll(call, ticket).await } else { self.cloud.poll(call, ticket).await }
    }

    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        if self.is_own(&call.kind) { self.own.follow(call).await } else { self.cloud.follow(call).await }
    }

    /// No cloud runs programs on this machine.
    async fn run(&self, provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> Result<(), Fault> {
        self.own.run(provisioner, config, tell).await
    }

    async fn fetch(&self, kind: &str, config: &Value) -> Result<Value, Fault> {
        if self.own.schemas().data.contains_key(kind) {
            self.own.fetch(kind, config).await
        } else {
            self.cloud.fetch(kind, config).await
        }
    }
}
