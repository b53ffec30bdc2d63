//! Reads what exists: by list where one list answers for many, by single reads elsewhere.
//!
//! **Never:** change the state: what was found goes into the plan and is recorded when the plan
//! is applied.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};

use crate::addr::Addr;
use crate::diag::Diagnostics;
use crate::plan::Refreshed;
use crate::provider::{Fault, Handle, Provider};
use crate::seal::Key;
use crate::state::{Object, State};
use crate::value::{Name, Value};

use super::notice::diagnose;

/// From this number of objects in one scope on, one list costs less than reading each.
pub(super) const LIST_FROM: usize = 3;

struct Known<'s> {
    addr: &'s Addr,
    deposed: Option<&'s Name>,
    object: &'s Object,
    handle: Handle,
}

/// Reads every object of the state that `wanted` names, at most `parallelism` requests at a time.
///
/// # Errors
/// What could not be read; nothing is assumed about it.
pub async fn refresh<P: Provider>(
    provider: &P,
    state: &State,
    key: &Key,
    parallelism: usize,
    wanted: &dyn Fn(&Addr) -> bool,
) -> Result<Refreshed, Diagnostics> {
    let current = state.objects.iter().map(|(addr, object)| (addr, None, object));
    let deposed = state.deposed.iter().map(|((addr, key), object)| (addr, Some(key), object));
    let known = current.chain(deposed).filter(|(addr, ..)| wanted(addr)).map(|(addr, deposed, object)| Known {
        addr,
        deposed,
        object,
        handle: Handle { kind: object.kind.clone(), id: object.id.clone(), prior: object.value.clone() },
    });
    let batches = batch(provider, known.collect());
    let answers = stream::iter(batches.into_iter().map(|(scope, batch)| ask(provider, scope, batch)));
    let mut answers: Vec<_> = answers.buffer_unordered(parallelism.max(1)).collect().await;
    answers.sort_by(|(a, _), (b, _)| a.first().map(|known| known.addr).cmp(&b.first().map(|known| known.addr)));
    let mut refreshed = Refreshed::default();
    let mut diagnostics = Diagnostics::none();
    for (batch, answer) in answers {
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

fn batch<'s, P: Provider>(provider: &P, known: Vec<Known<'s>>) -> Vec<(Option<Name>, Vec<Known<'s>>)> {
    let mut scopes: BTreeMap<Name, Vec<Known<'s>>> = BTreeMap::new();
    let mut batches = Vec::new();
    for known in known {
        match provider.scope(&known.handle) {
            Some(scope) => scopes.entry(scope).or_default().push(known),
            None => batches.push((None, vec![known])),
        }
    }
    for (scope, members) in scopes {
        if members.len() >= LIST_FROM {
            batches.push((Some(scope), members));
        } else {
            batches.extend(members.into_iter().map(|member| (None, vec![member])));
        }
    }
    batches
}

async fn ask<'s, P: Provider>(
    provider: &P,
    scope: Option<Name>,
    batch: Vec<Known<'s>>,
) -> (Vec<Known<'s>>, Result<Vec<Value>, Fault>) {
    let answer = match (&scope, batch.first()) {
        (None, Some(only)) => provider.read(&only.handle).await.map(|value| vec![value]),
        (Some(scope), _) => {
            let handles: Vec<Handle> = batch.iter().map(|known| known.handle.clone()).collect();
            provider.list(scope, &handles).await
        }
        (None, None) => Ok(Vec::new()),
    };
    (batch, answer)
}

fn compare<P: Provider>(provider: &P, key: &Key, known: &Known<'_>, value: &Value, refreshed: &mut Refreshed) {
    let found = if value.is_null() {
        None
    } else {
        let marked = value.with_marks_of(&known.object.value);
        let kept = provider.schemas().conceal(&known.object.kind, &marked, &|secret| key.fingerprint(secret));
        if kept.same(&known.object.value) {
            return;
        }
        Some(Object { value: kept, ..known.object.clone() })
    };
    refreshed.found.push((known.addr.clone(), known.deposed.cloned(), found));
}
