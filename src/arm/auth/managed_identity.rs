//! Managed identities: the metadata service of a machine, and the token service of an app.
//!
//! **Never:** send. In: where to ask and for which identity; out: the request.
//! http is usual here: the address belongs to the machine itself. An app's service (App Service,
//! Functions, Container Apps) is told by IDENTITY_ENDPOINT and wants its IDENTITY_HEADER.
//! Sources: "How to use managed identities on an Azure VM to acquire an access token"; "How to use
//! managed identities for App Service and Azure Functions".

use std::fmt;
use std::net::Ipv4Addr;

use url::{Host, Url};

use super::{Secret, Unusable};
use crate::arm::cloud::{Endpoints, is_loopback};
use crate::arm::wire::Request;

/// The metadata service of every Azure machine; the address never leaves it.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const METADATA_VERSION: &str = "2018-02-01";
const APP_VERSION: &str = "2019-08-01";

/// A managed identity.
#[derive(Clone)]
pub struct ManagedIdentity {
    url: Url,
    version: String,
    header: Option<Secret>,
    client: Option<String>,
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManagedIdentity({:?} at {})", self.client, self.url)
    }
}

impl ManagedIdentity {
    /// The identity of an application id, or the only one. Without an endpoint the machine's
    /// metadata service is asked; `header` is what an app's token service wants to see.
    ///
    /// # Errors
    /// When the endpoint is no address, or one from which a token would come unencrypted over a network.
    pub fn new(
        endpoint: Option<&str>,
        version: Option<&str>,
        header: Option<Secret>,
        client: Option<&str>,
    ) -> Result<Self, Unusable> {
        let text = endpoint.unwrap_or(METADATA);
        let hint =
            "On a virtual machine or in a container group leave msi_endpoint out; in an app IDENTITY_ENDPOINT is set.";
        let bad = |why: String| {
            Unusable::new(format!("The managed identity endpoint \"{text}\" cannot be used: {why}."), hint)
        };
        let url = Url::parse(text.trim()).map_err(|error| bad(error.to_string()))?;
        match url.scheme() {
            "https" => {}
            "http" if is_near(&url) => {}
            "http" => return Err(bad("the token would come unencrypted from another machine".to_owned())),
            other => return Err(bad(format!("it begins with {other}://"))),
        }
        let own = if header.is_some() { APP_VERSION } else { METADATA_VERSION };
        let version = version.unwrap_or(own).to_owned();
        Ok(Self { url, version, header, client: client.map(str::to_owned) })
    }

    /// What an app shows to be given a token.
    pub(super) fn proof(&self) -> Option<&Secret> {
        self.header.as_ref()
    }

    /// The request for a token.
    #[must_use]
    pub fn request(&self, endpoints: &Endpoints) -> Request {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("api-version", &self.version).append_pair("resource", &endpoints.audience);
        if let Some(client) = &self.client {
            url.query_pairs_mut().append_pair("client_id", client);
        }
        let mut headers = vec![("metadata".to_owned(), "true".to_owned())];
        if let Some(header) = &self.header {
            headers.push(("x-identity-header".to_owned(), header.expose().to_owned()));
        }
        Request { method: "GET", url: url.into(), headers, body: None }
    }
}

/// This machine, the link it is on, or its private network: where token services of machines and pods are.
fn is_near(url: &Url) -> bool {
    let near = |address: Ipv4Addr| address.is_loopback() || address.is_link_local() || address.is_private();
    is_loopback(url) || matches!(url.host(), Some(Host::Ipv4(address)) if near(address))
}
