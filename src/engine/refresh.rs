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
    });
    let batches = batch(provider, known.collect(), watched);
    let answers = stream::iter(batches.into_iter().map(|(scope, batch)| ask(provider, scope, batch)));
    let mut answers: Vec<_> = answers.buffer_unordered(parallelism.max(1)).collect().await;
    answers.sort_by(|(a, _), (b, _)| a.first().map(|known| known.addr).cmp(&b.first().map(|known| known.addr)));
    let mut refreshed = Refreshed::default();
    let mut diagnostics = Diagnostics::none();
    for (batch, answer) in answers {
        match answer {
            Ok(values) => {
                for (known, value) in batch.iter().zip(values) {
                    compare(provider, key, known, &value, watched(known.addr), &mut refreshed);
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

fn batch<'s, P: Provider>(
    provider: &P,
    known: Vec<Known<'s>>,
    watched: &dyn Fn(&Addr) -> bool,
) -> Vec<(Option<Name>, Vec<Known<'s>>)> {
    let mut scopes: BTreeMap<Name, Vec<Known<'s>>> = BTreeMap::new();
    let mut batches = Vec::new();
    for known in known {
        match provider.scope(&known.handle).filter(|_| !watched(known.addr)) {
            Some(scope) => scopes.entry(scope).or_default().push(known),
            None => batches.push((None, vec![known])),
        }
    }
    for (scope, members) in widen(provider, scopes) {
        if members.len() >= LIST_FROM {
            batches.push((Some(scope), members));
        } else {
            batches.extend(members.into_iter().map(|member| (None, vec![member])));
        }
    }
    batches
}

/// Puts scopes together whose larger scope answers with fewer requests than they do themselves.
fn widen<'s, P: Provider>(provider: &P, scopes: BTreeMap<Name, Vec<Known<'s>>>) -> BTreeMap<Name, Vec<Known<'s>>> {
    let mut together: BTreeMap<Name, (usize, Vec<Name>)> = BTreeMap::new();
    for scope in scopes.keys() {
        if let Some((wider, page)) = provider.wider(scope) {
            together.entry(wider).or_insert((page, Vec::new())).1.push(scope.clone());
        }
    }
    let mut left = scopes;
    let mut widened: BTreeMap<Name, Vec<Known<'s>>> = BTreeMap::new();
    for (wider, (page, narrow)) in together {
        let sizes: Vec<usize> = narrow.iter().filter_map(|scope| left.get(scope)).map(Vec::len).collect();
        let pages = |count: usize| count.div_ceil(page.max(1)).max(1);
        let apart: usize = sizes.iter().map(|size| if *size < LIST_FROM { *size } else { pages(*size) }).sum();
        if pages(sizes.iter().sum()) < apart {
            let members = narrow.iter().filter_map(|scope| left.remove(scope)).flatten();
            widened.entry(wider).or_default().extend(members);
        }
    }
    for (scope, members) in left {
        widened.entry(scope).or_default().extend(members);
    }
    widened
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

fn compare<P: Provider>(
    provider: &P,
    key: &Key,
    known: &Known<'_>,
    value: &Value,
    watched: bool,
    refreshed: &mut Refreshed,
) {
    let found = if value.is_null() {
        None
    } else {
        let marked = value.with_marks_of(&known.object.value);
        let kept = provider.schemas().conceal(&known.object.kind, &marked, &|secret| key.fingerprint(secret));
        let schema = provider.schemas().managed.get(&known.object.kind);
        let steady = schema.is_some_and(|schema| schema.block.is_steady(&known.object.value, &kept));
        if kept.same(&known.object.value) || steady && !watched {
            return;
        }
        Some(Object { value: kept, ..known.object.clone() })
    };
    refreshed.found.push((known.addr.clone(), known.deposed.cloned(), found));
}
