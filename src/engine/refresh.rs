//! Finds out what became of the objects of the state.
//!
//! **Never:** change the state: what was found goes into the plan and is recorded when the plan
//! is applied.

use crate::addr::Addr;
use crate::diag::Diagnostics;
use crate::plan::Refreshed;
use crate::provider::{Handle, Provider};
use crate::seal::Key;
use crate::state::{Object, State};
use crate::value::{Name, Value};

use super::look::{Wanted, look};
use super::notice::diagnose;

struct Known<'s> {
    addr: &'s Addr,
    deposed: Option<&'s Name>,
    object: &'s Object,
    handle: Handle,
    watched: bool,
}

impl Wanted for Known<'_> {
    fn addr(&self) -> &Addr {
        self.addr
    }

    fn handle(&self) -> &Handle {
        &self.handle
    }

    fn alone(&self) -> bool {
        self.watched
    }
}

/// Reads every object of the state that `wanted` names, at most `parallelism` requests at a time.
/// What `watched` names is read singly: the configuration refers to what no list returns of it.
/// A difference in what changes by itself alone is found only there.
///
/// # Errors
/// What could not be read; nothing is assumed about it.
pub async fn refresh<P: Provider>(
    provider: &P,
    state: &State,
    key: &Key,
    parallelism: usize,
    wanted: &dyn Fn(&Addr) -> bool,
    watched: &dyn Fn(&Addr) -> bool,
) -> Result<Refreshed, Diagnostics> {
    let current = state.objects.iter().map(|(addr, object)| (addr, None, object));
    let deposed = state.deposed.iter().map(|((addr, key), object)| (addr, Some(key), object));
    let known = current.chain(deposed).filter(|(addr, ..)| wanted(addr)).map(|(addr, deposed, object)| Known {
        addr,
        deposed,
        object,
        handle: Handle {
            kind: object.kind.clone(),
            id: object.id.clone(),
            prior: object.value.clone(),
            cloud: object.cloud.clone().unwrap_or_else(|| Name::from("")),
        },
        watched: watched(addr),
    });
    let mut refreshed = Refreshed::default();
    let mut diagnostics = Diagnostics::none();
    for (batch, answer) in look(provider, known.collect(), parallelism).await {
        match answer {
            Ok(values) => {
                for (known, value) in batch.iter().zip(values) {
                    compare(provider, key, known, &value, &mut refreshed);
                }
            }
            Err(fault) => {
                let about = batch.first().map(|known| known.addr.to_string()).unwrap_or_default();
                diagnostics.push(diagnose(&fault, &about));
            }
        }
    }
    refreshed.found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(refreshed) }
}

fn compare<P: Provider>(provider: &P, key: &Key, known: &Known<'_>, value: &Value, refreshed: &mut Refreshed) {
    let found = if value.is_null() {
        None
    } else {
        let marked = value.with_marks_of(&known.object.value);
        let kept = provider.schemas().conceal(&known.object.kind, &marked, &|secret| key.fingerprint(secret));
        let schema = provider.schemas().managed.get(&known.object.kind);
        let steady = schema.is_some_and(|schema| schema.block.is_steady(&known.object.value, &kept));
        if kept.same(&known.object.value) || steady && !known.watched {
            return;
        }
        Some(Object { value: kept, ..known.object.clone() })
    };
    refreshed.found.push((known.addr.clone(), known.deposed.cloned(), found));
}
