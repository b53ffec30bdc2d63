//! Places inside JSON: member names with dots between.
//!
//! **Never:** know values. Azure sometimes spells members in PascalCase, so looking up tries the
//! exact name first and then any case.

use serde_json::{Map, Value as Json};

/// What lies at a place; nothing if it is absent or null.
pub(super) fn find<'j>(body: &'j Json, place: &str) -> Option<&'j Json> {
    if place.is_empty() {
        return Some(body);
    }
    place.split('.').try_fold(body, member).filter(|found| !found.is_null())
}

/// A member by its name, in any case.
pub(super) fn member<'j>(body: &'j Json, name: &str) -> Option<&'j Json> {
    let members = body.as_object()?;
    members.get(name).or_else(|| members.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, found)| found))
}

/// The object that holds the last member of a place.
pub(super) fn parent<'j>(body: &'j Json, place: &str) -> Option<&'j Json> {
    match place.rsplit_once('.') {
        Some((above, _)) => find(body, above),
        None => Some(body),
    }
}

/// Puts a member into the first object of the array at a place, if there is one.
pub(super) fn put_in_first(body: &mut Map<String, Json>, place: &str, name: &str, value: Json) {
    let (first, rest) = place.split_once('.').map_or((place, None), |(first, rest)| (first, Some(rest)));
    match (body.get_mut(first), rest) {
        (Some(Json::Object(inner)), Some(rest)) => put_in_first(inner, rest, name, value),
        (Some(Json::Array(items)), None) => {
            if let Some(Json::Object(item)) = items.first_mut() {
                item.insert(name.to_owned(), value);
            }
        }
        _ => {}
    }
}

/// Puts something at a place, making the objects on the way; objects are merged, arrays joined.
pub(super) fn put(body: &mut Map<String, Json>, place: &str, value: Json) {
    match place.split_once('.') {
        Some((first, rest)) => {
            let inner = body.entry(first).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
        None => match (body.get_mut(place), value) {
            (Some(Json::Object(own)), Json::Object(more)) => own.extend(more),
            (Some(Json::Array(own)), Json::Array(more)) => own.extend(more),
            (_, value) => {
                body.insert(place.to_owned(), value);
            }
        },
    }
}
