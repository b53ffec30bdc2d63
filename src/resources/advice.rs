//! What can be done about a sign-in that failed.
//!
//! **Never:** guess: a hint stands here for words that a service or program really says.
//! Source: Microsoft identity platform, "Microsoft Entra authentication and authorization error
//! codes"; the Azure CLI's own messages.

/// The hint for a message, if one is known.
#[must_use]
pub fn advice(message: &str) -> Option<&'static str> {
    let text = message.to_ascii_lowercase();
    ADVICE.iter().find(|(word, _)| text.contains(word)).map(|(_, hint)| *hint)
}

const ADVICE: &[(&str, &str)] = &[
    ("aadsts7000215:", "Use the value of a client secret of this application, not the id of the secret."),
    ("aadsts7000222:", "The client secret has expired: make a new one and use its value."),
    ("aadsts7000112:", "The application is disabled in this tenant: ask its owner to enable it."),
    ("aadsts700016:", "Check client_id and tenant_id: the application must exist in that tenant."),
    ("aadsts90002:", "Check tenant_id: there is no such tenant in this cloud; see also environment."),
    ("aadsts900023:", "Check tenant_id: it is a GUID or a domain name."),
    ("aadsts700027:", "Register this certificate with the application, and check that it has not expired."),
    ("aadsts700024:", "Check the clock of this machine; a federated token may also be too old."),
    // The issuer (700211), the audience (700212) or the subject (700213) does not fit, or none is there (70021).
    ("aadsts70021", FEDERATED),
    ("aadsts50034:", "The account does not exist in this tenant: check tenant_id."),
    ("aadsts50076:", "The account wants a second factor: run `az login --tenant TENANT`."),
    ("aadsts50173:", "The sign-in was revoked: run `az login`."),
    ("aadsts700082:", "The sign-in is too old: run `az login`."),
    ("aadsts53003:", "A conditional access policy of the tenant forbids this sign-in: ask its administrator."),
    (
        "it is not installed",
        "Install the Azure CLI and run `az login`; or set client_id, tenant_id and one of client_secret, \
         client_certificate_path or use_oidc; or use_msi; or name a file in AZURE_AUTH_LOCATION; or try without an \
         account: environment = \"emulator\".",
    ),
    ("az login", "Run `az login`, with --tenant if the subscription belongs to another tenant than your own."),
    (
        "not found. check the spelling and casing",
        "Check subscription_id: `az account list` shows which ones the account may see.",
    ),
    ("identity not found", "Check client_id: it must be an identity that is assigned to this machine or app."),
    (
        "managed identity service at http://169.254.169.254",
        "There is no managed identity here: use_msi works on Azure alone (virtual machines, container groups, apps).",
    ),
    ("managed identity service at", "Check msi_endpoint (ARM_MSI_ENDPOINT), or leave it out on a virtual machine."),
    (
        "oidc token service gave no token",
        "Check oidc_request_token; in GitHub the job needs `permissions: id-token: write`, in Azure DevOps ado_pipeline_service_connection_id must be set.",
    ),
    ("oidc_token_file_path names", "Check the path, and that whoever writes the token still runs."),
];

const FEDERATED: &str =
    "Add a federated credential to the application whose issuer, subject and audience are exactly those of the token.";
