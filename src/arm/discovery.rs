//! A cloud that describes itself: the endpoints document of a `metadata_host`.
//!
//! **Never:** sign in to ask, or believe a document that leads to unencrypted addresses.
//! In: a host with or without a port; out: [`Endpoints`]. Always https, as azurerm has it: what is
//! said here decides where secrets go. Source: go-azure-sdk's `environments.FromEndpoint`.

use serde_json::Value;
use url::Url;

use super::auth::Unusable;
use super::cloud::{Endpoints, is_loopback};
use super::error::{at, parse_body};
use super::wire::{Request, Response, Transport};

const VERSION: &str = "2022-09-01";

/// The request for a host's endpoints.
///
/// # Errors
/// When it is not a host.
pub fn request(host: &str) -> Result<Request, Unusable> {
    let url = format!("https://{host}/metadata/endpoints?api-version={VERSION}");
    let plain = |url: &Url| url.path() == "/metadata/endpoints" && url.username().is_empty() && !host.contains('?');
    match Url::parse(&url) {
        Ok(parsed) if plain(&parsed) => {
            let headers = vec![("accept".to_owned(), "application/json".to_owned())];
            Ok(Request { method: "GET", url, headers, body: None })
        }
        _ => Err(Unusable {
            message: format!("metadata_host \"{host}\" is not a host."),
            hint: "Write the name alone, with a port if needed, such as management.example.com:8443.".to_owned(),
        }),
    }
}

/// The endpoints that an answer describes.
///
/// # Errors
/// When it is no such document, or speaks of a cloud that signs in differently.
pub fn read(host: &str, response: &Response) -> Result<Endpoints, Unusable> {
    let bad = |why: String| Unusable {
        message: format!("The endpoints of metadata_host \"{host}\" cannot be used: {why}."),
        hint: "Check metadata_host (ARM_METADATA_HOSTNAME); it is the host of Azure Resource Manager.".to_owned(),
    };
    if response.status != 200 {
        return Err(bad(format!("it answered with status {}", response.status)));
    }
    let said = parse_body(&response.body).ok_or_else(|| bad("the answer is not JSON".to_owned()))?;
    let named = |cloud: &&Value| {
        let manager = at(cloud, "resourceManager").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
        manager.is_some_and(|url| url.host_str().is_some_and(|own| host == own || host.starts_with(&format!("{own}:"))))
    };
    let said = match &said {
        Value::Array(clouds) => clouds.iter().find(named).or(clouds.first()).unwrap_or(&Value::Null),
        one => one,
    };
    let text = |object: &Value, key: &str| {
        at(object, key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let want = |object: &Value, key: &str| text(object, key).ok_or_else(|| bad(format!("it has no \"{key}\"")));
    let authentication = at(said, "authentication").unwrap_or(&Value::Null);
    let (name, manager) = (want(said, "name")?, want(said, "resourceManager")?);
    let login = want(authentication, "loginEndpoint")?;
    let provider = text(authentication, "identityProvider").unwrap_or_else(|| "AAD".to_owned());
    if !provider.eq_ignore_ascii_case("AAD") || name.eq_ignore_ascii_case("AzureStackCloud") {
        return Err(bad(format!(
            "it is an Azure Stack (identity provider \"{provider}\"), which signs in differently"
        )));
    }
    let endpoints = Endpoints::custom(Some(&login), Some(&manager), None).map_err(|error| bad(error.0))?;
    let loopback = |url: &str| Url::parse(url).is_ok_and(|url| is_loopback(&url));
    // A host out there has no business with services of this machine.
    let inward = !loopback(&format!("https://{host}/")) && (loopback(&login) || loopback(&manager));
    if inward { Err(bad("it names addresses of this machine".to_owned())) } else { Ok(endpoints) }
}

/// Asks a host for its endpoints, once, as azurerm does.
///
/// # Errors
/// As [`request`] and [`read`], and when no answer came.
pub async fn discover(transport: &impl Transport, host: &str) -> Result<Endpoints, Unusable> {
    let response = transport.send(request(host)?).await.map_err(|lost| Unusable {
        message: format!("metadata_host \"{host}\" could not be asked for its endpoints: {}", lost.message),
        hint: "Check metadata_host (ARM_METADATA_HOSTNAME), the network and the certificates to trust.".to_owned(),
    })?;
    read(host, &response)
}
