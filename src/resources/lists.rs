//! Reads many objects with few lists.
//!
//! **Never:** believe a list that something is gone. What a list does not name is looked for again,
//! in the list nearest to it when that is many, one by one when it is few. The decision to question:
//! a list of the whole subscription that turns out longer than the lists of all resource groups
//! together, because others have groups there too, is dropped for those.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value as Json;

use crate::arm::wire::Transport;
use crate::provider::{Fault, FaultKind, Handle, Provider};
use crate::value::Value;

use super::azure::{Azure, PAGE, gone, list_of, managed, path_for};
use super::table::Kind;
use super::{codec, faults, versions};

/// From so many objects on, another list costs less than reading each.
const LIST_FROM: usize = 3;
/// Requests at the same time, where one list becomes many.
const AT_ONCE: usize = 8;

/// An object to read and its place in the question.
type Item<'h> = (usize, &'h Handle);

/// Reads objects that share one list.
pub(super) async fn list<T: Transport>(azure: &Azure<T>, scope: &str, handles: &[Handle]) -> Result<Vec<Value>, Fault> {
    let all: Vec<Item<'_>> = handles.iter().enumerate().collect();
    let mut narrow = by_list(&all);
    let mut answers = Answers::new();
    if narrow.len() <= 1 {
        answers = near(azure, Some(scope), all).await?;
    } else {
        if let Some(found) = wide(azure, scope, &narrow, &all).await? {
            narrow = by_list(&found.missing());
            answers = found.answers;
        }
        let rest = narrow.into_values().map(|own| near(azure, None, own));
        let rest: Vec<Answers> = stream::iter(rest).buffered(AT_ONCE).try_collect().await?;
        answers.extend(rest.into_iter().flatten());
    }
    Ok((0..handles.len()).map(|place| answers.remove(&place).unwrap_or_else(gone)).collect())
}

/// Groups objects by the list nearest to them.
fn by_list<'h>(items: &[Item<'h>]) -> BTreeMap<String, Vec<Item<'h>>> {
    let mut lists: BTreeMap<String, Vec<Item<'_>>> = BTreeMap::new();
    for item in items {
        lists.entry(list_of(&item.1.id).unwrap_or_default().to_lowercase()).or_default().push(*item);
    }
    lists
}

/// What was found, by its place in the question.
type Answers = BTreeMap<usize, Value>;

/// Objects that are looked for in a list, a page at a time.
struct Search<'h> {
    /// What was not found so far, by ids in lower case.
    missing: BTreeMap<String, Vec<Item<'h>>>,
    answers: Answers,
}

impl<'h> Search<'h> {
    fn new(items: &[Item<'h>]) -> Search<'h> {
        let mut missing: BTreeMap<String, Vec<Item<'h>>> = BTreeMap::new();
        for item in items {
            missing.entry(item.1.id.to_lowercase()).or_default().push(*item);
        }
        Search { missing, answers: Answers::new() }
    }

    /// Takes what is looked for out of a page.
    fn take(&mut self, bodies: &[Json]) {
        for body in bodies {
            let id = body.get("id").and_then(Json::as_str).map(str::to_lowercase);
            let Some(items) = id.and_then(|id| self.missing.get_mut(&id)) else { continue };
            items.retain(|(place, handle)| match managed(&handle.kind) {
                Ok(kind) => {
                    self.answers.insert(*place, codec::decode(kind, body, &handle.prior));
                    false
                }
                Err(_) => true,
            });
        }
    }

    /// What was in no page, in the order of the question.
    fn missing(&self) -> Vec<Item<'h>> {
        let mut missing: Vec<Item<'h>> = self.missing.values().flatten().copied().collect();
        missing.sort_by_key(|(place, _)| *place);
        missing
    }
}

/// The list of a whole subscription; nothing if it is longer than all that it could save, may not be
/// read, or does not exist for this kind.
async fn wide<'h, T: Transport>(
    azure: &Azure<T>,
    scope: &str,
    narrow: &BTreeMap<String, Vec<Item<'h>>>,
    all: &[Item<'h>],
) -> Result<Option<Search<'h>>, Fault> {
    let Some((_, first)) = all.first() else { return Ok(None) };
    let cost = |own: &Vec<Item<'_>>| if own.len() < LIST_FROM { own.len() } else { own.len().div_ceil(PAGE) };
    let most: usize = narrow.values().map(cost).sum();
    let mut search = Search::new(all);
    let path = at(managed(&first.kind)?, scope, all);
    match azure.client.pages(&path, most, &mut |page| search.take(&page)).await {
        Ok(whole) => Ok(whole.then_some(search)),
        Err(error) => match faults::fault(&error) {
            fault if matches!(fault.kind, FaultKind::Denied | FaultKind::Rejected | FaultKind::Gone) => Ok(None),
            fault => Err(fault),
        },
    }
}

/// One list answers for all, so its version of the interface must know what any of them has.
fn at(kind: &'static Kind, scope: &str, items: &[Item<'_>]) -> String {
    let newest = items.iter().map(|(_, handle)| &handle.prior).max_by_key(|prior| versions::needed(kind, prior));
    path_for(kind, scope, newest.unwrap_or(&gone()))
}

/// Reads the objects of one narrow list, which is that of the first object unless it is named.
async fn near<T: Transport>(azure: &Azure<T>, scope: Option<&str>, mut items: Vec<Item<'_>>) -> Result<Answers, Fault> {
    let Some((_, first)) = items.first().copied() else { return Ok(Answers::new()) };
    let many = (items.len() >= LIST_FROM).then(|| list_of(&first.id)).flatten();
    let mut answers = Answers::new();
    if let Some(scope) = scope.or(many) {
        let mut search = Search::new(&items);
        let path = at(managed(&first.kind)?, scope, &items);
        match azure.client.pages(&path, usize::MAX, &mut |page| search.take(&page)).await {
            Ok(_) => {
                items = search.missing();
                answers = search.answers;
            }
            // The resource group is gone, and with it all that was in it.
            Err(error) if error.is_gone() => items.clear(),
            Err(error) => return Err(faults::fault(&error)),
        }
    }
    for (place, handle) in items {
        answers.insert(place, azure.read(handle).await?);
    }
    Ok(answers)
}
