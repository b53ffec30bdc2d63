//! The order of ways to sign in, as a table: what is there, what is taken.

use acier::arm::auth::order::{Present, Way, choose, lacks};

/// Reads `tenant client secret !cli`: the Azure CLI is asked unless it is excluded.
fn present(words: &str) -> Present {
    let has = |word: &str| words.split(' ').any(|own| own == word);
    Present {
        tenant: has("tenant") || has("who"),
        client: has("client") || has("who"),
        certificate: has("certificate"),
        secret: has("secret"),
        oidc: has("oidc"),
        oidc_token: has("token"),
        oidc_request: has("request"),
        connection: has("connection"),
        msi: has("msi"),
        sdk_certificate: has("sdk-certificate"),
        sdk_secret: has("sdk-secret"),
        cli: !has("!cli"),
    }
}

#[test]
fn the_first_way_that_has_enough_is_taken() {
    let everything = "who certificate secret oidc token request connection msi sdk-secret sdk-certificate";
    let rows = [
        (everything, Some(Way::Certificate)),
        ("who secret oidc token request connection msi sdk-secret sdk-certificate", Some(Way::Secret)),
        ("who oidc token request connection msi sdk-secret sdk-certificate", Some(Way::OidcToken)),
        ("who oidc request connection msi sdk-secret", Some(Way::AzureDevOps)),
        ("who oidc request msi sdk-secret", Some(Way::GitHub)),
        ("who oidc connection msi sdk-secret", Some(Way::ManagedIdentity)),
        ("who sdk-secret sdk-certificate", Some(Way::SdkSecret)),
        ("sdk-certificate", Some(Way::SdkCertificate)),
        ("", Some(Way::AzureCli)),
        ("!cli", None),
        // Proofs without an application, and applications without a proof.
        ("certificate secret", Some(Way::AzureCli)),
        ("tenant secret", Some(Way::AzureCli)),
        ("client certificate msi", Some(Way::ManagedIdentity)),
        ("who !cli", None),
        // A token counts only where use_oidc says so, and use_oidc only where there is a token.
        ("who token request connection", Some(Way::AzureCli)),
        ("who oidc", Some(Way::AzureCli)),
        ("who oidc msi", Some(Way::ManagedIdentity)),
        ("msi !cli", Some(Way::ManagedIdentity)),
    ];
    for (words, way) in rows {
        assert_eq!(choose(&present(words)), way, "{words}");
    }
}

#[test]
fn what_keeps_a_way_from_being_taken_is_told() {
    let rows = [
        ("", vec![]),
        ("who secret", vec![]),
        ("secret", vec!["There is a client secret, but no tenant_id and no client_id."]),
        ("tenant certificate", vec!["There is a client certificate, but no client_id."]),
        (
            "client oidc secret",
            vec![
                "There is a client secret, but no tenant_id.",
                "There is use_oidc (or use_aks_workload_identity), but no tenant_id and no token: oidc_token, \
                 oidc_token_file_path, or oidc_request_url with oidc_request_token.",
            ],
        ),
    ];
    for (words, said) in rows {
        assert_eq!(lacks(&present(words)), said, "{words}");
    }
}
