//! Checks of `secret_reference` blocks and of what refers to them, of credentials and of extensions.
//!
//! **Never:** speak about unknown values, or show a secret.

use std::collections::BTreeSet;

use crate::schema::Finding;
use crate::value::{Path, Value};

use super::{Spot, advise, all_containers, blocks, finding, given, warn};

/// Every name that a `*_reference` gives is that of a `secret_reference`.
pub(super) fn secrets(object: &Value) -> Vec<Finding> {
    let mut names = BTreeSet::new();
    let mut findings = duplicates(object, "secret_reference", "secret reference");
    for (_, reference) in blocks(object, None, "secret_reference") {
        match reference.text("name") {
            Some(name) => drop(names.insert(name)),
            None => return findings,
        }
    }
    if object.get("secret_reference").is_some_and(Value::is_unknown) {
        return findings;
    }
    let mut look = |path: Path, name: &str| {
        if !names.contains(name) {
            let detail = format!("No secret_reference block of the group has the name \"{name}\".");
            let found = finding(path, "Reference to an unknown secret", detail);
            findings.push(advise(found, "Add a secret_reference block of that name, or correct the name."));
        }
    };
    let text = |block: &Value, name: &str| block.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    for (spot, credential) in blocks(object, None, "image_registry_credential") {
        if let Some(name) = text(credential, "password_reference") {
            look(spot.attr("password_reference"), &name);
        }
    }
    for (spot, container) in all_containers(object) {
        let variables = "secure_environment_variable_references";
        for (variable, name) in texts(container, variables) {
            look(spot.attr(variables).key(variable), name);
        }
        for (spot, volume) in blocks(container, Some(&spot), "volume") {
            if let Some(name) = text(volume, "storage_account_key_reference") {
                look(spot.attr("storage_account_key_reference"), &name);
            }
            for (file, name) in texts(volume, "secret_reference") {
                look(spot.attr("secret_reference").key(file), name);
            }
        }
    }
    findings
}

fn texts<'v>(block: &'v Value, name: &str) -> impl Iterator<Item = (&'v str, &'v str)> {
    let members = block.get(name).and_then(Value::as_members).into_iter().flatten();
    members.filter_map(|(name, value)| Some((&**name, value.as_str()?)))
}

/// Blocks of one name, of which there must be one each.
fn duplicates(object: &Value, block: &'static str, what: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let named = blocks(object, None, block).filter_map(|(spot, own)| Some((spot, own.text("name")?)));
    let again = named.filter(|(_, name)| !seen.insert(name.to_ascii_lowercase()));
    let again = again.map(|(spot, name)| {
        let detail = format!("Another {what} of the group has the name \"{name}\" already.");
        finding(spot.attr("name"), &format!("Duplicate {what} name"), detail)
    });
    again.collect()
}

/// Names of extensions.
pub(super) fn extensions(object: &Value) -> Vec<Finding> {
    duplicates(object, "extension", "extension")
}

/// A registry needs a user with a password, or an identity.
pub(super) fn credentials(object: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (spot, credential) in blocks(object, None, "image_registry_credential") {
        if !credential.is_wholly_known() {
            continue;
        }
        let server = credential.text("server").unwrap_or("?");
        if let Some((scheme, host)) = server.split_once("://") {
            let detail = format!(
                "The server of a registry is its host name, as in \"myregistry.azurecr.io\", and {server:?} begins with \
                 {scheme}://."
            );
            let hint = format!("Write {:?}.", host.trim_end_matches('/'));
            findings.push(warn(advise(finding(spot.path().attr("server"), "Registry with a scheme", detail), &hint)));
        }
        let has = |name: &str| given(credential, name);
        if has("password") && has("password_reference") {
            findings.push(twice(&spot, server));
        }
        let password = has("password") || has("password_reference");
        let whole = has("username") && password || has("user_assigned_identity_id") || has("identity_url");
        if !whole || has("username") != password {
            let detail = format!(
                "The credential for \"{server}\" has neither a whole pair of username and password nor an identity that may pull."
            );
            findings.push(warn(finding(spot.path(), "Incomplete registry credential", detail)));
        }
        if !seen.insert(server.to_ascii_lowercase()) {
            let detail = format!("The group has another credential for \"{server}\" already.");
            findings.push(warn(finding(spot.attr("server"), "Several credentials for one registry", detail)));
        }
    }
    findings
}

fn twice(spot: &Spot<'_>, server: &str) -> Finding {
    let detail = format!("The credential for \"{server}\" has both password and password_reference. Give one of them.");
    finding(spot.attr("password_reference"), "Two passwords for one registry", detail)
}
