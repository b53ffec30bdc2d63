//! Where a cloud is: public Azure, the national clouds, or an endpoint of one's own.
//!
//! **Never:** ask the network: what a cloud is called decides where tokens and secrets go.
//! In: a name or the addresses from an auth file; out: [`Endpoints`] without trailing slashes.

use url::Url;

/// The addresses of one cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `public`, `usgovernment`, `china`, or the host of a custom one.
    pub name: String,
    /// Where tokens come from: `https://login.microsoftonline.com`.
    pub authority: String,
    /// Where Azure Resource Manager is: `https://management.azure.com`.
    pub resource_manager: String,
    /// Whom the tokens are for. A slash at its end counts: the scope is this with `/.default` behind it.
    pub audience: String,
    /// What ends the names of container groups with a DNS label (`azurecontainer.io`), where that is
    /// documented; elsewhere only the answer of the service tells.
    pub container_suffix: Option<String>,
}

/// An address or a name that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadEndpoint(pub String);

impl Endpoints {
    /// Public Azure.
    #[must_use]
    pub fn public() -> Self {
        let suffix = Some("azurecontainer.io");
        Self::known("public", "https://login.microsoftonline.com", "https://management.azure.com", suffix)
    }

    /// Azure for the government of the United States.
    #[must_use]
    pub fn usgovernment() -> Self {
        Self::known("usgovernment", "https://login.microsoftonline.us", "https://management.usgovcloudapi.net", None)
    }

    /// Azure in China.
    #[must_use]
    pub fn china() -> Self {
        Self::known("china", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn", None)
    }

    /// A cloud by the name that azurerm's `environment` or `az cloud list` knows it under.
    ///
    /// # Errors
    /// When there is no such name.
    pub fn named(name: &str) -> Result<Self, BadEndpoint> {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "public" | "global" | "azurecloud" => Ok(Self::public()),
            "usgovernment" | "usgovernmentl4" | "usgovernmentl5" | "dod" | "azureusgovernment" => {
                Ok(Self::usgovernment())
            }
            "china" | "azurechinacloud" => Ok(Self::china()),
            _ => Err(BadEndpoint(format!(
                "\"{name}\" is no cloud; there are \"public\", \"usgovernment\" and \"china\""
            ))),
        }
    }

    /// A cloud by its addresses; nothing or blanks mean the public cloud's.
    ///
    /// A resource manager that belongs to a known cloud brings that cloud's audience with it.
    ///
    /// # Errors
    /// When an address is not an absolute http or https URL, or sends secrets unencrypted to another machine.
    pub fn custom(
        authority: Option<&str>,
        resource_manager: Option<&str>,
        audience: Option<&str>,
    ) -> Result<Self, BadEndpoint> {
        let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let resource_manager = given(resource_manager).map(|text| check(&text)).transpose()?;
        let authority = given(authority).map(|text| check(&text)).transpose()?;
        let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let mut endpoints = Self::public();
        if let Some(base) = resource_manager {
            let known = [Self::public(), Self::usgovernment(), Self::china()];
            endpoints = match known.into_iter().find(|cloud| host(&cloud.resource_manager) == host(&base)) {
                Some(cloud) => cloud,
                None => Self {
                    name: base.split_once("://").map_or(base.as_str(), |(_, host)| host).to_owned(),
                    audience: given(audience).unwrap_or_else(|| base.clone()),
                    resource_manager: base,
                    ..endpoints
                },
            };
        }
        if let Some(authority) = authority {
            endpoints.authority = authority;
        }
        Ok(endpoints)
    }

    /// A cloud by the host that its tokens come from, as Azure's SDKs have it in AZURE_AUTHORITY_HOST.
    ///
    /// # Errors
    /// As [`Endpoints::custom`].
    pub fn of_authority(authority: &str) -> Result<Self, BadEndpoint> {
        let authority = check(authority.trim())?;
        let known = [Self::public(), Self::usgovernment(), Self::china()];
        let own = known.into_iter().find(|cloud| cloud.authority.eq_ignore_ascii_case(&authority));
        Ok(own.unwrap_or_else(|| Self { authority, ..Self::public() }))
    }

    /// The scope to ask a token for.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/.default", self.audience)
    }

    fn known(name: &str, authority: &str, resource_manager: &str, suffix: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            authority: authority.to_owned(),
            resource_manager: resource_manager.to_owned(),
            audience: resource_manager.to_owned(),
            container_suffix: suffix.map(str::to_owned),
        }
    }
}

/// Whether a URL stays on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check(text: &str) -> Result<String, BadEndpoint> {
    let url = Url::parse(text).map_err(|error| BadEndpoint(format!("\"{text}\" is not a URL: {error}")))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(BadEndpoint(format!(
                "\"{text}\" would send secrets unencrypted to another machine; only http on this machine, or https, will do"
            )));
        }
        other => {
            return Err(BadEndpoint(format!("\"{text}\" begins with {other}://, and only https and http will do")));
        }
    }
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() || url.fragment().is_some() {
        return Err(BadEndpoint(format!("\"{text}\" is not the address of a server")));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
