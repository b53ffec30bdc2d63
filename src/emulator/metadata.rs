//! The endpoints document, with which `az`, Terraform and others learn where a cloud lives.
//!
//! **Never:** name another host: every address is the one that the client used. Three shapes:
//! 2015-01-01 (Azure Stack's), 2018-01-01 and 2022-09-01 and later. No token is needed.

use serde_json::{Value, json};

use crate::arm::wire::Response;
use crate::emulator::answer::{Refusal, of};
use crate::emulator::catalogue::location_names;
use crate::emulator::route::Ask;
use crate::emulator::settings::Identity;

fn suffixes() -> Value {
    // Terraform's azurerm wants the first two although it never asks them anything here.
    json!({
        "keyVaultDns": "vault.localhost",
        "storage": "storage.localhost",
        "sqlServerHostname": "sql.localhost",
        "acrLoginServer": "registry.localhost",
    })
}

/// Answers for the endpoints.
pub(crate) fn endpoints(ask: &Ask<'_>, identity: &Identity) -> Result<Response, Refusal> {
    let base = &ask.base;
    let api = ask.api();
    if api.is_empty() {
        return Err(Refusal::gateway(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    }
    let login = json!({"loginEndpoint": base, "audiences": [base], "tenant": "common", "identityProvider": "AAD"});
    if api < "2018-01-01" {
        let body = json!({
            "galleryEndpoint": base,
            "graphEndpoint": base,
            "portalEndpoint": base,
            "authentication": {"loginEndpoint": base, "audiences": [base]},
        });
        return Ok(of(200, &body));
    }
    if api < "2019-05-01" {
        // Terraform's azurerm takes the locations of the entry that names the host it asked.
        let host = base.split_once("://").map_or("", |(_, host)| host);
        let body = json!({
            "galleryEndpoint": base,
            "graphEndpoint": base,
            "portalEndpoint": base,
            "graphAudience": base,
            "authentication": login,
            "cloudEndpoint": {"acier-emulator": {"endpoint": host, "locations": location_names()}},
        });
        return Ok(of(200, &body));
    }
    let body = json!({
        "name": "acier-emulator",
        "portal": base,
        "authentication": login,
        "resourceManager": base,
        "microsoftGraphResourceId": format!("{base}/graph/"),
        "graph": base,
        "graphAudience": base,
        "gallery": base,
        "batch": base,
        "media": base,
        "sqlManagement": base,
        "vmImageAliasDoc": base,
        "activeDirectoryDataLake": base,
        "suffixes": suffixes(),
        "homeTenant": identity.tenant,
    });
    Ok(of(200, &body))
}

/// The OpenID configuration of a tenant; of the tenant `adfs` its own, older one.
pub(crate) fn openid(ask: &Ask<'_>, tenant: &str) -> Response {
    let base = &ask.base;
    let paths =
        if tenant.eq_ignore_ascii_case("adfs") { "adfs/oauth2".to_owned() } else { format!("{tenant}/oauth2/v2.0") };
    of(
        200,
        &json!({
            "issuer": format!("{base}/{tenant}/v2.0"),
            "authorization_endpoint": format!("{base}/{paths}/authorize"),
            "token_endpoint": format!("{base}/{paths}/token"),
            "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    )
}
