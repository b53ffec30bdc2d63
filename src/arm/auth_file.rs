//! The file that `AZURE_AUTH_LOCATION` names, as `az ad sp create-for-rbac --json-auth` writes it.
//!
//! **Never:** open a file, or repeat a value of one in a message: any of them may be the secret.
//! In: text; out: [`AuthFile`], with blank or null endpoints read as public Azure's. The older
//! form with `key=value` lines is read too, because Azure's own libraries have long accepted both.

use std::collections::BTreeMap;

use serde_json::Value;

use super::auth::Secret;
use super::cloud::Endpoints;

/// What the file says.
#[derive(Clone, Debug)]
pub struct AuthFile {
    /// What proves to be the service principal.
    pub proof: Proof,
    /// Its application id.
    pub client: String,
    /// Its tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// The cloud.
    pub endpoints: Endpoints,
    /// A file with certificates to trust besides the system's (not a key of Azure's), as it is written there.
    pub ca_certificate_path: Option<String>,
}

/// What proves to be the service principal that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its secret.
    Secret(Secret),
    /// Its certificate.
    Certificate {
        /// The file with the certificate and its key, as it is written there.
        path: String,
        /// What opens it.
        password: Option<Secret>,
    },
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadAuthFile {
    /// What is wrong, naming the key.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// One thing the file says, under the names it has in either form.
struct Key {
    json: &'static str,
    old: &'static str,
    what: &'static str,
}

const CLIENT: Key = Key { json: "clientId", old: "client", what: "the application id of the service principal" };
const SECRET: Key = Key { json: "clientSecret", old: "key", what: "its secret" };
const CERTIFICATE: Key = Key { json: "clientCertificate", old: "certificate", what: "the file of its certificate" };
const PASSWORD: Key =
    Key { json: "clientCertificatePassword", old: "certificatePassword", what: "what opens the certificate" };
const TENANT: Key = Key { json: "tenantId", old: "tenant", what: "the tenant of the service principal" };
const SUBSCRIPTION: Key = Key { json: "subscriptionId", old: "subscription", what: "the subscription to work in" };
const AUTHORITY: Key = Key { json: "activeDirectoryEndpointUrl", old: "authURL", what: "where to sign in" };
const RESOURCES: Key = Key { json: "resourceManagerEndpointUrl", old: "baseURL", what: "where Resource Manager is" };
const AUDIENCE: Key = Key { json: "managementEndpointUrl", old: "managementURI", what: "whom tokens are for" };
const AUTHORITIES: Key = Key { json: "caCertificatePath", old: "caCertificatePath", what: "certificates to trust" };

/// Keys whose values must be text; keys nobody knows may hold anything.
const KNOWN: [&str; 16] = [
    "clientId",
    "clientSecret",
    "tenantId",
    "subscriptionId",
    "activeDirectoryEndpointUrl",
    "resourceManagerEndpointUrl",
    "managementEndpointUrl",
    "caCertificatePath",
    "activeDirectoryGraphResourceId",
    "sqlManagementEndpointUrl",
    "galleryEndpointUrl",
    "clientCertificate",
    "clientCertificatePassword",
    "graphURL",
    "managementURI",
    "baseURL",
];

const MAKE: &str = "Make the file with: az ad sp create-for-rbac --role Contributor --scopes /subscriptions/<id> \
                    --json-auth > azure-auth.json.";

/// The text of a file: UTF-8 with or without a byte order mark, or the UTF-16 that PowerShell's `>` writes.
///
/// # Errors
/// When the bytes are neither.
pub fn decode(bytes: &[u8]) -> Result<String, BadAuthFile> {
    let units = |pair: fn([u8; 2]) -> u16, rest: &[u8]| -> Option<String> {
        let units: Vec<u16> = rest.chunks_exact(2).filter_map(|two| Some(pair(two.try_into().ok()?))).collect();
        String::from_utf16(&units).ok().filter(|_| rest.len().is_multiple_of(2))
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.ok_or_else(|| bad("The file is not text".to_owned(), "Save it as UTF-8."))
}

/// Reads the file's text.
///
/// # Errors
/// When it is neither form, or a key is missing or cannot be used.
pub fn parse(text: &str) -> Result<AuthFile, BadAuthFile> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let (said, old) = if text.starts_with('{') { (read_json(text)?, false) } else { (read_lines(text)?, true) };
    let file = File { said, old };
    let [client, tenant, subscription] = [file.want(&CLIENT)?, file.want(&TENANT)?, file.want(&SUBSCRIPTION)?];
    let proof = file.want_proof()?;
    let endpoints =
        Endpoints::custom(file.get(&AUTHORITY), file.get(&RESOURCES), file.get(&AUDIENCE)).map_err(|error| {
            bad(format!("An endpoint cannot be used: {error}"), "Leave endpoints blank for public Azure.")
        })?;
    Ok(AuthFile {
        proof,
        client,
        tenant,
        subscription,
        endpoints,
        ca_certificate_path: file.get(&AUTHORITIES).map(str::to_owned),
    })
}

struct File {
    said: BTreeMap<String, String>,
    old: bool,
}

impl File {
    fn name(&self, key: &Key) -> &'static str {
        if self.old { key.old } else { key.json }
    }

    /// A value that is there and not blank.
    fn get(&self, key: &Key) -> Option<&str> {
        self.said.get(self.name(key)).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A name or GUID that must be there. It becomes part of URLs.
    fn want(&self, key: &Key) -> Result<String, BadAuthFile> {
        let name = self.name(key);
        let value = self.get(key).ok_or_else(|| self.missing(key))?;
        if value.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
            return Ok(value.to_owned());
        }
        Err(bad(format!("\"{name}\" ({}) holds characters that no id has", key.what), "It is usually a GUID."))
    }

    /// The certificate, if there is one; else the secret, which must be there.
    fn want_proof(&self) -> Result<Proof, BadAuthFile> {
        if let Some(path) = self.get(&CERTIFICATE) {
            let password = self.said.get(self.name(&PASSWORD)).filter(|text| !text.is_empty());
            return Ok(Proof::Certificate {
                path: path.to_owned(),
                password: password.map(|text| text.as_str().into()),
            });
        }
        self.get(&SECRET).map(|secret| Proof::Secret(secret.into())).ok_or_else(|| self.missing(&SECRET))
    }

    fn missing(&self, key: &Key) -> BadAuthFile {
        let name = self.name(key);
        let near = self.said.keys().find(|own| own.eq_ignore_ascii_case(name) && own.as_str() != name);
        match (near, self.said.contains_key(name)) {
            (Some(near), _) => {
                bad(format!("\"{name}\" is missing: {}", key.what), &format!("Rename \"{near}\" to \"{name}\"."))
            }
            (None, true) => bad(format!("\"{name}\" is blank: {}", key.what), MAKE),
            (None, false) => bad(format!("\"{name}\" is missing: {}", key.what), MAKE),
        }
    }
}

fn bad(message: String, hint: &str) -> BadAuthFile {
    BadAuthFile { message, hint: hint.to_owned() }
}

fn read_json(text: &str) -> Result<BTreeMap<String, String>, BadAuthFile> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        bad(format!("The file is not JSON: line {}, column {}", error.line(), error.column()), MAKE)
    })?;
    let mut said = BTreeMap::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => said.insert(key.clone(), text.clone()),
            Value::Null => said.insert(key.clone(), String::new()),
            _ if KNOWN.contains(&key.as_str()) => {
                return Err(bad(format!("\"{key}\" is not a text"), "Put its value in quotation marks."));
            }
            _ => None,
        };
    }
    Ok(said)
}

/// The form of Java's properties: `key=value`, comments after `#` or `!`, a backslash before what is meant literally.
fn read_lines(text: &str) -> Result<BTreeMap<String, String>, BadAuthFile> {
    let mut said = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            let message = format!("The file is neither JSON nor lines of key=value: line {} has no \"=\"", number + 1);
            return Err(bad(message, MAKE));
        };
        said.insert(key.trim().to_owned(), unescape(value.trim()));
    }
    if said.is_empty() {
        return Err(bad("The file is empty".to_owned(), MAKE));
    }
    Ok(said)
}

fn unescape(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}
