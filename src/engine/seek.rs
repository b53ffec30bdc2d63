//! Answers a planner that asks: data sources, and objects that the state does not know.
//!
//! **Never:** decide what becomes of what was found. In: questions. Out: answers to add. Objects
//! are read without a prior, so what the cloud never returns of them is not known.

use futures_util::stream::{self, StreamExt};

use crate::addr::Addr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Answers, Questions, Sought, Which};
use crate::provider::{Fault, FaultKind, Handle, Provider};
use crate::seal::Key;
use crate::state::Object;
use crate::value::{Name, Type, Value};

use super::look::{Wanted, look};
use super::notice::diagnose;

/// Reads everything that a plan asks for, at most `parallelism` requests at a time.
///
/// # Errors
/// What could not be read, and what was to be imported and does not exist.
pub async fn answer<P: Provider>(
    provider: &P,
    questions: &Questions,
    key: &Key,
    parallelism: usize,
) -> Result<Answers, Diagnostics> {
    let mut answers = Answers::default();
    let mut diagnostics = Diagnostics::none();
    let asked = questions.data.iter().map(|(addr, config)| async move {
        (addr, provider.fetch(&provider.account(questions.configuration(addr)), &addr.block.kind, config).await)
    });
    let mut read: Vec<_> = stream::iter(asked).buffer_unordered(parallelism.max(1)).collect().await;
    read.sort_by_key(|(addr, _)| *addr);
    for (addr, answer) in read {
        match answer {
            Ok(value) => drop(answers.data.insert(addr.clone(), value)),
            Err(fault) if questions.lenient.contains(addr) => {
                drop(answers.faults.insert(addr.clone(), diagnose(&fault, &addr.to_string())));
            }
            Err(fault) => diagnostics.push(diagnose(&fault, &addr.to_string())),
        }
    }
    objects(provider, questions, key, parallelism, &mut answers, &mut diagnostics).await;
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(answers) }
}

async fn objects<P: Provider>(
    provider: &P,
    questions: &Questions,
    key: &Key,
    parallelism: usize,
    answers: &mut Answers,
    diagnostics: &mut Diagnostics,
) {
    let mut wanted: Vec<(&Sought, Handle)> = Vec::with_capacity(questions.objects.len());
    for sought in &questions.objects {
        let cloud = provider.account(questions.configuration(&sought.addr));
        let kind = sought.addr.block.kind.clone();
        let id = match &sought.which {
            Which::Named(named) => match provider.recognise(&cloud, &kind, named) {
                Ok(id) => id,
                Err(fault) => {
                    diagnostics.push(about(&fault, sought));
                    continue;
                }
            },
            Which::Like(value) => match provider.identify(&cloud, &kind, value) {
                Ok(id) => id,
                // What has no name yet cannot exist.
                Err(_) => {
                    answers.objects.insert(sought.addr.clone(), None);
                    continue;
                }
            },
        };
        wanted.push((sought, Handle { kind, id, prior: Value::null(Type::Dynamic), cloud }));
    }
    for (batch, values) in look(provider, wanted, parallelism).await {
        match values {
            Ok(values) => {
                for ((sought, handle), value) in batch.iter().zip(values) {
                    match settle(provider, handle, &value, key) {
                        None if sought.must => diagnostics.push(missing(sought, &handle.id)),
                        found => drop(answers.objects.insert(sought.addr.clone(), found)),
                    }
                }
            }
            Err(fault) => {
                if let Some((sought, _)) = batch.first() {
                    diagnostics.push(about(&fault, sought));
                }
            }
        }
    }
}

impl Wanted for (&Sought, Handle) {
    fn addr(&self) -> &Addr {
        &self.0.addr
    }

    fn handle(&self) -> &Handle {
        &self.1
    }

    fn alone(&self) -> bool {
        false
    }
}

fn settle<P: Provider>(provider: &P, handle: &Handle, value: &Value, key: &Key) -> Option<Object> {
    if value.is_null() {
        return None;
    }
    let schemas = provider.schemas();
    Some(Object {
        kind: handle.kind.clone(),
        // The cloud's own spelling of the names in it.
        id: value.text("id").map_or_else(|| handle.id.clone(), Name::from),
        schema_version: schemas.managed.get(&handle.kind).map_or(0, |schema| schema.version),
        value: schemas.conceal(&handle.kind, value, &|secret| key.fingerprint(secret)),
        needs: Vec::new(),
        tainted: false,
        unfinished: false,
        unprovisioned: false,
        cloud: Some(handle.cloud.clone()).filter(|cloud| !cloud.is_empty()),
        create_before_destroy: false,
    })
}

fn about(fault: &Fault, sought: &Sought) -> Diagnostic {
    let mut diagnostic = diagnose(fault, &sought.addr.to_string()).at_maybe(sought.span);
    if fault.kind == FaultKind::Invalid {
        diagnostic.summary = "Invalid import".to_owned();
    }
    diagnostic
}

fn missing(sought: &Sought, id: &str) -> Diagnostic {
    let Addr { block, .. } = &sought.addr;
    let detail = format!(
        "While attempting to import an existing object to {}, the service said that there is no {} {id}. Only objects that \
         exist can be imported.",
        sought.addr, block.kind
    );
    Diagnostic::error("Cannot import non-existent remote object", detail)
        .at_maybe(sought.span)
        .about(sought.addr.to_string())
        .hint(
            "Check the names in the id and the subscription; or let it be created: without the import, or with -adopt, \
             which imports what exists and creates what does not.",
        )
}
