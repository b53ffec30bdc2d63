//! Ids of objects, made from their names and read back into them.
//!
//! **Never:** talk to the cloud. Templates come from the tables; Azure compares the segments of
//! an id without regard to case ("Azure Resource Manager, resource ids"), so reading does too.

use crate::value::Value;

use super::table::Kind;

/// Fills the kind's template from an object's attributes.
///
/// # Errors
/// The name of the attribute that is missing, unknown or empty.
pub(crate) fn fill<'k>(kind: &'k Kind, subscription: &str, value: &Value) -> Result<String, &'k str> {
    let mut id = String::with_capacity(160);
    for segment in segments(kind.id) {
        id.push('/');
        match hole(segment) {
            Some("subscription") => id.push_str(subscription),
            Some(name) => match value.text(name) {
                Some(text) if !text.is_empty() && !text.contains(['/', '?', '#', '%']) => id.push_str(text),
                _ => return Err(name),
            },
            None => id.push_str(segment),
        }
    }
    Ok(id)
}

/// What stands in an id where the template has the hole `name`.
pub(crate) fn part<'i>(kind: &Kind, id: &'i str, name: &str) -> Option<&'i str> {
    matches(kind, id)
        .then(|| segments(kind.id).zip(segments(id)).find(|(segment, _)| hole(segment) == Some(name)))
        .flatten()
        .map(|(_, text)| text)
}

/// The id with the template's own spelling of its fixed segments; nothing if it is of another kind.
pub(crate) fn canonical(kind: &Kind, id: &str) -> Option<String> {
    matches(kind, id).then(|| {
        segments(kind.id).zip(segments(id)).fold(String::with_capacity(id.len()), |mut canonical, (segment, text)| {
            canonical.push('/');
            canonical.push_str(if hole(segment).is_some() { text } else { segment });
            canonical
        })
    })
}

/// The names that make up the kind's id, the subscription left out.
pub(crate) fn holes(kind: &Kind) -> impl Iterator<Item = &'static str> {
    segments(kind.id).filter_map(hole).filter(|name| *name != "subscription")
}

fn matches(kind: &Kind, id: &str) -> bool {
    segments(kind.id).count() == segments(id).count()
        && segments(kind.id).zip(segments(id)).all(|(segment, text)| match hole(segment) {
            Some(_) => !text.is_empty(),
            None => segment.eq_ignore_ascii_case(text),
        })
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.trim_matches('/').split('/')
}

fn hole(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// An Azure region in the form in which it is compared and kept: lower case, no spaces.
pub(crate) fn region(text: &str) -> String {
    text.chars().filter(|character| *character != ' ').flat_map(char::to_lowercase).collect()
}

/// Takes a versioned Key Vault key id apart into the members of `encryptionProperties`.
pub(crate) fn split_key(id: &str) -> Option<serde_json::Value> {
    let (host, path) = id.strip_prefix("https://")?.split_once('/')?;
    let mut parts = path.trim_end_matches('/').split('/');
    let (keys, name, version) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = keys == "keys" && !host.is_empty() && !name.is_empty() && !version.is_empty() && parts.next().is_none();
    whole.then(
        || serde_json::json!({ "vaultBaseUrl": format!("https://{host}/"), "keyName": name, "keyVersion": version }),
    )
}

/// Puts the members of `encryptionProperties` together again.
pub(crate) fn join_key(body: &serde_json::Value) -> Option<String> {
    let member = |name: &str| body.get(name)?.as_str();
    let vault = member("vaultBaseUrl")?.trim_end_matches('/');
    Some(format!("{vault}/keys/{}/{}", member("keyName")?, member("keyVersion")?))
}
