//! Which way of signing in is taken: the first that has enough settings, in azurerm's order.
//!
//! **Never:** fall through when the chosen way then fails, as azurerm does not either.
//! In: which settings there are; out: the way, or what each way lacks. The environment of Azure's
//! SDKs (AZURE_CLIENT_ID ...), which azurerm does not read, comes after azurerm's own ways and
//! before the Azure CLI, which needs no setting and would always win.

/// Which settings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    /// A tenant.
    pub tenant: bool,
    /// An application id.
    pub client: bool,
    /// A client certificate.
    pub certificate: bool,
    /// A client secret.
    pub secret: bool,
    /// `use_oidc` or `use_aks_workload_identity`.
    pub oidc: bool,
    /// A token of another issuer, or a file with one.
    pub oidc_token: bool,
    /// Where and with what a pipeline asks for its token.
    pub oidc_request: bool,
    /// The service connection of an Azure DevOps pipeline.
    pub connection: bool,
    /// `use_msi`.
    pub msi: bool,
    /// All of AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_CERTIFICATE_PATH.
    pub sdk_certificate: bool,
    /// All of AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET.
    pub sdk_secret: bool,
    /// `use_cli`, which is on if unset.
    pub cli: bool,
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A client certificate.
    Certificate,
    /// A client secret.
    Secret,
    /// A token of another issuer.
    OidcToken,
    /// A token that an Azure DevOps pipeline asks for.
    AzureDevOps,
    /// A token that a GitHub workflow asks for.
    GitHub,
    /// A managed identity.
    ManagedIdentity,
    /// A client secret from the environment of Azure's SDKs.
    SdkSecret,
    /// A client certificate from the environment of Azure's SDKs.
    SdkCertificate,
    /// The Azure CLI.
    AzureCli,
}

/// The way that is taken; nothing if none has enough.
#[must_use]
pub fn choose(has: &Present) -> Option<Way> {
    let who = has.tenant && has.client;
    let ways = [
        (who && has.certificate, Way::Certificate),
        (who && has.secret, Way::Secret),
        (who && has.oidc && has.oidc_token, Way::OidcToken),
        (who && has.oidc && has.oidc_request && has.connection, Way::AzureDevOps),
        (who && has.oidc && has.oidc_request, Way::GitHub),
        (has.msi, Way::ManagedIdentity),
        (has.sdk_secret, Way::SdkSecret),
        (has.sdk_certificate, Way::SdkCertificate),
        (has.cli, Way::AzureCli),
    ];
    ways.into_iter().find(|(enough, _)| *enough).map(|(_, way)| way)
}

/// What keeps the ways from being taken that some setting speaks of, as sentences.
#[must_use]
pub fn lacks(has: &Present) -> Vec<String> {
    let who: Vec<&str> = [("tenant_id", has.tenant), ("client_id", has.client)]
        .into_iter()
        .filter(|(_, there)| !there)
        .map(|(name, _)| name)
        .collect();
    let mut said = Vec::new();
    let mut tell = |there: bool, what: &str, more: Option<&str>| {
        let missing: Vec<&str> = who.iter().copied().chain(more).collect();
        if there && !missing.is_empty() {
            said.push(format!("There is {what}, but no {}.", missing.join(" and no ")));
        }
    };
    tell(has.certificate, "a client certificate", None);
    tell(has.secret, "a client secret", None);
    let token = (!has.oidc_token && !has.oidc_request)
        .then_some("token: oidc_token, oidc_token_file_path, or oidc_request_url with oidc_request_token");
    tell(has.oidc, "use_oidc (or use_aks_workload_identity)", token);
    said
}
