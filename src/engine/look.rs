//! Reads many objects: by list where one list answers for many, by single reads elsewhere.
//!
//! **Never:** judge what was read. In: whatever is wanted, each with the handle of its object. Out: batches of
//! them, each with what the cloud said of its members, in the order of addresses.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};

use crate::addr::Addr;
use crate::provider::{Fault, Handle, Provider};
use crate::value::{Name, Value};

/// From this number of objects in one scope on, one list costs less than reading each.
const LIST_FROM: usize = 3;

/// Something that is wanted of an object.
pub(super) trait Wanted {
    /// The address that it has, or is to have.
    fn addr(&self) -> &Addr;

    /// The object.
    fn handle(&self) -> &Handle;

    /// Whether it is read by itself, because no list returns what is wanted of it.
    fn alone(&self) -> bool;
}

/// Those that are read with one request, and what came of it: a value for each.
pub(super) type Looked<W> = (Vec<W>, Result<Vec<Value>, Fault>);

/// Reads all of them, at most `parallelism` requests at a time.
pub(super) async fn look<P: Provider, W: Wanted>(provider: &P, wanted: Vec<W>, parallelism: usize) -> Vec<Looked<W>> {
    let asked = batches(provider, wanted).into_iter().map(|(scope, batch)| ask(provider, scope, batch));
    let mut looked: Vec<Looked<W>> = stream::iter(asked).buffer_unordered(parallelism.max(1)).collect().await;
    looked.sort_by(|(one, _), (other, _)| one.first().map(W::addr).cmp(&other.first().map(W::addr)));
    looked
}

fn batches<P: Provider, W: Wanted>(provider: &P, wanted: Vec<W>) -> Vec<(Option<Name>, Vec<W>)> {
    let mut scopes: BTreeMap<Name, Vec<W>> = BTreeMap::new();
    let mut batches = Vec::new();
    for one in wanted {
        match provider.scope(one.handle()).filter(|_| !one.alone()) {
            Some(scope) => scopes.entry(scope).or_default().push(one),
            None => batches.push((None, vec![one])),
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
fn widen<P: Provider, W>(provider: &P, scopes: BTreeMap<Name, Vec<W>>) -> BTreeMap<Name, Vec<W>> {
    let mut together: BTreeMap<Name, (usize, Vec<Name>)> = BTreeMap::new();
    for scope in scopes.keys() {
        if let Some((wider, page)) = provider.wider(scope) {
            together.entry(wider).or_insert((page, Vec::new())).1.push(scope.clone());
        }
    }
    let mut left = scopes;
    let mut widened: BTreeMap<Name, Vec<W>> = BTreeMap::new();
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

async fn ask<P: Provider, W: Wanted>(provider: &P, scope: Option<Name>, batch: Vec<W>) -> Looked<W> {
    let answer = match (&scope, batch.first()) {
        (None, Some(only)) => provider.read(only.handle()).await.map(|value| vec![value]),
        (Some(scope), _) => {
            let handles: Vec<Handle> = batch.iter().map(|one| one.handle().clone()).collect();
            provider.list(scope, &handles).await
        }
        (None, None) => Ok(Vec::new()),
    };
    (batch, answer)
}
