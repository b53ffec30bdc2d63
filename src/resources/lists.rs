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
    let mut missing: Vec<Item<'_>> = handles.iter().enumerate().collect();
    let mut answers: BTreeMap<usize, Value> = BTreeMap::new();
    let narrow = by_list(&missing);
    if narrow.len() <= 1 {
        answers = near(azure, Some(scope), missing).await?;
        return Ok((0..handles.len()).map(|place| answers.remove(&place).unwrap_or_else(gone)).collect());
    }
    if let Some(found) = wide(azure, scope, &narrow).await? {
        missing.retain(|item| !take(*item, &found, &mut answers));
    }
    let rest = by_list(&missing).into_values().map(|own| near(azure, None, own));
    let rest: Vec<BTreeMap<usize, Value>> = stream::iter(rest).buffered(AT_ONCE).try_collect().await?;
    answers.extend(rest.into_iter().flatten());
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

/// Bodies by their ids in lower case.
type Found = BTreeMap<String, Json>;

fn by_id(bodies: Vec<Json>) -> Found {
    let id = |body: &Json| body.get("id").and_then(Json::as_str).map(str::to_lowercase);
    bodies.into_iter().filter_map(|body| Some((id(&body)?, body))).collect()
}

/// The list of a whole subscription; nothing if it is longer than all that it could save, may not be
/// read, or does not exist for this kind.
async fn wide<T: Transport>(
    azure: &Azure<T>,
    scope: &str,
    narrow: &BTreeMap<String, Vec<Item<'_>>>,
) -> Result<Option<Found>, Fault> {
    let Some((_, first)) = narrow.values().flatten().next() else { return Ok(None) };
    let cost = |own: &Vec<Item<'_>>| if own.len() < LIST_FROM { own.len() } else { own.len().div_ceil(PAGE) };
    let most: usize = narrow.values().map(cost).sum();
    match azure.client.list_within(&at(managed(&first.kind)?, scope, narrow.values().flatten()), most).await {
        Ok(listed) => Ok(listed.map(by_id)),
        Err(error) => match faults::fault(&error) {
            fault if matches!(fault.kind, FaultKind::Denied | FaultKind::Rejected | FaultKind::Gone) => Ok(None),
            fault => Err(fault),
        },
    }
}

/// One list answers for all, so its version of the interface must know what any of them has.
fn at<'i, 'h: 'i>(kind: &Kind, scope: &str, items: impl Iterator<Item = &'i Item<'h>>) -> String {
    let newest = items.map(|(_, handle)| &handle.prior).max_by_key(|prior| versions::needed(kind, prior));
    path_for(kind, scope, newest.unwrap_or(&gone()))
}

/// Takes an object out of a list, if it is there.
fn take((place, handle): Item<'_>, found: &Found, answers: &mut BTreeMap<usize, Value>) -> bool {
    let (Some(body), Ok(kind)) = (found.get(&handle.id.to_lowercase()), managed(&handle.kind)) else { return false };
    answers.insert(place, codec::decode(kind, body, &handle.prior));
    true
}

/// Reads the objects of one narrow list, which is that of the first object unless it is named.
async fn near<T: Transport>(
    azure: &Azure<T>,
    scope: Option<&str>,
    mut items: Vec<Item<'_>>,
) -> Result<BTreeMap<usize, Value>, Fault> {
    let mut answers = BTreeMap::new();
    let Some((_, first)) = items.first().copied() else { return Ok(answers) };
    let many = (items.len() >= LIST_FROM).then(|| list_of(&first.id)).flatten();
    if let Some(scope) = scope.or(many) {
        match azure.client.list(&at(managed(&first.kind)?, scope, items.iter())).await {
            Ok(listed) => {
                let found = by_id(listed);
                items.retain(|item| !take(*item, &found, &mut answers));
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
