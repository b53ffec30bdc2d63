//! The built-in kinds behind the port.
//!
//! **Never:** wait: every call ends at once. The decision to question: an id that was thought up in
//! this run and not used yet names nothing; any other id names an object that somebody says exists.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::provider::{Call, Fault, FaultKind, Handle, Outlook, Progress, Prospect, Provider, Ticket, Turn, Verb};
use crate::schema::Schemas;
use crate::value::{Name, Type, Value};

use super::{SOURCE, data, local_exec, remote_state};

/// The built-in provider.
pub struct Builtin {
    schemas: &'static Schemas,
    /// Ids of objects that are still to be made.
    thought_up: RefCell<BTreeSet<Name>>,
    scope: Name,
    /// Where programs are run.
    folder: PathBuf,
}

impl Builtin {
    /// The built-in provider of a configuration in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Builtin {
        let folder = folder.to_owned();
        Builtin { schemas: super::schemas(), thought_up: RefCell::default(), scope: SOURCE.into(), folder }
    }

    fn look(&self, handle: &Handle) -> Value {
        if !handle.prior.is_null() {
            handle.prior.clone()
        } else if self.thought_up.borrow().contains(&handle.id) {
            Value::null(Type::Dynamic)
        } else {
            data::imported(&handle.id)
        }
    }

    /// What becomes of a call, which has no effect but what the state says of it.
    fn end(call: &Call) -> Value {
        match call.verb {
            Verb::Create | Verb::Update => data::settle(&call.planned, &call.id),
            Verb::Delete => Value::null(Type::Dynamic),
        }
    }
}

impl Provider for Builtin {
    fn schemas(&self) -> &Schemas {
        self.schemas
    }

    fn cloud(&self) -> Name {
        self.scope.clone()
    }

    fn account(&self, _configuration: &str) -> Name {
        Name::from("")
    }

    fn identify(&self, _cloud: &str, _kind: &str, _value: &Value) -> Result<Name, Fault> {
        let id: Name = uuid::Uuid::new_v4().to_string().into();
        self.thought_up.borrow_mut().insert(id.clone());
        Ok(id)
    }

    fn recognise(&self, _cloud: &str, kind: &str, named: &Value) -> Result<Name, Fault> {
        match named.as_str() {
            Some(id) if !id.is_empty() => Ok(id.into()),
            _ => Err(Fault {
                kind: FaultKind::Invalid,
                code: String::new(),
                message: format!("A {kind} has no names; it is imported by its id alone, which is a text."),
                trace: String::new(),
                hint: Some("Write id = \"...\".".into()),
            }),
        }
    }

    fn scope(&self, _handle: &Handle) -> Option<Name> {
        Some(self.scope.clone())
    }

    fn wider(&self, _scope: &str) -> Option<(Name, usize)> {
        None
    }

    fn turn(&self, _call: &Call) -> Option<Turn> {
        None
    }

    async fn foresee(&self, _changes: &[Prospect]) -> Result<Outlook, Fault> {
        Ok(Outlook::default())
    }

    async fn read(&self, handle: &Handle) -> Result<Value, Fault> {
        Ok(self.look(handle))
    }

    async fn list(&self, _scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
        Ok(handles.iter().map(|handle| self.look(handle)).collect())
    }

    async fn begin(&self, call: &Call) -> Result<Progress, Fault> {
        self.thought_up.borrow_mut().remove(&call.id);
        Ok(Progress::Done(Builtin::end(call)))
    }

    async fn poll(&self, call: &Call, _ticket: &Ticket) -> Result<Progress, Fault> {
        Ok(Progress::Done(Builtin::end(call)))
    }

    /// Nothing but the state knows of a call that a crash left in flight: what was to be made is taken
    /// for made, and what was to go is still there, for it may not have been bid farewell.
    async fn follow(&self, call: &Call) -> Result<Progress, Fault> {
        let value = if call.verb == Verb::Delete { call.prior.clone() } else { Builtin::end(call) };
        Ok(Progress::Done(value))
    }

    async fn run(&self, _provisioner: &str, config: &Value, tell: &dyn Fn(String)) -> Result<(), Fault> {
        local_exec::run(config, &self.folder, tell).await
    }

    async fn fetch(&self, _cloud: &str, _kind: &str, config: &Value) -> Result<Value, Fault> {
        remote_state::fetch(config, &self.folder)
    }
}
