//! The cloud of a run in which some objects have a stand-in.
//!
//! **Never:** let a call for such an object reach a cloud, or make anything up: what is asked for comes
//! whole, and is what there is. In: calls. Out: the same to the cloud behind, or answers.

use std::cell::Cell;
use std::rc::Rc;

use crate::cli::cloud::Cloud;
use crate::lang::trial::cast::ACCOUNT;
use crate::provider::{Call, Fault, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn, Verb};
use crate::schema::Schemas;
use crate::value::{Name, Type, Value};

/// A cloud, and the place before it.
pub(super) struct Stage {
    pub(super) cloud: Cloud,
    /// How many ids were given out.
    pub(super) ids: Rc<Cell<u64>>,
}

fn plays(cloud: &str) -> bool {
    cloud == ACCOUNT
}

fn end(call: &Call) -> Progress {
    Progress::Done(if call.verb == Verb::Delete { Value::null(Type::Dynamic) } else { call.planned.clone() })
}

impl Provider for Stage {
    fn schemas(&self) -> &Schemas {
        self.cloud.schemas()
    }

    fn cloud(&self) -> Name {
        self.cloud.cloud()
    }

    fn account(&self, configuration: &str) -> Name {
        if plays(configuration) { ACCOUNT.into() } else { self.cloud.account(configuration) }
    }

    /// Attributes of two may be the same, and ids must not be.
    fn identify(&self, cloud: &str, kind: &str, value: &Value) -> Result<Name, Fault> {
        if !plays(cloud) {
            return self.cloud.identify(cloud, kind, value);
        }
        self.ids.set(self.ids.get() + 1);
        Ok(format!("{ACCOUNT}:{}", self.ids.get()).into())
    }

    fn recognise(&self, cloud: &str, kind: &str, named: &Value) -> Result<Name, Fault> {
        self.cloud.recognise(if plays(cloud) { "" } else { cloud }, kind, named)
    }

    fn scope(&self, handle: &Handle) -> Option<Name> {
        if plays(&handle.cloud) { None } else { self.cloud.scope(handle) }
    }

    fn wider(&self, scope: &str) -> Option<(Name, usize)> {
        self.cloud.wider(scope)
    }

    fn turn(&self, call: &Call) -> Option<Turn> {
        if plays(&call.cloud) { None } else { self.cloud.turn(call) }
    }

    async fn foresee(&self, changes: &[Prospect]) -> Result<Outlook, Fault> {
        let real: Vec<Prospect> = changes.iter().filter(|change| !plays(&change.cloud)).cloned().collect();
        self.cloud.foresee(&real).await
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        if plays(&handle.cloud) { Ok(handle.prior.clone()) } else { self.cloud.read(handle).await }
    }

    async fn list(&self, scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        self.cloud.list(scope, handles).await
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        if plays(&call.cloud) { Ok(end(call)) } else { self.cloud.begin(call).await }
    }

    async fn poll(&self, call: &Call, ticket: &Ticket) -> Result<Progress, Fault> {
        if plays(&call.cloud) { Ok(end(call)) } else { self.cloud.poll(call, ticket).await }
    }

    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        if plays(&call.cloud) { Ok(end(call)) } else { self.cloud.follow(call).await }
    }

    async fn run(&self, provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> Result<(), Fault> {
        self.cloud.run(provisioner, config, tell).await
    }

    async fn fetch(&self, cloud: &str, kind: &str, config: &Value) -> Result<Value, Fault> {
        if plays(cloud) { Ok(config.clone()) } else { self.cloud.fetch(cloud, kind, config).await }
    }
}
